"""Treatment of each case: states, rows of the queue by buyer, element and day, revocation."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.errors import ScenarioError
from exposure.inputs.cells import Inputs
from exposure.inputs.index import Index
from exposure.inputs.parts import written_down
from exposure.inputs.streams import Sampler
from exposure.licensing import treatment
from exposure.licensing.flows import office_flows, run_office
from exposure.licensing.goods import Item
from exposure.licensing.office import capacity
from exposure.licensing.plan import plan_office
from exposure.licensing.states import FIGURES
from exposure.policy.rules import Rule
from exposure.tables.dataset import Dataset
from exposure.tables.schema.supply import ElementRow
from exposure.terms import BuyerClass, LicenceState, Tier, week_of
from tests.licensing_world import (
    CIVIL,
    FORCES,
    MILITARY,
    ORDINARY,
    START,
    dataset,
    inputs,
    queue_row,
    scenario,
)

MAGNET = Item(("Dy", "Tb", "Nd"), "heavy_magnet", "magnet")
SMCO = Item(("Sm",), "smco_magnet", "magnet")
OXIDE = Item(("Sm",), None, "separation")
NEODYMIUM = Item(("Nd",), None, "metal")
ITEMS = (MAGNET, SMCO, OXIDE, NEODYMIUM)
NAMES = [figure.name for figure in FIGURES]


def week(number: int) -> date:
    return START + timedelta(weeks=number)


def plan(*rules: Rule, rows=(), weeks: int = 60, **changes):
    return plan_office(inputs(rows, **changes).index, scenario(*rules), ITEMS, "USA", weeks=weeks)


def turns(found, item: Item, buyer=CIVIL):
    return found.classes[found.cases[(item, *buyer)][0]].turns


def figure(turn, name: str) -> float:
    source = turn.figures[NAMES.index(name)]
    return source if isinstance(source, float) else source.central


def look(found, item: Item, buyer=CIVIL) -> list[tuple[int, float]]:
    return [
        (begun, seen if isinstance(seen, float) else seen.central)
        for begun, seen in found.looks[found.cases[(item, *buyer)][1]]
    ]


# Rows.


def test_the_most_specific_row_decides_destination_before_buyer_before_element() -> None:
    rows = [
        queue_row("approval_ordinary", 0.1, element="Dy"),
        queue_row("approval_ordinary", 0.2, buyer_class="civil"),
        queue_row("approval_ordinary", 0.3, destination="USA"),
        queue_row("approval_ordinary", 0.4, destination="USA", element="Sm"),
        queue_row("approval_ordinary", 0.5, destination="USA", buyer_class="military"),
        queue_row("approval_ordinary", 0.6, destination="JPN", buyer_class="civil", element="Dy"),
    ]
    found = plan(ORDINARY, rows=rows)
    assert figure(turns(found, MAGNET)[0], "approval") == 0.3
    assert figure(turns(found, SMCO)[0], "approval") == 0.4
    assert figure(turns(found, SMCO, FORCES)[0], "approval") == 0.5


@pytest.mark.parametrize(
    ("quantity", "name", "strict"),
    [
        ("approval_ordinary", "approval", min),
        ("renewal_approval", "renewal_approval", min),
        ("refusal_share", "refusal_share", min),
        ("reapplication_share", "reapplication_share", min),
        ("validity_weeks_ordinary", "validity_weeks", min),
        ("renewal_lead_weeks", "renewal_lead_weeks", min),
        ("delay_weeks_ordinary", "delay_weeks", max),
        ("reapplication_weeks", "reapplication_weeks", max),
    ],
)
def test_of_several_controlled_elements_the_most_restrictive_row_decides(
    quantity: str, name: str, strict
) -> None:
    low, high, beyond = (27, 30, {min: 26, max: 40}) if "weeks" in quantity else (
        0.25, 0.75, {min: 0.0, max: 1.0}
    )  # fmt: skip
    rows = [
        queue_row(quantity, low, element="Dy"),
        queue_row(quantity, high, element="Tb"),
        # Neodymium is not controlled, so its row does not count.
        queue_row(quantity, beyond[strict], element="Nd"),
    ]
    assert figure(turns(plan(ORDINARY, rows=rows), MAGNET)[0], name) == strict(low, high)


def test_an_element_without_a_row_of_its_own_counts_with_the_row_for_all() -> None:
    rows = [queue_row("approval_ordinary", 0.9, element="Dy")]
    found = plan(ORDINARY, rows=rows)
    assert figure(turns(found, MAGNET)[0], "approval") == 0.7  # terbium's


def test_look_through_differs_by_buyer_and_element_and_the_strictest_counts() -> None:
    rows = [
        queue_row("look_through", 0.9, buyer_class="military"),
        queue_row("look_through", 0.8, element="Sm"),
        queue_row("look_through", 0.2, element="Dy"),
        queue_row("look_through", 0.3, element="Tb"),
    ]
    found = plan(ORDINARY, rows=rows)
    assert look(found, MAGNET) == [(0, 0.3)]
    assert look(found, OXIDE) == [(0, 0.8)]
    assert look(found, OXIDE, FORCES) == [(0, 0.9)]
    assert look(found, NEODYMIUM) == [(0, 0.5)]


def test_a_rule_that_names_an_element_brings_in_its_row_controlled_or_not() -> None:
    rows = [queue_row("approval_ordinary_upstream", 0.05, element="Nd")]
    named = Rule(element="Nd", starts=START, state="ordinary")
    assert figure(turns(plan(named, rows=rows), NEODYMIUM)[0], "approval") == 0.05
    whole = Rule(component="heavy_magnet", starts=START, state="ordinary")
    rows = [queue_row("approval_ordinary", 0.05, element="Nd")]
    assert figure(turns(plan(whole, rows=rows), MAGNET)[0], "approval") == 0.7


def test_a_dated_row_is_a_turn_in_the_week_in_which_it_begins() -> None:
    rows = [
        queue_row("approval_ordinary", 0.2, from_date=week(10) + timedelta(days=6)),
        queue_row("approval_ordinary", 0.9, from_date=week(20)),
        queue_row("approval_ordinary", 0.9, from_date=week(25)),  # changes nothing but the row
        queue_row("look_through", 1.0, from_date=week(30)),
        queue_row("approval_ordinary", 0.1, destination="JPN", from_date=week(5)),
    ]
    found = plan(ORDINARY, rows=rows)
    found_turns = turns(found, SMCO)
    assert [(turn.week, figure(turn, "approval")) for turn in found_turns] == [
        (0, 0.7), (10, 0.2), (20, 0.9), (25, 0.9),
    ]  # fmt: skip
    assert look(found, SMCO) == [(0, 0.5), (30, 1.0)]


def test_a_row_that_began_before_the_scenario_holds_from_its_start() -> None:
    rows = [queue_row("approval_ordinary", 0.2, from_date=date(2024, 1, 1))]
    found_turns = turns(plan(ORDINARY, rows=rows), SMCO)
    assert [(turn.week, figure(turn, "approval")) for turn in found_turns] == [(0, 0.2)]


def test_dated_rows_of_figures_that_a_rule_sets_make_no_turn() -> None:
    rows = [queue_row("approval_ordinary", 0.2, from_date=week(10))]
    firm = Rule(starts=START, state="ordinary", overrides={"approval": 0.4})
    found = plan(firm, rows=rows)
    assert [turn.week for turn in turns(found, SMCO)] == [0]
    assert figure(turns(found, SMCO)[0], "approval") == 0.4


def test_drawn_look_through_follows_its_rows_week_by_week() -> None:
    rows = [queue_row("look_through", (0.5, 0.6, 0.9), buyer_class="civil", from_date=week(4))]
    drawn = inputs(rows, draws=3, look_through=(0.0, 0.1, 0.4))
    found = run_office(drawn, scenario(ORDINARY), ITEMS, "USA", weeks=8)
    seen = found.flows[(OXIDE, *CIVIL)].look_through
    before, after = (
        drawn.draw(drawn.queue_row("look_through", "USA", buyer_class="civil", day=day))
        for day in (week(3), week(4))
    )
    np.testing.assert_array_equal(seen, np.stack([before] * 4 + [after] * 4))
    np.testing.assert_array_equal(found.flows[(OXIDE, *FORCES)].look_through, before)


def test_only_rows_that_are_used_are_noted_as_read() -> None:
    rows = [
        queue_row("approval_ordinary", 0.2, element="Nd"),
        queue_row("approval_ordinary", 0.2, element="Dy"),
        queue_row("approval_general", 0.9, destination="USA"),
    ]
    drawn = inputs(rows).under("office")
    run_office(drawn, scenario(ORDINARY), ITEMS, "USA", weeks=8)
    read = {key for table, key in drawn.notes["office"] if table == "licence_queue"}
    assert ("*", "*", "Dy", "approval_ordinary", "") in read
    assert ("*", "*", "Nd", "approval_ordinary", "") not in read
    assert not any("general" in part for key in read for part in key)


# Classes.


def test_cases_under_equal_terms_are_one_class() -> None:
    again = Rule(starts=week(12), state="ordinary", buyer_class="civil", note="as before")
    assert plan(ORDINARY, again).classes == plan(ORDINARY).classes
    found = plan(ORDINARY)
    assert len(found.classes) == 4  # finished and upstream, listed or not
    rows = [queue_row("approval_ordinary", 0.2, buyer_class="military")]
    assert len(plan(ORDINARY, rows=rows).classes) == 6


def test_indices_are_equal_exactly_where_the_arrays_are_the_same() -> None:
    rows = [queue_row("look_through", 0.9, buyer_class="military")]
    drawn = inputs(rows, draws=3, approval_ordinary=(0.2, 0.5, 0.9))
    found = run_office(drawn, scenario(ORDINARY, MILITARY), ITEMS, "USA", weeks=40)
    flows = list(found.flows.values())
    for one in flows:
        for other in flows:
            assert (one.class_index == other.class_index) == (one.stopped is other.stopped)
            assert (one.seen_index == other.seen_index) == (one.look_through is other.look_through)


# Revocation.

REVOKES = Rule(starts=START + timedelta(weeks=20), state="withheld", overrides={"revoke": True})


def licences(*rules: Rule, buyer=FORCES, weeks: int = 60) -> np.ndarray:
    """Share licensed of samarium magnets in an office that decides everything at once."""
    drawn = inputs(
        capacity_share_per_week=10, first_decision_week=0, delay_weeks_ordinary=0,
        approval_ordinary=1.0, renewal_lead_weeks=0, validity_weeks_ordinary=15,
    )  # fmt: skip
    found = run_office(drawn, scenario(*rules), ITEMS, "USA", weeks=weeks)
    group = next(one for one in found.classes if (SMCO, *buyer) in one.members)
    return group.licensed[:, 0]


def test_a_rule_revokes_when_it_begins() -> None:
    found = licences(ORDINARY, REVOKES)
    assert found.tolist() == [1.0] * 20 + [0.0] * 40


def test_a_rule_does_not_revoke_again_when_one_that_hid_it_ends() -> None:
    # A holds from week 0 and revokes; B covers the military in weeks 30 to 34.
    first = Rule(starts=START, state="withheld", overrides={"revoke": True})
    hides = Rule(buyer_class="military", starts=week(30), ends=week(35), state="ordinary")
    found = licences(first, hides)
    # Granted in week 30 for 15 weeks, and not revoked in week 35.
    assert found.tolist() == [0.0] * 30 + [1.0] * 15 + [0.0] * 15
    assert licences(first, hides, buyer=CIVIL).tolist() == [0.0] * 60


def test_a_rule_hidden_at_its_own_beginning_revokes_nothing_for_that_case() -> None:
    hides = Rule(buyer_class="military", starts=week(18), ends=week(25), state="ordinary")
    assert licences(ORDINARY, hides, REVOKES).tolist() == [1.0] * 30 + [0.0] * 30
    assert licences(ORDINARY, hides, REVOKES, buyer=CIVIL).tolist() == [1.0] * 20 + [0.0] * 40


def test_a_dated_row_under_a_rule_that_revoked_does_not_revoke_again() -> None:
    strict = Rule(starts=week(20), state="ordinary", overrides={"revoke": True})
    rows = [queue_row("approval_ordinary", 0.5, from_date=week(25))]
    found_turns = turns(plan(ORDINARY, strict, rows=rows), SMCO)
    assert [(turn.week, turn.revoke) for turn in found_turns] == [
        (0, False),
        (20, True),
        (25, False),
    ]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_each_rule_revokes_at_most_once_and_only_in_its_first_week(data: st.DataObject) -> None:
    rules = [
        Rule(
            element=data.draw(st.sampled_from(["*", "Sm", "Dy"])),
            buyer_class=data.draw(st.sampled_from(["*", "civil", "military"])),
            starts=START + timedelta(days=data.draw(st.integers(-30, 250))),
            ends=START + timedelta(days=data.draw(st.integers(251, 400))),
            state=data.draw(st.sampled_from([*LicenceState])),
            overrides={"revoke": data.draw(st.booleans())},
        )
        for _ in range(data.draw(st.integers(1, 6)))
    ]
    begun = {(rule.starts - START).days // 7 for rule in rules if rule.overrides.revoke}
    for group in plan(*rules).classes:
        revoked = [turn.week for turn in group.turns if turn.revoke]
        assert len(set(revoked)) == len(revoked)
        assert set(revoked) <= begun
        assert all(group.states[week] is not LicenceState.FREE for week in revoked)


def test_tiers_of_a_case_take_their_own_rules() -> None:
    trusted = Rule(tier="trusted", starts=START, state="general")
    found = plan(ORDINARY, trusted)
    found_turns = turns(found, SMCO, (BuyerClass.CIVIL, Tier.TRUSTED))
    assert [(turn.state, turn.priority) for turn in found_turns] == [(LicenceState.GENERAL, 0)]


def test_rules_that_speak_of_what_the_tables_do_not_have_are_refused_together() -> None:
    rules = [
        Rule(element="Dx", starts=START, state="withheld"),
        Rule(stage="magnets", starts=week(2), state="withheld"),
        Rule(component="smco_magnets", starts=week(2), state="withheld"),
        Rule(element="Gd", starts=START, state="withheld"),  # a rare earth, if not one of these
    ]
    with pytest.raises(ScenarioError) as error:
        plan(*rules)
    assert str(error.value) == (
        "made_up: 3 faults\n"
        "  - rule from 2025-04-04, element: found 'Dx'; expected a word of the tables, or '*'; "
        "write one of: Ce, Dy, Er, Eu, Gd, Ho, La, Lu, Nd, Pm, Pr, Sc, Sm, Tb, Tm, Y, Yb\n"
        "  - rule from 2025-04-18, stage: found 'magnets'; expected a word of the tables, or '*'; "
        "did you mean 'magnet'?\n"
        "  - rule from 2025-04-18, component: found 'smco_magnets'; expected a word of the tables, "
        "or '*'; did you mean 'smco_magnet'?"
    )


# Elements controlled before the others.

EARLIER = date(2023, 8, 1)
GROWING = {
    "capacity_start_share": 0.5, "capacity_growth_weeks": 8, "first_decision_week": 2,
    "enforcement_weeks": 4,
}  # fmt: skip


def with_earlier(*symbols: str) -> Inputs:
    """Figures of a world in which control of some elements began two years before."""
    tables = dataset(**GROWING)
    elements = [
        row.model_copy(update={"controlled_from": EARLIER}) if row.element in symbols else row
        for row in tables.rows_of(ElementRow)
    ]
    earlier = Dataset.from_rows({**tables.rows, "elements": elements}, version="made up")
    return Inputs.of(earlier, Sampler.first(1, 1))


def test_an_element_controlled_earlier_moves_neither_the_office_nor_customs_for_the_others():
    # Samarium is treated for itself; a quarter of the applications are for it.
    course = scenario(ORDINARY, Rule(element="Sm", starts=START, state="withheld"))
    worlds = inputs(**GROWING), with_earlier("Sm")
    plans = [plan_office(world.index, course, ITEMS, "USA", weeks=10) for world in worlds]
    sizes, flows = zip(
        *((capacity(world, made), office_flows(world, made))
          for world, made in zip(worlds, plans, strict=True)), strict=True
    )  # fmt: skip
    assert (sizes[0] == sizes[1]).all()
    before, after = (flow[(MAGNET, *CIVIL)].stopped for flow in flows)
    assert (before == after).all()
    # Customs come to enforce over four weeks; for samarium they had done so long ago.
    first, then = (flow[(SMCO, *CIVIL)].stopped[0, 0] for flow in flows)
    assert (first, then) == (pytest.approx(0.125), 1.0)


def test_the_office_begins_when_most_applications_come():
    plans = [
        plan_office(with_earlier(*elements).index, scenario(ORDINARY), ITEMS, "USA", weeks=4)
        for elements in (("Sm",), ("Sm", "Tb"), ("Dy", "Tb"))
    ]
    earlier = week_of(EARLIER, start=START)
    # Half of the weights are those of dysprosium; of equal halves the earlier day counts.
    assert [office.control_week for office in plans] == [0, earlier, earlier]


def test_nothing_is_revoked_in_the_first_week_in_which_nobody_holds_a_licence() -> None:
    revoking = {"state": "ordinary", "overrides": {"revoke": True}}
    first = plan(Rule(starts=START, **revoking))
    assert [turn.revoke for turn in turns(first, MAGNET)] == [False]
    later = plan(ORDINARY, Rule(element="Dy", starts=week(9), **revoking))
    assert [(turn.week, turn.revoke) for turn in turns(later, MAGNET)] == [(0, False), (9, True)]


@pytest.mark.parametrize(("weeks_before", "begun"), [(4, 0), (0, 0), (-6, -6)])
def test_control_began_at_the_start_or_before_it(weeks_before: int, begun: int) -> None:
    """A rule may name goods before they come under control; the run has no earlier weeks."""
    start = START - timedelta(weeks=weeks_before)
    rule = Rule(element="Dy", starts=start, state="ordinary")
    found = plan_office(inputs().index, scenario(rule, start=start), ITEMS, "USA", weeks=60)
    assert {found.begun(group) for group in found.classes} == {begun}
    assert found.control_week == weeks_before


RULES = (
    Rule(element="Sm", buyer_class="military", starts=week(5), state="withheld"),
    Rule(component="heavy_magnet", starts=week(9), state="general"),
    Rule(tier="trusted", starts=week(12), ends=week(30), state="fast_track"),
    Rule(element="Nd", starts=week(3), state="withheld"),
    Rule(stage="separation", starts=week(20), state="withheld"),
)


def planned(index, rules) -> tuple[object, dict]:
    """Plan of an office, and the questions asked for it."""
    with written_down() as trace:
        found = plan_office(index, scenario(ORDINARY, *rules), ITEMS, "USA", weeks=60)
    return found.key, trace


@given(st.lists(st.sets(st.sampled_from(range(len(RULES)))), min_size=2, max_size=5))
@settings(max_examples=12, deadline=None)
def test_a_plan_and_its_questions_do_not_depend_on_earlier_plans(courses):
    shared = inputs().index
    for course in courses:
        rules = [RULES[number] for number in sorted(course)]
        key, trace = planned(shared, rules)
        alone, trace_alone = planned(Index(dataset()), rules)
        assert key == alone
        assert trace == trace_alone


def test_courses_share_the_treatment_of_cases_that_their_rules_do_not_part(monkeypatch):
    worked_out = []

    def counted(calendar, case, rules):
        worked_out.append(case)
        return work_out(calendar, case, rules)

    work_out = treatment.work_out
    monkeypatch.setattr(treatment, "work_out", counted)
    index = Index(dataset())
    planned(index, ())
    worked_out.clear()
    planned(index, RULES[:1])
    assert {(case.elements, case.buyer_class) for case in worked_out} == {
        (("Sm",), BuyerClass.MILITARY)
    }


def test_treatments_are_kept_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(treatment, "MOST_TREATMENTS", 3)
    index = Index(dataset())
    every = [planned(index, [rule])[0] for rule in RULES for _ in range(2)]
    assert every[::2] == every[1::2]
    known = treatment.Calendar.of(index, scenario(ORDINARY), "USA", 60, ITEMS).known
    assert len(known.treated) == 3
