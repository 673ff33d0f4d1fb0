"""The book a licensing office keeps on one class: who is in line, and when licences run out.

The line is kept by week of submission. What a week's submissions are made of is fixed when they
are filed; deciding part of them only lowers the load that remains. There are first applications
of buyers without a licence, renewals of licences that have run out, and applications of *holders*,
whose licence still runs: renewals, and first applications after a refused renewal. What a holder
is granted begins where the old licence ends, so applications of holders are kept by the week of
that end; when it comes, they join the others. A holder's licence ends within `lead` weeks of the
filing, so a row per week of lead is enough.

Loads and licences are in the unit of the class's relationships; arrays are float64 with the draws
last. Row `weeks` of the arrays by week collects all that falls behind the horizon. The functions
change the book in place; the order in which they run within a week is that of
`exposure.licensing.queue`. Sums are made one term after another, as the fast twin makes them.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.licensing.states import STATES
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.terms import LicenceState

UNREAD = LicenceTerms(LicenceState.FREE, 0, 1.0, 0, 1, 0)
"""Stands for all terms of a free class, whose figures may be anything."""

RENEWAL, FIRST = 0, 1
"""What holders apply for: rows of `Book.holders`."""


@dataclass(frozen=True)
class Rule:
    """Terms worked out for every draw; arrays have shape (D,)."""

    free: bool
    decides: bool
    """Whether applications are decided."""
    revoke: bool
    priority: int
    delay: IntArray
    validity: IntArray
    lead: IntArray
    approval: FloatArray
    """Share of first applications granted."""
    renewal_approval: FloatArray
    """Share of renewals granted."""
    again: FloatArray
    """Share of first applications that comes back: refused, and filed once more."""
    renewal_again: FloatArray
    """Share of renewals that comes back as a first application."""
    again_weeks: IntArray
    """Weeks from a refusal to the next application."""


@dataclass
class Book:
    """The papers of one class.

    Until a week's applications are filed, `first` and `holders` hold their load; from then on
    they hold parts of one unit of it.
    """

    relationships: FloatArray
    """Buyer-item relationships N, shape (D,)."""
    live: FloatArray
    """Live licences now, shape (D,)."""
    change: FloatArray
    """Change in live licences at the start of each week, shape (weeks + 1, D)."""
    asking: FloatArray
    """Live licences whose holders have a first application in line or to come, by the week in
    which the licence ends, shape (weeks + 1, D)."""
    line: FloatArray
    """Load not yet decided by week of submission, shape (weeks + 1, D)."""
    first: FloatArray
    """First applications of buyers without a licence by week of submission, (weeks + 1, D)."""
    late: FloatArray
    """Renewals of licences that have run out by week of submission, shape (weeks + 1, D)."""
    holders: FloatArray
    """Renewals and first applications of holders by week of submission and weeks from there to
    the end of their licence, shape (2, weeks + 1, longest lead + 1, D)."""
    oldest: int = 0
    """First week of submission with anything left in line, in any draw."""

    @property
    def horizon(self) -> int:
        """Number of weeks that are counted."""
        return len(self.line) - 1

    @property
    def depth(self) -> int:
        """Most weeks from a holder's application to the end of the licence, plus 1."""
        return int(self.holders.shape[2])


EVERY = slice(None)
"""All draws."""


def rule_of(terms: LicenceTerms, draws: int, block: slice = EVERY) -> Rule:
    """Work out terms for some of the draws, one after another."""
    free = terms.state is LicenceState.FREE
    if free:
        terms = UNREAD
    approval = _floats(terms.approval, draws)[block]
    renewal_approval = _floats(terms.renewal_approval, draws)[block]
    comes_back = _floats(terms.reapplication_share, draws)[block]
    return Rule(
        free=free,
        decides=STATES[terms.state].decides,
        revoke=terms.revoke,
        priority=terms.priority,
        delay=_weeks(terms.delay_weeks, draws)[block],
        validity=_weeks(terms.validity_weeks, draws)[block],
        lead=_weeks(terms.renewal_lead_weeks, draws)[block],
        approval=approval,
        renewal_approval=renewal_approval,
        again=(1 - approval) * _floats(terms.refusal_share, draws)[block] * comes_back,
        renewal_again=(1 - renewal_approval) * comes_back,
        again_weeks=_weeks(terms.reapplication_weeks, draws)[block],
    )


