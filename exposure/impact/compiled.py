"""The firms of one kind of buyer, compiled; importing this module loads numba.

Draws are taken in lanes, so that the state of a lane stays in the fastest cache while the weeks go
by, and every inner loop runs over a lane without a branch. What cannot lose anything is not run:

* a holding in whose lane as much arrives as is needed, in every week and draw;
* firms that hold more than firms who lose nothing of the holding and get as much. Every step is
  monotone in the stock, its rounding too, so this is exact. With thrift it is not used.

Losses are split among players only in the weeks in which something is lost, and only among those
who lose something. Lanes behind the last draw are filled with draws that need nothing.
"""

import numpy as np
from numba import njit

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.firms import STOPPED

LANES = 64
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
    loss = np.empty((holdings, weeks, LANES))
    state = np.empty((5, LANES))
    arriving, saved = np.empty((weeks, 1, LANES)), np.empty((weeks, 1, LANES))
    sums = np.empty((2, weeks, LANES))
    single = need.shape[2] == 1
    usual = _for_all(need) if single else need
    # Holdings that may still lose something, those whose need can be saved, those that lose.
    open_, thrifty = np.empty(holdings, dtype=np.bool_), np.empty(holdings, dtype=np.bool_)
    loses = np.empty(holdings, dtype=np.bool_)
    every = len(stock_weeks) > 0
    for begin in range(0, draws, LANES):
        lanes = min(LANES, draws - begin)
        wanted_at = 0 if single else begin
        sums[:] = 0.0
        for k in range(holdings):
            thrifty[k] = _any_above(thrift[k, begin : begin + lanes])
            open_[k] = every or not _covers(inflow, begin, usual, wanted_at, k, lanes, state[0])
            if late.shape[1] > 0:
                open_[k] = True
        for f in range(strata):
            delayed = late.shape[1] > 0 and _any_above(late_shares[f, begin : begin + lanes])
            loses[:] = False
            for k in range(holdings):
                if not open_[k] and not every:
                    continue
                flow, flow_k, flow_at = inflow, k, begin
                if delayed:
                    _take_late(inflow, begins, late, late_shares[f], k, begin, lanes, arriving)
                    flow, flow_k, flow_at = arriving, 0, 0
                wanted, wanted_k, used_at = usual, k, wanted_at
                if thrifty[k]:
                    _save(flow, flow_k, flow_at, usual, wanted_at, thrift, k, begin, lanes, saved)
                    wanted, wanted_k, used_at = saved, 0, 0
                _open(stock, cap, criticality, multiples[f], k, begin, lanes, state)
                loses[k] = _run_weeks(
                    flow, flow_k, flow_at, wanted, wanted_k, used_at, state, first, lanes, loss[k]
                )
                open_[k] = loses[k] or thrifty[k]
                for d in range(lanes):
                    unmet[k, begin + d] += shares[f] * state[3, d]
                if every:
                    _open(stock, cap, criticality, multiples[f], k, begin, lanes, state)
                    _hold(
                        flow, flow_k, flow_at, wanted, wanted_k, used_at, state, stock_weeks,
                        shares[f], held[:, k], begin, lanes,
                    )  # fmt: skip
            if _any(loses):
                borne = _add_up(loss, loses, shares[f], members, weight, first, lanes, sums)
                for p in range(players):
                    for d in range(lanes):
                        by_player[p, begin + d] += shares[f] * borne[p, d]
        for t in range(weeks):
            for d in range(lanes):
                weekly[t, begin + d] = sums[0, t, d]
                stopped[t, begin + d] = sums[1, t, d]
    return weekly, stopped, by_player, unmet, held


@njit(cache=True, nogil=True)
def _for_all(need: FloatArray) -> FloatArray:
    """One value for all draws, written out for a lane."""
    weeks, holdings, _ = need.shape
    every = np.empty((weeks, holdings, LANES))
    for t in range(weeks):
        for k in range(holdings):
            every[t, k] = need[t, k, 0]
    return every


@njit(cache=True, nogil=True)
def _any_above(values: FloatArray) -> bool:
    for value in values:
        if value > 0.0:
            return True
    return False


@njit(cache=True, nogil=True)
def _any(values: BoolArray) -> bool:
    for value in values:
        if value:
            return True
    return False


