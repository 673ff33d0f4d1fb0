"""Ranks and how sure they are.

A rank is a competition rank: equal scores share the better rank and the next is skipped. In a
draw, m sectors tied over m ranks hold each of those ranks with probability 1/m.
"""

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.scoring.weighted import Weights


def competition_ranks(scores: FloatArray) -> IntArray:
    """Rank of each score, 1 for the highest, equal scores sharing the better rank.

    Examples
    --------
    >>> competition_ranks(np.array([3.0, 5.0, 5.0, 1.0]))
    array([3, 1, 1, 4])
    """
    better = (scores[np.newaxis, :] > scores[:, np.newaxis]).sum(axis=1)
    return np.asarray(1 + better, dtype=np.int64)


def rank_probabilities(scores: FloatArray) -> FloatArray:
    """Probability that each sector holds each rank.

    Parameters
    ----------
    scores
        Shape (N, D): sector, draw.

    Returns
    -------
    numpy.ndarray
        Shape (N, N): sector, rank - 1; rows and columns sum to 1.

    References
    ----------
    Lahdelma, R. & Salminen, P. (2001). SMAA-2: Stochastic multicriteria acceptability analysis
    for group decision making. Operations Research 49(3), 444-454.
    """
    count, draws = scores.shape
    better, tied = _better_and_tied(scores)
    rank = np.arange(count)[:, np.newaxis]
    return np.stack(
        [
            (((rank >= b) & (rank < b + m)) / m).sum(axis=1) / draws
            for b, m in zip(better, tied, strict=True)
        ]
    )


def top_probabilities(scores: FloatArray, *, places: int, weights: Weights = None) -> FloatArray:
    """Probability that each sector is among the first `places`, shape (N,).

    Examples
    --------
    >>> top_probabilities(np.array([[2.0], [1.0], [1.0]]), places=2)
    array([1. , 0.5, 0.5])
    """
    better, tied = _better_and_tied(scores)
    held = np.clip(places - better, 0, tied) / tied
    return np.asarray(held.mean(axis=1) if weights is None else held @ weights)


def _better_and_tied(scores: FloatArray) -> tuple[IntArray, IntArray]:
    """Number of sectors better than each, and tied with it (itself included), shape (N, D)."""
    better = np.stack([(scores > own).sum(axis=0) for own in scores])
    tied = np.stack([(scores == own).sum(axis=0) for own in scores])
    return better, tied
