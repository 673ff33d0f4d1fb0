"""Sectors ranked by how badly, how soon and why China's rare-earth export licences hurt them.

>>> import exposure as ex
>>> dataset = ex.read_dataset()
>>> result = ex.assess(dataset, "samarium_only", ex.Settings(draws=64))
>>> list(result.ranking.columns[:4])
['rank', 'sector', 'name', 'score']

Importing the package does no work: the names below are resolved on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from exposure.version import __version__

if TYPE_CHECKING:
    from exposure.assessment import Assessment, assess
    from exposure.citations import provenance
    from exposure.comparison import compare, rank_changes
    from exposure.errors import (
        ExposureError,
        ScenarioError,
        SettingsError,
        TableError,
        UnknownNameError,
    )
    from exposure.evidence.backtesting import backtest
    from exposure.licensing.flow_table import licensed_flow
    from exposure.policy.rules import Rule
    from exposure.policy.scenario import Scenario, mix
    from exposure.policy.scenario_file import read_scenario, shipped_scenarios
    from exposure.report.files.report_folder import write_report
    from exposure.settings import Settings
    from exposure.supply.exit_stage import exit_shares, exit_shares_of_flow
    from exposure.tables.dataset import Dataset
    from exposure.tables.reading.edits import with_value
    from exposure.tables.reading.folders import read_dataset

_HOMES = {
    "Assessment": "exposure.assessment",
    "Dataset": "exposure.tables.dataset",
    "ExposureError": "exposure.errors",
    "Rule": "exposure.policy.rules",
    "Scenario": "exposure.policy.scenario",
    "ScenarioError": "exposure.errors",
    "Settings": "exposure.settings",
    "SettingsError": "exposure.errors",
    "TableError": "exposure.errors",
    "UnknownNameError": "exposure.errors",
    "assess": "exposure.assessment",
    "backtest": "exposure.evidence.backtesting",
    "compare": "exposure.comparison",
    "exit_shares": "exposure.supply.exit_stage",
    "exit_shares_of_flow": "exposure.supply.exit_stage",
    "licensed_flow": "exposure.licensing.flow_table",
    "mix": "exposure.policy.scenario",
    "provenance": "exposure.citations",
    "rank_changes": "exposure.comparison",
    "read_dataset": "exposure.tables.reading.folders",
    "read_scenario": "exposure.policy.scenario_file",
    "shipped_scenarios": "exposure.policy.scenario_file",
    "with_value": "exposure.tables.reading.edits",
    "write_report": "exposure.report.files.report_folder",
}
"""Where each public name lives."""

__all__ = [
    "Assessment",
    "Dataset",
    "ExposureError",
    "Rule",
    "Scenario",
    "ScenarioError",
    "Settings",
    "SettingsError",
    "TableError",
    "UnknownNameError",
    "__version__",
    "assess",
    "backtest",
    "compare",
    "exit_shares",
    "exit_shares_of_flow",
    "licensed_flow",
    "mix",
    "provenance",
    "rank_changes",
    "read_dataset",
    "read_scenario",
    "shipped_scenarios",
    "with_value",
    "write_report",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'exposure' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
