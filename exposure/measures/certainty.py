"""Certainty of a ranking: ranks, pairs, and the draws that a given error needs."""

from typing import TYPE_CHECKING

from exposure.arguments import NUMBER, check_arguments
from exposure.errors import ArgumentError
from exposure.faults import Fault
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.certainty import draws_needed_frame

if TYPE_CHECKING:
    import pandas as pd


def rank_acceptability(assessment: Assessment) -> "pd.DataFrame":
    """Probability that each sector holds each rank, with its Monte Carlo error.

    Parameters
    ----------
    assessment
        A finished run.

    Returns
    -------
    pandas.DataFrame
        One row per sector and rank; over ranks, and over sectors, probabilities sum to 1.

    References
    ----------
    Lahdelma, R. & Salminen, P. (2001). SMAA-2: Stochastic multicriteria acceptability analysis
    for group decision making. Operations Research 49(3), 444-454.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))
    >>> held = ex.rank_acceptability(result)
    >>> bool((held.groupby("sector")["probability"].sum().round(9) == 1.0).all())
    True
    """
    check_arguments("rank_acceptability", assessment=(assessment, ASSESSMENT))
    return assessment.acceptability


def pairwise_order(assessment: Assessment) -> "pd.DataFrame":
    """Probability that one sector is hit worse than another, with its Monte Carlo error.

    Parameters
    ----------
    assessment
        A finished run.

    Returns
    -------
    pandas.DataFrame
        One row per pair, the sector that is ranked higher first.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))
    >>> len(ex.pairwise_order(result)) == 17 * 16 // 2
    True
    """
    check_arguments("pairwise_order", assessment=(assessment, ASSESSMENT))
    return assessment.pairs


def draws_needed(
    assessment: Assessment, *, score_error: float = 0.1, probability_error: float = 0.01
) -> "pd.DataFrame":
    """Number of draws for stated standard errors of each score, place and order.

    Parameters
    ----------
    assessment
        A finished run; its spread over draws says what more draws would bring.
    score_error
        Largest standard error wanted of a score, in points.
    probability_error
        Largest standard error wanted of a probability.

    Returns
    -------
    pandas.DataFrame
        One row per sector, in the order of the ranking.

    Raises
    ------
    ArgumentError
        If an error is not above 0.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))
    >>> bool(ex.draws_needed(result, probability_error=0.05)["draws_for_top3"].max() <= 100)
    True
    """
    check_arguments(
        "draws_needed",
        assessment=(assessment, ASSESSMENT),
        score_error=(score_error, NUMBER),
        probability_error=(probability_error, NUMBER),
    )
    given = {"score_error": score_error, "probability_error": probability_error}
    wrong = [
        Fault(name, f"{value:g}", "a number above 0", "write 0.1", file="ex.draws_needed")
        for name, value in given.items()
        if not value > 0.0
    ]
    if wrong:
        raise ArgumentError(wrong)
    return draws_needed_frame(
        assessment.sectors, score_error=score_error, probability_error=probability_error
    )
