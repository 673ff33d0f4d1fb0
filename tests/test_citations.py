"""Provenance lists what the model reads: listed rows change a sector's score, other rows do not."""

import pickle
from datetime import date

import numpy as np
import pytest

import exposure as ex
from exposure import citations
from exposure.citations import (
    key_assumptions,
    learnt_later,
    provenance,
    squared_correlations,
    uncertain_rows,
)
from exposure.errors import UnknownNameError
from exposure.impact.prepared import rows_read
from exposure.scoring.columns import names_of
from exposure.tables.dataset import Dataset, row_key
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.demand import SectorRow
from tests.tiny import tiny_dataset

FEW = ex.Settings(draws=8, prior=True)


@pytest.fixture(scope="module")
def shipped() -> Dataset:
    return ex.read_dataset()


def listed(dataset: Dataset, sector: str) -> set[tuple[str, str]]:
    rows = provenance(dataset, sector, scenario="full_withhold")
    assert tuple(rows.columns) == names_of("provenance")
    return set(zip(rows["table"], rows["key"], strict=True))


def test_a_sector_lists_its_own_rows_and_not_those_of_another() -> None:
    keys = {key for table, key in listed(tiny_dataset(), "missiles") if table in ("needs", "cover")}
    assert "missiles, smco_magnet, stock_weeks" in keys
    assert all(key.startswith("missiles, ") for key in keys)


def test_a_listed_stock_moves_the_sector_and_one_that_is_not_listed_does_not() -> None:
    tables, key = tiny_dataset(), ("missiles", "smco_magnet", "stock_weeks")
    longer = ex.with_value(tables, "cover", key, value=90)
    before, after = (
        ex.assess(dataset, "full_withhold", FEW).ranking.set_index("sector")["score"]
        for dataset in (tables, longer)
    )
    for sector in before.index:
        is_listed = ("cover", ", ".join(key)) in listed(tables, sector)
        assert (before[sector] != after[sector]) == is_listed


def test_a_shipped_sector_lists_the_rows_of_its_group_and_its_pools(shipped: Dataset) -> None:
    found = listed(shipped, "missiles")
    assert ("cover", "defence, smco_magnet, stock_weeks") in found
    assert {"pool_users", "licence_queue", "stage_shares"} <= {table for table, _ in found}


def test_a_table_lists_all_its_rows_in_their_order(shipped: Dataset) -> None:
    for name in TABLES:
        rows = provenance(shipped, name)
        assert len(rows) == len(shipped.rows.get(name, ()))
    prices = provenance(shipped, "prices")
    assert list(prices["key"]) == sorted(prices["key"], key=lambda key: key.split(", "))


def test_an_unknown_name_is_refused_with_the_nearest_one(shipped: Dataset) -> None:
    with pytest.raises(UnknownNameError) as raised:
        provenance(shipped, "misiles")
    assert str(raised.value) == "unknown sector or table 'misiles'; did you mean 'missiles'?"


def test_what_was_learnt_later_shrinks_with_the_day():
    shipped = ex.read_dataset()
    counts = [learnt_later(shipped, date(year, 1, 1))[0] for year in (2015, 2025, 2026, 2027)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[2] > counts[3] == 0


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_cells_drawn_are_those_listed_and_those_from_which_assumptions_are_named(
    shipped: Dataset, every: int
):
    """Every way to ask for the rows of a US sector gives the same list."""
    run = ex.assess(shipped, "london_truce", ex.Settings(draws=1, prior=True)).run
    sectors = shipped.sector_ids("USA")[::every]
    assert len(sectors) > 10 // every
    figures = run.inputs.index.cells
    group_of = {row.sector: row.uncertainty_group for row in shipped.rows_of(SectorRow)}
    for sector in sectors:
        read = {key for key in rows_read(run.inputs, sector) if key in figures}
        rows = provenance(shipped, sector, scenario="london_truce")
        rows = rows[rows["value"].notna()]
        shown = {
            (table, tuple(key.split(", ")))
            for table, key in zip(rows["table"], rows["key"], strict=True)
        }
        money = {
            *(
                ("sector_values", (sector, q))
                for q in ("industry_value_added_musd", "industry_share")
            ),
            ("parameters", ("recapture_share", group_of[sector])),
        }
        assert {(t, tuple(filter(None, k))) for t, k in read | money} == {
            (t, tuple(filter(None, k))) for t, k in shown
        }, sector
        ranged = {key for key in read if figures[key].low < figures[key].high}
        assert {row_key(row) for row in uncertain_rows(run, sector)} == ranged, sector


@pytest.mark.parametrize("at_once", [1, 200, citations.NUMBERS_AT_ONCE])
def test_squared_correlations_are_those_of_one_row_after_another(at_once, monkeypatch) -> None:
    monkeypatch.setattr(citations, "NUMBERS_AT_ONCE", at_once)
    random = np.random.default_rng(3)
    scores = random.normal(50.0, 20.0, 64)
    rows = [
        *random.normal(size=(5, 64)),
        scores * 1e-9,
        np.full(64, 0.1),
        1e6 + random.normal(size=64) + scores,
    ]
    expected = [
        0.0 if row.min() == row.max() else np.corrcoef(row, scores)[0, 1] ** 2 for row in rows
    ]
    np.testing.assert_allclose(squared_correlations(rows, scores), expected, rtol=0, atol=1e-12)
    assert squared_correlations([], scores).tolist() == []


def test_key_assumptions_are_in_the_order_of_what_they_explain_and_then_of_their_keys() -> None:
    result = ex.assess(tiny_dataset(), "full_withhold", ex.Settings(draws=64, prior=True))
    run, scores = result.run, result.sectors["missiles"].scores
    rows = [row for row in uncertain_rows(run, "missiles") if row.assumed]
    alone = {
        row_key(row): round(float(np.corrcoef(run.inputs.draw(row), scores)[0, 1] ** 2), 9)
        for row in rows
    }
    expected = sorted(alone, key=lambda key: (-alone[key], key))
    found = key_assumptions(result, "missiles", limit=len(rows))
    assert len(found) > 3
    assert [(row.table, row.key) for row in found] == expected
    assert [round(row.explained, 9) for row in found] == [alone[key] for key in expected]
    assert key_assumptions(result, "missiles", limit=2) == found[:2]


def test_a_result_from_a_file_rests_on_the_same_rows_as_the_one_that_was_written() -> None:
    made = ex.assess(tiny_dataset(), "full_withhold", FEW)
    for sector in made.sectors:
        read = pickle.loads(pickle.dumps(made))  # noqa: S301 - written here
        assert uncertain_rows(read.run, sector) == uncertain_rows(made.run, sector), sector
        assert key_assumptions(read, sector) == key_assumptions(made, sector), sector
