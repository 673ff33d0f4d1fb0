"""Interfaces between parts that are each correct."""

from datetime import date, timedelta

import pytest

import exposure as ex
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.policy.rules import Overrides, Rule
from exposure.policy.scenario import Scenario, mix
from exposure.supply.additions import _plant
from tests.tiny import figure, tiny_dataset, tiny_records

DAY = date(2025, 4, 4)
FEW = ex.Settings(draws=16, prior=True)


def course(*rules, name="own"):
    return Scenario(scenario=name, name=name, start=DAY, text="made up", rules=rules)


def tables(buyers=()):
    """US buyers take the heavy magnet elsewhere; electric cars as `buyers` says."""
    records = tiny_records()
    case = {"destination": "USA", "component": "ndfeb_heavy_magnet", "stage": "magnet"}
    records["sourcing"] += [
        {
            **case,
            "buyer_class": buyer,
            "country": country,
            "from_date": "2025-01-01",
            **figure(share),
        }
        for buyer in ("civil", "military")
        for country, share in (("CHN", 0.0), ("ROW", 1.0))
    ]
    if buyers:
        kept = [row for row in records["buyers"] if row["sector"] != "electric_vehicles"]
        records["buyers"] = kept + [
            {"sector": "electric_vehicles", "buyer_class": "civil", "tier": tier, **figure(share)}
            for tier, share in buyers
        ]
    return tiny_dataset(records)


def test_an_uncontrolled_element_stopped_alone_is_a_driver_by_name():
    """Neodymium stops; the loss is attributed to dysprosium, the listed element of the magnet."""
    stop = Rule(element="Nd", stage="metal", starts=DAY, state="withheld")
    row = (
        ex.assess(tables(), course(stop), FEW).ranking.set_index("sector").loc["electric_vehicles"]
    )
    assert row["score"] > 0
    assert row["main_driver"] == "Dy metal"


@pytest.mark.parametrize("by", ["element", "component", "stage", "licence_class"])
def test_parts_sum_to_the_score_when_control_ends_and_returns(by):
    """In free weeks orders are made up: that refill is nobody's, and must not be lost."""
    records = tiny_records()
    for row in records["licence_queue"]:
        if row["quantity"] in {"catch_up_ceiling", "recoverable_share"}:
            value = 1.5 if row["quantity"] == "catch_up_ceiling" else 1.0
            row |= {"low": value, "central": value, "high": value}
    stops = [
        Rule(element="Sm", starts=DAY, ends=DAY + timedelta(weeks=4), state="withheld"),
        Rule(element="Sm", starts=DAY + timedelta(weeks=12), state="withheld"),
    ]
    settings = ex.Settings(draws=16, horizon_weeks=26, prior=True)
    result = ex.assess(tiny_dataset(records), course(*stops), settings)
    scores = result.ranking.set_index("sector")["score"]
    assert scores["missiles"] > 0
    parts = result.attribution(by).sum(axis=1)
    assert parts.to_dict() == pytest.approx(scores.to_dict(), abs=1e-9)


def test_buyers_that_are_seen_through_differently_are_not_run_as_one():
    """Both kinds are free; only one is judged as its processor's buyers are, who get nothing."""
    rules = [
        Rule(starts=DAY, state="withheld"),
        Rule(destination="USA", starts=DAY, state="free"),
        Rule(
            destination="USA", tier="trusted", starts=DAY, state="free",
            overrides=Overrides(look_through=1.0),
        ),
    ]  # fmt: skip

    def score(*buyers):
        ranking = ex.assess(tables(buyers), course(*rules), FEW).ranking
        return ranking.set_index("sector")["score"]["electric_vehicles"]

    standard = score(("standard", 1.0))
    assert standard > 0
    assert score(("trusted", 1.0)) == 0
    assert score(("trusted", 0.5), ("standard", 0.5)) == pytest.approx(standard / 2)


def test_a_record_inside_a_mixture_knows_no_more_than_alone():
    dataset, record = ex.read_dataset(), ex.read_scenario("as_it_happened")
    settings = ex.Settings(draws=4, as_of=date(2025, 5, 1), prior=True)
    alone = ex.assess(dataset, record, settings).ranking["score"]
    mixed = ex.assess(dataset, mix("one", [(record, 1.0)], text="made up"), settings).ranking
    assert mixed["score"].tolist() == alone.tolist()
    late = ex.Settings(draws=4, as_of=date(2026, 7, 2), prior=True)
    with pytest.raises(ex.ScenarioError, match="Choose what follows"):
        ex.assess(dataset, mix("one", [(record, 1.0)], text="made up"), late)


def test_a_project_works_for_all_its_elements_or_for_none():
    dataset, project = ex.read_dataset(), "mp_10x_magnets"
    made = [
        row
        for row in dataset.rows["new_supply"]
        if row.project == project and row.quantity == "capacity_t_per_year"
    ]
    for row in made:
        key = (project, row.element, row.stage, "success_probability")
        dataset = ex.with_value(dataset, "new_supply", key, value=(0.5, 0.5, 0.5))
    inputs = Inputs.of(dataset, Sampler.first(64, 7))
    works = [_plant(inputs, row, (row.stage,), start=DAY).tonnes_per_year > 0 for row in made]
    assert len(works) > 1
    assert 0 < works[0].sum() < 64
    assert all((drawn == works[0]).all() for drawn in works)


def test_the_driver_is_what_is_stopped_in_the_weeks_that_are_scored():
    """Metal is stopped for a year, magnets after it; a score of the second year names those."""
    turn = DAY + timedelta(weeks=52)
    records = tiny_records()
    made = {"destination": "USA", "component": "smco_magnet", "stage": "magnet"}
    records["sourcing"] = [
        {**made, "buyer_class": "military", "country": country, "from_date": "2025-01-01"}
        | figure(0.5)
        for country in ("CHN", "ROW")
    ]
    policy = course(
        Rule(element="Sm", stage="metal", starts=DAY, ends=turn, state="withheld"),
        Rule(element="Sm", stage="magnet", starts=turn, state="withheld"),
    )
    driver = {
        day: ex.assess(
            tiny_dataset(records),
            policy,
            ex.Settings(draws=16, prior=True, horizon_weeks=52, as_of=day),
        )
        .ranking.set_index("sector")
        .loc["missiles", "main_driver"]
        for day in (DAY, turn)
    }
    assert driver == {DAY: "Sm metal", turn: "Sm magnet"}
