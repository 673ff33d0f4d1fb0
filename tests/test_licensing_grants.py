"""Offices of all destinations: which have a separate one, and the licences of each channel."""

import numpy as np
import pytest

from exposure.errors import UnknownNameError
from exposure.licensing.flow_table import COLUMNS, QUANTITIES, class_names, licensed_flow
from exposure.licensing.goods import Item
from exposure.licensing.grants import grant, grant_planned, plan_grants
from exposure.licensing.plan import FREE_CLASS
from exposure.policy.rules import Rule
from exposure.policy.scenario import mix
from exposure.policy.scenario_file import read_scenario, shipped_scenarios
from exposure.settings import Settings
from exposure.supply.channels import Channel
from exposure.terms import BuyerClass, Tier
from tests.licensing_world import (
    DRAWN,
    MILITARY,
    ORDINARY,
    STAGES,
    START,
    dataset,
    inputs,
    queue_row,
    scenario,
)

SMCO = Channel("smco_magnet", "Sm", STAGES, ("Sm",), "JPN")
HEAVY = Channel("heavy_magnet", "Dy", STAGES, ("Dy", "Tb", "Nd"), "JPN")
FORCES = {"destination": "USA", "buyer": BuyerClass.MILITARY, "tier": Tier.STANDARD}
PLACES = ("USA", "JPN", "DEU")


def test_places_that_nothing_singles_out_share_an_office() -> None:
    rows = [queue_row("approval_ordinary", 0.2, destination="USA")]
    japan = Rule(destination="JPN", starts=START, state="general")
    found = plan_grants(inputs(rows).index, scenario(ORDINARY, japan), PLACES, weeks=9)
    assert found.treated_as == {"USA": "USA", "JPN": "JPN", "DEU": "*"}
    assert list(found.offices) == ["*", "JPN", "USA"]


def test_finished_goods_are_judged_by_the_final_user_and_upstream_by_the_processor_too() -> None:
    korea = Rule(destination="JPN", starts=START, state="free")
    found = grant(inputs(), scenario(ORDINARY, MILITARY, korea), PLACES, weeks=9)
    finished = found.of_final_user(SMCO, "magnet", **FORCES)
    assert (finished.stopped == 1.0).all()
    assert found.of_final_user(SMCO, "metal", **FORCES).class_index == finished.class_index
    assert found.of_processor(SMCO, "metal").stopped is None
    civil = found.of_final_user(HEAVY, "magnet", **(FORCES | {"buyer": BuyerClass.CIVIL}))
    assert civil.class_index != finished.class_index


def test_indices_tell_cases_apart_over_all_destinations() -> None:
    rows = [
        queue_row("approval_ordinary", 0.2, destination="USA"),
        queue_row("look_through", 0.9, destination="JPN", buyer_class="military"),
    ]
    drawn = inputs(rows, draws=4, **DRAWN)
    found = grant(drawn, scenario(ORDINARY, MILITARY), PLACES, weeks=20)
    flows = [flow for place in ("USA", "JPN", "DEU") for flow in found.flows[place].values()]
    for one in flows[::7]:
        for other in flows:
            assert (one.class_index == other.class_index) == (one.stopped is other.stopped)
            assert (one.seen_index == other.seen_index) == (one.look_through is other.look_through)
    assert {flow.class_index for flow in flows if flow.stopped is None} == {FREE_CLASS}


def test_a_plan_serves_any_draws_and_a_block_of_them_gets_the_same() -> None:
    drawn = inputs(draws=6, **DRAWN)
    plan = plan_grants(drawn.index, scenario(ORDINARY), PLACES, weeks=40)
    whole = grant_planned(drawn, plan)
    part = grant_planned(drawn.with_sampler(drawn.sampler.block(2, 5)), plan)
    for place in PLACES:
        for key, flow in whole.flows[place].items():
            if flow.stopped is not None:
                np.testing.assert_allclose(
                    part.flows[place][key].stopped, flow.stopped[:, 2:5], rtol=0, atol=1e-12
                )


def test_rows_are_noted_for_the_office_that_read_them() -> None:
    rows = [queue_row("approval_ordinary", 0.2, destination="USA")]
    drawn = inputs(rows)
    found = grant(drawn, scenario(ORDINARY), PLACES, weeks=9)
    row = ("licence_queue", ("USA", "*", "*", "approval_ordinary", ""))
    assert row in drawn.notes[found.readers["USA"]]
    assert row not in drawn.notes[found.readers["DEU"]]
    assert found.readers["JPN"] == found.readers["DEU"]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_rule_that_ends_renewals_leaves_no_way_back(name: str) -> None:
    for member, _ in read_scenario(name).members:
        for rule in member.rules:
            if rule.overrides.renewal_approval == 0.0:
                assert rule.overrides.reapplication_share == 0.0, rule.note


def test_the_table_has_a_row_for_each_class_and_week_of_each_member() -> None:
    free = scenario().model_copy(update={"scenario": "open"})
    ordinary = scenario(ORDINARY, MILITARY)
    mixture = mix("both", [(ordinary, 0.5), (free, 0.5)], text="even")
    table = licensed_flow(dataset(**DRAWN), mixture, Settings(draws=8, horizon_weeks=30))
    assert tuple(table.columns) == COLUMNS
    assert set(table["scenario"]) == {"made_up"}  # where all is free there is no class
    assert len(table) == 30 * table["licence_class"].nunique()
    first = table[table["week"] == 0]
    assert first["size"].sum() == pytest.approx(1.0)
    assert first["applications"].sum() == pytest.approx(1.0)
    for name in QUANTITIES:
        assert (table[f"{name}_p05"] <= table[name] + 1e-12).all()
        assert (table[name] <= table[f"{name}_p95"] + 1e-12).all() or name == "flow"


def test_a_destination_without_sectors_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError) as error:
        licensed_flow(dataset(), scenario(ORDINARY), Settings(draws=1, destination="JPN"))
    assert str(error.value) == "unknown destination 'JPN'; write one of: USA, all"


def test_classes_are_named_in_few_words_and_each_differently() -> None:
    metal, oxide = Item(("Sm",), None, "metal"), Item(("Dy",), None, "separation")
    civil = (BuyerClass.CIVIL, Tier.STANDARD)
    dual = (BuyerClass.DUAL, Tier.TRUSTED)
    assert class_names([((metal, *civil),), ((oxide, *civil), (metal, *dual))]) == [
        "civil standard: goods with Sm",
        "civil standard: goods with Dy; dual trusted: goods with Sm",
    ]
