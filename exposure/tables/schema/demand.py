"""Tables of the demand side: sectors, their size, buyers, needs, cover, substitution, demand.

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
    """A ranked end use."""

    sector: Identifier
    """Stable key."""
    name: Text
    """Label."""
    end_use: Literal["defence", "dual", "civil"]
    """Broad end use, for grouping only."""
    destination: BuyerPlace
    """Country or region of its makers."""
    industry_code: Text
    """Industry of the national accounts to which it belongs."""
    uncertainty_group: Identifier
    """Sectors of one group have correlated stocks. A row of ``needs``, ``cover`` or
    ``substitution`` that names the group applies to each of its sectors without a row of its
    own."""
    note: OptionalText
    """Remarks for readers."""


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
            "week", whole=True, meaning="weeks from the arrival of the part at the line to delivery"
        ),
    }
    sector: Identifier
    """Sector."""
    quantity: SectorValueQuantity
    """Quantity that the row states."""


class BuyerRow(QuantityRow):
    """Share of a sector's output made for one class of buyer in one tier."""

    MEASURES: ClassVar = {"": SHARE}
    sector: Identifier
    """Sector."""
    buyer_class: BuyerClass
    """Use for which the goods are made."""
    tier: Tier
    """Beijing's treatment of the maker."""


NeedQuantity = Literal["criticality_share", "mass_kg_per_unit"]


class NeedRow(QuantityRow):
    """Dependence of a sector on a component."""

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
    """Quantity that the row states."""


CoverQuantity = Literal["stock_weeks", "cap_weeks", "lag_weeks"]


class CoverRow(QuantityRow):
    """Stock of a component, in weeks of the sector's own need."""

    MEASURES: ClassVar = {
        "stock_weeks": Measure("week", meaning="stock on hand when control begins"),
        "cap_weeks": Measure("week", meaning="largest stock that is ever held"),
        "lag_weeks": Measure("week", whole=True, meaning="time between the border and the factory"),
    }
    sector: Identifier
    """Sector."""
    component: Identifier
    """Component."""
    quantity: CoverQuantity
    """Quantity that the row states."""


SubstitutionQuantity = Literal[
    "largest_share", "qualification_weeks", "ramp_weeks",
    "assembly_share", "assembly_weeks", "assembly_ramp_weeks", "thrift_share",
]  # fmt: skip


class SubstitutionRow(QuantityRow):
    """Share of a need that can be substituted, and when."""

    MEASURES: ClassVar = {
        "largest_share": Measure("share", below=1.0, meaning="largest share that is substituted"),
        "qualification_weeks": Measure(
            "week", whole=True, meaning="weeks from the start of work to first use"
        ),
        "ramp_weeks": Measure(
            "week", whole=True, meaning="weeks from first use to the largest share"
        ),
        "assembly_share": Measure(
            "share", maximum=1.0,
            meaning="share of need that can arrive inside assembled parts, which need no licence",
        ),
        "assembly_weeks": Measure(
            "week", whole=True, meaning="weeks from the start of control to the first such parts"
        ),
        "assembly_ramp_weeks": Measure(
            "week", whole=True, meaning="weeks from the first such parts to the full share"
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
    """Quantity that the row states."""


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
    """Country or region of use; WLD for the world."""
    quantity: Literal["world_use_t_per_year"]
    """Quantity that the row states."""
