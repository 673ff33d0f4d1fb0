"""Stocks and output of one kind of buyer, week after week: the reference that can be read.

Everything is in weeks of the holding's own baseline need. A week adds the inflow to the stock,
meets what need it can, and keeps the rest up to a cap. Output is what the scarcest holding allows,
a holding counting with its criticality: the share of output that cannot ship without it.

By default holdings are independent: a line short of one part goes on using the others
("build-shy"). With `line_stop` the shortest holding holds back the use of all. For the same need
`line_stop` never loses more, so the two bracket the truth.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.settings import Coupling


@dataclass(frozen=True, eq=False)
class StockRun:
    """What one run of the stocks gives; K is the holding, T the week, D the draw."""

    losses: FloatArray
    """Share of output that each holding would cost by itself, shape (T, K, D)."""
    held: FloatArray
    """Stock at the end of each week, shape (T, K, D)."""
    unmet: FloatArray
    """Need that could not be met, in weeks of need, shape (T, K, D)."""


def run_stocks(
    inflow: FloatArray,
    need: FloatArray,
    *,
    stock: FloatArray,
    cap: FloatArray,
    criticality: FloatArray,
    coupling: Coupling = "independent",
) -> StockRun:
    """Run the stocks of one kind of buyer.

    Parameters
    ----------
    inflow
        r, what arrives in each week, shape (T, K, D).
    need
        n, what would be used if nothing were short, shape (T, K, D) or (T, K, 1).
    stock
        S at the start, shape (K, D); not above `cap`.
    cap
        Most stock ever held, shape (K, D), or (T, K, D) where it changes.
    criticality
        c in [0, 1], shape (K, D).
    coupling
        Whether the shortest holding holds back the use of the others.

    Returns
    -------
    StockRun
        Losses c n (1 - a), with coverage a = min(1, (S + r) / n) and a = 1 where nothing is
        needed. Output in a week is 1 - max over holdings.

    Notes
    -----
    S(t+1) = min(cap, S + r - use); use = n a for independent holdings. In a week the loss is
    weighed on unmet need n - n a, so no division is needed.

    Examples
    --------
    A stock of 1.5 weeks without inflow covers one week and half of the next.

    >>> nothing = np.zeros((3, 1, 1))
    >>> run = run_stocks(nothing, np.ones((3, 1, 1)), stock=np.array([[1.5]]),
    ...                  cap=np.array([[3.0]]), criticality=np.array([[1.0]]))
    >>> run.losses.ravel()
    array([0. , 0.5, 1. ])
    """
    shape = np.broadcast_shapes(inflow.shape, need.shape)
    losses, kept, unmet = np.empty(shape), np.empty(shape), np.empty(shape)
    held = np.array(np.broadcast_to(stock, shape[1:]))
    caps = np.broadcast_to(cap, shape)
    for week, (arriving, wanted) in enumerate(zip(inflow, need, strict=True)):
        available = held + arriving
        met = np.minimum(available, wanted)
        unmet[week] = wanted - met
        losses[week] = criticality * unmet[week]
        used = met if coupling == "independent" else _held_back(met, losses[week])
        held = np.minimum(caps[week], available - used)
        kept[week] = held
    return StockRun(losses, kept, unmet)


def _held_back(met: FloatArray, lost: FloatArray) -> FloatArray:
    """Use when the shortest holding holds back all: met x output / what this holding allows."""
    allowed = 1.0 - lost
    output = allowed.min(axis=0)
    return np.where(allowed > 0.0, met * output / np.where(allowed > 0.0, allowed, 1.0), 0.0)


def saved_need(inflow: FloatArray, need: FloatArray, thrift: FloatArray) -> FloatArray:
    """Need once users save what they can without loss: need x clip(r, 1 - thrift, 1).

    Parameters
    ----------
    inflow, need
        Shape (T, K, D).
    thrift
        Share of need that can be saved, shape (K, D).

    Examples
    --------
    >>> saved_need(np.array([[[0.2]], [[1.3]]]), np.ones((2, 1, 1)), np.array([[0.1]])).ravel()
    array([0.9, 1. ])
    """
    if not thrift.any():
        return need
    return need * np.clip(inflow, 1.0 - thrift, 1.0)


def lost_output(losses: FloatArray) -> FloatArray:
    """Share of output lost when every holding is short at once: the largest of the losses.

    Parameters
    ----------
    losses
        Losses by holding, shape (T, K, D).

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
