"""Contents of a report, computed once for the page and the files.

Nothing here runs the model again: rankings, points and dates come with the runs. Only the licence
office is asked once more, on the first draws, for the flow of licensed goods.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from exposure.licensing.flow_table import flow_of_draws
from exposure.policy.scenario import Scenario
from exposure.report.changes import Briefing
from exposure.report.files.file_records import FileRecord, of_runs
from exposure.report.lever_findings import Helping
from exposure.scoring.impact_dates import impact_dates
from exposure.threads import usual_workers

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

FLOW_DRAWS = 128
"""Number of draws of the licensed flow; the mean of a week is then within about 2 %."""


@dataclass(frozen=True)
class Contents:
    """Runs of one report, with what is shown of each; every sequence has the order of the runs."""

    runs: "tuple[Assessment, ...]"
    record: FileRecord
    elements: "tuple[pd.DataFrame, ...]"
    """Points of each score by element: sectors down, in the order of the ranking."""
    dates: "tuple[pd.DataFrame, ...]"
    """First hit of each sector: columns of `impact_dates`, in the order of the ranking."""
    flows: "tuple[pd.DataFrame, ...]"
    """Licensed flow by class and scored week: columns of `flow`."""
    flow_draws: int
    """Number of draws of `flows`."""
    briefing: Briefing | None = None
    """Changes, alerts and trend; None for a report without a history."""
    helping: Helping | None = None
    """Effects of levers; None if not requested."""


def gather(
    assessments: "Sequence[Assessment]",
    *,
    briefing: Briefing | None = None,
    helping: Helping | None = None,
) -> Contents:
    """Compute the contents of a report.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings, in the order in which they are shown.
    briefing
        Changes since the last report, alerts and trend.
    helping
        Effects of levers, in the order of the runs.

    Returns
    -------
    Contents
        Equal runs give equal contents.

    Raises
    ------
    ReportError
        If there is no run, or the runs differ in more than the scenario.

    Examples
    --------
    >>> import exposure as ex
    >>> found = gather([ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))])
    >>> found.flow_draws, len(found.elements[0]) == len(found.dates[0])
    (16, True)
    """
    record = of_runs(assessments)
    with ThreadPoolExecutor(max_workers=usual_workers()) as pool:
        flows = tuple(pool.map(licensed_flow_of, assessments))
    return Contents(
        runs=tuple(assessments),
        record=record,
        elements=tuple(run.attribution(by="element") for run in assessments),
        dates=tuple(dates_of(run) for run in assessments),
        flows=flows,
        flow_draws=min(FLOW_DRAWS, assessments[0].run.sampler.size),
        briefing=briefing,
        helping=helping,
    )


def loses_nothing(assessment: "Assessment") -> bool:
    """True if no sector loses anything, so that there is nothing to draw."""
    return not bool(assessment.ranking["score"].any())


def drawn_member(assessment: "Assessment") -> Scenario:
    """Scenario whose weeks are drawn: itself, or the most probable member of a mixture."""
    return max(assessment.scenario.members, key=lambda pair: pair[1])[0]


def first_day(contents: Contents) -> date:
    """First day that any run scores."""
    return min(run.first_day for run in contents.runs)


def dates_of(assessment: "Assessment") -> "pd.DataFrame":
    """First hit of each sector of a run: `impact_dates` in the order of the ranking."""
    order = [str(sector) for sector in assessment.ranking["sector"]]
    sectors = {sector: assessment.sectors[sector] for sector in order}
    return impact_dates(sectors, first_day=assessment.first_day)


def licensed_flow_of(assessment: "Assessment", *, draws: int = FLOW_DRAWS) -> "pd.DataFrame":
    """Licensed flow by class and scored week, on the first draws of a run.

    Parameters
    ----------
    assessment
        A finished run.
    draws
        Draws asked at most.
    """
    run = assessment.run
    few = run.inputs.with_sampler(run.sampler.block(0, min(draws, run.sampler.size)))
    destination = assessment.settings.destination
    frame = flow_of_draws(few, run.scenario, destination, weeks=run.window.run)
    return frame[frame["week"] >= run.window.first].reset_index(drop=True)
