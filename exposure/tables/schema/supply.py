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
    OptionalDate,
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


class StageRow(DescriptiveRow):
    """A step of the refining chain."""

    stage: Stage
    """Stable key."""
    position: Annotated[int, Field(ge=1, le=99)]
    """Place in the chain; the step farthest upstream has the lowest number."""
    name: Text
    """Label."""
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
    """Place outside China whose importers take the Chinese oxide or metal that is not seen through
    to its final user."""
    source_id: OptionalText
    """Where its make-up and maker were read."""
    locator: OptionalText
    """Place in the source."""
    note: OptionalText
    """What a reader should know."""


class ComponentElementRow(QuantityRow):
    """An element in a component: its mass fraction, and the pool from which it is drawn."""

    MEASURES: ClassVar = {"": SHARE}
    component: Identifier
    """Component."""
    element: Element
    """Element in it."""
    pool: Identifier
    """Pool outside China from which the element is drawn: one for each element and form."""
    alternative: Annotated[Identifier | Literal[""], Field(default="")]
    """Elements of a component with the same word can replace each other; empty for none."""


PoolQuantity = Literal["demand_t_per_year", "share_of_demand_outside_china", "order_class"]

LAST_ORDER_CLASS = 7
"""The class that is served last."""


class PoolUserRow(QuantityRow):
    """Who draws on a pool outside China, how much, and in which order of service."""

    MEASURES: ClassVar = {
        "demand_t_per_year": Measure(
            "t/yr", minimum=1e-9, meaning="demand outside China, contained element a year"
        ),
        "share_of_demand_outside_china": Measure(
            "share", maximum=1.0, meaning="share of the pool's demand outside China"
        ),
        "order_class": Measure(
            "class", minimum=1, maximum=LAST_ORDER_CLASS, whole=True,
            meaning="order of service when the pool is short; 1 is served first",
        ),
    }  # fmt: skip
    pool: Identifier
    """Pool."""
    user: Identifier
    """User; ``all`` for the whole pool, ``other`` for what no named user takes."""
    quantity: PoolQuantity
    """Which figure."""
    name: OptionalText
    """Label of a user that is not a ranked sector."""
    sector: Annotated[Identifier | Literal[""], Field(default="")]
    """Ranked sector that is this user; empty for others."""
    component: Annotated[Identifier | Literal[""], Field(default="")]
    """Component through which an unranked user buys; it decides the licences."""
    destination: Annotated[CountryCode | Literal["*", ""], Field(default="")]
    """Where an unranked user is; '*' for buyers outside China in general."""
    buyer_class: Annotated[BuyerClass | Literal[""], Field(default="")]
    """Buyer class of an unranked user."""
    part_of: Annotated[Identifier | Literal[""], Field(default="")]
    """User of which this one is a part, whose share it reduces."""
    served_like: Annotated[Identifier | Literal[""], Field(default="")]
    """User with whose place in the order of service this one's is drawn; empty for its own."""


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
    destination: BuyerPlace | Selector
    """Where the buyers are; '*' for the market of all buyers outside China."""
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
    measure: Annotated[Identifier | Literal[""], Field(default="")]
    """Rule of the buyers' side on which the row depends; a scenario says whether it is in force."""


NewSupplyQuantity = Literal[
    "capacity_t_per_year", "slip_weeks", "ramp_weeks", "success_probability"
]


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
    quantity: NewSupplyQuantity
    """Which figure."""
    country: PlantPlace
    """Country in which it is."""
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
    pool: Identifier
    """Pool that it feeds."""


ReserveQuantity = Literal["stock_t", "purchase_ceiling_t", "target_days", "release_weeks"]


class ReserveRow(QuantityRow):
    """A stock held by a government or a firm outside the sectors' own cover."""

    MEASURES: ClassVar = {
        "stock_t": Measure("t", meaning="mass held, in the form the note names"),
        "purchase_ceiling_t": Measure("t", meaning="most that may be bought, not what is held"),
        "target_days": Measure("day", meaning="days of domestic use that are to be held"),
        "release_weeks": Measure(
            "week", minimum=1, whole=True, meaning="weeks over which a released stock is let out"
        ),
    }  # fmt: skip
    element: Element
    """Element."""
    holder: Text
    """Holder."""
    quantity: ReserveQuantity
    """Which figure."""
    pool: Annotated[Identifier | Literal[""], Field(default="")]
    """Pool into which a stock is released."""
    release_from: OptionalDate
    """First day of release; empty for a stock that is not released."""
