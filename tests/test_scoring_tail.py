"""Mean and tail over scenarios, ranks, their intervals and bands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exposure.scoring.ranking import median_hit
from exposure.scoring.ranks import (
    bands,
    competition_ranks,
    distinguishable,
    rank_interval,
    rank_probabilities,
    top_probabilities,
)
from exposure.scoring.tail import tail_weights

QUICK = settings(max_examples=50, deadline=None)
# A coarse grid makes ties frequent.
GRID = st.integers(0, 4).map(lambda n: n / 4)


@st.composite
def laws(draw):
    """Losses (S, 3) and probabilities (S,) of a discrete law, ties and zeros included."""
    count = draw(st.integers(1, 5))
    losses = draw(arrays(np.float64, (count, 3), elements=GRID))
    raw = draw(arrays(np.float64, (count,), elements=st.integers(0, 4).map(float)))
    raw[0] += 1.0
    return losses, raw / raw.sum()


def cvar(losses, probabilities, level):
    return (tail_weights(losses, probabilities, level=level) * losses).sum(axis=0)


def cvar_by_quantiles(losses, probabilities, level):
    """Mean of the upper 1 - level of the quantile function, by sorting."""
    order = np.argsort(-losses)
    left, total = 1.0 - level, 0.0
    for s in order:
        taken = min(left, probabilities[s])
        total += taken * losses[s]
        left -= taken
    return total / (1.0 - level)


@given(laws(), st.floats(0.0, 0.999))
@QUICK
def test_cvar_is_the_mean_of_the_upper_quantiles(law, level):
    losses, probabilities = law
    expected = [cvar_by_quantiles(column, probabilities, level) for column in losses.T]
    assert cvar(losses, probabilities, level) == pytest.approx(expected, abs=1e-9)


@given(laws(), st.floats(0.0, 1.0))
@QUICK
def test_mean_at_most_cvar_at_most_worst(law, level):
    losses, probabilities = law
    mean, tail = probabilities @ losses, cvar(losses, probabilities, level)
    assert (mean >= 0).all()
    assert (mean <= tail + 1e-9).all()
    assert (tail <= losses[probabilities > 0].max(axis=0) + 1e-9).all()


@given(laws())
@QUICK
def test_level_nought_is_the_mean_and_level_one_the_worst_possible(law):
    losses, probabilities = law
    assert cvar(losses, probabilities, 0.0) == pytest.approx(probabilities @ losses)
    worst = losses[probabilities > 0].max(axis=0)
    assert cvar(losses, probabilities, 1.0) == pytest.approx(worst)


@given(laws(), st.floats(0.0, 1.0))
@QUICK
def test_tail_weights_sum_to_one_and_equal_losses_share_in_proportion(law, level):
    losses, probabilities = law
    weights = tail_weights(losses, probabilities, level=level)
    assert weights.sum(axis=0) == pytest.approx(1.0)
    for column, weight in zip(losses.T, weights.T, strict=True):
        for a in range(len(column)):
            for b in range(len(column)):
                if column[a] == column[b]:
                    assert weight[a] * probabilities[b] == pytest.approx(
                        weight[b] * probabilities[a]
                    )


def test_a_scenario_alone_is_its_own_mean_and_tail():
    losses = np.array([[0.3, 0.7]])
    assert cvar(losses, np.array([1.0]), 0.9).tolist() == [0.3, 0.7]


@given(laws(), st.floats(0.0, 0.99), st.floats(0.1, 0.9))
@QUICK
def test_splitting_a_scenario_in_two_equal_ones_changes_nothing(law, level, part):
    losses, probabilities = law
    twice = np.vstack([losses, losses[:1]])
    split = np.append(probabilities, (1 - part) * probabilities[0])
    split[0] *= part
    assert cvar(twice, split, level) == pytest.approx(cvar(losses, probabilities, level), abs=1e-9)


def test_scores_of_the_worked_example():
    # Missiles lose 5/8 in both scenarios; electric vehicles 29/200 and 31/40.
    probabilities = np.array([0.75, 0.25])
    losses = np.array([[5 / 8, 29 / 200], [5 / 8, 31 / 40]])
    mean, tail = probabilities @ losses, cvar(losses, probabilities, 0.75)
    assert mean == pytest.approx([5 / 8, 121 / 400])
    assert tail == pytest.approx([5 / 8, 31 / 40])
    assert cvar(losses, probabilities, 0.5)[1] == pytest.approx(0.46)
    assert 100 * (0.5 * mean + 0.5 * tail) == pytest.approx([62.5, 53.875])


@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=GRID))
@QUICK
def test_rank_probabilities_sum_to_one_by_sector_and_by_rank(scores):
    table = rank_probabilities(scores)
    assert table.sum(axis=0) == pytest.approx(1.0)
    assert table.sum(axis=1) == pytest.approx(1.0)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=GRID),
    st.integers(1, 6),
)
@QUICK
def test_top_probabilities_add_up_to_the_places_and_to_the_ranks(scores, places):
    places = min(places, len(scores))
    top = top_probabilities(scores, places=places)
    assert top.sum() == pytest.approx(places)
    assert top == pytest.approx(rank_probabilities(scores)[:, :places].sum(axis=1))


def test_equal_scores_share_the_better_rank_and_the_next_is_skipped():
    assert competition_ranks(np.array([7.0, 9.0, 9.0, 1.0])).tolist() == [3, 1, 1, 4]


@pytest.mark.parametrize(
    ("weeks", "median"),
    [
        ([[1.0, 2.0, 3.0]], 2.0),
        ([[4.0, np.nan, 2.0]], 4.0),
        ([[4.0, np.nan]], np.nan),
        ([[np.nan, np.nan, 2.0]], np.nan),
    ],
)
def test_median_week_of_impact_is_missing_where_half_or_more_never_see_it(weeks, median):
    assert median_hit(np.array(weeks), np.array([1.0])) == pytest.approx(median, nan_ok=True)


def test_median_week_of_impact_weighs_scenarios_by_probability():
    weeks = np.array([[2.0, 2.0], [50.0, np.nan]])
    assert median_hit(weeks, np.array([0.9, 0.1])) == 2.0
    assert median_hit(weeks, np.array([0.1, 0.9])) == 50.0


@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 8)), elements=GRID))
@QUICK
def test_rank_intervals_are_the_first_ranks_that_are_sure_enough(scores):
    table = rank_probabilities(scores)
    best, worst = (rank_interval(table, level=level) for level in (0.05, 0.95))
    for probabilities, low, high in zip(table, best, worst, strict=True):
        assert 1 <= low <= high <= len(scores)
        assert probabilities[:low].sum() >= 0.05 - 1e-9
        assert probabilities[: low - 1].sum() < 0.05
        assert probabilities[:high].sum() >= 0.95 - 1e-9
        assert probabilities[: high - 1].sum() < 0.95


def test_scores_that_differ_by_rounding_alone_share_a_rank():
    scores = np.array([[7.0], [7.0 + 1e-12], [3.0]])
    assert competition_ranks(scores[:, 0]).tolist() == [1, 1, 3]
    assert rank_probabilities(scores)[0].tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize(
    ("higher", "lower", "apart"),
    [
        (3, 1, True),  # 75 % of the draws that differ: just sure enough.
        (29, 11, False),  # 72.5 % of them.
        (299, 101, False),  # 74.75 % of them.
        (10, 0, True),  # One draw in ten differs: just often enough.
        (9, 0, False),
        (0, 0, False),
    ],
)
def test_neighbours_are_separated_where_the_order_is_sure_and_differs_often(higher, lower, apart):
    draws = 100 if not lower else higher + lower
    difference = np.zeros(draws)
    difference[:higher] = 1.0
    difference[higher : higher + lower] = -1.0
    assert distinguishable(5.0 + difference, np.full(draws, 5.0)) is apart


def test_a_band_ends_where_scores_differ_clearly_from_its_first():
    # The second is clearly below the first, the third is not: all three are one band.
    first = np.array([4.0, 4.0, 4.0, 4.0])
    second = np.array([3.0, 3.0, 3.0, 3.0])
    third = np.array([5.0, 5.0, 0.0, 0.0])
    last = np.array([1.0, 1.0, 1.0, 1.0])
    assert bands(np.stack([first, second, third])).tolist() == [1, 1, 1]
    assert bands(np.stack([first, second, last])).tolist() == [1, 2, 3]
