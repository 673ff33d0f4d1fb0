"""Two sets of tables are compared row by row, and the rankings by what moved."""

import pandas as pd
import pytest

from exposure.comparison import rank_changes, rank_changes_text
from exposure.errors import UnknownNameError
from exposure.policy.scenario_file import read_scenario
from exposure.scoring.columns import names_of
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.tables.describing.differences import COLUMNS, compare_datasets, differences_text
from tests.changes import Change, add, both, cover, put, without
from tests.tiny import add_sector, tiny_dataset, tiny_records

WITHHELD = read_scenario("full_withhold")
SETTINGS = Settings(draws=16, horizon_weeks=52)


def changed(*changes: Change) -> Dataset:
    records = tiny_records()
    both(*changes)(records)
    return tiny_dataset(records)


def lines(old: Dataset, new: Dataset) -> list[tuple[str, ...]]:
    frame = compare_datasets(old, new)
    assert tuple(frame.columns) == COLUMNS
    return [tuple(row) for row in frame.itertuples(index=False)]


LONGER = put("cover", 0, low=4.0, central=8.0, note="a later count")
CAP = add("cover", cover("cap_weeks", 20.0))


def test_equal_tables_have_no_differences():
    frame = compare_datasets(tiny_dataset(), tiny_dataset())
    assert frame.empty
    assert tuple(frame.columns) == COLUMNS
    assert differences_text(frame) == "The tables are equal."


def test_each_cell_that_differs_has_a_line():
    key = "missiles, smco_magnet, stock_weeks"
    assert lines(tiny_dataset(), changed(LONGER)) == [
        ("changed", "cover", key, "low", "2", "4"),
        ("changed", "cover", key, "central", "6", "8"),
        ("changed", "cover", key, "note", "made up for tests", "a later count"),
    ]


def test_rows_that_come_and_go_are_shown_in_short():
    key, old, new = "missiles, smco_magnet, cap_weeks", tiny_dataset(), changed(CAP)
    assert lines(old, new) == [("added", "cover", key, "", "", "20 week, assumed")]
    assert lines(new, old) == [("removed", "cover", key, "", "20 week, assumed", "")]


def test_a_row_that_describes_is_shown_by_its_first_description():
    source = tiny_records()["sources"][0] | {"source_id": "other_2026", "title": "Another"}
    assert lines(tiny_dataset(), changed(add("sources", source))) == [
        ("added", "sources", "other_2026", "", "", "Another")
    ]


def test_a_changed_key_is_one_row_removed_and_one_added():
    new = changed(put("cover", 0, component="smco_magnet"), put("buyers", 0, tier="listed"))
    assert [line[:3] for line in lines(tiny_dataset(), new)] == [
        ("added", "buyers", "missiles, military, listed"),
        ("removed", "buyers", "missiles, military, standard"),
    ]


def test_there_and_back_mirror_each_other():
    old, new = (
        tiny_dataset(),
        changed(LONGER, CAP, without("sector_values", "loudspeakers", "industry_share")),
    )
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    back = [(opposite[c], t, k, column, now, was) for c, t, k, column, was, now in lines(new, old)]
    assert back == lines(old, new)


def test_the_differences_in_words():
    assert differences_text(compare_datasets(tiny_dataset(), changed(LONGER, CAP))) == (
        "Rows: 1 added, 0 removed, 1 changed.\n"
        "\n"
        "cover\n"
        "  added missiles, smco_magnet, cap_weeks: 20 week, assumed\n"
        "  changed missiles, smco_magnet, stock_weeks: low 2 -> 4; central 6 -> 8; "
        "note made up for tests -> a later count"
    )


@pytest.fixture(scope="module")
def moves() -> pd.DataFrame:
    return rank_changes(tiny_dataset(), changed(put("cover", 0, high=104.0, central=60.0)),
                        WITHHELD, SETTINGS)  # fmt: skip


def test_only_the_sector_whose_rows_changed_moves(moves: pd.DataFrame):
    assert tuple(moves.columns) == names_of("rank_changes")
    by_sector = moves.set_index("sector")
    assert by_sector.loc["electric_vehicles", "score_moved"] == 0.0
    assert by_sector.loc["missiles", "score_moved"] != 0.0
    assert list(moves["rank_now"]) == sorted(moves["rank_now"])


def test_places_and_points_are_the_differences_of_the_two_rankings(moves: pd.DataFrame):
    assert (moves["rank_moved"] == moves["rank_was"] - moves["rank_now"]).all()
    assert (moves["score_moved"] == moves["score_now"] - moves["score_was"]).all()


def with_radar() -> Dataset:
    records = tiny_records()
    records["sectors"].append(
        records["sectors"][0] | {"sector": "radar", "name": "Radar", "industry_code": "CODE9"}
    )
    add_sector(records, "radar", "military", ["smco_magnet"])
    return tiny_dataset(records)


def test_a_new_and_a_removed_sector_are_reported():
    arrived = rank_changes(tiny_dataset(), with_radar(), WITHHELD, SETTINGS)
    left = rank_changes(with_radar(), tiny_dataset(), WITHHELD, SETTINGS)
    radar = arrived.set_index("sector").loc["radar"]
    assert pd.isna(radar["rank_was"])
    assert pd.isna(radar["score_moved"])
    assert left["sector"].iloc[-1] == "radar"
    text = rank_changes_text(arrived)
    assert f"  Radar: new, rank {radar['rank_now']:.0f}, score {radar['score_now']:.1f}" in text
    assert "  Radar: gone, was rank " in rank_changes_text(left)


def test_the_moves_in_words():
    table = pd.DataFrame(
        [
            ("a", "Alpha", 2.0, 1.0, 30.0, 42.04),
            ("b", "Beta", 1.0, 2.0, 41.0, 41.0),
            ("c", "Gamma", 3.0, 3.0, 10.0, 10.04),
            ("d", "Delta", 4.0, 4.0, 9.0, 8.9),
        ],
        columns=["sector", "name", "rank_was", "rank_now", "score_was", "score_now"],
    )
    assert rank_changes_text(table) == (
        "Ranking:\n"
        "  Alpha: rank 2 -> 1, score 30.0 -> 42.0 (+12.0)\n"
        "  Beta: rank 1 -> 2, score 41.0 -> 41.0 (+0.0)\n"
        "  Delta: rank 4 -> 4, score 9.0 -> 8.9 (-0.1)\n"
        "  unmoved: 1 sector"
    )


def test_a_destination_of_one_set_alone_and_of_none():
    elsewhere = changed(*(put("sectors", i, destination="DEU") for i in range(3)))
    moved = rank_changes(tiny_dataset(), elsewhere, WITHHELD, SETTINGS)
    assert moved["rank_now"].isna().all()
    with pytest.raises(UnknownNameError) as error:
        rank_changes(tiny_dataset(), elsewhere, WITHHELD, Settings(draws=16, destination="AUS"))
    assert str(error.value) == "unknown destination 'AUS'; write one of: DEU, USA, all"
