"""The book a licensing office keeps on one class: who is in line, and when licences run out.

The line is kept by week of submission. What a week's submissions are made of, first applications
and renewals by the expiry of the licence they replace, is fixed when they are filed; deciding
part of them only lowers the load that remains. A renewal always expires from 0 to `lead` weeks
after it is filed, so the composition needs one row per week of lead, and once that licence has
run out the row joins the others that are late.

Loads and licences are in the unit of the class's relationships; arrays are float64 with the draws
last. Row `weeks` of the arrays by week collects all that falls behind the horizon. The functions
change the book in place; the order in which they run within a week is that of
`exposure.licensing.queue`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exposure.arrays import FloatArray, IntArray
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.terms import LicenceState

UNREAD = LicenceTerms(LicenceState.FREE, 0, 1.0, 0, 1, 0)
"""Stands for all terms of a free class, whose figures may be anything."""


@dataclass(frozen=True)
class Rule:
    """Terms worked out for every draw; arrays have shape (D,)."""

    free: bool
    decides: bool
    """Whether applications are decided; false while free or withheld."""
    revoke: bool
    priority: int
    delay: IntArray
    validity: IntArray
    lead: IntArray
    load: FloatArray
    """Load of one first application filed under these terms, its resubmissions included."""
    approval: FloatArray
    """Share of first applications approved in the end, resubmissions included."""
    renewal_approval: FloatArray


@dataclass
class Book:
    """The papers of one class."""

    relationships: FloatArray
    """Buyer-item relationships N, shape (D,)."""
    live: FloatArray
    """Live licences now, shape (D,)."""
    change: FloatArray
    """Change in live licences at the start of each week, shape (weeks + 1, D)."""
    line: FloatArray
    """Load not yet decided by week of submission, shape (weeks + 1, D)."""
    first: FloatArray
    """First applications per unit of load submitted in a week, shape (weeks + 1, D)."""
    late: FloatArray
    """Renewals of licences that have run out per unit of load, shape (weeks + 1, D)."""
    early: FloatArray
    """Renewals of live licences by weeks from submission to expiry, shape (weeks + 1,
    longest lead + 1, D): licences for a week to come, per unit of load once submitted."""
    used: npt.NDArray[np.bool_]
    """Which rows of `early` are in use, shape (weeks + 1, longest lead + 1)."""
    oldest: int = 0
    """First week of submission with anything left in line, in any draw."""

    @property
    def horizon(self) -> int:
        """Number of weeks that are counted."""
        return len(self.line) - 1


def rule_of(terms: LicenceTerms, draws: int) -> Rule:
    """Work out terms for every draw.

    The load of a first application is 1 / (1 - r (1 - p)) and its approval in the end
    p / (1 - r (1 - p)), with r the resubmission and p the approval at one decision.
    """
    free = terms.state is LicenceState.FREE
    decides = not free and terms.state is not LicenceState.WITHHELD
    if free:
        terms = UNREAD
    approval = _floats(terms.approval, draws)
    # Where nothing is decided nothing is returned, and r = 1 with p = 0 is allowed.
    returned = _floats(terms.resubmission, draws) * (1 - approval) if decides else np.zeros(draws)
    return Rule(
        free=free,
        decides=decides,
        revoke=terms.revoke,
        priority=terms.priority,
        delay=_weeks(terms.delay_weeks, draws),
        validity=_weeks(terms.validity_weeks, draws),
        lead=_weeks(terms.renewal_lead_weeks, draws),
        load=1 / (1 - returned),
        approval=approval / (1 - returned),
        renewal_approval=_floats(terms.renewal_approval, draws),
    )


def open_book(one: LicenceClass, rules: dict[int, Rule], *, weeks: int, draws: int) -> Book:
    """Open the book of a class with the licences it holds at the start."""
    # Licences that outlive the horizon are kept as if they ended there.
    depth = min(max(int(rule.lead.max()) for rule in rules.values()), weeks) + 1
    book = Book(
        relationships=_floats(one.relationships, draws),
        live=np.zeros(draws),
        change=np.zeros((weeks + 1, draws)),
        line=np.zeros((weeks + 1, draws)),
        first=np.zeros((weeks + 1, draws)),
        late=np.zeros((weeks + 1, draws)),
        early=np.zeros((weeks + 1, depth, draws)),
        used=np.zeros((weeks + 1, depth), dtype=np.bool_),
    )
    for held in one.held_at_start:
        holders = book.relationships * _floats(held.share, draws)
        book.live += holders
        # As if approved in week 0: holders do not apply in that week.
        everyone = np.arange(draws)
        _date(
            book, everyone, holders, expiry=_weeks(held.expiry_week, draws), rule=rules[0], week=0
        )
    return book


def begin(book: Book, rule: Rule, *, before: Rule | None) -> FloatArray:
    """Who applies for the first time because a rule begins; shape (D,).

    All without a licence apply when control begins, which is when there was no rule before or
    the class was free. Where the rule revokes, all holders apply as well.
    """
    applicants = np.zeros_like(book.live)
    if not rule.free and (before is None or before.free):
        applicants += np.maximum(book.relationships - book.live, 0)
    if not rule.free and rule.revoke:
        applicants += np.maximum(book.live, 0)
    return applicants


def withdraw(book: Book, rule: Rule, *, week: int) -> FloatArray:
    """Take out of the line what a rule that begins leaves without purpose; load, shape (D,).

    When control ends, that is the whole line. When licences are revoked, it is the renewals of
    licences still live the week before: their holders start anew. Licences end in both cases.
    """
    in_line = slice(book.oldest, week)
    waiting = book.line[in_line].sum(axis=0)
    if rule.free:
        book.line[in_line] = 0
    elif rule.revoke:
        for filed, expiries in _live_renewals(book, week):
            renewals = book.early[filed, expiries].sum(axis=0)
            kept = np.maximum(1 - renewals, 0)
            book.line[filed] *= kept
            book.first[filed] = _ratio(book.first[filed], kept)
            book.late[filed] = _ratio(book.late[filed], kept)
    if rule.free or rule.revoke:
        book.early[book.used] = 0
        book.used[:] = False
        book.change[week:] = 0
        book.live[:] = 0
    return np.asarray(waiting - book.line[in_line].sum(axis=0))


def expire(book: Book, *, week: int) -> None:
    """End the licences that ran to this week; their renewals still in line are late from now."""
    book.live += book.change[week]
    for ahead in range(1, min(book.used.shape[1], week + 1)):
        filed = week - ahead
        if book.used[filed, ahead]:
            book.late[filed] += book.early[filed, ahead]
            book.used[filed, ahead] = False


def submit(book: Book, applicants: FloatArray, rule: Rule, *, week: int) -> FloatArray:
    """Put the week's first applications and renewals in line; their load, shape (D,)."""
    expiries = np.flatnonzero(book.used[week])
    renewals = book.early[week, expiries]
    load: FloatArray = applicants * rule.load + renewals.sum(axis=0)
    book.line[week] = load
    book.first[week] = _ratio(applicants, load)
    book.early[week, expiries] = _ratio(renewals, load)
    if book.used[week, 0]:
        # Filed in the week of expiry, hence already late.
        book.late[week] += book.early[week, 0]
        book.used[week, 0] = False
    return load


