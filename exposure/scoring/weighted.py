"""Means, quantiles and medians over draws that may carry unequal weights.

Without weights these are numpy's own; with weights a quantile is the smallest value that leaves
at least that share of the weight at or below it.
"""

import numpy as np

from exposure.arrays import FloatArray

Weights = FloatArray | None
"""Weight of each draw, shape (D,), summing to 1; None where all draws count alike."""


def mean(values: FloatArray, weights: Weights) -> float:
    """Mean over draws of values of shape (D,)."""
    return float(values.mean() if weights is None else values @ weights)


def quantile(values: FloatArray, level: float, weights: Weights) -> FloatArray:
    """Quantile over the last axis, the draws.

    Examples
    --------
    >>> float(quantile(np.array([1.0, 2.0, 3.0]), 0.5, np.array([0.1, 0.1, 0.8])))
    3.0
    """
    if weights is None:
        return np.asarray(np.quantile(values, level, axis=-1))
    order = np.argsort(values, axis=-1, kind="stable")
    reached = np.cumsum(weights[order], axis=-1) >= level - 1e-12
    position = np.expand_dims(reached.argmax(axis=-1), -1)
    ordered = np.take_along_axis(values, order, axis=-1)
    return np.asarray(np.take_along_axis(ordered, position, axis=-1)[..., 0])


def effective_sample_size(weights: FloatArray) -> float:
    """How many equally weighted draws carry as much information: 1 / SUM w^2.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> effective_sample_size(np.array([0.5, 0.5, 0.0]))
    2.0
    """
    return float(1.0 / np.square(weights).sum())
