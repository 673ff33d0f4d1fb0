"""Effects of levers on common draws: points and money, by sector and in total."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import PATH, TEXT, Kind, check_arguments, each, instance_of, optional
from exposure.arrays import FloatArray
from exposure.assessment import PROGRESS
from exposure.errors import unknown_name
from exposure.measures.bench import Bench, Outcome
from exposure.measures.costs import USD_PER_MUSD
from exposure.measures.lever import Lever
from exposure.measures.lever_files import read_levers
from exposure.measures.statement import Measure
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.blocks import Progress
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.lever_columns import TOTAL
from exposure.scoring.ranking import HIGH, LOW, standard_error

if TYPE_CHECKING:
    import pandas as pd

LEVER = instance_of(Measure, "a lever", "take one of ex.read_levers()")
LEVERS = each(LEVER, "a list of levers", "write [lever], or read them with ex.read_levers()")
CHOICE = optional(
    Kind(
        lambda value: PATH.accepts(value) or LEVERS.accepts(value),
        "a file or folder of levers, or a list of levers",
        'write "my_levers.toml", or pass what ex.read_levers gives',
    )
)
SECTORS = optional(each(TEXT, "a list of ids of sectors", 'write ["missiles"]', least=1))

SCREENED = 128
"""Draws on which pairs of levers, and candidates for a portfolio, are compared."""

SMALLEST = 1e-9
"""Points from which a change counts as one: less is rounding."""


@dataclass(frozen=True, eq=False)
class LeverEffects:
    """Effects of levers, alone and in pairs."""

    bench: Bench
    """Runs with any set of the levers."""
    progress: Progress | None = None

    @property
    def table(self) -> "pd.DataFrame":
        """One row per lever and sector, and one for the total; the most points in total first."""
        return result_frame("levers", self._rows)

    @property
    def total(self) -> "pd.DataFrame":
        """The rows of the total alone."""
        table = self.table
        return table[table["sector"] == TOTAL].reset_index(drop=True)

    @cached_property
    def _rows(self) -> list[dict[str, Cell]]:
        alone = [[lever] for lever in self.bench.levers]
        before = self.bench.outcomes([[], *alone], self.progress)[0]
        gained = {lever.lever: _rows_of(self.bench, lever, before) for lever in self.bench.levers}
        order = sorted(gained, key=lambda name: (-float(str(gained[name][-1]["points"])), name))
        return [row for name in order for row in gained[name]]

    def counting(self, sectors: Sequence[str]) -> "LeverEffects":
        """Return the effects of the same runs with other sectors in the totals.

        Parameters
        ----------
        sectors
            Sectors that count.

        Returns
        -------
        LeverEffects
            The effects, with totals over these sectors.

        Raises
        ------
        UnknownNameError
            If a sector is not ranked.
        """
        check_arguments("counting", sectors=(sectors, SECTORS))
        _refuse_unranked(self.bench.assessment, sectors)
        return LeverEffects(self.bench.counting(sectors), self.progress)

    @cached_property
    def pairs(self) -> "pd.DataFrame":
        """Pairs of levers, for the total and for each sector that both reach.

        They are run on the first `SCREENED` draws, since there are hundreds of them.
        """
        bench = self.bench.narrowed(SCREENED)
        pairs = list(combinations(bench.levers, 2))
        bench.outcomes([[], *([lever] for lever in bench.levers), *pairs], self.progress)
        records = [row for one, other in pairs for row in _pair_rows(bench, one, other)]
        return result_frame("lever_pairs", records)


def levers(
    assessment: Assessment,
    levers: "str | PathLike[str] | Sequence[Lever] | None" = None,
    *,
    sectors: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> LeverEffects:
    """Run every lever on the draws of an assessment, and report the changes.

    Parameters
    ----------
    assessment
        The run without levers.
    levers
        Levers, or a file or folder of them; None for the shipped ones.
    sectors
        Sectors that count in totals; None for all that are ranked.
    progress
        Called with the number of levers done, and of all.

    Returns
    -------
    LeverEffects
        ``table`` has one row per lever and sector, ``pairs`` one a pair of levers.

    Raises
    ------
    LeverError
        If a lever does not fit the tables, or acts before the first scored day.
    UnknownNameError
        If a sector is not ranked.

    Examples
    --------
    >>> import exposure as ex
    >>> quick = ex.Settings(draws=16, horizon_weeks=52)
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", quick)
    >>> rated = [lever for lever in ex.read_levers() if lever.lever == "rating_engines"]
    >>> effects = ex.levers(result, rated, sectors=["aero_engines"])
    >>> bool(effects.total["points"].iloc[0] >= 0)
    True
    """
    check_arguments(
        "levers",
        assessment=(assessment, ASSESSMENT),
        levers=(levers, CHOICE),
        sectors=(sectors, SECTORS),
        progress=(progress, PROGRESS),
    )
    _refuse_unranked(assessment, sectors or ())
    chosen = levers if isinstance(levers, (list, tuple)) else read_levers(_path(levers))
    return LeverEffects(Bench.of(assessment, chosen, sectors), progress)


def _refuse_unranked(assessment: Assessment, sectors: Sequence[str]) -> None:
    for name in sectors:
        if name not in assessment.sectors:
            raise unknown_name("sector", name, list(assessment.sectors))


def _path(value: object) -> "str | PathLike[str] | None":
    return value if isinstance(value, (str, PathLike)) else None


def apply(lever: Lever, assessment: Assessment) -> "pd.DataFrame":
    """Run one lever on the draws of an assessment: one row per sector, and one for the total.

    Parameters
    ----------
    lever
        From `read_levers`.
    assessment
        The run without the lever.

    Returns
    -------
    pandas.DataFrame
        Columns are those of ``levers`` in `exposure.scoring.columns`.

    Raises
    ------
    LeverError
        If the lever does not fit the tables, or acts before the first scored day.

    Examples
    --------
    >>> import exposure as ex
    >>> quick = ex.Settings(draws=16, horizon_weeks=52)
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", quick)
    >>> lever = next(each for each in ex.read_levers() if each.lever == "rating_engines")
    >>> table = ex.apply(lever, result)
    >>> table["sector"].iloc[-1]
    'total'
    """
    check_arguments("apply", lever=(lever, LEVER), assessment=(assessment, ASSESSMENT))
    return LeverEffects(Bench.of(assessment, [lever], None)).table


def _rows_of(bench: Bench, lever: Lever, before: Outcome) -> list[dict[str, Cell]]:
    after = bench.outcome([lever])
    changes = {
        name: Change(
            before.scores[name], after.scores[name], before.money.get(name), after.money.get(name)
        )
        for name in before.scores
    }
    changes[TOTAL] = _together([changes[name] for name in bench.counted])
    targets = bench.targets[lever.lever]
    ends = _ends([change.points for change in changes.values()])
    saved_ends = _ends([change.saved for change in changes.values()])
    return [
        {
            **_row(bench, lever, name, change, ends=ends[number], saved_ends=saved_ends[number]),
            "is_target": None if name == TOTAL else name in targets,
        }
        for number, (name, change) in enumerate(changes.items())
    ]


Ends = tuple[float, float]
"""The 5th and 95th percentile over draws."""


def _ends(values: Sequence[FloatArray | None]) -> list[Ends | None]:
    """Ends of the intervals of several values, (D,), all at once; None where a value is not known.

    One call of numpy for each would take a tenth of the time of the runs.
    """
    known = [value for value in values if value is not None]
    if not known:
        return [None] * len(values)
    ends = iter(np.quantile(np.stack(known), (LOW, HIGH), axis=1).T.tolist())
    return [None if value is None else (*next(ends),) for value in values]


@dataclass(frozen=True, eq=False)
class Change:
    """Scores and money of a sector without and with a lever, (D,); money None where not known."""

    score_before: FloatArray
    score_after: FloatArray
    money_before: FloatArray | None
    money_after: FloatArray | None

    @cached_property
    def points(self) -> FloatArray:
        """Points by which the score falls, (D,)."""
        return self.score_before - self.score_after

    @cached_property
    def saved(self) -> FloatArray | None:
        """Money that is not lost, (D,); None where it is not known."""
        if self.money_before is None or self.money_after is None:
            return None
        return self.money_before - self.money_after


def _together(changes: Sequence[Change]) -> Change:
    """Sums over sectors; of money, over those whose value is known."""
    return Change(
        added_up([change.score_before for change in changes]),
        added_up([change.score_after for change in changes]),
        _known_sum([change.money_before for change in changes]),
        _known_sum([change.money_after for change in changes]),
    )


def _known_sum(values: Sequence[FloatArray | None]) -> FloatArray | None:
    known = [value for value in values if value is not None]
    return added_up(known) if known else None


def added_up(values: Sequence[FloatArray]) -> FloatArray:
    """Sum of draws over sectors, (D,)."""
    return np.asarray(np.sum(values, axis=0))


def _row(
    bench: Bench,
    lever: Lever,
    sector: str,
    change: Change,
    *,
    ends: Ends | None,
    saved_ends: Ends | None,
) -> dict[str, Cell]:
    points = change.points
    low, central, high = bench.costs[lever.lever]
    gained = float(points.mean())
    points_low, points_high = ends or (None, None)
    avoided = _avoided(change, saved_ends)
    saved = avoided["avoided_usd_per_year"]
    worth = bench.years * saved if isinstance(saved, float) else 0.0
    return {
        "lever": lever.lever,
        "name": lever.name,
        "kind": lever.KIND,
        "acts_on": lever.acts_on,
        "sector": sector,
        "score_without": float(change.score_before.mean()),
        "score_with": float(change.score_after.mean()),
        "points": gained,
        "points_p05": points_low,
        "points_p95": points_high,
        "points_se": _known(standard_error(points)),
        **avoided,
        "worse_share": float((points < -SMALLEST).mean()),
        "cost_musd": central,
        "cost_low_musd": low,
        "cost_high_musd": high,
        "cost_per_point_musd": central / gained if gained > SMALLEST else None,
        "cost_per_avoided_usd": central * USD_PER_MUSD / worth if worth > 1.0 else None,
    }


def _avoided(change: Change, ends: Ends | None) -> dict[str, Cell]:
    names = ("avoided_usd_per_year", "avoided_p05", "avoided_p95")
    if change.saved is None or ends is None:
        return dict.fromkeys(names)
    return dict(zip(names, (float(change.saved.mean()), *ends), strict=True))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _pair_rows(bench: Bench, one: Lever, other: Lever) -> list[dict[str, Cell]]:
    """The total, and sectors that both reach: those that change with either or with both only."""
    every = [outcome.scores for outcome in bench.outcomes([[], [one], [other], [one, other]])]
    before, first, second, both = every
    common = [
        name
        for name in before
        if not np.array_equal(both[name], first[name])
        and not np.array_equal(both[name], second[name])
    ]
    rows = [_pair_row(one, other, name, [scores[name] for scores in every]) for name in common]
    sums = [added_up([scores[name] for name in bench.counted]) for scores in every]
    return [*rows, _pair_row(one, other, TOTAL, sums)]


def _pair_row(
    one: Lever, other: Lever, sector: str, scores: Sequence[FloatArray]
) -> dict[str, Cell]:
    before, first, second, both = scores
    interaction = (before - both) - (before - first) - (before - second)
    return {
        "first": one.lever,
        "second": other.lever,
        "sector": sector,
        "points_first": float((before - first).mean()),
        "points_second": float((before - second).mean()),
        "points_together": float((before - both).mean()),
        "interaction": float(interaction.mean()),
        "interaction_se": _known(standard_error(interaction)),
    }
