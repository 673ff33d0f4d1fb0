"""What arrives from the pools outside China, draw by draw; importing this module loads numba.

The twin of `exposure.impact.arrivals.border_of` and `exposure.supply.pools.ration`: the same sums
in the same order, so that the results are the same to the last bit. Only the mean shares stopped
by exit stage are summed otherwise; they agree to 1e-12.

One draw is worked through at a time, each row holding all its weeks: what is needed of the routes
and claims of a pool then stays in the fast caches, and goods that take longer to arrive are a row
that begins later. A loop over weeks starts at 0 on rows cut to size, so that the compiler knows
that no position is negative and works on several weeks at once.
"""

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.fast.arrays import Kinds, Licensed, Pools, Routes, Slots
from exposure.impact.fast.compiling import kernel
from exposure.supply.pools import ROUNDING

BESIDE = 8
"""Draws that are put side by side."""


@kernel
def clear(rows: FloatArray) -> None:
    """Set rows to zero."""
    for i in range(len(rows)):
        for t in range(rows.shape[1]):
            rows[i, t] = 0.0


@kernel
def copy(row: FloatArray, to: FloatArray) -> None:
    """Copy a row."""
    for t in range(len(row)):
        to[t] = row[t]


@kernel
def fill_rows(change: FloatArray, draw: int, row: FloatArray) -> None:
    """Share of a gradual change in each week."""
    share, begin, width = change[0, draw], change[1, draw], change[2, draw]
    for t in range(len(row)):
        since = t - begin
        if width > 0.0:
            row[t] = 0.0 if since <= 0.0 else share * (1.0 if since >= width else since / width)
        else:
            row[t] = share if t >= begin else 0.0


@kernel
def licences_of(
    licensed: Licensed, begin: int, beside: int, rows: FloatArray, sums: FloatArray
) -> None:
    """What licences stop in some draws, a row a draw, and its sums over the scored weeks."""
    for c in range(len(rows)):
        own, row, total = licensed.stopped[c], rows[c], sums[c]
        for s in range(len(licensed.spans) - 1):
            for d in range(beside):
                total[s, d] = 0.0
            for t in range(licensed.spans[s], licensed.spans[s + 1]):
                week = own[t, begin : begin + beside]
                for d in range(beside):
                    row[d, t] = week[d]
                if t >= licensed.first:
                    for d in range(beside):
                        total[s, d] += week[d]


@kernel
def _part(classes: IntArray, shares: FloatArray, count: int, own: int, share: float) -> int:
    """Add a share under a class; shares under the same licences are one."""
    if own < 0:
        return count
    for i in range(count):
        if classes[i] == own:
            shares[i] += share
            return count
    classes[count] = own
    shares[count] = share
    return count + 1


@kernel
def _weighted(
    stopped: FloatArray,
    d: int,
    classes: IntArray,
    shares: FloatArray,
    count: int,
    begin: int,
    end: int,
    into: FloatArray,
) -> None:
    """Sum of share x stopped over classes, in some weeks."""
    into = into[begin:end]
    if count == 0:
        for t in range(len(into)):
            into[t] = 0.0
        return
    one, share = stopped[classes[0], d, begin:end], shares[0]
    if count == 1:
        for t in range(len(into)):
            into[t] = share * one[t]
        return
    two, other = stopped[classes[1], d, begin:end], shares[1]
    for t in range(len(into)):
        into[t] = share * one[t] + other * two[t]
    for i in range(2, count):
        one, share = stopped[classes[i], d, begin:end], shares[i]
        for t in range(len(into)):
            into[t] += share * one[t]


