"""Figures of finished results; nothing is computed here.

Every ``plot_`` function takes results and an `Axes`, draws, and returns the `Axes`. Scores are in
points, 0 to 100; shares come as fractions and are shown in percent. Colours are those of Okabe
and Ito, which colour-blind readers can distinguish; markers and line styles differ too.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, MonthLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from exposure.arguments import check_arguments
from exposure.report.contents import drawn_member
from exposure.report.plots.figure_files import INK, SOFT_INK, settled
from exposure.report.plots.labels import (
    columns_that_fit,
    label,
    labels,
    literal,
    most_lines,
    set_fonts,
    widest,
)
from exposure.report.text.marks import tables_line
from exposure.report.text.rule_lines import turning_points
from exposure.result import ASSESSMENTS

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe, M. and Ito, K. (2008). Color universal design."""

MARKERS = ("o", "s", "D", "^", "v", "P", "X")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

GRID = "#d9d9d9"
INTERVAL_EVERY = 13
"""Weeks between two intervals of the weekly figure: a quarter."""

DAYS_BETWEEN = 6.0
"""Days by which the intervals of two sectors are set apart."""

MARGIN_DAYS = 14.0
"""Days left free right of the last interval, which is at the last week."""

SIDE_INCHES = 0.35
"""Inches of a figure that neither its labels nor its legend use."""

LINE_HEIGHT = 0.15
"""Inches of one line of a label."""

BLANK_BELOW = 0.05
"""Points below which a cell of the heat map stays without a number: it would read 0.0."""

DARK_ABOVE = 0.55
"""Share of the colour scale above which numbers are white."""


def plot_scores(assessments: "Sequence[Assessment]", axes: Axes) -> Axes:
    """Scores with their 5-95 % intervals, several scenarios side by side.

    Parameters
    ----------
    assessments
        At least one; sectors have the order of the first.
    axes
        Axes to draw on.
    """
    order = list(assessments[0].ranking["sector"])
    names = _names(assessments[0])
    spread = 0.26 if len(assessments) <= len(MARKERS) // 2 else 0.8 / len(assessments)
    for number, result in enumerate(assessments):
        ranking = result.ranking.set_index("sector").loc[order]
        positions = np.arange(len(order)) + spread * (number - (len(assessments) - 1) / 2)
        colour = PALETTE[number % len(PALETTE)]
        axes.hlines(
            positions, ranking["score_p05"], ranking["score_p95"], color=colour, linewidth=1.6
        )
        axes.plot(
            ranking["score"], positions, MARKERS[number % len(MARKERS)],
            color=colour, markersize=4.5,
            label=label(result.scenario.name, key=result.scenario.scenario),
        )  # fmt: skip
    for edge in np.arange(0.5, len(order) - 1):
        axes.axhline(edge, color=GRID, linewidth=0.6, zorder=0)
    _sector_ticks(axes, np.arange(len(order)), order, names)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xlim(-1.0, 101.0)
    axes.set_xlabel("Score, 0 to 100 (line: 5–95 % of draws)")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    _legend(axes, columns=min(3, len(assessments)))
    return _plain(axes)


