"""Treatment of each case by an office before anything is drawn: states and rows, week by week.

For one destination, every item (a finished component, or an element at an upstream stage) and
every kind of buyer form a case. A case has a turn when a rule begins or ends, when an element comes
under control, and when a dated row of ``licence_queue`` begins. Cases with the same turns are one
class of the licence queue. A plan does not depend on the draws.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from exposure.inputs.index import Index
from exposure.inputs.keys import Hashed
from exposure.licensing.goods import Item, Key, case_of, control_dates, opening_day
from exposure.licensing.known import check_rules
from exposure.licensing.states import (
    FIGURES,
    LOOK_THROUGH,
    STATES,
    Figure,
    priority_of,
    quantity_of,
)
from exposure.policy.rules import (
    Case,
    ControlDates,
    Rule,
    elements_licensed,
    elements_selected,
    rule_in_force,
)
from exposure.policy.scenario import Scenario
from exposure.tables.schema.policy import LicenceQueueRow
from exposure.terms import ANY, BuyerClass, Element, LicenceState, Tier, week_of

Source = LicenceQueueRow | float
"""Source of a figure: a row of the tables, or a value set by a rule."""

FREE_CLASS = -1
"""Index of the class of all cases that are free in all weeks."""


@dataclass(frozen=True)
class Turn:
    """Treatment of a case from a week onwards."""

    week: int
    state: LicenceState
    revoke: bool
    """True if licences end in this week."""
    priority: int
    """Priority in the queue; 0 if nothing is decided."""
    figures: tuple[Source, ...]
    """Sources of the figures, in the order of `FIGURES`; empty if nothing is decided."""


Seen = tuple[tuple[int, Source], ...]
"""Look-through, by first week."""


@dataclass(frozen=True)
class QueueClass:
    """Cases that are treated equally in all weeks."""

    turns: tuple[Turn, ...]
    """Turns of the class, in the order of their weeks, the first at week 0."""
    members: tuple[Key, ...]
    states: tuple[LicenceState, ...]
    """State in force in each week."""
    opened: date | None
    """Day on which control began for most applications for its goods; None if only a rule
    controls them."""

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

    @cached_property
    def key(self) -> Hashed:
        """Hashable form of the plan: equal plans have equal keys."""
        return Hashed(
            (
                self.destination,
                self.start,
                self.weeks,
                self.classes,
                self.looks,
                tuple(self.cases.items()),
                tuple(self.controlled.items()),
                self.opened,
            )
        )

    @property
    def control_week(self) -> int:
        """Week in which control of most goods began; negative if the scenario starts later."""
        return week_of(self.opened or self.start, start=self.start)

    def begun(self, queue_class: QueueClass) -> int:
        """Week, not above 0, in which the control in force in week 0 began for a class."""
        return min(0, week_of(queue_class.opened or self.opened or self.start, start=self.start))


def plan_office(
    index: Index, scenario: Scenario, items: Sequence[Item], destination: str, *, weeks: int
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

    Raises
    ------
    ScenarioError
        If a rule names something that the tables do not have.
    """
    check_rules(index, scenario)
    calendar = _Calendar.of(index, scenario, destination, weeks)
    members: dict[tuple[Turn, ...], list[Key]] = {}
    looks: dict[Seen, int] = {}
    treated: dict[Key, tuple[tuple[Turn, ...], int]] = {}
    for key in ((item, buyer, tier) for item in items for buyer in BuyerClass for tier in Tier):
        turns, seen = _treatment(calendar, case_of(key, calendar.destination))
        treated[key] = turns, looks.setdefault(seen, len(looks))
        if any(turn.state is not LicenceState.FREE for turn in turns):
            members.setdefault(turns, []).append(key)
    position = {turns: q for q, turns in enumerate(members)}
    return OfficePlan(
        destination,
        scenario.start,
        weeks,
        tuple(items),
        calendar.controlled,
        opening_day(index, calendar.controlled.keys()),
        tuple(
            QueueClass(turns, tuple(keys), _states(turns, weeks), _opened(index, keys))
            for turns, keys in members.items()
        ),
        tuple(looks),
        {key: (position.get(turns, FREE_CLASS), look) for key, (turns, look) in treated.items()},
    )


def _opened(index: Index, keys: Iterable[Key]) -> date | None:
    return opening_day(index, {element for item, *_ in keys for element in item.elements})


