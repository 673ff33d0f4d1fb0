"""The fast twin's desk: terms and books of all classes, laid out in arrays."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.licensing.book import Rule
from exposure.licensing.terms import LicenceClass

LANES = 8
"""Draws whose results are written together: as many as a line of the processor's cache holds."""

LICENSED, ARRIVALS, SERVED, BACKLOG, WITHDRAWN = range(5)
"""Results, in the order of `exposure.licensing.queue.QueueResult`."""

CHANGE, ASKING, LINE, NEW, LATE, AHEAD, SLOT = range(7)
"""Columns of `Book.rows`; the first five are fields of `exposure.licensing.book.Book`.

Nearly always the licences of the holders in a row end in one and the same week: it is `AHEAD`
weeks ahead, and `SLOT` has their renewals, the column behind it their first applications. If not,
`AHEAD` is `MANY`, and they stand in `Book.holders`. A row fills one line of the cache.
"""

COLUMNS = 8

MANY = -1.0
"""Stands for holders whose licences end in different weeks."""

RENEWAL, FIRST = 0, 1
"""What applicants file."""

LOAD = 2
"""What is decided in a week: renewals, first applications, and the load of all."""

DELAY, VALIDITY, LEAD, PAUSE = range(4)
"""Columns of `Deck.weeks`; the pause is that before an application comes back."""

GRANT, AGAIN = 0, 1
"""Rows of `Deck.shares`: what is granted, and what comes back."""


class Deck(NamedTuple):
    """Input of the office, by draw D, week T, class Q, and row R of terms."""

    row: IntArray
    """Row of the terms in force, shape (T, Q)."""
    begins: BoolArray
    """Whether they begin in the week, shape (T, Q)."""
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
    """Granted and coming back, of renewals and first applications, shape (R, 2, 2, D)."""
    size: FloatArray
    """Relationships, shape (Q, D)."""
    holder: IntArray
    """Class of each group of licences held at the start, shape (H,)."""
    held: FloatArray
    """Licences in it, shape (H, D)."""
    held_until: IntArray
    """First week in which they no longer count, shape (H, D)."""
    capacity: FloatArray
    """Shape (T, D)."""


class Book(NamedTuple):
    """The papers of one class in one draw."""

    rows: FloatArray
    """Shape (T + 1, 8)."""
    holders: FloatArray
    """By week of submission, weeks ahead and kind, shape (T + 1, depth, 2)."""


class Desk(NamedTuple):
    """All that changes during a draw; the arrays of `Book` with the class first."""

    rows: FloatArray
    holders: FloatArray
    live: FloatArray
    """Shape (Q,)."""
    oldest: IntArray
    """First week of submission with anything left in line, shape (Q,)."""
    ripe: IntArray
    """First week of submission that has not waited out its delay, shape (Q,)."""
    ready: IntArray
    """Room for a list of classes, shape (Q,)."""
    decided: FloatArray
    """Shape (Q, 3)."""
    weeks: IntArray
    """Terms of the draw side by side, shape (R, 4)."""
    shares: FloatArray
    """Shape (R, 2, 2)."""


def pack(
    classes: Sequence[LicenceClass],
    rules: Sequence[Mapping[int, Rule]],
    capacity: FloatArray,
) -> Deck:
    """Lay the terms of all classes out in arrays."""
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
        np.ascontiguousarray(capacity, dtype=np.float64),
    )


def _order(row: IntArray, cards: Sequence[Rule]) -> tuple[IntArray, IntArray]:
    """Classes that are decided in each week, by priority and place, and their priorities."""
    order, level = np.full_like(row, -1), np.full_like(row, -1)
    for week, now in enumerate(row):
        decided = [(cards[r].priority, q) for q, r in enumerate(now) if cards[r].decides]
        order[week, : len(decided)] = [q for _, q in sorted(decided)]
        level[week, : len(decided)] = [priority for priority, _ in sorted(decided)]
    return order, level


def clear_desk(deck: Deck) -> Desk:
    """A desk with empty books."""
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


def _aligned(*shape: int) -> FloatArray:
    """Zeros whose first number begins a line of the cache."""
    room = np.zeros(math.prod(shape) + LANES)
    begin = -room.ctypes.data % (8 * LANES) // 8
    return room[begin : begin + math.prod(shape)].reshape(shape)
