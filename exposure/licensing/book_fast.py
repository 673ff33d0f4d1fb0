"""Fast twin of `exposure.licensing.book`: the book of one class in one draw, compiled.

Holders whose licence has expired join the others when their row is next needed. Importing this
module loads numba.
"""

from exposure.arrays import FloatArray, IntArray
from exposure.fast import called
from exposure.licensing.deck import (
    AGAIN,
    AHEAD,
    ASKING,
    CHANGE,
    FIRST,
    GRANT,
    LATE,
    LEAD,
    LINE,
    LOAD,
    MANY,
    NEW,
    PAUSE,
    RENEWAL,
    SLOT,
    VALIDITY,
    Book,
)


@called
def total(rows: FloatArray, column: int, begin: int, end: int) -> float:
    """Sum of some rows of a column, one after another."""
    found = 0.0
    for row in range(begin, end):
        found += rows[row, column]
    return found


@called
def end_licences(book: Book) -> None:
    """Delete all licences and all present and future applications of their holders."""
    for filed in range(len(book.rows)):
        if book.rows[filed, AHEAD] == MANY:
            book.holders[filed] = 0.0
        for column in (CHANGE, ASKING, AHEAD, SLOT + RENEWAL, SLOT + FIRST):
            book.rows[filed, column] = 0.0


@called
def _span(book: Book, filed: int) -> tuple[int, int]:
    """First week ahead in which licences of a row's holders end, and the week after the last."""
    ahead = book.rows[filed, AHEAD]
    if ahead == MANY:
        return 1, book.holders.shape[1]
    return int(ahead), int(ahead) + (ahead > 0.0)


@called
def _load(book: Book, filed: int, ahead: int, kind: int) -> float:
    """Load that holders whose licence ends some weeks ahead have filed or will file."""
    if book.rows[filed, AHEAD] == MANY:
        return float(book.holders[filed, ahead, kind])
    return float(book.rows[filed, SLOT + kind])


@called
def revoke(book: Book, oldest: int, week: int) -> float:
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


@called
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


@called
def submit(book: Book, applicants: float, week: int) -> float:
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


@called
def decide(  # noqa: PLR0913, PLR0917 - kernels know no keywords
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
        enter(book, granted, end + weeks[VALIDITY], weeks[LEAD], week)
        returning = renewals * shares[AGAIN, RENEWAL] + firsts * shares[AGAIN, FIRST]
        book.rows[end, ASKING] += returning - firsts
        filing = min(week + weeks[PAUSE], len(book.rows) - 1)
        if filing < end:
            _write(book, filing, end - filing, FIRST, returning)
        else:
            book.rows[filing, NEW] += returning


@called
def finish(
    book: Book, weeks: IntArray, shares: FloatArray, decided: FloatArray, week: int
) -> float:
    """Set the dates of this week's grants to buyers without a licence and of resubmissions."""
    firsts, renewals = decided[FIRST], decided[RENEWAL]
    granted: float = firsts * shares[GRANT, FIRST] + renewals * shares[GRANT, RENEWAL]
    enter(book, granted, week + weeks[VALIDITY], weeks[LEAD], week)
    returning = firsts * shares[AGAIN, FIRST] + renewals * shares[AGAIN, RENEWAL]
    book.rows[min(week + weeks[PAUSE], len(book.rows) - 1), NEW] += returning
    return granted


@called
def enter(book: Book, licences: float, expiry: int, lead: int, week: int) -> None:
    """Enter the weeks in which licences end and renewals are filed."""
    if licences == 0.0:
        return
    horizon = len(book.rows) - 1
    end = min(expiry, horizon)
    filing = min(max(week + 1, expiry - lead), horizon)
    book.rows[end, CHANGE] -= licences
    _write(book, filing, end - filing, RENEWAL, licences)


@called
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
