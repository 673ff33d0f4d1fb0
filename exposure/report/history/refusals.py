"""Reasons in plain words why a history cannot be read or written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exposure.errors import HistoryError
from exposure.faults import Fault

WAIT_SECONDS = 300.0
"""Time for which a run waits for another one that writes."""

NAME_ANOTHER = "name another file"
"""The cure for a file that is something else."""

A_HISTORY = "a history that exposure report wrote, or no file"
"""Expected content of a history file."""


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Say in plain words what is wrong with a history."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise explained(path, error) from error
    except OSError as error:
        found = f"a place that cannot be written ({error.strerror})"
        raise refused(path, found, A_HISTORY, "name another with --history FILE") from error


def explained(path: Path, error: sqlite3.DatabaseError) -> HistoryError:
    """Fault that SQLite found, in words."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        found = f"another run that has held it for {WAIT_SECONDS:.0f} seconds"
        return refused(path, found, "one that ends", "run again when the other one has ended")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        found = f"no room to write ({error})"
        return refused(path, found, "room for the run", "free some space; nothing stored is lost")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        found = f"a place that cannot be written ({error})"
        return refused(path, found, "one that can", "name another with --history FILE")
    return refused(path, f"a file that is no history ({error})", A_HISTORY, NAME_ANOTHER)


def refused(path: Path, found: str, expected: str, cure: str) -> HistoryError:
    """The error that names the file."""
    return HistoryError([Fault("", found, expected, cure, str(path))])
