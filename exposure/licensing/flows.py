"""From a scenario's rules to licensed flow: what share of each case's usual flow is licensed.

For one destination, every item (a finished component, or an element at an upstream stage) and
every kind of buyer is a case. Cases that are treated alike at all times are one class of the
licence queue, whose size comes from the tables and never from the sectors that are ranked:
ranking one more sector changes no licence.

What the office is and lays down stands in `exposure.licensing.office`, how licences become flow in
`exposure.licensing.border`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from exposure.arrays import FloatArray
from exposure.licensing.border import share_stopped
from exposure.licensing.office import Office, capacity, control_week, enforcement, terms_of
from exposure.licensing.queue import run_queue
from exposure.licensing.terms import LicenceClass
from exposure.policy.rules import Case, ControlDates, Overrides, Rule, rule_in_force
from exposure.policy.scenario import Scenario
from exposure.terms import ANY, BuyerClass, Element, LicenceState, Stage, Tier, week_of

__all__ = [
    "ClassRun",
    "Flow",
    "Item",
    "Key",
    "Office",
    "OfficeRun",
    "Timeline",
    "buyer_weights",
    "licensed_flows",
    "run_office",
    "timeline",
]

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
class Flow:
    """What licences leave of the usual flow of one case."""

    stopped: FloatArray | None
    """Share of usual flow that does not leave, 1 - phi, shape (T, D); below 0 only while unfilled
    orders are made up; None for a case that is free throughout."""
    states: tuple[LicenceState, ...]
    """State in force in each week."""
    look_through: FloatArray
    """Share of upstream exits judged by this final user, shape (T, D) or (D,)."""


Key = tuple[Item, BuyerClass, Tier]


@dataclass(frozen=True)
class ClassRun:
    """What became of one class of the queue; arrays have shape (T, D).

    Loads are in relationships, as shares of all those of the destination.
    """

    members: tuple[Key, ...]
    """Cases that are treated alike."""
    states: tuple[LicenceState, ...]
    """State in force in each week."""
    size: FloatArray
    """Relationships of the class, shape (D,) or (1,)."""
    arrivals: FloatArray
    """Load submitted in the week."""
    served: FloatArray
    """Load decided in the week."""
    backlog: FloatArray
    """Load in line at the end of the week."""
    licensed: FloatArray
    """Live licences per relationship, in [0, 1]; 1 while free."""
    stopped: FloatArray
    """Share of the class's usual flow that does not leave."""


@dataclass(frozen=True)
class OfficeRun:
    """Licensed flow of every case at one destination, and the classes behind it."""

    flows: dict[Key, Flow]
    classes: tuple[ClassRun, ...]
    """Classes under control at some time, in the order in which the items first meet them."""


def licensed_flows(
    scenario: Scenario, items: Sequence[Item], office: Office, *, weeks: int
) -> dict[Key, Flow]:
    """Licensed flow of every item and kind of buyer at one destination.

    The flows of `run_office`, without the loads behind them, which are let go.
    """
    return run_office(scenario, items, office, weeks=weeks).flows


