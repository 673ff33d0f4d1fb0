"""Claims on a pool and their order: shares worked by hand."""

from datetime import date

import numpy as np
import pytest

from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.supply.acted_claims import acted_claims
from exposure.supply.actions import Action, Actions, Bought, Rated
from exposure.supply.claims import Claim, claims_on
from exposure.supply.period import Period
from tests.changes import pool_user
from tests.tiny import Records, add_pool, figure, tiny_dataset, tiny_records

START = date(2025, 4, 4)
WEEK_4 = date(2025, 5, 2)
WEEKS = 20
HEAVY = "ndfeb_heavy_magnet"
CARS = "electric_vehicles"
SHARE = "share_of_demand_outside_china"
SECTORS = (CARS, "loudspeakers", "missiles")
TRAINS = {"component": HEAVY, "destination": "JPN", "buyer_class": "dual"}


def records_of() -> Records:
    records = tiny_records()
    add_pool(records, "dy", {"missiles": (0.1, 1), CARS: (0.5, 4)}, demand=52.0)
    return records


def with_trains(records: Records, share: float, **cells: str) -> Records:
    records["pool_users"] += [
        pool_user("trains", SHARE, share, **TRAINS, **cells),
        pool_user("trains", "order_class", 5.0, **TRAINS, **cells),
    ]
    return records


def claims_of(records: Records, pool: str = "dy") -> list[Claim]:
    inputs = Inputs.of(tiny_dataset(records), Sampler.first(2, 7))
    return claims_on(inputs, pool, SECTORS)


def weights(claims) -> dict[str, float]:
    found: dict[str, float] = {}
    for claim in claims:
        assert (claim.weight == claim.weight[0]).all()
        found[claim.user] = found.get(claim.user, 0.0) + float(claim.weight[0])
    return found


def test_what_no_named_user_takes_belongs_to_the_others():
    found = weights(claims_of(with_trains(records_of(), 0.2)))
    assert found == pytest.approx({"missiles": 0.1, CARS: 0.5, "trains": 0.2, "other": 0.2})


def test_a_user_that_is_part_of_another_takes_its_share_out_of_it():
    found = weights(claims_of(with_trains(records_of(), 0.2, part_of=CARS)))
    assert found == pytest.approx({"missiles": 0.1, CARS: 0.3, "trains": 0.2, "other": 0.4})


def test_users_that_exceed_the_pool_in_a_draw_are_scaled_down_to_it_and_leave_nothing():
    records = with_trains(records_of(), 0.3)
    for row in records["pool_users"]:
        if row["quantity"] == SHARE and row["user"] != "missiles":
            row.update(low=row["central"] - 0.2, high=1.0)
    inputs = Inputs.of(tiny_dataset(records), Sampler.first(64, 7))
    drawn = {user: inputs.pool_user("dy", user, SHARE) for user in ("missiles", CARS, "trains")}
    whole = sum(drawn.values())
    assert 0 < (whole > 1.0).sum() < 64
    found = {claim.user: claim.weight for claim in claims_on(inputs, "dy", SECTORS)}
    for user, share in drawn.items():
        assert found[user] == pytest.approx(share / np.maximum(1.0, whole)), user
    assert found["other"] == pytest.approx(np.maximum(0.0, 1.0 - whole), abs=1e-12)


def test_a_share_is_split_evenly_over_the_components_that_draw_on_the_pool():
    records = tiny_records()
    add_pool(records, "nd", {"missiles": (0.3, 1)})
    records["needs"].append({**records["needs"][1], "component": "ndfeb_light_magnet"})
    records["cover"] += [
        {**row, "component": "ndfeb_light_magnet"} for row in records["cover"][2:4]
    ]
    of_missiles = [claim for claim in claims_of(records, "nd") if claim.user == "missiles"]
    found = {claim.channel.component: float(claim.weight[0]) for claim in of_missiles}
    assert found == pytest.approx({HEAVY: 0.15, "ndfeb_light_magnet": 0.15})


def test_a_share_is_split_over_kinds_of_buyer_as_the_tables_say():
    records = records_of()
    records["buyers"] = [row for row in records["buyers"] if row["sector"] != CARS] + [
        {"sector": CARS, "buyer_class": buyer, "tier": tier, **figure(share)}
        for buyer, tier, share in (
            ("civil", "trusted", 0.3), ("civil", "standard", 0.6), ("dual", "standard", 0.1),
        )
    ]  # fmt: skip
    found = {
        (str(claim.buyer_class), str(claim.tier)): float(claim.weight[0])
        for claim in claims_of(records)
        if claim.user == CARS
    }
    expected = {("civil", "trusted"): 0.15, ("civil", "standard"): 0.3, ("dual", "standard"): 0.05}
    assert found == pytest.approx(expected)


# Dated changes


def acted(*actions: Action, demand: float | None = 52.0) -> list[Claim]:
    claims = claims_of(records_of())
    period = Period(START, WEEKS, actions=Actions(actions))
    of_pool = None if demand is None else np.full(2, demand)
    return list(acted_claims(claims, period, of_pool))


