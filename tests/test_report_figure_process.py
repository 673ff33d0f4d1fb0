"""Figures drawn by another process: the same bytes, and none where it cannot be relied on."""

import sys

import pytest

import exposure as ex
from exposure.report.files import figure_process as elsewhere
from exposure.report.files.figure_process import Figures
from exposure.report.files.figures import figures_of
from exposure.report.files.report_folder import write_report
from tests.test_report_text import WITHHELD
from tests.tiny import tiny_dataset

READ = "import sys; given = sys.stdin.buffer.read(); "
WARNING = (
    "import sys; sys.path[:] = sys.argv[1:]; import pickle; "
    "from exposure.report.files.figure_process import MARK, Figures; "
    "given = sys.stdin.buffer.read(); "
    "answer = Figures({'scores': str(len(given))}, {}), [('no glyph', UserWarning)]; "
    "sys.stdout.buffer.write(MARK); pickle.dump(answer, sys.stdout.buffer)"
)
FAILING = {
    "before it reads": "import sys; sys.exit(3)",
    "without an answer": READ + "sys.exit(1)",
    "with half an answer": READ + "sys.stdout.write('half'); sys.exit(1)",
}
WELCOME = "print('Welcome to this Python.', flush=True); "
"""What a customized Python may print before it does anything."""
MANY = elsewhere.WORTH_DRAWS


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(elsewhere, "_cores", lambda: 2)


@pytest.fixture(scope="module")
def runs():
    dataset, settings = tiny_dataset(), ex.Settings(draws=16)
    return [ex.assess(dataset, WITHHELD, settings)]


def test_another_process_draws_the_same_bytes(runs):
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin(runs)
        here, there = figures_of(runs), drawing.take()
    assert set(here.raster) == {"scores", "heat_map_withheld", "weekly_withheld"}
    assert there == here


def test_its_warnings_are_repeated_here(monkeypatch):
    monkeypatch.setattr(elsewhere, "START", WARNING)
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin([])
        with pytest.warns(UserWarning, match="^no glyph$"):
            assert drawing.take() == Figures({"scores": "4"}, {})


def test_without_a_thread_to_talk_to_it_there_is_none(monkeypatch):
    def none_left(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(elsewhere.ThreadPoolExecutor, "submit", none_left)
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin([])
        assert drawing.take() is None
    assert drawing.process.poll() is not None


@pytest.mark.parametrize("code", FAILING.values(), ids=FAILING)
def test_a_process_that_fails_gives_none(monkeypatch, code):
    monkeypatch.setattr(elsewhere, "START", code)
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin([])
        assert drawing.take() is None
    assert drawing.process.returncode != 0


def test_what_python_prints_when_it_starts_is_no_part_of_the_answer(monkeypatch):
    monkeypatch.setattr(elsewhere, "START", WELCOME + WARNING)
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin([])
        with pytest.warns(UserWarning, match="^no glyph$"):
            assert drawing.take() == Figures({"scores": "4"}, {})


def test_a_program_that_ends_well_without_an_answer_gives_none(monkeypatch):
    monkeypatch.setattr(elsewhere, "START", WELCOME)
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin([])
        assert drawing.take() is None
    assert drawing.process.returncode == 0


@pytest.mark.parametrize("asked", [True, False])
def test_a_process_that_hangs_gives_none_and_ends_with_the_block(monkeypatch, asked):
    monkeypatch.setattr(elsewhere, "START", "import time; time.sleep(600)")
    monkeypatch.setattr(elsewhere, "MOST_SECONDS", 0.05)
    with elsewhere.figure_process(MANY) as drawing:
        if asked:
            drawing.begin([])
        assert drawing.take() is None
        assert drawing.process.poll() is None
    assert drawing.process.poll() is not None


def test_it_ends_if_the_block_fails(monkeypatch):
    monkeypatch.setattr(elsewhere, "START", "import time; time.sleep(600)")
    with pytest.raises(ZeroDivisionError), elsewhere.figure_process(MANY) as drawing:
        raise ZeroDivisionError
    assert drawing.process.poll() is not None


def refuse(monkeypatch, what: str) -> int:
    if what == "a system that starts none":
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    elif what == "no interpreter":
        monkeypatch.setattr(sys, "executable", "")
    elif what == "another program":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    elif what == "one core":
        monkeypatch.setattr(elsewhere, "_cores", lambda: 1)
    return MANY - 1 if what == "few draws" else MANY


REFUSED = (
    "a system that starts none",
    "no interpreter",
    "another program",
    "one core",
    "few draws",
)


@pytest.mark.parametrize("what", REFUSED)
def test_without_another_process_the_figures_are_drawn_here(monkeypatch, what):
    with elsewhere.figure_process(refuse(monkeypatch, what)) as drawing:
        drawing.begin([])
        assert (drawing.process, drawing.take()) == (None, None)


def test_a_report_takes_what_was_drawn_and_draws_what_was_not(runs, monkeypatch, tmp_path):
    monkeypatch.setattr(elsewhere, "START", WARNING)
    monkeypatch.setattr("exposure.report.html.page.report_page", lambda _: "")
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin([])
        with pytest.warns(UserWarning, match="^no glyph$"):
            write_report(runs, tmp_path, drawing=drawing)
    assert (tmp_path / "scores.svg").read_text() == "4"
    monkeypatch.setattr(
        "exposure.report.files.report_folder.figures_of", lambda _: Figures({"scores": "here"}, {})
    )
    monkeypatch.setattr(elsewhere, "START", FAILING["without an answer"])
    with elsewhere.figure_process(MANY) as drawing:
        drawing.begin(runs)
        write_report(runs, tmp_path, drawing=drawing)
    assert (tmp_path / "scores.svg").read_text() == "here"
