"""Anatomy of the sectors hit worst: elements behind their scores, weeks, and what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from exposure.report.contents import Contents, drawn_member, first_day
from exposure.report.html.drawing import (
    BarChart,
    Line,
    LineChart,
    bar_chart,
    line_chart,
    whole_axis,
)
from exposure.report.html.sections import dated_axis, element_names
from exposure.report.text import formats

if TYPE_CHECKING:
    from exposure.result import Assessment

TOP = 5
"""Sectors of which the anatomy is shown."""

LEAST_HELD_UP = 0.05
"""Share of need below which an exit stage is left out of the words on a sector."""

BAR_COLOURS = (3, 4, 6, 7, 5, 2, 1, 0)
"""Colours of the parts of a bar, those of the first courses last: they mean something else."""


@dataclass(frozen=True)
class CauseRow:
    """An element, or a group of alternatives, in the anatomy of a sector."""

    cause: str
    names: str
    colour: int
    points: tuple[float, ...]
    """Shares of the score, one for each course."""
    held_up: str
    """Exit stages at which its supply is held up, in words."""


@dataclass(frozen=True)
class QuarterRow:
    """A quarter of which losses were seen, with what the draws imply."""

    quarter: str
    seen: str
    implied: str


@dataclass(frozen=True)
class Anatomy:
    """A sector under every course."""

    sector: str
    name: str
    worst: str
    """Course under which it scores highest."""
    bars: BarChart
    causes: tuple[CauseRow, ...]
    weeks: LineChart
    quarters: tuple[QuarterRow, ...]

    @property
    def has_outside(self) -> bool:
        """True if a mean of a quarter is marked, since it lies outside its interval."""
        return any(formats.OUTSIDE in row.implied for row in self.quarters)


def anatomies(contents: Contents, *, top: int = TOP) -> list[Anatomy]:
    """Anatomy of the sectors that score highest under any course, highest first."""
    runs = contents.runs
    highest = {sector: max(run.sectors[sector].score for run in runs) for sector in runs[0].sectors}
    order = sorted(highest, key=lambda sector: (-round(highest[sector], 9), sector))
    chosen = [sector for sector in order[:top] if highest[sector] > 0.0]
    met = [run.sectors[sector].risk.causes for run in runs for sector in chosen]
    causes = sorted({cause for part in met for cause, points in part.items() if _shows(points)})
    colours = dict(zip(causes, cycle(BAR_COLOURS), strict=False))
    largest = max((highest[sector] for sector in chosen), default=1.0)
    lost = max((float(_weekly(run, s)[2].max()) for run in runs for s in chosen), default=1.0)
    return [_anatomy(contents, sector, colours, largest, lost) for sector in chosen]


def _shows(points: float) -> bool:
    """Whether points of a score read more than 0.0."""
    return formats.points(points) != formats.points(0.0)


def _anatomy(
    contents: Contents, sector: str, colours: Mapping[str, int], largest: float, lost: float
) -> Anatomy:
    runs = contents.runs
    worst = max(runs, key=lambda run: run.sectors[sector].score)
    names = element_names(contents)
    parts = [run.sectors[sector].risk.causes for run in runs]
    met = {cause: tuple(part.get(cause, 0.0) for part in parts) for cause in colours}
    order = sorted(met, key=lambda cause: (-max(met[cause]), cause))
    shown = [cause for cause in order if _shows(max(met[cause]))]
    rows = tuple(
        CauseRow(
            cause,
            "/".join(names.get(element, element) for element in cause.split("/")),
            colours[cause],
            met[cause],
            held_up_words(worst.sectors[sector].risk.held_up, cause),
        )
        for cause in shown
    )
    bars = bar_chart(
        [run.scenario.name for run in runs],
        [
            [(colours[c], met[c][n], f"{c}: {formats.points(met[c][n])}") for c in shown]
            for n in range(len(runs))
        ],
        largest=largest,
    )
    return Anatomy(
        sector,
        worst.sectors[sector].label.name,
        worst.scenario.name,
        bars,
        rows,
        week_chart(contents, sector, lost),
        quarters(runs[0], sector),
    )


def held_up_words(held_up: Mapping[tuple[str, str], float], cause: str) -> str:
    """Exit stages at which the supply of an element is stopped, as shares of the need for it.

    Parameters
    ----------
    held_up
        Share of need stopped, by element or group and exit stage.
    cause
        The element or group.

    Examples
    --------
    >>> held_up_words({("Y", "magnet"): 0.09, ("Y", "separation"): 0.87}, "Y")
    'separation 87 %, magnet 9 %'
    >>> held_up_words({("Y", "magnet"): 0.01}, "Y")
    '-'
    """
    found = {stage: share for (label, stage), share in held_up.items() if label == cause}
    shown = sorted((-share, stage) for stage, share in found.items() if share >= LEAST_HELD_UP)
    return (
        ", ".join(f"{stage} {formats.percent(-share)} %" for share, stage in shown) or formats.NONE
    )


def _weekly(run: "Assessment", sector: str) -> np.ndarray:
    """Mean, 5th and 95th percentile of the weekly loss, (3, T), of the course that is drawn."""
    names = [member.scenario for member, _ in run.scenario.members]
    member_index = names.index(drawn_member(run).scenario)
    weekly: np.ndarray = run.sectors[sector].risk.weekly[member_index, :3]
    return weekly


def week_chart(contents: Contents, sector: str, largest: float) -> LineChart:
    """Weekly lost share of a sector's output under every course, with 5-95 % bands."""
    lines = []
    for course, run in enumerate(contents.runs):
        mean, low, high = _weekly(run, sector)
        lines.append(Line(course, mean.tolist(), low.tolist(), high.tolist()))
    weeks = max(len(line.values) for line in lines) - 1
    across = dated_axis(first_day(contents), weeks, "Week")
    return line_chart(lines, across, whole_axis(largest, "Lost", factor=100.0, unit=" %"))


def quarters(run: "Assessment", sector: str) -> tuple[QuarterRow, ...]:
    """Losses seen of a sector, with those that the draws imply, by quarter."""
    if run.conditioned is None:
        return ()
    found = [r for r in run.conditioned.ranges if r.kind == "losses" and r.subject == sector]
    return tuple(
        QuarterRow(
            f"{compared.from_date} to {compared.to_date}",
            f"{formats.percent(compared.low, 1)}–{formats.percent(compared.high, 1)}",
            _implied(compared.conditioned_mean, compared.conditioned_p05, compared.conditioned_p95),
        )
        for compared in sorted(found, key=lambda seen: seen.from_date)
    )


def _implied(mean: float | None, low: float | None, high: float | None) -> str:
    if mean is None or low is None or high is None:
        return formats.NONE
    return formats.mean_percent(mean, low, high)
