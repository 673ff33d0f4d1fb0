"""The history file: equal runs once, in order, whole after a kill, brought to newer schemas."""

import os
import random
import resource
import signal
import sqlite3
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

import exposure as ex
from exposure.errors import HistoryError, ReportError, UnknownNameError
from exposure.report.comparing.between import compare_runs
from exposure.report.history import migrations, refusals
from exposure.report.history.database import TREND_REPORTS, Pruned
from exposure.report.history.inputs_file import inputs_bytes, read_inputs, read_report
from exposure.report.history.opening import open_history
from exposure.report.history.stored_run import StoredRun, can_run_again, run_of
from tests.commands import NEEDS_FORK, in_child
from tests.tiny import tiny_dataset

FEW = ex.Settings(draws=8, prior=True)
DAY = date(2026, 10, 8)
NOW = datetime(2026, 10, 8, 6, tzinfo=UTC)


@cache
def run(seed: int = 7) -> StoredRun:
    settings = FEW.model_copy(update={"seed": seed})
    return run_of([ex.assess(tiny_dataset(), "full_withhold", settings)])


def other(number: int) -> StoredRun:
    """A run of another digest, without running anything."""
    record = run().record.model_copy(update={"record_digest": f"{number:016x}"})
    return replace(run(), record=record)


def add(path: Path, stored: StoredRun, day: date = DAY, now: datetime = NOW) -> int:
    with open_history(path, write=True) as history:
        return history.list_report(history.store(stored), day=day, now=now)


def test_a_run_is_read_back_as_it_was_stored_and_can_be_run_again(tmp_path):
    path = tmp_path / "history.sqlite"
    add(path, run())
    with open_history(path) as history:
        found = history.run(history.find("last"))
    assert found.record == run().record
    assert found.scenarios == run().scenarios
    assert found.inputs is not None
    again = can_run_again(found)
    assert not isinstance(again, str)
    dataset, scenarios, settings = again
    result = ex.assess(dataset, scenarios["full_withhold"], settings)
    scores = {row.sector: row.score for row in found.scenarios[0].ranking}
    assert dict(zip(result.ranking["sector"], result.ranking["score"], strict=True)) == scores


def test_equal_runs_are_stored_once_and_counted(tmp_path):
    path = tmp_path / "history.sqlite"
    numbers = [add(path, stored) for stored in (run(), run(), run(8), run(), run())]
    assert numbers == [1, 1, 2, 3, 3]
    with open_history(path) as history:
        listed = [
            (entry.number, entry.run, entry.digest, entry.report.times)
            for entry in history.entries()
        ]
        one, two = run().digest, run(8).digest
        assert listed == [(1, 1, one, 2), (2, 2, two, 1), (3, 1, one, 2)]
        assert [entry.number for entry in history.entries(2)] == [2, 3]
        assert history.find("previous").number == 2
        assert history.find(one[:6]).number == 3
        assert [point.run for point in history.trend() if point.sector == "missiles"] == [1, 2, 3]


def test_a_clock_that_was_set_back_changes_no_order(tmp_path):
    path = tmp_path / "history.sqlite"
    add(path, run(), day=DAY, now=NOW)
    add(path, run(8), day=date(1999, 1, 1), now=datetime(1999, 1, 1, tzinfo=UTC))
    with open_history(path) as history:
        assert [entry.report.day.year for entry in history.entries()] == [2026, 1999]
        assert history.find("last").digest == run(8).digest


def test_equal_tables_are_stored_once(tmp_path):
    path = tmp_path / "history.sqlite"
    for seed in (7, 8):
        add(path, run(seed))
    with sqlite3.connect(path) as connection:
        (tables,) = connection.execute(
            "SELECT count(DISTINCT part) FROM run_parts WHERE kind = 'table'"
        ).fetchone()
        (named,) = connection.execute("SELECT count(*) FROM run_parts WHERE kind = 'table'")
    assert tables <= named[0] / 2
    connection.close()