@kernel
def border_of(
    licensed: Licensed,
    routes: Routes,
    r: int,
    draw: int,
    d: int,
    stopped: FloatArray,
    sums: FloatArray,
    border: FloatArray,
    shown: FloatArray,
    classes: IntArray,
    shares: FloatArray,
) -> None:
    """What licences leave of a route: rows missing, contracted, Chinese part of it, reach."""
    last = len(licensed.spans) - 1
    s = 0
    while s < last:
        since = s
        s += 1
        while s < last and routes.same[r, s]:
            s += 1
        begin, end = licensed.spans[since], licensed.spans[s]
        total, passed, count, processed = _parts(licensed, routes, r, draw, since, classes, shares)
        _weighted(stopped, d, classes[0], shares[0], count, begin, end, border[0])
        _weighted(stopped, d, classes[1], shares[1], processed, begin, end, border[2])
        contracted, china = border[1, begin:end], border[2, begin:end]
        usual = 1.0 - total + passed
        for t in range(len(china)):
            contracted[t] = usual - china[t]
            china[t] = passed - china[t]
        if routes.military[r]:
            _reach(licensed, routes, r, draw, d, since, stopped, begin, end, border[3])
        if routes.shown[r] >= 0:
            for span in range(since, s):
                _show(licensed, routes, r, draw, d, since, span, sums, len(border[0]), shown)


@kernel
def _parts(
    licensed: Licensed,
    routes: Routes,
    r: int,
    draw: int,
    s: int,
    classes: IntArray,
    shares: FloatArray,
) -> tuple[float, float, int, int]:
    """Shares under each class: all of them in row 0, those of processors in row 1.

    Returns what comes from China, what of it passes through processors, and the numbers of
    classes.
    """
    total, passed, count, processed = 0.0, 0.0, 0, 0
    last = routes.stages[r] - 1
    for g in range(last):
        chi = routes.chi[routes.chi_row[r, s, g], draw]
        through = licensed.look_through[routes.seen_row[r, g], s, draw]
        unseen = (1.0 - through) * chi
        total += chi
        passed += unseen
        processor = routes.processor[r, g]
        count = _part(classes[0], shares[0], count, routes.final[r, g], through * chi)
        count = _part(classes[0], shares[0], count, processor, unseen)
        processed = _part(classes[1], shares[1], processed, processor, unseen)
    chi = routes.chi[routes.chi_row[r, s, last], draw]
    count = _part(classes[0], shares[0], count, routes.final[r, last], chi)
    return total + chi, passed, count, processed


@kernel
def _reach(
    licensed: Licensed,
    routes: Routes,
    r: int,
    draw: int,
    d: int,
    s: int,
    stopped: FloatArray,
    begin: int,
    end: int,
    reach: FloatArray,
) -> None:
    """Share of free Chinese material that a military buyer may touch, in some weeks."""
    reach = reach[begin:end]
    for t in range(len(reach)):
        reach[t] = 0.0
    for g in range(routes.stages[r] - 1):
        final = routes.final[r, g]
        if final >= 0:
            own = stopped[final, d, begin:end]
            through = licensed.look_through[routes.seen_row[r, g], s, draw]
            for t in range(len(reach)):
                refused = through * (own[t] if own[t] > 0.0 else 0.0)
                reach[t] = refused if refused > reach[t] else reach[t]
    for t in range(len(reach)):
        reach[t] = 1.0 - reach[t]


@kernel
def _show(
    licensed: Licensed,
    routes: Routes,
    r: int,
    draw: int,
    d: int,
    s: int,
    span: int,
    sums: FloatArray,
    weeks: int,
    shown: FloatArray,
) -> None:
    """Add the mean share of need that is stopped at each exit stage in one span."""
    scored = weeks - licensed.first
    last, show = routes.stages[r] - 1, routes.shown[r]
    for g in range(last + 1):
        chi = routes.chi[routes.chi_row[r, s, g], draw]
        final, processor = routes.final[r, g], routes.processor[r, g]
        through = licensed.look_through[routes.seen_row[r, g], s, draw] if g < last else 1.0
        if final >= 0:
            shown[show, g, draw] += through * chi * sums[final, span, d] / scored
        if processor >= 0:
            shown[show, g, draw] += (1.0 - through) * chi * sums[processor, span, d] / scored


@kernel
def _lag(kinds: Kinds, k: int, draw: int, weeks: int) -> int:
    row = kinds.lag[k]
    return 0 if row < 0 else min(kinds.lags[row, draw], weeks)


