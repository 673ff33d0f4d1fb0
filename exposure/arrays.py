"""Names for the arrays that pass between functions.

Docstrings state the shapes; D is always the draw, T the week, and the draw is always last, so that
one operation runs over contiguous draws.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
"""Array of float64."""

IntArray = npt.NDArray[np.int64]
"""Array of int64."""

WeekArray = npt.NDArray[np.float32]
"""Weeks kept for every draw, NaN for none; float32 holds whole numbers up to 16 million."""

ByteArray = npt.NDArray[np.uint8]
"""Array of bits, eight in a byte."""

BoolArray = npt.NDArray[np.bool_]
"""Array of truth values."""


def total(rows: FloatArray) -> FloatArray:
    """Sum over the first axis, one term after another, as the fast twins do.

    The order of `numpy.sum` depends on the shape of the array, so that a sum would depend on the
    number of draws that are run together.

    Examples
    --------
    >>> total(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    result = np.zeros(rows.shape[1:])
    for row in rows:
        result += row
    return result


def plain_sum(values: Iterable[float], start: float = 0.0) -> float:
    """Sum of numbers, one after another, equal under every version of Python.

    From 3.12 on `sum` corrects the rounding within one call, so that a sum of parts would depend
    on how it is divided into calls, and a result on the version.

    Examples
    --------
    >>> plain_sum([0.1] * 10) == plain_sum([0.1] * 4, plain_sum([0.1] * 6))
    True
    """
    result = start
    for value in values:
        result += value
    return result
