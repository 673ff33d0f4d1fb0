"""The only way from rows to arrays: draws of cells, with a record of which reader used which row.

A missing row stays missing, a duration is a whole number of weeks, and shares of one whole are
scaled to sum to 1 in each draw. Cells of one sector and one quantity share a random stream, because
the uncertainty of a sector's stocks or needs is common to its components; so do the sourcing shares
of one set of buyers, and the dates of one project. A row stated by an overlay or by a user's change
has a stream of its own. The value added of an industry is one figure, wherever it is stated: the
rows of all its sectors share a stream.

Every array has shape (D,), one value per draw, in the unit of its row.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import TypeVar

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.figures import Drawn, Figures, figures_of
from exposure.inputs.index import Index
from exposure.inputs.indexes import index_of
from exposure.inputs.parts import (
    MOST_DRAWS,
    Notes,
    Part,
    make_part,
    write_down,
    written_down,
)
from exposure.inputs.streams import Sampler, correlated, triangular, whole_weeks
from exposure.tables.dataset import Dataset, Row, RowKey, row_key
from exposure.tables.schema.demand import (
    CoverQuantity,
    CoverRow,
    NeedQuantity,
    NeedRow,
    SectorRow,
    SectorValueQuantity,
    SectorValueRow,
    SubstitutionQuantity,
    SubstitutionRow,
)
from exposure.tables.schema.policy import LicenceQueueRow, ParameterName
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import (
    NewSupplyQuantity,
    NewSupplyRow,
    PoolQuantity,
    PoolUserRow,
    ReserveQuantity,
    SourcingRow,
)
from exposure.terms import ANY, CHINA, BuyerClass, ShareKind, Tier

Made = TypeVar("Made")
"""Type of a part of a run."""

SHARED_TABLES = (CoverRow, NeedRow, SubstitutionRow)
"""Tables in which the cells of one sector and quantity share a stream."""

Measures = Mapping[str, date | None]
"""Day from which each rule on the buyers' side is in force; None if it is repealed."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """A dataset and a sampler: figures as arrays over draws, and a record of the rows read."""

    index: Index
    sampler: Sampler
    reader: str = ""
    """Reader for which cells are read."""
    kept: bool = False
    """True if parts made from them are kept for other runs."""
    notes: dict[str, set[RowKey]] = field(default_factory=dict, repr=False)
    """Rows that each reader read."""
    _figures: Figures = field(default_factory=Figures, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    """Lock of the notes, which blocks of draws in several threads share."""

    @classmethod
    def of(cls, dataset: Dataset, sampler: Sampler) -> "Inputs":
        """Draw from a dataset."""
        return cls(index_of(dataset, sampler.redrawn), sampler, kept=sampler.size <= MOST_DRAWS)

    def with_sampler(self, sampler: Sampler, *, kept: bool | None = None) -> "Inputs":
        """Return the same tables with other draws; rows that are read are noted together.

        Parameters
        ----------
        sampler
            The other draws.
        kept
            Whether parts made from them are kept; None if they are kept as those of these draws.
        """
        kept = self.kept if kept is None else kept
        figures = figures_of(self.index, sampler, kept=kept)
        return Inputs(self.index, sampler, self.reader, kept, self.notes, figures, self._lock)

    def under(self, reader: str) -> "Inputs":
        """Return the same figures for another reader."""
        return self._with(reader, self.notes, self._lock)

    def _with(self, reader: str, notes: dict[str, set[RowKey]], lock: Lock) -> "Inputs":
        # Not `dataclasses.replace`, which would take most of the time of a look-up.
        return Inputs(self.index, self.sampler, reader, self.kept, notes, self._figures, lock)

    def note(self, rows: Iterable[RowKey]) -> None:
        """Record rows as read."""
        with self._lock:
            self.notes.setdefault(self.reader, set()).update(rows)

    def read_by(self, reader: str) -> frozenset[RowKey]:
        """Rows that a reader has read so far."""
        with self._lock:
            return frozenset(self.notes.get(reader, ()))

    def borrow(self, reader: str) -> None:
        """Record all rows of another reader for this reader too."""
        with self._lock:
            self.notes.setdefault(self.reader, set()).update(self.notes.get(reader, ()))

    def rows_of(self, model: type[Row]) -> tuple[Row, ...]:
        """Rows of a table."""
        return self.index.table(model)

    def destination(self, sector: str) -> str:
        """Country or region of a sector's makers."""
        return self.described(sector).destination

    def described(self, sector: str) -> SectorRow:
        """Row of a sector."""
        row = self.index.sector(sector)
        if row is None:
            raise KeyError(f"sectors|{sector}")
        return row

    def part(
        self,
        *name: Hashable,
        make: Callable[["Inputs"], Made],
        weigh: Callable[[Made], int] | None = None,
    ) -> Part[Made]:
        """Part of a run made from these figures, reused if it was made before from equal ones.

        Parameters
        ----------
        name
            Its name, and everything on which it depends except tables and draws.
        make
            Function that makes it from these inputs and reads nothing else.
        weigh
            Function that gives the bytes of its arrays; None for `exposure.inputs.parts.size_of`.
        """

        def with_notes() -> tuple[Made, Notes]:
            traced = self._with(self.reader, {}, Lock())
            made = make(traced)
            return made, {reader: frozenset(rows) for reader, rows in traced.notes.items()}

        part = make_part(
            (*name, self.sampler.key), self.index, with_notes, kept=self.kept, weigh=weigh
        )
        with self._lock:
            for reader, rows in part.notes.items():
                self.notes.setdefault(reader, set()).update(rows)
        return part

    @property
    def draws(self) -> int:
        """Number of draws D."""
        return self.sampler.size

    def draw(self, row: QuantityRow) -> FloatArray:
        """Draws of one row."""
        drawn = self._figures.rows.get(id(row))
        if drawn is None:
            key = self.index.keys.of(row)
            traced = self._with(self.reader, {}, Lock())
            with written_down() as trace:
                values = traced._sample(row, key)
            values = whole_weeks(values) if row.definition().whole else values
            drawn = Drawn(row, values, traced.read_by(self.reader) | {key}, trace)
            self._figures.rows[id(row)] = drawn
        else:
            write_down(drawn.trace)
        self.note(drawn.rows)
        return drawn.values

    def _sample(self, row: QuantityRow, key: RowKey) -> FloatArray:
        if row.low == row.high:
            return np.full(self.draws, row.central)
        industry = self._industry_stream(row)
        if industry is not None:
            return triangular(self.uniform(industry), row)
        stream = "|".join((key[0], *key[1]))
        if self.index.is_touched(key):
            return triangular(self.uniform(stream), row)
        quantile = self.uniform(shared_stream(row) or stream)
        if isinstance(row, CoverRow) and row.quantity == "stock_weeks":
            quantile = self._correlated_stock(quantile, row.sector)
        return triangular(quantile, row)

    def _industry_stream(self, row: QuantityRow) -> str | None:
        """Stream of the value added of an industry; None for any other figure."""
        if not isinstance(row, SectorValueRow) or row.quantity != "industry_value_added_musd":
            return None
        known = self.index.sector(row.sector)
        if known is None:
            return None
        return "|".join(("sector_values", known.destination, known.industry_code, row.quantity))

    def _correlated_stock(self, quantile: FloatArray, sector: str) -> FloatArray:
        """Stock of a sector, or of a whole group, given what its group has in common."""
        known = self.index.sector(sector)
        group = sector if known is None else known.uncertainty_group
        correlation = self.parameter("stock_correlation", group)
        if correlation is None or not correlation.any():
            return quantile
        return correlated(quantile, self.uniform(f"cover|group|{group}|stock_weeks"), correlation)

    def uniform(self, stream: str) -> FloatArray:
        """Uniform numbers of a stream."""
        self.index.sample_of(stream)  # records that the stream was drawn
        if stream not in self._figures.uniform:
            self._figures.uniform[stream] = self.sampler.uniform(stream)
        return self._figures.uniform[stream]

    def value(self, table: str, *key: str) -> FloatArray | None:
        """Draws of a cell by table and key; None if there is no such row."""
        row = self.index.cell(table, key)
        return None if row is None else self.draw(row)

    def require(self, table: str, *key: str) -> FloatArray:
        """Draws of a cell that the checks of the tables guarantee to be present."""
        drawn = self.value(table, *key)
        if drawn is None:
            raise KeyError("|".join((table, *key)))
        return drawn

    def _of_sector(
        self, table: str, sector: str, component: str, quantity: str
    ) -> FloatArray | None:
        """A figure of a sector from its own row, or else from the row of its group."""
        value = self.value(table, sector, component, quantity)
        if value is not None:
            return value
        known = self.index.sector(sector)
        return (
            None
            if known is None
            else self.value(table, known.uncertainty_group, component, quantity)
        )

    def need(self, sector: str, component: str, quantity: NeedQuantity) -> FloatArray | None:
        """A figure of ``needs``."""
        return self._of_sector("needs", sector, component, quantity)

    def cover(self, sector: str, component: str, quantity: CoverQuantity) -> FloatArray | None:
        """A figure of ``cover``."""
        return self._of_sector("cover", sector, component, quantity)

    def substitution(
        self, sector: str, component: str, quantity: SubstitutionQuantity
    ) -> FloatArray | None:
        """A figure of ``substitution``."""
        return self._of_sector("substitution", sector, component, quantity)

    def sector_value(self, sector: str, quantity: SectorValueQuantity) -> FloatArray | None:
        """A figure of ``sector_values``."""
        return self.value("sector_values", sector, quantity)

    def parameter(self, name: ParameterName, scope: str = ANY) -> FloatArray | None:
        """A constant for an element or group, or else the constant for all."""
        scoped = self.value("parameters", name, scope)
        return self.value("parameters", name, ANY) if scoped is None else scoped

    def constant(self, name: ParameterName, scope: str = ANY, *, absent: float) -> FloatArray:
        """A constant that the tables may omit; the value `absent` switches its mechanism off."""
        drawn = self.parameter(name, scope)
        return np.full(self.draws, absent) if drawn is None else drawn

    def pool_user(self, pool: str, user: str, quantity: PoolQuantity) -> FloatArray | None:
        """A figure of ``pool_users``."""
        return self.value("pool_users", pool, user, quantity)

    def reserve(self, element: str, holder: str, quantity: ReserveQuantity) -> FloatArray | None:
        """A figure of ``reserves``."""
        return self.value("reserves", element, holder, quantity)

    def new_supply(
        self, project: str, element: str, stage: str, quantity: NewSupplyQuantity
    ) -> FloatArray:
        """A figure of ``new_supply``."""
        return self.require("new_supply", project, element, stage, quantity)

    def luck(self, project: str) -> FloatArray:
        """Uniform number that decides whether a project succeeds, for all its elements or none."""
        return self.uniform(f"chance|new_supply|{project}")

    def china_share(self, element: str, stage: str, *, year: int) -> FloatArray:
        """China's share of world output at a stage, from the latest outturn up to a year."""
        years = self.index.china_years(element, stage)
        newest = max((y for y in years if y <= year), default=min(years))
        return self.require("stage_shares", element, stage, CHINA, str(newest), ShareKind.OUTTURN)

    def buyers(self, sector: str) -> dict[tuple[BuyerClass, Tier], FloatArray]:
        """Shares of a sector's output by buyer class and tier; each draw sums to 1."""
        shares = {(row.buyer_class, row.tier): self.draw(row) for row in self.index.buyers(sector)}
        total = sum(shares.values(), np.zeros(self.draws))
        return {buyer: share / total for buyer, share in shares.items()}

    def sourcing_days(
        self, destination: str, buyer: BuyerClass, component: str, *, measures: Measures
    ) -> list[date]:
        """Days on which the sourcing of these buyers changes, for any stage."""
        days = {
            begun
            for row in self.index.sourcing_of(destination, str(buyer), component)
            if (begun := begins(row, measures)) is not None
        }
        return sorted(days)

    def sourced_share(
        self,
        destination: str,
        buyer: BuyerClass,
        component: str,
        *,
        stage: str,
        day: date,
        measures: Measures,
    ) -> FloatArray | None:
        """China's share in the purchases of certain buyers on a day; None for the world share.

        The buyers' own rows come before those of all buyers at the destination, and those before
        the rows of all buyers outside China. A set of rows without China means that they buy
        nothing from it at that stage.
        """
        places = ((destination, str(buyer)), (destination, ANY), (ANY, str(buyer)), (ANY, ANY))
        for place, kind in dict.fromkeys(places):
            rows = self.index.sourcing(place, kind, component, stage)
            begun = [
                (start, row) for row in rows if (start := begins(row, measures)) and start <= day
            ]
            if begun:
                newest = max(start for start, _ in begun)
                in_force = [row for start, row in begun if start == newest]
                china = [row for row in in_force if row.country == CHINA]
                self.note({self.index.keys.of(row) for row in china or in_force})
                return self.draw(china[0]) if china else np.zeros(self.draws)
        return None

    def queue_row(
        self, quantity: str, destination: str, *, buyer_class: str = ANY, element: str = ANY,
        day: date,
    ) -> LicenceQueueRow:  # fmt: skip
        """Row of ``licence_queue`` in force for a case on a day."""
        row = self.index.queue_row(
            quantity, destination, buyer_class=buyer_class, element=element, day=day
        )
        if row is None:
            raise KeyError(f"licence_queue|{destination}|{quantity}")
        return row


def begins(row: SourcingRow, measures: Measures) -> date | None:
    """Day from which a sourcing row holds; None if its rule is repealed."""
    return measures.get(row.measure, row.from_date) if row.measure else row.from_date


def shared_stream(row: QuantityRow) -> str | None:
    """Stream that a row shares with others; None for a row with its own stream."""
    if isinstance(row, SHARED_TABLES):
        table, _ = row_key(row)
        return f"{table}|{row.sector}|{row.quantity}"
    if isinstance(row, SourcingRow):
        return "|".join(
            ("sourcing", row.destination, str(row.buyer_class), row.stage, str(row.from_date))
        )
    if isinstance(row, NewSupplyRow) and row.quantity in ("slip_weeks", "ramp_weeks"):
        return f"new_supply|{row.project}|{row.quantity}"
    if isinstance(row, PoolUserRow) and row.quantity == "order_class":
        return f"pool_users|{row.served_like or row.user}|{row.quantity}"
    return None