def plot_heat_map(
    points: "pd.DataFrame", axes: Axes, *, names: Mapping[str, str] | None = None
) -> Axes:
    """Points of the score of each cause: sectors down, causes across.

    Parameters
    ----------
    points
        As `Assessment.attribution` gives it, by element or otherwise.
    axes
        Axes to draw on.
    names
        Labels of the sectors; without them, their ids.
    """
    values = points.to_numpy(dtype=float)
    top = max(float(values.max(initial=0.0)), 1.0)
    axes.pcolormesh(values, cmap="Blues", vmin=0.0, vmax=top, edgecolors="white", linewidth=1.0)
    for (row, column), value in np.ndenumerate(values):
        if value >= BLANK_BELOW:
            axes.text(
                column + 0.5, row + 0.5, f"{value:.1f}", ha="center", va="center",
                color="white" if value > DARK_ABOVE * top else INK, fontsize="small",
            )  # fmt: skip
    causes = [literal(str(cause)) for cause in points.columns]
    axes.set_xticks(np.arange(len(causes)) + 0.5, causes)
    _sector_ticks(axes, np.arange(len(points)) + 0.5, points.index, names or {})
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.set_xlabel("Points of the score (0 to 100); blank: less than 0.05")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def plot_weekly(assessment: "Assessment", axes: Axes, *, top: int = 5) -> Axes:
    """Weekly lost share of output of the sectors ranked first, with 5-95 % intervals.

    Intervals are drawn every `INTERVAL_EVERY` weeks, side by side: five bands over each other
    cannot be distinguished. One sector alone gets a band. Vertical lines mark the start of control
    and the days on which the rules change. Of a mixture, its most probable member is drawn.

    Parameters
    ----------
    assessment
        A finished run.
    axes
        Axes to draw on.
    top
        Number of sectors.
    """
    member = drawn_member(assessment)
    weekly = assessment.weekly
    weekly = weekly[weekly["scenario"] == member.scenario]
    first = assessment.ranking.head(top)
    for number, (_, row) in enumerate(first.iterrows()):
        weeks = weekly[weekly["sector"] == row["sector"]]
        name = label(str(row["name"]), key=str(row["sector"]))
        _draw_weeks(axes, weeks, name=name, number=number, of=len(first))
    first_day, last_day = _day_number(weekly["date"].min()), _day_number(weekly["date"].max())
    spread = DAYS_BETWEEN * (len(first) - 1) / 2
    axes.set_xlim(first_day, last_day + spread + MARGIN_DAYS)
    _frame_weeks(axes, "band" if len(first) == 1 else "bars")
    turns = turning_points(member, destination=assessment.settings.destination)
    _mark_days(axes, [member.start, *turns])
    _legend(axes, columns=3, above=1.09)
    return _plain(axes)


def _draw_weeks(axes: Axes, weeks: "pd.DataFrame", *, name: str, number: int, of: int) -> None:
    colour, style = PALETTE[number % len(PALETTE)], LINE_STYLES[number % len(LINE_STYLES)]
    days = np.array([_day_number(day) for day in weeks["date"]])
    axes.plot(days, weeks["lost_share"], color=colour, linestyle=style, label=name)
    if of == 1:
        axes.fill_between(days, weeks["low"], weeks["high"], color=colour, alpha=0.15, linewidth=0)
        return
    some = slice(INTERVAL_EVERY - 1, None, INTERVAL_EVERY)
    days_drawn = days[some] + DAYS_BETWEEN * (number - (of - 1) / 2)
    axes.vlines(
        days_drawn, weeks["low"].iloc[some], weeks["high"].iloc[some], color=colour, linewidth=1.2
    )


