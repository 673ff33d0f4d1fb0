"""How kernels are compiled; importing this module loads numba.

Kernels are kept on disk, beside the package or in the user's cache folder, so that only the first
run ever compiles them; where neither can be written they are compiled in every process.
"""

import logging
import sys
from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit
from numba.core import event

Kernel = TypeVar("Kernel", bound=Callable[..., object])
"""A function on arrays and numbers."""

FIRST_RUN = "compiling the fast kernels: this happens once and takes up to half a minute"
"""What a first run says."""


def entry(function: Kernel) -> Kernel:
    """Compile a kernel that Python calls.

    Kernels run without the interpreter's lock. They allocate nothing, so references need not be
    counted, which would cost more than the sums; and a check for division by zero would keep the
    compiler from working on several weeks at once.
    """
    return _made(function, {})


def kernel(function: Kernel) -> Kernel:
    """Compile a kernel that only other kernels call."""
    return _made(function, {"no_cpython_wrapper": True, "no_cfunc_wrapper": True})


def _made(function: Kernel, more: dict[str, bool]) -> Kernel:
    options = {"nogil": True, "error_model": "numpy", "_nrt": False, **more}
    try:
        made = njit(cache=True, **options)(function)  # type: ignore[call-overload]
    except RuntimeError:  # no folder to keep it in
        made = njit(**options)(function)
    return cast("Kernel", made)


class _FirstRun(event.Listener):  # type: ignore[misc]
    """Says once that kernels are compiled."""

    said = False

    def on_start(self, event: event.Event) -> None:
        own = event.data["dispatcher"].py_func.__module__.startswith(__package__)
        if own and not self.said:
            self.said = True
            logging.getLogger("exposure").info(FIRST_RUN)
            if sys.stderr.isatty():
                sys.stderr.write(f"{FIRST_RUN}\n")

    def on_end(self, event: event.Event) -> None:
        """Nothing is said at the end."""


event.register("numba:compile", _FirstRun())  # type: ignore[no-untyped-call]
