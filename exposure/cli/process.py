"""Set-up of the process of a command: encodings, signals, warnings and logs of libraries."""

import codecs
import gc
import io
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from exposure.cli.messages import say
from exposure.report.text.safe import printable

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

PLAIN = {
    "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2019": "'", "\u2265": ">=", "\u2264": "<=",
}  # fmt: skip
"""Replacements of characters that an encoding lacks; any other becomes a question mark."""

COLLECTED_AT = (100_000, 20, 20)
"""Thresholds of garbage collection: new objects before the youngest generation is collected, and
collections before an older one is."""

ENDING = ("SIGTERM", "SIGHUP")
"""Signals that end a run; not every system has all."""


class Lossy(io.TextIOBase):
    """A stderr that drops what cannot be written because it is full, closed or gone.

    What it writes is printable; `raw` writes colours and cursor movements too.
    """

    def __init__(self, stream: TextIO, *, printable_only: bool = True) -> None:
        self._stream = stream
        self._printable_only = printable_only

    @property
    def raw(self) -> "Lossy":
        """Return the stream for a progress bar, which moves the cursor."""
        return Lossy(self._stream, printable_only=False)

    def write(self, text: str, /) -> int:
        """Write the text, or drop it."""
        with suppress(OSError, ValueError):
            self._stream.write(printable(text) if self._printable_only else text)
        return len(text)

    def flush(self) -> None:
        """Flush, if there is anything to flush into."""
        with suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        """Return True if the stream is a terminal."""
        return not self._stream.closed and self._stream.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream."""
        return self._stream.encoding

    def fileno(self) -> int:
        """Error handler of the stream."""
        return self._stream.fileno()


@contextmanager
def plain_streams() -> Iterator[None]:
    """Let stdout replace characters that its encoding lacks, and stderr drop failed writes.

    A process without a stderr gets one that drops all, since libraries write to it unasked.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and not _is_utf8(sys.stdout):
        codecs.register_error("plain", _replaced)
        sys.stdout.reconfigure(errors="plain")
    stderr = sys.stderr
    nowhere = open(os.devnull, "w", encoding="utf-8") if stderr is None else nullcontext(stderr)  # noqa: SIM115, PTH123
    with nowhere as stream:
        sys.stderr = Lossy(stream)
        try:
            yield
        finally:
            sys.stderr = stderr


def _is_utf8(stream: TextIO) -> bool:
    return stream.encoding.lower().replace("-", "") == "utf8"


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in lacking), error.end


@contextmanager
def signals_unwind() -> Iterator[None]:
    """Turn a signal that ends the run into an exit that cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    # A signal that is ignored, as under nohup, stays ignored.
    before = {n: signal.getsignal(n) for n in numbers if signal.getsignal(n) is signal.SIG_DFL}
    for number in before:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def collect_rarely() -> None:
    """Let Python collect garbage cycles rarely from now on, as in `rare_collections`."""
    gc.set_threshold(*COLLECTED_AT)


def begin_worker() -> None:
    """Prepare a worker process of a sweep; it ends if its parent is killed and cannot end it."""
    from multiprocessing import parent_process

    collect_rarely()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: "BaseProcess") -> None:
    parent.join()
    os._exit(1)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let Python collect garbage cycles rarely: a run makes many objects and almost no cycles.

    The usual thresholds cost a report one CPU second and more, and free no memory.
    """
    before = gc.get_threshold()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def without_library_warnings() -> Iterator[None]:
    """Hide warnings and logs of libraries, which contain paths of their sources, from the user."""
    # Figures are drawn without a window, so a missing backend must not matter.
    os.environ["MPLBACKEND"] = "agg"
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        yield


def _show_warning(  # the signature of warnings.showwarning
    message: Warning | str,
    category: type[Warning],
    filename: str,  # noqa: ARG001
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    say(f"note: {category.__name__}: {message}")