@kernel
def _claim(
    border: FloatArray,
    lag: int,
    weight: float,
    switched: FloatArray,
    free: FloatArray,
    first: FloatArray,
) -> None:
    """What a kind has under contracts goes to the free part; what holds of it comes first."""
    missing, contracted, china = border[0], border[1], border[2]
    chinese, other = free[0], free[1]
    before, rest = weight * china[0], weight * (contracted[0] - china[0])
    for t in range(lag):
        chinese[t] += before
        other[t] += rest
        first[t] = 1.0 - switched[t] * contracted[0]
    chinese, other, switched, first = chinese[lag:], other[lag:], switched[lag:], first[lag:]
    for t in range(len(first)):
        chinese[t] += weight * china[t]
        other[t] += weight * (contracted[t] - china[t])
        first[t] = 1.0 - missing[t] - switched[t] * contracted[t]


@kernel
def _claim_assembled(
    border: FloatArray,
    lag: int,
    weight: float,
    switched: FloatArray,
    assembled: FloatArray,
    free: FloatArray,
    first: FloatArray,
) -> None:
    """The same where part of what is missing comes inside assembled parts."""
    _claim(border, lag, weight, switched, free, first)
    missing, contracted = border[0], border[1]
    switched, first, assembled = switched[lag:], first[lag:], assembled[lag:]
    for t in range(len(first)):
        arriving = 1.0 - missing[t]
        lacking = 1.0 - arriving
        arriving += assembled[t] * (lacking if lacking > 0.0 else 0.0)
        first[t] = arriving - switched[t] * contracted[t]


@kernel
def _want(
    first: FloatArray, need: FloatArray, weight: float, short: FloatArray, unbound: FloatArray
) -> None:
    """Add what a kind is short of before rationing."""
    for t in range(len(first)):
        lacking = need[t] - first[t]
        lacking = lacking if lacking > 0.0 else 0.0
        short[t] = lacking
        unbound[t] += weight * lacking


@kernel
def _want_bound(
    first: FloatArray,
    need: FloatArray,
    reach: FloatArray,
    weight: float,
    short: FloatArray,
    asked: FloatArray,
) -> None:
    """The same for a kind that may not touch everything."""
    unbound, bound, reached = asked[0], asked[1], asked[2]
    for t in range(len(first)):
        lacking = need[t] - first[t]
        lacking = lacking if lacking > 0.0 else 0.0
        short[t] = lacking
        unmet = weight * lacking
        own = unmet if reach[t] < 1.0 else 0.0
        bound[t] += own
        reached[t] += own * reach[t]
        unbound[t] += 0.0 if reach[t] < 1.0 else unmet


@kernel
def _share_met(available: float, wanted: float) -> float:
    """Share of what is wanted that is available, at most 1."""
    enough = wanted <= available + ROUNDING * wanted
    part = available / (1.0 if enough else wanted)
    return 1.0 if enough else part


@kernel
def _serve_unbound(free: FloatArray, asked: FloatArray, taken: FloatArray, met: FloatArray) -> None:
    """Serve a class whose members may touch everything."""
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


@kernel
def _serve_bound(free: FloatArray, asked: FloatArray, taken: FloatArray, met: FloatArray) -> None:
    """Serve a class of which some may touch only part of what is Chinese."""
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


@kernel
def _inflow(
    first: FloatArray, short: FloatArray, need: FloatArray, served: FloatArray, inflow: FloatArray
) -> None:
    """What arrives after rationing; a need that is met in full is met exactly."""
    for t in range(len(first)):
        full = first[t] if first[t] > need[t] else need[t]
        part = first[t] + served[t] * short[t]
        inflow[t] = full if served[t] == 1.0 else part


@kernel
def _bound_share(reach: FloatArray, met: FloatArray, served: FloatArray) -> None:
    """Share met of a kind that may not touch everything in some weeks."""
    for t in range(len(served)):
        served[t] = met[1, t] if reach[t] < 1.0 else met[0, t]


@kernel
def _average(free: FloatArray, taken: FloatArray, average: FloatArray) -> None:
    """Share met of all that is wanted: how claims fare that are too small to be counted."""
    for t in range(len(average)):
        wanted = taken[0, t]
        some = 1.0 if free[2, t] + free[1, t] > 0.0 else 0.0
        average[t] = taken[1, t] / wanted if wanted > 0.0 else some


