"""The command that writes a report: `exposure report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.configured import plan_of
from exposure.cli.messages import note, say, show
from exposure.cli.options import RUN, Options, with_options
from exposure.cli.rankings import Scenarios, rankings_text, results_of
from exposure.cli.runs import DEFAULT_SCENARIOS, chosen_names, read_scenarios
from exposure.errors import unknown_name

if TYPE_CHECKING:
    from exposure.cli.configured import Plan
    from exposure.report.changes import Briefing
    from exposure.report.desk.briefing import Desk
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
    from exposure.report.desk.writing import write_desk_report
    from exposure.report.files.report_folder import check_target, older_files
    from exposure.report.history.opening import check_history
    from exposure.report.text.briefing_words import alerts_text

    plan = plan_of(options, out)
    default = plan.scenarios or DEFAULT_SCENARIOS
    names = chosen_names(scenarios, options, default)
    check_target(
        plan.folder, [scenario.scenario for scenario in read_scenarios(names, plan.options)]
    )
    if plan.history is not None:
        check_history(plan.history)
    results = results_of(list(names), _without_scenario(plan.options))
    desk = _desk(plan, results[0].dataset)
    written = write_desk_report(
        results, plan.folder, desk, history=plan.history, now=plan.now, files=plan.files
    )
    for path in older_files(written.files):
        note(f"note: {path} is not of this report", options)
    show(f"{alerts_text(written.briefing)}\n\n{rankings_text(results)}")
    page = plan.folder / "report.html"
    note(f"wrote {len(written.files)} files to {plan.folder}; open {page}", options)
    _leave(written.briefing)


def _without_scenario(options: Options) -> Options:
    """The options without `--scenario`, which the list of scenarios already includes."""
    from dataclasses import replace

    return replace(options, scenario=None)


def _desk(plan: "Plan", dataset: "Dataset") -> "Desk":
    from exposure.report.desk.briefing import Desk
    from exposure.tables.reading.folders import read_dataset

    said, known = plan.configuration, dataset.sector_ids()
    for sector in (*said.sectors, *(named for rule in said.alerts for named in rule.sectors)):
        if sector not in known:
            raise unknown_name("sector", sector, known)
    return Desk(
        day=plan.options.as_of or plan.now.date(),
        title=said.title,
        rules=said.alerts,
        sectors=said.sectors,
        stale_after_days=said.stale_after_days,
        below=read_dataset(plan.options.data) if dataset.overlaid else None,
    )


def _leave(briefing: "Briefing") -> None:
    if briefing.age.is_stale:
        say(f"exposure: stale data: {briefing.age.words}")
        raise typer.Exit(STALE)
    if briefing.alerts:
        raise typer.Exit(ALERT)


COMMANDS = (
    with_options(
        report, "scenario", "config", "history", "no_history", "csv_dialect", "excel", *RUN
    ),
)
"""In the order in which help lists them."""
