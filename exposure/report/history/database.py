"""History of reports: one SQLite file, in which each run is stored once and completely.

Whoever writes holds the file from the first look at the last report to the end, so that two runs
at once are stored one after the other. A run is stored before its report is put into place and
listed after it: a run that is killed in between leaves a file that is whole, and the next run
stores nothing twice. The order of reports is that of their numbers; clocks are only shown.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from exposure.errors import UnknownNameError
from exposure.report.changes import StoredReport, TrendPoint
from exposure.report.history.refusals import refused
from exposure.report.history.stored_run import StoredInputs, StoredRun, run_from

SHORTEST_DIGEST = 4
"""Smallest number of characters to which a digest may be shortened."""

TREND_REPORTS = 52
"""Largest number of reports in a trend: a year of weeks."""


@dataclass(frozen=True)
class ReportEntry:
    """A report in the history, with the number of its run."""

    run: int
    """Equal runs have one number."""
    report: StoredReport

    @property
    def number(self) -> int:
        """Number of the report."""
        return self.report.number

    @property
    def digest(self) -> str:
        """Digest of the record of its run."""
        return self.report.digest

    @property
    def last_day(self) -> date:
        """Day of the report; of the last one where it was repeated."""
        return self.report.last_day


@dataclass(frozen=True)
class Pruned:
    """Reports that were removed from a history."""

    reports: int
    runs: int
    parts: int


class History:
    """An open history; `exposure.report.history.opening.open_history` gives it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def entries(self, limit: int | None = None) -> tuple[ReportEntry, ...]:
        """Reports in their order; the last ones if there is a limit."""
        rows = self._connection.execute(
            "SELECT run, number, digest, day, last_day, written_at, times, package_version, "
            "dataset_version, dataset_digest, first_day, draws FROM reports "
            "JOIN runs ON runs.id = reports.run ORDER BY number DESC LIMIT ?",
            (-1 if limit is None else limit,),
        ).fetchall()
        return tuple(map(_entry, reversed(rows)))

    def find(self, which: str) -> ReportEntry:
        """A report by its number, the beginning of its digest, ``last`` or ``previous``.

        Raises
        ------
        UnknownNameError
            If there is no such report.
        """
        entries = self.entries()
        named = {"last": entries[-1:], "previous": entries[-2:-1]}
        found = named.get(which) or [entry for entry in entries if str(entry.number) == which]
        if not found and len(which) >= SHORTEST_DIGEST:
            found = [entry for entry in entries if entry.digest.startswith(which)]
        if not found:
            raise _unknown(which, entries)
        return found[-1]

    def run(self, entry: ReportEntry) -> StoredRun:
        """The run of a report.

        Raises
        ------
        HistoryError
            If what is stored is damaged.
        """
        content, digest = self._connection.execute(
            "SELECT content, content_sha256 FROM runs WHERE id = ?", (entry.run,)
        ).fetchone()
        try:
            return run_from(json.loads(_unpacked(content, digest)), self._inputs(entry.run))
        except ValueError as error:
            found = f"a damaged run in report {entry.number} ({error})"
            cure = "restore the file from a backup, or name another with --history FILE"
            raise refused(self.path, found, "a whole one", cure) from error

    def _inputs(self, run: int) -> StoredInputs | None:
        rows = self._connection.execute(
            "SELECT kind, name, content, sha256 FROM run_parts JOIN parts ON sha256 = part "
            "WHERE run = ?",
            (run,),
        )
        texts: dict[str, dict[str, str]] = {"table": {}, "scenario": {}, "draws": {}}
        for kind, name, content, digest in rows:
            texts[kind][name] = _unpacked(content, digest)
        if not texts["draws"]:
            return None
        numbers = tuple(json.loads(texts["draws"][""]))
        return StoredInputs(texts["table"], texts["scenario"], numbers)

    def last(self) -> ReportEntry | None:
        """The last report; None in an empty history."""
        return next(iter(self.entries(1)), None)

    def trend(self, limit: int = TREND_REPORTS) -> tuple[TrendPoint, ...]:
        """Scores of the last reports, in their order."""
        rows = self._connection.execute(
            "SELECT number, digest, day, scenario, sector, name, scores.rank, score, score_p05, "
            "score_p95 FROM (SELECT * FROM reports ORDER BY number DESC LIMIT ?) AS chosen "
            "JOIN runs ON runs.id = chosen.run JOIN scores ON scores.run = runs.id "
            "ORDER BY number, scenario, scores.rank, sector",
            (limit,),
        )
        columns = ("run", "record_digest", *list(TrendPoint.model_fields)[2:])
        return tuple(TrendPoint(**dict(zip(columns, row, strict=True))) for row in rows)

    def store(self, run: StoredRun) -> int:
        """Store a run, once, and return its number; it is not yet listed as a report."""
        text = json.dumps(run.content(), sort_keys=True, ensure_ascii=False, allow_nan=False)
        digest = _digest(text)
        key = (run.digest, digest)
        found = self._connection.execute(
            "SELECT id FROM runs WHERE digest = ? AND content_sha256 = ?", key
        ).fetchone()
        if found is None:
            self._insert(run, digest, _packed(text))
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")
        return int(found[0]) if found else self._number_of(key)

    def _number_of(self, key: tuple[str, str]) -> int:
        row = self._connection.execute(
            "SELECT id FROM runs WHERE digest = ? AND content_sha256 = ?", key
        ).fetchone()
        return int(row[0])

    def _insert(self, run: StoredRun, digest: str, packed: bytes) -> None:
        made = run.made
        number = self._connection.execute(
            "INSERT INTO runs (digest, content_sha256, package_version, dataset_version, "
            "dataset_digest, first_day, draws, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run.digest, digest, made.package_version, made.dataset_version,
                made.dataset_digest, made.first_day.isoformat(), made.draws, packed,
            ),
        ).lastrowid  # fmt: skip
        for kind, name, text in _parts(run.inputs):
            part = self._stored_part(text)
            self._connection.execute(
                "INSERT INTO run_parts VALUES (?, ?, ?, ?)", (number, kind, name, part)
            )
        self._connection.executemany(
            "INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number, listed.scenario, row.sector, row.name, row.rank, row.band, row.score,
                    row.score_p05, row.score_p95,
                )
                for listed in run.scenarios
                for row in listed.ranking
            ],
        )  # fmt: skip

    def _stored_part(self, text: str) -> str:
        """Store a table, scenario or list of draws unless it is there, and return its digest."""
        part = _digest(text)
        known = self._connection.execute("SELECT 1 FROM parts WHERE sha256 = ?", (part,)).fetchone()
        if known is None:
            self._connection.execute("INSERT INTO parts VALUES (?, ?)", (part, _packed(text)))
        return part

    def list_report(self, run: int, *, day: date, now: datetime) -> int:
        """List a stored run as the last report, and return the number of the report.

        Parameters
        ----------
        run
            Number of the run, as `store` gave it.
        day
            Day of the report.
        now
            Time, UTC; it is shown and decides nothing.
        """
        stamp, last = now.isoformat(timespec="seconds"), self.last()
        if last is not None and last.run == run:
            number = last.number
            self._connection.execute(
                "UPDATE reports SET last_day = ?, last_written_at = ?, times = times + 1 "
                "WHERE number = ?",
                (day.isoformat(), stamp, number),
            )
        else:
            number = (
                self._connection.execute(
                    "INSERT INTO reports (run, day, last_day, written_at, last_written_at, times) "
                    "VALUES (?, ?, ?, ?, ?, 1)",
                    (run, day.isoformat(), day.isoformat(), stamp, stamp),
                ).lastrowid
                or 0
            )
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")
        return number

    def prune(self, keep: int) -> Pruned:
        """Remove all reports but the last ones, with the parts that only they needed.

        Parameters
        ----------
        keep
            Reports that stay, at least 1.
        """
        run = self._connection.execute
        oldest = [entry.number for entry in self.entries(keep)][:1] or [0]
        reports = run("DELETE FROM reports WHERE number < ?", oldest).rowcount
        gone = "NOT IN (SELECT run FROM reports)"
        run(f"DELETE FROM scores WHERE run {gone}")  # noqa: S608 - a constant of our own
        run(f"DELETE FROM run_parts WHERE run {gone}")  # noqa: S608 - a constant of our own
        runs = run(f"DELETE FROM runs WHERE id {gone}").rowcount  # noqa: S608 - a constant of our own
        parts = run("DELETE FROM parts WHERE sha256 NOT IN (SELECT part FROM run_parts)").rowcount
        run("COMMIT")
        run("VACUUM")
        run("BEGIN IMMEDIATE")
        return Pruned(reports, runs, parts)


