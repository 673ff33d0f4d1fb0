"""A company's purchase list by supplier in kg, as an overlay on sourcing.

The list has one row per order: ``supplier``, ``country`` (where the supplier made it), ``kg``,
``component`` (or one component for the whole file), and, if it is known, ``date``. Shares of the
weight by country become the sourcing of that component, at the stage at which it is made.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from exposure.arguments import DAY, PATH, TEXT, check_arguments, optional
from exposure.errors import ImportedFileError, unknown_name
from exposure.faults import Fault
from exposure.places import PLACES
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.importing.foreign import (
    ForeignRow,
    ForeignTable,
    number,
    read_foreign,
    require_columns,
)
from exposure.tables.importing.names import country_code
from exposure.tables.importing.overlay_folder import (
    Imported,
    LeftOut,
    replaced_rows,
    source_of,
)
from exposure.tables.schema.policy import SourceRow
from exposure.tables.schema.supply import ComponentRow, SourcingRow
from exposure.terms import Basis
from exposure.wording import place_cure

KIND = "a purchase list by supplier in kg"

COLUMNS = ("supplier", "country", "kg")

CURE = "give the columns these names, one order per row; weights in kg, countries by name or code"

OTHER_UNITS = ("t", "tonnes", "tons", "g", "lb", "lbs", "pounds", "pieces", "pcs", "quantity")
"""Names of columns with a weight in another unit than kg."""


@dataclass(frozen=True)
class Buyers:
    """The buyers whose sourcing the list describes."""

    destination: str = "USA"
    """Place of the buyers."""
    buyer_class: str = "*"
    """``civil``, ``dual``, ``military``, or ``*`` for all."""
    component: str | None = None
    """Component that they buy, if the list has no such column."""
    from_date: date | None = None
    """First day on which the shares hold; None takes the first date of the list."""


def import_purchases(
    path: str | Path,
    dataset: Dataset,
    *,
    component: str | None = None,
    destination: str = "USA",
    buyer_class: str = "*",
    from_date: date | None = None,
) -> Imported:
    """Make an overlay of sourcing from a purchase list.

    Parameters
    ----------
    path
        CSV file with the columns ``supplier``, ``country``, ``kg``, and, where known,
        ``component`` and ``date`` (YYYY-MM-DD).
    dataset
        Tables under the overlay; they must have the component.
    component
        Component that was bought, if the list has no column for it.
    destination
        Place of the buyer.
    buyer_class
        ``civil``, ``dual``, ``military``, or ``*`` for all.
    from_date
        First day on which the shares hold; None takes the first date of the list.

    Returns
    -------
    Imported
        Rows for ``sourcing`` and ``sources``, and everything that was left out. A country that
        the tables have for the same day and the list does not gets a share of 0.

    Raises
    ------
    ImportedFileError
        If the file is something else, or a row cannot be understood; all such rows together.
    UnknownNameError
        If a component is not in the tables.
    """
    check_arguments(
        "import_purchases",
        path=(path, PATH),
        dataset=(dataset, DATASET),
        component=(component, optional(TEXT)),
        destination=(destination, TEXT),
        buyer_class=(buyer_class, TEXT),
        from_date=(from_date, optional(DAY)),
    )
    buyers = Buyers(destination, buyer_class, component, from_date)
    table = _plain_columns(read_foreign(Path(path), kind=KIND, columns=COLUMNS))
    wanted = COLUMNS if component else (*COLUMNS, "component")
    require_columns(table, wanted, cure=_cure(table))
    omitted: list[LeftOut] = []
    orders, faults = _orders(table, buyers, omitted)
    first = from_date or min((order.day for order in orders if order.day), default=None)
    if first is None and not faults:
        cure = "add a column date (YYYY-MM-DD), or give the first day with --from-date"
        faults.append(table.fault("", "no date", "the first day on which the shares hold", cure))
    if faults or first is None:
        raise ImportedFileError(faults)
    source = _source(table)
    shares = list(_shares(dataset, orders, buyers, first, source.source_id))
    rows: Mapping[str, tuple[BaseModel, ...]] = {
        "sourcing": tuple(shares), "sources": (source,)
    }  # fmt: skip
    replaced = replaced_rows(dataset, rows)
    notes = tuple(_notes(dataset, shares, buyers))
    return Imported(table.path, dataset, rows, replaced, tuple(omitted), notes)


def _source(table: ForeignTable) -> SourceRow:
    return source_of(
        table.path,
        source_id="purchases_" + re.sub(r"\W+", "_", table.path.stem.lower()).strip("_"),
        title=f"Purchase list {table.path.name}",
        publisher="own records",
        says="Purchases by supplier and country, in kg.",
    )


@dataclass(frozen=True)
class _Order:
    component: str
    country: str
    kilograms: float
    day: date | None


def _plain_columns(table: ForeignTable) -> ForeignTable:
    """Return the table with its columns in lower case: ``Quantity (kg)`` is ``kg``."""

    def plain(name: str) -> str:
        words = re.sub(r"\W+", "_", name.lower()).strip("_")
        return "kg" if re.fullmatch(r"(.*_)?(kg|kilograms?)", words) else words

    columns = tuple(plain(name) for name in table.columns)
    names = dict(zip(table.columns, columns, strict=True))
    rows = tuple(
        ForeignRow(row.line, {names[key]: cell for key, cell in row.cells.items()})
        for row in table.rows
    )
    return ForeignTable(table.path, columns, rows, table.separator)


def _cure(table: ForeignTable) -> str:
    other = [column for column in table.columns if column in OTHER_UNITS]
    if "kg" not in table.columns and other:
        return f"convert the column {other[0]} to kg, and name it kg; {CURE}"
    return f"{CURE}; one component for all: --component NAME"


def _orders(
    table: ForeignTable, buyers: Buyers, omitted: list[LeftOut]
) -> tuple[list[_Order], list[Fault]]:
    orders: list[_Order] = []
    faults: list[Fault] = []
    for row in table.rows:
        found = list(_faults(table, row))
        weight = number(row.get("kg"), separator=table.separator)
        if found:
            faults += found
        elif weight == 0.0:
            omitted.append(
                LeftOut(row.line, f"an order from {row.get('supplier')}", "it weighs 0 kg")
            )
        else:
            orders.append(
                _Order(
                    row.get("component") or buyers.component or "",
                    country_code(row.get("country")) or "",
                    weight or 0.0,
                    date.fromisoformat(row.get("date")) if row.get("date") else None,
                )
            )
    if not orders and not faults:
        cure = "name a list with at least one order"
        faults.append(table.fault("", "no order with a weight", "at least one", cure))
    return orders, faults


def _faults(table: ForeignTable, row: ForeignRow) -> Iterator[Fault]:
    weight, country = row.get("kg"), row.get("country")
    value = number(weight, separator=table.separator)
    if value is None or value < 0.0:
        cure = "write it as a plain number, such as 1250.5"
        yield table.fault("kg", f"'{weight}'", "a weight in kg, 0 or more", cure, row.line)
    if country_code(country) in (None, "WLD", "EUU"):
        cure = place_cure(country, PLACES)
        yield table.fault("country", f"'{country}'", "a country", cure, row.line)
    if row.get("date") and not _is_day(row.get("date")):
        cure = "write YYYY-MM-DD"
        yield table.fault("date", f"'{row.get('date')}'", "a day that exists", cure, row.line)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text))


def _shares(
    dataset: Dataset, orders: list[_Order], buyers: Buyers, first: date, source_id: str
) -> Iterator[SourcingRow]:
    """Shares by country of every component on the list."""
    known = {row.component: row for row in dataset.rows_of(ComponentRow)}
    for name in dict.fromkeys(order.component for order in orders):
        if name not in known:
            raise unknown_name("component", name, known)
        of_component = [order for order in orders if order.component == name]
        yield from _rows(dataset, known[name], of_component, buyers, first, source_id)


def _rows(
    dataset: Dataset,
    component: ComponentRow,
    orders: list[_Order],
    buyers: Buyers,
    first: date,
    source_id: str,
) -> Iterator[SourcingRow]:
    total = math.fsum(order.kilograms for order in orders)
    stage = component.stages[-1]
    weights: dict[str, float] = {}
    for order in orders:
        weights[order.country] = weights.get(order.country, 0.0) + order.kilograms
    key = (buyers.destination, buyers.buyer_class, component.component, stage, first)
    below = {
        row.country
        for row in dataset.rows_of(SourcingRow)
        if (row.destination, row.buyer_class, row.component, row.stage, row.from_date) == key
    }
    for country in sorted({*weights, *below}):
        share = weights.get(country, 0.0) / total
        yield SourcingRow(
            destination=buyers.destination,
            buyer_class=buyers.buyer_class,
            component=component.component,
            stage=stage,
            country=country,
            from_date=first,
            measure="",
            low=share,
            central=share,
            high=share,
            unit="share",
            basis=Basis.MEASURED,
            rests_on_assumption="",
            source_id=source_id,
            locator=f"orders from {PLACES[country]}",
            note=f"{weights.get(country, 0.0):,.0f} kg of {total:,.0f} kg.",
        )


def _notes(dataset: Dataset, shares: list[SourcingRow], buyers: Buyers) -> Iterator[str]:
    for name in dict.fromkeys(row.component for row in shares):
        first = next(row for row in shares if row.component == name)
        yield (
            f"{name}: holds for all buyers at {buyers.destination} of class {buyers.buyer_class}, "
            f"stage {first.stage}, from {first.from_date}; give a company a component of its own"
        )
        later = sorted(
            row.from_date
            for row in dataset.rows_of(SourcingRow)
            if (row.destination, row.component, row.stage) == (first.destination, name, first.stage)
            and row.from_date > first.from_date
        )
        if later:
            yield f"{name}: from {later[0]} on, the shares of the tables below hold again"
