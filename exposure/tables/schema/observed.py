"""Tables of observations: flows, licence outcomes, prices, output, stoppages.

They are used for the calibration, the back-test and the choice of draws; no score is computed
from them.
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
"""Goods in customs statistics: magnets, all rare earths, and every controlled element."""


class ObservedExportRow(QuantityRow):
    """Exports recorded by China's customs in one month, year or joint period."""

    MEASURES: ClassVar = {"": Measure("t")}
    period: Period
    """Month, or a longer period where months were published jointly."""
    item: Good
    """Goods; the name of an element means all of its compounds."""
    destination: CountryCode
    """Destination; WLD for all."""


class LicenceOutcomeRow(QuantityRow):
    """Outcome of the applications of one population of firms."""

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
            "share", maximum=1.0, meaning="share of firms delayed by less than a month"
        ),
        "delay_1_to_2_months_share": Measure(
            "share", maximum=1.0, meaning="share of firms delayed by one to two months"
        ),
        "delay_over_2_months_share": Measure(
            "share", maximum=1.0, meaning="share of firms delayed by more than two months"
        ),
        "reviewers": Measure("count", meaning="people who decide on applications"),
    }
    period: Period
    """Period to which the figure refers."""
    population: Identifier
    """Population of firms that applied; populations are never pooled."""
    quantity: Literal[
        "filed", "approved", "pending", "rejected", "approved_share", "slower_than_clock_share",
        "delay_under_1_month_share", "delay_1_to_2_months_share", "delay_over_2_months_share",
        "reviewers",
    ]  # fmt: skip
    """Quantity that the row states."""


class PriceRow(QuantityRow):
    """Price of an oxide or metal in a market and period."""

    MEASURES: ClassVar = {"": Measure("USD/kg")}
    period: Period
    """Year, month or day."""
    item: Identifier
    """Goods, e.g. `dy_oxide`."""
    place: Text
    """Market: `fob_china`, `europe`, `rotterdam`, ..."""


class ObservedOutputRow(QuantityRow):
    """Known deliveries or production of a sector."""

    MEASURES: ClassVar = {
        "deliveries": Measure("unit", meaning="units handed over in the period"),
        "production_rate_per_year": Measure("unit/yr", meaning="units made, as an annual rate"),
        "planned": Measure("unit", meaning="units planned or agreed"),
        "sales": Measure("unit", meaning="units sold in the period"),
    }
    sector: Identifier
    """Sector, or a programme that represents it; see the note."""
    period: Period
    """Period to which the figure refers."""
    quantity: Literal["deliveries", "production_rate_per_year", "planned", "sales"]
    """Quantity that the row states."""
    programme: Text
    """Exact definition of what was counted."""


class DisruptionRow(QuantityRow):
    """A reported stoppage or delay, or the reported absence of one."""

    MEASURES: ClassVar = {
        "weeks_to_impact": Measure("week", meaning="weeks from 4 April 2025 to the first effect"),
        "weeks_stopped": Measure("week", meaning="weeks without production"),
        "output_lost_share": Measure(
            "share", maximum=1.0, meaning="share of the period's output that was lost"
        ),
        "delay_weeks": Measure("week", meaning="weeks by which a delivery was late"),
        "stoppages": Measure(
            "count", meaning="lines or plants that stopped; 0 if no stoppage is known"
        ),
    }
    sector: Identifier
    """Sector."""
    period: Period
    """Period in which it began."""
    case: Identifier
    """Firm or line."""
    quantity: Literal[
        "weeks_to_impact", "weeks_stopped", "output_lost_share", "delay_weeks", "stoppages"
    ]
    """Quantity that the row states."""
    destination: CountryCode
    """Country or region."""
    what: OptionalText
    """Short description of the event."""


class ObservedLossRow(QuantityRow):
    """Range of a sector's loss of output in a period that fits the public record."""

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
    """Point of production at which the loss, or its absence, was observed."""
    strength: Strength
    """Strength of the evidence."""
    what: OptionalText
    """Description of the observation."""


class ObservedStockRow(QuantityRow):
    """Reported stock of a component on a day after control began."""

    MEASURES: ClassVar = {"": Measure("week", meaning="stock in weeks of the holders' own need")}
    subject: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*|[A-Z][a-z]?)$")]
    """Sector that holds the stock; or an element, for the mean over its ranked users."""
    component: Identifier | Selector
    """Component held; '*' for an element."""
    date: date
    """Day to which the statement refers."""
    strength: Strength
    """Strength of the evidence."""
    what: OptionalText
    """Description of the statement."""
