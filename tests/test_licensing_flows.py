"""Licensed flow of a scenario: ramps, catch-up, growth of the office, returned files, lists."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.impact.inflow import Term, inflow
from exposure.licensing.border import share_stopped
from exposure.licensing.flows import ClassRun, Item, Office, OfficeRun, licensed_flows, run_office
from exposure.licensing.office import capacity, enforcement, terms_of
from exposure.licensing.queue import run_queue
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.policy.rules import Overrides, Rule
from exposure.policy.scenario import Scenario
from exposure.terms import BuyerClass, Element, LicenceState, Stage, Tier
from tests.tiny import queue_records

START = date(2025, 4, 4)
ORDINARY = Rule(starts=START, state="ordinary")
MILITARY = Rule(buyer_class="military", starts=START, state="withheld")
LISTED = Rule(tier="listed", starts=START, state="withheld")
MAGNET = Item((Element.DY, Element.ND), "ndfeb_heavy_magnet", Stage.MAGNET)
OXIDE = Item((Element.SM,), None, Stage.SEPARATION)
NEODYMIUM = Item((Element.ND,), None, Stage.METAL)
ITEMS = (MAGNET, OXIDE, NEODYMIUM)
CIVIL = (MAGNET, BuyerClass.CIVIL, Tier.STANDARD)
FORCES = (MAGNET, BuyerClass.MILITARY, Tier.STANDARD)
QUICK = settings(max_examples=50, deadline=None)


def office(draws: int = 1, **changes) -> Office:
    """The tiny tables' queue at its central values, with changes."""
    figures = {row["quantity"]: np.full(draws, row["central"]) for row in queue_records()}
    for name, value in changes.items():
        figures[name] = np.broadcast_to(np.asarray(value, dtype=float), draws)
    weights = {Element.DY: np.ones(draws), Element.SM: np.full(draws, 0.5)}
    controlled = {Element.DY: START, Element.SM: START, Element.ND: None}
    return Office("USA", figures, weights, controlled)


def scenario(*rules: Rule, start: date = START) -> Scenario:
    return Scenario(scenario="made_up", name="Made up", start=start, text="For tests", rules=rules)


def flow(*rules: Rule, weeks: int = 30, key=CIVIL, start: date = START, **changes) -> np.ndarray:
    """Flow of one case in the one draw, week by week."""
    run = run_office(scenario(*rules, start=start), ITEMS, office(**changes), weeks=weeks)
    return 1.0 - run.flows[key].stopped[:, 0]


def class_of(run: OfficeRun, key) -> ClassRun:
    return next(own for own in run.classes if key in own.members)


def random_office(seed: int, draws: int = 4) -> Office:
    rng = np.random.default_rng(seed)
    return office(
        draws,
        enforcement_weeks=rng.uniform(0, 6, draws),
        catch_up_ceiling=rng.uniform(1, 1.4, draws),
        recoverable_share=rng.uniform(0, 1, draws),
        capacity_start_share=rng.uniform(0, 1, draws),
        resubmission=rng.uniform(0, 0.9, draws),
        capacity_share_per_week=rng.uniform(0.02, 0.4, draws),
        approval_ordinary=rng.uniform(0.1, 1, draws),
        renewal_approval=rng.uniform(0.5, 1, draws),
    )


# What is new changes nothing where it is switched off.


def test_without_ramp_catch_up_growth_and_returns_flow_is_what_the_queue_licenses() -> None:
    rng = np.random.default_rng(3)
    drawn = office(
        8,
        capacity_share_per_week=rng.uniform(0.05, 0.2, 8),
        approval_ordinary=rng.uniform(0.3, 1, 8),
        first_decision_week=rng.integers(3, 9, 8),
        delay_weeks_ordinary=rng.integers(4, 9, 8),
    )
    own = drawn.quantities
    run = run_office(scenario(ORDINARY, MILITARY, LISTED), (MAGNET, NEODYMIUM), drawn, weeks=60)
    found = class_of(run, CIVIL)
    terms = LicenceTerms(
        LicenceState.ORDINARY, 2, own["approval_ordinary"],
        own["delay_weeks_ordinary"].astype(np.int64), 26, 6,
        renewal_approval=own["renewal_approval"],
    )  # fmt: skip
    week = np.arange(60)[:, None]
    per_week = np.where(week >= own["first_decision_week"], own["capacity_share_per_week"], 0.0)
    plain = run_queue([LicenceClass("civil", found.size, ((0, terms),))], per_week, weeks=60)
    np.testing.assert_array_equal(found.licensed, plain.licensed[:, 0])
    np.testing.assert_array_equal(found.stopped, 1.0 - plain.licensed[:, 0])
    assert (run.flows[FORCES].stopped == 1.0).all()