def _unknown(which: str, entries: Sequence[ReportEntry]) -> UnknownNameError:
    if not entries:
        return UnknownNameError(
            f"unknown report '{which}'; the history is empty; run exposure report first"
        )
    numbers = f"{entries[0].number} to {entries[-1].number}"
    words = "last, previous" if len(entries) > 1 else "last"
    return UnknownNameError(
        f"unknown report '{which}'; write a number from {numbers}, the first {SHORTEST_DIGEST} or "
        f"more characters of a digest, or one of: {words}"
    )


def _entry(row: tuple[Any, ...]) -> ReportEntry:
    columns = list(StoredReport.model_fields)
    return ReportEntry(row[0], StoredReport(**dict(zip(columns, row[1:], strict=True))))


def _parts(inputs: StoredInputs | None) -> Iterator[tuple[str, str, str]]:
    """Kind, name and text of everything that is needed to run a run again."""
    if inputs is None:
        return
    for name, text in inputs.tables.items():
        yield "table", name, text
    for name, text in inputs.scenarios.items():
        yield "scenario", name, text
    yield "draws", "", json.dumps(list(inputs.numbers))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8"), 9)


def _unpacked(content: bytes, digest: str) -> str:
    try:
        plain = zlib.decompress(content)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if hashlib.sha256(plain).hexdigest() != digest:
        raise ValueError("its digest does not fit")
    return plain.decode("utf-8")
