"""Expected score at the low and the high end of each single input."""

from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import COUNT, TEXT, check_arguments
from exposure.errors import unknown_name
from exposure.measures.inputs import uncertain_inputs
from exposure.result import ASSESSMENT, Assessment
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import HIGH, LOW
from exposure.scoring.regression import chance_level, fit_outputs

if TYPE_CHECKING:
    import pandas as pd


def tornado(assessment: Assessment, sector: str, *, inputs: int = 10) -> "pd.DataFrame":
    """Expected score of a sector at the low and the high end of its largest inputs.

    Parameters
    ----------
    assessment
        A finished run; its draws are used as they are.
    sector
        Id of a sector that it ranks.
    inputs
        Most inputs given.

    Returns
    -------
    pandas.DataFrame
        One row per input, the one that explains most of the score first. Inputs that explain no
        more than unrelated ones would are left out. Inputs of draws that met the record depend on
        each other: one may go with a score because of another.

    Raises
    ------
    UnknownNameError
        If the run ranks no such sector.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "licences_withheld", ex.Settings(draws=16))
    >>> bool((ex.tornado(result, "electric_vehicles")["first_order"] > 0.0).all())
    True
    """
    check_arguments(
        "tornado",
        assessment=(assessment, ASSESSMENT),
        sector=(sector, TEXT),
        inputs=(inputs, COUNT),
    )
    if sector not in assessment.sectors:
        raise unknown_name("sector", sector, assessment.sectors)
    scores = assessment.sectors[sector].scores[np.newaxis]
    records: list[dict[str, Cell]] = []
    known = uncertain_inputs(assessment.run, [sector])
    chance = float(chance_level(scores, inputs=len(known))[0])
    for uncertain in known:
        fit = fit_outputs([uncertain.drawn], scores)
        explained = float(fit.explained[0])
        if not explained > chance:  # not either where a score does not vary
            continue
        order = np.argsort(uncertain.drawn, kind="stable")
        low, high = (order[int(level * len(order))] for level in (LOW, HIGH))
        records.append(
            {
                "sector": sector,
                "group": uncertain.group,
                "input": uncertain.name,
                "unit": uncertain.unit,
                "low": float(uncertain.drawn[low]),
                "high": float(uncertain.drawn[high]),
                "score_at_low": float(fit.fitted[0, low]),
                "score_at_high": float(fit.fitted[0, high]),
                "first_order": explained,
            }
        )
    records.sort(key=lambda row: (-float(str(row["first_order"])), str(row["input"])))
    return result_frame("tornado", records[:inputs])
