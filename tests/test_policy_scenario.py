"""Scenario files and mixtures, and the errors of unreadable ones."""

import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from exposure.errors import ScenarioError, UnknownNameError
from exposure.policy.rules import Rule
from exposure.policy.scenario import Member, Scenario, mix
from exposure.policy.scenario_file import read_scenario, shipped_scenarios
from exposure.tables.reading.location import VARIABLE
from tests.scenario_files import HEAD, QUEUE, member, read, rule, ship

START, TRUCE, LAPSE = date(2025, 4, 4), date(2025, 6, 11), date(2025, 8, 10)
LAPSING = HEAD + f"[dates]\nlapse = {LAPSE}\n" + rule(starts="lapse")
EXPECTED = "expected a scenario file, or the name of a shipped scenario"


@pytest.fixture(autouse=True)
def _shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(ship(tmp_path / "shipped")))
    monkeypatch.chdir(tmp_path)


def course(name: str, *rules: Rule, start: date = START, horizon_weeks: int = 104) -> Scenario:
    return Scenario(
        scenario=name, name=name, start=start, horizon_weeks=horizon_weeks, text=name, rules=rules
    )


# Finding the file


def test_shipped_scenarios_are_listed_and_read_by_name():
    assert shipped_scenarios() == ("free_flow", "late", "queue")
    scenario = read_scenario("queue")
    assert (scenario.scenario, scenario.name, scenario.start, scenario.horizon_weeks) == (
        "queue",
        "Truce",
        START,
        104,
    )
    assert [str(rule.state) for rule in scenario.rules] == ["ordinary", "withheld"]


def test_a_shipped_name_is_the_shipped_scenario_whatever_lies_in_the_folder(tmp_path: Path):
    (tmp_path / "queue").mkdir()
    assert len(read_scenario("queue").rules) == 2


@pytest.mark.parametrize("file", ["truce.toml", "truce.txt", "truce"])
def test_any_existing_file_is_read_whatever_its_ending(tmp_path: Path, file: str):
    (tmp_path / file).write_text(HEAD + rule(), encoding="utf-8")
    for path in (file, f"./{file}", tmp_path / file):
        assert read_scenario(path).scenario == "truce"


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"# comment\r\n"])
def test_a_byte_order_mark_and_crlf_are_accepted(tmp_path: Path, start: bytes):
    text = (HEAD + QUEUE).replace("\n", "\r\n").encode()
    (tmp_path / "truce.toml").write_bytes(start + text)
    assert read_scenario("truce.toml").rules == read_scenario("queue").rules


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError) as error:
        read_scenario("freeflow")
    assert str(error.value) == "unknown scenario 'freeflow'; did you mean 'free_flow'?"


@pytest.mark.parametrize(
    ("path", "cure"),
    [
        ("queue.toml", "did you mean 'queue'?"),
        ("scenarios/mine.toml", "write one of: free_flow, late, queue"),
        ("scenarios/lat", "did you mean 'late'?"),
    ],
)
def test_a_missing_file(path: str, cure: str):
    with pytest.raises(ScenarioError) as error:
        read_scenario(path)
    assert str(error.value) == f"{path}: found no such file; {EXPECTED}; {cure}"


@pytest.mark.parametrize("folder", ["truce.toml", "truces"])
def test_a_folder_is_no_scenario(tmp_path: Path, folder: str):
    (tmp_path / folder).mkdir()
    with pytest.raises(ScenarioError) as error:
        read_scenario(folder)
    assert str(error.value) == (
        f"{folder}: found a folder; expected a scenario in TOML; correct the file"
    )


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"name = Truce\n", "text that is not TOML (Invalid value (at line 1, column 8))"),
        (
            b'name = "a"\nname = "b"\n',
            "text that is not TOML (Cannot overwrite a value (at line 2, column 11))",
        ),
        (b'name = "Caf\xe9"\n', "byte 0xe9, which is not UTF-8"),
    ],
)
def test_a_file_that_is_not_toml(tmp_path: Path, content: bytes, found: str):
    (tmp_path / "truce.toml").write_bytes(content)
    with pytest.raises(ScenarioError) as error:
        read_scenario("truce.toml")
    assert str(error.value) == (
        f"truce.toml: found {found}; expected a scenario in TOML; correct the file"
    )


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "truce.toml").write_text(HEAD, encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ScenarioError) as error:
        read_scenario("truce.toml")
    assert str(error.value) == (
        "truce.toml: found an unreadable file (Permission denied); expected a scenario in TOML; "
        "correct the file"
    )


