"""Additions of a scheduled report to the page: moves and trend, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from exposure.report.changes import CAUSES, SHOWN, Briefing, Cause, Move, TrendPoint
from exposure.report.html.drawing import Axis, Line, LineChart, line_chart, whole_axis

TRENDS = 6
"""Largest number of sectors whose trend is drawn."""

FIRST_ALERTS = 4
"""Alerts on the first screen; all are listed further down."""

FIRST_MOVES = 12
"""Moves in sight; the others are folded."""

ROUNDED = 9
"""Decimals of a move that count: what differs by rounding errors keeps its order."""

MOST_RUNS = 4
"""Labels of the axis of runs at most."""


@dataclass(frozen=True)
class Trend:
    """Scores of one sector over the stored runs."""

    name: str
    chart: LineChart


def moved(briefing: Briefing | None) -> tuple[Move, ...]:
    """Sectors whose rank or score moved since the last report, by more than rounding.

    Those that appeared or went come first, then the largest moves of a score.
    """
    if briefing is None:
        return ()
    found = [
        move
        for move in briefing.changes.moves
        if move.rank_was != move.rank_now or abs(move.score_moved or 0.0) >= SHOWN
    ]
    return tuple(sorted(found, key=_size, reverse=True))


def causes_of(briefing: Briefing | None) -> dict[Cause, str]:
    """Names of the causes that differ from the last report."""
    lines = () if briefing is None else briefing.changes.causes
    changed = {line.cause for line in lines if line.changed}
    return {cause: name for cause, name in CAUSES.items() if cause in changed}


def _size(move: Move) -> float:
    return inf if move.score_moved is None else round(abs(move.score_moved), ROUNDED)


def trends(briefing: Briefing | None) -> list[Trend]:
    """Scores over the stored runs of the sectors that score highest now; none before the second."""
    points = () if briefing is None else briefing.trend
    runs = sorted({point.run for point in points})
    if len(runs) < 2:  # noqa: PLR2004 - one run has no trend
        return []
    scenarios = list(dict.fromkeys(point.scenario for point in points))
    latest = [point for point in points if point.run == runs[-1]]
    highest: dict[str, float] = {}
    for point in latest:
        highest[point.sector] = max(point.score, highest.get(point.sector, 0.0))
    chosen = sorted(highest, key=lambda sector: (-highest[sector], sector))[:TRENDS]
    names = {point.sector: point.name for point in latest}
    top = max(point.score_p95 for point in points if point.sector in chosen)
    step = max(1, -(-(len(runs) - 1) // (MOST_RUNS - 1)))
    days = {point.run: point.day for point in points}
    ticks = tuple((float(n), f"{days[runs[n]]:%d %b %Y}") for n in range(0, len(runs), step))
    across = Axis(0.0, float(len(runs) - 1), ticks, "Report")
    up = whole_axis(top, "Score")
    return [
        Trend(names[sector], line_chart(_lines(points, sector, scenarios, runs), across, up))
        for sector in chosen
    ]


def _lines(
    points: Sequence[TrendPoint], sector: str, scenarios: Sequence[str], runs: Sequence[int]
) -> list[Line]:
    lines = []
    for course, scenario in enumerate(scenarios):
        by_run = {p.run: p for p in points if p.sector == sector and p.scenario == scenario}
        if len(by_run) == len(runs):  # a scenario that some report did not have is not drawn
            found = [by_run[run] for run in runs]
            lines.append(
                Line(
                    course,
                    [p.score for p in found],
                    [p.score_p05 for p in found],
                    [p.score_p95 for p in found],
                )
            )
    return lines
