"""From a folder of CSV files to a dataset: accepted input, and the error of every fault."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.errors import TableError, UnknownNameError
from exposure.tables.dataset import to_csv
from exposure.tables.reading.files import read_files
from exposure.tables.reading.folders import dataset_from_records, parse_table, read_dataset
from exposure.tables.schema.catalogue import TABLES
from tests.changes import (
    Edit,
    edit,
    folder_for_file,
    headless,
    message_of,
    recode,
    rename,
    save,
    semicolons,
)
from tests.tiny import tiny_dataset, tiny_records, write_folder

NEED = "missiles,smco_magnet,criticality_share,0.5,0.8,1.0,share,assumed,,,,made up for tests\n"

CASES: list[tuple[str, Edit, str]] = [
    (
        "a misspelt column",
        edit("needs", "component", "componnent"),
        "needs.csv: 1 fault\n"
        "  - line 1, header: found column 'componnent'; expected a known column; did you mean "
        "'component'?",
    ),
    (
        "columns in another language",
        edit("needs", "low,central,high", "tief,mittel,hoch"),
        "needs.csv: 3 faults\n"
        "  - line 1, header: found column 'tief'; expected a known column; write one of: "
        "central, high, low\n"
        "  - line 1, header: found column 'mittel'; expected a known column; write one of: "
        "central, high, low\n"
        "  - line 1, header: found column 'hoch'; expected a known column; write one of: central, "
        "high, low",
    ),
    (
        "no column for the note",
        edit("needs", ",note\n", "\n"),
        "needs.csv: 1 fault\n"
        "  - line 1, header: found no column 'note'; expected all columns; add what is missing",
    ),
    (
        "a column of one's own",
        edit("needs", ",note\n", ",note,remark\n"),
        "needs.csv: 1 fault\n"
        "  - line 1, header: found column 'remark'; expected a known column; delete the column",
    ),
    (
        "an empty column",
        edit("needs", ",note\n", ",note,\n"),
        "needs.csv: 1 fault\n"
        "  - line 1, header: found a column without a name; expected a known column; delete the "
        "column",
    ),
    (
        "a column twice",
        edit("needs", "low,central,high", "low,central,high,low"),
        "needs.csv: 1 fault\n"
        "  - line 1, header: found column 'low' twice; expected each once; delete one",
    ),
    (
        "no header",
        edit(
            "needs",
            "sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,source_id,"
            "locator,note\n",
            "",
        ),
        "needs.csv: 1 fault\n"
        "  - line 1, header: found none of the columns; expected their names; write the header: "
        "sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,source_id,"
        "locator,note",
    ),
    (
        "semicolons for commas",
        semicolons("needs"),
        "needs.csv: 1 fault\n"
        "  - line 1, header: found cells separated by ';'; expected cells separated by commas; "
        "save it as comma-separated CSV",
    ),
    (
        "an empty file",
        save("needs.csv", b""),
        "needs.csv: found an empty file; expected a header and rows; write the header: "
        "sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,source_id,"
        "locator,note",
    ),
    (
        "blank lines only",
        save("needs.csv", b"\n,,,\n"),
        "needs.csv: found an empty file; expected a header and rows; write the header: "
        "sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,source_id,"
        "locator,note",
    ),
    (
        "a header alone",
        headless("needs"),
        "needs.csv: found no rows; expected at least one row; add the rows",
    ),
    (
        "too few cells",
        edit("needs", ",,,,made", ",,,made"),
        "needs.csv: 1 fault\n"
        "  - line 2: found 11 cells; expected 12, as in the header; write every cell, empty ones "
        "too",
    ),
    (
        "a comma in a cell",
        edit("needs", "made up for tests", "made up, for tests"),
        "needs.csv: 1 fault\n"
        "  - line 2: found 13 cells; expected 12, as in the header; quote a cell that holds a "
        "comma",
    ),
    (
        "a quote that is never closed",
        edit("needs", ",made up for tests\nmissiles", ',"made up for tests\nmissiles'),
        "needs.csv: 1 fault\n"
        "  - line 2: found a quote that is not closed, or not doubled inside its cell; expected "
        'cells quoted as in "a ""quoted"" word"; correct the quotes from this line on',
    ),
    (
        "a quote that is not doubled",
        edit("needs", ",made up for tests\nmissiles", ',"a "made up" one"\nmissiles'),
        "needs.csv: 1 fault\n"
        "  - line 2: found a quote that is not closed, or not doubled inside its cell; expected "
        'cells quoted as in "a ""quoted"" word"; correct the quotes from this line on',
    ),
    (
        "a cell that is not UTF-8",
        save("needs.csv", b"sector,component\nm\xfcssiles,smco\n"),
        "needs.csv: 1 fault\n"
        "  - line 2: found byte 0xfc, which is not UTF-8; expected a UTF-8 CSV file; save the file "
        "as UTF-8",
    ),
    (
        "UTF-16",
        recode("needs", "utf-16"),
        "needs.csv: 1 fault\n"
        "  - line 1: found byte 0xff, which is not UTF-8; expected a UTF-8 CSV file; save the file "
        "as UTF-8",
    ),
    (
        "a folder for a file",
        folder_for_file("needs.csv"),
        "needs.csv: found a folder; expected a UTF-8 CSV file; put the file in its place",
    ),
    (
        "a missing file",
        lambda folder: (folder / "needs.csv").unlink(),
        "needs.csv: found no such file; expected the table; add the file",
    ),
    (
        "a misspelt file",
        rename("needs.csv", "need.csv"),
        "need.csv: found a file that is no table; expected the name of a table; did you "
        "mean 'needs.csv'?\n"
        "needs.csv: found no such file; expected the table; add the file",
    ),
    (
        "a misspelt file that may be missing",
        save("recyclng.csv", b""),
        "recyclng.csv: found a file that is no table; expected the name of a table; did you "
        "mean 'recycling.csv'?",
    ),
    (
        "the line after a cell of several lines",
        edit("needs", NEED, NEED.replace("made up for tests", '"made up\nfor\ntests"') + "x,"),
        "needs.csv: 1 fault\n"
        "  - line 5: found 13 cells; expected 12, as in the header; quote a cell that holds a "
        "comma",
    ),
    (
        "a duplicate of a row, blank lines between",
        edit("needs", NEED, NEED + "\n\n" + NEED),
        "needs.csv: 1 fault\n"
        "  - line 5, key: found (missiles, smco_magnet, criticality_share) again; expected each "
        "key once; it is on line 2 too; keep one of the rows",
    ),
    (
        "a long cell",
        edit("needs", "smco_magnet", "SmCo" * 40),
        "needs.csv: 1 fault\n"
        "  - line 2, component: found "
        "'SmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCoSmCo...'; expected a key of "
        "lower-case letters, digits and underscores; correct it",
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_bad_file_is_refused_with_the_fault_and_its_cure(
    tmp_path: Path, change: Edit, message: str
):
    change(write_folder(tmp_path))
    before = contents(tmp_path)
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert message_of(error.value) == message
    assert contents(tmp_path) == before


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every name in a folder with its bytes; None for a folder."""
    return {file.name: file.read_bytes() if file.is_file() else None for file in folder.iterdir()}


