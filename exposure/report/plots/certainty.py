"""Figures of the certainty of a ranking and of the inputs that decide it; nothing is computed here.

Shades run from light to dark, and bars that differ in kind differ in hatching too, so that each
figure is read as well in grey and by readers who see few colours.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from exposure.report.plots.figure_files import INK
from exposure.report.plots.labels import label, labels, literal, set_fonts
from exposure.report.plots.rankings import DARK_ABOVE, GRID, PALETTE

if TYPE_CHECKING:
    import pandas as pd

BEHIND_NUMBERS = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
"""Keeps numbers legible on bars."""

BLANK_BELOW = 0.005
"""Probability below which a cell stays without a number: it would read 0."""

SMALLEST_STEP = 0.05
"""Points below which a cause has no bar in a waterfall: its number would read 0.0."""

UP, DOWN = PALETTE[0], "#DDDDDD"
"""Bars that add to a score, and bars that take from it."""

HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---", "ooo", "+++")
"""Patterns that distinguish areas in grey."""

INPUT_WIDTH = 44
"""Characters of a line of the name of an input."""


def plot_rank_acceptability(
    held: "pd.DataFrame", axes: Axes, *, names: Mapping[str, str] | None = None
) -> Axes:
    """Probability of each rank: sectors down, ranks across, darker for likelier.

    Parameters
    ----------
    held
        As `rank_acceptability` gives it.
    axes
        Axes to draw on.
    names
        Labels of the sectors; without them, their ids.
    """
    wide = held.pivot_table(index="sector", columns="rank", values="probability", sort=False)
    values = wide.to_numpy(dtype=float)
    axes.pcolormesh(values, cmap="Greys", vmin=0.0, vmax=1.0, edgecolors="white", linewidth=1.0)
    for (row, column), value in np.ndenumerate(values):
        if value >= BLANK_BELOW:
            axes.text(
                column + 0.5, row + 0.5, f"{100.0 * value:.0f}", ha="center", va="center",
                color="white" if value > DARK_ABOVE else INK, fontsize="x-small",
            )  # fmt: skip
    axes.set_xticks(np.arange(len(wide.columns)) + 0.5, [str(rank) for rank in wide.columns])
    _ticks(
        axes,
        np.arange(len(wide)) + 0.5,
        labels([str(sector) for sector in wide.index], names or {}),
    )
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.set_xlabel("Rank: percent of draws in which the sector holds it; blank: less than 0.5")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def plot_waterfall(points: Mapping[str, float], axes: Axes) -> Axes:
    """Draw a score as the sum of its causes, the largest first, the whole score last.

    Causes of less than 0.05 points have no bar of their own: it would be empty and read 0.0.

    Parameters
    ----------
    points
        Points of the score by cause; their sum is the score.
    axes
        Axes to draw on.
    """
    order = sorted(
        (name for name in points if abs(points[name]) >= SMALLEST_STEP),
        key=lambda name: -points[name],
    )
    reached = 0.0
    for position, cause in enumerate(order):
        step = points[cause]
        axes.bar(
            position, step, bottom=reached, width=0.7, color=UP if step > 0.0 else DOWN,
            edgecolor=INK, linewidth=0.6, hatch="" if step > 0.0 else HATCHES[1],
        )  # fmt: skip
        _number_above(axes, position, max(reached, reached + step), step)
        reached += step
        axes.hlines(reached, position + 0.35, position + 0.65, color=INK, linewidth=0.6)
    score = sum(points.values())
    axes.bar(len(order), score, width=0.7, color="#555555", edgecolor=INK, linewidth=0.6)
    _number_above(axes, len(order), score, score)
    shown = [label(name.replace("_", " "), key=name, width=14) for name in order]
    texts = axes.set_xticks(range(len(order) + 1), [*shown, "score"], fontsize="small")
    set_fonts([tick.label1 for tick in texts])
    axes.set_ylim(0.0, max(1.0, 1.12 * score))
    axes.set_ylabel("Points of the score, 0 to 100")
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _number_above(axes: Axes, position: float, top: float, value: float) -> None:
    axes.annotate(
        f"{value:.1f}", (position, top), ha="center", va="bottom", xytext=(0, 2),
        textcoords="offset points",
    )  # fmt: skip


def plot_tornado(table: "pd.DataFrame", axes: Axes, *, score: float) -> Axes:
    """Expected score at the low and the high end of each input, the largest input first.

    Parameters
    ----------
    table
        As `tornado` gives it.
    axes
        Axes to draw on.
    score
        Mean score: the line from which the bars start.
    """
    positions = np.arange(len(table))
    away = np.abs(table[["score_at_low", "score_at_high"]].to_numpy(dtype=float) - score)
    for end, colour, hatch in (("low", DOWN, HATCHES[1]), ("high", UP, "")):
        reached = table[f"score_at_{end}"].to_numpy(dtype=float)
        bars = axes.barh(
            positions, reached - score, left=score, height=0.7, color=colour, edgecolor=INK,
            linewidth=0.6, hatch=hatch, label=f"input {end} ({'5' if end == 'low' else '95'} %)",
        )  # fmt: skip
        for row, bar in enumerate(bars):
            # Where both ends are on one side, the shorter bar is in front.
            bar.set_zorder(3 if abs(reached[row] - score) <= away[row].min() else 2)
        other = table["score_at_low" if end == "high" else "score_at_high"].to_numpy(dtype=float)
        for row, value in enumerate(reached):
            place, right = _place_of_number(value, float(other[row]), score)
            axes.annotate(
                f"{table[end].iloc[row]:.3g}", (place, row), ha="left" if right else "right",
                va="center", xytext=(3 if right else -3, 0), textcoords="offset points",
                fontsize="x-small", zorder=4, bbox=BEHIND_NUMBERS,
            )  # fmt: skip
    axes.axvline(score, color=INK, linewidth=0.8)
    names = [label(str(name), key=str(name), width=INPUT_WIDTH) for name in table["input"]]
    _ticks(axes, positions, names)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.margins(x=0.12)
    axes.set_xlabel("Expected score; numbers: value of the input")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    if len(table):
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, ncols=2)
    return axes


def _place_of_number(reached: float, other: float, score: float) -> tuple[float, bool]:
    """Place of the number of one end of a bar, and whether it is written to the right of it.

    It is at the end of its bar. Where both ends are on one side, the number of the shorter bar is
    on the other side of the score, so that the two never overlap.
    """
    right = reached >= score
    is_inner = (other >= score) == right and abs(reached - score) < abs(other - score)
    return (score, not right) if is_inner else (reached, right)


def plot_flip_map(
    region: "pd.DataFrame", axes: Axes, *, rank: int = 1, names: Mapping[str, str] | None = None
) -> Axes:
    """Sector that holds a rank at all probabilities of two scenarios.

    Parameters
    ----------
    region
        As `order_by_probability` gives it.
    axes
        Axes to draw on: each point is a small square, coloured and hatched by the sector.
    rank
        Rank that is drawn.
    names
        Labels of the sectors; without them, their ids.
    """
    of_rank = region[region["rank"] == rank]
    steps = len(of_rank["first_probability"].unique()) - 1
    side = 1.0 / max(1, steps)
    sectors = list(dict.fromkeys(of_rank["sector"]))
    for number, sector in enumerate(sectors):
        here = of_rank[of_rank["sector"] == sector]
        for one, other in zip(here["first_probability"], here["second_probability"], strict=True):
            axes.add_patch(_square(float(one), float(other), side, number))
    axes.set_xlim(-side / 2, 1.0 + side / 2)
    axes.set_ylim(-side / 2, 1.0 + side / 2)
    first, second = of_rank["first_scenario"].iloc[0], of_rank["second_scenario"].iloc[0]
    axes.set_xlabel(f"Probability of {literal(str(first))}")
    axes.set_ylabel(f"Probability of {literal(str(second))}")
    _legend_of(axes, labels(sectors, names or {}), rank)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _square(one: float, other: float, side: float, number: int) -> Rectangle:
    colour, hatch = _look(number)
    return Rectangle(
        (one - side / 2, other - side / 2), side, side, edgecolor="white", linewidth=0.4,
        facecolor=colour, hatch=hatch,
    )  # fmt: skip


def _look(number: int) -> tuple[str, str]:
    """Colour and hatching of an area."""
    return PALETTE[number % len(PALETTE)], HATCHES[number % len(HATCHES)]


def _legend_of(axes: Axes, texts: Sequence[str], rank: int) -> None:
    looks = [_look(number) for number in range(len(texts))]
    handles = [
        Patch(edgecolor="white", label=text, facecolor=colour, hatch=hatch)
        for text, (colour, hatch) in zip(texts, looks, strict=True)
    ]
    legend = axes.legend(
        handles=handles, title=f"rank {rank}", loc="lower left", bbox_to_anchor=(0.0, 1.0),
        frameon=False, ncols=min(3, len(texts)), handlelength=2.4,
    )  # fmt: skip
    set_fonts(legend.get_texts())


def _ticks(axes: Axes, places: Sequence[float] | np.ndarray, texts: Sequence[str]) -> None:
    axes.set_yticks(list(places), list(texts))
    set_fonts(axes.get_yticklabels())
