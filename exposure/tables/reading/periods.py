"""Checks of periods: they exist, lie within a lifetime, and end after they begin."""

import re
from collections.abc import Iterable
from datetime import date

from exposure.faults import Fault
from exposure.tables.reading.cells import FIRST_YEAR, LAST_YEAR
from exposure.tables.reading.lines import Check, TableLines
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.observed import ObservedLossRow
from exposure.tables.schema.policy import SourceRow

EXISTING = "a period that exists"
"""Expected form of a period whose month or day does not exist."""


def periods_exist(tables: TableLines) -> Iterable[Fault]:
    """A period names a year, month and day that exist."""
    for name, lines in tables.by_table.items():
        if "period" not in TABLES[name].columns:
            continue
        for line in lines:
            period = getattr(line.row, "period", "")
            fault = period_fault(period) if period else None
            if fault is not None:
                yield fault.at(f"{name}.csv", line.number)


def period_fault(period: str) -> Fault | None:
    """Fault of a period of the right form; None if the period exists.

    Examples
    --------
    >>> period_fault("2025-06"), period_fault("2025-Q3")
    (None, None)
    >>> print(period_fault("2025-02-31"))
    period: found '2025-02-31'; expected a period that exists; correct the month or day
    """
    year, *rest = re.split("-", period)
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        expected = f"a period between {FIRST_YEAR} and {LAST_YEAR}"
        return Fault("period", f"'{period}'", expected, "correct the year")
    if not rest or not rest[0].isdigit():
        return None
    try:
        date(int(year), int(rest[0]), int(rest[1]) if len(rest) > 1 else 1)
    except ValueError:
        return Fault("period", f"'{period}'", EXISTING, "correct the month or day")
    return None


def losses_end_after_they_begin(tables: TableLines) -> Iterable[Fault]:
    """A period of observation ends on or after the day on which it begins."""
    for line in tables.of(ObservedLossRow):
        if line.row.to_date < line.row.from_date:
            yield Fault(
                "to_date", f"{line.row.to_date}, before it begins on {line.row.from_date}",
                "that day or a later one", "exchange the two, or correct one",
                "observed_losses.csv", line.number,
            )  # fmt: skip


def sources_are_read_after_they_appear(tables: TableLines) -> Iterable[Fault]:
    """A document is read on or after the day on which it was published."""
    for line in tables.of(SourceRow):
        published = line.row.published
        read = line.row.accessed.isoformat()[: len(published)]
        if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", published) and published > read:
            yield Fault(
                "accessed", f"{line.row.accessed}, before it was published, {published}",
                "that day or a later one", "correct one of them", "sources.csv", line.number,
            )  # fmt: skip


CHECKS: dict[Check, tuple[str, ...]] = {
    periods_exist: (),
    losses_end_after_they_begin: (),
    sources_are_read_after_they_appear: (),
}
"""Checks of this module, with the tables that must be clean for each."""
