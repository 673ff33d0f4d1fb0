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
from exposure.impact.fast.arrays import Desk, Lanes, Results, Sectors, Streams
from exposure.impact.fast.compiling import entry, kernel
from exposure.impact.fast.lanes import LANE
from exposure.impact.fast.losses import add_up, any_above, any_of, copy_lane


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


@kernel
def _fill_need(change: FloatArray, begin: int, size: int, need: FloatArray) -> None:
    change = change[:, begin : begin + size]
    for t in range(len(need)):
        for d in range(size):
            share, since, width = change[0, d], t - change[1, d], change[2, d]
            gradual = since / (width if width > 0.0 else 1.0)
            gradual = gradual if gradual < 1.0 else 1.0
            step = gradual if width > 0.0 else 1.0
            begun = since > 0.0 if width > 0.0 else since >= 0.0
            need[t, d] = 1.0 - (share * step if begun else 0.0)


@entry
def run_sectors(
    changes: FloatArray,
    sectors: Sectors,
    streams: Streams,
    lanes: Lanes,
    results: Results,
    weight: FloatArray,
    desk: Desk,
    lane: int,
) -> None:
    """Run the firms of all sectors in one lane, and add up their losses."""
    begin = lane * LANE
    size = min(LANE, lanes.leak_weeks.shape[0] - begin)
    for j in range(len(changes)):
        _fill_need(changes[j], begin, size, desk.need[j])
    for i in range(len(sectors.strata)):
        weekly, stopped = results.weekly[i], results.stopped[i]
        _clear(weekly, begin, size)
        _clear(stopped, begin, size)
        for b in range(streams.streams[i], streams.streams[i + 1]):
            _clear(desk.weekly, 0, size)
            _clear(desk.stopped, 0, size)
            _run_stream(sectors, streams, lanes, results, weight, desk, i, b, lane, size)
            _add(desk.weekly, streams.share[b], begin, size, weekly)
            _add(desk.stopped, streams.share[b], begin, size, stopped)


@kernel
def _clear(rows: FloatArray, begin: int, size: int) -> None:
    for i in range(len(rows)):
        row = rows[i, begin : begin + size]
        for d in range(size):
            row[d] = 0.0


@kernel
def _add(losses: FloatArray, share: FloatArray, begin: int, size: int, total: FloatArray) -> None:
    """Add the loss of one stream of a sector, weighted by its share."""
    share = share[begin : begin + size]
    for t in range(len(losses)):
        row = total[t, begin : begin + size]
        for d in range(size):
            row[d] += share[d] * losses[t, d]


@kernel
def _run_stream(
    sectors: Sectors,
    streams: Streams,
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
    _clear(unmet, begin, size)
    _clear(borne, begin, size)
    _clear(held, begin, size)
    loses, open_ = desk.loses[0, :holdings], desk.loses[1, :holdings]
    shares = sectors.shared_from[i] < len(desk.weekly)
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
                    sectors, lanes, desk, i, f, k0 + k, slot, need, first, begin, size, lane,
                    desk.loss[k], asked, held[k * len(asked) : (k + 1) * len(asked)],
                )  # fmt: skip
                for d in range(size):
                    unmet[k, begin + d] += share * desk.state[3, d]
        if any_of(loses):
            members = sectors.members[i, : sectors.players[i]]
            add_up(desk, loses, share, members, weight, first, size)
            for p in range(len(borne)):
                for d in range(size):
                    borne[p, begin + d] += share * desk.players[3, p, d]


