"""Civil buyers who are treated as trusted from a week on, on flows made by hand."""

import numpy as np
import pytest

from exposure.licensing.flows import Flow
from exposure.licensing.goods import Item
from exposure.licensing.grants import Licences
from exposure.licensing.plan import FREE_CLASS
from exposure.licensing.trusted import with_trusted
from exposure.terms import BuyerClass, LicenceState, Tier

WEEKS = 5
MAGNET, OXIDE = Item(("Dy",), "magnet", "magnet"), Item(("Sm",), None, "separation")
ORDINARY, FAST, FREE = LicenceState.ORDINARY, LicenceState.FAST_TRACK, LicenceState.FREE


def flow_of(stopped: float | None, state: LicenceState, seen: float, index: int, look: int) -> Flow:
    """A flow that is alike in every week, of two draws."""
    gone = None if stopped is None else np.full((WEEKS, 2), stopped)
    return Flow(gone, (state,) * WEEKS, np.full(2, seen), index, look, index)


def licences_of(standard: Flow, trusted: Flow) -> Licences:
    flows = {
        (MAGNET, BuyerClass.CIVIL, Tier.STANDARD): standard,
        (MAGNET, BuyerClass.CIVIL, Tier.TRUSTED): trusted,
        (MAGNET, BuyerClass.MILITARY, Tier.STANDARD): standard,
        (MAGNET, BuyerClass.MILITARY, Tier.TRUSTED): trusted,
        (OXIDE, BuyerClass.CIVIL, Tier.STANDARD): standard,
    }
    return Licences({"USA": flows, "JPN": dict(flows)}, {}, ("one", "other"), {"USA": "office"})


def civil(licences: Licences, place: str = "USA") -> Flow:
    return licences.flows[place][(MAGNET, BuyerClass.CIVIL, Tier.STANDARD)]


USUAL, TRUSTED = flow_of(0.8, ORDINARY, 0.9, 0, 0), flow_of(0.3, FAST, 0.5, 1, 1)


def test_until_the_week_buyers_fare_as_before_and_from_then_on_as_the_trusted():
    found = civil(with_trusted(licences_of(USUAL, TRUSTED), "USA", 2, weeks=WEEKS))
    assert found.states == (ORDINARY, ORDINARY, FAST, FAST, FAST)
    assert found.stopped[:, 0].tolist() == [0.8, 0.8, 0.3, 0.3, 0.3]
    assert found.look_through[:, 1].tolist() == [0.9, 0.9, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("free_first", [True, False])
def test_a_free_time_on_either_side_stops_nothing(free_first):
    free = flow_of(None, FREE, 0.9, FREE_CLASS, 0)
    pair = (free, TRUSTED) if free_first else (USUAL, free)
    found = civil(with_trusted(licences_of(*pair), "USA", 2, weeks=WEEKS))
    expected = [0.0, 0.0, 0.3, 0.3, 0.3] if free_first else [0.8, 0.8, 0.0, 0.0, 0.0]
    assert found.stopped[:, 0].tolist() == expected


def test_nobody_else_fares_otherwise():
    before = licences_of(USUAL, TRUSTED)
    after = with_trusted(before, "USA", 2, weeks=WEEKS)
    civil_magnets = (MAGNET, BuyerClass.CIVIL, Tier.STANDARD)
    assert all(after.flows["USA"][key] is flow for key, flow in before.flows["USA"].items()
               if key != civil_magnets)  # fmt: skip
    assert after.flows["JPN"] is before.flows["JPN"]


def test_what_is_new_has_indices_and_tokens_of_its_own():
    before = licences_of(USUAL, TRUSTED)
    after = with_trusted(before, "USA", 2, weeks=WEEKS)
    assert after.tokens[:2] == before.tokens
    assert (civil(after).class_index, civil(after).seen_index) == (2, 2)
    assert len(set(after.tokens)) == 3
    other = with_trusted(before, "USA", 3, weeks=WEEKS)
    assert after.tokens[2] != other.tokens[2]
    assert after.offices["USA"] not in (before.offices["USA"], other.offices["USA"])


@pytest.mark.parametrize(("place", "week"), [("IND", 2), ("USA", WEEKS), ("USA", WEEKS + 3)])
def test_a_place_without_licences_and_a_week_after_the_last_change_nothing(place, week):
    before = licences_of(USUAL, TRUSTED)
    assert with_trusted(before, place, week, weeks=WEEKS) is before
