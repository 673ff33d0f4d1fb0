"""History matching: how well each draw agrees with what was, and was not, observed.

A draw that makes missile lines stand still in 2025 is refuted by lines that ran. Each draw is run
through the record of what happened, and weighted by how far the loss it implies for a sector and
a period lies outside the range that the public record allows. The weights belong to the draw, so
they condition every scenario alike.

The likelihood is the simplest that can be stated: 1 inside the range, and outside it a half-normal
tail with a common tolerance. Observations count as independent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from exposure.arrays import FloatArray


@dataclass(frozen=True)
class Observation:
    """Mean share of a sector's output lost over a period, as far as the record tells."""

    sector: str
    from_date: date
    to_date: date
    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """What the draws imply for one observation."""

    observation: Observation
    implied: FloatArray
    """Mean lost share over the period, shape (D,)."""
    log_likelihood: FloatArray
    """Shape (D,), 0 where the draw lies inside the observed range."""


def agreement(
    observation: Observation, weekly: FloatArray, *, start: date, tolerance: float
) -> Agreement:
    """Hold draws against one observation.

    Parameters
    ----------
    observation
        What was seen.
    weekly
        Lost share of the sector's output, shape (T, D), from `start` on.
    start
        First day of week 0.
    tolerance
        Standard deviation of the tail outside the range, as a share of output.

    Examples
    --------
    >>> seen = Observation("jets", date(2025, 1, 1), date(2025, 1, 14), 0.0, 0.05)
    >>> weekly = np.array([[0.0, 0.2], [0.0, 0.2]])
    >>> agreement(seen, weekly, start=date(2025, 1, 1), tolerance=0.05).log_likelihood
    array([-0. , -4.5])
    """
    first = max(0, (observation.from_date - start).days // 7)
    last = max(first, (observation.to_date - start).days // 7)
    implied = weekly[first : last + 1].mean(axis=0)
    above = np.maximum(0.0, implied - observation.high)
    below = np.maximum(0.0, observation.low - implied)
    return Agreement(observation, implied, -0.5 * np.square((above + below) / tolerance))


def draw_weights(agreements: Sequence[Agreement]) -> FloatArray:
    """Weight of each draw, shape (D,): the product of its likelihoods, scaled to sum to 1.

    Logarithms are added, so that the least refuted draw keeps a weight however refuted it is.
    """
    logs = np.sum([own.log_likelihood for own in agreements], axis=0)
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
