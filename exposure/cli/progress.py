"""Progress of a run on stderr, with the remaining time, if stderr is a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

from exposure.cli.process import Lossy

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE_SECONDS = 2.0
"""Work longer than this shows its progress."""

Advance = Callable[[int, int], None]
"""Called with the parts of a step that are done, and all its parts."""


@contextmanager
def progress(*, steps: int, quiet: bool) -> Iterator[Callable[[int, str], Advance]]:
    """Show one bar for several steps of about equal length.

    Parameters
    ----------
    steps
        Number of steps.
    quiet
        Whether to show nothing.

    Yields
    ------
    callable
        Takes the number of a step, from 0, and its name; returns the function that the step calls
        as it advances.
    """
    began = time.monotonic()
    bar = None if quiet or not _watched() else _bar(steps)

    def begin(step: int, name: str) -> Advance:
        def advance(done: int, total: int) -> None:
            if bar is None:
                return
            bar.update(bar.task_ids[0], completed=step + done / total, description=name)
            if not bar.live.is_started and time.monotonic() - began > PATIENCE_SECONDS:
                bar.start()

        return advance

    try:
        yield begin
    finally:
        if bar is not None:
            bar.stop()


def _watched() -> bool:
    """Return True if stderr is a terminal; a closed or missing one is not."""
    return sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty()


def _bar(steps: int) -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    stream = sys.stderr.raw if isinstance(sys.stderr, Lossy) else sys.stderr
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=Console(file=cast("TextIO", stream)),
        transient=True,
    )
    bar.add_task("", total=steps)
    return bar
