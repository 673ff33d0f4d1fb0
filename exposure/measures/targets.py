"""Sectors for which a lever is meant: those that it reaches by the fields that it states."""

from collections.abc import Collection, Sequence

from exposure.inputs.index import Index
from exposure.inputs.indexes import index_of
from exposure.measures.against_tables import WITH_SECTORS, Words
from exposure.measures.lever import (
    Lever,
    MoveSourcing,
    NewSupply,
    Recycling,
    Release,
    RuleChange,
    TrustedTier,
)
from exposure.tables.dataset import Dataset
from exposure.tables.schema.supply import SourcingRow
from exposure.terms import ANY, BuyerClass, Tier

Buying = tuple[str, str, str]
"""Destination, buyer class and component; `ANY` means all."""


def targets_of(lever: Lever, dataset: Dataset, sectors: Sequence[str]) -> tuple[str, ...]:
    """Sectors, out of some, for which a lever is meant.

    Parameters
    ----------
    lever
        A lever that fits the tables. Those that name sectors are meant for these; what brings
        material, for all who need the element; what changes sourcing or treatment, for the buyers
        whose sourcing or treatment changes.
    dataset
        Tables, which say who needs and buys what.
    sectors
        Ids of sectors.

    Examples
    --------
    >>> import exposure as ex
    >>> dataset = ex.read_dataset()
    >>> rated = next(each for each in ex.read_levers() if each.lever == "rating_engines")
    >>> targets_of(rated, dataset, ["missiles", "aero_engines"])
    ('aero_engines',)
    """
    if isinstance(lever, WITH_SECTORS):
        named = Words.of(dataset).chosen(lever.sectors)
        return tuple(sector for sector in sectors if sector in named)
    index = index_of(dataset)
    return tuple(sector for sector in sectors if _reached(lever, sector, index))


def _reached(lever: Lever, sector: str, index: Index) -> bool:
    needed = index.components_needed(sector)
    if isinstance(lever, (Release, NewSupply, Recycling)):
        tonnes = lever.tonnes if isinstance(lever, Release) else lever.tonnes_per_year
        return any(
            element in tonnes
            for component in needed
            for element in index.component(component).elements
        )
    row = index.sectors.get(sector)
    destination = "" if row is None else row.destination
    buyers = [(str(buyer.buyer_class), buyer.tier) for buyer in index.buyers(sector)]
    if isinstance(lever, TrustedTier):
        standard = (str(BuyerClass.CIVIL), Tier.STANDARD)
        return destination == lever.destination and standard in buyers
    return any(
        (where, kind, component) in _moved(lever, index)
        for where in (destination, ANY)
        for kind in (*(kind for kind, _ in buyers), ANY)
        for component in needed
    )


def _moved(lever: Lever, index: Index) -> Collection[Buying]:
    """Buyers whose sourcing of a component changes."""
    if isinstance(lever, MoveSourcing):
        return {
            (lever.destination, str(kind), component)
            for kind in lever.buyer_classes
            for component in lever.components
        }
    return {
        (row.destination, str(row.buyer_class), row.component)
        for row in index.table(SourcingRow)
        if isinstance(lever, RuleChange) and row.measure == lever.measure
    }
