"""A small world for tests of the licensing office: three elements, two magnets, one queue."""

from collections.abc import Iterable
from datetime import date

from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.policy.rules import Rule
from exposure.policy.scenario import Scenario
from exposure.tables.dataset import Dataset
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.policy import LicenceQueueRow, ParameterRow
from exposure.tables.schema.supply import ComponentRow, ElementRow
from exposure.terms import BuyerClass, Tier

START = date(2025, 4, 4)
"""The day on which samarium, dysprosium and terbium come under control."""

STAGES = ("separation", "metal", "magnet")

Value = float | tuple[float, float, float]

QUEUE: dict[str, Value] = {
    "capacity_share_per_week": 0.1,
    "first_decision_week": 6,
    "approval_ordinary": 0.7,
    "approval_ordinary_upstream": 0.5,
    "approval_fast_track": 0.9,
    "approval_general": 1.0,
    "delay_weeks_ordinary": 7,
    "delay_weeks_ordinary_upstream": 7,
    "delay_weeks_fast_track": 2,
    "delay_weeks_general": 4,
    "delay_weeks_listed": 26,
    "validity_weeks_ordinary": 26,
    "validity_weeks_fast_track": 26,
    "validity_weeks_general": 52,
    "renewal_lead_weeks": 6,
    "renewal_approval": 1.0,
    "refusal_share": 0.5,
    "reapplication_share": 0.0,
    "reapplication_weeks": 4,
    "look_through": 0.5,
    "applications_civil": 0.8,
    "applications_dual": 0.15,
    "applications_military": 0.05,
    "applications_trusted": 0.3,
    "applications_listed": 0.05,
    # What follows is neutral; a test that is about it sets its own figures.
    "capacity_start_share": 1.0,
    "capacity_growth_weeks": 8,
    "enforcement_weeks": 0,
    "catch_up_ceiling": 1.0,
    "recoverable_share": 0.5,
    "checked_share": 0,
    "check_weeks": 6,
}
"""The queue of every destination."""

DRAWN: dict[str, Value] = {
    "enforcement_weeks": (0, 1, 6),
    "catch_up_ceiling": (1, 1.1, 1.4),
    "recoverable_share": (0, 0.5, 1),
    "capacity_start_share": (0, 0.5, 1),
    "capacity_share_per_week": (0.02, 0.1, 0.4),
    "approval_ordinary": (0.1, 0.6, 1),
    "renewal_approval": (0.5, 0.9, 1),
    "delay_weeks_ordinary": (1, 5, 9),
    "renewal_lead_weeks": (0, 5, 9),
    "refusal_share": (0, 0.5, 1),
    "reapplication_share": (0, 0.5, 1),
    "reapplication_weeks": (1, 4, 12),
}
"""Wide ranges for the most uncertain figures."""


def queue_row(
    quantity: str,
    value: Value,
    *,
    destination: str = "*",
    buyer_class: str = "*",
    element: str = "*",
    from_date: date | None = None,
) -> LicenceQueueRow:
    """A row of the table ``licence_queue``."""
    low, central, high = value if isinstance(value, tuple) else (value, value, value)
    return LicenceQueueRow(
        destination=destination, buyer_class=buyer_class, element=element, quantity=quantity,
        from_date=from_date, low=low, central=central, high=high,
        unit=LicenceQueueRow.MEASURES[quantity].unit, basis="assumed", note="made up",
    )  # fmt: skip


def dataset(rows: Iterable[LicenceQueueRow] = (), **changes: Value) -> Dataset:
    """Tables with changed figures of the queue, and rows beside those for all."""
    elements = [("Sm", START), ("Dy", START), ("Tb", START), ("Nd", None)]
    components = [("smco_magnet", ("Sm",)), ("heavy_magnet", ("Dy", "Tb", "Nd"))]
    weights = {"Sm": 0.5, "Dy": 1.0, "Tb": 0.5}
    return Dataset.from_rows(
        {
            "elements": [
                ElementRow(
                    element=symbol, name=symbol, group="heavy", controlled_from=day,
                    control_item="", source_id="", locator="", note="",
                )
                for symbol, day in elements
            ],
            "components": [
                ComponentRow(
                    component=name, name=name, item_group=name, elements=made_of, stages=STAGES,
                    processed_in="JPN", source_id="", locator="", note="",
                )
                for name, made_of in components
            ],
            "sectors": [
                SectorRow(
                    sector="missiles", name="Missiles", end_use="defence", destination="USA",
                    industry_code="1", uncertainty_group="defence", note="",
                )
            ],
            "licence_queue": [
                *(queue_row(quantity, value) for quantity, value in (QUEUE | changes).items()),
                *rows,
            ],
            "parameters": [
                ParameterRow(
                    parameter="application_weight", scope=symbol, low=weight, central=weight,
                    high=weight, unit="weight", basis="assumed", note="made up",
                )
                for symbol, weight in weights.items()
            ],
        },
        version="made up",
    )  # fmt: skip


def inputs(
    rows: Iterable[LicenceQueueRow] = (), *, draws: int = 1, seed: int = 1, **changes: Value
) -> Inputs:
    """Drawn figures of the world."""
    return Inputs.of(dataset(rows, **changes), Sampler.first(draws, seed))


def scenario(*rules: Rule, start: date = START) -> Scenario:
    """A course of policy."""
    return Scenario(scenario="made_up", name="Made up", start=start, text="For tests", rules=rules)


ORDINARY = Rule(starts=START, state="ordinary")
MILITARY = Rule(buyer_class="military", starts=START, state="withheld")
LISTED = Rule(tier="listed", starts=START, state="withheld")

CIVIL = (BuyerClass.CIVIL, Tier.STANDARD)
FORCES = (BuyerClass.MILITARY, Tier.STANDARD)
