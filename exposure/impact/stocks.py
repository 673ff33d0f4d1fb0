"""Stocks and output of one sector, week after week: the reference that can be read.

Everything is in weeks of the channel's own baseline need. A week adds the inflow to the stock,
meets what need it can, and keeps the rest up to a cap. Output is what the scarcest channel
allows, a channel counting with its criticality: the share of output that cannot ship without
it.

By default channels are independent: a line short of one part goes on using the others
("build-shy"). With `line_stop` the shortest channel holds back the use of all. For the same
need `line_stop` never loses more, so the two bracket the truth.
"""

import numpy as np

from exposure.arrays import FloatArray
from exposure.settings import Coupling


def weekly_losses(
    inflow: FloatArray,
    need: FloatArray,
    *,
    stock: FloatArray,
    cap: FloatArray,
    criticality: FloatArray,
    coupling: Coupling = "independent",
) -> FloatArray:
    """Share of output that each channel would cost by itself, week by week.

    Parameters
    ----------
    inflow
        r, what arrives in each week, shape (T, K, D); K is the channel.
    need
        n, what would be used if nothing were short, shape (T, K, D) or (T, K, 1).
    stock
        S at the start, shape (K, D); not above `cap`.
    cap
        Most stock ever held, shape (K, D).
    criticality
        c in [0, 1], shape (K, D).
    coupling
        Whether the shortest channel holds back the use of the others.

    Returns
    -------
    numpy.ndarray
        c n (1 - a), shape (T, K, D), with coverage a = min(1, (S + r) / n) and a = 1 where
        nothing is needed. Output in a week is 1 - max over channels.

    Notes
    -----
    S(t+1) = min(cap, S + r - use); use = n a for independent channels. In a week the loss is
    weighed on unmet need n - n a, so no division is needed.

    Examples
    --------
    A stock of 1.5 weeks without inflow covers one week and half of the next.

    >>> nothing = np.zeros((3, 1, 1))
    >>> weekly_losses(nothing, np.ones((3, 1, 1)), stock=np.array([[1.5]]),
    ...               cap=np.array([[3.0]]), criticality=np.array([[1.0]])).ravel()
    array([0. , 0.5, 1. ])
    """
    losses = np.empty(np.broadcast_shapes(inflow.shape, need.shape))
    held = np.array(np.broadcast_to(stock, losses.shape[1:]))
    for week, (arriving, wanted) in enumerate(zip(inflow, need, strict=True)):
        available = held + arriving
        met = np.minimum(available, wanted)
        lost = criticality * (wanted - met)
        used = met if coupling == "independent" else _held_back(met, lost)
        held = np.minimum(cap, available - used)
        losses[week] = lost
    return losses


def _held_back(met: FloatArray, lost: FloatArray) -> FloatArray:
    """Use when the shortest channel holds back all: met x output / what this channel allows."""
    allowed = 1.0 - lost
    output = allowed.min(axis=0)
    return np.where(allowed > 0.0, met * output / np.where(allowed > 0.0, allowed, 1.0), 0.0)


def lost_output(losses: FloatArray) -> FloatArray:
    """Share of output lost when every channel is short at once: the largest of the losses.

    Parameters
    ----------
    losses
        Losses by channel, shape (T, K, D).

    Returns
    -------
    numpy.ndarray
        Shape (T, D).
    """
    return np.asarray(losses.max(axis=1))


def discount(weeks: int, *, half_life_weeks: float) -> FloatArray:
    """Weight of each week, shape (T,): 1 in week 0, half after `half_life_weeks`; sums to 1.

    Examples
    --------
    >>> discount(2, half_life_weeks=1.0).round(4)
    array([0.6667, 0.3333])
    """
    weight = 0.5 ** (np.arange(weeks) / half_life_weeks)
    return np.asarray(weight / weight.sum())