def test_faults_of_several_files_come_in_one_message(tmp_path: Path):
    write_folder(tmp_path)
    edit("needs", "0.5,0.8,1.0", "0.5,0.8,1.3")(tmp_path)
    edit("cover", "stock_weeks", "stock_week")(tmp_path)
    edit("cover", "3.0", "")(tmp_path)
    edit("sectors", "industry_code", "industry")(tmp_path)
    edit("stage_shares", "0.4", "0.7")(tmp_path)
    save("sources.csv", b"")(tmp_path)
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert message_of(error.value) == (
        "cover.csv: 2 faults\n"
        "  - line 2, quantity: found 'stock_week'; expected a known quantity; did you mean "
        "'stock_weeks'?\n"
        "  - line 3, central: found nothing; expected a finite number; if the figure is not "
        "known, delete the row, or state an assumed range\n"
        "needs.csv: 1 fault\n"
        "  - line 2, high: found 1.3; expected between 0 and 1; shares are fractions, write "
        "0.92 for 92 %\n"
        "sectors.csv: 1 fault\n"
        "  - line 1, header: found column 'industry'; expected a known column; write "
        "'industry_code'\n"
        "sources.csv: found an empty file; expected a header and rows; write the header: "
        "source_id,title,publisher,published,accessed,address,licence,grade,says,does_not_say\n"
        "stage_shares.csv: 1 fault\n"
        "  - line 3, low: found low 0.7, central 0.4, high 0.4; expected low <= central <= high; "
        "put the three values in order"
    )


