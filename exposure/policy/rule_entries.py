"""The rules of a scenario file: entries, the days they name, and their faults.

A day is written out or named: a turning point of the file, or, in a record of the past, an event of
the table ``policy_events``. A selector may be a list of words, which makes one rule for each word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

from exposure.errors import ScenarioError
from exposure.faults import Fault
from exposure.policy.rules import SELECTORS, Rule
from exposure.policy.scenario import FIRST_START
from exposure.spelling import did_you_mean
from exposure.wording import shown

A_DAY = "a day, YYYY-MM-DD"
"""Expected form of a day, for messages."""

Points = Mapping[str, date | None]
"""Turning points by name; None if neither the file nor the caller gives a day."""


@dataclass(frozen=True)
class Placed:
    """A rule and the name of its entry in the file, such as ``rule 2``."""

    entry: str
    rule: Rule
    inherited: bool = False


@dataclass(frozen=True)
class Draft:
    """A scenario file while it is read: its content, and the faults found so far."""

    path: Path
    content: Mapping[str, Any]
    seen: tuple[Path, ...]
    """Files that refer to this one, in order; this one is last."""
    faults: list[Fault] = field(default_factory=list)
    """Faults of this file and of the files to which it refers."""
    used: set[str] = field(default_factory=set)
    """Turning points named so far."""
    events: Mapping[str, date] = field(default_factory=dict)
    """Events of the table ``policy_events`` by name, where the file is a record of the past."""

    def add(self, key: str, found: str, *, expected: str, cure: str) -> None:
        """Add a fault of this file."""
        self.faults.append(Fault(key, found, expected, cure, self.path.name))

    def take(self, faults: Iterable[Fault], *, within: str = "") -> None:
        """Add faults of a part of this file."""
        self.faults.extend(
            (fault.within(within) if within else fault).at(self.path.name) for fault in faults
        )


def day_of(value: object) -> date | None:
    """A calendar day from a value of TOML or of a caller; None if it is not a day."""
    if isinstance(value, datetime):
        midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
        return value.date() if value == midnight else None
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def dated_in(draft: Draft, where: str, given: object, points: Points) -> date | None:
    """The day that a file states or names; None if it has a fault, which is reported elsewhere."""
    if isinstance(given, str) and given in points:
        draft.used.add(given)
        return points[given]
    day = day_of(given)
    if day is None:
        expected = f"{A_DAY}, or a name under [dates]"
        cure = did_you_mean(str(given), points) if points else "correct it"
        draft.add(where, shown(given), expected=expected, cure=cure)
    return day


def rules_of(draft: Draft, points: Points, entries: object, *, where: str) -> list[Placed]:
    """Read rules; `where` begins the names of their entries, such as ``rule``."""
    placed = []
    for number, given in enumerate(tables_of(draft, f"{where}s", entries), start=1):
        entry_key = f"{where} {number}"
        days = {
            key: dated_in(draft, f"{entry_key}, {key}", given[key], points)
            for key in ("starts", "ends")
            if key in given
        }
        # A faulty day gets a placeholder, so that the other faults of its rule are found too.
        dated: dict[str, Any] = {key: day or FIRST_START for key, day in days.items()}
        if isinstance(given.get("starts"), str) and given["starts"] in draft.events:
            dated["event"] = given["starts"]
        rules = stated_in(draft, entry_key, dict(given) | dated)
        if None not in days.values():
            placed += [Placed(entry_key, rule) for rule in rules]
    return placed


def stated_in(draft: Draft, entry_key: str, given: Mapping[str, Any]) -> list[Rule]:
    """The rules of one entry: a list of words in a selector makes one rule for each word."""
    lists = {key: given[key] for key in SELECTORS if isinstance(given.get(key), list)}
    for key, words in lists.items():
        if not words:
            draft.add(f"{entry_key}, {key}", "an empty list", expected="words", cure="write '*'")
    rules: list[Rule] = []
    faults: dict[Fault, None] = {}
    for words in product(*lists.values()):
        try:
            rules.append(Rule.model_validate(dict(given) | dict(zip(lists, words, strict=True))))
        except ScenarioError as error:
            faults |= dict.fromkeys(error.faults)
    draft.take(faults, within=entry_key)
    return rules


def tables_of(draft: Draft, key: str, given: object) -> list[dict[str, Any]]:
    """Tables that a file lists under a key."""
    if isinstance(given, list) and all(isinstance(item, dict) for item in given):
        return given
    cure = f"write each under [[{key}]]"
    found = "a list of something else" if isinstance(given, list) else shown(given)
    draft.add(key, found, expected="a list of tables", cure=cure)
    return []
