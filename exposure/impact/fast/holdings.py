"""Stock of one holding of one stratum in one lane of draws; importing this module loads numba.

The twin of `exposure.impact.stocks`: the same sums in the same order, so that the results are the
same to the last bit. Every inner loop runs over the draws of a lane without a branch.
"""

from exposure.arrays import FloatArray, IntArray
from exposure.fast import called
from exposure.impact.fast.arrays import Sectors, Start
from exposure.impact.fast.losses import copy_lane


@called
def clear_lane(rows: FloatArray, begin: int, size: int) -> None:
    """Set the draws of a lane to zero."""
    for i in range(len(rows)):
        row = rows[i, begin : begin + size]
        for d in range(size):
            row[d] = 0.0


@called
def fill_need(change: FloatArray, week: int, begin: int, size: int, need: FloatArray) -> None:
    """Need that remains, from a week of the run on."""
    change = change[:, begin : begin + size]
    for t in range(len(need)):
        for d in range(size):
            share, since, width = change[0, d], (t + week) - change[1, d], change[2, d]
            gradual = since / (width if width > 0.0 else 1.0)
            gradual = gradual if gradual < 1.0 else 1.0
            step = gradual if width > 0.0 else 1.0
            begun = since > 0.0 if width > 0.0 else since >= 0.0
            need[t, d] = 1.0 - (share * step if begun else 0.0)


@called
def begin_with(
    sectors: Sectors,
    start: Start,
    i: int,
    f: int,
    k: int,
    row: int,
    common: FloatArray,
    state: FloatArray,
    begin: int,
    size: int,
) -> None:
    """Stock, usual cap and criticality at first, of a stratum or of firms that share."""
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
    if len(start.level) > 0 and f < sectors.strata[i]:
        for d in range(size):
            state[0, d] = start.level[row, f, begin + d]


@called
def share_stock(
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


@called
def make_room(
    sectors: Sectors, k: int, since: int, until: int, cap: FloatArray, begin: int, size: int
) -> None:
    """Raise a cap by the room added in some weeks."""
    for q in range(sectors.raises[k], sectors.raises[k + 1]):
        if since <= sectors.raised_week[q] < until:
            for d in range(size):
                cap[d] += sectors.room[q, begin + d]


@called
def covers(arriving: FloatArray, need: FloatArray, least: FloatArray, size: int) -> bool:
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


@called
def take_late(
    inflow: FloatArray,
    begins: IntArray,
    late: FloatArray,
    shares: FloatArray,
    week: int,
    begin: int,
    size: int,
    arriving: FloatArray,
) -> None:
    """Inflow reduced by what firms that priority reaches late do not yet get."""
    weeks = len(inflow)
    copy_lane(inflow, arriving, size)
    for d in range(size):
        share, since = shares[begin + d], begins[d] - week
        if share > 0.0:
            for n in range(max(0, -since), min(len(late), weeks - since)):
                arriving[since + n, d] -= share * late[n, d]


@called
def save_need(
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


@called
def run_weeks(
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
    """Run the stock of one holding in one lane; return whether need is unmet.

    `since` is the first of these weeks, counted from the start of the run.
    """
    level, cap, criticality, missed = state[0], state[1], state[2], state[3]
    before = state[4]
    make_room(sectors, k, 0, since, cap, begin, size)
    for t in range(len(need)):
        make_room(sectors, k, since + t, since + t + 1, cap, begin, size)
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


@called
def hold_stock(
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
    make_room(sectors, k, 0, since, cap, begin, size)
    for t in range(since, until):
        make_room(sectors, k, t, t + 1, cap, begin, size)
        for d in range(size):
            available, wanted = level[d] + arriving[t, d], need[t, d]
            left = available - (available if available < wanted else wanted)
            level[d] = left if left < cap[d] else cap[d]
        for o in range(len(asked)):
            if asked[o] == t:
                for d in range(size):
                    held[o, begin + d] += share * level[d]


@called
def fill_stock(
    arriving: FloatArray,
    need: FloatArray,
    state: FloatArray,
    begin: int,
    size: int,
    sectors: Sectors,
    k: int,
) -> None:
    """Run the stock of one holding from the start of the run, and nothing else."""
    level, cap = state[0], state[1]
    for t in range(len(need)):
        make_room(sectors, k, t, t + 1, cap, begin, size)
        for d in range(size):
            available, wanted = level[d] + arriving[t, d], need[t, d]
            left = available - (available if available < wanted else wanted)
            level[d] = left if left < cap[d] else cap[d]