WANTED = (
    "elements.csv, stages.csv, components.csv, component_elements.csv, stage_shares.csv, "
    "sourcing.csv, pool_users.csv, sectors.csv, sector_values.csv, buyers.csv, needs.csv, "
    "cover.csv, substitution.csv, new_supply.csv, demand.csv, licence_queue.csv, parameters.csv, "
    "sources.csv"
)


def test_a_folder_without_tables_names_the_files_it_should_hold(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("nothing here", encoding="utf-8")
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert message_of(error.value) == (
        f"{tmp_path}: found no tables; expected the files {WANTED}; name the folder that holds them"
    )


def test_a_folder_that_does_not_exist(tmp_path: Path):
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path / "tables")
    assert message_of(error.value) == (
        f"{tmp_path / 'tables'}: found no such folder; expected a folder of tables; "
        "name the folder that holds them"
    )


def test_a_file_in_place_of_a_folder(tmp_path: Path):
    path = write_folder(tmp_path) / "needs.csv"
    with pytest.raises(TableError) as error:
        read_dataset(str(path))
    assert message_of(error.value) == (
        f"{path}: found a file; expected a folder of tables; name the folder that holds them"
    )


def refuse(*_: object) -> bytes:
    raise PermissionError(13, "Permission denied")


def test_files_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_folder(tmp_path, {"needs": tiny_records()["needs"]})
    required = WANTED.split(", ")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    lines = [f"{file}: found no such file" for file in required]
    unreadable = (
        "needs.csv: found an unreadable file (Permission denied); "
        "expected a UTF-8 CSV file; check its permissions"
    )
    blocks = [f"{line}; expected the table; add the file" for line in lines if "needs" not in line]
    assert message_of(error.value) == "\n".join(sorted([*blocks, unreadable]))


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert message_of(error.value) == (
        f"{tmp_path}: found an unreadable folder (Permission denied); expected a folder of "
        "tables; name the folder that holds them"
    )


def test_an_unknown_table_in_memory():
    with pytest.raises(UnknownNameError) as error:
        dataset_from_records({"need": []}, version="none")
    assert message_of(error.value) == "unknown table 'need'; did you mean 'needs'?"


ACCEPTED: list[tuple[str, Edit]] = [
    ("as written", lambda _: None),
    ("a byte-order mark", recode("needs", "utf-8-sig")),
    ("CRLF line ends", edit("cover", "\n", "\r\n")),
    ("blank lines", edit("needs", NEED, "\n\n" + NEED + ",,,,,,,,,,,\n")),
    ("blanks around cells", edit("needs", "missiles,smco_magnet", " missiles , smco_magnet\t")),
    ("blanks around column names", edit("needs", "component,", " component ,")),
    ("quoted cells", edit("needs", "missiles,", '"missiles",')),
    ("a file without a last line end", edit("parameters", "tests\n", "tests\n")),
    ("columns in another order", lambda folder: reorder(folder / "needs.csv")),
    ("other files beside the tables", save("my notes.csv", b"a;b\n1;2\n")),
    ("a datapackage.json without a version", save("datapackage.json", b"{}")),
]


