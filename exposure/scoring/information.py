"""Value of information of an input, and the value at which it reverses an order.

The decision is which sectors to attend to first: a choice of `places` sectors is worth the sum of
their scores. Additional knowledge improves the choice; the gain, in points of the score, is its
value. It is never negative, and no input is worth more than complete knowledge.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray

SURE = 4.0
"""Standard errors by which an order must be reversed: among several thousand orders, chance alone
reverses some by three."""

ROUNDING = 1e-9
"""Points below which a gain is only rounding."""

EDGE = 0.05
"""Share of the draws at each end of an input that is not searched for a reversal."""


def best_choice(scores: FloatArray, places: int) -> FloatArray:
    """Sum of the largest scores of each draw.

    Parameters
    ----------
    scores
        Shape (N, D).
    places
        Sectors chosen.

    Examples
    --------
    >>> best_choice(np.array([[3.0, 1.0], [2.0, 5.0], [1.0, 4.0]]), 2)
    array([5., 9.])
    """
    return np.asarray(np.sort(scores, axis=0)[-places:].sum(axis=0))


def value_of_everything(scores: FloatArray, places: int) -> float:
    """Expected value of perfect information: a separate choice in each draw.

    Examples
    --------
    >>> value_of_everything(np.array([[4.0, 0.0], [1.0, 3.0]]), 1)
    1.5
    """
    plain = float(best_choice(scores.mean(axis=1, keepdims=True), places)[0])
    return max(0.0, float(best_choice(scores, places).mean()) - plain)


def value_of_knowing(fitted: FloatArray, scores: FloatArray, places: int) -> float:
    """Expected value of knowing an input (EVPPI): the choice follows the scores expected with it.

    Parameters
    ----------
    fitted
        Scores expected in each draw from its value of the input, shape (N, D); their means over
        draws are those of the scores.
    scores
        Scores of each draw, shape (N, D).
    places
        Sectors chosen.

    References
    ----------
    Strong, M., Oakley, J. E. & Brennan, A. (2014). Estimating multiparameter partial expected value
    of perfect information from a probabilistic sensitivity analysis sample. Medical Decision
    Making 34(3), 311-326.
    """
    plain = float(best_choice(scores.mean(axis=1, keepdims=True), places)[0])
    gain = float(best_choice(fitted, places).mean()) - plain
    # A spline can overshoot the scores that it smooths; an expectation cannot.
    return min(gain if gain > ROUNDING else 0.0, value_of_everything(scores, places))


@dataclass(frozen=True)
class Turn:
    """Value of an input at which the order of two sectors is reversed."""

    value: float
    """Value of the input at which the expected scores are equal."""
    above: bool
    """Side of the value on which the order is reversed: above (True) or below (False)."""
    share: float
    """Share of the draws on that side."""
    gap: float
    """Mean gap of the scores on that side; it has the other sign than over all draws."""
    gap_se: float
    """Monte Carlo standard error of it."""


def turn_of(values: FloatArray, expected: FloatArray, gap: FloatArray) -> Turn | None:
    """Find the value of an input at which an order is reversed.

    Parameters
    ----------
    values
        Of the input, shape (D,).
    expected
        Gap between two scores expected from the input, shape (D,); a function of `values`.
    gap
        The gap itself, shape (D,).

    Returns
    -------
    Turn or None
        The reversal that affects most draws; None if none is certain enough.

    Examples
    --------
    >>> x = np.linspace(0.0, 10.0, 101)
    >>> found = turn_of(x, 7.0 - x, 7.0 - x)
    >>> found.value, found.above, round(found.share, 2)
    (6.95, True, 0.31)
    """
    order = np.argsort(values, kind="stable")
    ordered, kept = values[order], expected[order] * np.sign(gap.mean()) > 0.0
    first, last = int(EDGE * len(ordered)), int((1.0 - EDGE) * len(ordered))
    places = [i for i in range(max(first, 1), last) if kept[i - 1] != kept[i]]
    found = [
        turn
        for i in places
        for turn in (_side(ordered, gap[order], i, above=bool(kept[i - 1])),)
        if turn is not None
    ]
    return max(found, key=lambda turn: turn.share, default=None)


def _side(values: FloatArray, gap: FloatArray, position: int, *, above: bool) -> Turn | None:
    value = 0.5 * float(values[position - 1] + values[position])
    side = gap[values > value] if above else gap[values <= value]
    if len(side) < 2:  # noqa: PLR2004 - one draw has no spread
        return None
    mean, error = float(side.mean()), float(side.std(ddof=1) / np.sqrt(len(side)))
    if mean * np.sign(gap.mean()) > -SURE * error:
        return None
    return Turn(value, above, len(side) / len(values), mean, error)
