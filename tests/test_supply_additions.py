"""Supply added to a pool outside China, worked by hand on a made-up pool of dysprosium."""

from datetime import date, timedelta

import numpy as np
import pytest

from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.supply.actions import Action, Actions, Added, Built, Released
from exposure.supply.additions import pool_additions
from exposure.supply.period import Period
from tests.changes import plant, pool_user, world_use
from tests.tiny import Records, add_parameter, add_pool, figure, tiny_dataset, tiny_records

START = date(2025, 4, 4)
WEEK_4 = date(2025, 5, 2)
WEEKS = 20
DEMAND = 200.0
OXIDE = 0.8
"""Tonnes of the element in a tonne of oxide; made up."""

OF_CHINA = {"mining": 0.0, "separation": 0.2, "metal": 0.5, "magnet": 0.0}
"""Of 100 t of world use: outside China 100, 80, 50 and 100 t."""


def records_of(**tables: list) -> Records:
    """Tables of a pool of 200 t a year, of which two sectors take a tenth and a half."""
    records = tiny_records()
    add_pool(records, "dy", {"missiles": (0.1, 1), "electric_vehicles": (0.5, 4)}, demand=DEMAND)
    add_parameter(records, "element_per_oxide", OXIDE, "share", "Dy")
    for row in records["stage_shares"]:
        if row["element"] == "Dy":
            share = OF_CHINA[row["stage"]]
            row.update(figure(share if row["country"] == "CHN" else 1.0 - share))
    for name, rows in tables.items():
        records[name] = records.get(name, []) + rows
    return records


def added(records: Records, *actions: Action) -> np.ndarray | None:
    inputs = Inputs.of(tiny_dataset(records), Sampler.first(3, 7))
    found = pool_additions(inputs, "dy", Period(START, WEEKS, actions=Actions(actions)))
    if found is not None:
        assert (found == found[:, :1]).all()  # nothing here is uncertain
    return None if found is None else found[:, 0]


def plant_of(tonnes: float, stage: str = "metal", **figures: float) -> list:
    """A plant that is due in week 4, slips by two and takes four to its full rate."""
    values = {
        "capacity_t_per_year": tonnes, "success_probability": 1.0,
        "slip_weeks": 2.0, "ramp_weeks": 4.0,
    } | figures  # fmt: skip
    described = {"stage": stage, "target_date": str(WEEK_4)}
    return [
        {**row, **described, **dict.fromkeys(("low", "central", "high"), values[row["quantity"]])}
        for row in plant(*values)
    ]


def ramp_from(week: int, width: int) -> np.ndarray:
    return np.clip((np.arange(WEEKS) - week) / width, 0.0, 1.0)


@pytest.mark.parametrize(("tonnes", "grown"), [(20.0, 20.0), (90.0, 30.0)])
def test_a_plant_adds_oxide_counted_as_element_until_the_next_stage_binds(tonnes, grown):
    found = added(records_of(new_supply=plant_of(tonnes), demand=world_use("Dy")))
    reached = np.minimum(tonnes * ramp_from(6, 4), grown)
    assert found == pytest.approx(reached * OXIDE / DEMAND)


def test_without_the_parameter_a_tonne_of_oxide_is_a_tonne_of_the_element():
    records = records_of(new_supply=plant_of(20.0), demand=world_use("Dy"))
    records["parameters"].pop()
    assert added(records) == pytest.approx(20.0 * ramp_from(6, 4) / DEMAND)


def test_a_plant_that_fails_adds_nothing_and_one_of_another_stage_neither():
    failed = plant_of(20.0, success_probability=0.0)
    assert (added(records_of(new_supply=failed, demand=world_use("Dy"))) == 0.0).all()
    other = plant_of(20.0, "separation")
    assert (added(records_of(new_supply=other, demand=world_use("Dy"))) == 0.0).all()


@pytest.mark.parametrize("place", [0, 99])
def test_the_longest_chain_of_an_element_decides_wherever_its_component_is_listed(place):
    records = records_of(new_supply=plant_of(20.0), demand=world_use("Dy"))
    heavy, drawn = records["components"][1], records["component_elements"]
    dysprosium, powder = drawn[1], {"component": "powder"}
    assert dysprosium["element"] == "Dy"
    short = {**powder, "elements": "Dy", "stages": "mining separation"}
    records["components"].insert(place, {**heavy, **short})
    drawn.insert(place, {**dysprosium, **powder})
    records["needs"].append({**records["needs"][0], **powder})
    records["cover"] += [{**row, **powder} for row in records["cover"][:2]]
    assert added(records) == pytest.approx(20.0 * ramp_from(6, 4) * OXIDE / DEMAND)


