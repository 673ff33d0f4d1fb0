"""Reported stoppages, and their absence, against what the model says of firms inside a sector.

The mean firm of a sector may never stop while firms with little stock do. So each sector is run
through the record of what happened with five kinds of firm, whose cover lies at five quantiles of
the range of the tables, everything else being drawn. A reported stoppage is *hit* if, by then, the
model has some kind of firm stopped in most draws, and *missed* if not. Where the record shows a
sector at work, a *false alarm* is a model in which, in most draws, the firms together lose more
over the period than the record allows.
"""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import check_arguments
from exposure.arrays import FloatArray
from exposure.evidence.agreement import Observation, agreement
from exposure.evidence.history_matching import RECORD, observations
from exposure.impact.preparation import Prepared, prepare
from exposure.impact.sector_runs import first_week_hit
from exposure.impact.sectors import Sector
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler, triangular
from exposure.policy.replay import seen_from
from exposure.policy.scenario_file import read_scenario
from exposure.scoring.sector_risk import weekly_lost
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.terms import week_of

if TYPE_CHECKING:
    import pandas as pd

FIRMS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Quantiles of cover at which firms are placed: five equal groups, each at its middle."""

MIDDLE = FIRMS.index(0.5)

SLACK_WEEKS = 2.0
"""A stoppage counts as foreseen up to this many weeks after it was reported: a week on the grid
and a week until a report."""

LIKELY = 0.5
"""Share of draws from which the model is taken to say that something happens."""


def stoppages(dataset: Dataset, settings: Settings | None = None) -> "pd.DataFrame":
    """Hold reported stoppages and quiet sectors against the model.

    Parameters
    ----------
    dataset
        Tables; ``disruptions`` holds the stoppages, ``observed_losses`` the sectors at work.
    settings
        Draws, seed and threshold; None for the defaults.

    Returns
    -------
    pandas.DataFrame
        One row a report: sector, case, reported (``stopped`` or ``at work``), week of the report
        from 4 April 2025, median week in which the first and the middle kind of firm are hit
        (missing for half the draws or more never), probability by then, verdict.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments("stoppages", dataset=(dataset, DATASET), settings=(settings, SETTINGS))
    settings = settings or Settings()
    run = _run_of_record(dataset, settings)
    sectors = {row.sector: row.destination for row in dataset.rows["sectors"]}  # type: ignore[attr-defined]
    weekly: dict[str, FloatArray] = {}

    def of_firms(sector: str) -> FloatArray:
        if sector not in weekly:
            weekly[sector] = _weekly_by_firm(run, sector)
        return weekly[sector]

    records = [
        _stopped(row.sector, row.case, row.central, of_firms(row.sector), settings)  # type: ignore[attr-defined]
        for row in dataset.rows.get("disruptions", ())
        if row.quantity == "weeks_to_impact" and sectors.get(row.sector) == row.destination  # type: ignore[attr-defined]
    ]
    records += [
        _at_work(observation, of_firms(observation.sector), run.scenario.start, settings)
        for observation in observations(dataset, run.scenario.record_ends)
    ]
    return pd.DataFrame.from_records(records)


def _run_of_record(dataset: Dataset, settings: Settings) -> Prepared:
    record = read_scenario(RECORD)
    last_day = record.record_ends or record.start
    weeks = week_of(last_day, start=record.start) + 1
    usual = settings.model_copy(update={"as_of": None, "horizon_weeks": weeks})
    inputs = Inputs(dataset, Sampler(settings.draws, settings.seed))
    return prepare(
        inputs, seen_from(record, None, last_day=last_day), usual, dataset.sector_ids(None)
    )


def _weekly_by_firm(run: Prepared, sector: str) -> FloatArray:
    """Lost share of output by kind of firm and week, shape (firms, T, D)."""
    built = run.build(sector)
    return np.stack(
        [
            weekly_lost(
                _with_cover(run.inputs, built, quantile),
                run.granted[0],
                window=run.window,
                settings=run.settings,
            )
            for quantile in FIRMS
        ]
    )


def _with_cover(inputs: Inputs, sector: Sector, quantile: float) -> Sector:
    """A sector whose cover lies at a quantile of its range, in every draw."""
    level = np.array([quantile])
    covers = [
        triangular(level, inputs.cells["cover", sector.sector, channel.component, "stock_weeks"])
        for channel in sector.channels
    ]
    stock = np.broadcast_to(np.stack(covers), sector.stock.shape)
    return replace(sector, stock=stock, cap=np.maximum(sector.cap, stock))


def _stopped(
    sector: str, case: str, week: float, weekly: FloatArray, settings: Settings
) -> dict[str, object]:
    first, middle = _weeks_hit(weekly, settings)
    probability = float((first <= week + SLACK_WEEKS).mean())
    verdict = "hit" if probability >= LIKELY else "miss"
    return _row(sector, case, week, first, middle) | {
        "reported": "stopped",
        "probability": probability,
        "verdict": verdict,
    }


def _at_work(
    observation: Observation, weekly: FloatArray, start: date, settings: Settings
) -> dict[str, object]:
    implied = agreement(
        observation, weekly.mean(axis=0), start=start, tolerance=settings.history_tolerance
    ).implied
    probability = float((implied > observation.high).mean())
    verdict = "false alarm" if probability >= LIKELY else "quiet, rightly"
    week = float(week_of(observation.to_date, start=start))
    case = f"loss of at most {100 * observation.high:.0f} %"
    return _row(observation.sector, case, week, *_weeks_hit(weekly, settings)) | {
        "reported": "at work",
        "probability": probability,
        "verdict": verdict,
    }


def _weeks_hit(weekly: FloatArray, settings: Settings) -> tuple[FloatArray, FloatArray]:
    """Weeks in which the first and the middle kind of firm are hit, infinite for never."""
    hit = np.stack([first_week_hit(own, threshold=settings.impact_threshold) for own in weekly])
    weeks = np.where(np.isnan(hit), np.inf, hit)
    return weeks.min(axis=0), weeks[MIDDLE]


def _row(
    sector: str, case: str, week: float, first: FloatArray, middle: FloatArray
) -> dict[str, object]:
    return {
        "sector": sector,
        "case": case,
        "reported": "",
        "week": week,
        "first_firms_week": _median(first),
        "middle_firm_week": _median(middle),
    }


def _median(weeks: FloatArray) -> float:
    median = float(np.quantile(weeks, 0.5, method="lower"))
    return median if np.isfinite(median) else float("nan")
