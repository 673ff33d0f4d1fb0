"""Commands run in this process, as the tests of the command line do, or in one of their own."""

import pytest

from exposure.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    code = main([str(word) for word in words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


LIGHT = """
import sys
from exposure import fast
from exposure.cli import main

fast.AVAILABLE = False
if sys.argv[1] == "report":
    from exposure.report.files import report_folder
    from exposure.report.files.figure_process import Figures
    from exposure.report.html import page

    report_folder.figures_of = lambda _: Figures({"scores": "<svg/>"}, {"scores": b""})
    page.report_page = lambda *_, **__: ""
sys.exit(main(sys.argv[1:]))
"""
"""A command that needs a third of the time: no compiled kernels, no figures, no page."""
