"""The process that draws the figures of a report: runs come in, figures and warnings go out.

`exposure.report.files.figure_process` starts it. Everything slow is loaded with this module, so
that the process is ready when the runs come.
"""

import os
import pickle
import sys
import warnings

import exposure.report.plots.rankings
import exposure.result  # noqa: F401 - loaded for the runs that come
from exposure.report.files.figure_process import MARK
from exposure.report.files.figures import figures_of


def answer() -> None:
    """Draw the runs that come on stdin, and write the figures and warnings to stdout."""
    # What a library prints must not get between the bytes.
    out = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    runs = pickle.load(sys.stdin.buffer)  # noqa: S301 - of the process that started this one
    with warnings.catch_warnings(record=True) as warned:
        figures = figures_of(runs)
    notes = [(str(warning.message), warning.category) for warning in warned]
    with os.fdopen(out, "wb") as stdout:
        stdout.write(MARK)
        pickle.dump((figures, notes), stdout)
