"""Fit of the licensing office to customs tonnage, with the figures that the data cannot separate.

Five figures (`exposure.evidence.customs_model`) are fitted by least squares to monthly magnet
exports relative to the same month a year before. With `elements`, the tonnages of dysprosium and
terbium are fitted at once: all of them need a licence, so they have a controlled share of 1 and a
level of their own, and share enforcement, first decision and capacity with the magnets. Each
month weighs with the inverse square of its series' noise.

Intervals are profile likelihoods at 90 %: a figure is held, the others are fitted again, and the
interval ends where the sum of squares, in units of the noise, has risen by 2.71. The noise is
that of quiet months before control, not the residual of the fit, which is too small with nine
months and five figures. An end at the limit of the range searched is not an end: the figure is then
`open` on that side.

scipy is imported where it is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from exposure.arguments import FLAG, TEXT, check_arguments, instance_of, one_of
from exposure.arrays import FloatArray, plain_sum
from exposure.evidence.calibrated import Calibration
from exposure.evidence.customs import Base, Series, element_series, magnet_series, tonnes
from exposure.evidence.customs_model import (
    FIGURES,
    LEVEL,
    PLAIN,
    Calendar,
    Figure,
    Reading,
    modelled_elements,
    modelled_ratio,
)
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.schema.policy import LicenceQueueRow
from exposure.terms import ANY

if TYPE_CHECKING:
    import pandas as pd

RISE = 2.71
"""Rise of the sum of squares at the ends of a 90 % interval, one figure (chi-squared)."""

PROFILE_POINTS = 12
"""Points of a profile on each side of the best value, before the end is interpolated."""

STARTS = (
    (0.75, 15.0, 47.0, 0.11, 1.2, 0.6),
    (0.9, 8.0, 35.0, 0.07, 1.0, 0.6),
    (0.6, 25.0, 60.0, 0.2, 1.3, 0.4),
)
"""Starting points of the search; the best of all results counts."""

READING = instance_of(Reading, "a Reading", "use ex.calibrate without it")


@dataclass(frozen=True)
class _Problem:
    """Residuals of one fit, in units of noise, and the ranges of its figures."""

    magnets: Series
    elements: Series | None
    reading: Reading

    @property
    def figures(self) -> tuple[Figure, ...]:
        return FIGURES if self.elements is None else (*FIGURES, LEVEL)

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        low, high = zip(*((f.low, f.high) for f in self.figures), strict=True)
        return np.array(low), np.array(high)

    def residuals(self) -> Callable[[FloatArray], FloatArray]:
        """Error of every month in units of its series' noise."""
        magnets = Calendar.of(self.magnets.months)
        observed = self.magnets.ratio
        count = len(FIGURES)

        def of_magnets(x: FloatArray) -> FloatArray:
            fitted = modelled_ratio(x[:count], magnets, self.reading)
            return np.asarray((observed - fitted) / self.magnets.noise)

        if self.elements is None:
            return of_magnets
        other, seen = Calendar.of(self.elements.months), self.elements

        def of_both(x: FloatArray) -> FloatArray:
            fitted = modelled_elements(x[:count], x[count], other)
            return np.concatenate([of_magnets(x), (seen.ratio - fitted) / seen.noise])

        return of_both


def calibrate(
    dataset: Dataset,
    destination: str = "WLD",
    *,
    base: Base = "pooled",
    last_month: str = "2025-12",
    elements: bool = False,
    reading: Reading = PLAIN,
) -> Calibration:
    """Fit the licensing office to the magnet exports of 2025.

    Parameters
    ----------
    dataset
        Tables; only ``observed_exports`` is read.
    destination
        ``WLD``, ``USA``, ``EUU`` or ``JPN``.
    base
        Whether November and December 2024 are pooled; see `exposure.evidence.customs`.
    last_month
        Last month fitted. Months of 2026 have another base and are left to the back-test.
    elements
        Whether the world tonnages of dysprosium and terbium are fitted at once.
    reading
        Customs checks and growth of usual exports that are taken for given.

    Returns
    -------
    Calibration
        Fitted figures with intervals and units, and the months they were fitted to.
    """
    check_arguments(
        "calibrate",
        dataset=(dataset, DATASET),
        destination=(destination, TEXT),
        base=(base, one_of(get_args(Base), "the name of a base")),
        last_month=(last_month, TEXT),
        elements=(elements, FLAG),
        reading=(reading, READING),
    )
    magnets = magnet_series(dataset, destination, base=base).between("2025-04", last_month)
    also = element_series(dataset).between("2025-04", last_month) if elements else None
    problem = _Problem(magnets, also, reading)
    best = _solve(problem, held=None)
    return Calibration(
        destination,
        base,
        _figures_frame(problem, best),
        _months_frame(problem, best),
        _correlation(problem, best),
        float(np.sqrt(np.mean((problem.residuals()(best)[: len(magnets.months)]) ** 2)))
        * magnets.noise,
        magnets.noise,
    )


