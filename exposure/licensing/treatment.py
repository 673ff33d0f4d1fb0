"""How an office treats one case, week by week: states, terms and look-through.

Courses of policy often differ in few rules. The treatment of a case depends only on the rules that
select it, so that courses share the treatments of all other cases.
"""

import itertools
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from exposure.inputs.index import Index
from exposure.inputs.keys import Hashed
from exposure.inputs.parts import Trace, make_part, write_down, written_down
from exposure.licensing.goods import Item, Key, case_of, control_dates, keys_of
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
from exposure.terms import ANY, BuyerClass, Element, LicenceState, week_of

Source = LicenceQueueRow | float
"""Source of a figure: a row of the tables, or a value set by a rule."""


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


Turns = Hashed[tuple[Turn, ...]]
"""Turns of a case, in the order of their weeks."""


class Treatment(NamedTuple):
    """Treatment of a case in all weeks."""

    turns: Turns
    """In the order of their weeks, the first at week 0."""
    seen: Hashed[Seen]
    """Look-through for its buyer."""


MOST_TREATMENTS = 500
"""Treatments that are kept for one destination; a course has some 180."""

TREATMENT_BYTES = 5_000
"""Estimated bytes of a treatment with its questions."""


@dataclass(frozen=True, eq=False)
class Known:
    """Treatments at one destination that other courses may share."""

    keys: tuple[Key, ...]
    """All cases: goods and kinds of buyers."""
    cases: tuple[Case, ...]
    """The same, at this destination."""
    selected: dict[Rule, "Selection"] = field(default_factory=dict)
    """Cases that each rule selects."""
    elements: dict[tuple[tuple[int, str], ...], tuple[tuple[Element, ...], ...]] = field(
        default_factory=dict
    )
    """Elements of each case that rules with the same selectors select."""
    found: dict[
        tuple[Figure, str, BuyerClass, tuple[Element, ...], int], tuple[LicenceQueueRow, Trace]
    ] = field(default_factory=dict)
    """Rows in force, with the questions asked for them."""
    treated: OrderedDict[tuple[Hashable, ...], tuple[Treatment, Trace]] = field(
        default_factory=OrderedDict
    )
    """Treatments, by everything on which they depend, with the questions asked for them; the least
    recently used come first."""
    turns: dict[Turns, Turns] = field(default_factory=dict)
    """One object for all equal turns, so that they need not be compared one by one."""
    last: dict[str, "Course"] = field(default_factory=dict)
    """The course that was treated last; empty if there is none."""

    def selection(self, rule: Rule) -> "Selection":
        """Cases that a rule selects."""
        found = self.selected.get(rule)
        if found is None:
            elements = self.elements.get(rule.wanted)
            if elements is None:
                elements = tuple(elements_selected(rule, case) for case in self.cases)
                self.elements[rule.wanted] = elements
            positions = frozenset(p for p, selected in enumerate(elements) if selected)
            found = self.selected[rule] = Selection(next(_numbers), elements, positions)
        return found

    def keep(self, key: tuple[Hashable, ...], treated: "Treated") -> "Treated":
        """Keep a treatment, and drop the least recently used one if there are too many."""
        (turns, seen), trace = treated
        if len(self.turns) >= MOST_TREATMENTS:
            self.turns.clear()
        kept = Treatment(self.turns.setdefault(turns, turns), seen), trace
        self.treated[key] = kept
        while len(self.treated) > MOST_TREATMENTS:
            # Another thread may have dropped the last one in the meantime.
            with suppress(KeyError):
                self.treated.popitem(last=False)
        return kept


def _nothing_known(items: Iterable[Item], destination: str) -> Known:
    keys = keys_of(items)
    return Known(keys, tuple(case_of(key, destination) for key in keys))


class Selection(NamedTuple):
    """Cases that a rule selects."""

    number: int
    """Number of the rule: comparing rules would take longer than most of what needs it."""
    elements: tuple[tuple[Element, ...], ...]
    """Elements of each case that the rule selects."""
    cases: frozenset[int]
    """Positions of the cases of which it selects an element."""


Treated = tuple[Treatment, Trace]
"""A treatment, with the questions asked for it."""


class Course(NamedTuple):
    """Treatments of all cases in a course of policy."""

    rules: Mapping[int, Selection]
    """Rules by number, in their order."""
    treated: tuple[Treated, ...]


_numbers = itertools.count()


