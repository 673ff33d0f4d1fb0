"""Every notebook runs from top to bottom and is committed without outputs."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

# The kernel speaks over sockets that it closes a little late.
LATE = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")

OWN = {"In", "Out", "exit", "get_ipython", "open", "quit"}
LEFT = f"[name for name in dir() if not name.startswith('_') and name not in {sorted(OWN)}]"
"""Names that are there, but for those of the kernel itself."""

SHARED = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.shared_tables import share_tables
share_tables()"""
"""Finds the package in this folder, and reads the shipped tables once for all notebooks."""


@pytest.fixture(scope="module")
def kernel() -> Iterator[AsyncKernelManager]:
    """One process for all notebooks, which loads the package once."""
    manager = AsyncKernelManager(kernel_name="python3")
    yield manager
    if manager.has_kernel:
        run_sync(manager.shutdown_kernel)(now=True)


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell for cell in code if cell.outputs or cell.execution_count]


@LATE
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_from_top_to_bottom(path, kernel, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    # Nothing that the notebook before it named is left, and it works in a folder of its own.
    fresh = nbformat.v4.new_code_cell(f"{SHARED}\n%reset -f\n%cd -q {tmp_path}")
    left = nbformat.v4.new_code_cell(LEFT)
    notebook.cells[:0] = [fresh, left]
    client = NotebookClient(notebook, km=kernel, timeout=120)
    client.execute()
    client.kc.stop_channels()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]
    (names,) = left.outputs
    assert names["data"]["text/plain"] == "[]"
