"""Figure of scores and ranks over the stored reports; nothing is computed here."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from exposure.report.changes import TrendPoint
from exposure.report.plots.figure_files import settled
from exposure.report.plots.labels import label
from exposure.report.plots.rankings import GRID, PALETTE

TOP = 5
"""Sectors drawn unless the caller says otherwise: those ranked first in the last report."""

MOST_DAYS = 6
"""Days written along the axis."""


def plot_trend(trend: Sequence[TrendPoint], axes: Axes, *, scenario: str, top: int = TOP) -> Axes:
    """Score of the leading sectors, report by report, with its 5-95 % interval.

    Parameters
    ----------
    trend
        As a briefing or a history gives it.
    axes
        Axes to draw on: one line per sector, one point per report, at equal distances.
    scenario
        Course of policy.
    top
        Sectors drawn: those ranked first in the last report.

    Returns
    -------
    Axes
        The same; without points for the scenario, it is empty.
    """
    points = [point for point in trend if point.scenario == scenario]
    days = {point.run: point.day for point in points}
    places = {run: position for position, run in enumerate(sorted(days))}
    last = max(places, default=0)
    leaders = sorted(
        (point for point in points if point.run == last), key=lambda point: point.rank
    )[:top]
    for number, leader in enumerate(leaders):
        line = sorted((p for p in points if p.sector == leader.sector), key=lambda p: p.run)
        colour = PALETTE[number % len(PALETTE)]
        across = [places[p.run] for p in line]
        axes.fill_between(
            across, [p.score_p05 for p in line], [p.score_p95 for p in line], color=colour,
            alpha=0.12, linewidth=0.0,
        )  # fmt: skip
        axes.plot(
            across, [p.score for p in line], "o-", color=colour, markersize=3.5, linewidth=1.4,
            label=label(leader.name, key=leader.sector),
        )  # fmt: skip
    _dress(axes, [days[run].isoformat() for run in sorted(days)], drawn=bool(leaders))
    return axes


def _dress(axes: Axes, days: Sequence[str], *, drawn: bool) -> None:
    axes.set_ylim(0.0, 100.0)
    axes.set_ylabel("Score, 0 to 100 (band: 5–95 % of draws)")
    axes.set_xlabel("Day of the report")
    axes.xaxis.set_major_locator(MaxNLocator(MOST_DAYS, integer=True))
    axes.xaxis.set_major_formatter(
        lambda position, _: days[int(position)] if 0 <= position < len(days) else ""
    )
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    if drawn:
        axes.legend(fontsize=7, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def trend_figure(trend: Sequence[TrendPoint], *, scenario: str, top: int = TOP) -> Figure:
    """Draw the trend as a separate figure.

    Examples
    --------
    >>> from datetime import date
    >>> point = TrendPoint(
    ...     run=1, record_digest="0" * 16, day=date(2026, 10, 8), scenario="free_flow",
    ...     sector="radar", name="Radar", rank=1, score=3.0, score_p05=1.0, score_p95=5.0,
    ... )
    >>> trend_figure([point], scenario="free_flow").axes[0].get_xlabel()
    'Day of the report'
    """
    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    plot_trend(trend, figure.subplots(), scenario=scenario, top=top)
    return settled(figure)
