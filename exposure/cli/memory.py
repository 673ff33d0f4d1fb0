"""Memory of the process: what the C library keeps of it, and what goes back to the system.

Results never depend on any of this. Other systems than Linux, and other C libraries than GNU's,
are left as they are.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import cast

ARENA_MAX = -8
"""M_ARENA_MAX of the GNU C library: heaps that the threads of a process have at most."""


def one_heap() -> None:
    """Let all threads share one heap.

    Otherwise each thread has its own, and memory that one has freed is of no use to the next: a
    report would need a tenth more.
    """
    limit = _function("mallopt")
    if limit is not None:
        limit(ARENA_MAX, 1)


def give_back() -> None:
    """Return freed memory to the system; without it, gaps between kept arrays stay with us."""
    trim = _function("malloc_trim")
    if trim is not None:
        trim(0)


def _function(name: str) -> Callable[..., int] | None:
    """A function of the C library of this process; None where it has none of this name."""
    if not sys.platform.startswith("linux"):
        return None
    return cast("Callable[..., int] | None", getattr(ctypes.CDLL(None), name, None))
