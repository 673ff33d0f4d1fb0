"""Inputs that decide a score, or the gap between two neighbours in rank.

On the draws of the tables alone inputs are independent of each other: groups of inputs, and the
largest single ones, are drawn once more from a second sample, everything runs again, and
first-order and total indices follow. Draws that met the record are another matter: there inputs
depend on each other, so that no total index exists; first-order indices come from the draws at
hand, by regression.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import COUNT, TEXT, check_arguments, each, optional
from exposure.arrays import FloatArray
from exposure.assessment import PROGRESS
from exposure.errors import unknown_name
from exposure.inputs.groups import GROUPS
from exposure.inputs.streams import PartlyResampled, Sampler
from exposure.measures.inputs import UncertainInput, uncertain_inputs
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.blocks import Progress, sector_risks
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import ranked_ids
from exposure.scoring.regression import (
    Directions,
    Fit,
    chance_level,
    directions_of,
    fit_along,
    fit_outputs,
)
from exposure.scoring.sobol import SobolIndices, power_of_two, sobol_from_runs

if TYPE_CHECKING:
    import pandas as pd

SINGLE_INPUTS = 10
"""Single inputs that are listed unless the caller says otherwise."""

SECTORS = optional(each(TEXT, "a list of ids of sectors", 'write ["missiles"]', least=1))


@dataclass(frozen=True)
class Output:
    """A score, or the gap by which one sector is ahead of another."""

    sector: str
    ahead_of: str | None = None
    """Sector ranked next; None for the score itself."""

    def of(self, scores: dict[str, FloatArray]) -> FloatArray:
        """Values over draws."""
        score = scores[self.sector]
        return score if self.ahead_of is None else score - scores[self.ahead_of]


def outputs_of(assessment: Assessment, sectors: Collection[str] | None = None) -> list[Output]:
    """Scores of some sectors, and their gaps to the next in rank.

    Parameters
    ----------
    assessment
        A finished run.
    sectors
        Ids; None for all.
    """
    ids = ranked_ids(assessment.sectors)
    wanted = [sector for sector in ids if sectors is None or sector in sectors]
    following = dict(pairwise(ids))
    scores = [Output(sector) for sector in wanted]
    return [
        *scores,
        *(Output(sector, following[sector]) for sector in wanted if sector in following),
    ]


def sensitivity(
    assessment: Assessment,
    *,
    sectors: Sequence[str] | None = None,
    singles: int = SINGLE_INPUTS,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Sensitivity of scores, and of the gaps between neighbours in rank, to groups of inputs.

    Parameters
    ----------
    assessment
        A finished run. Made with ``prior=True``, it gives first-order and total indices, from as
        many further runs as there are groups and single inputs, on the largest power of two of its
        draws. Otherwise it gives first-order indices, from the draws at hand.
    sectors
        Ids of the sectors whose scores and gaps are wanted; None for all.
    singles
        Largest single inputs that are listed after the groups.
    progress
        Called after each further run.

    Returns
    -------
    pandas.DataFrame
        One row per output and group or single input. Columns are those of ``sensitivity`` in
        `exposure.scoring.columns`; the indices of an output that does not vary are missing.

    Raises
    ------
    UnknownNameError
        If the run ranks no such sector.

    Notes
    -----
    Inputs of conditioned draws depend on each other: their first-order indices need not sum to 1,
    and a total index does not say what an input does. ``method`` says which is the case.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))
    >>> table = ex.sensitivity(result, sectors=["radar"], singles=2)
    >>> set(table["method"]), len(table)
    ({'regression on conditioned draws'}, 24)
    """
    check_arguments(
        "sensitivity",
        assessment=(assessment, ASSESSMENT),
        sectors=(sectors, SECTORS),
        singles=(singles, COUNT),
        progress=(progress, PROGRESS),
    )
    for sector in sectors or ():
        if sector not in assessment.sectors:
            raise unknown_name("sector", sector, assessment.sectors)
    wanted = outputs_of(assessment, sectors)
    scores = {sector: scored.scores for sector, scored in assessment.sectors.items()}
    values = np.stack([output.of(scores) for output in wanted])
    known = uncertain_inputs(assessment.run, sectors)
    by_group, largest = _at_hand(known, values, singles)
    factors = [
        *(Factor(group, group, group) for group in GROUPS),
        *(
            Factor(uncertain.stream, uncertain.group, uncertain.name, single=True)
            for uncertain, _ in largest
        ),
    ]
    if assessment.conditioned is None:
        method = "runs with inputs drawn once more"
        indices = _resampled(assessment, wanted, factors, progress)
    else:
        method = "regression on conditioned draws"
        found = [*by_group, *(indices for _, indices in largest)]
        first, error = (np.stack(part, axis=1) for part in zip(*found, strict=True))
        none = np.full_like(first, np.nan)
        indices = SobolIndices(first, error, none, none)
    return _frame(wanted, factors, indices, method)


