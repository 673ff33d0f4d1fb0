"""Pools and rationing on small made-up worlds: worked examples and laws."""

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.supply.pools import Claims, ration

ONE = np.ones((1, 1))

EXAMPLES = int(os.environ.get("EXPOSURE_EXAMPLES", "40"))
"""Random cases of a law."""


def claims_of(
    *,
    licensed,
    contracted,
    weight,
    order_class,
    china=None,
    need=None,
    reach=None,
) -> Claims:
    """Claims in one week and one draw, from plain lists."""

    def column(values):
        return np.array(values, dtype=float).reshape(-1, 1, 1)

    count = len(licensed)
    return Claims(
        arriving=column(licensed) + column(contracted),
        contracted=column(contracted),
        contracted_china=column(china if china is not None else [0.0] * count),
        need=column(need if need is not None else [1.0] * count),
        weight=np.array(weight, dtype=float).reshape(-1, 1),
        order_class=np.array(order_class),
        reach=column(reach if reach is not None else [1.0] * count),
    )


def shared(claims: Claims, *, switched: float, added: float = 0.0):
    inflow, left = ration(claims, switched=switched * ONE, added=added * ONE)
    return inflow[:, 0, 0], float(left[0, 0])


@pytest.mark.parametrize(
    ("supply", "switched", "expected"),
    [
        (0.5, 1.0, [1.0, 1.0, 0.122807]),
        (0.2, 1.0, [1.0, 0.425, 0.0]),
        (0.5, 0.5, [1.0, 0.81875, 0.25]),
    ],
)
def test_three_users_in_three_classes_worked_by_hand(supply, switched, expected):
    claims = claims_of(
        licensed=[0, 0, 0],
        contracted=[supply] * 3,
        weight=[0.03, 0.40, 0.57],
        order_class=[1, 2, 3],
    )
    inflow, left = shared(claims, switched=switched)
    assert inflow.round(6).tolist() == expected
    assert left == pytest.approx(0.0, abs=1e-12)


def test_military_buyers_touch_only_what_passes_unseen():
    # All free material was Chinese; with look-through 0.9 a tenth of 0.5 may be touched.
    claims = claims_of(
        licensed=[0, 0],
        contracted=[0.5, 0.5],
        china=[0.5, 0.5],
        weight=[0.2, 0.8],
        order_class=[1, 4],
        reach=[0.1, 1.0],
    )
    inflow, left = shared(claims, switched=1.0)
    assert inflow == pytest.approx([0.05 / 0.2, 0.45 / 0.8])
    assert left == pytest.approx(0.0, abs=1e-12)


def test_what_nobody_may_touch_is_left_over():
    claims = claims_of(
        licensed=[0], contracted=[0.5], china=[0.5], weight=[1.0], order_class=[1], reach=[0.0]
    )
    inflow, left = shared(claims, switched=1.0)
    assert inflow.tolist() == [0.0]
    assert left == pytest.approx(0.5)


def test_a_claim_without_a_share_fares_as_the_average():
    claims = claims_of(
        licensed=[0, 0, 0],
        contracted=[0.2, 0.2, 0.2],
        weight=[0.5, 0.5, 0.0],
        order_class=[1, 2, 7],
    )
    inflow, _ = shared(claims, switched=1.0)
    assert inflow == pytest.approx([0.4, 0.0, 0.2])


@st.composite
def worlds(draw):
    """Random licences and sourcing of two to six users in up to three classes."""
    count = draw(st.integers(2, 6))
    share = st.floats(0.0, 1.0, allow_nan=False)
    shares = np.array([draw(st.floats(0.01, 1.0)) for _ in range(count)])
    licensed = np.array([draw(share) for _ in range(count)])
    contracted = (1.0 - licensed) * np.array([draw(share) for _ in range(count)])
    china = contracted * np.array([draw(share) for _ in range(count)])
    military = [draw(st.booleans()) for _ in range(count)]
    seen = draw(share)
    claims = claims_of(
        licensed=licensed,
        contracted=contracted,
        china=china,
        weight=shares / shares.sum(),
        order_class=[draw(st.integers(1, 3)) for _ in range(count)],
        need=[draw(st.floats(0.2, 1.0)) for _ in range(count)],
        reach=[1.0 - seen if is_military else 1.0 for is_military in military],
    )
    return claims, draw(share), draw(st.floats(0.0, 0.5))


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_nothing_is_created_and_nothing_that_somebody_may_use_is_destroyed(world):
    claims, switched, added = world
    inflow, left = shared(claims, switched=switched, added=added)
    weight = claims.weight[:, 0]
    brought = (weight * claims.arriving[:, 0, 0]).sum() + added
    assert (weight * inflow).sum() == pytest.approx(brought - left, abs=1e-12)
    first = claims.arriving[:, 0, 0] - switched * claims.contracted[:, 0, 0]
    assert (inflow >= first - 1e-12).all()
    short = np.maximum(0.0, claims.need[:, 0, 0] - inflow)
    free = np.flatnonzero(claims.reach[:, 0, 0] == 1.0)
    assert left == pytest.approx(0.0, abs=1e-9) or short[free].max(initial=0.0) < 1e-9


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds(), st.floats(0.0, 0.3))
def test_more_supply_lowers_nobody(world, more):
    claims, switched, added = world
    before, _ = shared(claims, switched=switched, added=added)
    after, _ = shared(claims, switched=switched, added=added + more)
    assert (after >= before - 1e-9).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds(), st.integers(0, 5), st.floats(0.1, 0.9))
