"""Lists that commands print, as frames and as JSON: scenarios, and findings of a check."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from exposure.faults import Fault
from exposure.policy.rules import SELECTORS, Rule
from exposure.policy.scenario import Scenario
from exposure.report.files.file_records import of_tables
from exposure.report.files.json_output import rows_of, text_of
from exposure.report.files.output_models import CheckFile, ScenariosFile
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.tables.dataset import Dataset
from exposure.version import __version__

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["stale", "kept for the record", "doubtful", "without effect"]

LEVELS: Mapping[Kind, str] = {
    "stale": "note",
    "kept for the record": "note",
    "doubtful": "warning",
    "without effect": "warning",
}
"""Printed form of each kind of finding."""


def scenario_list_frame(scenarios: Iterable[Scenario]) -> "pd.DataFrame":
    """Scenarios, one a row: the result ``scenario_list``."""
    return result_frame(
        "scenario_list",
        [
            {
                "scenario": scenario.scenario,
                "name": scenario.name,
                "start": scenario.start,
                "horizon_weeks": scenario.horizon_weeks,
                "scored_from": scenario.scored_from or scenario.start,
                "rules": len(scenario.rules),
                "members": len(scenario.mixture),
                "text": scenario.text,
                "sources": ";".join(scenario.sources),
            }
            for scenario in scenarios
        ],
    )


def rules_frame(scenario: Scenario) -> "pd.DataFrame":
    """Rules of a scenario or of the members of a mixture, one a row: the result ``rules``."""
    return result_frame(
        "rules",
        [
            {"scenario": member.scenario, "probability": probability, **_rule_cells(rule)}
            for member, probability in scenario.members
            for rule in member.rules
        ],
    )


def _rule_cells(rule: Rule) -> dict[str, Cell]:
    selectors = dict(zip(SELECTORS, rule.selectors, strict=True))
    terms = rule.overrides.model_dump(exclude_defaults=True)
    return {
        **selectors,
        "starts": rule.starts,
        "ends": rule.ends,
        "state": str(rule.state),
        "overrides": ";".join(f"{key}={value}" for key, value in terms.items()),
        "event": rule.event,
        "note": rule.note,
    }


def scenarios_json(scenarios: Iterable[Scenario]) -> str:
    """Scenarios with all their rules as JSON: a `ScenariosFile`."""
    dumped = [scenario.model_dump(mode="json") for scenario in scenarios]
    return text_of(ScenariosFile, {"package_version": __version__, "scenarios": dumped})


def findings_frame(found: Mapping[Kind, Sequence[Fault]]) -> "pd.DataFrame":
    """Findings of a check, one a row: the result ``findings``.

    Parameters
    ----------
    found
        Findings of each kind; a fault without an expectation is a plain sentence.
    """
    return result_frame(
        "findings",
        [
            {
                "kind": kind,
                "level": LEVELS[kind],
                "file": fault.file,
                "line": fault.line,
                "key": fault.key,
                "text": fault.text if fault.expected else fault.found,
            }
            for kind, faults in found.items()
            for fault in dict.fromkeys(faults)
        ],
    )


def check_json(found: "pd.DataFrame", dataset: Dataset, scenarios: Iterable[Scenario]) -> str:
    """Findings of a check in tables without faults, as JSON: a `CheckFile`."""
    content = {
        "record": of_tables(dataset),
        "rows": {name: len(rows) for name, rows in dataset.rows.items()},
        "scenarios": [scenario.scenario for scenario in scenarios],
        "findings": rows_of("findings", found),
    }
    return text_of(CheckFile, content)
