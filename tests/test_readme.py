"""What README.md prints and says of the rankings is what the shipped tables give."""

from pathlib import Path

import numpy as np
import pytest

import exposure as ex
from exposure.report.text.words import ranking_text
from exposure.tables.reading.folders import dataset_from_records

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
DEFENCE = ("fighter_jets", "missiles", "guided_munitions", "radar")


@pytest.fixture(scope="module")
def shipped():
    return ex.read_dataset()


@pytest.fixture(scope="module")
def alike(shipped):
    """The shipped tables with criticality, cover and look-through equal in four sectors."""
    records = {name: [row.model_dump() for row in rows] for name, rows in shipped.rows.items()}
    equal = {"criticality_share": 0.8, "stock_weeks": 20.0, "lag_weeks": 6.0, "look_through": 0.5}
    for table in ("needs", "cover", "licence_queue"):
        for row in records[table]:
            if row.get("sector", DEFENCE[0]) in DEFENCE and row["quantity"] in equal:
                value = equal[row["quantity"]]
                row |= {"low": value, "central": value, "high": value}
    return dataset_from_records(records, version=shipped.version)


def scores(dataset, scenario):
    ranking = ex.assess(dataset, scenario, ex.Settings()).ranking.set_index("sector")
    return ranking.loc[list(DEFENCE), "score"]


def test_the_printed_ranking_is_the_one_of_the_shipped_tables(shipped):
    assert ranking_text(ex.assess(shipped, "london_truce", ex.Settings())).rstrip() in README


def test_the_matched_ranking_and_its_sample_size_are_those_of_the_shipped_tables(shipped):
    plain = ex.assess(shipped, "london_truce", ex.Settings()).ranking
    matched = ex.assess(shipped, "london_truce", ex.Settings(history_matching=True))
    other = matched.ranking.set_index("sector")
    for row in plain.head(12).itertuples():
        own = other.loc[row.sector]
        line = f"| {row.name} | {row.rank} | {row.score:.1f} | {own['rank']} | {own['score']:.1f} |"
        assert line in README
    assert f"leaves {matched.matching.effective_sample_size:.0f} of 1,024 in effect" in " ".join(
        README.split()
    )


def test_with_equal_inputs_three_defence_sectors_lie_close_and_missiles_below(alike):
    truce, withheld = scores(alike, "london_truce"), scores(alike, "full_withhold")
    close = ["fighter_jets", "guided_munitions", "radar"]
    assert np.ptp(truce[close]) < 3.0
    assert np.ptp(withheld[close]) < 0.5
    assert truce["missiles"] < truce[close].min()
    assert withheld["missiles"] < withheld[close].min()


def test_with_equal_inputs_and_samarium_alone_withheld_none_can_be_told_apart(alike):
    assert np.ptp(scores(alike, "samarium_only")) < 0.5


def test_cars_lead_when_licences_are_withheld_for_good(shipped):
    ranking = ex.assess(shipped, "full_withhold", ex.Settings()).ranking
    assert list(ranking["sector"][:3]) == [
        "electric_vehicles", "hybrid_vehicles", "conventional_cars",
    ]  # fmt: skip
    queue = ex.assess(shipped, "april_2025_queue", ex.Settings()).ranking.set_index("sector")
    assert queue.loc["conventional_cars", "weeks_to_impact_p50"] == 14.0


def test_the_two_set_up_lines_are_the_only_ones_that_begin_with_python3():
    lines = [line for line in README.splitlines() if line.startswith("python3 ")]
    assert len(lines) == 2
    assert "exposure report" in lines[0]
    assert "pytest" in lines[1]


@pytest.mark.parametrize("figure", ["ranking.svg", "licences.svg"])
def test_figures_are_drawn_from_the_shipped_tables(shipped, figure):
    drawn = (Path(__file__).parents[1] / "docs" / figure).read_text(encoding="utf-8")
    last = drawn.splitlines()[-1]
    assert last == f"<!-- drawn from tables {shipped.version} {shipped.digest} -->", (
        "run python docs/figures.py"
    )


def test_the_scenario_of_the_page_on_scenarios_runs(shipped, tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    file = tmp_path / "samarium.toml"
    file.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    own = ex.assess(shipped, ex.read_scenario(file), ex.Settings(draws=64))
    base = ex.assess(shipped, "london_truce", ex.Settings(draws=64))
    parts = [result.attribution()["Sm"].sort_index() for result in (own, base)]
    assert (parts[0] != parts[1]).any()
