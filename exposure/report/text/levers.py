"""Effects of levers in plain text."""

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from exposure.measures.lever import KINDS
from exposure.report.text import formats
from exposure.report.text.layout import WIDTH, aligned, shortened, underlined, wrapped
from exposure.scoring.lever_columns import TOTAL

if TYPE_CHECKING:
    import pandas as pd

    from exposure.report.lever_findings import LeverFindings

NAME_WIDTH = 46
"""Columns for the name of a lever."""

MOST_PAIRS = 10
"""Pairs listed; CSV and JSON hold all."""

BEST = 5
"""Levers listed for a sector."""

HARM = 0.05
"""Points from which harm is named: less would read 0.0."""

MOST_HARMED = 4
"""Sectors named that a lever harms."""

LEVERS_NOTE = (
    "points: sum of the scores of all counted sectors without the lever less that with it, mean "
    "over common draws with the 5th and 95th percentile; worse: share of draws in which the sum "
    "is higher with it; avoided: value added that is not lost, in millions of USD a year; cost: "
    "central cost until the end of the scored weeks in millions of USD, with its range."
)
PAIRS_NOTE = (
    "Interaction: points gained together less the sum of both alone; above 0 they need each "
    "other, below 0 one replaces the other. Pairs are run on fewer draws; in brackets: Monte "
    "Carlo standard error."
)
PORTFOLIOS_NOTE = (
    "Risk: points of all counted sectors, mean and mean of the worst draws weighed as in the "
    "score. Error: Monte Carlo standard error, on all draws and common ones."
)
STOCKS_NOTE = (
    "weeks: additional stock, in weeks of need and equal on all channels, that the sector must "
    "hold on the first scored day to make a large loss unlikely; bought: probability of a large "
    "loss if only this sector buys that stock from the pool over half a year instead. Cost: the "
    "oxides only, in millions of USD."
)


def levers_text(found: "LeverFindings") -> str:
    """Say what each lever changes, and what else was asked for.

    Parameters
    ----------
    found
        Tables of one run.
    """
    assessment = found.assessment
    counted = ", ".join(found.counted) if found.counted else "all sectors"
    head = (
        f"{assessment.scenario.name} ({assessment.scenario.scenario}) | {counted} | "
        f"{formats.counted(assessment.settings.horizon_weeks, 'week')} "
        f"from {assessment.first_day} | "
        f"{formats.counted(assessment.settings.draws, 'draw')}"
    )
    blocks = [
        underlined("What would help") + f"\n{shortened(head, WIDTH)}",
        _totals(found.levers),
        wrapped(LEVERS_NOTE, width=WIDTH),
        harm_text(found.levers),
        *(_best(found.levers, sector) for sector in found.counted),
    ]
    if found.pairs is not None:
        blocks += [underlined("Pairs"), _pairs(found.pairs), wrapped(PAIRS_NOTE, width=WIDTH)]
    if found.portfolios is not None:
        blocks += [underlined("Budgets"), _portfolios(found.portfolios)]
        blocks.append(wrapped(PORTFOLIOS_NOTE, width=WIDTH))
    if found.stocks is not None:
        blocks += [underlined("Stocks"), _stocks(found.stocks), wrapped(STOCKS_NOTE, width=WIDTH)]
    return "\n\n".join(blocks)


def _totals(table: "pd.DataFrame") -> str:
    rows = [
        [
            shortened(str(row["name"]), NAME_WIDTH),
            f"{_at(row, 'points'):+.1f}",
            f"{_at(row, 'points_p05'):+.1f} to {_at(row, 'points_p95'):+.1f}",
            f"{100 * _at(row, 'worse_share'):.0f} %",
            _shown(_at(row, "avoided_usd_per_year") / 1e6, 0),
            _shown(_at(row, "cost_musd"), 0),
            f"{_at(row, 'cost_low_musd'):,.0f}-{_at(row, 'cost_high_musd'):,.0f}",
        ]
        for row in _rows(table[table["sector"] == TOTAL])
    ]
    headings = ["lever", "points", "5-95 %", "worse", "avoided", "cost", "range"]
    return aligned(headings, rows, align="lrrrrrr")


Row = Mapping[Hashable, object]
"""Cells of a row by column."""


def _rows(table: "pd.DataFrame") -> list[Row]:
    return list(table.to_dict("records"))


def _at(row: Row, column: str) -> float:
    """A number of a row; NaN where it is missing."""
    value = row[column]
    return float(value) if isinstance(value, (int, float)) else math.nan


def _shown(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:,.{digits}f}"


def _best(table: "pd.DataFrame", sector: str) -> str:
    helpful = table[(table["sector"] == sector) & (table["points"] > 0)]
    helpful = helpful.sort_values("points", ascending=False).head(BEST)
    if helpful.empty:
        return f"{sector}: no lever lowers its score."
    return wrapped(f"{sector}: {lever_words(helpful)}", width=WIDTH)