def treatments(calendar: "Calendar") -> list[Treatment]:
    """Treatment of each case, in the order of `Known.keys`.

    Parameters
    ----------
    calendar
        Rules and tables for one destination.
    """
    known = calendar.known
    rules = {one.number: one for one in map(known.selection, calendar.rules)}
    last = known.last.get("course")
    every = set(range(len(known.cases)))
    again = every if last is None else _touched(last.rules, rules, every)
    treated = [
        _treated(calendar, position, rules.values()) if last is None or position in again
        else last.treated[position]
        for position in range(len(known.cases))
    ]  # fmt: skip
    known.last["course"] = Course(rules, tuple(treated))
    # Most cases share their questions with others.
    for trace in {id(trace): trace for _, trace in treated}.values():
        write_down(trace)
    return [treatment for treatment, _ in treated]


def _touched(
    before: Mapping[int, Selection], now: Mapping[int, Selection], every: set[int]
) -> set[int]:
    """Cases that are selected by a rule of only one of two courses; no other case can differ."""
    if [number for number in before if number in now] != [n for n in now if n in before]:
        return every
    return {
        position
        for number in before.keys() ^ now.keys()
        for position in (before.get(number) or now[number]).cases
    }


def _treated(calendar: "Calendar", position: int, selections: Iterable[Selection]) -> Treated:
    """Treatment of a case, reused from a case or course in which all that matters is equal."""
    known = calendar.known
    case = known.cases[position]
    selected = tuple(
        (one.number, one.elements[position]) for one in selections if position in one.cases
    )
    key = (case.elements, case.component is None, case.buyer_class, case.tier, selected)
    found = known.treated.get(key)
    if found is None:
        rules = [rule for rule in calendar.rules if position in known.selection(rule).cases]
        with written_down() as trace:
            treatment = work_out(calendar, case, rules)
        return known.keep(key, (treatment, trace))
    with suppress(KeyError):
        known.treated.move_to_end(key)
    return found


@dataclass(frozen=True)
class Calendar:
    """Look-up of the turns of cases, for one destination."""

    index: Index
    rules: tuple[Rule, ...]
    destination: str
    start: date
    weeks: int
    controlled: ControlDates
    row_turns: tuple[int, ...]
    """Weeks in which a dated row of the tables begins."""
    known: Known
    """Treatments and rows found so far."""

    @classmethod
    def of(
        cls, index: Index, scenario: Scenario, destination: str, weeks: int, items: Sequence[Item]
    ) -> "Calendar":
        """Return the calendar of one course.

        Parameters
        ----------
        index
            The tables.
        scenario
            One course of policy.
        destination
            The buyers' country or region.
        weeks
            Number T of weeks.
        items
            All goods of the tables.
        """
        # The tables are part of the name: treatments are shared without asking them again.
        name = "treatments", index.serial, scenario.start, weeks, destination, tuple(items)
        known = make_part(
            name,
            index,
            lambda: (_nothing_known(items, destination), {}),
            kept=True,
            weigh=lambda _: MOST_TREATMENTS * TREATMENT_BYTES,
        ).value
        return cls(
            index,
            # Rules for other destinations never match; leaving them out speeds up the look-ups.
            tuple(rule for rule in scenario.rules if rule.destination in (ANY, destination)),
            destination,
            scenario.start,
            weeks,
            control_dates(index),
            _weeks_of(index.queue_days(destination), scenario.start, weeks),
            known,
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
        known = self.known.found.get(key)
        if known is None:
            with written_down() as trace:
                rows = [self._row_of(quantity, buyer, element, week) for element in elements]
            stricter = min if figure.strict == "low" else max
            known = stricter(rows, key=lambda row: row.central), trace
            self.known.found[key] = known
        row, trace = known
        write_down(trace)
        return row

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


def work_out(calendar: Calendar, case: Case, rules: Sequence[Rule]) -> Treatment:
    """Work out the treatment of a case under the rules that select it."""
    turns: list[Turn] = []
    seen: list[tuple[int, Source]] = []
    for week, rule in _steps(calendar, case, rules):
        turn = _turn(calendar, case, rule, week)
        if not turns or turn.revoke or _terms_of(turns[-1]) != _terms_of(turn):
            turns.append(turn)
        look = _source(calendar, case, rule, LOOK_THROUGH, week)
        if not seen or seen[-1][1] != look:
            seen.append((week, look))
    return Treatment(Hashed(tuple(turns)), Hashed(tuple(seen)))


def _steps(calendar: Calendar, case: Case, rules: Sequence[Rule]) -> list[tuple[int, Rule | None]]:
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


def _turn(calendar: Calendar, case: Case, rule: Rule | None, week: int) -> Turn:
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


def _source(calendar: Calendar, case: Case, rule: Rule | None, figure: Figure, week: int) -> Source:
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
