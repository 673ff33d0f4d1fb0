"""Arrays of the fast twin: terms and books of all classes."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from exposure.arrays import BoolArray, ByteArray, FloatArray, IntArray
from exposure.fast import writable
from exposure.licensing.book import Rule
from exposure.licensing.terms import Joined, LicenceClass

LANES = 8
"""Draws whose results are written together, as many as fit in one cache line."""

LICENSED, ARRIVALS, SERVED, BACKLOG, WITHDRAWN = range(5)
"""Results, in the order of `exposure.licensing.queue.QueueResult`."""

CHANGE, ASKING, LINE, NEW, LATE, AHEAD, SLOT = range(7)
"""Columns of `Book.rows`; the first five are fields of `exposure.licensing.book.Book`.

The licences of the holders in a row nearly always end in the same week: it is `AHEAD` weeks ahead,
column `SLOT` holds their renewals and the next column their first applications. Otherwise `AHEAD`
is `MANY` and the loads are in `Book.holders`. A row fills one cache line.
"""

COLUMNS = 8

MANY = -1.0
"""Marks holders whose licences end in different weeks."""

RENEWAL, FIRST = 0, 1
"""Kinds of application."""

LOAD = 2
"""Third column of the load decided in a week: renewals, first applications, total load."""

DELAY, VALIDITY, LEAD, PAUSE = range(4)
"""Columns of `Deck.weeks`; the pause is the time before a refused application is filed again."""

GRANT, AGAIN = 0, 1
"""Rows of `Deck.shares`: the shares granted and filed again."""


class Deck(NamedTuple):
    """Input of the office, by draw D, week T, class Q, and row R of terms."""

    row: IntArray
    """Row of the terms in force, shape (T, Q)."""
    begins: BoolArray
    """True if these terms begin in the week, shape (T, Q)."""
    order: IntArray
    """Classes that are decided, by priority, then -1, shape (T, Q)."""
    level: IntArray
    """Priority of each class in that order, then -1, shape (T, Q)."""
    free: BoolArray
    """Shape (R,)."""
    revoke: BoolArray
    """Shape (R,)."""
    weeks: IntArray
    """Delay, validity, lead and pause, shape (R, 4, D)."""
    shares: FloatArray
    """Shares granted and filed again, of renewals and first applications, shape (R, 2, 2, D)."""
    size: FloatArray
    """Relationships, shape (Q, D)."""
    holder: IntArray
    """Class of each group of licences held at the start, shape (H,)."""
    held: FloatArray
    """Licences in each group, shape (H, D)."""
    held_until: IntArray
    """First week in which they no longer count, shape (H, D)."""
    capacity: FloatArray
    """Shape (T, D)."""


class Parts(NamedTuple):
    """Parts of classes that are joined before a week."""

    week: int
    of: IntArray
    """Joined class of each class, shape (Q,)."""
    share: FloatArray
    """Its share of the relationships of the joined class, shape (Q, D)."""


def whole(deck: Deck, *, week: int) -> Parts:
    """Classes that are not joined with others before a week."""
    return Parts(week, np.arange(len(deck.size)), np.ones_like(deck.size))


def parts_of(deck: Deck, size: FloatArray, joined: Joined) -> Parts:
    """Parts of the classes that are joined before a week; `size` is that of the joined classes."""
    of = np.array(joined.of, dtype=np.int64)
    return Parts(joined.week, of, deck.size / size[of])


class Book(NamedTuple):
    """The book of one class in one draw."""

    rows: FloatArray
    """Shape (T + 1, 8)."""
    holders: FloatArray
    """By week of submission, weeks ahead and kind, shape (T + 1, depth, 2)."""


class Begun(NamedTuple):
    """Books of all classes and draws at the start of a week, and the results of the weeks before.

    Empty rows at the end of a book are left out.
    """

    size: FloatArray
    """Relationships, shape (Q, D)."""
    live: FloatArray
    """Shape (D, Q)."""
    oldest: IntArray
    """First week of submission with a row, shape (D, Q)."""
    number: IntArray
    """Number of rows, shape (D, Q)."""
    place: IntArray
    """Place of the first row, number and holders of each book in the arrays below, (D, Q, 3)."""
    filled: ByteArray
    """For each row, the columns that are not 0, as bits, shape (N,)."""
    values: FloatArray
    """Numbers in these columns; most are 0 and are left out."""
    holders: FloatArray
    """As in `Book`, for rows that are marked `MANY` alone, shape (M, depth, 2)."""
    results: FloatArray
    """Results of the weeks before, shape (kinds, Q, weeks, D)."""


class Desk(NamedTuple):
    """Everything that changes during a draw; arrays of `Book` with the class as first axis."""

    rows: FloatArray
    holders: FloatArray
    live: FloatArray
    """Shape (Q,)."""
    oldest: IntArray
    """First week of submission with undecided load, shape (Q,)."""
    ripe: IntArray
    """First week of submission whose delay has not passed, shape (Q,)."""
    ready: IntArray
    """Working array for a list of classes, shape (Q,)."""
    decided: FloatArray
    """Shape (Q, 3)."""
    weeks: IntArray
    """Weeks of the terms in this draw, shape (R, 4)."""
    shares: FloatArray
    """Shape (R, 2, 2)."""


def pack(
    classes: Sequence[LicenceClass],
    rules: Sequence[Mapping[int, Rule]],
    capacity: FloatArray,
) -> Deck:
    """Write the terms of all classes into arrays."""
    weeks, draws = capacity.shape
    cards = [rule for of_class in rules for rule in of_class.values()]
    row = np.zeros((weeks, len(classes)), dtype=np.int64)
    begins = np.zeros((weeks, len(classes)), dtype=np.bool_)
    number = 0
    for q, of_class in enumerate(rules):
        for week in of_class:
            row[week:, q] = number
            begins[week : week + 1, q] = True
            number += 1
    order, level = _order(row, cards)
    held = [(q, held) for q, one in enumerate(classes) for held in one.held_at_start]
    size = np.array([np.broadcast_to(one.relationships, draws) for one in classes], np.float64)
    licences = [size[q] * np.broadcast_to(holder.share, draws) for q, holder in held]
    until = [np.broadcast_to(holder.expiry_week, draws) for _, holder in held]
    return Deck(
        row,
        begins,
        order,
        level,
        np.array([card.free for card in cards]),
        np.array([card.revoke for card in cards]),
        np.array([(c.delay, c.validity, c.lead, c.again_weeks) for c in cards]),
        np.array([((c.renewal_approval, c.approval), (c.renewal_again, c.again)) for c in cards]),
        size,
        np.array([q for q, _ in held], dtype=np.int64),
        np.array(licences, np.float64).reshape(len(held), draws),
        np.array(until, np.int64).reshape(len(held), draws),
        writable(capacity),
    )


def _order(row: IntArray, cards: Sequence[Rule]) -> tuple[IntArray, IntArray]:
    """Classes that are decided in each week, by priority and position, and their priorities."""
    order, level = np.full_like(row, -1), np.full_like(row, -1)
    for week, now in enumerate(row):
        if week > 0 and np.array_equal(now, row[week - 1]):
            order[week], level[week] = order[week - 1], level[week - 1]
            continue
        decided = [(cards[r].priority, q) for q, r in enumerate(now) if cards[r].decides]
        order[week, : len(decided)] = [q for _, q in sorted(decided)]
        level[week, : len(decided)] = [priority for priority, _ in sorted(decided)]
    return order, level


def clear_desk(deck: Deck) -> Desk:
    """Working arrays with empty books."""
    classes, weeks, terms = len(deck.size), len(deck.capacity), len(deck.free)
    depth = min(int(deck.weeks[:, LEAD].max()), weeks) + 1
    return Desk(
        _aligned(classes, weeks + 1, COLUMNS),
        np.zeros((classes, weeks + 1, depth, 2)),
        np.zeros(classes),
        np.zeros(classes, dtype=np.int64),
        np.zeros(classes, dtype=np.int64),
        np.zeros(classes, dtype=np.int64),
        np.zeros((classes, 3)),
        np.zeros((terms, 4), dtype=np.int64),
        np.zeros((terms, 2, 2)),
    )


def no_books(deck: Deck, *, kinds: int, week: int, draws: int) -> Begun:
    """Room for the books of a deck before a week, of which those of some draws are made at once."""
    (classes, every), weeks = deck.size.shape, len(deck.capacity)
    depth = min(int(deck.weeks[:, LEAD].max()), weeks) + 1
    most = draws * classes * (weeks + 1)
    return Begun(
        deck.size,
        np.zeros((every, classes)),
        np.zeros((every, classes), dtype=np.int64),
        np.zeros((every, classes), dtype=np.int64),
        np.zeros((every, classes, 3), dtype=np.int64),
        np.empty(most, dtype=np.uint8),
        np.empty(most * COLUMNS),
        np.empty((most, depth, 2)),
        np.empty((kinds, classes, week, every)),
    )


def _aligned(*shape: int) -> FloatArray:
    """Array of zeros that begins at a cache line."""
    room = np.zeros(math.prod(shape) + LANES)
    begin = -room.ctypes.data % (8 * LANES) // 8
    return room[begin : begin + math.prod(shape)].reshape(shape)
