"""The briefing of a report: what changed, alerts, age of the data, trend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from exposure.assessment import assess_with
from exposure.citations import known_until
from exposure.report.changes import Age, Briefing, Changes, TrendPoint
from exposure.report.comparing.between import compare_runs, first_run
from exposure.report.comparing.splitting import again_of
from exposure.report.desk.alerts import Watched, alerts_of
from exposure.report.desk.configuration import AlertRule
from exposure.report.files.figure_process import FigureProcess
from exposure.report.history.database import TREND_REPORTS, History
from exposure.report.history.stored_run import StoredRun, run_of
from exposure.report.lever_findings import Helping
from exposure.tables.dataset import Dataset

if TYPE_CHECKING:
    from exposure.result import Assessment


@dataclass(frozen=True)
class Desk:
    """Options of a briefing in addition to the results."""

    day: date
    """Day of the report."""
    title: str = ""
    rules: tuple[AlertRule, ...] = ()
    sectors: tuple[str, ...] = ()
    """Sectors that alerts are about; empty for all."""
    stale_after_days: int | None = None
    below: Dataset | None = None
    """The tables without overlays; None if there is no overlay."""
    helping: Helping | None = None
    """Effects of levers; None if not requested."""
    drawing: FigureProcess | None = None
    """A process that draws the figures of the report; None to draw them here."""


def make_briefing(
    assessments: "Sequence[Assessment]", run: StoredRun, desk: Desk, history: History | None
) -> Briefing:
    """Compare a run with the last report, and apply the alert rules.

    Parameters
    ----------
    assessments
        Runs of the report.
    run
        The same as it will be stored.
    desk
        Options of the briefing.
    history
        Open; None if none is kept.
    """
    changes = since_last(assessments, run, history)
    age = age_of(assessments[0].dataset, desk)
    watched = Watched(assessments, changes, age, desk.sectors)
    return Briefing(
        title=desk.title,
        age=age,
        changes=changes,
        overlay=against_below(assessments, run, desk.below),
        alerts=alerts_of(desk.rules, watched),
        watched=tuple(dict.fromkeys(rule.rule for rule in desk.rules)),
        trend=trend_with(run, desk.day, history),
        history=history.path.name if history else "",
    )


def age_of(dataset: Dataset, desk: Desk) -> Age:
    """Time between the knowledge date of the tables and the day of the report."""
    known = known_until(dataset)
    days = None if known is None else (desk.day - known).days
    return Age(day=desk.day, known_until=known, days=days, most_days=desk.stale_after_days)


def since_last(
    assessments: "Sequence[Assessment]", run: StoredRun, history: History | None
) -> Changes:
    """Find the changes since the last report of a history."""
    last = history.last() if history else None
    if history is None or last is None:
        return first_run(run)
    again = again_of(assessments)
    return compare_runs(history.run(last), run, again=again, since_day=last.last_day)


def against_below(
    assessments: "Sequence[Assessment]", run: StoredRun, below: Dataset | None
) -> Changes | None:
    """Find the effect of overlays: the same run on the same draws, on the tables without them."""
    if below is None or below.digest == assessments[0].dataset.digest:
        return None
    plain = [
        assess_with(below, assessment.scenario, assessment.settings, assessment.conditioned)
        for assessment in assessments
    ]
    than = "against the tables without overlays"
    return compare_runs(run_of(plain), run, again=again_of(assessments), than=than)


def trend_with(run: StoredRun, day: date, history: History | None) -> tuple[TrendPoint, ...]:
    """Stored reports in their order, then this one, unless it repeats the last."""
    stored = history.trend(TREND_REPORTS) if history else ()
    last = history.last() if history else None
    if last is not None and last.digest == run.digest:
        return stored
    number = last.number + 1 if last else 1
    points = tuple(
        TrendPoint(
            run=number,
            record_digest=run.digest,
            day=day,
            scenario=listed.scenario,
            sector=row.sector,
            name=row.name,
            rank=row.rank,
            score=row.score,
            score_p05=row.score_p05,
            score_p95=row.score_p95,
        )
        for listed in sorted(run.scenarios, key=lambda one: one.scenario)
        for row in listed.ranking
    )
    return (*stored, *points)
