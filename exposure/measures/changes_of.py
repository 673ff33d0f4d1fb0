"""Levers as dated changes: of a world, and of the rules of the buyers' side."""

from collections.abc import Iterator, Sequence
from datetime import date

from exposure.inputs.indexes import index_of
from exposure.measures.against_tables import Words
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
    TrustedTier,
)
from exposure.supply.actions import (
    Action,
    Actions,
    Added,
    Bought,
    Built,
    Moved,
    Rated,
    Released,
    Shared,
    Sooner,
    Trusted,
)
from exposure.tables.dataset import Dataset


def actions_of(levers: Sequence[Lever], dataset: Dataset, *, destination: str) -> Actions:
    """Dated changes that some levers make together.

    Parameters
    ----------
    levers
        Levers that fit the tables.
    dataset
        Tables, which say what a sector needs.
    destination
        Country or region of the ranked sectors; a group of sectors means those in it.
    """
    words = Words.of(dataset)
    return Actions(
        tuple(action for lever in levers for action in _actions(lever, dataset, words, destination))
    )


def measures_of(levers: Sequence[Lever]) -> dict[str, date | None]:
    """New days of the rules of the buyers' side; None for one that is waived."""
    return {lever.measure: lever.in_force_from for lever in levers if isinstance(lever, RuleChange)}


def _actions(lever: Lever, dataset: Dataset, words: Words, destination: str) -> Iterator[Action]:
    if isinstance(lever, (Release, NewSupply, Recycling)):
        yield from _of_supply(lever)
    elif isinstance(lever, MoveSourcing):
        for buyer in lever.buyer_classes:
            for component in lever.components:
                yield Moved(
                    lever.acts_on, lever.destination, str(buyer), component, lever.stage,
                    lever.share,
                )  # fmt: skip
    elif isinstance(lever, TrustedTier):
        yield Trusted(lever.acts_on, lever.destination)
    elif not isinstance(lever, RuleChange):
        sectors = words.chosen(lever.sectors, destination=destination)
        yield from _of_sectors(lever, sectors, dataset)


def _of_supply(lever: Release | NewSupply | Recycling) -> Iterator[Action]:
    day = lever.acts_on
    if isinstance(lever, Release):
        for element, tonnes in lever.tonnes.items():
            yield Released(day, element, tonnes, lever.over_weeks)
    elif isinstance(lever, Recycling):
        for element, tonnes in lever.tonnes_per_year.items():
            yield Added(day, element, tonnes, lever.ramp_weeks)
    else:
        for element, tonnes in lever.tonnes_per_year.items():
            for stage in lever.stages:
                yield Built(day, element, stage, tonnes, lever.ramp_weeks)


def _of_sectors(
    lever: Stock | Substitute | Priority | Pooling, sectors: Sequence[str], dataset: Dataset
) -> Iterator[Action]:
    if isinstance(lever, Stock):
        yield from purchases(lever, sectors, dataset)
        return
    for sector in sectors:
        if isinstance(lever, Priority):
            yield Rated(lever.acts_on, sector, lever.order_class)
        elif isinstance(lever, Pooling):
            yield Shared(lever.acts_on, sector)
        else:
            needed = index_of(dataset).components_needed(sector)
            for component in needed:
                if component in (lever.components or needed):
                    yield Sooner(lever.acts_on, sector, component, lever.weeks_sooner)


def purchases(lever: Stock, sectors: Sequence[str], dataset: Dataset) -> Iterator[Bought]:
    """Purchases of each channel by each sector.

    Parameters
    ----------
    lever
        The stock.
    sectors
        Ids of the sectors that buy.
    dataset
        Tables, which say what they need.
    """
    index = index_of(dataset)
    parts = [
        (sector, component, element)
        for sector in sectors
        for component in index.components_needed(sector)
        if component in (lever.components or (component,))
        for element in index.component(component).elements
        if element in (lever.elements or (element,))
    ]
    for sector, component, element in parts:
        partners = tuple((s, c) for s, c, e in parts if e == element)
        yield Bought(
            lever.acts_on, lever.over_weeks, sector, component, element, lever.weeks, lever.tonnes,
            partners if lever.tonnes is not None else (),
        )  # fmt: skip