@dataclass(frozen=True)
class Factor:
    """A group of inputs or a single input, in a table of sensitivities."""

    again: str
    """Group or stream that is redrawn."""
    group: str
    name: str
    single: bool = False


Index = tuple[FloatArray, FloatArray]
"""First-order index of each output, and its standard error."""


def _at_hand(
    known: Sequence[UncertainInput], values: FloatArray, singles: int
) -> tuple[list[Index], list[tuple[UncertainInput, Index]]]:
    """First-order indices of the groups, and of the largest single inputs, from the draws."""
    each_one = [(uncertain, fit_outputs([uncertain.drawn], values)) for uncertain in known]
    chance = chance_level(values, inputs=len(known))
    by_group = [
        _of_group([pair for pair in each_one if pair[0].group == group], values, chance)
        for group in GROUPS
    ]
    order = sorted(
        each_one, key=lambda pair: (-float(np.nansum(pair[1].explained)), pair[0].stream)
    )
    largest = [(uncertain, (fit.explained, fit.explained_se)) for uncertain, fit in order[:singles]]
    return by_group, largest


def _of_group(
    each_one: Sequence[tuple[UncertainInput, Fit]], values: FloatArray, chance: FloatArray
) -> Index:
    """Index of each output for a group of inputs.

    Hundreds of inputs that say nothing would hide the few that do: where some explain more by
    themselves than chance does, the group is these.
    """
    found, every = [], range(len(each_one))
    known: dict[tuple[int, ...], Directions] = {}
    for s, output in enumerate(values):
        telling = tuple(i for i in every if each_one[i][1].explained[s] > chance[s])
        chosen = telling or tuple(every)
        if chosen not in known:
            known[chosen] = directions_of([each_one[i][0].drawn for i in chosen])
        found.append(fit_along(known[chosen], output[np.newaxis]))
    explained = np.concatenate([fit.explained for fit in found])
    return explained, np.concatenate([fit.explained_se for fit in found])


def _resampled(
    assessment: Assessment,
    wanted: Sequence[Output],
    factors: Sequence[Factor],
    progress: Progress | None,
) -> SobolIndices:
    draws = power_of_two(assessment.run.sampler.size)
    first = {sector: scored.scores[:draws] for sector, scored in assessment.sectors.items()}
    base = np.stack([output.of(first) for output in wanted])
    plans = [frozenset(GROUPS), *(frozenset((factor.again,)) for factor in factors)]
    runs = []
    for done, again in enumerate(plans, start=1):
        scores = resampled_scores(assessment, again, draws=draws)
        runs.append(np.stack([output.of(scores) for output in wanted]))
        if progress is not None:
            progress(done, len(plans))
    return sobol_from_runs(base, runs[0], np.stack(runs[1:]))


def resampled_scores(
    assessment: Assessment, again: frozenset[str], *, draws: int
) -> dict[str, FloatArray]:
    """Scores of the first draws of a result, with some of its inputs redrawn.

    Parameters
    ----------
    assessment
        A finished run.
    again
        Groups of inputs and single streams.
    draws
        Number of draws.
    """
    sampler = assessment.run.sampler
    numbers = Sampler(sampler.numbers[:draws], sampler.seed).numbers
    run = replace(assessment.run, sampler=PartlyResampled(numbers, sampler.seed, again))
    risks = sector_risks(run)
    return {sector: risk.scores(assessment.settings) for sector, risk in risks.items()}


def _frame(
    wanted: Sequence[Output], factors: Sequence[Factor], indices: SobolIndices, method: str
) -> "pd.DataFrame":
    records: list[dict[str, Cell]] = [
        {
            "sector": output.sector,
            "ahead_of": output.ahead_of,
            "kind": "single input" if factor.single else "group",
            "group": factor.group,
            "input": factor.name,
            "first_order": float(indices.first[s, k]),
            "first_order_se": float(indices.first_se[s, k]),
            "total": float(indices.total[s, k]),
            "total_se": float(indices.total_se[s, k]),
            "method": method,
        }
        for s, output in enumerate(wanted)
        for k, factor in enumerate(factors)
    ]
    return result_frame("sensitivity", records)
