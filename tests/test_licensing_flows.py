"""Licensed flow of a scenario: ramps, catch-up, growth of the office, classes, lists."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.licensing.border import share_stopped
from exposure.licensing.flows import ClassRun, OfficeRun, office_flows, run_office
from exposure.licensing.goods import Item, items_of
from exposure.licensing.office import capacity, enforcement
from exposure.licensing.plan import FREE_CLASS, plan_office
from exposure.licensing.queue import run_queue
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.policy.rules import Rule
from exposure.tables.dataset import Dataset
from exposure.terms import BuyerClass, LicenceState, Tier
from tests.licensing_world import (
    CIVIL,
    DRAWN,
    FORCES,
    LISTED,
    MILITARY,
    ORDINARY,
    START,
    dataset,
    inputs,
    scenario,
)

MAGNET = Item(("Dy", "Tb", "Nd"), "heavy_magnet", "magnet")
OXIDE = Item(("Sm",), None, "separation")
NEODYMIUM = Item(("Nd",), None, "metal")
ITEMS = (MAGNET, OXIDE, NEODYMIUM)
QUICK = settings(max_examples=25, deadline=None)


def run(*rules: Rule, weeks: int = 30, start: date = START, rows=(), draws=1, **changes):
    """The office of the USA."""
    drawn = inputs(rows, draws=draws, **changes)
    return run_office(drawn, scenario(*rules, start=start), ITEMS, "USA", weeks=weeks)


def flow(*rules: Rule, item: Item = MAGNET, buyer=CIVIL, **changes) -> np.ndarray:
    """Flow of one case in the one draw, week by week."""
    return 1.0 - run(*rules, **changes).flows[(item, *buyer)].stopped[:, 0]


def class_of(found: OfficeRun, item: Item, buyer) -> ClassRun:
    return next(group for group in found.classes if (item, *buyer) in group.members)


def office_plan(*rules: Rule, weeks: int = 10, start: date = START, **changes):
    drawn = inputs(**changes)
    return drawn, plan_office(drawn.index, scenario(*rules, start=start), ITEMS, "USA", weeks=weeks)


# What is switched off changes nothing.


def test_without_ramp_catch_up_and_growth_flow_is_what_the_queue_licenses() -> None:
    ranges = {
        "capacity_share_per_week": (0.05, 0.1, 0.2),
        "approval_ordinary": (0.3, 0.7, 1.0),
        "first_decision_week": (3, 6, 9),
        "delay_weeks_ordinary": (4, 6, 9),
        "refusal_share": (0.2, 0.5, 0.9),
        "reapplication_share": (0.2, 0.5, 0.9),
        "reapplication_weeks": (2, 4, 9),
    }
    drawn = inputs(draws=8, **ranges)
    found = run_office(
        drawn, scenario(ORDINARY, MILITARY, LISTED), (MAGNET, NEODYMIUM), "USA", weeks=60
    )
    group = class_of(found, MAGNET, CIVIL)
    figures = {name: drawn.require("licence_queue", "*", "*", "*", name, "") for name in ranges}
    terms = LicenceTerms(
        LicenceState.ORDINARY, 2, figures["approval_ordinary"],
        figures["delay_weeks_ordinary"].astype(np.int64), 26, 6,
        refusal_share=figures["refusal_share"],
        reapplication_share=figures["reapplication_share"],
        reapplication_weeks=figures["reapplication_weeks"].astype(np.int64),
    )  # fmt: skip
    week = np.arange(60)[:, None]
    per_week = np.where(
        week >= figures["first_decision_week"], figures["capacity_share_per_week"], 0.0
    )
    plain = run_queue([LicenceClass("civil", group.size, ((0, terms),))], per_week, weeks=60)
    np.testing.assert_array_equal(group.licensed, plain.licensed[:, 0])
    np.testing.assert_array_equal(group.stopped, 1.0 - plain.licensed[:, 0])
    assert (found.flows[(MAGNET, *FORCES)].stopped == 1.0).all()


def test_what_is_free_throughout_has_no_flow_to_stop() -> None:
    assert run(enforcement_weeks=3).classes == ()
    found = run(ORDINARY, enforcement_weeks=3)
    assert found.flows[(NEODYMIUM, *CIVIL)].stopped is None
    assert found.flows[(NEODYMIUM, *CIVIL)].class_index == FREE_CLASS
    assert found.flows[(MAGNET, *CIVIL)].stopped is not None


def test_weeks_of_freedom_stop_exactly_nothing() -> None:
    released = [Rule(element=e, starts=date(2025, 8, 1), state="free") for e in ("Dy", "Tb")]
    found = run(ORDINARY, *released, enforcement_weeks=2.5)
    assert (found.flows[(MAGNET, *CIVIL)].stopped[17:] == 0.0).all()


# Enforcement.


def test_goods_under_way_leave_while_customs_comes_to_enforce() -> None:
    assert flow(MILITARY, buyer=FORCES, weeks=5, enforcement_weeks=2).tolist() == [
        0.75, 0.25, 0.0, 0.0, 0.0,
    ]  # fmt: skip


def test_a_ramp_that_ends_within_a_week_counts_with_its_mean() -> None:
    # Of a week the first half is on the way from 0 to 1, the second at 1: 0.25 + 0.5.
    weeks = [LicenceState.WITHHELD] * 3
    np.testing.assert_allclose(enforcement(weeks, np.array([0.5]), begun=0)[:, 0], [0.75, 1, 1])


def test_the_stopped_share_of_the_ramp_is_half_its_width_short() -> None:
    weeks = [LicenceState.ORDINARY] * 20
    width = np.array([0.0, 0.3, 1.0, 2.7, 13.0])
    np.testing.assert_allclose(20 - enforcement(weeks, width, begun=0).sum(axis=0), width / 2)


def test_the_ramp_begins_again_after_freedom_and_not_in_a_scenario_that_starts_later() -> None:
    weeks = [LicenceState.ORDINARY, LicenceState.FREE, LicenceState.WITHHELD, LicenceState.WITHHELD]
    found = enforcement(weeks, np.array([2.0]), begun=0)[:, 0]
    np.testing.assert_allclose(found[[0, 2, 3]], [0.25, 0.25, 0.75])
    later = flow(MILITARY, buyer=FORCES, weeks=3, start=date(2025, 6, 6), enforcement_weeks=4)
    assert later.tolist() == [0.0, 0.0, 0.0]


# Catch-up.


def test_a_rule_that_begins_after_the_first_scored_day_changes_nothing_before() -> None:
    """Also where some of the elements were under control earlier."""
    tables = dataset(enforcement_weeks=8)
    elements = [
        row.model_copy(update={"controlled_from": START - timedelta(weeks=5)})
        if row.element == "Sm" else row
        for row in tables.rows["elements"]
    ]  # fmt: skip
    tables = Dataset.from_rows({**tables.rows, "elements": elements}, version="made up")
    drawn = Inputs.of(tables, Sampler.first(3, seed=1))
    later = Rule(
        element="Sm", starts=START + timedelta(weeks=12), state="ordinary",
        overrides={"approval": 0.3},
    )  # fmt: skip
    samarium = Item(("Sm",), "smco_magnet", "magnet")
    one, other = (
        run_office(drawn, scenario(ORDINARY, *rules), (MAGNET, samarium), "USA", weeks=40, first=10)
        for rules in ((), (later,))
    )
    assert len(other.classes) > len(one.classes)
    for key, usual in one.flows.items():
        if usual.stopped is not None:
            found = other.flows[key].stopped
            np.testing.assert_array_equal(found[:10], usual.stopped[:10])
            np.testing.assert_allclose(found[:12], usual.stopped[:12], rtol=1e-12)
    case = (samarium, *CIVIL)
    assert (other.flows[case].stopped[35:] > one.flows[case].stopped[35:]).all()


def test_holders_make_up_what_they_missed_and_no_more() -> None:
    licensed = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0])[:, None]
    found = 1.0 - share_stopped(
        licensed, np.ones((6, 1)), ceiling=np.array([1.5]), recoverable=np.array([0.5])
    )
    # Two weeks missed, half of them recoverable, half a week at a time.
    assert found.ravel().tolist() == [0.0, 0.0, 1.5, 1.5, 1.0, 1.0]


def test_orders_of_the_refused_are_never_shipped_by_others() -> None:
    licensed = np.concatenate([np.zeros((4, 1)), np.full((200, 1), 0.5)])
    catch_up = {"ceiling": np.array([1.2]), "recoverable": np.array([1.0])}
    flow = 1.0 - share_stopped(licensed, np.ones((204, 1)), **catch_up)
    assert flow[-1, 0] == pytest.approx(0.5)
    # What the licensed half missed: four weeks of half the flow.
    assert flow.sum() == pytest.approx(200 * 0.5 + 4 * 0.5)


def test_when_all_are_licensed_the_recoverable_part_of_what_was_missed_is_made_up() -> None:
    licensed = np.clip(np.arange(120)[:, None] / 9.0, 0, 1)
    catch_up = {"ceiling": np.array([1.2]), "recoverable": np.array([0.7])}
    flow = 1.0 - share_stopped(licensed, np.ones((120, 1)), **catch_up)
    missed = (1.0 - licensed).sum()
    assert flow.max() == pytest.approx(1.2)
    assert flow.sum() == pytest.approx(120 - 0.3 * missed, rel=0.03)


@QUICK
@given(seed=st.integers(0, 2**32 - 1))
def test_flow_keeps_its_bounds_and_never_makes_up_more_than_was_missed(seed: int) -> None:
    drawn = inputs(draws=4, seed=seed, **DRAWN)
    found = run_office(drawn, scenario(ORDINARY, MILITARY, LISTED), ITEMS, "USA", weeks=80)
    width, ceiling, recoverable = (
        drawn.require("licence_queue", "*", "*", "*", name, "")
        for name in ("enforcement_weeks", "catch_up_ceiling", "recoverable_share")
    )
    for group in found.classes:
        plain = enforcement(group.states, width, begun=0) * (1.0 - group.licensed)
        extra = plain - group.stopped
        assert (extra >= -1e-12).all()
        assert (extra <= (ceiling - 1.0) * group.licensed + 1e-12).all()
        missed = recoverable * np.cumsum(plain, axis=0)
        assert (np.cumsum(extra, axis=0) <= missed + 1e-9).all()
        assert (group.stopped <= 1.0).all()


# The office.


def test_the_office_grows_from_its_first_to_its_full_size() -> None:
    drawn, plan = office_plan(
        capacity_start_share=0.5, capacity_growth_weeks=8, first_decision_week=2
    )
    found = capacity(drawn, plan)[:, 0] / 0.1
    np.testing.assert_allclose(found, [0, 0, *(0.5 + np.arange(2, 8) / 16), 1, 1])


def test_growth_counts_from_the_day_of_control_not_of_the_scenario() -> None:
    figures = {"capacity_start_share": 0.5, "capacity_growth_weeks": 8, "first_decision_week": 2}
    later = capacity(*office_plan(start=date(2025, 5, 2), weeks=5, **figures))[:, 0]
    np.testing.assert_allclose(later, capacity(*office_plan(weeks=9, **figures))[4:, 0])


def test_listed_parties_wait_without_a_limit_and_come_last() -> None:
    watched = (BuyerClass.CIVIL, Tier.LISTED)
    found = flow(ORDINARY, buyer=watched, weeks=40, capacity_share_per_week=10)
    assert (found[:26] == 0.0).all()
    assert found[26] == pytest.approx(0.7)
    scarce = run(ORDINARY, weeks=60, delay_weeks_listed=7, capacity_share_per_week=0.02)
    assert class_of(scarce, MAGNET, watched).served[:50].sum() < 1e-12
    assert class_of(scarce, MAGNET, CIVIL).served[:50].sum() > 0.0


def test_listed_parties_who_are_withheld_share_the_class_of_all_who_are() -> None:
    found = run(ORDINARY, MILITARY, LISTED, weeks=5)
    withheld = class_of(found, MAGNET, FORCES)
    assert (MAGNET, BuyerClass.CIVIL, Tier.LISTED) in withheld.members
    assert (OXIDE, BuyerClass.CIVIL, Tier.LISTED) in withheld.members
    assert len(found.classes) == 3  # besides finished goods and oxide in the ordinary line


def test_oxide_has_its_own_approval_and_delay() -> None:
    found = run(
        ORDINARY, weeks=24, capacity_share_per_week=1.0, first_decision_week=0,
        approval_ordinary=0.9, approval_ordinary_upstream=0.4,
        delay_weeks_ordinary=3, delay_weeks_ordinary_upstream=8,
    )  # fmt: skip
    for item, weeks, share in ((MAGNET, 3, 0.9), (OXIDE, 8, 0.4)):
        licensed = class_of(found, item, CIVIL).licensed[:, 0]
        assert licensed[weeks - 1] == 0.0
        np.testing.assert_allclose(licensed[weeks:], share)


def test_licences_that_are_not_renewed_run_out_and_nobody_comes_back() -> None:
    end = {"renewal_approval": 0.0, "reapplication_share": 0.0}
    lapse = Rule(starts=START + timedelta(weeks=10), state="ordinary", overrides=end)
    found = flow(
        ORDINARY, lapse, weeks=80, capacity_share_per_week=10, first_decision_week=0,
        reapplication_share=1.0, refusal_share=1.0, reapplication_weeks=60,
    )  # fmt: skip
    np.testing.assert_allclose(found, [0] * 7 + [0.7] * 26 + [0] * 41 + [0.21] * 6, atol=1e-12)


@QUICK
@given(seed=st.integers(0, 2**32 - 1))
def test_loads_are_kept_and_none_is_lost(seed: int) -> None:
    drawn = inputs(draws=4, seed=seed, **DRAWN)
    revoked = Rule(
        element="Dy", starts=START + timedelta(weeks=20), state="ordinary",
        overrides={"revoke": True},
    )  # fmt: skip
    found = run_office(drawn, scenario(ORDINARY, MILITARY, LISTED, revoked), ITEMS, "USA", weeks=60)
    assert sum(group.size for group in found.classes) == pytest.approx(1.0)
    for group in found.classes:
        filed, decided = group.arrivals.cumsum(axis=0), group.served.cumsum(axis=0)
        gone = group.withdrawn.cumsum(axis=0)
        np.testing.assert_allclose(filed, decided + gone + group.backlog, atol=1e-9)
        assert (group.licensed <= 1.0).all()


def test_the_flows_without_their_loads_are_the_same() -> None:
    course, drawn = scenario(ORDINARY, MILITARY), inputs(draws=5, **DRAWN)
    found = run_office(drawn, course, ITEMS, "USA", weeks=20)
    plan = plan_office(drawn.index, course, ITEMS, "USA", weeks=20)
    alone = office_flows(drawn, plan)
    assert alone.keys() == found.flows.keys()
    for key, flow in alone.items():
        known = found.flows[key]
        assert (flow.states, flow.class_index, flow.seen_index) == (
            known.states, known.class_index, known.seen_index,
        )  # fmt: skip
        assert (
            flow.stopped is None if known.stopped is None else (flow.stopped == known.stopped).all()
        )
        assert (flow.look_through == known.look_through).all()


def test_goods_of_the_tables_are_finished_components_and_elements_upstream() -> None:
    found = items_of(inputs().index)
    assert len(found) == 2 + 4 * 2
    assert {MAGNET, OXIDE, NEODYMIUM} < set(found)
