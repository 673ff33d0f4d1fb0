"""Figures of the page as shapes: places of marks, lines and texts, which the template draws.

A figure is drawn in units of the page's small type, so that its text can be read on a telephone:
no figure is wider than `WIDTH`. Colours come from the page's style sheet, which knows day, night
and paper. Places are rounded to a tenth of a unit, so that equal results give equal bytes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from exposure.report.text.layout import shortened
from exposure.report.text.safe import one_line

WIDTH = 420.0
"""Units of the width of a figure."""

LABEL_WIDTH = 150.0
"""Units that labels of rows take."""

LABEL_CHARACTERS = 23
"""Characters of a label that fit there."""

RIGHT = 14.0
"""Units left free at the right edge, for half of the last label of the axis."""

ROW_GAP = 7.0
"""Units between two rows."""

MARK_STEP = 8.0
"""Units between the marks of two courses in a row."""

AXIS_ROOM = 20.0
"""Units below the frame for the labels of the axis."""

MOST_TICKS = 6
"""Labels of an axis at most."""

PANEL_HEIGHT = 150.0
"""Units of the height of a panel of lines."""

PANEL_LEFT = 42.0
"""Units left of a panel for the labels of its axis."""

PANEL_TOP = 6.0

BAR_HEIGHT = 15.0
BAR_LABEL = 118.0
"""Units that labels of bars take."""

BAR_CHARACTERS = 18


@dataclass(frozen=True)
class Tick:
    """A label of an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """Values between two ends, with labels."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    title: str

    def place(self, value: float, start: float, end: float) -> float:
        """Place of a value between two edges, to a tenth.

        Examples
        --------
        >>> Axis(0.0, 10.0, (), "").place(5.0, 100.0, 200.0)
        150.0
        """
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.0
        return round(start + share * (end - start), 1)


def whole_axis(largest: float, title: str, *, factor: float = 1.0, unit: str = "") -> Axis:
    """An axis from zero to a round number above the largest value.

    Parameters
    ----------
    largest
        Largest value drawn.
    title
        Values on the axis.
    factor
        Factor of values in the labels, such as 100 for percent.
    unit
        Written behind each label.

    Examples
    --------
    >>> whole_axis(56.6, "Score").ticks[-1]
    (60.0, '60')
    >>> whole_axis(0.43, "Lost", factor=100.0, unit=" %").ticks[1]
    (0.1, '10 %')
    """
    shown = max(largest * factor, 1.0)
    step = _round_step(shown / (MOST_TICKS - 1))
    count = math.ceil(shown / step - 1e-9)
    ticks = tuple((n * step / factor, f"{n * step:g}{unit}") for n in range(count + 1))
    return Axis(0.0, count * step / factor, ticks, title)


def _round_step(least: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= least)


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its interval; None where an end is not known."""

    low: float | None
    middle: float
    high: float | None


@dataclass(frozen=True)
class IntervalMark:
    """A drawn interval of one course."""

    course: int
    y: float
    x: float
    x_low: float
    x_high: float
    open_end: bool
    """True if the interval continues beyond the axis."""


@dataclass(frozen=True)
class IntervalRow:
    """A drawn row."""

    label: str
    whole: str
    """The label in full, to be read aloud or shown when pointed at."""
    y: float
    edge: float
    """Line between this row and the next."""
    marks: tuple[IntervalMark, ...]


@dataclass(frozen=True)
class IntervalChart:
    """Rows of intervals on one axis."""

    height: float
    left: float
    right: float
    bottom: float
    rows: tuple[IntervalRow, ...]
    ticks: tuple[Tick, ...]
    title: str


def interval_chart(
    names: Sequence[str], values: Sequence[Sequence[Interval | None]], axis: Axis
) -> IntervalChart:
    """Rows of intervals, one mark per course.

    Parameters
    ----------
    names
        Labels of the rows.
    values
        For each row, one value per course; None where there is none.
    axis
        The common axis.
    """
    left, right = LABEL_WIDTH, WIDTH - RIGHT
    courses = max((len(intervals) for intervals in values), default=0)
    step = courses * MARK_STEP + ROW_GAP
    rows = []
    for number, (name, intervals) in enumerate(zip(names, values, strict=True)):
        top = number * step
        marks = tuple(
            _mark(value, axis, course=course, y=top + ROW_GAP / 2 + MARK_STEP * (course + 0.5))
            for course, value in enumerate(intervals)
            if value is not None
        )
        whole = one_line(name)
        label = shortened(whole, LABEL_CHARACTERS)
        rows.append(IntervalRow(label, whole, round(top + step / 2, 1), top + step, marks))
    bottom = len(rows) * step
    ticks = tuple(Tick(axis.place(value, left, right), text) for value, text in axis.ticks)
    return IntervalChart(
        bottom + 2 * AXIS_ROOM, left, right, bottom, tuple(rows), ticks, axis.title
    )


