"""Ranks with their uncertainty, worked by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from exposure.scoring.ranking import main_driver
from exposure.scoring.ranks import rank_interval, rank_probabilities, top_probabilities


def test_a_level_that_is_reached_exactly_is_reached():
    # 0.5 + 0.45 is 0.95 in decimals, and a little less in binary after the sum of three.
    probabilities = np.array([[0.1, 0.2, 0.65, 0.05], [0.95, 0.05, 0.0, 0.0]])
    assert rank_interval(probabilities, level=0.95).tolist() == [3, 1]
    assert rank_interval(probabilities, level=0.05).tolist() == [1, 1]


def test_tied_sectors_share_their_ranks_and_each_draw_counts_once():
    scores = np.array([[9.0, 1.0], [5.0, 5.0], [5.0, 9.0]])
    probabilities = rank_probabilities(scores)
    assert probabilities == pytest.approx(
        np.array([[0.5, 0.0, 0.5], [0.0, 0.75, 0.25], [0.5, 0.25, 0.25]])
    )
    assert top_probabilities(scores, places=1) == pytest.approx([0.5, 0.0, 0.5])
    assert top_probabilities(scores, places=2) == pytest.approx([0.5, 0.75, 0.75])


@pytest.mark.parametrize(
    ("causes", "expected"),
    [
        # Most of all is stopped at the metal of dysprosium, but samarium is the cause.
        ({"Sm": 2.0, "Dy": 1.0}, "Sm separation"),
        ({"Sm": 1.0, "Dy": 2.0}, "Dy metal"),
        # Whose own goods are never stopped takes the stage of all.
        ({"Nd": 2.0, "Dy": 1.0}, "Nd metal"),
        ({"Tb": 2.0, "Dy": 2.0}, "Dy metal"),
    ],
)
def test_the_main_driver_is_the_largest_cause_and_the_stage_at_which_it_is_stopped(
    causes, expected
):
    held_up = {
        ("Sm", "mining"): 0.2,
        ("Sm", "separation"): 0.5,
        ("Dy", "metal"): 4.0,
        ("Dy", "separation"): 3.0,
        ("Nd", "magnet"): 0.0,
    }
    scored = SimpleNamespace(score=1.0, risk=SimpleNamespace(causes=causes, held_up=held_up))
    assert main_driver(scored) == expected
    assert main_driver(SimpleNamespace(score=0.0, risk=scored.risk)) == ""
