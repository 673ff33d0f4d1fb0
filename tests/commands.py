"""Commands run in this process, as the tests of the command line do, or in one of their own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

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


def in_child(work: Callable[[], object], *, says: Path | None = None) -> int:
    """A copy of this process that works, and ends with the answer as its code, or with 0.

    Nothing has to be loaded for it. What it prints goes to the files ``1`` and ``2`` of a folder.
    """
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        if says:
            for number, name in ((1, "stdout"), (2, "stderr")):
                os.dup2(os.open(says / str(number), os.O_WRONLY | os.O_CREAT), number)
                setattr(sys, name, os.fdopen(number, "w", encoding="utf-8"))
        answer = work()
        code = answer if isinstance(answer, int) else 0
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def code_of(child: int) -> int:
    """Exit code of a child once it has ended; that of a signal is negative."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
