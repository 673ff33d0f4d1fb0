"""Mean, 5th and 95th percentile of weekly losses over draws."""

from collections.abc import Sequence

import numpy as np

from exposure.arrays import FloatArray

MOST_EXACT_DRAWS = 10_000
"""Draws up to which percentiles are exact; above it they come from a grid."""

GRID_CELLS = 2_000
"""Cells of the grid over lost shares from 0 to 1: percentiles are within 1/2,000 of output."""

LEVELS = (0.05, 0.95)
"""Percentiles beside the mean."""


def weekly_bands(blocks: Sequence[FloatArray]) -> FloatArray:
    """Mean and percentiles over the draws of all blocks.

    Parameters
    ----------
    blocks
        Lost share of output, each (S, T, draws of the block).

    Returns
    -------
    numpy.ndarray
        Mean, 5th and 95th percentile, (S, 3, T).

    Examples
    --------
    >>> weekly_bands([np.array([[[0.0, 0.5]]]), np.array([[[1.0]]])]).round(2).tolist()
    [[[0.5], [0.05], [0.95]]]
    """
    draws = sum(block.shape[2] for block in blocks)
    if draws <= MOST_EXACT_DRAWS:
        every = np.concatenate(blocks, axis=2)
        low, high = np.quantile(every, LEVELS, axis=2)
        return np.stack([every.mean(axis=2), low, high], axis=1)
    return _from_grid(blocks, draws)


def _from_grid(blocks: Sequence[FloatArray], draws: int) -> FloatArray:
    scenarios, weeks, _ = blocks[0].shape
    counts = np.zeros((scenarios * weeks, GRID_CELLS + 1), dtype=np.int64)
    total = np.zeros((scenarios, weeks))
    rows = np.arange(scenarios * weeks)[:, np.newaxis]
    for block in blocks:
        cell = np.rint(block.reshape(scenarios * weeks, -1) * GRID_CELLS).astype(np.int64)
        flat = (rows * (GRID_CELLS + 1) + cell).ravel()
        counts += np.bincount(flat, minlength=counts.size).reshape(counts.shape)
        total += block.sum(axis=2)
    reached = np.cumsum(counts, axis=1)
    found = [
        (reached >= np.ceil(level * draws)).argmax(axis=1).reshape(scenarios, weeks) / GRID_CELLS
        for level in LEVELS
    ]
    return np.stack([total / draws, *found], axis=1)
