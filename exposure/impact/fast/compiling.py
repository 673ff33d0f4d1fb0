"""How kernels are compiled; importing this module loads numba."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])
"""A function on arrays and numbers."""


def kernel(function: Kernel) -> Kernel:
    """Compile a kernel once and keep it on disk; it runs without the interpreter's lock.

    Kernels allocate nothing, so references need not be counted, which costs more than the sums.
    """
    made = njit(cache=True, nogil=True, _nrt=False)(function)  # type: ignore[call-overload]
    return cast("Kernel", made)
