"""CSV files from other programs, with any of the usual encodings, separators and number formats.

Nothing is guessed about what a column means: the importers name the columns they read. Cells are
given as text with the line on which their row begins.
"""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exposure.errors import ImportedFileError
from exposure.faults import Fault

SEPARATORS = ",;\t|"
"""Separators that programs write between cells."""

WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of new and old workbooks."""

ENCODINGS = ("utf-8-sig", "cp1252")
"""Tried in this order: files that are not UTF-8 come from a Western European Windows."""


@dataclass(frozen=True)
class ForeignRow:
    """A row: the line on which it begins, and its cells by column."""

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Text of a cell without blanks around it; empty if there is no such column."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True)
class ForeignTable:
    """A file as it was read."""

    path: Path
    columns: tuple[str, ...]
    """Column names as in the file, without surrounding blanks."""
    rows: tuple[ForeignRow, ...]
    separator: str

    def fault(
        self, key: str, found: str, expected: str, cure: str, line: int | None = None
    ) -> Fault:
        """A fault of this file."""
        return Fault(key, found, expected, cure, str(self.path), line)


def read_foreign(path: Path, *, kind: str, columns: Sequence[str]) -> ForeignTable:
    """Read a CSV file of unknown origin.

    Parameters
    ----------
    path
        The file.
    kind
        Kind of file that is expected, for messages, such as ``a USGS world production table``.
    columns
        Columns that a file of this kind has, for messages.

    Raises
    ------
    ImportedFileError
        If the file does not exist, is a workbook or a folder, or has no rows.
    """
    text = _text(path, kind)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    records, begins = [], 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            records.append((begins, [cell.strip() for cell in cells]))
        begins = reader.line_num + 1
    if len(records) < len(("header", "row")):
        cure = f"name the file that holds it; its columns are {', '.join(columns)}"
        raise ImportedFileError([Fault("", "no rows", kind, cure, str(path))])
    header = tuple(records[0][1])
    # Comtrade ends each row, but not the header, with an additional comma.
    rows = [ForeignRow(at, dict(zip(header, cells, strict=False))) for at, cells in records[1:]]
    return ForeignTable(path, header, tuple(rows), separator)


def _text(path: Path, kind: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        found = f"that it cannot be read ({error.strerror})"
        cure = "check the path and its permissions"
        raise ImportedFileError([Fault("", found, kind, cure, str(path))]) from error
    if content.startswith(WORKBOOK):
        cure = "open it and save the sheet as CSV (UTF-8), then import that file"
        raise ImportedFileError([Fault("", "a workbook", f"{kind} as CSV", cure, str(path))])
    for encoding in ENCODINGS[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(ENCODINGS[-1], errors="replace")


def _separator(text: str) -> str:
    header = text.lstrip("\n\r").split("\n", 1)[0]
    return max(SEPARATORS, key=header.count)


def require_columns(table: ForeignTable, wanted: Sequence[str], *, cure: str) -> None:
    """Raise an error that names all missing columns of a file."""
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        found = "columns " + ", ".join(table.columns)
        expected = "also " + ", ".join(missing)
        raise ImportedFileError([table.fault("", found, expected, cure, line=1)])


def number(text: str, *, separator: str = ",") -> float | None:
    """Read a number with separators of thousands; None if the text is not a number.

    If cells are separated by semicolons, a comma is a decimal point, and a point separates
    thousands if three digits follow it.

    Examples
    --------
    >>> number("4,780"), number("0.5"), number("NA")
    (4780.0, 0.5, None)
    >>> number("1.234,5", separator=";"), number("1.234", separator=";")
    (1234.5, 1234.0)
    """
    plain = re.sub(r"[\s\u00a0']", "", text)
    if separator == ";" and ("," in plain or re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", plain)):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"-?\d+(\.\d*)?([eE][+-]?\d+)?", plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None
