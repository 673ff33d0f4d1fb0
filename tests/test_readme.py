"""The rankings printed in README.md are those of the shipped tables."""

import sys
from functools import cache
from pathlib import Path

import pytest

import exposure as ex

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE / "docs"))

import readme  # noqa: E402 - a script of docs, which is no package

README = (HERE / "README.md").read_text(encoding="utf-8")


@cache
def result_of(course: str) -> ex.Assessment:
    return ex.assess(ex.read_dataset(), course)


def columns_of(table: str) -> list[tuple[str, ...]]:
    return list(zip(*(line.split("|") for line in table.splitlines()), strict=True))


def test_the_first_course_of_the_table_is_the_one_of_the_shipped_tables():
    first, last = (mark.format(name="courses") for mark in readme.MARKS)
    sector, course, *_, so_far = columns_of(README.split(first)[1].split(last)[0])[1:-1]
    made = readme.courses_table([result_of(readme.COURSES[0])])
    assert columns_of(made)[1:-1] == [sector, course, so_far]


@pytest.mark.long
def test_the_table_of_the_courses_is_the_one_of_the_shipped_tables():
    results = [result_of(course) for course in readme.COURSES]
    assert readme.written(README, {"courses": readme.courses_table(results)}) == README
    assert readme.courses_table(results) in README
    for result in results:
        check_that_nothing_seen_contradicts(result)


def test_the_first_course_does_not_contradict_what_was_seen():
    check_that_nothing_seen_contradicts(result_of(readme.COURSES[0]))


def check_that_nothing_seen_contradicts(result: ex.Assessment) -> None:
    ranking = result.ranking
    assert not ranking["refuted"].eq(other=True).any()
    # The knowledge date is the first day scored: no hit before it, bar the week it lies in.
    hits = list(ranking["first_hit_date_p50"].dropna())
    assert min(hits) >= result.first_day


def test_a_table_between_other_marks_stays_as_it_is():
    text = "<!-- courses -->\nold\n<!-- end of courses -->\nrest\n"
    assert readme.written(text, {"others": "new\n"}) == text
    assert "new\n<!-- end of courses -->\nrest" in readme.written(text, {"courses": "new\n"})
