"""Compilation of numerical kernels by numba, where it is installed.

Every kernel has a readable reference that computes the same, and runs where numba is missing. A
kernel that calls others outside its own file says on what its code depends: the cache on disk
would not see a change elsewhere. A kernel allocates nothing: its callers hand it every array it
writes to. (Numba then need not count the references to arrays, which takes longer than most of
what is computed with them.)
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import TypeVar, cast

AVAILABLE = find_spec("numba") is not None
"""Whether kernels are compiled; without numba the references run, and are slower."""

Kernel = TypeVar("Kernel", bound=Callable[..., object])
"""A function on arrays and numbers."""


def compiled(kernel: Kernel, *, depends_on: str = "") -> Kernel:
    """Compile a kernel on its first call; it runs without the interpreter's lock.

    The result is kept on disk, so that only the first run waits for the compiler. Where no folder
    for it can be written to, each process compiles for itself.

    Parameters
    ----------
    kernel
        Function in the subset of Python that numba knows; it returns numbers or nothing.
    depends_on
        Whatever its code depends on outside its own file; another text is compiled afresh.
    """
    import numba  # noqa: PLC0415 - numba is slow to import

    # No kernel allocates or divides by zero, so numba need not look after either.
    options = {"nogil": True, "_nrt": False, "error_model": "numpy"}
    try:
        made = numba.njit(cache=True, **options)(kernel)  # type: ignore[call-overload]
        if depends_on:
            kept = made._cache._cache_file
            kept._source_stamp = (*kept._source_stamp, depends_on)
    except RuntimeError:
        # Numba says so when neither the package's folder nor the user's can be written to.
        made = numba.njit(**options)(kernel)  # type: ignore[call-overload]
    return cast("Kernel", made)


def called(kernel: Kernel) -> Kernel:
    """Compile part of a kernel, which only other kernels call: no way in from Python is made."""
    import numba  # noqa: PLC0415 - numba is slow to import

    options = {"_nrt": False, "error_model": "numpy", "nogil": True}
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("Kernel", numba.njit(**options)(kernel))  # type: ignore[call-overload]


def inlined(kernel: Kernel) -> Kernel:
    """Write a small part of a kernel out wherever it is called from, which saves the call."""
    import numba  # noqa: PLC0415 - numba is slow to import

    options = {"inline": "always", "_nrt": False, "error_model": "numpy"}
    return cast("Kernel", numba.njit(**options)(kernel))  # type: ignore[call-overload]
