"""Goods that need licences to leave China, and the kinds of buyers that apply for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product

from exposure.inputs.index import Index
from exposure.inputs.parts import Notes, make_part, weightless
from exposure.policy.rules import Case, ControlDates
from exposure.supply.channels import Channel
from exposure.tables.schema.supply import ComponentRow, ElementRow
from exposure.terms import BuyerClass, Element, Stage, Tier


@dataclass(frozen=True)
class Item:
    """Goods that cross the border under one licence."""

    elements: tuple[Element, ...]
    component: str | None
    """The finished component; None for an element at an upstream stage."""
    stage: Stage


Key = tuple[Item, BuyerClass, Tier]
"""A case at one destination: goods, and a kind of buyer."""


def item_of(channel: Channel, stage: Stage) -> Item:
    """Goods that cross the border if supply of a channel leaves China at a stage."""
    if stage == channel.stages[-1]:
        return Item(channel.elements, channel.component, stage)
    return Item((channel.element,), None, stage)


def items_of(index: Index) -> tuple[Item, ...]:
    """All goods of the tables: finished components and elements at upstream stages.

    They are made once, because plans are compared by their goods: most quickly if these are
    identical.
    """

    def make() -> tuple[tuple[Item, ...], Notes]:
        items: dict[Item, None] = {}
        for row in index.table(ComponentRow):
            items[Item(row.elements, row.component, row.stages[-1])] = None
            for element in row.elements:
                for stage in row.stages[:-1]:
                    items[Item((element,), None, stage)] = None
        return tuple(items), {}

    return make_part(("items",), index, make, kept=True, weigh=weightless).value


def keys_of(items: Iterable[Item]) -> tuple[Key, ...]:
    """All cases at one destination, in their order."""
    return tuple(product(items, BuyerClass, Tier))


def case_of(key: Key, destination: str) -> Case:
    """Case of goods and a kind of buyer at a destination."""
    item, buyer, tier = key
    return Case(item.elements, item.component, item.stage, buyer, tier, destination)


def control_dates(index: Index) -> ControlDates:
    """Day from which each element is under control."""
    return {row.element: row.controlled_from for row in index.table(ElementRow)}


def opening_day(index: Index, elements: Collection[Element]) -> date | None:
    """Day on which control began for most applications for some elements; None if uncontrolled.

    Elements are weighted by the central value of their ``application_weight``; if two days have
    equal weight, the earlier one is taken. An element that has been controlled for years but has
    few applications therefore does not move the start of the office for all others.
    """
    weights: dict[date, float] = {}
    for element, day in control_dates(index).items():
        row = index.cell("parameters", ("application_weight", element))
        if day is not None and element in elements:
            weights[day] = weights.get(day, 0.0) + (0.0 if row is None else row.central)
    return max(sorted(weights), key=lambda day: weights[day], default=None)