@njit(cache=True, nogil=True)
def _covers(  # noqa: PLR0913, PLR0917
    inflow: FloatArray,
    begin: int,
    need: FloatArray,
    need_at: int,
    k: int,
    lanes: int,
    least: FloatArray,
) -> bool:
    """Whether as much arrives as is needed, in every week and draw of a lane."""
    for d in range(lanes):
        least[d] = 0.0
    for t in range(len(inflow)):
        for d in range(lanes):
            spare = inflow[t, k, begin + d] - need[t, k, need_at + d]
            least[d] = spare if spare < least[d] else least[d]
    for d in range(lanes):
        if least[d] < 0.0:
            return False
    return True


@njit(cache=True, nogil=True)
def _take_late(  # noqa: PLR0913, PLR0917
    inflow: FloatArray,
    begins: IntArray,
    late: FloatArray,
    shares: FloatArray,
    k: int,
    begin: int,
    lanes: int,
    arriving: FloatArray,
) -> None:
    """Inflow without what firms that priority reaches late do not get."""
    weeks = len(inflow)
    for t in range(weeks):
        for d in range(lanes):
            arriving[t, 0, d] = inflow[t, k, begin + d]
    for d in range(lanes):
        share = shares[begin + d]
        if share > 0.0:
            since = begins[k, begin + d]
            for n in range(min(late.shape[1], weeks - since)):
                arriving[since + n, 0, d] -= share * late[k, n, begin + d]


@njit(cache=True, nogil=True)
def _save(  # noqa: PLR0913, PLR0917
    inflow: FloatArray,
    flow_k: int,
    flow_at: int,
    need: FloatArray,
    need_at: int,
    thrift: FloatArray,
    k: int,
    begin: int,
    lanes: int,
    saved: FloatArray,
) -> None:
    """Need once users save what they can without loss."""
    for t in range(len(inflow)):
        for d in range(lanes):
            least = 1.0 - thrift[k, begin + d]
            came = inflow[t, flow_k, flow_at + d]
            came = came if came > least else least
            saved[t, 0, d] = need[t, k, need_at + d] * (came if came < 1.0 else 1.0)


@njit(cache=True, nogil=True)
def _open(  # noqa: PLR0913, PLR0917
    stock: FloatArray,
    cap: FloatArray,
    criticality: FloatArray,
    multiples: FloatArray,
    k: int,
    begin: int,
    lanes: int,
    state: FloatArray,
) -> None:
    """Stock, cap and criticality of a stratum at the start."""
    for d in range(lanes):
        state[0, d] = stock[k, begin + d] * multiples[begin + d]
        state[1, d] = cap[k, begin + d] * multiples[begin + d]
        state[2, d] = criticality[k, begin + d]
        state[3, d] = 0.0
        state[4, d] = 0.0


@njit(cache=True, nogil=True)
def _run_weeks(  # noqa: PLR0913, PLR0917
    inflow: FloatArray,
    flow_k: int,
    flow_at: int,
    need: FloatArray,
    need_k: int,
    need_at: int,
    state: FloatArray,
    first: int,
    lanes: int,
    loss: FloatArray,
) -> bool:
    """Run the stock of one holding in one lane; whether anything is missed."""
    level, cap, criticality = state[0], state[1], state[2]
    missed, before = state[3], state[4]
    for t in range(len(inflow)):
        if t == first:
            for d in range(lanes):
                before[d] = missed[d]
                missed[d] = 0.0
        for d in range(lanes):
            available = level[d] + inflow[t, flow_k, flow_at + d]
            wanted = need[t, need_k, need_at + d]
            met = available if available < wanted else wanted
            left = available - met
            level[d] = left if left < cap[d] else cap[d]
            short = wanted - met
            missed[d] += short
            loss[t, d] = criticality[d] * short
    for d in range(lanes):
        if before[d] + missed[d] > 0.0:
            return True
    return False


@njit(cache=True, nogil=True)
def _hold(  # noqa: PLR0913, PLR0917
    inflow: FloatArray,
    flow_k: int,
    flow_at: int,
    need: FloatArray,
    need_k: int,
    need_at: int,
    state: FloatArray,
    stock_weeks: IntArray,
    share: float,
    held: FloatArray,
    begin: int,
    lanes: int,
) -> None:
    """Add the stock of a stratum at the end of the weeks asked for."""
    level, cap = state[0], state[1]
    for t in range(len(inflow)):
        for d in range(lanes):
            available = level[d] + inflow[t, flow_k, flow_at + d]
            left = available - min(available, need[t, need_k, need_at + d])
            level[d] = left if left < cap[d] else cap[d]
        for o in range(len(stock_weeks)):
            if stock_weeks[o] == t:
                for d in range(lanes):
                    held[o, begin + d] += share * level[d]


