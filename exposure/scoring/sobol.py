"""Variance-based sensitivity from runs: first-order and total indices of several outputs.

There are three kinds of runs of the same draws: A; B, with every input drawn again; and for each
group of inputs AB, which is A with that group taken from B. Inputs of a group need not be
independent of each other; groups are.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray

SMALLEST_VARIANCE = 1e-18
"""Variance below which an output does not vary, and has no index."""


@dataclass(frozen=True, eq=False)
class SobolIndices:
    """Indices of each output (rows, S) and group of inputs (columns, K); NaN without variance."""

    first: FloatArray
    """Share of the variance that would go if the group were known, on average."""
    first_se: FloatArray
    """Monte Carlo standard error of it."""
    total: FloatArray
    """Share of the variance that would remain if all but the group were known."""
    total_se: FloatArray
    """Monte Carlo standard error of it."""


def sobol_from_runs(base: FloatArray, other: FloatArray, mixed: FloatArray) -> SobolIndices:
    """First-order and total indices by scipy's estimators, with their standard errors.

    Parameters
    ----------
    base, other
        Outputs of the runs A and B, shape (S, N); N is a power of two.
    mixed
        Outputs of the runs AB, shape (K, S, N).

    References
    ----------
    Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Design and
    estimator for the total sensitivity index. Computer Physics Communications 181(2), 259-270.
    Jansen, M. J. W. (1999). Analysis of variance designs for model output. Computer Physics
    Communications 117(1-2), 35-43.

    Examples
    --------
    >>> a, b = np.random.default_rng(1).random((2, 2, 1024))
    >>> mixed = np.stack([b[:1] + 2.0 * a[1:], a[:1] + 2.0 * b[1:]])
    >>> found = sobol_from_runs(a[:1] + 2.0 * a[1:], b[:1] + 2.0 * b[1:], mixed)
    >>> found.first.round(1), found.total.round(1)
    (array([[0.2, 0.8]]), array([[0.2, 0.8]]))
    """
    from scipy.stats import sobol_indices  # noqa: PLC0415 - scipy.stats is slow to import

    draws = base.shape[1]
    whole = np.concatenate([base, other], axis=1)
    varies = whole.var(axis=1) > SMALLEST_VARIANCE
    shape = (len(base), len(mixed))
    first, first_se, total, total_se = (np.full(shape, np.nan) for _ in range(4))
    if varies.any():
        a, b, ab = base[varies], other[varies], mixed[:, varies]
        # Some versions of scipy centre the arrays that they are given.
        found = sobol_indices(func={"f_A": a.copy(), "f_B": b.copy(), "f_AB": ab.copy()}, n=draws)
        # scipy drops an axis of length one.
        kept = (int(varies.sum()), len(mixed))
        first[varies] = np.reshape(found.first_order, kept)
        total[varies] = np.reshape(found.total_order, kept)
        variance = whole[varies].var(axis=1)[:, np.newaxis]
        centred = b - whole[varies].mean(axis=1)[:, np.newaxis]
        first_se[varies] = _error_of_mean(centred * (ab - a)) / variance
        total_se[varies] = _error_of_mean(0.5 * (a - ab) ** 2) / variance
    return SobolIndices(first, first_se, total, total_se)


def _error_of_mean(terms: FloatArray) -> FloatArray:
    """Standard error of the mean over draws, shape (K, S, N) to (S, K)."""
    return np.asarray(terms.std(axis=2, ddof=1).T / np.sqrt(terms.shape[2]))


def power_of_two(draws: int) -> int:
    """Largest power of two that is not above a number of draws.

    Examples
    --------
    >>> power_of_two(1000), power_of_two(1)
    (512, 1)
    """
    return 1 << (draws.bit_length() - 1)
