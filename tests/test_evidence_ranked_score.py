"""The score of a forecast: closed forms, brute force, and one distribution given in two ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exposure.evidence.ranked_score import crps_of_draws, crps_of_normal


def equal_weights(count: int) -> np.ndarray:
    return np.full(count, 1.0 / count)


def test_a_normal_law_at_its_mean():
    # (sqrt 2 - 1) / sqrt pi times the standard deviation.
    found = crps_of_normal(np.array([3.0]), np.array([2.0]), np.array([3.0]))
    assert found == pytest.approx(2.0 * (np.sqrt(2.0) - 1.0) / np.sqrt(np.pi), rel=1e-12)


def test_a_forecast_without_spread_scores_its_absolute_error():
    drawn = np.array([[1.0, 4.0]])
    assert crps_of_draws(drawn, np.array([2.5, 4.0]), equal_weights(1)).tolist() == [1.5, 0.0]


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 1)), min_size=1, max_size=12),
    st.floats(-6, 6),
)
def test_weighted_draws_score_what_all_pairs_give(pairs: list[tuple[float, float]], seen: float):
    values, weight = (np.array(column) for column in zip(*pairs, strict=True))
    weight = weight / weight.sum()
    apart = np.abs(values[:, np.newaxis] - values)
    expected = weight @ np.abs(values - seen) - 0.5 * weight @ apart @ weight
    found = crps_of_draws(values[:, np.newaxis], np.array([seen]), weight)
    assert found == pytest.approx(expected, abs=1e-12)


def test_many_draws_of_a_normal_law_score_as_the_law():
    drawn = np.random.default_rng(1).normal(0.3, 0.5, size=(40_000, 1))
    seen = np.array([0.7])
    law = crps_of_normal(np.array([0.3]), np.array([0.5]), seen)
    assert crps_of_draws(drawn, seen, equal_weights(40_000)) == pytest.approx(law, abs=0.005)
