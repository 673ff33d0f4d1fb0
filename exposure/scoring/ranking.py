"""The tables of a result: the ranking, and the weekly losses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from exposure.arrays import FloatArray, IntArray, WeekArray, plain_sum
from exposure.scoring.column import Cell
from exposure.scoring.columns import check_names, names_of
from exposure.scoring.ranks import (
    bands,
    competition_ranks,
    rank_interval,
    rank_probabilities,
    top_probabilities,
)
from exposure.scoring.sector_risk import SectorRisk
from exposure.settings import Settings
from exposure.supply.additions import WEEKS_A_YEAR

if TYPE_CHECKING:
    import pandas as pd

TOP_PLACES = 3
"""Places counted in ``p_top3``."""

LOW, HIGH = 0.05, 0.95
"""Levels between which intervals are given."""


@dataclass(frozen=True, eq=False)
class Label:
    """Facts about a sector other than its risk."""

    name: str
    industry_code: str
    value_added: FloatArray
    """USD of 2023 a year, shape (D,); NaN where it is not known."""
    recaptured: FloatArray
    """Share of lost output that is made up later, shape (D,)."""

    def first(self, draws: int) -> "Label":
        """Return the facts in the first draws."""
        return replace(
            self, value_added=self.value_added[:draws], recaptured=self.recaptured[:draws]
        )


@dataclass(frozen=True)
class Record:
    """Comparison of a sector with its observed losses; NaN and None if nothing was observed."""

    implied_so_far: float = float("nan")
    """Mean lost share over the quarters observed."""
    implied_so_far_se: float = float("nan")
    """Upper bound of its standard error of sampling."""
    seen_so_far: float = float("nan")
    """Central lost share over the same quarters."""
    prior_inside_share: float = float("nan")
    """Share of unconditioned draws inside every observed range."""
    refuted: bool | None = None
    """True if the record refutes the model for this sector."""


@dataclass(frozen=True, eq=False)
class ScoredSector:
    """A sector's risk, with the additional columns of a ranking."""

    label: Label
    risk: SectorRisk
    probabilities: FloatArray
    """Probabilities of the scenarios, shape (S,)."""
    settings: Settings
    rows: int
    """Rows of the tables on which the score depends."""
    assumed_rows: int
    """Rows that are judgement, or derived from judgement."""
    record: Record = field(default_factory=Record)

    @cached_property
    def scores(self) -> FloatArray:
        """Score of each draw, 0 to 100, shape (D,)."""
        return self.risk.scores(self.settings)

    @cached_property
    def score(self) -> float:
        """Mean score over draws."""
        return float(self.scores.mean())

    @property
    def value_at_risk(self) -> FloatArray:
        """Value added lost a year, net of what is made up later, constant USD, shape (D,)."""
        return np.asarray(self.gross_value_at_risk * (1.0 - self.label.recaptured))

    @property
    def gross_value_at_risk(self) -> FloatArray:
        """Value added lost a year if nothing is made up later, constant USD, shape (D,)."""
        return np.asarray(self.label.value_added * self.risk.undiscounted)


def standard_error(values: FloatArray) -> float:
    """Monte Carlo standard error of the mean of independent draws.

    Examples
    --------
    >>> standard_error(np.array([0.0, 2.0]))
    1.0
    """
    if len(values) < 2:  # noqa: PLR2004 - one draw has no spread
        return float("nan")
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def ranked_ids(sectors: Mapping[str, ScoredSector]) -> list[str]:
    """Ids of the sectors, worst first, then by id."""
    return sorted(sectors, key=lambda sector: (-round(sectors[sector].score, 9), sector))


def ranking_rows(sectors: Mapping[str, ScoredSector], *, first_day: date) -> list[dict[str, Cell]]:
    """Rank sectors by mean score, worst first, then by id; a row holds a cell for each column.

    Raises
    ------
    KeyError
        If a row lacks a column of the registry, or holds one that the registry does not know.
    """
    ids = ranked_ids(sectors)
    scores = np.stack([sectors[sector].scores for sector in ids])
    ranks = competition_ranks(np.array([sectors[sector].score for sector in ids]))
    held = rank_probabilities(scores)
    best, worst = rank_interval(held, level=LOW), rank_interval(held, level=HIGH)
    band = bands(scores)
    top = top_probabilities(scores, places=TOP_PLACES)
    money = np.stack([sectors[sector].value_at_risk for sector in ids])
    # Percentiles of all sectors at once: numpy takes longer for a call than for a sector.
    spreads = np.quantile(scores, (LOW, HIGH), axis=1), np.quantile(money, (LOW, HIGH), axis=1)
    rows: list[dict[str, Cell]] = [
        {
            "rank": int(ranks[i]),
            "rank_p05": int(best[i]),
            "rank_p95": int(worst[i]),
            "band": int(band[i]),
            "sector": sector,
            # With no more sectors than places the probability is always 1.
            "p_top3": float(top[i]) if len(ids) > TOP_PLACES else float("nan"),
            **_spread_of("score", spreads[0][:, i]),
            **_spread_of("value_at_risk", spreads[1][:, i]),
            **_figures(sectors[sector], money[i], first_day),
        }
        for i, sector in enumerate(ids)
    ]
    for row in rows:
        check_names("ranking", row)
    return rows