@kernel
def share_out(
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
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
    """Share out one pool in one draw, class after class."""
    begin, end = pools.kinds[p], pools.kinds[p + 1]
    weeks = first.shape[1]
    clear(rows)
    free, asked, met, taken = rows[0:4], rows[4:7], rows[7:9], rows[9:11]
    switched, served = rows[11], rows[12]
    fill_rows(pools.switched[p], draw, switched)
    for k in range(begin, end):
        own, lag = borders[kinds.route[k] - pools.routes[p]], _lag(kinds, k, draw, weeks)
        weight, part = kinds.weight[k, draw], kinds.assembled[k]
        if part < 0:
            _claim(own, lag, weight, switched, free, first[k - begin])
        else:
            _claim_assembled(own, lag, weight, switched, needs[part, d], free, first[k - begin])
    _offer(pools, pools.added_row[begin], draw, switched, free)
    k = begin
    while k < end:
        since, bounded = k, False
        clear(asked)
        while k < end and kinds.order[k] == kinds.order[since]:
            i, weight, need = k - begin, kinds.weight[k, draw], needs[kinds.need[k], d]
            if military[kinds.route[k]]:
                reach = borders[kinds.route[k] - pools.routes[p], 3]
                _want_bound(first[i], need, reach, weight, short[i], asked)
                bounded = True
            else:
                _want(first[i], need, weight, short[i], asked[0])
            k += 1
        if bounded:
            _serve_bound(free, asked, taken, met)
        else:
            _serve_unbound(free, asked, taken, met)
        for j in range(since, k):
            to, i = slots.emitted[j], j - begin
            if to >= 0 and kinds.weight[j, draw] > 0.0:
                share = met[0]
                if military[kinds.route[j]]:
                    _bound_share(borders[kinds.route[j] - pools.routes[p], 3], met, served)
                    share = served
                _inflow(first[i], short[i], needs[kinds.need[j], d], share, inflow[to, d])
                copy(first[i], before[to, d])
    _average(free, taken, served)
    for j in range(begin, end):
        to, i = slots.emitted[j], j - begin
        if to >= 0 and not kinds.weight[j, draw] > 0.0:
            _inflow(first[i], short[i], needs[kinds.need[j], d], served, inflow[to, d])
            copy(first[i], before[to, d])


@kernel
def _offer(pools: Pools, row: int, draw: int, switched: FloatArray, free: FloatArray) -> None:
    """What is free: contracts that no longer hold, and what is added."""
    for t in range(len(switched)):
        free[0, t] *= switched[t]
        free[1, t] *= switched[t]
        free[2, t] = free[0, t]
    if row >= 0:
        added = pools.added[row]
        for t in range(len(switched)):
            free[1, t] += added[t, draw]


@kernel
def under_contracts(
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
    p: int,
    draw: int,
    d: int,
    borders: FloatArray,
    needs: FloatArray,
    rows: FloatArray,
    inflow: FloatArray,
    before: FloatArray,
) -> None:
    """Inflow where nobody shares out: contracts hold, and what is added fills gaps."""
    clear(rows)
    for k in range(pools.kinds[p], pools.kinds[p + 1]):
        to, part = slots.emitted[k], kinds.assembled[k]
        arriving, need = inflow[to, d], needs[kinds.need[k], d]
        lag = _lag(kinds, k, draw, len(arriving))
        own = borders[kinds.route[k] - pools.routes[p]]
        # Row 11 is the share of contracts that no longer hold: none.
        if part < 0:
            _claim(own, lag, 0.0, rows[11], rows[0:2], arriving)
        else:
            _claim_assembled(own, lag, 0.0, rows[11], needs[part, d], rows[0:2], arriving)
        if pools.added_row[k] >= 0:
            added = pools.added[pools.added_row[k]]
            for t in range(len(arriving)):
                room = need[t] - arriving[t]
                room = room if room > 0.0 else 0.0
                arriving[t] += added[t, draw] if added[t, draw] < room else room
        copy(arriving, before[to, d])
