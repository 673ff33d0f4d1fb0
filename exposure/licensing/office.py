"""The licensing office of one destination: how much it decides, on which terms, and from when.

Everything here turns drawn figures of the table ``licence_queue`` into what the licence queue
runs on. Figures have shape (D,), one value a draw; weeks count from the start of the scenario.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.cells import Inputs
from exposure.licensing.goods import Item, Key
from exposure.licensing.plan import OfficePlan, Source, Turn
from exposure.licensing.states import FIGURES
from exposure.licensing.terms import LicenceTerms
from exposure.tables.schema.policy import LicenceQueueRow, QueueQuantity
from exposure.tables.schema.supply import ComponentRow
from exposure.terms import BuyerClass, LicenceState, Tier


def office_figure(inputs: Inputs, plan: OfficePlan, quantity: QueueQuantity) -> FloatArray:
    """A figure of the office itself, which depends on the destination alone; shape (D,)."""
    return inputs.draw(inputs.queue_row(quantity, plan.destination, day=plan.start))


def capacity(inputs: Inputs, plan: OfficePlan) -> FloatArray:
    """Decisions a week, as a share of all relationships, (T, D); 0 before the office decides.

    Notes
    -----
    From the day control begins the office grows linearly from its first to its full size:
    K(t) = K (s + (1 - s) min(1, (t - t0) / growth)), which is K throughout for s = 1.
    """
    week = np.arange(plan.weeks, dtype=np.float64)[:, np.newaxis]
    since = week - plan.control_week
    start = office_figure(inputs, plan, "capacity_start_share")
    grown = _share_of(since, office_figure(inputs, plan, "capacity_growth_weeks"))
    full = office_figure(inputs, plan, "capacity_share_per_week")
    size = full * (start + (1.0 - start) * grown)
    return np.where(since >= office_figure(inputs, plan, "first_decision_week"), size, 0.0)


def _share_of(since: FloatArray, width: FloatArray) -> FloatArray:
    """Part of a linear ramp that is done, 0 to 1; a ramp without width is done at once."""
    done = np.clip(since / np.where(width > 0.0, width, 1.0), 0.0, 1.0)
    return np.where(width > 0.0, done, (since >= 0).astype(np.float64))


def enforcement(
    states: Sequence[LicenceState], enforcement_weeks: FloatArray, *, begun: int
) -> FloatArray:
    """Share of what needs a licence and has none that customs stops, shape (T, D).

    Goods cleared or under way when control begins still leave: the share stopped grows linearly
    over `enforcement_weeks`, and a week counts with its mean. It grows from nothing again whenever
    control begins after a time of freedom.

    Parameters
    ----------
    states
        State in force in each week, length T.
    enforcement_weeks
        Width of the ramp, shape (D,); 0 stops everything at once.
    begun
        Week in which the control in force in week 0 began; not above 0.

    Examples
    --------
    >>> week = [LicenceState.ORDINARY] * 4
    >>> enforcement(week, np.array([2.0]), begun=0).ravel().tolist()
    [0.25, 0.75, 1.0, 1.0]
    >>> enforcement(week, np.array([0.0]), begun=0).ravel().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    since = np.empty(len(states))
    start = begun
    for week, state in enumerate(states):
        if week > 0 and states[week - 1] is LicenceState.FREE:
            start = week
        since[week] = week - start if state is not LicenceState.FREE else 0.0
    enforced = np.ones((len(states), len(enforcement_weeks)))
    ramp = since < enforcement_weeks.max()
    age = since[ramp, np.newaxis]
    mean = _stopped_by(age + 1.0, enforcement_weeks) - _stopped_by(age, enforcement_weeks)
    # Past the ramp the difference misses 1 by rounding, and free flow must be exact.
    enforced[ramp] = np.where(age < enforcement_weeks, mean, 1.0)
    return enforced


def _stopped_by(age: FloatArray, width: FloatArray) -> FloatArray:
    """Integral of min(1, x / width) over x from 0 to age."""
    safe = np.where(width > 0.0, width, 1.0)
    return np.where(age < width, age**2 / (2.0 * safe), age - width / 2.0)


