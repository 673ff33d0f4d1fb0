"""Tables of the supply side: elements, components, shares by stage, sourcing, new plants.

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
    """A rare-earth element, and the day from which its export needs a licence."""

    element: Element
    """Chemical symbol."""
    name: Text
    """English name."""
    group: Literal["light", "heavy", "other"]
    """Light or heavy rare earth; scandium is neither."""
    controlled_from: OptionalDate
    """Day on which China put the element under export control; empty if uncontrolled."""
    control_item: OptionalText
    """Item number on the control list."""
    source_id: OptionalText
    """Source of the control date."""
    locator: OptionalText
    """Place in the source."""
    note: OptionalText
    """Remarks for readers."""


class StageRow(DescriptiveRow):
    """A step of the refining chain."""

    stage: Stage
    """Stable key."""
    position: Annotated[int, Field(ge=1, le=99)]
    """Position in the chain; the step farthest upstream has the lowest number."""
    name: Text
    """Label."""
    note: OptionalText
    """Remarks for readers."""


class ComponentRow(DescriptiveRow):
    """A product that sectors buy, with its elements and production steps."""

    component: Identifier
    """Stable key."""
    name: Text
    """Label."""
    item_group: Text
    """Item under which it is licensed at the border."""
    elements: Annotated[tuple[Element, ...], BeforeValidator(_words), Field(min_length=1)]
    """Elements of the component, separated by blanks."""
    stages: Annotated[tuple[Stage, ...], BeforeValidator(_words), Field(min_length=1)]
    """Production steps of the component, upstream first, separated by blanks."""
    processed_in: BuyerPlace
    """Country or region outside China whose importers process Chinese oxide or metal that is not
    judged by its final user."""
    source_id: OptionalText
    """Source of its composition and maker."""
    locator: OptionalText
    """Place in the source."""
    note: OptionalText
    """Remarks for readers."""


class ComponentElementRow(QuantityRow):
    """An element in a component: its mass fraction, and the pool that supplies it."""

    MEASURES: ClassVar = {"": SHARE}
    component: Identifier
    """Component."""
    element: Element
    """Element."""
    pool: Identifier
    """Pool outside China that supplies the element: one for each element and form."""
    alternative: Annotated[Identifier | Literal[""], Field(default="")]
    """Elements of a component with the same word here can replace each other; empty for none."""


PoolQuantity = Literal["demand_t_per_year", "share_of_demand_outside_china", "order_class"]

LAST_ORDER_CLASS = 7
"""The class that is served last."""


class PoolUserRow(QuantityRow):
    """A user of a pool outside China: its share of demand and its place in the order of service."""

    MEASURES: ClassVar = {
        "demand_t_per_year": Measure(
            "t/yr", minimum=1e-9, meaning="demand outside China, contained element per year"
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
    """User; ``all`` for the whole pool, ``other`` for the demand of unnamed users."""
    quantity: PoolQuantity
    """Quantity that the row states."""
    name: OptionalText
    """Label of a user that is not a ranked sector."""
    sector: Annotated[Identifier | Literal[""], Field(default="")]
    """Id of the user if it is a ranked sector; empty for others."""
    component: Annotated[Identifier | Literal[""], Field(default="")]
    """Component that an unranked user buys; it determines the licences."""
    destination: Annotated[CountryCode | Literal["*", ""], Field(default="")]
    """Country or region of an unranked user; '*' for all buyers outside China."""
    buyer_class: Annotated[BuyerClass | Literal[""], Field(default="")]
    """Buyer class of an unranked user."""
    part_of: Annotated[Identifier | Literal[""], Field(default="")]
    """User of which this one is a part; that user's share is reduced by this one."""
    served_like: Annotated[Identifier | Literal[""], Field(default="")]
    """User whose random stream decides this user's order class too; empty for its own stream."""


class StageShareRow(QuantityRow):
    """A country's share of world output of one element at one stage."""

    MEASURES: ClassVar = {"": SHARE}
    element: Element
    """Element."""
    stage: Stage
    """Stage; `magnet` means component making."""
    country: OriginPlace
    """Producing country; ROW is the rest of the world."""
    year: Annotated[int, Field(ge=1990, le=2100)]
    """Year of the output."""
    kind: ShareKind
    """Outturn or forecast; forecasts are never used as shares."""


class SourcingRow(QuantityRow):
    """A country's share of certain buyers' purchases, which replaces the world share for them."""

    MEASURES: ClassVar = {"": SHARE}
    destination: BuyerPlace | Selector
    """Country or region of the buyers; '*' for all buyers outside China."""
    buyer_class: BuyerClass | Selector
    """Class of the buyers; '*' for all."""
    component: Identifier
    """Component bought."""
    stage: Stage
    """Stage to which the country's share refers."""
    country: OriginPlace
    """Country of origin at that stage."""
    from_date: date
    """First day on which the share applies."""
    measure: Annotated[Identifier | Literal[""], Field(default="")]
    """Rule on the buyers' side on which the row depends; the scenario states if it is in force."""


NewSupplyQuantity = Literal[
    "capacity_t_per_year", "slip_weeks", "ramp_weeks", "success_probability"
]


class NewSupplyRow(QuantityRow):
    """A non-Chinese plant that is scheduled or ramping up."""

    MEASURES: ClassVar = {
        "capacity_t_per_year": Measure("t/yr", meaning="contained oxide per year at full rate"),
        "slip_weeks": Measure(
            "week", whole=True, meaning="delay of the start after the owner's target date"
        ),
        "ramp_weeks": Measure("week", whole=True, meaning="weeks from the start to full rate"),
        "success_probability": Measure(
            "share", maximum=1.0, meaning="probability that the plant is built and runs"
        ),
    }
    project: Identifier
    """Plant."""
    element: Element
    """Element that it delivers."""
    stage: Stage
    """Stage that it performs."""
    quantity: NewSupplyQuantity
    """Quantity that the row states."""
    country: PlantPlace
    """Country of the plant."""
    target_date: date
    """The owner's own start date."""


class RecyclingRow(QuantityRow):
    """Share of the use of an element that is met from scrap."""

    MEASURES: ClassVar = {
        "end_of_life_input_rate": Measure(
            "share", maximum=1.0, meaning="old scrap as a share of total raw-material supply"
        ),
    }
    element: Element
    """Element."""
    destination: CountryCode
    """Country or region of use; WLD for the world."""
    quantity: Literal["end_of_life_input_rate"]
    """Quantity that the row states."""
    pool: Identifier
    """Pool that receives the material."""


ReserveQuantity = Literal["stock_t", "purchase_ceiling_t", "target_days", "release_weeks"]


class ReserveRow(QuantityRow):
    """A stock held by a government or a firm outside the sectors' own cover."""

    MEASURES: ClassVar = {
        "stock_t": Measure("t", meaning="mass held, in the form stated in the note"),
        "purchase_ceiling_t": Measure("t", meaning="largest permitted purchase, not the holding"),
        "target_days": Measure("day", meaning="target stock in days of domestic use"),
        "release_weeks": Measure(
            "week", minimum=1, whole=True, meaning="weeks over which a stock is released"
        ),
    }  # fmt: skip
    element: Element
    """Element."""
    holder: Text
    """Holder."""
    quantity: ReserveQuantity
    """Quantity that the row states."""
    pool: Annotated[Identifier | Literal[""], Field(default="")]
    """Pool into which a stock is released."""
    release_from: OptionalDate
    """First day of release; empty for a stock that is not released."""
