"""What-if changes of figures and shares; the dataset records every change."""

import math
import pickle
from pathlib import Path

import pytest

import exposure as ex
from exposure.tables.reading.edits import SUMS_OVER
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow
from tests.tiny import tiny_dataset

FEW = ex.Settings(draws=16, prior=True)
STOCK = ("cover", "defence", "smco_magnet", "stock_weeks")
SHARES = {
    ("stage_shares", "Sm", "metal", "CHN", "2025", "outturn"): (0.85, 0.90, 0.95),
    ("sourcing", "USA", "*", "ndfeb_heavy_magnet", "magnet", "CHN", "2025-01-01"): 0.5,
    ("buyers", "aero_engines", "military", "standard"): 0.5,
}


@pytest.fixture(scope="module")
def shipped() -> ex.Dataset:
    return ex.read_dataset()


def central(dataset: ex.Dataset, table: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(str(getattr(row, column)) for column in TABLES[table].key): row.central
        for row in dataset.rows[table]
        if isinstance(row, QuantityRow)
    }


def members(dataset: ex.Dataset, cell: tuple[str, ...]) -> dict[tuple[str, ...], float]:
    """Central shares of the set to which a cell belongs."""
    table, *key = cell
    columns = TABLES[table].key
    free = [i for i, column in enumerate(columns) if column in SUMS_OVER[table]]

    def rest(key: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(part for i, part in enumerate(key) if i not in free)

    return {k: v for k, v in central(dataset, table).items() if rest(k) == rest(tuple(key))}


@pytest.mark.parametrize("cell", SHARES, ids=lambda cell: cell[0])
def test_the_other_shares_of_a_set_are_scaled_and_the_record_says_so(shipped, cell):
    table, *key = cell
    changed = ex.with_value(shipped, table, key, value=SHARES[cell], note="what if")
    was, now = members(shipped, cell), members(changed, cell)
    assert math.fsum(now.values()) == pytest.approx(math.fsum(was.values()), abs=1e-12)
    others = [member for member in was if member != tuple(key)]
    factors = {now[member] / was[member] for member in others if was[member] > 0.0}
    assert max(factors) == pytest.approx(min(factors))
    listed = {change.key: change for change in changed.changed}
    assert set(listed) == set(was)
    assert changed.changed[0].key == tuple(key)
    assert changed.changed[0].note == "what if"
    for member in others:
        assert listed[member].was[1] == was[member]
        assert listed[member].now[1] == now[member]
        assert f"{', '.join(key)} was changed (what if)" in listed[member].note
    assert shipped.changed == ()


def test_every_share_of_the_shipped_tables_can_be_changed(shipped):
    """Each to the middle between itself and 1, one of every set, all in one call."""
    changes = {}
    for table in SUMS_OVER:
        shares = central(shipped, table)
        seen: set[tuple[str, ...]] = set()
        for key, share in shares.items():
            share_set = members(shipped, (table, *key))
            if key not in seen and share < 0.98 and len(share_set) > 1:
                changes[(table, *key)] = (share + 1.0) / 2.0
                seen |= set(share_set)
        assert seen
    changed = ex.with_values(shipped, changes)
    for cell, share in changes.items():
        now = members(changed, cell)
        assert now[cell[1:]] == share
        assert math.fsum(now.values()) == pytest.approx(math.fsum(members(shipped, cell).values()))


def test_a_share_put_to_what_it_is_changes_no_other():
    tables = tiny_dataset()
    cell = next(iter(central(tables, "stage_shares").items()))
    same = ex.with_value(tables, "stage_shares", cell[0], value=cell[1], note="made up for tests")
    assert [change.key for change in same.changed] == [cell[0]]
    assert central(same, "stage_shares") == central(tables, "stage_shares")


def test_several_changes_at_once_are_one_change(shipped):
    both = ex.with_values(
        shipped, {STOCK: (26, 39, 52), ("needs", "missiles", "smco_magnet", "criticality_share"): 1}
    )
    one = ex.with_value(shipped, STOCK[0], STOCK[1:], value=(26, 39, 52))
    two = ex.with_value(one, "needs", ("missiles", "smco_magnet", "criticality_share"), value=1.0)
    assert both.digest == two.digest
    assert both == two


def test_two_shares_of_one_set_leave_the_rest_to_the_others(shipped):
    cell = ("stage_shares", "Dy", "mining", "CHN", "2025", "outturn")
    other = next(
        member
        for member in members(shipped, cell)
        if member != cell[1:] and members(shipped, cell)[member] > 0
    )
    changed = ex.with_values(shipped, {cell: 0.6, ("stage_shares", *other): 0.2})
    now = members(changed, cell)
    assert now[cell[1:]] == 0.6
    assert now[other] == 0.2
    assert math.fsum(now.values()) == pytest.approx(math.fsum(members(shipped, cell).values()))


def test_less_china_lowers_the_score_and_the_record_of_the_run_shows_why():
    tables = tiny_dataset()
    separation = ("stage_shares", "Sm", "separation", "CHN", "2024", "outturn")
    changed = ex.with_values(tables, {separation: (0.1, 0.2, 0.3)}, note="a second separator")
    before, after = (ex.assess(dataset, "samarium_only", FEW) for dataset in (tables, changed))
    ranks = [result.ranking.set_index("sector")["score"]["missiles"] for result in (before, after)]
    assert ranks[1] < ranks[0]
    assert before.record["changed"] == []
    first = after.record["changed"][0]  # type: ignore[index]
    assert first == {
        "table": "stage_shares",
        "key": "Sm, separation, CHN, 2024, outturn",
        "was": list(changed.changed[0].was),
        "now": [0.1, 0.2, 0.3],
        "note": "a second separator",
    }


def test_changes_stay_with_the_dataset(shipped, tmp_path: Path):
    changed = ex.with_value(shipped, STOCK[0], STOCK[1:], value=40, note="own count")
    (tmp_path / "cover.csv").write_text(
        "sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,"
        "source_id,locator,note\n"
        "radar,smco_magnet,stock_weeks,30,40,50,week,assumed,,,,our own count\n",
        encoding="utf-8",
    )
    over = ex.apply_overlay(changed, tmp_path)
    twice = ex.with_value(over, STOCK[0], STOCK[1:], value=50, note="counted again")
    assert [change.note for change in twice.changed] == ["own count", "counted again"]
    assert twice.changed[1].was == (40.0, 40.0, 40.0)
    assert pickle.loads(pickle.dumps(twice)).changed == twice.changed  # noqa: S301 - our own bytes
    saved = ex.assess(twice, "free_flow", FEW).save(tmp_path / "result.zip")
    assert ex.load_assessment(saved).dataset.changed == twice.changed
    assert "counted again" in twice._repr_html_()
    assert hash(twice) != hash(over)


REFUSED = {
    "shares above 1 together": (
        {
            ("stage_shares", "Dy", "mining", "CHN", "2025", "outturn"): 0.9,
            ("stage_shares", "Dy", "mining", "MMR", "2025", "outturn"): 0.4,
        },
        "stage_shares.csv: 1 fault\n"
        "  - Dy, mining, 2025, outturn: found changed shares that leave -0.300 for the others; "
        "expected at least 0; lower them",
    ),
    "two misspelt cells": (
        {
            ("cover", "defense", "smco_magnet", "stock_weeks"): 1,
            ("covers", "missiles", "smco_magnet", "stock_weeks"): 1,
        },
        "unknown row of table 'cover' 'defense, smco_magnet, stock_weeks'; did you mean "
        "'defence, smco_magnet, stock_weeks'?\n"
        "unknown table 'covers'; did you mean 'cover'?",
    ),
    "a figure that the group of the sector states": (
        {("cover", "missiles", "smco_magnet", "stock_weeks"): 1},
        "no row of table 'cover' for 'missiles, smco_magnet, stock_weeks'; it is stated for its "
        "group: change 'defence, smco_magnet, stock_weeks', or add a row of its own in an overlay",
    ),
    "no change": (
        {},
        "ex.with_values: 1 fault\n"
        "  - changes: found a dict; expected cells with their new values; write "
        '{("cover", "defence", "smco_magnet", "stock_weeks"): (26, 39, 52)}',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_changed_is_refused(shipped, case: str):
    changes, text = REFUSED[case]
    with pytest.raises(ex.ExposureError) as raised:
        ex.with_values(shipped, changes)
    assert str(raised.value) == text


def test_shares_of_0_cannot_be_scaled_up():
    china = ("Sm", "metal", "CHN", "2024", "outturn")
    alone = ex.with_value(tiny_dataset(), "stage_shares", china, value=1.0)
    assert members(alone, ("stage_shares", *china)) == {
        china: 1.0,
        ("Sm", "metal", "ROW", "2024", "outturn"): 0.0,
    }
    with pytest.raises(ex.TableError) as raised:
        ex.with_value(alone, "stage_shares", china, value=0.4)
    assert str(raised.value) == (
        "stage_shares.csv: 1 fault\n"
        "  - Sm, metal, 2024, outturn: found other shares of 0, which cannot be scaled to 0.600; "
        "expected another share above 0; change one of them in the same call, with ex.with_values"
    )
