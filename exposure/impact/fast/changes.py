"""Gradual changes as arrays of numbers, and lists of whole numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.supply.gradual import Gradual

NOTHING = -1
"""Position that means none."""


@dataclass
class Changes:
    """Gradual changes, each packed once."""

    rows: list[Gradual | None] = field(default_factory=lambda: [None])
    remains: list[bool] = field(default_factory=lambda: [True])
    found: dict[tuple[int, ...], int] = field(default_factory=dict)

    def row(self, change: Gradual | None, *, remains: bool) -> int:
        """Row of a change; row 0 is an unchanged need."""
        if change is None:
            return 0 if remains else NOTHING
        # The arrays live as long as the packing, so identity can replace comparison of values.
        key = (*(id(values) for values in vars(change).values()), int(remains))
        if key not in self.found:
            self.found[key] = len(self.rows)
            self.rows.append(change)
            self.remains.append(remains)
        return self.found[key]

    def packed(self, draws: int) -> FloatArray:
        """Share, first week and width, (J, 3, D)."""
        rows = np.zeros((len(self.rows), 3, draws))
        for j, change in enumerate(self.rows):
            if change is not None:
                rows[j] = list(vars(change).values())
        return rows


def ints(values: Iterable[int]) -> IntArray:
    """Whole numbers as an array."""
    return np.array(list(values), dtype=np.int64)


def starts(counts: Iterable[int]) -> IntArray:
    """First position of each of several consecutive lists, and the end."""
    return np.concatenate([[0], np.cumsum(ints(counts))]).astype(np.int64)
