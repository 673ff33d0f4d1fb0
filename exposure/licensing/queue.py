"""The licence queue: the share of each class's buyers that hold a licence, week by week.

One licensing office serves all classes as a deterministic fluid queue. Within a week the order
is: change of rules and revocation, expiry, submission, decision, count. A licence approved in week
a is live in weeks a to a + validity - 1. State, priority, delay and approval are those in force at
the decision; validity and renewal lead are those in force at approval.

At a decision a share of the first applications is granted. A share of the others is refused, and
some of the refused file a first application again some weeks later. Applications that are neither
granted nor refused stay pending: they leave the queue without a licence and are never granted
later. A renewal is granted or refused; some of the refused holders file a first application while
the old licence is still valid. Capacity not used in a week is lost.

Arrays are float64 with axes (week, class, draw). Terms are checked in
`exposure.licensing.terms`; nothing here checks them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from exposure import fast
from exposure.arrays import FloatArray
from exposure.faults import Fault
from exposure.licensing.book import (
    EVERY,
    Book,
    Rule,
    begin,
    decide,
    depth_of,
    expire,
    open_book,
    part_of,
    rule_of,
    submit,
    total,
    withdraw,
)
from exposure.licensing.deck import Begun, Deck, pack, parts_of
from exposure.licensing.terms import Joined, LicenceClass, check_classes, raise_faults


@dataclass(frozen=True, eq=False)
class QueueResult:
    """Result of the office; every array has shape (weeks, classes, draws).

    In every week, for sums from the start: arrivals = served + withdrawn + backlog.
    """

    licensed: FloatArray
    """Live licences per relationship at the end of the week, in [0, 1]; 1 while free."""
    arrivals: FloatArray
    """Load submitted in the week."""
    served: FloatArray
    """Load decided in the week: granted, refused or left pending."""
    backlog: FloatArray
    """Load in the queue at the end of the week."""
    withdrawn: FloatArray
    """Load withdrawn undecided, because control ended or the licence to be renewed was revoked."""


BLOCK = 128
"""Draws that the reference runs at once, so that the books of all classes stay small."""


def run_queue(
    classes: Sequence[LicenceClass],
    capacity: FloatArray,
    *,
    weeks: int,
    joined: Joined | None = None,
) -> QueueResult:
    """Run one licensing office that serves several classes.

    The office decides applications whose delay has passed, in the order of priority and then of
    submission. Classes of equal priority and submission week share the remaining capacity in
    proportion to their load in the queue.

    Parameters
    ----------
    classes
        The classes that share the office, in the order of the result's second axis.
    capacity
        Largest load decided per week, shape (weeks, D), >= 0, may be infinite; in the unit of
        the classes' relationships. 0 while the office does not decide yet.
    weeks
        Number of weeks T.
    joined
        Classes that queue as one until some week; None if all queue alone. The results are those of
        classes that queue alone, but for rounding.

    Returns
    -------
    QueueResult
        Shares licensed, and loads.

    Raises
    ------
    ScenarioError
        For terms that contradict each other, all in one message.

    References
    ----------
    Newell, G. F. (1982). Applications of Queueing Theory, 2nd ed., ch. 2 (fluid approximation).

    Examples
    --------
    >>> from exposure.licensing.terms import LicenceClass, LicenceTerms
    >>> from exposure.terms import LicenceState
    >>> terms = LicenceTerms(LicenceState.ORDINARY, 0, 0.8, 2, 6, 2)
    >>> civil = LicenceClass("civil", 12_000.0, ((0, terms),))
    >>> result = run_queue([civil], np.full((5, 1), 1_000.0), weeks=5)
    >>> result.backlog[:, 0, 0].tolist()
    [12000.0, 12000.0, 11000.0, 10000.0, 9000.0]
    >>> result.licensed[:, 0, 0].round(4).tolist()
    [0.0, 0.0, 0.0667, 0.1333, 0.2]
    """
    _check(classes, capacity, weeks=weeks)
    return QueueResult(*np.moveaxis(_run(classes, capacity, joined, loads=True), 1, 2))


def licensed_shares(
    classes: Sequence[LicenceClass],
    capacity: FloatArray,
    *,
    weeks: int,
    joined: Joined | None = None,
    begun: Begun | None = None,
) -> FloatArray:
    """Return only the licences of `run_queue`, in less time and memory; shape (Q, T, D).

    `begun` holds the books of the joined classes, from `begin_queue`, if they are known.
    """
    _check(classes, capacity, weeks=weeks)
    return np.asarray(_run(classes, capacity, joined, loads=False, begun=begun)[0])


def begin_queue(joined: Joined, capacity: FloatArray, *, loads: bool = False) -> Begun:
    """Books of joined classes in the week in which they are divided; needs compiled kernels.

    Parameters
    ----------
    joined
        The classes.
    capacity
        That of `run_queue`.
    loads
        Whether loads are kept of the weeks before, or licences alone.
    """
    from exposure.licensing.queue_fast import books_before  # noqa: PLC0415 - it loads numba

    return books_before(_packed(joined.classes, capacity), joined.week, loads=loads)


def _run(
    classes: Sequence[LicenceClass],
    capacity: FloatArray,
    joined: Joined | None,
    *,
    loads: bool,
    begun: Begun | None = None,
) -> FloatArray:
    """Results in the order of `QueueResult`, shape (5, Q, T, D); or only the first of them."""
    if not fast.AVAILABLE:
        return run_reference(classes, capacity, joined)
    from exposure.licensing.queue_fast import run_fast  # noqa: PLC0415 - it loads numba

    deck = _packed(classes, capacity)
    if joined is None or joined.week == 0:
        return run_fast(deck, loads=loads)
    begun = begun or begin_queue(joined, capacity, loads=loads)
    return run_fast(deck, (begun, parts_of(deck, begun.size, joined)), loads=loads)


def _packed(classes: Sequence[LicenceClass], capacity: FloatArray) -> Deck:
    return pack(classes, _rules(classes, capacity.shape[1]), capacity)


def _rules(
    classes: Sequence[LicenceClass], draws: int, block: slice = EVERY
) -> list[dict[int, Rule]]:
    return [{week: rule_of(terms, draws, block) for week, terms in one.timeline} for one in classes]


def run_reference(
    classes: Sequence[LicenceClass], capacity: FloatArray, joined: Joined | None = None
) -> FloatArray:
    """Run the reference of the queue, block by block of draws; shape (5, Q, T, D)."""
    weeks, draws = capacity.shape
    out = np.zeros((len(fields(QueueResult)), len(classes), weeks, draws))
    for first in range(0, draws, BLOCK):
        _run_block(classes, capacity, joined, slice(first, first + BLOCK), out)
    return out


def _run_block(
    classes: Sequence[LicenceClass],
    capacity: FloatArray,
    joined: Joined | None,
    block: slice,
    out: FloatArray,
) -> None:
    """Run the queue in some of the draws and fill in their results."""
    weeks, draws = capacity.shape
    rules = _rules(classes, draws, block)
    result = QueueResult(*np.moveaxis(out[..., block], 1, 2))
    if joined is None or joined.week == 0:
        books = _open_books(classes, rules, weeks=weeks, draws=draws, block=block)
        _run_weeks(books, rules, capacity[:, block], range(weeks), result)
        return
    rules_before = _rules(joined.classes, draws, block)
    books = _open_books(joined.classes, rules_before, weeks=weeks, draws=draws, block=block)
    shape = (len(fields(QueueResult)), joined.week, len(books), books[0].live.size)
    before = QueueResult(*np.zeros(shape))
    _run_weeks(books, rules_before, capacity[:, block], range(joined.week), before)
    parts = []
    for q, (one, terms) in enumerate(zip(classes, rules, strict=True)):
        book = books[joined.of[q]]
        relationships = np.broadcast_to(one.relationships, draws)[block]
        depth = depth_of(terms, weeks=weeks)
        parts.append(part_of(book, relationships, depth=depth, week=joined.week))
        for name, values in vars(before).items():
            share = 1.0 if name == "licensed" else relationships / book.relationships
            getattr(result, name)[: joined.week, q] = values[:, joined.of[q]] * share
    _run_weeks(parts, rules, capacity[:, block], range(joined.week, weeks), result)


def _open_books(
    classes: Sequence[LicenceClass],
    rules: Sequence[dict[int, Rule]],
    *,
    weeks: int,
    draws: int,
    block: slice,
) -> list[Book]:
    return [
        open_book(one, terms, weeks=weeks, draws=draws, block=block)
        for one, terms in zip(classes, rules, strict=True)
    ]


def _run_weeks(
    books: Sequence[Book],
    rules: Sequence[dict[int, Rule]],
    capacity: FloatArray,
    weeks: range,
    result: QueueResult,
) -> None:
    """Run some weeks and fill in their results."""
    for week in weeks:
        for q, (book, terms) in enumerate(zip(books, rules, strict=True)):
            arrived, withdrawn = _take_in(book, terms, week=week)
            result.arrivals[week, q], result.withdrawn[week, q] = arrived, withdrawn
        now = [terms[_row_in_force(terms, week)] for terms in rules]
        result.served[week] = _serve(books, now, capacity[week], week=week)
        for q, (book, rule) in enumerate(zip(books, now, strict=True)):
            result.licensed[week, q] = 1 if rule.free else _licensed(book)
            result.backlog[week, q] = total(book.line[book.oldest : week + 1])


def _row_in_force(rules: dict[int, Rule], week: int) -> int:
    """First week of the terms in force; weeks ascend."""
    return max(first for first in rules if first <= week)


def _take_in(book: Book, rules: dict[int, Rule], *, week: int) -> tuple[FloatArray, FloatArray]:
    """Begin a week in one book: rules change, licences expire, applications are filed.

    Returns the load submitted and the load withdrawn, each of shape (D,).
    """
    rule = rules[_row_in_force(rules, week)]
    nothing = np.zeros_like(book.live)
    applicants, withdrawn = nothing, nothing
    if week in rules:
        before = rules[_row_in_force(rules, week - 1)] if week > 0 else None
        applicants = begin(book, rule, before=before, week=week)
        withdrawn = withdraw(book, rule, week=week)
    if rule.free:
        return nothing, withdrawn
    expire(book, week=week)
    return submit(book, applicants, week=week), withdrawn


def _serve(
    books: Sequence[Book], rules: Sequence[Rule], capacity: FloatArray, *, week: int
) -> FloatArray:
    """Use a week's capacity (D,) on the queue; return the load decided, shape (classes, D)."""
    served = np.zeros((len(books), capacity.size))
    left = capacity.astype(np.float64)
    for priority in sorted({rule.priority for rule in rules if rule.decides}):
        group = [q for q, rule in enumerate(rules) if rule.decides and rule.priority == priority]
        since = min(books[q].oldest for q in group)
        until = week + 1 - min(int(rules[q].delay.min()) for q in group)
        if until <= since:
            continue
        ready = np.stack([_ready(books[q], rules[q], since, until, week) for q in group])
        share, left = _first_come(total(ready), left)
        for q, waiting in zip(group, ready, strict=True):
            load = waiting[: len(share)] * share
            decide(books[q], load, rules[q], since=since, week=week)
            served[q] = total(load)
    for book in books:
        _forget_done(book, week=week)
    return served


