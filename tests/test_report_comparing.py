"""Changes between two runs: the parts sum to the change, each cause is found separately."""

from dataclasses import replace
from functools import cache

import pytest

import exposure as ex
from exposure.report.changes import CAUSES, Changes
from exposure.report.comparing.between import compare_runs, first_run
from exposure.report.comparing.records import changed_rows
from exposure.report.comparing.splitting import again_of
from exposure.report.history.stored_run import StoredRun, run_of
from exposure.row_effects import MOST_UNITS, can_matter, row_pairs, units_of, with_rows
from tests.tiny import Records, tiny_dataset, tiny_records

FEW = ex.Settings(draws=16, prior=True)
NAMES = ("full_withhold", "london_truce")
STOCK = ("electric_vehicles", "ndfeb_heavy_magnet", "stock_weeks")


@cache
def runs(settings: ex.Settings = FEW, names: tuple[str, ...] = NAMES) -> list[ex.Assessment]:
    return [ex.assess(tiny_dataset(), name, settings) for name in names]


@cache
def base() -> StoredRun:
    return run_of(runs())


def changed(*, weeks: float = 104.0) -> list[ex.Assessment]:
    tables = ex.with_value(tiny_dataset(), "cover", STOCK, value=weeks, note="counted")
    return [ex.assess(tables, name, FEW) for name in NAMES]


def causes_of(changes: Changes) -> list[str]:
    return [line.cause for line in changes.causes if line.changed]


def test_the_first_run_has_nothing_to_be_compared_with():
    changes = first_run(base())
    assert changes.summary == "No earlier report is stored; this is the first."
    assert (changes.since, changes.causes, changes.moves) == (None, (), ())


def test_nothing_changed_between_equal_runs():
    changes = compare_runs(base(), run_of(runs()))
    assert changes.summary == "Nothing changed since the earlier report."
    assert causes_of(changes) == []
    assert [line.text for line in changes.causes] == [
        "The same version of the package, " + ex.__version__ + ".",
        "The same 16 draws of seed 7.",
        "The same settings.",
        "The same rows of the tables, version tiny.",
        "The same scenarios.",
    ]
    assert {move.score_moved for move in changes.moves} == {0.0}


def test_a_changed_row_is_named_with_what_it_moved():
    new = changed()
    changes = compare_runs(base(), run_of(new), again=again_of(new))
    assert causes_of(changes) == ["data"]
    assert [row.words for row in changes.rows] == [
        "cover: electric_vehicles, ndfeb_heavy_magnet, stock_weeks: low 2 -> 104; "
        "central 6 -> 104; high 12 -> 104; note made up for tests -> counted"
    ]
    moved = {
        (move.scenario, move.sector): move.score_moved for move in changes.moves if move.score_moved
    }
    assert {sector for _, sector in moved} == {"electric_vehicles"}
    assert changes.data is not None
    (effect,) = changes.data.one_by_one
    assert effect.rows == changes.rows
    found = {(move.scenario, move.sector): move.score_moved for move in effect.moves}
    assert {key: move for key, move in found.items() if move} == moved
    assert effect.moves == changes.data.together
    assert changes.data.largest_remainder == 0.0
    for seen in changes.moves:
        assert seen.parts is not None
        assert seen.parts["data"] == seen.score_moved


def test_parts_of_every_cause_sum_to_the_move_and_each_is_that_of_a_run():
    tables = ex.with_value(tiny_dataset(), "cover", STOCK, value=30.0)
    settings = FEW.model_copy(update={"seed": 8, "horizon_weeks": 80})
    new = [ex.assess(tables, name, settings) for name in NAMES]
    changes = compare_runs(base(), run_of(new))
    assert causes_of(changes) == ["draws", "settings", "data"]
    for move in changes.moves:
        assert move.parts is not None
        assert list(move.parts) == list(CAUSES)
        assert sum(move.parts.values()) == pytest.approx(move.score_moved, abs=1e-12)
    # The part of the draws is what a run with the other seed alone moves.
    (seeded,) = runs(FEW.model_copy(update={"seed": 8}), ("full_withhold",))
    one, other = (r.ranking.set_index("sector")["score"] for r in (runs()[0], seeded))
    for move in changes.moves:
        if move.scenario == "full_withhold":
            expected = other[move.sector] - one[move.sector]
            assert move.parts["draws"] == pytest.approx(expected, abs=1e-12)


def test_new_and_removed_scenarios_are_reported():
    changes = compare_runs(base(), run_of(runs(names=("full_withhold", "free_flow"))))
    (line,) = [line for line in changes.causes if line.changed]
    assert line.text == "Free_flow is new; london_truce is gone."
    assert {move.scenario for move in changes.moves} == {
        "full_withhold",
        "free_flow",
        "london_truce",
    }


