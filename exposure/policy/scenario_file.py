"""Reading of scenarios from TOML files; no other module but `exposure.tables.reading` reads input.

A file contains a paragraph on its assumptions, a start, and rules or a mixture of other scenarios.
It may extend another file, up to a day or throughout, so that several scenarios share one past; a
rule in the file then replaces the inherited rule with the same selectors from the day on which it
starts. The file names its turning points once, under ``[dates]``, so that `read_scenario` can move
them. A selector may be a list of words. All faults of a file, and of those it refers to, are raised
in one `ScenarioError`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from exposure.arguments import PATH, TEXT, Kind, check_arguments, optional
from exposure.errors import ScenarioError, unknown_name
from exposure.faults import Fault
from exposure.policy.open_ends import open_end_of
from exposure.policy.replay import carried_on
from exposure.policy.rule_checks import check_dates_used, check_day, check_rules, span_of
from exposure.policy.rule_entries import (
    A_DAY,
    Draft,
    Placed,
    Points,
    dated_in,
    day_of,
    rules_of,
    tables_of,
)
from exposure.policy.rules import Rule, Statement, replaced
from exposure.policy.scenario import (
    RULES,
    Scenario,
    flattened,
    mixture_faults,
)
from exposure.spelling import did_you_mean
from exposure.tables.reading.lines import TableLines
from exposure.tables.reading.location import shipped_folder
from exposure.tables.reading.parse import parse_table
from exposure.tables.reading.text_file import Unreadable, exists, parse_toml, read_text
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.policy import PolicyEventRow
from exposure.terms import Identifier
from exposure.wording import shown

HEAD_KEYS = (
    "name", "start", "horizon_weeks", "scored_from", "measures", "text", "sources", "record_ends",
)  # fmt: skip
"""Keys of a file that are fields of the scenario."""

COURSE_KEYS = ("dates", "extends", "extends_until", "rules")
"""Keys of a file that define a single course of policy; a mixture cannot have them."""

FILE_KEYS = (*HEAD_KEYS, *COURSE_KEYS, "mixture", "open_end")
"""All keys of a file."""


LONGEST_CHAIN = 20
"""Files of which each extends the next, or is a member of the one before."""

NAME = Kind(
    PATH.accepts,
    "the name of a shipped scenario, or the path of a file",
    'write "london_truce" or "my.toml"; a Scenario needs no reading',
)

DATES = Kind(
    lambda value: isinstance(value, Mapping) and all(map(TEXT.accepts, value)),
    "turning points with their days",
    'write {"turn": "2026-01-01"}, with the names that the file has under [dates]',
)


class Entry(Statement):
    """A member of a mixture as written in a file."""

    scenario: Identifier
    probability: Annotated[float, Field(ge=0.0, le=1.0)]


def shipped_scenarios() -> tuple[str, ...]:
    """Names of the shipped scenarios.

    Returns
    -------
    tuple of str
        Sorted.

    Examples
    --------
    >>> "london_truce" in shipped_scenarios()
    True
    """
    return tuple(sorted(path.stem for path in (shipped_folder() / "scenarios").glob("*.toml")))


def read_scenario(
    name: str | Path,
    *,
    dates: Mapping[str, date | str] | None = None,
    after: str | None = None,
    rules: Sequence[Rule | str] = (),
) -> Scenario:
    """Read a shipped scenario by name, or a scenario file.

    Parameters
    ----------
    name
        Name of a shipped scenario, or the path of a TOML file.
    dates
        Other days for turning points that the file names under ``[dates]``.
    after
        Name of the continuation that follows a record of the past.
    rules
        Rules to add to the course, in words; see `Scenario.with_rules`.

    Returns
    -------
    Scenario
        The course, with what it extends.

    Raises
    ------
    UnknownNameError
        If no shipped scenario has the name, or the file names no such turning point or
        continuation.
    ScenarioError
        If the file cannot be read, is not TOML, or contradicts itself.
    RuleError
        If a rule on top cannot be understood.

    Examples
    --------
    >>> read_scenario("london_truce").start.isoformat()
    '2025-04-04'
    """
    check_arguments(
        "read_scenario",
        name=(name, NAME),
        dates=(dates, optional(DATES)),
        after=(after, optional(TEXT)),
        rules=(rules, RULES),
    )
    scenario = _read(_locate(name), dates or {}, seen=())[0]
    chosen = scenario if after is None else carried_on(scenario, after)
    return chosen.with_rules(rules)


def _locate(name: str | Path) -> Path:
    path = Path(name)
    if path.suffix == ".toml" and exists(path):
        return path
    known = shipped_scenarios()
    if str(name) in known:
        return _shipped(str(name))
    if exists(path):
        return path
    if path.suffix == ".toml" or path.name != str(name):
        expected = "a scenario file, or the name of a shipped scenario"
        cure = did_you_mean(path.stem, known)
        raise ScenarioError([Fault("", "no such file", expected, cure, str(path))])
    raise unknown_name("scenario", str(name), known)


def _shipped(name: str) -> Path:
    return shipped_folder() / "scenarios" / f"{name}.toml"


def _read(
    path: Path, dates: Mapping[str, date | str], *, seen: tuple[Path, ...]
) -> tuple[Scenario, list[Placed]]:
    content = _load(path)
    events = _event_days() if "record_ends" in content else {}
    draft = Draft(path, content, (*seen, path.resolve()), events=events)
    for key in sorted(set(draft.content) - set(FILE_KEYS)):
        cure = did_you_mean(key, FILE_KEYS)
        draft.add(key, "an unknown key", expected="a known one", cure=cure)
    points = {**events, **_turning_points(draft, dates)}
    head = _head(draft)
    own_rules = rules_of(draft, points, draft.content.get("rules", []), where="rule")
    placed = [*_inherited(draft, points, own_rules), *own_rules]
    pairs = _members(draft, start=head.start if head else None)
    open_end = open_end_of(draft, points)
    check_rules(draft, placed)
    if not draft.faults:  # a day with a misspelt name would only repeat that fault
        check_dates_used(draft)
    if draft.faults or head is None:
        # Two members that extend the same faulty file report its faults twice.
        raise ScenarioError(dict.fromkeys(draft.faults))
    rules = tuple(item.rule for item in placed)
    made = {"rules": rules, "mixture": flattened(pairs), "open_end": open_end}
    return head.model_copy(update=made), placed


def _load(path: Path) -> dict[str, Any]:
    text = read_text(path)
    content = text.found if isinstance(text, Unreadable) else parse_toml(text)
    if isinstance(content, str):
        expected, cure = "a scenario in TOML", "correct the file"
        raise ScenarioError([Fault("", content, expected, cure, str(path))])
    return content


def _head(draft: Draft) -> Scenario | None:
    """The scenario without its rules; None if required keys are missing."""
    given = {key: draft.content[key] for key in HEAD_KEYS if key in draft.content}
    try:
        return Scenario(scenario=draft.path.stem, **given)
    except ScenarioError as error:
        # The scenario is named by its file.
        named = {"scenario": "file name"}
        draft.take(replace(fault, key=named.get(fault.key, fault.key)) for fault in error.faults)
        return None


def _turning_points(draft: Draft, dates: Mapping[str, date | str]) -> Points:
    named = draft.content.get("dates", {})
    if not isinstance(named, dict):
        cure = "write them under [dates]"
        draft.add("dates", shown(named), expected="a table of days", cure=cure)
        return {}
    for name in dates:
        if name not in named:
            raise unknown_name(f"turning point of {draft.path.name}", name, named)
    points: dict[str, date | None] = {}
    for name, given in {**named, **dates}.items():
        day = day_of(given)
        if day is None:
            draft.add(f"dates, {name}", shown(given), expected=A_DAY, cure="correct it")
        # A faulty day stays in the list, so that the rules that use it are not reported too.
        points[name] = day
    return points


def _inherited(draft: Draft, points: Points, placed: list[Placed]) -> list[Placed]:
    name, until = draft.content.get("extends"), draft.content.get("extends_until")
    day = None if until is None else dated_in(draft, "extends_until", until, points)
    if name is None:
        if until is not None:
            cure = "say which scenario it extends, or drop it"
            draft.add("extends_until", "a day alone", expected="extends too", cure=cure)
        return []
    span = span_of(draft)
    if day is not None and span is not None:
        check_day(draft, "extends_until", day, span)
    other = _other(draft, "extends", name)
    if other is None or (day is None and until is not None):
        return []
    kept = [item for item in other[1] if day is None or item.rule.starts < day]
    return [
        Placed(
            item.entry if item.inherited else f"{item.entry} of {name}",
            replaced(item.rule, [new.rule for new in placed], until=day),
            inherited=True,
        )
        for item in kept
    ]


def _other(draft: Draft, where: str, name: object) -> tuple[Scenario, list[Placed]] | None:
    """Read a scenario of the same folder, or a shipped one; None and a fault if there is none."""
    folder = draft.path.parent
    sibling = folder / f"{name}.toml"
    path = sibling if exists(sibling) else _shipped(str(name))
    if not isinstance(name, str) or not exists(path):
        known = {*shipped_scenarios(), *(file.stem for file in folder.glob("*.toml"))}
        known -= {draft.path.stem}
        expected = "a scenario in the folder of this file, or a shipped one"
        draft.add(where, shown(name), expected=expected, cure=did_you_mean(str(name), known))
        return None
    if len(draft.seen) >= LONGEST_CHAIN:
        found = f"a chain of more than {LONGEST_CHAIN} files"
        draft.add(where, found, expected="a shorter one", cure="extend an earlier file of it")
        return None
    if path.resolve() in draft.seen:
        chain = " -> ".join(file.stem for file in (*draft.seen, path))
        cure = "break the circle"
        draft.add(where, chain, expected="a chain that ends", cure=cure)
        return None
    try:
        return _read(path, {}, seen=draft.seen)
    except ScenarioError as error:
        draft.faults.extend(error.faults)
        return None


def _members(draft: Draft, *, start: date | None) -> list[tuple[Scenario, float]]:
    entries = tables_of(draft, "mixture", draft.content.get("mixture", []))
    course_keys = [key for key in COURSE_KEYS if key in draft.content]
    if entries and course_keys:
        found = f"{' and '.join(course_keys)} with it"
        cure = "move them to a scenario of their own"
        draft.add("mixture", found, expected="a mixture alone", cure=cure)
    before = len(draft.faults)
    pairs = []
    for number, given in enumerate(entries, start=1):
        entry_key = f"member {number}"
        try:
            entry = Entry.model_validate(given)
        except ScenarioError as error:
            draft.take(error.faults, within=entry_key)
            continue
        other = _other(draft, f"{entry_key}, scenario", entry.scenario)
        if other is not None:
            pairs.append((other[0], entry.probability))
    # A sum over some of the members would only repeat the fault of the others.
    if entries and len(draft.faults) == before:
        draft.take(mixture_faults(pairs))
        starts = {scenario.start for scenario, _ in pairs}
        if start is not None and len(starts) == 1 and start not in starts:
            expected = f"{starts.pop()}, as its members"
            draft.add("start", str(start), expected=expected, cure="start on the same day")
    return pairs


def _event_days() -> dict[str, date]:
    """Dates of the shipped events, by name."""
    table = TABLES["policy_events"]
    path = shipped_folder() / table.file
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    events = TableLines({table.name: parse_table(table, text)[0]}).of(PolicyEventRow)
    return {line.row.event: line.row.date for line in events}
