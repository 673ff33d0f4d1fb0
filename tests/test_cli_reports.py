"""The scheduled report: what changed, exit codes, precedence of options, safety."""

import hashlib
import json
import os
import random
import re
import resource
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import exposure as ex
from exposure.cli import main
from exposure.cli.clock import time_that_is_set
from exposure.report.files.folder_swap import listed
from exposure.report.history.opening import open_history
from tests.commands import NEEDS_FORK, code_of, in_child, run
from tests.tiny import Records, tiny_records, write_folder

DESK = """
title = "Desk"
scenarios = ["full_withhold"]
data = "tables"
[settings]
draws = 8
prior = true
[output]
folder = "out"
"""
AS_OF = ["--as-of", "2026-10-08"]
BROKEN = """\
exposure: cover.csv: 1 fault
  - line 1, header: found none of the columns; expected their names; write the header: \
sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,source_id,locator,note
Some checks were skipped because of these faults. Fix them and run again.
"""
"""What a table of nonsense is refused with."""


@pytest.fixture
def desk(tmp_path) -> Path:
    write_folder(tmp_path / "tables")
    (tmp_path / "desk.toml").write_text(DESK)
    return tmp_path


@pytest.fixture
def paged() -> None:
    """Asks for a page, without figures."""


@pytest.fixture(autouse=True)
def plain(request, monkeypatch, undrawn) -> None:  # noqa: ARG001
    """Leave out figures, levers and page, which take most of the time; few tests ask for a page."""
    monkeypatch.setattr("exposure.cli.reports._helping", lambda *_: None)
    if "paged" not in request.fixturenames:
        monkeypatch.setattr("exposure.report.html.page.report_page", lambda *_, **__: "")


def report(capsys, desk: Path, *words):
    return run(capsys, "report", "--config", desk / "desk.toml", *AS_OF, *words)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def briefing(desk: Path) -> dict:
    return json.loads((desk / "out" / "briefing.json").read_text())["briefing"]


def longer_stock() -> Records:
    records = tiny_records()
    for row in records["cover"]:
        if row["sector"] == "missiles" and row["quantity"] == "stock_weeks":
            row.update(low=100.0, central=104.0, high=108.0)
    return records


def alert(desk: Path, *lines: str) -> None:
    with (desk / "desk.toml").open("a") as file:
        file.write("\n[[alerts]]\n" + "\n".join(lines) + "\n")


def test_the_first_report_has_no_earlier_one_and_the_next_two_are_equal(capsys, desk, paged):  # noqa: ARG001
    code, out, _ = report(capsys, desk)
    assert code == 0
    assert out.splitlines()[:3] == [
        "Desk, 2026-10-08: no alert.", "", "No earlier report is stored; this is the first.",
    ]  # fmt: skip
    code, out, _ = report(capsys, desk)
    second = contents(desk / "out")
    assert code == 0
    assert len(second["report.html"]) > 10_000
    assert "Nothing changed since the report of 2026-10-08." in out
    assert report(capsys, desk)[0] == 0
    assert contents(desk / "out") == second
    with open_history(desk / "out-history.sqlite") as history:
        assert [(entry.number, entry.report.times) for entry in history.entries()] == [(1, 3)]


def test_a_changed_row_is_named_with_the_ranks_it_moved(capsys, desk):
    report(capsys, desk)
    write_folder(desk / "tables", longer_stock())
    code, out, _ = report(capsys, desk)
    assert code == 0
    assert "Changed since the report of 2026-10-08: data (2 rows)." in out
    changes = briefing(desk)["changes"]
    assert [row["key"] for row in changes["rows"]] == [
        "missiles, ndfeb_heavy_magnet, stock_weeks", "missiles, smco_magnet, stock_weeks",
    ]  # fmt: skip
    moved = [move for move in changes["moves"] if move["rank_was"] != move["rank_now"]]
    assert {move["sector"] for move in moved} >= {"missiles"}
    for move in changes["moves"]:
        assert sum(move["parts"].values()) == pytest.approx(move["score_now"] - move["score_was"])
    code, out, _ = run(capsys, "history", "compare", "--config", desk / "desk.toml", "--split")
    assert code == 0
    assert "cover: missiles, smco_magnet, stock_weeks: low 2 -> 100" in out


