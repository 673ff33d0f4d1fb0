"""Checks of magnitudes: against physical limits, and against other rows of the tables.

A figure in kilograms instead of tonnes is a thousand times too large. A comparison with other
tables shows this: a plant cannot make ten times what the world uses. A figure that is only unusual
gives a warning (`doubtful_rows`); beyond the limit it is a fault.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exposure.faults import Fault
from exposure.tables.dataset import Dataset, row_key
from exposure.tables.reading.lines import AnyLine, Check, Line, TableLines
from exposure.tables.schema.demand import CoverRow, DemandRow, SectorRow, SectorValueRow
from exposure.tables.schema.observed import ObservedExportRow
from exposure.tables.schema.policy import ParameterRow
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import NewSupplyRow
from exposure.terms import WORLD

LARGEST = {
    "week": (5200.0, "a hundred years"),
    "day": (36_500.0, "a hundred years"),
    "t": (1e8, "more than is mined of any rare earth in a century"),
    "t/yr": (1e7, "more than the world mines of all rare earths in a decade"),
    "kg": (1e9, "more than all rare-earth magnets of a year"),
    "USD million/yr": (4e7, "more than the largest economy adds in a year"),
    "USD/kg": (1e7, "more than any metal costs"),
    "ratio": (1e4, "beyond any use"),
    "weight": (1e6, "beyond any use"),
    "sigma": (10.0, "beyond any use"),
    "share/week": (1e3, "more than a thousand times all files in a week"),
    "unit": (1e12, "more than are made of anything"),
    "unit/yr": (1e12, "more than are made of anything"),
    "count": (1e10, "more than there are people"),
}
"""Largest value of each unit, and why a larger one is a mistake."""

ODD, FAULTY = 1.0, 10.0
"""Multiples of the total from which a part is unusual, and from which it is a fault."""

LONG_COVER = 260.0
"""Weeks of stock from which cover is unusual: five years of a sector's need."""


def values_are_of_this_world(tables: TableLines) -> Iterable[Fault]:
    """No figure is so large that its unit must be wrong, or that a run would overflow."""
    for name, lines in tables.by_table.items():
        for line in lines:
            if isinstance(line.row, QuantityRow) and line.row.unit in LARGEST:
                most, why = LARGEST[line.row.unit]
                if line.row.high > most:
                    yield Fault(
                        "high", f"{line.row.high:g} {line.row.unit}", f"at most {most:g}",
                        f"that is {why}: check the unit", f"{name}.csv", line.number,
                    )  # fmt: skip


def some_applications_are_made(tables: TableLines) -> Iterable[Fault]:
    """At least one element has a weight of applications; otherwise the queue would be empty."""
    lines = [line for line in tables.of(ParameterRow) if line.row.parameter == "application_weight"]
    if lines and not any(line.row.central > 0.0 for line in lines):
        yield Fault(
            "application_weight", "0 for every element", "more than 0 for one of them",
            "state how often each element is applied for", "parameters.csv", lines[0].number,
        )  # fmt: skip


@dataclass(frozen=True)
class Excess:
    """A row that is larger than the total to which it belongs."""

    line: AnyLine
    file: str
    key: str
    found: str
    whole: str
    factor: float

    def fault(self) -> Fault:
        """The row and by how much it is too large."""
        expected = f"at most {self.whole}"
        found = f"{self.found}, {self.factor:.3g} times as much"
        return Fault(self.key, found, expected, "check the unit", self.file, self.line.number)


def parts_fit_their_whole(tables: TableLines) -> Iterable[Fault]:
    """No part is ten times its total."""
    return (excess.fault() for excess in _excesses(tables) if excess.factor >= FAULTY)


def doubtful_rows(dataset: Dataset) -> list[Fault]:
    """Rows that do not fit other rows, for a warning; each names its factor.

    Examples
    --------
    >>> from exposure.tables.reading.folders import read_dataset
    >>> doubtful_rows(read_dataset())
    []
    """
    tables = TableLines(
        {name: [Line(0, row) for row in rows] for name, rows in dataset.rows.items()}
    )
    odd = [excess for excess in _excesses(tables) if ODD < excess.factor < FAULTY]
    return [excess.fault().at(*dataset.origin.place(row_key(excess.line.row))) for excess in odd]


def _excesses(tables: TableLines) -> Iterator[Excess]:
    yield from _plants(tables)
    yield from _exports(tables)
    yield from _values(tables)
    for line in tables.of(CoverRow):
        if line.row.quantity == "stock_weeks" and line.row.central > LONG_COVER:
            yield Excess(
                line, "cover.csv", "central", f"a stock of {line.row.central:g} weeks",
                f"{LONG_COVER:g} weeks of need", line.row.central / LONG_COVER,
            )  # fmt: skip


def _plants(tables: TableLines) -> Iterator[Excess]:
    use = {
        line.row.element: line.row.high
        for line in tables.of(DemandRow)
        if (line.row.destination, line.row.quantity) == (WORLD, "world_use_t_per_year")
    }
    for line in tables.of(NewSupplyRow):
        whole = use.get(line.row.element)
        if line.row.quantity == "capacity_t_per_year" and whole:
            yield Excess(
                line, "new_supply.csv", "central", f"{line.row.central:g} t/yr",
                f"the world's use of {line.row.element}, {whole:g} t/yr", line.row.central / whole,
            )  # fmt: skip


def _exports(tables: TableLines) -> Iterator[Excess]:
    world = {
        (line.row.period, line.row.item): line.row.high
        for line in tables.of(ObservedExportRow)
        if line.row.destination == WORLD
    }
    most: dict[str, float] = {}
    for (_, item), tonnes in world.items():
        most[item] = max(most.get(item, 0.0), tonnes)
    for line in tables.of(ObservedExportRow):
        whole = world.get((line.row.period, line.row.item)) or most.get(line.row.item)
        if line.row.destination != WORLD and whole:
            yield Excess(
                line, "observed_exports.csv", "central", f"{line.row.central:g} t",
                f"what went to the world, {whole:g} t", line.row.central / whole,
            )  # fmt: skip


LARGEST_INDUSTRY = 3e6
"""Value added of the largest industry of any country, in USD million a year."""


def _values(tables: TableLines) -> Iterator[Excess]:
    known = {line.row.sector for line in tables.of(SectorRow)}
    for line in tables.of(SectorValueRow):
        if line.row.quantity == "industry_value_added_musd" and line.row.sector in known:
            yield Excess(
                line, "sector_values.csv", "central", f"{line.row.central:g} USD million/yr",
                f"the largest industry of any country, {LARGEST_INDUSTRY:g}",
                line.row.central / LARGEST_INDUSTRY,
            )  # fmt: skip


def names_are_unique(tables: TableLines) -> Iterable[Fault]:
    """Two sectors must not have the same name, because a plot could not distinguish them."""
    first: dict[str, str] = {}
    # Lines of the tables under an overlay are counted below zero; the fault is in the overlay.
    for line in sorted(tables.of(SectorRow), key=lambda sector_line: sector_line.number > 0):
        name = line.row.name.casefold()
        if name in first:
            yield Fault(
                "name", f"'{line.row.name}', the name of {first[name]} too", "a unique name",
                "state in the name how the sector differs", "sectors.csv", line.number,
            )  # fmt: skip
        first.setdefault(name, line.row.sector)


CHECKS: dict[Check, tuple[str, ...]] = {
    values_are_of_this_world: (),
    some_applications_are_made: (),
    parts_fit_their_whole: (),
    names_are_unique: (),
}
"""Checks of this module, with the tables that must be clean for each."""
