"""From TOML files to scenarios; with `exposure.tables.read` the only reader of input files.

A file holds a paragraph on what it assumes, a start, and rules, or a mixture of other scenarios.
It may extend another, up to a day or throughout, which keeps the past common to all; a rule of
its own then replaces the inherited rule with the same selectors from the day on which it starts.
It names its turning points once, under ``[dates]``, so that `read_scenario` can move them. A
selector may be a list of words. All faults of a file, and of those it refers to, are raised in
one `ScenarioError`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from exposure.errors import ScenarioError, did_you_mean, unknown_name
from exposure.policy.rules import SELECTORS, Rule, Statement, contradictions, replaced
from exposure.policy.scenario import (
    FIRST_START,
    Scenario,
    flattened,
    list_findings,
    mixture_findings,
)
from exposure.tables.location import shipped_folder
from exposure.terms import Identifier, week_of
from exposure.wording import Finding, shown

HEAD_KEYS = ("name", "start", "horizon_weeks", "text", "sources")
"""Keys of a file that are fields of the scenario."""

COURSE_KEYS = ("dates", "extends", "extends_until", "rules")
"""Keys of a file that lay down one course of policy, which a mixture does not."""

FILE_KEYS = (*HEAD_KEYS, *COURSE_KEYS, "mixture")
"""All keys of a file."""

A_DAY = "a day, YYYY-MM-DD"
"""What is expected where a day should stand."""

Points = Mapping[str, date | None]
"""Turning points by name; None where the file or caller names no day."""


class Entry(Statement):
    """What a file says of one member of a mixture."""

    scenario: Identifier
    probability: Annotated[float, Field(ge=0.0, le=1.0)]


@dataclass(frozen=True)
class Placed:
    """A rule and where it stands, in words."""

    place: str
    rule: Rule
    inherited: bool = False


@dataclass(frozen=True)
class Reading:
    """A file being read: what it says, and the faults found so far."""

    path: Path
    content: Mapping[str, Any]
    seen: tuple[Path, ...]
    """Files that led here, this one last."""
    findings: list[object] = field(default_factory=list)
    """Faults of this file, a line each."""
    elsewhere: list[str] = field(default_factory=list)
    """Messages about files to which it refers."""

    def add(self, where: str, found: str, *, expected: str, cure: str) -> None:
        """Note a fault of this file."""
        self.findings.append(Finding(where, found, expected, cure))


def shipped_scenarios() -> tuple[str, ...]:
    """Names of the shipped scenarios, sorted."""
    return tuple(sorted(path.stem for path in (shipped_folder() / "scenarios").glob("*.toml")))


def read_scenario(name: str | Path, *, dates: Mapping[str, date | str] | None = None) -> Scenario:
    """Read a shipped scenario by name, or a scenario file.

    Parameters
    ----------
    name
        Name of a shipped scenario, or the path of a TOML file.
    dates
        Other days for turning points that the file names under ``[dates]``.

    Raises
    ------
    UnknownNameError
        If no shipped scenario bears the name, or the file names no such turning point.
    ScenarioError
        If the file cannot be read, is not TOML, or contradicts itself.

    Examples
    --------
    >>> read_scenario("london_truce").start.isoformat()
    '2025-04-04'
    """
    return _read(_locate(name), dates or {}, seen=())[0]


def _locate(name: str | Path) -> Path:
    path = Path(name)
    if path.suffix == ".toml" and path.exists():
        return path
    known = shipped_scenarios()
    if str(name) in known:
        return _shipped(str(name))
    if path.exists():
        return path
    if path.suffix == ".toml" or path.name != str(name):
        cure = did_you_mean(path.stem, known)
        raise ScenarioError(
            f"{path}: found no such file; expected a scenario file, or the name of a shipped "
            f"scenario; {cure}"
        )
    raise unknown_name("scenario", str(name), known)


def _shipped(name: str) -> Path:
    return shipped_folder() / "scenarios" / f"{name}.toml"


def _read(
    path: Path, dates: Mapping[str, date | str], *, seen: tuple[Path, ...]
) -> tuple[Scenario, list[Placed]]:
    reading = Reading(path, _load(path), (*seen, path.resolve()))
    for key in sorted(set(reading.content) - set(FILE_KEYS)):
        cure = did_you_mean(key, FILE_KEYS)
        reading.add(key, "an unknown key", expected="a known one", cure=cure)
    points = _turning_points(reading, dates)
    head = _head(reading)
    own_rules = _own_rules(reading, points)
    placed = [*_inherited(reading, points, own_rules), *own_rules]
    pairs = _members(reading, start=head.start if head else None)
    _check_rules(reading, placed)
    if reading.findings or reading.elsewhere or head is None:
        own = [list_findings(path.name, reading.findings)] if reading.findings else []
        raise ScenarioError("\n".join(dict.fromkeys([*own, *reading.elsewhere])))
    rules = tuple(item.rule for item in placed)
    return head.model_copy(update={"rules": rules, "mixture": flattened(pairs)}), placed


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except IsADirectoryError:
        found = "a folder"
    except OSError as error:
        found = f"an unreadable file ({error.strerror})"
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x}, which is not UTF-8"
    except tomllib.TOMLDecodeError as error:
        found = f"text that is not TOML ({error})"
    raise ScenarioError(f"{path}: found {found}; expected a scenario in TOML; correct the file")


def _head(reading: Reading) -> Scenario | None:
    """The scenario without its rules; None if the file does not say enough."""
    said = {key: reading.content[key] for key in HEAD_KEYS if key in reading.content}
    try:
        return Scenario(scenario=reading.path.stem, **said)
    except ScenarioError as error:
        lines = str(error).splitlines()
        reading.findings.extend(
            line.replace("scenario: ", "file name: ", 1) if line.startswith("scenario: ") else line
            for line in lines
        )
        return None


def _turning_points(reading: Reading, dates: Mapping[str, date | str]) -> Points:
    named = reading.content.get("dates", {})
    if not isinstance(named, dict):
        cure = "write them under [dates]"
        reading.add("dates", shown(named), expected="a table of days", cure=cure)
        return {}
    for name in dates:
        if name not in named:
            raise unknown_name(f"turning point of {reading.path.name}", name, named or ["(none)"])
    points: dict[str, date | None] = {}
    for name, said in {**named, **dates}.items():
        day = _day(said)
        if day is None:
            reading.add(f"dates, {name}", shown(said), expected=A_DAY, cure="correct it")
        # A faulty day keeps its place, so that the rules that use it are not blamed.
        points[name] = day
    return points


def _day(value: object) -> date | None:
    """A calendar day from what TOML or a caller gives; None if it is none."""
    if isinstance(value, datetime):
        midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
        return value.date() if value == midnight else None
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def _dated(reading: Reading, where: str, said: object, points: Points) -> date | None:
    """The day that a file states or names; None, and a fault somewhere, if it does neither."""
    if isinstance(said, str) and said in points:
        return points[said]
    day = _day(said)
    if day is None:
        expected = f"{A_DAY}, or a name under [dates]"
        cure = did_you_mean(str(said), points) if points else "correct it"
        reading.add(where, shown(said), expected=expected, cure=cure)
    return day


def _own_rules(reading: Reading, points: Points) -> list[Placed]:
    placed = []
    for number, said in enumerate(_tables(reading, "rules"), start=1):
        place = f"rule {number}"
        days = {
            key: _dated(reading, f"{place}, {key}", said[key], points)
            for key in ("starts", "ends")
            if key in said
        }
        # A day that is at fault is stood in for, so that the other faults of its rule show too.
        dated: dict[str, Any] = {key: day or FIRST_START for key, day in days.items()}
        rules = _stated(reading, place, dict(said) | dated)
        if None not in days.values():
            placed += [Placed(place, rule) for rule in rules]
    return placed


def _stated(reading: Reading, place: str, said: Mapping[str, Any]) -> list[Rule]:
    """The rules that one entry states: a list of words in a selector makes one rule a word."""
    lists = {key: said[key] for key in SELECTORS if isinstance(said.get(key), list)}
    for key, words in lists.items():
        if not words:
            reading.add(f"{place}, {key}", "an empty list", expected="words", cure="write '*'")
    rules: list[Rule] = []
    faults: dict[str, None] = {}
    for words in product(*lists.values()):
        try:
            rules.append(Rule.model_validate(dict(said) | dict(zip(lists, words, strict=True))))
        except ScenarioError as error:
            faults |= dict.fromkeys(f"{place}, {line}" for line in str(error).splitlines())
    reading.findings.extend(faults)
    return rules


def _tables(reading: Reading, key: str) -> list[dict[str, Any]]:
    said = reading.content.get(key, [])
    if isinstance(said, list) and all(isinstance(item, dict) for item in said):
        return said
    cure = f"head each with [[{key}]]"
    found = "a list of something else" if isinstance(said, list) else shown(said)
    reading.add(key, found, expected="a list of tables", cure=cure)
    return []


def _inherited(reading: Reading, points: Points, own: list[Placed]) -> list[Placed]:
    name, until = reading.content.get("extends"), reading.content.get("extends_until")
    day = None if until is None else _dated(reading, "extends_until", until, points)
    if name is None:
        if until is not None:
            cure = "say which scenario it extends, or drop it"
            reading.add("extends_until", "a day alone", expected="extends beside it", cure=cure)
        return []
    span = _span(reading)
    if day is not None and span is not None:
        _check_day(reading, "extends_until", day, span)
    other = _other(reading, "extends", name)
    if other is None or (day is None and until is not None):
        return []
    kept = [item for item in other[1] if day is None or item.rule.starts < day]
    return [
        Placed(
            item.place if item.inherited else f"{item.place} of {name}",
            replaced(item.rule, [new.rule for new in own], until=day),
            inherited=True,
        )
        for item in kept
    ]


def _other(reading: Reading, where: str, name: object) -> tuple[Scenario, list[Placed]] | None:
    """Read a scenario to which the file refers, beside it or shipped; None, and a fault, if not."""
    folder = reading.path.parent
    beside = folder / f"{name}.toml"
    path = beside if beside.is_file() else _shipped(str(name))
    if not isinstance(name, str) or not path.is_file():
        known = {*shipped_scenarios(), *(own.stem for own in folder.glob("*.toml"))}
        known -= {reading.path.stem}
        expected = "a scenario beside this file, or a shipped one"
        reading.add(where, shown(name), expected=expected, cure=did_you_mean(str(name), known))
        return None
    if path.resolve() in reading.seen:
        chain = " -> ".join(own.stem for own in (*reading.seen, path))
        cure = "break the circle"
        reading.add(where, chain, expected="a chain that ends", cure=cure)
        return None
    try:
        return _read(path, {}, seen=reading.seen)
    except ScenarioError as error:
        reading.elsewhere.append(str(error))
        return None


def _members(reading: Reading, *, start: date | None) -> list[tuple[Scenario, float]]:
    entries = _tables(reading, "mixture")
    beside = [key for key in COURSE_KEYS if key in reading.content]
    if entries and beside:
        found = f"{' and '.join(beside)} beside it"
        cure = "move them to a scenario of their own"
        reading.add("mixture", found, expected="a mixture alone", cure=cure)
    before = len(reading.findings) + len(reading.elsewhere)
    pairs = []
    for number, said in enumerate(entries, start=1):
        place = f"member {number}"
        try:
            entry = Entry.model_validate(said)
        except ScenarioError as error:
            reading.findings.extend(f"{place}, {line}" for line in str(error).splitlines())
            continue
        other = _other(reading, f"{place}, scenario", entry.scenario)
        if other is not None:
            pairs.append((other[0], entry.probability))
    # A sum over some of the members would only echo the fault of the others.
    if entries and len(reading.findings) + len(reading.elsewhere) == before:
        reading.findings.extend(mixture_findings(pairs))
        starts = {scenario.start for scenario, _ in pairs}
        if start is not None and len(starts) == 1 and start not in starts:
            expected = f"{starts.pop()}, as its members"
            reading.add("start", str(start), expected=expected, cure="start on the same day")
    return pairs


def _check_rules(reading: Reading, placed: list[Placed]) -> None:
    for first, second in contradictions([item.rule for item in placed]):
        earlier, later = placed[first], placed[second]
        # Rules that only became alike where the inherited past was cut off are nobody's fault.
        if not later.inherited:
            found = f"the cases and days of {earlier.place}, which says '{earlier.rule.state}'"
            cure = "keep one, or give them different days"
            reading.add(later.place, found, expected="one rule for them", cure=cure)
    span = _span(reading)
    for item in placed:
        starts, ends = item.rule.starts, item.rule.ends
        if ends is not None and ends <= starts:
            found = f"a start on {starts} and an end on {ends}"
            reading.add(item.place, found, expected="an end after the start", cure="move one")
        if span is not None:
            _check_day(reading, f"{item.place}, starts", starts, span)
            if ends is not None and ends > starts and not item.inherited:
                _check_day(reading, f"{item.place}, ends", ends, span)


def _check_day(reading: Reading, where: str, day: date, span: tuple[date, date]) -> None:
    first, last = span
    if not first <= day <= last:
        found = f"{day}, week {week_of(day, start=first)}"
        cure = "start the scenario earlier" if day < first else "lengthen horizon_weeks"
        expected = f"a day from {first} to {last}"
        reading.add(where, found, expected=expected, cure=f"move it, or {cure}")


def _span(reading: Reading) -> tuple[date, date] | None:
    """First and last day of the scenario, whatever else is wrong with the file."""
    said = {k: reading.content[k] for k in ("start", "horizon_weeks") if k in reading.content}
    try:
        probe = Scenario(scenario="probe", name="probe", text="probe", **said)
    except ScenarioError:
        return None
    return probe.start, probe.start + timedelta(weeks=probe.horizon_weeks)
