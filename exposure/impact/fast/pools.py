"""Arrivals from the pools outside China, draw by draw; importing this module loads numba.

The twin of `exposure.supply.pools.ration`: the same sums in the same order, so that the results
are the same to the last bit.

One draw is computed at a time, and each row holds all its weeks: the routes and claims of a pool
then stay in the processor's caches, and goods with a longer transit are a row that begins later.
A loop over weeks starts at 0 on a sliced row, so that the compiler knows that no position is
negative and computes several weeks at once.
"""

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.fast import called, called_once
from exposure.impact.fast.arrays import Kinds, Pools, Slots, Weeks
from exposure.supply.pools import ROUNDING

BATCH = 8
"""Number of draws that are written together."""


@called
def clear(rows: FloatArray) -> None:
    """Set rows to zero."""
    for i in range(len(rows)):
        for t in range(rows.shape[1]):
            rows[i, t] = 0.0


@called
def copy(row: FloatArray, to: FloatArray) -> None:
    """Copy a row."""
    for t in range(len(row)):
        to[t] = row[t]


@called
def fill_rows(change: FloatArray, draw: int, begin: int, row: FloatArray) -> None:
    """Share of a gradual change in each week, from a week of the run on."""
    share, change_begins, width = change[0, draw], change[1, draw], change[2, draw]
    for t in range(len(row)):
        since = (t + begin) - change_begins
        if width > 0.0:
            row[t] = 0.0 if since <= 0.0 else share * (1.0 if since >= width else since / width)
        else:
            row[t] = share if since >= 0.0 else 0.0


@called
def _left(kinds: Kinds, k: int, draw: int, ahead: int) -> int:
    """Week, among those at the border, in which goods left that arrive in the first week.

    Below 0 for goods from before the run.
    """
    row = kinds.lag[k]
    return ahead - (0 if row < 0 else kinds.lags[row, draw])


@called
def _before_run(left: int, weeks: int) -> int:
    """Number of weeks in which goods arrive that left before the run."""
    return min(max(0, -left), weeks)


@called
def _claim(
    border: FloatArray,
    left: int,
    weight: float,
    switched: FloatArray,
    free: FloatArray,
    first: FloatArray,
) -> None:
    """Split the contracts of a kind: what still holds goes to it first, the rest becomes free."""
    missing, contracted, china = border[0], border[1], border[2]
    chinese, other = free[0], free[1]
    before, rest = weight * china[0], weight * (contracted[0] - china[0])
    early = _before_run(left, len(first))
    for t in range(early):
        chinese[t] += before
        other[t] += rest
        first[t] = 1.0 - switched[t] * contracted[0]
    chinese, other, switched = chinese[early:], other[early:], switched[early:]
    first = first[early:]
    since = max(0, left)
    missing, contracted, china = missing[since:], contracted[since:], china[since:]
    for t in range(len(first)):
        chinese[t] += weight * china[t]
        other[t] += weight * (contracted[t] - china[t])
        first[t] = 1.0 - missing[t] - switched[t] * contracted[t]


@called
def _claim_assembled(
    border: FloatArray,
    left: int,
    weight: float,
    switched: FloatArray,
    assembled: FloatArray,
    free: FloatArray,
    first: FloatArray,
) -> None:
    """The same if part of the missing flow arrives inside assembled parts."""
    _claim(border, left, weight, switched, free, first)
    early, since = _before_run(left, len(first)), max(0, left)
    missing, contracted = border[0, since:], border[1, since:]
    switched, first, assembled = switched[early:], first[early:], assembled[early:]
    for t in range(len(first)):
        arriving = 1.0 - missing[t]
        lacking = 1.0 - arriving
        arriving += assembled[t] * (lacking if lacking > 0.0 else 0.0)
        first[t] = arriving - switched[t] * contracted[t]


@called
def _want(
    first: FloatArray, need: FloatArray, weight: float, short: FloatArray, unbound: FloatArray
) -> None:
    """Add the shortage of a kind before rationing."""
    for t in range(len(first)):
        lacking = need[t] - first[t]
        lacking = lacking if lacking > 0.0 else 0.0
        short[t] = lacking
        unbound[t] += weight * lacking


@called
def _want_bound(
    first: FloatArray,
    need: FloatArray,
    reach: FloatArray,
    weight: float,
    short: FloatArray,
    asked: FloatArray,
) -> None:
    """The same for a kind that may not use all material."""
    unbound, bound, reached = asked[0], asked[1], asked[2]
    for t in range(len(first)):
        lacking = need[t] - first[t]
        lacking = lacking if lacking > 0.0 else 0.0
        short[t] = lacking
        unmet = weight * lacking
        missing = unmet if reach[t] < 1.0 else 0.0
        bound[t] += missing
        reached[t] += missing * reach[t]
        unbound[t] += 0.0 if reach[t] < 1.0 else unmet


