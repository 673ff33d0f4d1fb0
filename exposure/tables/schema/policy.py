"""Tables of what Beijing decides, of the model's other constants, and of the sources."""

from datetime import date
from typing import ClassVar, Literal

from exposure.tables.schema.rows import (
    DescriptiveRow,
    Measure,
    OptionalText,
    QuantityRow,
    Text,
)
from exposure.terms import BuyerPlace, Grade, Identifier, Selector

QueueQuantity = Literal[
    "capacity_share_per_week", "first_decision_week",
    "approval_ordinary", "approval_ordinary_upstream",
    "approval_fast_track", "approval_general",
    "delay_weeks_ordinary", "delay_weeks_fast_track", "delay_weeks_general",
    "validity_weeks_ordinary", "validity_weeks_fast_track", "validity_weeks_general",
    "renewal_lead_weeks", "renewal_approval", "look_through",
    "applications_civil", "applications_dual", "applications_military",
    "applications_trusted", "applications_listed",
    "capacity_start_share", "capacity_growth_weeks", "resubmission", "delay_weeks_listed",
    "enforcement_weeks", "catch_up_ceiling", "recoverable_share",
    "checked_share", "check_weeks",
]  # fmt: skip


class LicenceQueueRow(QuantityRow):
    """How the licensing office treats the applications of one destination's buyers."""

    MEASURES: ClassVar = {
        "capacity_share_per_week": Measure(
            "share/week", meaning="decisions a week, as a share of all buyer-item relationships"
        ),
        "first_decision_week": Measure(
            "week", whole=True, meaning="weeks after control begins before anything is decided"
        ),
        "approval_ordinary": Measure(
            "share", maximum=1.0, meaning="share of ordinary cases approved in the end"
        ),
        "approval_ordinary_upstream": Measure(
            "share", maximum=1.0, meaning="the same for oxide and metal"
        ),
        "approval_fast_track": Measure(
            "share", maximum=1.0, meaning="share approved of the fast-track cases decided"
        ),
        "approval_general": Measure(
            "share", maximum=1.0, meaning="share approved of the general licences decided"
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
            "week", minimum=1, whole=True, meaning="weeks for which an ordinary licence is good"
        ),
        "validity_weeks_fast_track": Measure(
            "week", minimum=1, whole=True, meaning="weeks for which a fast-track licence is good"
        ),
        "validity_weeks_general": Measure(
            "week", minimum=1, whole=True, meaning="weeks for which a general licence is good"
        ),
        "renewal_lead_weeks": Measure(
            "week", whole=True, meaning="how long before expiry the renewal is filed"
        ),
        "renewal_approval": Measure(
            "share", maximum=1.0, meaning="share of renewals that is approved"
        ),
        "look_through": Measure(
            "share",
            maximum=1.0,
            meaning="share of what leaves China upstream that is judged by the final user",
        ),
        "applications_civil": Measure("share", maximum=1.0, meaning="civil share of applications"),
        "applications_dual": Measure("share", maximum=1.0, meaning="dual share of applications"),
        "applications_military": Measure(
            "share", maximum=1.0, meaning="military share of applications"
        ),
        "applications_trusted": Measure(
            "share", maximum=1.0, meaning="share of each class's applications that is trusted"
        ),
        "applications_listed": Measure(
            "share", maximum=1.0, meaning="share of each class's applications that is listed"
        ),
        "capacity_start_share": Measure(
            "share", maximum=1.0, meaning="share of full capacity on the day control begins"
        ),
        "capacity_growth_weeks": Measure(
            "week", meaning="weeks over which capacity grows linearly to its full level"
        ),
        "resubmission": Measure(
            "share", below=1.0, meaning="share of refused or returned files that come back"
        ),
        "delay_weeks_listed": Measure(
            "week", whole=True,
            meaning="weeks of review for listed parties, for whom no legal limit runs",
        ),
        "enforcement_weeks": Measure(
            "week", meaning="weeks over which customs comes to stop all that needs a licence"
        ),
        "catch_up_ceiling": Measure(
            "ratio", minimum=1.0,
            meaning="most a licence holder ships while it has unfilled orders, over its usual flow",
        ),
        "recoverable_share": Measure(
            "share", maximum=1.0, meaning="share of unfilled orders that are still wanted later"
        ),
        "checked_share": Measure(
            "share", maximum=1.0,
            meaning="share of goods that need no licence held for a customs check at the start",
        ),
        "check_weeks": Measure("week", meaning="how long such a check takes"),
    }  # fmt: skip
    destination: BuyerPlace | Selector
    """Where the buyers are; '*' for every destination without a row of its own."""
    quantity: QueueQuantity
    """Which figure."""


class ParameterRow(QuantityRow):
    """An uncertain constant of the model that belongs to no other table."""

    MEASURES: ClassVar = {
        "nested_share": Measure(
            "share", maximum=1.0,
            meaning="how far the same tonnes are Chinese at every stage (1) or mix freely (0)",
        ),
        "restock_ratio": Measure(
            "ratio", minimum=1.0, meaning="most stock ever held over the stock at the start"
        ),
        "application_weight": Measure(
            "weight", meaning="applications for an element, relative to the other elements"
        ),
    }  # fmt: skip
    parameter: Literal["nested_share", "restock_ratio", "application_weight"]
    """Which constant."""
    scope: Text
    """What it is for: an element symbol, or '*' for all."""


class PolicyEventRow(DescriptiveRow):
    """A dated measure, in force or not, with or without effect on flows."""

    event: Identifier
    """Stable key."""
    date: date
    """Day on which it took effect."""
    announcement: OptionalText
    """Number of the official announcement."""
    scope: Text
    """Elements, buyers and destinations it touches."""
    effect: Text
    """What it does."""
    status: Literal["in_force", "suspended", "lapsed", "unknown"]
    """Status at the edge of the evidence."""
    affects_flow: Literal["yes", "no"]
    """Whether it acts on what leaves China; tariffs and truce dates do not."""
    source_id: Text
    """Where it was read."""
    locator: Text
    """Place in the source."""
    note: OptionalText
    """What a reader should know."""


class SourceRow(DescriptiveRow):
    """A document in which figures were read."""

    source_id: Identifier
    """Stable key."""
    title: Text
    """Title."""
    publisher: Text
    """Who published it."""
    published: OptionalText
    """Date of publication, as far as it is known."""
    accessed: date
    """Day on which it was read."""
    address: Text
    """Where it was read."""
    licence: OptionalText
    """Terms of use, where stated."""
    grade: Grade
    """How far it can be trusted."""
    says: Text
    """What it says."""
    does_not_say: OptionalText
    """What it leaves open."""
