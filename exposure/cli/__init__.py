"""The command line: parse, call, print; no arithmetic.

Data go to stdout, progress and messages to stderr. Exit codes: 0 ok, 1 an alert of a scheduled
report (`report` alone), 2 a wrong word on the command line, 3 a fault in a file or folder, 4 data
older than the configuration allows (`report` alone), 5 internal; 128 plus its number for a run that
a signal ends, 130 from the keyboard. Everything slow is imported inside the command that needs it.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Annotated

import typer

from exposure.cli import (
    condition,
    history,
    imports,
    levers,
    licences,
    rankings,
    reports,
    sensitivity,
    sweep,
    tables,
)
from exposure.cli.clock import time_that_is_set
from exposure.cli.memory import one_heap
from exposure.cli.messages import say, show
from exposure.cli.process import (
    plain_streams,
    rare_collections,
    signals_unwind,
    without_library_warnings,
)
from exposure.errors import ExposureError, UnknownNameError
from exposure.version import __version__

INTERNAL = 5
"""Exit code of an internal error."""

UNWRITTEN = 3
"""Exit code if output cannot be written: as for a fault in a file or folder."""

TOO_LARGE = 2
"""Exit code of a run that does not fit into memory: as for a wrong option."""

TOO_LITTLE = (
    "memory: found too little for this run; expected room for every draw; take fewer, such as "
    "--draws 1024, or a shorter --horizon-weeks"
)

INTERRUPTED = 130
"""Exit code of a run that is ended from the keyboard."""

REMOVED = {
    "--history-matching": "draws agree with the record unless --prior is given",
    "--no-history-matching": "write --prior for all draws of the tables",
}
"""Options of earlier versions, each with its replacement."""

app = typer.Typer(
    name="exposure",
    help="Rank sectors by disruption risk under China's rare-earth export licences.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    *rankings.COMMANDS,
    *sensitivity.COMMANDS,
    *levers.COMMANDS,
    *reports.COMMANDS,
    *condition.COMMANDS,
    *licences.COMMANDS,
    *sweep.COMMANDS,
    *tables.COMMANDS,
):
    app.command()(command)
app.add_typer(history.app)
app.add_typer(imports.app)


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
        Arguments after ``exposure``; None takes those of the process.
    """
    one_heap()
    with plain_streams(), signals_unwind(), without_library_warnings(), rare_collections():
        words = sys.argv[1:] if arguments is None else arguments
        gone = [word for word in words if word.partition("=")[0] in REMOVED]
        if gone:
            return _fail("\n".join(map(_removed, gone)), UnknownNameError.exit_code)
        return _run(arguments)


@cache
def _command() -> Callable[..., object]:
    """All commands with their options, which are put together once for all runs of a process."""
    return typer.main.get_command(app)


def _run(arguments: list[str] | None) -> int:
    stdout = sys.stdout
    try:
        time_that_is_set()  # a wrong one would fail later, inside a library
        _command()(args=arguments, prog_name="exposure")
    except SystemExit as leaving:
        return _code(leaving, reader_gone=sys.stdout is not stdout)
    except ExposureError as error:
        return _fail(_with_notes(str(error), error), error.exit_code)
    except MemoryError as error:
        return _fail(_with_notes(TOO_LITTLE, error), TOO_LARGE)
    except OSError as error:
        _drop_output()
        return _fail(_with_notes(_unwritten(error), error), UNWRITTEN)
    except Exception as error:  # noqa: BLE001 - the one place where no error may escape
        message = (
            f"internal error: {type(error).__name__}: {error}; please report it with the command"
        )
        return _fail(_with_notes(message, error), INTERNAL)
    return 0


def _removed(word: str) -> str:
    name = word.partition("=")[0]
    return (
        f"{name}: found an option that no longer exists; expected a known one; leave it out: "
        f"{REMOVED[name]}"
    )


def _code(leaving: SystemExit, *, reader_gone: bool) -> int:
    """Exit code of a command that ended by itself, by a signal or by a closed output."""
    if reader_gone:
        # typer would exit with 1, which is the code of an alert here.
        return 0
    code = leaving.code if isinstance(leaving.code, int) else 0
    if code == INTERRUPTED:
        say("exposure: interrupted; nothing was written")
    return code


def _unwritten(error: OSError) -> str:
    what = error.filename or "output"
    return (
        f"{what}: found that it cannot be read or written ({error.strerror}); expected free space "
        "and permission; free some space, or name another place"
    )


def _drop_output() -> None:
    """Drop the remaining output, so that the exit does not fail again."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _with_notes(message: str, error: BaseException) -> str:
    """A message, and below it what a command adds to the error."""
    return "\n".join([message, *getattr(error, "__notes__", ())])


def _fail(message: str, code: int) -> int:
    say(f"exposure: {message}")
    return code


def run() -> None:
    """Entry point of the ``exposure`` command."""
    sys.exit(main())