def terms_of(inputs: Inputs, turn: Turn) -> LicenceTerms:
    """Drawn terms of a class from one of its turns on."""
    if not turn.figures:
        # Where nothing is decided, nothing but the state is read.
        return LicenceTerms(turn.state, turn.priority, 0.0, 0, 1, 0, revoke=turn.revoke)
    drawn = {
        figure.name: _drawn(inputs, source)
        for figure, source in zip(FIGURES, turn.figures, strict=True)
    }
    weeks = {name: drawn[name].astype(np.int64) for name in drawn if name.endswith("_weeks")}
    return LicenceTerms(
        turn.state,
        turn.priority,
        approval=drawn["approval"],
        delay_weeks=weeks["delay_weeks"],
        validity_weeks=weeks["validity_weeks"],
        renewal_lead_weeks=weeks["renewal_lead_weeks"],
        renewal_approval=drawn["renewal_approval"],
        refusal_share=drawn["refusal_share"],
        reapplication_share=drawn["reapplication_share"],
        reapplication_weeks=weeks["reapplication_weeks"],
        revoke=turn.revoke,
    )


def _drawn(inputs: Inputs, source: Source) -> FloatArray:
    if isinstance(source, LicenceQueueRow):
        return inputs.draw(source)
    return np.full(inputs.draws, source)


def look_through(inputs: Inputs, plan: OfficePlan, position: int) -> FloatArray:
    """Share of upstream exits judged by the final user, shape (T, D); (D,) if it never changes."""
    seen = plan.looks[position]
    if len(seen) == 1:
        return _drawn(inputs, seen[0][1])
    share = np.empty((plan.weeks, inputs.draws))
    for week, source in seen:
        share[week:] = _drawn(inputs, source)
    return share


def sizes(inputs: Inputs, plan: OfficePlan) -> dict[Key, FloatArray]:
    """Share of the destination's applications that fall to each case, shape (D,).

    Notes
    -----
    The applications for an element are shared out evenly over the licensed items that hold it,
    and those for an item over the components that cross the border as that item: a component
    that is written as several alike is applied for no more often.
    """
    weights = _element_weights(inputs, plan)
    licensed = _licensed_items(inputs, plan)
    alike = {e: Counter(licensed[i] for i in plan.items if e in i.elements) for e in weights}
    goods = {
        item: sum(
            (
                weights[e] / (len(alike[e]) * alike[e][licensed[item]])
                for e in item.elements
                if e in weights
            ),
            np.zeros(inputs.draws),
        )
        for item in plan.items
    }
    buyers = buyer_weights(inputs, plan)
    total = sum(goods.values(), np.zeros(1)) * sum(buyers.values(), np.zeros(1))
    return {
        (item, *buyer): weight * share / total
        for item, weight in goods.items()
        for buyer, share in buyers.items()
    }


def _licensed_items(inputs: Inputs, plan: OfficePlan) -> dict[Item, Item | str]:
    """What each good is licensed as: the item group of a component, or the good itself."""
    groups = {row.component: row.item_group for row in inputs.rows_of(ComponentRow)}
    return {item: groups[item.component] if item.component else item for item in plan.items}


def _element_weights(inputs: Inputs, plan: OfficePlan) -> dict[str, FloatArray]:
    """Relative number of applications for each element that is ever under control."""
    found = {
        element: inputs.parameter("application_weight", element)
        for element, since in plan.controlled.items()
        if since is not None
    }
    return {element: weight for element, weight in found.items() if weight is not None}


def buyer_weights(inputs: Inputs, plan: OfficePlan) -> dict[tuple[BuyerClass, Tier], FloatArray]:
    """Relative number of applications by kind of buyer, shape (D,)."""
    trusted = office_figure(inputs, plan, "applications_trusted")
    listed = office_figure(inputs, plan, "applications_listed")
    tiers = {
        Tier.TRUSTED: trusted,
        Tier.STANDARD: np.maximum(0.0, 1.0 - trusted - listed),
        Tier.LISTED: listed,
    }
    classes = {
        BuyerClass.CIVIL: office_figure(inputs, plan, "applications_civil"),
        BuyerClass.DUAL: office_figure(inputs, plan, "applications_dual"),
        BuyerClass.MILITARY: office_figure(inputs, plan, "applications_military"),
    }
    return {
        (buyer, tier): share * part
        for buyer, share in classes.items()
        for tier, part in tiers.items()
    }
