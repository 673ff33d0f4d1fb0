"""What all tests share: kernels that are compiled once, and shipped tables that are read once."""

import gc
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st

import exposure
from exposure import fast
from exposure.inputs.parts import LIMIT, keep_parts
from tests.shared_tables import share_parts, share_tables

# Random cases of a law that states no number; the profile of the environment gives the rest.
settings.register_profile("quick", settings.default, max_examples=50, deadline=None)
settings.load_profile("quick")

PACKAGE = Path(exposure.__file__).parent
KERNELS = (*PACKAGE.glob("impact/fast/*.py"), *PACKAGE.glob("licensing/*_fast.py"))
SMALL_RUNS = (
    # The queue with all its loads, as its own tests run it, and the border.
    "import numpy as np\n"
    "from exposure.licensing.queue import run_queue\n"
    "from tests.test_licensing_queue import random_queue\n"
    "classes, capacity = random_queue(np.random.default_rng(0))\n"
    "run_queue(classes, capacity, weeks=len(capacity))\n"
    "from exposure.licensing.border_fast import share_stopped_fast\n"
    "draws, weeks = np.ones(2), np.ones((3, 2))\n"
    "share_stopped_fast(weeks, weeks, ceiling=draws, recoverable=draws)\n",
    # What else a ranking runs: the queue takes its reference here, so as not to be compiled twice.
    "import exposure as ex\n"
    "from types import SimpleNamespace\n"
    "from exposure.licensing import queue\n"
    "from tests.tiny_world import world_records\n"
    "from tests.tiny import tiny_dataset\n"
    "queue.fast = SimpleNamespace(AVAILABLE=False)\n"
    # Weeks before the scored ones have a kernel of their own.
    "few = ex.Settings(draws=2, prior=True, horizon_weeks=8, as_of='2025-05-02')\n"
    "ex.assess(tiny_dataset(world_records()), 'london_truce', few)\n",
)
"""Each compiles other kernels, so both may run at once."""


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile in processes of their own what the workers then find on disk."""
    several = getattr(session.config.option, "numprocesses", None)
    if not fast.AVAILABLE or not several or hasattr(session.config, "workerinput"):
        return
    stamp = PACKAGE / "impact" / "fast" / "__pycache__" / f"compiled-{digest()}"
    if stamp.exists():
        return
    root = str(PACKAGE.parent)
    running = [subprocess.Popen([sys.executable, "-c", code], cwd=root) for code in SMALL_RUNS]
    codes = [process.wait() for process in running]
    if not any(codes):
        with suppress(OSError):  # a folder that cannot be written holds no kernels either
            stamp.touch()


def pytest_configure(config: pytest.Config) -> None:
    """Read the shipped tables once in a process that runs tests; a dataset cannot be changed."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return
    share_tables()
    share_parts()


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what was imported: it searches more than once for it all.

    Hypothesis keeps its stream of random numbers in a module, registers it with its first example,
    and warns if the collector does not see who holds it. So it gets an example before.
    """
    find(st.none(), lambda _: True)
    gc.freeze()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write reports without figures, which take most of the time, for tests of something else."""
    from exposure.report.files.figure_process import Figures  # noqa: PLC0415 - few tests need it

    drawn = Figures({"scores": "<svg/>"}, {"scores": b""})
    monkeypatch.setattr("exposure.report.files.report_folder.figures_of", lambda _: drawn)


@pytest.fixture
def svg_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write reports whose figures are vectors alone, for tests of the text in them."""
    monkeypatch.setattr("exposure.report.plots.figure_files.png", lambda *_, **__: b"")


def digest() -> str:
    """Key by which numba decides whether compiled kernels can be reused."""
    kernels = [(path.name, path.stat().st_mtime_ns, path.read_text()) for path in sorted(KERNELS)]
    place = os.environ.get("NUMBA_CACHE_DIR", "")
    known = f"{kernels} {place} {sys.version} {version('numba')}"
    return hashlib.sha256(known.encode()).hexdigest()[:16]


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """No part of an earlier run is kept, neither before the test nor after it."""
    keep_parts(LIMIT)
    yield
    keep_parts(LIMIT)
