"""Provenance is complete and exact: what is listed moves a sector, what is not does not."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest

import exposure as ex
from exposure.arrays import FloatArray
from exposure.citations import COLUMNS, learnt_later, provenance, rows_behind
from exposure.errors import UnknownNameError
from exposure.impact.sectors import build_sector
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.licensing.grants import grant
from exposure.tables.dataset import Dataset
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow
from tests.tiny import figure, tiny_dataset, tiny_records

Key = tuple[str, ...]
FEW = ex.Settings(draws=3, seed=3, horizon_weeks=60, destination="all")
BESIDE_THE_SCORE = {"sector_values"}
"""Tables that make the value at risk, not the score."""


def key_of(table: str, row: Any) -> Key:
    return (table, *(str(getattr(row, column)) for column in TABLES[table].key))


def figures(dataset: Dataset) -> Iterable[tuple[str, QuantityRow]]:
    for name, rows in dataset.rows.items():
        yield from ((name, row) for row in rows if isinstance(row, QuantityRow))


def listed(dataset: Dataset, sector: str) -> set[Key]:
    return {
        key_of(name, row)
        for name, row in rows_behind(dataset, sector)
        if isinstance(row, QuantityRow)
    }


def moved(row: QuantityRow) -> QuantityRow:
    """Halve a row's figures, within their range; the row stays in order."""
    least = max(row.definition().minimum, 0.0)
    low, central, high = ((least + value) / 2 for value in (row.low, row.central, row.high))
    if (low, central, high) == (row.low, row.central, row.high):
        high += 0.25 if row.definition().maximum > high else 0.0
    return row.model_copy(update={"low": low, "central": central, "high": high})


def with_moved(dataset: Dataset, which: Callable[[Key], bool], *, only: str) -> Dataset:
    """Move all figures of some keys at once, and keep one sector to rank."""
    rows: dict[str, list[Any]] = {
        name: [
            moved(row) if isinstance(row, QuantityRow) and which(key_of(name, row)) else row
            for row in own
        ]
        for name, own in dataset.rows.items()
    }
    rows["sectors"] = [row for row in rows["sectors"] if row.sector == only]
    return Dataset.from_rows(rows, version=dataset.version)


def result(dataset: Dataset, scenario: str = "london_truce") -> bytes:
    assessed = ex.assess(dataset, scenario, FEW, workers=1)
    return b"".join(own.risk.lost.tobytes() for own in assessed.sectors.values())


@pytest.fixture(scope="module")
def shipped() -> Dataset:
    return ex.read_dataset()


@pytest.mark.parametrize("sector", ex.read_dataset().sector_ids())
def test_rows_that_are_not_listed_change_nothing(shipped: Dataset, sector: str) -> None:
    # All of them at once: bit-identical losses prove the list complete.
    behind = listed(shipped, sector)
    alone = with_moved(shipped, lambda _: False, only=sector)
    others = with_moved(shipped, lambda key: key not in behind, only=sector)
    assert others.digest != alone.digest
    assert result(others) == result(alone)


class Recorder(Sampler):
    """A sampler that notes which cells the model draws."""

    def sample(self, cell: str, row: QuantityRow) -> FloatArray:
        READ.add(tuple(cell.split("|")))
        return super().sample(cell, row)


READ: set[Key] = set()


@pytest.mark.parametrize(
    "sector", ["missiles", "aero_engines", "conventional_cars_eu", "hybrid_vehicles_jp"]
)
def test_every_listed_row_is_read_by_the_model(shipped: Dataset, sector: str) -> None:
    READ.clear()
    scenario = ex.read_scenario("full_withhold")
    inputs = Inputs(shipped, Recorder(2, 7))
    built = build_sector(inputs, sector, start=scenario.start, weeks=2, settings=FEW)
    places = {built.destination, *(channel.processed_in for channel in built.channels)}
    grant(inputs, scenario, places, weeks=2)
    score = {key for key in listed(shipped, sector) if key[0] not in BESIDE_THE_SCORE}
    assert score <= READ


@pytest.mark.parametrize(
    "key",
    [
        ("needs", "missiles", "smco_magnet", "criticality_share"),
        ("cover", "missiles", "smco_magnet", "stock_weeks"),
        ("cover", "missiles", "smco_magnet", "lag_weeks"),
        ("stage_shares", "Sm", "separation", "CHN", "2024", "outturn"),
        ("sourcing", "USA", "military", "smco_magnet", "metal", "CHN", "2025-01-01"),
        ("parameters", "nested_share", "*"),
    ],
    ids="|".join,
)
def test_a_listed_row_changes_the_sector(key: Key) -> None:
    dataset = tiny_dataset()
    assert key in listed(dataset, "missiles")
    before = with_moved(dataset, lambda _: False, only="missiles")
    after = with_moved(dataset, lambda own: own == key, only="missiles")
    assert result(after) != result(before)


