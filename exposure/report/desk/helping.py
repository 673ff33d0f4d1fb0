"""Effects of levers for a scheduled report: every lever that fits, on few draws of each run.

A run of a lever costs about the same on 16 draws as on 64, since most of it sets up the
world; from there on the cost grows with the draws.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from exposure.errors import LeverError, unknown_name
from exposure.measures.against_tables import refuse_unknown
from exposure.measures.bench import first_draws, refuse_past
from exposure.measures.effects import levers as effects_of
from exposure.measures.lever import Lever
from exposure.measures.lever_files import read_levers
from exposure.report.contents import loses_nothing
from exposure.report.lever_findings import Helping
from exposure.scoring.columns import result_frame

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment
    from exposure.scoring.blocks import Progress

LEVER_DRAWS = 64
"""Draws on which levers are run, common to the runs with and without each."""


def chosen_levers(*, wanted: bool | Sequence[str]) -> tuple[Lever, ...]:
    """Levers that a configuration asks for.

    Parameters
    ----------
    wanted
        True for all shipped ones, False for none, or the ids of some.

    Raises
    ------
    UnknownNameError
        If no shipped lever has an id.

    Examples
    --------
    >>> [lever.lever for lever in chosen_levers(wanted=["samarium_line"])]
    ['samarium_line']
    """
    if wanted is False:
        return ()
    shipped = read_levers()
    if wanted is True:
        return shipped
    known = [lever.lever for lever in shipped]
    for name in wanted:
        if name not in known:
            raise unknown_name("lever", name, known)
    return tuple(lever for lever in shipped if lever.lever in wanted)


def what_would_help(
    assessments: "Sequence[Assessment]",
    levers: Sequence[Lever],
    progress: "Progress | None" = None,
) -> Helping | None:
    """Run levers on the first draws of each run.

    A lever that does not fit the tables, or would act before the first scored day, is left out and
    named with the reason.

    Parameters
    ----------
    assessments
        Runs of the report.
    levers
        From `chosen_levers`.
    progress
        Called with the runs done, and all.

    Returns
    -------
    Helping or None
        None if there is no lever.
    """
    if not levers:
        return None
    fitting, why = _fitting(levers, assessments[0])
    tables = []
    for number, assessment in enumerate(assessments, start=1):
        few = first_draws(assessment, LEVER_DRAWS)
        in_time, late = _in_time(fitting, few)
        why += late
        tables.append(_table(few, in_time, whole=assessment))
        if progress is not None:
            progress(number, len(assessments))
    draws = min(LEVER_DRAWS, assessments[0].run.sampler.size)
    return Helping(tuple(tables), draws, tuple(dict.fromkeys(why)))


def _table(few: "Assessment", levers: Sequence[Lever], *, whole: "Assessment") -> "pd.DataFrame":
    if not levers or loses_nothing(whole):
        return result_frame("levers", [])
    return effects_of(few, list(levers)).table


Sorted = tuple[list[Lever], list[str]]
"""Levers to run, and sentences on those that are left out."""


def _fitting(levers: Iterable[Lever], assessment: "Assessment") -> Sorted:
    """Levers whose parts are all in the tables."""
    kept, why = [], []
    for lever in levers:
        try:
            refuse_unknown([lever], assessment.dataset)
            kept.append(lever)
        except LeverError as error:
            fault = error.faults[0]
            why.append(
                f"{lever.name} does not fit the tables: {fault.key}: found {fault.found}; expected "
                f"{fault.expected}."
            )
    return kept, why


def _in_time(levers: Iterable[Lever], assessment: "Assessment") -> Sorted:
    """Levers that change nothing before the first scored day of a run."""
    kept, why = [], []
    for lever in levers:
        try:
            refuse_past([lever], assessment)
            kept.append(lever)
        except LeverError as error:
            fault = error.faults[0]
            why.append(
                f"{lever.name} ({assessment.scenario.name}): {fault.key}: found {fault.found}; "
                f"expected {fault.expected}."
            )
    return kept, why
