"""Dated changes of a world: no effect on the past, conservation of mass, equal twin runs."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

import exposure as ex
from exposure import fast
from exposure.impact import kernels
from exposure.impact.arrivals import arrivals
from exposure.impact.course import run_reference
from exposure.impact.outcomes import Question, SectorRun, element_players
from exposure.impact.prepared import run_window
from exposure.inputs.streams import Sampler
from exposure.scoring.blocks import Run
from exposure.supply.actions import (
    NO_ACTIONS,
    Action,
    Actions,
    Added,
    Bought,
    Built,
    Moved,
    Rated,
    Released,
    Shared,
    Sooner,
    Trusted,
)
from tests.tiny import figure, tiny_dataset
from tests.tiny_world import world_records

DAY = date(2025, 8, 1)
WEEK = 17
HEAVY = "ndfeb_heavy_magnet"

BUYS = Bought(DAY, 8, "missiles", HEAVY, "Dy", 6.0)
CARS_BUY = Bought(
    DAY, 5, "electric_vehicles", HEAVY, "Dy", None, 4.0, (("electric_vehicles", HEAVY),)
)

EACH: dict[str, tuple[Action, ...]] = {
    "added": (Added(DAY, "Dy", 30.0, 4),),
    "released": (Released(DAY, "Dy", 10.0, 6),),
    "built": tuple(
        Built(DAY, "Dy", stage, 50.0, 3) for stage in ("mining", "separation", "metal", "magnet")
    ),
    "bought": (BUYS,),
    "bought in tonnes": (
        Bought(DAY, 5, "missiles", HEAVY, "Dy", None, 4.0, (("missiles", HEAVY),)),
    ),
    "given": (Bought(DAY, 1, "electric_vehicles", HEAVY, "Dy", 6.0, given=True),),
    "sooner": (Sooner(DAY, "electric_vehicles", HEAVY, 15),),
    "rated": (Rated(DAY, "electric_vehicles", 1),),
    "shared": (Shared(DAY, "missiles"), Shared(DAY, "electric_vehicles")),
    "moved": (Moved(DAY, "USA", "civil", HEAVY, "magnet", 0.5),),
    "trusted": (Trusted(DAY, "USA"),),
}
ALL = tuple(action for actions in EACH.values() for action in actions)
BASE = (Added(date(2025, 4, 4), "Dy", 25.0, 0),)
"""Something that is free in the pool, with or without a change."""

HARMLESS = ("added", "released", "built", "bought", "bought in tonnes", "sooner", "rated")


@cache
def world() -> ex.Dataset:
    records = world_records()
    use = figure(2500.0, "t/yr")
    records["demand"] = [
        {"element": "Dy", "destination": "WLD", "quantity": "world_use_t_per_year", **use}
    ]
    # Without neodymium, of which nobody outside China has any, dysprosium decides.
    heavy = next(entry for entry in records["components"] if entry["component"] == HEAVY)
    heavy["elements"] = "Dy"
    records["component_elements"] = [
        entry
        for entry in records["component_elements"]
        if (entry["component"], entry["element"]) != (HEAVY, "Nd")
    ]
    return tiny_dataset(records)


def run_of(
    scenario: str, actions: tuple[Action, ...] = (), *, draws: int = 5, seed: int = 1
) -> Run:
    dataset, read = world(), ex.read_scenario(scenario)
    settings = ex.Settings(prior=True, draws=draws, horizon_weeks=40)
    window = run_window(read, settings)
    sampler = Sampler.first(draws, seed)
    ranked = dataset.sector_ids(None)
    return Run(dataset, read, settings, window, ranked, sampler, Actions((*BASE, *actions)))


def twins(run: Run, *, stocks: bool = False) -> tuple[dict[str, SectorRun], dict[str, SectorRun]]:
    prepared = run.prepared(0, run.sampler.size)
    world, licences = prepared.worlds[0], prepared.granted[0]
    controlled = frozenset({"Sm", "Dy"})
    players = {sector: element_players(world.sectors[sector], controlled) for sector in run.sectors}
    asked = {"missiles": np.array([3, WEEK + 4])} if stocks else {}
    question = Question(run.weight, asked)
    slow = run_reference(world, licences, players, question, run.settings)
    quick = kernels.run_course(world, licences, players, question) if fast.AVAILABLE else slow
    return quick, slow


@cache
def weekly(scenario: str, actions: tuple[Action, ...] = (), **given: int) -> dict[str, np.ndarray]:
    return {name: run.weekly for name, run in twins(run_of(scenario, actions, **given))[1].items()}


@pytest.mark.skipif(not fast.AVAILABLE, reason="numba is not installed")
@pytest.mark.parametrize("kind", [*EACH, "all"])
def test_the_fast_twin_equals_the_reference_under_any_change(kind: str) -> None:
    actions = ALL if kind == "all" else EACH[kind]
    for scenario, stocks in (("april_2025_queue", False), ("full_withhold", True)):
        quick, slow = twins(run_of(scenario, actions, draws=67), stocks=stocks)
        for sector, plain in slow.items():
            for table in ("weekly", "stopped", "held"):
                assert np.array_equal(getattr(quick[sector], table), getattr(plain, table)), table
            for table in ("by_player", "by_element", "unmet"):
                found, wanted = getattr(quick[sector], table), getattr(plain, table)
                assert all(np.array_equal(found[key], wanted[key]) for key in wanted), table


@pytest.mark.parametrize("kind", list(EACH))
def test_no_change_touches_the_weeks_before_its_day(kind: str) -> None:
    before = weekly("full_withhold")
    after = weekly("full_withhold", EACH[kind])
    moved = 0.0
    for sector, lost in before.items():
        assert np.array_equal(lost[:WEEK], after[sector][:WEEK]), sector
        moved += float(np.abs(lost - after[sector]).sum())
    assert moved > 0.0 or kind == "trusted"  # all are withheld


def test_a_change_after_the_last_week_changes_nothing() -> None:
    late = tuple(replace(action, since=date(2030, 1, 1)) for action in ALL)
    before, after = weekly("full_withhold"), weekly("full_withhold", late)
    assert all(np.array_equal(before[sector], after[sector]) for sector in before)


@pytest.mark.parametrize("scenario", ["full_withhold", "april_2025_queue"])
@pytest.mark.parametrize("kind", HARMLESS)
def test_what_cannot_harm_its_target_does_not(kind: str, scenario: str) -> None:
    target = "missiles" if kind.startswith("bought") else "electric_vehicles"
    before = weekly(scenario, draws=12)[target].cumsum(axis=0)
    after = weekly(scenario, EACH[kind], draws=12)[target].cumsum(axis=0)
    assert (after <= before + 1e-9).all()


def test_who_is_served_before_a_purchase_does_not_notice_it() -> None:
    before, after = (
        weekly("full_withhold", draws=12),
        weekly("full_withhold", (CARS_BUY,), draws=12),
    )
    assert np.array_equal(before["missiles"], after["missiles"])


def test_a_purchase_leaves_the_pool_in_the_weeks_in_which_it_is_bought() -> None:
    """The sum of the buyer's arrivals and those of all other users of the pool is unchanged."""
    plain, acted = run_of("april_2025_queue"), run_of("april_2025_queue", (BUYS,))
    arrived = []
    for run in (plain, acted):
        prepared = run.prepared(0, 5)
        world = prepared.worlds[0]
        bought, _ = arrivals(world, prepared.granted[0], run.sectors)
        weighed = np.zeros(bought[("missiles", 0)].inflow.shape[::2])
        for name in ("missiles", "electric_vehicles"):
            for position, stream in enumerate(world.sectors[name].streams):
                for k, holding in enumerate(world.sectors[name].holdings):
                    channel = holding.channels[0]
                    if channel.pool == "dy":
                        share = world.pools["dy"].weight_of(
                            name, channel, stream.buyer_class, stream.tier
                        )
                        weighed += share * bought[(name, position)].inflow[:, k]
        arrived.append(weighed)
    gained = arrived[1] - arrived[0]
    assert np.abs(gained[:WEEK]).max() == 0.0
    assert gained[WEEK : WEEK + 8].max() > 0.0
    assert np.abs(gained[WEEK + 8 :]).max() == pytest.approx(0.0, abs=1e-12)


def test_a_stock_of_enough_weeks_ends_the_loss_where_the_pool_is_full() -> None:
    free = weekly("free_flow", (BUYS,))
    assert all(not lost.any() for lost in free.values())


def test_no_changes_are_falsy_and_selected_by_field() -> None:
    assert not NO_ACTIONS
    assert Actions(ALL).of(Shared, sector="missiles") == (Shared(DAY, "missiles"),)
    assert Actions(ALL).on_goods("missiles") == ()
    assert Actions(ALL).on_pool({"Sm"}, {"missiles"}) == ()
