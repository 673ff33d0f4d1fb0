"""Figures of finished results; nothing is computed here.

Every ``plot_`` function takes results and an `Axes`, draws, and returns the `Axes`. Scores are in
points, 0 to 100; shares come as fractions and are shown in percent. Colours are those of Okabe
and Ito, which colour-blind readers tell apart; markers and line styles differ too.

Figures are `matplotlib.figure.Figure` objects: nothing global is touched, and no window opens.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import cycle
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, MonthLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from exposure.arguments import check_arguments, instance_of
from exposure.policy.scenario import Scenario
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
INK = "#222222"

STYLE: Mapping[Any, Any] = {
    "font.size": 9.0,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "exposure",
}
"""Style of the report's figures; the hash salt keeps ids in SVG the same from run to run."""

DOTS_PER_INCH = 150

INTERVAL_EVERY = 13
"""Weeks between two intervals of the weekly figure: a quarter."""

DAYS_BETWEEN = 6.0
"""Days by which the intervals of two sectors stand apart."""

MARGIN_DAYS = 14.0
"""Days left free right of the last interval, which stands beside the last week."""

BLANK_BELOW = 0.05
"""Points below which a cell of the heat map stays without a number: it would read 0.0."""

DARK_ABOVE = 0.55
"""Share of the colour scale above which numbers are white."""


FIGURE = instance_of(Figure, "a Figure", "write axes.figure")


@contextmanager
def report_style() -> Iterator[None]:
    """Style of the report, whatever the user's own matplotlib configuration says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def plot_scores(assessments: "Sequence[Assessment]", axes: Axes) -> Axes:
    """Scores with their 5-95 % intervals, several scenarios side by side.

    Parameters
    ----------
    assessments
        At least one; sectors stand in the order of the first.
    axes
        Where to draw.
    """
    order = list(assessments[0].ranking["sector"])
    names = assessments[0].ranking.set_index("sector")["name"]
    spread = 0.26 if len(assessments) <= len(MARKERS) // 2 else 0.8 / len(assessments)
    for number, result in enumerate(assessments):
        ranking = result.ranking.set_index("sector").loc[order]
        place = np.arange(len(order)) + spread * (number - (len(assessments) - 1) / 2)
        colour = PALETTE[number % len(PALETTE)]
        axes.hlines(place, ranking["score_p05"], ranking["score_p95"], color=colour, linewidth=1.6)
        axes.plot(
            ranking["score"], place, MARKERS[number % len(MARKERS)],
            color=colour, markersize=4.5, label=result.scenario.name,
        )  # fmt: skip
    for edge in np.arange(0.5, len(order) - 1):
        axes.axhline(edge, color=GRID, linewidth=0.6, zorder=0)
    axes.set_yticks(range(len(order)), [str(names[sector]) for sector in order])
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
    """Points of the score that each cause bears: sectors down, causes across.

    Parameters
    ----------
    points
        As `Assessment.attribution` gives it, by element or otherwise.
    axes
        Where to draw.
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
    axes.set_xticks(np.arange(len(points.columns)) + 0.5, [str(c) for c in points.columns])
    axes.set_yticks(np.arange(len(points)) + 0.5, _labels(points.index, names))
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.set_xlabel("Points of the score (0 to 100); blank: less than 0.05")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def plot_weekly(assessment: "Assessment", axes: Axes, *, top: int = 5) -> Axes:
    """Weekly lost share of output of the sectors ranked first, with 5-95 % intervals.

    Intervals stand every `INTERVAL_EVERY` weeks, side by side: five bands over each other
    cannot be told apart. One sector alone gets a band. Vertical lines mark the start of control
    and the days on which the rules change. Of a mixture, its most probable member is drawn.

    Parameters
    ----------
    assessment
        A finished run.
    axes
        Where to draw.
    top
        Number of sectors.
    """
    member = drawn_member(assessment)
    weekly = assessment.weekly
    weekly = weekly[weekly["scenario"] == member.scenario]
    first = assessment.ranking.head(top)
    for number, (_, row) in enumerate(first.iterrows()):
        own = weekly[weekly["sector"] == row["sector"]]
        _draw_weeks(axes, own, label=str(row["name"]), number=number, of=len(first))
    first_day, last_day = _day_number(weekly["date"].min()), _day_number(weekly["date"].max())
    beside = DAYS_BETWEEN * (len(first) - 1) / 2
    axes.set_xlim(first_day, last_day + beside + MARGIN_DAYS)
    _frame_weeks(axes, "band" if len(first) == 1 else "bars")
    turns = turning_points(member, destination=assessment.settings.destination)
    _mark_days(axes, [member.start, *turns])
    _legend(axes, columns=3, above=1.09)
    return _plain(axes)


