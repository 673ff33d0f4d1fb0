"""A correction changes the named cell if it has the old value; otherwise it is an error."""

from pathlib import Path

import pytest

from exposure.errors import TableError
from exposure.tables.dataset import Dataset
from exposure.tables.reading.corrections import (
    describe_corrections,
    parse_corrections,
    read_corrections,
)
from exposure.tables.reading.folders import read_dataset
from exposure.tables.reading.location import shipped_folder
from tests.changes import edit, message_of
from tests.tiny import write_folder

STATED = {
    "date": "2026-11-21",
    "table": '"cover"',
    "key": '["missiles", "smco_magnet", "stock_weeks"]',
    "column": '"central"',
    "was": "6",
    "now": "8",
    "reason": '"a slip of a digit"',
    "status": '"open"',
}
ROW = "cover (missiles, smco_magnet, stock_weeks)"


def record(**changed: str) -> str:
    """One record as TOML; an empty value leaves the key out."""
    stated = {**STATED, **changed}
    return "\n".join(
        ["[[correction]]", *(f"{key} = {value}" for key, value in stated.items() if value), "", ""]
    )


def read(folder: Path, *records: str) -> Dataset:
    write_folder(folder)
    (folder / "corrections.toml").write_text("# head\n" + "".join(records), encoding="utf-8")
    return read_dataset(folder)


def fault(folder: Path, *records: str) -> str:
    with pytest.raises(TableError) as error:
        read(folder, *records)
    return str(error.value)


def stock(dataset: Dataset) -> tuple[float, float, float]:
    row = next(
        row
        for row in dataset.rows["cover"]
        if (row.sector, row.component, row.quantity) == ("missiles", "smco_magnet", "stock_weeks")
    )
    return row.low, row.central, row.high


def test_an_open_correction_is_read_in_place_of_the_source(tmp_path: Path):
    plain = read_dataset(write_folder(tmp_path / "plain"))
    corrected = read(tmp_path / "corrected", record())
    assert (stock(plain), stock(corrected)) == ((2.0, 6.0, 12.0), (2.0, 8.0, 12.0))
    assert corrected.digest != plain.digest


def test_the_file_keeps_what_the_source_says(tmp_path: Path):
    read(tmp_path, record())
    text = (tmp_path / "cover.csv").read_text(encoding="utf-8")
    assert "missiles,smco_magnet,stock_weeks,2.0,6.0,12.0,week" in text


def test_several_cells_of_a_row_change_at_once(tmp_path: Path):
    records = [
        record(column='"low"', was="2", now="20"),
        record(now="60"),
        record(column='"high"', was="12", now="120.0"),
        record(column='"note"', was='"made up for tests"', now='"a factor of ten"'),
    ]
    assert stock(read(tmp_path, *records)) == (20.0, 60.0, 120.0)


def test_days_lists_and_words_are_corrected_too(tmp_path: Path):
    records = [
        record(table='"elements"', key='["Sm"]', column='"controlled_from"',
               was="2025-04-04", now="2025-04-05"),
        record(table='"components"', key='["smco_magnet"]', column='"processed_in"',
               was='"JPN"', now='"DEU"'),
        record(table='"stage_shares"', key='["Sm", "mining", "CHN", 2024, "outturn"]',
               column='"central"', was="0.6", now="0.61"),
    ]  # fmt: skip
    dataset = read(tmp_path, *records)
    elements = dataset.table("elements").set_index("element")
    assert str(elements.loc["Sm", "controlled_from"]) == "2025-04-05"
    assert dataset.table("components").set_index("component").loc[
        "smco_magnet", "processed_in"
    ] == ("DEU")


def test_a_closed_correction_is_history_whatever_the_row_holds(tmp_path: Path):
    closed = record(status='"closed"', was="99", reported="2026-11-22")
    assert stock(read(tmp_path, closed)) == (2.0, 6.0, 12.0)


def test_a_row_that_has_changed_is_not_overwritten(tmp_path: Path):
    assert fault(tmp_path, record(was="5")) == (
        "corrections.toml: 1 fault\n"
        f"  - line 2, {ROW}, central: found '6' on line 2 of cover.csv; expected '5', the old "
        "value; the row has changed: check it, then close or delete the record, or restate 'was'"
    )


def test_a_row_that_holds_the_new_value_already_closes_the_record(tmp_path: Path):
    assert fault(tmp_path, record(was="5", now="6.0")) == (
        "corrections.toml: 1 fault\n"
        f"  - line 2, {ROW}, central: found '6' on line 2 of cover.csv; expected '5', the old "
        "value; the row has taken the new value: set the status to 'closed'"
    )


def test_one_stale_cell_leaves_the_whole_row_as_it_is(tmp_path: Path):
    message = fault(tmp_path, record(), record(column='"low"', was="3", now="4"))
    assert message.startswith(f"corrections.toml: 1 fault\n  - line 12, {ROW}, low: found '2'")


