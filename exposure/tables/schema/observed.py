"""Tables of what was seen: flows, licence outcomes, prices, output, stoppages.

They serve the calibration, the back-test and the choice of draws; no score is computed from them.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from exposure.tables.schema.rows import Measure, OptionalText, QuantityRow, Text
from exposure.terms import CountryCode, Identifier, ObservedAt, Selector, Strength

Period = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?|-Q[1-4]|-H[12])?$")]
"""A year, half-year (2025-H1), quarter (2025-Q3), month or day."""

Good = Literal[
    "rare_earth_magnets", "rare_earths_all", "rare_earth_compounds", "rare_earth_metals",
    "samarium", "samarium_oxide", "gadolinium", "gadolinium_oxide", "terbium", "terbium_oxide",
    "dysprosium", "dysprosium_oxide", "lutetium", "lutetium_oxide", "yttrium", "yttrium_oxide",
    "scandium", "scandium_oxide", "holmium", "erbium", "thulium", "ytterbium", "europium",
]  # fmt: skip
"""Goods that customs count: magnets, all rare earths, and every element put under control."""


class ObservedExportRow(QuantityRow):
    """What China's customs counted in one month, year or joint period."""

    MEASURES: ClassVar = {"": Measure("t")}
    period: Period
    """Month, or a longer period where months were published jointly."""
    item: Good
    """Goods counted; the name of an element means all of its compounds."""
    destination: CountryCode
    """Where they went; WLD for all."""


class LicenceOutcomeRow(QuantityRow):
    """What became of the applications of one population of firms."""

    MEASURES: ClassVar = {
        "filed": Measure("count", meaning="applications filed"),
        "approved": Measure("count", meaning="applications approved, or firms that hold a permit"),
        "pending": Measure("count", meaning="applications undecided"),
        "rejected": Measure("count", meaning="applications refused"),
        "approved_share": Measure(
            "share", maximum=1.0, meaning="approved, as a share of those filed"
        ),
        "slower_than_clock_share": Measure(
            "share", maximum=1.0, meaning="share of firms with reviews over 45 working days"
        ),
        "delay_under_1_month_share": Measure(
            "share", maximum=1.0, meaning="share of firms held up for less than a month"
        ),
        "delay_1_to_2_months_share": Measure(
            "share", maximum=1.0, meaning="share of firms held up for one to two months"
        ),
        "delay_over_2_months_share": Measure(
            "share", maximum=1.0, meaning="share of firms held up for more than two months"
        ),
        "reviewers": Measure("count", meaning="people who decide on applications"),
    }
    period: Period
    """When it was so."""
    population: Identifier
    """Whose applications; populations are never pooled."""
    quantity: Literal[
        "filed", "approved", "pending", "rejected", "approved_share", "slower_than_clock_share",
        "delay_under_1_month_share", "delay_1_to_2_months_share", "delay_over_2_months_share",
        "reviewers",
    ]  # fmt: skip
    """Which figure."""


class PriceRow(QuantityRow):
    """A price of an oxide or metal at a place and time."""

    MEASURES: ClassVar = {"": Measure("USD/kg")}
    period: Period
    """Year, month or day."""
    item: Identifier
    """Goods, e.g. `dy_oxide`."""
    place: Text
    """Market: `fob_china`, `europe`, `rotterdam`, ..."""


class ObservedOutputRow(QuantityRow):
    """What a sector is known to have delivered or made."""

    MEASURES: ClassVar = {
        "deliveries": Measure("unit", meaning="units handed over in the period"),
        "production_rate_per_year": Measure("unit/yr", meaning="units made, at the rate of a year"),
        "planned": Measure("unit", meaning="units planned or agreed"),
        "sales": Measure("unit", meaning="units sold in the period"),
    }
    sector: Identifier
    """Sector, or a programme that represents it, as the note says."""
    period: Period
    """When."""
    quantity: Literal["deliveries", "production_rate_per_year", "planned", "sales"]
    """Which figure."""
    programme: Text
    """What exactly was counted."""


class DisruptionRow(QuantityRow):
    """A reported stoppage or delay, or the reported absence of one."""

    MEASURES: ClassVar = {
        "weeks_to_impact": Measure("week", meaning="from 4 April 2025 to the first effect"),
        "weeks_stopped": Measure("week", meaning="weeks during which nothing was made"),
        "output_lost_share": Measure(
            "share", maximum=1.0, meaning="share of the period's output that was lost"
        ),
        "delay_weeks": Measure("week", meaning="weeks by which something came late"),
        "stoppages": Measure(
            "count", meaning="lines or plants that stopped; 0 where none is known to have"
        ),
    }
    sector: Identifier
    """Sector."""
    period: Period
    """When it began."""
    case: Identifier
    """Which firm or line."""
    quantity: Literal[
        "weeks_to_impact", "weeks_stopped", "output_lost_share", "delay_weeks", "stoppages"
    ]
    """Which figure."""
    destination: CountryCode
    """Where."""
    what: OptionalText
    """What happened, in a few words."""


class ObservedLossRow(QuantityRow):
    """How much of a sector's output the public record allows to have been lost in a period."""

    MEASURES: ClassVar = {
        "": Measure("share", maximum=1.0, meaning="mean share of the sector's output lost")
    }
    sector: Identifier
    """Sector."""
    from_date: date
    """First day of the period."""
    to_date: date
    """Last day of the period."""
    observed_at: ObservedAt
    """Point of production at which it was, or was not, seen."""
    strength: Strength
    """How firmly it is known."""
    what: OptionalText
    """What was seen, or not seen."""


class ObservedStockRow(QuantityRow):
    """Stock of a component on a day after control began, as far as it was stated."""

    MEASURES: ClassVar = {"": Measure("week", meaning="stock in weeks of the holders' own need")}
    subject: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*|[A-Z][a-z]?)$")]
    """Sector that holds it, or an element: the mean over its ranked users."""
    component: Identifier | Selector
    """Component held; '*' for an element."""
    date: date
    """Day that the statement speaks of."""
    strength: Strength
    """How firmly it is known."""
    what: OptionalText
    """What was stated."""