def _frame_weeks(axes: Axes, interval: str) -> None:
    axes.set_ylim(0.0, 1.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylabel("Lost share of the week's output")
    axes.set_xlabel(f"Week beginning ({interval}: 5–95 % of draws)")
    locator = MonthLocator(bymonth=(1, 4, 7, 10))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.grid(axis="y", color=GRID, linewidth=0.6)


def _day_number(day: date) -> float:
    """Place of a day on a dated axis, in days."""
    return float(date2num(day))  # type: ignore[no-untyped-call]


def _mark_days(axes: Axes, days: Sequence[date]) -> None:
    """Dotted lines with their dates above the frame, in two rows so that they do not overlap."""
    left, right = axes.get_xlim()
    inside = [day for day in days if left <= _day_number(day) <= right]
    for number, day in enumerate(inside):
        day_position = _day_number(day)
        axes.axvline(day_position, color="#666666", linestyle=(0, (1, 2)), linewidth=1.0)
        axes.annotate(
            f"{day} control begins" if day == days[0] else str(day),
            (day_position, 1.0), xycoords=("data", "axes fraction"),
            xytext=(0, 3 + 9 * (number % 2)), textcoords="offset points",
            ha="left", fontsize="x-small", color=SOFT_INK,
        )  # fmt: skip


def plot_attribution(
    points: "pd.DataFrame", axes: Axes, *, names: Mapping[str, str] | None = None
) -> Axes:
    """Scores as stacked bars, split by what causes them.

    Parameters
    ----------
    points
        As `Assessment.attribution` gives it, by stage or otherwise.
    axes
        Axes to draw on.
    names
        Labels of the sectors; without them, their ids.
    """
    points = points.loc[:, points.ne(0.0).any()]
    positions = np.arange(len(points))
    reached = np.zeros(len(points))
    for cause, colour in zip(points.columns, cycle(PALETTE), strict=False):
        share = points[cause].to_numpy(dtype=float)
        axes.barh(
            positions, share, left=reached, height=0.7, color=colour,
            edgecolor="white", linewidth=0.5, label=literal(str(cause).replace("_", " ")),
        )  # fmt: skip
        reached = reached + share
    _sector_ticks(axes, positions, points.index, names or {})
    axes.set_ylim(len(points) - 0.5, -0.5)
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("Points of the score, 0 to 100")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    if len(points.columns) > 0:  # under free flow nothing is held up at any stage
        _legend(axes, columns=min(4, len(points.columns)))
    return _plain(axes)


def _names(assessment: "Assessment") -> dict[str, str]:
    """Names of the sectors of a result, by id."""
    return {sector: scored.label.name for sector, scored in assessment.sectors.items()}


def _sector_ticks(
    axes: Axes, positions: Iterable[float], sectors: Iterable[str], names: Mapping[str, str]
) -> None:
    """Label the vertical axis with the names of sectors."""
    axes.set_yticks(list(positions), labels([str(sector) for sector in sectors], names))
    set_fonts(axes.get_yticklabels())


def _legend(axes: Axes, *, columns: int, above: float = 1.0) -> None:
    """A legend above the axes, in as many columns as fit."""
    entries = axes.get_legend_handles_labels()[1]
    label_width = widest([text.get_text() for text in axes.get_yticklabels()])
    inches = float(axes.figure.bbox.width) / axes.figure.dpi
    room = inches - label_width - SIDE_INCHES
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, above), frameon=False, borderaxespad=0.3,
        ncols=columns_that_fit(entries, room, most=columns), handlelength=2.4, columnspacing=1.4,
    )  # fmt: skip
    set_fonts(legend.get_texts())


def _plain(axes: Axes) -> Axes:
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _height(rows: int, *, row: float, names: Mapping[str, str]) -> float:
    """Inches of some rows, each high enough for the tallest name among them."""
    lines = most_lines(labels(list(names), names))
    return rows * (row if lines == 1 else max(row, LINE_HEIGHT * (lines + 0.3)))


def scores_figure(assessments: "Sequence[Assessment]") -> Figure:
    """Figure of the scores of all scenarios, as tall as its sectors need.

    Parameters
    ----------
    assessments
        Results of the same tables, one a scenario.

    Returns
    -------
    matplotlib.figure.Figure
        Scores, 0 to 100, with their 5-95 % intervals; the sectors in the order of the first result.
    """
    check_arguments("scores_figure", assessments=(assessments, ASSESSMENTS))
    first = assessments[0]
    row = 0.14 + 0.08 * len(assessments)
    height = _height(len(first.ranking), row=row, names=_names(first))
    figure = Figure(figsize=(7.5, 1.1 + height), layout="constrained")
    plot_scores(assessments, figure.subplots())
    return settled(figure, tables_line(first.dataset))


def heat_map_figure(points: "pd.DataFrame", names: Mapping[str, str], mark: str = "") -> Figure:
    """Heat map of sectors by cause, as tall as its sectors need; `mark` as `settled` takes it."""
    height = _height(len(points), row=0.27, names=names)
    figure = Figure(figsize=(7.5, 0.9 + height), layout="constrained")
    plot_heat_map(points, figure.subplots(), names=names)
    return settled(figure, mark)


def weekly_figure(assessment: "Assessment") -> Figure:
    """Weekly losses of the sectors ranked first."""
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    plot_weekly(assessment, figure.subplots())
    return settled(figure, tables_line(assessment.dataset))


def attribution_figure(points: "pd.DataFrame", names: Mapping[str, str], mark: str = "") -> Figure:
    """Stacked bars of sectors by cause, as tall as they need; `mark` as `settled` takes it."""
    height = _height(len(points), row=0.27, names=names)
    figure = Figure(figsize=(7.5, 1.1 + height), layout="constrained")
    plot_attribution(points, figure.subplots(), names=names)
    return settled(figure, mark)