def _draw_weeks(axes: Axes, own: "pd.DataFrame", *, label: str, number: int, of: int) -> None:
    colour, style = PALETTE[number % len(PALETTE)], LINE_STYLES[number % len(LINE_STYLES)]
    days = np.array([_day_number(day) for day in own["date"]])
    axes.plot(days, own["lost_share"], color=colour, linestyle=style, label=label)
    if of == 1:
        axes.fill_between(days, own["low"], own["high"], color=colour, alpha=0.15, linewidth=0)
        return
    some = slice(INTERVAL_EVERY - 1, None, INTERVAL_EVERY)
    beside = days[some] + DAYS_BETWEEN * (number - (of - 1) / 2)
    axes.vlines(beside, own["low"].iloc[some], own["high"].iloc[some], color=colour, linewidth=1.2)


def loses_nothing(assessment: "Assessment") -> bool:
    """Whether no sector loses anything, so that there is nothing to draw."""
    return not bool(assessment.ranking["score"].any())


def drawn_member(assessment: "Assessment") -> Scenario:
    """Scenario whose weeks are drawn: itself, or the most probable member of a mixture."""
    return max(assessment.scenario.members, key=lambda pair: pair[1])[0]


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
    """Dotted lines with their dates above the frame, in two rows so that they do not meet."""
    left, right = axes.get_xlim()
    inside = [day for day in days if left <= _day_number(day) <= right]
    for number, day in enumerate(inside):
        place = _day_number(day)
        axes.axvline(place, color="#666666", linestyle=(0, (1, 2)), linewidth=1.0)
        axes.annotate(
            f"{day} control begins" if day == days[0] else str(day),
            (place, 1.0), xycoords=("data", "axes fraction"),
            xytext=(0, 3 + 9 * (number % 2)), textcoords="offset points",
            ha="left", fontsize="x-small", color="#555555",
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
        Where to draw.
    names
        Labels of the sectors; without them, their ids.
    """
    place = np.arange(len(points))
    reached = np.zeros(len(points))
    for cause, colour in zip(points.columns, cycle(PALETTE), strict=False):
        share = points[cause].to_numpy(dtype=float)
        axes.barh(
            place, share, left=reached, height=0.7, color=colour,
            edgecolor="white", linewidth=0.5, label=str(cause).replace("_", " "),
        )  # fmt: skip
        reached = reached + share
    axes.set_yticks(place, _labels(points.index, names))
    axes.set_ylim(len(points) - 0.5, -0.5)
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("Points of the score, 0 to 100")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    if len(points.columns) > 0:  # under free flow nothing is held up at any stage
        _legend(axes, columns=min(4, len(points.columns)))
    return _plain(axes)


def _labels(sectors: "pd.Index[str]", names: Mapping[str, str] | None) -> list[str]:
    return [str((names or {}).get(str(sector), sector)) for sector in sectors]


def _legend(axes: Axes, *, columns: int, above: float = 1.0) -> None:
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, above), ncols=columns, frameon=False,
        borderaxespad=0.3, handlelength=2.4, columnspacing=1.4,
    )  # fmt: skip


def _plain(axes: Axes) -> Axes:
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def scores_figure(assessments: "Sequence[Assessment]") -> Figure:
    """Figure of the scores of all scenarios, as tall as its sectors need."""
    check_arguments("scores_figure", assessments=(assessments, ASSESSMENTS))
    rows = len(assessments[0].ranking)
    figure = Figure(
        figsize=(7.5, 1.1 + rows * (0.14 + 0.08 * len(assessments))), layout="constrained"
    )
    plot_scores(assessments, figure.subplots())
    return _settled(figure)


def heat_map_figure(points: "pd.DataFrame", names: Mapping[str, str]) -> Figure:
    """Heat map of sectors by cause, as tall as its sectors need."""
    figure = Figure(figsize=(7.5, 0.9 + 0.27 * len(points)), layout="constrained")
    plot_heat_map(points, figure.subplots(), names=names)
    return _settled(figure)


def weekly_figure(assessment: "Assessment") -> Figure:
    """Weekly losses of the sectors ranked first."""
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    plot_weekly(assessment, figure.subplots())
    return _settled(figure)


def attribution_figure(points: "pd.DataFrame", names: Mapping[str, str]) -> Figure:
    """Stacked bars of sectors by cause, as tall as its sectors need."""
    figure = Figure(figsize=(7.5, 1.1 + 0.27 * len(points)), layout="constrained")
    plot_attribution(points, figure.subplots(), names=names)
    return _settled(figure)


def _settled(figure: Figure) -> Figure:
    """Lay a figure out once and for all: a second layout could move things by a hair."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


def svg(figure: Figure) -> str:
    """Text of a figure as SVG, the same bytes for the same figure."""
    check_arguments("svg", figure=(figure, FIGURE))
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": STYLE["svg.hashsalt"], "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata=nothing)
    return buffer.getvalue().decode("utf-8")


def inline_svg(text: str, *, prefix: str, label: str) -> str:
    """Turn a figure into an element of a page, with ids of its own and a label to be read aloud.

    Parameters
    ----------
    text
        As `svg` gives it.
    prefix
        Put before every id, so that several figures share a page.
    label
        What the figure shows; plain words, without markup.
    """
    element = text[text.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", element)
    quoted = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return element.replace("<svg", f'<svg role="img" aria-label="{quoted}"', 1)


def png(figure: Figure) -> bytes:
    """Bytes of a figure as PNG, the same for the same figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
