"""Ranks, their probabilities, and bands of sectors that cannot be distinguished.

A rank is a competition rank: equal scores share the better rank and the next is skipped. In a
draw, m sectors tied over m ranks hold each of those ranks with probability 1/m.
"""

import numpy as np

from exposure.arrays import FloatArray, IntArray

EQUAL = 1e-9
"""Points of the score by which equal scores may differ through rounding."""

SURE_ORDER = 0.75
"""Probability of an order, among draws that differ, that distinguishes two neighbours."""

OFTEN_DIFFERENT = 0.10
"""Share of draws that must differ before two neighbours can be distinguished."""


def competition_ranks(scores: FloatArray) -> IntArray:
    """Rank of each score, 1 for the highest, equal scores sharing the better rank.

    Examples
    --------
    >>> competition_ranks(np.array([3.0, 5.0, 5.0, 1.0]))
    array([3, 1, 1, 4])
    """
    better = (scores[np.newaxis, :] > scores[:, np.newaxis] + EQUAL).sum(axis=1)
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


def rank_interval(probabilities: FloatArray, *, level: float) -> IntArray:
    """Smallest rank that each sector holds or betters with a probability of at least `level`.

    Parameters
    ----------
    probabilities
        From `rank_probabilities`, shape (N, N).
    level
        In (0, 1].

    Examples
    --------
    >>> rank_interval(np.array([[0.9, 0.1], [0.1, 0.9]]), level=0.95)
    array([2, 2])
    """
    reached = np.cumsum(probabilities, axis=1) >= level - EQUAL
    return np.asarray(1 + reached.argmax(axis=1), dtype=np.int64)


def top_probabilities(scores: FloatArray, *, places: int) -> FloatArray:
    """Probability that each sector is among the first `places`, shape (N,).

    Examples
    --------
    >>> top_probabilities(np.array([[2.0], [1.0], [1.0]]), places=2)
    array([1. , 0.5, 0.5])
    """
    better, tied = _better_and_tied(scores)
    held = np.clip(places - better, 0, tied) / tied
    return np.asarray(held.mean(axis=1))


def distinguishable(upper: FloatArray, lower: FloatArray) -> bool:
    """True if two sectors can be distinguished: `upper` is higher often enough.

    Parameters
    ----------
    upper, lower
        Scores by draw, shape (D,).

    Examples
    --------
    >>> distinguishable(np.array([2.0, 3.0, 1.0, 4.0]), np.array([1.0, 1.0, 2.0, 1.0]))
    True
    >>> distinguishable(np.array([2.0, 1.0]), np.array([1.0, 2.0]))
    False
    """
    differ = np.abs(upper - lower) > EQUAL
    if differ.mean() < OFTEN_DIFFERENT:
        return False
    return bool((upper > lower)[differ].mean() >= SURE_ORDER)


def bands(scores: FloatArray) -> IntArray:
    """Band of each sector, 1 for the first; sectors in one band cannot be distinguished.

    A band runs from its first member to the last that cannot be distinguished from it.

    Parameters
    ----------
    scores
        Scores by draw, sectors in the order of their ranks, shape (N, D).

    Examples
    --------
    >>> bands(np.array([[9.0, 9.0], [5.0, 4.0], [4.0, 5.0]]))
    array([1, 2, 2])
    """
    found = np.zeros(len(scores), dtype=np.int64)
    first, band = 0, 1
    while first < len(scores):
        members = [
            j for j in range(first, len(scores)) if not distinguishable(scores[first], scores[j])
        ]
        last = max(members)
        found[first : last + 1] = band
        first, band = last + 1, band + 1
    return found


def _better_and_tied(scores: FloatArray) -> tuple[IntArray, IntArray]:
    """Number of sectors better than each, and tied with it (itself included), shape (N, D)."""
    # Two bytes a number: there may be many draws, and there are few sectors.
    better = np.stack([(scores > row + EQUAL).sum(axis=0, dtype=np.int16) for row in scores])
    tied = np.stack([(np.abs(scores - row) <= EQUAL).sum(axis=0, dtype=np.int16) for row in scores])
    return better, tied
