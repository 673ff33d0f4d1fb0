"""Contents of each JSON file, as pydantic models; `exposure schema NAME` prints the schema.

Rows of results are checked against the registry of columns. A change of a model, or of a
column that a file holds, needs a new `schema_version` of that file: a test compares every
schema with the one on record in tests/golden/schemas.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema

from exposure.citations import KeyAssumption
from exposure.errors import unknown_name
from exposure.evidence.conditioning import Compared
from exposure.policy.scenario import Scenario
from exposure.report.changes import (
    AlertsFile,
    BriefingFile,
    ChangesFile,
    HistoryListFile,
    HistoryShowFile,
)
from exposure.report.files.output_model import OutputModel
from exposure.scoring.columns import columns_of
from exposure.settings import Settings
from exposure.tables.schema.policy import SourceRow


class RowModel(OutputModel):
    """Base of rows; no source is searched for docstrings, as the registry has their meaning."""

    model_config = ConfigDict(use_attribute_docstrings=False)


@cache
def row_model(result: str) -> type[OutputModel]:
    """Model of one row of a result, from the registry of columns."""
    fields: dict[str, Any] = {}
    for column in columns_of(result):
        kind: Any = column.type | None if column.nullable else column.type
        extra: dict[str, Any] = {"unit": column.unit} if column.unit else {}
        meaning = Field(description=column.meaning, json_schema_extra=extra)
        fields[column.name] = (kind, meaning)
    title = result.title().replace("_", "") + "Row"
    return create_model(title, __base__=RowModel, **fields)


@dataclass(frozen=True)
class RowsOf:
    """Marks a field that holds the rows of a result."""

    result: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return handler.generate_schema(tuple[row_model(self.result), ...])  # type: ignore[misc]


Rows = Sequence[OutputModel]
"""Rows of a result; `RowsOf` says of which."""

RankingRows = Annotated[Rows, RowsOf("ranking")]
AttributionRows = Annotated[Rows, RowsOf("attribution")]
WeeklyRows = Annotated[Rows, RowsOf("weekly")]


class OverlayRecord(OutputModel):
    """Rows of one overlay."""

    folder: str
    """Name of the folder, without its path."""
    digest: str
    """SHA-256 of its rows."""
    replaced: dict[str, list[str]]
    """Table to the keys of the rows whose values it changes."""
    added: dict[str, list[str]]
    """Table to the keys of the rows that it adds."""


class ChangeRecord(OutputModel):
    """A figure that was changed by hand, or scaled because another one of its set was."""

    table: str
    key: str
    """Values of the key columns of the row."""
    was: tuple[float, float, float]
    """Low, central and high before."""
    now: tuple[float, float, float]
    """Low, central and high since."""
    note: str
    """Reason for the change."""


class TablesRecord(OutputModel):
    """Code and tables that a result was made with."""

    record_digest: str
    """First 16 digits of the SHA-256 of the rest of the record; every file of a run carries it."""
    package_version: str
    library_versions: dict[str, str]
    """Python and the libraries on whose numerics results depend."""
    dataset_version: str
    dataset_digest: str
    """SHA-256 of all rows, those of overlays included."""
    overlaid: list[OverlayRecord]
    """Overlays in the order in which they were applied."""
    changed: list[ChangeRecord]
    """Figures changed by hand in Python, in the order in which they were."""


class ScenarioRecord(OutputModel):
    """Course of policy that was run."""

    scenario: str
    scenario_digest: str
    """SHA-256 of its rules and members."""
    rules_on_top: list[str]
    """Rules that were added to the course for this run, in words."""


class DrawsRecord(OutputModel):
    """Draws of a result."""

    conditioned: bool
    """True if only draws that agree with the record were used."""
    acceptance: float | None = None
    """Share of the tables' draws that agree with the record."""
    numbers_digest: str | None = None
    """SHA-256 of the numbers of the draws used."""
    note: str | None = None
    """Note on the draws for the reader."""


class RunRecord(TablesRecord):
    """Everything that a result was made from: equal records give equal bytes."""

    settings: Settings
    scenarios: list[ScenarioRecord]
    draws: DrawsRecord


class ScenarioResult(OutputModel):
    """Result of one scenario, or of one mixture."""

    scenario: str
    name: str
    ranking: RankingRows
    attribution: AttributionRows | None = None
    """Weekly losses; only in report.json."""
    weekly: WeeklyRows | None = None
    """Attribution to elements; only in report.json."""


class RankFile(OutputModel):
    """JSON of `exposure rank`, and report.json of `exposure report`."""

    schema_version: Literal[2]
    record: RunRecord
    scenarios: list[ScenarioResult]


class ExplainedScenario(OutputModel):
    """Composition of the score of one sector under one scenario."""

    scenario: str
    name: str
    ranking: RankingRows
    """The row of the sector."""
    points: Annotated[Rows, RowsOf("explanation")]
    assumptions: list[KeyAssumption]
    """Assumed rows with the strongest correlation with the score, strongest first."""
    levers: Annotated[Rows, RowsOf("levers")] | None = None
    """Levers that are meant for the sector and help it, the best first, on 64 draws at most."""


class ExplainFile(OutputModel):
    """JSON of `exposure explain`."""

    schema_version: Literal[1]
    record: RunRecord
    sector: str
    scenarios: list[ExplainedScenario]
    rows: Annotated[Rows, RowsOf("provenance")]
    """Rows of the tables behind the sector, with their sources."""


