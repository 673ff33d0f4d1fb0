"""Sections of the page between the rankings and the assumptions, from finished results.

Each function takes contents or runs and gives frozen rows and figures; the template draws them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from exposure.report.contents import Contents, drawn_member, first_day
from exposure.report.files.json_output import rows_of
from exposure.report.html.drawing import (
    Axis,
    Interval,
    IntervalChart,
    Line,
    LineChart,
    interval_chart,
    line_chart,
    whole_axis,
)
from exposure.report.text import formats
from exposure.tables.schema.supply import ElementRow

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

DAYS_A_WEEK = 7

MONTHS_BETWEEN = (3, 6, 12, 24, 60)
"""Months between two labels of a dated axis: the least that leaves room."""

MOST_LABELS = 5
"""Labels of a dated axis at most."""

SHADE = 62.0
"""Opacity of the darkest cell of a heat map, in percent: text on it can still be read."""

WEEKS_BETWEEN = 13
"""Weeks between two columns of the table of flows: a quarter."""


def dated_axis(start: date, weeks: int, title: str) -> Axis:
    """An axis of weeks with months as labels.

    Examples
    --------
    >>> dated_axis(date(2026, 10, 2), 104, "First hit").ticks[:2]
    ((13.0, 'Jan 2027'), (38.857142857142854, 'Jul 2027'))
    """
    last = start + timedelta(weeks=weeks)
    for months in MONTHS_BETWEEN:
        days = [
            date(year, month, 1)
            for year in range(start.year, last.year + 1)
            for month in range(1, 13)
            if (12 * year + month - 1) % months == 0
        ]
        inside = [day for day in days if start <= day <= last]
        if len(inside) <= MOST_LABELS:
            break
    ticks = tuple(((day - start).days / DAYS_A_WEEK, f"{day:%b %Y}") for day in inside)
    return Axis(0.0, float(weeks), ticks, title)


def score_chart(contents: Contents, *, sectors: int | None = None) -> IntervalChart:
    """Scores of all sectors under every course, in the order of the first."""
    tables = [_by_sector("ranking", run.ranking) for run in contents.runs]
    order = list(tables[0])[:sectors]
    values = [[_score_interval(table[sector]) for table in tables] for sector in order]
    top = max((interval.high or 0.0 for row in values for interval in row), default=1.0)
    axis = whole_axis(top, "Score, on a scale from 0 to 100 (line: 5–95 % of draws)")
    return interval_chart([str(tables[0][sector]["name"]) for sector in order], values, axis)


def _by_sector(result: str, frame: "pd.DataFrame") -> dict[str, dict[str, Any]]:
    return {str(row["sector"]): row for row in rows_of(result, frame)}


def _score_interval(row: Mapping[str, Any]) -> Interval:
    return Interval(row["score_p05"], row["score"], row["score_p95"])


def date_chart(contents: Contents) -> IntervalChart:
    """First hit of all sectors under every course; empty if half the draws have none."""
    start = first_day(contents)
    tables = [_by_sector("impact_dates", frame) for frame in contents.dates]
    order = list(tables[0])
    values = [[_date_interval(table[sector], start) for table in tables] for sector in order]
    last = max(_last_week(run, start) for run in contents.runs)
    axis = dated_axis(start, last, "First hit (line: 5–95 % of draws; an arrow: later or never)")
    return interval_chart([str(tables[0][sector]["name"]) for sector in order], values, axis)


def _date_interval(row: Mapping[str, Any], start: date) -> Interval | None:
    low, middle, high = (
        None if row[f"first_hit_date_{end}"] is None
        else (row[f"first_hit_date_{end}"] - start).days / DAYS_A_WEEK
        for end in ("p05", "p50", "p95")
    )  # fmt: skip
    return None if middle is None else Interval(low, middle, high)


def _last_week(run: "Assessment", start: date) -> int:
    return run.settings.horizon_weeks + (run.first_day - start).days // DAYS_A_WEEK


def element_names(contents: Contents) -> dict[str, str]:
    """Names of the elements by symbol."""
    rows = contents.runs[0].dataset.rows_of(ElementRow)
    return {str(row.element): row.name for row in rows}


@dataclass(frozen=True)
class HeatCell:
    """A cell of a heat map."""

    value: float
    text: str
    """Empty where it would read 0.0."""
    shade: str
    """Opacity of its ground."""


@dataclass(frozen=True)
class HeatMap:
    """Points of the score by element under one course."""

    elements: tuple[tuple[str, str], ...]
    """Symbol and name."""
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    """Name of the sector, and a cell an element."""


def heat_maps(contents: Contents) -> list[HeatMap]:
    """Heat map of every course, on one scale."""
    names = element_names(contents)
    top = max(
        (float(points.to_numpy().max(initial=0.0)) for points in contents.elements), default=0.0
    )
    maps = []
    for run, frame in zip(contents.runs, contents.elements, strict=True):
        labels = {sector: scored.label.name for sector, scored in run.sectors.items()}
        rows = tuple(
            (labels[sector], tuple(_heat_cell(value, top) for value in row))
            for sector, row in zip(frame.index, frame.to_numpy(dtype=float).tolist(), strict=True)
        )
        elements = tuple(
            (str(element), names.get(str(element), str(element))) for element in frame.columns
        )
        maps.append(HeatMap(elements, rows))
    return maps


def _heat_cell(value: float, top: float) -> HeatCell:
    text = formats.points(value)
    shown = text != formats.points(0.0)
    shade = SHADE * value / top if shown and top else 0.0
    return HeatCell(value, text if shown else "", f"{shade:.1f}%")


@dataclass(frozen=True)
class FlowRow:
    """A class of buyers and goods."""

    name: str
    size: float
    """Share of all pairs of buyer and goods."""
    states: str
    """Licence states in their order."""
    flow: tuple[float, ...]
    """Share of the usual flow, every `WEEKS_BETWEEN` weeks."""


@dataclass(frozen=True)
class FlowTable:
    """Licensed flow of one course by class."""

    course: str
    days: tuple[str, ...]
    rows: tuple[FlowRow, ...]


def flow_chart(contents: Contents) -> LineChart | None:
    """Licensed flow of all classes together under every course; None where all goods are free."""
    lines = []
    for course, (run, frame) in enumerate(zip(contents.runs, contents.flows, strict=True)):
        rows = frame[frame["scenario"] == drawn_member(run).scenario]
        if rows.empty:
            continue
        weighted = (rows["flow"] * rows["size"]).groupby(rows["week"]).sum()
        lines.append(Line(course, (weighted / rows.groupby("week")["size"].sum()).tolist()))
    if not lines:
        return None
    weeks = max(len(line.values) for line in lines) - 1
    largest = max(max(line.values) for line in lines)
    across = dated_axis(first_day(contents), weeks, "Week")
    return line_chart(lines, across, whole_axis(largest, "Flow", factor=100.0, unit=" %"))


def flow_tables(contents: Contents) -> list[FlowTable]:
    """Licensed flow of every course by class and quarter."""
    tables = []
    for run, frame in zip(contents.runs, contents.flows, strict=True):
        flows = frame[frame["scenario"] == drawn_member(run).scenario]
        weeks = sorted(flows["week"].unique())[::WEEKS_BETWEEN]
        days = [run.scenario.start + timedelta(weeks=int(week)) for week in weeks]
        rows = [
            _flow_row(
                str(name) if run.settings.destination != "all" else f"{destination}: {name}", part
            )
            for (destination, name), part in flows.groupby(
                ["destination", "licence_class"], sort=False
            )
        ]
        rows.sort(key=lambda row: (-row.size, row.name))
        tables.append(FlowTable(run.scenario.name, tuple(map(str, days)), tuple(rows)))
    return tables


def _flow_row(name: str, part: "pd.DataFrame") -> FlowRow:
    ordered = part.sort_values("week")
    states: Sequence[str] = ordered["state"].tolist()
    turns = [state for state, before in zip(states, ["", *states], strict=False) if state != before]
    return FlowRow(
        name,
        float(part["size"].iloc[0]),
        ", then ".join(state.replace("_", " ") for state in turns),
        tuple(ordered["flow"].iloc[::WEEKS_BETWEEN].tolist()),
    )
