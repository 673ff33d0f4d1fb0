"""The record that a file carries: what its results were made from, and a digest of all that.

Every file of one run carries the same digest: JSON in its record, CSV in the last column, figures
in their metadata. Files with different digests do not belong together.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from exposure.errors import ReportError
from exposure.policy.scenario import Scenario
from exposure.records import draws_record, run_record, scenario_record, tables_record
from exposure.settings import Settings
from exposure.tables.dataset import Dataset

if TYPE_CHECKING:
    from exposure.result import Assessment

DIGITS = 16
"""Hexadecimal digits of a digest: enough that no two runs ever share one by chance."""

FileRecord = dict[str, object]
"""A record with its digest under ``record_digest``."""


def of_tables(dataset: Dataset) -> FileRecord:
    """Record of a file that shows tables."""
    return _with_digest(tables_record(dataset))


def of_run(
    dataset: Dataset,
    scenarios: Sequence[Scenario],
    settings: Settings,
    *,
    draws: Mapping[str, object] | None = None,
) -> FileRecord:
    """Record of a file that shows results of one or several scenarios.

    Parameters
    ----------
    dataset, scenarios, settings
        Tables, scenarios and settings that were run.
    draws
        Draws that were used; None for those of the tables alone.
    """
    used = draws_record(None) if draws is None else draws
    return _with_digest({**run_record(dataset, scenarios, settings), "draws": used})


def of_runs(assessments: "Sequence[Assessment]") -> FileRecord:
    """Record of a file that shows finished runs.

    Raises
    ------
    ReportError
        If there is no run, or the runs differ in more than the scenario.
    """
    if not assessments:
        raise ReportError("report: found no assessment; expected at least one; assess a scenario")
    shared = _shared(assessments[0])
    for assessment in assessments[1:]:
        other = _shared(assessment)
        differing = [key for key in shared if other[key] != shared[key]]
        if differing:
            raise ReportError(
                f"report: found assessments that differ in {', '.join(differing)}; expected one "
                "dataset and one choice of settings; assess every scenario with the same"
            )
    scenarios = [scenario_record(assessment.scenario) for assessment in assessments]
    return _with_digest({**shared, "scenarios": scenarios})


def _shared(assessment: "Assessment") -> dict[str, object]:
    """Record that the runs of one file share: everything but their scenarios."""
    draws = draws_record(assessment.conditioned)
    return {**run_record(assessment.dataset, [], assessment.settings), "draws": draws}


def _with_digest(record: Mapping[str, object]) -> FileRecord:
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:DIGITS]
    return {"record_digest": digest, **record}
