"""Classes that are treated equally until a week queue as one, and are divided in that week."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure import fast
from exposure.licensing.queue import licensed_shares, run_queue, run_reference
from exposure.licensing.terms import Joined, LicenceClass
from tests.test_licensing_fast import EXAMPLES, everything, needs_numba
from tests.test_licensing_queue import random_class, random_queue

SEEDS = st.integers(0, 2**32 - 1)


def random_parts(
    seed: int, *, draws: int, weeks: int, most: int = 3
) -> tuple[list[LicenceClass], np.ndarray, Joined]:
    """Random classes, each divided into some parts with terms of their own from a week on."""
    rng = np.random.default_rng(seed)
    whole, capacity = random_queue(rng, draws=draws, weeks=weeks)
    week = int(rng.integers(0, weeks + 1))
    parts, of = [], []
    for position, one in enumerate(whole):
        count = int(rng.integers(1, most + 1))
        shares = rng.dirichlet(np.ones(count), size=draws) if count > 1 else np.ones((draws, 1))
        for n, share in enumerate(shares.T):
            other = random_class(rng, draws, weeks, name="other") if n else one
            until = tuple(entry for entry in one.timeline if entry[0] < week)
            since = tuple(entry for entry in other.timeline if entry[0] >= max(week, 1))
            relationships = np.broadcast_to(one.relationships, draws) * share
            part = replace(
                one,
                name=f"{one.name}, part {n}",
                relationships=relationships,
                timeline=(until or one.timeline[:1]) + since,
            )
            parts.append(part)
            of.append(position)
    before = [
        replace(one, timeline=tuple(entry for entry in one.timeline if entry[0] < max(week, 1)))
        for one in whole
    ]
    return parts, capacity, Joined(week, tuple(before), tuple(of))


@needs_numba
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, draws=st.sampled_from([1, 2, 9]), weeks=st.integers(5, 20))
def test_the_fast_queue_divides_classes_as_the_reference_does(
    seed: int, draws: int, weeks: int
) -> None:
    classes, capacity, joined = random_parts(seed, draws=draws, weeks=weeks)
    expected = run_reference(classes, capacity, joined)
    np.testing.assert_array_equal(everything(classes, capacity, joined), expected)
    only = licensed_shares(classes, capacity, weeks=weeks, joined=joined)
    np.testing.assert_array_equal(only, expected[0])


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=SEEDS, draws=st.sampled_from([1, 3]), weeks=st.integers(5, 30))
def test_classes_that_queue_as_one_fare_as_if_each_queued_alone(
    seed: int, draws: int, weeks: int
) -> None:
    classes, capacity, joined = random_parts(seed, draws=draws, weeks=weeks)
    alone, together = everything(classes, capacity), everything(classes, capacity, joined)
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-9)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("seed", range(10))
def test_a_class_that_is_not_divided_is_the_same_to_the_last_bit(
    seed: int, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast, "AVAILABLE", compiled and fast.AVAILABLE)
    classes, capacity, joined = random_parts(seed, draws=3, weeks=25, most=1)
    np.testing.assert_array_equal(
        everything(classes, capacity, joined), everything(classes, capacity)
    )


def test_parts_share_licences_and_applications_in_proportion() -> None:
    one, capacity, joined = random_parts(1, draws=1, weeks=20, most=1)
    quarter, rest = (
        replace(one[0], name=name, relationships=share * np.asarray(one[0].relationships))
        for name, share in [("quarter", 0.25), ("rest", 0.75)]
    )
    joined = Joined(10, joined.classes[:1], (0, 0))
    found = run_queue([quarter, rest], capacity, weeks=20, joined=joined)
    for loads in (found.arrivals, found.served, found.withdrawn, found.backlog):
        np.testing.assert_allclose(3 * loads[:, 0], loads[:, 1], rtol=1e-12)
    np.testing.assert_allclose(found.licensed[:, 0], found.licensed[:, 1], rtol=1e-12)


@needs_numba
def test_books_of_many_draws_are_kept_in_blocks_of_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    from exposure.licensing import queue_fast  # noqa: PLC0415 - it loads numba

    monkeypatch.setattr(queue_fast, "DRAWS", 4)
    for seed in range(5):
        classes, capacity, joined = random_parts(seed, draws=9, weeks=20)
        expected = run_reference(classes, capacity, joined)
        np.testing.assert_array_equal(everything(classes, capacity, joined), expected)