def test_what_is_free_throughout_has_no_flow_to_stop() -> None:
    assert run_office(scenario(), ITEMS, office(enforcement_weeks=3), weeks=9).classes == ()
    flows = licensed_flows(scenario(ORDINARY), ITEMS, office(enforcement_weeks=3), weeks=9)
    assert flows[(NEODYMIUM, BuyerClass.CIVIL, Tier.STANDARD)].stopped is None
    assert flows[CIVIL].stopped is not None


def test_weeks_of_freedom_stop_exactly_nothing() -> None:
    released = Rule(element="Dy", starts=date(2025, 8, 1), state="free")
    run = run_office(
        scenario(ORDINARY, released), ITEMS, office(enforcement_weeks=2.5), weeks=30
    )  # fmt: skip
    assert (run.flows[CIVIL].stopped[17:] == 0.0).all()


# Enforcement.


def test_goods_under_way_leave_while_customs_comes_to_enforce() -> None:
    assert flow(MILITARY, key=FORCES, weeks=5, enforcement_weeks=2).tolist() == [
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


def test_the_ramp_begins_anew_after_freedom_and_not_in_a_scenario_that_starts_later() -> None:
    weeks = [LicenceState.ORDINARY, LicenceState.FREE, LicenceState.WITHHELD, LicenceState.WITHHELD]
    found = enforcement(weeks, np.array([2.0]), begun=0)[:, 0]
    np.testing.assert_allclose(found[[0, 2, 3]], [0.25, 0.25, 0.75])
    later = flow(MILITARY, key=FORCES, weeks=3, start=date(2025, 6, 6), enforcement_weeks=4)
    assert later.tolist() == [0.0, 0.0, 0.0]


# Catch-up.


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
    own = 1.0 - share_stopped(licensed, np.ones((204, 1)), **catch_up)
    assert own[-1, 0] == pytest.approx(0.5)
    # What the licensed half missed: four weeks of half the flow.
    assert own.sum() == pytest.approx(200 * 0.5 + 4 * 0.5)


def test_when_all_are_licensed_the_recoverable_part_of_what_was_missed_is_made_up() -> None:
    licensed = np.clip(np.arange(120)[:, None] / 9.0, 0, 1)
    catch_up = {"ceiling": np.array([1.2]), "recoverable": np.array([0.7])}
    own = 1.0 - share_stopped(licensed, np.ones((120, 1)), **catch_up)
    missed = (1.0 - licensed).sum()
    assert own.max() == pytest.approx(1.2)
    assert own.sum() == pytest.approx(120 - 0.3 * missed, rel=0.03)


@QUICK
@given(seed=st.integers(0, 2**32 - 1))
def test_flow_keeps_its_bounds_and_never_makes_up_more_than_was_missed(seed: int) -> None:
    drawn = random_office(seed)
    run = run_office(scenario(ORDINARY, MILITARY, LISTED), ITEMS, drawn, weeks=80)
    for own in run.classes:
        plain = enforcement(own.states, drawn.quantities["enforcement_weeks"], begun=0)
        plain = plain * (1.0 - own.licensed)
        extra = plain - own.stopped
        most = (drawn.quantities["catch_up_ceiling"] - 1.0) * own.licensed
        assert (extra >= -1e-12).all()
        assert (extra <= most + 1e-12).all()
        missed = drawn.quantities["recoverable_share"] * np.cumsum(plain, axis=0)
        assert (np.cumsum(extra, axis=0) <= missed + 1e-9).all()
        assert (own.stopped <= 1.0).all()


def test_inflow_above_need_goes_to_stock_and_draws_no_new_supply() -> None:
    weeks = 3
    term = Term(0, Stage.MAGNET, (LicenceState.ORDINARY,) * weeks, np.array([0.5]),
                np.array([[1.0], [-0.2], [0.0]]))  # fmt: skip
    sector = SimpleNamespace(
        stock=np.ones((1, 1)),
        left_in=(np.arange(1, weeks + 1)[:, None],),
        added=(np.full((weeks, 1), 0.3),),
        need=np.ones((weeks, 1, 1)),
    )
    arriving = inflow(sector, [term], weeks=weeks)[:, 0, 0]
    np.testing.assert_allclose(arriving, [0.5 + 0.3, 1.1, 1.0])


# The office.


def test_the_office_grows_from_its_first_to_its_full_size() -> None:
    growing = office(capacity_start_share=0.5, capacity_growth_weeks=8, first_decision_week=2)
    found = capacity(growing, scenario(), 10)[:, 0] / 0.1
    np.testing.assert_allclose(found, [0, 0, *(0.5 + np.arange(2, 8) / 16), 1, 1])


def test_growth_counts_from_the_day_of_control_not_of_the_scenario() -> None:
    growing = office(capacity_start_share=0.5, capacity_growth_weeks=8, first_decision_week=2)
    later = capacity(growing, scenario(start=date(2025, 5, 2)), 5)[:, 0]
    np.testing.assert_allclose(later, capacity(growing, scenario(), 9)[4:, 0])


@QUICK
@given(final=st.floats(0.01, 1), returned=st.floats(0, 0.95))
def test_returned_files_leave_the_final_approval_and_add_work(
    final: float, returned: float
) -> None:
    changes = {"approval_ordinary": final, "resubmission": returned}
    terms = terms_of(LicenceState.ORDINARY, Overrides(), office(**changes), listed=False)
    p, r = terms.approval[0], terms.resubmission[0]
    assert p / (1 - r * (1 - p)) == pytest.approx(final)
    endless = {"capacity_share_per_week": 1e9, "delay_weeks_ordinary": 0, "first_decision_week": 0}
    run = run_office(scenario(ORDINARY), ITEMS, office(**changes, **endless), weeks=5)
    own = class_of(run, CIVIL)
    assert own.licensed[0, 0] == pytest.approx(final)
    assert own.arrivals[0, 0] / own.size[0] == pytest.approx(1 / (1 - r * (1 - p)))


def test_a_share_approved_in_full_stays_one_however_many_files_come_back() -> None:
    terms = terms_of(
        LicenceState.ORDINARY, Overrides(approval=1.0, resubmission=0.9), office(3), listed=False
    )
    assert (terms.approval == 1.0).all()


def test_listed_parties_wait_without_a_limit_and_come_last() -> None:
    usual = terms_of(LicenceState.ORDINARY, Overrides(), office(), listed=False)
    listed = terms_of(LicenceState.ORDINARY, Overrides(), office(), listed=True)
    assert (usual.delay_weeks[0], listed.delay_weeks[0]) == (7, 26)
    assert listed.priority > usual.priority
    watched = (MAGNET, BuyerClass.CIVIL, Tier.LISTED)
    found = flow(ORDINARY, key=watched, weeks=40, capacity_share_per_week=10)
    assert (found[:26] == 0.0).all()
    assert found[26] == pytest.approx(0.7)


def test_listed_parties_who_are_refused_share_the_class_of_all_who_are() -> None:
    run = run_office(scenario(ORDINARY, MILITARY, LISTED), ITEMS, office(), weeks=5)
    withheld = class_of(run, FORCES)
    assert (MAGNET, BuyerClass.CIVIL, Tier.LISTED) in withheld.members
    assert (OXIDE, BuyerClass.CIVIL, Tier.LISTED) in withheld.members
    assert len(run.classes) == 3  # besides finished goods and oxide in the ordinary line


def test_oxide_is_granted_less_often_than_finished_goods() -> None:
    own = office(
        approval_ordinary=0.9, approval_ordinary_upstream=0.4, capacity_share_per_week=1.0,
        renewal_approval=1.0,
    )  # fmt: skip
    run = run_office(scenario(ORDINARY), ITEMS, own, weeks=24)
    finished, oxide = class_of(run, CIVIL), class_of(run, (OXIDE, *CIVIL[1:]))
    assert finished.licensed[-1, 0] == pytest.approx(0.9)
    assert oxide.licensed[-1, 0] == pytest.approx(0.4)


@QUICK
@given(seed=st.integers(0, 2**32 - 1))
def test_loads_are_kept_and_none_is_lost(seed: int) -> None:
    run = run_office(scenario(ORDINARY, MILITARY, LISTED), ITEMS, random_office(seed), weeks=60)
    assert sum(own.size for own in run.classes) == pytest.approx(1.0)
    for own in run.classes:
        filed, decided = own.arrivals.cumsum(axis=0), own.served.cumsum(axis=0)
        np.testing.assert_allclose(filed, decided + own.backlog, atol=1e-9)


def test_the_flows_without_their_loads_are_the_same() -> None:
    course, drawn = scenario(ORDINARY, MILITARY), random_office(1)
    run = run_office(course, ITEMS, drawn, weeks=20)
    for key, own in licensed_flows(course, ITEMS, drawn, weeks=20).items():
        known = run.flows[key].stopped
        assert own.stopped is None if known is None else (own.stopped == known).all()
