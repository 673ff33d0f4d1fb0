"""Figures of a report, drawn as files: scores of all courses, and heat map and weeks of each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exposure.report.contents import loses_nothing
from exposure.report.files.figure_process import Figures
from exposure.report.files.file_records import of_runs
from exposure.report.text.marks import tables_line

if TYPE_CHECKING:
    from exposure.result import Assessment


def figures_of(runs: "Sequence[Assessment]") -> Figures:
    """Draw the figures of a report; equal runs give equal bytes.

    Parameters
    ----------
    runs
        Runs of one report.
    """
    from exposure.report.plots import rankings as plots  # noqa: PLC0415 - it loads matplotlib
    from exposure.report.plots.figure_files import png, report_style, svg  # noqa: PLC0415

    record, mark = of_runs(runs), tables_line(runs[0].dataset)
    tables = mark or f"tables {record['dataset_version']}"
    description = f"record {record['record_digest']}, {tables}"
    with report_style():
        drawn = {"scores": plots.scores_figure(runs)}
        for run in runs:
            if loses_nothing(run):
                continue
            scenario, points = run.scenario.scenario, run.attribution(by="element")
            names = {sector: scored.label.name for sector, scored in run.sectors.items()}
            drawn[f"heat_map_{scenario}"] = plots.heat_map_figure(points, names, mark)
            drawn[f"weekly_{scenario}"] = plots.weekly_figure(run)
        return Figures(
            {name: svg(figure, description=description) for name, figure in drawn.items()},
            {name: png(figure, description=description) for name, figure in drawn.items()},
        )
