"""Errors: one class per way of being wrong, and messages that list every fault in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exposure import errors
from exposure.errors import (
    ExposureError,
    Fault,
    ScenarioError,
    SettingsError,
    TableError,
    UnknownNameError,
    did_you_mean,
    list_faults,
    unknown_name,
)


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


def test_every_error_class_is_documented_and_one_step_from_the_base():
    own = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, Exception)]
    assert all(kind.__doc__ for kind in own)
    assert {kind.__base__ for kind in own} == {Exception, ExposureError}


@pytest.mark.parametrize(
    ("line", "where", "place"),
    [
        (3, "low", "line 3, low"),
        (3, "", "line 3"),
        (None, "header", "whole file, header"),
        (None, "", "whole file"),
    ],
)
def test_a_fault_says_where_what_was_found_what_was_expected_and_the_cure(
    line: int | None, where: str, place: str
):
    fault = Fault("needs.csv", line, where, "'x'", "a number", "correct it")
    assert str(fault) == f"{place}: found 'x'; expected a number; correct it"


def test_faults_are_listed_file_by_file_and_line_by_line():
    faults = [
        Fault("needs.csv", 12, "low", "2", "at most 1", "lower it"),
        Fault("cover.csv", 2, "unit", "'day'", "'week'", "convert it"),
        Fault("needs.csv", 3, "low", "3", "at most 1", "lower it"),
        Fault("needs.csv", 3, "high", "4", "at most 1", "lower it"),
        Fault("needs.csv", None, "", "no end", "an end", "add it"),
    ]
    for given_order in (faults, faults[::-1]):
        assert list_faults(given_order) == (
            "cover.csv: 1 fault\n"
            "  - line 2, unit: found 'day'; expected 'week'; convert it\n"
            "needs.csv: 4 faults\n"
            "  - whole file: found no end; expected an end; add it\n"
            "  - line 3, high: found 4; expected at most 1; lower it\n"
            "  - line 3, low: found 3; expected at most 1; lower it\n"
            "  - line 12, low: found 2; expected at most 1; lower it"
        )


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
def test_a_misspelt_word_is_told_the_nearest_or_all(found: str, cure: str):
    assert did_you_mean(found, ["radar", "missiles"]) == cure
    expected = f"unknown sector '{found}'; {cure}"
    assert str(unknown_name("sector", found, ["radar", "missiles"])) == expected


@given(st.text(), st.sets(st.text(min_size=1), min_size=1))
def test_the_cure_does_not_depend_on_the_order_of_the_words(found: str, words: set[str]):
    assert did_you_mean(found, sorted(words)) == did_you_mean(found, sorted(words, reverse=True))
