"""How much of a score's uncertainty comes from a group of inputs."""

import numpy as np

from exposure.arrays import FloatArray


def total_effect(scores: FloatArray, resampled: FloatArray) -> float:
    """Total-effect index of a group of inputs, by pick-freeze.

    Parameters
    ----------
    scores
        Scores, shape (D,).
    resampled
        Scores with only the group drawn anew, shape (D,).

    Returns
    -------
    float
        Share of the variance that vanishes if the group were known, at most 1; NaN where the
        score does not vary.

    Notes
    -----
    Mean of (f - f')^2 / 2 over the variance, the variance being taken over both samples.

    References
    ----------
    Jansen, M. J. W. (1999). Analysis of variance designs for model output. Computer Physics
    Communications 117, 35-43.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> known, unknown, again = rng.random((3, 4096))
    >>> round(total_effect(known + unknown, known + again), 1)
    0.5
    """
    both = np.concatenate([scores, resampled])
    if both.min() == both.max():
        return float("nan")
    return float(min(1.0, ((scores - resampled) ** 2).mean() / (2.0 * both.var())))