@kernel
def _run_holding(
    sectors: Sectors,
    lanes: Lanes,
    desk: Desk,
    i: int,
    f: int,
    k: int,
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
    weeks, end, together = len(need), sectors.shared_from[i], f == sectors.strata[i]
    shares = end < weeks
    since, until = (end, weeks) if together else (0, end)
    thrift = sectors.thrift[k]
    thrifty = any_above(thrift[begin : begin + size])
    late = lanes.late.shape[2] > 0 and any_above(sectors.late[i, f, begin : begin + size])
    if late:
        _take_late(
            arriving, lanes.begins[slot, to], lanes.late[slot, to], sectors.late[i, f], begin,
            size, desk.arriving,
        )  # fmt: skip
        arriving = desk.arriving
    state = desk.state
    _begin(sectors, i, f, k, common, state, begin, size)
    if thrifty:
        _save(arriving, need, thrift, begin, size, desk.saved)
        need = desk.saved
    if len(asked):
        share = 1.0 if together else sectors.shares[i, f]
        _hold(arriving, need, state, asked, share, held, begin, size, sectors, k, since, until)
        _begin(sectors, i, f, k, common, state, begin, size)
    elif not late and not shares and _covers(arriving, need, state[4], size):
        return False, False
    own_first = first if first < until else until
    loses = _run_weeks(
        arriving[since:until], need[since:until], state, own_first - since, begin, size,
        loss[since:until], sectors, k, since,
    )  # fmt: skip
    if shares:
        _share_stock(sectors, i, f, k, state, common, begin, size)
        _clear(loss[:since], 0, size)
        _clear(loss[until:], 0, size)
        if first >= until:
            for d in range(size):
                state[3, d] = 0.0
    return loses, loses or thrifty or len(asked) > 0


@kernel
def _begin(
    sectors: Sectors,
    i: int,
    f: int,
    k: int,
    common: FloatArray,
    state: FloatArray,
    begin: int,
    size: int,
) -> None:
    """Stock, cap and criticality at the start, of a stratum or of firms that share."""
    multiples = sectors.multiples[i, f]
    for d in range(size):
        if f == sectors.strata[i]:
            state[0, d], state[1, d] = common[0, d], common[1, d]
        else:
            state[0, d] = sectors.stock[k, begin + d] * multiples[begin + d]
            state[1, d] = sectors.cap[k, begin + d] * multiples[begin + d]
        state[2, d] = sectors.criticality[k, begin + d]
        state[3, d] = 0.0
        state[4, d] = 0.0


@kernel
def _share_stock(
    sectors: Sectors,
    i: int,
    f: int,
    k: int,
    state: FloatArray,
    common: FloatArray,
    begin: int,
    size: int,
) -> None:
    """Add the remaining stock of a stratum and its usual cap to the shared stock."""
    if f < sectors.strata[i]:
        share, multiples = sectors.shares[i, f], sectors.multiples[i, f]
        for d in range(size):
            common[0, d] += share * state[0, d]
            common[1, d] += share * (sectors.cap[k, begin + d] * multiples[begin + d])


@kernel
def _make_room(
    sectors: Sectors, k: int, since: int, until: int, cap: FloatArray, begin: int, size: int
) -> None:
    """Raise a cap by the room added in some weeks."""
    for q in range(sectors.raises[k], sectors.raises[k + 1]):
        if since <= sectors.raised_week[q] < until:
            for d in range(size):
                cap[d] += sectors.room[q, begin + d]


@kernel
def _covers(arriving: FloatArray, need: FloatArray, least: FloatArray, size: int) -> bool:
    """Whether arrivals cover the need in every week and draw of a lane."""
    for d in range(size):
        least[d] = 0.0
    for t in range(len(need)):
        for d in range(size):
            spare = arriving[t, d] - need[t, d]
            least[d] = spare if spare < least[d] else least[d]
    lacking = False
    for d in range(size):
        lacking |= least[d] < 0.0
        least[d] = 0.0
    return not lacking


@kernel
def _take_late(
    inflow: FloatArray,
    begins: IntArray,
    late: FloatArray,
    shares: FloatArray,
    begin: int,
    size: int,
    arriving: FloatArray,
) -> None:
    """Inflow reduced by what firms that priority reaches late do not yet get."""
    weeks = len(inflow)
    copy_lane(inflow, arriving, size)
    for d in range(size):
        share, since = shares[begin + d], begins[d]
        if share > 0.0:
            for n in range(min(len(late), weeks - since)):
                arriving[since + n, d] -= share * late[n, d]


@kernel
def _save(
    arriving: FloatArray,
    need: FloatArray,
    thrift: FloatArray,
    begin: int,
    size: int,
    saved: FloatArray,
) -> None:
    """Need after users save what they can without loss."""
    thrift = thrift[begin : begin + size]
    for t in range(len(need)):
        for d in range(size):
            least, came = 1.0 - thrift[d], arriving[t, d]
            came = came if came > least else least
            saved[t, d] = need[t, d] * (came if came < 1.0 else 1.0)


@kernel
def _run_weeks(
    arriving: FloatArray,
    need: FloatArray,
    state: FloatArray,
    first: int,
    begin: int,
    size: int,
    loss: FloatArray,
    sectors: Sectors,
    k: int,
    since: int,
) -> bool:
    """Run the stock of one holding in one lane from a week on; return whether need is unmet."""
    level, cap, criticality, missed = state[0], state[1], state[2], state[3]
    before = state[4]
    _make_room(sectors, k, 0, since, cap, begin, size)
    for t in range(len(need)):
        _make_room(sectors, k, since + t, since + t + 1, cap, begin, size)
        if t == first:
            for d in range(size):
                before[d] = missed[d]
                missed[d] = 0.0
        for d in range(size):
            available, wanted = level[d] + arriving[t, d], need[t, d]
            met = available if available < wanted else wanted
            left = available - met
            level[d] = left if left < cap[d] else cap[d]
            short = wanted - met
            missed[d] += short
            loss[t, d] = criticality[d] * short
    any_missed = False
    for d in range(size):
        any_missed |= before[d] + missed[d] > 0.0
    return any_missed


@kernel
def _hold(
    arriving: FloatArray,
    need: FloatArray,
    state: FloatArray,
    asked: IntArray,
    share: float,
    held: FloatArray,
    begin: int,
    size: int,
    sectors: Sectors,
    k: int,
    since: int,
    until: int,
) -> None:
    """Add the stock of a stratum at the end of the requested weeks."""
    level, cap = state[0], state[1]
    _make_room(sectors, k, 0, since, cap, begin, size)
    for t in range(since, until):
        _make_room(sectors, k, t, t + 1, cap, begin, size)
        for d in range(size):
            available, wanted = level[d] + arriving[t, d], need[t, d]
            left = available - (available if available < wanted else wanted)
            level[d] = left if left < cap[d] else cap[d]
        for o in range(len(asked)):
            if asked[o] == t:
                for d in range(size):
                    held[o, begin + d] += share * level[d]
