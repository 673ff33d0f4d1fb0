"""Certainty of an order: every rank, every pair, and the draws that a given error needs.

Draws are independent, so the share of draws with some property has the standard error of a share.
Two sectors that are equal in a draw count half for each order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from exposure.arrays import FloatArray
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import TOP_PLACES, ScoredSector, ranked_ids, standard_error
from exposure.scoring.ranks import EQUAL, rank_probabilities

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Pairs:
    """Order of every pair of sectors over draws, each array of shape (N, N)."""

    above: FloatArray
    """Probability that the sector of the row scores more than that of the column."""
    equal: FloatArray
    """Probability that both score the same."""


def pair_probabilities(scores: FloatArray) -> Pairs:
    """Share of draws in which each sector scores more than each other one.

    Parameters
    ----------
    scores
        Shape (N, D): sector, draw.

    Returns
    -------
    Pairs
        ``above + above.T + equal`` is 1 everywhere; on the diagonal ``equal`` is 1.

    Examples
    --------
    >>> pair_probabilities(np.array([[3.0, 1.0, 2.0, 2.0], [1.0, 1.0, 1.0, 5.0]])).above
    array([[0.  , 0.5 ],
           [0.25, 0.  ]])
    """
    above = np.stack([(row > scores + EQUAL).mean(axis=1) for row in scores])
    return Pairs(above, 1.0 - above - above.T)


def share_error(share: FloatArray | float, draws: int) -> FloatArray:
    """Monte Carlo standard error of a share of independent draws.

    Examples
    --------
    >>> float(share_error(0.5, 100))
    0.05
    """
    chance = np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0)
    return np.sqrt(chance * (1.0 - chance) / draws)


def draws_for(spread: float, error: float) -> int:
    """Draws from which the standard error of a mean is no larger than stated.

    Parameters
    ----------
    spread
        Standard deviation of one draw.
    error
        Largest permitted standard error, in the same unit, above 0.

    Examples
    --------
    >>> draws_for(0.5, 0.01), draws_for(0.0, 0.01)
    (2500, 1)
    """
    # In binary (0.07 / 0.01)^2 is a little more than 49.
    return max(1, ceil(round((spread / error) ** 2, 6)))


def acceptability_frame(sectors: Mapping[str, ScoredSector]) -> "pd.DataFrame":
    """Probability of every rank of every sector, with its Monte Carlo error."""
    ids, scores = _scores(sectors)
    held = rank_probabilities(scores)
    error = share_error(held, scores.shape[1])
    return result_frame(
        "acceptability",
        [
            {
                "sector": sector,
                "rank": rank + 1,
                "probability": float(held[i, rank]),
                "standard_error": float(error[i, rank]),
            }
            for i, sector in enumerate(ids)
            for rank in range(len(ids))
        ],
    )


def pairs_frame(sectors: Mapping[str, ScoredSector]) -> "pd.DataFrame":
    """Order of every pair of sectors, the one that is ranked higher first."""
    ids, scores = _scores(sectors)
    pairs = pair_probabilities(scores)
    records: list[dict[str, Cell]] = []
    for i, upper in enumerate(ids):
        for j in range(i + 1, len(ids)):
            above, equal = float(pairs.above[i, j]), float(pairs.equal[i, j])
            gap = scores[i] - scores[j]
            records.append(
                {
                    "sector": upper,
                    "other": ids[j],
                    "probability_above": above,
                    "probability_equal": max(0.0, equal),
                    "standard_error": float(share_error(above, len(gap))),
                    "gap": float(gap.mean()),
                    "gap_se": standard_error(gap),
                }
            )
    return result_frame("pairs", records)


def draws_needed_frame(
    sectors: Mapping[str, ScoredSector], *, score_error: float, probability_error: float
) -> "pd.DataFrame":
    """Draws that give score, place among the first three and order the stated errors.

    Parameters
    ----------
    sectors
        Of a result.
    score_error
        Largest standard error wanted of a score, in points.
    probability_error
        Largest standard error wanted of a probability.
    """
    ids, scores = _scores(sectors)
    held = rank_probabilities(scores)
    pairs = pair_probabilities(scores)
    top = held[:, :TOP_PLACES].sum(axis=1)
    records: list[dict[str, Cell]] = []
    for i, sector in enumerate(ids):
        drawn = scores[i]
        next_one = ids[i + 1] if i + 1 < len(ids) else None
        order = float(pairs.above[i, i + 1]) if next_one else float("nan")
        spread = float(drawn.std(ddof=1)) if len(drawn) > 1 else float("nan")
        records.append(
            {
                "sector": sector,
                "score_se": standard_error(drawn),
                "draws_for_score": _or_none(spread, score_error),
                "p_top3_se": float(share_error(float(top[i]), len(drawn))),
                "draws_for_top3": _or_none(_spread_of(float(top[i])), probability_error),
                "next_sector": next_one,
                "probability_above_next": order,
                "draws_for_order": _or_none(_spread_of(order), probability_error),
            }
        )
    return result_frame("draws_needed", records)


def _spread_of(share: float) -> float:
    """Standard deviation of a draw that is 1 with this probability, else 0."""
    return float(share_error(share, 1)) if np.isfinite(share) else float("nan")


def _or_none(spread: float, error: float) -> int | None:
    return draws_for(spread, error) if np.isfinite(spread) else None


def _scores(sectors: Mapping[str, ScoredSector]) -> tuple[list[str], FloatArray]:
    """Ids in the order of the ranking, and their scores by draw, shape (N, D)."""
    ids = ranked_ids(sectors)
    return ids, np.stack([sectors[sector].scores for sector in ids])
