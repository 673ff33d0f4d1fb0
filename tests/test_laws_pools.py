"""Pools, order of service and alternatives on whole runs of small made-up worlds."""

from datetime import date

import numpy as np
import pytest

import exposure as ex
from exposure.impact.arrivals import arrivals
from exposure.impact.prepared import run_window
from exposure.inputs.streams import Sampler
from exposure.policy.rules import Overrides, Rule
from exposure.policy.scenario import Scenario
from exposure.scoring.blocks import Run
from tests.changes import pool_user
from tests.tiny import Records, add_parameter, add_pool, figure, tiny_dataset, tiny_records
from tests.tiny_world import world_records

START = date(2025, 4, 4)
FEW = ex.Settings(draws=16, horizon_weeks=60, prior=True)
WITHHELD = Rule(starts=START, state="withheld")
SHARE = "share_of_demand_outside_china"
CARS = "electric_vehicles"


def course(*rules: Rule) -> Scenario:
    return Scenario(scenario="own", name="own", start=START, text="made up", rules=rules)


def assessed(records: Records, scenario: Scenario | str, settings: ex.Settings = FEW):
    return ex.assess(tiny_dataset(records), scenario, settings)


def at_central(records: Records) -> Records:
    """Every figure at its central value."""
    for rows in records.values():
        for row in rows:
            if "central" in row:
                row |= {"low": row["central"], "high": row["central"]}
    return records


def three_users(supply: float, switched: float) -> Records:
    """Three sectors that buy one magnet, of which only its last stage is Chinese."""
    records = at_central(tiny_records())
    records["sourcing"] = []
    for row in records["stage_shares"]:
        chinese = 1.0 - supply if row["stage"] == "magnet" else 0.0
        row.update(figure(chinese if row["country"] == "CHN" else 1.0 - chinese))
    for name in ("needs", "cover"):
        records[name] = [
            {**row, "component": "smco_magnet", "sector": sector}
            for row in records[name]
            if (row["sector"], row["component"]) == ("missiles", "smco_magnet")
            for sector in ("missiles", CARS, "loudspeakers")
        ]
    for row in records["needs"]:
        row.update(figure(1.0))
    for row in records["cover"]:
        row.update(figure(0.0, "week"))
    add_pool(records, "sm", {"missiles": (0.03, 1), CARS: (0.40, 2), "loudspeakers": (0.57, 3)})
    add_parameter(records, "rationing_weight", switched, "share")
    return records


@pytest.mark.parametrize(
    ("supply", "switched", "expected"),
    [
        (0.5, 1.0, [1.0, 1.0, 0.122807]),
        (0.2, 1.0, [1.0, 0.425, 0.0]),
        (0.5, 0.5, [1.0, 0.81875, 0.25]),
        (0.5, 0.0, [0.5, 0.5, 0.5]),
    ],
)
def test_three_users_in_three_classes_lose_what_was_worked_by_hand(supply, switched, expected):
    settings = FEW.model_copy(update={"draws": 1})
    weekly = assessed(three_users(supply, switched), course(WITHHELD), settings).weekly
    for sector, inflow in zip(("missiles", CARS, "loudspeakers"), expected, strict=True):
        lost = weekly[weekly["sector"] == sector]["lost_share"]
        assert lost.to_numpy() == pytest.approx(1.0 - inflow, abs=1e-6)


def test_nothing_withheld_gives_everybody_exactly_what_it_needs():
    dataset, scenario = tiny_dataset(world_records()), ex.read_scenario("free_flow")
    sectors = dataset.sector_ids(None)
    run = Run(
        dataset, scenario, FEW, run_window(scenario, FEW), sectors, Sampler.first(16, 7)
    )  # fmt: skip
    prepared = run.prepared(0, 16)
    arrived, _ = arrivals(prepared.worlds[0], prepared.granted[0], sectors)
    assert len(arrived) == 5
    for (sector, _), arrival in arrived.items():
        need = np.broadcast_to(prepared.worlds[0].sectors[sector].need, arrival.inflow.shape)
        assert (arrival.inflow >= need).all()
        assert (arrival.inflow[need == 1.0] == 1.0).all()
    ranking = ex.assess(dataset, scenario, FEW).ranking
    assert (ranking["score"] == 0.0).all()
    assert (ranking["unmet_tonnes_per_year"] == 0.0).all()


def half_elsewhere() -> Records:
    """The small world at its central values: half of the dysprosium, all neodymium elsewhere."""
    records = at_central(world_records())
    for row in records["stage_shares"]:
        if row["element"] == "Dy":
            row.update(figure(0.5))
        elif row["element"] == "Nd":
            row.update(figure(0.0 if row["country"] == "CHN" else 1.0))
    return records


