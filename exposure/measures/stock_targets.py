"""Stock that each sector needs so that a large loss is unlikely."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import NUMBER, check_arguments
from exposure.arrays import FloatArray
from exposure.assessment import PROGRESS
from exposure.errors import ArgumentError, unknown_name
from exposure.faults import Fault
from exposure.inputs.indexes import index_of
from exposure.measures.bench import MOST_WEIGHED, claimed_tonnes, run_many
from exposure.measures.costs import material_cost
from exposure.measures.effects import SECTORS
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.blocks import Progress, Run
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import ranked_ids
from exposure.supply.actions import Actions, Bought
from exposure.supply.additions import WEEKS_A_YEAR

if TYPE_CHECKING:
    import pandas as pd

LARGE = 0.05
"""Share of a year's output whose loss is large."""

LIKELY = 0.10
"""Probability below which a large loss counts as unlikely."""

LONGEST = 104
"""Largest number of weeks of stock that is tried."""

LEAD_WEEKS, BUYING_WEEKS = 8, 26
"""Weeks until a purchase in the pool begins, and over which it is spread."""

SHOWN = ("Sm", "Dy", "Tb", "Y")
"""Elements whose tonnes have columns."""


def stock_targets(
    assessment: Assessment,
    *,
    sectors: Sequence[str] | None = None,
    large: float = LARGE,
    likely: float = LIKELY,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Find the additional stock, in weeks of need, that makes a large loss of a sector unlikely.

    Parameters
    ----------
    assessment
        A finished run of one course of policy, or of a mixture.
    sectors
        Ids; None for all that are ranked.
    large
        Share of a year's output whose loss, over all scored weeks together, is large.
    likely
        Probability of a large loss that is to be undercut.
    progress
        Called during the search.

    Returns
    -------
    pandas.DataFrame
        One row per sector, in the order of the ranking. Columns are those of ``stocks`` in
        `exposure.scoring.columns`.

    Notes
    -----
    The stock is on hand on the first scored day, for every firm and equally on all channels; its
    origin is not modelled. ``p_bought`` is the remaining risk if only this sector tries to
    buy it from the pool over half a year; purchases are limited by the supply of the pool.

    Examples
    --------
    >>> import exposure as ex
    >>> quick = ex.Settings(draws=16, horizon_weeks=52)
    >>> result = ex.assess(ex.read_dataset(), "free_flow", quick)
    >>> table = ex.stock_targets(result, sectors=["missiles"])
    >>> table["weeks"].tolist()
    [0.0]
    """
    check_arguments(
        "stock_targets",
        assessment=(assessment, ASSESSMENT),
        sectors=(sectors, SECTORS),
        large=(large, NUMBER),
        likely=(likely, NUMBER),
        progress=(progress, PROGRESS),
    )
    _refuse(assessment, sectors, large, likely)
    names = [
        sector
        for sector in ranked_ids(assessment.sectors)
        if sector in (sectors or assessment.sectors)
    ]
    chances = _Chances(assessment, large)
    before = chances.of([Actions()], progress)[0]
    weeks, after = _search(assessment, names, before, chances, likely, progress)
    bought = _bought(assessment, weeks, chances, progress)
    records: list[dict[str, Cell]] = []
    for name in names:
        met = weeks[name] < LONGEST or after[name] < likely
        tonnes = _tonnes(assessment, name, weeks[name]) if met else {}
        cost = material_cost(tonnes, assessment.dataset) if met else (None, None, None)
        records.append(
            {
                "scenario": assessment.scenario.scenario,
                "sector": name,
                "p_without": before[name],
                "weeks": float(weeks[name]) if met else None,
                "p_with": after[name],
                "p_bought": bought.get(name) if met else None,
                **{
                    f"{element.lower()}_t": tonnes.get(element, 0.0) if met else None
                    for element in SHOWN
                },
                "cost_musd": cost[1],
                "cost_low_musd": cost[0],
                "cost_high_musd": cost[2],
            }
        )
    return result_frame("stocks", records)


def _refuse(
    assessment: Assessment, sectors: Sequence[str] | None, large: float, likely: float
) -> None:
    for name in sectors or ():
        if name not in assessment.sectors:
            raise unknown_name("sector", name, list(assessment.sectors))
    given = {"large": large, "likely": likely}
    faults = [
        Fault(name, f"{value:g}", "between 0 and 1", "correct it", file="ex.stock_targets")
        for name, value in given.items()
        if not 0.0 < value < 1.0
    ]
    if faults:
        raise ArgumentError(faults)


class _Chances:
    """Probabilities of a large loss."""

    def __init__(self, assessment: Assessment, large: float) -> None:
        self.assessment = assessment
        self.least = large * WEEKS_A_YEAR / assessment.settings.horizon_weeks

    def of(self, every: Sequence[Actions], progress: Progress | None) -> list[dict[str, float]]:
        """Probability for each sector, under each set of changes."""
        run = self.assessment.run
        runs = [
            replace(run, actions=Actions((*run.actions.listed, *actions.listed)))
            for actions in every
        ]
        outcomes = run_many(self.assessment, runs, progress)
        return [
            {name: self._chance(lost) for name, lost in outcome.lost.items()}
            for outcome in outcomes
        ]

    def _chance(self, lost: FloatArray) -> float:
        return float((lost > self.least).mean())


def _search(
    assessment: Assessment,
    names: Sequence[str],
    before: Mapping[str, float],
    chances: _Chances,
    likely: float,
    progress: Progress | None,
) -> tuple[dict[str, int], dict[str, float]]:
    """Find the weeks by bisection, for all sectors at once: a stock helps only its owner."""
    low = dict.fromkeys(names, 0)
    high = {name: 0 if before[name] < likely else LONGEST for name in names}
    after = dict(before)
    tried = dict(high)
    while True:
        found = chances.of([_held(assessment, tried)], progress)[0]
        for name in names:
            if tried[name] == high[name] or found[name] < likely:
                high[name], after[name] = tried[name], found[name]
            else:
                low[name] = tried[name]
        open_ = [n for n in names if after[n] < likely and high[n] - low[n] > 1]
        if not open_:
            return high, after
        tried = {n: (low[n] + high[n]) // 2 if n in open_ else high[n] for n in names}


def _held(assessment: Assessment, weeks: Mapping[str, int]) -> Actions:
    """Stocks that exist on the first scored day."""
    return Actions(
        tuple(
            replace(purchase, since=assessment.first_day, over_weeks=1, given=True)
            for sector, own_weeks in weeks.items()
            if own_weeks
            for purchase in _purchases(assessment, sector, own_weeks)
        )
    )


def _purchases(assessment: Assessment, sector: str, weeks: int) -> list[Bought]:
    """Purchases of all channels by a sector."""
    index = index_of(assessment.dataset)
    day = assessment.first_day + timedelta(weeks=LEAD_WEEKS)
    return [
        Bought(day, BUYING_WEEKS, sector, component, element, float(weeks))
        for component in index.components_needed(sector)
        for element in index.component(component).elements
    ]


def _bought(
    assessment: Assessment,
    weeks: Mapping[str, int],
    chances: _Chances,
    progress: Progress | None,
) -> dict[str, float]:
    wanted = [name for name, extra in weeks.items() if extra]
    every = [Actions(tuple(_purchases(assessment, name, weeks[name]))) for name in wanted]
    found = chances.of(every, progress) if every else []
    return {name: chance[name] for name, chance in zip(wanted, found, strict=True)}


def _tonnes(assessment: Assessment, sector: str, weeks: int) -> dict[str, float]:
    """Tonnes of each element in a stock, mean over draws."""
    if not weeks:
        return {}
    run: Run = replace(assessment.run, actions=_held(assessment, {sector: weeks}))
    world = run.prepared(0, min(MOST_WEIGHED, run.sampler.size)).worlds[0]
    tonnes: dict[str, float] = {}
    for (_, element), claimed in claimed_tonnes(world):
        tonnes[element] = tonnes.get(element, 0.0) + float(np.mean(claimed))
    return tonnes
