"""Checks of industries: their sectors hold at most all of one, and agree on its value added."""

import math
from collections.abc import Iterable, Sequence

from exposure.faults import Fault
from exposure.tables.reading.lines import Check, Line, TableLines, grouped
from exposure.tables.schema.demand import SectorRow, SectorValueQuantity, SectorValueRow

FILE = "sector_values.csv"

DIGITS = ".15g"
"""Format of a figure that shows any difference between two."""


def industry_shares_fit(tables: TableLines) -> Iterable[Fault]:
    """Sectors that share an industry code hold at most all of it."""
    for (_, industry), lines in _by_industry(tables, "industry_share").items():
        total = math.fsum(line.row.central for line in lines)
        if round(total - 1.0, 9) > 0.0:
            names = ", ".join(line.row.sector for line in lines)
            yield Fault(
                f"industry {industry}", f"central shares of {names} that sum to {total:.3f}",
                "at most 1", "lower them", FILE, lines[0].number,
            )  # fmt: skip


def industries_have_one_value(tables: TableLines) -> Iterable[Fault]:
    """Sectors of one industry that state its value added state the same figure."""
    for (home, industry), lines in _by_industry(tables, "industry_value_added_musd").items():
        stated = grouped(lines, lambda row: (row.low, row.central, row.high))
        if len(stated) > 1:
            found = " against ".join(
                f"{_words(three)} ({', '.join(line.row.sector for line in of_three)})"
                for three, of_three in stated.items()
            )
            yield Fault(
                f"value added of industry {industry} ({home})", found,
                "one figure, since it is that of the whole industry",
                "state the same low, central and high for each of its sectors", FILE,
                lines[0].number,
            )  # fmt: skip


def _by_industry(
    tables: TableLines, quantity: SectorValueQuantity
) -> dict[tuple[str, str], list[Line[SectorValueRow]]]:
    """Lines of a figure, by destination and industry."""
    places = {
        line.row.sector: (str(line.row.destination), line.row.industry_code)
        for line in tables.of(SectorRow)
    }
    stated = [
        line
        for line in tables.of(SectorValueRow)
        if line.row.quantity == quantity and line.row.sector in places
    ]
    return grouped(stated, lambda row: places[row.sector])


def _words(three: Sequence[float]) -> str:
    """Low, central and high; one number if they are equal."""
    shown = three[:1] if len(set(three)) == 1 else three
    return ", ".join(format(figure, DIGITS) for figure in shown)


CHECKS: dict[Check, tuple[str, ...]] = {
    industry_shares_fit: (),
    industries_have_one_value: (),
}
"""Checks of this module, with the tables that must be clean for each."""
