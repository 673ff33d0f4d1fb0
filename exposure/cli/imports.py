"""Commands that convert other files into overlays: `exposure import usgs|comtrade|purchases`."""

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

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV file as downloaded.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write the overlay to.")]

app = typer.Typer(
    name="import",
    help="Convert a file of USGS, UN Comtrade or your purchases into an overlay.",
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
            help="Element to which the share of all rare earths applies (default: the light "
            "elements). Can be repeated.",
        ),
    ] = None,
    options: Options,
) -> None:
    """Convert a USGS world production table into shares of mining."""
    from exposure.tables.importing.usgs import import_usgs

    _write(import_usgs(file, read_tables(options), elements=element), out)


def comtrade(file: File, *, out: Out, options: Options) -> None:
    """Convert a UN Comtrade download into observed exports."""
    from exposure.tables.importing.comtrade import import_comtrade

    _write(import_comtrade(file, read_tables(options)), out)


def purchases(
    file: File,
    *,
    out: Out,
    component: Annotated[
        str | None, typer.Option(help="Component that was bought, if the list has no such column.")
    ] = None,
    destination: Annotated[
        str, typer.Option("--buyer-place", help="Place of the buyer: ISO alpha-3 code, or EUU.")
    ] = "USA",
    buyer_class: Annotated[
        str, typer.Option(help="Class of the buyer: civil, dual, military, or '*' for all.")
    ] = "*",
    from_date: Annotated[
        date | None,
        typer.Option(parser=day, metavar="YYYY-MM-DD", help="First day on which the shares apply."),
    ] = None,
    options: Options,
) -> None:
    """Convert a purchase list (columns supplier, country, component, kg) into sourcing."""
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
    show(f"{made.text()}\nwritten to {out}; check it, then use it with --overlay {out}")


IMPORTS: tuple[Callable[..., None], ...] = (usgs, comtrade, purchases)

for command in IMPORTS:
    app.command()(with_options(command, *TABLES))
