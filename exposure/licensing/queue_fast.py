"""Fast twin of the licence queue: one draw after another, compiled.

It computes what `exposure.licensing.book` and `exposure.licensing.queue` define, with the sums in
the same order, so that the results are equal bit for bit. Only the bookkeeping differs: holders
whose licence has expired join the others when their row is next needed, and rows without holders
are skipped. Importing this module loads numba.
"""

import hashlib
from pathlib import Path

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.fast import Kernel, called, compiled
from exposure.licensing.book_fast import decide, end_licences, enter, finish, revoke, submit, total
from exposure.licensing.books_fast import divide_books, pack_books
from exposure.licensing.deck import (
    AHEAD,
    ARRIVALS,
    ASKING,
    BACKLOG,
    CHANGE,
    DELAY,
    LANES,
    LATE,
    LEAD,
    LICENSED,
    LINE,
    LOAD,
    MANY,
    NEW,
    SERVED,
    WITHDRAWN,
    Begun,
    Book,
    Deck,
    Desk,
    Parts,
    clear_desk,
    no_books,
    whole,
)

TINY = np.finfo(np.float64).tiny

SOURCES = b"".join(
    (Path(__file__).parent / f"{name}.py").read_bytes()
    for name in ("book_fast", "books_fast", "deck")
)
"""Code of the kernels that are called here, and of the constants that they use."""


DRAWS = 64
"""Draws whose books are packed at once: room is needed for all rows that they may have."""


def run_fast(deck: Deck, before: tuple[Begun, Parts] | None = None, *, loads: bool) -> FloatArray:
    """Run the queue; results of shape (5, Q, T, D), or (1, Q, T, D) for licences alone.

    `before` holds the books of classes that are joined until some week, and their parts.
    """
    (weeks, draws), kinds = deck.capacity.shape, 5 if loads else 1
    out = np.empty((kinds, len(deck.size), weeks, draws))
    nothing = no_books(deck, kinds=kinds, week=0, draws=0), whole(deck, week=0)
    begun, parts = before or nothing
    lanes = np.empty((kinds, len(deck.size), weeks, LANES))
    _run(begun, parts, deck, clear_desk(deck), whole(deck, week=weeks), lanes, out)
    for q, of in enumerate(parts.of):
        out[LICENSED, q, : parts.week] = begun.results[LICENSED, of]
        out[1:, q, : parts.week] = begun.results[1:, of] * parts.share[q]
    return out


def books_before(deck: Deck, week: int, *, loads: bool) -> Begun:
    """Run the queue until a week, and keep the books of that week."""
    draws, kinds = deck.capacity.shape[1], 5 if loads else 1
    begun = no_books(deck, kinds=kinds, week=week, draws=min(DRAWS, draws))
    desk, every, used = clear_desk(deck), whole(deck, week=week), np.zeros(3, dtype=np.int64)
    lanes = np.empty((kinds, len(deck.size), week, LANES))
    filled, values, holders = [], [], []
    place = np.zeros(3, dtype=np.int64)
    for begin in range(0, draws, DRAWS):
        _begin(deck, desk, every, begin, min(begin + DRAWS, draws), lanes, begun, used)
        filled.append(begun.filled[: used[0]].copy())
        values.append(begun.values[: used[1]].copy())
        holders.append(begun.holders[: used[2]].copy())
        begun.place[begin : begin + DRAWS] += place
        place += used
    return begun._replace(
        filled=np.concatenate(filled),
        values=np.concatenate(values),
        holders=np.concatenate(holders),
    )


def _entry(kernel: Kernel) -> Kernel:
    return compiled(kernel, depends_on=hashlib.sha256(SOURCES).hexdigest())


@_entry
def _begin(  # noqa: PLR0913, PLR0917 - kernels know no keywords
    deck: Deck,
    desk: Desk,
    every: Parts,
    begin: int,
    end: int,
    lanes: FloatArray,
    begun: Begun,
    used: IntArray,
) -> None:
    """Run some draws until a week, and pack their books; `used` counts what they take."""
    used[0] = used[1] = used[2] = 0
    for since in range(begin, end, LANES):
        until = min(since + LANES, end)
        for d in range(since, until):
            _clear(desk)
            _read_terms(desk, deck, d)
            _enter_held(desk, deck, d)
            for week in range(every.week):
                _week(desk, deck, week, d, lanes[:, :, week, d - since])
            pack_books(desk, begun, d, used)
        _write_weeks(lanes, deck, every, 0, since, until, begun.results)


@_entry
def _run(  # noqa: PLR0913, PLR0917 - kernels know no keywords
    begun: Begun,
    parts: Parts,
    deck: Deck,
    desk: Desk,
    every: Parts,
    lanes: FloatArray,
    out: FloatArray,
) -> None:
    """Run the draws one by one from the week in which classes are divided; write in batches."""
    weeks, draws = out.shape[2:]
    for begin in range(0, draws, LANES):
        end = min(begin + LANES, draws)
        for d in range(begin, end):
            _clear(desk)
            _read_terms(desk, deck, d)
            if parts.week > 0:
                divide_books(begun, parts, d, desk)
            else:
                _enter_held(desk, deck, d)
            for week in range(parts.week, weeks):
                _week(desk, deck, week, d, lanes[:, :, week, d - begin])
        _write_weeks(lanes, deck, every, parts.week, begin, end, out)


@called
def _clear(desk: Desk) -> None:
    """Clear the books."""
    for q in range(len(desk.live)):
        for filed in range(desk.rows.shape[1]):
            if desk.rows[q, filed, AHEAD] == MANY:
                desk.holders[q, filed] = 0.0
    desk.rows[:] = 0.0
    desk.live[:] = 0.0
    desk.oldest[:] = 0


