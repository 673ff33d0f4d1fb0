"""Dates of the first impact on sectors, and the share of draws with an impact."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from exposure.arrays import FloatArray, WeekArray
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import HIGH, LOW, ScoredSector, median_hit

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-12
"""Difference below which two probabilities count as equal."""


def impact_dates(sectors: Mapping[str, ScoredSector], *, first_day: date) -> "pd.DataFrame":
    """First hit of each sector, one row per sector in the order given.

    Parameters
    ----------
    sectors
        Scored sectors by id.
    first_day
        First day scored.

    Returns
    -------
    pandas.DataFrame
        Columns of the result ``impact_dates``. A day is None if so many draws are never hit that
        the percentile lies among them.
    """
    return result_frame(
        "impact_dates", [_row(sector, scored, first_day) for sector, scored in sectors.items()]
    )


def _row(sector: str, scored: ScoredSector, first_day: date) -> dict[str, Cell]:
    weeks, probabilities = scored.risk.hit_week, scored.probabilities

    def day(week: float) -> date | None:
        return None if np.isnan(week) else first_day + timedelta(weeks=week)

    return {
        "sector": sector,
        "name": scored.label.name,
        "hit_share": hit_share(weeks, probabilities),
        "first_hit_date_p05": day(hit_quantile(weeks, probabilities, level=LOW)),
        "first_hit_date_p50": day(median_hit(weeks, probabilities)),
        "first_hit_date_p95": day(hit_quantile(weeks, probabilities, level=HIGH)),
    }


def hit_share(hit_week: WeekArray, probabilities: FloatArray) -> float:
    """Probability of a hit within the scored weeks.

    Parameters
    ----------
    hit_week
        First week hit, NaN for never, shape (S, D).
    probabilities
        Of the scenarios, shape (S,).

    Examples
    --------
    >>> hit_share(np.array([[3.0, np.nan], [1.0, 2.0]], dtype=np.float32), np.array([0.5, 0.5]))
    0.75
    """
    hit = ~np.isnan(hit_week)
    return float(probabilities @ hit.mean(axis=1))


def hit_quantile(hit_week: WeekArray, probabilities: FloatArray, *, level: float) -> float:
    """Week by which a share of draws and scenarios is hit; NaN if fewer ever are.

    Parameters
    ----------
    hit_week
        First week hit, NaN for never, shape (S, D).
    probabilities
        Of the scenarios, shape (S,).
    level
        Share, 0 to 1.

    Examples
    --------
    >>> weeks = np.array([[3.0, 5.0, 9.0, np.nan]], dtype=np.float32)
    >>> hit_quantile(weeks, np.array([1.0]), level=0.05)
    3.0
    >>> hit_quantile(weeks, np.array([1.0]), level=0.95)
    nan
    """
    draws = hit_week.shape[1]
    weight = np.repeat(probabilities / draws, draws)
    weeks = np.where(np.isnan(hit_week), np.inf, hit_week).ravel()
    order = np.argsort(weeks, kind="stable")
    reached = np.cumsum(weight[order]) >= level - ROUNDING
    week = float(weeks[order][reached.argmax()]) if reached.any() else float("inf")
    return week if np.isfinite(week) else float("nan")
