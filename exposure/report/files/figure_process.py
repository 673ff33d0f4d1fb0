"""Figures of a report that another process draws, while this one runs levers and writes tables.

Drawing takes a few seconds of Python, which threads cannot share. The other process gets finished
runs and returns files; it reads and writes nothing else. If it cannot be started, fails or hangs,
the figures are drawn here, with the same bytes or the same error.
"""

import os
import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exposure.result import Assessment

WORTH_DRAWS = 512
"""Draws from which a report takes longer than the start of another process."""

MOST_SECONDS = 60.0
"""Time that drawing may take once everything else is done."""

START = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from exposure.report.files.figure_worker import answer; answer()"
)
"""What the other process does; it finds the same modules as this one, wherever it runs."""


MARK = b"figures of exposure:"
"""What comes before the answer; anything earlier was printed while the other Python started."""


@dataclass(frozen=True)
class Figures:
    """Figures by the names of their files, without endings."""

    vector: dict[str, str]
    """Texts of the SVG files."""
    raster: dict[str, bytes]
    """Bytes of the PNG files."""


@dataclass(eq=False)
class FigureProcess:
    """Another process that draws figures, or none."""

    process: "subprocess.Popen[bytes] | None"
    pool: ThreadPoolExecutor
    """One thread, which talks to the process."""
    reply: "Future[tuple[bytes, bytes]] | None" = field(default=None, init=False)

    def begin(self, runs: "Sequence[Assessment]") -> None:
        """Send runs to be drawn; does not wait."""
        if self.process is not None:
            # Where the system starts no thread, the figures are drawn here.
            with suppress(RuntimeError):
                self.reply = self.pool.submit(self.process.communicate, pickle.dumps(tuple(runs)))

    def take(self) -> Figures | None:
        """The figures, with their warnings repeated here; None if there are none."""
        if self.process is None or self.reply is None:
            return None
        try:
            content, _ = self.reply.result(MOST_SECONDS)
        except (OSError, TimeoutError):
            return None
        _, mark, answer = content.partition(MARK)
        if self.process.returncode != 0 or not mark:
            return None
        figures: Figures
        figures, notes = pickle.loads(answer)  # noqa: S301 - ours, and whole: it ended with 0
        for text, category in notes:
            warnings.warn(text, category, stacklevel=2)
        return figures


@contextmanager
def figure_process(draws: int) -> Iterator[FigureProcess]:
    """A process that draws figures while the block runs; it ends with the block.

    Parameters
    ----------
    draws
        Draws of the runs. Few draws need no other process, and one core has no room for one.

    Yields
    ------
    FigureProcess
        Its `take` gives None if the figures have to be drawn here.
    """
    process = _started() if draws >= WORTH_DRAWS and _cores() > 1 else None
    with ThreadPoolExecutor(max_workers=1) as pool:
        drawing = FigureProcess(process, pool)
        try:
            yield drawing
        finally:
            if process is not None:
                process.kill()
                if drawing.reply is None:
                    process.communicate()


def _started() -> "subprocess.Popen[bytes] | None":
    """The process; None where the system starts none, or Python is part of another program."""
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    flags = ["-B"] if sys.dont_write_bytecode else []
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    command = [sys.executable, *flags, "-c", START, *sys.path]
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing)  # noqa: S603 - ours
    except OSError:
        return None


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