@called
def _read_terms(desk: Desk, deck: Deck, d: int) -> None:
    """Copy the terms of a draw."""
    for r in range(len(desk.weeks)):
        for k in range(4):
            desk.weeks[r, k] = deck.weeks[r, k, d]
            desk.shares[r, k // 2, k % 2] = deck.shares[r, k // 2, k % 2, d]


@called
def _enter_held(desk: Desk, deck: Deck, d: int) -> None:
    """Enter licences held at the start."""
    for h in range(len(deck.holder)):
        q = deck.holder[h]
        desk.live[q] += deck.held[h, d]
        lead = desk.weeks[deck.row[0, q], LEAD]
        enter(_book(desk, q), deck.held[h, d], deck.held_until[h, d], lead, 0)


@called
def _write_weeks(  # noqa: PLR0913, PLR0917 - kernels know no keywords
    lanes: FloatArray, deck: Deck, parts: Parts, since: int, begin: int, end: int, out: FloatArray
) -> None:
    """Write the results of some weeks, until the one in which classes are divided."""
    for q in range(len(parts.of)):
        of = parts.of[q]
        size, share = deck.size[of, begin:end], parts.share[q, begin:end]
        for week in range(since, parts.week):
            live, to = lanes[LICENSED, of, week], out[LICENSED, q, week, begin:end]
            if deck.free[deck.row[week, of]]:
                for lane in range(len(to)):
                    to[lane] = 1.0
            else:
                for lane in range(len(to)):
                    to[lane] = min(max(live[lane] / size[lane], 0.0), 1.0)
            for kind in range(1, len(out)):
                loads, to = lanes[kind, of, week], out[kind, q, week, begin:end]
                for lane in range(len(to)):
                    to[lane] = loads[lane] * share[lane]


@called
def _book(desk: Desk, q: int) -> Book:
    return Book(desk.rows[q], desk.holders[q])


@called
def _week(desk: Desk, deck: Deck, week: int, d: int, out: FloatArray) -> None:
    """Run one week in one draw; `out` is (5, Q) or (1, Q), with licences in place of shares."""
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
        out[LICENSED, q] = desk.live[q]
        if loads:
            out[SERVED, q] = desk.decided[q, LOAD]
            out[BACKLOG, q] = total(desk.rows[q], LINE, desk.oldest[q], week + 1)


@called
def _take_in(desk: Desk, deck: Deck, q: int, week: int, d: int) -> tuple[float, float]:
    """Begin a week of one book; return the load submitted and the load withdrawn."""
    arrived = withdrawn = 0.0
    if deck.begins[week, q]:
        arrived, withdrawn = _turn(desk, deck, q, week, deck.size[q, d])
    if not deck.free[deck.row[week, q]]:
        desk.live[q] += desk.rows[q, week, CHANGE]
        arrived = submit(_book(desk, q), arrived, week)
    return arrived, withdrawn


@called
def _forget_done(desk: Desk, q: int, week: int) -> None:
    """Skip submission weeks in which everything is decided."""
    oldest = desk.oldest[q]
    while oldest <= week and desk.rows[q, oldest, LINE] == 0.0:
        oldest += 1
    desk.oldest[q] = oldest


@called
def _turn(desk: Desk, deck: Deck, q: int, week: int, size: float) -> tuple[float, float]:
    """Change the rules of a class; return the new applicants and the load withdrawn."""
    r = deck.row[week, q]
    book = _book(desk, q)
    applicants = withdrawn = 0.0
    if deck.free[r]:
        withdrawn = total(book.rows, LINE, desk.oldest[q], week)
        for column in (LINE, NEW, LATE):
            book.rows[:, column] = 0.0
    elif week == 0 or deck.free[deck.row[week - 1, q]]:
        applicants += max(size - desk.live[q], 0.0)
    if deck.revoke[r] and not deck.free[r]:
        asking = total(book.rows, ASKING, week, len(book.rows))
        applicants += max(desk.live[q] - asking, 0.0)
        withdrawn = revoke(book, desk.oldest[q], week)
    if deck.revoke[r] or deck.free[r]:
        desk.live[q] = 0.0
        end_licences(book)
    return applicants, withdrawn


@called
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
            desk.live[q] += finish(
                _book(desk, q), desk.weeks[r], desk.shares[r], desk.decided[q], week
            )
        begin = end


@called
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


@called
def _serve_group(desk: Desk, row: IntArray, group: IntArray, week: int, capacity: float) -> float:
    """Serve classes of one priority, oldest submissions first; return the remaining capacity."""
    since, until, left = week + 1, 0, capacity
    for q in group:
        since, until = min(since, desk.oldest[q]), max(until, desk.ripe[q])
    for filed in range(since, until):
        waiting = _waiting(desk, group, filed)
        if waiting == 0.0:
            continue
        decided = min(left, waiting)
        share = decided / max(waiting, TINY)
        for q in group:
            load = desk.rows[q, filed, LINE] * share
            if load > 0.0 and filed < desk.ripe[q]:
                desk.rows[q, filed, LINE] -= load
                r = row[q]
                decide(
                    _book(desk, q), desk.weeks[r], desk.shares[r], desk.decided[q], filed, week,
                    load,
                )  # fmt: skip
        left -= decided
        if left == 0.0:
            break
    return left


@called
def _waiting(desk: Desk, group: IntArray, filed: int) -> float:
    """Load of one week's submissions that can be decided."""
    waiting = 0.0
    for q in group:
        if filed < desk.ripe[q]:
            waiting += desk.rows[q, filed, LINE]
    return waiting
