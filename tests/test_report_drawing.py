"""Figures of the page: marks are at the positions given by the axis."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exposure.report.html.drawing import (
    LABEL_WIDTH,
    RIGHT,
    WIDTH,
    Axis,
    Interval,
    Line,
    bar_chart,
    interval_chart,
    line_chart,
    whole_axis,
)
from exposure.report.html.sections import dated_axis
from exposure.scoring.impact_dates import hit_quantile, hit_share


@given(st.floats(min_value=0.0, max_value=1e6, allow_nan=False))
def test_an_axis_begins_at_zero_holds_the_largest_value_and_has_few_round_labels(largest):
    axis = whole_axis(largest, "Score")
    assert axis.low == 0.0
    assert axis.high >= largest * (1 - 1e-9)
    assert 2 <= len(axis.ticks) <= 7
    assert axis.ticks[-1][0] == axis.high


def test_marks_are_at_their_values_and_an_unknown_end_is_open():
    axis = Axis(0.0, 100.0, (), "")
    chart = interval_chart(
        ["one", "two"],
        [[Interval(0.0, 50.0, 100.0), None], [None, Interval(None, 0.0, None)]],
        axis,
    )
    right = WIDTH - RIGHT
    (first,), (second,) = chart.rows[0].marks, chart.rows[1].marks
    assert (first.x_low, first.x, first.x_high) == (LABEL_WIDTH, (LABEL_WIDTH + right) / 2, right)
    assert (first.course, second.course) == (0, 1)
    assert (second.x_low, second.x_high, second.open_end) == (LABEL_WIDTH, right, True)
    assert not first.open_end
    assert first.y < chart.rows[0].edge < second.y


def test_a_band_goes_there_and_back():
    across, up = Axis(0.0, 1.0, (), ""), Axis(0.0, 1.0, (), "")
    (line,) = line_chart([Line(0, [0.5, 0.5], [0.0, 0.0], [1.0, 1.0])], across, up).lines
    assert len(line.path.split()) == 2
    corners = line.band.split()
    assert len(corners) == 4
    assert corners[0].split(",")[0] == corners[3].split(",")[0]


@given(st.lists(st.floats(min_value=0.0, max_value=50.0), min_size=1, max_size=6))
def test_parts_of_a_bar_touch_and_add_up(sizes):
    chart = bar_chart(["a"], [[(0, size, "") for size in sizes]], largest=max(sum(sizes), 1.0))
    (bar,) = chart.bars
    reached = chart.left
    for piece in bar.pieces:
        assert piece.x == pytest.approx(reached, abs=0.5)
        reached = piece.x + piece.width
    assert bar.end == pytest.approx(reached, abs=0.5)
    assert bar.end <= WIDTH


def test_a_dated_axis_has_months_at_their_days():
    axis = dated_axis(date(2026, 10, 2), 104, "First hit")
    assert [text for _, text in axis.ticks] == ["Jan 2027", "Jul 2027", "Jan 2028", "Jul 2028"]
    assert axis.ticks[0][0] == 91 / 7


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 103)), min_size=1, max_size=40),
    st.sampled_from([0.05, 0.5, 0.95]),
)
def test_a_quantile_of_the_first_hit_is_the_first_week_that_enough_draws_reach(weeks, level):
    hit = np.array([[np.nan if week is None else week for week in weeks]], dtype=np.float32)
    found = hit_quantile(hit, np.array([1.0]), level=level)
    shares = {w: np.mean([week is not None and week <= w for week in weeks]) for w in range(104)}
    enough = [week for week, share in shares.items() if share >= level - 1e-9]
    assert found == enough[0] if enough else np.isnan(found)
    assert hit_share(hit, np.array([1.0])) == pytest.approx(shares[103])
