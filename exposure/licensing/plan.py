"""Treatment of each case by an office before anything is drawn: states and rows, week by week.

For one destination, every item (a finished component, or an element at an upstream stage) and
every kind of buyer form a case. A case has a turn when a rule begins or ends, when an element comes
under control, and when a dated row of ``licence_queue`` begins. Cases with the same turns are one
class of the licence queue. A plan does not depend on the draws.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from exposure.inputs.index import Index
from exposure.inputs.keys import Hashed
from exposure.licensing.goods import Item, Key, opening_day
from exposure.licensing.known import check_rules
from exposure.licensing.treatment import Calendar, Seen, Turn, Turns, treatments
from exposure.policy.rules import ControlDates
from exposure.policy.scenario import Scenario
from exposure.terms import LicenceState, week_of

FREE_CLASS = -1
"""Index of the class of all cases that are free in all weeks."""


@dataclass(frozen=True)
class QueueClass:
    """Cases that are treated equally in all weeks."""

    turns: tuple[Turn, ...]
    """Turns of the class, in the order of their weeks, the first at week 0."""
    members: tuple[Key, ...]
    states: tuple[LicenceState, ...]
    """State in force in each week."""
    opened: date | None
    """Day on which control began for most applications for its goods, and for those that are
    treated equally before the first scored week; None if only a rule controls them."""

    @property
    def never_decided(self) -> bool:
        """True if the class is never free and never decided, so that it uses no capacity."""
        return all(turn.state is LicenceState.WITHHELD for turn in self.turns)


@dataclass(frozen=True)
class OfficePlan:
    """Plan of the office of one destination in one course of policy."""

    destination: str
    start: date
    """First day of week 0."""
    weeks: int
    items: tuple[Item, ...]
    controlled: ControlDates
    opened: date | None
    """Day on which control began for most applications; None if no element is controlled."""
    classes: tuple[QueueClass, ...]
    """Classes under control at some time, in the order of the first item of each."""
    looks: tuple[Seen, ...]
    """Distinct courses of look-through."""
    cases: Mapping[Key, tuple[int, int]]
    """Positions of each case in `classes` and `looks`; `FREE_CLASS` if free in all weeks."""
    treated: tuple[Turns | None, ...]
    """Turns of each case, from which the classes follow; None if it is free in all weeks."""
    looked: tuple[Hashed[Seen], ...]
    """Look-through of each case."""
    alike: tuple[int, ...]
    """For each class, the first of those with the same turns before the first scored week."""
    first: int = 0
    """First week scored. Classes that are treated equally until then queue as one, so that a rule
    that begins later changes nothing before, not even a rounding."""

    @cached_property
    def key(self) -> Hashed[tuple[object, ...]]:
        """Hashable form of the plan: equal plans have equal keys."""
        return Hashed(
            (
                self.destination,
                self.start,
                self.weeks,
                self.items,
                self.treated,
                self.looked,
                tuple(one.opened for one in self.classes),
                tuple(self.controlled.items()),
                self.opened,
                self.first,
            )
        )

    @cached_property
    def queued_as(self) -> dict[int, list[Key]]:
        """Cases of each class in the queue as it is before the first scored week, in their order.

        A class is named by the first of `classes` that is part of it.
        """
        members: dict[int, list[Key]] = {
            self.alike[q]: [] for q, one in enumerate(self.classes) if not one.never_decided
        }
        for key, (q, _) in self.cases.items():
            if q != FREE_CLASS and not self.classes[q].never_decided:
                members[self.alike[q]].append(key)
        return members

    @cached_property
    def key_before(self) -> Hashed[tuple[object, ...]]:
        """Everything in the plan on which the queue depends before the first scored week."""
        return Hashed(
            (
                self.destination,
                self.start,
                self.weeks,
                self.items,
                tuple(self.controlled.items()),
                self.opened,
                self.first,
                tuple(
                    (_before(self.classes[q].turns, self.first), tuple(members))
                    for q, members in self.queued_as.items()
                ),
            )
        )

    @property
    def control_week(self) -> int:
        """Week in which control of most goods began; negative if the scenario starts later."""
        return week_of(self.opened or self.start, start=self.start)

    @cached_property
    def before(self) -> tuple[int, ...]:
        """For each class, the first of those with the same flow before the first scored week.

        It is `FREE_CLASS` for a class that is free until then.
        """
        known: dict[tuple[int, int], int] = {}
        return tuple(
            FREE_CLASS
            if all(state is LicenceState.FREE for state in one.states[: self.first])
            else known.setdefault((self.alike[q], self.begun(one)), q)
            for q, one in enumerate(self.classes)
        )

    def begun(self, queue_class: QueueClass) -> int:
        """Week, not above 0, in which the control in force in week 0 began for a class."""
        return min(0, week_of(queue_class.opened or self.opened or self.start, start=self.start))


def plan_office(
    index: Index,
    scenario: Scenario,
    items: Sequence[Item],
    destination: str,
    *,
    weeks: int,
    first: int = 0,
) -> OfficePlan:
    """Plan how the office of a destination treats every case.

    Parameters
    ----------
    index
        Tables.
    scenario
        One course of policy; not a mixture.
    items
        All goods of the tables, in a fixed order.
    destination
        The buyers' country or region; ``*`` for one without rules or rows of its own.
    weeks
        Number T of weeks.
    first
        First week scored.

    Raises
    ------
    ScenarioError
        If a rule names something that the tables do not have.
    """
    check_rules(index, scenario)
    calendar = Calendar.of(index, scenario, destination, weeks, items)
    every = treatments(calendar)
    looks = {seen: n for n, seen in enumerate(dict.fromkeys(seen for _, seen in every))}
    controlled = {turns: _is_controlled(turns.key) for turns in {turns for turns, _ in every}}
    members: dict[Turns, list[Key]] = {}
    for key, (turns, _) in zip(calendar.known.keys, every, strict=True):
        if controlled[turns]:
            members.setdefault(turns, []).append(key)
    position = {turns: q for q, turns in enumerate(members)}
    alike = _alike([turns.key for turns in members], first)
    # What begins later must not change when control began.
    together: dict[int, list[Key]] = {}
    for q, keys in zip(alike, members.values(), strict=True):
        together.setdefault(q, []).extend(keys)
    opened = {q: _opened(index, keys) for q, keys in together.items()}
    return OfficePlan(
        destination,
        scenario.start,
        weeks,
        tuple(items),
        calendar.controlled,
        opening_day(index, calendar.controlled.keys()),
        tuple(
            QueueClass(turns.key, tuple(keys), _states(turns.key, weeks), opened[q])
            for q, (turns, keys) in zip(alike, members.items(), strict=True)
        ),
        tuple(seen.key for seen in looks),
        {
            key: (position.get(turns, FREE_CLASS), looks[seen])
            for key, (turns, seen) in zip(calendar.known.keys, every, strict=True)
        },
        tuple(turns if turns in position else None for turns, _ in every),
        tuple(seen for _, seen in every),
        alike,
        first,
    )


def _is_controlled(turns: Sequence[Turn]) -> bool:
    return any(turn.state is not LicenceState.FREE for turn in turns)


def _alike(every: Sequence[tuple[Turn, ...]], first: int) -> tuple[int, ...]:
    """For each sequence of turns, the first one that is the same before a week."""
    if first == 0:
        return tuple(range(len(every)))
    known: dict[tuple[Turn, ...], int] = {}
    return tuple(known.setdefault(_before(turns, first), q) for q, turns in enumerate(every))


def _before(turns: Sequence[Turn], week: int) -> tuple[Turn, ...]:
    return tuple(turn for turn in turns if turn.week < week)


def _opened(index: Index, keys: Iterable[Key]) -> date | None:
    return opening_day(index, {element for item, *_ in keys for element in item.elements})


def _states(turns: Sequence[Turn], weeks: int) -> tuple[LicenceState, ...]:
    states: list[LicenceState] = []
    ends = (*(turn.week for turn in turns), weeks)
    for turn, (begin, end) in zip(turns, pairwise(ends), strict=True):
        states += [turn.state] * (end - begin)
    return tuple(states)
