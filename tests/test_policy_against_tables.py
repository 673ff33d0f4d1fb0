"""Scenarios are checked against the tables: unknown names are refused, idle rules are listed."""

from datetime import date

import pytest

from exposure.assessment import assess
from exposure.errors import ScenarioError
from exposure.inputs.index import Index
from exposure.licensing.idle_rules import idle_rules
from exposure.policy.against_tables import refuse_unknown_names
from exposure.policy.rules import Rule
from exposure.policy.scenario import Scenario
from exposure.policy.scenario_file import read_scenario, shipped_scenarios
from exposure.settings import Settings
from exposure.tables.reading.folders import read_dataset
from tests.tiny import tiny_dataset, tiny_records

START = date(2025, 4, 4)
USUAL = Rule(starts=START, state="ordinary")
RULE = "rule from 2025-04-04 for"


def course(*rules: Rule, **keys: object) -> Scenario:
    return Scenario(scenario="mine", name="Mine", start=START, text="mine", rules=rules, **keys)


def rule(**keys: object) -> Rule:
    return Rule(**{"starts": START, "state": "withheld"} | keys)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (
            course(rule(component="smco_magnetz")),
            f"{RULE} component smco_magnetz, component: found 'smco_magnetz'; expected a component "
            "of components.csv, or '*'; did you mean 'smco_magnet'?",
        ),
        (
            course(rule(stage="magnets")),
            f"{RULE} stage magnets, stage: found 'magnets'; expected a stage of stages.csv, or "
            "'*'; did you mean 'magnet'?",
        ),
        (
            course(rule(element="Xx")),
            f"{RULE} element Xx, element: found 'Xx'; expected an element of elements.csv, or '*'; "
            "write one of: ",
        ),
        (
            course(rule(element="Sm", event="no_such_event")),
            f"{RULE} element Sm, event: found 'no_such_event'; expected an event of "
            "policy_events.csv; add it to policy_events.csv",
        ),
        (
            course(sources=("made_up_2O25", "no_such")),
            "sources: found 'no_such'; expected a source of sources.csv; add it to sources.csv",
        ),
        (
            course(rule(state="ordinary", overrides={"renewal_lead_weeks": 40})),
            f"{RULE} everything, overrides: found a renewal 40 weeks before a licence ends that "
            "may live 26 weeks; expected a lead of at most the validity; shorten "
            "renewal_lead_weeks, or lengthen validity_weeks",
        ),
        (
            course(rule(state="fast_track", overrides={"validity_weeks": 2})),
            f"{RULE} everything, overrides: found a renewal 9 weeks before a licence ends that may "
            "live 2 weeks; expected a lead of at most the validity; shorten renewal_lead_weeks, or "
            "lengthen validity_weeks",
        ),
    ],
    ids=["component", "stage", "element", "event", "source", "long lead", "short life"],
)
def test_what_no_table_knows_is_refused(scenario: Scenario, message: str):
    with pytest.raises(ScenarioError) as error:
        refuse_unknown_names(scenario, tiny_dataset())
    assert str(error.value).startswith("mine: ")
    assert message in str(error.value)


def test_a_run_is_refused_before_it_begins():
    with pytest.raises(ScenarioError) as error:
        assess(tiny_dataset(), course(rule(component="smco_magnets")), Settings(draws=8))
    assert str(error.value) == (
        "mine: 1 fault\n"
        f"  - {RULE} component smco_magnets, component: found 'smco_magnets'; expected a component "
        "of components.csv, or '*'; did you mean 'smco_magnet'?"
    )


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_name_what_the_shipped_tables_have(name: str):
    refuse_unknown_names(read_scenario(name), read_dataset())
    refuse_unknown_names(read_scenario(name), tiny_dataset())


@pytest.mark.parametrize(
    ("unused", "reason"),
    [
        (
            rule(component="smco_magnet", stage="separation"),
            f"{RULE} component smco_magnet, stage separation: found stage separation of "
            "smco_magnet, which crosses the border finished, at stage magnet",
        ),
        (
            rule(element="Sm", starts=date(2027, 4, 2)),
            "rule from 2027-04-02 for element Sm: found a start after the last day that is run, "
            "2027-04-01",
        ),
        (
            rule(destination="DEU"),
            f"{RULE} destination DEU: found no goods or buyers with destination DEU",
        ),
        (
            rule(buyer_class="civil", tier="listed"),
            f"{RULE} buyer_class civil, tier listed: found no goods or buyers with tier listed",
        ),
        (
            rule(element="Dy", component="smco_magnet"),
            f"{RULE} element Dy, component smco_magnet: found goods that the tables do not have: "
            "no such element in it, or not at that stage",
        ),
        (
            Rule(starts=START, state="free"),
            f"{RULE} everything: found cases that more specific or stricter rules decide",
        ),
    ],
    ids=["stage", "late", "place", "tier", "element", "stricter"],
)
def test_a_rule_that_decides_nothing_is_listed_with_the_reason(unused: Rule, reason: str):
    (found,) = idle_rules(Index(tiny_dataset()), course(USUAL, unused), weeks=104)
    assert found.file == "mine"
    assert str(found) == (
        f"{reason}; expected a rule that decides some case; correct the rule, or delete it"
    )


def test_rules_that_decide_and_rules_that_tie_are_not_listed():
    rules = (USUAL, rule(element="Sm"), rule(component="ndfeb_heavy_magnet", element="Nd"))
    assert idle_rules(Index(tiny_dataset()), course(*rules), weeks=104) == []
    tied = (rule(buyer_class="military"), rule(stage="magnet"), USUAL)
    assert idle_rules(Index(tiny_dataset()), course(*tied), weeks=104) == []


@pytest.mark.parametrize(
    ("overrides", "lead", "life"),
    [
        # The shortest of the lives that the tables allow, and the longest of the leads, decide.
        ({"renewal_lead_weeks": 20}, None, None),
        ({"renewal_lead_weeks": 21}, 21, 20),
        ({"validity_weeks": 9}, None, None),
        ({"validity_weeks": 8}, 9, 8),
        ({"validity_weeks": 5, "renewal_lead_weeks": 5}, None, None),
        ({"validity_weeks": 5, "renewal_lead_weeks": 6}, 6, 5),
    ],
)
def test_a_renewal_may_be_filed_with_the_licence_itself_and_no_earlier(overrides, lead, life):
    records = tiny_records()
    for row in records["licence_queue"]:
        if row["quantity"] == "validity_weeks_ordinary":
            row.update(low=20.0, central=26.0, high=30.0)
    made, tables = course(rule(state="ordinary", overrides=overrides)), tiny_dataset(records)
    if lead is None:
        refuse_unknown_names(made, tables)
        return
    with pytest.raises(ScenarioError) as raised:
        refuse_unknown_names(made, tables)
    assert str(raised.value) == (
        "mine: 1 fault\n"
        f"  - rule from 2025-04-04 for everything, overrides: found a renewal {lead} weeks "
        f"before a licence ends that may live {life} weeks; expected a lead of at most the "
        "validity; shorten renewal_lead_weeks, or lengthen validity_weeks"
    )
