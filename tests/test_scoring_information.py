"""Value of information and reversals of an order on draws made by hand."""

import numpy as np
import pytest

from exposure.scoring.information import turn_of, value_of_knowing
from exposure.scoring.regression import fit_outputs, spline_columns


def turn_below(reversed_draws: np.ndarray, *, draws: int):
    """The turn of an input that counts the draws: a gap of 1, and another in the first ones."""
    gap, below = np.ones(draws), len(reversed_draws)
    gap[:below] = reversed_draws
    sides = np.where(np.arange(draws) < below, -1.0, 1.0)
    return turn_of(np.arange(float(draws)), sides, gap)


def test_a_reversal_counts_unless_it_lies_in_the_outermost_twentieth_of_the_draws():
    found = turn_below(np.full(8, -1.0), draws=100)
    assert found is not None
    assert (found.value, found.above, found.share, found.gap) == (7.5, False, 0.08, -1.0)
    assert turn_below(np.full(3, -1.0), draws=100) is None


@pytest.mark.parametrize(("errors", "sure"), [(3.6, False), (4.4, True)])
def test_a_reversal_is_sure_from_four_standard_errors_on(errors, sure):
    spread = np.tile([-1.0, 1.0], 50)
    error = spread.std(ddof=1) / 10.0
    found = turn_below(spread - errors * error, draws=1_000)
    assert (found is not None) is sure
    if found is not None:
        assert (found.gap, found.gap_se) == pytest.approx((-errors * error, error))


def test_the_reversal_of_most_draws_is_the_one_that_is_named():
    # Below 20 and above 70 the order is reversed: 20 and 30 draws of 100.
    gap = np.ones(100)
    gap[:20] = gap[70:] = -0.5
    found = turn_of(np.arange(100.0), gap, gap)
    assert found is not None
    assert (found.value, found.above, found.share) == (69.5, True, 0.3)


def test_no_input_is_worth_more_than_complete_knowledge_nor_anything_by_rounding():
    scores = np.array([[1.0, 0.0], [0.0, 1.0]])
    overshot = np.array([[2.0, -1.0], [-1.0, 2.0]])
    # Without knowledge 0.5, with all of it 1; the fit alone would say 2.
    assert value_of_knowing(overshot, scores, 1) == 0.5
    rounded = scores.mean(axis=1, keepdims=True) + np.array([[1e-12, 0.0], [0.0, 1e-12]])
    assert value_of_knowing(rounded, scores, 1) == 0.0


@pytest.mark.parametrize(("draws", "exact"), [(80, True), (40, False)])
def test_a_fit_uses_up_at_most_a_quarter_of_the_draws(draws, exact):
    # Two inputs are fourteen degrees of freedom: 17.5 % of 80 draws, and 35 % of 40.
    rng = np.random.default_rng(3)
    inputs = rng.random((2, draws))
    output = sum(spline_columns(column) @ rng.standard_normal(7) for column in inputs)
    missed = np.abs(fit_outputs(list(inputs), output[np.newaxis]).fitted[0] - output).max()
    assert (missed < 1e-3 * output.std()) == exact


def test_what_is_not_explained_is_the_error_of_cross_validation():
    # Fourteen splines and a mean fitted to 60 draws of a function that lies among them, and noise
    # of variance v: the sum of squares left is v 45, and its error out of sample v 59^2 / 60 45.
    rng, noise = np.random.default_rng(4), 0.01
    inputs = rng.random((2, 60))
    function = sum(spline_columns(column) @ rng.standard_normal(7) for column in inputs)
    outputs = function + noise * rng.standard_normal((300, 60))
    left = (1.0 - fit_outputs(list(inputs), outputs).explained) * outputs.var(axis=1)
    assert left.mean() / noise**2 == pytest.approx(59**2 / (60 * 45), rel=0.05)
