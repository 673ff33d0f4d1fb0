"""Sets of levers for a budget: every candidate is run on common draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from exposure.arguments import NUMBER, check_arguments, each, instance_of, one_of
from exposure.arrays import FloatArray
from exposure.errors import ArgumentError
from exposure.faults import Fault
from exposure.measures.bench import Bench, Outcome
from exposure.measures.costs import USD_PER_MUSD
from exposure.measures.effects import SCREENED, LeverEffects, added_up
from exposure.measures.search import NOTHING, Chosen, best_sets, leading
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import standard_error

if TYPE_CHECKING:
    import pandas as pd

By = Literal["points", "money"]
"""Measures of risk: points of all counted scores, or value added lost a year."""

BUDGETS = (1e8, 1e9, 1e10)
"""Budgets in USD, unless the caller says otherwise."""

EFFECTS = instance_of(LeverEffects, "effects of levers", "write ex.levers(assessment)")
AMOUNTS = each(NUMBER, "a list of budgets in USD", "write [1e8, 1e9]", least=1)
BY = one_of(("points", "money"), "points or money")


@dataclass(frozen=True)
class Risk:
    """Risk with a set of levers."""

    mean: float
    cvar: float
    """Mean of the worst draws."""
    risk: float
    """Mean and tail, weighed as in the score."""


def tail_mean(values: FloatArray, *, level: float) -> float:
    """Mean of the largest ``1 - level`` of equally likely values; the largest at level 1.

    Examples
    --------
    >>> tail_mean(np.array([1.0, 2.0, 3.0, 4.0]), level=0.5)
    3.5
    >>> round(tail_mean(np.array([1.0, 2.0, 3.0, 4.0]), level=0.625), 4)
    3.6667
    """
    ordered = np.sort(values)[::-1]
    counted = max((1.0 - level) * len(ordered), 1.0)
    weights = np.clip(counted - np.arange(len(ordered)), 0.0, 1.0)
    return float((weights * ordered).sum() / weights.sum())


def portfolios(
    effects: LeverEffects, budgets: Sequence[float] = BUDGETS, *, by: By = "points"
) -> "pd.DataFrame":
    """Search for the set of levers that leaves the least risk, for each budget.

    Parameters
    ----------
    effects
        From `levers`: the levers, and the sectors that count.
    budgets
        In USD, against central costs.
    by
        ``points`` of all counted scores together, or ``money``: value added lost a year.

    Returns
    -------
    pandas.DataFrame
        One row per budget, the smallest first. Columns are those of ``portfolios`` in
        `exposure.scoring.columns`.

    Raises
    ------
    ArgumentError
        If money is asked for and no counted sector has a known value, or a budget is negative.

    Notes
    -----
    Risk is mean and tail over draws, weighed by `Settings.tail_weight` at `Settings.tail_level`.
    Every lever is run alone on all draws. The fewest levers that gain, alone, 98 % of what all
    levers gain alone are combined: all their pairs, and larger sets made of them, are run on the
    first `SCREENED` draws, and the other levers are tried on top of the best set. The five best
    sets, all single levers and the set of the budget before are then run on all draws, and the
    best of them is given. So a set is missed if it needs two levers neither of which helps alone.

    Examples
    --------
    >>> import exposure as ex
    >>> quick = ex.Settings(draws=16, horizon_weeks=52)
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", quick)
    >>> few = [lever for lever in ex.read_levers() if lever.lever.startswith("rating_c")]
    >>> table = ex.portfolios(ex.levers(result, few, sectors=["electric_vehicles"]), [1e8])
    >>> table["levers"].iloc[0]
    'rating_cars'
    """
    check_arguments(
        "portfolios", effects=(effects, EFFECTS), budgets=(budgets, AMOUNTS), by=(by, BY)
    )
    bench = effects.bench
    _refuse(bench, budgets, by)
    records: list[dict[str, Cell]] = []
    before: Chosen = NOTHING
    for budget in sorted(budgets):
        chosen, record = _portfolio(bench, budget / USD_PER_MUSD, by, before)
        before = chosen
        records.append(record)
    return result_frame("portfolios", records)


def _refuse(bench: Bench, budgets: Sequence[float], by: By) -> None:
    faults = [
        Fault("budgets", f"{budget:g}", "at least 0", "correct it", file="ex.portfolios")
        for budget in budgets
        if budget < 0
    ]
    if by == "money" and not set(bench.counted) & set(bench.outcome().money):
        expected = "a counted sector with value added in sector_values.csv"
        faults.append(Fault("by", "money", expected, "take points", file="ex.portfolios"))
    if faults:
        raise ArgumentError(faults)


def _counted(bench: Bench, outcome: Outcome, by: By) -> FloatArray:
    """Joint loss of all counted sectors, (D,)."""
    values = outcome.scores if by == "points" else outcome.money
    return added_up([values[name] for name in bench.counted if name in values])


def risk_of(bench: Bench, outcome: Outcome, by: By) -> Risk:
    """Risk of all counted sectors together.

    Parameters
    ----------
    bench
        Gives the sectors, and the weight and level of the tail.
    outcome
        Losses of the sectors.
    by
        Measure of risk, ``points`` or ``money``.
    """
    total = _counted(bench, outcome, by)
    settings = bench.assessment.settings
    mean, cvar = float(total.mean()), tail_mean(total, level=settings.tail_level)
    lam = settings.tail_weight
    return Risk(mean, cvar, (1.0 - lam) * mean + lam * cvar)


def risk_values(bench: Bench, outcome: Outcome, by: By) -> FloatArray:
    """Contribution of each draw to the risk, (D,): the mean is the risk, the spread its error.

    Draws below the worst ones add the threshold of the tail, the others what they are above it.

    Parameters
    ----------
    bench
        Gives the sectors, and the weight and level of the tail.
    outcome
        Losses of the sectors.
    by
        Measure of risk, ``points`` or ``money``.
    """
    total = _counted(bench, outcome, by)
    settings = bench.assessment.settings
    lam, level = settings.tail_weight, settings.tail_level
    if level == 1.0:
        return np.asarray(total + lam * (total.max() - total))
    threshold = tail_threshold(total, level=level)
    tail = threshold + np.maximum(total - threshold, 0.0) / (1.0 - level)
    return np.asarray((1.0 - lam) * total + lam * tail)


def tail_threshold(values: FloatArray, *, level: float) -> float:
    """The smallest of the values that `tail_mean` counts.

    Examples
    --------
    >>> tail_threshold(np.array([1.0, 2.0, 3.0, 4.0]), level=0.5)
    3.0
    """
    ordered = np.sort(values)[::-1]
    counted = max((1.0 - level) * len(ordered), 1.0)
    return float(ordered[int(np.ceil(counted - 1e-9)) - 1])


def _risks(bench: Bench, sets: Sequence[Chosen], by: By) -> list[float]:
    return [risk_of(bench, outcome, by).risk for outcome in _outcomes(bench, sets)]


def _outcomes(bench: Bench, sets: Sequence[Chosen]) -> list[Outcome]:
    return bench.outcomes([[lever for lever in bench.levers if lever.lever in one] for one in sets])


def _portfolio(
    bench: Bench, budget: float, by: By, before: Chosen
) -> tuple[Chosen, dict[str, Cell]]:
    costs = {name: central for name, (_, central, _) in bench.costs.items()}
    few = bench.narrowed(SCREENED)
    single = [frozenset([name]) for name, cost in costs.items() if cost <= budget]
    known = dict(zip([NOTHING, *single], _risks(bench, [NOTHING, *single], by), strict=True))
    combined = leading(
        {name: known[NOTHING] - known[chosen] for chosen in single for name in chosen}
    )
    found = best_sets(
        lambda sets: _risks(few, sets, by), costs, budget, starts=[before], combined=combined
    )
    last = [before, *found.best]
    known.update(zip(last, _risks(bench, last, by), strict=True))
    best, alone = min(known, key=known.__getitem__), min([NOTHING, *single], key=known.__getitem__)
    return best, {
        "budget_musd": budget,
        "levers": " ".join(_ordered(bench, best, by)),
        **_cost(bench, best),
        **_left(bench, best, by),
        "best_single": next(iter(alone), None),
        "best_single_risk": known[alone],
        "combined": len(combined),
        "sets_tried": found.tried,
        "draws_tried": few.assessment.run.sampler.size,
    }


def _cost(bench: Bench, chosen: Chosen) -> dict[str, Cell]:
    ranges = np.sum([bench.costs[name] for name in sorted(chosen)], axis=0) if chosen else [0.0] * 3
    names = ("cost_low_musd", "cost_musd", "cost_high_musd")
    return {name: float(value) for name, value in zip(names, ranges, strict=True)}


def _left(bench: Bench, chosen: Chosen, by: By) -> dict[str, Cell]:
    """Risk without and with a set, on all draws."""
    without, outcome = _outcomes(bench, [NOTHING, chosen])
    left = risk_of(bench, outcome, by)
    error = standard_error(risk_values(bench, without, by) - risk_values(bench, outcome, by))
    return {
        "risk_without": risk_of(bench, without, by).risk,
        "risk_with": left.risk,
        "gain_se": None if np.isnan(error) else error,
        "mean_with": left.mean,
        "cvar_with": left.cvar,
    }


def _ordered(bench: Bench, chosen: Chosen, by: By) -> list[str]:
    """Levers of a set, by the risk that leaving each one out adds, largest first."""
    names = sorted(chosen)
    few = bench.narrowed(SCREENED)
    without = _risks(few, [chosen - {name} for name in names], by)
    return [name for _, name in sorted(zip([-risk for risk in without], names, strict=True))]
