"""What commands share: options, reading tables, running scenarios, showing progress."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.words import (
    check_destination,
    check_names,
    check_open_end,
    day,
    draws_warnings,
    whole_number,
)

if TYPE_CHECKING:
    import pandas as pd

    from exposure.policy.scenario import Scenario
    from exposure.result import Assessment
    from exposure.settings import Settings
    from exposure.tables.dataset import Dataset

DEFAULT_SCENARIO = "london_truce"
DEFAULT_SCENARIOS = ("london_truce", "full_withhold", "free_flow")
"""Scenarios of `rank` and `report` when none is named: fast-tracked, withheld, neither."""

PATIENCE_SECONDS = 2.0
"""Work longer than this shows its progress."""


class Format(StrEnum):
    """Form in which results are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Scenarios = Annotated[
    list[str] | None, typer.Argument(metavar="SCENARIO", help="Shipped names or TOML files.")
]
OneScenario = Annotated[str, typer.Option("--scenario", help="Shipped name or TOML file.")]
Data = Annotated[Path | None, typer.Option(help="Folder of tables instead of the shipped ones.")]
Overlay = Annotated[
    Path | None, typer.Option(help="Folder of tables whose rows replace or join the others.")
]
Destination = Annotated[
    str, typer.Option(help="Where the sectors' makers are: USA, EUU, JPN, or all.")
]
Draws = Annotated[
    int,
    typer.Option(parser=whole_number, metavar="INTEGER", help="Samples of the uncertain inputs."),
]
Seed = Annotated[
    int, typer.Option(parser=whole_number, metavar="INTEGER", help="Seed of the random streams.")
]
Horizon = Annotated[
    int,
    typer.Option("--horizon-weeks", parser=whole_number, metavar="INTEGER", help="Weeks scored."),
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=day, metavar="YYYY-MM-DD", help="First day scored; earlier weeks are run."
    ),
]
After = Annotated[
    str | None,
    typer.Option("--after", help="What follows a record of the past, such as prolonged or lapsed."),
]
Prior = Annotated[
    bool,
    typer.Option("--prior", help="Use the draws of the tables alone, whatever the record says."),
]
Form = Annotated[Format, typer.Option("--format", help="Form of the output.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no notes on stderr.")]


def show(text: str) -> None:
    """Print data."""
    typer.echo(text.rstrip("\n"))


def tell(text: str, *, quiet: bool = False) -> None:
    """Print a note that is not data."""
    if not quiet:
        typer.echo(text, err=True)


def show_frame(
    frame: "pd.DataFrame", form: Format, *, brief: Sequence[str] = (), widest: int = 40
) -> None:
    """Print a table as CSV or for the screen; what is missing is empty.

    On screen only the `brief` columns, if any are named, and no cell wider than `widest`.
    """
    from exposure.report.files.csv_output import csv_text
    from exposure.report.text.layout import aligned, shortened

    if form is Format.CSV:
        show(csv_text(frame))
        return
    chosen = frame[list(brief)] if brief else frame
    align = "".join("r" if kind.kind in "fiu" else "l" for kind in chosen.dtypes)
    rows = [
        [shortened(_cell(cell), widest) for cell in row] for row in chosen.itertuples(index=False)
    ]
    show(aligned(list(chosen.columns), rows, align=align))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "-" if value != value else f"{value:.4g}"  # noqa: PLR0124 - NaN alone differs
    return str(value)


def read_tables(folder: Path | None, overlay: Path | None = None) -> "Dataset":
    """Read the tables a command asks for."""
    from exposure.tables.reading.folders import read_dataset

    return read_dataset(folder, overlay=overlay)


def read_scenarios(names: Sequence[str], *, after: str | None = None) -> "list[Scenario]":
    """Read scenarios; what follows the record is chosen for those that leave it open."""
    from exposure.policy.scenario_file import read_scenario, shipped_scenarios

    check_names(names, shipped_scenarios())
    scenarios = [read_scenario(name) for name in names]
    if after is None:
        return scenarios
    check_open_end(scenarios)
    return [
        read_scenario(name, after=after) if scenario.open_end else scenario
        for name, scenario in zip(names, scenarios, strict=True)
    ]


def make_settings(
    as_of: date | None = None, *, dataset: "Dataset | None" = None, **chosen: object
) -> "Settings":
    """Make settings of the words of the command line; with tables, the destination is theirs."""
    from exposure.settings import Settings

    if dataset is not None and "destination" in chosen:
        check_destination(str(chosen["destination"]), dataset)
    return Settings.model_validate({"as_of": as_of, **chosen})


def warn_of_draws(draws: int, *, quiet: bool = False) -> None:
    """Warn before a run of very few or very many draws."""
    for warning in draws_warnings(draws):
        tell(warning, quiet=quiet)


def run_all(
    dataset: "Dataset", scenarios: "Sequence[Scenario]", settings: "Settings", *, quiet: bool
) -> "list[Assessment]":
    """Assess each scenario, showing progress, and warn where history leaves few draws."""
    from exposure.assessment import assess
    from exposure.citations import learnt_later

    warn_of_draws(settings.draws, quiet=quiet)
    results = []
    with progress(quiet=quiet) as tell_step:
        for number, scenario in enumerate(scenarios, start=1):
            step = f"{scenario.scenario} ({number} of {len(scenarios)})"
            results.append(assess(dataset, scenario, settings, progress=tell_step(step)))
    if settings.as_of is not None:
        later, sourced = learnt_later(dataset, settings.as_of)
        tell(
            f"note: {later} of {sourced} sourced figures were published after {settings.as_of}; "
            "--as-of hides later rules and observations, not what the tables learnt later",
            quiet=quiet,
        )
    if results and results[0].conditioned is not None and results[0].conditioned.note:
        tell(f"note: {results[0].conditioned.note}")
    return results


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Show one line on stderr, rewritten, once the work has taken a while and someone looks."""
    began, shown = time.monotonic(), False
    visible = not quiet and sys.stderr.isatty()

    def tell_step(step: str) -> Callable[[int, int], None]:
        def advance(done: int, total: int) -> None:
            nonlocal shown
            if visible and time.monotonic() - began > PATIENCE_SECONDS:
                bar = "#" * (20 * done // total)
                typer.echo(f"\r\033[K{step} [{bar:<20}] {done}/{total}", err=True, nl=False)
                shown = True

        return advance

    try:
        yield tell_step
    finally:
        if shown:
            typer.echo("\r\033[K", err=True, nl=False)
