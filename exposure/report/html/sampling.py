"""Errors of sampling of a course, and the draws that smaller ones need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exposure.measures.certainty import draws_needed
from exposure.report.files.json_output import rows_of
from exposure.report.text import formats
from exposure.scoring.column import Cell

if TYPE_CHECKING:
    from exposure.result import Assessment

SCORE_ERROR = 0.1
"""Points of a score: the error for which the page says how many draws it needs."""

PROBABILITY_ERROR = 0.01
"""Error of a probability for which the page says how many draws it needs."""

Shown = tuple[Cell, str]
"""A value with its text."""


@dataclass(frozen=True)
class SamplingRow:
    """Sampling errors of one sector."""

    name: str
    score: tuple[Shown, Shown]
    """Error of the score, and the draws for `SCORE_ERROR`."""
    top: tuple[Shown, Shown, Shown]
    """Probability of a place among the first three, its error, and draws."""
    next_name: str
    """Name of the sector ranked next."""
    order: tuple[Shown, Shown]
    """Probability of being hit worse than that one, and draws."""


def sampling_rows(assessment: "Assessment") -> list[SamplingRow]:
    """Rows of a course, in the order of its ranking.

    Examples
    --------
    >>> import exposure as ex
    >>> run = ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))
    >>> first, *_, last = sampling_rows(run)
    >>> first.name == run.ranking["name"][0], last.next_name
    (True, '-')
    """
    needed = draws_needed(assessment, score_error=SCORE_ERROR, probability_error=PROBABILITY_ERROR)
    ranked = {str(row["sector"]): row for row in rows_of("ranking", assessment.ranking)}
    names = {sector: str(row["name"]) for sector, row in ranked.items()}
    return [
        SamplingRow(
            names[str(row["sector"])],
            (_error(row, "score_se"), _draws(row, "draws_for_score")),
            (
                _probability(ranked[str(row["sector"])], "p_top3"),
                _error(row, "p_top3_se"),
                _draws(row, "draws_for_top3"),
            ),
            names.get(str(row["next_sector"]), formats.NONE),
            (_probability(row, "probability_above_next"), _draws(row, "draws_for_order")),
        )
        for row in rows_of("draws_needed", needed)
    ]


def _error(row: Mapping[str, Cell], name: str) -> Shown:
    """A standard error in one digit."""
    value = row[name]
    return value, f"{value:.1g}" if isinstance(value, float) else formats.NONE


def _draws(row: Mapping[str, Cell], name: str) -> Shown:
    value = row[name]
    return value, f"{value:,}" if isinstance(value, int) else formats.NONE


def _probability(row: Mapping[str, Cell], name: str) -> Shown:
    value = row[name]
    return value, formats.probability(value) if isinstance(value, float) else formats.NONE
