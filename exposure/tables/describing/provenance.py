"""Where every figure of a sector, or of a table, comes from.

Tells which rows enter a sector's score by the same rules by which the model reads them: the
newest outturn year not later than the start, a destination's own sourcing and queue rows before
the default ones. The value at risk is added, since it stands beside the score. Descriptive rows
that carry a source (control dates, make-up of components) are listed without a value. All
components together load the licence queue; that table is not repeated for each sector.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from exposure.arguments import DAY, TEXT, check_arguments
from exposure.errors import unknown_name
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow, split_list
from exposure.terms import ANY, CHINA, Grade, ShareKind

if TYPE_CHECKING:
    import pandas as pd

START = date(2025, 4, 4)
"""Day on which the shipped scenarios begin: China put seven elements under licence."""

VALUE_AT_RISK = ("industry_value_added_musd", "industry_share")
"""Quantities of ``sector_values`` that a result uses."""

COLUMNS = (
    "table", "key", "value", "low", "high", "unit", "basis", "source_id", "locator", "grade",
    "publisher", "address", "note",
)  # fmt: skip
"""Columns of the answer: the row, its figure, how it is known, who says so."""

WEAKEST_LAST = tuple(Grade)
"""Grades, strongest first."""

Found = tuple[str, Any]
"""Table name and row."""


def provenance(dataset: Dataset, what: str, *, start: date = START) -> "pd.DataFrame":
    """List every row behind a sector's score, or every row of a table, with its sources.

    Parameters
    ----------
    dataset
        Tables, from `read_dataset`.
    what
        Id of a sector, such as ``"missiles"``, or name of a table, such as ``"stage_shares"``.
    start
        First day of the scenario; it decides the year of the shares and the sourcing in force.

    Returns
    -------
    pandas.DataFrame
        One row a fact, in the order of the tables. ``key`` joins the key columns by ``", "``;
        ``value`` is the central figure; ``grade`` is that of the weakest source. Columns are
        those of `COLUMNS`; a descriptive row has no value, a row without source no grade.

    Raises
    ------
    UnknownNameError
        If there is no such sector or table.

    Examples
    --------
    >>> import exposure as ex
    >>> rows = provenance(ex.read_dataset(), "missiles")
    >>> rows.loc[rows["table"] == "needs", "key"].tolist()
    ['missiles, ndfeb_heavy_magnet, criticality_share', 'missiles, smco_magnet, criticality_share']
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments("provenance", dataset=(dataset, DATASET), what=(what, TEXT), start=(start, DAY))
    sources = {row.source_id: row for row in _rows(dataset, "sources")}
    sectors = dataset.sector_ids()
    found: Iterable[Found]
    if what in sectors:
        found = rows_behind(dataset, what, start=start)
    elif what in TABLES:
        found = ((what, row) for row in _rows(dataset, what))
    else:
        raise unknown_name("sector or table", what, {*sectors, *TABLES})
    records = [_record(name, row, sources) for name, row in found]
    return pd.DataFrame.from_records(records, columns=list(COLUMNS))


def rows_behind(dataset: Dataset, sector: str, *, start: date = START) -> list[Found]:
    """Rows that enter the score of a sector, or its value at risk, in the order of the tables.

    Parameters
    ----------
    dataset
        Tables, from `read_dataset`.
    sector
        Id of a sector.
    start
        First day of the scenario.
    """
    trail = _Trail(dataset, sector, start)
    found = {(name, id(row)): (name, row) for name, row in trail.rows()}
    order = {(name, id(row)): i for name in TABLES for i, row in enumerate(_rows(dataset, name))}
    tables = list(TABLES)
    return [found[key] for key in sorted(found, key=lambda k: (tables.index(k[0]), order[k]))]


