"""Checks of a scenario against the tables: unknown names, and licences that end before renewal.

A scenario is written separately from the tables, so a misspelt component would select nothing and
give every sector a score of 0. A name is known if it is in the tables or in the shipped tables:
shipped scenarios mention elements that a user's tables may lack.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

from exposure.errors import ScenarioError
from exposure.faults import Fault
from exposure.policy.rules import SELECTORS, Rule
from exposure.policy.scenario import Scenario
from exposure.spelling import did_you_mean, near, suggestion
from exposure.tables.dataset import Dataset, Row
from exposure.tables.reading.location import shipped_folder
from exposure.tables.reading.shipped_rows import shipped_rows
from exposure.tables.schema.policy import LicenceQueueRow, PolicyEventRow, SourceRow
from exposure.tables.schema.supply import ComponentRow, ElementRow, SourcingRow, StageRow
from exposure.terms import ANY, LicenceState

DECIDED = frozenset(LicenceState) - {LicenceState.FREE, LicenceState.WITHHELD}
"""States in which licences are granted and can therefore expire."""


def refuse_unknown_names(scenario: Scenario, dataset: Dataset) -> None:
    """Raise an error for a scenario with names that no table has.

    Parameters
    ----------
    scenario
        One course of policy or a mixture.
    dataset
        Tables under which it is run.

    Raises
    ------
    ScenarioError
        With all such faults, including those of all members of a mixture.
    """
    known = Known(dataset)
    faults = [
        fault.at(course.scenario)
        for course, _ in scenario.members
        for fault in _faults_of(course, dataset, known)
    ]
    if faults:
        raise ScenarioError(dict.fromkeys(faults))


Words = Mapping[str, frozenset[str]]
"""Words in each column of some tables."""


class RowsOf(Protocol):
    """Gives the rows of the table of a row model."""

    def __call__(self, model: type[Row], /) -> tuple[Row, ...]:
        """Rows of a table."""


def _words(rows: RowsOf) -> Words:
    return {
        "element": frozenset(row.element for row in rows(ElementRow)),
        "component": frozenset(row.component for row in rows(ComponentRow)),
        "stage": frozenset(row.stage for row in rows(StageRow)),
        "event": frozenset(row.event for row in rows(PolicyEventRow)),
        "source": frozenset(row.source_id for row in rows(SourceRow)),
        "measure": frozenset(row.measure for row in rows(SourcingRow) if row.measure),
    }


@lru_cache(maxsize=4)
def _shipped_words(folder: Path) -> Words:  # noqa: ARG001 - another folder is read again
    return _words(shipped_rows)


@dataclass(frozen=True)
class Known:
    """Words of the tables and of the shipped tables."""

    dataset: Dataset

    @cached_property
    def _own(self) -> Words:
        return _words(self.dataset.rows_of)

    @property
    def _shipped(self) -> Words:
        return _shipped_words(shipped_folder())

    def has(self, column: str, word: str) -> bool:
        """True if a word is known; the shipped tables are read only for one that is not here."""
        return word in self._own[column] or word in self._shipped[column]

    def words(self, column: str) -> frozenset[str]:
        """All known words of a column."""
        return self._own[column] | self._shipped[column]


def _faults_of(course: Scenario, dataset: Dataset, known: Known) -> Iterator[Fault]:
    for source in course.sources:
        if not known.has("source", source):
            cure = suggestion(near(source, known.words("source"))) or "add it to sources.csv"
            yield Fault("sources", f"'{source}'", "a source of sources.csv", cure)
    for measure in course.measures:
        if not known.has("measure", measure):
            expected = "a measure of sourcing.csv"
            yield _unknown("measures", measure, expected, known.words("measure"))
    chosen = course.continuation.rules if course.continuation else ()
    for rule in (*course.rules, *chosen):
        yield from _faults_of_rule(rule, known)
        yield from _short_lived(rule, dataset)


def _faults_of_rule(rule: Rule, known: Known) -> Iterator[Fault]:
    for column in ("element", "component", "stage"):
        found = str(getattr(rule, column))
        if found != ANY and not known.has(column, found):
            article = "an" if column == "element" else "a"
            expected = f"{article} {column} of {column}s.csv, or '*'"
            yield _unknown(f"{named(rule)}, {column}", found, expected, known.words(column))
    if rule.event and not known.has("event", rule.event):
        cure = suggestion(near(rule.event, known.words("event"))) or "add it to policy_events.csv"
        expected = "an event of policy_events.csv"
        yield Fault(f"{named(rule)}, event", f"'{rule.event}'", expected, cure)


def _unknown(key: str, found: str, expected: str, known: Collection[str]) -> Fault:
    return Fault(key, f"'{found}'", expected, did_you_mean(found, known))


def named(rule: Rule) -> str:
    """A rule as a reader can find it: the day on which it starts, and what it selects.

    Examples
    --------
    >>> from datetime import date
    >>> named(Rule(element="Sm", starts=date(2025, 4, 4), state=LicenceState.WITHHELD))
    'rule from 2025-04-04 for element Sm'
    """
    chosen = [f"{name} {word}" for name, word in zip(SELECTORS, rule.selectors, strict=True)
              if word != ANY]  # fmt: skip
    return f"rule from {rule.starts} for {', '.join(chosen) if chosen else 'everything'}"


def _short_lived(rule: Rule, dataset: Dataset) -> Iterator[Fault]:
    """A renewal that would have to be filed before the licence is granted."""
    stated = rule.overrides
    if rule.state not in DECIDED or (stated.validity_weeks, stated.renewal_lead_weeks) == (
        None,
        None,
    ):
        return
    places = (ANY, rule.destination)
    rows = [
        row
        for row in dataset.rows_of(LicenceQueueRow)
        if rule.destination == ANY or row.destination in places
    ]
    leads = [row.high for row in rows if row.quantity == "renewal_lead_weeks"]
    lives = [row.low for row in rows if row.quantity == f"validity_weeks_{rule.state}"]
    lead = (
        max(leads, default=0.0) if stated.renewal_lead_weeks is None else stated.renewal_lead_weeks
    )
    life = min(lives, default=lead) if stated.validity_weeks is None else stated.validity_weeks
    if lead > life:
        yield Fault(
            f"{named(rule)}, overrides", f"a renewal {lead:g} weeks before a licence ends that "
            f"may live {life:g} weeks", "a lead of at most the validity",
            "shorten renewal_lead_weeks, or lengthen validity_weeks",
        )  # fmt: skip
