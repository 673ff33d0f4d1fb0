"""The rankings printed in README.md are those of the shipped tables."""

import sys
from pathlib import Path

import pytest

import exposure as ex

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE / "docs"))

import readme  # noqa: E402 - a script of docs, which is no package

README = (HERE / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results():
    shipped = ex.read_dataset()
    return [ex.assess(shipped, name) for name in readme.COURSES]


def test_the_table_of_the_courses_is_the_one_of_the_shipped_tables(results):
    assert readme.written(README, {"courses": readme.courses_table(results)}) == README
    assert readme.courses_table(results) in README


def test_no_course_on_the_first_screen_contradicts_what_was_seen(results):
    for result in results:
        ranking = result.ranking
        assert not ranking["refuted"].eq(other=True).any()
        # The knowledge date is the first day scored: no hit before it, bar the week it lies in.
        hits = list(ranking["first_hit_date_p50"].dropna())
        assert min(hits) >= result.first_day


def test_a_table_between_other_marks_stays_as_it_is():
    text = "<!-- courses -->\nold\n<!-- end of courses -->\nrest\n"
    assert readme.written(text, {"others": "new\n"}) == text
    assert "new\n<!-- end of courses -->\nrest" in readme.written(text, {"courses": "new\n"})
