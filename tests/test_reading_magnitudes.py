"""Slips that look like figures: odd cells, periods that do not exist, units wrong by a factor."""

import csv
import os
from pathlib import Path

import pytest

from exposure.errors import TableError
from exposure.tables.reading.cells import cell_faults
from exposure.tables.reading.folders import read_dataset
from exposure.tables.reading.magnitudes import LARGEST, doubtful_rows
from exposure.tables.reading.overlays import apply_overlay
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.supply import NewSupplyRow
from tests.changes import Change, add, message_of, put, save
from tests.tiny import figure, tiny_dataset, tiny_records, write_folder


def exports(destination: str, tonnes: float, period: str = "2025-06") -> dict[str, object]:
    key = {"period": period, "item": "rare_earth_magnets", "destination": destination}
    return key | figure(tonnes, "t")


def loss(first: str, last: str) -> dict[str, object]:
    rows = TABLES["observed_losses"].columns
    key = dict.fromkeys(rows, "") | {"sector": "missiles", "from_date": first, "to_date": last}
    return key | {"at": "line", "strength": "weak"} | figure((0.0, 0.0, 0.05))


PERIOD = "expected a period that exists; correct the month or day"
CASES: list[tuple[str, Change, str]] = [
    (
        "a month that does not exist",
        add("observed_exports", exports("WLD", 10.0, "2025-13")),
        f"observed_exports.csv: 1 fault\n  - line 2, period: found '2025-13'; {PERIOD}",
    ),
    (
        "a day that does not exist",
        add("observed_exports", exports("WLD", 10.0, "2025-02-31")),
        f"observed_exports.csv: 1 fault\n  - line 2, period: found '2025-02-31'; {PERIOD}",
    ),
    (
        "a year of nobody's lifetime",
        add("observed_exports", exports("WLD", 10.0, "1025")),
        "observed_exports.csv: 1 fault\n  - line 2, period: found '1025'; expected a period "
        "between 1950 and 2100; correct the year",
    ),
    (
        "kilograms for tonnes in exports",
        add("observed_exports", exports("WLD", 3188.0), exports("USA", 353_000.0)),
        "observed_exports.csv: 1 fault\n"
        "  - line 3, central: found 353000 t, 111 times as much; expected at most what went to the "
        "world, 3188 t; check the unit",
    ),
    (
        "dollars for millions of dollars",
        put("sector_values", 0, low=1e8, central=1e8, high=1e8),
        "sector_values.csv: 2 faults\n"
        "  - line 2, central: found 1e+08 USD million/yr, 33.3 times as much; expected at most the "
        "largest industry of any country, 3e+06; check the unit\n"
        "  - line 2, high: found 1e+08 USD million/yr; expected at most 4e+07; that is more than "
        "the largest economy adds in a year: check the unit",
    ),
    (
        "a value near the largest number",
        put("cover", 0, high=1e155),
        "cover.csv: 1 fault\n"
        "  - line 2, high: found 1e+155 week; expected at most 5200; that is a hundred years: "
        "check the unit",
    ),
    (
        "two sectors of one name",
        put("sectors", 1, name="missiles"),
        "sectors.csv: 1 fault\n"
        "  - line 3, name: found 'missiles', the name of missiles too; expected a unique name; "
        "state in the name how the sector differs",
    ),
    (
        "a document read before it was published",
        put("sources", 0, published="2027-01"),
        "sources.csv: 1 fault\n"
        "  - line 2, accessed: found 2026-11-21, before it was published, 2027-01; expected that "
        "day or a later one; correct one of them",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_slip_that_looks_like_a_figure_is_refused(change: Change, message: str):
    records = tiny_records()
    change(records)
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value).startswith(message)


def test_all_weights_of_applications_zero_are_refused():
    records = tiny_records()
    for row in records["parameters"]:
        if row["parameter"] == "application_weight":
            row |= {"low": 0, "central": 0, "high": 0}
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == (
        "parameters.csv: 1 fault\n"
        "  - line 4, application_weight: found 0 for every element; expected more than 0 for one "
        "of them; state how often each element is applied for"
    )


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"low": "1_0"},
            "low: found '1_0'; expected a finite number; write digits and a decimal point alone",
        ),
        *(
            ({"target_date": text},
             f"target_date: found '{text}'; expected a day, YYYY-MM-DD; write it so")
            for text in ("86400", "-86400", "20270101")
        ),
        *(
            ({"target_date": text},
             f"target_date: found '{text}'; expected a day between 1950 and 2100; correct the year")
            for text in ("1025-01-01", "9999-12-31")
        ),
        *(
            ({"note": f"a{sign}b"},
             f"note: found the invisible control character U+{ord(sign):04X}; expected "
             "printable characters; delete it")
            for sign in "\0\x1b\x7f\u202e\u2066\ufeff"
        ),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_what_it_looks_like_is_refused(cells: dict[str, str], message: str):
    (fault,) = cell_faults(NewSupplyRow, cells)
    assert str(fault) == message


