"""Compilation of numerical kernels by numba, if it is installed.

Every kernel has a readable reference that computes the same and is used if numba is missing. A
kernel that calls others outside its own file lists them as dependencies, because the cache on disk
does not notice changes in other files. A kernel allocates nothing: its callers pass every array to
which it writes. (Numba then need not count the references to arrays, which takes longer than most
of what is computed with them.)
"""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import TypeVar, cast

import numpy as np

from exposure.arrays import FloatArray


def _available() -> bool:
    # With NUMBA_DISABLE_JIT numba compiles nothing, and kernels would be slower than references.
    return find_spec("numba") is not None and os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}


AVAILABLE = _available()
"""True if kernels are compiled; without numba the slower references run."""

Kernel = TypeVar("Kernel", bound=Callable[..., object])
"""A function on arrays and numbers."""


def compiled(kernel: Kernel, *, depends_on: str = "") -> Kernel:
    """Compile a kernel on its first call; it runs without the interpreter's lock.

    The result is kept on disk, so that only the first run waits for the compiler. If no folder is
    writable, each process compiles the kernel again.

    Parameters
    ----------
    kernel
        Function in the subset of Python that numba knows; it returns numbers or nothing.
    depends_on
        Functions of other files that its code calls; if their text changes, it is compiled again.
    """
    import numba  # noqa: PLC0415 - numba is slow to import

    # No kernel allocates or divides by zero, so numba need not check for either.
    options = {"nogil": True, "_nrt": False, "error_model": "numpy"}
    try:
        made = numba.njit(cache=True, **options)(kernel)  # type: ignore[call-overload]
        if depends_on:
            kept = made._cache._cache_file
            kept._source_stamp = (*kept._source_stamp, depends_on)
    except RuntimeError:
        # Numba raises this if neither the folder of the package nor that of the user is writable.
        made = numba.njit(**options)(kernel)  # type: ignore[call-overload]
    return cast("Kernel", made)


def called(kernel: Kernel) -> Kernel:
    """Compile part of a kernel that only other kernels call, in the place of each call.

    Rows are short: a call that is not inlined takes as long as the loop over its row.
    """
    import numba  # noqa: PLC0415 - numba is slow to import

    options = {"_nrt": False, "error_model": "numpy", "nogil": True}
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True}
    return cast("Kernel", numba.njit(**options)(kernel))  # type: ignore[call-overload]


def called_once(kernel: Kernel) -> Kernel:
    """Insert a large part of a kernel, before it is compiled, where its single call is.

    Compiled by itself, it would be optimized once more for each kernel around it. A small part
    gains nothing: numba takes longer to insert it than to compile it.
    """
    import numba  # noqa: PLC0415 - numba is slow to import

    options = {"_nrt": False, "error_model": "numpy", "nogil": True, "inline": "always"}
    return cast("Kernel", numba.njit(**options)(kernel))  # type: ignore[call-overload]


def writable(values: FloatArray) -> FloatArray:
    """Return numbers as a kernel takes them: in rows, and not locked against writing.

    Numba compiles a kernel once more for an array that is locked, such as one that NumPy repeats
    without a copy; that takes many seconds. A copy is made only where it is needed.

    Parameters
    ----------
    values
        Numbers of any shape.

    Examples
    --------
    >>> repeated = np.broadcast_to(np.arange(2.0), (3, 2))
    >>> repeated.flags.writeable, writable(repeated).flags.writeable
    (False, True)
    """
    return np.require(values, np.float64, ["C_CONTIGUOUS", "WRITEABLE"])