def with_trains(order: float) -> Records:
    """Trains take a part of the rest of the dysprosium pool."""
    records = half_elsewhere()
    described = {"component": "ndfeb_heavy_magnet", "destination": "*", "buyer_class": "civil"}
    records["pool_users"] += [
        pool_user("trains", SHARE, 0.2, **described),
        pool_user("trains", "order_class", order, **described),
    ]
    return records


def test_a_user_carved_out_of_the_rest_moves_nobody_who_is_served_before_it():
    plain = assessed(half_elsewhere(), course(WITHHELD))
    after = assessed(with_trains(6.0), course(WITHHELD))
    for sector, scored in plain.sectors.items():
        assert after.sectors[sector].scores == pytest.approx(scored.scores, abs=1e-9), sector
    # One that is served before the cars takes what they would have had.
    last, first = (assessed(with_trains(size), course(WITHHELD)) for size in (6.0, 2.0))
    moved = {name: first.sectors[name].scores - last.sectors[name].scores for name in last.sectors}
    assert moved["missiles"] == pytest.approx(0.0, abs=1e-9)
    assert (moved[CARS] > 0.1).all()


def test_a_user_of_a_better_class_loses_no_more_and_one_behind_it_no_less():
    def scores(order: float) -> dict[str, np.ndarray]:
        records = world_records()
        for row in records["pool_users"]:
            if (row["user"], row["quantity"]) == (CARS, "order_class"):
                row.update(figure(order, "class"))
        found = assessed(records, "full_withhold").sectors
        return {name: scored.scores for name, scored in found.items()}

    first, last = scores(1.0), scores(7.0)
    assert (first[CARS] <= last[CARS] + 1e-9).all()
    assert (first[CARS] < last[CARS] - 0.01).any()
    assert (first["missiles"] >= last["missiles"] - 1e-9).all()


def with_class(low: float, central: float, high: float) -> Records:
    """The small world with cars of one of some classes, and trains served like them."""
    records = world_records()
    described = {"component": "ndfeb_heavy_magnet", "destination": "*", "buyer_class": "civil"}
    records["pool_users"] += [
        pool_user("trains", SHARE, 0.2, served_like=CARS, **described),
        pool_user("trains", "order_class", (low, central, high), served_like=CARS, **described),
    ]
    for row in records["pool_users"]:
        if (row["user"], row["quantity"]) == (CARS, "order_class"):
            row.update(low=low, central=central, high=high)
    return records


def test_each_draw_of_a_class_is_the_run_of_the_class_that_it_draws():
    drawn = assessed(with_class(1.0, 3.0, 6.0), "full_withhold")
    classes = drawn.run.inputs.pool_user("dy", CARS, "order_class")
    assert (classes == drawn.run.inputs.pool_user("dy", "trains", "order_class")).all()
    assert len(set(classes)) > 1
    for order_class in set(classes):
        fixed = assessed(with_class(order_class, order_class, order_class), "full_withhold")
        for sector, result in drawn.sectors.items():
            expected = fixed.sectors[sector].scores[classes == order_class]
            assert result.scores[classes == order_class] == pytest.approx(expected, abs=1e-9), (
                sector
            )


def test_pools_are_shared_out_before_any_stock_is_run():
    """So the stock of one user moves no other, though they buy from one pool."""
    tables = tiny_dataset(world_records())
    key = ("missiles", "ndfeb_heavy_magnet", "stock_weeks")
    more = ex.with_value(tables, "cover", key, value=100.0)
    before, after = (ex.assess(dataset, "full_withhold", FEW).sectors for dataset in (tables, more))
    assert (after["missiles"].scores != before["missiles"].scores).any()
    assert (after[CARS].scores == before[CARS].scores).all()


def test_splitting_a_user_into_two_sectors_of_its_class_changes_nobody():
    whole, halves = at_central(world_records()), at_central(world_records())
    vans = {"sector": "vans", "name": "Vans", "industry_code": "X"}
    halves["sectors"].append({**halves["sectors"][1], **vans})
    for name in ("buyers", "needs", "cover", "substitution", "sector_values"):
        copies = [{**row, "sector": "vans"} for row in halves[name] if row["sector"] == CARS]
        halves[name] += copies
    for row in halves["pool_users"]:
        if (row["user"], row["quantity"]) == (CARS, SHARE):
            row.update(figure(0.275))
    halves["pool_users"] += [
        pool_user("vans", SHARE, 0.275, sector="vans"),
        pool_user("vans", "order_class", 4.0, sector="vans"),
    ]
    one, two = (assessed(dataset, "full_withhold").sectors for dataset in (whole, halves))
    for sector, scored in one.items():
        assert two[sector].scores == pytest.approx(scored.scores, abs=1e-9)
    assert (two["vans"].scores == two[CARS].scores).all()
    assert one[CARS].score > 1.0


