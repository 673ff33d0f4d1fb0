"""Output of a command: data on stdout, notes and warnings on stderr.

Notes are silenced by `--quiet`, warnings never. If stderr is closed, full or gone, only its
messages are lost (`exposure.cli.process`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from exposure.errors import StrictError

if TYPE_CHECKING:
    import pandas as pd

    from exposure.cli.options import Options
    from exposure.policy.rules import Rule
    from exposure.tables.dataset import Dataset


def show(text: str) -> None:
    """Print data, without characters that control the terminal."""
    from exposure.report.text.safe import printable

    typer.echo(printable(text).rstrip("\n"))


def show_results(text: str, dataset: "Dataset", *, added: "Sequence[Rule]" = ()) -> None:
    """Print results; if tables or rules were changed, print these changes first."""
    from exposure.report.text.layout import WIDTH, wrapped
    from exposure.report.text.marks import rules_line, tables_line

    lines = [
        wrapped(line, width=WIDTH) for line in (tables_line(dataset), rules_line(added)) if line
    ]
    show("\n".join([*lines, "", text]) if lines else text)


def say(text: str) -> None:
    """Print a message on stderr."""
    typer.echo(text, err=True)


def note(text: str, options: "Options") -> None:
    """Print a note, unless `--quiet` is given."""
    if not options.quiet:
        say(text)


def warn(warnings: Sequence[str], options: "Options") -> None:
    """Print warnings.

    Raises
    ------
    StrictError
        If there is one, and `--strict` is given.
    """
    for warning in warnings:
        say(f"warning: {warning}")
    if warnings and options.strict:
        number = len(warnings)
        raise StrictError(
            f"found {number} {'warning' if number == 1 else 'warnings'}; expected none with "
            "--strict; see above, or leave --strict out"
        )


def show_csv(frame: "pd.DataFrame", record: dict[str, object]) -> None:
    """Print a table as CSV, with the digest of what it was made from."""
    from exposure.report.files.csv_output import csv_text

    show(csv_text(frame, record))


def grid(frame: "pd.DataFrame", columns: Sequence[str], *, widest: int = 60) -> str:
    """Some columns of a table for the screen, no cell wider than `widest`."""
    from exposure.report.text.layout import aligned, shortened
    from exposure.report.text.safe import one_line

    chosen = frame[list(columns)]
    align = "".join("r" if kind.kind in "fiu" else "l" for kind in chosen.dtypes)
    rows = [
        [shortened(one_line(_cell(cell)), widest) for cell in row]
        for row in chosen.itertuples(index=False)
    ]
    return aligned(list(chosen.columns), rows, align=align)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "-" if value != value else f"{value:.4g}"  # noqa: PLR0124 - NaN alone differs
    return str(value)
