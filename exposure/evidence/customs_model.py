"""Monthly exports that a licensing office lets through, in five figures and days.

Before the first expiry the licence queue with one class is a closed form: licences rise by the
office's capacity from the first decision on until all are licensed. A customs heading mixes
goods that need a licence with others that leave freely, which makes five figures:

    exports / usual = (1 - w) (1 - q [t < L]) + w phi(t)
    phi(t) = (1 - min(1, t / E)) (1 - Lambda(t)) + P Lambda(t)
    Lambda(t) = min(1, k (t - d) / 7), 0 before d

with w the controlled share, E the days until customs stops all, d the day of the first
decisions, k the capacity a week, P the flow under full licensing. Days t count from 4 April
2025. What a customs check holds up, a share q of free goods for L days, is given, not fitted.
P is approval times catch-up times growth of demand: customs counts the product alone. Unfilled
orders are taken to last beyond the months counted, as they do in every fit shipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.evidence.customs import CONTROL_BEGAN, month_days


@dataclass(frozen=True)
class Figure:
    """A fitted figure, with the range in which the search looks for it."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str


FIGURES = (
    Figure(
        "controlled_share", "share", 0.3, 1.0, "share of the usual tonnage that needs a licence"
    ),
    Figure("enforcement_days", "day", 0.0, 45.0, "days until customs stops all that needs one"),
    Figure("first_decision_day", "day", 14.0, 90.0, "days until the first decisions"),
    Figure("capacity_per_week", "share/week", 0.02, 0.4, "relationships licensed a week"),
    Figure("full_flow", "ratio", 0.3, 1.8, "flow under full licensing over the usual one"),
)
"""The five figures, in the order of all arrays of them.

The ranges use only what was known in April 2025: exports of gallium and germanium stopped for about
two months, the law gives 45 working days, and magnets with Dy or Tb are the larger part by mass.
They are also the ranges of the forecasts before any month is known.
"""

LEVEL = Figure("element_flow", "ratio", 0.05, 1.8, "flow of Dy and Tb under full licensing")
"""Level of the element tonnages, which are licensed by the same office but less freely."""


@dataclass(frozen=True)
class Calendar:
    """Months, and how days since the start of control make them up."""

    months: tuple[str, ...]
    on_days: FloatArray
    """Shape (months, days)."""
    before: FloatArray
    """Share of each month before control, shape (months,)."""

    @property
    def days(self) -> FloatArray:
        """Middle of each day."""
        return np.arange(self.on_days.shape[1], dtype=np.float64) + 0.5

    @classmethod
    def of(cls, months: Sequence[str]) -> "Calendar":
        """Calendar of months that end at most three years after control began."""
        on_days, before = month_days(months, start=CONTROL_BEGAN, days=3 * 366)
        last = int(np.flatnonzero(on_days.any(axis=0)).max()) + 1
        return cls(tuple(months), on_days[:, :last], before)


@dataclass(frozen=True)
class Reading:
    """Assumptions about the tonnage; the default assumes nothing."""

    checked_share: float = 0.0
    """Share of goods that need no licence held for a customs check at the start."""
    checked_days: float = 0.0
    """Days for which they are held."""
    growth: float = 1.0
    """Usual exports over those of the base year."""


PLAIN = Reading()
"""No checks, no growth."""


def modelled_ratio(figures: FloatArray, calendar: Calendar, reading: Reading = PLAIN) -> FloatArray:
    """Exports of each month over the usual ones.

    Parameters
    ----------
    figures
        Shape (5,) or (N, 5), in the order of `FIGURES`.
    calendar
        The months.
    reading
        Customs checks and growth taken for given.

    Returns
    -------
    numpy.ndarray
        Shape (months,) or (N, months).

    Examples
    --------
    Nothing is licensed and nothing needs a licence but half the tonnage.

    >>> shut = np.array([0.5, 0.0, 90.0, 0.1, 1.0])
    >>> modelled_ratio(shut, Calendar.of(["2025-04", "2025-05"])).round(3)
    array([0.55, 0.5 ])
    """
    w, enforced, opens, pace, full = (figures[..., i, np.newaxis] for i in range(len(FIGURES)))
    day = calendar.days
    licensed = np.clip(pace / 7.0 * (day - opens), 0.0, 1.0)
    passing = 1.0 - np.minimum(day / np.maximum(enforced, 1e-9), 1.0)
    phi = passing * (1.0 - licensed) + full * licensed
    uncontrolled = 1.0 - reading.checked_share * (day < reading.checked_days)
    exports = (1.0 - w) * uncontrolled + w * phi
    # Days before control are usual days.
    return np.asarray(reading.growth * (exports @ calendar.on_days.T + calendar.before))


def modelled_elements(figures: FloatArray, level: FloatArray, calendar: Calendar) -> FloatArray:
    """Exports of goods that all need a licence, through the same office, over the usual ones."""
    pure = figures.copy()
    pure[..., 0] = 1.0
    pure[..., 4] = level
    return modelled_ratio(pure, calendar)
