"""Grids of policy: every combination of rules, days, elements and buyers, added to a course.

A grid is a TOML file. Its rules are in the words of `exposure.policy.rule_words`, without element,
buyer and day, which the grid adds:

    base = "licences_continue"
    dates = [2026-12-01, 2027-06-01]
    elements = ["Sm", ["Dy", "Tb"], "*"]
    buyers = ["civil", "military"]

    [rules]
    withheld = "withheld"
    slow = "ordinary, delay_weeks=12"

A folder of scenario files is a grid of its own: one point per file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from exposure.arguments import PATH, check_arguments
from exposure.errors import ExposureError, ScenarioError, UnknownNameError
from exposure.faults import Fault
from exposure.policy.rules import Statement
from exposure.policy.scenario import Scenario
from exposure.policy.scenario_file import read_scenario, shipped_scenarios
from exposure.spelling import did_you_mean
from exposure.tables.reading.text_file import Unreadable, parse_toml, read_text
from exposure.terms import ANY, Identifier

MOST_POINTS = 100_000
"""Largest number of points; a larger grid is taken for a mistake."""


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _each_listed(value: object) -> object:
    return [_listed(entry) for entry in value] if isinstance(value, list) else [[value]]


Words = Annotated[list[str], Field(min_length=1)]
"""Words of one selector of a rule."""


class Grid(Statement):
    """Content of a grid file."""

    base: Annotated[list[str], Field(min_length=1), BeforeValidator(_listed)]
    """Courses to which the rules are added."""
    dates: Annotated[list[date], Field(min_length=1), BeforeValidator(_listed)]
    """Days on which the rules begin."""
    elements: Annotated[list[Words], Field(min_length=1), BeforeValidator(_each_listed)] = Field(
        default_factory=lambda: [[ANY]]
    )
    """Elements that the rules name, together or one by one."""
    buyers: Annotated[list[Words], Field(min_length=1), BeforeValidator(_each_listed)] = Field(
        default_factory=lambda: [[ANY]]
    )
    """Buyer classes and tiers, in the words of a rule."""
    rules: Annotated[dict[Identifier, str], Field(min_length=1)]
    """Rules in words, under names that the author chooses."""


@dataclass(frozen=True)
class Point:
    """A scenario of a sweep and its position in the grid, which is empty for a scenario file."""

    scenario: Scenario
    base: str = ""
    rule: str = ""
    day: date | None = None
    elements: str = ""
    buyers: str = ""


def read_grid(path: str | Path) -> tuple[Point, ...]:
    """Read a grid, or a folder of scenario files.

    Parameters
    ----------
    path
        A TOML file, or a folder.

    Returns
    -------
    tuple
        Points in the order of bases, rules, dates, elements and buyers; of a folder, by name.

    Raises
    ------
    ScenarioError
        With all faults of the file, or of all files of the folder.

    Examples
    --------
    >>> from exposure.policy.grid import Grid, points_of
    >>> grid = Grid(base="licences_continue", dates=["2026-12-01"], rules={"withheld": "withheld"})
    >>> [point.scenario.scenario for point in points_of(grid)]
    ['licences_continue__withheld__20261201__all__all']
    """
    check_arguments("read_grid", path=(path, PATH))
    given = Path(path)
    if given.is_dir():
        return _of_folder(given)
    text = read_text(given)
    content = text.found if isinstance(text, Unreadable) else parse_toml(text)
    if isinstance(content, str):
        cure = "correct the file"
        raise ScenarioError([Fault("", content, "a grid in TOML", cure, str(given))])
    try:
        return points_of(Grid.model_validate(content))
    except ScenarioError as error:
        raise ScenarioError(fault.at(given.name) for fault in error.faults) from error


def _of_folder(folder: Path) -> tuple[Point, ...]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        expected = "at least one scenario file"
        raise ScenarioError([Fault("", "no TOML file", expected, "add one", str(folder))])
    points: list[Point] = []
    faults: list[Fault] = []
    for file in files:
        try:
            points.append(Point(read_scenario(file)))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(dict.fromkeys(faults))
    return tuple(points)


def points_of(grid: Grid) -> tuple[Point, ...]:
    """All combinations of a grid.

    Raises
    ------
    ScenarioError
        With all faults of all rules, each once.
    """
    axes = (grid.base, grid.rules, grid.dates, grid.elements, grid.buyers)
    size = 1
    for axis in axes:
        size *= len(axis)
    if size > MOST_POINTS:
        expected = f"at most {MOST_POINTS:,} in one sweep"
        raise ScenarioError([Fault("", f"{size:,} points", expected, "make several grids of it")])
    bases = _bases(grid)
    points: list[Point] = []
    faults: list[Fault] = []
    for name, rule, day, elements, buyers in product(*axes):
        point = Point(bases[name], name, rule, day, " ".join(elements), " ".join(buyers))
        try:
            points.append(
                _with_rule(point, ", ".join(_words(grid.rules[rule], day, elements, buyers)))
            )
        except ScenarioError as error:
            faults += [fault.within(f"rules, {rule}") for fault in error.faults]
    faults += _twice(points)
    if faults:
        raise ScenarioError(dict.fromkeys(faults))
    return tuple(points)


def _bases(grid: Grid) -> dict[str, Scenario]:
    bases: dict[str, Scenario] = {}
    faults: list[Fault] = []
    for name in grid.base:
        try:
            bases[name] = read_scenario(name)
        except UnknownNameError:
            cure = did_you_mean(name, shipped_scenarios())
            faults.append(Fault("base", f"'{name}'", "a scenario", cure))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(dict.fromkeys(faults))
    return bases


def _words(rule: str, day: date, elements: list[str], buyers: list[str]) -> Iterator[str]:
    """Words of the rule of one point."""
    yield from (word for word in (*elements, *buyers) if word != ANY)
    yield rule
    yield f"from {day}"


def _with_rule(point: Point, rule: str) -> Point:
    """A point with its rule added to the course."""
    try:
        made = point.scenario.with_rules([rule])
    except ExposureError as error:
        raise ScenarioError(error.faults or str(error)) from error
    chosen = (
        point.scenario.scenario,
        point.rule,
        f"{point.day:%Y%m%d}",
        *(("_".join(part.split()).lower() if part != ANY else "all") for part in
          (point.elements, point.buyers)),
    )  # fmt: skip
    named = made.model_copy(update={"scenario": "__".join(chosen)})
    return Point(named, point.base, point.rule, point.day, point.elements, point.buyers)


def _twice(points: list[Point]) -> list[Fault]:
    """Points that occur twice in a grid."""
    seen: set[str] = set()
    twice = []
    for point in points:
        if point.scenario.scenario in seen:
            found = f"{point.scenario.scenario} twice"
            twice.append(Fault("", found, "each combination once", "drop the repeated ones"))
        seen.add(point.scenario.scenario)
    return twice
