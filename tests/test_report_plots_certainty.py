"""Figures of certainty show the values of the result, in grey and in colour."""

import colorsys

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import exposure as ex
from exposure.report.plots.certainty import DOWN, HATCHES, UP, plot_tornado, plot_waterfall
from exposure.report.plots.rankings import PALETTE
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset, tiny_records


@pytest.fixture(scope="module")
def result() -> ex.Assessment:
    records = tiny_records()
    for row in records["cover"]:
        if row["quantity"] == "stock_weeks":
            row.update(low=4.0, central=12.0, high=60.0)
    both = ex.mix("both", {WITHHELD: 0.5, FREE: 0.5}, text="for a test")
    return ex.assess(tiny_dataset(records), both, ex.Settings(draws=64, prior=True))


def test_the_cells_of_the_ranks_are_their_probabilities(result):
    axes = result.plot.rank_acceptability()
    held = ex.rank_acceptability(result)
    wide = held.pivot_table(index="sector", columns="rank", values="probability", sort=False)
    (mesh,) = axes.collections
    assert np.asarray(mesh.get_array()).reshape(3, 3) == pytest.approx(wide.to_numpy())
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "3"]


def test_the_bars_of_a_waterfall_add_up_to_the_score(result):
    axes = result.plot.waterfall("missiles", by="element")
    heights = [bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert sum(heights[:-1]) == pytest.approx(heights[-1])
    assert heights[-1] == pytest.approx(result.sectors["missiles"].score)
    assert plot_waterfall({}, Figure().subplots()).get_ylim() == (0.0, 1.0)


def test_the_bars_of_a_tornado_run_from_the_score_to_both_expected_ones(result):
    axes = result.plot.tornado("electric_vehicles", inputs=2)
    table = ex.tornado(result, "electric_vehicles", inputs=2)
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert ends == pytest.approx([*table["score_at_low"], *table["score_at_high"]])
    with pytest.raises(ex.UnknownNameError):
        result.plot.tornado("cars")


def test_a_waterfall_has_no_bar_for_what_would_read_zero():
    axes = plot_waterfall({"Y": 2.0, "Sm": 1.0, "Dy": 0.04}, Figure().subplots())
    bars = [bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert bars == pytest.approx([2.0, 1.0, 3.04])
    assert [text.get_text() for text in axes.get_xticklabels()] == ["Y", "Sm", "score"]


@pytest.mark.parametrize("ends", [(31.0, 29.8), (29.8, 31.0), (24.0, 25.2), (25.2, 24.0)])
def test_the_numbers_of_a_tornado_never_overlap_where_both_ends_are_on_one_side(ends):
    table = pd.DataFrame({
        "input": ["one-sided", "wide"], "low": [0.104, 20.0], "high": [0.415, 83.0],
        "score_at_low": [ends[0], 44.0], "score_at_high": [ends[1], 16.0],
    })  # fmt: skip
    figure = Figure()
    axes = plot_tornado(table, figure.subplots(), score=27.5)
    figure.draw_without_rendering()
    assert [text.get_text() for text in axes.texts] == ["0.104", "20", "0.415", "83"]
    low, _, high, _ = (text.get_window_extent() for text in axes.texts)
    assert not low.overlaps(high)


def test_the_squares_of_a_flip_map_are_the_points_of_the_region(result):
    axes = result.plot.flip_map("withheld", "free", steps=4)
    squares = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(squares) == 5
    assert axes.get_xlabel() == "Probability of withheld"
    shown = {text.get_text() for text in axes.get_legend().get_texts()}
    region = ex.order_by_probability(result, "withheld", "free", steps=4, places=1)
    assert len(shown) == region["sector"].nunique()


def test_kinds_of_bars_and_areas_differ_in_grey_or_in_hatching():
    def grey(colour: str) -> float:
        return colorsys.rgb_to_hls(*to_rgb(colour))[1]

    assert abs(grey(UP) - grey(DOWN)) > 0.3
    looks = {(PALETTE[i % len(PALETTE)], HATCHES[i % len(HATCHES)]) for i in range(8)}
    assert len(looks) == len(HATCHES) == 8
