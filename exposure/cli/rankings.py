"""Commands that rank and explain."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.messages import show, show_csv
from exposure.cli.options import RUN, Format, Options, with_options
from exposure.cli.parsers import unknown_sector
from exposure.cli.runs import (
    DEFAULT_SCENARIOS,
    chosen_names,
    read_scenarios,
    read_tables,
    run_all,
    settings_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

Scenarios = Annotated[
    list[str] | None, typer.Argument(metavar="SCENARIO", help="Shipped names or TOML files.")
]


def rank(scenarios: Scenarios = None, *, options: Options) -> None:
    """Rank sectors under one or more scenarios.

    Without a scenario: licences_continue, licences_queued and licences_withheld, scored from the
    last day in the tables.
    """
    results = results_of(scenarios, options)
    # The models of the JSON files take a while to load.
    if options.form is Format.JSON:
        from exposure.report.files.json_output import ranking_json

        show(ranking_json(results))
    elif options.form is Format.CSV:
        from exposure.report.files.csv_output import ranking_csv

        show(ranking_csv(results))
    else:
        show(rankings_text(results))


def results_of(scenarios: Sequence[str] | None, options: Options) -> "list[Assessment]":
    """Run the scenarios that a command names, or the default ones."""
    names = chosen_names(scenarios, options, DEFAULT_SCENARIOS)
    chosen, dataset = read_scenarios(names, options), read_tables(options)
    return run_all(dataset, chosen, settings_of(options, dataset=dataset), options)


def rankings_text(results: "list[Assessment]") -> str:
    """Rankings below each other."""
    from exposure.report.text.rankings import ranking_text

    return "\n\n".join(ranking_text(assessment) for assessment in results)


def explain(
    sector: Annotated[str, typer.Argument(help="Id of a sector, such as missiles.")],
    scenarios: Scenarios = None,
    *,
    options: Options,
) -> None:
    """Explain a sector's score: its causes, and the rows behind it.

    Without a scenario: licences_continue, licences_queued and licences_withheld, which
    are scored from the last day that the tables know.
    """
    from exposure.report.files.csv_output import explanation_of_all
    from exposure.report.files.file_records import of_runs
    from exposure.report.files.json_output import explain_json
    from exposure.report.text.explanation import explain_texts
    from exposure.tables.schema.demand import SectorRow

    dataset = read_tables(options)
    homes = {row.sector: row.destination for row in dataset.rows_of(SectorRow)}
    if sector not in homes:
        raise unknown_sector(sector, homes, dataset)
    settings = settings_of(options, destination=homes[sector])
    chosen = read_scenarios(chosen_names(scenarios, options, DEFAULT_SCENARIOS), options)
    results = run_all(dataset, chosen, settings, options)
    if options.form is Format.CSV:
        show_csv(explanation_of_all(results, sector), of_runs(results))
        return
    helping = [_helping(result, sector, options) for result in results]
    if options.form is Format.JSON:
        show(explain_json(results, sector, helping))
    else:
        show(explain_texts(results, sector, helping))


def _helping(result: "Assessment", sector: str, options: Options) -> "pd.DataFrame":
    """Levers that help a sector most, on few draws."""
    from exposure.cli.progress import progress
    from exposure.measures.helping import helping_levers

    with progress(steps=1, quiet=options.quiet) as begin:
        return helping_levers(result, sector, progress=begin(0, f"levers: {result.scenario.name}"))


COMMANDS = (
    with_options(rank, "scenario", *RUN, "form"),
    with_options(explain, "scenario", *(name for name in RUN if name != "destination"), "form"),
)
"""Commands of this module, in the order in which help lists them."""