def _spread_of(name: str, spread: FloatArray) -> dict[str, Cell]:
    return {f"{name}_p05": float(spread[0]), f"{name}_p95": float(spread[1])}


def _figures(scored: ScoredSector, money: FloatArray, first_day: date) -> dict[str, Cell]:
    risk = scored.risk
    hit = median_hit(risk.hit_week, scored.probabilities)
    years = scored.settings.horizon_weeks / WEEKS_A_YEAR
    return {
        "name": scored.label.name,
        "score": scored.score,
        "score_se": standard_error(scored.scores),
        "expected_loss_share": float(risk.expected.mean()),
        "cvar_loss_share": float(risk.tail.mean()),
        "first_hit_date_p50": None if np.isnan(hit) else first_day + timedelta(weeks=hit),
        "weeks_to_impact_p50": hit,
        "value_at_risk_usd_per_year": float(money.mean()),
        "value_at_risk_se": standard_error(money),
        "value_at_risk_gross_usd_per_year": float(scored.gross_value_at_risk.mean()),
        "unmet_tonnes_per_year": plain_sum(risk.unmet.values()) / years,
        "unmet_tonnes_se": standard_error(risk.short) / years,
        "main_driver": main_driver(scored),
        "implied_so_far": scored.record.implied_so_far,
        "implied_so_far_se": scored.record.implied_so_far_se,
        "seen_so_far": scored.record.seen_so_far,
        "prior_inside_share": scored.record.prior_inside_share,
        "refuted": scored.record.refuted,
        "assumed_rows": scored.assumed_rows,
        "rows": scored.rows,
    }


def median_hit(hit_week: WeekArray, probabilities: FloatArray) -> float:
    """Median week of the first impact over draws and scenarios; NaN if half or more have none.

    Parameters
    ----------
    hit_week
        First week hit, NaN for never, shape (S, D).
    probabilities
        Of the scenarios, shape (S,).

    Examples
    --------
    >>> median_hit(np.array([[3.0, 5.0, 9.0, np.nan]]), np.array([1.0]))
    5.0
    """
    draws = hit_week.shape[1]
    weight = np.repeat(probabilities / draws, draws)
    weeks = np.where(np.isnan(hit_week), np.inf, hit_week).ravel()
    order = np.argsort(weeks, kind="stable")
    reached = np.cumsum(weight[order]) >= 0.5 - 1e-12
    never = weight[np.isinf(weeks)].sum()
    return float("nan") if never >= 0.5 - 1e-12 else float(weeks[order][reached.argmax()])


def main_driver(scored: ScoredSector) -> str:
    """The main cause of the score, and the exit stage at which most of it is stopped.

    An element, or a group of alternatives such as ``Dy/Tb``; empty at score 0.
    """
    causes = scored.risk.causes
    if scored.score == 0.0:
        return ""
    cause = max(sorted(causes), key=lambda name: causes[name])
    # An element that is not controlled can be stopped too; a controlled one then gets its loss.
    bearers = {label for (label, _), share in scored.risk.held_up.items() if share > 0.0}
    stopped: dict[str, float] = {}
    for (label, stage), share in scored.risk.held_up.items():
        if label == cause or cause not in bearers:
            stopped[stage] = stopped.get(stage, 0.0) + share
    return f"{cause} {max(stopped, key=lambda stage: stopped[stage])}"


def weekly_frame(
    sectors: Mapping[str, ScoredSector], scenarios: Sequence[str], *, first_day: date
) -> "pd.DataFrame":
    """Weekly lost share of output by sector and scenario, weeks counted from the first scored."""
    import pandas as pd  # noqa: PLC0415

    frames = []
    for sector, scored in sorted(sectors.items()):
        weeks = np.arange(scored.risk.weekly.shape[-1])
        days = [first_day + timedelta(weeks=int(week)) for week in weeks]
        frames += [
            pd.DataFrame(
                {
                    "sector": sector,
                    "industry_code": scored.label.industry_code,
                    "scenario": scenario,
                    "week": weeks,
                    "date": np.array(days, dtype="datetime64[s]"),
                    "lost_share": scored.risk.weekly[s, 0],
                    "low": scored.risk.weekly[s, 1],
                    "high": scored.risk.weekly[s, 2],
                    "lost_share_se": scored.risk.weekly[s, 3],
                    "firms_stopped_share": scored.risk.stopped[s],
                },
                columns=list(names_of("weekly")),
            )
            for s, scenario in enumerate(scenarios)
        ]
    return pd.concat(frames, ignore_index=True)


def draws_frame(
    sectors: Mapping[str, ScoredSector], scenarios: Sequence[str], *, numbers: IntArray
) -> "pd.DataFrame":
    """Lost share and score of every draw, by sector and scenario."""
    import pandas as pd  # noqa: PLC0415

    frames = [
        pd.DataFrame(
            {
                "draw": numbers,
                "sector": sector,
                "scenario": scenario,
                "lost_share": scored.risk.lost[s],
                "score": scored.scores,
            },
            columns=list(names_of("draws")),
        )
        for sector, scored in sorted(sectors.items())
        for s, scenario in enumerate(scenarios)
    ]
    return pd.concat(frames, ignore_index=True)
