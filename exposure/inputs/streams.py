"""Draws of the uncertain inputs: one random stream for every uncertain cell.

A stream is keyed by a hash of the seed and the name of the cell, and its position is the draw.
So adding, removing or reordering rows moves no other draw; two scenarios meet the same worlds;
and the first thousand of ten thousand draws are the thousand.

A cell is triangular on low, central, high: the least that can be said of three values without
claiming a shape. A group of cells is resampled by giving its streams a second seed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.tables.schema.rows import QuantityRow
from exposure.terms import Basis

MOST_TWINS = 512
"""Twins at most: they give a share of variance to a point or two, and each costs a draw."""


@dataclass(frozen=True)
class Sampler:
    """Number of draws, seed, and which cells are drawn anew in a draw's twin.

    With `resampled`, the first draws have a twin each that shares all cells but those, which
    follow a second stream. Twins stand behind the draws in the same arrays, so that one run
    serves both.
    """

    draws: int
    seed: int
    resampled: Callable[[QuantityRow], bool] | None = None
    """Cells drawn anew in the twins; None for no twins."""

    @property
    def size(self) -> int:
        """Length D of the arrays: the draws, then their twins."""
        return self.draws + self.twins

    @property
    def twins(self) -> int:
        """Number of twins: they belong to as many of the first draws."""
        return 0 if self.resampled is None else min(self.draws, MOST_TWINS)

    def sample(self, cell: str, row: QuantityRow) -> FloatArray:
        """Draw one cell.

        Parameters
        ----------
        cell
            Name of the cell, unique among all tables.
        row
            Its low, central and high values.

        Returns
        -------
        numpy.ndarray
            Shape (D,), in the unit of the row.
        """
        if row.low == row.high:
            return np.full(self.size, row.central)
        return triangular(self.chance(cell, row), row)

    def chance(self, cell: str, row: QuantityRow) -> FloatArray:
        """Draw uniform chances in [0, 1) that belong to a cell, shape (D,)."""
        first = uniform(cell, self.draws, seed=self.seed)
        if self.resampled is None:
            return first
        again = self.resampled(row)
        twin = uniform(cell, self.twins, seed=self.seed, again=True) if again else first
        return np.concatenate([first, twin[: self.twins]])


def uniform(cell: str, draws: int, *, seed: int, again: bool = False) -> FloatArray:
    """Uniform draws of the stream of a cell, shape (D,), in [0, 1).

    Examples
    --------
    >>> bool((uniform("a", 8, seed=1)[:4] == uniform("a", 4, seed=1)).all())
    True
    >>> bool((uniform("a", 4, seed=1) == uniform("b", 4, seed=1)).any())
    False
    """
    name = f"{seed}|{'again' if again else 'first'}|{cell}"
    key = hashlib.blake2b(name.encode(), digest_size=16).digest()
    philox = np.random.Philox(key=int.from_bytes(key, "little"))
    return np.random.Generator(philox).random(draws)


def triangular(quantile: FloatArray, row: QuantityRow) -> FloatArray:
    """Triangular law on low, central, high, at the given quantiles.

    Notes
    -----
    Inverse distribution function: below F = (central - low) / (high - low) it is
    low + sqrt(u (high - low) (central - low)), above it high - sqrt((1 - u) (high - low)
    (high - central)).
    """
    low, central, high = row.low, row.central, row.high
    width = high - low
    rising = low + np.sqrt(quantile * width * (central - low))
    falling = high - np.sqrt((1.0 - quantile) * width * (high - central))
    return np.where(quantile * width < central - low, rising, falling)


def whole_weeks(weeks: FloatArray) -> FloatArray:
    """Round durations to whole weeks, halves up.

    Examples
    --------
    >>> whole_weeks(np.array([0.4, 0.5, 2.5]))
    array([0., 1., 3.])
    """
    return np.floor(weeks + 0.5)


def is_assumed(row: QuantityRow) -> bool:
    """Whether a figure is assumed, or derived from one that is.

    A derived figure that rests on an assumed one says so in its note with the word itself.
    """
    return row.basis is Basis.ASSUMED or (
        row.basis is Basis.DERIVED and "assumed" in row.note.lower()
    )
