"""The rule that decides a case, and the errors of faulty rules."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.assessment import assess
from exposure.errors import ScenarioError
from exposure.licensing.flow_table import licensed_flow
from exposure.policy.rules import (
    SELECTORS,
    Case,
    Rule,
    contradictions,
    elements_licensed,
    reaching,
    rule_in_force,
)
from exposure.policy.scenario import Scenario
from exposure.settings import Settings
from exposure.terms import (
    RESTRICTIVENESS,
    BuyerClass,
    LicenceState,
    Tier,
)
from tests.tiny import tiny_dataset

QUICK = settings(max_examples=50, deadline=None)
START, TRUCE, LATER = date(2025, 4, 4), date(2025, 6, 11), date(2025, 12, 1)
CONTROLLED = {
    "Sm": START,
    "Dy": START,
    "Tb": START,
    "Nd": None,
    "Sc": LATER,
}
HEAVY_MAGNET = "ndfeb_heavy_magnet"


def rule(state: str = "ordinary", *, starts: date = START, **selected) -> Rule:
    return Rule(state=LicenceState(state), starts=starts, **selected)


def case(*elements: str, component: str | None = None, **changes) -> Case:
    """Civil standard buyers in the USA of upstream samarium, unless given."""
    usual = {
        "stage": "magnet" if component else "separation",
        "buyer_class": BuyerClass.CIVIL,
        "tier": Tier.STANDARD,
        "destination": "USA",
    }
    chosen = elements or ("Sm",)
    return Case(elements=chosen, component=component, **(usual | changes))


def deciding(rules: Sequence[Rule], asked: Case | None = None, day: date = TRUCE) -> Rule | None:
    return rule_in_force(rules, asked or case(), day, controlled=CONTROLLED)


def state(rules: Sequence[Rule], asked: Case | None = None, day: date = TRUCE) -> str | None:
    found = deciding(rules, asked, day)
    return None if found is None else str(found.state)


def test_without_a_rule_goods_leave_freely():
    assert deciding([]) is None
    assert deciding([rule("withheld", element="Dy")]) is None


@pytest.mark.parametrize(
    ("selector", "matching", "other"),
    [
        ("element", "Sm", "Dy"),
        ("stage", "separation", "metal"),
        ("buyer_class", "civil", "military"),
        ("destination", "USA", "JPN"),
        ("tier", "standard", "trusted"),
    ],
)
def test_a_rule_reaches_only_what_each_of_its_selectors_names(
    selector: str, matching: str, other: str
):
    assert state([rule("withheld", **{selector: matching})]) == "withheld"
    assert state([rule("withheld", **{selector: other})]) is None


def test_a_component_is_selected_only_where_it_crosses_finished():
    rules = [rule("withheld", component=HEAVY_MAGNET)]
    assert state(rules, case("Dy", "Nd", component=HEAVY_MAGNET)) == "withheld"
    assert state(rules, case("Dy")) is None
    assert state(rules, case("Dy", component="phosphor")) is None


def test_the_more_specific_rule_decides_though_it_is_laxer_and_older():
    rules = [
        rule("general", element="Sm", tier="standard"),
        rule("withheld", element="Sm", starts=TRUCE),
        rule("withheld", starts=TRUCE),
    ]
    for ordered in (rules, rules[::-1]):
        assert state(ordered) == "general"


def test_of_equally_specific_rules_the_most_restrictive_decides_though_it_is_older():
    rules = [rule("withheld", buyer_class="civil"), rule("free", element="Sm", starts=TRUCE)]
    for ordered in (rules, rules[::-1]):
        assert state(ordered) == "withheld"


def test_of_equally_specific_and_restrictive_rules_the_later_decides():
    old = rule("ordinary", element="Sm", note="old")
    new = rule("ordinary", buyer_class="civil", starts=TRUCE, note="new")
    for ordered in ([old, new], [new, old]):
        assert deciding(ordered) == new


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "state": st.sampled_from([*LicenceState]),
                "starts": st.dates(START - timedelta(days=3), TRUCE + timedelta(days=3)),
                "element": st.sampled_from(["*", "Sm", "Dy"]),
                "buyer_class": st.sampled_from(["*", "civil", "military"]),
                "tier": st.sampled_from(["*", "standard"]),
            }
        ),
        max_size=8,
    )
)
@QUICK
def test_resolution_is_the_largest_by_specificity_restrictiveness_and_start(rows: list[dict]):
    rules = [Rule(**words) for words in rows]
    reaching = [
        candidate
        for candidate in rules
        if candidate.starts <= TRUCE
        and candidate.element in ("*", "Sm")
        and candidate.buyer_class in ("*", "civil")
        and candidate.tier in ("*", "standard")
    ]
    found = deciding(rules)
    assert (found is None) == (not reaching)
    if found is not None:
        places = [(r.specificity, RESTRICTIVENESS[r.state], r.starts) for r in reaching]
        assert max(places) == (found.specificity, RESTRICTIVENESS[found.state], found.starts)
    assert state(rules[::-1]) == state(rules)


def test_a_rule_for_all_elements_does_not_reach_one_that_is_not_controlled():
    rules = [rule("withheld"), rule("withheld", buyer_class="civil", destination="USA")]
    assert state(rules, case("Nd")) is None
    assert state(rules, case("Dy")) == "withheld"


def test_nor_one_that_is_not_controlled_yet():
    rules = [rule("ordinary")]
    assert state(rules, case("Sc"), day=LATER - timedelta(days=1)) is None
    assert state(rules, case("Sc"), day=LATER) == "ordinary"


def test_nor_one_of_which_nothing_is_known():
    assert state([rule("ordinary")], case("Lu")) is None


def test_a_rule_that_names_an_element_reaches_it_controlled_or_not():
    assert state([rule("withheld", element="Nd")], case("Nd")) == "withheld"


def test_a_rule_that_names_a_component_reaches_it_whatever_its_elements():
    rules = [rule("ordinary", component="ndfeb_light_magnet")]
    assert state(rules, case("Nd", component="ndfeb_light_magnet")) == "ordinary"


def test_a_finished_component_takes_the_most_restrictive_of_its_elements():
    rules = [rule("fast_track", element="Dy"), rule("withheld", element="Tb")]
    magnet = case("Dy", "Tb", "Nd", component=HEAVY_MAGNET)
    assert state(rules, magnet) == "withheld"
    assert state(rules[:1], magnet) == "fast_track"
    # Specificity settles each element alone; among elements only restrictiveness counts.
    exact = rule("general", element="Dy", component=HEAVY_MAGNET, tier="standard")
    assert state([*rules, exact], magnet) == "withheld"


def test_one_controlled_element_brings_the_whole_component_under_a_general_rule():
    rules = [rule("ordinary")]
    assert state(rules, case("Nd", "Dy", component=HEAVY_MAGNET)) == "ordinary"
    assert state(rules, case("Nd", component="ndfeb_light_magnet")) is None


def test_the_first_day_counts_and_the_end_does_not():
    rules = [rule("withheld", starts=TRUCE, ends=LATER)]
    day = timedelta(days=1)
    states = [state(rules, day=day_asked) for day_asked in (TRUCE - day, TRUCE, LATER - day, LATER)]
    assert states == [None, "withheld", "withheld", None]


def test_a_rule_without_end_stays():
    assert rule().in_force(date(2100, 1, 1))


def test_selectors_and_specificity():
    sm_listed = rule(element="Sm", tier="listed")
    assert sm_listed.selectors == ("Sm", "*", "*", "*", "*", "listed")
    assert len(sm_listed.selectors) == len(SELECTORS)
    assert (sm_listed.specificity, rule().specificity) == (2, 0)


def test_contradictions_are_rules_of_the_same_cases_and_days():
    rules = [
        rule("ordinary", element="Sm"),
        rule("withheld", element="Dy"),
        rule("withheld", element="Sm"),
        rule("free", element="Sm", starts=TRUCE),
        rule("free", element="Sm", ends=LATER),
        rule("free", element="Sm"),
    ]
    assert contradictions(rules) == [(0, 2), (0, 5)]
    assert contradictions([]) == []


FAULTY: list[tuple[str, dict, str]] = [
    (
        "a misspelt state",
        {"state": "witheld"},
        "state: found 'witheld'; expected a known state; did you mean 'withheld'?",
    ),
    (
        "a state in words",
        {"state": "no licences"},
        "state: found 'no licences'; expected a known state; write one of: fast_track, free, "
        "general, ordinary, withheld",
    ),
    (
        "a symbol that is none",
        {"element": "Smm"},
        "element: found 'Smm'; expected a chemical symbol, such as Dy, or '*'; correct it",
    ),
    (
        "a stage by its label",
        {"stage": "Rolled strip"},
        "stage: found 'Rolled strip'; expected a key of lower-case letters, digits and "
        "underscores, or '*'; write 'rolled_strip'",
    ),
    (
        "a misspelt tier",
        {"tier": "trusty"},
        "tier: found 'trusty'; expected a known tier, or '*'; did you mean 'trusted'?",
    ),
    (
        "a misspelt buyer class",
        {"buyer_class": "civvil"},
        "buyer_class: found 'civvil'; expected a known buyer class, or '*'; did you mean 'civil'?",
    ),
    (
        "a destination in small letters",
        {"destination": "usa"},
        "destination: found 'usa'; expected the code of a country outside China (ISO 3166-1 "
        "alpha-3), or EUU, or '*'; write 'USA' (United States)",
    ),
    (
        "a component by its label",
        {"component": "SmCo magnet"},
        "component: found 'SmCo magnet'; expected a key of lower-case letters, digits and "
        "underscores, or '*'; write 'smco_magnet'",
    ),
    (
        "a misspelt key",
        {"elemnt": "Sm"},
        "elemnt: found an unknown key; expected a known one; did you mean 'element'?",
    ),
    (
        "a day that is none",
        {"starts": "2025-02-30"},
        "starts: found '2025-02-30'; expected a day, YYYY-MM-DD; correct it",
    ),
    (
        "an hour",
        {"ends": "2025-06-11T12:00:00"},
        "ends: found '2025-06-11T12:00:00'; expected a day, YYYY-MM-DD; correct it",
    ),
    (
        "no day and no state",
        {"starts": None, "state": None},
        "starts: found nothing; expected a day, YYYY-MM-DD; fill it in\n"
        "state: found nothing; expected a known state; fill it in",
    ),
    (
        "overrides that are no table",
        {"overrides": "fast"},
        "overrides: found 'fast'; expected a table of keys and values; correct it",
    ),
]


@pytest.mark.parametrize(
    ("keys", "message"), [faulty[1:] for faulty in FAULTY], ids=[faulty[0] for faulty in FAULTY]
)
def test_a_faulty_rule_is_refused_with_what_is_wrong(keys: dict, message: str):
    with pytest.raises(ScenarioError) as error:
        Rule(**({"state": "ordinary", "starts": START} | keys))
    assert str(error.value) == message


def test_a_rule_without_state_and_start():
    with pytest.raises(ScenarioError) as error:
        Rule(element="Sm")  # type: ignore[call-arg]
    assert str(error.value) == (
        "starts: found nothing; expected a value; fill it in\n"
        "state: found nothing; expected a value; fill it in"
    )


def test_all_faults_of_a_rule_and_its_overrides_come_together():
    overrides = {
        "aproval": 0.5, "look_through": 1.5, "delay_weeks": 2.5, "validity_weeks": 0,
        "renewal_approval": float("nan"), "revoke": "maybe",
    }  # fmt: skip
    with pytest.raises(ScenarioError) as error:
        Rule(state="none", starts=START, overrides=overrides)
    assert str(error.value) == (
        "state: found 'none'; expected a known state; write one of: fast_track, free, general, "
        "ordinary, withheld\n"
        "overrides, delay_weeks: found 2.5; expected a whole number; correct it\n"
        "overrides, validity_weeks: found 0; expected at least 1; correct it\n"
        "overrides, renewal_approval: found nan; expected a finite number; correct it\n"
        "overrides, look_through: found 1.5; expected at most 1; correct it\n"
        "overrides, revoke: found 'maybe'; expected true or false; correct it\n"
        "overrides, aproval: found an unknown key; expected a known one; did you mean 'approval'?"
    )


def test_a_removed_key_is_refused_with_its_replacement():
    with pytest.raises(ScenarioError) as error:
        Rule(state="ordinary", starts=START, overrides={"resubmission": 0.5, "approval": 2})
    assert str(error.value) == (
        "overrides, approval: found 2; expected at most 1; correct it\n"
        "overrides, resubmission: found a key that no longer exists; expected a known one; replace "
        "it by refusal_share, reapplication_share and reapplication_weeks, or leave it out"
    )


def test_an_application_in_the_week_of_its_refusal_is_refused():
    with pytest.raises(ScenarioError) as error:
        Rule(state="ordinary", starts=START, overrides={"reapplication_weeks": 0})
    assert str(error.value) == (
        "overrides, reapplication_weeks: found 0; expected at least 1; correct it"
    )


def test_only_rules_that_reach_a_case_ever_decide_it():
    rules = [rule(element="Dy"), rule("withheld", element="Sm"), rule(component=HEAVY_MAGNET)]
    assert reaching(rules, case()) == (rules[1],)
    assert reaching(rules, case("Dy", "Nd", component=HEAVY_MAGNET)) == (rules[0], rules[2])


def test_elements_for_whose_sake_a_licence_is_needed():
    magnet = case("Dy", "Nd", "Sc", component=HEAVY_MAGNET)

    def licensed(asked, decides, day=TRUCE):
        return elements_licensed(asked, decides, day, controlled=CONTROLLED)

    assert licensed(magnet, rule()) == ("Dy",)
    assert licensed(magnet, rule(), LATER) == ("Dy", "Sc")
    assert licensed(magnet, rule(element="Nd")) == ("Dy", "Nd")
    assert licensed(case("Nd"), rule(component="ndfeb_light_magnet")) == ("Nd",)
    assert licensed(case("Nd"), None) == ("Nd",)


def test_a_rule_of_a_stage_that_the_tables_do_not_know_is_refused_not_ignored():
    course = Scenario(
        scenario="shut", name="Shut", text="made up", start=START,
        rules=(rule("withheld", stage="magnet"), rule("withheld", stage="magnets")),
    )  # fmt: skip
    for run in (assess, licensed_flow):
        with pytest.raises(ScenarioError) as error:
            run(tiny_dataset(), course, Settings(draws=4, prior=True))
        assert str(error.value) == (
            "shut: 1 fault\n  - rule from 2025-04-04 for stage magnets, stage: found 'magnets'; "
            "expected a stage of stages.csv, or '*'; did you mean 'magnet'?"
        )
