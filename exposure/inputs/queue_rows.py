"""Look-up of the rows of the licence queue that are in force for a case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from exposure.tables.schema.policy import LicenceQueueRow
from exposure.terms import ANY

Case = tuple[str, str, str, str]
"""Quantity, destination, buyer class and element."""

ByCase = Mapping[Case, Sequence[LicenceQueueRow]]
"""Rows for each case that they state, in the order in which they begin."""


def by_case(rows: Iterable[LicenceQueueRow]) -> ByCase:
    """Sort rows by their cases and by the days on which they begin."""
    known: dict[Case, list[LicenceQueueRow]] = {}
    for row in rows:
        key = (row.quantity, row.destination, str(row.buyer_class), row.element)
        known.setdefault(key, []).append(row)
    for of_case in known.values():
        of_case.sort(key=lambda row: row.from_date or date.min)
    return known


def row_in_force(known: ByCase, case: Case, day: date) -> LicenceQueueRow | None:
    """Row in force for a case on a day; None if there is none.

    The most specific row decides (destination before buyer class before element); among equally
    specific rows the one that began last.

    Parameters
    ----------
    known
        Rows, from `by_case`.
    case
        Quantity, destination, buyer class and element.
    day
        The day.

    Examples
    --------
    >>> import exposure as ex
    >>> known = by_case(ex.read_dataset().rows_of(LicenceQueueRow))
    >>> row_in_force(known, ("no_such_quantity", "USA", "civil", "Sm"), date(2026, 1, 1)) is None
    True
    """
    for rows in _that_may_hold(known, case):
        begun = [row for row in rows if row.from_date is None or row.from_date <= day]
        if begun:
            return begun[-1]
    return None


def _that_may_hold(known: ByCase, case: Case) -> Iterator[Sequence[LicenceQueueRow]]:
    """Sets of rows that may hold for a case, the most specific first."""
    quantity, destination, buyer_class, element = case
    for place in dict.fromkeys((destination, ANY)):
        for buyer in dict.fromkeys((buyer_class, ANY)):
            for metal in dict.fromkeys((element, ANY)):
                rows = known.get((quantity, place, buyer, metal))
                if rows:
                    yield rows