def windows(claims, user: str) -> list[tuple[int, int, int]]:
    """Class, first week and week after the last of each claim of a user."""
    found = [
        (int(claim.order_class[0]), *claim.window(WEEKS)) for claim in claims if claim.user == user
    ]
    assert all(0 <= first <= last <= WEEKS for _, first, last in found)
    return found


def test_a_rating_parts_a_claim_in_its_week_and_from_the_start_replaces_it():
    assert windows(acted(Rated(WEEK_4, CARS, 2)), CARS) == [(4, 0, 4), (2, 4, WEEKS)]
    assert windows(acted(Rated(START, CARS, 2)), CARS) == [(2, 0, WEEKS)]
    assert windows(acted(Rated(WEEK_4, CARS, 6)), CARS) == [(4, 0, WEEKS)]


def test_ratings_one_after_the_other_never_make_a_class_worse():
    later = date(2025, 6, 6)
    two = windows(acted(Rated(later, CARS, 1), Rated(WEEK_4, CARS, 2)), CARS)
    assert two == [(4, 0, 4), (2, 4, 9), (1, 9, WEEKS)]
    same_week = windows(acted(Rated(WEEK_4, CARS, 3), Rated(WEEK_4, CARS, 2)), CARS)
    assert same_week == [(4, 0, 4), (2, 4, WEEKS)]
    worse = windows(acted(Rated(WEEK_4, CARS, 2), Rated(later, CARS, 3)), CARS)
    assert worse == [(4, 0, 4), (2, 4, WEEKS)]


def test_a_rating_lifts_the_draws_of_a_worse_class_and_leaves_the_others():
    records = records_of()
    for row in records["pool_users"]:
        if (row["user"], row["quantity"]) == (CARS, "order_class"):
            row.update(low=1.0, central=3.0, high=6.0)
    inputs = Inputs.of(tiny_dataset(records), Sampler.first(64, 7))
    claims = claims_on(inputs, "dy", SECTORS)
    period = Period(START, WEEKS, actions=Actions((Rated(START, CARS, 3),)))
    (before,) = [claim for claim in claims if claim.user == CARS]
    (after,) = [claim for claim in acted_claims(claims, period, None) if claim.user == CARS]
    assert {2, 3, 4} <= set(before.order_class)
    assert (after.order_class == np.where(before.order_class > 3, 3, before.order_class)).all()


def test_a_rating_after_the_last_week_counts_in_no_week():
    found = windows(acted(Rated(date(2026, 4, 3), CARS, 1)), CARS)
    assert [window for window in found if window[1] < window[2]] == [(4, 0, WEEKS)]


def test_a_purchase_is_a_claim_of_its_own_while_it_lasts_behind_needs_of_its_class():
    # Six weeks of the need in eight weeks: three quarters of half of the pool a week.
    (need, bought) = [claim for claim in acted(Bought(WEEK_4, 8, CARS, HEAVY, "Dy", 6.0))
                      if claim.user == CARS]  # fmt: skip
    assert bought.window(WEEKS) == (4, 12)
    assert bought.bought == pytest.approx([0.75, 0.75])
    assert bought.weight == pytest.approx([0.375, 0.375])
    assert (need.place[0], bought.place[0]) == (8, 9)
    assert need.window(WEEKS) == (0, WEEKS)


def test_tonnes_that_are_bought_are_weeks_of_the_need_of_those_who_buy_them():
    # The cars need half of a tonne a week: four tonnes in five weeks are 1.6 weeks of need each.
    partners = ((CARS, HEAVY),)
    bought = acted(Bought(WEEK_4, 5, CARS, HEAVY, "Dy", None, 4.0, partners))[-1]
    assert bought.bought == pytest.approx([1.6, 1.6])
    # With the missiles, which need a tenth: 4 t over 0.6 t a week.
    both = (*partners, ("missiles", HEAVY))
    bought = acted(Bought(WEEK_4, 5, CARS, HEAVY, "Dy", None, 4.0, both))[-1]
    assert bought.bought == pytest.approx([4.0 / 0.6 / 5.0] * 2)
    without = acted(Bought(WEEK_4, 5, CARS, HEAVY, "Dy", None, 4.0, partners), demand=None)
    assert all(claim.bought is None for claim in without)


def test_a_purchase_is_served_in_the_class_that_its_sector_has_when_it_begins():
    purchase = Bought(WEEK_4, 8, CARS, HEAVY, "Dy", 6.0)
    before, after = date(2025, 4, 25), date(2025, 5, 9)
    assert acted(purchase, Rated(before, CARS, 2))[-1].order_class[0] == 2
    assert acted(purchase, Rated(WEEK_4, CARS, 2))[-1].order_class[0] == 2
    assert acted(purchase, Rated(after, CARS, 2))[-1].order_class[0] == 4


def test_a_purchase_after_the_last_week_is_none():
    day = date(2025, 8, 22)
    assert (day - START).days == 7 * WEEKS
    assert all(claim.bought is None for claim in acted(Bought(day, 8, CARS, HEAVY, "Dy", 6.0)))
