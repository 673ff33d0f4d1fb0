"""Checks of levers against the tables: unknown names, and parts that do not fit together."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from exposure.errors import LeverError
from exposure.faults import Fault
from exposure.measures.lever import (
    Lever,
    MoveSourcing,
    NewSupply,
    Pooling,
    Priority,
    Recycling,
    Release,
    RuleChange,
    Stock,
    Substitute,
)
from exposure.spelling import did_you_mean
from exposure.tables.dataset import Dataset
from exposure.tables.schema.demand import DemandRow, NeedRow, SectorRow, SubstitutionRow
from exposure.tables.schema.policy import SourceRow
from exposure.tables.schema.supply import (
    ComponentElementRow,
    ComponentRow,
    PoolUserRow,
    SourcingRow,
)

WITH_SECTORS = (Stock, Substitute, Priority, Pooling)
"""Kinds that name sectors."""


@dataclass(frozen=True)
class Words:
    """Names that the tables have."""

    sectors: dict[str, SectorRow]
    groups: dict[str, tuple[str, ...]]
    """Sectors of each uncertainty group."""
    components: dict[str, ComponentRow]
    needed: frozenset[tuple[str, str]]
    """Sector or group, and a component that it needs."""
    replaceable: frozenset[tuple[str, str]]
    """Sector or group, and a component of which it can replace a part."""
    pools: frozenset[str]
    """Elements of which a pool with a demand is known."""
    used: frozenset[str]
    """Elements of which the world's use is known."""
    measures: frozenset[str]
    sources: frozenset[str]

    @classmethod
    def of(cls, dataset: Dataset) -> "Words":
        """The names of a dataset."""
        sectors = {row.sector: row for row in dataset.rows_of(SectorRow)}
        groups: dict[str, list[str]] = {}
        for row in sectors.values():
            groups.setdefault(row.uncertainty_group, []).append(row.sector)
        known = {
            row.pool for row in dataset.rows_of(PoolUserRow)
            if row.user == "all" and row.quantity == "demand_t_per_year"
        }  # fmt: skip
        pools = {r.element for r in dataset.rows_of(ComponentElementRow) if r.pool in known}
        needs = [r for r in dataset.rows_of(NeedRow) if r.quantity == "criticality_share"]
        shares = [r for r in dataset.rows_of(SubstitutionRow) if r.quantity == "largest_share"]
        return cls(
            sectors,
            {group: tuple(members) for group, members in groups.items()},
            {row.component: row for row in dataset.rows_of(ComponentRow)},
            frozenset((row.sector, row.component) for row in needs),
            frozenset((row.sector, row.component) for row in shares),
            frozenset(pools),
            frozenset(row.element for row in dataset.rows_of(DemandRow)),
            frozenset(row.measure for row in dataset.rows_of(SourcingRow) if row.measure),
            frozenset(row.source_id for row in dataset.rows_of(SourceRow)),
        )

    def named(self, sector: str) -> tuple[str, str]:
        """A sector and its group; rows may name either."""
        return sector, self.sectors[sector].uncertainty_group

    def chosen(self, names: Sequence[str], *, destination: str | None = None) -> tuple[str, ...]:
        """Sectors of a list of sectors and groups; of a group, those in one destination."""
        found: dict[str, None] = {}
        for name in names:
            members = (name,) if name in self.sectors else self.groups.get(name, ())
            for member in members:
                here = destination in (None, "all", self.sectors[member].destination)
                if name in self.sectors or here:
                    found[member] = None
        return tuple(found)


def refuse_unknown(levers: Iterable[Lever], dataset: Dataset, *, file: str = "") -> None:
    """Raise an error for levers with unknown names, or with parts that do not fit together.

    Parameters
    ----------
    levers
        Levers to compare with the tables.
    dataset
        The tables.
    file
        File or folder that holds the levers, for the message; empty if they come from none.

    Raises
    ------
    LeverError
        With all such faults of all levers.
    """
    words = Words.of(dataset)
    faults = [
        fault.within(f"lever '{lever.lever}'").at(file) if file else fault.at(lever.lever)
        for lever in levers
        for fault in _faults_of(lever, words)
    ]
    if faults:
        raise LeverError(dict.fromkeys(faults))


