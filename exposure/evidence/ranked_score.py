"""The continuous ranked probability score (CRPS) of a forecast: smaller is better.

CRPS is E|X - y| - E|X - X'| / 2 for a forecast law X and what came, y. It is in the unit of y, and
for a forecast without spread it is the absolute error. That of draws is worked out from the draws
themselves, and that of a normal law from its closed form (Gneiting and Raftery 2007, J. Am. Stat.
Assoc. 102, 359, equations 20 and 21).
"""

import numpy as np

from exposure.arrays import FloatArray


def crps_of_draws(drawn: FloatArray, seen: FloatArray, weight: FloatArray) -> FloatArray:
    """CRPS of weighted draws.

    Parameters
    ----------
    drawn
        Draws, shape (N, months).
    seen
        Observed values, shape (months,).
    weight
        Weights of the draws, which sum to 1, shape (N,).

    Examples
    --------
    >>> drawn = np.array([[0.0], [1.0]])
    >>> crps_of_draws(drawn, np.array([0.5]), np.array([0.5, 0.5]))
    array([0.25])
    """
    order = np.argsort(drawn, axis=0)
    values, sorted_weight = np.take_along_axis(drawn, order, axis=0), weight[order]
    # Half of the mean distance of two draws, from the draws in order.
    spread = (
        sorted_weight * values * (2.0 * np.cumsum(sorted_weight, axis=0) - sorted_weight - 1.0)
    ).sum(axis=0)
    return np.asarray(weight @ np.abs(drawn - seen) - spread)


def crps_of_normal(mean: FloatArray, sd: FloatArray, seen: FloatArray) -> FloatArray:
    """CRPS of a normal distribution.

    Parameters
    ----------
    mean, sd, seen
        Mean, standard deviation above 0, and what came; of one shape.

    Examples
    --------
    >>> crps_of_normal(np.array([0.0]), np.array([1.0]), np.array([0.0])).round(4)
    array([0.2337])
    """
    from scipy.special import erf  # noqa: PLC0415 - importing the package must not import scipy

    z = (seen - mean) / sd
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    return np.asarray(sd * (z * erf(z / np.sqrt(2.0)) + 2.0 * density - 1.0 / np.sqrt(np.pi)))