def open_book(
    one: LicenceClass, rules: dict[int, Rule], *, weeks: int, draws: int, block: slice = EVERY
) -> Book:
    """Open the book of a class with the licences it holds at the start."""
    relationships = _floats(one.relationships, draws)[block]
    size = len(relationships)
    # Licences that outlive the horizon are kept as if they ended there.
    depth = min(max(int(rule.lead.max()) for rule in rules.values()), weeks) + 1
    book = Book(
        relationships=relationships,
        live=np.zeros(size),
        change=np.zeros((weeks + 1, size)),
        asking=np.zeros((weeks + 1, size)),
        line=np.zeros((weeks + 1, size)),
        first=np.zeros((weeks + 1, size)),
        late=np.zeros((weeks + 1, size)),
        holders=np.zeros((2, weeks + 1, depth, size)),
    )
    for held in one.held_at_start:
        licences = relationships * _floats(held.share, draws)[block]
        book.live += licences
        # As if approved in week 0: holders do not apply in that week.
        _enter(book, licences, _weeks(held.expiry_week, draws)[block], rules[0], week=0)
    return book


def begin(book: Book, rule: Rule, *, before: Rule | None, week: int) -> FloatArray:
    """Who applies for the first time because a rule begins; shape (D,).

    All without a licence apply when control begins, which is when there was no rule before or
    the class was free. Where the rule revokes, all holders apply as well, but for those with a
    first application in line or to come.
    """
    applicants = np.zeros_like(book.live)
    if not rule.free and (before is None or before.free):
        applicants += np.maximum(book.relationships - book.live, 0)
    if not rule.free and rule.revoke:
        applicants += np.maximum(book.live - total(book.asking[week:]), 0)
    return applicants


def withdraw(book: Book, rule: Rule, *, week: int) -> FloatArray:
    """Take out of the line what a rule that begins leaves without purpose; load, shape (D,).

    When control ends, that is the whole line and all that was to come. When licences are revoked,
    it is the renewals of licences still live the week before: their holders start afresh, and
    first applications of holders are from now on those of buyers without a licence. Licences end
    in both cases.
    """
    withdrawn = np.zeros_like(book.live)
    if rule.free:
        withdrawn += total(book.line[book.oldest : week])
        book.line[:] = book.first[:] = 0
    elif rule.revoke:
        book.first += total(np.moveaxis(book.holders[FIRST], 1, 0))
        for filed in range(max(book.oldest, week - book.depth + 1), week):
            renewals = total(book.holders[RENEWAL, filed])
            kept = np.maximum(1 - renewals, 0)
            withdrawn += book.line[filed] - book.line[filed] * kept
            book.line[filed] *= kept
            book.first[filed] = _ratio(book.first[filed], kept)
            book.late[filed] = _ratio(book.late[filed], kept)
    if rule.free or rule.revoke:
        book.holders[:] = book.change[:] = book.asking[:] = book.live[:] = 0
    return withdrawn


def expire(book: Book, *, week: int) -> None:
    """End the licences that ran to this week; their holders still in line hold none from now."""
    book.live += book.change[week]
    for ahead in range(1, min(book.depth, week - book.oldest + 1)):
        filed = week - ahead
        book.late[filed] += book.holders[RENEWAL, filed, ahead]
        book.first[filed] += book.holders[FIRST, filed, ahead]
        book.holders[:, filed, ahead] = 0


