"""A folder is replaced in one step: after a kill or with two runs at once, it is complete."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from exposure.errors import ReportError
from exposure.report.files import folder_swap
from exposure.report.files.folder_swap import SCRATCH, SUMS, home_of_scratch, listed, replace_folder
from exposure.report.files.report_folder import check_target
from tests.commands import NEEDS_FORK, in_child

OLD = {f"file_{i}.txt": b"old " * 500 for i in range(20)}
NEW = {f"file_{i}.txt": b"new " * 500 for i in range(20)}


@pytest.fixture(params=["exchange", "one by one", "current folder"])
def target(request, tmp_path, monkeypatch) -> Path:
    """A folder that is replaced in each of the three ways."""
    folder = tmp_path / "report"
    if request.param == "one by one":
        monkeypatch.setattr(folder_swap, "exchange", lambda *_: False)
    if request.param == "current folder":
        folder.mkdir()
        monkeypatch.chdir(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def left_behind(folder: Path) -> list[Path]:
    return [*folder.parent.glob(f"{SCRATCH}*"), *folder.glob(f"{SCRATCH}*")]


def state(folder: Path) -> str:
    """Which set of files a folder holds, read through one handle; ``gone`` if it was replaced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        names = sorted(set(os.listdir(handle)) - {SUMS})  # noqa: PTH208 - of a handle
        found = {name: read(name, handle) for name in names}
    except FileNotFoundError:
        return "gone"
    finally:
        os.close(handle)
    if len(found) < len(OLD):
        return "gone"
    return "old" if found == OLD else "new" if found == NEW else "mixed"


def read(name: str, folder: int) -> bytes:
    handle = os.open(name, os.O_RDONLY, dir_fd=folder)
    with os.fdopen(handle, "rb") as file:
        return file.read()


def test_the_folder_holds_the_new_files_and_a_list_of_them(target):
    files = replace_folder(target, OLD)
    assert [file.name for file in files] == [*OLD, SUMS]
    assert replace_folder(target, NEW) == files
    assert {name: content for name, content in contents(target).items() if name != SUMS} == NEW
    assert set(listed(target)) == set(NEW)
    assert left_behind(target) == []


def test_files_and_folders_of_others_stay(target):
    replace_folder(target, OLD)
    (target / "notes.txt").write_text("mine")
    (target / "more").mkdir()
    (target / "more" / "deep.txt").write_text("mine too")
    replace_folder(target, NEW)
    assert (target / "notes.txt").read_text() == "mine"
    assert (target / "more" / "deep.txt").read_text() == "mine too"


def test_files_of_the_last_report_go_unless_somebody_changed_them(target):
    replace_folder(target, {**OLD, "weekly_a.png": b"a", "weekly_b.png": b"b"})
    (target / "weekly_b.png").write_bytes(b"changed")
    replace_folder(target, NEW)
    assert not (target / "weekly_a.png").exists()
    assert (target / "weekly_b.png").read_bytes() == b"changed"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_folder_as_it_was(target, monkeypatch, error):
    replace_folder(target, OLD)
    before, write = contents(target), Path.write_bytes

    def stumble(path: Path, content: bytes) -> int:
        if path.name == "file_7.txt":
            raise error
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", stumble)
    with pytest.raises(type(error)):
        replace_folder(target, NEW)
    assert contents(target) == before
    assert left_behind(target) == []


def test_a_failure_between_two_files_puts_the_old_ones_back(tmp_path, monkeypatch):
    target = tmp_path / "report"
    replace_folder(target, OLD)
    before, move = contents(target), os.replace

    def stumble(source: Path, path: Path) -> None:
        if path.name == "file_7.txt":
            raise OSError(5, "Input/output error")
        move(source, path)

    monkeypatch.setattr(folder_swap, "exchange", lambda *_: False)
    monkeypatch.setattr(folder_swap.os, "replace", stumble)
    with pytest.raises(OSError, match="Input/output error"):
        replace_folder(target, NEW)
    assert contents(target) == before
    assert left_behind(target) == []


def test_a_signal_while_the_run_cleans_up_leaves_nothing_behind(target, monkeypatch):
    replace_folder(target, OLD)
    (target / "more").mkdir()
    remove, calls = shutil.rmtree, []

    def stumble(path: Path, **words: object) -> None:
        calls.append(path)
        if len(calls) == 1:
            raise KeyboardInterrupt
        remove(path, **words)

    monkeypatch.setattr(folder_swap.shutil, "rmtree", stumble)
    with pytest.raises(KeyboardInterrupt):
        replace_folder(target, NEW)
    assert {name: content for name, content in contents(target).items() if name != SUMS} == NEW
    assert (target / "more").is_dir()
    assert left_behind(target) == []


def keep_replacing(target: Path, times: int = 10_000) -> None:
    for number in range(times):
        replace_folder(target, NEW if number % 2 else OLD)


@NEEDS_FORK
def test_killed_at_any_moment_the_folder_is_old_or_new_and_the_next_run_cleans_up(tmp_path):
    target, chance = tmp_path / "report", random.Random(7)  # noqa: S311
    replace_folder(target, OLD)
    (target / "mine").mkdir()
    (target / "mine" / "notes.txt").write_text("mine")
    seen = []
    for _ in range(15):
        child = in_child(lambda: keep_replacing(target))
        time.sleep(chance.uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        whole = {name: content for name, content in contents(target).items() if name != SUMS}
        seen.append("old" if whole == OLD else "new" if whole == NEW else "mixed")
        replace_folder(target, OLD)
        assert left_behind(target) == []
        assert (target / "mine" / "notes.txt").read_text() == "mine"
    assert "mixed" not in seen


@NEEDS_FORK
def test_two_at_once_wait_for_each_other_and_a_reader_never_sees_a_mixture(tmp_path):
    target = tmp_path / "report"
    replace_folder(target, OLD)
    children = [in_child(lambda: keep_replacing(target, 40)) for _ in range(2)]
    seen = {state(target) for _ in range(100)}
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert seen <= {"old", "new", "gone"}
    assert left_behind(target) == []


def test_a_target_that_cannot_be_written_is_found_before_anything_runs(tmp_path):
    (tmp_path / "a file").write_text("text")
    for given in (tmp_path / "a file", tmp_path / "a file" / "inner"):
        with pytest.raises(ReportError) as raised:
            check_target(given, ["free"])
        assert str(raised.value) == (
            f"{given}: found a file; expected a folder to write the report into; name another place"
        )
    (tmp_path / "weekly_free.png").mkdir()
    with pytest.raises(ReportError) as raised:
        check_target(tmp_path, ["free"])
    assert str(raised.value) == (
        f"{tmp_path / 'weekly_free.png'}: found a folder; expected a file of the report or "
        "nothing; move it away, or name another place"
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a file", "weekly_free.png"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no folder that none can write")
def test_a_folder_that_none_can_write_is_found_before_anything_runs():
    with pytest.raises(ReportError) as raised:
        check_target(Path("/proc/nowhere"), ["free"])
    assert str(raised.value).startswith(
        "/proc/nowhere: found a folder that cannot be written (No such file or directory); "
    )


def test_the_current_folder_is_not_moved_away_under_a_user(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert home_of_scratch(tmp_path) == tmp_path
    assert home_of_scratch(tmp_path / "report") == tmp_path
