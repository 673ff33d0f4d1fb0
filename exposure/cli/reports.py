"""The command that writes a report: `exposure report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.configured import plan_of
from exposure.cli.memory import give_back
from exposure.cli.messages import note, say, show
from exposure.cli.options import RUN, Options, with_options
from exposure.cli.rankings import Scenarios, rankings_text
from exposure.cli.runs import (
    DEFAULT_SCENARIOS,
    chosen_names,
    read_scenarios,
    read_tables,
    run_all,
    settings_of,
)

if TYPE_CHECKING:
    from exposure.cli.configured import Plan
    from exposure.measures.lever import Lever
    from exposure.report.changes import Briefing
    from exposure.report.desk.briefing import Desk
    from exposure.report.desk.writing import Written
    from exposure.report.files.figure_process import FigureProcess
    from exposure.report.lever_findings import Helping
    from exposure.result import Assessment
    from exposure.tables.dataset import Dataset

ALERT = 1
"""Exit code of a report with an alert."""

STALE = 4
"""Exit code of a report on data older than the configuration allows; it replaces that of an
alert."""


def report(
    scenarios: Scenarios = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into (default exposure-report).")
    ] = None,
    *,
    options: Options,
) -> None:
    """Write a report (HTML, JSON, CSV, figures, workbook), then print alerts and rankings.

    The report says what changed since the last one, and is stored in the history. Without a
    scenario: licences_continue, licences_queued and licences_withheld, scored from the last day in
    the tables.
    """
    from exposure.report.desk.earlier import earlier_report_named
    from exposure.report.files.report_folder import older_files
    from exposure.report.text.briefing_words import alerts_text

    plan = plan_of(options, out)
    with earlier_report_named(plan.folder):
        results, written = _made(plan, scenarios, options)
    for path in older_files(written.files):
        note(f"note: {path} is not of this report", options)
    show(f"{alerts_text(written.briefing)}\n\n{rankings_text(results)}")
    page = plan.folder / "report.html"
    note(f"wrote {len(written.files)} files to {plan.folder}; open {page}", options)
    _leave(written.briefing)


def _made(
    plan: "Plan", scenarios: Scenarios, options: Options
) -> "tuple[list[Assessment], Written]":
    """Run the scenarios and write the report; everything that can be checked is checked first."""
    from exposure.report.desk.helping import chosen_levers
    from exposure.report.desk.scope import check_scope
    from exposure.report.desk.writing import write_desk_report
    from exposure.report.files.figure_process import figure_process
    from exposure.report.files.report_folder import check_target
    from exposure.report.history.opening import check_history

    default = plan.scenarios or DEFAULT_SCENARIOS
    chosen = read_scenarios(chosen_names(scenarios, options, default), plan.options)
    check_target(plan.folder, [scenario.scenario for scenario in chosen])
    if plan.history is not None:
        check_history(plan.history)
    levers = chosen_levers(wanted=plan.levers)
    dataset = read_tables(plan.options)
    settings = settings_of(plan.options, dataset=dataset)
    check_scope(
        plan.configuration, dataset, destination=settings.destination,
        scenarios=[scenario.scenario for scenario in chosen], path=options.config,
    )  # fmt: skip
    with figure_process(settings.draws) as drawing:
        results = run_all(dataset, chosen, settings, plan.options)
        drawing.begin(results)
        give_back()
        desk = _desk(plan, dataset, _helping(results, levers, options), drawing)
        give_back()
        written = write_desk_report(
            results, plan.folder, desk, history=plan.history, now=plan.now, files=plan.files
        )
    return results, written


def _helping(
    results: "list[Assessment]", levers: "tuple[Lever, ...]", options: Options
) -> "Helping | None":
    """Run the levers of a report, with progress; no part of these runs is kept afterwards."""
    from exposure.cli.progress import progress
    from exposure.inputs.parts import LIMIT, parts_within
    from exposure.report.desk.helping import what_would_help

    with progress(steps=1, quiet=options.quiet) as begin, parts_within(LIMIT):
        return what_would_help(results, levers, begin(0, "levers"))


def _desk(
    plan: "Plan", dataset: "Dataset", helping: "Helping | None", drawing: "FigureProcess"
) -> "Desk":
    from exposure.report.desk.briefing import Desk
    from exposure.tables.reading.folders import read_dataset

    configuration = plan.configuration
    return Desk(
        day=plan.options.as_of or plan.now.date(),
        title=configuration.title,
        rules=configuration.alerts,
        sectors=configuration.alert_sectors,
        stale_after_days=configuration.stale_after_days,
        below=read_dataset(plan.options.data) if dataset.overlaid else None,
        helping=helping,
        drawing=drawing,
    )


def _leave(briefing: "Briefing") -> None:
    if briefing.age.is_stale:
        say(f"exposure: stale data: {briefing.age.words}")
        raise typer.Exit(STALE)
    if briefing.alerts:
        raise typer.Exit(ALERT)


COMMANDS = (
    with_options(
        report,
        "scenario",
        "config",
        "history",
        "no_history",
        "no_levers",
        "csv_dialect",
        "excel",
        *RUN,
    ),
)
"""Commands of this module, in the order in which help lists them."""