@pytest.mark.parametrize(
    "cells",
    [
        {"low": "1"}, {"low": "-1.5e3"}, {"low": ".5"}, {"low": "x"}, {"target_date": "2027-01-01"},
        {"note": "tab\tline\n\u00e9 \u2192 \u65e5\u672c \u200d"}, {"note": ""}, {"low": 1.0},
    ],
)  # fmt: skip
def test_other_cells_are_left_to_the_row_model(cells: dict[str, object]):
    assert list(cell_faults(NewSupplyRow, cells)) == []


def test_every_unit_of_the_tables_has_a_largest_value_or_an_end():
    unbounded = {
        measure.unit
        for table in TABLES.values()
        for measure in getattr(table.row, "MEASURES", {}).values()
        if measure.maximum == measure.below == float("inf")
    }
    assert unbounded <= set(LARGEST)


def test_odd_rows_are_named_with_their_factor(tmp_path: Path):
    header = ",".join(TABLES["cover"].columns)
    (tmp_path / "cover.csv").write_text(
        f"{header}\nmissiles,smco_magnet,stock_weeks,520,520,520,week,assumed,,,,counted\n",
        encoding="utf-8",
    )
    assert doubtful_rows(tiny_dataset()) == []
    (found,) = doubtful_rows(apply_overlay(tiny_dataset(), tmp_path))
    assert (found.file, str(found)) == (
        str(tmp_path / "cover.csv"),
        "line 2, central: found a stock of 520 weeks, 2 times as much; expected at most 260 weeks "
        "of need; check the unit",
    )


def test_the_shipped_tables_have_no_odd_row():
    assert doubtful_rows(read_dataset()) == []


@pytest.fixture
def csv_limit():
    # Other tests load libraries that raise the limit for the whole process.
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("csv_limit")
def test_a_cell_of_very_many_characters_is_named_as_such(tmp_path: Path):
    write_folder(tmp_path)
    save("needs.csv", (",".join(TABLES["needs"].columns) + "\n" + "x" * 140_000).encode())(tmp_path)
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert message_of(error.value) == (
        "needs.csv: 1 fault\n"
        "  - line 2: found a longer cell; expected at most 131072 characters; shorten it, or close "
        "its quote"
    )


@pytest.mark.parametrize("name", ["cover.csv.txt", "Cover.csv", "cover (2).csv", "cover.xlsx"])
def test_a_file_that_may_be_the_missing_table_is_named(name: str, tmp_path: Path):
    write_folder(tmp_path)
    (tmp_path / "cover.csv").rename(tmp_path / name)
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert (
        f"cover.csv: found no such file; expected the table; rename '{name}', or add the file"
    ) in str(error.value)


def test_a_pipe_in_place_of_a_table_is_not_waited_for(tmp_path: Path):
    write_folder(tmp_path)
    (tmp_path / "needs.csv").unlink()
    os.mkfifo(tmp_path / "needs.csv")
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert message_of(error.value) == (
        "needs.csv: found something that is no file, such as a pipe; expected a UTF-8 CSV file; "
        "put a file there"
    )
