"""The schema of a history file, version by version.

A file knows its version (``PRAGMA user_version``). A file of an older version is brought to the
present one when it is opened for writing, one step after another, in one transaction; the first
step makes an empty file a history. Never change a step that was released: add the next one.
"""

import sqlite3
from collections.abc import Sequence

APPLICATION = 0x45585052
"""Number by which a SQLite file says that it is a history of this package."""

FIRST = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    package_version TEXT NOT NULL,
    dataset_version TEXT NOT NULL,
    dataset_digest TEXT NOT NULL,
    first_day TEXT NOT NULL,
    draws INTEGER NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (digest, content_sha256)
);
CREATE TABLE parts (
    sha256 TEXT PRIMARY KEY,
    content BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE run_parts (
    run INTEGER NOT NULL REFERENCES runs (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    part TEXT NOT NULL REFERENCES parts (sha256),
    PRIMARY KEY (run, kind, name)
) WITHOUT ROWID;
CREATE TABLE scores (
    run INTEGER NOT NULL REFERENCES runs (id),
    scenario TEXT NOT NULL,
    sector TEXT NOT NULL,
    name TEXT NOT NULL,
    rank INTEGER NOT NULL,
    band INTEGER NOT NULL,
    score REAL NOT NULL,
    score_p05 REAL NOT NULL,
    score_p95 REAL NOT NULL,
    PRIMARY KEY (run, scenario, sector)
) WITHOUT ROWID;
CREATE TABLE reports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (id),
    day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    written_at TEXT NOT NULL,
    last_written_at TEXT NOT NULL,
    times INTEGER NOT NULL
);
CREATE INDEX reports_run ON reports (run);
CREATE INDEX run_parts_part ON run_parts (part);
"""
"""runs: record and rankings, each once. parts: tables, scenarios and draws, each once. scores: the
rankings again, for trends. reports: which run was reported when, in their order; a report that
repeats the one before is counted, not added."""

STEPS: Sequence[str] = (FIRST,)
"""Step number i brings a file from version i to version i + 1."""


def version_of(connection: sqlite3.Connection) -> int:
    """Version of the schema of a file; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_ours(connection: sqlite3.Connection) -> bool:
    """True if a file is a history, or empty."""
    number = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    return number == APPLICATION or tables == 0


def migrate(connection: sqlite3.Connection, steps: Sequence[str] = STEPS) -> int:
    """Bring a file to the present version, inside the transaction that is open.

    Parameters
    ----------
    connection
        With a transaction open; nothing is committed here.
    steps
        See `STEPS`.

    Returns
    -------
    int
        Number of steps made.
    """
    before = version_of(connection)
    for script in steps[before:]:
        for statement in filter(None, map(str.strip, script.split(";"))):
            connection.execute(statement)
    # A pragma takes no parameters; both are whole numbers of our own.
    connection.execute(f"PRAGMA user_version = {len(steps)}")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    return max(len(steps) - before, 0)
