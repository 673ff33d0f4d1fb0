"""Opening of the history of reports, with an exclusive lock if anything is to be stored."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exposure.report.history import migrations, refusals
from exposure.report.history.database import History
from exposure.report.history.refusals import A_HISTORY, NAME_ANOTHER, named, refused


def default_history(folder: Path) -> Path:
    """The history of a report folder, unless another is named: next to it, named after it.

    Examples
    --------
    >>> default_history(Path("/srv/desk/exposure-report")).as_posix()
    '/srv/desk/exposure-report-history.sqlite'
    """
    target = folder.resolve()
    return target.parent / f"{target.name or 'exposure-report'}-history.sqlite"


@contextmanager
def open_history(path: Path, *, write: bool = False) -> Iterator["History"]:
    """Open a history; for writing, lock it exclusively, and create it if there is none.

    Parameters
    ----------
    path
        The file.
    write
        Whether anything is to be stored. Until the end, others who write wait.

    Raises
    ------
    HistoryError
        If the file cannot be read or written, is something else, is of a newer version, or
        another run holds it for too long.
    """
    with named(path):
        connection = _connect(path, write=write)
    try:
        with named(path):
            _check(path, connection, write=write)
            yield History(connection, path)
    finally:
        connection.close()


def check_history(path: Path) -> None:
    """Check, before anything runs, that a report can be stored; no file is created.

    Raises
    ------
    HistoryError
        As `open_history`.
    """
    with named(path):
        if path.is_file() and path.stat().st_size:
            with sqlite3.connect(path) as connection:
                if not migrations.is_ours(connection):
                    raise refused(path, "a database of another kind", A_HISTORY, NAME_ANOTHER)
            connection.close()
        existing = next(parent for parent in path.resolve().parents if parent.exists())
        with tempfile.TemporaryFile(dir=existing):  # it has no name, so nothing can be left
            pass


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    if not write and not path.is_file():
        raise refused(path, "no such file", A_HISTORY, "name another file, or run a report first")
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
    mode = "rwc" if write else "ro"
    address = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=refusals.WAIT_SECONDS, isolation_level=None)


def _check(path: Path, connection: sqlite3.Connection, *, write: bool) -> None:
    if write:
        connection.execute("BEGIN IMMEDIATE")
        # From here on the lock is kept to the end, whatever is committed on the way. Asked for
        # before the transaction, it would make two runs that wait hold each other up.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    if not migrations.is_ours(connection):
        raise refused(path, "a database of another kind", A_HISTORY, NAME_ANOTHER)
    version, known = migrations.version_of(connection), len(migrations.STEPS)
    if version > known:
        found = f"version {version} of its schema"
        raise refused(path, found, f"at most version {known}", "update the package")
    if write:
        migrations.migrate(connection, migrations.STEPS)
    elif version < known:
        cure = "run a report with it once, which brings it to the present version"
        raise refused(path, f"version {version} of its schema", f"version {known}", cure)