def test_pruning_keeps_the_last_reports_and_what_they_need(tmp_path):
    path = tmp_path / "history.sqlite"
    for stored in (run(), run(8), other(1), run()):
        add(path, stored)
    with open_history(path, write=True) as history:
        assert history.prune(2) == Pruned(reports=2, runs=1, parts=0)
        assert [entry.number for entry in history.entries()] == [3, 4]
        assert history.run(history.find("4")).scenarios == run().scenarios
        assert history.prune(1).runs == 1
    assert add(path, run(8)) == 5


def test_a_word_that_names_no_report_is_refused(tmp_path):
    path = tmp_path / "history.sqlite"
    add(path, run())
    with open_history(path) as history, pytest.raises(UnknownNameError) as raised:
        history.find("12")
    assert str(raised.value) == (
        "unknown report '12'; write a number from 1 to 1, the first 4 or more characters of a "
        "digest, or one of: last"
    )


def test_a_file_that_is_no_history_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("what I wrote " * 100)
    for write in (False, True):
        with pytest.raises(HistoryError) as raised, open_history(path, write=write):
            pass
        assert str(raised.value) == (
            f"{path}: found a file that is no history (file is not a database); expected a "
            "history that exposure report wrote, or no file; name another file"
        )
    assert path.read_text() == "what I wrote " * 100


def test_a_database_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    with pytest.raises(HistoryError) as raised, open_history(path, write=True):
        pass
    assert str(raised.value) == (
        f"{path}: found a database of another kind; expected a history that exposure report "
        "wrote, or no file; name another file"
    )


def test_a_missing_history_is_named(tmp_path):
    path = tmp_path / "history.sqlite"
    with pytest.raises(HistoryError) as raised, open_history(path):
        pass
    assert str(raised.value) == (
        f"{path}: found no such file; expected a history that exposure report wrote, or no "
        "file; name another file, or run a report first"
    )


def test_an_older_schema_is_brought_up_step_by_step_and_a_newer_one_refused(tmp_path, monkeypatch):
    path = tmp_path / "history.sqlite"
    add(path, run())
    newer = (*migrations.STEPS, "ALTER TABLE reports ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")
    monkeypatch.setattr(migrations, "STEPS", newer)
    with pytest.raises(HistoryError, match="run a report with it once"), open_history(path):
        pass
    assert add(path, run(8)) == 2
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT note FROM reports").fetchall() == [("none",)] * 2
        assert migrations.version_of(connection) == len(newer)
    connection.close()
    monkeypatch.setattr(migrations, "STEPS", newer[:-1])
    with pytest.raises(HistoryError) as raised, open_history(path, write=True):
        pass
    assert str(raised.value) == (
        f"{path}: found version {len(newer)} of its schema; expected at most version "
        f"{len(newer) - 1}; update the package"
    )


