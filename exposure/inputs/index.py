"""Look-up of the rows of a dataset, made once per dataset."""

import itertools
import operator
import threading
from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property

from exposure.inputs.changed_keys import Group, QuestionGroups, changed_keys, known_among
from exposure.inputs.figure_rows import FigureRows, figure_rows, together
from exposure.inputs.keys import RowKeys
from exposure.inputs.parts import Question, Trace, answer_of, differ, question
from exposure.inputs.queue_rows import ByCase, by_case, row_in_force
from exposure.inputs.streams import sample_of
from exposure.tables.dataset import Dataset, Row, RowKey
from exposure.tables.schema.demand import BuyerRow, NeedRow, SectorRow
from exposure.tables.schema.policy import LicenceQueueRow
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import (
    ComponentElementRow,
    ComponentRow,
    NewSupplyRow,
    PoolUserRow,
    RecyclingRow,
    ReserveRow,
    SourcingRow,
    StageRow,
    StageShareRow,
)
from exposure.terms import ANY, CHINA, ShareKind

_serials = itertools.count()


class Index:
    """Look-up tables over the rows of a dataset, with a record of the questions asked.

    Its methods are questions (see `exposure.inputs.parts`). Code that reads the tables in any other
    way is assumed to depend on all of them.
    """

    def __init__(
        self,
        dataset: Dataset,
        root: "Index | None" = None,
        redrawn: frozenset[str] = frozenset(),
    ) -> None:
        self._dataset = dataset
        self._root = root
        self._redrawn = redrawn
        self.serial = next(_serials)
        self.answers: Trace = {}
        self._moved: frozenset[Question] = frozenset()
        self._comparing = threading.Lock()
        self._all_compared = 0
        self._compared: dict[Group, int] = {}
        self._groups = QuestionGroups()
        self._cells_of: dict[str, dict[tuple[str, ...], QuantityRow]] = {}
        self._figures_of: dict[str, FigureRows] = {}
        self._apart: dict[str, frozenset[tuple[str, ...]]] = {}
        self.keys: RowKeys = RowKeys() if root is None else root.keys

    @property
    def root(self) -> "Index":
        """Index of the tables from which these were derived."""
        return self._root or self

    @property
    def moved(self) -> AbstractSet[Question]:
        """Questions asked of the root whose answers differ here."""
        root = self._root
        if root is not None and len(root.answers) > self._all_compared:
            with self._comparing:
                self._compare_with(root)
        return self._moved

    def _compare_with(self, root: "Index") -> None:
        """Compare the answers of the root that have not been compared yet."""
        known = len(root.answers)
        for group, questions in root._groups.of(root.answers).items():
            count = len(questions)
            # A new set: other threads may be reading the present one.
            self._moved |= self._moved_among(group, questions[self._compared.get(group, 0) : count])
            self._compared[group] = count
        # Only now: another thread must not rely on what is not yet compared.
        self._all_compared = known

    def _moved_among(self, group: Group, questions: Sequence[Question]) -> AbstractSet[Question]:
        """Those of some questions that have another answer than in the root."""
        name, table = group
        if not questions or table in self._shared_tables:
            return frozenset()
        if name == "sample_of" and self._redrawn == self.root._redrawn:
            return frozenset()
        answers = self.root.answers
        # Few rows differ: their questions are looked up, instead of a search through all.
        if name == "is_touched":
            questions = known_among(answers, ((name, (key,)) for key in self._newly_touched))
        if name == "cell":
            apart = self._keys_apart(table)
            questions = known_among(answers, ((name, (table, key)) for key in apart))
        return {asked for asked in questions if differ(answer_of(self, asked), answers[asked])}

    def _keys_apart(self, table: str) -> AbstractSet[Hashable]:
        """Keys of a table under which the root has a different, a missing or an extra row."""
        if table not in self._apart:
            both = (self._dataset, self.root._dataset)
            rows, root = (tables.rows.get(table, ()) for tables in both)
            self._apart[table] = changed_keys(self.keys, rows, root)
        return self._apart[table]

    @cached_property
    def _newly_touched(self) -> frozenset[RowKey]:
        return self.touched ^ self.root.touched

    @cached_property
    def _shared_tables(self) -> frozenset[str]:
        """Tables whose rows are identical in the root."""
        if self._root is None:
            return frozenset()
        rows, root = self._dataset.rows, self._root._dataset.rows
        return frozenset(
            name
            for name in rows
            if len(rows[name]) == len(root.get(name, ()))
            and all(map(operator.is_, rows[name], root[name]))
        )

    def _shares(self, table: str) -> "Index | None":
        """The root, if its rows of a table are identical."""
        return self._root if table in self._shared_tables else None

    @property
    def dataset(self) -> Dataset:
        """The tables."""
        self.every_table()
        return self._dataset

    def of_equal(self, dataset: Dataset, redrawn: frozenset[str]) -> bool:
        """True if a dataset has equal rows, with the same ones touched and redrawn."""
        held = self._dataset
        if redrawn != self._redrawn:
            return False
        return held is dataset or (
            (held.digest, held.overlaid, held.changed)
            == (dataset.digest, dataset.overlaid, dataset.changed)
        )

    def comes_from(self, dataset: Dataset) -> bool:
        """True if a dataset has the same tables below its overlays and changes."""
        return self._dataset.base == dataset.base

    @question
    def every_table(self) -> tuple[str, frozenset[RowKey]]:
        """Identification of the tables: a hash of all rows, and the rows touched."""
        return self._dataset.digest, self.touched

    @question
    def sample_of(self, stream: str) -> str:
        """Name of the sample, one of two independent ones of the seed, that a stream uses.

        A part that uses no redrawn input is therefore reused.
        """
        return sample_of(stream, self._redrawn)

    @question
    def table(self, model: type[Row]) -> tuple[Row, ...]:
        """Rows of a table."""
        return self._dataset.rows_of(model)

    @property
    def figures(self) -> FigureRows:
        """Keys of the rows with a figure."""
        self.every_table()
        return self._figures

    @cached_property
    def _figures(self) -> FigureRows:
        return together(map(self._figures_in, self._dataset.rows))

    def _figures_in(self, table: str) -> FigureRows:
        if table not in self._figures_of:
            root = self._shares(table)
            self._figures_of[table] = (
                figure_rows(self.keys, self._cells_in(table).values())
                if root is None
                else root._figures_in(table)
            )
        return self._figures_of[table]

    @property
    def cells(self) -> dict[RowKey, QuantityRow]:
        """Rows with a figure, by table and key."""
        self.every_table()
        return self._cells

    @cached_property
    def _cells(self) -> dict[RowKey, QuantityRow]:
        return {
            (name, key): row
            for name in self._dataset.rows
            for key, row in self._cells_in(name).items()
        }

    def _cells_in(self, table: str) -> dict[tuple[str, ...], QuantityRow]:
        """Rows of a table with a figure, by key."""
        if table not in self._cells_of:
            root = self._shares(table)
            self._cells_of[table] = (
                {
                    self.keys.of(row)[1]: row
                    for row in self._dataset.rows.get(table, ())
                    if isinstance(row, QuantityRow)
                }
                if root is None
                else root._cells_in(table)
            )
        return self._cells_of[table]

    @question
    def cell(self, table: str, key: tuple[str, ...]) -> QuantityRow | None:
        """Row of a table with a figure; None if there is none."""
        return self._cells_in(table).get(key)

    @cached_property
    def touched(self) -> frozenset[RowKey]:
        """Rows stated by an overlay or by a user's change; each is drawn from its own stream."""
        overlaid, changed = self._dataset.overlaid, self._dataset.changed
        overlay_rows = (row for overlay in overlaid for row in (*overlay.replaced, *overlay.added))
        return frozenset((*overlay_rows, *((change.table, change.key) for change in changed)))

    @question
    def is_touched(self, key: RowKey) -> bool:
        """True if a row is stated by an overlay or by a user's change."""
        return key in self.touched

    @property
    def sectors(self) -> dict[str, SectorRow]:
        """Sectors by id."""
        self.table(SectorRow)
        return self._sectors

    @cached_property
    def _sectors(self) -> dict[str, SectorRow]:
        return {row.sector: row for row in self._dataset.rows_of(SectorRow)}

    @question
    def sector(self, sector: str) -> SectorRow | None:
        """Row of a sector; None if there is none."""
        return self._sectors.get(sector)

    @question
    def buyers(self, sector: str) -> tuple[BuyerRow, ...]:
        """Buyers of a sector."""
        return tuple(row for row in self._dataset.rows_of(BuyerRow) if row.sector == sector)

    @question
    def components_needed(self, sector: str) -> tuple[str, ...]:
        """Components without which part of a sector's output cannot ship, sorted by id."""
        known = self._sectors.get(sector)
        named = (sector, "" if known is None else known.uncertainty_group)
        return tuple(
            sorted(
                {
                    row.component
                    for row in self._dataset.rows_of(NeedRow)
                    if row.sector in named and row.quantity == "criticality_share"
                }
            )
        )

    @question
    def component(self, component: str) -> ComponentRow:
        """Row of a component."""
        rows = self._dataset.rows_of(ComponentRow)
        return next(row for row in rows if row.component == component)

    @question
    def component_elements(self, component: str) -> tuple[ComponentElementRow, ...]:
        """Rows on the elements of a component."""
        rows = self._dataset.rows_of(ComponentElementRow)
        return tuple(row for row in rows if row.component == component)

    @question
    def elements_of_pool(self, pool: str) -> tuple[ComponentElementRow, ...]:
        """Elements of components that a pool supplies."""
        rows = self._dataset.rows_of(ComponentElementRow)
        return tuple(row for row in rows if row.pool == pool)

    @question
    def pool_users(self, pool: str) -> tuple[PoolUserRow, ...]:
        """Figures of the users of a pool."""
        return tuple(row for row in self._dataset.rows_of(PoolUserRow) if row.pool == pool)

    @question
    def new_supply(self, element: str) -> tuple[NewSupplyRow, ...]:
        """Figures of plants for an element."""
        return tuple(row for row in self._dataset.rows_of(NewSupplyRow) if row.element == element)

    @question
    def reserves(self, pool: str) -> tuple[ReserveRow, ...]:
        """Figures of reserves of a pool."""
        return tuple(row for row in self._dataset.rows_of(ReserveRow) if row.pool == pool)

    @question
    def recycling(self, pool: str) -> tuple[RecyclingRow, ...]:
        """Figures of recycling into a pool."""
        return tuple(row for row in self._dataset.rows_of(RecyclingRow) if row.pool == pool)

    @property
    def stages(self) -> tuple[str, ...]:
        """Stages, upstream first."""
        rows = sorted(self.table(StageRow), key=lambda row: row.position)
        return tuple(row.stage for row in rows)

    @question
    def china_years(self, element: str, stage: str) -> tuple[int, ...]:
        """Years for which China's share of an element and stage is known."""
        return tuple(self._china_years[(element, stage)])

    @cached_property
    def _china_years(self) -> dict[tuple[str, str], list[int]]:
        years: dict[tuple[str, str], list[int]] = {}
        for row in self._dataset.rows_of(StageShareRow):
            if row.kind is ShareKind.OUTTURN and row.country == CHINA:
                years.setdefault((row.element, row.stage), []).append(row.year)
        return years

    @question
    def sourcing(
        self, destination: str, buyer_class: str, component: str, stage: str
    ) -> tuple[SourcingRow, ...]:
        """Rows on the sourcing of a stage of a component by certain buyers."""
        return tuple(self._sourcing.get((destination, buyer_class, component, stage), ()))

    @question
    def sourcing_of(
        self, destination: str, buyer_class: str, component: str
    ) -> tuple[SourcingRow, ...]:
        """Rows on the sourcing of a component by certain buyers, including rows of all buyers."""
        return tuple(
            row
            for (place, kind, item, _), rows in self._sourcing.items()
            if place in (destination, ANY) and item == component and kind in (ANY, buyer_class)
            for row in rows
        )

    @cached_property
    def _sourcing(self) -> dict[tuple[str, str, str, str], list[SourcingRow]]:
        root = self._shares("sourcing")
        if root is not None:
            return root._sourcing
        known: dict[tuple[str, str, str, str], list[SourcingRow]] = {}
        for row in self._dataset.rows_of(SourcingRow):
            key = (row.destination, str(row.buyer_class), row.component, row.stage)
            known.setdefault(key, []).append(row)
        return known

    @question
    def queue_places(self) -> frozenset[str]:
        """Destinations that the table of the queue names."""
        return frozenset(row.destination for row in self._dataset.rows_of(LicenceQueueRow))

    @question
    def queue_days(self, destination: str) -> frozenset[date]:
        """Days on which a row of the queue begins for a destination."""
        return frozenset(
            row.from_date
            for row in self._dataset.rows_of(LicenceQueueRow)
            if row.from_date and row.destination in (destination, ANY)
        )

    @cached_property
    def _queue(self) -> ByCase:
        root = self._shares("licence_queue")
        if root is not None:
            return root._queue
        return by_case(self._dataset.rows_of(LicenceQueueRow))

    def queue_row(
        self, quantity: str, destination: str, *, buyer_class: str, element: str, day: date
    ) -> LicenceQueueRow | None:
        """Queue row in force for a case on a day; None if there is none.

        The most specific row decides (destination before buyer class before element); among
        equally specific rows the one that began last.
        """
        return self.queue_row_of(quantity, destination, buyer_class, element, day)

    @question
    def queue_row_of(
        self, quantity: str, destination: str, buyer_class: str, element: str, day: date
    ) -> LicenceQueueRow | None:
        """Return the queue row in force, with arguments by position."""
        return row_in_force(self._queue, (quantity, destination, buyer_class, element), day)
