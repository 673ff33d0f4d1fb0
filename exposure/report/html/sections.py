"""Sections of the page between the rankings and the assumptions, from finished results.

Each function takes contents or runs and gives frozen rows and figures; the template draws them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from exposure.report.contents import Contents, drawn_member, first_day
from exposure.report.files.json_output import rows_of
from exposure.report.html.drawing import (
    Axis,
    BarChart,
    Interval,
    IntervalChart,
    Line,
    LineChart,
    bar_chart,
    interval_chart,
    line_chart,
    whole_axis,
)
from exposure.report.text import formats
from exposure.tables.schema.supply import ElementRow

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

TOP = 5
"""Sectors of which the anatomy is shown."""

DAYS_A_WEEK = 7

MONTHS_BETWEEN = (3, 6, 12, 24, 60)
"""Months between two labels of a dated axis: the least that leaves room."""

MOST_LABELS = 5
"""Labels of a dated axis at most."""

SHADE = 62.0
"""Opacity of the darkest cell of a heat map, in percent: text on it can still be read."""

LEAST_HELD_UP = 0.05
"""Share of need below which an exit stage is left out of the words on a sector."""

WEEKS_BETWEEN = 13
"""Weeks between two columns of the table of flows: a quarter."""

COLOURS = 8
"""Colours of the parts of a bar in the style sheet."""


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


@dataclass(frozen=True)
class CauseRow:
    """An element, or a group of alternatives, in the anatomy of a sector."""

    cause: str
    names: str
    colour: int
    points: tuple[float, ...]
    """Shares of the score, one for each course."""
    held_up: str
    """Exit stages at which its supply is held up, in words."""


@dataclass(frozen=True)
class QuarterRow:
    """A quarter of which losses were seen, with what the draws imply."""

    quarter: str
    seen: str
    implied: str


@dataclass(frozen=True)
class Anatomy:
    """A sector under every course."""

    sector: str
    name: str
    worst: str
    """Course under which it scores highest."""
    bars: BarChart
    causes: tuple[CauseRow, ...]
    weeks: LineChart
    quarters: tuple[QuarterRow, ...]


def anatomies(contents: Contents, *, top: int = TOP) -> list[Anatomy]:
    """Anatomy of the sectors that score highest under any course, highest first."""
    runs = contents.runs
    highest = {sector: max(run.sectors[sector].score for run in runs) for sector in runs[0].sectors}
    order = sorted(highest, key=lambda sector: (-round(highest[sector], 9), sector))
    chosen = [sector for sector in order[:top] if highest[sector] > 0.0]
    causes = sorted({c for run in runs for s in run.sectors.values() for c in s.risk.causes})
    colours = {cause: number % COLOURS for number, cause in enumerate(causes)}
    largest = max((highest[sector] for sector in chosen), default=1.0)
    lost = max((float(_weekly(run, s)[2].max()) for run in runs for s in chosen), default=1.0)
    return [_anatomy(contents, sector, colours, largest, lost) for sector in chosen]


def _anatomy(
    contents: Contents, sector: str, colours: Mapping[str, int], largest: float, lost: float
) -> Anatomy:
    runs = contents.runs
    worst = max(runs, key=lambda run: run.sectors[sector].score)
    names = element_names(contents)
    parts = [run.sectors[sector].risk.causes for run in runs]
    met = {cause: tuple(part.get(cause, 0.0) for part in parts) for cause in colours}
    order = sorted(met, key=lambda cause: (-max(met[cause]), cause))
    shown = [cause for cause in order if formats.points(max(met[cause])) != formats.points(0.0)]
    rows = tuple(
        CauseRow(
            cause,
            "/".join(names.get(element, element) for element in cause.split("/")),
            colours[cause],
            met[cause],
            held_up_words(worst.sectors[sector].risk.held_up, cause),
        )
        for cause in shown
    )
    bars = bar_chart(
        [run.scenario.name for run in runs],
        [
            [(colours[c], met[c][n], f"{c}: {formats.points(met[c][n])}") for c in shown]
            for n in range(len(runs))
        ],
        largest=largest,
    )
    return Anatomy(
        sector,
        worst.sectors[sector].label.name,
        worst.scenario.name,
        bars,
        rows,
        week_chart(contents, sector, lost),
        quarters(runs[0], sector),
    )


def element_names(contents: Contents) -> dict[str, str]:
    """Names of the elements by symbol."""
    rows = contents.runs[0].dataset.rows_of(ElementRow)
    return {str(row.element): row.name for row in rows}


def held_up_words(held_up: Mapping[tuple[str, str], float], cause: str) -> str:
    """Exit stages at which the supply of an element is stopped, as shares of the need for it.

    Parameters
    ----------
    held_up
        Share of need stopped, by element or group and exit stage.
    cause
        The element or group.

    Examples
    --------
    >>> held_up_words({("Y", "magnet"): 0.09, ("Y", "separation"): 0.87}, "Y")
    'separation 87 %, magnet 9 %'
    >>> held_up_words({("Y", "magnet"): 0.01}, "Y")
    '-'
    """
    found = {stage: share for (label, stage), share in held_up.items() if label == cause}
    shown = sorted((-share, stage) for stage, share in found.items() if share >= LEAST_HELD_UP)
    return (
        ", ".join(f"{stage} {formats.percent(-share)} %" for share, stage in shown) or formats.NONE
    )


def _weekly(run: "Assessment", sector: str) -> np.ndarray:
    """Mean, 5th and 95th percentile of the weekly loss, (3, T), of the course that is drawn."""
    names = [member.scenario for member, _ in run.scenario.members]
    member_index = names.index(drawn_member(run).scenario)
    weekly: np.ndarray = run.sectors[sector].risk.weekly[member_index, :3]
    return weekly


def week_chart(contents: Contents, sector: str, largest: float) -> LineChart:
    """Weekly lost share of a sector's output under every course, with 5-95 % bands."""
    lines = []
    for course, run in enumerate(contents.runs):
        mean, low, high = _weekly(run, sector)
        lines.append(Line(course, mean.tolist(), low.tolist(), high.tolist()))
    weeks = max(len(line.values) for line in lines) - 1
    across = dated_axis(first_day(contents), weeks, "Week")
    return line_chart(lines, across, whole_axis(largest, "Lost", factor=100.0, unit=" %"))


def quarters(run: "Assessment", sector: str) -> tuple[QuarterRow, ...]:
    """Losses seen of a sector, with those that the draws imply, by quarter."""
    if run.conditioned is None:
        return ()
    found = [r for r in run.conditioned.ranges if r.kind == "losses" and r.subject == sector]
    return tuple(
        QuarterRow(
            f"{compared.from_date} to {compared.to_date}",
            f"{formats.percent(compared.low, 1)}–{formats.percent(compared.high, 1)}",
            _implied(compared.conditioned_mean, compared.conditioned_p05, compared.conditioned_p95),
        )
        for compared in sorted(found, key=lambda seen: seen.from_date)
    )


def _implied(mean: float | None, low: float | None, high: float | None) -> str:
    if mean is None or low is None or high is None:
        return formats.NONE
    return formats.mean_percent(mean, low, high)


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
