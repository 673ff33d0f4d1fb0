"""Results as JSON text, by the models of `exposure.report.files.output_models`.

A missing number is null; numbers are written so that they read back to the same number; keys
and rows have one order. The text contains no time, so equal records give equal text.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from exposure.citations import key_assumptions, provenance
from exposure.evidence.conditioning import RECORD
from exposure.measures.certainty import draws_needed
from exposure.policy.scenario import Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.report.changes import (
    AlertsFile,
    Briefing,
    BriefingFile,
    Changes,
    ChangesFile,
    HistoryListFile,
    HistoryShowFile,
    StoredReport,
)
from exposure.report.files.csv_output import attribution_of_all, explanation_of_all
from exposure.report.files.file_records import of_run, of_runs, of_tables
from exposure.report.files.output_model import OutputModel
from exposure.report.files.output_models import (
    BacktestFile,
    ConditionFile,
    DiffFile,
    ExplainFile,
    FlowFile,
    ProvenanceFile,
    RankFile,
    SensitivityFile,
    SourceListFile,
    version_of,
)
from exposure.report.text.safe import escaped
from exposure.report.text.sensitivity import Findings
from exposure.scoring.column import Cell, Column
from exposure.scoring.columns import columns_of
from exposure.settings import Settings
from exposure.tables.dataset import Dataset

if TYPE_CHECKING:
    import pandas as pd

    from exposure.evidence.backtesting import Backtest
    from exposure.evidence.conditioned_list import ConditionedDraws
    from exposure.result import Assessment


def ranking_json(assessments: "Sequence[Assessment]") -> str:
    """Rankings as JSON: a `RankFile` without weekly losses and attribution.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings.

    Raises
    ------
    ReportError
        If there is no run, or the runs differ in more than the scenario.
    """
    return _rank_file(assessments, [_scenario(assessment) for assessment in assessments])


def report_json(assessments: "Sequence[Assessment]") -> str:
    """Everything a report shows as JSON: a whole `RankFile`.

    Raises
    ------
    ReportError
        As `ranking_json`.
    """
    scenarios = [
        {
            **_scenario(assessment),
            "attribution": rows_of("attribution", attribution_of_all([assessment])),
            "weekly": rows_of("weekly", assessment.weekly),
        }
        for assessment in assessments
    ]
    return _rank_file(assessments, scenarios)


def _scenario(assessment: "Assessment") -> dict[str, object]:
    return {
        "scenario": assessment.scenario.scenario,
        "name": assessment.scenario.name,
        "ranking": rows_of("ranking", assessment.ranking),
    }


def _rank_file(
    assessments: "Sequence[Assessment]", scenarios: Sequence[Mapping[str, object]]
) -> str:
    return text_of(RankFile, {"record": of_runs(assessments), "scenarios": scenarios})


def explain_json(
    assessments: "Sequence[Assessment]",
    sector: str,
    helping: "Sequence[pd.DataFrame] | None" = None,
) -> str:
    """Composition of a sector's scores and the rows behind them, as JSON: an `ExplainFile`.

    Parameters
    ----------
    assessments
        Finished runs.
    sector
        Id of a sector that they rank.
    helping
        Levers that help it, one table per run; None where none was run.

    Raises
    ------
    ReportError
        As `ranking_json`.
    """
    content = {
        "record": of_runs(assessments),
        "sector": sector,
        "scenarios": [
            {
                **_explained(assessment, sector),
                "levers": None if helping is None else rows_of("levers", helping[position]),
            }
            for position, assessment in enumerate(assessments)
        ],
        "rows": rows_of("provenance", provenance(assessments[0].dataset, sector)),
    }
    return text_of(ExplainFile, content)


def _explained(assessment: "Assessment", sector: str) -> dict[str, object]:
    ranking = assessment.ranking
    return {
        "scenario": assessment.scenario.scenario,
        "name": assessment.scenario.name,
        "ranking": rows_of("ranking", ranking[ranking["sector"] == sector]),
        "points": rows_of("explanation", explanation_of_all([assessment], sector)),
        "assumptions": key_assumptions(assessment, sector),
    }


def sensitivity_json(found: Findings) -> str:
    """Inputs that decide scores and orders, as JSON: a `SensitivityFile`."""
    content = {
        "record": of_runs([found.assessment]),
        "acceptability": rows_of("acceptability", found.assessment.acceptability),
        "pairs": rows_of("pairs", found.assessment.pairs),
        "draws_needed": rows_of("draws_needed", draws_needed(found.assessment)),
        "sensitivity": rows_of("sensitivity", found.sensitivity),
        "information": rows_of("information", found.information),
        "flips": rows_of("flips", found.flips),
    }
    return text_of(SensitivityFile, content)


def flow_json(
    frame: "pd.DataFrame", dataset: Dataset, scenario: Scenario, settings: Settings
) -> str:
    """Licensed flow as JSON: a `FlowFile`."""
    record = of_run(dataset, [scenario], settings)
    return text_of(FlowFile, {"record": record, "weeks": rows_of("flow", frame)})


def backtest_json(
    result: "Backtest", stoppages: "pd.DataFrame", dataset: Dataset, settings: Settings
) -> str:
    """Back-test as JSON: a `BacktestFile`."""
    content = {
        "record": of_run(dataset, [], settings),
        "months": rows_of("backtest_months", result.months),
        "errors": rows_of("backtest_errors", result.errors),
        "stoppages": rows_of("stoppages", stoppages),
    }
    return text_of(BacktestFile, content)


def diff_json(
    tables: tuple[Dataset, Dataset],
    frames: "tuple[pd.DataFrame, pd.DataFrame]",
    scenario: Scenario,
    settings: Settings,
) -> str:
    """Difference of two sets of tables as JSON: a `DiffFile`.

    Parameters
    ----------
    tables
        The old ones and the new ones.
    frames
        Rows that differ, and how ranks move because of them.
    scenario, settings
        Of the two rankings.
    """
    old, new = tables
    differences, changes = frames
    draws = changes.attrs["draws"]
    content = {
        "old": of_tables(old),
        "old_draws": draws["old"],
        "record": of_run(new, [scenario], settings, draws=draws["new"]),
        "differences": rows_of("differences", differences),
        "rank_changes": rows_of("rank_changes", changes),
    }
    return text_of(DiffFile, content)


def condition_json(found: "ConditionedDraws", dataset: Dataset, settings: Settings) -> str:
    """Draws that agree with the record, and how they compare, as JSON: a `ConditionFile`."""
    destinations = [
        {
            "destination": listed.destination,
            "acceptance": listed.acceptance,
            "numbers": listed.numbers,
            "inside": listed.inside,
            "ranges": [compared.model_dump() for compared in listed.ranges],
        }
        for listed in found.destinations
    ]
    record = of_run(dataset, [read_scenario(RECORD)], settings)
    content = {"record": record, "examined": found.examined, "destinations": destinations}
    return text_of(ConditionFile, content)


def provenance_json(frame: "pd.DataFrame", dataset: Dataset) -> str:
    """Rows of tables with their sources as JSON: a `ProvenanceFile`."""
    content = {"record": of_tables(dataset), "rows": rows_of("provenance", frame)}
    return text_of(ProvenanceFile, content)


def source_list_json(dataset: Dataset) -> str:
    """All sources as JSON: a `SourceListFile`."""
    sources = [row.model_dump(mode="json") for row in dataset.rows.get("sources", ())]
    return text_of(SourceListFile, {"record": of_tables(dataset), "sources": sources})


def briefing_json(briefing: Briefing) -> str:
    """Content of a report before its results, as JSON: a `BriefingFile`."""
    digest = briefing.changes.now.record_digest
    return text_of(BriefingFile, {"record_digest": digest, "briefing": briefing})


def alerts_json(briefing: Briefing) -> str:
    """Alerts as JSON, for a mail or a chat: an `AlertsFile`."""
    content = {
        "record_digest": briefing.changes.now.record_digest,
        "day": briefing.age.day,
        "title": briefing.title,
        "summary": briefing.changes.summary,
        "age": briefing.age.words,
        "stale": briefing.age.is_stale,
        "alerts": briefing.alerts,
    }
    return text_of(AlertsFile, content)


def changes_json(changes: Changes) -> str:
    """Changes between two runs, as JSON: a `ChangesFile`."""
    return text_of(ChangesFile, {"changes": changes})


def history_list_json(reports: Sequence[StoredReport]) -> str:
    """Stored reports as JSON: a `HistoryListFile`."""
    return text_of(HistoryListFile, {"reports": reports})


def history_show_json(report: StoredReport, content: Mapping[str, object]) -> str:
    """A stored report as JSON: a `HistoryShowFile`."""
    return text_of(HistoryShowFile, {"report": report, **content})


def rows_of(result: str, frame: "pd.DataFrame") -> list[dict[str, Cell]]:
    """Rows of a result as plain values, in the types of the registry; None where one is missing."""
    columns = columns_of(result)
    cells = [[_cell(column, value) for value in frame[column.name].tolist()] for column in columns]
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _cell(column: Column, value: Cell) -> Cell:
    if column.nullable and _is_missing(value):
        return None
    if column.type is int and isinstance(value, float):
        return int(value)  # a whole column with a missing value is one of floats in a frame
    return value.date() if isinstance(value, datetime) else value


def _is_missing(value: Cell) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def text_of(model: type[OutputModel], content: Mapping[str, object]) -> str:
    """Check what is written against its model, and write it in the order of the model."""
    whole = model.model_validate({"schema_version": version_of(model), **content})
    # A part that this file leaves out is absent; a value that is missing is null.
    plain = whole.model_dump(mode="json", exclude_unset=True)
    return escaped(json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False)) + "\n"
