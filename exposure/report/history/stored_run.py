"""A run as it is stored: its record, its rankings, and what is needed to run it again.

A stored run may be years old and of another version, so it is read leniently: columns that this
version does not know are kept and passed over. What is needed to run it again (`StoredInputs`)
may be missing; then its scores can be compared, but a change cannot be split by cause.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from exposure.arrays import IntArray
from exposure.errors import ExposureError, TableError
from exposure.policy.scenario import Scenario
from exposure.report.changes import Made
from exposure.settings import Settings
from exposure.tables.dataset import Change, Dataset, Overlaid, RowKey, Three, row_key, to_csv
from exposure.tables.reading.parse import parse_table
from exposure.tables.schema.catalogue import TABLES

if TYPE_CHECKING:
    from exposure.result import Assessment


class Lenient(BaseModel):
    """Base of what is read back: frozen; keys that are not known are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")


class RankedSector(Lenient):
    """A row of a stored ranking: the columns that a comparison reads."""

    sector: str
    name: str
    rank: int
    band: int
    score: float
    score_p05: float
    score_p95: float


class StoredPoints(Lenient):
    """Points of a score that one element causes."""

    sector: str
    element: str
    points: float


class StoredScenario(Lenient):
    """Ranking under one scenario."""

    scenario: str
    name: str
    first_day: date
    """First day scored."""
    ranking: tuple[RankedSector, ...]
    attribution: tuple[StoredPoints, ...] = ()


class StoredOverlay(Lenient):
    """Rows of one overlay: of each table, their keys as text."""

    folder: str
    digest: str = ""
    replaced: Mapping[str, tuple[str, ...]] = {}
    added: Mapping[str, tuple[str, ...]] = {}


class StoredChange(Lenient):
    """A figure that was changed by hand."""

    table: str
    key: str
    was: Three
    now: Three
    note: str


class ScenarioDigest(Lenient):
    """Course of policy that was run."""

    scenario: str
    scenario_digest: str


class StoredDraws(Lenient):
    """Draws that were used."""

    conditioned: bool
    numbers_digest: str | None = None


class StoredRecord(Lenient):
    """Record of a run: the keys that a comparison reads."""

    record_digest: str
    package_version: str
    library_versions: dict[str, str]
    dataset_version: str
    dataset_digest: str
    overlaid: tuple[StoredOverlay, ...] = ()
    changed: tuple[StoredChange, ...] = ()
    settings: dict[str, Any]
    scenarios: tuple[ScenarioDigest, ...]
    draws: StoredDraws


