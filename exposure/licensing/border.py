"""Flow of goods under licences: who holds one ships, and makes up for what it could not ship.

Only the orders of a licence holder are made up. Pooling the orders of all buyers, as one does for
a total of customs, would let holders ship the orders of the refused for ever: with half the buyers
licensed and a ceiling of 1.2, flow would stay at 0.6. Here the refused stay without.

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
    """Share of the usual flow that does not leave: 1 - phi, below 0 while orders are made up.

    Parameters
    ----------
    licensed
        Live licences per relationship, Lambda, in [0, 1], shape (T, D).
    enforced
        Share of unlicensed goods that customs stops, in [0, 1], shape (T, D) or (T, 1).
    ceiling
        Most a holder ships, as a multiple c >= 1 of its usual flow, shape (D,).
    recoverable
        Share b of unfilled orders that are still wanted later, in [0, 1], shape (D,).

    Returns
    -------
    numpy.ndarray
        enforced (1 - Lambda) - extra, shape (T, D).

    Notes
    -----
    Those without a licence gather b x enforced (1 - Lambda) unfilled orders a week. Who is
    granted a licence brings its part along, who loses it takes its part back; both are taken
    for average. Holders ship extra = min((c - 1) Lambda, what they have in hand). With c = 1
    nothing is extra.

    Examples
    --------
    Half the buyers licensed late catch up, the other half never is.

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
    """What `share_stopped` defines, all draws side by side."""
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
    """Rise as a part of a whole, in [0, 1]; 0 where nothing rises."""
    rises = (change > 0.0) & (whole > 0.0)
    return np.where(rises, np.minimum(change / np.where(rises, whole, 1.0), 1.0), 0.0)