# --- alternatives -----------------------------------------------------------------------------


def copy_element(records: Records, old: str, new: str, mass: float) -> None:
    """A second element that is like another in all but its name and its mass in the magnet."""
    for name in ("elements", "stage_shares", "parameters", "pool_users"):
        column = {"parameters": "scope", "pool_users": "pool"}.get(name, "element")
        was, now = (old.lower(), new.lower()) if name == "pool_users" else (old, new)
        records[name] += [{**row, column: now} for row in records[name] if row[column] == was]
    heavy = records["components"][1]
    heavy["elements"] = " ".join(sorted([*str(heavy["elements"]).split(), new]))
    row = next(entry for entry in records["component_elements"] if entry["element"] == old)
    made = {**row, "element": new, "pool": new.lower(), **figure(mass)}
    records["component_elements"].append(made)


def with_terbium(
    word: str, *, dysprosium: float = 0.2, terbium: float = 0.1, users: bool = True
) -> Records:
    """A magnet with dysprosium and terbium in equal rows, or as alternatives."""
    records = never_full(at_central(world_records() if users else tiny_records()))
    row = next(entry for entry in records["component_elements"] if entry["element"] == "Dy")
    row.update({"alternative": word, **figure(dysprosium)})
    copy_element(records, "Dy", "Tb", terbium)
    return records


def never_full(records: Records) -> Records:
    """An office that decides all that is ready: more elements make no longer lines."""
    for row in records["licence_queue"]:
        if row["quantity"] == "capacity_share_per_week":
            row.update(figure(100.0, "share/week"))
    return records


@pytest.mark.parametrize("name", ["london_truce", "full_withhold"])
def test_merging_alternatives_with_equal_flow_leaves_score_and_driver_unchanged(name):
    alone = assessed(never_full(at_central(world_records())), name)
    merged = assessed(with_terbium("heavy"), name)
    assert alone.sectors[CARS].score > 1.0
    for sector, scored in alone.sectors.items():
        assert merged.sectors[sector].scores == pytest.approx(scored.scores, abs=1e-9), sector
    drivers = [
        result.ranking.set_index("sector").loc[CARS, "main_driver"] for result in (alone, merged)
    ]
    assert drivers[1] == drivers[0].replace("Dy ", "Dy/Tb ")
    before = alone.attribution("element").loc[CARS, "Dy"]
    points = merged.attribution("element").loc[CARS]
    assert points["Dy"] + points["Tb"] == pytest.approx(before)
    # The loss is attributed in proportion to the mass that each lacks.
    assert points["Dy"] == pytest.approx(2.0 * points["Tb"])


def test_splitting_an_alternative_in_two_changes_nothing():
    two, three = with_terbium("heavy"), with_terbium("heavy", dysprosium=0.15)
    copy_element(three, "Dy", "Ho", 0.05)
    one, other = (assessed(dataset, "full_withhold") for dataset in (two, three))
    for sector, scored in one.sectors.items():
        assert other.sectors[sector].scores == pytest.approx(scored.scores, abs=1e-9)
    points = [result.attribution("element").loc[CARS] for result in (one, other)]
    assert points[1]["Dy"] + points[1]["Ho"] == pytest.approx(points[0]["Dy"])


def test_one_of_two_alternatives_flowing_freely_halves_the_gap_at_equal_masses():
    """Upstream, where each element is licensed by itself and the final user is looked up."""

    def lost(word: str, *stopped: str) -> np.ndarray:
        records = with_terbium(word, dysprosium=0.2, terbium=0.2, users=False)
        records["sourcing"] = []
        for row in records["stage_shares"]:
            if row["stage"] in ("metal", "magnet"):
                row.update(figure(0.0 if row["country"] == "CHN" else 1.0))
        for row in records["cover"]:
            row.update(figure(0.0, "week"))
        seen = Overrides(look_through=1.0)
        rules = [
            Rule(element=element, starts=START, state="withheld", overrides=seen)
            for element in stopped
        ]
        weekly = assessed(records, course(*rules)).weekly
        return weekly[weekly["sector"] == CARS]["lost_share"].to_numpy()

    both, one = lost("heavy", "Dy", "Tb"), lost("heavy", "Dy")
    assert both.max() > 0.5
    assert one == pytest.approx(both / 2.0, abs=1e-12)
    # Without alternatives the scarcer one decides.
    assert lost("", "Dy") == pytest.approx(both, abs=1e-12)
