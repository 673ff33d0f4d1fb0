"""Commands that turn files of others into overlays: `exposure import usgs|comtrade|purchases`."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exposure.cli.messages import show
from exposure.cli.options import TABLES, Options, with_options
from exposure.cli.parsers import day
from exposure.cli.runs import read_tables

if TYPE_CHECKING:
    from exposure.tables.importing.overlay_folder import Imported

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV file, unchanged.")]
Out = Annotated[Path, typer.Option("--out", help="Folder into which the overlay is written.")]

app = typer.Typer(
    name="import",
    help="Make an overlay from a file of USGS, UN Comtrade or your purchases.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def usgs(
    file: File,
    *,
    out: Out,
    element: Annotated[
        list[str] | None,
        typer.Option(
            "--element",
            help="Element for which the share of all rare earths is used; may be given several "
            "times. Without it, the light ones.",
        ),
    ] = None,
    options: Options,
) -> None:
    """Shares of mining from a USGS world production table."""
    from exposure.tables.importing.usgs import import_usgs

    _write(import_usgs(file, read_tables(options), elements=element), out)


def comtrade(file: File, *, out: Out, options: Options) -> None:
    """Observed exports from a UN Comtrade download."""
    from exposure.tables.importing.comtrade import import_comtrade

    _write(import_comtrade(file, read_tables(options)), out)


def purchases(
    file: File,
    *,
    out: Out,
    component: Annotated[
        str | None, typer.Option(help="What was bought, if the list does not say it.")
    ] = None,
    destination: Annotated[
        str, typer.Option("--buyer-place", help="Where the buyer is: ISO alpha-3, or EUU.")
    ] = "USA",
    buyer_class: Annotated[str, typer.Option(help="civil, dual, military, or '*' for all.")] = "*",
    from_date: Annotated[
        date | None,
        typer.Option(parser=day, metavar="YYYY-MM-DD", help="First day on which the shares hold."),
    ] = None,
    options: Options,
) -> None:
    """Sourcing from a purchase list by supplier in kg: columns supplier, country, component, kg."""
    from exposure.tables.importing.purchases import import_purchases

    made = import_purchases(
        file,
        read_tables(options),
        component=component,
        destination=destination,
        buyer_class=buyer_class,
        from_date=from_date,
    )
    _write(made, out)


def _write(made: "Imported", out: Path) -> None:
    made.write(out)
    show(f"{made.text()}\nwritten to {out}; look at it, then use it with --overlay {out}")


IMPORTS: tuple[Callable[..., None], ...] = (usgs, comtrade, purchases)

for command in IMPORTS:
    app.command()(with_options(command, *TABLES))