def test_the_page_names_the_changed_row_and_the_sectors_it_moved(capsys, desk, paged):  # noqa: ARG001
    report(capsys, desk)
    write_folder(desk / "tables", longer_stock())
    report(capsys, desk)
    page = (desk / "out" / "report.html").read_text()
    section = page[page.index('<section id="changes">') : page.index('<section id="scores">')]
    assert "cover: missiles, smco_magnet, stock_weeks: low 2 → 100" in section
    heads = re.search(r"Sectors that moved; .*?<tr>(.*?)</tr>", section, re.DOTALL)
    assert heads is not None
    assert re.findall(r">([^<>]+)</th>", heads[1]) == [
        "Sector", "Course", "Rank before", "Rank now", "Points", "Data",
    ]  # fmt: skip
    first, moves = heads.end(), briefing(desk)["changes"]["moves"]
    largest = max(moves, key=lambda move: abs(move["score_now"] - move["score_was"]))
    assert section.index(f'<th scope="row">{largest["name"]}</th><td>', first) == section.index(
        '<th scope="row">', first
    )


def test_an_overlay_is_compared_with_the_tables_without_it(capsys, desk):
    report(capsys, desk)
    write_folder(desk / "acme", {"cover": longer_stock()["cover"][:1]})
    code, _, _ = report(capsys, desk, "--overlay", desk / "acme")
    assert code == 0
    report_written = briefing(desk)
    assert report_written["changes"]["since"]["overlays"] == []
    assert report_written["changes"]["now"]["overlays"] == ["acme"]
    assert report_written["overlay"]["summary"].startswith(
        "Changed against the tables without overlays: data (1 row)."
    )
    assert report_written["overlay"]["moves"] == report_written["changes"]["moves"]


def test_one_row_of_an_overlay_does_alone_what_all_rows_do_together(capsys, desk):
    row = longer_stock()["cover"][:1]
    write_folder(desk / "acme", {"cover": row})
    report(capsys, desk, "--overlay", desk / "acme")
    both = briefing(desk)["overlay"]
    assert both["data"]["one_by_one"][0]["moves"] == both["data"]["together"] != []
    row[0].update(low=0.0, central=1.0, high=20.0)
    write_folder(desk / "acme", {"cover": row})
    report(capsys, desk, "--overlay", desk / "acme")
    since = briefing(desk)["changes"]
    moved = {(move["scenario"], move["sector"]): move for move in since["moves"]}
    assert since["data"]["one_by_one"][0]["moves"] == since["data"]["together"] != []
    for effect in since["data"]["together"]:
        move = moved[effect["scenario"], effect["sector"]]
        assert effect["score_moved"] == pytest.approx(move["score_now"] - move["score_was"])


def test_another_version_of_the_code_is_reported(capsys, desk, monkeypatch):
    report(capsys, desk)
    monkeypatch.setattr("exposure.records.__version__", "9.9.9")
    code, out, _ = report(capsys, desk)
    assert code == 0
    assert "Changed since the report of 2026-10-08: code. No sector moved." in out
    text = briefing(desk)["changes"]["causes"][0]["text"]
    assert text == f"Version {ex.__version__} of the package became 9.9.9."


def test_an_alert_leaves_with_1_and_a_short_text_and_json(capsys, desk):
    alert(desk, 'rule = "score_above"', "limit = 1", 'sectors = ["missiles"]')
    code, out, _ = report(capsys, desk)
    assert code == 1
    assert out.startswith("Desk, 2026-10-08: 1 alert.\n- Missiles has a score of ")
    text = (desk / "out" / "alerts.txt").read_text()
    assert out.startswith(text.rstrip("\n"))
    report_written = json.loads((desk / "out" / "alerts.json").read_text())
    assert [alert["kind"] for alert in report_written["alerts"]] == ["score_above"]
    assert report_written["stale"] is False


def test_stale_data_leave_with_4_only_where_an_age_is_stated(capsys, desk):
    alert(desk, 'rule = "score_above"', "limit = 1")
    path = desk / "desk.toml"
    path.write_text("stale_after_days = 30\n" + path.read_text())
    code, out, err = report(capsys, desk)
    assert code == 4
    assert "STALE DATA." in out
    assert "exposure: stale data: The tables name no dated source" in err
    assert (desk / "out" / "report.html").is_file()


def test_broken_tables_leave_with_3_and_the_report_as_it_was(capsys, desk):
    report(capsys, desk)
    before = contents(desk / "out")
    history = (desk / "out-history.sqlite").read_bytes()
    (desk / "tables" / "cover.csv").write_text("nonsense\n")
    code, out, err = report(capsys, desk)
    assert (code, out) == (3, "")
    assert err == f"{BROKEN}The earlier report in {desk / 'out'} is unchanged.\n"
    assert contents(desk / "out") == before
    assert (desk / "out-history.sqlite").read_bytes() == history


