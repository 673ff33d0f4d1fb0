"""Inputs whose better knowledge could change the leading sectors, and the values where it does.

All of it comes from the draws at hand, whether they met the record or not: what the sectors score
on average given one input (`exposure.scoring.regression`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import COUNT, check_arguments
from exposure.arrays import FloatArray
from exposure.errors import ArgumentError
from exposure.faults import Fault
from exposure.measures.inputs import UncertainInput, uncertain_inputs
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.information import Turn, turn_of, value_of_everything, value_of_knowing
from exposure.scoring.ranking import HIGH, LOW, TOP_PLACES, ranked_ids
from exposure.scoring.regression import chance_level, fit_outputs

if TYPE_CHECKING:
    import pandas as pd

CLOSE = 3
"""Sectors below the first places with which each of these is compared, besides its neighbours."""


@dataclass(frozen=True, eq=False)
class _Ranked:
    """Scores of the sectors in the order of the ranking, and the inputs behind them."""

    ids: list[str]
    scores: FloatArray
    inputs: tuple[UncertainInput, ...]


def value_of_information(assessment: Assessment, *, places: int = TOP_PLACES) -> "pd.DataFrame":
    """Value of knowing each input, for a choice of the sectors that get attention first.

    Parameters
    ----------
    assessment
        A finished run.
    places
        Sectors chosen; a choice is worth the sum of their scores.

    Returns
    -------
    pandas.DataFrame
        One row per input that is worth something and explains more than unrelated ones
        would, the most valuable first. ``value_of_knowing`` is
        never negative and never above the value of knowing everything.

    Raises
    ------
    ArgumentError
        If there are not more sectors than places.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", ex.Settings(draws=16))
    >>> table = ex.value_of_information(result, places=2)
    >>> bool(table["share_of_everything"].between(0.0, 1.0).all())
    True
    """
    check_arguments(
        "value_of_information", assessment=(assessment, ASSESSMENT), places=(places, COUNT)
    )
    return information_and_flips(assessment, places, asked="value_of_information")[0]


def flips(assessment: Assessment, *, places: int = TOP_PLACES) -> "pd.DataFrame":
    """Find inputs that could reverse the order of two leading sectors, and the value where they do.

    Parameters
    ----------
    assessment
        A finished run.
    places
        First places whose order is looked at.

    Returns
    -------
    pandas.DataFrame
        One row per input and pair of sectors, those that put another sector among the first before
        those that only change the order there, then the most valuable first. Only turns of at least
        four standard errors are listed; empty where no input turns an order by itself.

    Raises
    ------
    ArgumentError
        If there are not more sectors than places.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", ex.Settings(draws=16))
    >>> bool((ex.flips(result, places=2)["probability"] > 0.0).all())
    True
    """
    check_arguments("flips", assessment=(assessment, ASSESSMENT), places=(places, COUNT))
    return information_and_flips(assessment, places, asked="flips")[1]


def information_and_flips(
    assessment: Assessment, places: int, *, asked: str = "flips"
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Value of knowing each input, and the orders that it reverses: one regression serves both.

    Parameters
    ----------
    assessment
        A finished run.
    places
        Sectors chosen.
    asked
        Public function that errors name.
    """
    ranked = _ranked(assessment, places, asked)
    near = min(len(ranked.ids), places + CLOSE)
    pairs = [(i, j) for i in range(places) for j in range(i + 1, near)]
    gaps = np.stack([ranked.scores[i] - ranked.scores[j] for i, j in pairs])
    everything = value_of_everything(ranked.scores, places)
    chance = chance_level(ranked.scores[:near], inputs=len(ranked.inputs))
    known: list[dict[str, Cell]] = []
    turned: list[dict[str, Cell]] = []
    for uncertain in ranked.inputs:
        fit = fit_outputs([uncertain.drawn], np.concatenate([ranked.scores, gaps]))
        if not (fit.explained[:near] > chance).any():
            continue
        worth = value_of_knowing(fit.fitted[: len(ranked.ids)], ranked.scores, places)
        named = _named(uncertain)
        if worth > 0.0:
            share = worth / everything if everything > 0.0 else float("nan")
            known.append({**named, "value_of_knowing": worth, "share_of_everything": share})
        for k, (i, j) in enumerate(pairs):
            turn = turn_of(uncertain.drawn, fit.fitted[len(ranked.ids) + k], gaps[k])
            if turn is not None:
                pair: dict[str, Cell] = {
                    "sector": ranked.ids[i], "other": ranked.ids[j],
                    "changes_first_places": j >= places, "value_of_knowing": worth,
                }  # fmt: skip
                turned.append({**named, **pair, **_turned(turn)})
    known.sort(key=lambda row: (-float(str(row["value_of_knowing"])), str(row["input"])))
    turned.sort(
        key=lambda row: (
            not row["changes_first_places"],
            -float(str(row["value_of_knowing"])),
            str(row["input"]),
        )
    )
    return result_frame("information", known), result_frame("flips", turned)


def _turned(turn: Turn) -> dict[str, Cell]:
    return {
        "side": "above" if turn.above else "below",
        "flips_at": turn.value,
        "probability": turn.share,
        "gap_beyond": turn.gap,
        "gap_beyond_se": turn.gap_se,
    }


def _ranked(assessment: Assessment, places: int, function: str) -> _Ranked:
    ids = ranked_ids(assessment.sectors)
    if places >= len(ids):
        fault = Fault(
            "places",
            f"{places} with {len(ids)} sectors ranked",
            "fewer places than sectors, since with all of them there is nothing to choose",
            f"write places={max(1, len(ids) - 1)}, or rank more sectors",
            file=f"ex.{function}",
        )
        raise ArgumentError([fault])
    scores = np.stack([assessment.sectors[sector].scores for sector in ids])
    return _Ranked(ids, scores, uncertain_inputs(assessment.run))


def _named(uncertain: UncertainInput) -> dict[str, Cell]:
    low, high = np.quantile(uncertain.drawn, (LOW, HIGH))
    return {
        "group": uncertain.group,
        "input": uncertain.name,
        "unit": uncertain.unit,
        "low": float(low),
        "high": float(high),
    }
