"""Tables of what is supplied: elements, components, shares by stage, sourcing, new plants.

Shares are fractions of world output or of a buyer's purchases; tonnes are of contained
rare-earth oxide a year.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from exposure.tables.schema.rows import (
    SHARE,
    DescriptiveRow,
    Measure,
    OptionalText,
    QuantityRow,
    Text,
)
from exposure.terms import (
    BuyerClass,
    BuyerPlace,
    CountryCode,
    Element,
    Identifier,
    OriginPlace,
    PlantPlace,
    Selector,
    ShareKind,
    Stage,
)


def _words(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


OptionalDate = Annotated[date | None, BeforeValidator(_empty_is_none)]
"""A day, or nothing where there is none."""


class ElementRow(DescriptiveRow):
    """A rare-earth element and since when its export needs a licence."""

    element: Element
    """Chemical symbol."""
    name: Text
    """English name."""
    group: Literal["light", "heavy", "other"]
    """Light or heavy rare earth; scandium is neither."""
    controlled_from: OptionalDate
    """Day on which China put the element under export control; empty if it has not."""
    control_item: OptionalText
    """Item number on the control list."""
    source_id: OptionalText
    """Where the control date was read."""
    locator: OptionalText
    """Place in the source."""
    note: OptionalText
    """What a reader should know."""


class ComponentRow(DescriptiveRow):
    """What a sector buys, of which elements it is made and which steps make it."""

    component: Identifier
    """Stable key."""
    name: Text
    """Label."""
    item_group: Text
    """What crosses the border as one licensed item."""
    elements: Annotated[tuple[Element, ...], BeforeValidator(_words), Field(min_length=1)]
    """Elements in it, separated by blanks."""
    stages: Annotated[tuple[Stage, ...], BeforeValidator(_words), Field(min_length=1)]
    """Steps it goes through, upstream first, separated by blanks."""
    processed_in: BuyerPlace
    """Country outside China that typically turns Chinese oxide or metal into it."""
    source_id: OptionalText
    """Where its make-up and maker were read."""
    locator: OptionalText
    """Place in the source."""
    note: OptionalText
    """What a reader should know."""


class ComponentElementRow(QuantityRow):
    """Mass fraction of an element in a component, where it is known."""

    MEASURES: ClassVar = {"": SHARE}
    component: Identifier
    """Component."""
    element: Element
    """Element in it."""


class StageShareRow(QuantityRow):
    """A country's share of world output of one element at one stage."""

    MEASURES: ClassVar = {"": SHARE}
    element: Element
    """Element."""
    stage: Stage
    """Stage; `magnet` reads component making."""
    country: OriginPlace
    """Producing country; ROW holds the rest of the world."""
    year: Annotated[int, Field(ge=1990, le=2100)]
    """Year of the output."""
    kind: ShareKind
    """Outturn or forecast; a forecast never enters a share."""


class SourcingRow(QuantityRow):
    """A country's share of what certain buyers buy, which replaces the world share for them."""

    MEASURES: ClassVar = {"": SHARE}
    destination: BuyerPlace
    """Where the buyers are."""
    buyer_class: BuyerClass | Selector
    """Buyers meant; '*' for all."""
    component: Identifier
    """Component bought."""
    stage: Stage
    """Stage at which the country's share is meant."""
    country: OriginPlace
    """Country of origin at that stage."""
    from_date: date
    """First day on which the share holds."""


class NewSupplyRow(QuantityRow):
    """A non-Chinese plant that is scheduled or ramping up."""

    MEASURES: ClassVar = {
        "capacity_t_per_year": Measure("t/yr", meaning="contained oxide a year at full rate"),
        "slip_weeks": Measure(
            "week", whole=True, meaning="start later than the owner's target date"
        ),
        "ramp_weeks": Measure("week", whole=True, meaning="from start to full rate"),
        "success_probability": Measure("share", maximum=1.0, meaning="chance that it happens"),
    }
    project: Identifier
    """Plant."""
    element: Element
    """Element it delivers."""
    stage: Stage
    """Stage it performs."""
    quantity: Literal["capacity_t_per_year", "slip_weeks", "ramp_weeks", "success_probability"]
    """Which figure."""
    country: PlantPlace
    """Where it stands."""
    target_date: date
    """The owner's own start date."""


class RecyclingRow(QuantityRow):
    """How much of the use of an element is met from scrap."""

    MEASURES: ClassVar = {
        "end_of_life_input_rate": Measure(
            "share", maximum=1.0, meaning="old scrap over total raw-material supply"
        ),
    }
    element: Element
    """Element."""
    destination: CountryCode
    """Where it is used; WLD for the world."""
    quantity: Literal["end_of_life_input_rate"]
    """Which figure."""


class ReserveRow(QuantityRow):
    """A stock held by a government or a firm outside the sectors' own cover."""

    MEASURES: ClassVar = {
        "stock_t": Measure("t", meaning="mass held, in the form the note names"),
        "purchase_ceiling_t": Measure("t", meaning="most that may be bought, not what is held"),
        "target_days": Measure("day", meaning="days of domestic use that are to be held"),
    }
    element: Element
    """Element."""
    holder: Text
    """Who holds it."""
    quantity: Literal["stock_t", "purchase_ceiling_t", "target_days"]
    """Which figure."""
