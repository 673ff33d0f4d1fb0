"""The options that commands share: each is defined once, here, and means the same everywhere.

A command names the options it takes and gets their values as one `Options`. An option that is
not given is None, so that only `exposure.settings` holds the defaults of a run.
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
    """Values of the shared options; None for an option that is not given."""

    scenario: Annotated[
        str | None,
        typer.Option(metavar="SCENARIO", help="Name of a shipped scenario, or a TOML file."),
    ] = None
    data: Annotated[
        Path | None, typer.Option(help="Folder of tables to use instead of the shipped ones.")
    ] = None
    overlay: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of tables whose rows replace the others or are added to them. Can be "
            "repeated; the last one has priority."
        ),
    ] = None
    destination: Annotated[
        str | None,
        typer.Option(
            help="Place of the makers to rank: USA (default), EUU, JPN, KOR, GBR, or all."
        ),
    ] = None
    draws: Annotated[
        int | None,
        typer.Option(
            parser=whole_number,
            metavar="INTEGER",
            help="Number of samples of the uncertain inputs (default 1024).",
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
        typer.Option(
            parser=whole_number, metavar="INTEGER", help="Number of weeks scored (default 104)."
        ),
    ] = None
    as_of: Annotated[
        date | None,
        typer.Option(
            parser=day,
            metavar="YYYY-MM-DD",
            help="First day scored. Earlier weeks are run but not scored.",
        ),
    ] = None
    after: Annotated[
        str | None,
        typer.Option(
            help="Continuation of a record of the past after its last day: prolonged or lapsed."
        ),
    ] = None
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORDS",
            help="A rule to add to every scenario, such as 'Sm, military, withheld, from "
            "2026-12-01'. Can be repeated.",
        ),
    ] = None
    prior: Annotated[
        bool,
        typer.Option(
            "--prior", help="Use all draws of the tables, also those that disagree with the record."
        ),
    ] = False
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Any setting by name, such as tail_weight=0.3. Can be repeated.",
        ),
    ] = None
    sector: Annotated[
        list[str] | None,
        typer.Option(help="Sector to count in the totals (default: all). Can be repeated."),
    ] = None
    budget: Annotated[
        list[float] | None,
        typer.Option(
            metavar="USD",
            help="Budget, such as 1e9, for which to search the best set of levers. "
            "Can be repeated.",
        ),
    ] = None
    levers: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="File or folder of levers to use instead of the shipped ones."
        ),
    ] = None
    pairs: Annotated[bool, typer.Option("--pairs", help="Also run all pairs of levers.")] = False
    stocks: Annotated[
        bool, typer.Option("--stocks", help="Show the additional stock that each sector needs.")
    ] = False
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Configuration of a scheduled report (TOML). The command line overrides it.",
        ),
    ] = None
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="History of reports, an SQLite file (default: next to the report folder).",
        ),
    ] = None
    no_history: Annotated[
        bool,
        typer.Option(
            "--no-history", help="Do not compare with an earlier report, and do not store this one."
        ),
    ] = False
    no_levers: Annotated[
        bool,
        typer.Option("--no-levers", help="Do not run levers or show their effects."),
    ] = False
    csv_dialect: Annotated[
        CsvDialect | None,
        typer.Option(
            help="Form of CSV files: plain (default), or german for a German version of Excel."
        ),
    ] = None
    excel: Annotated[
        bool,
        typer.Option("--excel", help="Also write report.xlsx (needs the extra [excel])."),
    ] = False
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop with exit code 3 if there is a warning.")
    ] = False
    form: Annotated[Format, typer.Option("--format", help="Form of the output.")] = Format.TABLE
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Show no progress and no notes, only warnings.")
    ] = False


TABLES = ("data", "overlay", "strict", "quiet")
"""Options of a command that reads tables."""

RUN = (
    "data", "overlay", "destination", "draws", "seed", "horizon_weeks", "as_of", "after",
    "rule", "prior", "settings", "strict", "quiet",
)  # fmt: skip
"""Options of a command that runs the model under scenarios."""


def with_options(command: Callable[..., None], *names: str) -> Callable[..., None]:
    """Give a command the shared options it names, in addition to its other arguments.

    Parameters
    ----------
    command
        Takes its arguments, and ``options``.
    names
        Fields of `Options`, in the order in which help lists them.

    Returns
    -------
    callable
        Function for typer: its signature holds the arguments of the command and the options.
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
