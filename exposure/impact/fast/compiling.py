"""How kernels are compiled; importing this module loads numba."""

from numba import njit

kernel = njit(cache=True, nogil=True, _nrt=False)
"""Decorator of a kernel: compiled once and kept on disk, without the interpreter's lock.

Kernels allocate nothing, so references need not be counted, which costs more than the sums.
"""
