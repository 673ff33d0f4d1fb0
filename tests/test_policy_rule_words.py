"""Rules in words: their reading, the errors of faulty ones, and their effect on a course."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exposure as ex
from exposure.errors import RuleError
from exposure.inputs.index import Index
from exposure.licensing.rules_on_top import without_effect
from exposure.policy.rule_words import in_words, rules_in_words
from exposure.policy.rules import Case, Overrides, Rule, rule_in_force
from exposure.policy.scenario import Scenario
from exposure.terms import BuyerClass, LicenceState, Tier
from tests.tiny import tiny_dataset

LATER = date(2026, 12, 1)
COURSE = Scenario(
    scenario="course",
    name="Course",
    start=date(2025, 4, 4),
    text="A course.",
    rules=rules_in_words(
        [
            "ordinary, from 2025-04-04",
            "military, withheld, from 2025-04-04",
            "Sm, civil, USA, fast_track, from 2025-06-11, revoke",
        ]
    ),
)


def samarium(buyer: BuyerClass = BuyerClass.CIVIL) -> Case:
    return Case(("Sm",), "smco_magnet", "magnet", buyer, Tier.STANDARD, "USA")


def state_on(scenario: Scenario, day: date, case: Case) -> str:
    rule = rule_in_force(scenario.rules, case, day, controlled={"Sm": date(2025, 4, 4)})
    return str(rule.state) if rule else "none"


@given(
    st.sampled_from(["*", "Sm", "Ga"]),
    st.sampled_from(["*", "smco_magnet", "my_part"]),
    st.sampled_from(["*", "metal"]),
    st.sampled_from(["*", *BuyerClass]),
    st.sampled_from(["*", "USA", "EUU"]),
    st.sampled_from(["*", *Tier]),
    st.sampled_from(LicenceState),
    st.sampled_from([None, date(2027, 3, 1)]),
    st.sampled_from([Overrides(), Overrides(approval=0.25, delay_weeks=3, revoke=True)]),
)
def test_words_of_a_rule_read_back_to_the_rule(e, c, s, b, d, t, state, ends, overrides):
    rule = Rule(
        element=e, component=c, stage=s, buyer_class=b, destination=d, tier=t,
        starts=LATER, ends=ends, state=state, overrides=overrides,
    )  # fmt: skip
    assert rules_in_words([in_words(rule)]) == (rule,)


def test_order_of_the_words_does_not_matter_and_lists_make_a_rule_a_word():
    assert rules_in_words(["from 2026-12-01,withheld , military,Sm"]) == rules_in_words(
        ["Sm, military, withheld, from 2026-12-01"]
    )
    rules = rules_in_words(["Dy, Tb, trusted, standard, withheld, from 2026-12-01"])
    pairs = {(rule.element, str(rule.tier)) for rule in rules}
    assert pairs == {(e, t) for e in ("Dy", "Tb") for t in ("trusted", "standard")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Smm, militry, witheld, from 2026-13-01",
            "rule 'Smm, militry, witheld, from 2026-13-01': 4 faults\n"
            "  - word 1: found 'Smm'; expected a word of a rule; did you mean 'Sm'?\n"
            "  - word 2: found 'militry'; expected a word of a rule; did you mean 'military'?\n"
            "  - word 3: found 'witheld'; expected a word of a rule; did you mean 'withheld'?\n"
            "  - starts: found '2026-13-01'; expected a day, YYYY-MM-DD; correct it",
        ),
        (
            "withheld, ordinary, approvl=0.5, approval=2, , Sm, Sm",
            "rule 'withheld, ordinary, approvl=0.5, approval=2, , Sm, Sm': 6 faults\n"
            "  - word 3: found the key 'approvl'; expected a key of a rule; did you mean "
            "'approval'?\n"
            "  - word 5: found nothing; expected a word of a rule; leave out the comma\n"
            "  - starts: found nothing; expected the first day; write 'from 2026-12-01'\n"
            "  - state: found 'withheld' and 'ordinary'; expected one of them; keep one, or write "
            "two rules\n"
            "  - element: found 'Sm' 2 times; expected each word once; keep one\n"
            "  - overrides, approval: found 2; expected at most 1; correct it",
        ),
        (
            "US, component=, from 2026-12-01",
            "rule 'US, component=, from 2026-12-01': 3 faults\n"
            "  - word 1: found 'US'; expected a word of a rule; write an element, component, "
            "stage, buyer class, country, tier or licence state, or KEY=VALUE, such as "
            "component=NAME\n"
            "  - word 2: found 'component' without a value; expected KEY=VALUE; write the value\n"
            "  - state: found nothing; expected a licence state; write one of: free, general, "
            "fast_track, ordinary, withheld",
        ),
        (
            "XXX, withheld, from 2026-12-01",
            "rule 'XXX, withheld, from 2026-12-01': 1 fault\n"
            "  - destination: found 'XXX'; expected the code of a country outside China (ISO "
            "3166-1 alpha-3), or EUU, or '*'; write an ISO 3166-1 alpha-3 code, such as USA, JPN "
            "or DEU",
        ),
    ],
)
def test_faulty_words_are_all_named_with_a_cure(text, message):
    with pytest.raises(RuleError) as raised:
        rules_in_words([text])
    assert str(raised.value) == message
    assert raised.value.exit_code == 2


def test_a_rule_on_top_decides_from_its_day_and_what_held_before_holds_again():
    until = "Sm, civil, USA, withheld, from 2026-12-01, until 2027-03-01"
    changed = COURSE.with_rules([until])
    days = (date(2026, 11, 30), LATER, date(2027, 2, 28), date(2027, 3, 1))
    assert [state_on(changed, day, samarium()) for day in days] == [
        "fast_track", "withheld", "withheld", "fast_track",
    ]  # fmt: skip
    # Licences that the old rule ended once are not ended a second time.
    assert [rule.overrides.revoke for rule in changed.rules if rule.element == "Sm"] == [
        True, False, False,
    ]  # fmt: skip
    assert changed.scenario == "course_with_rules"
    assert changed.name == "Course, with rules"
    assert changed.text == f"A course.\n\nOn top of it: {until}."
    assert COURSE.with_rules([]) is COURSE


def test_rules_added_in_two_steps_equal_rules_added_at_once():
    one, two = "Sm, withheld, from 2026-12-01", "Sm, free, from 2027-02-01"
    assert COURSE.with_rules([one]).with_rules([two]) == COURSE.with_rules([one, two])


def test_every_member_of_a_mixture_gets_the_rules():
    other = COURSE.model_copy(update={"scenario": "other", "rules": ()})
    mixed = ex.mix("both", {COURSE: 0.5, other: 0.5}, text="Judgement.")
    changed = mixed.with_rules(["Sm, free, from 2026-12-01"])
    for member, probability in changed.members:
        assert probability == 0.5
        assert state_on(member, LATER, samarium(BuyerClass.DUAL)) == "free"
    assert changed.digest != mixed.digest


def test_what_a_course_cannot_take_is_named_at_once():
    early = "Sm, free, from 2025-01-01, until 2024-01-01"
    record = COURSE.model_copy(update={"record_ends": date(2026, 10, 8)})
    with pytest.raises(RuleError) as raised:
        record.with_rules([early, "Dy, free, from 2026-12-01", "Dy, withheld, from 2026-12-01"])
    assert str(raised.value) == (
        "course: found a record, which ends on 2026-10-08; expected a course of policy to "
        "which rules can be added; name one, such as licences_continue\n"
        "rule 'Dy, free, from 2026-12-01': found another rule for the same cases and days; "
        "expected one rule for them; keep one\n"
        "rule 'Dy, withheld, from 2026-12-01': found another rule for the same cases and days; "
        "expected one rule for them; keep one\n"
        "rule 'Sm, free, from 2025-01-01, until 2024-01-01': 2 faults\n"
        "  - whole file: found a first day before the course, which starts on 2025-04-04; "
        "expected a later day; move it\n"
        "  - whole file: found a start on 2025-01-01 and an end on 2024-01-01; expected an end "
        "after the start; move one"
    )


def test_a_rule_that_changes_nothing_and_one_that_longer_ones_hide_are_named():
    index = Index(tiny_dataset())
    idle = "Sm, military, withheld, from 2026-12-01"
    short = "civil, withheld, from 2026-12-01"
    changed = COURSE.with_rules([idle, short])
    assert [str(fault) for fault in without_effect(index, changed, weeks=104)] == [
        f"rule '{idle}': found cases that are withheld without it too; expected a rule that "
        "changes something; leave it out",
        f"rule '{short}': found cases that stricter rules, or rules with more selectors, go on "
        "deciding: Sm, civil, USA, fast_track, from 2025-06-11, revoke; expected a rule that "
        "decides all that it selects; if those should change too, add longer rules, such as 'Sm, "
        "civil, USA, withheld, from 2026-12-01'",
    ]
    whole = COURSE.with_rules([short, "Sm, civil, USA, withheld, from 2026-12-01"])
    assert without_effect(index, whole, weeks=104) == []


def test_a_course_with_a_rule_scores_as_a_file_with_the_same_rule(tmp_path):
    path = tmp_path / "closed.toml"
    path.write_text(
        'name = "Closed"\nstart = 2025-04-04\ntext = "Closed."\nextends = "free_flow"\n'
        '[[rules]]\nelement = "Sm"\nstarts = 2025-06-11\nstate = "withheld"\n',
        encoding="utf-8",
    )
    settings = ex.Settings(draws=4, prior=True, horizon_weeks=52)
    rules = ["Sm, withheld, from 2025-06-11"]
    on_top = ex.assess(tiny_dataset(), ex.read_scenario("free_flow", rules=rules), settings)
    in_file = ex.assess(tiny_dataset(), ex.read_scenario(path), settings)
    assert on_top.ranking["score"].max() > 0.0
    assert on_top.ranking.equals(in_file.ranking)
    assert on_top.record["rules_on_top"] == rules