def test_reading_leaves_the_file_as_it_is(tmp_path: Path):
    read(tmp_path, truce=LAPSING, dates={"lapse": TRUCE})
    assert (tmp_path / "truce.toml").read_text(encoding="utf-8") == LAPSING


# Turning points


@pytest.mark.parametrize(
    "day", [TRUCE, "2025-06-11", pd.Timestamp(TRUCE)], ids=["day", "text", "midnight"]
)
def test_a_turning_point_can_be_moved(tmp_path: Path, day: date | str):
    assert read(tmp_path, truce=LAPSING).rules[0].starts == LAPSE
    assert read(tmp_path, truce=LAPSING, dates={"lapse": day}).rules[0].starts == TRUCE


def test_moving_a_turning_point_changes_the_digest(tmp_path: Path):
    first, moved = (
        read(tmp_path, truce=LAPSING),
        read(tmp_path, truce=LAPSING, dates={"lapse": TRUCE}),
    )
    again = read(tmp_path, truce=LAPSING, dates={"lapse": LAPSE})
    assert first.digest == again.digest != moved.digest


def test_an_unknown_turning_point(tmp_path: Path):
    with pytest.raises(UnknownNameError) as error:
        read(tmp_path, truce=LAPSING, dates={"lapsed": TRUCE})
    assert str(error.value) == (
        "unknown turning point of truce.toml 'lapsed'; did you mean 'lapse'?"
    )
    with pytest.raises(UnknownNameError) as error:
        read(tmp_path, truce=HEAD, dates={"lapse": TRUCE})
    assert str(error.value) == (
        "unknown turning point of truce.toml 'lapse'; leave it out: none is known"
    )


def test_a_turning_point_moved_to_no_day(tmp_path: Path):
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, truce=LAPSING, dates={"lapse": "11 June"})
    assert str(error.value) == (
        "truce.toml: 1 fault\n  - dates, lapse: found '11 June'; expected a day, YYYY-MM-DD; "
        "correct it"
    )


def test_a_rule_until_the_end_of_the_calendar_is_refused_not_lost(tmp_path: Path):
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, truce=HEAD + rule(ends=date.max))
    assert str(error.value) == (
        "truce.toml: 1 fault\n  - rule 1, ends: found 9999-12-31, week 416102; expected a day from "
        "2025-04-04 to 2027-04-02; move it, or lengthen horizon_weeks"
    )


# Extending


def test_extending_takes_over_the_rules_up_to_a_day(tmp_path: Path):
    base = (
        HEAD + rule() + rule(element="Dy", ends=date(2025, 5, 1)) + rule(element="Tb", starts=LAPSE)
    )
    head = HEAD + 'extends = "base"\nextends_until = "truce"\n[dates]\ntruce = 2025-06-11\n'
    scenario = read(tmp_path, lapse=head + rule(element="Gd", starts="truce"), base=base)
    assert [(str(r.element), r.starts, r.ends) for r in scenario.rules] == [
        ("Sm", START, TRUCE),
        ("Dy", START, date(2025, 5, 1)),
        ("Gd", TRUCE, None),
    ]


def test_extending_up_to_a_day_before_the_start_is_refused_not_empty(tmp_path: Path):
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, truce=HEAD + 'extends = "queue"\nextends_until = 2024-06-11\n')
    assert str(error.value) == (
        "truce.toml: 1 fault\n  - extends_until: found 2024-06-11, week -43; expected a day from "
        "2025-04-04 to 2027-04-02; move it, or start the scenario earlier"
    )


