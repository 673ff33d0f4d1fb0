"""Fast twin of the licence queue: one draw after another, compiled.

It computes what `exposure.licensing.book` and `exposure.licensing.queue` define, with the sums in
the same order, so that the results are equal bit for bit. Only the bookkeeping differs: holders
whose licence has expired join the others when their row is next needed, and rows without holders
are skipped. Importing this module loads numba.
"""

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.fast import compiled, inlined
from exposure.licensing.deck import (
    AGAIN,
    AHEAD,
    ARRIVALS,
    ASKING,
    BACKLOG,
    CHANGE,
    DELAY,
    FIRST,
    GRANT,
    LANES,
    LATE,
    LEAD,
    LICENSED,
    LINE,
    LOAD,
    MANY,
    NEW,
    PAUSE,
    RENEWAL,
    SERVED,
    SLOT,
    VALIDITY,
    WITHDRAWN,
    Book,
    Deck,
    Desk,
    clear_desk,
)

TINY = np.finfo(np.float64).tiny


def run_fast(deck: Deck, *, loads: bool) -> FloatArray:
    """Run the queue; results of shape (5, Q, T, D), or (1, Q, T, D) for licences alone."""
    (weeks, draws), classes = deck.capacity.shape, len(deck.size)
    kinds = 5 if loads else 1
    out = np.empty((kinds, classes, weeks, draws))
    _run(deck, clear_desk(deck), np.empty((kinds, classes, weeks, LANES)), out)
    return out


@compiled
def _run(deck: Deck, desk: Desk, lanes: FloatArray, out: FloatArray) -> None:
    """Run the draws one by one, and write the results in batches."""
    kinds, classes, weeks, draws = out.shape
    for begin in range(0, draws, LANES):
        end = min(begin + LANES, draws)
        for d in range(begin, end):
            _open(desk, deck, d)
            for week in range(weeks):
                _week(desk, deck, week, d, lanes[:, :, week, d - begin])
        for kind in range(kinds):
            for q in range(classes):
                for week in range(weeks):
                    for lane in range(end - begin):
                        out[kind, q, week, begin + lane] = lanes[kind, q, week, lane]


