"""From TOML files to scenarios; beside `exposure.tables.reading` the only reader of input files.

A file holds a paragraph on what it assumes, a start, and rules, or a mixture of other scenarios.
It may extend another, up to a day or throughout, which keeps the past common to all; a rule of
its own then replaces the inherited rule with the same selectors from the day on which it starts.
It names its turning points once, under ``[dates]``, so that `read_scenario` can move them. A
selector may be a list of words. All faults of a file, and of those it refers to, are raised in
one `ScenarioError`.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from exposure.errors import ScenarioError, did_you_mean, unknown_name
from exposure.policy.replay import carried_on
from exposure.policy.rule_entries import (
    A_DAY,
    Placed,
    Points,
    Reading,
    dated_in,
    day_of,
    rules_of,
    tables_of,
)
from exposure.policy.rules import Statement, contradictions, replaced
from exposure.policy.scenario import (
    FIRST_START,
    OpenEnd,
    Scenario,
    flattened,
    list_findings,
    mixture_findings,
)
from exposure.tables.reading.location import shipped_folder
from exposure.tables.reading.parse import parse_table
from exposure.tables.schema.catalogue import TABLES
from exposure.terms import Identifier, week_of
from exposure.wording import shown

HEAD_KEYS = (
    "name", "start", "horizon_weeks", "scored_from", "measures", "text", "sources", "record_ends",
)  # fmt: skip
"""Keys of a file that are fields of the scenario."""

COURSE_KEYS = ("dates", "extends", "extends_until", "rules")
"""Keys of a file that lay down one course of policy, which a mixture does not."""

FILE_KEYS = (*HEAD_KEYS, *COURSE_KEYS, "mixture", "open_end")
"""All keys of a file."""


class Entry(Statement):
    """What a file says of one member of a mixture."""

    scenario: Identifier
    probability: Annotated[float, Field(ge=0.0, le=1.0)]


def shipped_scenarios() -> tuple[str, ...]:
    """Names of the shipped scenarios, sorted."""
    return tuple(sorted(path.stem for path in (shipped_folder() / "scenarios").glob("*.toml")))


def read_scenario(
    name: str | Path,
    *,
    dates: Mapping[str, date | str] | None = None,
    after: str | None = None,
) -> Scenario:
    """Read a shipped scenario by name, or a scenario file.

    Parameters
    ----------
    name
        Name of a shipped scenario, or the path of a TOML file.
    dates
        Other days for turning points that the file names under ``[dates]``.
    after
        What follows a record of the past, by the name of one of its continuations.

    Raises
    ------
    UnknownNameError
        If no shipped scenario bears the name, or the file names no such turning point or
        continuation.
    ScenarioError
        If the file cannot be read, is not TOML, or contradicts itself.

    Examples
    --------
    >>> read_scenario("london_truce").start.isoformat()
    '2025-04-04'
    """
    scenario = _read(_locate(name), dates or {}, seen=())[0]
    return scenario if after is None else carried_on(scenario, after)


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
    content = _load(path)
    events = _event_days() if "record_ends" in content else {}
    reading = Reading(path, content, (*seen, path.resolve()), events=events)
    for key in sorted(set(reading.content) - set(FILE_KEYS)):
        cure = did_you_mean(key, FILE_KEYS)
        reading.add(key, "an unknown key", expected="a known one", cure=cure)
    points = {**events, **_turning_points(reading, dates)}
    head = _head(reading)
    own_rules = rules_of(reading, points, reading.content.get("rules", []), where="rule")
    placed = [*_inherited(reading, points, own_rules), *own_rules]
    pairs = _members(reading, start=head.start if head else None)
    open_end = _open_end(reading, points)
    _check_rules(reading, placed)
    if reading.findings or reading.elsewhere or head is None:
        own = [list_findings(path.name, reading.findings)] if reading.findings else []
        raise ScenarioError("\n".join(dict.fromkeys([*own, *reading.elsewhere])))
    rules = tuple(item.rule for item in placed)
    made = {"rules": rules, "mixture": flattened(pairs), "open_end": open_end}
    return head.model_copy(update=made), placed


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
        day = day_of(said)
        if day is None:
            reading.add(f"dates, {name}", shown(said), expected=A_DAY, cure="correct it")
        # A faulty day keeps its place, so that the rules that use it are not blamed.
        points[name] = day
    return points


def _inherited(reading: Reading, points: Points, own: list[Placed]) -> list[Placed]:
    name, until = reading.content.get("extends"), reading.content.get("extends_until")
    day = None if until is None else dated_in(reading, "extends_until", until, points)
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
    entries = tables_of(reading, "mixture", reading.content.get("mixture", []))
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


def _open_end(reading: Reading, points: Points) -> OpenEnd | None:
    said = reading.content.get("open_end")
    if said is None:
        return None
    if not isinstance(said, dict):
        reading.add("open_end", shown(said), expected="a table", cure="head it with [open_end]")
        return None
    days = {
        key: dated_in(reading, f"open_end, {key}", said[key], points) or FIRST_START
        for key in ("day", "known_from")
        if key in said
    }
    continuations = [
        one
        | {
            "rules": [
                item.rule
                for item in rules_of(
                    reading, points, one.get("rules", []), where=f"continuation {number}, rule"
                )
            ]
        }
        for number, one in enumerate(
            tables_of(reading, "open_end.continuations", said.get("continuations", [])), start=1
        )
    ]
    try:
        return OpenEnd.model_validate(said | days | {"continuations": continuations})
    except ScenarioError as error:
        reading.findings.extend(f"open_end, {line}" for line in str(error).splitlines())
        return None


def _event_days() -> dict[str, date]:
    """Days of the shipped events, by name."""
    table = TABLES["policy_events"]
    path = shipped_folder() / table.file
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    return {line.row.event: line.row.date for line in parse_table(table, text)[0]}


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
