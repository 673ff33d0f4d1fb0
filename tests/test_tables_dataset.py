"""A dataset is defined by its rows, in any order and from any file, and changed only as a copy."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exposure.errors import ExposureError, TableError, UnknownNameError
from exposure.tables.dataset import Dataset, to_csv
from exposure.tables.reading.edits import with_value
from exposure.tables.reading.folders import read_dataset
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.demand import NeedRow
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import RecyclingRow
from tests.changes import message_of
from tests.tiny import Records, tiny_dataset, tiny_records

QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NEED = ("missiles", "smco_magnet", "criticality_share")

SHARES = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).map(sorted).map(tuple)
NOTES = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp"])
    | st.sampled_from(",;\"\n\t'| é"),
    max_size=40,
).filter(str.strip)


def write(dataset: Dataset, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in dataset.rows.items():
        (folder / f"{name}.csv").write_bytes(to_csv(name, rows).encode())
    return folder


@given(st.randoms(use_true_random=False))
@QUICK
def test_the_digest_does_not_depend_on_the_order_of_rows_or_tables(order: random.Random):
    records = tiny_records()
    for rows in records.values():
        order.shuffle(rows)
    names = list(records)
    order.shuffle(names)
    shuffled = tiny_dataset({name: records[name] for name in names})
    assert shuffled.digest == tiny_dataset().digest
    assert list(shuffled.rows) == list(tiny_dataset().rows)
    assert shuffled == tiny_dataset()


def test_rows_of_a_model_are_the_rows_of_its_table():
    dataset = tiny_dataset()
    assert dataset.rows_of(NeedRow) == dataset.rows["needs"]
    assert all(isinstance(row, NeedRow) for row in dataset.rows_of(NeedRow))
    assert dataset.rows_of(RecyclingRow) == ()


def test_rows_of_a_model_without_a_table_are_refused():
    with pytest.raises(UnknownNameError) as raised:
        tiny_dataset().rows_of(QuantityRow)
    models = ", ".join(sorted(table.row.__name__ for table in TABLES.values()))
    assert str(raised.value) == f"unknown row model 'QuantityRow'; write one of: {models}"


@given(share=SHARES, note=NOTES, name=NOTES)
@QUICK
def test_what_is_written_is_read_back(tmp_path: Path, share, note: str, name: str):
    records = tiny_records()
    low, central, high = share
    records["needs"][0] |= {"low": low, "central": central, "high": high, "note": note}
    records["components"][0]["name"] = name
    dataset = tiny_dataset(records)
    again = read_dataset(write(dataset, tmp_path))
    assert again.digest == dataset.digest
    assert again.rows == dataset.rows


def test_the_digest_tells_tables_apart_that_differ_in_one_cell():
    def after(change: Callable[[Records], object]) -> str:
        records = tiny_records()
        change(records)
        return tiny_dataset(records).digest

    digests = [
        after(lambda _: None),
        after(lambda r: r["needs"][0].update(central=0.8000000000000002)),
        after(lambda r: r["needs"][0].update(note="another note")),
        after(lambda r: r["cover"][0].update(high=13)),
        after(lambda r: r["elements"][0].update(controlled_from="2025-10-09")),
    ]
    assert len(set(digests)) == len(digests)


def test_the_digest_does_not_depend_on_how_a_number_is_written():
    records = tiny_records()
    records["needs"][0] |= {"low": "5e-1", "central": "0.80", "high": 1}
    assert tiny_dataset(records).digest == tiny_dataset().digest


def test_a_dataset_is_frozen():
    dataset = tiny_dataset()
    with pytest.raises(FrozenInstanceError):
        dataset.version = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        dataset.rows["needs"] = ()  # type: ignore[index]


def test_a_table_is_a_fresh_copy_with_its_columns_even_when_empty():
    dataset = tiny_dataset()
    needs = dataset.table("needs")
    assert tuple(needs.columns) == TABLES["needs"].columns
    needs["central"] = 0.0
    assert dataset.table("needs")["central"].tolist() == [0.8] * 4
    for absent in ("substitution", "prices"):
        assert tuple(dataset.table(absent).columns) == TABLES[absent].columns
        assert dataset.table(absent).empty


def test_an_unknown_table_is_named_with_the_nearest():
    with pytest.raises(UnknownNameError) as error:
        tiny_dataset().table("need")
    assert message_of(error.value) == "unknown table 'need'; did you mean 'needs'?"


def test_sectors_are_listed_by_destination():
    records = tiny_records()
    records["sectors"][1]["destination"] = "JPN"
    dataset = tiny_dataset(records)
    assert dataset.sector_ids() == ("electric_vehicles", "loudspeakers", "missiles")
    assert dataset.sector_ids("USA") == ("loudspeakers", "missiles")
    assert dataset.sector_ids("FRA") == ()


@pytest.mark.parametrize(
    ("value", "figures"), [(0.6, [0.6, 0.6, 0.6]), ((0.1, 0.2, 0.3), [0.1, 0.2, 0.3])]
)
def test_with_value_changes_one_row_of_a_copy(value, figures: list[float]):
    before = tiny_dataset()
    after = with_value(before, "needs", NEED, value=value, note="what if")
    changed = after.table("needs").set_index(["sector", "component", "quantity"]).loc[NEED]
    assert changed[["low", "central", "high"]].tolist() == figures
    assert (changed["basis"], changed["note"]) == ("assumed", "what if")
    fresh = tiny_dataset(tiny_records())
    assert before == fresh
    assert before.digest == fresh.digest != after.digest
    same = [name for name in before.rows if before.rows[name] == after.rows[name]]
    assert set(before.rows) - set(same) == {"needs"}
    assert after.version == "tiny"


def test_with_value_put_back_gives_the_first_digest_again():
    changed = with_value(tiny_dataset(), "needs", NEED, value=0.6)
    back = with_value(changed, "needs", NEED, value=(0.5, 0.8, 1.0), note="made up for tests")
    assert back.digest == tiny_dataset().digest


ROWS = (
    "electric_vehicles, ndfeb_heavy_magnet, criticality_share, "
    "loudspeakers, ndfeb_light_magnet, criticality_share, "
    "missiles, ndfeb_heavy_magnet, criticality_share, "
    "missiles, smco_magnet, criticality_share"
)

REFUSED: list[tuple[str, tuple, dict, type[ExposureError], str]] = [
    (
        "an unknown table",
        ("need", NEED),
        {"value": 0.5},
        UnknownNameError,
        "unknown table 'need'; did you mean 'needs'?",
    ),
    (
        "a misspelt key",
        ("needs", ("misiles", "smco_magnet", "criticality_share")),
        {"value": 0.5},
        UnknownNameError,
        "unknown row of table 'needs' 'misiles, smco_magnet, criticality_share'; did you mean "
        "'missiles, smco_magnet, criticality_share'?",
    ),
    (
        "too short a key",
        ("needs", ("x",)),
        {"value": 0.5},
        UnknownNameError,
        f"unknown row of table 'needs' 'x'; write one of: {ROWS}",
    ),
    (
        "a table without figures",
        ("sectors", ("missiles",)),
        {"value": 0.5},
        UnknownNameError,
        "table 'sectors' holds no figures; choose another",
    ),
    (
        "a share above 1",
        ("needs", NEED),
        {"value": (0.5, 0.8, 1.3)},
        TableError,
        "needs.csv: 1 fault\n"
        "  - line 5, high: found 1.3; expected between 0 and 1; shares are fractions, write 0.92 "
        "for 92 %",
    ),
    (
        "values out of order",
        ("needs", NEED),
        {"value": (0.8, 0.5, 1.0)},
        TableError,
        "needs.csv: 1 fault\n"
        "  - line 5, low: found low 0.8, central 0.5, high 1; expected low <= central <= high; "
        "put the three values in order",
    ),
    (
        "no argument for it",
        ("needs", NEED),
        {"value": 0.5, "note": ""},
        TableError,
        "needs.csv: 1 fault\n"
        "  - line 5, note: found nothing; expected the argument for an assumed range; say why "
        "this range",
    ),
]


@pytest.mark.parametrize(
    ("cell", "new", "kind", "message"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_with_value_refuses(cell: tuple, new: dict, kind: type[ExposureError], message: str):
    with pytest.raises(kind) as error:
        with_value(tiny_dataset(), *cell, **new)
    assert message_of(error.value) == message


def test_the_digest_of_an_edit_is_that_of_the_text_of_all_tables():
    edited = with_value(tiny_dataset(), "needs", NEED, value=0.25)
    texts = [f"{name}\n{to_csv(name, rows)}" for name, rows in edited.rows.items()]
    assert edited.digest == hashlib.sha256("\n".join(texts).encode()).hexdigest()
    assert edited.digest != tiny_dataset().digest
