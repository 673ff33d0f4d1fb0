"""Commands about the tables: check them, follow a figure to its source, change them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from exposure.cli.differences import show_changes
from exposure.cli.effects import as_warnings, idle_rules_of, line_of
from exposure.cli.messages import grid, note, show, show_csv, show_results, warn
from exposure.cli.options import RUN, TABLES, Format, Options, with_options
from exposure.cli.parsers import draws_warnings
from exposure.cli.progress import progress
from exposure.cli.runs import (
    DEFAULT_SCENARIO,
    read_scenarios,
    read_tables,
    settings_of,
    together,
)
from exposure.errors import (
    ExposureError,
    ScenarioError,
    TableError,
    UnknownNameError,
    unknown_name,
)
from exposure.faults import Fault

if TYPE_CHECKING:
    from exposure.policy.scenario import Scenario
    from exposure.report.files.listings import Kind
    from exposure.tables.dataset import Dataset

Result = TypeVar("Result")

DIFF = tuple(name for name in RUN if name != "data")
"""Options of `diff`, which takes its tables as arguments."""


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of tables (default: the shipped ones).")
    ] = None,
    *,
    options: Options,
) -> None:
    """Check tables and scenarios; list every error, and how to fix it."""
    from exposure.report.files.file_records import of_tables
    from exposure.report.files.listings import check_json, findings_frame
    from exposure.tables.reading.location import shipped_folder
    from exposure.tables.reading.overlays import overlay_text

    tables = folder or shipped_folder()
    dataset, scenarios = _sound(folder, options)
    rows = sum(len(table) for table in dataset.rows.values())
    found = _findings(tables, dataset, scenarios)
    if options.form is Format.JSON:
        show(check_json(findings_frame(found), dataset, scenarios))
    elif options.form is Format.CSV:
        show_csv(findings_frame(found), of_tables(dataset))
    else:
        show(
            f"{tables}: {len(dataset.rows)} tables with {rows} rows and {len(scenarios)} "
            f"scenarios, no faults\nversion {dataset.version}, digest {dataset.digest}"
        )
        if dataset.overlaid:
            show(overlay_text(dataset))
    for fault in found["stale"]:
        note(f"note: {fault.found}", options)
    for fault in found["kept for the record"]:
        note(f"note: kept for the record: {line_of(fault)}", options)
    idle = as_warnings(found["without effect"])
    warn([*as_warnings(found["doubtful"], kind="doubtful"), *idle], options)


def _sound(folder: Path | None, options: Options) -> "tuple[Dataset, list[Scenario]]":
    """Tables and scenarios without faults; all faults of both are raised together."""
    from exposure.policy.against_tables import refuse_unknown_names
    from exposure.policy.scenario_file import read_scenario
    from exposure.tables.reading.location import shipped_folder

    files = sorted(((folder or shipped_folder()) / "scenarios").glob("*.toml"))
    refused: list[ExposureError] = []
    dataset = _checked_tables(refused, folder, options.overlay or ())
    scenarios = [scenario for path in files if (scenario := _kept(refused, read_scenario, path))]
    if dataset is not None:
        for scenario in scenarios:
            _kept(refused, refuse_unknown_names, scenario, dataset)
    if dataset is None or refused:
        raise together(refused)
    return dataset, scenarios


def _findings(
    tables: Path, dataset: "Dataset", scenarios: "Sequence[Scenario]"
) -> "dict[Kind, list[Fault]]":
    """List unusual or unused input in tables and scenarios without faults, by kind."""
    from exposure.policy.scenario_file import read_scenario
    from exposure.tables.describing.package import stale_notes
    from exposure.tables.reading.effect import rows_for_the_record, rows_without_effect
    from exposure.tables.reading.location import DESCRIPTOR
    from exposure.tables.reading.magnitudes import doubtful_rows

    starts = {scenario.start for scenario in scenarios} or {read_scenario(DEFAULT_SCENARIO).start}
    cited = {source for scenario in scenarios for source in scenario.sources}
    idle = rows_without_effect(dataset, starts=starts, cited=cited, with_record=False)
    return {
        "stale": [Fault("", text, "", "", DESCRIPTOR) for text in stale_notes(tables)],
        "kept for the record": list(rows_for_the_record(dataset, starts=starts)),
        "doubtful": list(doubtful_rows(dataset)),
        "without effect": [*dataset.origin.unread, *idle, *idle_rules_of(dataset, scenarios)],
    }


def _checked_tables(
    refused: list[ExposureError], folder: Path | None, overlays: Sequence[Path]
) -> "Dataset | None":
    """The tables with their overlays; None where one of them has faults."""
    from exposure.tables.reading.folders import read_dataset
    from exposure.tables.reading.overlays import apply_overlay

    dataset = _kept(refused, read_dataset, folder)
    for overlay in overlays:
        if dataset is None:
            cure = "correct those first: until then the overlay is not checked"
            found = "tables with faults under it"
            refused.append(TableError([Fault("", found, "tables without", cure, str(overlay))]))
        else:
            dataset = _kept(refused, apply_overlay, dataset, overlay)
    return dataset


def _kept(
    refused: list[ExposureError], work: Callable[..., Result], *words: object
) -> Result | None:
    """Return the result of the work; if it raises an error, keep the error and return None."""
    try:
        return work(*words)
    except (TableError, ScenarioError) as error:
        refused.append(error)
        return None


def sources(
    what: Annotated[
        str | None,
        typer.Argument(metavar="TABLE|SECTOR", help="Name of a table, or id of a sector."),
    ] = None,
    *,
    options: Options,
) -> None:
    """List the figures behind a sector or in a table, each with its source.

    Without an argument, list the sources themselves.
    """
    from exposure.citations import provenance
    from exposure.report.files.file_records import of_tables
    from exposure.report.files.json_output import provenance_json, source_list_json

    dataset = read_tables(options)
    listed = what is None or what == "sources"
    frame = dataset.table("sources") if what is None or listed else provenance(dataset, what)
    if options.form is Format.JSON:
        show(source_list_json(dataset) if listed else provenance_json(frame, dataset))
    elif options.form is Format.CSV:
        show_csv(frame, of_tables(dataset))
    elif listed:
        show_results(grid(frame, ["source_id", "grade", "published", "title"]), dataset)
    else:
        columns = ["table", "key", "low", "value", "high", "basis", "grade", "source_id"]
        show_results(grid(frame, columns), dataset)


def template(
    name: Annotated[
        str, typer.Argument(help="Name of a table, such as cover; or scenario, or config.")
    ],
) -> None:
    """Print a template: a table as CSV, a scenario file, or a configuration."""
    from exposure.policy.scenario_template import SCENARIO_TEMPLATE
    from exposure.report.desk.configuration import configuration_template
    from exposure.tables.describing.templates import template as fill_in
    from exposure.tables.schema.catalogue import TABLES

    if name not in {*TABLES, "scenario", "config"}:
        raise unknown_name("template", name, {*TABLES, "scenario", "config"})
    files = {"scenario": SCENARIO_TEMPLATE, "config": configuration_template()}
    show(files[name] if name in files else fill_in(name))


def schema(
    name: Annotated[
        str, typer.Argument(help="Name of a table; scenario; or an output such as report.")
    ],
) -> None:
    """Print the JSON Schema of a table, a scenario file, a configuration or an output.

    Outputs: rank, explain, sensitivity, levers, scenarios, check, report, condition, flow,
    backtest, diff, changes, briefing, alerts, history_list, history_show, provenance (sources
    SECTOR), source_list. config is the configuration of a scheduled report.
    """
    import json

    from exposure.policy.scenario import Scenario
    from exposure.report.desk.configuration import configuration_schema
    from exposure.report.files.output_models import MODELS, output_schema
    from exposure.tables.describing.package import table_schema
    from exposure.tables.schema.catalogue import TABLES

    makers: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(TABLES, table_schema),
        **dict.fromkeys(MODELS, output_schema),
        "scenario": lambda _: Scenario.model_json_schema(),
        "config": lambda _: configuration_schema(),
    }
    if name not in makers:
        raise unknown_name("schema", name, makers)
    show(json.dumps(makers[name](name), indent=1, ensure_ascii=False))


def diff(
    old: Annotated[
        Path | None,
        typer.Argument(
            help="Folder with the old tables, or a report (default: the shipped tables)."
        ),
    ] = None,
    new: Annotated[
        Path | None,
        typer.Argument(
            help="Folder with the new tables, or a report (default: the shipped tables)."
        ),
    ] = None,
    *,
    options: Options,
) -> None:
    """Show which rows differ between two folders of tables, and how the ranks change.

    An overlay is added to the new tables. With an overlay and no folder, the shipped tables are
    compared with and without it. For two reports (folders or report.json), the command shows what
    changed between them, split by cause.
    """
    from exposure.comparison import rank_changes, rank_changes_text
    from exposure.report.files.file_records import of_run
    from exposure.report.files.json_output import diff_json
    from exposure.tables.describing.differences import compare_datasets, differences_text

    if old is not None and _are_reports(old, new):
        _diff_reports(old, new, options)
        return
    if old is None and not options.overlay:
        raise UnknownNameError(
            "diff: found nothing to compare; expected two folders of tables, two reports, or an "
            "overlay; name one, such as exposure diff --overlay my_company"
        )
    before, after = read_tables(Options(data=old)), read_tables(replace(options, data=new))
    settings = settings_of(options, dataset=after)
    (chosen,) = read_scenarios([options.scenario or DEFAULT_SCENARIO], options)
    differences = compare_datasets(before, after)
    if options.form is Format.CSV:
        show_csv(differences, of_run(after, [chosen], settings))
        return
    if options.form is Format.TABLE:
        show_results(differences_text(differences), after)
        if before.digest == after.digest:
            return
    warn(draws_warnings(settings.draws), options)
    with progress(steps=1, quiet=options.quiet) as begin:
        moved = rank_changes(before, after, chosen, settings, progress=begin(0, "two rankings"))
    if options.form is Format.JSON:
        show(diff_json((before, after), (differences, moved), chosen, settings))
    else:
        show("\n" + rank_changes_text(moved))


def _are_reports(old: Path, new: Path | None) -> bool:
    from exposure.report.history.inputs_file import is_report

    return is_report(old) or (new is not None and is_report(new))


def _diff_reports(old: Path, new: Path | None, options: Options) -> None:
    from exposure.report.comparing.between import compare_runs
    from exposure.report.history.inputs_file import read_report

    given = [
        f"--{name.replace('_', '-') if name != 'settings' else 'set'}"
        for name in ("scenario", *DIFF)
        if name not in ("strict", "quiet") and getattr(options, name)
    ]
    if new is None or given:
        found = f"{given[0]} with reports" if given else f"one report, {old}"
        cure = "leave it out" if given else "name the other one"
        raise UnknownNameError(f"diff: found {found}; expected two reports alone; {cure}")
    show_changes(compare_runs(read_report(old), read_report(new)), options)


COMMANDS = (
    with_options(check, "overlay", "strict", "form", "quiet"),
    with_options(sources, *TABLES, "form"),
    template,
    schema,
    with_options(diff, "scenario", *DIFF, "form"),
)
"""Commands of this module, in the order in which help lists them."""
