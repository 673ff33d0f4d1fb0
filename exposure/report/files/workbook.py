"""All tables of a report as one workbook: a sheet each, with units in the header.

Text is written as text, so that no cell is ever run as a formula, followed as a link or read as
a number. Equal reports give equal bytes: the workbook contains no time.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from exposure.errors import ReportError
from exposure.report.files.file_records import FileRecord
from exposure.report.files.json_output import rows_of
from exposure.report.files.tables import RESULT_OF
from exposure.report.text.safe import printable
from exposure.scoring.column import SCENARIO, Cell, Column
from exposure.scoring.columns import RUN, columns_of

if TYPE_CHECKING:
    import pandas as pd

FILE = "report.xlsx"
"""Name of the workbook."""

RECORD_SHEET = "record"

WITHOUT_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no zones
"""Constant time of creation of every workbook."""

WIDEST = 48
"""Characters of the widest column."""

LONGEST = 32_767
"""Characters of the longest cell that a spreadsheet holds."""

MISSING = (
    "report: found no library that writes workbooks; expected the extra [excel]; "
    'write pip install "rare-earth-exposure[excel]"'
)


def workbook_bytes(frames: "Mapping[str, pd.DataFrame]", record: FileRecord) -> bytes:
    """Write the tables of a report as a workbook.

    Parameters
    ----------
    frames
        From `exposure.report.files.tables.tables_of`.
    record
        Record of the run: the last sheet.

    Raises
    ------
    ReportError
        If the library is not installed.
    """
    try:
        import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ReportError(MISSING) from error
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    book.set_properties({"created": WITHOUT_TIME})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, frame in frames.items():
        _sheet(book.add_worksheet(name), _columns(name), _rows(name, frame), (head, day))
    pairs: list[dict[str, Cell]] = [{"what": what, "value": value} for what, value in _flat(record)]
    columns = (Column("what", "Part of the record."), Column("value", "Its value."))
    _sheet(book.add_worksheet(RECORD_SHEET), columns, pairs, (head, day))
    book.close()
    return buffer.getvalue()


def _columns(table: str) -> tuple[Column, ...]:
    """Columns of a sheet: the scenario, unless the table names it, then those of the registry."""
    columns = columns_of(RESULT_OF[table])
    if table == "weekly":
        return (RUN, *columns)
    return (
        columns if any(column.name == SCENARIO.name for column in columns) else (SCENARIO, *columns)
    )


def _rows(table: str, frame: "pd.DataFrame") -> list[dict[str, Cell]]:
    first = _columns(table)[0].name
    rows = rows_of(RESULT_OF[table], frame)
    return [{first: str(of), **row} for of, row in zip(frame[first], rows, strict=True)]


def _sheet(
    sheet: Any,  # noqa: ANN401 - the library has no types
    columns: tuple[Column, ...],
    rows: list[dict[str, Cell]],
    formats: tuple[Any, Any],
) -> None:
    head, day = formats
    for position, column in enumerate(columns):
        title = f"{column.name} [{column.unit}]" if column.unit else column.name
        sheet.write_string(0, position, title, head)
        longest = max((len(str(row[column.name])) for row in rows), default=0)
        sheet.set_column(position, position, min(max(longest, len(column.name)) + 2, WIDEST))
        for number, row in enumerate(rows, start=1):
            _write(sheet, (number, position), row[column.name], day)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def _write(sheet: Any, at: tuple[int, int], value: Cell, day: Any) -> None:  # noqa: ANN401
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(*at, value)
    elif isinstance(value, date):
        sheet.write_datetime(*at, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    else:
        sheet.write_string(*at, printable(value)[:LONGEST])


def _flat(record: object, name: str = "") -> list[tuple[str, str]]:
    """A nested record as pairs of a dotted name and a value."""
    parts: list[tuple[object, object]]
    if isinstance(record, Mapping):
        parts = list(record.items())
    elif isinstance(record, (list, tuple)):
        parts = list(enumerate(record, start=1))
    else:
        return [(name, "" if record is None else str(record))]
    return [
        pair for key, part in parts for pair in _flat(part, f"{name}.{key}" if name else str(key))
    ]
