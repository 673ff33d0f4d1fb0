"""The options that commands share: each is defined once, here, and means the same everywhere.

A command names the options it takes and gets their values as one `Options`. What an option
leaves open is None, so that the defaults of a run stand in `exposure.settings` alone.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from exposure.cli.parsers import day, whole_number
from exposure.report.files.choice import CsvDialect


class Format(StrEnum):
    """Form in which results are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True)
class Options:
    """Values of the shared options; None where the command line says nothing."""

    scenario: Annotated[
        str | None,
        typer.Option(metavar="SCENARIO", help="Shipped name or TOML file."),
    ] = None
    data: Annotated[
        Path | None, typer.Option(help="Folder of tables instead of the shipped ones.")
    ] = None
    overlay: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of tables whose rows replace or join the others; may be given several "
            "times, the last on top."
        ),
    ] = None
    destination: Annotated[
        str | None,
        typer.Option(
            help="Where the sectors' makers are: USA (default), EUU, JPN, KOR, GBR, or all."
        ),
    ] = None
    draws: Annotated[
        int | None,
        typer.Option(
            parser=whole_number,
            metavar="INTEGER",
            help="Samples of the uncertain inputs (default 1024).",
        ),
    ] = None
    seed: Annotated[
        int | None,
        typer.Option(
            parser=whole_number, metavar="INTEGER", help="Seed of the random streams (default 7)."
        ),
    ] = None
    horizon_weeks: Annotated[
        int | None,
        typer.Option(parser=whole_number, metavar="INTEGER", help="Weeks scored (default 104)."),
    ] = None
    as_of: Annotated[
        date | None,
        typer.Option(
            parser=day, metavar="YYYY-MM-DD", help="First day scored; earlier weeks are run."
        ),
    ] = None
    after: Annotated[
        str | None,
        typer.Option(help="What follows a record of the past, such as prolonged or lapsed."),
    ] = None
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORDS",
            help="A rule on top of every course, such as 'Sm, military, withheld, from "
            "2026-12-01'; may be given several times.",
        ),
    ] = None
    prior: Annotated[
        bool,
        typer.Option(
            "--prior", help="Use the draws of the tables alone, whatever the record says."
        ),
    ] = False
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Any setting by its name, such as tail_weight=0.3; may be given several times.",
        ),
    ] = None
    sector: Annotated[
        list[str] | None,
        typer.Option(help="Sector that counts in totals; may be given several times."),
    ] = None
    budget: Annotated[
        list[float] | None,
        typer.Option(
            metavar="USD",
            help="Budget, such as 1e9, for which the best set of levers is searched; "
            "may be given several times.",
        ),
    ] = None
    levers: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="File or folder of levers instead of the shipped ones."),
    ] = None
    pairs: Annotated[bool, typer.Option("--pairs", help="Run all pairs of levers too.")] = False
    stocks: Annotated[
        bool, typer.Option("--stocks", help="Say how much each sector must hold.")
    ] = False
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Configuration of a scheduled report (TOML); words of the command line win.",
        ),
    ] = None
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="History of reports (SQLite); without it, beside the report folder.",
        ),
    ] = None
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Compare with no earlier report, and store none.")
    ] = False
    csv_dialect: Annotated[
        CsvDialect | None,
        typer.Option(
            help="How CSV files are written: plain (default), or german for a German Excel."
        ),
    ] = None
    excel: Annotated[
        bool,
        typer.Option("--excel", help="Write report.xlsx too; needs the extra [excel]."),
    ] = False
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse to run where there is a warning (exit code 3).")
    ] = False
    form: Annotated[Format, typer.Option("--format", help="Form of the output.")] = Format.TABLE
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No progress and no notes on stderr; warnings stay.")
    ] = False


TABLES = ("data", "overlay", "strict", "quiet")
"""Options of a command that reads tables."""

RUN = (
    "data", "overlay", "destination", "draws", "seed", "horizon_weeks", "as_of", "after",
    "rule", "prior", "settings", "strict", "quiet",
)  # fmt: skip
"""Options of a command that runs the model under scenarios."""


def with_options(command: Callable[..., None], *names: str) -> Callable[..., None]:
    """Give a command the shared options it names, beside its own arguments.

    Parameters
    ----------
    command
        Takes its own arguments, and ``options``.
    names
        Fields of `Options`, in the order in which help lists them.

    Returns
    -------
    callable
        What typer registers: its signature holds the command's own arguments and the options.
    """
    hints = get_type_hints(Options, include_extras=True)
    defaults = {field.name: field.default for field in fields(Options)}
    shared = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=defaults[name],
            annotation=hints[name],
        )
        for name in names
    ]
    signature = inspect.signature(command)
    arguments = [taken for taken in signature.parameters.values() if taken.name != "options"]

    def call(**words: Any) -> None:  # noqa: ANN401 - typer checks them by the signature
        command(
            **{taken.name: words[taken.name] for taken in arguments},
            options=Options(**{name: words[name] for name in names}),
        )

    call.__name__, call.__doc__ = command.__name__, command.__doc__
    whole = signature.replace(parameters=[*arguments, *shared])
    call.__signature__ = whole  # type: ignore[attr-defined]
    call.__annotations__ = {taken.name: taken.annotation for taken in (*arguments, *shared)}
    return call
