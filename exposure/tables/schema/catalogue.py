"""The list of all tables: name, row model, key.

The row models are in the modules `supply`, `demand`, `policy` and `observed` of this folder. Each
field is described where it is declared, so the models are also the data dictionary.
"""

from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel

from exposure.errors import unknown_name
from exposure.tables.schema import demand, observed, policy, supply
from exposure.tables.schema.rows import QuantityRow


@dataclass(frozen=True)
class Table:
    """Name, row model and key of one table."""

    name: str
    row: type[BaseModel]
    key: tuple[str, ...]
    required: bool = True
    """True if the model needs the table to run."""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns in the order in which they are written: key, description, figure, evidence."""
        fields = list(self.row.model_fields)
        figure = [c for c in fields if c in QuantityRow.model_fields and c not in self.key]
        described = [c for c in fields if c not in (*self.key, *figure)]
        return (*self.key, *described, *figure)

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.name}.csv"


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("elements", supply.ElementRow, ("element",)),
        Table("stages", supply.StageRow, ("stage",)),
        Table("components", supply.ComponentRow, ("component",)),
        Table("component_elements", supply.ComponentElementRow, ("component", "element")),
        Table(
            "stage_shares", supply.StageShareRow, ("element", "stage", "country", "year", "kind")
        ),
        Table(
            "sourcing",
            supply.SourcingRow,
            ("destination", "buyer_class", "component", "stage", "country", "from_date"),
        ),
        Table("pool_users", supply.PoolUserRow, ("pool", "user", "quantity")),
        Table("sectors", demand.SectorRow, ("sector",)),
        Table("sector_values", demand.SectorValueRow, ("sector", "quantity")),
        Table("buyers", demand.BuyerRow, ("sector", "buyer_class", "tier")),
        Table("needs", demand.NeedRow, ("sector", "component", "quantity")),
        Table("cover", demand.CoverRow, ("sector", "component", "quantity")),
        Table("substitution", demand.SubstitutionRow, ("sector", "component", "quantity")),
        Table("new_supply", supply.NewSupplyRow, ("project", "element", "stage", "quantity")),
        Table("demand", demand.DemandRow, ("element", "destination", "quantity")),
        Table(
            "licence_queue",
            policy.LicenceQueueRow,
            ("destination", "buyer_class", "element", "quantity", "from_date"),
        ),
        Table("parameters", policy.ParameterRow, ("parameter", "scope")),
        Table(
            "recycling", supply.RecyclingRow, ("element", "destination", "quantity"), required=False
        ),
        Table("reserves", supply.ReserveRow, ("element", "holder", "quantity"), required=False),
        Table("policy_events", policy.PolicyEventRow, ("event",), required=False),
        Table(
            "observed_exports",
            observed.ObservedExportRow,
            ("period", "item", "destination"),
            required=False,
        ),
        Table(
            "licence_outcomes",
            observed.LicenceOutcomeRow,
            ("period", "population", "quantity"),
            required=False,
        ),
        Table("prices", observed.PriceRow, ("period", "item", "place"), required=False),
        Table(
            "observed_output",
            observed.ObservedOutputRow,
            ("sector", "period", "quantity", "programme"),
            required=False,
        ),
        Table(
            "disruptions",
            observed.DisruptionRow,
            ("sector", "period", "case", "quantity"),
            required=False,
        ),
        Table(
            "observed_losses",
            observed.ObservedLossRow,
            ("sector", "from_date", "to_date"),
            required=False,
        ),
        Table(
            "observed_stocks",
            observed.ObservedStockRow,
            ("subject", "component", "date"),
            required=False,
        ),
        Table("sources", policy.SourceRow, ("source_id",)),
    )
}
"""Every table, by name."""

_NAMES: dict[type[BaseModel], str] = {table.row: table.name for table in TABLES.values()}


def name_of(model: type[BaseModel]) -> str:
    """Name of the table with a given row model.

    Parameters
    ----------
    model
        Row model of one of `TABLES`.

    Raises
    ------
    UnknownNameError
        If no table has rows of this model.

    Examples
    --------
    >>> name_of(demand.NeedRow)
    'needs'
    """
    if model not in _NAMES:
        raise unknown_name("row model", model.__name__, {kind.__name__ for kind in _NAMES})
    return _NAMES[model]