@pytest.mark.parametrize("quantity", ["capacity_share_per_week", "delay_weeks_ordinary"])
def test_a_listed_row_of_the_queue_changes_the_sector(quantity: str) -> None:
    dataset = tiny_dataset()
    key = ("licence_queue", "*", quantity)
    assert key in listed(dataset, "electric_vehicles")
    before = with_moved(dataset, lambda _: False, only="electric_vehicles")
    after = with_moved(dataset, lambda own: own == key, only="electric_vehicles")
    assert result(after, "april_2025_queue") != result(before, "april_2025_queue")


def test_a_destination_lists_its_own_queue_rows_before_the_default_ones() -> None:
    records = tiny_records()
    own = {"destination": "USA", "quantity": "look_through", **figure(0.25)}
    records["licence_queue"] = [*records["licence_queue"], own]
    found = listed(tiny_dataset(records), "missiles")
    assert ("licence_queue", "USA", "look_through") in found
    # Japan, where the magnets are made, has none of its own.
    assert ("licence_queue", "*", "look_through") in found


def test_the_newest_outturn_up_to_the_start_is_listed_and_no_other_year() -> None:
    records = tiny_records()
    older = [
        record | {"year": "2019"} for record in records["stage_shares"] if record["element"] == "Sm"
    ]
    later = [
        record | {"year": "2026"} for record in records["stage_shares"] if record["element"] == "Sm"
    ]
    records["stage_shares"] = [*records["stage_shares"], *older, *later]
    dataset = tiny_dataset(records)
    years = {k[4] for k in listed(dataset, "missiles") if k[:2] == ("stage_shares", "Sm")}
    assert years == {"2024"}
    begun = rows_behind(dataset, "missiles", start=date(2026, 6, 1))
    assert {row.year for name, row in begun if name == "stage_shares" and row.element == "Sm"} == {
        2026
    }


def test_buyers_who_buy_nothing_from_china_list_the_set_that_says_so() -> None:
    records = tiny_records()
    records["sourcing"] = [
        record | figure(1.0) for record in records["sourcing"] if record["country"] == "ROW"
    ]
    found = {key for key in listed(tiny_dataset(records), "missiles") if key[0] == "sourcing"}
    assert {key[5] for key in found} == {"ROW"}
    assert {key[4] for key in found} == {"metal", "magnet"}


def test_a_world_share_that_no_buyer_uses_is_not_listed() -> None:
    found = listed(tiny_dataset(), "missiles")
    stages = {key[2] for key in found if key[:2] == ("stage_shares", "Sm")}
    assert stages == {"mining", "separation"}  # metal and magnet are replaced by sourcing


def test_a_row_carries_figure_range_source_and_the_weakest_grade(shipped: Dataset) -> None:
    rows = provenance(shipped, "missiles")
    assert tuple(rows.columns) == COLUMNS
    row = rows.set_index("key").loc["Sm, metal, CHN, 2025, outturn"]
    assert (row["table"], row["value"], row["unit"]) == ("stage_shares", 0.98, "share")
    assert row["low"] < row["value"] < row["high"]
    assert row["grade"] == "weak"
    assert row["source_id"].split(";")[0] in {
        own.source_id  # type: ignore[attr-defined]
        for own in shipped.rows["sources"]
    }
    assert len(row["publisher"]) > 0
    assert len(row["address"]) > 0


def test_a_table_lists_all_its_rows_in_their_order(shipped: Dataset) -> None:
    for name in TABLES:
        rows = provenance(shipped, name)
        assert len(rows) == len(shipped.rows.get(name, ()))
    prices = provenance(shipped, "prices")
    assert list(prices["key"]) == sorted(prices["key"], key=lambda key: key.split(", "))


def test_an_unknown_name_is_told_the_nearest_one(shipped: Dataset) -> None:
    with pytest.raises(UnknownNameError) as raised:
        provenance(shipped, "misiles")
    assert str(raised.value) == "unknown sector or table 'misiles'; did you mean 'missiles'?"


def test_what_was_learnt_later_shrinks_with_the_day():
    shipped = ex.read_dataset()
    counts = [learnt_later(shipped, date(year, 1, 1))[0] for year in (2015, 2025, 2026, 2027)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[2] > counts[3] == 0
