"""Commands run in this process, as the tests of the command line do, or in one of their own."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from exposure.cli import main

NEEDS_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    code = main([str(word) for word in words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


LIGHT = """
import os, sys
from exposure import fast
from exposure.cli import main

fast.AVAILABLE = False
if sys.argv[1] == "report" and "DRAWN" not in os.environ:
    from exposure.report.files import report_folder
    from exposure.report.files.figure_process import Figures
    from exposure.report.html import page

    report_folder.figures_of = lambda _: Figures({"scores": "<svg/>"}, {"scores": b""})
    page.report_page = lambda *_, **__: ""
sys.exit(main(sys.argv[1:]))
"""
"""A command that needs a third of the time: no compiled kernels, no figures, no page.

With the variable DRAWN a report has figures and a page.
"""


STREAMS = {"stdout": 1, "stderr": 2}


def in_child(work: Callable[[], object], *, says: Path | None = None, **streams: int | None) -> int:
    """A copy of this process that works, and ends with the answer as its code, or with 0.

    Nothing has to be loaded for it. What it prints goes to the files ``1`` and ``2`` of a folder,
    or to a stream that is given as an open file; a stream that is None is closed.
    """
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        if says:
            paths = {name: says / str(number) for name, number in STREAMS.items()}
            streams = {n: os.open(path, os.O_WRONLY | os.O_CREAT) for n, path in paths.items()}
        for name, file in streams.items():
            use(name, file)
        answer = work()
        code = answer if isinstance(answer, int) else 0
        code = flushed(code)
    finally:
        os._exit(code)


def use(name: str, file: int | None) -> None:
    """Take an open file as a stream of this process, as a new process would; None closes it."""
    number = STREAMS[name]
    if file is None:
        os.close(number)
        setattr(sys, name, None)
    else:
        os.dup2(file, number)
        stream = os.fdopen(number, "w", encoding="utf-8", closefd=False)
        setattr(sys, name, stream)


def flushed(code: int) -> int:
    """Code of a process that ends: another one if what it printed cannot be written."""
    if sys.stderr:
        with suppress(OSError):
            sys.stderr.flush()
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        return UNFLUSHED
    return code


UNFLUSHED = 120
"""Code of a Python process whose last words cannot be written."""


def ended(words: list[str], **streams: int | str | None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command in a copy of this process.

    What goes to a stream that is given, as an open file or as a path, is not read.
    """
    with ExitStack() as stack:
        kept = {name: stack.enter_context(TemporaryFile()).fileno() for name in STREAMS}
        for name, file in streams.items():
            if isinstance(file, str):
                streams[name] = os.open(file, os.O_WRONLY)
                stack.callback(os.close, streams[name])
        code = code_of(in_child(lambda: main(words), **{**kept, **streams}))
        texts = [os.pread(file, os.fstat(file).st_size, 0).decode() for file in kept.values()]
    return code, *texts


def code_of(child: int) -> int:
    """Exit code of a child once it has ended; that of a signal is negative."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
