"""Customs counts relative to a year without control, and weekly flows converted to months.

A month's exports are divided by those of the same month a year before: of 2024 for the months
of 2025, of 2025 for January to March 2026. That last base is weak: the first quarter of 2025
was itself 19 % above that of 2024, January being a record before expected tariffs, and the
Chinese new year falls in different weeks of January and February.

Tonnages known only for several months together are spread evenly over them. Everything is the
central value of the table ``observed_exports``; ratios are fractions of 1.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np

from exposure.arrays import FloatArray, plain_sum
from exposure.errors import unknown_name
from exposure.tables.dataset import Dataset

MAGNETS = "rare_earth_magnets"
"""Item of the customs heading that holds magnets with and without Dy and Tb."""

CONTROL_BEGAN = date(2025, 4, 4)
"""Day of Announcement 18 of 2025, in force from its release."""

ELEMENT_BASE = "2024-06"
"""The one month before control for which the table has both Dy and Tb."""

FEWEST_CHANGES = 5
"""Fewest changes from month to month from which the noise of a destination is worked out."""

LEAST_NOISE = 0.01
"""Least noise of a month: tonnages are rounded and revised, however quiet the year before."""

UNKNOWN_NOISE = 0.1
"""Noise where no destination has enough months: between those of the world and of the USA."""

Base = Literal["pooled", "monthly"]
"""``monthly``: the same month a year before as published or derived; ``pooled``: November and
December 2024 count as their mean, for December is a remainder of the year's total."""


@dataclass(frozen=True)
class Series:
    """Monthly exports of one item relative to a base; arrays of one value per month."""

    destination: str
    months: tuple[str, ...]
    """YYYY-MM, ascending; months without a count are left out."""
    exports: FloatArray
    """Tonnes."""
    base: FloatArray
    """Tonnes a year before."""
    base_known: tuple[str, ...]
    """Basis of the base: ``month``, ``joint`` (part of a longer period) or ``mean``."""
    noise: float
    """Standard deviation of a month's ratio in quiet times."""

    @property
    def ratio(self) -> FloatArray:
        """Exports over base."""
        return self.exports / self.base

    def between(self, first: str, last: str) -> "Series":
        """The months from `first` to `last`, both included."""
        kept = [i for i, month in enumerate(self.months) if first <= month <= last]
        return Series(
            self.destination,
            tuple(self.months[i] for i in kept),
            self.exports[kept],
            self.base[kept],
            tuple(self.base_known[i] for i in kept),
            self.noise,
        )


def months_between(first: str, last: str) -> list[str]:
    """Months from `first` to `last`, both included.

    Examples
    --------
    >>> months_between("2025-11", "2026-02")
    ['2025-11', '2025-12', '2026-01', '2026-02']
    """
    start, end = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(start, end + 1)]


def tonnes(dataset: Dataset, item: str, destination: str) -> dict[str, float]:
    """Exports of an item by period, in tonnes."""
    return {
        row.period: row.central  # type: ignore[attr-defined]
        for row in dataset.rows.get("observed_exports", ())
        if (row.item, row.destination) == (item, destination)  # type: ignore[attr-defined]
    }


def magnet_series(dataset: Dataset, destination: str, *, base: Base = "pooled") -> Series:
    """Magnet exports since April 2025 relative to the same month a year before.

    Parameters
    ----------
    dataset
        Tables.
    destination
        ``WLD``, ``USA``, ``EUU`` or ``JPN``: those with a usable series.
    base
        Whether November and December 2024 are pooled.

    Raises
    ------
    UnknownNameError
        If the table has no exports to the destination.
    """
    counted = tonnes(dataset, MAGNETS, destination)
    if not counted:
        known = {row.destination for row in dataset.rows.get("observed_exports", ())}  # type: ignore[attr-defined]
        raise unknown_name("destination", destination, known)
    before = _filled(counted, "2024")
    if base == "pooled" and "mean" not in (before["2024-11"][1], before["2024-12"][1]):
        pooled = (before["2024-11"][0] + before["2024-12"][0]) / 2
        before |= {m: (pooled, before[m][1]) for m in ("2024-11", "2024-12")}
    before |= {
        m: (counted[m], "month") for m in months_between("2025-01", "2025-12") if m in counted
    }
    months = tuple(
        m
        for m in months_between("2025-04", "2026-12")
        if m in counted and f"{int(m[:4]) - 1}{m[4:]}" in before
    )
    bases = [before[f"{int(m[:4]) - 1}{m[4:]}"] for m in months]
    return Series(
        destination,
        months,
        np.array([counted[m] for m in months]),
        np.array([tonnage for tonnage, _ in bases]),
        tuple(known for _, known in bases),
        _noise(dataset, destination),
    )


