"""The command line: parse, call, print; no arithmetic.

Data go to stdout, progress and messages to stderr. Exit codes: 0 ok, 1 a threshold was
crossed, 2 a wrong word on the command line, 3 a fault in a file or folder, 4 data stale,
5 internal. Everything slow is imported inside the command that needs it.
"""

import codecs
import io
import os
import sys
from contextlib import suppress
from typing import Annotated, TextIO

import typer

from exposure.cli import licences, rankings, tables
from exposure.cli.output import show
from exposure.errors import ExposureError
from exposure.version import __version__

INTERNAL = 5
"""Exit code that no class of error carries."""

UNWRITTEN = 3
"""Exit code where output cannot be written: as for a fault in a file or folder."""

PLAIN = {"\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2019": "'", "\u2265": ">=", "\u2264": "<="}
"""What stands in for signs that an encoding lacks; any other becomes a question mark."""

app = typer.Typer(
    name="exposure",
    help="Rank sectors by disruption risk under China's rare-earth export licences.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (*rankings.COMMANDS, *licences.COMMANDS, *tables.COMMANDS):
    app.command()(command)


def _version(value: bool) -> None:  # noqa: FBT001 - the signature of a typer callback
    if value:
        show(f"exposure {__version__}")
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
    _print_plainly(sys.stdout)
    try:
        app(args=arguments, prog_name="exposure")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except ExposureError as error:
        return _fail(str(error), error.exit_code)
    except OSError as error:
        _drop_output()
        return _fail(_unwritten(error), UNWRITTEN)
    except Exception as error:  # noqa: BLE001 - the one place where nothing may escape
        return _fail(
            f"internal error: {type(error).__name__}: {error}; please report it with the command",
            INTERNAL,
        )
    return 0


def _print_plainly(stream: TextIO) -> None:
    """Let a stream print signs that its encoding lacks, by others that it has."""
    if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
        codecs.register_error("plain", _plain)
        stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign, "?") for sign in lacking), error.end


def _unwritten(error: OSError) -> str:
    place = error.filename or "output"
    return (
        f"{place}: found that it cannot be read or written ({error.strerror}); expected room and "
        "permission; free some space, or name another place"
    )


def _drop_output() -> None:
    """Let what is still to be printed go nowhere, so that leaving does not fail once more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _fail(message: str, code: int) -> int:
    typer.echo(f"exposure: {message}", err=True)
    return code


def run() -> None:
    """Entry point of the ``exposure`` command."""
    sys.exit(main())