def test_a_plant_that_a_change_builds_adds_to_those_of_the_tables():
    built = Built(WEEK_4, "Dy", "metal", 5.0, 2)
    alone = added(records_of(demand=world_use("Dy")), built)
    assert alone == pytest.approx(5.0 * ramp_from(4, 2) * OXIDE / DEMAND)
    both = added(records_of(new_supply=plant_of(20.0), demand=world_use("Dy")), built)
    assert both == pytest.approx(alone + 20.0 * ramp_from(6, 4) * OXIDE / DEMAND)


def test_a_reserve_of_the_tables_is_let_out_evenly_and_whole():
    described = {"element": "Dy", "holder": "depot", "pool": "dy", "release_from": str(WEEK_4)}
    reserve = [
        {**described, "quantity": "stock_t", **figure(13.0, "t")},
        {**described, "quantity": "release_weeks", **figure(6.5, "week")},
    ]
    found = added(records_of(reserves=reserve))
    # Durations are whole weeks: 13 t over seven.
    expected = np.zeros(WEEKS)
    expected[4:11] = 13.0 / 7.0 * 52.0 / DEMAND
    assert found == pytest.approx(expected)
    assert (found * DEMAND / 52.0).sum() == pytest.approx(13.0)
    at_once = added(records_of(reserves=reserve[:1]))
    expected = np.zeros(WEEKS)
    expected[4] = 13.0 * 52.0 / DEMAND
    assert at_once == pytest.approx(expected)


def test_a_reserve_without_a_day_and_a_mere_target_add_nothing():
    described = {"element": "Dy", "holder": "depot", "pool": "dy", "release_from": ""}
    dayless = [{**described, "quantity": "stock_t", **figure(13.0, "t")}]
    assert added(records_of(reserves=dayless)) is None
    ceiling = {**described, "release_from": str(WEEK_4), "quantity": "purchase_ceiling_t"}
    assert added(records_of(reserves=[{**ceiling, **figure(13.0, "t")}])) is None


@pytest.mark.parametrize(
    ("destination", "share"), [("WLD", 1.0), ("USA", 0.6), ("JPN", 0.3), ("EUU", 0.0)]
)
def test_scrap_counts_by_what_its_destination_uses_of_the_pool(destination, share):
    records = records_of(
        recycling=[
            {
                "element": "Dy", "destination": destination, "pool": "dy",
                "quantity": "end_of_life_input_rate", **figure(0.04),
            }
        ]
    )  # fmt: skip
    described = {"component": "ndfeb_heavy_magnet", "destination": "JPN", "buyer_class": "civil"}
    records["pool_users"] += [
        pool_user("trains", "share_of_demand_outside_china", 0.3, **described),
        pool_user("trains", "order_class", 5.0, **described),
    ]
    assert added(records) == pytest.approx(np.full(WEEKS, 0.04 * share))


def test_changes_past_all_stages_add_the_tonnes_that_they_state():
    scrap, reserve = Added(WEEK_4, "Dy", 50.0, 5), Released(WEEK_4, "Dy", 10.0, 4)
    of_scrap = 50.0 * ramp_from(4, 5) / DEMAND
    of_reserve = np.zeros(WEEKS)
    of_reserve[4:8] = 2.5 * 52.0 / DEMAND
    assert added(records_of(), scrap) == pytest.approx(of_scrap)
    assert added(records_of(), reserve) == pytest.approx(of_reserve)
    assert added(records_of(), scrap, reserve) == pytest.approx(of_scrap + of_reserve)
    assert added(records_of(), Added(WEEK_4, "Sm", 50.0, 5)) is None
    # What was begun before the first week begins with it.
    early = Added(START - timedelta(weeks=3), "Dy", 50.0, 5)
    assert added(records_of(), early) == pytest.approx(50.0 * ramp_from(0, 5) / DEMAND)


def test_a_pool_without_a_stated_demand_gets_nothing():
    records = records_of()
    records["pool_users"] = []
    assert added(records, Added(WEEK_4, "Dy", 50.0, 5)) is None
