"""What arrives from the pools outside China, draw by draw; importing this module loads numba.

The twin of `exposure.impact.arrivals.border_of` and `exposure.supply.pools.ration`: the same sums
in the same order, so that the results are the same to the last bit. Only the mean shares stopped
by exit stage are summed otherwise; they agree to 1e-12.

One draw is worked through at a time, each row holding all its weeks: what is needed of the routes
and claims of a pool then stays in the fast caches, and goods that take longer to arrive are a row
that begins later. Eight draws are put side by side at the end, as `exposure.impact.fast.firms`
reads them.
"""

from numba import njit

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.fast.arrays import Kinds, Licensed, Pools, Routes, Slots
from exposure.supply.pools import ROUNDING

BESIDE = 8
"""Draws that are put side by side."""


@njit(cache=True, nogil=True)
def fill_rows(change: FloatArray, draw: int, row: FloatArray) -> None:
    """Share of a gradual change in each week."""
    share, begin, width = change[0, draw], change[1, draw], change[2, draw]
    for t in range(len(row)):
        since = t - begin
        if width > 0.0:
            row[t] = 0.0 if since <= 0.0 else share * (1.0 if since >= width else since / width)
        else:
            row[t] = share if t >= begin else 0.0


@njit(cache=True, nogil=True)
def licences_of(
    licensed: Licensed, begin: int, beside: int, rows: FloatArray, sums: FloatArray
) -> None:
    """What licences stop in some draws, a row a draw, and its sums over the scored weeks."""
    classes, weeks, _ = licensed.stopped.shape
    for c in range(classes):
        for s in range(len(licensed.spans) - 1):
            for d in range(beside):
                sums[c, s, d] = 0.0
            for t in range(licensed.spans[s], licensed.spans[s + 1]):
                for d in range(beside):
                    rows[c, d, t] = licensed.stopped[c, t, begin + d]
                if t >= licensed.first:
                    for d in range(beside):
                        sums[c, s, d] += licensed.stopped[c, t, begin + d]


@njit(cache=True, nogil=True)
def _part(classes: IntArray, shares: FloatArray, count: int, own: int, share: float) -> int:
    """Add a share under a class; shares under the same licences are one."""
    if own < 0:
        return count
    for i in range(count):
        if classes[i] == own:
            shares[i] += share
            return count
    classes[count], shares[count] = own, share
    return count + 1


