"""The firms of one kind of buyer, a lane of draws at a time; importing this module loads numba.

The twin of `exposure.impact.firm_runs`: the same sums in the same order, so that the results are
the same to the last bit. Every inner loop runs over the draws of a lane without a branch. Holdings
and firms that cannot lose anything are skipped:

* a holding whose arrivals cover its need in every week and draw of the lane;
* firms with a larger stock than firms that lose nothing with the same arrivals. Every step is
  monotone in the stock, also its rounding, so this is exact. It is not used with thrift.
"""

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.fast import called, called_once
from exposure.impact.fast.arrays import Desk, Lanes, Results, Sectors, Start, Streams, Weeks
from exposure.impact.fast.compiling import entry
from exposure.impact.fast.holdings import (
    begin_with,
    clear_lane,
    covers,
    fill_need,
    fill_stock,
    hold_stock,
    run_weeks,
    save_need,
    share_stock,
    take_late,
)
from exposure.impact.fast.lanes import LANE
from exposure.impact.fast.losses import add_up, any_above, any_of


def make_desk(changes: FloatArray, sectors: Sectors, weeks: int) -> Desk:
    """Working arrays for the firms of one thread."""
    holdings, players = np.diff(sectors.holdings).max(), sectors.members.shape[1]
    rooms = np.empty((5, weeks, LANE))
    return Desk(
        np.empty((len(changes), weeks, LANE)),
        np.empty((holdings, weeks, LANE)),
        rooms[0],
        rooms[1],
        rooms[2],
        rooms[3],
        rooms[4],
        np.empty((2, holdings, LANE)),
        np.empty((5, LANE)),
        np.empty((4, players, LANE)),
        np.empty((2, holdings), dtype=np.bool_),
        np.empty(players, dtype=np.int64),
    )


@entry
def run_sectors(
    changes: FloatArray,
    sectors: Sectors,
    streams: Streams,
    weeks: Weeks,
    start: Start,
    lanes: Lanes,
    results: Results,
    weight: FloatArray,
    desk: Desk,
    lane: int,
) -> None:
    """Run the firms of all sectors in one lane, and add up their losses."""
    begin = lane * LANE
    size = min(LANE, lanes.leak_weeks.shape[0] - begin)
    unreported = len(desk.weekly) - results.weekly.shape[1]
    for j in range(len(changes)):
        fill_need(changes[j], weeks.begin, begin, size, desk.need[j])
    for i in range(len(sectors.strata)):
        weekly, stopped = results.weekly[i], results.stopped[i]
        clear_lane(weekly, begin, size)
        clear_lane(stopped, begin, size)
        for b in range(streams.streams[i], streams.streams[i + 1]):
            clear_lane(desk.weekly, 0, size)
            clear_lane(desk.stopped, 0, size)
            _run_stream(
                sectors, streams, weeks, start, lanes, results, weight, desk, i, b, lane, size
            )
            _add(desk.weekly[unreported:], streams.share[b], begin, size, weekly)
            _add(desk.stopped[unreported:], streams.share[b], begin, size, stopped)


@called
def _add(losses: FloatArray, share: FloatArray, begin: int, size: int, total: FloatArray) -> None:
    """Add the loss of one stream of a sector, weighted by its share."""
    share = share[begin : begin + size]
    for t in range(len(losses)):
        row = total[t, begin : begin + size]
        for d in range(size):
            row[d] += share[d] * losses[t, d]


@called_once
def _run_stream(
    sectors: Sectors,
    streams: Streams,
    weeks: Weeks,
    start: Start,
    lanes: Lanes,
    results: Results,
    weight: FloatArray,
    desk: Desk,
    i: int,
    b: int,
    lane: int,
    size: int,
) -> None:
    """Run the firms of one stream: rows of the results, and weekly losses on the desk."""
    begin, k0 = lane * LANE, sectors.holdings[i]
    holdings = sectors.holdings[i + 1] - k0
    first = len(desk.weekly) - len(weight)
    unmet = results.unmet[streams.slots[b] : streams.slots[b + 1]]
    borne = results.by_player[streams.players[b] : streams.players[b + 1]]
    asked = sectors.asked_weeks[sectors.asked[i] : sectors.asked[i + 1]]
    held = results.held[streams.held[b] : streams.held[b + 1]]
    clear_lane(unmet, begin, size)
    clear_lane(borne, begin, size)
    clear_lane(held, begin, size)
    loses, open_ = desk.loses[0, :holdings], desk.loses[1, :holdings]
    shares = sectors.shared_from[i] < weeks.end
    for k in range(holdings):
        open_[k] = True
        for d in range(size):
            desk.common[0, k, d] = 0.0
            desk.common[1, k, d] = 0.0
    # Firms that share are one more stratum, which begins with the remaining stocks of all others.
    for f in range(sectors.strata[i] + (1 if shares else 0)):
        share = sectors.shares[i, f] if f < sectors.strata[i] else 1.0
        for k in range(holdings):
            loses[k] = False
            if open_[k] or shares:
                slot = streams.slot[streams.slots[b] + k]
                need = desk.need[sectors.need[k0 + k]]
                loses[k], open_[k] = _run_holding(
                    sectors, weeks, start, lanes, desk, i, f, k0 + k, streams.slots[b] + k, slot,
                    need, first, begin, size, lane, desk.loss[k], asked,
                    held[k * len(asked) : (k + 1) * len(asked)],
                )  # fmt: skip
                for d in range(size):
                    unmet[k, begin + d] += share * desk.state[3, d]
        if any_of(loses):
            members = sectors.members[i, : sectors.players[i]]
            add_up(desk, loses, share, members, weight, first, size)
            for p in range(len(borne)):
                for d in range(size):
                    borne[p, begin + d] += share * desk.players[3, p, d]


