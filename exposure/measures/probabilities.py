"""Regions of the probabilities of two scenarios in which each sector has the first ranks.

A mixture has one set of draws and of losses, whatever its probabilities are: other probabilities
weigh the same losses in another way, so that nothing is run again.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import COUNT, TEXT, check_arguments
from exposure.arrays import FloatArray, plain_sum
from exposure.errors import ArgumentError, unknown_name
from exposure.faults import Fault
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import TOP_PLACES
from exposure.scoring.tail import tail_weights

if TYPE_CHECKING:
    import pandas as pd


def order_by_probability(
    assessment: Assessment, first: str, second: str, *, steps: int = 20, places: int = TOP_PLACES
) -> "pd.DataFrame":
    """Sectors hit worst at all probabilities of two members of a mixture.

    Parameters
    ----------
    assessment
        Result of a mixture.
    first, second
        Members whose probabilities are changed; the others share the rest in the proportions that
        they have. In a mixture of two the probabilities sum to 1.
    steps
        Steps from probability 0 to 1.
    places
        First places that are given.

    Returns
    -------
    pandas.DataFrame
        One row per point of the probabilities and rank.

    Raises
    ------
    ArgumentError
        If the result is of one scenario, or both members are the same.
    UnknownNameError
        If the mixture has no such member.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "outlook", ex.Settings(draws=16))
    >>> one, other = [course.scenario for course, _ in result.scenario.members][:2]
    >>> table = ex.order_by_probability(result, one, other, steps=2, places=1)
    >>> table["first_probability"].tolist()
    [0.0, 0.0, 0.0, 0.5, 0.5, 1.0]
    """
    check_arguments(
        "order_by_probability",
        assessment=(assessment, ASSESSMENT),
        first=(first, TEXT),
        second=(second, TEXT),
        steps=(steps, COUNT),
        places=(places, COUNT),
    )
    names = [scenario.scenario for scenario, _ in assessment.scenario.members]
    _check(names, first, second)
    given = np.array([probability for _, probability in assessment.scenario.members])
    i, j = names.index(first), names.index(second)
    lost = {sector: scored.risk.lost for sector, scored in assessment.sectors.items()}
    settings = assessment.settings
    records: list[dict[str, Cell]] = []
    for one, other in _points(steps, only_two=len(names) == 2):  # noqa: PLR2004 - two members
        chances = _shared(given, i, j, (one, other))
        scores = {
            sector: mixture_score(lost_shares, chances, settings.tail_weight, settings.tail_level)
            for sector, lost_shares in lost.items()
        }
        order = sorted(scores, key=lambda sector: (-round(scores[sector], 9), sector))
        records += [
            {
                "first_scenario": first,
                "first_probability": one,
                "second_scenario": second,
                "second_probability": other,
                "rank": rank,
                "sector": sector,
                "score": scores[sector],
            }
            for rank, sector in enumerate(order[:places], start=1)
        ]
    return result_frame("probability_region", records)


def mixture_score(
    lost: FloatArray, probabilities: FloatArray, tail_weight: float, tail_level: float
) -> float:
    """Mean score of a sector at other probabilities of the scenarios.

    Parameters
    ----------
    lost
        Discounted lost share of output by scenario and draw, shape (S, D).
    probabilities
        Of the scenarios, shape (S,).
    tail_weight, tail_level
        Those of the settings.

    Examples
    --------
    >>> mixture_score(np.array([[0.0], [1.0]]), np.array([0.5, 0.5]), 0.5, 0.9)
    75.0
    """
    tail = tail_weights(lost, probabilities, level=tail_level)
    weights = (1.0 - tail_weight) * probabilities[:, np.newaxis] + tail_weight * tail
    return float(100.0 * (weights * lost).sum(axis=0).mean())


def _check(names: list[str], first: str, second: str) -> None:
    if len(names) < 2:  # noqa: PLR2004 - a mixture has two members at least
        raise ArgumentError(
            f"ex.order_by_probability: assessment: found one scenario, {names[0]}; expected a "
            'mixture; assess "outlook", or make one with ex.mix'
        )
    for name in (first, second):
        if name not in names:
            raise unknown_name("member", name, names)
    if first == second:
        fault = Fault(
            "second", f"'{second}', as first", "another member", "name two different members",
            file="ex.order_by_probability",
        )  # fmt: skip
        raise ArgumentError([fault])


def _points(steps: int, *, only_two: bool) -> Iterator[tuple[float, float]]:
    """Probabilities of two members, in steps; those of a mixture of two sum to 1."""
    for i in range(steps + 1):
        for j in range(steps + 1 - i):
            if not only_two or i + j == steps:
                yield i / steps, j / steps


def _shared(given: FloatArray, i: int, j: int, chosen: tuple[float, float]) -> FloatArray:
    """All probabilities: two are chosen, the others share the rest as before."""
    left = np.delete(np.arange(len(given)), [i, j])
    chances = np.zeros(len(given))
    chances[i], chances[j] = chosen
    others = given[left]
    rest = max(0.0, 1.0 - plain_sum(chosen))
    if len(left):
        even = np.full(len(left), 1.0 / len(left))
        chances[left] = rest * (others / others.sum() if others.sum() > 0.0 else even)
    return chances
