"""Purchases by buyer and destination, from which unused rows are found."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from exposure.tables.dataset import Dataset
from exposure.tables.schema.demand import BuyerRow, NeedRow, SectorRow
from exposure.tables.schema.observed import DisruptionRow, ObservedExportRow
from exposure.tables.schema.supply import ComponentRow, PoolUserRow
from exposure.terms import ANY


@dataclass(frozen=True)
class Buyer:
    """A buyer of a component: a class of buyers of a sector, or a user of a pool."""

    destination: str
    buyer_class: str
    component: str


@dataclass(frozen=True)
class Uses:
    """Needs and buyers in the tables.

    Attributes
    ----------
    sectors, groups
        Ids of the ranked sectors, and of the groups that they form.
    needed
        Components needed, by sector and by group.
    buyers
        Needs by sector and destination.
    processors
        Countries outside China that make components.
    observed
        Places of which flows or stoppages were seen, which the back-test runs.
    stages
        Stages of each component, by component.
    components, elements
        Components that are needed, and the elements in them.
    steps
        Elements with the stages through which they come in a component that is needed.
    """

    sectors: frozenset[str]
    groups: frozenset[str]
    needed: Mapping[str, frozenset[str]]
    buyers: frozenset[Buyer]
    processors: frozenset[str]
    observed: frozenset[str]
    stages: Mapping[str, tuple[str, ...]]
    components: frozenset[str]
    elements: frozenset[str]
    steps: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, dataset: Dataset) -> "Uses":
        """Compute the uses of a dataset."""
        needed = _needed(dataset)
        buyers = frozenset({*_sector_buyers(dataset, needed), *_pool_buyers(dataset)})
        components = frozenset(buyer.component for buyer in buyers)
        made = [row for row in dataset.rows_of(ComponentRow) if row.component in components]
        sectors = dataset.rows_of(SectorRow)
        return cls(
            sectors=frozenset(row.sector for row in sectors),
            groups=frozenset(row.uncertainty_group for row in sectors),
            needed=needed,
            buyers=buyers,
            processors=frozenset(row.processed_in for row in made),
            observed=_observed(dataset),
            stages={row.component: row.stages for row in dataset.rows_of(ComponentRow)},
            components=components,
            elements=frozenset(element for row in made for element in row.elements),
            steps=frozenset(
                (e, stage) for row in made for e in row.elements for stage in row.stages
            ),
        )

    def why_nobody_buys(self, destination: str, buyer_class: str, component: str) -> str:
        """Reason why no sourcing of these buyers is read; empty if it may be."""
        here = [buyer for buyer in self.buyers if destination in (ANY, buyer.destination)]
        if not here:
            return f"a destination without buyers, {destination}"
        if buyer_class not in {ANY, *(buyer.buyer_class for buyer in here)}:
            return f"no {buyer_class} buyers in {destination}"
        asked = {buyer.component for buyer in here if buyer_class in (ANY, buyer.buyer_class)}
        return "" if component in asked else f"a component that no buyer there needs, {component}"

    def why_nobody_applies(self, destination: str, buyer_class: str, element: str) -> str:
        """Reason why no queue of these buyers is read; empty if it may be."""
        places = {
            ANY,
            *(buyer.destination for buyer in self.buyers),
            *self.processors,
            *self.observed,
        }
        if destination not in places:
            return f"a destination without buyers, {destination}"
        classes = {
            buyer.buyer_class for buyer in self.buyers if destination in (ANY, buyer.destination)
        }
        # Whoever processes goods for others applies as a civil buyer.
        if buyer_class not in {ANY, "civil", *classes}:
            return f"no {buyer_class} buyers in {destination}"
        known = element in (ANY, *self.elements)
        return "" if known else f"an element of no component that is needed, {element}"


def _needed(dataset: Dataset) -> dict[str, frozenset[str]]:
    """Components needed by sector, those of its group among them, and by group."""
    stated: dict[str, set[str]] = defaultdict(set)
    for row in dataset.rows_of(NeedRow):
        if row.quantity == "criticality_share":
            stated[row.sector].add(row.component)
    needed: dict[str, set[str]] = defaultdict(set)
    for sector in dataset.rows_of(SectorRow):
        components = stated[sector.sector] | stated[sector.uncertainty_group]
        needed[sector.sector] |= components
        needed[sector.uncertainty_group] |= components
    return defaultdict(
        frozenset, {name: frozenset(components) for name, components in needed.items()}
    )


def _sector_buyers(dataset: Dataset, needed: Mapping[str, frozenset[str]]) -> set[Buyer]:
    home = {row.sector: row.destination for row in dataset.rows_of(SectorRow)}
    return {
        Buyer(home[row.sector], str(row.buyer_class), component)
        for row in dataset.rows_of(BuyerRow)
        for component in needed[row.sector]
    }


def _pool_buyers(dataset: Dataset) -> set[Buyer]:
    """Users of pools that are no ranked sector, who buy through a component."""
    return {
        Buyer(row.destination or ANY, str(row.buyer_class), row.component)
        for row in dataset.rows_of(PoolUserRow)
        if row.component
    }


def _observed(dataset: Dataset) -> frozenset[str]:
    exports = {row.destination for row in dataset.rows_of(ObservedExportRow)}
    return frozenset(exports | {row.destination for row in dataset.rows_of(DisruptionRow)})