@dataclass(frozen=True)
class _Calendar:
    """Look-up of the turns of cases, for one destination."""

    index: Index
    rules: tuple[Rule, ...]
    destination: str
    start: date
    weeks: int
    controlled: ControlDates
    row_turns: tuple[int, ...]
    """Weeks in which a dated row of the tables begins."""
    found: dict[tuple[Figure, str, BuyerClass, tuple[Element, ...], int], LicenceQueueRow]
    """Rows found so far."""
    treated: dict[tuple[Hashable, ...], "Treatment"]
    """Treatments found so far, by everything on which they depend."""

    @classmethod
    def of(cls, index: Index, scenario: Scenario, destination: str, weeks: int) -> "_Calendar":
        return cls(
            index,
            # Rules for other destinations never match; leaving them out speeds up the look-ups.
            tuple(rule for rule in scenario.rules if rule.destination in (ANY, destination)),
            destination,
            scenario.start,
            weeks,
            control_dates(index),
            _weeks_of(index.queue_days(destination), scenario.start, weeks),
            {},
            {},
        )

    def last_day(self, week: int) -> date:
        """Last day of a week: what begins within the week counts for the whole week."""
        return self.start + timedelta(days=7 * week + 6)

    def row(
        self,
        figure: Figure,
        quantity: str,
        buyer: BuyerClass,
        elements: tuple[Element, ...],
        week: int,
    ) -> LicenceQueueRow:
        """The row in force; for several elements, the most restrictive of their rows."""
        key = figure, quantity, buyer, elements, week
        if key not in self.found:
            rows = [self._row_of(quantity, buyer, element, week) for element in elements]
            stricter = min if figure.strict == "low" else max
            self.found[key] = stricter(rows, key=lambda row: row.central)
        return self.found[key]

    def _row_of(
        self, quantity: str, buyer: BuyerClass, element: Element, week: int
    ) -> LicenceQueueRow:
        row = self.index.queue_row(
            quantity,
            self.destination,
            buyer_class=buyer,
            element=element,
            day=self.last_day(week),
        )
        if row is None:
            raise KeyError(f"licence_queue|{self.destination}|{quantity}")
        return row


def _weeks_of(days: Iterable[date], start: date, weeks: int) -> tuple[int, ...]:
    """Weeks that contain the days; later days are left out, earlier ones give week 0."""
    return tuple(sorted({w for day in days if (w := max(0, week_of(day, start=start))) < weeks}))


Treatment = tuple[tuple[Turn, ...], Seen]
"""Turns of a case, and the look-through for its buyer."""


def _treatment(calendar: _Calendar, case: Case) -> Treatment:
    """Treatment of a case, reused from an earlier case that differs only in name."""
    selected = [elements_selected(rule, case) for rule in calendar.rules]
    key = (
        case.elements, case.component is None, case.buyer_class, case.tier, tuple(selected),
    )  # fmt: skip
    if key not in calendar.treated:
        rules = tuple(
            r for r, is_selected in zip(calendar.rules, selected, strict=True) if is_selected
        )
        calendar.treated[key] = _worked_out(calendar, case, rules)
    return calendar.treated[key]


def _worked_out(calendar: _Calendar, case: Case, rules: Sequence[Rule]) -> Treatment:
    turns: list[Turn] = []
    seen: list[tuple[int, Source]] = []
    for week, rule in _steps(calendar, case, rules):
        turn = _turn(calendar, case, rule, week)
        if not turns or turn.revoke or _terms_of(turns[-1]) != _terms_of(turn):
            turns.append(turn)
        look = _source(calendar, case, rule, LOOK_THROUGH, week)
        if not seen or seen[-1][1] != look:
            seen.append((week, look))
    return tuple(turns), tuple(seen)


def _steps(calendar: _Calendar, case: Case, rules: Sequence[Rule]) -> list[tuple[int, Rule | None]]:
    """Weeks in which the treatment of a case may change, with the rule in force."""
    days = {day for rule in rules for day in (rule.starts, rule.ends) if day}
    days |= {day for element in case.elements if (day := calendar.controlled.get(element))}
    turns = {0, *_weeks_of(days, calendar.start, calendar.weeks), *calendar.row_turns}
    return [
        (
            week,
            rule_in_force(rules, case, calendar.last_day(week), controlled=calendar.controlled),
        )
        for week in sorted(turns)
    ]


def _turn(calendar: _Calendar, case: Case, rule: Rule | None, week: int) -> Turn:
    if rule is None:
        return Turn(week, LicenceState.FREE, revoke=False, priority=0, figures=())
    # A rule can revoke only in the week in which it begins; in week 0 there are no licences.
    begins = 0 < week == week_of(rule.starts, start=calendar.start)
    revoke = begins and rule.overrides.revoke and rule.state is not LicenceState.FREE
    if not STATES[rule.state].decides:
        return Turn(week, rule.state, revoke, priority=0, figures=())
    priority = rule.overrides.priority
    return Turn(
        week,
        rule.state,
        revoke,
        priority=priority_of(rule.state, case.tier) if priority is None else priority,
        figures=tuple(_source(calendar, case, rule, figure, week) for figure in FIGURES),
    )


def _terms_of(turn: Turn) -> tuple[LicenceState, int, tuple[Source, ...]]:
    return turn.state, turn.priority, turn.figures


def _source(
    calendar: _Calendar, case: Case, rule: Rule | None, figure: Figure, week: int
) -> Source:
    """The value set by a rule, or else the row of the tables."""
    override: float | None = getattr(rule.overrides, figure.name) if rule else None
    if override is not None:
        return float(override)
    quantity = figure.quantity
    if rule is not None and STATES[rule.state].decides:
        quantity = quantity_of(figure, rule.state, tier=case.tier, upstream=case.component is None)
    elements = elements_licensed(
        case, rule, calendar.last_day(week), controlled=calendar.controlled
    )
    return calendar.row(figure, quantity, case.buyer_class, elements, week)


def _states(turns: Sequence[Turn], weeks: int) -> tuple[LicenceState, ...]:
    states: list[LicenceState] = []
    ends = (*(turn.week for turn in turns), weeks)
    for turn, (begin, end) in zip(turns, pairwise(ends), strict=True):
        states += [turn.state] * (end - begin)
    return tuple(states)