def test_an_internal_fault_leaves_with_5_and_the_report_as_it_was(capsys, desk, monkeypatch):
    report(capsys, desk)
    before = contents(desk / "out")

    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("boom")

    with monkeypatch.context() as broken:
        broken.setattr("exposure.report.files.json_output.rows_of", fail)
        code, out, err = report(capsys, desk, "--seed", "8")
    assert (code, out) == (5, "")
    assert err.splitlines()[-2:] == [
        "exposure: internal error: ZeroDivisionError: boom; please report it with the command",
        f"The earlier report in {desk / 'out'} is unchanged.",
    ]
    assert contents(desk / "out") == before
    assert "Nothing changed" in report(capsys, desk)[1]


def test_a_fault_names_no_earlier_report_where_there_is_none(capsys, desk):
    (desk / "tables" / "cover.csv").write_text("nonsense\n")
    assert report(capsys, desk) == (3, "", BROKEN)


def test_a_fault_after_the_new_report_is_in_place_names_no_earlier_one(capsys, desk, monkeypatch):
    report(capsys, desk)
    before = contents(desk / "out")

    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("exposure.report.history.database.History.list_report", fail)
    code, out, err = report(capsys, desk, "--seed", "8")
    assert (code, out) == (5, "")
    assert err.splitlines()[-1] == (
        "exposure: internal error: ZeroDivisionError: boom; please report it with the command"
    )
    assert contents(desk / "out") != before


def test_words_of_the_command_line_win_over_the_file(capsys, desk):
    code, _, _ = report(
        capsys, desk, "free_flow", "--draws", "4", "--out", desk / "other", "--set",
        "tail_weight=0.25", "--history", desk / "mine.sqlite",
    )  # fmt: skip
    assert code == 0
    record = json.loads((desk / "other" / "report.json").read_text())["record"]
    assert [scenario["scenario"] for scenario in record["scenarios"]] == ["free_flow"]
    assert (record["settings"]["draws"], record["settings"]["tail_weight"]) == (4, 0.25)
    assert record["settings"]["prior"] is True
    assert (desk / "mine.sqlite").is_file()
    assert not (desk / "out").exists()


def test_without_a_history_nothing_is_stored_and_nothing_compared(capsys, desk):
    for _ in range(2):
        code, out, _ = report(capsys, desk, "--no-history")
        assert (code, "No earlier report is stored" in out) == (0, True)
    assert sorted(file.name for file in desk.iterdir()) == ["desk.toml", "out", "tables"]
    code, _, err = report(capsys, desk, "--no-history", "--history", desk / "h")
    assert (code, err.splitlines()[-1]) == (
        2,
        "exposure: found --history and --no-history; expected one of the two; leave one out",
    )


def test_a_sector_that_no_table_has_is_refused_before_anything_is_written(capsys, desk):
    alert(desk, 'rule = "refuted"', 'sectors = ["missile"]')
    code, _, err = report(capsys, desk)
    assert (code, err.splitlines()[-1]) == (
        2, "exposure: unknown sector 'missile'; did you mean 'missiles'?",
    )  # fmt: skip
    assert not (desk / "out").exists()


def test_two_reports_are_compared_by_their_folders(capsys, desk):
    report(capsys, desk, "--out", desk / "one")
    write_folder(desk / "tables", longer_stock())
    report(capsys, desk, "--out", desk / "two")
    code, out, _ = run(capsys, "diff", desk / "one", desk / "two" / "report.json")
    assert code == 0
    assert "data (2 rows)" in out
    assert "Their effect, each by itself (8 draws):" in out
    code, out, _ = run(capsys, "diff", desk / "one", desk / "two", "--format", "json")
    assert json.loads(out)["changes"]["data"]["draws"] == 8
    code, out, _ = run(capsys, "diff", desk / "one", desk / "two", "--format", "csv")
    assert out.splitlines()[1].startswith("changed,cover,")
    (desk / "one" / "inputs.zip").unlink()
    code, out, _ = run(capsys, "diff", desk / "one", desk / "two")
    assert "which rows is not known" in out.replace("\n", " ")
    code, _, err = run(capsys, "diff", desk / "one", desk / "two", "--draws", "8")
    assert (code, err) == (
        2,
        "exposure: diff: found --draws with reports; expected two reports alone; leave it out\n",
    )


def test_history_is_listed_shown_and_pruned(capsys, desk):
    for seed in (7, 8, 9):
        report(capsys, desk, "--seed", seed)
    named = ["--config", desk / "desk.toml"]
    code, out, _ = run(capsys, "history", "list", *named)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["1", "2", "3"]
    code, out, _ = run(capsys, "history", "show", "previous", *named)
    assert "8 draws of seed 8" in out
    listed = json.loads(run(capsys, "history", "list", *named, "--format", "json")[1])
    assert [report["number"] for report in listed["reports"]] == [1, 2, 3]
    shown = json.loads(run(capsys, "history", "show", "2", *named, "--format", "json")[1])
    assert shown["report"] == listed["reports"][1]
    assert shown["scenarios"][0]["ranking"][0]["rank"] == 1
    code, out, _ = run(capsys, "history", "show", "--format", "csv", *named)
    assert out.startswith("scenario,")
    code, out, _ = run(capsys, "history", "compare", "1", "3", *named, "--format", "json")
    assert json.loads(out)["changes"]["causes"][1]["text"] == "Seed 7 became 9."
    code, out, _ = run(capsys, "history", "prune", "--keep", "1", *named)
    assert (code, out) == (0, "removed 2 reports (2 runs); 1 report left\n")


