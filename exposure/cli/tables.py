"""Commands about the tables: check them, follow a figure to its source, change them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from exposure.cli.output import (
    DEFAULT_SCENARIO,
    Data,
    Destination,
    Draws,
    Form,
    Format,
    OneScenario,
    Overlay,
    Quiet,
    Seed,
    make_settings,
    progress,
    read_scenarios,
    read_tables,
    show,
    show_frame,
    tell,
    warn_of_draws,
)
from exposure.errors import ExposureError, ScenarioError, TableError, unknown_name
from exposure.faults import Fault

Result = TypeVar("Result")


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of tables; without it, the shipped ones.")
    ] = None,
    overlay: Overlay = None,
    quiet: Quiet = False,
) -> None:
    """Check tables and scenarios; list every fault with its cure."""
    from exposure.policy.scenario_file import read_scenario
    from exposure.tables.describing.package import stale_notes
    from exposure.tables.reading.location import shipped_folder
    from exposure.tables.reading.overlays import apply_overlay, overlay_text

    place = folder or shipped_folder()
    files = sorted((place / "scenarios").glob("*.toml"))
    refused: list[ExposureError] = []
    dataset = _kept(refused, read_tables, folder)
    if overlay is not None and dataset is not None:
        dataset = _kept(refused, apply_overlay, dataset, overlay)
    elif overlay is not None:
        cure = "correct those first: until then the overlay is not checked"
        found = "tables with faults under it"
        refused.append(TableError([Fault("", found, "tables without", cure, str(overlay))]))
    for path in files:
        _kept(refused, read_scenario, path)
    if dataset is None or refused:
        raise TableError(
            # A mixture repeats the faults of a member.
            dict.fromkeys(fault for error in refused for fault in error.faults),
            skipped=any(error.skipped for error in refused),
        )
    rows = sum(len(table) for table in dataset.rows.values())
    show(
        f"{place}: {len(dataset.rows)} tables with {rows} rows and {len(files)} scenarios, no "
        f"faults\nversion {dataset.version}, digest {dataset.digest}"
    )
    if overlay is not None:
        show(overlay_text(dataset))
    for note in stale_notes(place):
        tell(f"note: {note}", quiet=quiet)


def _kept(
    refused: list[ExposureError], work: Callable[..., Result], *words: object
) -> Result | None:
    """What the work gives; where it refuses, nothing, and its error is kept with the others."""
    try:
        return work(*words)
    except (TableError, ScenarioError) as error:
        refused.append(error)
        return None


def sources(
    what: Annotated[
        str | None, typer.Argument(metavar="TABLE|SECTOR", help="Table, or id of a sector.")
    ] = None,
    data: Data = None,
    overlay: Overlay = None,
    form: Form = Format.TABLE,
) -> None:
    """List the figures behind a sector or in a table, each with its source.

    Without a word: the sources themselves.
    """
    from exposure.citations import provenance
    from exposure.report.files.json_output import provenance_json, source_list_json

    dataset = read_tables(data, overlay)
    listed = what is None or what == "sources"
    frame = dataset.table("sources") if what is None or listed else provenance(dataset, what)
    if form is Format.JSON:
        show(source_list_json(dataset) if listed else provenance_json(frame, dataset))
        return
    brief = ["table", "key", "low", "value", "high", "basis", "grade", "source_id"]
    if listed:
        brief = ["source_id", "grade", "published", "title"]
    show_frame(frame, form, brief=brief, widest=60)


def template(
    table: Annotated[str, typer.Argument(help="Name of a table, such as cover.")],
) -> None:
    """Write a CSV of a table's columns and words, to fill in."""
    from exposure.tables.describing.templates import template as fill_in

    show(fill_in(table))


def schema(
    name: Annotated[
        str, typer.Argument(help="Name of a table, scenario, or an output such as report.")
    ],
) -> None:
    """Print a schema as JSON: of a table, of a scenario file, or of an output.

    Outputs: rank, report, flow, backtest, diff, provenance (sources SECTOR), source_list.
    """
    import json

    from exposure.policy.scenario import Scenario
    from exposure.report.files.output_models import MODELS, output_schema
    from exposure.tables.describing.package import table_schema
    from exposure.tables.schema.catalogue import TABLES

    makers: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(TABLES, table_schema),
        **dict.fromkeys(MODELS, output_schema),
        "scenario": lambda _: Scenario.model_json_schema(),
    }
    if name not in makers:
        raise unknown_name("schema", name, makers)
    show(json.dumps(makers[name](name), indent=1, ensure_ascii=False))


def diff(
    old: Annotated[Path, typer.Argument(help="Folder of tables before.")],
    new: Annotated[
        Path | None, typer.Argument(help="Folder after; without it, the shipped tables.")
    ] = None,
    scenario: OneScenario = DEFAULT_SCENARIO,
    destination: Destination = "USA",
    draws: Draws = 1024,
    seed: Seed = 7,
    form: Form = Format.TABLE,
    quiet: Quiet = False,
) -> None:
    """Say which rows differ between two folders of tables, and how ranks move because of it."""
    from exposure.comparison import rank_changes, rank_changes_text
    from exposure.report.files.json_output import diff_json
    from exposure.tables.describing.differences import compare_datasets, differences_text

    before, after = read_tables(old), read_tables(new)
    settings = make_settings(dataset=after, destination=destination, draws=draws, seed=seed)
    (chosen,) = read_scenarios([scenario])
    differences = compare_datasets(before, after)
    if form is Format.CSV:
        show_frame(differences, form)
        return
    if form is Format.TABLE:
        show(differences_text(differences))
        if before.digest == after.digest:
            return
    warn_of_draws(draws, quiet=quiet)
    with progress(quiet=quiet) as tell_step:
        moved = rank_changes(before, after, chosen, settings, progress=tell_step("ranking"))
    if form is Format.JSON:
        show(diff_json((before, after), (differences, moved), chosen, settings))
        return
    show("\n" + rank_changes_text(moved))


COMMANDS = (check, sources, template, schema, diff)
"""In the order in which help lists them."""
