"""How kernels are compiled; importing this module loads numba.

Compiled kernels are cached on disk, next to the package or in the user's cache folder, so that
only the first run compiles them. If neither can be written, every process compiles them.
"""

import hashlib
import logging
import sys
from functools import cache
from pathlib import Path

from numba.core import event

from exposure.fast import Kernel, compiled
from exposure.impact.firms import STOPPED
from exposure.supply.pools import ROUNDING

FIRST_RUN = "compiling the fast kernels: this happens once and takes up to a minute"
"""Message of a first run."""


KERNELS = (
    "arrays", "borders", "compiling", "firms", "holdings", "lanes", "losses", "pools",
)  # fmt: skip
"""Modules whose source decides what the kernels compute."""


def entry(function: Kernel) -> Kernel:
    """Compile a kernel that Python calls."""
    return compiled(function, depends_on=_sources())


@cache
def _sources() -> str:
    """Digest of all kernels and of the constants that they import."""
    folder = Path(__file__).parent
    code = b"".join((folder / f"{name}.py").read_bytes() for name in KERNELS)
    return hashlib.sha256(code + repr((STOPPED, ROUNDING)).encode()).hexdigest()


class _FirstRun(event.Listener):
    """Reports once that kernels are being compiled."""

    said = False

    def on_start(self, event: event.Event) -> None:
        ours = event.data["dispatcher"].py_func.__module__.startswith(__package__)
        if ours and not self.said:
            self.said = True
            logging.getLogger("exposure").info(FIRST_RUN)
            if sys.stderr is not None and sys.stderr.isatty():
                sys.stderr.write(f"{FIRST_RUN}\n")

    def on_end(self, event: event.Event) -> None:
        """Report nothing at the end."""


event.register("numba:compile", _FirstRun())  # type: ignore[no-untyped-call]