@njit(cache=True, nogil=True)
def border_of(  # noqa: PLR0913, PLR0917
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
    missing, contracted, china, reach = border[0], border[1], border[2], border[3]
    last = routes.stages[r] - 1
    scored = len(missing) - licensed.first
    military, show = routes.military[r], routes.shown[r]
    for s in range(len(licensed.spans) - 1):
        begin, end = licensed.spans[s], licensed.spans[s + 1]
        total, passed, count = 0.0, 0.0, 0
        for t in range(begin, end):
            missing[t] = 0.0
            china[t] = 0.0
            reach[t] = 0.0
        for g in range(last + 1):
            chi = routes.chi[routes.chi_row[r, s, g], draw]
            total += chi
            final, processor = routes.final[r, g], routes.processor[r, g]
            through = 1.0
            if g < last:
                through = licensed.look_through[routes.seen_row[r, g], s, draw]
            seen = through * chi
            count = _part(classes, shares, count, final, seen)
            if show >= 0 and final >= 0:
                shown[show, g, draw] += seen * sums[final, s, d] / scored
            if g == last:
                continue
            unseen = (1.0 - through) * chi
            count = _part(classes, shares, count, processor, unseen)
            passed += unseen
            if processor >= 0:
                own = stopped[processor, d]
                for t in range(begin, end):
                    china[t] += unseen * own[t]
                if show >= 0:
                    shown[show, g, draw] += unseen * sums[processor, s, d] / scored
            if military and final >= 0:
                own = stopped[final, d]
                for t in range(begin, end):
                    refused = through * (own[t] if own[t] > 0.0 else 0.0)
                    reach[t] = refused if refused > reach[t] else reach[t]
        for i in range(count):
            own, share = stopped[classes[i], d], shares[i]
            for t in range(begin, end):
                missing[t] += share * own[t]
        for t in range(begin, end):
            contracted[t] = 1.0 - total + passed - china[t]
            china[t] = passed - china[t]
            reach[t] = 1.0 - reach[t]


@njit(cache=True, nogil=True)
def _lag(kinds: Kinds, k: int, draw: int, weeks: int) -> int:
    row = kinds.lag[k]
    return 0 if row < 0 else min(kinds.lags[row, draw], weeks)


@njit(cache=True, nogil=True)
def _contracts(border: FloatArray, lag: int, weight: float, free: FloatArray) -> None:
    """Add what a kind has under contracts: its Chinese part, and the rest."""
    contracted, china = border[1], border[2]
    chinese, other = free[0], free[1]
    before, rest = weight * china[0], weight * (contracted[0] - china[0])
    for t in range(lag):
        chinese[t] += before
        other[t] += rest
    for t in range(lag, len(china)):
        chinese[t] += weight * china[t - lag]
        other[t] += weight * (contracted[t - lag] - china[t - lag])


@njit(cache=True, nogil=True)
def _arriving(border: FloatArray, lag: int, assembled: FloatArray, arriving: FloatArray) -> None:
    """What left China some weeks ago, and what comes inside assembled parts."""
    missing = border[0]
    for t in range(lag):
        arriving[t] = 1.0
    for t in range(lag, len(missing)):
        arriving[t] = 1.0 - missing[t - lag]
    if len(assembled):
        for t in range(len(missing)):
            lacking = 1.0 - arriving[t]
            arriving[t] += assembled[t] * (lacking if lacking > 0.0 else 0.0)


@njit(cache=True, nogil=True)
def _before(
    border: FloatArray,
    lag: int,
    switched: FloatArray,
    need: FloatArray,
    first: FloatArray,
    short: FloatArray,
) -> None:
    """Turn what arrives into what holds of it before rationing, and what is short then."""
    contracted = border[1]
    for t in range(lag):
        first[t] -= switched[t] * contracted[0]
    for t in range(lag, len(first)):
        first[t] -= switched[t] * contracted[t - lag]
    for t in range(len(first)):
        lacking = need[t] - first[t]
        short[t] = lacking if lacking > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _want(
    short: FloatArray,
    reach: FloatArray,
    weight: float,
    bounded: bool,
    asked: FloatArray,
) -> None:
    """Add what a kind wants: unbound, bound, and what it may touch of that."""
    unbound, bound, reached = asked[0], asked[1], asked[2]
    if not bounded:
        for t in range(len(short)):
            unbound[t] += weight * short[t]
        return
    for t in range(len(short)):
        unmet = weight * short[t]
        own = unmet if reach[t] < 1.0 else 0.0
        bound[t] += own
        reached[t] += own * reach[t]
        unbound[t] += 0.0 if reach[t] < 1.0 else unmet


@njit(cache=True, nogil=True)
def _share_met(available: float, wanted: float) -> float:
    """Share of what is wanted that is available, at most 1."""
    return 1.0 if wanted <= available + ROUNDING * wanted else available / wanted


@njit(cache=True, nogil=True)
def _serve_unbound(free: FloatArray, asked: FloatArray, met: FloatArray) -> None:
    """Serve a class whose members may touch everything."""
    chinese_left, other_left, unbound = free[2], free[1], asked[0]
    of_unbound, of_bound = met[0], met[1]
    for t in range(len(unbound)):
        wanted = unbound[t]
        chinese = _share_met(chinese_left[t], wanted)
        still = (1.0 - chinese) * wanted
        other = _share_met(other_left[t], still)
        left = chinese_left[t] - chinese * wanted
        chinese_left[t] = left if left > 0.0 else 0.0
        left = other_left[t] - other * still
        other_left[t] = left if left > 0.0 else 0.0
        of_unbound[t] = chinese + other * (1.0 - chinese)
        of_bound[t] = of_unbound[t]


@njit(cache=True, nogil=True)
def _serve_bound(free: FloatArray, asked: FloatArray, met: FloatArray) -> None:
    """Serve a class of which some may touch only part of what is Chinese."""
    china, other_left, chinese_left, used = free[0], free[1], free[2], free[3]
    unbound, bound, reached = asked[0], asked[1], asked[2]
    of_unbound, of_bound = met[0], met[1]
    for t in range(len(unbound)):
        size = bound[t] if bound[t] > 0.0 else 1.0
        reach = reached[t] / size if bound[t] > 0.0 else 0.0
        allowed = min(bound[t], max(0.0, reach * china[t] - used[t]))
        chinese = _share_met(chinese_left[t], unbound[t] + allowed)
        to_bound = chinese * (allowed / size if bound[t] > 0.0 else 1.0)
        still = (1.0 - chinese) * unbound[t] + (1.0 - to_bound) * bound[t]
        other = _share_met(other_left[t], still)
        left = chinese_left[t] - (chinese * unbound[t] + to_bound * bound[t])
        chinese_left[t] = left if left > 0.0 else 0.0
        left = other_left[t] - other * still
        other_left[t] = left if left > 0.0 else 0.0
        used[t] += chinese * allowed
        of_unbound[t] = chinese + other * (1.0 - chinese)
        of_bound[t] = to_bound + other * (1.0 - to_bound)


@njit(cache=True, nogil=True)
def _inflow(
    first: FloatArray,
    short: FloatArray,
    need: FloatArray,
    reach: FloatArray,
    met: FloatArray,
    inflow: FloatArray,
) -> None:
    """What arrives after rationing; a need that is met in full is met exactly."""
    of_unbound, of_bound = met[0], met[1]
    for t in range(len(first)):
        served = of_bound[t] if reach[t] < 1.0 else of_unbound[t]
        full = first[t] if first[t] > need[t] else need[t]
        inflow[t] = full if served == 1.0 else first[t] + served * short[t]


@njit(cache=True, nogil=True)
def _average(free: FloatArray, taken: FloatArray, met: FloatArray) -> None:
    """Share met of all that is wanted: how claims fare that are too small to be counted."""
    wanted, got = taken[0], taken[1]
    for t in range(len(wanted)):
        some = 1.0 if free[2, t] + free[1, t] > 0.0 else 0.0
        met[0, t] = got[t] / wanted[t] if wanted[t] > 0.0 else some
        met[1, t] = met[0, t]


@njit(cache=True, nogil=True)
def share_out(  # noqa: PLR0913, PLR0917, C901
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
    free, asked, met, taken = rows[0:4], rows[4:7], rows[7:9], rows[9:11]
    switched, average = rows[11], rows[12:14]
    rows[:] = 0.0
    fill_rows(pools.switched[p], draw, switched)
    for k in range(begin, end):
        lag = _lag(kinds, k, draw, weeks)
        _contracts(borders[kinds.route[k] - pools.routes[p]], lag, kinds.weight[k, draw], free)
    added = pools.added_row[begin]
    for t in range(weeks):
        free[0, t] *= switched[t]
        free[1, t] *= switched[t]
        free[2, t] = free[0, t]
    if added >= 0:
        for t in range(weeks):
            free[1, t] += pools.added[added, t, draw]
    k = begin
    while k < end:
        since, bounded = k, False
        asked[:] = 0.0
        while k < end and kinds.order[k] == kinds.order[since]:
            own, i = borders[kinds.route[k] - pools.routes[p]], k - begin
            lag = _lag(kinds, k, draw, weeks)
            part = kinds.assembled[k]
            _arriving(own, lag, needs[part, d] if part >= 0 else needs[0, 0, :0], first[i])
            _before(own, lag, switched, needs[kinds.need[k], d], first[i], short[i])
            _want(short[i], own[3], kinds.weight[k, draw], military[kinds.route[k]], asked)
            bounded |= military[kinds.route[k]]
            k += 1
        if bounded:
            _serve_bound(free, asked, met)
        else:
            _serve_unbound(free, asked, met)
        for t in range(weeks):
            taken[0, t] += asked[0, t] + asked[1, t]
            taken[1, t] += met[0, t] * asked[0, t] + met[1, t] * asked[1, t]
        for j in range(since, k):
            to = slots.emitted[j]
            if to >= 0 and kinds.weight[j, draw] > 0.0:
                reach = borders[kinds.route[j] - pools.routes[p], 3]
                need = needs[kinds.need[j], d]
                _inflow(first[j - begin], short[j - begin], need, reach, met, inflow[to, d])
                before[to, d] = first[j - begin]
    _average(free, taken, average)
    for j in range(begin, end):
        to = slots.emitted[j]
        if to >= 0 and not kinds.weight[j, draw] > 0.0:
            reach, need = borders[kinds.route[j] - pools.routes[p], 3], needs[kinds.need[j], d]
            _inflow(first[j - begin], short[j - begin], need, reach, average, inflow[to, d])
            before[to, d] = first[j - begin]


@njit(cache=True, nogil=True)
def under_contracts(  # noqa: PLR0913, PLR0917
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
    p: int,
    draw: int,
    d: int,
    borders: FloatArray,
    needs: FloatArray,
    inflow: FloatArray,
    before: FloatArray,
) -> None:
    """Inflow where nobody shares out: contracts hold, and what is added fills gaps."""
    for k in range(pools.kinds[p], pools.kinds[p + 1]):
        to, part = slots.emitted[k], kinds.assembled[k]
        arriving, need = inflow[to, d], needs[kinds.need[k], d]
        lag = _lag(kinds, k, draw, len(arriving))
        own = borders[kinds.route[k] - pools.routes[p]]
        _arriving(own, lag, needs[part, d] if part >= 0 else needs[0, 0, :0], arriving)
        added = pools.added_row[k]
        if added >= 0:
            for t in range(len(arriving)):
                room = max(0.0, need[t] - arriving[t])
                arriving[t] += min(pools.added[added, t, draw], room)
        before[to, d] = arriving
