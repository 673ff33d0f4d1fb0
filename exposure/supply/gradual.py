"""Shares that grow over some weeks, such as buyers who switch or needs that are substituted."""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.supply.new_capacity import ramp


@dataclass(frozen=True, eq=False)
class Gradual:
    """A share that grows linearly from a certain week; arrays have shape (D,)."""

    share: FloatArray
    """Share after the change is complete."""
    begin: FloatArray
    """Week in which it begins."""
    width: FloatArray
    """Duration in weeks; 0 for a step."""

    def over_weeks(self, weeks: int) -> FloatArray:
        """Share in each week, (T, D).

        Examples
        --------
        >>> half = Gradual(np.array([0.5]), np.array([1.0]), np.array([2.0]))
        >>> half.over_weeks(4).ravel()
        array([0.  , 0.  , 0.25, 0.5 ])
        """
        week = np.arange(weeks, dtype=np.float64)[:, np.newaxis]
        return np.asarray(self.share * ramp(week, start=self.begin, width=self.width))


def same_course(one: Gradual | None, other: Gradual | None) -> bool:
    """True if two changes are equal in every draw."""
    if one is None or other is None:
        return one is other
    pairs = zip(vars(one).values(), vars(other).values(), strict=True)
    return all(np.array_equal(ours, theirs) for ours, theirs in pairs)
