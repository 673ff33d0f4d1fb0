"""Forecasts of monthly exports from the months before, with their intervals.

The office of `exposure.evidence.customs_model` is sampled over the ranges of its five figures,
which were set before any month was seen. Each sample weighs with the likelihood of the months
known so far, and the weighted samples forecast the rest: no fit, so that few months give wide
intervals instead of an exact fit without any. Ratios are exports over those of the same month a
year before; intervals hold 90 % and include the noise of a month.

It is compared with three forecasts that need no model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.evidence.customs import Series
from exposure.evidence.customs_model import FIGURES, Calendar, modelled_ratio
from exposure.evidence.ranked_score import crps_of_draws, crps_of_normal

SAMPLES = 65_536
"""Samples of the five figures: with all months of 2025 known about a hundred of them count."""

BLOCK = 512
"""Samples worked out at once: their days fit into the processor's cache."""

NEGLIGIBLE = 1e-9
"""Weight, relative to the largest, below which a sample is left out of quantiles."""

INTERVAL = (0.05, 0.95)
"""Quantiles at the ends of an interval."""

WITHIN = 1.645
"""Standard deviations on each side that hold 90 % of a normal distribution."""


@dataclass(frozen=True)
class Forecast:
    """Central value, 90 % interval and score of every month forecast; shape (months,)."""

    central: FloatArray
    low: FloatArray
    high: FloatArray
    crps: FloatArray
    """Score of the whole forecast distribution against the observation."""


@dataclass(frozen=True)
class Sampled:
    """Monthly ratios under every sample of the office, before any month is seen."""

    series: Series
    figures: FloatArray
    """Shape (N, 5)."""
    ratio: FloatArray
    """Shape (N, months)."""
    scatter: FloatArray
    """Noise of one month for each sample, standard normal, shape (N,)."""

    def weights(self, known: int) -> FloatArray:
        """Likelihood of the first months under each sample, summing to 1; shape (N,)."""
        error = self.series.ratio[:known] - self.ratio[:, :known]
        logarithm = -0.5 * ((error / self.series.noise) ** 2).sum(axis=1)
        weight = np.exp(logarithm - logarithm.max())
        return np.asarray(weight / weight.sum())

    def forecast(self, known: int) -> Forecast:
        """Forecast the months after the first `known` ones."""
        weight = self.weights(known)
        ahead = self.ratio[:, known:]
        counts = weight > NEGLIGIBLE * weight.max()
        noisy = ahead[counts] + self.series.noise * self.scatter[counts, np.newaxis]
        low, high = weighted_quantiles(noisy, weight[counts], INTERVAL)
        known_weight = weight[counts] / weight[counts].sum()
        crps = crps_of_draws(noisy, self.series.ratio[known:], known_weight)
        return Forecast(weight @ ahead, low, high, crps)

    def effective(self, known: int) -> float:
        """Effective number of samples that the first months leave."""
        return float(1.0 / (self.weights(known) ** 2).sum())


def sample_office(series: Series, *, seed: int) -> Sampled:
    """Sample the office over the ranges of its figures.

    Parameters
    ----------
    series
        The months, and what was counted in them.
    seed
        Seed of the random numbers.
    """
    random = np.random.Generator(np.random.Philox(seed))
    low = np.array([figure.low for figure in FIGURES])
    high = np.array([figure.high for figure in FIGURES])
    figures = low + (high - low) * random.random((SAMPLES, len(FIGURES)))
    months = Calendar.of(series.months)
    ratio = np.concatenate(
        [modelled_ratio(figures[i : i + BLOCK], months) for i in range(0, SAMPLES, BLOCK)]
    )
    return Sampled(series, figures, ratio, random.standard_normal(SAMPLES))


def weighted_quantile(values: FloatArray, weight: FloatArray, q: float) -> FloatArray:
    """Quantile of each column under weights that sum to 1; shape (columns,).

    Examples
    --------
    >>> weighted_quantile(np.array([[1.0], [2.0], [3.0]]), np.array([0.2, 0.6, 0.2]), 0.5)
    array([2.])
    """
    (found,) = weighted_quantiles(values, weight, [q])
    return found


def weighted_quantiles(
    values: FloatArray, weight: FloatArray, shares: Sequence[float]
) -> list[FloatArray]:
    """Several quantiles of each column, for which the values are put in order once.

    Examples
    --------
    >>> one, other = weighted_quantiles(np.array([[1.0], [2.0]]), np.array([0.2, 0.8]), [0.1, 0.5])
    >>> one.tolist(), other.tolist()
    ([1.0], [2.0])
    """
    order = np.argsort(values, axis=0)
    reached, sorted_values = np.cumsum(weight[order], axis=0), np.take_along_axis(values, order, 0)
    columns = range(values.shape[1])
    rows = [np.minimum((reached < q).sum(axis=0), len(values) - 1) for q in shares]
    return [np.asarray(sorted_values[row, columns]) for row in rows]


def last_month(series: Series, known: int) -> Forecast:
    """Forecast the tonnes of the last known month; the interval widens with the distance.

    Tonnes, not ratios: this forecaster has no calendar of a year before.
    """
    ahead = np.arange(1, len(series.months) - known + 1)
    central = series.exports[known - 1] / series.base[known:]
    return _with_noise(central, series.noise * np.sqrt(ahead), series.ratio[known:])


def year_before(series: Series, known: int) -> Forecast:
    """Forecast the tonnes of the same month a year before."""
    ahead = len(series.months) - known
    return _with_noise(np.ones(ahead), np.full(ahead, series.noise), series.ratio[known:])


def linear_recovery(series: Series, known: int) -> Forecast:
    """Forecast a ratio that rises at its rate since the lowest month, up to the usual level.

    It stops at 1, or at the last ratio known if that is above; before any rise it stays.
    """
    ratio = series.ratio[:known]
    lowest, last = int(ratio.argmin()), known - 1
    rise = (ratio[last] - ratio[lowest]) / (last - lowest) if last > lowest else 0.0
    ahead = np.arange(1, len(series.months) - known + 1)
    central = np.minimum(ratio[last] + rise * ahead, max(1.0, float(ratio[last])))
    return _with_noise(central, np.full(len(ahead), series.noise), series.ratio[known:])


def _with_noise(central: FloatArray, spread: FloatArray, seen: FloatArray) -> Forecast:
    crps = crps_of_normal(central, spread, seen)
    return Forecast(central, central - WITHIN * spread, central + WITHIN * spread, crps)


NAIVE: dict[str, Callable[[Series, int], Forecast]] = {
    "last_month": last_month,
    "year_before": year_before,
    "linear_recovery": linear_recovery,
}
"""Forecasts without a model, by name."""


def forecasts(sampled: Sampled, known: int) -> dict[str, Forecast]:
    """All forecasts of the months after the first `known` ones, the model first."""
    naive = {name: make(sampled.series, known) for name, make in NAIVE.items()}
    return {"model": sampled.forecast(known), **naive}


def known_until(months: Sequence[str], last: str) -> int:
    """Number of months up to and with a month."""
    return sum(month <= last for month in months)
