"""Every notebook runs from top to bottom and is committed without outputs."""

import gc
import os
import re
import warnings
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.commands import NEEDS_FORK, code_of, in_child

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

FEW = "draws=8"
"""Draws of every run, since whether a notebook runs does not depend on their number."""

LONG = {"02_what_would_help", "05_seen_and_predicted"}

OWN = {"In", "Out", "exit", "get_ipython", "open", "quit"}
"""Names that a kernel has before a notebook begins."""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Iterator[Callable[[Path, Path], dict[str, object]]]:
    """Run a notebook in a folder, in one kernel for all, which is a copy of this process.

    It has the package and the shipped tables from the start.
    """
    here, there = Pipe()
    child = in_child(lambda: serve(there), says=tmp_path_factory.mktemp("says"))
    there.close()

    def one(*job: Path) -> dict[str, object]:
        here.send(job)
        return here.recv()

    yield one
    here.send(None)
    assert code_of(child) == 0


def serve(jobs: Connection) -> None:
    """Run the notebooks that come in, each with no name that the one before it left."""
    warnings.resetwarnings()  # a kernel shows them, and does not fail
    from ipykernel.inprocess.ipkernel import InProcessKernel  # noqa: PLC0415 - slow to import
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415

    shell = InProcessKernel().shell
    # Pictures would be laid out and drawn for nobody; a fault of that would fail no cell.
    shell.config.InlineBackend.figure_formats = set()
    ConstrainedLayoutEngine.execute = lambda *_: None
    for path, folder in iter(jobs.recv, None):
        gc.freeze()  # `reset` searches all objects for garbage
        shell.reset()
        os.chdir(folder)
        left = [name for name in shell.user_ns if not name.startswith("_") and name not in OWN]
        jobs.send({"left": left, "failed": failure(shell, path)})


def cells(path: Path) -> list:
    import nbformat  # noqa: PLC0415 - slow to import

    return nbformat.read(path, as_version=4).cells


def failure(shell, path: Path) -> str | None:
    """The first cell that fails, with its error; None if all cells run."""
    for cell in cells(path):
        if cell.cell_type == "code":
            done = shell.run_cell(re.sub(r"\bdraws=\d+", FEW, cell.source))
            if not done.success:
                return f"{cell.source}\n{done.error_before_exec or done.error_in_exec!r}"
    return None


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path):
    code = [cell for cell in cells(path) if cell.cell_type == "code"]
    assert not [cell for cell in code if cell.outputs or cell.execution_count]


def at_length(paths: list[Path]) -> list:
    """Notebooks that run for seconds are long tests; names that they use have a test of theirs."""
    return [
        pytest.param(path, id=path.stem, marks=pytest.mark.long if path.stem in LONG else ())
        for path in paths
    ]


@NEEDS_FORK
@pytest.mark.parametrize("path", at_length(NOTEBOOKS))
def test_notebook_runs_from_top_to_bottom(path, run, tmp_path):
    assert run(path, tmp_path) == {"left": [], "failed": None}