# Safety


def started(desk: Path, *words: str) -> int:
    line = ["report", "--config", str(desk / "desk.toml"), *AS_OF, *words]
    return in_child(lambda: main(line), says=desk)


def whole(folder: Path) -> bool:
    digests = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in listed(folder)
    }
    return bool(digests) and digests == listed(folder)


@NEEDS_FORK
def test_killed_while_it_writes_the_report_is_old_or_new_and_nothing_stored_is_lost(desk, capsys):
    report(capsys, desk)
    began = time.monotonic()
    report(capsys, desk)
    chance, stored = random.Random(7), 1  # noqa: S311
    span = time.monotonic() - began
    for seed in range(8, 12):
        child = started(desk, "--seed", str(seed))
        time.sleep(chance.uniform(0.2, 1.2) * span)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert whole(desk / "out")
        with open_history(desk / "out-history.sqlite", write=True) as history:
            entries = history.entries()
            assert len(entries) >= stored
            stored = len(entries)
            assert [history.run(entry).digest for entry in entries]
    assert report(capsys, desk)[0] == 0


@NEEDS_FORK
def test_two_at_once_are_stored_one_after_the_other(desk):
    children = [started(desk, "--seed", str(seed)) for seed in (1, 2)]
    assert [code_of(child) for child in children] == [0, 0]
    assert whole(desk / "out")
    with open_history(desk / "out-history.sqlite") as history:
        assert len(history.entries()) == 2


def test_a_full_disk_leaves_the_report_and_the_history_as_they_were(desk, capsys):
    report(capsys, desk)
    before = contents(desk / "out")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (desk / "out-history.sqlite").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        code, _, err = report(capsys, desk, "--seed", "8")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == 3
    assert "free space" in err
    assert err.splitlines()[-1] == f"The earlier report in {desk / 'out'} is unchanged."
    assert contents(desk / "out") == before
    assert "Nothing changed" in report(capsys, desk)[1]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no folder that none can write")
def test_a_history_that_cannot_be_written_is_named_before_anything_runs(desk, capsys):
    code, _, err = report(capsys, desk, "--history", "/proc/nowhere/h.sqlite")
    assert code == 3
    assert err.splitlines()[-1].startswith("exposure: /proc/nowhere/h.sqlite: found a place that ")
    assert not (desk / "out").exists()


def test_the_clock_may_go_back(desk, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    run(capsys, "report", "--config", desk / "desk.toml", "--seed", "8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    code, out, _ = run(capsys, "report", "--config", desk / "desk.toml")
    assert code == 0
    assert "Desk, 2020-09-13" in out
    assert "since the report of 2023-11-14: sampling noise." in out
    assert os.environ["SOURCE_DATE_EPOCH"]


@pytest.mark.parametrize("stamp", ["", "-1", "1.5", " 5", "soon", "\u0663", "9" * 12, "9" * 400])
def test_a_clock_that_is_no_number_of_seconds_is_refused_before_anything_runs(
    capsys, monkeypatch, tmp_path, stamp
):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stamp)
    for words in (["report", "--out", tmp_path / "out"], ["rank"], ["scenarios"]):
        code, out, err = run(capsys, *words)
        assert (code, out) == (2, "")
        assert err == (
            f"exposure: SOURCE_DATE_EPOCH: found {stamp!r}; expected whole seconds since 1970, up "
            "to 253402300799, such as 1700000000; set it to what `date +%s` prints, or unset it\n"
        )
    assert not (tmp_path / "out").exists()


def test_the_last_second_that_a_date_can_say_is_a_clock(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "253402300799")
    assert time_that_is_set() == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert time_that_is_set() is None


def test_rules_of_a_configuration_are_added_to_its_courses(capsys, desk):
    text = (desk / "desk.toml").read_text()
    rule = "Sm, civil, free, from 2026-12-01"
    (desk / "desk.toml").write_text(f'rules = ["{rule}"]\n' + text)
    run(capsys, "report", "--config", desk / "desk.toml", *AS_OF, "--no-history", "--quiet")
    record = json.loads((desk / "out" / "report.json").read_text())["record"]
    assert record["scenarios"][0]["rules_on_top"] == [rule]
