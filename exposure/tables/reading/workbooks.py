"""Tables in the workbooks of an overlay: cells as the CSV would hold them, faults by their cell.

A sheet with the name of a table holds that table; so does the only sheet of a workbook with the
name of a table. A sheet whose name begins with ``_``, or that is empty, is passed over; any other
is a fault, since its owner may believe that its figures are in use.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from exposure.faults import Fault
from exposure.spelling import near, suggestion
from exposure.tables.reading.parse import RawTable
from exposure.tables.schema.catalogue import TABLES

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ENDING = ".xlsx"

OWN = "_"
"""Beginning of the name of a sheet that is passed over."""

INSTALL = 'write pip install "rare-earth-exposure[excel]", or save each sheet as CSV'


@dataclass(frozen=True)
class Sheet:
    """A table as a sheet holds it."""

    label: str
    """Workbook and sheet, as faults name them."""
    raw: RawTable
    letters: Mapping[str, str]
    """Column of the table to its letter in the sheet."""
    faults: tuple[Fault, ...] = ()
    """Content that cannot be read as a cell of the table."""


@dataclass(frozen=True)
class Workbooks:
    """Tables in the workbooks of a folder."""

    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    """By table."""
    faults: tuple[Fault, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """Workbook and sheet of each table."""
        return {name: sheet.label for name, sheet in self.sheets.items()}

    def located(self, fault: Fault) -> Fault:
        """A fault of a table with its sheet and cell, if it is in a workbook."""
        table = fault.file.removesuffix(".csv")
        sheet = self.sheets.get(table)
        if sheet is None or (fault.line is not None and fault.line < 0):
            return fault
        letter = sheet.letters.get(fault.key, "")
        cell = f"cell {letter}{fault.line}" if letter and fault.line is not None else ""
        key = f"{cell} ({fault.key})" if cell else fault.key
        return replace(fault, file=sheet.label, key=key)


def workbooks_in(folder: Path) -> list[Path]:
    """Workbooks of a folder, but for the locks that a spreadsheet program leaves next to them."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ENDING and not path.name.startswith(("~$", "."))
    )


def read_workbooks(folder: Path) -> Workbooks:
    """Read the tables that the workbooks of an overlay hold.

    Parameters
    ----------
    folder
        Folder of the overlay.
    """
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for path in workbooks_in(folder):
        for found in _read(path):
            if isinstance(found, Fault):
                faults.append(found)
                continue
            table, sheet = found
            taken = sheets[table].label if table in sheets else ""
            if not taken and (folder / TABLES[table].file).exists():
                taken = TABLES[table].file
            if taken:
                expected = "each table once"
                faults.append(
                    Fault(
                        "", f"a table that {taken} holds too", expected, "join the two",
                        sheet.label, hides=True,
                    )
                )  # fmt: skip
            else:
                sheets[table] = sheet
                faults += sheet.faults
    return Workbooks(sheets, tuple(faults))


def _read(path: Path) -> Iterator[tuple[str, Sheet] | Fault]:
    try:
        import openpyxl  # noqa: PLC0415 - an extra
    except ImportError:
        found = "a workbook, and no library that reads it"
        yield Fault("", found, "the extra [excel]", INSTALL, path.name, hides=True)
        return
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        values = openpyxl.load_workbook(path, data_only=True)
        written = openpyxl.load_workbook(path)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        cure = "save it again in a spreadsheet program, or save each sheet as CSV"
        yield Fault("", "a file that is no workbook", "a workbook", cure, path.name, hides=True)
        return
    for sheet in values.worksheets:
        if sheet.title.startswith(OWN) or not _has_cells(sheet):
            continue
        table = _table_of(sheet.title, path, alone=len(values.worksheets) == 1)
        sheet_name = f"{path.name}, sheet {sheet.title}"
        if table:
            yield table, _sheet(sheet, written[sheet.title], sheet_name)
        else:
            cure = (
                suggestion(near(sheet.title, TABLES)) or f"begin its name with '{OWN}', or move it"
            )
            yield Fault("", "a sheet that is no table", "the name of a table", cure, sheet_name)


def _has_cells(sheet: "Worksheet") -> bool:
    return any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row)


def _table_of(title: str, path: Path, *, alone: bool) -> str:
    if title in TABLES:
        return title
    return path.stem if alone and path.stem in TABLES else ""


def _sheet(values: "Worksheet", written: "Worksheet", sheet_name: str) -> Sheet:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra

    faults = tuple(_unsaved_formulas(values, written, sheet_name))
    rows = [
        (number, tuple(cell_text(cell) for cell in row))
        for number, row in enumerate(values.iter_rows(values_only=True), start=1)
    ]
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    head = tuple(cell.strip() for cell in filled[0][1])
    width = max((n for n, cell in enumerate(head, start=1) if cell), default=0)
    # Cells next to the table are kept, so that a figure without a heading is a fault.
    used = max(width, *(_last(row) for _, row in filled))
    letters = {name: get_column_letter(n) for n, name in enumerate(head, start=1) if name}
    body = tuple((number, row[:used]) for number, row in filled[1:])
    return Sheet(sheet_name, RawTable(head[:used], body), letters, faults)


def _last(row: tuple[str, ...]) -> int:
    return max((n for n, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _unsaved_formulas(
    values: "Worksheet", written: "Worksheet", sheet_name: str
) -> Iterator[Fault]:
    """Formulas whose value the workbook does not hold, which would pass for empty cells."""
    for row in written.iter_rows():
        for cell in row:
            if cell.data_type == "f" and values[cell.coordinate].value is None:
                cure = "open it in a spreadsheet program and save it, or write the value"
                found = "a formula without its value"
                yield Fault(f"cell {cell.coordinate}", found, "a value", cure, sheet_name, cell.row)


def cell_text(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """A cell as the CSV would hold it.

    Examples
    --------
    >>> cell_text(None), cell_text(6), cell_text(0.92), cell_text(datetime(2026, 12, 1))
    ('', '6', '0.92', '2026-12-01')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)