def equally_good(dataset: Dataset, destination: str = "WLD") -> "pd.DataFrame":
    """Different explanations that fit the same tonnage equally well.

    Parameters
    ----------
    dataset
        Tables; ``observed_exports`` and the customs checks of ``licence_queue`` are read.
    destination
        ``WLD``, ``USA``, ``EUU`` or ``JPN``.

    Returns
    -------
    pandas.DataFrame
        One row per reading: reading, the five figures, rmse.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments("equally_good", dataset=(dataset, DATASET), destination=(destination, TEXT))
    grown = growth_before_control(dataset)
    readings = {
        "no checks, no growth": PLAIN,
        "checks as the tables have them": customs_checks(dataset),
        "checks at their highest": customs_checks(dataset, highest=True),
        f"usual exports grown by {100 * (grown - 1):.0f} %": Reading(growth=grown),
    }
    magnets = magnet_series(dataset, destination).between("2025-04", "2025-12")
    rows = []
    for label, reading in readings.items():
        problem = _Problem(magnets, None, reading)
        best = _solve(problem, held=None)
        error = problem.residuals()(best) * magnets.noise
        values = {figure.name: float(best[i]) for i, figure in enumerate(FIGURES)}
        rows.append({"reading": label, **values, "rmse": float(np.sqrt(np.mean(error**2)))})
    return pd.DataFrame.from_records(rows)


def customs_checks(dataset: Dataset, *, highest: bool = False) -> Reading:
    """Customs checks of goods that need no licence, from the table ``licence_queue``."""
    rows = {
        row.quantity: row
        for row in dataset.rows["licence_queue"]
        if isinstance(row, LicenceQueueRow) and row.destination == ANY
    }
    share, length = rows["checked_share"], rows["check_weeks"]
    return Reading(share.high if highest else share.central, 7.0 * length.central)


def growth_before_control(dataset: Dataset) -> float:
    """World magnet exports of January to March 2025 over those of 2024, before any control."""
    counted = tonnes(dataset, "rare_earth_magnets", "WLD")
    first_half, spring = counted["2024-H1"], ("2024-04", "2024-05", "2024-06")
    return counted["2025-Q1"] / (first_half - plain_sum(counted[month] for month in spring))


def _solve(
    problem: _Problem, *, held: tuple[int, float] | None, near: FloatArray | None = None
) -> FloatArray:
    """Figures of least squares, all ranges kept; `held` fixes one of them."""
    # Imported here, because it is slow to import and rarely needed.
    from scipy.optimize import least_squares  # noqa: PLC0415

    low, high = problem.bounds
    free = [i for i in range(len(low)) if held is None or i != held[0]]
    residuals, width = problem.residuals(), high - low

    def whole(part: FloatArray) -> FloatArray:
        x = np.empty(len(low))
        x[free] = low[free] + part * width[free]
        if held is not None:
            x[held[0]] = held[1]
        return x

    def miss(part: FloatArray) -> FloatArray:
        return np.asarray(residuals(whole(part)))

    starts = [np.array(start[: len(low)]) for start in STARTS] if near is None else [near]
    found = [
        least_squares(
            miss,
            np.clip((start[free] - low[free]) / width[free], 1e-3, 1.0 - 1e-3),
            bounds=(0.0, 1.0),
        )
        for start in starts
    ]
    return whole(min(found, key=lambda result: result.cost).x)


def _cost(problem: _Problem, x: FloatArray) -> float:
    return float((problem.residuals()(x) ** 2).sum())


def _profile_end(problem: _Problem, best: FloatArray, figure: int, limit: float) -> float:
    """End of the 90 % interval towards a limit; the limit itself if it is never reached."""
    least, near, value, inside = _cost(problem, best), best, float(best[figure]), 0.0
    # Steps grow, so that narrow and wide intervals are both resolved.
    for step in (limit - value) * (np.arange(1, PROFILE_POINTS + 1) / PROFILE_POINTS) ** 2:
        near = _solve(problem, held=(figure, float(best[figure] + step)), near=near)
        rise = _cost(problem, near) - least
        if rise >= RISE:
            part = (RISE - inside) / (rise - inside)
            return value + part * float(best[figure] + step - value)
        value, inside = float(best[figure] + step), rise
    return limit


def _figures_frame(problem: _Problem, best: FloatArray) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    rows = []
    for i, figure in enumerate(problem.figures):
        low = _profile_end(problem, best, i, figure.low)
        high = _profile_end(problem, best, i, figure.high)
        ends = (low <= figure.low, high >= figure.high)
        label = {(True, True): "both", (True, False): "low", (False, True): "high"}.get(ends, "no")
        rows.append((figure.name, figure.unit, float(best[i]), low, high, label, figure.meaning))
    columns = ["figure", "unit", "estimate", "low", "high", "open", "meaning"]
    return pd.DataFrame.from_records(rows, columns=columns)


def _months_frame(problem: _Problem, best: FloatArray) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    error = problem.residuals()(best)
    frames, done = [], 0
    for name, series in (("magnets", problem.magnets), ("elements", problem.elements)):
        if series is None:
            continue
        residual = error[done : done + len(series.months)] * series.noise
        done += len(series.months)
        frames.append(
            pd.DataFrame(
                {
                    "series": name,
                    "month": series.months,
                    "observed": series.ratio,
                    "fitted": series.ratio - residual,
                    "error": residual,
                    "base_t": series.base,
                    "base_known": series.base_known,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _correlation(problem: _Problem, best: FloatArray) -> "pd.DataFrame":
    """Correlation of the figures from the curvature at the optimum.

    A figure that no month depends on has no curvature: the standard deviation of a uniform law on
    its range is used instead, which leaves it uncorrelated.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    low, high = problem.bounds
    residuals, step = problem.residuals(), 1e-4 * (high - low)
    slopes = np.stack(
        [(residuals(best + dx) - residuals(best - dx)) / (2 * dx.sum()) for dx in np.diag(step)],
        axis=1,
    )
    covariance = np.linalg.inv(slopes.T @ slopes + np.diag(12.0 / (high - low) ** 2))
    spread = np.sqrt(np.diag(covariance))
    names = [figure.name for figure in problem.figures]
    return pd.DataFrame(covariance / np.outer(spread, spread), index=names, columns=names)
