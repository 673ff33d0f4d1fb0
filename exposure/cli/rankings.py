"""Commands that rank, explain and report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.messages import note, show
from exposure.cli.options import RUN, Format, Options, with_options
from exposure.cli.runs import (
    DEFAULT_SCENARIOS,
    chosen_names,
    read_scenarios,
    read_tables,
    run_all,
    settings_of,
)
from exposure.errors import unknown_name

if TYPE_CHECKING:
    from exposure.result import Assessment

Scenarios = Annotated[
    list[str] | None, typer.Argument(metavar="SCENARIO", help="Shipped names or TOML files.")
]


def rank(scenarios: Scenarios = None, *, options: Options) -> None:
    """Rank sectors under one or more scenarios.

    Without a scenario: licences_continue, licences_queued and licences_withheld, the courses that
    start today.
    """
    from exposure.report.files.csv_output import ranking_csv
    from exposure.report.files.json_output import ranking_json

    results = _results(scenarios, options)
    if options.form is Format.JSON:
        show(ranking_json(results))
    elif options.form is Format.CSV:
        show(ranking_csv(results))
    else:
        show(_rankings(results))


def _results(scenarios: list[str] | None, options: Options) -> "list[Assessment]":
    names = chosen_names(scenarios, options, DEFAULT_SCENARIOS)
    chosen, dataset = read_scenarios(names, options), read_tables(options)
    return run_all(dataset, chosen, settings_of(options, dataset=dataset), options)


def _rankings(results: "list[Assessment]") -> str:
    from exposure.report.text.words import ranking_text

    return "\n\n".join(ranking_text(own) for own in results)


def explain(
    sector: Annotated[str, typer.Argument(help="Id of a sector, such as missiles.")],
    *,
    options: Options,
) -> None:
    """Say what a sector's score is made of, and what it rests on.

    Without a scenario: licences_continue, licences_queued and licences_withheld, the courses that
    start today.
    """
    from exposure.report.text.words import explain_texts
    from exposure.tables.schema.demand import SectorRow

    dataset = read_tables(options)
    homes = {row.sector: row.destination for row in dataset.rows_of(SectorRow)}
    if sector not in homes:
        raise unknown_name("sector", sector, homes)
    settings = settings_of(options, destination=homes[sector])
    chosen = read_scenarios(chosen_names(None, options, DEFAULT_SCENARIOS), options)
    show(explain_texts(run_all(dataset, chosen, settings, options), sector))


def report(
    scenarios: Scenarios = None,
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("exposure-report"),
    *,
    options: Options,
) -> None:
    """Write a report (HTML, JSON, CSV, figures), then print the rankings.

    Without a scenario: licences_continue, licences_queued and licences_withheld, the courses that
    start today.
    """
    from exposure.report.files.report_folder import check_target, older_files, write_report

    names = chosen_names(scenarios, options, DEFAULT_SCENARIOS)
    check_target(out, [own.scenario for own in read_scenarios(names, options)])
    results = _results(scenarios, options)
    files = write_report(results, out)
    for path in older_files(files):
        note(f"note: {path} is not of this report", options)
    show(_rankings(results))
    note(f"wrote {len(files)} files to {out}; open {out / 'report.html'}", options)


COMMANDS = (
    with_options(rank, "scenario", *RUN, "form"),
    with_options(explain, "scenario", *(name for name in RUN if name != "destination")),
    with_options(report, "scenario", *RUN),
)
"""In the order in which help lists them."""
