"""Flow of goods under licences: holders ship, and make up for part of their missed orders.

Only the orders of licence holders are made up. If the orders of all buyers were pooled, as in a
customs total, holders would ship the orders of refused buyers for ever: with half of the buyers
licensed and a ceiling of 1.2, the flow would stay at 0.6. Here refused buyers receive nothing.

Orders are in weeks of the usual flow of the whole class; arrays have shape (T, D), the week
first.
"""

import numpy as np

from exposure import fast
from exposure.arrays import FloatArray


def share_stopped(
    licensed: FloatArray,
    enforced: FloatArray,
    *,
    ceiling: FloatArray,
    recoverable: FloatArray,
) -> FloatArray:
    """Share of the usual flow that is stopped, 1 - phi; below 0 while orders are made up.

    Parameters
    ----------
    licensed
        Live licences per relationship, Lambda, in [0, 1], shape (T, D).
    enforced
        Share of unlicensed goods stopped by customs, in [0, 1], shape (T, D) or (T, 1).
    ceiling
        Largest shipment of a holder, as a multiple c >= 1 of its usual flow, shape (D,).
    recoverable
        Share b of unfilled orders that are still wanted later, in [0, 1], shape (D,).

    Returns
    -------
    numpy.ndarray
        enforced (1 - Lambda) - extra, shape (T, D).

    Notes
    -----
    Buyers without a licence accumulate b x enforced (1 - Lambda) unfilled orders a week. A new
    holder brings its unfilled orders along, and a buyer that loses its licence takes them back;
    both are assumed to be average buyers. Holders ship extra = min((c - 1) Lambda, their unfilled
    orders). With c = 1 nothing extra is shipped.

    Examples
    --------
    Half of the buyers are licensed late and catch up; the other half is never licensed.

    >>> share_stopped(np.array([[0.0], [0.5], [0.5], [0.5]]), np.ones((4, 1)),
    ...               ceiling=np.array([1.4]), recoverable=np.array([0.5])).ravel().round(3)
    array([1.  , 0.3 , 0.45, 0.5 ])
    """
    if (ceiling == 1.0).all() or not licensed.any():
        return np.asarray(enforced * (1.0 - licensed))
    if fast.AVAILABLE:
        from exposure.licensing.border_fast import share_stopped_fast  # noqa: PLC0415 - numba

        return share_stopped_fast(licensed, enforced, ceiling=ceiling, recoverable=recoverable)
    return share_stopped_reference(licensed, enforced, ceiling=ceiling, recoverable=recoverable)


def share_stopped_reference(
    licensed: FloatArray, enforced: FloatArray, *, ceiling: FloatArray, recoverable: FloatArray
) -> FloatArray:
    """Reference for `share_stopped`, all draws at once."""
    stopped = enforced * (1.0 - licensed)
    waiting, in_hand = np.zeros_like(licensed[0]), np.zeros_like(licensed[0])
    before = licensed[0]
    for week, share in enumerate(licensed):
        granted = _part(share - before, 1.0 - before) * waiting
        lost = _part(before - share, before) * in_hand
        in_hand = in_hand + granted - lost
        extra = np.minimum((ceiling - 1.0) * share, in_hand)
        in_hand -= extra
        waiting = waiting - granted + lost + recoverable * stopped[week]
        stopped[week] -= extra
        before = share
    return np.asarray(stopped)


def _part(change: FloatArray, whole: FloatArray) -> FloatArray:
    """An increase as a share of the whole, in [0, 1]; 0 if there is no increase."""
    rises = (change > 0.0) & (whole > 0.0)
    return np.where(rises, np.minimum(change / np.where(rises, whole, 1.0), 1.0), 0.0)