@called_once
def _run_holding(
    sectors: Sectors,
    weeks: Weeks,
    start: Start,
    lanes: Lanes,
    desk: Desk,
    i: int,
    f: int,
    k: int,
    row: int,
    slot: int,
    need: FloatArray,
    first: int,
    begin: int,
    size: int,
    lane: int,
    loss: FloatArray,
    asked: IntArray,
    held: FloatArray,
) -> tuple[bool, bool]:
    """Run one holding of one stratum; return whether it loses and whether richer firms may."""
    to = lane % lanes.inflow.shape[1]
    arriving, common = lanes.inflow[slot, to], desk.common[:, k - sectors.holdings[i]]
    count, together = len(need), f == sectors.strata[i]
    end = sectors.shared_from[i] - weeks.begin
    shares = end < count
    since, until = (end, count) if together else (0, end)
    thrift = sectors.thrift[k]
    thrifty = any_above(thrift[begin : begin + size])
    late = lanes.late.shape[2] > 0 and any_above(sectors.late[i, f, begin : begin + size])
    if late:
        take_late(
            arriving, lanes.begins[slot, to], lanes.late[slot, to], sectors.late[i, f],
            weeks.begin, begin, size, desk.arriving,
        )  # fmt: skip
        arriving = desk.arriving
    state = desk.state
    begin_with(sectors, start, i, f, k, row, common, state, begin, size)
    if thrifty:
        save_need(arriving, need, thrift, begin, size, desk.saved)
        need = desk.saved
    if len(asked):
        share = 1.0 if together else sectors.shares[i, f]
        hold_stock(arriving, need, state, asked, share, held, begin, size, sectors, k, since, until)
        begin_with(sectors, start, i, f, k, row, common, state, begin, size)
    elif not late and not shares and covers(arriving, need, state[4], size):
        return False, False
    own_first = first if first < until else until
    loses = run_weeks(
        arriving[since:until], need[since:until], state, own_first - since, begin, size,
        loss[since:until], sectors, k, weeks.begin + since,
    )  # fmt: skip
    if shares:
        share_stock(sectors, i, f, k, state, common, begin, size)
        clear_lane(loss[:since], 0, size)
        clear_lane(loss[until:], 0, size)
        if first >= until:
            for d in range(size):
                state[3, d] = 0.0
    return loses, loses or thrifty or len(asked) > 0


@entry
def fill_levels(
    changes: FloatArray,
    sectors: Sectors,
    streams: Streams,
    weeks: Weeks,
    lanes: Lanes,
    slot: IntArray,
    level: FloatArray,
    desk: Desk,
    i: int,
    lane: int,
) -> None:
    """Stocks of one sector at the end of some weeks from the start of the run, in one lane.

    `level` has a row for each holding of each of the sector's streams, (rows, F, D), and `slot` the
    slot in `lanes` that supplies it.
    """
    begin = lane * LANE
    size = min(LANE, level.shape[2] - begin)
    k0, row0 = sectors.holdings[i], streams.slots[streams.streams[i]]
    for k in range(k0, sectors.holdings[i + 1]):
        j = sectors.need[k]
        fill_need(changes[j], weeks.begin, begin, size, desk.need[j])
    for b in range(streams.streams[i], streams.streams[i + 1]):
        for k in range(k0, sectors.holdings[i + 1]):
            row = streams.slots[b] + k - k0 - row0
            for f in range(sectors.strata[i]):
                _fill_level(
                    sectors, lanes, desk, i, f, k, slot[row], level[row, f], begin, size, lane
                )


@called
def _fill_level(
    sectors: Sectors,
    lanes: Lanes,
    desk: Desk,
    i: int,
    f: int,
    k: int,
    slot: int,
    level: FloatArray,
    begin: int,
    size: int,
    lane: int,
) -> None:
    """Stock of one holding of one stratum at the end of some weeks from the start of the run."""
    to = lane % lanes.inflow.shape[1]
    arriving, need, state = lanes.inflow[slot, to], desk.need[sectors.need[k]], desk.state
    late, thrift = sectors.late[i, f], sectors.thrift[k]
    if lanes.late.shape[2] > 0 and any_above(late[begin : begin + size]):
        take_late(
            arriving, lanes.begins[slot, to], lanes.late[slot, to], late, 0, begin, size,
            desk.arriving,
        )  # fmt: skip
        arriving = desk.arriving
    if any_above(thrift[begin : begin + size]):
        save_need(arriving, need, thrift, begin, size, desk.saved)
        need = desk.saved
    multiples = sectors.multiples[i, f]
    for d in range(size):
        state[0, d] = sectors.stock[k, begin + d] * multiples[begin + d]
        state[1, d] = sectors.cap[k, begin + d] * multiples[begin + d]
    fill_stock(arriving, need, state, begin, size, sectors, k)
    for d in range(size):
        level[begin + d] = state[0, d]
