"""Columns of results about how sure a ranking is; part of `exposure.scoring.columns`."""

from collections.abc import Mapping, Sequence

from exposure.scoring.column import SECTOR, Column, Form

ERROR = Column(
    "standard_error",
    "Monte Carlo standard error of the probability.",
    "probability",
    Form.NUMBER,
)

ACCEPTABILITY = (
    SECTOR,
    Column("rank", "A rank, 1 being hit worst.", form=Form.WHOLE),
    Column(
        "probability",
        "Share of draws in which the sector holds the rank; m sectors that are tied hold each of "
        "their m ranks with 1/m.",
        "probability",
        Form.PROBABILITY,
    ),
    ERROR,
)
"""One row a sector and rank."""

PAIRS = (
    SECTOR,
    Column("other", "A sector that is ranked lower."),
    Column(
        "probability_above",
        "Share of draws in which the sector scores more than the other.",
        "probability",
        Form.PROBABILITY,
    ),
    Column(
        "probability_equal",
        "Share of draws in which both score the same, mostly because neither loses anything.",
        "probability",
        Form.PROBABILITY,
    ),
    ERROR,
    Column("gap", "Score of the sector less that of the other.", "points", Form.POINTS),
    Column(
        "gap_se",
        "Monte Carlo standard error of the gap, on common draws.",
        "points",
        Form.NUMBER,
        nullable=True,
    ),
)
"""One row a pair of sectors."""


def _draws(name: str, what: str) -> Column:
    meaning = f"Draws from which the standard error of {what} is as small as stated."
    return Column(name, meaning, form=Form.WHOLE, nullable=True)


DRAWS_NEEDED = (
    SECTOR,
    Column(
        "score_se",
        "Monte Carlo standard error of the score.",
        "points",
        Form.NUMBER,
        nullable=True,
    ),
    _draws("draws_for_score", "the score"),
    Column(
        "p_top3_se",
        "Monte Carlo standard error of the probability of a place among the first three.",
        "probability",
        Form.NUMBER,
    ),
    _draws("draws_for_top3", "the probability of a place among the first three"),
    Column("next_sector", "Sector ranked next; empty for the last.", nullable=True),
    Column(
        "probability_above_next",
        "Share of draws in which the sector scores more than the next.",
        "probability",
        Form.PROBABILITY,
        nullable=True,
    ),
    _draws("draws_for_order", "the probability of scoring more than the next"),
)
"""One row a sector."""

CERTAINTY_RESULTS: Mapping[str, Sequence[Column]] = {
    "acceptability": ACCEPTABILITY,
    "pairs": PAIRS,
    "draws_needed": DRAWS_NEEDED,
}
"""Columns of each result, in the order of its frames and files."""
