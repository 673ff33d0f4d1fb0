"""The few levers that help one sector most, on few draws: what an explanation names."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from exposure.errors import LeverError
from exposure.measures.against_tables import refuse_unknown
from exposure.measures.bench import Bench, refuse_past
from exposure.measures.effects import LeverEffects
from exposure.measures.lever import Lever
from exposure.measures.lever_files import read_levers
from exposure.measures.targets import targets_of
from exposure.result import Assessment
from exposure.scoring.blocks import Progress
from exposure.scoring.columns import result_frame

if TYPE_CHECKING:
    import pandas as pd

FEW = 64
"""Draws on which the levers are run."""

SURE = 2.0
"""Standard errors by which a gain must exceed zero."""

LEAST = 0.05
"""Points from which a gain is named: less would read 0.0."""


def helping_levers(
    assessment: Assessment,
    sector: str,
    levers: Sequence[Lever] | None = None,
    *,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """The levers that are meant for a sector and help it, the best first.

    Parameters
    ----------
    assessment
        A finished run.
    sector
        Id of a sector that it ranks.
    levers
        Levers; None for the shipped ones. Those that do not fit the tables or the course are left
        out.
    progress
        Called with the number of levers done, and of all.

    Returns
    -------
    pandas.DataFrame
        Rows of ``levers`` in `exposure.scoring.columns` for the sector, on the first `FEW` draws;
        empty where no lever helps.

    Examples
    --------
    >>> import exposure as ex
    >>> quick = ex.Settings(draws=16, horizon_weeks=52)
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", quick)
    >>> helping_levers(result, "aero_engines")["points"].is_monotonic_decreasing
    True
    """
    fit = fitting(read_levers() if levers is None else levers, assessment, sector)
    if not fit or not assessment.sectors[sector].scores.any():
        return result_frame("levers", [])
    bench = Bench.of(assessment, fit, [sector])
    effects = LeverEffects(bench.narrowed(FEW), progress)
    table = effects.table
    helps = (table["points"] >= LEAST) & (table["points"] > SURE * table["points_se"])
    helpful = table[(table["sector"] == sector) & helps]
    return helpful.sort_values(["points", "lever"], ascending=[False, True]).reset_index(drop=True)


def fitting(levers: Sequence[Lever], assessment: Assessment, sector: str) -> list[Lever]:
    """Levers that are meant for a sector, and fit the tables and the course."""
    return [
        lever
        for lever in levers
        if _fits(lever, assessment) and targets_of(lever, assessment.dataset, [sector])
    ]


def _fits(lever: Lever, assessment: Assessment) -> bool:
    try:
        refuse_unknown([lever], assessment.dataset)
        refuse_past([lever], assessment)
    except LeverError:
        return False
    last = assessment.first_day + timedelta(weeks=assessment.settings.horizon_weeks)
    return lever.acts_on < last
