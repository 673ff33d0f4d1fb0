"""Figures of levers: points gained with their cost, and remaining risk for each budget."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from exposure.arguments import FRAME, TEXT, check_arguments, instance_of
from exposure.errors import ArgumentError, unknown_name
from exposure.faults import Fault
from exposure.report.plots.labels import label
from exposure.report.plots.rankings import GRID, PALETTE
from exposure.scoring.lever_columns import TOTAL

if TYPE_CHECKING:
    import pandas as pd

AXES = instance_of(Axes, "matplotlib Axes", "write figure.subplots()")

HELPS, HARMS, ALONE = PALETTE[0], PALETTE[1], "#555555"
"""Colours that also differ in lightness, and so in grey; hatching and markers differ too."""

MOST_DRAWN = 12
"""Levers drawn, by the size of what they change."""


def plot_levers(table: "pd.DataFrame", axes: Axes, sector: str = TOTAL) -> Axes:
    """Points that each lever gains, with their interval and its cost.

    Parameters
    ----------
    table
        ``table`` of `ex.levers`.
    axes
        Axes to draw on: bars are means over draws, lines the 5-95 % interval; a harmful lever has
        a hatched bar. Its central cost is at the right, in millions of USD.
    sector
        Sector, or total.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.

    Examples
    --------
    >>> import exposure as ex
    >>> from matplotlib.figure import Figure
    >>> quick = ex.Settings(draws=16, horizon_weeks=52)
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", quick)
    >>> few = [own for own in ex.read_levers() if own.lever.startswith("rating")]
    >>> axes = ex.plot_levers(ex.levers(result, few).table, Figure().subplots())
    >>> len(axes.patches)
    3
    """
    check_arguments("plot_levers", table=(table, FRAME), axes=(axes, AXES), sector=(sector, TEXT))
    known = list(dict.fromkeys(table["sector"]))
    if sector not in known:
        raise unknown_name("sector", sector, known)
    effects = table[table["sector"] == sector]
    largest = effects["points"].abs().sort_values(ascending=False).index[:MOST_DRAWN]
    effects = effects.loc[largest].sort_values("points").reset_index(drop=True)
    for position, (_, row) in enumerate(effects.iterrows()):
        helps = row["points"] >= 0.0
        axes.barh(
            position, row["points"], height=0.62, color=HELPS if helps else HARMS,
            hatch="" if helps else "///", edgecolor="white", zorder=2,
        )  # fmt: skip
        axes.hlines(position, row["points_p05"], row["points_p95"], color="black", linewidth=1.0,
                    zorder=3)  # fmt: skip
        axes.annotate(
            f"{row['cost_musd']:,.0f}", (1.0, position), xycoords=("axes fraction", "data"),
            xytext=(4, 0), textcoords="offset points", va="center", fontsize=7,
        )  # fmt: skip
    names = [label(row["name"], key=row["lever"]) for _, row in effects.iterrows()]
    axes.set_yticks(range(len(effects)), names, fontsize=7)
    axes.axvline(0.0, color="black", linewidth=0.8)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("points gained, mean and 5–95 %; at the right: cost, million USD", fontsize=8)
    return axes


def plot_frontier(table: "pd.DataFrame", axes: Axes) -> Axes:
    """Remaining risk with the best set of levers for each budget.

    Parameters
    ----------
    table
        From `ex.portfolios`.
    axes
        Axes to draw on: dots joined by steps are the sets that were found, open squares the best
        single lever of each budget; the dashed line is the risk without any lever. Budgets have a
        logarithmic axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.

    Raises
    ------
    ArgumentError
        If a budget is 0, which a logarithmic axis cannot show.

    Examples
    --------
    >>> import pandas as pd
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"budget_musd": [1.0, 10.0], "risk_without": [5.0, 5.0],
    ...                       "risk_with": [4.0, 2.0], "best_single_risk": [4.0, 3.0]})
    >>> len(plot_frontier(table, Figure().subplots()).lines)
    3
    """
    check_arguments("plot_frontier", table=(table, FRAME), axes=(axes, AXES))
    budgets = table["budget_musd"].to_numpy(dtype=float)
    if (budgets <= 0.0).any():
        raise ArgumentError(
            [Fault("table", "a budget of 0", "budgets above 0", "leave it out", "ex.plot_frontier")]
        )
    risk, alone = table["risk_with"], table["best_single_risk"]
    axes.plot(budgets, risk, drawstyle="steps-post", marker="o", color=HELPS, zorder=3,
              label="best set found")  # fmt: skip
    # Open, so that a square around a dot says that one lever is as good as the set.
    axes.plot(budgets, alone, linestyle="none", marker="s", color=ALONE, markersize=10,
              fillstyle="none", zorder=4, label="best single lever")  # fmt: skip
    axes.plot(budgets, table["risk_without"], linestyle="--", color="black", linewidth=0.8,
              label="no lever")  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.set_ylim(bottom=0.0, top=1.08 * float(np.max(table["risk_without"])))
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("budget, million USD", fontsize=8)
    axes.set_ylabel("risk left, from mean and worst draws", fontsize=8)
    # Above the panel: inside it, the markers of the legend would read as data.
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=8, ncols=3)
    return axes