def _faults_of(lever: Lever, words: Words) -> Iterator[Fault]:
    for source in lever.cost.sources:
        if source not in words.sources:
            yield _unknown("cost, sources", source, "a source of sources.csv", words.sources)
    sectors = lever.sectors if isinstance(lever, WITH_SECTORS) else ()
    known = {*words.sectors, *words.groups}
    for name in sorted(set(sectors) - known):
        yield _unknown("sectors", name, "a sector of sectors.csv, or a group", known)
    parts = lever.components if isinstance(lever, (Stock, Substitute, MoveSourcing)) else ()
    for component in sorted(set(parts) - set(words.components)):
        expected = "a component of components.csv"
        yield _unknown("components", component, expected, set(words.components))
    yield from _faults_of_kind(lever, words)


def _faults_of_kind(lever: Lever, words: Words) -> Iterator[Fault]:
    if isinstance(lever, Stock):
        yield from _elements(lever.elements, words, "elements")
        yield from _idle(lever, words, words.needed, "needs")
    elif isinstance(lever, Substitute):
        yield from _idle(lever, words, words.replaceable, "can replace")
    elif isinstance(lever, Release):
        yield from _elements(lever.tonnes, words, "tonnes")
    elif isinstance(lever, (NewSupply, Recycling)):
        yield from _elements(lever.tonnes_per_year, words, "tonnes_per_year")
        yield from _stages(lever, words) if isinstance(lever, NewSupply) else ()
    elif isinstance(lever, MoveSourcing):
        yield from _stage(lever, words)
    elif isinstance(lever, RuleChange) and lever.measure not in words.measures:
        yield _unknown("measure", lever.measure, "a measure of sourcing.csv", words.measures)


def _elements(elements: Iterable[str], words: Words, key: str) -> Iterator[Fault]:
    for element in elements:
        if element not in words.pools:
            expected = "an element whose pool has a demand in pool_users.csv"
            yield _unknown(key, element, expected, words.pools)


def _stages(lever: NewSupply, words: Words) -> Iterator[Fault]:
    known = {stage for row in words.components.values() for stage in row.stages}
    for stage in lever.stages:
        if stage not in known:
            yield _unknown("stages", stage, "a stage of components.csv", known)
    for element in sorted(set(lever.tonnes_per_year) & words.pools - words.used):
        expected = "an element whose use is in demand.csv"
        yield _unknown("tonnes_per_year", element, expected, words.used)


def _stage(lever: MoveSourcing, words: Words) -> Iterator[Fault]:
    for component in lever.components:
        row = words.components.get(component)
        if row is not None and lever.stage not in row.stages[1:]:
            expected = "a stage after the first of " + component
            cure = "write one of: " + ", ".join(row.stages[1:])
            yield Fault("stage", f"'{lever.stage}'", expected, cure)


def _idle(
    lever: Stock | Substitute, words: Words, known: Collection[tuple[str, str]], verb: str
) -> Iterator[Fault]:
    """Sectors for which a lever would have no effect."""
    for name in lever.sectors:
        for sector in words.chosen([name]) if name in words.sectors else ():
            components = {c for named in words.named(sector) for s, c in known if s == named}
            if not components & set(lever.components or components):
                listed = ", ".join(lever.components) or "anything"
                found = f"'{sector}', which {verb} none of {listed}"
                yield Fault("sectors", found, f"sectors each of which {verb} one", "leave it out")


def _unknown(key: str, found: str, expected: str, known: Collection[str]) -> Fault:
    return Fault(key, f"'{found}'", expected, did_you_mean(found, known))