def lever_words(table: "pd.DataFrame") -> str:
    """Gains and costs of levers, in a sentence without its full stop.

    Parameters
    ----------
    table
        Rows of `ex.levers` for one sector.
    """
    return "; ".join(
        f"{row['name']} {_at(row, 'points'):+.1f} points ({_at(row, 'points_p05'):+.1f} to "
        f"{_at(row, 'points_p95'):+.1f}) for {_costs(row)} million USD"
        for row in _rows(table)
    )


def _costs(row: Row) -> str:
    return (
        f"{_at(row, 'cost_musd'):,.0f} "
        f"({_at(row, 'cost_low_musd'):,.0f}-{_at(row, 'cost_high_musd'):,.0f})"
    )


def harm_text(table: "pd.DataFrame") -> str:
    """Sectors that each lever makes worse; its own targets among them are marked.

    Parameters
    ----------
    table
        ``table`` of `ex.levers`.
    """
    ranked = table[table["sector"] != TOTAL]
    worse = ranked[ranked["points"] <= -HARM]
    lines = []
    for lever in dict.fromkeys(worse["lever"]):
        harmed = worse[worse["lever"] == lever].sort_values("points")
        named = [
            f"{row['sector']} {_at(row, 'points'):+.1f}{' (target)' if row['is_target'] else ''}"
            for row in _rows(harmed.head(MOST_HARMED))
        ]
        more = len(harmed) - len(named)
        others = [f"{more} more"] if more > 0 else []
        lines.append(wrapped(f"{lever}: {', '.join([*named, *others])}", width=WIDTH))
    if not lines:
        return f"No lever makes a sector worse by {HARM:g} points or more."
    targets = worse[worse["is_target"].astype(bool)]
    reasons = [
        wrapped(f"{kind} may harm its target: {KINDS[kind].MAY_HARM}.", width=WIDTH)
        for kind in dict.fromkeys(targets["kind"])
        if KINDS[kind].MAY_HARM
    ]
    return "\n".join(["Makes worse, in points:", *lines, *reasons])


def _pairs(table: "pd.DataFrame") -> str:
    totals = table[table["sector"] == TOTAL]
    order = totals["interaction"].abs().sort_values(ascending=False).index[:MOST_PAIRS]
    columns = ("points_first", "points_second", "points_together")
    rows = [
        [
            str(row["first"]),
            str(row["second"]),
            *(f"{_at(row, column):+.1f}" for column in columns),
            f"{_at(row, 'interaction'):+.1f} ({_at(row, 'interaction_se'):.1f})",
        ]
        for row in _rows(totals.loc[order])
    ]
    headings = ["first", "second", "first", "second", "both", "interaction"]
    return aligned(headings, rows, align="llrrrr")


def _portfolios(table: "pd.DataFrame") -> str:
    blocks = []
    for row in _rows(table):
        chosen = ", ".join(str(row["levers"]).split()) or "no lever"
        single = row["best_single"]
        text = (
            f"{_at(row, 'budget_musd'):,.0f} million USD: {chosen}. It costs "
            f"{_at(row, 'cost_musd'):,.0f} ({_at(row, 'cost_low_musd'):,.0f} to "
            f"{_at(row, 'cost_high_musd'):,.0f}) million; risk {_at(row, 'risk_without'):.1f} -> "
            f"{_at(row, 'risk_with'):.1f} (error of the gain: {_shown(_at(row, 'gain_se'), 2)}); "
            f"best single lever: {single if isinstance(single, str) else 'none'}, "
            f"{_at(row, 'best_single_risk'):.1f}. Best of {_at(row, 'sets_tried'):.0f} sets, "
            f"compared on {_at(row, 'draws_tried'):.0f} draws."
        )
        blocks.append(wrapped(text, width=WIDTH))
    return "\n".join(blocks)


def _stocks(table: "pd.DataFrame") -> str:
    rows = [
        [
            str(row["sector"]),
            f"{_at(row, 'p_without'):.2f}",
            _shown(_at(row, "weeks"), 0) or "more",
            f"{_at(row, 'p_with'):.2f}",
            _shown(_at(row, "p_bought"), 2),
            *(_shown(_at(row, f"{element}_t"), 1) for element in ("sm", "dy", "tb", "y")),
            _shown(_at(row, "cost_musd"), 1),
        ]
        for row in _rows(table)
    ]
    headings = ["sector", "p now", "weeks", "p then", "bought", "Sm t", "Dy t", "Tb t", "Y t"]
    return aligned([*headings, "cost"], rows, align="lrrrrrrrrr")