@dataclass(frozen=True, eq=False)
class StoredInputs:
    """Inputs that are needed to repeat a stored run."""

    tables: Mapping[str, str]
    """Table name to its CSV text."""
    scenarios: Mapping[str, str]
    """Scenario name to the JSON of the scenario as it was run."""
    numbers: tuple[int, ...]
    """Numbers of the draws."""

    def dataset(self, version: str) -> Dataset:
        """The tables.

        Raises
        ------
        TableError
            If this version of the package cannot read them.
        """
        rows: dict[str, list[BaseModel]] = {}
        for name, text in self.tables.items():
            if name not in TABLES:
                raise TableError(f"{name}: found a table that this version does not know")
            lines, faults = parse_table(TABLES[name], text)
            if faults:
                raise TableError(faults)
            rows[name] = [line.row for line in lines]
        return Dataset.from_rows(rows, version=version)

    def scenario(self, name: str) -> Scenario:
        """Return one scenario, as it was run.

        Raises
        ------
        ScenarioError
            If this version of the package cannot read it.
        """
        return Scenario.model_validate_json(self.scenarios[name])

    @property
    def draws(self) -> IntArray:
        """Numbers of the draws, shape (D,)."""
        return np.array(self.numbers, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class StoredRun:
    """A run on one or more scenarios."""

    record: StoredRecord
    scenarios: tuple[StoredScenario, ...]
    inputs: StoredInputs | None = None

    @property
    def digest(self) -> str:
        """Digest of the record."""
        return self.record.record_digest

    @property
    def made(self) -> Made:
        """Short record of the run."""
        record = self.record
        return Made(
            record_digest=record.record_digest,
            package_version=record.package_version,
            dataset_version=record.dataset_version,
            dataset_digest=record.dataset_digest,
            first_day=min(scenario.first_day for scenario in self.scenarios),
            draws=int(record.settings.get("draws", 0)),
            seed=int(record.settings.get("seed", 0)),
            overlays=tuple(overlay.folder for overlay in record.overlaid),
        )

    @property
    def settings(self) -> Settings:
        """Settings of the run.

        Raises
        ------
        SettingsError
            If this version of the package does not know one of them.
        """
        return Settings.model_validate(self.record.settings)

    def content(self) -> dict[str, object]:
        """Record and rankings in plain values, the inputs left out."""
        return {
            "record": self.record.model_dump(mode="json"),
            "scenarios": [stored.model_dump(mode="json") for stored in self.scenarios],
        }


def run_of(assessments: "Sequence[Assessment]") -> StoredRun:
    """Stored form of finished results, with everything needed to repeat the run.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings.

    Raises
    ------
    ReportError
        If there is no run, or the runs differ in more than the scenario.
    """
    # The modules that write files are slow to import, and reading a stored run does not need them.
    from exposure.report.files.csv_output import attribution_of_all  # noqa: PLC0415
    from exposure.report.files.file_records import of_runs  # noqa: PLC0415
    from exposure.report.files.json_output import rows_of  # noqa: PLC0415

    record = of_runs(assessments)
    scenarios = [
        {
            "scenario": assessment.scenario.scenario,
            "name": assessment.scenario.name,
            "first_day": assessment.first_day.isoformat(),
            "ranking": rows_of("ranking", assessment.ranking),
            "attribution": rows_of("attribution", attribution_of_all([assessment])),
        }
        for assessment in assessments
    ]
    plain = json.dumps({"record": record, "scenarios": scenarios}, default=date.isoformat)
    return run_from(json.loads(plain), inputs_of(assessments))


def inputs_of(assessments: "Sequence[Assessment]") -> StoredInputs:
    """Collect the inputs that are needed to repeat finished runs."""
    first = assessments[0]
    return StoredInputs(
        {name: to_csv(name, rows) for name, rows in first.dataset.rows.items()},
        {
            assessment.scenario.scenario: assessment.scenario.model_dump_json()
            for assessment in assessments
        },
        tuple(int(number) for number in first.run.sampler.numbers),
    )


def run_from(content: Mapping[str, object], inputs: StoredInputs | None) -> StoredRun:
    """A run from its record and rankings in plain values.

    Raises
    ------
    ValueError
        If it is no run; the message lists what is wrong.
    """
    try:
        record = StoredRecord.model_validate(content.get("record"))
        listed = content.get("scenarios")
        found = listed if isinstance(listed, list) else []
        scenarios = tuple(StoredScenario.model_validate(content) for content in found)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "record"
        raise ValueError(f"{where}: {first['msg'].lower()}") from error
    if not scenarios:
        raise ValueError("scenarios: none is listed")
    return StoredRun(record, scenarios, inputs)


def can_run_again(run: StoredRun) -> tuple[Dataset, dict[str, Scenario], Settings] | str:
    """Tables, scenarios and settings of a stored run, or the reason why it cannot be repeated."""
    if run.inputs is None:
        return "its tables are not stored with it"
    try:
        dataset = _marked(run.inputs.dataset(run.record.dataset_version), run.record)
        scenarios = {name: run.inputs.scenario(name) for name in run.inputs.scenarios}
        settings = run.settings
    except ExposureError as error:
        first = str(error).splitlines()[0]
        return f"this version of the package cannot read what it was made from ({first})"
    return dataset, scenarios, settings


def _marked(dataset: Dataset, record: StoredRecord) -> Dataset:
    """Tables with marks on rows of overlays and manual changes, which have their own draws."""
    keys = {
        (table, ", ".join(key)): (table, key)
        for rows in dataset.rows.values()
        for table, key in map(row_key, rows)
    }

    def found(stated: Mapping[str, tuple[str, ...]]) -> tuple[RowKey, ...]:
        named = [(table, text) for table, texts in stated.items() for text in texts]
        return tuple(keys[name] for name in named if name in keys)

    overlaid = tuple(
        Overlaid(laid.folder, laid.digest, found(laid.replaced), found(laid.added))
        for laid in record.overlaid
    )
    changed = tuple(
        Change(*keys[change.table, change.key], change.was, change.now, change.note)
        for change in record.changed
        if (change.table, change.key) in keys
    )
    return replace(dataset, overlaid=overlaid, changed=changed)
