"""The section of the page on what would help, from finished runs of levers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exposure.report.contents import Contents
from exposure.report.files.json_output import rows_of
from exposure.report.lever_findings import Helping
from exposure.report.text.formats import NONE, percent, points, with_error
from exposure.scoring.lever_columns import TOTAL

if TYPE_CHECKING:
    from exposure.result import Assessment

MOST = 8
"""Levers listed for all sectors together; levers.csv holds all."""

LEAST = 0.05
"""Points from which a lever is said to help: less rounds to nothing."""

Row = Mapping[str, Any]
"""A row of a table of levers."""


@dataclass(frozen=True)
class Gain:
    """Effect of a lever under one course, as text, with the number by which a column is sorted."""

    points: float | None
    shown: str
    """Points with their error of sampling."""
    interval: str
    worse: str
    """Share of draws in which it does harm, in percent."""


@dataclass(frozen=True)
class LeverRow:
    """A lever under every course, for all sectors together."""

    name: str
    cost: float
    cost_shown: str
    gains: tuple[Gain, ...]


@dataclass(frozen=True)
class Best:
    """The best lever of a sector under one course."""

    name: str
    """Empty where none helps."""
    points: float | None
    shown: str
    cost: float | None
    cost_shown: str


@dataclass(frozen=True)
class SectorRow:
    """The best lever of one sector under every course."""

    name: str
    best: tuple[Best, ...]


@dataclass(frozen=True)
class HelpSection:
    """Content of the section."""

    draws: int
    levers: tuple[LeverRow, ...]
    """Levers that help most under any course, the best first."""
    sectors: tuple[SectorRow, ...]
    """Best lever of each sector, in the order of the first course."""
    left_out: tuple[str, ...]


def help_section(contents: Contents) -> HelpSection | None:
    """Make the section; None if it was not requested."""
    found = contents.helping
    if found is None:
        return None
    tables = [rows_of("levers", table) for table in found.tables]
    return HelpSection(
        found.draws, _levers(tables), _sectors(contents.runs, tables), found.left_out
    )


def best_of_course(helping: Helping | None, number: int) -> str:
    """Sentence on the lever that helps all sectors together most under a course.

    Parameters
    ----------
    helping
        Of the report.
    number
        Place of the course.
    """
    if helping is None:
        return ""
    rows: list[Row] = [*rows_of("levers", helping.tables[number])]
    best = _most([row for row in rows if row["sector"] == TOTAL and row["points"] >= LEAST])
    if best is None:
        return ""
    return (
        f"Most would help: {best['name']}. All sectors together score {_with_error(best)} points "
        f"less; it costs {_cost(best)} million USD."
    )


def _most(rows: Sequence[Row]) -> Row | None:
    return min(rows, key=lambda row: (-row["points"], row["lever"]), default=None)


def _levers(tables: Sequence[Sequence[Row]]) -> tuple[LeverRow, ...]:
    courses = [{str(row["lever"]): row for row in t if row["sector"] == TOTAL} for t in tables]
    highest: dict[str, float] = {}
    for course in courses:
        for name, row in course.items():
            highest[name] = max(row["points"], highest.get(name, row["points"]))
    order = sorted(highest, key=lambda name: (-highest[name], name))
    chosen = [name for name in order if highest[name] >= LEAST][:MOST]
    rows = []
    for name in chosen:
        known = next(course[name] for course in courses if name in course)
        gains = tuple(_gain(course.get(name)) for course in courses)
        rows.append(LeverRow(str(known["name"]), known["cost_musd"], _cost(known), gains))
    return tuple(rows)


def _gain(row: Row | None) -> Gain:
    if row is None:
        return Gain(None, NONE, NONE, NONE)
    return Gain(row["points"], _with_error(row), _interval(row), percent(row["worse_share"]))


def _with_error(row: Row) -> str:
    return with_error(row["points"], row["points_se"])


def _interval(row: Row) -> str:
    return f"{points(row['points_p05'])} to {points(row['points_p95'])}"


def _cost(row: Row) -> str:
    low, central, high = (
        _two_digits(row[name]) for name in ("cost_low_musd", "cost_musd", "cost_high_musd")
    )
    return f"{central} ({low}–{high})"


def _two_digits(value: float) -> str:
    """A cost as two digits: no lever's cost is known better."""
    return f"{float(f'{value:.2g}'):,g}"


def _sectors(
    runs: "Sequence[Assessment]", tables: Sequence[Sequence[Row]]
) -> tuple[SectorRow, ...]:
    by_sector: list[dict[str, list[Row]]] = []
    for table in tables:
        helpful: dict[str, list[Row]] = {}
        for row in table:
            if row["points"] >= LEAST:
                helpful.setdefault(str(row["sector"]), []).append(row)
        by_sector.append(helpful)
    ranked = rows_of("ranking", runs[0].ranking)
    rows = (
        SectorRow(
            str(row["name"]),
            tuple(_best(_most(course.get(str(row["sector"]), []))) for course in by_sector),
        )
        for row in ranked
    )
    return tuple(row for row in rows if any(best.name for best in row.best))


def _best(row: Row | None) -> Best:
    if row is None:
        return Best("", None, NONE, None, NONE)
    shown = f"{points(row['points'])} ({_interval(row)})"
    return Best(str(row["name"]), row["points"], shown, row["cost_musd"], _cost(row))