def test_the_first_schema_is_the_one_that_was_released():
    """A released step never changes; a new one is added behind it."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("BEGIN")
        assert migrations.migrate(connection, migrations.STEPS[:1]) == 1
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert migrations.migrate(connection) == len(migrations.STEPS) - 1
    connection.close()
    tables = {name for name in names if not name.startswith("sqlite")}
    assert tables == {
        "runs", "parts", "run_parts", "scores", "reports", "reports_run", "run_parts_part",
    }  # fmt: skip


def test_damage_is_found_and_named(tmp_path):
    path = tmp_path / "history.sqlite"
    add(path, run())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET content = x'00'")
    connection.close()
    with open_history(path) as history, pytest.raises(HistoryError) as raised:
        history.run(history.find("1"))
    assert "found a damaged run in report 1 (" in str(raised.value)
    assert str(raised.value).endswith(
        "; expected a whole one; restore the file from a backup, or name another with --history "
        "FILE"
    )


def sound(path: Path) -> int:
    """Number of reports of a history of which every part is whole."""
    with open_history(path, write=True) as history:
        entries = history.entries()
        for entry in entries:
            history.run(entry)
    return len(entries)


@NEEDS_FORK
def test_killed_at_any_moment_every_report_that_was_listed_stays(tmp_path):
    path, chance = tmp_path / "history.sqlite", random.Random(7)  # noqa: S311
    began = time.monotonic()
    add(path, run())
    once, before = time.monotonic() - began, 1
    for kill in range(10):
        child = in_child(lambda k=kill: [add(path, other(1000 * k + i + 1)) for i in range(1000)])
        time.sleep(chance.uniform(0.0, 3.0 * once))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = sound(path)
        assert found >= before
        before = found
    assert add(path, run(8)) > before


@NEEDS_FORK
def test_two_at_once_store_both(tmp_path):
    path = tmp_path / "history.sqlite"
    children = [
        in_child(lambda c=c: [add(path, other(100 * c + i + 1)) for i in range(5)])
        for c in range(2)
    ]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert sound(path) == 10


def add_many(path: Path) -> None:
    for number in range(50):
        add(path, other(number + 1))


def test_a_full_disk_loses_nothing_that_is_stored(tmp_path):
    path = tmp_path / "history.sqlite"
    add(path, run())
    before = path.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 4096, hard))
    try:
        with pytest.raises(HistoryError) as raised:
            add_many(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(raised.value).startswith(f"{path}: found no room to write (")
    assert str(raised.value).endswith(
        "; expected room for the run; free some space; nothing stored is lost"
    )
    assert sound(path) >= 1
    assert add(path, run(8)) >= 2


def test_a_run_that_waits_too_long_says_for_what(tmp_path, monkeypatch):
    path = tmp_path / "history.sqlite"
    add(path, run())
    monkeypatch.setattr(refusals, "WAIT_SECONDS", 0.1)
    with open_history(path, write=True), pytest.raises(HistoryError) as raised:
        add(path, run(8))
    assert str(raised.value) == (
        f"{path}: found another run that has held it for 0 seconds; expected one that ends; run "
        "again when the other one has ended"
    )


def test_two_of_three_thousand_runs_are_compared(tmp_path):
    path = tmp_path / "history.sqlite"
    for stored in (run(), run(8)):
        add(path, stored)
    numbers = "WITH RECURSIVE n (i) AS (VALUES (3) UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
    with sqlite3.connect(path) as connection:
        for table, columns, key in (
            ("runs", "id, digest, content_sha256, package_version, dataset_version, "
             "dataset_digest, first_day, draws, content", "id"),
            ("run_parts", "run, kind, name, part", "run"),
            ("scores", "run, scenario, sector, name, rank, band, score, score_p05, score_p95",
             "run"),
        ):  # fmt: skip
            copied = columns.replace(key, "i", 1).replace("digest,", "digest || i,", 1)
            connection.execute(
                f"INSERT INTO {table} ({columns}) {numbers} SELECT {copied} FROM {table}, n "  # noqa: S608
                f"WHERE {key} = 2 - n.i % 2"
            )
        connection.execute(
            f"INSERT INTO reports (run, day, last_day, written_at, last_written_at, times) "  # noqa: S608
            f"{numbers} SELECT i, day, day, written_at, written_at, 1 FROM reports, n "
            "WHERE number = 1"
        )
    connection.close()
    with open_history(path) as history:
        pair = history.run(history.find("1500")), history.run(history.find("2999"))
        trend = history.trend()
    changes = compare_runs(*pair, effects=False)
    assert len({point.run for point in trend}) == TREND_REPORTS
    assert [line.cause for line in changes.causes if line.changed] == ["draws"]


# Inputs beside a report


def test_inputs_are_read_back_and_equal_inputs_give_equal_bytes():
    inputs = run().inputs
    assert inputs is not None
    content = inputs_bytes(inputs)
    assert content == inputs_bytes(inputs)
    found = read_inputs(content)
    assert (found.tables, found.scenarios, found.numbers) == (
        inputs.tables, inputs.scenarios, inputs.numbers,
    )  # fmt: skip


def test_what_is_no_report_is_named(tmp_path):
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(ReportError) as raised:
        read_report(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path / 'report.json'}: found content that is no report ('scenarios'); expected a "
        "report.json that exposure report wrote; name another folder or file"
    )
