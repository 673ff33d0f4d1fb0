"""The book of one licence class: applications in the queue, and the end dates of licences.

The queue is kept by week of submission. The composition of a week's submissions is fixed when they
are filed; deciding part of them only lowers the remaining load. There are first applications of
buyers without a licence, renewals of expired licences, and applications of *holders*, whose
licence is still valid: renewals, and first applications after a refused renewal. A holder's new
licence begins when the old one ends, so applications of holders are kept by the week of that end;
in that week they join the others. A holder's licence ends within `lead` weeks of the filing, so
one row per week of lead is enough.

Loads and licences are in the unit of the class's relationships; arrays are float64 with the draws
last. Row `weeks` of the arrays by week collects everything after the horizon. The functions change
the book in place; `exposure.licensing.queue` defines their order within a week. Terms are added
one after another, in the same order as in the fast twin.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.licensing.states import STATES
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.terms import LicenceState

UNREAD = LicenceTerms(LicenceState.FREE, 0, 1.0, 0, 1, 0)
"""Placeholder for the terms of a free class, whose values are not used."""

RENEWAL, FIRST = 0, 1
"""Kinds of application by holders: rows of `Book.holders`."""


@dataclass(frozen=True)
class Rule:
    """Terms evaluated for every draw; arrays have shape (D,)."""

    free: bool
    decides: bool
    """True if applications are decided."""
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
    """Share of first applications that are refused and filed again."""
    renewal_again: FloatArray
    """Share of renewals that are refused and filed again as a first application."""
    again_weeks: IntArray
    """Weeks from a refusal to the new application."""


@dataclass
class Book:
    """The book of one class.

    Until a week's applications are filed, `first` and `holders` hold their load; afterwards they
    hold its composition, as shares.
    """

    relationships: FloatArray
    """Buyer-item relationships N, shape (D,)."""
    live: FloatArray
    """Live licences now, shape (D,)."""
    change: FloatArray
    """Change in live licences at the start of each week, shape (weeks + 1, D)."""
    asking: FloatArray
    """Live licences whose holders have a first application in the queue or will file one, by the
    week in which the licence ends, shape (weeks + 1, D)."""
    line: FloatArray
    """Undecided load by week of submission, shape (weeks + 1, D)."""
    first: FloatArray
    """First applications of buyers without a licence by week of submission, (weeks + 1, D)."""
    late: FloatArray
    """Renewals of expired licences, by week of submission, shape (weeks + 1, D)."""
    holders: FloatArray
    """Renewals and first applications of holders, by week of submission and number of weeks from
    then to the end of their licence, shape (2, weeks + 1, longest lead + 1, D)."""
    oldest: int = 0
    """First week of submission with undecided load in any draw."""

    @property
    def horizon(self) -> int:
        """Number of weeks of the run."""
        return len(self.line) - 1

    @property
    def depth(self) -> int:
        """Largest number of weeks from a holder's application to the end of the licence, plus 1."""
        return int(self.holders.shape[2])


EVERY = slice(None)
"""All draws."""


def rule_of(terms: LicenceTerms, draws: int, block: slice = EVERY) -> Rule:
    """Evaluate terms for some of the draws, one draw after another."""
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


def depth_of(rules: Mapping[int, Rule], *, weeks: int) -> int:
    """Number of weeks ahead in which licences of holders may end; see `Book.depth`."""
    # Licences that end after the horizon are kept in its row.
    return min(max(int(rule.lead.max()) for rule in rules.values()), weeks) + 1


def open_book(
    one: LicenceClass, rules: dict[int, Rule], *, weeks: int, draws: int, block: slice = EVERY
) -> Book:
    """Open the book of a class with the licences it holds at the start."""
    relationships = _floats(one.relationships, draws)[block]
    size = len(relationships)
    book = Book(
        relationships=relationships,
        live=np.zeros(size),
        change=np.zeros((weeks + 1, size)),
        asking=np.zeros((weeks + 1, size)),
        line=np.zeros((weeks + 1, size)),
        first=np.zeros((weeks + 1, size)),
        late=np.zeros((weeks + 1, size)),
        holders=np.zeros((2, weeks + 1, depth_of(rules, weeks=weeks), size)),
    )
    for held in one.held_at_start:
        licences = relationships * _floats(held.share, draws)[block]
        book.live += licences
        # They count as approved in week 0, so holders do not apply in that week.
        _enter(book, licences, _weeks(held.expiry_week, draws)[block], rules[0], week=0)
    return book


