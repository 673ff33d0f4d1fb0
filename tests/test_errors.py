"""Errors: one class per kind of fault, and messages that list every fault with its location."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exposure as ex
from exposure import errors
from exposure.errors import (
    ExposureError,
    ScenarioError,
    SettingsError,
    TableError,
    UnknownNameError,
    unknown_name,
)
from exposure.faults import MOST_SHOWN, SKIPPED, Fault, list_faults
from exposure.spelling import did_you_mean


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ExposureError, 3),
        (TableError, 3),
        (ScenarioError, 3),
        (UnknownNameError, 2),
        (SettingsError, 2),
    ],
)
def test_every_error_is_ours_and_has_its_exit_code(kind: type[ExposureError], code: int):
    assert issubclass(kind, ExposureError)
    assert kind.exit_code == code


def test_every_error_class_is_documented_and_at_most_two_steps_from_the_base():
    kinds = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, Exception)]
    assert all(kind.__doc__ for kind in kinds)
    bases = {kind.__base__ for kind in kinds}
    assert bases == {Exception, ExposureError, errors.ScenarioError}


def test_every_error_that_a_python_user_meets_is_public():
    names = {name for name in vars(errors) if name.endswith("Error")}
    of_the_command_line = {"StrictError"}
    assert names - of_the_command_line <= set(ex.__all__)


@pytest.mark.parametrize(
    ("line", "key", "where"),
    [
        (3, "low", "line 3, low"),
        (3, "", "line 3"),
        (None, "header", "header"),
        (None, "", "whole file"),
    ],
)
def test_a_fault_says_where_what_was_found_what_was_expected_and_the_cure(
    line: int | None, key: str, where: str
):
    fault = Fault(key, "'x'", "a number", "correct it", "needs.csv", line)
    assert str(fault) == f"{where}: found 'x'; expected a number; correct it"


FAULTS = (
    Fault("low", "2", "at most 1", "lower it", "needs.csv", 12),
    Fault("unit", "'day'", "'week'", "convert it", "cover.csv", 2),
    Fault("low", "3", "at most 1", "lower it", "needs.csv", 3),
    Fault("high", "4", "at most 1", "lower it", "needs.csv", 3),
    Fault("", "no end", "an end", "add it", "needs.csv"),
    Fault("", "no such file", "the table", "add the file", "buyers.csv"),
)
LISTED = (
    "buyers.csv: found no such file; expected the table; add the file\n"
    "cover.csv: 1 fault\n"
    "  - line 2, unit: found 'day'; expected 'week'; convert it\n"
    "needs.csv: 4 faults\n"
    "  - whole file: found no end; expected an end; add it\n"
    "  - line 3, high: found 4; expected at most 1; lower it\n"
    "  - line 3, low: found 3; expected at most 1; lower it\n"
    "  - line 12, low: found 2; expected at most 1; lower it"
)


def test_faults_are_listed_file_by_file_and_line_by_line():
    assert list_faults(FAULTS) == list_faults(FAULTS[::-1]) == LISTED
    assert list_faults(FAULTS, skipped=True) == f"{LISTED}\n{SKIPPED}"


@pytest.mark.parametrize("kind", [TableError, ScenarioError, SettingsError])
def test_an_error_carries_its_faults_and_its_message_is_made_from_them(kind: type[ExposureError]):
    error = kind(FAULTS, skipped=True)
    assert (error.faults, error.skipped) == (FAULTS, True)
    assert str(error) == f"{LISTED}\n{SKIPPED}"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (again.faults, str(again)) == (error.faults, str(error))


def test_of_many_faults_the_first_hundred_are_shown_and_the_others_counted():
    faults = [
        Fault("low", "'x'", "a number", "correct it", file, line)
        for file in ("cover.csv", "needs.csv", "sectors.csv")
        for line in range(2, 62)
    ]
    lines = list_faults(faults).splitlines()
    assert lines[0] == "cover.csv: 60 faults"
    assert lines[61] == "needs.csv: 60 faults"
    assert len([line for line in lines if line.startswith("  - ")]) == MOST_SHOWN
    assert lines[-1] == "... and 80 more faults in 2 files. The first 100 are shown."
    assert list_faults(faults[:101]).splitlines()[-1] == (
        "... and 1 more fault. The first 100 are shown."
    )
    assert TableError(faults).faults == tuple(faults)


@pytest.mark.parametrize(
    ("found", "cure"),
    [
        ("missles", "did you mean 'missiles'?"),
        ("MISSILES", "did you mean 'missiles'?"),
        ("Radar", "did you mean 'radar'?"),
        ("submarine", "write one of: missiles, radar"),
        ("", "write one of: missiles, radar"),
    ],
)
def test_a_misspelt_word_is_refused_with_the_nearest_or_all(found: str, cure: str):
    assert did_you_mean(found, ["radar", "missiles"]) == cure
    expected = f"unknown sector '{found}'; {cure}"
    assert str(unknown_name("sector", found, ["radar", "missiles"])) == expected


@given(st.text(), st.sets(st.text(min_size=1), min_size=1))
def test_the_cure_does_not_depend_on_the_order_of_the_words(found: str, words: set[str]):
    assert did_you_mean(found, sorted(words)) == did_you_mean(found, sorted(words, reverse=True))
