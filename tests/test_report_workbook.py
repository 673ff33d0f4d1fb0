"""Workbook and dialects of a report, and overlays that are workbooks."""

import io
import json
import sys
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import exposure as ex
from exposure.errors import ReportError
from exposure.report.contents import gather
from exposure.report.files.choice import CsvDialect, FileChoice
from exposure.report.files.report_folder import write_report
from exposure.report.files.tables import tables_of
from exposure.report.files.workbook import workbook_bytes
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import figure, tiny_dataset, tiny_records

HOSTILE = ["=1+1", "@SUM(A1)", "<b>&amp; x</b>", "$\\frac{1}{2}$ \x1b[31m", "https://example.org"]


@pytest.fixture(scope="module")
def shown():
    records = tiny_records()
    for row, name in zip(records["sectors"], HOSTILE[:3], strict=True):
        row["name"] = name
    runs = [
        ex.assess(tiny_dataset(records), name, ex.Settings(draws=16, prior=True))
        for name in (WITHHELD, FREE)
    ]
    return gather(runs)


def test_a_workbook_holds_every_table_with_units_and_numbers_as_numbers(shown):
    frames = tables_of(shown)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(frames, shown.record)))
    assert book.sheetnames == [*frames, "record"]
    sheet, frame = book["ranking"], frames["ranking"]
    heads = [cell.value for cell in sheet[1]]
    assert "score [points]" in heads
    assert "sector" in heads
    assert sheet.max_row == len(frame) + 1
    position = heads.index("score [points]") + 1
    assert [sheet.cell(n + 2, position).value for n in range(len(frame))] == pytest.approx(
        frame["score"].tolist(), rel=1e-15
    )
    hits = [cell.value for cell in list(book["dates"].columns)[-2]][1:]
    assert {type(value) for value in hits} <= {datetime, type(None)}
    record = {row[0].value: row[1].value for row in book["record"].iter_rows(min_row=2)}
    assert record["record_digest"] == shown.record["record_digest"]


def test_no_cell_of_a_workbook_is_run_and_equal_reports_give_equal_bytes(shown):
    content = workbook_bytes(tables_of(shown), shown.record)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}
    assert all(cell.hyperlink is None for cell in cells)
    assert {"=1+1", "@SUM(A1)", "<b>&amp; x</b>"} <= {cell.value for cell in cells}
    assert content == workbook_bytes(tables_of(shown), shown.record)


def test_a_workbook_has_no_control_characters_and_no_cell_over_what_a_sheet_holds(shown):
    frames = tables_of(shown)
    ranking = frames["ranking"].copy()
    ranking["name"] = [HOSTILE[3], "x" * 40_000, *ranking["name"][2:]]
    content = workbook_bytes(frames | {"ranking": ranking}, shown.record)
    book = openpyxl.load_workbook(io.BytesIO(content))
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [text for text in texts if any(ord(sign) < 32 for sign in text)]
    assert any("\\frac{1}{2}$" in text and "\x1b" not in text for text in texts)
    assert max(map(len, texts)) == 32_767


def test_without_the_library_the_extra_is_named(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ReportError) as raised:
        workbook_bytes(tables_of(shown), shown.record)
    assert str(raised.value) == (
        "report: found no library that writes workbooks; expected the extra [excel]; write "
        'pip install "rare-earth-exposure[excel]"'
    )


