"""Supply from new plants outside China, as a share of the need of all buyers outside China.

Plants in series deliver no more than the weakest stage, so new supply is the *growth of the
weakest stage* over its present level: a new separation plant has no effect as long as no metal
maker can process its oxide. Present capacity is already part of the shares and is not counted
twice. The growth is shared among all buyers outside China, ranked or not, in proportion to their
need, because contracts between them are not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray


@dataclass(frozen=True)
class Plant:
    """A plant at one stage of one element; arrays over draws, shape (D,)."""

    stage: int
    """Position of the stage among the component's stages."""
    tonnes_per_year: FloatArray
    """Contained oxide per year at full rate; 0 in draws in which the plant fails."""
    start_week: FloatArray
    ramp_weeks: FloatArray


def ramp(week: FloatArray, *, start: FloatArray, width: FloatArray) -> FloatArray:
    """Progress of a linear ramp: 0 before `start`, 1 from `start + width` onwards.

    A ramp of width 0 is a step at `start`.

    Parameters
    ----------
    week, start, width
        Weeks; their shapes are broadcast.

    Examples
    --------
    >>> ramp(np.arange(5.0), start=np.array(1.0), width=np.array(2.0))
    array([0. , 0. , 0.5, 1. , 1. ])
    >>> ramp(np.arange(3.0), start=np.array(1.0), width=np.array(0.0))
    array([0., 1., 1.])
    """
    gradual = np.asarray(width) > 0.0
    if gradual.all():
        return np.asarray(np.clip((week - start) / width, 0.0, 1.0))
    progress = np.clip((week - start) / np.where(gradual, width, 1.0), 0.0, 1.0)
    return np.where(gradual, progress, week >= start)


def added_supply(
    today: FloatArray, plants: Sequence[Plant], *, demand: FloatArray, weeks: int
) -> FloatArray:
    """New supply outside China, as a share of the need outside China.

    Parameters
    ----------
    today
        Capacity outside China at each stage, t/yr, shape (G, D).
    plants
        New plants.
    demand
        Use outside China, t/yr, shape (D,); positive.
    weeks
        Number T of weeks.

    Returns
    -------
    numpy.ndarray
        Growth of the weakest stage over its level today, divided by demand, shape (T, D).

    Examples
    --------
    A separation plant of 50 t/yr with metal makers that can process 20 t/yr adds 20 t/yr.

    >>> plant = Plant(0, np.array([50.0]), np.array([1.0]), np.array([0.0]))
    >>> today = np.array([[0.0], [20.0]])
    >>> added_supply(today, [plant], demand=np.array([100.0]), weeks=3).ravel()
    array([0. , 0.2, 0.2])
    """
    week = np.arange(weeks, dtype=np.float64)[:, np.newaxis]
    # Stage by stage, so that the capacity of a plant is added to one block of memory.
    capacity = np.repeat(today[:, np.newaxis], weeks, axis=1)
    for plant in plants:
        before, full = _ramp_of(plant, weeks)
        ramping = slice(before, full)
        progress = ramp(week[ramping], start=plant.start_week, width=plant.ramp_weeks)
        capacity[plant.stage, ramping] += plant.tonnes_per_year * progress
        capacity[plant.stage, full:] += plant.tonnes_per_year
    growth = capacity.min(axis=0) - today.min(axis=0)
    return np.asarray(growth / demand)


def _ramp_of(plant: Plant, weeks: int) -> tuple[int, int]:
    """Week up to which a plant delivers nothing, and week from which it runs at its full rate."""
    before = np.floor(plant.start_week.min())
    # One week more, so that no rounding of a week keeps a ramp below 1.
    full = np.ceil((plant.start_week + plant.ramp_weeks).max()) + 1.0
    return int(np.clip(before, 0, weeks)), int(np.clip(full, 0, weeks))
