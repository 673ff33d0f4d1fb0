"""Errors of faulty scenario files, with the whole text."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exposure.errors import ScenarioError
from exposure.policy.rules import Rule
from exposure.policy.scenario_file import FILE_KEYS
from exposure.tables.reading.location import VARIABLE
from tests.scenario_files import HEAD, member, read, rule, ship


@pytest.fixture(autouse=True)
def _shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(ship(tmp_path / "shipped")))


CASES: list[tuple[str, dict[str, str], str]] = [
    (
        "an empty file",
        {"truce": ""},
        "truce.toml: 3 faults\n"
        "  - name: found nothing; expected a value; fill it in\n"
        "  - start: found nothing; expected a value; fill it in\n"
        "  - text: found nothing; expected a value; fill it in",
    ),
    (
        "a misspelt key",
        {"truce": HEAD + "horizon_week = 52\n"},
        "truce.toml: 1 fault\n"
        "  - horizon_week: found an unknown key; expected a known one; did you mean "
        "'horizon_weeks'?",
    ),
    (
        "a key of one's own",
        {"truce": HEAD + "colour = 1\n"},
        "truce.toml: 1 fault\n"
        "  - colour: found an unknown key; expected a known one; write one of: dates, extends, "
        "extends_until, horizon_weeks, measures, mixture, name, open_end, record_ends, rules, "
        "scored_from, sources, start, text",
    ),
    (
        "no rule header but one table",
        {"truce": HEAD + "[rules]\nelement = 'Sm'\n"},
        "truce.toml: 1 fault\n"
        "  - rules: found a table; expected a list of tables; write each under [[rules]]",
    ),
    (
        "faults of the head",
        {"truce": 'name = ""\nstart = "soon"\ntext = 3\nhorizon_weeks = 0\nsources = "x"\n'},
        "truce.toml: 5 faults\n"
        "  - name: found nothing; expected text; fill it in\n"
        "  - start: found 'soon'; expected a day, YYYY-MM-DD; correct it\n"
        "  - horizon_weeks: found 0; expected at least 1; correct it\n"
        "  - text: found 3; expected text; correct it\n"
        "  - sources: found 'x'; expected a list; correct it",
    ),
    (
        "a start in the wrong century",
        {"truce": HEAD.replace("2025", "2205")},
        "truce.toml: 1 fault\n  - start: found 2205-04-04; expected at most 2100-01-01; correct it",
    ),
    (
        "a horizon past the calendar",
        {"truce": HEAD + "horizon_weeks = 999999999\n"},
        "truce.toml: 1 fault\n"
        "  - horizon_weeks: found 999999999; expected at most 1040; correct it",
    ),
    (
        "a file name that is no key",
        {"my-truce": HEAD},
        "my-truce.toml: 1 fault\n"
        "  - file name: found 'my-truce'; expected a key of lower-case letters, digits and "
        "underscores; write 'my_truce'",
    ),
    (
        "a misspelt state",
        {"truce": HEAD + rule(state="witheld")},
        "truce.toml: 1 fault\n"
        "  - rule 1, state: found 'witheld'; expected a known state; did you mean 'withheld'?",
    ),
    (
        "a misspelt element, stage, tier and class",
        {"truce": HEAD + rule(element="Smm", stage="Metal", tier="trust", buyer_class="militery")},
        "truce.toml: 4 faults\n"
        "  - rule 1, element: found 'Smm'; expected a chemical symbol, such as Dy, or '*'; "
        "correct it\n"
        "  - rule 1, stage: found 'Metal'; expected a key of lower-case letters, digits and "
        "underscores, or '*'; write 'metal'\n"
        "  - rule 1, buyer_class: found 'militery'; expected a known buyer class, or '*'; did "
        "you mean 'military'?\n"
        "  - rule 1, tier: found 'trust'; expected a known tier, or '*'; write one of: *, "
        "listed, standard, trusted",
    ),
    (
        "a misspelt key of a rule",
        {"truce": HEAD + rule(elements="Sm")},
        "truce.toml: 1 fault\n"
        "  - rule 1, elements: found an unknown key; expected a known one; did you mean "
        "'element'?",
    ),
    (
        "a misspelt override",
        {"truce": HEAD + rule() + "overrides = { aproval = 0.5, look_through = 2 }\n"},
        "truce.toml: 2 faults\n"
        "  - rule 1, overrides, look_through: found 2; expected at most 1; correct it\n"
        "  - rule 1, overrides, aproval: found an unknown key; expected a known one; did you mean "
        "'approval'?",
    ),
    (
        "a rule without start and state",
        {"truce": HEAD + '[[rules]]\nelement = "Sm"\n'},
        "truce.toml: 2 faults\n"
        "  - rule 1, starts: found nothing; expected a value; fill it in\n"
        "  - rule 1, state: found nothing; expected a value; fill it in",
    ),
    (
        "the third rule of three",
        {"truce": HEAD + rule() + rule(element="Dy") + rule(element="tv")},
        "truce.toml: 1 fault\n"
        "  - rule 3, element: found 'tv'; expected a chemical symbol, such as Dy, or '*'; "
        "write 'Tv'",
    ),
    (
        "an hour",
        {"truce": HEAD + '[[rules]]\nstarts = 2025-04-04T12:00:00\nstate = "free"\n'},
        "truce.toml: 1 fault\n"
        "  - rule 1, starts: found 2025-04-04 12:00:00; expected a day, YYYY-MM-DD, or a name "
        "under [dates]; correct it",
    ),
    (
        "an unknown turning point",
        {"truce": HEAD + "[dates]\nlapse = 2025-08-10\n" + rule(starts="lapsed")},
        "truce.toml: 1 fault\n"
        "  - rule 1, starts: found 'lapsed'; expected a day, YYYY-MM-DD, or a name under [dates]; "
        "did you mean 'lapse'?",
    ),
    (
        "a turning point where there are none",
        {"truce": HEAD + rule(ends="lapse")},
        "truce.toml: 1 fault\n"
        "  - rule 1, ends: found 'lapse'; expected a day, YYYY-MM-DD, or a name under [dates]; "
        "correct it",
    ),
    (
        "a turning point that is no day",
        {"truce": HEAD + "[dates]\nlapse = 'August'\n" + rule(starts="lapse")},
        "truce.toml: 1 fault\n"
        "  - dates, lapse: found 'August'; expected a day, YYYY-MM-DD; correct it",
    ),
    (
        "turning points that are no table",
        {"truce": HEAD + "dates = 2025-08-10\n"},
        "truce.toml: 1 fault\n"
        "  - dates: found 2025-08-10; expected a table of days; write them under [dates]",
    ),
    (
        "two rules for the same cases and days",
        {"truce": HEAD + rule() + rule(element="Dy") + rule(state="free")},
        "truce.toml: 1 fault\n"
        "  - rule 3: found the cases and days of rule 1, which says 'withheld'; expected one rule "
        "for them; keep one, or give them different days",
    ),
    (
        "a rule against an inherited one",
        {
            "truce": HEAD
            + 'extends = "queue"\n'
            + rule(element=None, buyer_class="military", state="free")
        },
        "truce.toml: 1 fault\n"
        "  - rule 1: found the cases and days of rule 2 of queue, which says 'withheld'; expected "
        "one rule for them; keep one, or give them different days",
    ),
    (
        "a rule before the start",
        {"truce": HEAD + rule(starts=date(2025, 4, 1))},
        "truce.toml: 1 fault\n"
        "  - rule 1, starts: found 2025-04-01, week -1; expected a day from 2025-04-04 to "
        "2027-04-02; move it, or start the scenario earlier",
    ),
    (
        "a rule after the horizon",
        {
            "truce": HEAD
            + "horizon_weeks = 10\n"
            + rule(starts=date(2025, 6, 14), ends=date(2025, 7, 1))
        },
        "truce.toml: 2 faults\n"
        "  - rule 1, starts: found 2025-06-14, week 10; expected a day from 2025-04-04 to "
        "2025-06-13; move it, or lengthen horizon_weeks\n"
        "  - rule 1, ends: found 2025-07-01, week 12; expected a day from 2025-04-04 to "
        "2025-06-13; move it, or lengthen horizon_weeks",
    ),
    (
        "a rule out of the horizon of a file with another fault",
        {"truce": HEAD.replace("A truce.", "") + rule(starts=date(2028, 1, 1))},
        "truce.toml: 2 faults\n"
        "  - text: found nothing; expected text; fill it in\n"
        "  - rule 1, starts: found 2028-01-01, week 143; expected a day from 2025-04-04 to "
        "2027-04-02; move it, or lengthen horizon_weeks",
    ),
    (
        "an inherited rule before the start",
        {"truce": HEAD.replace("2025-04-04", "2025-05-01") + 'extends = "queue"\n'},
        "truce.toml: 2 faults\n"
        "  - rule 1 of queue, starts: found 2025-04-04, week -4; expected a day from 2025-05-01 "
        "to 2027-04-29; move it, or start the scenario earlier\n"
        "  - rule 2 of queue, starts: found 2025-04-04, week -4; expected a day from 2025-05-01 "
        "to 2027-04-29; move it, or start the scenario earlier",
    ),
    (
        "an end before the start",
        {"truce": HEAD + rule(starts=date(2025, 6, 11), ends=date(2025, 5, 1))},
        "truce.toml: 1 fault\n"
        "  - rule 1: found a start on 2025-06-11 and an end on 2025-05-01; expected an end after "
        "the start; move one",
    ),
    (
        "an end on the day of the start",
        {"truce": HEAD + rule(starts=date(2025, 6, 11), ends=date(2025, 6, 11))},
        "truce.toml: 1 fault\n"
        "  - rule 1: found a start on 2025-06-11 and an end on 2025-06-11; expected an end after "
        "the start; move one",
    ),
    (
        "extends nothing known",
        {"truce": HEAD + 'extends = "que"\n'},
        "truce.toml: 1 fault\n"
        "  - extends: found 'que'; expected a scenario in the folder of this file, or a shipped "
        "one; write one of: free_flow, late, queue",
    ),
    (
        "extends what nothing resembles",
        {"truce": HEAD + "extends = 3\n"},
        "truce.toml: 1 fault\n"
        "  - extends: found 3; expected a scenario in the folder of this file, or a shipped "
        "one; write one of: free_flow, late, queue",
    ),
    (
        "extends until, but what?",
        {"truce": HEAD + "extends_until = 2025-06-11\n"},
        "truce.toml: 1 fault\n"
        "  - extends_until: found a day alone; expected extends too; say which scenario it "
        "extends, or drop it",
    ),
    (
        "extends until no day",
        {"truce": HEAD + 'extends = "queue"\nextends_until = "June"\n'},
        "truce.toml: 1 fault\n"
        "  - extends_until: found 'June'; expected a day, YYYY-MM-DD, or a name under [dates]; "
        "correct it",
    ),
    (
        "extends itself",
        {"truce": HEAD + 'extends = "truce"\n'},
        "truce.toml: 1 fault\n"
        "  - extends: found truce -> truce; expected a chain that ends; break the circle",
    ),
    (
        "extends in a circle",
        {"truce": HEAD + 'extends = "lapse"\n', "lapse": HEAD + 'extends = "truce"\n'},
        "lapse.toml: 1 fault\n"
        "  - extends: found truce -> lapse -> truce; expected a chain that ends; break the circle",
    ),
    (
        "faults of a file and of the one it extends",
        {
            "truce": HEAD + 'extends = "base"\n' + rule(tier="green"),
            "base": HEAD + rule(state="shut"),
        },
        "base.toml: 1 fault\n"
        "  - rule 1, state: found 'shut'; expected a known state; write one of: fast_track, free, "
        "general, ordinary, withheld\n"
        "truce.toml: 1 fault\n"
        "  - rule 1, tier: found 'green'; expected a known tier, or '*'; write one of: *, "
        "listed, standard, trusted",
    ),
    (
        "probabilities that do not sum to 1",
        {"outlook": HEAD + member("queue") + member("free_flow", 0.4)},
        "outlook.toml: 1 fault\n"
        "  - mixture: found probabilities that sum to 0.9; expected 1; correct them",
    ),
    (
        "probabilities that are none",
        {"outlook": HEAD + member("queue", 1.5) + member("free_flow", '"half"')},
        "outlook.toml: 2 faults\n"
        "  - member 1, probability: found 1.5; expected at most 1; correct it\n"
        "  - member 2, probability: found 'half'; expected a finite number; correct it",
    ),
    (
        "an unknown member, a nameless one",
        {"outlook": HEAD + member("freeflow") + "[[mixture]]\nprobability = 0.5\nweight = 1\n"},
        "outlook.toml: 3 faults\n"
        "  - member 1, scenario: found 'freeflow'; expected a scenario in the folder of this "
        "file, or a shipped one; did you mean 'free_flow'?\n"
        "  - member 2, scenario: found nothing; expected a value; fill it in\n"
        "  - member 2, weight: found an unknown key; expected a known one; write one of: "
        "probability, scenario",
    ),
    (
        "members with different starts",
        {"outlook": HEAD + member("queue") + member("late")},
        "outlook.toml: 1 fault\n"
        "  - mixture: found members that start on 2025-04-04, 2025-05-01; expected one day; mix "
        "scenarios with a common past",
    ),
    (
        "a mixture that starts on another day",
        {"outlook": HEAD + member("late", 1)},
        "outlook.toml: 1 fault\n"
        "  - start: found 2025-04-04; expected 2025-05-01, as its members; start on the same day",
    ),
    (
        "a mixture with rules of its own",
        {"outlook": HEAD + 'extends = "queue"\n' + member("queue", 1.0) + rule()},
        "outlook.toml: 1 fault\n"
        "  - mixture: found extends and rules with it; expected a mixture alone; move them to a "
        "scenario of their own",
    ),
    (
        "a mixture of itself",
        {"outlook": HEAD + member("outlook", 1.0)},
        "outlook.toml: 1 fault\n"
        "  - member 1, scenario: found outlook -> outlook; expected a chain that ends; break the "
        "circle",
    ),
    (
        "a mixture of names",
        {"outlook": HEAD + 'mixture = ["queue", "free_flow"]\n'},
        "outlook.toml: 1 fault\n"
        "  - mixture: found a list of something else; expected a list of tables; write each under "
        "[[mixture]]",
    ),
    (
        "many faults at once",
        {
            "truce": 'nam = "Truce"\nstart = 2025-04-04\ntext = "T"\n'
            + rule(state="shut")
            + rule(ends=date(2025, 4, 1))
            + rule()
            + rule(starts=date(2030, 1, 1))
        },
        "truce.toml: 5 faults\n"
        "  - nam: found an unknown key; expected a known one; did you mean 'name'?\n"
        "  - name: found nothing; expected a value; fill it in\n"
        "  - rule 1, state: found 'shut'; expected a known state; write one of: fast_track, "
        "free, general, ordinary, withheld\n"
        "  - rule 2: found a start on 2025-04-04 and an end on 2025-04-01; expected an end "
        "after the start; move one\n"
        "  - rule 4, starts: found 2030-01-01, week 247; expected a day from 2025-04-04 to "
        "2027-04-02; move it, or lengthen horizon_weeks",
    ),
]


@pytest.mark.parametrize(
    ("files", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_faulty_scenario_is_refused_with_all_faults(
    tmp_path: Path, files: dict[str, str], message: str
):
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, **files)
    assert str(error.value) == message


VALUES = [
    '""', '"x"', "-1", "1.5", "nan", "99999999999999999999", "[]", "[1]", "{}", "{ a = 1 }", "true",
    "2025-04-04", "2025-06-11T12:00:00Z", "0001-01-01", "9999-12-31", "12:00:00", '"*"',
    '"queue"', '"truce"', '"lapse"', '"../truce"', '[{ scenario = "queue", probability = 1 }]',
]  # fmt: skip
KEYS = [*FILE_KEYS, "scenario"]
RULE_KEYS = [*Rule.model_fields, "startz"]


@given(
    head=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=3),
    rules=st.lists(
        st.dictionaries(st.sampled_from(RULE_KEYS), st.sampled_from(VALUES), max_size=3), max_size=2
    ),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_file_says_gives_a_scenario_or_faults(tmp_path: Path, head: dict, rules: list):
    top = {"name": '"Truce"', "start": "2025-04-04", "text": '"A truce."'} | head
    tables = [{"starts": "2025-04-04", "state": '"free"'} | table for table in rules]
    parts = [("", top), *(("[[rules]]\n", table) for table in tables if "rules" not in top)]
    text = "".join(
        title + "".join(f"{key} = {value}\n" for key, value in table.items())
        for title, table in parts
    )
    try:
        outcome = read(tmp_path, truce=text).scenario
    except ScenarioError as error:
        outcome = str(error)
    assert outcome == "truce" or "; expected " in outcome
