"""Weeks before the scored ones: runs that act later share them, and no result depends on it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

import exposure as ex
from exposure import fast
from exposure.impact.prepared import run_window
from exposure.inputs import parts
from exposure.inputs.parts import STORE, keep_parts
from exposure.inputs.streams import Sampler
from exposure.scoring.blocks import Run, sector_risks
from exposure.supply.actions import (
    Action,
    Actions,
    Added,
    Bought,
    Moved,
    Rated,
    Released,
    Shared,
    Sooner,
    Trusted,
)  # fmt: skip
from exposure.tables.dataset import Dataset
from exposure.values import same
from tests.tiny import tiny_dataset
from tests.tiny_world import world_records

pytestmark = [
    pytest.mark.skipif(not fast.AVAILABLE, reason="numba is not installed"),
    pytest.mark.usefixtures("nothing_kept"),
]

DRAWS = 67
SCORED_FROM = date(2025, 8, 8)
SOON = date(2025, 8, 29)
MAGNET = "ndfeb_heavy_magnet"

ACTIONS = {
    "added": Added(SOON, "Dy", 200.0, 8),
    "released": Released(SOON, "Sm", 50.0, 6),
    "bought": Bought(SOON, 6, "missiles", "smco_magnet", "Sm", 8.0),
    "given": Bought(SOON, 6, "electric_vehicles", MAGNET, "Dy", 8.0, given=True),
    "sooner": Sooner(SOON, "electric_vehicles", MAGNET, 12),
    "rated": Rated(SOON, "electric_vehicles", 1),
    "shared": Shared(SOON, "missiles"),
    "moved": Moved(SOON, "USA", "civil", MAGNET, "magnet", 0.5),
    "trusted": Trusted(SOON, "USA"),
}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    records = world_records()
    for row in records["cover"]:
        if row["quantity"] == "lag_weeks":
            row |= {"low": 2.0, "central": 5.0, "high": 9.0}
        if row["quantity"] == "stock_weeks":
            row |= {"low": 2.0, "central": 4.0, "high": 16.0}
    return tiny_dataset(records)


def run_of(dataset: Dataset, *acted: Action, scored_from: date = SCORED_FROM) -> Run:
    settings = ex.Settings(prior=True, draws=DRAWS, horizon_weeks=30, as_of=scored_from)
    scenario = ex.read_scenario("april_2025_queue")
    ranked = dataset.sector_ids(None)
    sampler = Sampler.first(DRAWS, seed=4)
    window = run_window(scenario, settings)
    return Run(dataset, scenario, settings, window, ranked, sampler, Actions(acted))


def without_kept_parts(run: Run) -> object:
    keep_parts(0)
    plain = sector_risks(replace(run), workers=1)
    keep_parts(parts.LIMIT)
    return plain


@pytest.fixture
def no_room(monkeypatch) -> None:
    """Arrivals are too large to be kept, as those of 1,024 draws are in commands."""
    monkeypatch.setattr(Run, "arrivals_fit", property(lambda _: False))


def kept(kind: str) -> int:
    """Number of kept parts of a kind."""
    return sum(len(found) for name, found in STORE._parts.items() if name[0] == kind)  # type: ignore[index]


@pytest.mark.parametrize("name", ACTIONS)
def test_a_run_that_acts_later_equals_one_without_kept_parts(dataset, name):
    sector_risks(run_of(dataset), workers=1)
    acted = run_of(dataset, ACTIONS[name])
    assert same(sector_risks(acted, workers=1), without_kept_parts(acted))


@pytest.mark.parametrize("name", ACTIONS)
def test_a_run_that_acts_later_shares_the_weeks_before(dataset, name):
    sector_risks(run_of(dataset), workers=1)
    arrived, stocks = kept("arrived before"), kept("stocks before")
    assert arrived
    assert stocks
    sector_risks(run_of(dataset, ACTIONS[name]), workers=1)
    assert kept("arrived before") == arrived
    assert kept("stocks before") == stocks


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.usefixtures("no_room")
def test_runs_whose_arrivals_are_not_kept_share_the_weeks_before(dataset, name):
    sector_risks(run_of(dataset), workers=1)
    assert kept("course before") == 1
    acted = run_of(dataset, ACTIONS[name])
    risks = sector_risks(acted, workers=2)
    assert kept("course before") == 1
    assert same(risks, without_kept_parts(acted))


@pytest.mark.parametrize("name", ["shared", "sooner", "given"])
def test_a_run_that_acts_before_the_scored_weeks_equals_one_without_kept_parts(dataset, name):
    early = replace(ACTIONS[name], since=SCORED_FROM - timedelta(weeks=7))
    sector_risks(run_of(dataset), workers=1)
    acted = run_of(dataset, early)
    risks = sector_risks(acted, workers=1)
    assert same(risks, without_kept_parts(acted))
    assert not same(risks, sector_risks(run_of(dataset, ACTIONS[name]), workers=1))


@pytest.mark.parametrize("weeks", [0, 1, 3, 25])
def test_goods_in_transit_arrive_whenever_the_scored_weeks_begin(dataset, weeks):
    run = run_of(dataset, scored_from=date(2025, 4, 4) + timedelta(weeks=weeks))
    assert run.window.first == weeks
    risks = sector_risks(run, workers=1)
    assert same(risks, without_kept_parts(run))
    assert any(risk.lost.any() for risk in risks.values())


@pytest.mark.parametrize("kept_ones", [0, 1])
def test_a_short_run_and_a_long_one_share_the_weeks_before_even_if_some_are_dropped(
    dataset, kept_ones
):
    """Priority reaches firms four weeks late, which is longer than the short run is."""
    long = run_of(dataset, scored_from=date(2025, 4, 11))
    short = replace(
        long,
        settings=long.settings.model_copy(update={"horizon_weeks": 1}),
        window=replace(long.window, run=long.window.first + 1),
    )
    for one, other in ((short, long), (long, short)):
        plain = without_kept_parts(other)
        sector_risks(replace(one), workers=1)
        pasts = [name for name in STORE._parts if name[0] == "arrived before"]  # type: ignore[index]
        assert len(pasts) > 1
        for name in [*STORE._parts]:
            if name != pasts[kept_ones]:
                del STORE._parts[name]
        assert same(sector_risks(replace(other), workers=1), plain)
        assert kept("arrived before") == len(pasts)


@pytest.mark.parametrize(
    ("rule", "is_shared"),
    [
        ("withheld, from 2025-08-29", True),
        ("withheld, element=Dy, civil, from 2025-08-29", True),
        ("free, element=Dy, from 2025-08-29", True),
        ("ordinary, element=Sm, military, priority=1, from 2025-10-03", True),
        ("withheld, element=Dy, civil, from 2025-07-04", False),
        ("free, from 2025-07-04", False),
    ],
)
def test_two_courses_share_the_weeks_before_only_if_they_part_later(dataset, rule, is_shared):
    one = run_of(dataset)
    sector_risks(one, workers=1)
    arrived = kept("arrived before")
    other = replace(one, scenario=one.scenario.with_rules([rule]))
    risks = sector_risks(other, workers=1)
    assert (kept("arrived before") == arrived) is is_shared
    assert same(risks, without_kept_parts(other))
