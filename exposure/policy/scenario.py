"""Scenarios: one course of policy each, or a mixture of several with probabilities.

A scenario is a TOML file: a paragraph on what it assumes, a start, and rules. It may extend
another up to a day, which keeps the past common to all. A file names its turning points once,
under ``[dates]``, so that `read_scenario` can move them.
"""

import hashlib
import math
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exposure.errors import ScenarioError, unknown_name
from exposure.policy.rules import Rule, contradictions
from exposure.tables.location import shipped_folder
from exposure.terms import Identifier, week_of

PROBABILITY_TOLERANCE = 1e-9
"""Largest accepted |sum - 1| of the probabilities of a mixture."""

FILE_KEYS = {
    "name", "start", "horizon_weeks", "text", "sources",
    "extends", "extends_until", "dates", "rules", "mixture",
}  # fmt: skip


class Member(BaseModel):
    """One scenario of a mixture, with its probability."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: "Scenario"
    probability: Annotated[float, Field(ge=0.0, le=1.0)]


class Scenario(BaseModel):
    """One course of policy, or a mixture of several.

    Attributes
    ----------
    scenario
        Stable key.
    rules
        Rules in force at some time; empty for a mixture.
    mixture
        Members with probabilities; empty for a single course.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: Identifier
    name: Annotated[str, Field(min_length=1)]
    start: date
    """First day; week 0."""
    horizon_weeks: Annotated[int, Field(ge=1)] = 104
    """Weeks the scenario is written for; a rule outside them is an error."""
    text: Annotated[str, Field(min_length=1)]
    """What it assumes, in plain words."""
    sources: tuple[str, ...] = ()
    """Sources of the table ``sources`` on which it stands."""
    rules: tuple[Rule, ...] = ()
    mixture: tuple[Member, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of everything it says."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def members(self) -> tuple[tuple["Scenario", float], ...]:
        """Single courses with their probabilities; itself with 1 unless it is a mixture."""
        if not self.mixture:
            return ((self, 1.0),)
        return tuple((member.scenario, member.probability) for member in self.mixture)


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
    path = Path(name)
    if path.suffix != ".toml":
        known = shipped_scenarios()
        if str(name) not in known:
            raise unknown_name("scenario", str(name), known)
        path = shipped_folder() / "scenarios" / f"{name}.toml"
    return _read_file(path, dates or {}, seen=())


def mix(
    name: str, members: Mapping[Scenario, float] | list[tuple[Scenario, float]], *, text: str
) -> Scenario:
    """Make a mixture: several courses of policy with probabilities.

    Outcomes are mixed, never licensed flows: the loss under an average flow would understate
    the average loss.

    Raises
    ------
    ScenarioError
        If the probabilities do not sum to 1, or the courses start on different days.
    """
    pairs = list(members.items()) if isinstance(members, Mapping) else list(members)
    flat = [(own, p * q) for scenario, p in pairs for own, q in scenario.members]
    _check_mixture(name, [p for _, p in pairs], {own.start for own, _ in flat})
    return Scenario(
        scenario=name,
        name=name,
        start=flat[0][0].start,
        horizon_weeks=max(own.horizon_weeks for own, _ in flat),
        text=text,
        mixture=tuple(Member(scenario=own, probability=p) for own, p in flat),
    )


def _check_mixture(where: str, probabilities: list[float], starts: set[date]) -> None:
    total = math.fsum(probabilities)
    if abs(total - 1.0) > PROBABILITY_TOLERANCE:
        raise ScenarioError(
            f"{where}: found probabilities that sum to {total:g}; expected 1; correct them"
        )
    if len(starts) > 1:
        shown = ", ".join(str(day) for day in sorted(starts))
        raise ScenarioError(
            f"{where}: found members that start on {shown}; expected one day; "
            "mix scenarios with a common past"
        )


def _read_file(path: Path, dates: Mapping[str, date | str], seen: tuple[Path, ...]) -> Scenario:
    if path in seen:
        raise ScenarioError(f"{path.name}: extends itself; expected a chain that ends")
    content = _load(path)
    turning_points = _turning_points(path, content, dates)
    seen = (*seen, path)
    rules = _inherited(path, content, turning_points, seen)
    own = [_dated(rule, turning_points, path) for rule in content.get("rules", [])]
    members = [
        {
            "scenario": _named(path, str(m.get("scenario")), seen),
            "probability": m.get("probability"),
        }
        for m in content.get("mixture", [])
    ]
    fields = {
        k: content[k] for k in ("name", "start", "horizon_weeks", "text", "sources") if k in content
    }
    try:
        scenario = Scenario(scenario=path.stem, rules=[*rules, *own], mixture=members, **fields)
    except ValidationError as error:
        raise ScenarioError(_explain(path, error)) from error
    _check(path.name, scenario)
    return scenario


def _load(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ScenarioError(
            f"{path}: found an unreadable file ({error.strerror}); expected a scenario; "
            "correct the path"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(
            f"{path.name}: found text that is not TOML ({error}); correct that line"
        ) from error
    unknown = sorted(set(content) - FILE_KEYS)
    if unknown:
        raise ScenarioError(f"{path.name}: {unknown_name('key', unknown[0], FILE_KEYS)}")
    return content


def _turning_points(
    path: Path, content: Mapping[str, Any], dates: Mapping[str, date | str]
) -> dict[str, date]:
    points = dict(content.get("dates", {}))
    for name, day in dates.items():
        if name not in points:
            raise unknown_name(f"turning point of {path.name}", name, points or ["(none)"])
        try:
            points[name] = date.fromisoformat(day) if isinstance(day, str) else day
        except ValueError as error:
            raise ScenarioError(
                f"{path.name}: turning point {name}: found '{day}'; expected a day, YYYY-MM-DD"
            ) from error
    return points


def _dated(rule: Mapping[str, object], points: Mapping[str, date], path: Path) -> dict[str, Any]:
    dated: dict[str, Any] = dict(rule)
    for key in ("starts", "ends"):
        if isinstance(dated.get(key), str):
            if dated[key] not in points:
                found = unknown_name("turning point", dated[key], points or ["(none)"])
                raise ScenarioError(f"{path.name}: {key}: {found}")
            dated[key] = points[dated[key]]
    return dated


def _inherited(
    path: Path, content: Mapping[str, Any], points: Mapping[str, date], seen: tuple[Path, ...]
) -> list[Rule]:
    if "extends" not in content:
        return []
    rules = _named(path, str(content["extends"]), seen).rules
    until = _dated({"ends": content.get("extends_until")}, points, path)["ends"]
    if until is None:
        return list(rules)
    return [
        rule.model_copy(update={"ends": min(until, rule.ends or until)})
        for rule in rules
        if rule.starts < until
    ]


def _named(path: Path, name: str, seen: tuple[Path, ...]) -> Scenario:
    """Read a scenario that a file refers to: beside it, or shipped."""
    beside = path.parent / f"{name}.toml"
    if beside.is_file():
        return _read_file(beside, {}, seen)
    known = shipped_scenarios()
    if name not in known:
        raise ScenarioError(f"{path.name}: {unknown_name('scenario', name, known)}")
    return _read_file(shipped_folder() / "scenarios" / f"{name}.toml", {}, seen)


def _explain(path: Path, error: ValidationError) -> str:
    findings = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"])
        if item["type"] == "missing":
            findings.append(f"{where}: found nothing; expected a value")
            continue
        expected = item["msg"].removeprefix("Input should be ")
        findings.append(f"{where}: found {item['input']!r}; expected {expected}")
    return "\n  - ".join([f"{path.name}: {len(findings)} faults", *findings])


def _check(where: str, scenario: Scenario) -> None:
    if scenario.mixture:
        _check_mixture(
            where,
            [member.probability for member in scenario.mixture],
            {member.scenario.start for member in scenario.mixture},
        )
    for first, second in contradictions(scenario.rules):
        raise ScenarioError(
            f"{where}: rules {first + 1} and {second + 1} select the same cases between the "
            f"same days and say '{scenario.rules[first].state}' and "
            f"'{scenario.rules[second].state}'; keep one, or give them different days"
        )
    end = scenario.start + timedelta(weeks=scenario.horizon_weeks)
    for number, rule in enumerate(scenario.rules, start=1):
        for what, day in (("starts", rule.starts), ("ends", rule.ends)):
            if day is not None and not scenario.start <= day <= end:
                week = week_of(day, start=scenario.start)
                raise ScenarioError(
                    f"{where}: rule {number} {what} on {day}, week {week}; expected a day "
                    f"from {scenario.start} to {end}; move it, or lengthen horizon_weeks"
                )
        if rule.ends is not None and rule.ends <= rule.starts:
            raise ScenarioError(
                f"{where}: rule {number} starts on {rule.starts} and ends on {rule.ends}; "
                "expected an end after the start; swap them"
            )
