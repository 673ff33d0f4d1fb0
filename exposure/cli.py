"""The command line: parse, call, print; no arithmetic.

Data go to stdout, progress and messages to stderr. Exit codes: 0 ok, 1 a threshold was
crossed, 2 a wrong word on the command line, 3 a fault in a file or folder, 4 data stale,
5 internal. Everything slow is imported inside the command that needs it.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.errors import ExposureError, unknown_name
from exposure.version import __version__

if TYPE_CHECKING:
    from exposure.assessment import Assessment
    from exposure.settings import Settings
    from exposure.tables.dataset import Dataset

INTERNAL = 5
"""Exit code that no class of error carries."""

DEFAULT_SCENARIO = "london_truce"
DEFAULT_SCENARIOS = ("london_truce", "full_withhold", "free_flow")
"""Scenarios of `rank` and `report` when none is named: fast-tracked, withheld, neither."""

PATIENCE_SECONDS = 2.0
"""Work longer than this shows its progress."""

app = typer.Typer(
    name="exposure",
    help="Rank sectors by disruption risk under China's rare-earth export licences.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """Form in which results are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Scenarios = Annotated[
    list[str] | None, typer.Argument(metavar="SCENARIO", help="Shipped names or TOML files.")
]
Data = Annotated[Path | None, typer.Option(help="Folder of tables instead of the shipped ones.")]
Destination = Annotated[
    str, typer.Option(help="Where the sectors' makers are: USA, EUU, ..., all.")
]
Draws = Annotated[int, typer.Option(help="Samples of the uncertain inputs.")]
Seed = Annotated[int, typer.Option(help="Seed of the random streams.")]
Horizon = Annotated[int, typer.Option("--horizon-weeks", help="Weeks scored.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="First day scored; earlier weeks are run."),
]
Form = Annotated[Format, typer.Option("--format", help="Form of the output.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no notes on stderr.")]


@app.command()
def rank(
    scenarios: Scenarios = None,
    data: Data = None,
    destination: Destination = "USA",
    draws: Draws = 1024,
    seed: Seed = 7,
    horizon: Horizon = 104,
    as_of: AsOf = None,
    form: Form = Format.TABLE,
    quiet: Quiet = False,
) -> None:
    """Rank sectors under one or more scenarios.

    Without a scenario: london_truce, full_withhold and free_flow.
    """
    from exposure.report.json_form import ranking_csv, ranking_json
    from exposure.report.words import ranking_text

    settings = _settings(destination, draws, seed, horizon, as_of)
    results = _assess(_dataset(data), scenarios or DEFAULT_SCENARIOS, settings, quiet=quiet)
    if form is Format.JSON:
        _print(ranking_json(results))
    elif form is Format.CSV:
        _print(ranking_csv(results))
    else:
        _print("\n\n".join(ranking_text(result) for result in results))


@app.command()
def explain(
    sector: Annotated[str, typer.Argument(help="Id of a sector, such as missiles.")],
    scenario: Annotated[str, typer.Option(help="Shipped name or TOML file.")] = DEFAULT_SCENARIO,
    data: Data = None,
    draws: Draws = 1024,
    seed: Seed = 7,
    horizon: Horizon = 104,
    as_of: AsOf = None,
    quiet: Quiet = False,
) -> None:
    """Say what a sector's score is made of, and what it rests on."""
    from exposure.report.words import explain_text

    dataset = _dataset(data)
    homes = {row.sector: row.destination for row in dataset.rows["sectors"]}  # type: ignore[attr-defined]
    if sector not in homes:
        raise unknown_name("sector", sector, homes)
    settings = _settings(homes[sector], draws, seed, horizon, as_of)
    (result,) = _assess(dataset, [scenario], settings, quiet=quiet)
    _print(explain_text(result, sector))


@app.command()
def scenarios(
    name: Annotated[str | None, typer.Argument(help="Shipped name or TOML file.")] = None,
) -> None:
    """List the shipped scenarios, or say what one of them assumes."""
    from exposure.policy.scenario_file import read_scenario, shipped_scenarios
    from exposure.report.words import scenario_list_text, scenario_text

    if name is not None:
        _print(scenario_text(read_scenario(name)))
    else:
        _print(scenario_list_text([read_scenario(own) for own in shipped_scenarios()]))


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of tables; without it, the shipped ones.")
    ] = None,
) -> None:
    """Check tables and scenarios; list every fault with its cure."""
    from exposure.policy.scenario_file import read_scenario, shipped_scenarios
    from exposure.tables.location import shipped_folder

    dataset = _dataset(folder)
    place = folder or shipped_folder()
    if folder is None:
        files = [*shipped_scenarios()]
    else:
        files = [str(path) for path in sorted((folder / "scenarios").glob("*.toml"))]
    for name in files:
        read_scenario(name)
    rows = sum(len(table) for table in dataset.rows.values())
    _print(
        f"{place}: {len(dataset.rows)} tables with {rows} rows and {len(files)} scenarios, no "
        f"faults\nversion {dataset.version}, digest {dataset.digest}"
    )


