"""Tables of Beijing's decisions, of other constants of the model, and of sources."""

from datetime import date
from typing import ClassVar, Literal

from exposure.tables.schema.rows import (
    DescriptiveRow,
    Measure,
    OptionalDate,
    OptionalText,
    QuantityRow,
    Text,
)
from exposure.terms import BuyerClass, BuyerPlace, Element, Grade, Identifier, Selector

QueueQuantity = Literal[
    "capacity_share_per_week", "first_decision_week",
    "approval_ordinary", "approval_ordinary_upstream",
    "approval_fast_track", "approval_general",
    "delay_weeks_ordinary", "delay_weeks_fast_track", "delay_weeks_general",
    "validity_weeks_ordinary", "validity_weeks_fast_track", "validity_weeks_general",
    "renewal_lead_weeks", "renewal_approval", "look_through",
    "applications_civil", "applications_dual", "applications_military",
    "applications_trusted", "applications_listed",
    "capacity_start_share", "capacity_growth_weeks", "delay_weeks_listed",
    "delay_weeks_ordinary_upstream",
    "refusal_share", "reapplication_share", "reapplication_weeks",
    "enforcement_weeks", "catch_up_ceiling", "recoverable_share",
    "checked_share", "check_weeks",
]  # fmt: skip

OFFICE_QUANTITIES = frozenset(
    {
        "capacity_share_per_week", "capacity_start_share", "capacity_growth_weeks",
        "first_decision_week", "applications_civil", "applications_dual", "applications_military",
        "applications_trusted", "applications_listed", "enforcement_weeks", "catch_up_ceiling",
        "recoverable_share", "checked_share", "check_weeks",
    }
)  # fmt: skip
"""Figures of an office and its border as a whole, which depend only on the destination."""


class LicenceQueueRow(QuantityRow):
    """Treatment of applications from one destination's buyers by the licensing office."""

    MEASURES: ClassVar = {
        "capacity_share_per_week": Measure(
            "share/week", meaning="decisions per week, as a share of all buyer-item relationships"
        ),
        "first_decision_week": Measure(
            "week", whole=True, meaning="weeks from the start of control to the first decisions"
        ),
        "approval_ordinary": Measure(
            "share", maximum=1.0, meaning="share of ordinary cases that is finally approved"
        ),
        "approval_ordinary_upstream": Measure(
            "share", maximum=1.0, meaning="approval_ordinary for oxide and metal"
        ),
        "approval_fast_track": Measure(
            "share", maximum=1.0, meaning="share of decided fast-track cases that is approved"
        ),
        "approval_general": Measure(
            "share", maximum=1.0, meaning="share of decided general licences that is approved"
        ),
        "delay_weeks_ordinary": Measure(
            "week", whole=True, meaning="weeks of review before an ordinary case can be decided"
        ),
        "delay_weeks_fast_track": Measure(
            "week", whole=True, meaning="weeks of review before a fast-track case can be decided"
        ),
        "delay_weeks_general": Measure(
            "week", whole=True, meaning="weeks of review before a general licence can be decided"
        ),
        "validity_weeks_ordinary": Measure(
            "week", minimum=1, whole=True, meaning="weeks for which an ordinary licence is valid"
        ),
        "validity_weeks_fast_track": Measure(
            "week", minimum=1, whole=True, meaning="weeks for which a fast-track licence is valid"
        ),
        "validity_weeks_general": Measure(
            "week", minimum=1, whole=True, meaning="weeks for which a general licence is valid"
        ),
        "renewal_lead_weeks": Measure(
            "week", whole=True, meaning="weeks before expiry in which the renewal is filed"
        ),
        "renewal_approval": Measure(
            "share", maximum=1.0, meaning="share of renewals that is approved"
        ),
        "look_through": Measure(
            "share",
            maximum=1.0,
            meaning="share of upstream exports that is judged by the final user",
        ),
        "applications_civil": Measure("share", maximum=1.0, meaning="civil share of applications"),
        "applications_dual": Measure("share", maximum=1.0, meaning="dual share of applications"),
        "applications_military": Measure(
            "share", maximum=1.0, meaning="military share of applications"
        ),
        "applications_trusted": Measure(
            "share", maximum=1.0, meaning="share of each class's applications from trusted buyers"
        ),
        "applications_listed": Measure(
            "share", maximum=1.0, meaning="share of each class's applications from listed parties"
        ),
        "capacity_start_share": Measure(
            "share", maximum=1.0, meaning="share of full capacity on the day control begins"
        ),
        "capacity_growth_weeks": Measure(
            "week", meaning="weeks over which capacity grows linearly to its full level"
        ),
        "delay_weeks_ordinary_upstream": Measure(
            "week", whole=True, meaning="delay_weeks_ordinary for oxide and metal"
        ),
        "refusal_share": Measure(
            "share", maximum=1.0,
            meaning="share of decided but not approved files that is refused; others stay pending",
        ),
        "reapplication_share": Measure(
            "share", maximum=1.0,
            meaning="share of refused applications and renewals that is filed again",
        ),
        "reapplication_weeks": Measure(
            "week", minimum=1, whole=True, meaning="weeks from a refusal to the new application"
        ),
        "delay_weeks_listed": Measure(
            "week", whole=True,
            meaning="weeks of review for listed parties, who have no legal time limit",
        ),
        "enforcement_weeks": Measure(
            "week", meaning="weeks until customs stops all goods that need a licence"
        ),
        "catch_up_ceiling": Measure(
            "ratio", minimum=1.0,
            meaning="largest flow of a holder with unfilled orders, relative to its usual flow",
        ),
        "recoverable_share": Measure(
            "share", maximum=1.0, meaning="share of unfilled orders that are still wanted later"
        ),
        "checked_share": Measure(
            "share", maximum=1.0,
            meaning="share of licence-free goods held for a customs check at the start",
        ),
        "check_weeks": Measure("week", meaning="duration of such a check"),
    }  # fmt: skip
    destination: BuyerPlace | Selector
    """Country or region of the buyers; '*' for every destination without a row of its own."""
    buyer_class: BuyerClass | Selector
    """Class of the buyers; '*' for all."""
    element: Element | Selector
    """Element; '*' for all."""
    quantity: QueueQuantity
    """Quantity that the row states."""
    from_date: OptionalDate
    """First day on which the row applies; empty for a row that always applies."""