def test_another_version_of_the_code_is_reported_and_has_a_part():
    record = base().record.model_copy(update={"package_version": "0.0.1"})
    first = base().scenarios[0]
    lower = tuple(
        row.model_copy(update={"score": row.score - 1.0, "rank": row.rank}) for row in first.ranking
    )
    old = StoredRun(
        record, (first.model_copy(update={"ranking": lower}), base().scenarios[1]), base().inputs
    )
    new = changed()
    changes = compare_runs(old, run_of(new))
    assert causes_of(changes) == ["code", "data"]
    assert changes.causes[0].text == (f"Version 0.0.1 of the package became {ex.__version__}.")
    for move in changes.moves:
        assert move.parts is not None
        expected = 1.0 if move.scenario == "full_withhold" else 0.0
        assert move.parts["code"] == pytest.approx(expected, abs=1e-9)


def test_other_scores_of_an_equal_record_are_attributed_to_the_code():
    first = base().scenarios[0]
    lower = tuple(row.model_copy(update={"score": row.score / 2}) for row in first.ranking)
    old = replace(base(), scenarios=(first.model_copy(update={"ranking": lower}),))
    changes = compare_runs(old, replace(base(), scenarios=(first,)))
    assert causes_of(changes) == ["code"]
    assert "gives other scores than before for the same record" in changes.causes[0].text


def test_without_stored_tables_nothing_is_split_and_the_report_says_so():
    old = replace(base(), inputs=None)
    changes = compare_runs(old, run_of(changed()))
    assert changes.rows == ()
    assert changes.notes == (
        "The tables differ; which rows is not known, since they are not stored.",
        "Moves are not split by cause: its tables are not stored with it.",
    )
    assert all(move.parts is None for move in changes.moves)


def many_rows() -> Records:
    records = tiny_records()
    for row in records["cover"]:
        row.update(low=1.0, central=2.0, high=3.0)
    for row in records["needs"]:
        row.update(low=0.1, central=0.2, high=0.3)
    for row in records["licence_queue"]:
        if row["quantity"] in ("approval_ordinary", "look_through", "approval_fast_track"):
            row.update(low=0.4, central=0.5, high=0.6)
    for row in records["stage_shares"]:
        share = 0.7 if row["country"] == "CHN" else 0.3
        row.update(low=share, central=share, high=share)
    return records


def test_rows_one_by_one_are_bounded_and_rows_that_belong_together_run_together():
    old, new = tiny_dataset(), tiny_dataset(many_rows())
    pairs = row_pairs(old, new)
    assert len(pairs) > MOST_UNITS
    units = units_of(old, pairs)
    assert units.by_table
    assert [unit[0].key[0] for unit in units.units] == [
        "stage_shares", "needs", "cover", "licence_queue",
    ]  # fmt: skip
    assert with_rows(old, pairs).digest == new.digest
    # China's share cannot change alone: shares of one stage sum to 1.
    few = [pair for pair in pairs if pair.key[:1] == ("stage_shares",) and pair.key[1][0] == "Dy"]
    alone = units_of(old, few)
    assert not alone.by_table
    assert sorted(len(unit) for unit in alone.units) in ([2, 2, 2, 2], [8])


def test_effects_of_many_rows_say_that_they_were_run_by_table():
    new = [ex.assess(tiny_dataset(many_rows()), "full_withhold", FEW)]
    old = run_of(runs(names=("full_withhold",)))
    changes = compare_runs(old, run_of(new), again=again_of(new))
    assert changes.data is not None
    assert len(changes.data.one_by_one) <= MOST_UNITS
    assert any("more than the 16 that are run one by one" in note for note in changes.notes)


def test_rows_that_only_say_where_a_figure_is_from_cannot_matter():
    new = ex.with_value(tiny_dataset(), "cover", STOCK, value=(2.0, 6.0, 12.0), note="counted")
    (pair,) = row_pairs(tiny_dataset(), new)
    assert pair.columns == ("note",)
    assert not can_matter(pair, frozenset({pair.key}))


def test_rows_that_are_added_or_removed_are_named():
    header = "sector,component,quantity,low,central,high,unit,basis"
    old = f"{header}\nradar,magnet,stock_weeks,1,2,3,week,assumed\n"
    new = old.replace("radar", "missiles")
    rows = changed_rows({"cover": old}, {"cover": new})
    assert [(row.change, row.words, row.cells[0].was, row.cells[0].now) for row in rows] == [
        ("added", "cover: missiles, magnet, stock_weeks: added", "", "2 (1 to 3) week, assumed"),
        ("removed", "cover: radar, magnet, stock_weeks: removed", "2 (1 to 3) week, assumed", ""),
    ]
