"""Scenario files that leave something open, name days for nothing, or cannot be read at all."""

import os
from datetime import date
from pathlib import Path

import pytest

from exposure.errors import ScenarioError
from exposure.policy.scenario_file import LONGEST_CHAIN, read_scenario
from tests.scenario_files import HEAD, QUEUE, read, rule

RECORD = HEAD.replace("start = ", "record_ends = 2026-06-01\nstart = ")
OPEN = """
[open_end]
day = {day}
known_from = {known}
question = "Who knows?"
"""
NEXT = """
[[open_end.continuations]]
name = "{name}"
text = "It goes on."
"""
NEXT_RULE = """
[[open_end.continuations.rules]]
starts = {starts}
ends = {ends}
state = "free"
"""


def open_end(*parts: str, day: str = "2026-11-10", known: str = "2025-11-07") -> str:
    return RECORD + QUEUE + OPEN.format(day=day, known=known) + "".join(parts)


def message_of(tmp_path: Path, **files: str) -> str:
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, **files)
    return str(error.value)


NEXT_YEAR = NEXT_RULE.format(starts="2026-11-10", ends="2027-01-10")


def test_a_record_with_continuations_is_read(tmp_path: Path):
    text = open_end(NEXT.format(name="on"), NEXT_YEAR, NEXT.format(name="off"))
    made = read(tmp_path, truce=text).open_end
    assert made is not None
    assert [continuation.name for continuation in made.continuations] == ["on", "off"]


def test_continuations_that_repeat_a_name_or_a_rule_are_refused(tmp_path: Path):
    text = open_end(NEXT.format(name="on"), NEXT_YEAR, NEXT_YEAR, NEXT.format(name="on"))
    assert message_of(tmp_path, truce=text) == (
        "truce.toml: 2 faults\n"
        "  - continuation 1, rule 2: found the cases and days of continuation 1, rule 1, which "
        "says 'free'; expected one rule for them; keep one, or give them different days\n"
        "  - open_end, continuations: found the name 'on' 2 times; expected each name once; name "
        "each continuation differently"
    )


def test_continuations_that_end_before_they_begin_or_lie_outside_are_refused(tmp_path: Path):
    backward = NEXT_RULE.format(starts="2026-11-10", ends="2026-11-09")
    late = NEXT_RULE.format(starts="2030-01-01", ends="2031-01-01")
    text = open_end(NEXT.format(name="on"), backward, late)
    outside = "expected a day from 2025-04-04 to 2027-04-02; move it, or lengthen horizon_weeks"
    assert message_of(tmp_path, truce=text) == (
        "truce.toml: 3 faults\n"
        "  - continuation 1, rule 1: found a start on 2026-11-10 and an end on 2026-11-09; "
        "expected an end after the start; move one\n"
        f"  - continuation 1, rule 2, starts: found 2030-01-01, week 247; {outside}\n"
        f"  - continuation 1, rule 2, ends: found 2031-01-01, week 299; {outside}"
    )


def test_an_open_day_outside_the_scenario_or_before_it_was_known_is_refused(tmp_path: Path):
    text = open_end(NEXT.format(name="on"), day="2028-01-01", known="2028-06-01")
    assert message_of(tmp_path, truce=text) == (
        "truce.toml: 2 faults\n"
        "  - open_end, day: found 2028-01-01, week 143; expected a day from 2025-04-04 to "
        "2027-04-02; move it, or lengthen horizon_weeks\n"
        "  - open_end, known_from: found 2028-06-01, after the day itself, 2028-01-01; expected "
        "that day, or an earlier one; state when it became known that something ends"
    )


def test_a_turning_point_that_no_rule_uses_is_refused(tmp_path: Path):
    text = HEAD + "[dates]\ntruce = 2025-06-11\nlapse = 2025-08-10\n" + rule(starts="truce")
    assert message_of(tmp_path, truce=text) == (
        "truce.toml: 1 fault\n"
        "  - dates, lapse: found a day that no rule uses; expected one that is used; name it where "
        "a rule starts or ends, or delete it"
    )


def test_a_long_chain_of_files_is_refused(tmp_path: Path):
    files = {f"s{n}": f'{HEAD}extends = "s{n + 1}"\n' for n in range(LONGEST_CHAIN + 5)}
    files[f"s{LONGEST_CHAIN + 5}"] = HEAD + QUEUE
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_scenario(tmp_path / "s0.toml")
    assert str(error.value) == (
        f"s{LONGEST_CHAIN - 1}.toml: 1 fault\n"
        f"  - extends: found a chain of more than {LONGEST_CHAIN} files; expected a shorter one; "
        "extend an earlier file of it"
    )
    assert read_scenario(tmp_path / "s10.toml").rules


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = " + "[" * 5000, "tables or lists in one another, too deep to be read"),
        ("horizon_weeks = " + "9" * 5000, "a number of thousands of digits"),
    ],
    ids=["lists in lists", "5,000 digits"],
)
def test_values_too_deep_or_too_long_are_refused(tmp_path: Path, text: str, found: str):
    path = tmp_path / "truce.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_scenario(path)
    assert str(error.value) == (
        f"{path}: found {found}; expected a scenario in TOML; correct the file"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    path = tmp_path / "truce.toml"
    os.mkfifo(path)
    with pytest.raises(ScenarioError) as error:
        read_scenario(path)
    assert str(error.value) == (
        f"{path}: found something that is no file, such as a pipe; expected a scenario in TOML; "
        "correct the file"
    )


@pytest.mark.parametrize("name", ["x" * 5000, "a\\u0000b"], ids=["long", "with a null"])
def test_a_name_that_no_file_can_have_names_no_scenario(tmp_path: Path, name: str):
    message = message_of(tmp_path, truce=f'{HEAD}extends = "{name}"\n')
    assert message.startswith("truce.toml: 1 fault\n  - extends: found '")
    expected = "expected a scenario in the folder of this file, or a shipped one; write one of: "
    assert expected in message


def test_the_first_and_the_last_day_of_a_scenario_lie_inside_it(tmp_path: Path):
    head = HEAD.replace("start = ", "horizon_weeks = 52\nstart = ")
    made = read(tmp_path, inside=head + rule(starts=date(2025, 4, 4), ends=date(2026, 4, 3)))
    assert made.rules[0].ends == date(2026, 4, 3)
    assert message_of(tmp_path, outside=head + rule(ends=date(2026, 4, 11))) == (
        "outside.toml: 1 fault\n"
        "  - rule 1, ends: found 2026-04-11, week 53; expected a day from 2025-04-04 to "
        "2026-04-03; move it, or lengthen horizon_weeks"
    )


def test_an_end_may_become_known_on_its_own_day(tmp_path: Path):
    text = open_end(NEXT.format(name="on"), day="2026-11-10", known="2026-11-10")
    assert read(tmp_path, truce=text).open_end is not None
    late = open_end(NEXT.format(name="on"), day="2026-11-10", known="2026-11-11")
    assert "found 2026-11-11, after the day itself, 2026-11-10" in message_of(tmp_path, late=late)
