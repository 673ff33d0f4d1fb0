"""A ranking in plain text for the terminal.

The command that ranks loads nothing else of the texts, and no frame.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from exposure.report.text import formats
from exposure.report.text.cells import shown_text, terminal_columns
from exposure.report.text.layout import GAP, WIDTH, aligned, shortened, wrapped
from exposure.report.text.marks import changes_line, rules_line
from exposure.scoring.column import NAME, Cell, Column, Form

if TYPE_CHECKING:
    from exposure.result import Assessment

Rows = Sequence[Mapping[str, Cell]]
"""Rows of a ranking."""

RANKING_WIDTH = 120
"""Columns that a ranking takes at most."""

NARROWEST_NAME = 16
"""Columns that a sector's name keeps in a ranking, however wide the other columns are."""


def ranking_text(assessment: "Assessment", limit: int | None = None) -> str:
    """Ranking of one scenario as a table, with a title and what the columns mean.

    Parameters
    ----------
    assessment
        A finished run.
    limit
        Most sectors shown; None for all.
    """
    ranking = assessment.ranking_rows
    shown = ranking[:limit]
    table = _ranking_table(shown)
    hidden = len(ranking) - len(shown)
    more = [f"... and {hidden} more"] if hidden > 0 else []
    header = [run_title(assessment), *changes(assessment)]
    return "\n".join([*header, "", table, *more, "", _footnote(assessment)])


def run_title(assessment: "Assessment") -> str:
    """Line that names the scenario, tables and draws of a result."""
    scenario, dataset, settings = assessment.scenario, assessment.dataset, assessment.settings
    return shortened(
        f"{scenario.name} ({scenario.scenario}) | {settings.destination} | "
        f"tables {dataset.version} | {formats.counted(settings.draws, 'draw')}",
        WIDTH,
    )


def changes(assessment: "Assessment") -> list[str]:
    """Lines of a header on what was changed in tables and rules; none where nothing was."""
    lines = changes_line(assessment.dataset), rules_line(assessment.scenario.added)
    return [wrapped(line, width=WIDTH) for line in lines if line]


def _ranking_table(ranking: Rows) -> str:
    columns = terminal_columns()
    rows = [[_terminal_cell(column, row) for column in columns] for row in ranking]
    headings = [column.short for column in columns]
    name, room = columns.index(NAME), _room_for_names(headings, rows)
    for row in rows:
        row[name] = shortened(row[name], room)
    align = "".join("r" if column.is_number else "l" for column in columns)
    return aligned(headings, rows, align=align)


def _room_for_names(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Columns of the screen that the other columns of a ranking leave for names."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    name = headings.index(NAME.short)
    others = sum(widths) - widths[name] + len(GAP) * (len(widths) - 1)
    return max(RANKING_WIDTH - others, NARROWEST_NAME)


def _terminal_cell(column: Column, row: Mapping[str, Cell]) -> str:
    text = shown_text(column, row)
    percent = column.form in (Form.PERCENT, Form.WHOLE_PERCENT) and "%" not in column.short
    return f"{text} %" if percent and text != formats.NONE else text


def _footnote(assessment: "Assessment") -> str:
    settings = assessment.settings
    of_run = {
        "weeks": formats.counted(settings.horizon_weeks, "week"),
        "first_day": assessment.first_day,
        "threshold": formats.percent(settings.impact_threshold),
    }
    notes = [
        f"{column.short}: {column.note.format(**of_run)}."
        for column in terminal_columns()
        if column.note
    ]
    return wrapped(" ".join([*notes, *_doubts(assessment.ranking_rows)]), width=RANKING_WIDTH)


def _doubts(ranking: Rows) -> list[str]:
    """Certainty of the numbers of a ranking: error of sampling, judgement, the record."""
    doubts = []
    error = max(_numbers(ranking, "score_se"), default=0.0)
    if error > 0.0:
        money = max(_numbers(ranking, "value_at_risk_se"), default=0.0) / 1e9
        priced = f", {money:.1g} USD bn a year" if money > 0.0 else ""
        doubts.append(f"Standard error of sampling: at most {error:.1g} points of a score{priced}.")
    behind = zip(_numbers(ranking, "assumed_rows"), _numbers(ranking, "rows"), strict=True)
    shares = [assumed / rows for assumed, rows in behind if rows]
    if shares:
        low, high = formats.percent(min(shares)), formats.percent(max(shares))
        span = low if low == high else f"{low} to {high}"
        doubts.append(f"Judgement: {span} % of the rows behind a score.")
    inside = _numbers(ranking, "prior_inside_share")
    if inside:
        low, high = formats.percent(min(inside)), formats.percent(max(inside))
        doubts.append(f"All draws inside the record, before any is refuted: {low} to {high} %.")
    refuted = [str(row["name"]) for row in ranking if row["refuted"]]
    if refuted:
        doubts.append(f"Refuted by the record: {', '.join(refuted)}.")
    return doubts


def _numbers(ranking: Rows, column: str) -> list[float]:
    """Numbers of a column that are known."""
    cells = [row[column] for row in ranking]
    return [cell for cell in cells if isinstance(cell, (int, float)) and not math.isnan(cell)]
