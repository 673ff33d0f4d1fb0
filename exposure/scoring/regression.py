"""Expected score, given some inputs: additive splines fitted to the draws.

Each input enters by its rank among the draws, as a cubic B-spline; a ridge penalty, chosen for each
output by generalised cross-validation, prevents the fit from learning noise. An input without
information gives the plain mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from exposure.arrays import FloatArray

KNOTS = (0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0)
"""Knots of the cubic splines on the ranks of an input, scaled to 0 to 1."""

DEGREE = 3

PENALTIES = 10.0 ** np.arange(-4.0, 7.0)
"""Ridge penalties tried, times the largest squared singular value over a million."""

MOST_USED = 0.25
"""Share of the draws that a fit may use up as degrees of freedom."""


MOST_TRIALS = 400
"""Largest number of unrelated inputs that are tried to measure what chance explains."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Outputs given some inputs."""

    fitted: FloatArray
    """Mean of each output given the inputs of each draw, shape (S, D)."""
    explained: FloatArray
    """Share of each output's variance, 0 to 1, explained out of sample; NaN without variance."""
    explained_se: FloatArray
    """Standard error of it."""


Directions = tuple[FloatArray, FloatArray] | None
"""Directions of some inputs, from `directions_of`."""


def fit_outputs(inputs: Sequence[FloatArray], outputs: FloatArray) -> Fit:
    """Regress outputs on inputs.

    Parameters
    ----------
    inputs
        Arrays of shape (D,).
    outputs
        Shape (S, D).

    References
    ----------
    Golub, G. H., Heath, M. & Wahba, G. (1979). Generalized cross-validation as a method for
    choosing a good ridge parameter. Technometrics 21(2), 215-223.

    Examples
    --------
    >>> x, noise = np.random.default_rng(1).random((2, 512))
    >>> fit = fit_outputs([x], np.stack([np.sin(6.0 * x), noise]))
    >>> fit.explained.round(1)
    array([1., 0.])
    """
    return fit_along(directions_of(inputs), outputs)


def fit_along(directions: Directions, outputs: FloatArray) -> Fit:
    """Regress outputs on inputs whose directions are known, as `fit_outputs` does.

    Parameters
    ----------
    directions
        From `directions_of`.
    outputs
        Shape (S, D).

    Examples
    --------
    >>> x = np.random.default_rng(1).random(512)
    >>> known = directions_of([x])
    >>> [fit_along(known, y[np.newaxis]).explained.round(1)[0] for y in (np.sin(x), np.cos(x))]
    [np.float64(1.0), np.float64(1.0)]
    """
    draws = outputs.shape[1]
    mean = outputs.mean(axis=1, keepdims=True)
    centred = (outputs - mean).T
    squares = (centred**2).sum(axis=0)
    # Keep the mean unless the fit lowers the expected error of cross-validation.
    best = squares / (draws - 1.0) ** 2
    fitted, left = np.zeros_like(centred), np.full(len(squares), draws - 1.0)
    if directions is not None:
        u, s = directions
        projected = u.T @ centred
        kept = np.zeros_like(projected)
        for penalty in PENALTIES * s[0] ** 2 / 1e6:
            shrink = (s**2 / (s**2 + penalty))[:, np.newaxis]
            free = draws - 1.0 - float(shrink.sum())
            if free < (1.0 - MOST_USED) * draws:
                continue
            # Directions are orthonormal, so the error is known without making the fit.
            found = (squares - (shrink * (2.0 - shrink) * projected**2).sum(axis=0)) / free**2
            better = found < best
            best[better], left[better] = found[better], free
            kept[:, better] = (shrink * projected)[:, better]
        fitted = u @ kept
    explained, error = _explained(centred, fitted, left)
    return Fit(fitted.T + mean, explained, error)


def chance_level(outputs: FloatArray, *, inputs: int) -> FloatArray:
    """Largest share of each output's variance that unrelated inputs explain, shape (S,).

    If few draws lose anything, some unrelated input correlates with them by chance; how strongly
    depends on the output.

    Parameters
    ----------
    outputs
        Shape (S, D).
    inputs
        Number of inputs that are tried; the same number of unrelated ones is tried, up to
        `MOST_TRIALS`.

    Examples
    --------
    >>> bool(chance_level(np.random.default_rng(1).random((1, 256)), inputs=50)[0] < 0.2)
    True
    """
    generator = np.random.default_rng(0)  # the same trials for the same draws
    best = np.zeros(len(outputs))
    for _ in range(max(1, min(inputs, MOST_TRIALS))):
        unrelated = np.asarray(generator.random(outputs.shape[1]))
        fit = fit_outputs([unrelated], outputs)
        best = np.fmax(best, fit.explained)
    return best


def spline_columns(values: FloatArray) -> FloatArray:
    """Centred cubic B-splines of the ranks of an input, shape (D, 7)."""
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    # Results are frames, so pandas is loaded already; scipy.stats would take half a second.
    twice = (2.0 * pd.Series(values).rank().to_numpy()).astype(np.intp)
    columns = _splines_by_rank(len(values))[twice]
    return np.asarray(columns - columns.mean(axis=0))


@lru_cache(maxsize=2)
def _splines_by_rank(draws: int) -> FloatArray:
    """Splines at each half of a rank, as equal values share one, shape (2D + 1, 7)."""
    from scipy.interpolate import BSpline  # noqa: PLC0415 - scipy is slow to import

    rank = (np.arange(2 * draws + 1) / 2.0 - 0.5) / draws
    # No draw has a rank below one.
    columns = BSpline.design_matrix(rank.clip(0.0), np.array(KNOTS), DEGREE).toarray()
    columns.flags.writeable = False
    return np.asarray(columns)


def directions_of(inputs: Sequence[FloatArray]) -> Directions:
    """Orthonormal directions of the inputs over draws, with their singular values.

    They take most of the time of a fit, and are the same for every output.

    Parameters
    ----------
    inputs
        Arrays of shape (D,).

    Returns
    -------
    tuple or None
        Directions of shape (D, R) and singular values of shape (R,); None if no input varies.

    Examples
    --------
    >>> directions_of([np.zeros(8)]) is None
    True
    """
    columns = [basis for basis in map(spline_columns, inputs) if basis.any()]
    if not columns:
        return None
    u, s, _ = np.linalg.svd(np.concatenate(columns, axis=1), full_matrices=False)
    kept = s > s[0] * 1e-8
    return u[:, kept], s[kept]


def _explained(
    centred: FloatArray, fitted: FloatArray, free: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Share of the variance that is explained out of sample, and its standard error.

    Errors are those of cross-validation: they are enlarged for the degrees of freedom used.
    """
    draws = len(centred)
    enlarged = ((draws - 1.0) / free) ** 2
    squares, errors = centred**2, enlarged * (centred - fitted) ** 2
    total = squares.mean(axis=0)
    known = np.where(total > 0.0, total, np.nan)
    unexplained = errors.mean(axis=0) / known
    share = np.clip(1.0 - unexplained, 0.0, 1.0)
    # Of a ratio of means, by the delta method.
    spread = (errors - unexplained * squares).std(axis=0, ddof=1)
    return share, spread / known / np.sqrt(draws)