def test_extending_without_a_day_takes_over_everything(tmp_path: Path):
    scenario = read(tmp_path, truce=HEAD + 'extends = "queue"\n')
    assert scenario.rules == read_scenario("queue").rules


def test_a_file_in_the_same_folder_comes_before_a_shipped_scenario_of_that_name(tmp_path: Path):
    scenario = read(tmp_path, truce=HEAD + 'extends = "queue"\n', queue=HEAD + rule())
    assert [str(r.element) for r in scenario.rules] == ["Sm"]


def test_inherited_rules_that_became_equal_by_the_cut_are_no_fault(
    tmp_path: Path,
):
    base = HEAD + rule(state="free", ends=date(2025, 9, 1)) + rule(ends=date(2025, 10, 1))
    head = HEAD + 'extends = "base"\nextends_until = 2025-06-11\n'
    assert [r.ends for r in read(tmp_path, truce=head, base=base).rules] == [TRUCE, TRUCE]


def test_a_fault_two_files_away_names_that_rule(tmp_path: Path):
    middle = HEAD + 'extends = "base"\n' + rule(element="Dy")
    with pytest.raises(ScenarioError) as error:
        read(
            tmp_path,
            truce=HEAD + 'extends = "middle"\n' + rule(),
            middle=middle,
            base=HEAD + rule(),
        )
    assert str(error.value) == (
        "truce.toml: 1 fault\n  - rule 1: found the cases and days of rule 1 of base, which says "
        "'withheld'; expected one rule for them; keep one, or give them different days"
    )


# Mixtures


def test_a_file_of_a_mixture_gives_single_courses_even_of_mixtures(tmp_path: Path):
    inner = HEAD + member("free_flow", 0.25) + member("queue", 0.75)
    scenario = read(tmp_path, outlook=HEAD + member("inner", 0.4) + member("truce", 0.6),
               inner=inner, truce=HEAD + rule())  # fmt: skip
    assert [(s.scenario, p) for s, p in scenario.members] == [
        ("free_flow", pytest.approx(0.1)),
        ("queue", pytest.approx(0.3)),
        ("truce", 0.6),
    ]
    assert scenario.rules == ()


def test_a_single_course_is_its_only_member():
    single = course("truce")
    assert single.members == ((single, 1.0),)


def test_mixing_resolves_mixtures_and_takes_the_longest_horizon():
    first, second, third = (
        course("a"),
        course("b", horizon_weeks=52),
        course("c", horizon_weeks=156),
    )
    mixture = mix(
        "m", [(mix("n", [(first, 0.5), (second, 0.5)], text="even"), 0.5), (third, 0.5)], text="t"
    )
    assert [(s.scenario, p) for s, p in mixture.members] == [("a", 0.25), ("b", 0.25), ("c", 0.5)]
    assert (mixture.scenario, mixture.start, mixture.horizon_weeks, mixture.text) == (
        "m",
        START,
        156,
        "t",
    )


def test_probabilities_may_miss_1_by_rounding_alone():
    thirds = [(course(name), 1 / 3) for name in "abc"]
    assert len(mix("m", thirds, text="t").members) == 3


MIXTURES: list[tuple[str, list[tuple[Scenario, float]], str]] = [
    ("none", [], "mixture: found no members; expected at least one; name the scenarios"),
    (
        "nine tenths",
        [(course("a"), 0.5), (course("b"), 0.4)],
        "mixture: found probabilities that sum to 0.9; expected 1; correct them",
    ),
    (
        "a little too much",
        [(course("a"), 0.5), (course("b"), 0.50001)],
        "mixture: found probabilities that sum to 1.00001; expected 1; correct them",
    ),
    (
        "below 0",
        [(course("a"), 1.5), (course("b"), -0.5)],
        "member 1, probability: found 1.5; expected between 0 and 1; correct it\n"
        "  - member 2, probability: found -0.5; expected between 0 and 1; correct it",
    ),
    (
        "not a number",
        [(course("a"), 1.0), (course("b"), math.nan)],
        "member 2, probability: found nan; expected between 0 and 1; correct it",
    ),
    (
        "another start",
        [(course("a"), 0.5), (course("b", start=TRUCE), 0.6)],
        "mixture: found probabilities that sum to 1.1; expected 1; correct them\n"
        "  - mixture: found members that start on 2025-04-04, 2025-06-11; expected one day; mix "
        "scenarios with a common past",
    ),
]