def _mark(value: Interval, axis: Axis, *, course: int, y: float) -> IntervalMark:
    left, right = LABEL_WIDTH, WIDTH - RIGHT
    low = axis.low if value.low is None else value.low
    high = axis.high if value.high is None else value.high
    middle, first, last = (axis.place(number, left, right) for number in (value.middle, low, high))
    return IntervalMark(course, round(y, 1), middle, first, last, value.high is None)


@dataclass(frozen=True)
class Line:
    """A course of values over the axis, with a band around it or none."""

    course: int
    values: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class DrawnLine:
    """A line as the path of an SVG."""

    course: int
    path: str
    band: str
    """Empty without a band."""


@dataclass(frozen=True)
class LineChart:
    """Lines in a frame."""

    height: float
    left: float
    right: float
    top: float
    bottom: float
    lines: tuple[DrawnLine, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    title: str


def line_chart(lines: Sequence[Line], across: Axis, up: Axis) -> LineChart:
    """Lines over common axes.

    Parameters
    ----------
    lines
        Each as long as the axis has whole steps: values are placed at 0, 1, 2, ... of `across`.
    across, up
        The axes.
    """
    left, right, top = PANEL_LEFT, WIDTH - RIGHT, PANEL_TOP
    bottom = PANEL_HEIGHT - AXIS_ROOM

    def path(values: Sequence[float], numbers: Sequence[int]) -> str:
        points = (
            f"{across.place(n, left, right):g},{up.place(v, bottom, top):g}"
            for n, v in zip(numbers, values, strict=True)
        )
        return " ".join(points)

    drawn = []
    for line in lines:
        numbers = range(len(line.values))
        there = path(line.high, numbers) if line.high else ""
        back = path(line.low[::-1], numbers[::-1]) if line.low else ""
        drawn.append(DrawnLine(line.course, path(line.values, numbers), f"{there} {back}".strip()))
    return LineChart(
        PANEL_HEIGHT, left, right, top, bottom, tuple(drawn),
        tuple(Tick(across.place(value, left, right), text) for value, text in across.ticks),
        tuple(Tick(up.place(value, bottom, top), text) for value, text in up.ticks),
        up.title,
    )  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A part of a bar."""

    kind: int
    """Number of its colour."""
    x: float
    width: float
    text: str


@dataclass(frozen=True)
class Bar:
    """A drawn bar of parts."""

    label: str
    y: float
    pieces: tuple[Piece, ...]
    end: float
    total: str


@dataclass(frozen=True)
class BarChart:
    """Bars of parts below each other."""

    height: float
    left: float
    bars: tuple[Bar, ...]


def bar_chart(
    labels: Sequence[str], parts: Sequence[Sequence[tuple[int, float, str]]], *, largest: float
) -> BarChart:
    """Stacked bars.

    Parameters
    ----------
    labels
        Label of each bar.
    parts
        For each bar, its parts: number of the colour, size and what it says when pointed at.
    largest
        Size that fills the width.
    """
    right = WIDTH - 40.0
    bars = []
    for number, (label, segments) in enumerate(zip(labels, parts, strict=True)):
        reached, pieces = 0.0, []
        for kind, size, text in segments:
            width = (right - BAR_LABEL) * size / largest if largest else 0.0
            pieces.append(Piece(kind, round(BAR_LABEL + reached, 1), round(width, 1), text))
            reached += width
        end, total = round(BAR_LABEL + reached, 1), f"{sum(size for _, size, _ in segments):.1f}"
        short = shortened(one_line(label), BAR_CHARACTERS)
        bars.append(Bar(short, number * (BAR_HEIGHT + 5.0), tuple(pieces), end, total))
    return BarChart(len(bars) * (BAR_HEIGHT + 5.0), BAR_LABEL, tuple(bars))