@compiled
def _open(desk: Desk, deck: Deck, d: int) -> None:
    """Clear the working arrays, copy the terms of a draw and enter licences held at the start."""
    for q in range(len(desk.live)):
        for filed in range(desk.rows.shape[1]):
            if desk.rows[q, filed, AHEAD] == MANY:
                desk.holders[q, filed] = 0.0
    desk.rows[:] = 0.0
    desk.live[:] = 0.0
    desk.oldest[:] = 0
    for r in range(len(desk.weeks)):
        for k in range(4):
            desk.weeks[r, k] = deck.weeks[r, k, d]
            desk.shares[r, k // 2, k % 2] = deck.shares[r, k // 2, k % 2, d]
    for h in range(len(deck.holder)):
        q = deck.holder[h]
        desk.live[q] += deck.held[h, d]
        lead = desk.weeks[deck.row[0, q], LEAD]
        _enter(_book(desk, q), deck.held[h, d], deck.held_until[h, d], lead, 0)


@inlined
def _book(desk: Desk, q: int) -> Book:
    return Book(desk.rows[q], desk.holders[q])


@inlined
def _week(desk: Desk, deck: Deck, week: int, d: int, out: FloatArray) -> None:
    """Run one week in one draw; `out` is (5, Q) or (1, Q)."""
    loads = len(out) > 1
    for q in range(len(desk.live)):
        arrived, withdrawn = _take_in(desk, deck, q, week, d)
        desk.decided[q, LOAD] = 0.0
        if loads:
            out[ARRIVALS, q] = arrived
            out[WITHDRAWN, q] = withdrawn
    _serve(desk, deck, week, deck.capacity[week, d])
    for q in range(len(desk.live)):
        _forget_done(desk, q, week)
        out[LICENSED, q] = min(max(desk.live[q] / deck.size[q, d], 0.0), 1.0)
        if deck.free[deck.row[week, q]]:
            out[LICENSED, q] = 1.0
        if loads:
            out[SERVED, q] = desk.decided[q, LOAD]
            out[BACKLOG, q] = _sum(desk.rows[q], LINE, desk.oldest[q], week + 1)


@inlined
def _take_in(desk: Desk, deck: Deck, q: int, week: int, d: int) -> tuple[float, float]:
    """Begin a week of one book; return the load submitted and the load withdrawn."""
    arrived = withdrawn = 0.0
    if deck.begins[week, q]:
        arrived, withdrawn = _turn(desk, deck, q, week, deck.size[q, d])
    if not deck.free[deck.row[week, q]]:
        desk.live[q] += desk.rows[q, week, CHANGE]
        arrived = _submit(_book(desk, q), arrived, week)
    return arrived, withdrawn


@inlined
def _forget_done(desk: Desk, q: int, week: int) -> None:
    """Skip submission weeks in which everything is decided."""
    oldest = desk.oldest[q]
    while oldest <= week and desk.rows[q, oldest, LINE] == 0.0:
        oldest += 1
    desk.oldest[q] = oldest


@compiled
def _sum(rows: FloatArray, column: int, begin: int, end: int) -> float:
    total = 0.0
    for row in range(begin, end):
        total += rows[row, column]
    return total


@compiled
def _turn(desk: Desk, deck: Deck, q: int, week: int, size: float) -> tuple[float, float]:
    """Change the rules of a class; return the new applicants and the load withdrawn."""
    r = deck.row[week, q]
    book = _book(desk, q)
    applicants = withdrawn = 0.0
    if deck.free[r]:
        withdrawn = _sum(book.rows, LINE, desk.oldest[q], week)
        for column in (LINE, NEW, LATE):
            book.rows[:, column] = 0.0
    elif week == 0 or deck.free[deck.row[week - 1, q]]:
        applicants += max(size - desk.live[q], 0.0)
    if deck.revoke[r] and not deck.free[r]:
        asking = _sum(book.rows, ASKING, week, len(book.rows))
        applicants += max(desk.live[q] - asking, 0.0)
        withdrawn = _revoke(book, desk.oldest[q], week)
    if deck.revoke[r] or deck.free[r]:
        desk.live[q] = 0.0
        _end_licences(book)
    return applicants, withdrawn


@compiled
def _end_licences(book: Book) -> None:
    """Delete all licences and all present and future applications of their holders."""
    for filed in range(len(book.rows)):
        if book.rows[filed, AHEAD] == MANY:
            book.holders[filed] = 0.0
        for column in (CHANGE, ASKING, AHEAD, SLOT + RENEWAL, SLOT + FIRST):
            book.rows[filed, column] = 0.0


@inlined
def _span(book: Book, filed: int) -> tuple[int, int]:
    """First week ahead in which licences of a row's holders end, and the week after the last."""
    ahead = book.rows[filed, AHEAD]
    if ahead == MANY:
        return 1, book.holders.shape[1]
    return int(ahead), int(ahead) + (ahead > 0.0)


@inlined
def _load(book: Book, filed: int, ahead: int, kind: int) -> float:
    """Load that holders whose licence ends some weeks ahead have filed or will file."""
    if book.rows[filed, AHEAD] == MANY:
        return float(book.holders[filed, ahead, kind])
    return float(book.rows[filed, SLOT + kind])


@compiled
def _revoke(book: Book, oldest: int, week: int) -> float:
    """Turn holders into buyers without a licence; return the withdrawn load of their renewals."""
    withdrawn = 0.0
    for filed in range(oldest, len(book.rows)):
        _join(book, filed, week - 1)
        renewals = firsts = 0.0
        low, high = _span(book, filed)
        for ahead in range(low, high):
            renewals += _load(book, filed, ahead, RENEWAL)
            firsts += _load(book, filed, ahead, FIRST)
        book.rows[filed, NEW] += firsts
        if filed < week:
            kept = max(1.0 - renewals, 0.0)
            withdrawn += book.rows[filed, LINE] - book.rows[filed, LINE] * kept
            book.rows[filed, LINE] *= kept
            book.rows[filed, NEW] = book.rows[filed, NEW] / kept if kept > 0.0 else 0.0
            book.rows[filed, LATE] = book.rows[filed, LATE] / kept if kept > 0.0 else 0.0
        else:
            book.rows[filed, LATE] = 0.0
    return withdrawn


@inlined
def _join(book: Book, filed: int, week: int) -> None:
    """Let holders whose licence has expired by a week join the others of a row."""
    low, high = _span(book, filed)
    for ahead in range(low, min(high, week - filed + 1)):
        book.rows[filed, LATE] += _load(book, filed, ahead, RENEWAL)
        book.rows[filed, NEW] += _load(book, filed, ahead, FIRST)
        if book.rows[filed, AHEAD] == MANY:
            book.holders[filed, ahead, RENEWAL] = 0.0
            book.holders[filed, ahead, FIRST] = 0.0
        else:
            book.rows[filed, AHEAD] = 0.0


@inlined
def _submit(book: Book, applicants: float, week: int) -> float:
    """Put the week's applications in the queue; return their load."""
    low, high = _span(book, week)
    book.rows[week, NEW] += applicants
    load: float = book.rows[week, NEW] + book.rows[week, LATE]
    for ahead in range(low, high):
        load += _load(book, week, ahead, RENEWAL)
        load += _load(book, week, ahead, FIRST)
    book.rows[week, LINE] = load
    if load > 0.0:
        for column in (NEW, LATE, SLOT + RENEWAL, SLOT + FIRST):
            book.rows[week, column] /= load
        if book.rows[week, AHEAD] == MANY:
            for ahead in range(low, high):
                book.holders[week, ahead, RENEWAL] /= load
                book.holders[week, ahead, FIRST] /= load
    return load


@inlined
def _serve(desk: Desk, deck: Deck, week: int, capacity: float) -> None:
    """Use a week's capacity on the queue, priority by priority."""
    left, begin, order = capacity, 0, deck.order[week]
    while begin < len(order) and order[begin] >= 0 and left > 0.0:
        end = begin + 1
        while end < len(order) and deck.level[week, end] == deck.level[week, begin]:
            end += 1
        ready = desk.ready[: _ready(desk, deck.row[week], order[begin:end], week)]
        left = _serve_group(desk, deck.row[week], ready, week, left)
        for q in ready:
            r = deck.row[week, q]
            desk.live[q] += _finish(
                _book(desk, q), desk.weeks[r], desk.shares[r], desk.decided[q], week
            )
        begin = end


@inlined
def _ready(desk: Desk, row: IntArray, group: IntArray, week: int) -> int:
    """List the classes of a group with applications past their delay; return their number."""
    count = 0
    for q in group:
        desk.ripe[q] = week + 1 - desk.weeks[row[q], DELAY]
        if desk.oldest[q] < desk.ripe[q]:
            desk.decided[q] = 0.0
            desk.ready[count] = q
            count += 1
    return count


@inlined
def _serve_group(desk: Desk, row: IntArray, group: IntArray, week: int, capacity: float) -> float:
    """Serve classes of one priority, oldest submissions first; return the remaining capacity."""
    since, until, left = week + 1, 0, capacity
    for q in group:
        since, until = min(since, desk.oldest[q]), max(until, desk.ripe[q])
    for filed in range(since, until):
        waiting = _waiting(desk, group, filed)
        decided = min(left, waiting)
        share = decided / max(waiting, TINY)
        for q in group:
            load = desk.rows[q, filed, LINE] * share
            if load > 0.0 and filed < desk.ripe[q]:
                desk.rows[q, filed, LINE] -= load
                r = row[q]
                _decide(
                    _book(desk, q), desk.weeks[r], desk.shares[r], desk.decided[q], filed, week,
                    load,
                )  # fmt: skip
        left -= decided
        if left == 0.0:
            break
    return left


@inlined
def _waiting(desk: Desk, group: IntArray, filed: int) -> float:
    """Load of one week's submissions that can be decided."""
    waiting = 0.0
    for q in group:
        if filed < desk.ripe[q]:
            waiting += desk.rows[q, filed, LINE]
    return waiting


@inlined
def _decide(  # noqa: PLR0913, PLR0917 - kernels know no keywords
    book: Book,
    weeks: IntArray,
    shares: FloatArray,
    decided: FloatArray,
    filed: int,
    week: int,
    load: float,
) -> None:
    """Decide part of one week's submissions."""
    _join(book, filed, week)
    decided[FIRST] += load * book.rows[filed, NEW]
    decided[RENEWAL] += load * book.rows[filed, LATE]
    decided[LOAD] += load
    low, high = _span(book, filed)
    for ahead in range(low, high):
        renewals = load * _load(book, filed, ahead, RENEWAL)
        firsts = load * _load(book, filed, ahead, FIRST)
        if renewals == 0.0 and firsts == 0.0:
            continue
        # Applications of holders whose licence is valid until week `end`.
        end = filed + ahead
        granted = renewals * shares[GRANT, RENEWAL] + firsts * shares[GRANT, FIRST]
        book.rows[end, CHANGE] += granted
        _enter(book, granted, end + weeks[VALIDITY], weeks[LEAD], week)
        returning = renewals * shares[AGAIN, RENEWAL] + firsts * shares[AGAIN, FIRST]
        book.rows[end, ASKING] += returning - firsts
        filing = min(week + weeks[PAUSE], len(book.rows) - 1)
        if filing < end:
            _write(book, filing, end - filing, FIRST, returning)
        else:
            book.rows[filing, NEW] += returning


@inlined
def _finish(
    book: Book, weeks: IntArray, shares: FloatArray, decided: FloatArray, week: int
) -> float:
    """Set the dates of this week's grants to buyers without a licence and of resubmissions."""
    firsts, renewals = decided[FIRST], decided[RENEWAL]
    granted: float = firsts * shares[GRANT, FIRST] + renewals * shares[GRANT, RENEWAL]
    _enter(book, granted, week + weeks[VALIDITY], weeks[LEAD], week)
    returning = firsts * shares[AGAIN, FIRST] + renewals * shares[AGAIN, RENEWAL]
    book.rows[min(week + weeks[PAUSE], len(book.rows) - 1), NEW] += returning
    return granted


@inlined
def _enter(book: Book, licences: float, expiry: int, lead: int, week: int) -> None:
    """Enter the weeks in which licences end and renewals are filed."""
    if licences == 0.0:
        return
    horizon = len(book.rows) - 1
    end = min(expiry, horizon)
    filing = min(max(week + 1, expiry - lead), horizon)
    book.rows[end, CHANGE] -= licences
    _write(book, filing, end - filing, RENEWAL, licences)


@inlined
def _write(book: Book, filed: int, ahead: int, kind: int, load: float) -> None:
    """Write applications of holders into the book."""
    if ahead == 0:
        book.rows[filed, LATE] += load
        return
    known = book.rows[filed, AHEAD]
    if known == 0.0 or known == ahead:  # noqa: PLR1714 - numba is quicker so
        book.rows[filed, AHEAD] = ahead
        book.rows[filed, SLOT + kind] += load
        return
    if known != MANY:
        for other in (RENEWAL, FIRST):
            book.holders[filed, int(known), other] = book.rows[filed, SLOT + other]
            book.rows[filed, SLOT + other] = 0.0
        book.rows[filed, AHEAD] = MANY
    book.holders[filed, ahead, kind] += load