@called
def _share_met(available: float, wanted: float) -> float:
    """Available share of the demand, at most 1."""
    some = available if available > 0.0 else 0.0
    enough = wanted <= some + ROUNDING * wanted
    part = available / (1.0 if enough else wanted)
    return 1.0 if enough else part


@called
def _serve_unbound(free: FloatArray, asked: FloatArray, taken: FloatArray, met: FloatArray) -> None:
    """Serve an order class whose members may use all material."""
    chinese_left, other_left, unbound = free[2], free[1], asked[0]
    wanted_so_far, got = taken[0], taken[1]
    for t in range(len(unbound)):
        wanted = unbound[t]
        chinese = _share_met(chinese_left[t], wanted)
        still = (1.0 - chinese) * wanted
        other = _share_met(other_left[t], still)
        left = chinese_left[t] - chinese * wanted
        chinese_left[t] = left if left > 0.0 else 0.0
        left = other_left[t] - other * still
        other_left[t] = left if left > 0.0 else 0.0
        served = chinese + other * (1.0 - chinese)
        met[0, t] = served
        wanted_so_far[t] += wanted
        got[t] += served * wanted


@called
def _serve_bound(free: FloatArray, asked: FloatArray, taken: FloatArray, met: FloatArray) -> None:
    """Serve an order class some of whose members may use only part of the Chinese material."""
    china, other_left, chinese_left, used = free[0], free[1], free[2], free[3]
    unbound, bound, reached = asked[0], asked[1], asked[2]
    for t in range(len(unbound)):
        some = bound[t] > 0.0
        size = bound[t] if some else 1.0
        reach = reached[t] / size if some else 0.0
        allowed = reach * china[t] - used[t]
        allowed = allowed if allowed > 0.0 else 0.0
        allowed = allowed if allowed < bound[t] else bound[t]
        chinese = _share_met(chinese_left[t], unbound[t] + allowed)
        to_bound = chinese * (allowed / size if some else 1.0)
        still = (1.0 - chinese) * unbound[t] + (1.0 - to_bound) * bound[t]
        other = _share_met(other_left[t], still)
        left = chinese_left[t] - (chinese * unbound[t] + to_bound * bound[t])
        chinese_left[t] = left if left > 0.0 else 0.0
        left = other_left[t] - other * still
        other_left[t] = left if left > 0.0 else 0.0
        used[t] += chinese * allowed
        met[0, t] = chinese + other * (1.0 - chinese)
        met[1, t] = to_bound + other * (1.0 - to_bound)
        taken[0, t] += unbound[t] + bound[t]
        taken[1, t] += met[0, t] * unbound[t] + met[1, t] * bound[t]


@called
def _inflow(
    first: FloatArray, short: FloatArray, need: FloatArray, served: FloatArray, inflow: FloatArray
) -> None:
    """Inflow after rationing; a need that is met in full is met exactly."""
    for t in range(len(first)):
        full = first[t] if first[t] > need[t] else need[t]
        part = first[t] + served[t] * short[t]
        inflow[t] = full if served[t] == 1.0 else part


@called
def _bound_share(reach: FloatArray, met: FloatArray, served: FloatArray) -> None:
    """Share met of a kind that may not use all material in some weeks."""
    for t in range(len(served)):
        served[t] = met[1, t] if reach[t] < 1.0 else met[0, t]


@called
def _average(free: FloatArray, taken: FloatArray, average: FloatArray) -> None:
    """Share met of the total demand, used for claims that are too small to be counted."""
    for t in range(len(average)):
        wanted = taken[0, t]
        some = 1.0 if free[2, t] + free[1, t] > 0.0 else 0.0
        average[t] = taken[1, t] / wanted if wanted > 0.0 else some


@called
def _next_class(order: IntArray, begin: int, end: int, draw: int, after: int) -> int:
    """Order class that is served after another one in a draw; 0 if there is none."""
    found = 0
    for k in range(begin, end):
        order_class = order[k, draw]
        if order_class > after and (found == 0 or order_class < found):
            found = order_class
    return found


