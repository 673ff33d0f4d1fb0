"""Tables of what is used: sectors, their size, buyers, needs, cover, substitution, demand.

Cover and lags are in weeks of the sector's own need; money is in millions of constant USD.
"""

from typing import ClassVar, Literal

from exposure.tables.schema.rows import (
    SHARE,
    DescriptiveRow,
    Measure,
    OptionalText,
    QuantityRow,
    Text,
)
from exposure.terms import BuyerClass, BuyerPlace, CountryCode, Element, Identifier, Tier


class SectorRow(DescriptiveRow):
    """An end use that is ranked."""

    sector: Identifier
    """Stable key."""
    name: Text
    """Label."""
    end_use: Literal["defence", "dual", "civil"]
    """Broad end use, for grouping only."""
    destination: BuyerPlace
    """Where its makers are."""
    industry_code: Text
    """Industry of the national accounts that holds it."""
    uncertainty_group: Identifier
    """Sectors of one group have correlated stocks. A row of ``needs``, ``cover`` or
    ``substitution`` that names the group holds for each of its sectors without a row of its own."""
    note: OptionalText
    """What a reader should know."""


SectorValueQuantity = Literal[
    "industry_value_added_musd", "industry_share", "units_per_year", "work_in_process_weeks"
]


class SectorValueRow(QuantityRow):
    """Economic size of a sector."""

    MEASURES: ClassVar = {
        "industry_value_added_musd": Measure(
            "USD million/yr", meaning="value added of the whole industry, constant 2023 USD"
        ),
        "industry_share": Measure(
            "share", maximum=1.0, meaning="the sector's share of that industry's value added"
        ),
        "units_per_year": Measure("unit/yr", meaning="finished units a year"),
        "work_in_process_weeks": Measure(
            "week", whole=True, meaning="from the part reaching the line to the delivered product"
        ),
    }
    sector: Identifier
    """Sector."""
    quantity: SectorValueQuantity
    """Which figure."""


class BuyerRow(QuantityRow):
    """Share of a sector's output made for one class of buyer in one tier."""

    MEASURES: ClassVar = {"": SHARE}
    sector: Identifier
    """Sector."""
    buyer_class: BuyerClass
    """What the goods are made for."""
    tier: Tier
    """How Beijing treats the maker."""


NeedQuantity = Literal["criticality_share", "mass_kg_per_unit"]


class NeedRow(QuantityRow):
    """How far a sector depends on a component."""

    MEASURES: ClassVar = {
        "criticality_share": Measure(
            "share", maximum=1.0, meaning="share of the output that cannot ship without it"
        ),
        "mass_kg_per_unit": Measure("kg", meaning="mass of the component in one unit"),
    }
    sector: Identifier
    """Sector."""
    component: Identifier
    """Component."""
    quantity: NeedQuantity
    """Which figure."""


CoverQuantity = Literal["stock_weeks", "cap_weeks", "lag_weeks"]


class CoverRow(QuantityRow):
    """Stock of a component, in weeks of the sector's own need."""

    MEASURES: ClassVar = {
        "stock_weeks": Measure("week", meaning="stock on hand when control begins"),
        "cap_weeks": Measure("week", meaning="most stock that is ever held"),
        "lag_weeks": Measure("week", whole=True, meaning="time between the border and the factory"),
    }
    sector: Identifier
    """Sector."""
    component: Identifier
    """Component."""
    quantity: CoverQuantity
    """Which figure."""


SubstitutionQuantity = Literal[
    "largest_share", "qualification_weeks", "ramp_weeks",
    "assembly_share", "assembly_weeks", "assembly_ramp_weeks", "thrift_share",
]  # fmt: skip


class SubstitutionRow(QuantityRow):
    """How much of a need can be engineered away, and when."""

    MEASURES: ClassVar = {
        "largest_share": Measure("share", below=1.0, meaning="most that can be engineered away"),
        "qualification_weeks": Measure(
            "week", whole=True, meaning="from the start of work to first use"
        ),
        "ramp_weeks": Measure("week", whole=True, meaning="from first use to the largest share"),
        "assembly_share": Measure(
            "share", maximum=1.0,
            meaning="share of need that can arrive inside assembled parts, which need no licence",
        ),
        "assembly_weeks": Measure(
            "week", whole=True, meaning="from the start of control to the first such parts"
        ),
        "assembly_ramp_weeks": Measure(
            "week", whole=True, meaning="from the first such parts to the full share"
        ),
        "thrift_share": Measure(
            "share", maximum=1.0,
            meaning="share of need that can be saved without loss once supply falls short",
        ),
    }  # fmt: skip
    sector: Identifier
    """Sector."""
    component: Identifier
    """Component."""
    quantity: SubstitutionQuantity
    """Which figure."""


class DemandRow(QuantityRow):
    """Use of an element."""

    MEASURES: ClassVar = {
        "world_use_t_per_year": Measure(
            "t/yr", meaning="world use, contained oxide a year", minimum=1e-9
        ),
    }
    element: Element
    """Element."""
    destination: CountryCode
    """Where it is used; WLD for the world."""
    quantity: Literal["world_use_t_per_year"]
    """Which figure."""