def decide(book: Book, served: FloatArray, rule: Rule, *, since: int, week: int) -> None:
    """Decide part of the line, and date the licences granted.

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
    rows = slice(since, since + len(served))
    book.line[rows] -= served
    granted = _weighted(served, book.first[rows]) * rule.approval
    granted += _weighted(served, book.late[rows]) * rule.renewal_approval
    book.live += granted
    draws = np.flatnonzero(granted != 0)
    _date(book, draws, granted[draws], expiry=week + rule.validity[draws], rule=rule, week=week)
    for filed, expiries in _live_renewals(book, since + len(served)):
        if filed < since or not served[filed - since].any():
            continue
        decided = served[filed - since] * book.early[filed, expiries]
        # A draw has its own weeks, so that most rows are empty in most draws.
        entries = np.flatnonzero(decided != 0)
        row, draws = np.divmod(entries, decided.shape[1])
        ends = filed + expiries[row]
        # No double cover: the new licence starts where the old one ends.
        extended = decided.reshape(-1)[entries] * rule.renewal_approval[draws]
        _add(book.change, np.minimum(ends, book.horizon), draws, extended)
        _date(book, draws, extended, expiry=ends + rule.validity[draws], rule=rule, week=week)


def _live_renewals(book: Book, until: int) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Weeks of submission before `until` with renewals of live licences, and their rows."""
    for filed in range(max(until - book.used.shape[1], 0), until):
        expiries = np.flatnonzero(book.used[filed])
        if expiries.size:
            yield filed, expiries


def _date(
    book: Book,
    draws: IntArray,
    licences: FloatArray,
    *,
    expiry: IntArray,
    rule: Rule,
    week: int,
) -> None:
    """Enter when licences end and when their renewals are filed: max(week + 1, expiry - lead).

    `licences` and `expiry` have an entry for each of `draws`, in which a draw may come repeatedly.
    """
    # What ends or is filed behind the horizon goes to the last row, which is never read.
    end = np.minimum(expiry, book.horizon)
    filing = np.minimum(np.maximum(week + 1, expiry - rule.lead[draws]), book.horizon)
    depth = book.used.shape[1]
    row = filing * depth + end - filing
    _add(book.change, end, draws, -licences)
    _add(book.early.reshape(-1, book.early.shape[-1]), row, draws, licences)
    book.used.reshape(-1)[row] = True


def _add(table: FloatArray, row: IntArray, draws: IntArray, amounts: FloatArray) -> None:
    """Add amounts at rows and draws of a contiguous table, which may come repeatedly."""
    np.add.at(table.reshape(-1), row * table.shape[-1] + draws, amounts)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide, with 0 for a part of nothing."""
    share = np.zeros_like(part)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def _weighted(served: FloatArray, share: FloatArray) -> FloatArray:
    """Sum of load times share over the weeks of submission; shape (D,)."""
    total: FloatArray = np.einsum("sd,sd->d", served, share)
    return total


def _floats(values: FloatArray | float, draws: int) -> FloatArray:
    """One float a draw."""
    return np.broadcast_to(np.asarray(values, dtype=np.float64), draws)


def _weeks(values: IntArray | int, draws: int) -> IntArray:
    """One whole number of weeks a draw."""
    return np.broadcast_to(np.asarray(values, dtype=np.int64), draws)
