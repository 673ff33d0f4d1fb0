"""How kernels are compiled; importing this module loads numba."""

from numba import njit

kernel = njit(
    cache=True,
    nogil=True,
    error_model="numpy",
    _nrt=False,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)
"""Decorator of what other kernels call: kernels allocate nothing, so that references need not be
counted, which would cost more than the sums; and a check for division by zero would keep the
compiler from working on several weeks at once."""

entry = njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
"""Decorator of a kernel that Python calls."""
