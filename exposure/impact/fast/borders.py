"""Flow of each route that licensing allows, draw by draw; importing this module loads numba.

The twin of `exposure.impact.borders.border_of`: the same sums in the same order, so that the
results are the same to the last bit. Only the mean shares stopped by exit stage are summed in
another order; they agree to 1e-12.
"""

from exposure.arrays import FloatArray, IntArray
from exposure.fast import called, called_once
from exposure.impact.fast.arrays import Licensed, Routes
from exposure.impact.fast.pools import BATCH


@called_once
def licences_of(licensed: Licensed, begin: int, rows: FloatArray, sums: FloatArray) -> None:
    """Shares stopped in a batch of draws, one row per draw, and their sums over the scored weeks.

    The sums are those before each span and after the last one: the sum of some weeks then does not
    depend on how many spans they are divided into.
    """
    # A lane always has room for a whole batch, so that the number of draws is a constant.
    for c in range(len(rows)):
        stopped, row, total = licensed.stopped[c], rows[c], sums[c]
        for d in range(BATCH):
            of_draw = row[d]
            for t in range(len(of_draw)):
                of_draw[t] = stopped[t, begin + d]
        for d in range(BATCH):
            total[0, d] = 0.0
        for s in range(len(licensed.spans) - 1):
            so_far = total[s + 1]
            for d in range(BATCH):
                so_far[d] = total[s, d]
            for t in range(max(licensed.spans[s], licensed.first), licensed.spans[s + 1]):
                week = stopped[t, begin : begin + BATCH]
                for d in range(BATCH):
                    so_far[d] += week[d]


@called
def _part(classes: IntArray, shares: FloatArray, count: int, class_index: int, share: float) -> int:
    """Add a share to its licence class; shares of one class are added up."""
    if class_index < 0:
        return count
    for i in range(count):
        if classes[i] == class_index:
            shares[i] += share
            return count
    classes[count] = class_index
    shares[count] = share
    return count + 1


@called
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
    """Sum of share times stopped share over classes, in some weeks."""
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


@called_once
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
    """Rows of a route: missing, contracted, Chinese part of the contracts, reach."""
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
            _show(licensed, routes, r, draw, d, since, s, sums, len(border[0]), shown)


@called
def _parts(
    licensed: Licensed,
    routes: Routes,
    r: int,
    draw: int,
    s: int,
    classes: IntArray,
    shares: FloatArray,
) -> tuple[float, float, int, int]:
    """Shares of each class: all of them in row 0, those of processors in row 1.

    Returns the Chinese share, the part of it that passes through processors, and the numbers of
    classes of both.
    """
    total, passed, count, processed = 0.0, 0.0, 0, 0
    last = routes.stages[r] - 1
    for g in range(last):
        chi = routes.chi[routes.chi_row[r, s, g], draw]
        through = licensed.look_through[routes.seen_row[r, g], s, draw]
        unseen = (1.0 - through) * chi
        total += chi
        passed += unseen
        processor = routes.processor[r, s, g]
        count = _part(classes[0], shares[0], count, routes.final[r, s, g], through * chi)
        count = _part(classes[0], shares[0], count, processor, unseen)
        processed = _part(classes[1], shares[1], processed, processor, unseen)
    chi = routes.chi[routes.chi_row[r, s, last], draw]
    count = _part(classes[0], shares[0], count, routes.final[r, s, last], chi)
    return total + chi, passed, count, processed


@called
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
    """Share of the free Chinese material that a military buyer may use, in some weeks."""
    reach = reach[begin:end]
    for t in range(len(reach)):
        reach[t] = 0.0
    for g in range(routes.stages[r] - 1):
        final = routes.final[r, s, g]
        if final >= 0:
            final_stopped = stopped[final, d, begin:end]
            through = licensed.look_through[routes.seen_row[r, g], s, draw]
            for t in range(len(reach)):
                refused = through * (final_stopped[t] if final_stopped[t] > 0.0 else 0.0)
                reach[t] = refused if refused > reach[t] else reach[t]
    for t in range(len(reach)):
        reach[t] = 1.0 - reach[t]


@called
def _show(
    licensed: Licensed,
    routes: Routes,
    r: int,
    draw: int,
    d: int,
    s: int,
    end: int,
    sums: FloatArray,
    weeks: int,
    shown: FloatArray,
) -> None:
    """Add the mean share of need that is stopped at each exit stage in equal spans."""
    scored = weeks - licensed.first
    last, show = routes.stages[r] - 1, routes.shown[r]
    for g in range(last + 1):
        chi = routes.chi[routes.chi_row[r, s, g], draw]
        final, processor = routes.final[r, s, g], routes.processor[r, s, g]
        through = licensed.look_through[routes.seen_row[r, g], s, draw] if g < last else 1.0
        if final >= 0:
            stopped = sums[final, end, d] - sums[final, s, d]
            shown[show, g, draw] += through * chi * stopped / scored
        if processor >= 0:
            stopped = sums[processor, end, d] - sums[processor, s, d]
            shown[show, g, draw] += (1.0 - through) * chi * stopped / scored
