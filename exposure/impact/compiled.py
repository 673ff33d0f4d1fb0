"""The firms of one kind of buyer, compiled; importing this module loads numba.

Draws are taken in lanes, so that the state of a lane stays in the fastest cache while the weeks go
by, and every inner loop runs over a lane without a branch. What cannot lose anything is not run:

* a holding in whose lane as much arrives as is needed, in every week and draw;
* firms that hold more than firms who lose nothing of the holding and get as much. Every step is
  monotone in the stock, its rounding too, so this is exact. With thrift it is not used.

Losses are split among players only in the weeks in which something is lost, and only among those
who lose something.
"""

import numpy as np
from numba import njit

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.firms import STOPPED

LANES = 16
"""Draws that are run together."""


@njit(cache=True, nogil=True)
def run_firms(  # noqa: PLR0913, PLR0917 - arrays of different kinds
    inflow: FloatArray,
    begins: IntArray,
    late: FloatArray,
    need: FloatArray,
    thrift: FloatArray,
    stock: FloatArray,
    cap: FloatArray,
    criticality: FloatArray,
    multiples: FloatArray,
    shares: FloatArray,
    late_shares: FloatArray,
    members: BoolArray,
    weight: FloatArray,
    first: int,
    stock_weeks: IntArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Run the firms of one kind of buyer; see `exposure.impact.firm_runs`."""
    weeks, holdings, draws = inflow.shape
    strata, players = len(shares), len(members)
    weekly = np.zeros((weeks, draws))
    stopped = np.zeros((weeks, draws))
    by_player = np.zeros((players, draws))
    unmet = np.zeros((holdings, draws))
    held = np.zeros((len(stock_weeks), holdings, draws))
    loss = np.empty((strata, holdings, weeks, LANES))
    loses = np.empty((strata, holdings), dtype=np.bool_)
    scratch = np.empty((5, LANES))
    arriving = np.empty((weeks, LANES))
    wanted = np.empty((weeks, LANES))
    saved = np.empty((weeks, LANES))
    for begin in range(0, draws, LANES):
        lanes = min(LANES, draws - begin)
        loses[:] = False
        for k in range(holdings):
            _copy(need, k, begin, lanes, wanted)
            thrifty = _any_above(thrift[k, begin : begin + lanes])
            for f in range(strata):
                _copy(inflow, k, begin, lanes, arriving)
                delayed = _take_late(arriving, begins, late, late_shares[f], k, begin, lanes)
                enough = not delayed and _covers(arriving, wanted, lanes)
                if not len(stock_weeks) and enough:
                    continue
                used = wanted
                if thrifty:
                    _save(arriving, wanted, thrift[k], begin, lanes, saved)
                    used = saved
                for d in range(lanes):
                    scratch[0, d] = stock[k, begin + d] * multiples[f, begin + d]
                    scratch[1, d] = cap[k, begin + d] * multiples[f, begin + d]
                    scratch[2, d] = criticality[k, begin + d]
                loses[f, k] = _run_weeks(
                    arriving, used, scratch, lanes, first, loss[f, k],
                    held, stock_weeks, shares[f], k, begin,
                )  # fmt: skip
                for d in range(lanes):
                    unmet[k, begin + d] += shares[f] * scratch[3, d]
                if not loses[f, k] and not thrifty and not len(stock_weeks):
                    break
        for f in range(strata):
            _add_up(
                loss[f], loses[f], shares[f], members, weight, first,
                weekly, stopped, by_player, begin, lanes,
            )  # fmt: skip
    return weekly, stopped, by_player, unmet, held


@njit(cache=True, nogil=True)
def _copy(values: FloatArray, k: int, begin: int, lanes: int, into: FloatArray) -> None:
    """One holding of one lane; a single value stands for all draws."""
    single = values.shape[2] == 1
    for t in range(len(values)):
        if single:
            into[t, :lanes] = values[t, k, 0]
        else:
            into[t, :lanes] = values[t, k, begin : begin + lanes]


@njit(cache=True, nogil=True)
def _any_above(values: FloatArray) -> bool:
    for value in values:
        if value > 0.0:
            return True
    return False


@njit(cache=True, nogil=True)
def _covers(arriving: FloatArray, wanted: FloatArray, lanes: int) -> bool:
    """Whether as much arrives as is wanted, in every week and draw."""
    least = np.inf
    for t in range(len(arriving)):
        for d in range(lanes):
            least = min(least, arriving[t, d] - wanted[t, d])
        if least < 0.0:
            return False
    return True


@njit(cache=True, nogil=True)
def _take_late(
    arriving: FloatArray,
    begins: IntArray,
    late: FloatArray,
    shares: FloatArray,
    k: int,
    begin: int,
    lanes: int,
) -> bool:
    """Take from the inflow what firms that priority reaches late do not get; whether any."""
    taken = False
    for d in range(lanes):
        share = shares[begin + d]
        if share > 0.0:
            since = begins[k, begin + d]
            for n in range(min(late.shape[1], len(arriving) - since)):
                amount = late[k, n, begin + d]
                taken |= amount > 0.0
                arriving[since + n, d] -= share * amount
    return taken


@njit(cache=True, nogil=True)
def _save(
    arriving: FloatArray,
    wanted: FloatArray,
    thrift: FloatArray,
    begin: int,
    lanes: int,
    saved: FloatArray,
) -> None:
    """Need once users save what they can without loss."""
    for t in range(len(arriving)):
        for d in range(lanes):
            least = 1.0 - thrift[begin + d]
            saved[t, d] = wanted[t, d] * min(max(arriving[t, d], least), 1.0)


@njit(cache=True, nogil=True)
def _run_weeks(  # noqa: PLR0913, PLR0917
    arriving: FloatArray,
    wanted: FloatArray,
    scratch: FloatArray,
    lanes: int,
    first: int,
    loss: FloatArray,
    held: FloatArray,
    stock_weeks: IntArray,
    share: float,
    k: int,
    begin: int,
) -> bool:
    """Run the stock of one holding in one lane; whether anything is lost."""
    level, cap, criticality, missed, worst = (
        scratch[0], scratch[1], scratch[2], scratch[3], scratch[4],
    )  # fmt: skip
    for d in range(lanes):
        missed[d] = 0.0
        worst[d] = 0.0
    for t in range(len(arriving)):
        if t == first:
            for d in range(lanes):
                missed[d] = 0.0
        for d in range(lanes):
            available = level[d] + arriving[t, d]
            need = wanted[t, d]
            met = min(available, need)
            short = need - met
            level[d] = min(cap[d], available - met)
            missed[d] += short
            lost = criticality[d] * short
            loss[t, d] = lost
            worst[d] = max(worst[d], lost)
        for o in range(len(stock_weeks)):
            if stock_weeks[o] == t:
                for d in range(lanes):
                    held[o, k, begin + d] += share * level[d]
    any_lost = False
    for d in range(lanes):
        if first >= len(arriving):
            missed[d] = 0.0
        any_lost |= worst[d] > 0.0 or missed[d] > 0.0
    return any_lost


@njit(cache=True, nogil=True)
def _add_up(  # noqa: PLR0913, PLR0917
    loss: FloatArray,
    loses: BoolArray,
    share: float,
    members: BoolArray,
    weight: FloatArray,
    first: int,
    weekly: FloatArray,
    stopped: FloatArray,
    by_player: FloatArray,
    begin: int,
    lanes: int,
) -> None:
    """Add what one stratum loses in one lane, and what each player bears of it."""
    holdings, weeks, _ = loss.shape
    players = len(members)
    playing = np.empty(players, dtype=np.int64)
    active = 0
    for p in range(players):
        for k in range(holdings):
            if members[p, k] and loses[k]:
                playing[active] = p
                active += 1
                break
    lost = np.empty(LANES)
    borne = np.zeros((active, LANES))
    alone = np.empty((active, LANES))
    ordered = np.empty((active, LANES))
    if not loses.any():
        return
    for t in range(weeks):
        lost[:] = 0.0
        for k in range(holdings):
            if loses[k]:
                for d in range(lanes):
                    lost[d] = max(lost[d], loss[k, t, d])
        any_lost = False
        for d in range(lanes):
            any_lost |= lost[d] > 0.0
        if not any_lost:
            continue
        for d in range(lanes):
            weekly[t, begin + d] += share * lost[d]
            stopped[t, begin + d] += share if lost[d] > STOPPED else 0.0
        if t < first:
            continue
        for a in range(active):
            alone[a] = 0.0
            for k in range(holdings):
                if members[playing[a], k] and loses[k]:
                    for d in range(lanes):
                        alone[a, d] = max(alone[a, d], loss[k, t, d])
        _bear(alone, ordered, players, weight[t - first], borne, lanes)
    for a in range(active):
        for d in range(lanes):
            by_player[playing[a], begin + d] += share * borne[a, d]


@njit(cache=True, nogil=True)
def _bear(
    alone: FloatArray,
    ordered: FloatArray,
    players: int,
    weight: float,
    borne: FloatArray,
    lanes: int,
) -> None:
    """Add what each player bears of one week, by the airport game; idle players lose nothing."""
    active = len(alone)
    ordered[:] = alone
    for last in range(active - 1, 0, -1):
        for k in range(last):
            for d in range(lanes):
                small, large = ordered[k, d], ordered[k + 1, d]
                ordered[k, d] = min(small, large)
                ordered[k + 1, d] = max(small, large)
    for a in range(active):
        for d in range(lanes):
            own, lower, part = alone[a, d], 0.0, 0.0
            for k in range(active):
                upper = min(own, ordered[k, d])
                part += (1.0 / (active - k)) * (upper - lower)
                lower = upper
            borne[a, d] += weight * part