def reorder(path: Path) -> None:
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(",".join(reversed(row)) for row in rows), encoding="utf-8")


@pytest.mark.parametrize("change", [case[1] for case in ACCEPTED], ids=[c[0] for c in ACCEPTED])
def test_what_spreadsheets_do_to_a_file_changes_nothing(tmp_path: Path, change: Edit):
    change(write_folder(tmp_path))
    before = contents(tmp_path)
    assert read_dataset(tmp_path).digest == tiny_dataset().digest
    assert contents(tmp_path) == before


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_cell_of_several_lines_reads_the_same_whatever_the_line_ends(tmp_path: Path, end: str):
    records = tiny_records()
    records["needs"][0]["note"] = "first line\nsecond, longer line"
    quoted = '"first line\nsecond, longer line"'
    shown = records["needs"][0] | {"note": quoted}
    write_folder(tmp_path, records | {"needs": [shown, *records["needs"][1:]]})
    path = tmp_path / "needs.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert read_dataset(tmp_path).digest == tiny_dataset(records).digest


ODD_CELLS = [
    "", " ", "nan", "-inf", "1e400", "1_000", "９", "\x00", '"', '""', ",", ";", "\r", "\n\n", "*",
    "9999-12-31", "0000-00-00", "CHN", "Sm", "mining magnet", "criticality_share", "x" * 200_000,
]  # fmt: skip


@given(
    table=st.sampled_from(sorted(name for name, rows in tiny_records().items() if rows)),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 9), st.sampled_from(ODD_CELLS) | st.text()),
        min_size=1,
        max_size=4,
    ),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_done_to_a_file_gives_rows_or_faults(table: str, cuts: list):
    text = to_csv(table, tiny_dataset().rows[table])
    for where, length, cell in cuts:
        position = int(where * len(text))
        text = text[:position] + cell + text[position + length :]
    lines, faults = parse_table(TABLES[table], text)
    assert all(fault.file == f"{table}.csv" for fault in faults)
    assert all(fault.found and fault.expected and fault.cure for fault in faults)
    assert [line.number for line in lines] == sorted(line.number for line in lines)


JOIN = "that file is there too: join the two, or move one out of the folder"


def test_a_misspelt_table_next_to_the_right_one_does_not_pass_unread(tmp_path: Path):
    save("nedds.csv", b"sector\n")(write_folder(tmp_path))
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert str(error.value) == (
        "nedds.csv: found a file that is no table; expected the name of "
        f"a table; did you mean 'needs.csv'? {JOIN}"
    )


@pytest.mark.parametrize("whole", [True, False])
def test_a_misspelt_table_that_is_the_only_file_is_named(tmp_path: Path, whole: bool):
    save("nedds.csv", b"sector\n")(tmp_path)
    with pytest.raises(TableError) as error:
        read_files(tmp_path, whole=whole)
    assert f"{tmp_path}: found no tables; expected" in str(error.value)
    assert str(error.value).endswith(
        "\nnedds.csv: found a file that is no table; expected the name "
        "of a table; did you mean 'needs.csv'?"
    )


def test_what_hides_other_faults_says_so_at_the_end(tmp_path: Path):
    edit("cover", "component", "componnent")(write_folder(tmp_path))
    edit("cover", "2.0,6.0,12.0", "20.0,6.0,12.0")(tmp_path)
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert "low 20" not in str(error.value)
    assert str(error.value).endswith(
        "\nSome checks were skipped because of these faults. Fix them and run again."
    )


def test_no_check_is_reported_as_skipped_if_all_were_made(tmp_path: Path):
    save("nedds.csv", b"sector\n")(write_folder(tmp_path))
    with pytest.raises(TableError) as error:
        read_dataset(tmp_path)
    assert "wait until" not in str(error.value)
