"""Attribution: the airport game against brute force, and the laws of the Shapley value."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exposure.impact.firm_runs import attribute
from exposure.impact.outcomes import lacking_shares
from exposure.methods.shapley import airport_shares, shapley_values

QUICK = settings(max_examples=60, deadline=None)
losses_of = st.integers(1, 5).flatmap(
    lambda n: arrays(np.float64, (n,), elements=st.floats(0.0, 1.0, allow_subnormal=False))
)


def brute_force(losses):
    """Shapley value of the largest loss, by all orders of arrival."""
    shares = np.zeros(len(losses))
    orders = list(permutations(range(len(losses))))
    for order in orders:
        reached = 0.0
        for player in order:
            shares[player] += max(0.0, losses[player] - reached)
            reached = max(reached, losses[player])
    return shares / len(orders)


@given(losses_of)
@QUICK
def test_airport_shares_are_the_shapley_value(losses):
    assert airport_shares(losses) == pytest.approx(brute_force(losses), abs=1e-12)


@given(losses_of)
@QUICK
def test_airport_shares_sum_to_the_largest_loss(losses):
    assert airport_shares(losses).sum() == pytest.approx(losses.max(), abs=1e-12)


@given(losses_of, st.randoms())
@QUICK
def test_a_player_without_loss_has_no_part_and_equal_players_have_equal_parts(losses, random):
    twins = np.concatenate([losses, losses[:1], [0.0]])
    shares = airport_shares(twins)
    assert shares[-1] == 0.0
    assert shares[0] == pytest.approx(shares[-2])
    order = list(range(len(twins)))
    random.shuffle(order)
    assert airport_shares(twins[order]) == pytest.approx(shares[order])


@pytest.mark.parametrize(
    ("losses", "shares"),
    [([1, 0.5], [0.75, 0.25]), ([1, 1, 0.5], [5 / 12, 5 / 12, 1 / 6])],
)
def test_a_twin_takes_more_than_half_of_what_one_bore(losses, shares):
    assert airport_shares(np.array(losses, dtype=float)) == pytest.approx(shares)


@given(losses_of)
@QUICK
def test_equal_channels_have_equal_points_and_together_no_fewer_than_one(losses):
    before, after = airport_shares(losses), airport_shares(np.append(losses, losses[0]))
    assert after[0] == pytest.approx(after[-1], abs=1e-12)
    assert after[0] + after[-1] >= before[0] - 1e-12
    # The parts of the others do not rise, and the total stays the same.
    assert (after[1:-1] <= before[1:] + 1e-12).all()
    assert after.sum() == pytest.approx(before.sum(), abs=1e-12)


@given(losses_of)
@QUICK
def test_both_routes_to_the_shapley_value_agree(losses):
    players = list(range(len(losses)))
    values = shapley_values(
        players, lambda some: np.array(max((losses[p] for p in some), default=0.0))
    )
    assert [float(values[p]) for p in players] == pytest.approx(list(airport_shares(losses)))


def test_attribution_of_the_worked_example():
    samarium = [0.0, 0.5, 1.0, 1.0]
    dysprosium = [0.0, 0.4, 0.45, 0.45]
    losses = np.array([samarium, dysprosium]).T[:, :, np.newaxis]
    parts = attribute(losses, np.eye(2, dtype=bool), np.full(4, 0.25))
    assert parts.ravel() == pytest.approx([37 / 80, 13 / 80])


def test_a_player_answers_for_the_worst_of_its_holdings():
    losses = np.array([[[0.2], [0.6], [0.1]]])
    members = np.array([[True, True, False], [False, False, True]])
    parts = attribute(losses, members, np.ones(1))
    assert parts.ravel() == pytest.approx([0.55, 0.05])


@given(
    arrays(np.float64, (3, 2), elements=st.one_of(st.just(0.0), st.floats(1e-6, 9.0))),
    st.floats(0.0, 1.0),
)
@QUICK
def test_alternatives_share_a_loss_by_the_mass_that_each_lacks(lacked, share):
    weights = (share, (1.0 - share) / 2, (1.0 - share) / 2)
    shares = lacking_shares(lacked, weights)
    assert shares.sum(axis=0) == pytest.approx(1.0)
    for column, part in zip(lacked.T, shares.T, strict=True):
        if column.any():
            assert (part[column == 0.0] == 0.0).all()
            assert part * column.sum() == pytest.approx(column)
        else:
            assert part == pytest.approx(weights)
