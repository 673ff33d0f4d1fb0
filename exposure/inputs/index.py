"""Rows of a dataset by what the model asks for; made once for a dataset."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from exposure.tables.dataset import Dataset, RowKey, row_key
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.policy import LicenceQueueRow
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import SourcingRow, StageRow, StageShareRow
from exposure.terms import ANY, CHINA, ShareKind


@dataclass(frozen=True, eq=False)
class Index:
    """Look-up tables over the rows of a dataset."""

    dataset: Dataset

    @cached_property
    def cells(self) -> dict[RowKey, QuantityRow]:
        """Rows that state a figure, by table and key."""
        return {
            row_key(row): row
            for rows in self.dataset.rows.values()
            for row in rows
            if isinstance(row, QuantityRow)
        }

    @cached_property
    def touched(self) -> frozenset[RowKey]:
        """Rows that an overlay or a change by hand states: each is drawn from its own stream."""
        laid = (row for own in self.dataset.overlaid for row in (*own.replaced, *own.added))
        return frozenset((*laid, *((own.table, own.key) for own in self.dataset.changed)))

    @cached_property
    def sectors(self) -> dict[str, SectorRow]:
        """Sectors by id."""
        return {row.sector: row for row in self.dataset.rows_of(SectorRow)}

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Stages, upstream first."""
        rows = sorted(self.dataset.rows_of(StageRow), key=lambda row: row.position)
        return tuple(row.stage for row in rows)

    @cached_property
    def china_years(self) -> dict[tuple[str, str], list[int]]:
        """Years for which China's share of an element and stage is known."""
        years: dict[tuple[str, str], list[int]] = {}
        for row in self.dataset.rows_of(StageShareRow):
            if row.kind is ShareKind.OUTTURN and row.country == CHINA:
                years.setdefault((row.element, row.stage), []).append(row.year)
        return years

    @cached_property
    def sourcing(self) -> dict[tuple[str, str, str, str], list[SourcingRow]]:
        """Sourcing rows by destination, buyer class, component and stage."""
        known: dict[tuple[str, str, str, str], list[SourcingRow]] = {}
        for row in self.dataset.rows_of(SourcingRow):
            key = (row.destination, str(row.buyer_class), row.component, row.stage)
            known.setdefault(key, []).append(row)
        return known

    @cached_property
    def queue(self) -> dict[tuple[str, str, str, str], list[LicenceQueueRow]]:
        """Queue rows by quantity, destination, buyer class and element; the latest begun last."""
        known: dict[tuple[str, str, str, str], list[LicenceQueueRow]] = {}
        for row in self.dataset.rows_of(LicenceQueueRow):
            key = (row.quantity, row.destination, str(row.buyer_class), row.element)
            known.setdefault(key, []).append(row)
        for rows in known.values():
            rows.sort(key=lambda row: row.from_date or date.min)
        return known

    def queue_rows(
        self, quantity: str, destination: str, buyer_class: str, element: str
    ) -> Iterable[list[LicenceQueueRow]]:
        """Sets of queue rows that may hold for a case, the most specific first."""
        for place in dict.fromkeys((destination, ANY)):
            for buyer in dict.fromkeys((buyer_class, ANY)):
                for metal in dict.fromkeys((element, ANY)):
                    rows = self.queue.get((quantity, place, buyer, metal))
                    if rows:
                        yield rows

    def queue_row(
        self, quantity: str, destination: str, *, buyer_class: str, element: str, day: date
    ) -> LicenceQueueRow | None:
        """Queue row in force for a case on a day; None where there is none.

        The most specific row decides (destination before buyer class before element), among
        those the one that began last.
        """
        for rows in self.queue_rows(quantity, destination, buyer_class, element):
            begun = [row for row in rows if row.from_date is None or row.from_date <= day]
            if begun:
                return begun[-1]
        return None