def _ready(book: Book, rule: Rule, since: int, until: int, week: int) -> FloatArray:
    """Load whose delay has passed, by week of submission from `since` to `until` - 1."""
    filed = np.arange(since, until)[:, np.newaxis]
    return np.where(filed + rule.delay <= week, book.line[since:until], 0)


def _first_come(ready: FloatArray, capacity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of each week's submissions that is decided, oldest first, and the remaining capacity.

    Parameters
    ----------
    ready
        Load by week of submission, shape (n, D).
    capacity
        Load that can be decided, shape (D,).

    Returns
    -------
    shares : numpy.ndarray
        In [0, 1], up to the submission week at which all capacity is used in every draw.
    left : numpy.ndarray
        Shape (D,); exactly 0 in draws in which all capacity is used.
    """
    shares = np.zeros_like(ready)
    left = capacity.copy()
    last = 0
    for last, waiting in enumerate(ready, start=1):
        decided = np.minimum(left, waiting)
        # If no load is waiting, the divisor is the smallest normal number instead of 0.
        shares[last - 1] = decided / np.maximum(waiting, np.finfo(np.float64).tiny)
        left -= decided
        if not left.any():
            break
    return shares[:last], left


def _forget_done(book: Book, *, week: int) -> None:
    """Skip submission weeks in which everything is decided in every draw."""
    while book.oldest <= week and not book.line[book.oldest].any():
        book.oldest += 1


def _licensed(book: Book) -> FloatArray:
    """Live licences per relationship; clipped because sums of shares have rounding errors."""
    return np.clip(book.live / book.relationships, 0, 1)


def _check(classes: Sequence[LicenceClass], capacity: FloatArray, *, weeks: int) -> None:
    """Refuse faulty terms, and a capacity that is not one number >= 0 for every week and draw."""
    if capacity.shape[:-1] != (weeks,) or not capacity.size:
        found, expected = f"shape {capacity.shape}", f"({weeks}, draws)"
        raise_faults([Fault("capacity", found, expected, "give one value per week and draw")])
    unsound = ~(capacity >= 0)  # NaN is unsound
    if unsound.any():
        week, draw = np.argwhere(unsound)[0]
        found = f"{capacity[week, draw]} in draw {draw}"
        cure = "write 0 for weeks without decisions"
        raise_faults([Fault(f"capacity, week {week}", found, "a load >= 0", cure)])
    check_classes(classes, capacity.shape[1])
