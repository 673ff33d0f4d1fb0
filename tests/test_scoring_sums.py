"""Weighted sums: the same to the last digit however many draws are summed together."""

import numpy as np
import pytest

from exposure.scoring.sector_risk import weighted_sum


def by_hand(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    total = np.zeros(values.shape[1:])
    for weight, value in zip(weights, values, strict=True):
        total = total + weight * value
    return total


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 104, 300])
@pytest.mark.parametrize("shape", [(), (1,), (2,), (7,), (64,), (1_024,), (3, 1), (3, 5)])
def test_rows_are_added_one_after_another(rows, shape):
    draw = np.random.default_rng(rows)
    weights = draw.random(rows)
    values = np.where(draw.random((rows, *shape)) < 0.3, 0.0, draw.random((rows, *shape)))
    for ordered in (values, np.asfortranarray(values), values[::-1][::-1]):
        assert (weighted_sum(weights, ordered) == by_hand(weights, values)).all()
        assert weighted_sum(weights, ordered).shape == shape


def test_any_block_of_draws_has_the_sums_of_all():
    draw = np.random.default_rng(3)
    weights, values = draw.random(104), draw.random((104, 200))
    whole = weighted_sum(weights, values)
    for last in (1, 2, 64, 199):
        assert (weighted_sum(weights, values[:, :last]) == whole[:last]).all()
        assert (weighted_sum(weights, values[:, last:]) == whole[last:]).all()
