"""The shipped list of draws belongs to the shipped tables and can be computed from them again."""

import numpy as np
import pytest

import exposure as ex
from exposure.evidence.conditioned_list import (
    CHECK_DRAWS,
    check_losses,
    meet_record,
    read_list,
)
from exposure.evidence.conditioning import examine, subjects_of
from exposure.inputs.streams import Sampler

WHOLE = 4096
"""Draws of the list of US makers."""


@pytest.fixture(scope="module")
def shipped():
    return ex.read_dataset()


@pytest.fixture(scope="module")
def listed():
    found = read_list()
    assert found is not None
    return found


def test_the_list_was_made_of_the_shipped_tables(shipped, listed):
    assert listed.tables_digest == shipped.digest, "run: exposure condition --draws 4096 --out"
    assert len(listed.of("USA").numbers) == WHOLE
    for destination_list in listed.destinations:
        numbers = np.array(destination_list.numbers)
        assert (np.diff(numbers) > 0).all()
        assert numbers.max() < listed.examined


OTHERS = [pytest.param(name, marks=pytest.mark.long) for name in ("EUU", "JPN")]


@pytest.mark.parametrize("destination", ["USA", *OTHERS])
def test_the_first_draws_of_the_list_agree_today(shipped, listed, destination):
    destination_list = listed.of(destination)
    numbers = np.array(destination_list.numbers[:CHECK_DRAWS])
    examined = examine(shipped, ex.Settings(), Sampler(numbers, listed.seed))
    examined = examined.of(subjects_of(shipped, destination))
    assert examined.kept().all()
    np.testing.assert_allclose(check_losses(examined), destination_list.checks, atol=1e-8)


def test_draws_left_out_of_the_list_do_not_agree_today(shipped, listed):
    destination_list = listed.of("USA")
    first = np.arange(destination_list.numbers[CHECK_DRAWS])
    left_out = np.setdiff1d(first, destination_list.numbers)
    examined = examine(shipped, ex.Settings(), Sampler(left_out, listed.seed))
    assert not examined.of(subjects_of(shipped, "USA")).kept().any()


def test_a_run_takes_its_draws_from_the_list(shipped, listed):
    met = meet_record(shipped, ex.Settings(draws=64))
    assert repr(met).startswith("<RecordMet: 64 draws; ")
    assert len(repr(met)) < 120
    np.testing.assert_array_equal(met.numbers, listed.of("USA").numbers[:64])
    assert met.acceptance == listed.of("USA").acceptance
    assert met.note == ""


def test_a_run_under_an_overlay_says_that_its_draws_were_not_conditioned_again(shipped):
    key = ("defence", "smco_magnet", "stock_weeks")
    changed = ex.with_value(shipped, "cover", key, value=(26, 39, 52))
    met = meet_record(changed, ex.Settings(draws=8))
    assert "exposure condition" in met.note


def test_all_draws_are_used_where_the_record_is_not_wanted(shipped):
    assert meet_record(shipped, ex.Settings(draws=8, prior=True)) is None
