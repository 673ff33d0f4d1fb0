"""One figure for lost shares under several scenarios: the mean and the bad tail.

The tail is taken over scenarios *inside* each draw, so that the uncertainty about policy in Beijing
never mixes with our uncertainty about inputs.
"""

import numpy as np

from exposure.arrays import FloatArray


def tail_weights(losses: FloatArray, probabilities: FloatArray, *, level: float) -> FloatArray:
    """Weight of each scenario in the conditional value at risk (CVaR), by draw.

    The weights are those of the worst ``1 - level`` of probability. A scenario at the edge of
    the tail counts in part; scenarios of equal loss at the edge share that part in proportion
    to their probability.

    Parameters
    ----------
    losses
        Lost share by scenario, shape (S, D).
    probabilities
        Of the scenarios, shape (S,); they sum to 1.
    level
        0 gives the mean, 1 the worst scenario with positive probability.

    Returns
    -------
    numpy.ndarray
        Shape (S, D), summing to 1 over scenarios; CVaR = sum of weight times loss.

    References
    ----------
    Rockafellar, R. T. & Uryasev, S. (2002). Conditional value-at-risk for general loss
    distributions. Journal of Banking & Finance 26(7), 1443-1471.

    Examples
    --------
    >>> tail_weights(np.array([[0.1], [0.9]]), np.array([0.75, 0.25]), level=0.5).ravel()
    array([0.5, 0.5])
    """
    probability = probabilities[:, np.newaxis]
    # larger[s, d]: probability of a loss larger than that of s; equal[s, d]: of the same loss.
    larger = np.einsum("r,rsd->sd", probabilities, losses[:, np.newaxis] > losses[np.newaxis])
    equal = np.einsum("r,rsd->sd", probabilities, losses[:, np.newaxis] == losses[np.newaxis])
    weight = np.divide(probability, equal, out=np.zeros_like(losses), where=equal > 0.0)
    tail = 1.0 - level
    if tail <= 0.0:
        return np.where(larger == 0.0, weight, 0.0)
    return np.asarray(np.clip(tail - larger, 0.0, equal) * weight / tail)