@app.command()
def report(
    scenarios: Scenarios = None,
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("exposure-report"),
    data: Data = None,
    destination: Destination = "USA",
    draws: Draws = 1024,
    seed: Seed = 7,
    horizon: Horizon = 104,
    as_of: AsOf = None,
    quiet: Quiet = False,
) -> None:
    """Write a report (HTML, JSON, CSV, figures) and print the rankings.

    Without a scenario: london_truce, full_withhold and free_flow.
    """
    from exposure.report.words import ranking_text
    from exposure.report.write import write_report

    settings = _settings(destination, draws, seed, horizon, as_of)
    results = _assess(_dataset(data), scenarios or DEFAULT_SCENARIOS, settings, quiet=quiet)
    files = write_report(results, out)
    _print("\n\n".join(ranking_text(result) for result in results))
    if not quiet:
        typer.echo(f"wrote {len(files)} files to {out}; open {out / 'report.html'}", err=True)


def _version(value: bool) -> None:  # noqa: FBT001 - the signature of a typer callback
    if value:
        _print(f"exposure {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Rank sectors by disruption risk under China's rare-earth export licences."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        Words after ``exposure``; None takes those of the process.
    """
    try:
        app(args=arguments, prog_name="exposure")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except ExposureError as error:
        return _fail(str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the one place where nothing may escape
        return _fail(
            f"internal error: {type(error).__name__}: {error}; please report it with the command",
            INTERNAL,
        )
    return 0


def _fail(message: str, code: int) -> int:
    typer.echo(f"exposure: {message}", err=True)
    return code


def _print(text: str) -> None:
    typer.echo(text.rstrip("\n"))


def _dataset(folder: Path | None) -> "Dataset":
    from exposure.tables.read import read_dataset

    return read_dataset(folder)


def _settings(
    destination: str, draws: int, seed: int, horizon: int, as_of: datetime | None
) -> "Settings":
    from exposure.settings import Settings

    first_day: date | None = as_of.date() if as_of else None
    return Settings(
        destination=destination, draws=draws, seed=seed, horizon_weeks=horizon, as_of=first_day
    )


def _assess(
    dataset: "Dataset", names: Iterator[str] | list[str] | tuple[str, ...], settings: "Settings",
    *, quiet: bool,
) -> "list[Assessment]":  # fmt: skip
    from exposure.assessment import assess
    from exposure.policy.scenario_file import read_scenario

    chosen = [read_scenario(name) for name in names]
    results = []
    with _progress(quiet=quiet) as tell:
        for number, scenario in enumerate(chosen):
            step = f"{scenario.scenario} ({number + 1} of {len(chosen)})"
            results.append(assess(dataset, scenario, settings, progress=tell(step)))
    return results


@contextmanager
def _progress(*, quiet: bool) -> "Iterator[Callable[[str], Callable[[int, int], None]]]":
    """Show one line on stderr, rewritten, once the work has taken a while and someone looks."""
    began, shown = time.monotonic(), False
    visible = not quiet and sys.stderr.isatty()

    def tell(step: str) -> "Callable[[int, int], None]":
        def show(done: int, total: int) -> None:
            nonlocal shown
            if visible and time.monotonic() - began > PATIENCE_SECONDS:
                bar = "#" * (20 * done // total)
                typer.echo(f"\r\033[K{step} [{bar:<20}] {done}/{total}", err=True, nl=False)
                shown = True

        return show

    try:
        yield tell
    finally:
        if shown:
            typer.echo("\r\033[K", err=True, nl=False)