@pytest.mark.usefixtures("undrawn")
def test_a_german_excel_reads_the_numbers_of_the_table(shown, tmp_path):
    choice = FileChoice(CsvDialect.GERMAN, workbook=True)
    written = write_report(shown.runs, tmp_path, files=choice)
    assert "report.xlsx" in {path.name for path in written}
    raw = (tmp_path / "ranking.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    back = pd.read_csv(io.BytesIO(raw), sep=";", decimal=",", encoding="utf-8-sig")
    numbers = ["rank", "band", "score", "score_p05", "value_at_risk_usd_per_year"]
    frame = tables_of(shown)["ranking"]
    assert_frame_equal(back[numbers], frame[numbers], check_dtype=False, rtol=1e-15)
    assert set(back["name"]) == {"'=1+1", "'@SUM(A1)", "<b>&amp; x</b>"}
    write_report(shown.runs, tmp_path)
    assert not (tmp_path / "report.xlsx").exists()
    record = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["record"]
    assert record["draws"]["conditioned"] is False


KEY = {"sector": "missiles", "component": "smco_magnet", "quantity": "stock_weeks"}


def save(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path.parent.mkdir(exist_ok=True)
    book.save(path)
    return path.parent


def cover(low=20, central=30.5, high=40):
    row = {**KEY, **figure((1.0, 2.0, 3.0), "week")}
    row |= {"low": low, "central": central, "high": high}
    return [list(row), list(row.values())]


def test_an_overlay_may_be_a_workbook_and_gives_what_the_csv_gives(tmp_path):
    book = save(tmp_path / "acme" / "own.xlsx", {"cover": cover(), "_notes": [["mine"]], "x": []})
    merged = ex.apply_overlay(tiny_dataset(), book)
    other = tmp_path / "csv" / "acme"
    other.mkdir(parents=True)
    head, row = cover()
    lines = [",".join(head), ",".join(map(str, row))]
    (other / "cover.csv").write_text("\n".join(lines) + "\n")
    assert merged.digest == ex.apply_overlay(tiny_dataset(), other).digest
    assert merged.overlaid[0].record()["replaced"] == {"cover": [", ".join(KEY.values())]}
    assert merged.origin.unread == ()


def test_a_fault_of_a_workbook_names_sheet_and_cell(tmp_path):
    rows = cover(low="a lot")
    rows.insert(1, [])
    folder = save(tmp_path / "acme" / "own.xlsx", {"cover": rows, "covers": [["a"], [1]]})
    with pytest.raises(ex.TableError) as raised:
        ex.apply_overlay(tiny_dataset(), folder)
    text = str(raised.value)
    assert (
        f"{folder}/own.xlsx, sheet cover: 1 fault\n  - line 3, cell D3 (low): found 'a lot'" in text
    )
    assert (
        f"{folder}/own.xlsx, sheet covers: found a sheet that is no table; expected the name of a "
        "table; did you mean 'cover'?"
    ) in text


def test_a_formula_that_was_never_worked_out_is_a_fault_and_so_is_a_table_held_twice(tmp_path):
    folder = save(tmp_path / "acme" / "own.xlsx", {"cover": cover(central="=D2+10")})
    save(tmp_path / "acme" / "two.xlsx", {"cover": cover()})
    with pytest.raises(ex.TableError) as raised:
        ex.apply_overlay(tiny_dataset(), folder)
    text = str(raised.value)
    assert (
        "cell E2: found a formula without its value; expected a value; open it in a spreadsheet "
        "program and save it, or write the value"
    ) in text
    assert (
        f"{folder}/two.xlsx, sheet cover: found a table that own.xlsx, sheet cover holds too; "
        "expected each table once; join the two"
    ) in text


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "own.xlsx").write_text("sector,component\n")
    with pytest.raises(ex.TableError) as raised:
        ex.apply_overlay(tiny_dataset(), folder)
    assert str(raised.value) == (
        f"{folder}/own.xlsx: found a file that is no workbook; expected a workbook; save it again "
        "in a spreadsheet program, or save each sheet as CSV\n"
        "Some checks were skipped because of these faults. Fix them and run again."
    )


def test_dates_and_whole_numbers_are_read_as_the_csv_would_be(tmp_path):
    records = tiny_records()
    row = {**records["sourcing"][0], "from_date": date(2025, 1, 1)}
    folder = save(tmp_path / "acme" / "sourcing.xlsx", {"Sheet1": [list(row), list(row.values())]})
    merged = ex.apply_overlay(tiny_dataset(), folder)
    assert merged.digest == tiny_dataset().digest
