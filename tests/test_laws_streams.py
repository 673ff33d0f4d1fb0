"""Shared uncertainty: writing one thing as several rows, or adding a sector, changes nothing."""

import json
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

import exposure as ex
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.tables.schema.demand import CoverRow
from exposure.tables.schema.rows import QuantityRow
from tests.golden.first_edition import losses
from tests.tiny import Records, add_parameter, add_sector, figure, tiny_dataset
from tests.tiny_world import world_records

FEW = ex.Settings(draws=16, horizon_weeks=60, prior=True)
GOLDEN = Path(__file__).parent / "golden" / "first_edition.json"
COURSES = ("april_2025_queue", "london_truce", "full_withhold")


def alias(records: Records, component: str, count: int) -> None:
    """Split a component into several equal ones that cross the border as the same item."""
    for number in range(1, count):
        for name, rows in list(records.items()):
            copies = [
                {**row, "component": f"{component}_{number}"}
                for row in rows
                if row.get("component") == component
            ]
            # Users of a pool who are no sector buy through one component.
            if name != "pool_users":
                records[name] = rows + copies


def scores_of(records: Records, course: str, settings: ex.Settings = FEW) -> dict[str, np.ndarray]:
    result = ex.assess(tiny_dataset(records), course, settings)
    return {name: scored.scores for name, scored in result.sectors.items()}


def world_of(*, never_full: bool) -> Records:
    """The small world with its office, or with one that decides all that is ready."""
    records = world_records()
    for row in records["licence_queue"]:
        if never_full and row["quantity"] == "capacity_share_per_week":
            row.update(figure(100.0, "share/week"))
    return records


@cache
def plain_scores(course: str, *, never_full: bool) -> dict[str, np.ndarray]:
    return scores_of(world_of(never_full=never_full), course)


@pytest.mark.parametrize(
    "never_full",
    [True, False],
    ids=["an office that is never full", "an office that is full"],
)
@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("component", ["smco_magnet", "ndfeb_heavy_magnet"])
def test_a_component_split_into_equal_ones_leaves_every_score_unchanged(
    course, component, never_full
):
    plain = plain_scores(course, never_full=never_full)
    assert plain["missiles"].max() > 0.0
    for count in (2, 5):
        records = world_of(never_full=never_full)
        alias(records, component, count)
        written = scores_of(records, course)
        assert len(records["components"]) == 3 + count - 1
        for sector, scores in plain.items():
            assert np.abs(written[sector] - scores).max() <= 1e-12, (sector, count)


def twins(first: int, second: int) -> Records:
    """Missiles and an equal second sector that needs another number of equal components."""
    records = world_records()
    records["sectors"].append(
        {**records["sectors"][0], "sector": "interceptors", "name": "Others", "industry_code": "X"}
    )
    for name in ("buyers", "needs", "cover", "substitution", "sector_values"):
        records[name] += [
            {**row, "sector": "interceptors"}
            for row in records[name]
            if row["sector"] == "missiles" and row.get("component") in (None, "smco_magnet")
        ]
    for name in ("needs", "cover", "substitution"):
        records[name] = [
            row
            for row in records[name]
            if row["sector"] != "missiles" or row["component"] == "smco_magnet"
        ]
    records["pool_users"] = [
        {**row, "user": sector, "sector": sector}
        for row in records["pool_users"]
        for sector in ("missiles", "interceptors")
        if row["user"] == "missiles" and row["pool"] == "sm"
    ] + [row for row in records["pool_users"] if row["user"] == "all"]
    alias(records, "smco_magnet", max(first, second))
    for sector, count in (("missiles", first), ("interceptors", second)):
        for name in ("needs", "cover"):
            records[name] = [
                row
                for row in records[name]
                if row["sector"] != sector
                or row["component"] in ("smco_magnet", *(f"smco_magnet_{n}" for n in range(count)))
            ]
    return records


def test_two_sectors_with_the_same_data_in_two_and_in_five_rows_have_the_same_score():
    records = twins(2, 5)
    needs = [row["sector"] for row in records["needs"]]
    assert (needs.count("missiles"), needs.count("interceptors")) == (2, 5)
    settings = ex.Settings(draws=512, horizon_weeks=60, prior=True)
    ranking = ex.assess(tiny_dataset(records), "samarium_only", settings).ranking
    rows = ranking.set_index("sector")
    one, other = rows.loc["missiles"], rows.loc["interceptors"]
    assert one["score"] > 1.0
    error = np.hypot(one["score_se"], other["score_se"])
    assert 0.0 < abs(one["score"] - other["score"]) <= 3.0 * error


