"""New supply: ramps, and the weakest stage in series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.supply.gradual import Gradual, same_course
from exposure.supply.new_capacity import Plant, added_supply, ramp


def plant(stage, tonnes, start=0.0, width=0.0):
    return Plant(stage, np.array([tonnes]), np.array([start]), np.array([width]))


def test_a_plant_at_the_weakest_stage_adds_until_the_next_stage_binds():
    today = np.array([[100.0], [10.0], [40.0]])
    added = added_supply(today, [plant(1, 20.0)], demand=np.array([200.0]), weeks=1)
    assert added[0, 0] == pytest.approx(20.0 / 200.0)
    flooded = added_supply(today, [plant(1, 500.0)], demand=np.array([200.0]), weeks=1)
    assert flooded[0, 0] == pytest.approx((40.0 - 10.0) / 200.0)


def test_a_plant_away_from_the_weakest_stage_adds_nothing():
    today = np.array([[100.0], [10.0]])
    assert added_supply(today, [plant(0, 500.0)], demand=np.array([50.0]), weeks=4).max() == 0.0


def test_a_ramp_is_linear_between_start_and_full_rate():
    added = added_supply(
        np.array([[0.0]]), [plant(0, 8.0, start=2.0, width=4.0)], demand=np.array([8.0]), weeks=8
    )
    assert added.ravel().tolist() == [0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0]


@given(st.floats(-50.0, 50.0), st.one_of(st.just(0.0), st.floats(0.01, 50.0)))
@settings(max_examples=25, deadline=None)
def test_a_ramp_rises_from_nought_to_one(start, width):
    week = np.arange(200.0)
    progress = ramp(week, start=np.array(start), width=np.array(width))
    assert ((progress >= 0) & (progress <= 1)).all()
    assert (np.diff(progress) >= 0).all()
    assert progress[-1] == 1.0


@given(st.lists(st.floats(0.0, 100.0), min_size=2, max_size=4), st.floats(0.0, 100.0))
@settings(max_examples=25, deadline=None)
def test_tonnes_in_another_unit_change_nothing(today, tonnes):
    base = np.array(today)[:, np.newaxis]
    in_tonnes = added_supply(base, [plant(0, tonnes)], demand=np.array([30.0]), weeks=1)
    in_kilograms = added_supply(
        1000.0 * base, [plant(0, 1000.0 * tonnes)], demand=np.array([30_000.0]), weeks=1
    )
    assert in_kilograms == pytest.approx(in_tonnes, abs=1e-12)


def test_changes_have_the_same_course_where_share_week_and_width_agree_in_every_draw():
    def change(*values: float) -> Gradual:
        return Gradual(*(np.array([value, value + 1.0]) for value in values))

    usual = change(0.5, 4.0, 8.0)
    assert same_course(None, None)
    assert same_course(usual, change(0.5, 4.0, 8.0))
    others = (None, change(0.4, 4.0, 8.0), change(0.5, 5.0, 8.0), change(0.5, 4.0, 9.0))
    for other in others:
        assert not same_course(usual, other)
        assert not same_course(other, usual)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_weeks_before_and_after_all_ramps_are_those_of_the_formula_to_the_last_bit(seed, weeks):
    rng = np.random.default_rng(seed)
    today = rng.uniform(0.0, 50.0, (2, 3))
    plants = [
        Plant(
            int(rng.integers(2)),
            rng.uniform(0.0, 9.0, 3),
            rng.uniform(-20.0, 60.0, 3),
            rng.choice([0.0, 0.1, 7.3, 30.0], 3),
        )
        for _ in range(4)
    ]
    capacity = np.repeat(today[:, np.newaxis], weeks, axis=1)
    for plant in plants:
        week = np.arange(float(weeks))[:, np.newaxis]
        progress = ramp(week, start=plant.start_week, width=plant.ramp_weeks)
        capacity[plant.stage] += plant.tonnes_per_year * progress
    demand = np.array([7.0, 11.0, 13.0])
    found = added_supply(today, plants, demand=demand, weeks=weeks)
    assert (found == (capacity.min(axis=0) - today.min(axis=0)) / demand).all()
