"""From a scenario's rules to licensed flow: what share of each case's usual flow is licensed.

For one destination, every item (a finished component, or an element at an upstream stage) and
every kind of buyer is a case. Cases that are treated alike at all times are one class of the
licence queue, whose size comes from the tables and never from the sectors that are ranked:
ranking one more sector changes no licence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from exposure.arrays import FloatArray
from exposure.policy.licences import LicenceClass, LicenceTerms
from exposure.policy.queue import run_queue
from exposure.policy.rules import Case, ControlDates, Overrides, Rule, rule_in_force
from exposure.policy.scenario import Scenario
from exposure.terms import BuyerClass, Element, LicenceState, Stage, Tier, week_of

PRIORITY = {
    LicenceState.FREE: 0,
    LicenceState.GENERAL: 0,
    LicenceState.FAST_TRACK: 1,
    LicenceState.ORDINARY: 2,
    LicenceState.WITHHELD: 3,
}
"""Place of each state in the queue unless a rule says otherwise; 0 is served first."""

SMALLEST_CLASS = 1e-9
"""Size of a class in which the tables see no applications: it is served and crowds out nobody."""

Timeline = tuple[tuple[int, Rule | None], ...]
"""(first week, rule in force), weeks ascending, the first at week 0; None where free."""


@dataclass(frozen=True)
class Item:
    """Goods that cross the border under one licence."""

    elements: tuple[Element, ...]
    component: str | None
    """The finished component; None for an element at an upstream stage."""
    stage: Stage


@dataclass(frozen=True)
class Office:
    """Drawn figures of the licensing office for one destination; arrays of shape (D,)."""

    destination: str
    quantities: Mapping[str, FloatArray]
    """Figures of the table ``licence_queue``."""
    weights: Mapping[Element, FloatArray]
    """Relative number of applications by element."""
    controlled: ControlDates
    """Since when each element is under control."""


@dataclass(frozen=True)
class Flow:
    """What licences leave of the usual flow of one case."""

    stopped: FloatArray | None
    """Share of usual flow that is not licensed, 1 - phi, shape (T, D), or (1, D) where it is
    the same in every week; None for a case that is free throughout."""
    states: tuple[LicenceState, ...]
    """State in force in each week."""
    look_through: FloatArray
    """Share of upstream exits judged by this final user, shape (T, D) or (D,)."""


Key = tuple[Item, BuyerClass, Tier]


def licensed_flows(
    scenario: Scenario, items: Sequence[Item], office: Office, *, weeks: int
) -> dict[Key, Flow]:
    """Licensed flow of every item and kind of buyer at one destination.

    Parameters
    ----------
    scenario
        One course of policy; not a mixture.
    items
        All goods of the tables, in a fixed order.
    office
        The licensing office for the destination.
    weeks
        Number T of weeks.
    """
    timelines = {
        (item, buyer, tier): timeline(
            scenario, _case(item, buyer, tier, office), weeks=weeks, controlled=office.controlled
        )
        for item in items
        for buyer in BuyerClass
        for tier in Tier
    }
    sizes = _sizes(items, office)
    stopped = _run(timelines, sizes, office, scenario, weeks)
    return {
        key: Flow(
            stopped.get(_queue_class(own)),
            _states(own, weeks),
            _look_through(own, office, weeks),
        )
        for key, own in timelines.items()
    }


def timeline(scenario: Scenario, case: Case, *, weeks: int, controlled: ControlDates) -> Timeline:
    """Rules that decide a case, week by week; a rule counts from the week in which it begins."""
    days = {day for rule in scenario.rules for day in (rule.starts, rule.ends) if day}
    days |= {day for day in controlled.values() if day}
    turns = sorted({0} | {week_of(day, start=scenario.start) for day in days})
    steps: list[tuple[int, Rule | None]] = []
    for week in turns:
        if 0 <= week < weeks:
            last_day = scenario.start + timedelta(days=7 * week + 6)
            rule = rule_in_force(scenario.rules, case, last_day, controlled=controlled)
            if not steps or steps[-1][1] != rule:
                steps.append((week, rule))
    return tuple(steps)


def _case(item: Item, buyer: BuyerClass, tier: Tier, office: Office) -> Case:
    return Case(item.elements, item.component, item.stage, buyer, tier, office.destination)


def _is_free(steps: Timeline) -> bool:
    return all(rule is None or rule.state is LicenceState.FREE for _, rule in steps)


QueueClass = tuple[tuple[int, LicenceState, Overrides], ...]
"""(first week, state, overrides): cases for which these are equal are treated alike."""


def _queue_class(steps: Timeline) -> QueueClass:
    return tuple(
        (week, LicenceState.FREE if rule is None else rule.state, _overrides(rule))
        for week, rule in steps
    )


def _overrides(rule: Rule | None) -> Overrides:
    return Overrides() if rule is None else rule.overrides


def _is_never_licensed(steps: QueueClass) -> bool:
    """Withheld throughout: nothing is ever decided, so it takes nothing from the office."""
    return all(state is LicenceState.WITHHELD for _, state, _ in steps)


def _sizes(items: Sequence[Item], office: Office) -> dict[Key, FloatArray]:
    """Share of the destination's applications that fall to each case, shape (D,)."""
    holders = {e: sum(e in item.elements for item in items) for e in office.weights}
    goods = {
        item: sum(
            (office.weights[e] / holders[e] for e in item.elements if e in office.weights),
            np.zeros(1),
        )
        for item in items
    }
    buyers = {
        (buyer, tier): office.quantities[f"applications_{buyer}"] * _tier_share(tier, office)
        for buyer in BuyerClass
        for tier in Tier
    }
    total = sum(goods.values(), np.zeros(1)) * sum(buyers.values(), np.zeros(1))
    return {
        (item, *buyer): weight * share / total
        for item, weight in goods.items()
        for buyer, share in buyers.items()
    }