REFUSED = [
    (
        "a new value out of range",
        {"column": '"low"', "was": "2", "now": "-1"},
        f"line 2, {ROW}, low: found a new value that breaks the row (low: -1); expected at least "
        "0; correct 'now', or correct the other columns too",
    ),
    (
        "a new value out of order",
        {"now": "13"},
        f"line 2, {ROW}, central: found a new value that breaks the row (low: low 2, central 13, "
        "high 12); expected low <= central <= high; correct 'now', or correct the other columns "
        "too",
    ),
    (
        "an unknown table",
        {"table": '"covers"'},
        "line 2, covers (missiles, smco_magnet, stock_weeks), central: found table 'covers'; "
        "expected a known table; did you mean 'cover'?",
    ),
    (
        "an unknown column",
        {"column": '"centre"'},
        f"line 2, {ROW}, centre: found column 'centre'; expected a column outside the key; did "
        "you mean 'central'?",
    ),
    (
        "a column of the key",
        {"column": '"quantity"'},
        f"line 2, {ROW}, quantity: found column 'quantity'; expected a column outside the key; "
        "write one of: basis, central, high, locator, low, note, rests_on_assumption, source_id, "
        "unit",
    ),
    (
        "a misspelt key",
        {"key": '["misiles", "smco_magnet", "stock_weeks"]'},
        "line 2, cover (misiles, smco_magnet, stock_weeks), central: found no such row; expected "
        "the row that is corrected; did you mean 'missiles, smco_magnet, stock_weeks'?",
    ),
    (
        "a row that is gone",
        {"key": '["x"]'},
        "line 2, cover (x), central: found no such row; expected the row that is corrected; "
        "correct the key, or delete the record",
    ),
    (
        "an unknown status",
        {"status": '"done"'},
        "line 2, status: found 'done'; expected a known status; write one of: closed, open",
    ),
    ("no reason", {"reason": ""}, "line 2, reason: found nothing; expected a value; fill it in"),
    (
        "an unknown key",
        {"why": '"so"'},
        "line 2, why: found an unknown key; expected a known one; write one of: column, date, "
        "key, now, reason, reported, status, table, was",
    ),
]


@pytest.mark.parametrize(
    ("changed", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_correction_that_cannot_be_applied_is_refused(
    tmp_path: Path, changed: dict, message: str
):
    assert fault(tmp_path, record(**changed)) == f"corrections.toml: 1 fault\n  - {message}"


def test_a_cell_is_corrected_once(tmp_path: Path):
    assert fault(tmp_path, record(), record(now="9")) == (
        "corrections.toml: 1 fault\n"
        f"  - line 12, {ROW}, central: found the same cell again; expected one open record a "
        "cell; another begins on line 2; close or delete one of them"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [", "found text that is not TOML (Invalid value (at end of document)); expected "
         "TOML; correct the file"),
        ("[[corrections]]\na = 1", "found the key 'corrections'; expected [[correction]] records; "
         "begin each record with [[correction]]"),
        ("correction = 3", "found no list of records; expected [[correction]] records; begin each "
         "record with [[correction]]"),
    ],
    ids=["broken", "a misspelt key", "no list"],
)  # fmt: skip
def test_a_file_that_is_no_list_of_records(text: str, message: str):
    records, (found,) = parse_corrections(text)
    assert records == []
    assert str(found) == f"whole file: {message}"


def test_a_file_that_is_not_utf8(tmp_path: Path):
    (tmp_path / "corrections.toml").write_bytes(b"# f\xfcr")
    records, (found,) = read_corrections(tmp_path)
    assert records == []
    assert str(found) == (
        "line 1: found byte 0xfc, which is not UTF-8; expected UTF-8 text; save the file as UTF-8"
    )


def test_a_byte_order_mark_is_passed_over(tmp_path: Path):
    (tmp_path / "corrections.toml").write_bytes(b"\xef\xbb\xbfcorrection = []")
    assert read_corrections(tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = " + "[" * 5000, "tables or lists in one another, too deep to be read"),
        ("x = " + "9" * 5000, "a number of thousands of digits"),
    ],
    ids=["lists in lists", "5,000 digits"],
)
def test_values_that_are_too_deep_or_too_long_are_refused(text: str, found: str):
    records, (fault,) = parse_corrections(text)
    assert records == []
    assert str(fault) == f"whole file: found {found}; expected TOML; correct the file"


def test_a_correction_of_a_faulty_table_waits_until_it_is_corrected(tmp_path: Path):
    write_folder(tmp_path)
    edit("cover", "2.0,6.0,12.0", "2.0,six,12.0")(tmp_path)
    (tmp_path / "corrections.toml").write_text(record(), encoding="utf-8")
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert message_of(error.value) == (
        "cover.csv: 1 fault\n  - line 2, central: found 'six'; expected a finite number; correct it"
    )


def test_the_sums_are_checked_on_the_corrected_tables(tmp_path: Path):
    key = '["Sm", "mining", "ROW", 2024, "outturn"]'
    wrong = [
        record(table='"stage_shares"', key=key, column=f'"{column}"', was="0.4", now="0.7")
        for column in ("low", "central", "high")
    ]
    assert fault(tmp_path, *wrong) == (
        "stage_shares.csv: 1 fault\n"
        "  - line 2, Sm, mining, 2024, outturn: found central shares that sum to 1.300; expected "
        "1 ± 0.02; lower the shares that are counted twice"
    )


def test_the_shipped_corrections_are_sound_and_can_be_listed():
    records, faults = read_corrections(shipped_folder())
    assert faults == []
    assert len(describe_corrections(records)) == len(records)


def test_a_correction_as_a_plain_record():
    records, _ = parse_corrections(record(reported="2026-11-22"))
    assert describe_corrections(records) == [
        {
            "date": "2026-11-21",
            "table": "cover",
            "key": ["missiles", "smco_magnet", "stock_weeks"],
            "column": "central",
            "was": 6,
            "now": 8,
            "reason": "a slip of a digit",
            "reported": "2026-11-22",
            "status": "open",
        }
    ]
