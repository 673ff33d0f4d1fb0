"""Inputs that decide scores and orders, and numbers that would change them, in plain text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exposure.measures.certainty import draws_needed
from exposure.report.text import formats
from exposure.report.text.layout import WIDTH, aligned, shortened, underlined, wrapped
from exposure.scoring.column import Cell

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

MOST_LISTED = 10
"""Inputs and flips listed at most; CSV and JSON hold all."""

NAME_WIDTH = 31
"""Columns for a sector's name."""

SCORE_ERROR, SHARE_ERROR = 0.1, 0.01
"""Errors of a score, in points, and of a probability, for which the draws needed are named."""

CONDITIONED = (
    "First-order indices, estimated from the draws of this run. These draws agree with the record, "
    "so their inputs depend on each other and the indices need not sum to 100 %. The index of a "
    "group of many small inputs is too low. Total indices need all draws of the tables: --prior."
)
PRIOR = (
    "First-order index: share of the variance that would disappear, on average, if the input were "
    "known; total index: share that would remain if everything else were known. The inputs of each "
    "group were drawn again and the model was run again. In brackets: Monte Carlo standard error."
)


@dataclass(frozen=True, eq=False)
class Findings:
    """Results of one run: the tables of `exposure.measures`."""

    assessment: "Assessment"
    sensitivity: "pd.DataFrame"
    information: "pd.DataFrame"
    flips: "pd.DataFrame"


def sensitivity_text(found: Findings) -> str:
    """Describe the inputs that decide the scores, and numbers that would change the order.

    Parameters
    ----------
    found
        Sensitivity, value of information and flips of a run.
    """
    assessment = found.assessment
    head = (
        f"{assessment.scenario.name} ({assessment.scenario.scenario}), "
        f"{formats.counted(assessment.settings.horizon_weeks, 'week')} "
        f"from {assessment.first_day}, "
        f"{formats.counted(assessment.settings.draws, 'draw')}"
    )
    names = {sector: scored.label.name for sector, scored in assessment.sectors.items()}
    blocks = [
        underlined("Inputs that decide the scores") + f"\n{head}",
        wrapped(PRIOR if assessment.conditioned is None else CONDITIONED, width=WIDTH),
        *_by_sector(found.sensitivity, names),
        _order(assessment, names),
        _information(found.information),
        _flips(found.flips, names),
    ]
    return "\n\n".join(blocks)


def _order(assessment: "Assessment", names: Mapping[str, str]) -> str:
    """Certainty of the order of neighbours in rank, and the draws that would settle it."""
    needed = draws_needed(assessment, score_error=SCORE_ERROR, probability_error=SHARE_ERROR)
    pairs = {(pair["sector"], pair["other"]): pair for pair in assessment.pairs.to_dict("records")}
    rows = []
    for row in _records(needed):
        above, draws = formats.NONE, formats.NONE
        if isinstance(row["next_sector"], str):
            pair = pairs[(row["sector"], row["next_sector"])]
            above = f"{pair['probability_above']:.2f} ({pair['standard_error']:.2f})"
            draws = f"{row['draws_for_order']:,.0f}"
        error, top = float(str(row["score_se"])), float(str(row["p_top3_se"]))
        rows.append(
            [
                shortened(names[str(row["sector"])], NAME_WIDTH), f"{error:.2f}",
                f"{row['draws_for_score']:,.0f}", f"{top:.2f}", f"{row['draws_for_top3']:,.0f}",
                above, draws,
            ]
        )  # fmt: skip
    title = (
        "Certainty of the order: Monte Carlo standard errors of the score, of P(first three) and "
        "of P(above the next, in brackets), each with the draws for an error of "
        f"{SCORE_ERROR:g} points or {SHARE_ERROR:g}"
    )
    headings = ["sector", "score", "draws", "top 3", "draws", "above next", "draws"]
    return f"{wrapped(title, width=WIDTH)}\n\n" + aligned(headings, rows, align="lrrrrrr")


def _by_sector(table: "pd.DataFrame", names: Mapping[str, str]) -> list[str]:
    blocks = []
    for sector in dict.fromkeys(table["sector"]):
        of_sector = table[table["sector"] == sector]
        score = of_sector[of_sector["ahead_of"].isna()]
        gap = of_sector[of_sector["ahead_of"].notna()]
        title = names[str(sector)]
        headings = ["input", "score"]
        columns = [list(score["input"]), _indices(score)]
        if len(gap):
            headings.append(f"gap to {names[str(gap['ahead_of'].iloc[0])]}")
            columns.append(_indices(gap))
        rows = [list(row) for row in zip(*columns, strict=True)]
        blocks.append(f"{title}\n\n" + aligned(headings, rows, align="lrr"[: len(headings)]))
    return blocks


def _indices(table: "pd.DataFrame") -> list[str]:
    cells = zip(
        table["first_order"],
        table["first_order_se"],
        table["total"],
        table["total_se"],
        strict=True,
    )
    return [_index(*map(float, cell)) for cell in cells]


def _index(first: float, error: float, total: float, total_error: float) -> str:
    """First-order and total index in percent, with their errors; a dash where nothing varies."""
    if np.isnan(first):
        return formats.NONE
    index = f"{100.0 * first:z.0f} ({100.0 * error:.0f}) %"
    if np.isnan(total):
        return index
    return f"{index}, total {100.0 * total:z.0f} ({100.0 * total_error:.0f}) %"


def _information(table: "pd.DataFrame") -> str:
    title = "Value of better numbers, for a choice of the first three sectors"
    if table.empty:
        return f"{title}\n\nNo single input changes that choice."
    rows = [
        [
            str(row["input"]), _span(row), f"{float(str(row['value_of_knowing'])):.2f}",
            f"{formats.percent(float(str(row['share_of_everything'])), 1)} %",
        ]
        for row in _records(table)
    ]  # fmt: skip
    headings = ["input", "5–95 % of draws", "gains, points", "of all"]
    return f"{title}\n\n" + aligned(headings, rows, align="lrrr")


def _records(table: "pd.DataFrame") -> list[dict[str, Cell]]:
    """First rows of a table."""
    found = table.head(MOST_LISTED).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in found]


def _flips(table: "pd.DataFrame", names: Mapping[str, str]) -> str:
    title = "At which value an order among the first turns"
    if table.empty:
        return f"{title}\n\nNo single input reverses an order among the first three."
    lines = [_flip(row, names) for row in _records(table)]
    return f"{title}\n\n" + "\n".join(lines)


def _flip(row: Mapping[str, Cell], names: Mapping[str, str]) -> str:
    first, other = names[str(row["sector"])], names[str(row["other"])]
    change = f"{other} comes among the first" if row["changes_first_places"] else f"{other} leads"
    value, share = float(str(row["flips_at"])), float(str(row["probability"]))
    return wrapped(
        f"* {row['input']} {row['side']} {formats.plain(value)}: {change}, before {first} "
        f"({formats.percent(share)} % of draws; range {_span(row)})",
        width=WIDTH,
    )


def _span(row: Mapping[str, Cell]) -> str:
    low, high = (formats.plain(float(f"{float(str(row[end])):.3g}")) for end in ("low", "high"))
    return f"{low}–{high}"
