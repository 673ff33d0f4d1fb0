"""Distribution of stocks, and of the reach of priority, among the firms of a sector.

Five strata of firms hold the stocks at five quantiles of a lognormal distribution around the drawn
stock, which is that of the median firm. Because of the first, thin stratum some firms stop within
weeks while the sector loses little.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray

STRATUM_SHARES = np.array([0.02, 0.18, 0.30, 0.30, 0.20])
"""Share of each stratum in a sector's output."""

STRATUM_SCORES = np.array([-2.3263478740, -1.2815515655, -0.3853204664, 0.3853204664, 1.2815515655])
"""Normal scores of the strata, which lie at the 1, 10, 35, 65 and 90 % points."""

STOPPED = 0.5
"""A stratum is stopped in a week in which it loses more than this share of its output."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Results requested of a run of firms in addition to the weekly loss."""

    members: BoolArray
    """Holdings of each player, shape (P, K)."""
    weight: FloatArray
    """Discount of each scored week, shape (scored weeks,)."""
    first: int
    """First week scored."""
    stock_weeks: IntArray
    """Weeks at whose end the stock is reported, shape (O,)."""


def stock_multiples(spread: FloatArray) -> FloatArray:
    """Stock of each stratum as a multiple of the median firm's, shape (F, D).

    Parameters
    ----------
    spread
        Standard deviation of the logarithm of stocks among firms, shape (D,).

    Returns
    -------
    numpy.ndarray
        exp(spread x normal score); a single stratum of ones if no draw has a spread.

    Examples
    --------
    >>> stock_multiples(np.array([1.0])).ravel().round(2)
    array([0.1 , 0.28, 0.68, 1.47, 3.6 ])
    >>> stock_multiples(np.array([0.0]))
    array([[1.]])
    """
    if not spread.any():
        return np.ones((1, len(spread)))
    return np.exp(STRATUM_SCORES[:, np.newaxis] * spread)


def stratum_shares(strata: int) -> FloatArray:
    """Share of output of each stratum; a single stratum is the whole sector."""
    return STRATUM_SHARES if strata == len(STRATUM_SHARES) else np.ones(1)


def late_shares(leak: FloatArray, strata: int) -> FloatArray:
    """Share of each stratum's firms that priority reaches late, thinnest stocks first, (F, D).

    Parameters
    ----------
    leak
        Share of the sector's firms that priority reaches late, shape (D,).
    strata
        Number F of strata.

    Examples
    --------
    >>> late_shares(np.array([0.11]), 5).ravel().round(3)
    array([1. , 0.5, 0. , 0. , 0. ])
    """
    shares = stratum_shares(strata)[:, np.newaxis]
    before = np.cumsum(shares, axis=0) - shares
    return np.clip((leak - before) / shares, 0.0, 1.0)
