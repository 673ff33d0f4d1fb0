"""The licensing office of one destination: its capacity, its terms and its start.

The functions turn draws of the table ``licence_queue`` into the input of the licence queue. Figures
have shape (D,), one value per draw; weeks count from the start of the scenario.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.cells import Inputs
from exposure.licensing.goods import Item, Key
from exposure.licensing.plan import OfficePlan
from exposure.licensing.states import FIGURES
from exposure.licensing.terms import LicenceTerms
from exposure.licensing.treatment import Source, Turn
from exposure.tables.schema.policy import LicenceQueueRow, QueueQuantity
from exposure.tables.schema.supply import ComponentRow
from exposure.terms import BuyerClass, LicenceState, Tier


def office_figure(inputs: Inputs, plan: OfficePlan, quantity: QueueQuantity) -> FloatArray:
    """Figure of the office itself, which depends only on the destination; shape (D,)."""
    return inputs.draw(inputs.queue_row(quantity, plan.destination, day=plan.start))


def capacity(inputs: Inputs, plan: OfficePlan) -> FloatArray:
    """Decisions per week as a share of all relationships, (T, D); 0 before the office decides.

    Notes
    -----
    From the day on which control begins the office grows linearly from its first to its full size:
    K(t) = K (s + (1 - s) min(1, (t - t0) / growth)), which is always K for s = 1.
    """
    week = np.arange(plan.weeks, dtype=np.float64)[:, np.newaxis]
    since = week - plan.control_week
    start = office_figure(inputs, plan, "capacity_start_share")
    grown = _share_of(since, office_figure(inputs, plan, "capacity_growth_weeks"))
    full = office_figure(inputs, plan, "capacity_share_per_week")
    size = full * (start + (1.0 - start) * grown)
    return np.where(since >= office_figure(inputs, plan, "first_decision_week"), size, 0.0)


def _share_of(since: FloatArray, width: FloatArray) -> FloatArray:
    """Completed part of a linear ramp, 0 to 1; a ramp of width 0 is complete at once."""
    done = np.clip(since / np.where(width > 0.0, width, 1.0), 0.0, 1.0)
    return np.where(width > 0.0, done, (since >= 0).astype(np.float64))


def enforcement(
    states: Sequence[LicenceState], enforcement_weeks: FloatArray, *, begun: int
) -> FloatArray:
    """Share of unlicensed goods that customs stops, shape (T, D).

    Goods that are cleared or under way when control begins still leave: the share stopped grows
    linearly over `enforcement_weeks`, and each week has the mean of its days. It grows from 0
    again whenever control begins after a time without control.

    Parameters
    ----------
    states
        State in force in each week, length T.
    enforcement_weeks
        Width of the ramp, shape (D,); with 0 everything is stopped at once.
    begun
        Week in which the control in force in week 0 began, at most 0.

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
    # After the ramp the difference can miss 1 by rounding, but free flow must be exact.
    enforced[ramp] = np.where(age < enforcement_weeks, mean, 1.0)
    return enforced


def _stopped_by(age: FloatArray, width: FloatArray) -> FloatArray:
    """Integral of min(1, x / width) over x from 0 to age."""
    safe = np.where(width > 0.0, width, 1.0)
    return np.where(age < width, age**2 / (2.0 * safe), age - width / 2.0)


def terms_of(inputs: Inputs, turn: Turn) -> LicenceTerms:
    """Drawn terms of a class from one of its turns onwards."""
    if not turn.figures:
        # If nothing is decided, only the state is read.
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
    """Share of upstream exits judged by the final user, shape (T, D); (D,) if constant."""
    seen = plan.looks[position]
    if len(seen) == 1:
        return _drawn(inputs, seen[0][1])
    share = np.empty((plan.weeks, inputs.draws))
    for week, source in seen:
        share[week:] = _drawn(inputs, source)
    return share


def sizes(inputs: Inputs, plan: OfficePlan) -> dict[Key, FloatArray]:
    """Share of each case in the destination's applications, shape (D,).

    Notes
    -----
    The applications for an element are divided equally among the licensed items that contain it,
    and those for an item among the components that cross the border as that item: splitting a
    component into equal ones does not increase its applications.
    """
    weights = _element_weights(inputs, plan)
    licensed = _licensed_items(inputs, plan)
    counts = {e: Counter(licensed[i] for i in plan.items if e in i.elements) for e in weights}
    goods = {
        item: sum(
            (
                weights[e] / (len(counts[e]) * counts[e][licensed[item]])
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
    """Licensed item of each good: the item group of a component, or the good itself."""
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