@njit(cache=True, nogil=True)
def _add_up(  # noqa: PLR0913, PLR0917
    loss: FloatArray,
    loses: BoolArray,
    share: float,
    members: BoolArray,
    weight: FloatArray,
    first: int,
    lanes: int,
    sums: FloatArray,
) -> FloatArray:
    """Add what one stratum loses in one lane; what each player bears of it, (P, lanes)."""
    playing, active = _playing(members, loses)
    borne = np.zeros((len(members), LANES))
    lost = _largest(loss, loses, lanes)
    weekly, stopped = sums[0], sums[1]
    for t in range(len(lost)):
        for d in range(lanes):
            own = lost[t, d]
            weekly[t, d] += share * own
            stopped[t, d] += share if own > STOPPED else 0.0
    if active == 1:
        only = borne[playing[0]]
        for t in range(first, len(lost)):
            for d in range(lanes):
                only[d] += weight[t - first] * lost[t, d]
    elif active > 1:
        _share_among(loss, loses, lost, members, playing[:active], weight, first, lanes, borne)
    return borne


@njit(cache=True, nogil=True)
def _playing(members: BoolArray, loses: BoolArray) -> tuple[IntArray, int]:
    """Players who answer for a holding that loses anything, and how many they are."""
    playing = np.empty(len(members), dtype=np.int64)
    active = 0
    for p in range(len(members)):
        if _any(members[p] & loses):
            playing[active] = p
            active += 1
    return playing, active


@njit(cache=True, nogil=True)
def _largest(loss: FloatArray, loses: BoolArray, lanes: int) -> FloatArray:
    """Largest loss over the holdings that lose anything, (T, lanes)."""
    only, several = -1, False
    for k in range(len(loss)):
        if loses[k]:
            several = only >= 0
            only = k if only < 0 else only
    if not several:
        return loss[only]
    lost = loss[only].copy()
    for k in range(only + 1, len(loss)):
        if loses[k]:
            own = loss[k]
            for t in range(len(lost)):
                for d in range(lanes):
                    lost[t, d] = own[t, d] if own[t, d] > lost[t, d] else lost[t, d]
    return lost


@njit(cache=True, nogil=True)
def _share_among(  # noqa: PLR0913, PLR0917
    loss: FloatArray,
    loses: BoolArray,
    lost: FloatArray,
    members: BoolArray,
    playing: IntArray,
    weight: FloatArray,
    first: int,
    lanes: int,
    borne: FloatArray,
) -> None:
    """Add what each player bears, week by week; players who lose nothing bear nothing."""
    active = len(playing)
    alone, ordered = np.empty((active, LANES)), np.empty((active, LANES))
    reached, part = np.empty(LANES), np.empty((active, LANES))
    for t in range(first, len(lost)):
        if not _any_above(lost[t, :lanes]):
            continue
        for a in range(active):
            for d in range(lanes):
                alone[a, d] = 0.0
            for k in range(len(loss)):
                if members[playing[a], k] and loses[k]:
                    for d in range(lanes):
                        own = loss[k, t, d]
                        alone[a, d] = own if own > alone[a, d] else alone[a, d]
        _sort(alone, ordered, lanes)
        _airport(alone, ordered, reached, part, lanes)
        for a in range(active):
            for d in range(lanes):
                borne[playing[a], d] += weight[t - first] * part[a, d]


@njit(cache=True, nogil=True)
def _sort(alone: FloatArray, ordered: FloatArray, lanes: int) -> None:
    """Losses of the players in ascending order, draw by draw."""
    active = len(alone)
    for a in range(active):
        for d in range(lanes):
            ordered[a, d] = alone[a, d]
    for last in range(active - 1, 0, -1):
        for k in range(last):
            for d in range(lanes):
                small, large = ordered[k, d], ordered[k + 1, d]
                ordered[k, d] = small if small < large else large
                ordered[k + 1, d] = large if small < large else small


@njit(cache=True, nogil=True)
def _airport(
    alone: FloatArray, ordered: FloatArray, reached: FloatArray, part: FloatArray, lanes: int
) -> None:
    """Shares of the airport game: whoever reaches a step of the ordered losses bears up to it."""
    active = len(alone)
    for d in range(lanes):
        reached[d] = 0.0
    for k in range(active):
        slice_ = 1.0 / (active - k)
        for d in range(lanes):
            below = ordered[k - 1, d] if k else 0.0
            reached[d] += slice_ * (ordered[k, d] - below)
        for a in range(active):
            for d in range(lanes):
                part[a, d] = reached[d] if alone[a, d] >= ordered[k, d] else part[a, d]
