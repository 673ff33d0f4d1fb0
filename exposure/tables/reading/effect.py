"""Rows that no run reads, each with the reason: no input is silently ignored.

Some rows can be read by no run at all, whatever the scenario: stock of a component that its sector
does not need, sourcing of a place without buyers, shares of a year that is never used. These are
found from the tables alone. A run adds more: the gate of the model notes the rows it read
(`exposure.inputs.cells`), and of those that the user gave the others are listed too.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from exposure.faults import Fault
from exposure.tables.dataset import Dataset, RowKey, row_key
from exposure.tables.reading.uses import Uses
from exposure.tables.schema.catalogue import TABLES, name_of
from exposure.tables.schema.demand import CoverRow, NeedRow, SubstitutionRow
from exposure.tables.schema.observed import DisruptionRow, ObservedOutputRow
from exposure.tables.schema.policy import LicenceQueueRow, ParameterName, ParameterRow, SourceRow
from exposure.tables.schema.rows import split_list
from exposure.tables.schema.supply import (
    ComponentRow,
    ElementRow,
    NewSupplyRow,
    SourcingRow,
    StageShareRow,
)
from exposure.terms import ANY, CHINA, ShareKind

NOTED = (
    "stage_shares", "sourcing", "pool_users", "buyers", "needs", "cover", "substitution",
    "new_supply", "demand", "licence_queue", "recycling", "reserves",
)  # fmt: skip
"""Tables whose rows are recorded whenever the model reads them."""

SCOPES: Mapping[ParameterName, str] = {
    "nested_share": ANY,
    "restock_ratio": ANY,
    "rationing_weight": ANY,
    "switch_weeks": "element",
    "switch_ramp_weeks": "element",
    "leak_share": ANY,
    "leak_weeks": ANY,
    "structural_discrepancy": ANY,
    "strong_tolerance": ANY,
    "weak_tolerance": ANY,
    "stoppage_tolerance_weeks": ANY,
    "stock_tolerance_weeks": ANY,
    "application_weight": "element",
    "element_per_oxide": "element",
    "stock_correlation": "group",
    "firm_spread": "group",
    "recapture_share": "group",
}
"""The subjects for which each constant is read: all, an element, or a group of sectors."""

DELETE = "delete it"
"""Cure if nothing else can give the row an effect."""

KEEP = "keep it for the record, or delete it"
"""Cure for rows that are true but not used by the model."""


@dataclass(frozen=True)
class Idle:
    """A row without effect, and why."""

    row: BaseModel
    about: tuple[str, ...]
    """Part of its key to which the reason applies."""
    found: str
    expected: str
    cure: str = DELETE


def rows_without_effect(
    dataset: Dataset,
    *,
    starts: Collection[date],
    read: Collection[RowKey] | None = None,
    given: Collection[RowKey] | None = None,
    cited: Collection[str] = (),
    with_record: bool = True,
) -> list[Fault]:
    """Rows that nothing reads.

    Parameters
    ----------
    dataset
        Tables.
    starts
        First days of the scenarios that are run; they decide the years of the shares.
    read
        Rows that a run read, as the gate noted them; None if nothing was run.
    given
        Rows to look at, such as those of an overlay; None for all.
    cited
        Sources that scenarios cite, in addition to those that rows cite.
    with_record
        Whether to include forecasts and shares of earlier years, which are true and kept for the
        record: see `rows_for_the_record`.

    Returns
    -------
    list of Fault
        One for all rows of a table that have their reason in common: the first of them, with
        file and line where it was read from a file, and the number of the others.
    """
    uses = Uses.of(dataset)
    idle = [idle_row for check in CHECKS for idle_row in check(dataset, uses)]
    idle = [
        idle_row
        for idle_row in idle
        if row_key(idle_row.row) not in {("sources", (c,)) for c in cited}
    ]
    idle += list(_kept_for_the_record(dataset, starts)) if with_record else []
    if read is not None:
        known = {row_key(idle_row.row) for idle_row in idle}
        idle += list(_unread(dataset, frozenset(read), skip=known))
    listed = [idle_row for idle_row in idle if given is None or row_key(idle_row.row) in given]
    return _as_faults(dataset, listed)


def rows_for_the_record(dataset: Dataset, *, starts: Collection[date]) -> list[Fault]:
    """Rows that are true but used by no run: forecasts, and shares of earlier years."""
    return _as_faults(dataset, list(_kept_for_the_record(dataset, starts)))


def _as_faults(dataset: Dataset, idle: Collection[Idle]) -> list[Fault]:
    groups: dict[tuple[str, ...], list[Idle]] = {}
    for idle_row in idle:
        key = (name_of(type(idle_row.row)), idle_row.found, idle_row.expected, idle_row.cure)
        groups.setdefault(key, []).append(idle_row)
    faults = []
    for same in groups.values():
        first, others = same[0], len(same) - 1
        file, line = dataset.origin.place(row_key(first.row))
        noun = "row" if others == 1 else "rows"
        found = f"{first.found}, as in {others} more {noun}" if others else first.found
        faults.append(Fault(", ".join(first.about), found, first.expected, first.cure, file, line))
    return faults


def _unread(
    dataset: Dataset, read: frozenset[RowKey], *, skip: Collection[RowKey]
) -> Iterator[Idle]:
    """Rows that a run did not read, although other runs may."""
    sets = {_set_of(key) for key in read}
    for name in NOTED:
        for row in dataset.rows.get(name, ()):
            key = row_key(row)
            if key not in skip and _set_of(key) not in sets:
                yield Idle(
                    row, key[1], "a row that this run does not read",
                    "one that its sectors, buyers, days or rules need",
                    "rank other sectors or run another scenario, or delete it",
                )  # fmt: skip


def _set_of(key: RowKey) -> tuple[str, ...]:
    """A set of shares is read as a whole, although only the share of China is drawn."""
    table, parts = key
    if table in ("stage_shares", "sourcing"):
        position = TABLES[table].key.index("country")
        parts = (*parts[:position], *parts[position + 1 :])
    return table, *parts


def _unneeded(dataset: Dataset, uses: Uses) -> Iterator[Idle]:
    """Rows about a component that its sector does not need."""
    rows: list[CoverRow | SubstitutionRow | NeedRow] = [
        *dataset.rows_of(CoverRow),
        *dataset.rows_of(SubstitutionRow),
        *dataset.rows_of(NeedRow),
    ]
    for row in rows:
        if row.component not in uses.needed[row.sector]:
            yield Idle(
                row, (row.sector, row.component, row.quantity),
                f"a component that {row.sector} does not need",
                "one with a criticality_share in needs.csv", "add the need, or delete the row",
            )  # fmt: skip


def _sourcing_of_nobody(dataset: Dataset, uses: Uses) -> Iterator[Idle]:
    for row in dataset.rows_of(SourcingRow):
        reason = uses.why_nobody_buys(row.destination, str(row.buyer_class), row.component)
        if not reason and row.stage not in uses.stages[row.component]:
            reason = f"a stage that {row.component} does not go through"
        if reason:
            about = (row.destination, str(row.buyer_class), row.component, row.stage)
            yield Idle(
                row, about, reason, "buyers of sectors.csv and buyers.csv, and what they need",
                "correct the key, or delete the rows",
            )  # fmt: skip


def _queues_of_nobody(dataset: Dataset, uses: Uses) -> Iterator[Idle]:
    for row in dataset.rows_of(LicenceQueueRow):
        reason = uses.why_nobody_applies(row.destination, str(row.buyer_class), row.element)
        if reason:
            yield Idle(
                row, (row.destination, str(row.buyer_class), row.element, row.quantity), reason,
                "buyers of sectors.csv and buyers.csv, or a country that makes components",
                "correct the key, or delete the row",
            )  # fmt: skip


def _constants_of_nothing(dataset: Dataset, uses: Uses) -> Iterator[Idle]:
    scopes = {ANY: {ANY}, "element": {*uses.elements, ANY}, "group": {*uses.groups, ANY}}
    words = {ANY: "'*'", "element": "an element in a component", "group": "a group of sectors"}
    for row in dataset.rows_of(ParameterRow):
        kind = SCOPES[row.parameter]
        if row.scope not in scopes[kind]:
            yield Idle(
                row, (row.parameter, row.scope), f"a constant for '{row.scope}'",
                f"{row.parameter} for {words[kind]}, the only scope that is read",
            )  # fmt: skip


def _unused_goods(dataset: Dataset, uses: Uses) -> Iterator[Idle]:
    """Components that no sector needs, and rows about elements that no component contains."""
    for row in dataset.rows_of(ComponentRow):
        if row.component not in uses.components:
            yield Idle(
                row, (row.component,), "a component that no sector needs", "a need in needs.csv",
                "add the need, or delete the component",
            )  # fmt: skip
    for element in dataset.rows_of(ElementRow):
        if element.element not in uses.elements:
            yield Idle(
                element, (element.element,), "an element of no component that is needed",
                "one in components.csv", "add it to a component, or delete it",
            )  # fmt: skip
    for plant in dataset.rows_of(NewSupplyRow):
        if (plant.element, plant.stage) not in uses.steps:
            yield Idle(
                plant, (plant.project, plant.element, plant.stage),
                f"a plant for {plant.element} at stage {plant.stage}, which no component needs",
                "an element and stage of a component that is needed",
            )  # fmt: skip


def _shares_of_nothing(dataset: Dataset, uses: Uses) -> Iterator[Idle]:
    for row in dataset.rows_of(StageShareRow):
        about = (row.element, row.stage, str(row.year), str(row.kind))
        if row.kind is ShareKind.OUTTURN and (row.element, row.stage) not in uses.steps:
            yield Idle(
                row, about, "a share of a step that no component needs",
                "an element and stage of a component that is needed",
            )  # fmt: skip


def _kept_for_the_record(dataset: Dataset, starts: Collection[date]) -> Iterator[Idle]:
    for row in dataset.rows_of(StageShareRow):
        if row.kind is ShareKind.FORECAST:
            about = (row.element, row.stage, str(row.year), str(row.kind))
            expected = "an outturn: a forecast never enters a share"
            yield Idle(row, about, "a forecast", expected, KEEP)
    yield from _years_never_used(dataset, starts)


def _years_never_used(dataset: Dataset, starts: Collection[date]) -> Iterator[Idle]:
    """World shares of years other than the newest with China up to the start of a run."""
    rows = [row for row in dataset.rows_of(StageShareRow) if row.kind is ShareKind.OUTTURN]
    years: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        if row.country == CHINA:
            years.setdefault((row.element, row.stage), set()).add(row.year)
    begun = sorted({day.year for day in starts})
    for row in rows:
        known = years.get((row.element, row.stage), set())
        used = {max((y for y in known if y <= year), default=min(known)) for year in begun if known}
        if used and row.year not in used:
            yield Idle(
                row, (row.element, row.stage, str(row.year)), f"shares of {row.year}",
                f"the newest year with a share of China up to {' or '.join(map(str, begun))}, "
                "when the run starts",
                "start the scenario later, or keep the rows for the record",
            )  # fmt: skip


def _seen_of_nobody(dataset: Dataset, uses: Uses) -> Iterator[Idle]:
    rows: list[ObservedOutputRow | DisruptionRow] = [
        *dataset.rows_of(ObservedOutputRow),
        *dataset.rows_of(DisruptionRow),
    ]
    for row in rows:
        if row.sector not in uses.sectors:
            yield Idle(
                row, (row.sector,), "a sector that is not ranked", "a sector of sectors.csv",
                "add the sector, or keep the rows for the record",
            )  # fmt: skip


def _uncited_sources(dataset: Dataset, uses: Uses) -> Iterator[Idle]:  # noqa: ARG001
    cited = {
        source
        for name, rows in dataset.rows.items()
        if name != "sources"
        for row in rows
        for source in split_list(getattr(row, "source_id", ""))
    }
    for row in dataset.rows_of(SourceRow):
        if row.source_id not in cited:
            yield Idle(row, (row.source_id,), "a source that no row cites", "one that is cited")


CHECKS: tuple[Callable[[Dataset, Uses], Iterator[Idle]], ...] = (
    _unneeded,
    _sourcing_of_nobody,
    _queues_of_nobody,
    _constants_of_nothing,
    _unused_goods,
    _shares_of_nothing,
    _seen_of_nobody,
    _uncited_sources,
)
"""All checks for rows that have no effect in any run."""