def run_office(
    scenario: Scenario, items: Sequence[Item], office: Office, *, weeks: int
) -> OfficeRun:
    """Run the licensing office of one destination through a scenario.

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
    # Rules for other destinations never match, and there are some 2,000 look-ups to make.
    here = tuple(r for r in scenario.rules if r.destination in (ANY, office.destination))
    own_rules = scenario.model_copy(update={"rules": here})
    timelines = {
        (item, buyer, tier): timeline(
            own_rules, _case(item, buyer, tier, office), weeks=weeks, controlled=office.controlled
        )
        for item in items
        for buyer in BuyerClass
        for tier in Tier
    }
    classes = _run(timelines, _sizes(items, office), office, scenario, weeks)
    stopped = {key: own.stopped for own in classes for key in own.members}
    laid_down = {key: _laid_down(own) for key, own in timelines.items()}
    # One array for all that are seen through alike: buyers treated alike are told by it.
    seen = {own: _look_through(own, office, weeks) for own in set(laid_down.values())}
    flows = {
        key: Flow(stopped.get(key), _states(own, weeks), seen[laid_down[key]])
        for key, own in timelines.items()
    }
    return OfficeRun(flows, classes)


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


class Treatment(NamedTuple):
    """How a case is treated from a week on; cases treated alike throughout share a class."""

    week: int
    state: LicenceState
    overrides: Overrides
    listed: bool
    """Reviewed without a legal limit."""
    upstream: bool
    """Reviewed as oxide or metal."""


QueueClass = tuple[Treatment, ...]
"""Treatments in the order of their weeks."""


def _queue_class(steps: Timeline, key: Key) -> QueueClass:
    item, _, tier = key
    treatments = []
    for week, rule in steps:
        state = _state(rule)
        decided = _is_decided(state)
        treatments.append(
            Treatment(
                week,
                state,
                _overrides(rule),
                listed=decided and tier is Tier.LISTED,
                upstream=state is LicenceState.ORDINARY and item.component is None,
            )
        )
    return tuple(treatments)


def _state(rule: Rule | None) -> LicenceState:
    return LicenceState.FREE if rule is None else rule.state


def _is_decided(state: LicenceState) -> bool:
    return state not in (LicenceState.FREE, LicenceState.WITHHELD)


def _overrides(rule: Rule | None) -> Overrides:
    return Overrides() if rule is None else rule.overrides


def _is_never_licensed(steps: QueueClass) -> bool:
    """Withheld throughout: nothing is ever decided, so it takes nothing from the office."""
    return all(step.state is LicenceState.WITHHELD for step in steps)


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
    buyers = buyer_weights(office)
    total = sum(goods.values(), np.zeros(1)) * sum(buyers.values(), np.zeros(1))
    return {
        (item, *buyer): weight * share / total
        for item, weight in goods.items()
        for buyer, share in buyers.items()
    }


def buyer_weights(office: Office) -> dict[tuple[BuyerClass, Tier], FloatArray]:
    """Relative number of applications by kind of buyer, shape (D,)."""
    return {
        (buyer, tier): office.quantities[f"applications_{buyer}"] * _tier_share(tier, office)
        for buyer in BuyerClass
        for tier in Tier
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
) -> tuple[ClassRun, ...]:
    """Run all classes; those that are free, or withheld throughout, take no part in the queue."""
    members: dict[QueueClass, list[Key]] = {}
    for key, steps in timelines.items():
        if not _is_free(steps):
            members.setdefault(_queue_class(steps, key), []).append(key)
    size = {
        own: np.maximum(sum((sizes[key] for key in keys), np.zeros(1)), SMALLEST_CLASS)
        for own, keys in members.items()
    }
    loads = _loads(size, office, scenario, weeks)
    begun = min(0, control_week(office, scenario))
    runs = []
    for own, keys in members.items():
        arrivals, served, backlog, licensed = loads[own]
        states = _states(timelines[keys[0]], weeks)
        stopped = share_stopped(
            licensed,
            enforcement(states, office.quantities["enforcement_weeks"], begun=begun),
            ceiling=office.quantities["catch_up_ceiling"],
            recoverable=office.quantities["recoverable_share"],
        )
        runs.append(
            ClassRun(tuple(keys), states, size[own], arrivals, served, backlog, licensed, stopped)
        )
    return tuple(runs)


Loads = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""Arrivals, served, backlog and share licensed, each of shape (T, D)."""


def _loads(
    size: Mapping[QueueClass, FloatArray], office: Office, scenario: Scenario, weeks: int
) -> dict[QueueClass, Loads]:
    shape = (weeks, office.draws)
    loads: dict[QueueClass, Loads] = {}
    queued = [own for own in size if not _is_never_licensed(own)]
    for own in size.keys() - set(queued):
        filed, nothing = np.zeros(shape), np.zeros(shape)
        filed[0] = size[own]
        loads[own] = (filed, nothing, np.broadcast_to(size[own], shape), nothing)
    if not queued:
        return loads
    classes = [
        LicenceClass(
            f"class {position}",
            size[own],
            tuple(
                (
                    step.week,
                    terms_of(
                        step.state,
                        step.overrides,
                        office,
                        listed=step.listed,
                        upstream=step.upstream,
                    ),
                )
                for step in own
            ),
        )
        for position, own in enumerate(queued)
    ]
    result = run_queue(classes, capacity(office, scenario, weeks), weeks=weeks)
    for q, own in enumerate(queued):
        loads[own] = (
            result.arrivals[:, q],
            result.served[:, q],
            result.backlog[:, q],
            result.licensed[:, q],
        )
    return loads


def _states(steps: Timeline, weeks: int) -> tuple[LicenceState, ...]:
    states: list[LicenceState] = []
    for (week, rule), (following, _) in pairwise([*steps, (weeks, None)]):
        states += [_state(rule)] * (following - week)
    return tuple(states)


LaidDown = tuple[tuple[int, float | None], ...]
"""Look-through that rules lay down, by the week from which; None where they leave it."""


def _laid_down(steps: Timeline) -> LaidDown:
    """What rules say of look-through; nothing at all where none speaks of it."""
    said = tuple((week, rule.overrides.look_through if rule else None) for week, rule in steps)
    return () if all(value is None for _, value in said) else said


def _look_through(laid_down: LaidDown, office: Office, weeks: int) -> FloatArray:
    usual = office.quantities["look_through"]
    if all(value is None for _, value in laid_down):
        return usual
    share = np.empty((weeks, len(usual)))
    for (week, value), (following, _) in pairwise([*laid_down, (weeks, None)]):
        share[week:following] = usual if value is None else value
    return share