class ScenariosFile(OutputModel):
    """JSON of `exposure scenarios`: all that are shipped, or the one that was named."""

    schema_version: Literal[1]
    package_version: str
    scenarios: list[Scenario]


class CheckFile(OutputModel):
    """JSON of `exposure check`: tables without faults, and unusual or unused input in them."""

    schema_version: Literal[1]
    record: TablesRecord
    rows: dict[str, int]
    """Table to the number of its rows."""
    scenarios: list[str]
    """Scenarios of the folder."""
    findings: Annotated[Rows, RowsOf("findings")]


class SensitivityFile(OutputModel):
    """JSON of `exposure sensitivity`."""

    schema_version: Literal[1]
    record: RunRecord
    acceptability: Annotated[Rows, RowsOf("acceptability")]
    """Probability of each rank of each sector."""
    pairs: Annotated[Rows, RowsOf("pairs")]
    """Probability that one sector is hit worse than another."""
    draws_needed: Annotated[Rows, RowsOf("draws_needed")]
    """Draws for an error of 0.1 points of a score, or of 0.01 of a probability."""
    sensitivity: Annotated[Rows, RowsOf("sensitivity")]
    information: Annotated[Rows, RowsOf("information")]
    flips: Annotated[Rows, RowsOf("flips")]


class LeversResult(OutputModel):
    """Effects of levers under one scenario."""

    scenario: str
    counted: list[str]
    """Sectors that count in totals."""
    levers: Annotated[Rows, RowsOf("levers")]
    pairs: Annotated[Rows, RowsOf("lever_pairs")] | None = None
    """Pairs of levers; only with `--pairs`."""
    portfolios: Annotated[Rows, RowsOf("portfolios")] | None = None
    """Best sets for each budget; only with `--budget`."""
    stocks: Annotated[Rows, RowsOf("stocks")] | None = None
    """Stock that each sector needs; only with `--stocks`."""


class LeversFile(OutputModel):
    """JSON of `exposure levers`."""

    schema_version: Literal[1]
    record: RunRecord
    scenarios: list[LeversResult]


class FlowFile(OutputModel):
    """JSON of `exposure flow`."""

    schema_version: Literal[1]
    record: RunRecord
    weeks: Annotated[Rows, RowsOf("flow")]


class BacktestFile(OutputModel):
    """JSON of `exposure backtest`."""

    schema_version: Literal[1]
    record: RunRecord
    months: Annotated[Rows, RowsOf("backtest_months")]
    errors: Annotated[Rows, RowsOf("backtest_errors")]
    stoppages: Annotated[Rows, RowsOf("stoppages")]


class DiffFile(OutputModel):
    """JSON of `exposure diff`."""

    schema_version: Literal[1]
    old: TablesRecord
    old_draws: DrawsRecord
    """Draws used for the ranking of the old tables."""
    record: RunRecord
    """Draws used for the ranking of the new tables."""
    differences: Annotated[Rows, RowsOf("differences")]
    rank_changes: Annotated[Rows, RowsOf("rank_changes")]


class ConditionedDestination(OutputModel):
    """Draws that agree with the record of the makers at one destination."""

    destination: str
    acceptance: float
    """Share of the draws examined that agree."""
    numbers: list[int]
    """Numbers of the draws that agree, the first of them."""
    inside: dict[str, float]
    """Sector to the share of all draws inside every range of its losses."""
    ranges: list[Compared]
    """Every observed range with the values that all draws imply, those that agree, and those found
    without the subject's own evidence."""


class ConditionFile(OutputModel):
    """JSON of `exposure condition`."""

    schema_version: Literal[1]
    record: RunRecord
    examined: int
    """Draws compared with the record."""
    destinations: list[ConditionedDestination]


class ProvenanceFile(OutputModel):
    """JSON of `exposure sources SECTOR` and `exposure sources TABLE`."""

    schema_version: Literal[1]
    record: TablesRecord
    rows: Annotated[Rows, RowsOf("provenance")]


class SourceListFile(OutputModel):
    """JSON of `exposure sources`."""

    schema_version: Literal[1]
    record: TablesRecord
    sources: list[SourceRow]


MODELS: Mapping[str, type[OutputModel]] = {
    "rank": RankFile,
    "report": RankFile,
    "explain": ExplainFile,
    "scenarios": ScenariosFile,
    "check": CheckFile,
    "sensitivity": SensitivityFile,
    "levers": LeversFile,
    "flow": FlowFile,
    "backtest": BacktestFile,
    "diff": DiffFile,
    "condition": ConditionFile,
    "provenance": ProvenanceFile,
    "source_list": SourceListFile,
    "briefing": BriefingFile,
    "alerts": AlertsFile,
    "changes": ChangesFile,
    "history_list": HistoryListFile,
    "history_show": HistoryShowFile,
}
"""Model of each kind of file, by the name that `exposure schema` takes."""


def version_of(model: type[OutputModel]) -> int:
    """Version of a kind of file, which its model states.

    Examples
    --------
    >>> version_of(RankFile)
    2
    """
    (version,) = get_args(model.model_fields["schema_version"].annotation)
    return int(version)


def output_schema(name: str) -> dict[str, Any]:
    """JSON Schema of a file.

    Parameters
    ----------
    name
        Key of `MODELS`.

    Raises
    ------
    UnknownNameError
        If there is no such file.

    Examples
    --------
    >>> output_schema("rank")["properties"]["schema_version"]["const"]
    2
    """
    if name not in MODELS:
        raise unknown_name("output", name, MODELS)
    schema = MODELS[name].model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