def part_of(book: Book, relationships: FloatArray, *, depth: int, week: int) -> Book:
    """Part of a book from the beginning of a week on, in proportion to its relationships.

    All relationships of the book were treated equally so far. The composition of what was filed is
    the same in every part; all other figures are loads and licences, which are divided.

    Parameters
    ----------
    book
        The book of all relationships.
    relationships
        Those of the part, shape (D,).
    depth
        Depth of the new book, at least that of the old one.
    week
        First week of the part.
    """
    share = relationships / book.relationships
    # Before it is filed, a row holds loads.
    of_row = np.where(np.arange(len(book.line))[:, np.newaxis] >= week, share, 1.0)
    holders = np.zeros((2, len(book.line), depth, len(share)))
    holders[:, :, : book.depth] = book.holders * of_row[:, np.newaxis]
    return Book(
        relationships,
        live=book.live * share,
        change=book.change * share,
        asking=book.asking * share,
        line=book.line * share,
        first=book.first * of_row,
        late=book.late * of_row,
        holders=holders,
        oldest=book.oldest,
    )


def begin(book: Book, rule: Rule, *, before: Rule | None, week: int) -> FloatArray:
    """First applications caused by the start of a rule, shape (D,).

    All buyers without a licence apply when control begins, that is, if there was no rule before
    or the class was free. If the rule revokes licences, all holders apply too, except those with a
    first application in the queue or still to be filed.
    """
    applicants = np.zeros_like(book.live)
    if not rule.free and (before is None or before.free):
        applicants += np.maximum(book.relationships - book.live, 0)
    if not rule.free and rule.revoke:
        applicants += np.maximum(book.live - total(book.asking[week:]), 0)
    return applicants


def withdraw(book: Book, rule: Rule, *, week: int) -> FloatArray:
    """Withdraw applications that lose their purpose when a rule begins; return the load, (D,).

    When control ends, all present and future applications are withdrawn. When licences are
    revoked, the renewals of licences that were live in the week before are withdrawn: their
    holders apply again, and first applications of holders become those of buyers without a
    licence. Licences end in both cases.
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
    """End the licences that expire this week; their holders in the queue have none from now on."""
    book.live += book.change[week]
    for ahead in range(1, min(book.depth, week - book.oldest + 1)):
        filed = week - ahead
        book.late[filed] += book.holders[RENEWAL, filed, ahead]
        book.first[filed] += book.holders[FIRST, filed, ahead]
        book.holders[:, filed, ahead] = 0


def submit(book: Book, applicants: FloatArray, *, week: int) -> FloatArray:
    """Put the week's applications in the queue; return their load, shape (D,)."""
    # A renewal filed in the week of expiry counts as late.
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
    """Decide part of the queue; enter the licences granted and the applications filed again.

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
    """Decide applications of holders whose licence ends in week `end`; `decided` is (2, D)."""
    if not decided.any():
        return
    granted = decided[RENEWAL] * rule.renewal_approval + decided[FIRST] * rule.approval
    # The new licence begins when the old one ends, so they never overlap.
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
    """Enter the weeks of expiry and of renewal filings, max(week + 1, expiry - lead)."""
    # Ends and filings after the horizon go to the last row, which is never read.
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
    """Divide; 0 if the whole is 0."""
    share = np.zeros_like(part)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def _floats(values: FloatArray | float, draws: int) -> FloatArray:
    """Return one float per draw."""
    return np.broadcast_to(np.asarray(values, dtype=np.float64), draws)


def _weeks(values: IntArray | int, draws: int) -> IntArray:
    """Return one whole number of weeks per draw."""
    return np.broadcast_to(np.asarray(values, dtype=np.int64), draws)