def submit(book: Book, applicants: FloatArray, *, week: int) -> FloatArray:
    """Put the week's applications in line; their load, shape (D,)."""
    # A renewal filed in the week of expiry is late.
    book.late[week] = book.holders[RENEWAL, week, 0]
    book.holders[RENEWAL, week, 0] = 0
    book.first[week] += applicants
    load: FloatArray = book.first[week] + book.late[week]
    for renewals, firsts in zip(*book.holders[:, week], strict=True):
        load += renewals
        load += firsts
    book.line[week] = load
    book.first[week] = _ratio(book.first[week], load)
    book.late[week] = _ratio(book.late[week], load)
    book.holders[:, week] = _ratio(book.holders[:, week], load)
    return load


def decide(book: Book, served: FloatArray, rule: Rule, *, since: int, week: int) -> None:
    """Decide part of the line: date the licences granted and the applications that come back.

    Parameters
    ----------
    book
        The book of the class.
    served
        Load decided by week of submission, the first being `since`; shape (n, D).
    rule
        The terms in force.
    since, week
        First week of submission in `served`, and the week now.
    """
    firsts, renewals = np.zeros_like(book.live), np.zeros_like(book.live)
    for filed, load in enumerate(served, start=since):
        book.line[filed] -= load
        firsts += load * book.first[filed]
        renewals += load * book.late[filed]
        for ahead in range(week - filed + 1, book.depth):
            _decide_holders(
                book, load * book.holders[:, filed, ahead], rule, end=filed + ahead, week=week
            )
    granted = firsts * rule.approval + renewals * rule.renewal_approval
    book.live += granted
    _enter(book, granted, week + rule.validity, rule, week=week)
    returning = firsts * rule.again + renewals * rule.renewal_again
    _add(book.first, np.minimum(week + rule.again_weeks, book.horizon), returning)


def _decide_holders(book: Book, decided: FloatArray, rule: Rule, *, end: int, week: int) -> None:
    """Decide applications of holders whose licence runs to week `end`; `decided` is (2, D)."""
    if not decided.any():
        return
    granted = decided[RENEWAL] * rule.renewal_approval + decided[FIRST] * rule.approval
    # No double cover: the new licence starts where the old one ends.
    book.change[end] += granted
    _enter(book, granted, end + rule.validity, rule, week=week)
    returning = decided[RENEWAL] * rule.renewal_again + decided[FIRST] * rule.again
    book.asking[end] += returning - decided[FIRST]
    filing = np.minimum(week + rule.again_weeks, book.horizon)
    held = filing < end
    _add(book.first, filing, np.where(held, 0, returning))
    draws = np.flatnonzero(held)
    book.holders[FIRST, filing[draws], end - filing[draws], draws] += returning[draws]


def _enter(book: Book, licences: FloatArray, expiry: IntArray, rule: Rule, *, week: int) -> None:
    """Enter when licences end and when their renewals are filed: max(week + 1, expiry - lead)."""
    # What ends or is filed behind the horizon goes to the last row, which is never read.
    end = np.minimum(expiry, book.horizon)
    filing = np.minimum(np.maximum(week + 1, expiry - rule.lead), book.horizon)
    _add(book.change, end, -licences)
    book.holders[RENEWAL, filing, end - filing, np.arange(len(licences))] += licences


def _add(table: FloatArray, row: IntArray, amounts: FloatArray) -> None:
    """Add amounts to one row of each draw."""
    table[row, np.arange(len(amounts))] += amounts


def total(rows: FloatArray) -> FloatArray:
    """Sum over the first axis, one term after another."""
    result: FloatArray = np.zeros(rows.shape[1:])
    for row in rows:
        result += row
    return result


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide, with 0 for a part of nothing."""
    share = np.zeros_like(part)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def _floats(values: FloatArray | float, draws: int) -> FloatArray:
    """One float a draw."""
    return np.broadcast_to(np.asarray(values, dtype=np.float64), draws)


def _weeks(values: IntArray | int, draws: int) -> IntArray:
    """One whole number of weeks a draw."""
    return np.broadcast_to(np.asarray(values, dtype=np.int64), draws)