def test_rows_of_one_sector_take_their_ranges_at_one_quantile():
    records = world_records()
    inputs = Inputs.of(tiny_dataset(records), Sampler.first(64, 7))
    for quantity in ("stock_weeks", "lag_weeks"):
        both = [
            inputs.cover("missiles", component, quantity)
            for component in ("smco_magnet", "ndfeb_heavy_magnet")
        ]
        assert (both[0] == both[1]).all()
    weeks = [inputs.cover(sector, "ndfeb_heavy_magnet", "stock_weeks") for sector in SECTORS]
    assert np.corrcoef(weeks)[0, 1] < 0.5
    # A stock is no quantile of a lag.
    assert np.corrcoef(inputs.uniform("cover|missiles|stock_weeks"), both[0])[0, 1] < 0.5


SECTORS = ("missiles", "electric_vehicles")


def test_a_row_of_a_group_is_one_judgement_for_all_its_sectors():
    records = world_records()
    of_group = {"component": "ndfeb_heavy_magnet", "quantity": "stock_weeks"}
    records["cover"] = [row for row in records["cover"] if not of_group.items() <= row.items()]
    weeks = figure((2.0, 6.0, 12.0), "week")
    records["cover"].append({"sector": "made_up", **of_group, **weeks})
    inputs = Inputs.of(tiny_dataset(records), Sampler.first(64, 7))
    one, other = (inputs.cover(sector, "ndfeb_heavy_magnet", "stock_weeks") for sector in SECTORS)
    assert (one == other).all()


def test_a_row_changed_by_hand_leaves_its_shared_stream_and_moves_no_other():
    tables = tiny_dataset(world_records())
    key = ("missiles", "smco_magnet", "stock_weeks")
    changed = ex.with_value(tables, "cover", key, value=(2.0, 6.0, 12.0))
    before, after = (Inputs.of(dataset, Sampler.first(64, 7)) for dataset in (tables, changed))
    moved = {
        (row.sector, row.component, row.quantity)
        for row in tables.rows_of(CoverRow)
        if (
            before.cover(row.sector, row.component, row.quantity)
            != after.cover(row.sector, row.component, row.quantity)
        ).any()
    }
    assert moved == {key}


def test_adding_a_sector_moves_no_other_draw():
    plain, records = tiny_dataset(world_records()), world_records()
    records["sectors"].append(
        {**records["sectors"][0], "sector": "a_new_one", "name": "New", "industry_code": "X"}
    )
    add_sector(records, "a_new_one", "military", ["smco_magnet", "ndfeb_light_magnet"])
    more = tiny_dataset(records)
    one, other = (Inputs.of(dataset, Sampler.first(32, 7)) for dataset in (plain, more))
    rows = [row for table in plain.rows.values() for row in table if isinstance(row, QuantityRow)]
    assert sum(row.low < row.high for row in rows) > 20
    for row in rows:
        assert (one.draw(row) == other.draw(row)).all(), row


def test_stocks_of_one_group_are_correlated_as_stated_and_those_of_two_are_not():
    records = world_records()
    records["sectors"].append(
        {**records["sectors"][0], "sector": "boats", "name": "Boats", "industry_code": "X",
         "uncertainty_group": "elsewhere"}
    )  # fmt: skip
    add_sector(records, "boats", "civil", ["ndfeb_heavy_magnet"])
    add_parameter(records, "stock_correlation", 0.6, "correlation")
    draws = 8192
    inputs = Inputs.of(tiny_dataset(records), Sampler.first(draws, 7))
    names = (*SECTORS, "loudspeakers", "boats")
    row = figure((2.0, 6.0, 12.0))
    scores = {}
    for name in names:
        component = "ndfeb_light_magnet" if name == "loudspeakers" else "ndfeb_heavy_magnet"
        weeks = inputs.cover(name, component, "stock_weeks")
        low, mode, high = row["low"], row["central"], row["high"]
        below = (weeks - low) ** 2 / ((high - low) * (mode - low))
        above = 1.0 - (high - weeks) ** 2 / ((high - low) * (high - mode))
        quantile = np.where(weeks < mode, below, above)
        # The marginal law is the stated one: quantiles are uniform.
        assert quantile.mean() == pytest.approx(0.5, abs=4.0 * np.sqrt(1.0 / 12.0 / draws))
        scores[name] = ndtri(quantile)
    for one, other in combinations(names, 2):
        stated = 0.0 if "boats" in (one, other) else 0.6
        error = (1.0 - stated**2) / np.sqrt(draws)
        found = np.corrcoef(scores[one], scores[other])[0, 1]
        assert found == pytest.approx(stated, abs=4.0 * error), (one, other)


def test_without_users_of_pools_and_with_one_firm_a_sector_the_first_edition_comes_out_again():
    """To the last bit: inflow where there is no stock, losses where there is some."""
    assert losses() == json.loads(GOLDEN.read_text(encoding="utf-8"))
