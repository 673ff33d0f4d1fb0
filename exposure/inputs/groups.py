"""Groups of uncertain inputs: the subject of every random stream.

A stream is named after the table and key of its cell (`exposure.inputs.streams`), so that the name
determines the group. Every stream belongs to one group.
"""

from typing import Final

STOCK: Final = "stock"
CRITICALITY: Final = "criticality"
SOURCING: Final = "sourcing"
LOOK_THROUGH: Final = "look-through"
APPROVALS: Final = "approvals"
CAPACITY: Final = "capacity"
NEW_SUPPLY: Final = "new supply"
SUBSTITUTION: Final = "substitution"
RATIONING: Final = "rationing"
OTHER: Final = "other"

GROUPS: dict[str, str] = {
    STOCK: "initial stocks, their caps and lags, their spread among firms and their correlation",
    CRITICALITY: "share of output that cannot ship without a component; mass per unit",
    SOURCING: "China's share of world output and of buyers' purchases, stage by stage",
    LOOK_THROUGH: "share of upstream goods that Beijing judges by their final user",
    APPROVALS: "approvals, refusals, new applications, renewals and checks, and their durations",
    CAPACITY: "decisions per week and their growth, review times, and applications by buyer",
    NEW_SUPPLY: "plants outside China, recycling and reserves",
    SUBSTITUTION: "needs that can be replaced, saved or bought inside assembled parts, and when",
    RATIONING: "users' shares of the pools, their order of service, strength and speed of priority",
    OTHER: "output by buyer class, and all other constants; value added and recapture of lost "
    "output, which move amounts of money only",
}
"""Description of each group."""

_TABLES = {
    "cover": STOCK,
    "needs": CRITICALITY,
    "sourcing": SOURCING,
    "stage_shares": SOURCING,
    "component_elements": SOURCING,
    "new_supply": NEW_SUPPLY,
    "recycling": NEW_SUPPLY,
    "reserves": NEW_SUPPLY,
    "substitution": SUBSTITUTION,
    "pool_users": RATIONING,
}
"""Tables that belong to one group as a whole."""

_PARAMETERS = {
    "stock_correlation": STOCK,
    "restock_ratio": STOCK,
    "firm_spread": STOCK,
    "nested_share": SOURCING,
    "application_weight": CAPACITY,
    "rationing_weight": RATIONING,
    "switch_weeks": RATIONING,
    "switch_ramp_weeks": RATIONING,
    "leak_share": RATIONING,
    "leak_weeks": RATIONING,
}
"""Constants that belong to a group."""

_CAPACITY_WORDS = (
    "capacity_", "first_decision_", "delay_", "applications_", "catch_up_", "recoverable_",
)  # fmt: skip
"""First words of the quantities that describe the capacity and start of an office."""


def group_of(stream: str) -> str:
    """Group of a random stream, or of a cell named like one.

    Parameters
    ----------
    stream
        Table and key joined by ``|``; ``chance|new_supply|...`` for the luck of a project.

    Examples
    --------
    >>> group_of("cover|defence|stock_weeks"), group_of("chance|new_supply|evac_sumter_magnets")
    ('stock', 'new supply')
    >>> group_of("licence_queue|*|military|Sm|look_through|")
    'look-through'
    """
    parts = stream.removeprefix("chance|").split("|")
    table = parts[0]
    if table == "parameters":
        return _PARAMETERS.get(parts[1], OTHER)
    if table == "licence_queue":
        return _of_queue(parts[1:])
    return _TABLES.get(table, OTHER)


def _of_queue(key: list[str]) -> str:
    if "look_through" in key:
        return LOOK_THROUGH
    slow = any(part.startswith(_CAPACITY_WORDS) for part in key)
    return CAPACITY if slow else APPROVALS