@pytest.mark.parametrize(
    ("members", "faults"), [case[1:] for case in MIXTURES], ids=[case[0] for case in MIXTURES]
)
def test_mixing_refuses(members: list[tuple[Scenario, float]], faults: str):
    with pytest.raises(ScenarioError) as error:
        mix("m", members, text="t")
    noun = "1 fault" if faults.count("\n") == 0 else "2 faults"
    assert str(error.value) == f"m: {noun}\n  - {faults}"


def test_a_mixture_needs_a_key_and_a_text():
    with pytest.raises(ScenarioError) as error:
        mix("My outlook", [(course("a"), 1.0)], text="")
    assert str(error.value) == (
        "scenario: found 'My outlook'; expected a key of lower-case letters, digits and "
        "underscores; write 'my_outlook'\n"
        "text: found nothing; expected text; fill it in"
    )


# Digests


def test_the_digest_tells_scenarios_apart_and_not_readings(tmp_path: Path):
    variants = [
        course("a"),
        course("b"),
        course("a", start=TRUCE),
        course("a", horizon_weeks=52),
        course("a", Rule(state="free", starts=START)),
        course("a", Rule(state="free", starts=START, note="why")),
        mix("a", [(course("a"), 1.0)], text="a"),
        Scenario(
            scenario="a",
            name="a",
            start=START,
            text="a",
            mixture=(
                Member(scenario=course("a"), probability=0.5),
                Member(scenario=course("b"), probability=0.5),
            ),
        ),
    ]
    assert len({scenario.digest for scenario in variants}) == len(variants)
    assert read(tmp_path, truce=LAPSING).digest == read(tmp_path, truce="\n" + LAPSING).digest


# Inherited rules are replaced, and selectors may be lists


def test_an_own_rule_replaces_the_inherited_one_with_its_selectors_from_its_start(tmp_path: Path):
    base = HEAD + rule(state="ordinary")
    scenario = read(
        tmp_path,
        truce=HEAD + 'extends = "base"\n' + rule(state="general", starts=date(2025, 12, 2)),
        base=base,
    )
    assert [(r.state, r.starts, r.ends) for r in scenario.rules] == [
        ("ordinary", date(2025, 4, 4), date(2025, 12, 2)),
        ("general", date(2025, 12, 2), None),
    ]


def test_a_list_in_a_selector_is_one_rule_a_word(tmp_path: Path):
    text = HEAD + '[[rules]]\nelement = ["Dy", "Tb"]\ntier = ["trusted", "standard"]\n'
    text += 'starts = 2025-06-11\nstate = "free"\n'
    scenario = read(tmp_path, truce=text)
    assert [(r.element, r.tier) for r in scenario.rules] == [
        ("Dy", "trusted"), ("Dy", "standard"), ("Tb", "trusted"), ("Tb", "standard"),
    ]  # fmt: skip


def test_faults_of_a_list_are_reported_once_and_an_empty_list_is_one(tmp_path: Path):
    text = HEAD + '[[rules]]\nelement = ["Dy", "Tmm"]\ntier = []\nstarts = 2025-06-11\n'
    text += 'state = "shut"\n[[rules]]\nelement = ["Dy", "Tmm"]\nstarts = 2025-06-11\n'
    text += 'state = "free"\n'
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, truce=text)
    assert str(error.value) == (
        "truce.toml: 2 faults\n"
        "  - rule 1, tier: found an empty list; expected words; write '*'\n"
        "  - rule 2, element: found 'Tmm'; expected a chemical symbol, such as Dy, or '*'; "
        "correct it"
    )
