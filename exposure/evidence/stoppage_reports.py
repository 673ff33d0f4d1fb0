"""Reported stoppages, and their absence, compared with the model.

Every sector runs through the record of what happened. A reported stoppage is a *hit* if by then,
in most draws, some firms are stopped, and a *miss* if not. Where the record shows a sector at
work, a *false alarm* is a model in which, in most draws, the sector loses more over the period
than the record allows; otherwise it is a *true negative*.
"""

from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import check_arguments
from exposure.arrays import FloatArray
from exposure.evidence.conditioning import RECORD, Examined, examine
from exposure.evidence.observed import Implied
from exposure.inputs.streams import Sampler
from exposure.policy.scenario_file import read_scenario
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.terms import week_of

if TYPE_CHECKING:
    import pandas as pd

LIKELY = 0.5
"""Share of draws from which the model counts as predicting an event."""


def stoppages(dataset: Dataset, settings: Settings | None = None) -> "pd.DataFrame":
    """Compare reported stoppages and sectors at work with the model.

    Parameters
    ----------
    dataset
        Tables; ``disruptions`` holds the stoppages, ``observed_losses`` the sectors at work.
    settings
        Draws, seed and threshold; None for the defaults.

    Returns
    -------
    pandas.DataFrame
        One row per report: sector, reported (``stopped`` or ``at work``), week of the report from
        4 April 2025, median week in which the first firms stop (missing for half the draws or
        more never), probability of the event, verdict.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments("stoppages", dataset=(dataset, DATASET), settings=(settings, SETTINGS))
    settings = settings or Settings()
    draws = Sampler.first(settings.draws, settings.seed)
    examined = examine(dataset, settings, draws, kinds=("losses", "stoppages"))
    first = _first_stoppages(examined)
    start = read_scenario(RECORD).start
    records = []
    for observation in examined.implied:
        if observation.kind == "stoppages":
            records.append(_stopped(observation, first))
        else:
            records.append(_at_work(observation, first, week_of(observation.to_date, start=start)))
    return pd.DataFrame.from_records(records)


def _first_stoppages(examined: Examined) -> dict[str, FloatArray]:
    return {
        observation.subject: observation.drawn
        for observation in examined.implied
        if observation.kind == "stoppages"
    }


def _stopped(observation: Implied, first: dict[str, FloatArray]) -> dict[str, object]:
    probability = float((observation.drawn <= observation.high).mean())
    return {
        "sector": observation.subject,
        "reported": "stopped",
        "week": observation.central,
        "first_firms_week": _median(first.get(observation.subject)),
        "probability": probability,
        "verdict": "hit" if probability >= LIKELY else "miss",
    }


def _at_work(observation: Implied, first: dict[str, FloatArray], week: int) -> dict[str, object]:
    probability = float((observation.drawn > observation.high).mean())
    return {
        "sector": observation.subject,
        "reported": "at work",
        "week": float(week),
        "first_firms_week": _median(first.get(observation.subject)),
        "probability": probability,
        "verdict": "false alarm" if probability >= LIKELY else "true negative",
    }


def _median(weeks: FloatArray | None) -> float:
    if weeks is None:
        return float("nan")
    return float(np.quantile(weeks, 0.5, method="lower"))
