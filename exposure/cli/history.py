"""Commands on stored reports: `exposure history list|show|compare|prune`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.configured import plan_of
from exposure.cli.differences import show_changes
from exposure.cli.messages import note, show
from exposure.cli.options import Format, Options, with_options

if TYPE_CHECKING:
    from exposure.report.changes import StoredReport
    from exposure.report.history.database import ReportEntry
    from exposure.report.history.stored_run import StoredRun

LISTED = 20
"""Default number of reports listed."""

Out = Annotated[Path | None, typer.Option(help="Report folder; the history is next to it.")]
Which = Annotated[str, typer.Argument(help="Number or digest of a report; last or previous.")]

app = typer.Typer(
    name="history",
    help="List, show, compare or prune stored reports.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def list_reports(
    limit: Annotated[int, typer.Option(min=1, help="Reports listed, the last ones.")] = LISTED,
    out: Out = None,
    *,
    options: Options,
) -> None:
    """List the stored reports in order."""
    from exposure.report.history.opening import open_history
    from exposure.report.text.layout import aligned

    with open_history(_file(options, out)) as history:
        entries = history.entries(limit)
    if options.form is Format.JSON:
        from exposure.report.files.json_output import history_list_json

        show(history_list_json([entry.report for entry in entries]))
        return
    heads = ["number", "day", "times", "tables", "package", "draws", "digest"]
    rows = [_row(entry.report) for entry in entries]
    if options.form is Format.CSV:
        show("\n".join(",".join(row) for row in (heads, *rows)))
    else:
        show(aligned(heads, rows, align="rlrllrl"))


def _row(report: "StoredReport") -> list[str]:
    return [
        str(report.number), report.day.isoformat(), str(report.times), report.dataset_version,
        report.package_version, str(report.draws), report.digest,
    ]  # fmt: skip


def show_report(which: Which = "last", out: Out = None, *, options: Options) -> None:
    """Show the rankings of a stored report."""
    from exposure.report.history.opening import open_history

    with open_history(_file(options, out)) as history:
        entry = history.find(which)
        run = history.run(entry)
    if options.form is Format.TABLE:
        show(_run_text(entry, run))
    elif options.form is Format.JSON:
        from exposure.report.files.json_output import history_show_json

        show(history_show_json(entry.report, run.content()))
    else:
        show(_run_csv(run))


def _run_text(entry: "ReportEntry", run: "StoredRun") -> str:
    from exposure.report.text.formats import points
    from exposure.report.text.layout import aligned, shortened
    from exposure.report.text.safe import one_line

    made = run.made
    overlays = f" with overlays {', '.join(made.overlays)}" if made.overlays else ""
    blocks = [
        f"Report {entry.number} of {entry.report.day}: tables {made.dataset_version}{overlays}, "
        f"package {made.package_version}, {made.draws} draws of seed {made.seed}, "
        f"digest {run.digest}"
    ]
    for scenario in run.scenarios:
        rows = [
            [
                str(row.rank), str(row.band), shortened(one_line(row.name), 40),
                points(row.score), f"{points(row.score_p05)}-{points(row.score_p95)}",
            ]
            for row in scenario.ranking
        ]  # fmt: skip
        table = aligned(["#", "band", "sector", "score", "5-95 %"], rows, align="rrlrr")
        blocks.append(f"{one_line(scenario.name)} ({scenario.scenario})\n\n{table}")
    return "\n\n".join(blocks)


def _run_csv(run: "StoredRun") -> str:
    import pandas as pd

    from exposure.report.files.csv_output import csv_text

    rows = [
        {"scenario": scenario.scenario, **row.model_dump(mode="json")}
        for scenario in run.scenarios
        for row in scenario.ranking
    ]
    return csv_text(pd.DataFrame(rows), {"record_digest": run.digest})


def compare_reports(
    old: Which = "previous",
    new: Which = "last",
    split: Annotated[
        bool,
        typer.Option(
            "--split", help="Run the model to split moves by cause, and rows by their effect."
        ),
    ] = False,
    out: Out = None,
    *,
    options: Options,
) -> None:
    """Show what changed between two stored reports."""
    from exposure.report.comparing.between import compare_runs
    from exposure.report.history.opening import open_history

    with open_history(_file(options, out)) as history:
        entries = history.find(old), history.find(new)
        runs = history.run(entries[0]), history.run(entries[1])
    changes = compare_runs(*runs, effects=split, since_day=entries[0].last_day)
    if options.form is Format.TABLE and not split:
        note("note: --split runs the model to say which cause moved which score", options)
    show_changes(changes, options)


def prune(
    keep: Annotated[int, typer.Option(min=1, help="Reports that stay, the last ones.")],
    out: Out = None,
    *,
    options: Options,
) -> None:
    """Remove all stored reports except the last ones."""
    from exposure.report.history.opening import open_history
    from exposure.report.text.formats import counted

    path = _file(options, out)
    with open_history(path):
        pass  # do not create a missing history
    with open_history(path, write=True) as history:
        gone = history.prune(keep)
        left = len(history.entries())
    show(
        f"removed {counted(gone.reports, 'report')} ({counted(gone.runs, 'run')}); "
        f"{counted(left, 'report')} left"
    )


def _file(options: Options, out: Path | None) -> Path:
    """File of the history that the options name."""
    from exposure.report.history.opening import default_history

    plan = plan_of(options, out)
    return plan.history or default_history(plan.folder)


NAMED = ("config", "history")
"""Options that select the history."""

for name, command, options_taken in (
    ("list", list_reports, (*NAMED, "form")),
    ("show", show_report, (*NAMED, "form")),
    ("compare", compare_reports, (*NAMED, "form", "quiet")),
    ("prune", prune, NAMED),
):
    app.command(name)(with_options(command, *options_taken))