def _tier_share(tier: Tier, office: Office) -> FloatArray:
    trusted = office.quantities["applications_trusted"]
    listed = office.quantities["applications_listed"]
    if tier is Tier.TRUSTED:
        return trusted
    return listed if tier is Tier.LISTED else np.maximum(0.0, 1.0 - trusted - listed)


def _run(
    timelines: Mapping[Key, Timeline],
    sizes: Mapping[Key, FloatArray],
    office: Office,
    scenario: Scenario,
    weeks: int,
) -> dict[QueueClass, FloatArray]:
    """Share stopped; cases that are free, or withheld throughout, take no part in the queue."""
    members: dict[QueueClass, list[Key]] = {}
    for key, steps in timelines.items():
        if not _is_free(steps):
            members.setdefault(_queue_class(steps), []).append(key)
    draws = len(office.quantities["look_through"])
    stopped = {own: np.ones((1, draws)) for own in members if _is_never_licensed(own)}
    queued = [own for own in members if own not in stopped]
    classes = [
        LicenceClass(
            f"class {position}",
            np.maximum(sum((sizes[key] for key in members[own]), np.zeros(1)), SMALLEST_CLASS),
            tuple((week, _terms(state, overrides, office)) for week, state, overrides in own),
        )
        for position, own in enumerate(queued)
    ]
    if classes:
        result = run_queue(classes, _capacity(office, scenario, weeks), weeks=weeks)
        missing = 1.0 - result.licensed
        stopped |= {own: missing[:, position].copy() for position, own in enumerate(queued)}
    return stopped


def _capacity(office: Office, scenario: Scenario, weeks: int) -> FloatArray:
    """Decisions a week, as a share of all relationships; none before the office decides."""
    control = control_start(office.controlled) or scenario.start
    opening = office.quantities["first_decision_week"] + week_of(control, start=scenario.start)
    week = np.arange(weeks)[:, np.newaxis]
    return np.where(week >= opening, office.quantities["capacity_share_per_week"], 0.0)


def _terms(state: LicenceState, overrides: Overrides, office: Office) -> LicenceTerms:
    # A withheld or free case is not decided; its figures only have to be valid.
    named = state if state in (LicenceState.GENERAL, LicenceState.FAST_TRACK) else "ordinary"

    def figure(laid_down: float | None, quantity: str) -> FloatArray:
        return office.quantities[quantity] if laid_down is None else np.array(float(laid_down))

    return LicenceTerms(
        state,
        PRIORITY[state] if overrides.priority is None else overrides.priority,
        figure(overrides.approval, f"approval_{named}"),
        figure(overrides.delay_weeks, f"delay_weeks_{named}").astype(np.int64),
        figure(overrides.validity_weeks, f"validity_weeks_{named}").astype(np.int64),
        figure(overrides.renewal_lead_weeks, "renewal_lead_weeks").astype(np.int64),
        renewal_approval=figure(overrides.renewal_approval, "renewal_approval"),
        resubmission=0.0 if overrides.resubmission is None else overrides.resubmission,
        revoke=overrides.revoke,
    )


def _states(steps: Timeline, weeks: int) -> tuple[LicenceState, ...]:
    states: list[LicenceState] = []
    for (week, rule), (following, _) in pairwise([*steps, (weeks, None)]):
        states += [LicenceState.FREE if rule is None else rule.state] * (following - week)
    return tuple(states)


def _look_through(steps: Timeline, office: Office, weeks: int) -> FloatArray:
    usual = office.quantities["look_through"]
    laid_down = [(week, rule.overrides.look_through if rule else None) for week, rule in steps]
    if all(value is None for _, value in laid_down):
        return usual
    share = np.empty((weeks, len(usual)))
    for (week, value), (following, _) in pairwise([*laid_down, (weeks, None)]):
        share[week:following] = usual if value is None else value
    return share


def control_start(controlled: ControlDates) -> date | None:
    """First day on which any element came under control."""
    return min((day for day in controlled.values() if day), default=None)
