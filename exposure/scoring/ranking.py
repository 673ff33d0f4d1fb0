"""The tables of a result: the ranking, and what is lost week by week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from exposure.arrays import FloatArray
from exposure.scoring.column import Cell
from exposure.scoring.columns import names_of, result_frame
from exposure.scoring.ranks import competition_ranks, top_probabilities
from exposure.scoring.sector_risk import SectorRisk
from exposure.scoring.weighted import Weights, mean, quantile

if TYPE_CHECKING:
    import pandas as pd

TOP_PLACES = 3
"""Places counted in ``p_top3``."""


@dataclass(frozen=True)
class Label:
    """What the tables say about a sector besides its risk."""

    name: str
    industry_code: str
    value_added_usd: float
    """A year, constant 2023 USD; NaN where it is not known."""


@dataclass(frozen=True)
class ScoredSector:
    """A sector's risk, its weights, and how far its score rests on assumed inputs."""

    label: Label
    risk: SectorRisk
    probabilities: FloatArray
    """Of the scenarios, shape (S,)."""
    tail: FloatArray
    """Weight of each scenario in the CVaR, shape (S, D)."""
    weights: FloatArray
    """Weight of each scenario in the score, shape (S, D)."""
    assumed_share: float
    """Total-effect index of the assumed inputs; NaN where the score does not vary."""
    draw_weights: Weights = None
    """Weight of each draw, shape (D,); None where all count alike."""

    @cached_property
    def scores(self) -> FloatArray:
        """Score of each draw, 0 to 100, shape (D,)."""
        return np.asarray(100.0 * (self.weights * self.risk.lost).sum(axis=0))

    @cached_property
    def score(self) -> float:
        """Mean score over draws."""
        return mean(self.scores, self.draw_weights)

    def points_by_element(self) -> dict[str, float]:
        """Points of the score that each element bears; they sum to the score."""
        return {
            str(element): mean(100.0 * (self.weights * part).sum(axis=0), self.draw_weights)
            for element, part in self.risk.by_element.items()
        }


def ranking_frame(sectors: Mapping[str, ScoredSector], *, horizon_weeks: int) -> "pd.DataFrame":
    """Rank sectors by mean score, worst first, then by id."""
    ids = sorted(sectors, key=lambda sector: (-sectors[sector].score, sector))
    scores = np.stack([sectors[sector].scores for sector in ids])
    ranks = competition_ranks(np.array([sectors[sector].score for sector in ids]))
    weights = sectors[ids[0]].draw_weights
    top = top_probabilities(scores, places=TOP_PLACES, weights=weights)
    records: list[dict[str, Cell]] = [
        {
            "rank": int(ranks[i]),
            "sector": sector,
            "p_top3": float(top[i]),
            **_figures(sectors[sector], horizon_weeks),
        }
        for i, sector in enumerate(ids)
    ]
    return result_frame("ranking", records)


def _figures(own: ScoredSector, horizon_weeks: int) -> dict[str, Cell]:
    weights = own.draw_weights
    undiscounted = mean(own.probabilities @ own.risk.undiscounted, weights)
    return {
        "name": own.label.name,
        "score": own.score,
        "score_p05": float(quantile(own.scores, 0.05, weights)),
        "score_p95": float(quantile(own.scores, 0.95, weights)),
        "expected_loss_share": mean(own.probabilities @ own.risk.lost, weights),
        "cvar_loss_share": mean((own.tail * own.risk.lost).sum(axis=0), weights),
        "weeks_to_impact_p50": median_hit(own.risk.hit_week, own.probabilities, weights),
        "value_at_risk_usd": own.label.value_added_usd * horizon_weeks / 52.0 * undiscounted,
        "main_driver": main_driver(own),
        "assumed_share": own.assumed_share,
    }


def median_hit(
    hit_week: FloatArray, probabilities: FloatArray, draw_weights: Weights = None
) -> float:
    """Median week of the first impact over draws and scenarios; NaN if half or more never see it.

    Parameters
    ----------
    hit_week
        First week hit, NaN for never, shape (S, D).
    probabilities
        Of the scenarios, shape (S,).
    draw_weights
        Of the draws, shape (D,); None where all count alike.

    Examples
    --------
    >>> median_hit(np.array([[3.0, 5.0, 9.0, np.nan]]), np.array([1.0]))
    5.0
    """
    draws = hit_week.shape[1]
    alike = np.full(draws, 1.0 / draws) if draw_weights is None else draw_weights
    weight = np.outer(probabilities, alike).ravel()
    weeks = np.where(np.isnan(hit_week), np.inf, hit_week).ravel()
    order = np.argsort(weeks, kind="stable")
    reached = np.cumsum(weight[order]) >= 0.5 - 1e-12
    never = weight[np.isinf(weeks)].sum()
    return float("nan") if never >= 0.5 - 1e-12 else float(weeks[order][reached.argmax()])


def main_driver(own: ScoredSector) -> str:
    """The element that bears most of the score and the exit stage at which it is stopped most.

    Empty at score 0.
    """
    points = own.points_by_element()
    if own.score == 0.0:
        return ""
    element = max(sorted(points), key=lambda e: points[e])
    # An element that is not controlled can be stopped too; its loss is borne by one that is.
    bearers = {stopped_element for stopped_element, _ in own.risk.stopped}
    stopped = {
        stage: float(own.probabilities @ share)
        for (stopped_element, stage), share in own.risk.stopped.items()
        if stopped_element == element or element not in bearers
    }
    stage = max(stopped, key=lambda s: stopped[s])
    return f"{element} {stage}"


def weekly_frame(
    sectors: Mapping[str, ScoredSector], scenarios: Sequence[str], *, first_day: date
) -> "pd.DataFrame":
    """Weekly lost share of output by sector and scenario, weeks counted from the first scored."""
    import pandas as pd  # noqa: PLC0415

    frames = []
    for sector, own in sorted(sectors.items()):
        weeks = np.arange(own.risk.weekly.shape[-1])
        days = [first_day + timedelta(weeks=int(week)) for week in weeks]
        frames += [
            pd.DataFrame(
                {
                    "sector": sector,
                    "industry_code": own.label.industry_code,
                    "scenario": scenario,
                    "week": weeks,
                    "date": np.array(days, dtype="datetime64[s]"),
                    "lost_share": own.risk.weekly[s, 0],
                    "low": own.risk.weekly[s, 1],
                    "high": own.risk.weekly[s, 2],
                },
                columns=list(names_of("weekly")),
            )
            for s, scenario in enumerate(scenarios)
        ]
    return pd.concat(frames, ignore_index=True)


def draws_frame(sectors: Mapping[str, ScoredSector], scenarios: Sequence[str]) -> "pd.DataFrame":
    """Lost share and score of every draw, by sector and scenario."""
    import pandas as pd  # noqa: PLC0415

    frames = [
        pd.DataFrame(
            {
                "draw": np.arange(len(own.scores)),
                "sector": sector,
                "scenario": scenario,
                "lost_share": own.risk.lost[s],
                "score": own.scores,
            },
            columns=list(names_of("draws")),
        )
        for sector, own in sorted(sectors.items())
        for s, scenario in enumerate(scenarios)
    ]
    return pd.concat(frames, ignore_index=True)