@dataclass(frozen=True)
class _Trail:
    """Follows the rows that the model reads for one sector."""

    dataset: Dataset
    sector: str
    start: date

    def rows(self) -> Iterator[Found]:
        yield from self._descriptions()
        yield from self._own()
        yield from self._shares()
        yield from self._plants()
        yield from self._licences()

    @cached_property
    def components(self) -> list[Any]:
        """Components that the sector's output depends on."""
        needed = {
            row.component for row in self._of_sector("needs") if row.quantity == "criticality_share"
        }
        return [row for row in _rows(self.dataset, "components") if row.component in needed]

    @cached_property
    def destination(self) -> str:
        return str(self._of_sector("sectors")[0].destination)

    @cached_property
    def buyer_classes(self) -> set[str]:
        return {str(row.buyer_class) for row in self._of_sector("buyers")}

    def _of_sector(self, table: str) -> list[Any]:
        return [row for row in _rows(self.dataset, table) if row.sector == self.sector]

    def _descriptions(self) -> Iterator[Found]:
        elements = {element for row in self.components for element in row.elements}
        for row in _rows(self.dataset, "elements"):
            if row.element in elements:
                yield "elements", row
        for row in self.components:
            yield "components", row

    def _own(self) -> Iterator[Found]:
        """Rows under the sector's own key."""
        names = {row.component for row in self.components}
        yield from (
            ("sector_values", r)
            for r in self._of_sector("sector_values")
            if r.quantity in VALUE_AT_RISK
        )
        yield from (("buyers", row) for row in self._of_sector("buyers"))
        for table in ("needs", "cover", "substitution"):
            for row in self._of_sector(table):
                if row.component in names and row.quantity != "mass_kg_per_unit":
                    yield table, row

    def _shares(self) -> Iterator[Found]:
        """What these buyers buy from China, and the world's share where that is not known."""
        for component, buyer in product(self.components, sorted(self.buyer_classes)):
            for stage, day in product(component.stages, self._turns(component.component, buyer)):
                sourced = self._sourced(component.component, buyer, stage, day)
                yield from (("sourcing", row) for row in sourced)
                if not sourced:
                    for element in component.elements:
                        yield from self._world_share(element, stage)

    def _sourcing(self, component: str, kinds: tuple[str, ...]) -> list[Any]:
        return [
            row
            for row in _rows(self.dataset, "sourcing")
            if (row.destination, row.component) == (self.destination, component)
            and str(row.buyer_class) in kinds
        ]

    def _turns(self, component: str, buyer: str) -> list[date]:
        """Start, and the later days on which the sourcing of these buyers changes."""
        days = {row.from_date for row in self._sourcing(component, (buyer, ANY))}
        return sorted({self.start, *(day for day in days if day > self.start)})

    def _sourced(self, component: str, buyer: str, stage: str, day: date) -> list[Any]:
        """Row of China in force on a day; the whole set where China is not in it."""
        for kind in (buyer, ANY):
            rows = [
                row
                for row in self._sourcing(component, (kind,))
                if row.stage == stage and row.from_date <= day
            ]
            newest = max((row.from_date for row in rows), default=None)
            in_force = [row for row in rows if row.from_date == newest]
            if in_force:
                return [row for row in in_force if row.country == CHINA] or in_force
        return []

    def _world_share(self, element: str, stage: str) -> Iterator[Found]:
        """China's share in the newest outturn year up to the start, else the first one."""
        rows = [
            row
            for row in _rows(self.dataset, "stage_shares")
            if (row.element, row.stage, row.country) == (element, stage, CHINA)
            and row.kind is ShareKind.OUTTURN
        ]
        known = [row.year for row in rows]
        year = max((y for y in known if y <= self.start.year), default=min(known, default=None))
        yield from (("stage_shares", row) for row in rows if row.year == year)

    def _plants(self) -> Iterator[Found]:
        """New plants at a stage of a component, and the use against which their tonnes count."""
        for component, element in ((c, e) for c in self.components for e in c.elements):
            plants = [
                row
                for row in _rows(self.dataset, "new_supply")
                if row.element == element and row.stage in component.stages
            ]
            if not plants:
                continue
            yield from (("new_supply", row) for row in plants)
            for row in _rows(self.dataset, "demand"):
                if (row.element, row.destination) == (element, "WLD"):
                    yield "demand", row
            for stage in component.stages:
                yield from self._world_share(element, stage)

    def _licences(self) -> Iterator[Found]:
        """The office as it treats these buyers, and the processing countries upstream."""
        queue = _rows(self.dataset, "licence_queue")
        for place in {self.destination, *(row.processed_in for row in self.components)}:
            own = {row.quantity for row in queue if row.destination == place}
            for row in queue:
                if row.destination == (place if row.quantity in own else ANY):
                    yield "licence_queue", row
        for row in _rows(self.dataset, "parameters"):
            yield "parameters", row


def _rows(dataset: Dataset, table: str) -> tuple[Any, ...]:
    return tuple(dataset.rows.get(table, ()))


def _record(table: str, row: Any, sources: dict[str, Any]) -> tuple[object, ...]:  # noqa: ANN401
    key = ", ".join(str(getattr(row, column)) for column in TABLES[table].key)
    cited = [sources[name] for name in split_list(getattr(row, "source_id", "")) if name in sources]
    figure: tuple[object, ...] = (None, None, None, "", "")
    if isinstance(row, QuantityRow):
        figure = (row.central, row.low, row.high, row.unit, str(row.basis))
    return (
        table,
        key,
        *figure,
        getattr(row, "source_id", ""),
        getattr(row, "locator", ""),
        str(max((s.grade for s in cited), key=WEAKEST_LAST.index, default="")),
        "; ".join(s.publisher for s in cited),
        "; ".join(s.address for s in cited),
        getattr(row, "note", ""),
    )


def learnt_later(dataset: Dataset, day: date) -> tuple[int, int]:
    """How many figures come from sources that were published after a day, and of how many.

    A replay from a past day hides later rules, events and observations. It cannot unlearn what
    the tables learnt later; this says how much that is. A figure counts by its first source; a
    date known to the month or year counts as its first day.

    Returns
    -------
    later, sourced : int
        Figures whose first source appeared after `day`, and figures that name a source.

    Examples
    --------
    >>> from exposure.tables.reading.folders import read_dataset
    >>> later, sourced = learnt_later(read_dataset(), date(2030, 1, 1))
    >>> (later, sourced > 0)
    (0, True)
    """
    published = {row.source_id: row.published for row in _rows(dataset, "sources")}
    first = [
        row.sources()[0]
        for name in dataset.rows
        for row in _rows(dataset, name)
        if isinstance(row, QuantityRow) and row.sources()
    ]
    later = sum(published[source] > day.isoformat()[: len(published[source])] for source in first)
    return later, len(first)
