"""Stocks and output of one kind of buyer, week by week: the readable reference.

All quantities are in weeks of the holding's own baseline need. In each week the inflow is added to
the stock, the need is met as far as possible, and the rest is kept up to a cap. The scarcest
holding limits output; a holding is weighted by its criticality, the share of output that cannot
ship without it.

By default holdings are independent: a line that is short of one part goes on using the others
("build-shy"). With `line_stop` the scarcest holding limits the use of all. For the same need
`line_stop` never loses more, so the two cases bracket the truth.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.settings import Coupling


@dataclass(frozen=True, eq=False)
class StockRun:
    """Result of one run of the stocks; K is the holding, T the week, D the draw."""

    losses: FloatArray
    """Share of output that would be lost to each holding alone, shape (T, K, D)."""
    held: FloatArray
    """Stock at the end of each week, shape (T, K, D)."""
    unmet: FloatArray
    """Unmet need, in weeks of need, shape (T, K, D)."""


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
        Arrivals r in each week, shape (T, K, D).
    need
        Use n without a shortage, shape (T, K, D) or (T, K, 1).
    stock
        Stock S at the start, shape (K, D); not above `cap`.
    cap
        Largest stock, shape (K, D), or (T, K, D) if it changes.
    criticality
        Criticality c in [0, 1], shape (K, D).
    coupling
        Whether the scarcest holding limits the use of the others.

    Returns
    -------
    StockRun
        Losses c n (1 - a), with coverage a = min(1, (S + r) / n), or a = 1 if nothing is needed.
        Output in a week is 1 minus the largest loss over holdings.

    Notes
    -----
    S(t+1) = min(cap, S + r - use); use = n a for independent holdings. The loss of a week is
    computed from the unmet need n - n a, so no division is needed.

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
    """Use if the scarcest holding limits all: met x output / output that this holding allows."""
    allowed = 1.0 - lost
    output = allowed.min(axis=0)
    return np.where(allowed > 0.0, met * output / np.where(allowed > 0.0, allowed, 1.0), 0.0)


def saved_need(inflow: FloatArray, need: FloatArray, thrift: FloatArray) -> FloatArray:
    """Need after users save what they can without loss: need x clip(r, 1 - thrift, 1).

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
    """Share of output lost if several holdings are short: the largest of their losses.

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
