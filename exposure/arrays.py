"""Names for the arrays that pass between functions.

Shapes stand in the docstrings; D is always the draw, T the week, and the draw is always last,
so that one operation runs over contiguous draws.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
"""Array of float64."""

IntArray = npt.NDArray[np.int64]
"""Array of int64."""

BoolArray = npt.NDArray[np.bool_]
"""Array of truth values."""