ParameterName = Literal[
    "nested_share", "restock_ratio", "application_weight", "rationing_weight", "switch_weeks",
    "switch_ramp_weeks", "stock_correlation", "firm_spread", "leak_share", "leak_weeks",
    "structural_discrepancy", "strong_tolerance", "weak_tolerance", "stock_tolerance_weeks",
    "recapture_share", "stoppage_tolerance_weeks", "element_per_oxide",
]  # fmt: skip


class ParameterRow(QuantityRow):
    """An uncertain constant of the model that belongs to no other table."""

    MEASURES: ClassVar = {
        "nested_share": Measure(
            "share", maximum=1.0,
            meaning="degree to which the same tonnes are Chinese at all stages (1), or mix (0)",
        ),
        "restock_ratio": Measure(
            "ratio", minimum=1.0, meaning="largest stock relative to the stock at the start"
        ),
        "application_weight": Measure(
            "weight", meaning="applications for an element, relative to the other elements"
        ),
        "rationing_weight": Measure(
            "share", maximum=1.0,
            meaning="share of contracts that give way to the order of service once buyers switch",
        ),
        "switch_weeks": Measure(
            "week", whole=True, meaning="weeks from the start of control to the first switches"
        ),
        "switch_ramp_weeks": Measure(
            "week", whole=True, meaning="weeks from the first buyers who switch to the last"
        ),
        "stock_correlation": Measure(
            "correlation", maximum=1.0, meaning="correlation of stocks within a group of sectors"
        ),
        "firm_spread": Measure(
            "sigma", meaning="standard deviation of the logarithm of stocks among firms"
        ),
        "leak_share": Measure(
            "share", maximum=1.0, meaning="share of a sector's firms that priority reaches late"
        ),
        "leak_weeks": Measure(
            "week", whole=True, meaning="weeks by which priority reaches those firms later"
        ),
        "structural_discrepancy": Measure(
            "share", maximum=1.0, meaning="model error allowed for a sector's loss in a quarter"
        ),
        "strong_tolerance": Measure(
            "share", maximum=1.0, minimum=1e-6,
            meaning="width of the tail outside a strongly observed range of loss",
        ),
        "weak_tolerance": Measure(
            "share", maximum=1.0, minimum=1e-6,
            meaning="width of the tail outside a weakly observed range of loss",
        ),
        "recapture_share": Measure(
            "share", maximum=1.0, meaning="share of lost output that is made up later"
        ),
        "element_per_oxide": Measure(
            "share", maximum=1.0, minimum=1e-6, meaning="mass of the element in its oxide"
        ),
        "stoppage_tolerance_weeks": Measure(
            "week", minimum=1e-6, meaning="width of the tail after the week of a reported stoppage"
        ),
        "stock_tolerance_weeks": Measure(
            "week", minimum=1e-6, meaning="width of the tail outside an observed range of stock"
        ),
    }  # fmt: skip
    parameter: ParameterName
    """Constant that the row states."""
    scope: Text
    """Scope: an element, a group of sectors, or '*' for all."""


class PolicyEventRow(DescriptiveRow):
    """A dated measure, whether in force or not, with or without effect on flows."""

    event: Identifier
    """Stable key."""
    date: date
    """Day on which it took effect."""
    announcement: OptionalText
    """Number of the official announcement."""
    scope: Text
    """Elements, buyers and destinations concerned."""
    effect: Text
    """Effect of the measure."""
    status: Literal["in_force", "suspended", "lapsed", "unknown"]
    """Status on the last day covered by the evidence."""
    affects_flow: Literal["yes", "no"]
    """Yes if it changes exports from China; tariffs and truce dates do not."""
    source_id: Text
    """Source of the statement."""
    locator: Text
    """Place in the source."""
    note: OptionalText
    """Remarks for readers."""


class SourceRow(DescriptiveRow):
    """A document in which figures were read."""

    source_id: Identifier
    """Stable key."""
    title: Text
    """Title."""
    publisher: Text
    """Publisher."""
    published: OptionalText
    """Date of publication, as far as it is known."""
    accessed: date
    """Day on which it was read."""
    address: Text
    """Address at which it was read."""
    licence: OptionalText
    """Terms of use, where stated."""
    grade: Grade
    """Reliability of the source."""
    says: Text
    """Relevant content."""
    does_not_say: OptionalText
    """Questions that it leaves open."""
