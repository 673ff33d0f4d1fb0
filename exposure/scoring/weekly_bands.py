"""Mean, 5th and 95th percentile of weekly losses over draws, and the error of the mean."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from exposure.arrays import FloatArray

MOST_EXACT_DRAWS = 10_000
"""Draws up to which percentiles are exact; above it they come from a grid."""

GRID_CELLS = 2_000
"""Cells of the grid over lost shares from 0 to 1: percentiles are within 1/2,000 of output."""

LEVELS = (0.05, 0.95)
"""Percentiles in addition to the mean."""

CHUNK = 64
"""Draws whose sum is taken together, so that no sum depends on the blocks."""


@dataclass(eq=False)
class RunningBands:
    """Mean, percentiles and error over draws, put together block by block in their order.

    Parameters
    ----------
    draws
        Number of all draws.

    Examples
    --------
    >>> bands = RunningBands(3)
    >>> bands.add(np.array([[[0.0, 0.5]]]))
    >>> bands.add(np.array([[[1.0]]]))
    >>> bands.result().round(2).tolist()
    [[[0.5], [0.05], [0.95], [0.29]]]
    """

    draws: int
    _blocks: list[FloatArray] = field(default_factory=list)
    _counts: npt.NDArray[np.int32] | None = None
    _total: FloatArray | None = None
    _squares: FloatArray | None = None

    def add(self, block: FloatArray) -> None:
        """Add the lost shares of the next block, (S, T, draws of the block).

        A block that is not the last holds a multiple of `CHUNK` draws.
        """
        if self.draws <= MOST_EXACT_DRAWS:
            self._blocks.append(block)
            return
        scenarios, weeks, _ = block.shape
        if self._counts is None or self._total is None or self._squares is None:
            self._counts = np.zeros((scenarios, weeks, GRID_CELLS + 1), dtype=np.int32)
            self._total = np.zeros((scenarios, weeks))
            self._squares = np.zeros((scenarios, weeks))
        _add_chunks(block, self._total)
        _add_chunks(block**2, self._squares)
        # A loss may exceed 1 by rounding.
        cells = np.rint(np.minimum(block, 1.0) * GRID_CELLS).astype(np.int64)
        for s in range(scenarios):
            for t in range(weeks):
                self._counts[s, t] += np.bincount(cells[s, t], minlength=GRID_CELLS + 1)

    def result(self) -> FloatArray:
        """Mean, 5th and 95th percentile, standard error of the mean, (S, 4, T).

        The error is NaN for a single draw.
        """
        if self._counts is None or self._total is None or self._squares is None:
            every = np.concatenate(self._blocks, axis=2)
            # To sort all weeks is several times faster than to find the percentiles by `numpy`.
            ordered = np.sort(every, axis=2)
            low, high = (percentile_of_sorted(ordered, level) for level in LEVELS)
            mean, square = every.mean(axis=2), (every**2).mean(axis=2)
            return np.stack([mean, low, high, self._error(mean, square)], axis=1)
        reached = np.cumsum(self._counts, axis=2)
        found = [
            (reached >= np.ceil(level * self.draws)).argmax(axis=2) / GRID_CELLS for level in LEVELS
        ]
        mean = self._total / self.draws
        error = self._error(mean, self._squares / self.draws)
        return np.stack([mean, *found, error], axis=1)

    def _error(self, mean: FloatArray, square: FloatArray) -> FloatArray:
        """Standard error of a mean, from the means of draws and of their squares."""
        if self.draws == 1:
            return np.full(mean.shape, np.nan)
        return np.asarray(np.sqrt(np.maximum(0.0, square - mean**2) / (self.draws - 1)))


def percentile_of_sorted(ordered: FloatArray, level: float) -> FloatArray:
    """Percentile of values that are sorted along the last axis, as `numpy.quantile` gives it.

    Parameters
    ----------
    ordered
        At least one value along the last axis; none is missing.
    level
        From 0 to 1.

    Examples
    --------
    >>> percentile_of_sorted(np.array([0.0, 1.0, 4.0]), 0.75)
    array(2.5)
    """
    last = ordered.shape[-1] - 1
    position = last * level
    below = int(position)
    part = position - below
    left, right = ordered[..., below], ordered[..., min(below + 1, last)]
    # From the nearer side, as `numpy` does.
    step, rest = right - left, 1.0 - part
    return np.asarray(left + step * part if part < rest else right - step * rest)


def _add_chunks(values: FloatArray, total: FloatArray) -> None:
    """Add up draws, (S, T, D), chunk by chunk."""
    sums = np.add.reduceat(values, np.arange(0, values.shape[2], CHUNK), axis=2)
    for chunk in range(sums.shape[2]):
        total += sums[..., chunk]