def element_series(dataset: Dataset) -> Series:
    """Dy and Tb exports relative to June 2024: the mean of the two elements' ratios.

    One month is a thin base, but the only one. All of it needs a licence, so it follows
    licences more closely than magnets do, and far more unsteadily.
    """
    dy, tb = (tonnes(dataset, item, "WLD") for item in ("dysprosium", "terbium"))
    months = tuple(m for m in months_between("2025-05", "2026-12") if m in dy and m in tb)
    ratio = np.array([(dy[m] / dy[ELEMENT_BASE] + tb[m] / tb[ELEMENT_BASE]) / 2 for m in months])
    base = dy[ELEMENT_BASE] + tb[ELEMENT_BASE]
    noise = float(np.std(np.diff(ratio)))
    count = len(months)
    return Series("WLD", months, ratio * base, np.full(count, base), ("month",) * count, noise)


def _filled(counted: Mapping[str, float], year: str) -> dict[str, tuple[float, str]]:
    """Tonnes of every month of a year, and how each is known."""
    halves = {"H1": months_between(f"{year}-01", f"{year}-06"),
              "H2": months_between(f"{year}-07", f"{year}-12")}  # fmt: skip
    totals = {half: counted.get(f"{year}-{half}") for half in halves}
    if totals["H2"] is None and year in counted and totals["H1"] is not None:
        totals["H2"] = counted[year] - totals["H1"]
    filled = {m: (counted[m], "month") for half in halves.values() for m in half if m in counted}
    for half, months in halves.items():
        absent, total = [m for m in months if m not in counted], totals[half]
        if absent and total is not None:
            rest = total - plain_sum(counted[m] for m in months if m in counted)
            filled |= {m: (rest / len(absent), "joint") for m in absent}
    mean = float(np.mean([tonnage for tonnage, _ in filled.values()])) if filled else 0.0
    every = [m for months in halves.values() for m in months]
    return {m: filled.get(m, (mean, "mean")) for m in every} if filled else {}


def _noise(dataset: Dataset, destination: str) -> float:
    """Standard deviation of the change of log exports from month to month before control.

    Two months that scatter independently with s differ by s sqrt 2, and so does the ratio of a
    month to its base: the spread of the changes is that of the ratio. A destination with too few
    months known takes the figure of the United States, a market of a similar size.
    """
    for place in (destination, "USA"):
        counted = tonnes(dataset, MAGNETS, place)
        changes = [
            np.log(counted[later] / counted[month])
            for month, later in pairwise(months_between("2024-01", "2024-12"))
            if month in counted and later in counted
        ]
        if len(changes) >= FEWEST_CHANGES:
            return max(float(np.std(changes)), LEAST_NOISE)
    return UNKNOWN_NOISE


def month_days(months: Sequence[str], *, start: date, days: int) -> tuple[FloatArray, FloatArray]:
    """Share of each month that falls on each day since the start, and on the time before it.

    Returns
    -------
    on_days : numpy.ndarray
        Shape (months, days); with the share before, a row sums to 1.
    before : numpy.ndarray
        Shape (months,).
    """
    on_days, before = np.zeros((len(months), days)), np.zeros(len(months))
    for row, month in enumerate(months):
        year, number = int(month[:4]), int(month[5:])
        length = calendar.monthrange(year, number)[1]
        for day in range(length):
            since = (date(year, number, 1) + timedelta(days=day) - start).days
            if since < 0:
                before[row] += 1.0 / length
            elif since < days:
                on_days[row, since] = 1.0 / length
    return on_days, before


def by_month(weekly: FloatArray, months: Sequence[str], *, start: date) -> FloatArray:
    """Mean of a weekly flow in each month; a week in two months is split by days.

    Parameters
    ----------
    weekly
        Flow as a multiple of the usual one, weeks along the first axis.
    months
        YYYY-MM; days before the start count as the usual flow, 1.
    start
        First day of week 0.

    Returns
    -------
    numpy.ndarray
        Months along the first axis; NaN for a month that the weeks do not cover to its end.

    Examples
    --------
    Week 0 runs from 28 April to 4 May 2025, week 1 to 11 May.

    >>> flow = np.array([0.0] + [1.0] * 5)
    >>> by_month(flow, ["2025-04", "2025-05"], start=date(2025, 4, 28)).round(4).tolist()
    [0.9, 0.871]
    """
    on_days, before = month_days(months, start=start, days=7 * len(weekly))
    daily = np.repeat(weekly, 7, axis=0)
    flow = np.tensordot(on_days, daily, axes=1)
    flow += before.reshape(-1, *(1,) * (flow.ndim - 1))
    flow[on_days.sum(axis=1) + before < 1.0 - 1e-9] = np.nan
    return np.asarray(flow)