@called_once
def share_out(
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
    weeks: Weeks,
    p: int,
    draw: int,
    d: int,
    military: BoolArray,
    borders: FloatArray,
    needs: FloatArray,
    first: FloatArray,
    short: FloatArray,
    rows: FloatArray,
    inflow: FloatArray,
    before: FloatArray,
) -> None:
    """Share out one pool in one draw, order class by order class."""
    begin, end = pools.kinds[p], pools.kinds[p + 1]
    clear(rows)
    free, asked, met, taken = rows[0:4], rows[4:7], rows[7:9], rows[9:11]
    switched, served = rows[11], rows[12]
    fill_rows(pools.switched[p], draw, weeks.begin, switched)
    for k in range(begin, end):
        border, left = borders[kinds.route[k] - pools.routes[p]], _left(kinds, k, draw, weeks.ahead)
        weight, part = kinds.weight[k, draw], kinds.assembled[k]
        # A rating splits a claim in two; the first of them keeps offering the contracts.
        weight = weight if kinds.offers[k] else 0.0
        if kinds.bought[k]:
            _set(first[k - begin], kinds.given[k])
        elif part < 0:
            _claim(border, left, weight, switched, free, first[k - begin])
        else:
            _claim_assembled(border, left, weight, switched, needs[part, d], free, first[k - begin])
        if kinds.bought[k] and slots.emitted[k] >= 0:
            _set(inflow[slots.emitted[k], d], 0.0)
            _set(before[slots.emitted[k], d], 0.0)
    _offer(pools, pools.added_row[begin], draw, weeks.begin, switched, free)
    order = _next_class(kinds.order, begin, end, draw, 0)
    while order > 0:
        bounded = False
        clear(asked)
        for k in range(begin, end):
            if kinds.order[k, draw] != order:
                continue
            i, weight, need = k - begin, kinds.weight[k, draw], needs[kinds.need[k], d]
            a, b = kinds.since[k], kinds.until[k]
            if military[kinds.route[k]]:
                reach = borders[kinds.route[k] - pools.routes[p], 3, weeks.ahead :]
                _want_bound(
                    first[i, a:b], need[a:b], reach[a:b], weight, short[i, a:b], asked[:, a:b]
                )
                bounded = True
            else:
                _want(first[i, a:b], need[a:b], weight, short[i, a:b], asked[0, a:b])
        if bounded:
            _serve_bound(free, asked, taken, met)
        else:
            _serve_unbound(free, asked, taken, met)
        for j in range(begin, end):
            to, i = slots.emitted[j], j - begin
            if to >= 0 and kinds.order[j, draw] == order and kinds.weight[j, draw] > 0.0:
                share = met[0]
                if military[kinds.route[j]]:
                    reach = borders[kinds.route[j] - pools.routes[p], 3, weeks.ahead :]
                    _bound_share(reach, met, served)
                    share = served
                _bring(kinds, j, first[i], short[i], needs[kinds.need[j], d], share, inflow[to, d],
                       before[to, d])  # fmt: skip
        order = _next_class(kinds.order, begin, end, draw, order)
    _average(free, taken, served)
    for j in range(begin, end):
        to, i = slots.emitted[j], j - begin
        if to >= 0 and not kinds.weight[j, draw] > 0.0:
            _bring(kinds, j, first[i], short[i], needs[kinds.need[j], d], served, inflow[to, d],
                   before[to, d])  # fmt: skip


@called
def _set(row: FloatArray, value: float) -> None:
    for t in range(len(row)):
        row[t] = value


@called
def _bring(
    kinds: Kinds,
    k: int,
    first: FloatArray,
    short: FloatArray,
    need: FloatArray,
    share: FloatArray,
    inflow: FloatArray,
    before: FloatArray,
) -> None:
    """Inflow of a kind in the weeks in which it exists."""
    a, b = kinds.since[k], kinds.until[k]
    _inflow(first[a:b], short[a:b], need[a:b], share[a:b], inflow[a:b])
    copy(first[a:b], before[a:b])


@called
def _offer(
    pools: Pools, row: int, draw: int, begin: int, switched: FloatArray, free: FloatArray
) -> None:
    """Free material: contracts that no longer hold, and added supply."""
    for t in range(len(switched)):
        free[0, t] *= switched[t]
        free[1, t] *= switched[t]
        free[2, t] = free[0, t]
    if row >= 0:
        added = pools.added[row, begin:]
        for t in range(len(switched)):
            free[1, t] += added[t, draw]


@called_once
def under_contracts(
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
    weeks: Weeks,
    p: int,
    draw: int,
    d: int,
    borders: FloatArray,
    needs: FloatArray,
    rows: FloatArray,
    inflow: FloatArray,
    before: FloatArray,
) -> None:
    """Inflow without sharing out: contracts hold, and added supply fills gaps."""
    clear(rows)
    for k in range(pools.kinds[p], pools.kinds[p + 1]):
        to, part = slots.emitted[k], kinds.assembled[k]
        arriving, need = inflow[to, d], needs[kinds.need[k], d]
        left = _left(kinds, k, draw, weeks.ahead)
        border = borders[kinds.route[k] - pools.routes[p]]
        # Row 11 is the share of contracts that no longer hold: none.
        if part < 0:
            _claim(border, left, 0.0, rows[11], rows[0:2], arriving)
        else:
            _claim_assembled(border, left, 0.0, rows[11], needs[part, d], rows[0:2], arriving)
        if pools.added_row[k] >= 0:
            added = pools.added[pools.added_row[k], weeks.begin :]
            for t in range(len(arriving)):
                room = need[t] - arriving[t]
                room = room if room > 0.0 else 0.0
                arriving[t] += added[t, draw] if added[t, draw] < room else room
        copy(arriving, before[to, d])
