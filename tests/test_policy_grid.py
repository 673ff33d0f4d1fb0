"""Grids of policy: every combination of rules, days, elements and buyers."""

from pathlib import Path

import pytest

import exposure as ex
from exposure.policy.grid import Grid, points_of, read_grid

GRID = """
base = "licences_continue"
dates = [2026-12-01, 2027-06-01]
elements = ["Sm", ["Dy", "Tb"], "*"]
buyers = ["civil", "military"]

[rules]
withheld = "withheld"
slow = "ordinary, delay_weeks=12"
"""


def written(folder: Path, text: str, name: str = "grid.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_grid_is_every_combination_in_order(tmp_path):
    points = read_grid(written(tmp_path, GRID))
    assert len(points) == 2 * 2 * 3 * 2
    assert len({point.scenario.scenario for point in points}) == len(points)
    first = points[0]
    assert (first.base, first.rule, str(first.day), first.elements, first.buyers) == (
        "licences_continue", "withheld", "2026-12-01", "Sm", "civil",
    )  # fmt: skip
    heavy = points[2]
    assert heavy.scenario.scenario == "licences_continue__withheld__20261201__dy_tb__civil"
    assert [rule.element for rule in heavy.scenario.added] == ["Dy", "Tb"]


def test_a_point_is_its_course_with_the_rule_added(tmp_path):
    point = read_grid(written(tmp_path, GRID))[-1]
    course = ex.read_scenario("licences_continue")
    with_rule = course.with_rules(["military, ordinary, delay_weeks=12, from 2027-06-01"])
    assert point.scenario.rules == with_rule.rules


def test_a_folder_is_one_point_a_file(tmp_path):
    for name in ("b", "a"):
        written(
            tmp_path,
            f'name = "{name}"\nstart = 2025-04-04\ntext = "made up"\nextends = "free_flow"\n',
            f"{name}.toml",
        )
    points = read_grid(tmp_path)
    assert [point.scenario.scenario for point in points] == ["a", "b"]
    assert {(point.rule, point.day) for point in points} == {("", None)}


def test_all_faults_of_a_grid_are_found_at_once(tmp_path):
    text = GRID.replace('"withheld"\n', '"witheld"\n').replace("delay_weeks=12", "delay_weeks=-1")
    with pytest.raises(ex.ScenarioError) as error:
        read_grid(written(tmp_path, text))
    shown = str(error.value)
    assert "rules, withheld" in shown
    assert "rules, slow" in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[rules",
            "{path}: found text that is not TOML (Expected ']' at the end of a table declaration "
            "(at end of document)); expected a grid in TOML; correct the file",
        ),
        (
            GRID.replace("licences_continue", "licences_continu"),
            "grid.toml: 1 fault\n  - base: found 'licences_continu'; expected a scenario; did you "
            "mean 'licences_continue'?",
        ),
        (
            GRID.replace("2026-12-01, 2027-06-01", ""),
            "grid.toml: 1 fault\n  - dates: found an empty list; expected at least one entry; fill "
            "it in",
        ),
        (
            GRID.replace('"civil", "military"', '"civil", "civil"').replace("2027-06-01", ""),
            None,
        ),
    ],
)
def test_a_faulty_grid_is_refused_with_what_is_wrong(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(ex.ScenarioError) as error:
        read_grid(path)
    if message is None:
        assert "twice; expected each combination once; drop the repeated ones" in str(error.value)
    else:
        assert str(error.value) == message.format(path=path)


def test_an_empty_folder_and_a_grid_beyond_any_use_are_refused(tmp_path):
    with pytest.raises(ex.ScenarioError) as error:
        read_grid(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: found no TOML file; expected at least one scenario file; add one"
    )
    days = [f"2027-01-{day:02}" for day in range(1, 32)] * 4_000
    with pytest.raises(ex.ScenarioError, match="found 124,000 points; expected at most 100,000"):
        points_of(Grid(base="free_flow", dates=days, rules={"withheld": "withheld"}))


def test_a_grid_of_exactly_the_most_points_is_read_and_one_more_refused(tmp_path, monkeypatch):
    path = written(tmp_path, GRID)
    monkeypatch.setattr("exposure.policy.grid.MOST_POINTS", 24)
    assert len(read_grid(path)) == 24
    monkeypatch.setattr("exposure.policy.grid.MOST_POINTS", 23)
    with pytest.raises(ex.ScenarioError) as raised:
        read_grid(path)
    assert str(raised.value) == (
        "grid.toml: found 24 points; expected at most 23 in one sweep; make several grids of it"
    )
