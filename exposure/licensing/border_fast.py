"""Fast twin of `exposure.licensing.border.share_stopped`, compiled; equal to it bit for bit.

Importing this module loads numba.
"""

import numpy as np

from exposure.arrays import FloatArray
from exposure.fast import called, compiled, writable


def share_stopped_fast(
    licensed: FloatArray, enforced: FloatArray, *, ceiling: FloatArray, recoverable: FloatArray
) -> FloatArray:
    """Share of the usual flow that does not leave, shape (T, D)."""
    stopped, whole = np.empty(licensed.shape), enforced.shape == licensed.shape
    _stop(
        writable(licensed),
        writable(enforced if whole else np.broadcast_to(enforced, licensed.shape)),
        writable(np.broadcast_to(ceiling, licensed.shape[1])),
        writable(np.broadcast_to(recoverable, licensed.shape[1])),
        np.zeros((2, licensed.shape[1])),
        stopped,
    )
    return stopped


@compiled
def _stop(
    licensed: FloatArray,
    enforced: FloatArray,
    ceiling: FloatArray,
    recoverable: FloatArray,
    orders: FloatArray,
    stopped: FloatArray,
) -> None:
    """Fill `stopped` week by week; `orders` holds missed orders and open orders, (2, D)."""
    weeks, draws = licensed.shape
    for week in range(weeks):
        for d in range(draws):
            share = licensed[week, d]
            before = licensed[week - 1, d] if week > 0 else share
            gone = enforced[week, d] * (1.0 - share)
            granted = _part(share - before, 1.0 - before) * orders[0, d]
            lost = _part(before - share, before) * orders[1, d]
            in_hand = orders[1, d] + granted - lost
            extra = min((ceiling[d] - 1.0) * share, in_hand)
            orders[1, d] = in_hand - extra
            orders[0, d] = orders[0, d] - granted + lost + recoverable[d] * gone
            stopped[week, d] = gone - extra


@called
def _part(change: float, whole: float) -> float:
    """An increase as a share of the whole, in [0, 1]; 0 if there is no increase."""
    if change > 0.0 and whole > 0.0:
        return min(change / whole, 1.0)
    return 0.0
