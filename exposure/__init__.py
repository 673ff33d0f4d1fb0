"""Sectors ranked by how badly, how soon and why China's rare-earth export licences hurt them.

>>> import exposure as ex
>>> dataset = ex.read_dataset()
>>> result = ex.assess(dataset, "samarium_only", ex.Settings(draws=64))
>>> list(result.ranking.columns[:4])
['rank', 'rank_p05', 'rank_p95', 'band']

Importing the package does no work: the names below are resolved on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from exposure.version import __version__

if TYPE_CHECKING:
    from exposure.assessment import assess
    from exposure.citations import provenance
    from exposure.comparison import compare, rank_changes, rank_changes_text
    from exposure.ensembles import run_ensemble
    from exposure.errors import (
        ArgumentError,
        ConfigurationError,
        ConflictError,
        ExposureError,
        HistoryError,
        ImportedFileError,
        LeverError,
        ReportError,
        RuleError,
        SavedResultError,
        ScenarioError,
        SettingsError,
        TableError,
        UnknownNameError,
    )
    from exposure.evidence.backtesting import Backtest, backtest, queue_against_customs
    from exposure.evidence.calibrated import Calibration
    from exposure.evidence.calibration import calibrate, equally_good
    from exposure.evidence.stoppage_reports import stoppages
    from exposure.licensing.flow_table import licensed_flow
    from exposure.measures.certainty import draws_needed, pairwise_order, rank_acceptability
    from exposure.measures.concordance import industry_codes
    from exposure.measures.downstream import industry_losses, industry_shock, industry_totals
    from exposure.measures.effects import LeverEffects, apply, levers
    from exposure.measures.information import flips, value_of_information
    from exposure.measures.lever_files import read_levers
    from exposure.measures.portfolios import portfolios
    from exposure.measures.probabilities import order_by_probability
    from exposure.measures.sensitivity import sensitivity
    from exposure.measures.stock_targets import stock_targets
    from exposure.measures.tornado import tornado
    from exposure.policy.rules import Rule
    from exposure.policy.scenario import Scenario, mix
    from exposure.policy.scenario_file import read_scenario, shipped_scenarios
    from exposure.report.files.report_folder import write_report
    from exposure.report.html.notebook import assessment_html as assessment_html
    from exposure.report.html.notebook import dataset_html as dataset_html
    from exposure.report.html.notebook import scenario_html as scenario_html
    from exposure.report.plots.figure_files import svg
    from exposure.report.plots.levers import plot_frontier, plot_levers
    from exposure.report.plots.licences import licences_figure
    from exposure.report.plots.rankings import scores_figure
    from exposure.report.plots.record import record_figure
    from exposure.report.plots.result_plots import ResultPlots
    from exposure.result import Assessment, load_assessment
    from exposure.settings import Settings
    from exposure.supply.exit_stage import exit_shares, exit_shares_of_flow
    from exposure.tables.dataset import Dataset
    from exposure.tables.describing.differences import compare_datasets, differences_text
    from exposure.tables.importing.comtrade import import_comtrade
    from exposure.tables.importing.purchases import import_purchases
    from exposure.tables.importing.usgs import import_usgs
    from exposure.tables.reading.edits import with_value, with_values
    from exposure.tables.reading.folders import read_dataset
    from exposure.tables.reading.overlays import apply_overlay

_HOMES = {
    "plot_levers": "exposure.report.plots.levers",
    "plot_frontier": "exposure.report.plots.levers",
    "stock_targets": "exposure.measures.stock_targets",
    "portfolios": "exposure.measures.portfolios",
    "levers": "exposure.measures.effects",
    "apply": "exposure.measures.effects",
    "LeverEffects": "exposure.measures.effects",
    "ArgumentError": "exposure.errors",
    "Assessment": "exposure.result",
    "Backtest": "exposure.evidence.backtesting",
    "Calibration": "exposure.evidence.calibrated",
    "Dataset": "exposure.tables.dataset",
    "ConfigurationError": "exposure.errors",
    "ConflictError": "exposure.errors",
    "RuleError": "exposure.errors",
    "ExposureError": "exposure.errors",
    "HistoryError": "exposure.errors",
    "ImportedFileError": "exposure.errors",
    "LeverError": "exposure.errors",
    "ReportError": "exposure.errors",
    "ResultPlots": "exposure.report.plots.result_plots",
    "SavedResultError": "exposure.errors",
    "Rule": "exposure.policy.rules",
    "Scenario": "exposure.policy.scenario",
    "ScenarioError": "exposure.errors",
    "Settings": "exposure.settings",
    "SettingsError": "exposure.errors",
    "TableError": "exposure.errors",
    "UnknownNameError": "exposure.errors",
    "apply_overlay": "exposure.tables.reading.overlays",
    "assess": "exposure.assessment",
    "backtest": "exposure.evidence.backtesting",
    "calibrate": "exposure.evidence.calibration",
    "compare": "exposure.comparison",
    "compare_datasets": "exposure.tables.describing.differences",
    "differences_text": "exposure.tables.describing.differences",
    "draws_needed": "exposure.measures.certainty",
    "equally_good": "exposure.evidence.calibration",
    "exit_shares": "exposure.supply.exit_stage",
    "exit_shares_of_flow": "exposure.supply.exit_stage",
    "flips": "exposure.measures.information",
    "import_comtrade": "exposure.tables.importing.comtrade",
    "import_purchases": "exposure.tables.importing.purchases",
    "import_usgs": "exposure.tables.importing.usgs",
    "industry_codes": "exposure.measures.concordance",
    "industry_losses": "exposure.measures.downstream",
    "industry_shock": "exposure.measures.downstream",
    "industry_totals": "exposure.measures.downstream",
    "licences_figure": "exposure.report.plots.licences",
    "record_figure": "exposure.report.plots.record",
    "licensed_flow": "exposure.licensing.flow_table",
    "load_assessment": "exposure.result",
    "mix": "exposure.policy.scenario",
    "order_by_probability": "exposure.measures.probabilities",
    "pairwise_order": "exposure.measures.certainty",
    "provenance": "exposure.citations",
    "queue_against_customs": "exposure.evidence.backtesting",
    "rank_acceptability": "exposure.measures.certainty",
    "rank_changes": "exposure.comparison",
    "rank_changes_text": "exposure.comparison",
    "read_dataset": "exposure.tables.reading.folders",
    "read_levers": "exposure.measures.lever_files",
    "read_scenario": "exposure.policy.scenario_file",
    "run_ensemble": "exposure.ensembles",
    "scores_figure": "exposure.report.plots.rankings",
    "sensitivity": "exposure.measures.sensitivity",
    "shipped_scenarios": "exposure.policy.scenario_file",
    "stoppages": "exposure.evidence.stoppage_reports",
    "svg": "exposure.report.plots.figure_files",
    "tornado": "exposure.measures.tornado",
    "value_of_information": "exposure.measures.information",
    "with_value": "exposure.tables.reading.edits",
    "with_values": "exposure.tables.reading.edits",
    "write_report": "exposure.report.files.report_folder",
}
"""Module that defines each public name."""

_SHOWN = {
    "assessment_html": "exposure.report.html.notebook",
    "dataset_html": "exposure.report.html.notebook",
    "scenario_html": "exposure.report.html.notebook",
}
"""Notebook view of an object.

    A class is on a lower floor than the code that draws it, so it gets the view from this module,
    which knows all floors, and only when a notebook shows the object."""

__all__ = [
    "ArgumentError",
    "Assessment",
    "Backtest",
    "Calibration",
    "ConfigurationError",
    "ConflictError",
    "Dataset",
    "ExposureError",
    "HistoryError",
    "ImportedFileError",
    "LeverEffects",
    "LeverError",
    "ReportError",
    "ResultPlots",
    "Rule",
    "RuleError",
    "SavedResultError",
    "Scenario",
    "ScenarioError",
    "Settings",
    "SettingsError",
    "TableError",
    "UnknownNameError",
    "__version__",
    "apply",
    "apply_overlay",
    "assess",
    "backtest",
    "calibrate",
    "compare",
    "compare_datasets",
    "differences_text",
    "draws_needed",
    "equally_good",
    "exit_shares",
    "exit_shares_of_flow",
    "flips",
    "import_comtrade",
    "import_purchases",
    "import_usgs",
    "industry_codes",
    "industry_losses",
    "industry_shock",
    "industry_totals",
    "levers",
    "licences_figure",
    "licensed_flow",
    "load_assessment",
    "mix",
    "order_by_probability",
    "pairwise_order",
    "plot_frontier",
    "plot_levers",
    "portfolios",
    "provenance",
    "queue_against_customs",
    "rank_acceptability",
    "rank_changes",
    "rank_changes_text",
    "read_dataset",
    "read_levers",
    "read_scenario",
    "record_figure",
    "run_ensemble",
    "scores_figure",
    "sensitivity",
    "shipped_scenarios",
    "stock_targets",
    "stoppages",
    "svg",
    "tornado",
    "value_of_information",
    "with_value",
    "with_values",
    "write_report",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name) or _SHOWN.get(name)
    if home is None:
        raise AttributeError(f"module 'exposure' has no attribute '{name}'")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