def test_splitting_a_user_into_two_of_its_class_changes_no_one(world, position, part):
    claims, switched, added = world
    i = position % len(claims.order_class)
    twice = {
        name: np.concatenate([getattr(claims, name), getattr(claims, name)[i : i + 1]])
        for name in ("arriving", "contracted", "contracted_china", "need", "reach", "order_class")
    }
    weight = np.concatenate([claims.weight, part * claims.weight[i : i + 1]])
    weight[i] *= 1.0 - part
    before, _ = shared(claims, switched=switched, added=added)
    after, _ = shared(Claims(weight=weight, **twice), switched=switched, added=added)
    assert after[:-1] == pytest.approx(before, abs=1e-9)
    assert after[-1] == pytest.approx(before[i], abs=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds(), st.integers(0, 5))
def test_a_better_class_lowers_nobody_who_gets_it(world, position):
    claims, switched, added = world
    i = position % len(claims.order_class)
    better = claims.order_class.copy()
    better[i] = 0
    before, _ = shared(claims, switched=switched, added=added)
    after, _ = shared(replace(claims, order_class=better), switched=switched, added=added)
    assert after[i] >= before[i] - 1e-9


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_users_served_later_change_nobody_before_them(world):
    claims, switched, added = world
    last = claims.order_class.max()
    kept = np.flatnonzero(claims.order_class < last)
    if not len(kept):
        return
    later = claims.order_class == last
    need = claims.need.copy()
    need[later] *= 0.5
    before, _ = shared(claims, switched=switched, added=added)
    after, _ = shared(replace(claims, need=need), switched=switched, added=added)
    assert after[kept] == pytest.approx(before[kept], abs=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(worlds())
def test_with_nothing_withheld_everybody_gets_what_it_needs(world):
    claims, switched, _ = world
    licensed = 1.0 - claims.contracted
    free = replace(claims, arriving=licensed + claims.contracted, need=np.ones_like(claims.need))
    inflow, _ = shared(free, switched=switched)
    unrestricted = claims.reach[:, 0, 0] == 1.0
    assert inflow[unrestricted] == pytest.approx(np.ones(unrestricted.sum()), abs=1e-9)


def test_without_switching_contracts_hold_bit_for_bit():
    rng = np.random.default_rng(3)
    missing = rng.random((4, 6, 8))
    contracted = rng.random((4, 6, 8)) * (1.0 - missing)
    claims = Claims(
        arriving=1.0 - missing,
        contracted=contracted,
        contracted_china=0.5 * contracted,
        need=np.ones((4, 6, 1)),
        weight=np.full((4, 8), 0.25),
        order_class=np.array([1, 2, 3, 4]),
        reach=np.ones((4, 1, 1)),
    )
    inflow, _ = ration(claims, switched=np.zeros((6, 8)), added=np.zeros((6, 8)))
    assert (inflow == 1.0 - missing).all()


def test_what_one_restricted_class_takes_of_chinese_material_is_gone_for_the_next():
    # All may touch half of 0.5: the first class takes 0.2, the second the 0.05 left, the third
    # nothing, and civil buyers the other half.
    claims = claims_of(
        licensed=[0, 0, 0, 0],
        contracted=[0.5] * 4,
        china=[0.5] * 4,
        weight=[0.2, 0.2, 0.2, 0.4],
        order_class=[1, 2, 3, 4],
        reach=[0.5, 0.5, 0.5, 1.0],
    )
    inflow, left = shared(claims, switched=1.0)
    assert inflow == pytest.approx([1.0, 0.25, 0.0, 0.625])
    assert left == pytest.approx(0.0, abs=1e-12)


def test_restricted_classes_that_see_through_differently_each_keep_to_their_own_bound():
    # The first may touch 0.1 of 0.5, the second 0.4: of that the first has taken 0.1.
    claims = claims_of(
        licensed=[0, 0, 0],
        contracted=[0.5] * 3,
        china=[0.5] * 3,
        weight=[0.3, 0.4, 0.3],
        order_class=[1, 2, 3],
        reach=[0.2, 0.8, 1.0],
    )
    inflow, left = shared(claims, switched=1.0)
    assert inflow == pytest.approx([0.1 / 0.3, 0.3 / 0.4, 0.1 / 0.3])
    assert left == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_supply_that_misses_demand_by_rounding_alone_meets_it_exactly(seed):
    rng = np.random.default_rng(seed)
    weight, contracted = rng.random((6, 40)), rng.random((6, 1, 40))
    claims = Claims(
        arriving=np.ones((6, 1, 40)),
        contracted=contracted,
        contracted_china=np.zeros((6, 1, 40)),
        need=np.ones((6, 1, 1)),
        weight=weight / weight.sum(axis=0),
        order_class=np.arange(6),
        reach=np.ones((6, 1, 1)),
    )
    inflow, _ = ration(claims, switched=np.full((1, 40), 0.3), added=np.zeros((1, 40)))
    assert (inflow == 1.0).all()


def test_a_gap_larger_than_rounding_stays_a_gap():
    claims = claims_of(licensed=[0], contracted=[1.0 - 1e-10], weight=[1.0], order_class=[1])
    inflow, _ = shared(claims, switched=1.0)
    assert 1.0 - inflow[0] == pytest.approx(1e-10, rel=1e-3)


def test_material_that_falls_below_nothing_by_rounding_leaves_users_without_a_gap_alone():
    """The Chinese part of the contracts exceeds the whole by a rounding, and nobody asks."""
    claims = claims_of(
        licensed=[0.75, 0.75],
        contracted=[0.5, 0.5],
        china=[np.nextafter(0.5, 1.0)] * 2,
        weight=[0.4, 0.6],
        order_class=[1, 2],
    )
    inflow, left = shared(claims, switched=0.5)
    assert inflow.tolist() == [1.0, 1.0]
    assert left == pytest.approx(0.25, abs=1e-12)
