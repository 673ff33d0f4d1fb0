"""From the text of one CSV file to checked rows, or to faults.

Nothing is guessed and nothing is filled in; a fault names line and column, what was found, what
was expected, what cures it.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from exposure.errors import Fault, did_you_mean
from exposure.tables.reading.lines import Line
from exposure.tables.schema.catalogue import Table
from exposure.wording import Finding, findings_of

MISSING_CURE = "a missing figure is no row: delete the row, or state it as assumed with a range"
"""What to do where nobody knows the figure."""

UNCLOSED = "a quote that is not closed, or not doubled inside its cell"
"""Found where the rest of a file cannot be split into cells."""

UNREAD = (UNCLOSED, "byte 0x", "an unreadable file")
"""How what was found begins where no row of a file could be read."""

SEPARATORS = ";\t|"
"""What spreadsheets write between cells instead of commas."""


@dataclass(frozen=True)
class RawTable:
    """Cells of one file as text, with the line on which each row begins."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def parse_table(table: Table, text: str) -> tuple[list[Line], list[Fault]]:
    """Turn the text of one CSV file into checked rows, or into faults."""
    raw = _split(table, text)
    if isinstance(raw, Fault):
        return [], [raw]
    faults = _header_faults(table, raw.header)
    if faults:
        return [], faults
    lines: list[Line] = []
    for number, cells in raw.rows:
        if len(cells) != len(raw.header):
            many = len(cells) > len(raw.header)
            cure = "quote a cell that holds a comma" if many else "write every cell, empty ones too"
            wanted = f"{len(raw.header)}, as in the header"
            faults.append(Fault(table.file, number, "", f"{len(cells)} cells", wanted, cure))
            continue
        parsed, found = parse_row(table, number, dict(zip(raw.header, cells, strict=True)))
        lines += parsed
        faults += found
    return lines, faults + duplicate_keys(table, lines)


def _split(table: Table, text: str) -> RawTable | Fault:
    """Cells of a file; blank lines and rows of empty cells are skipped."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, tuple[str, ...]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((begins, tuple(cells)))
            begins = reader.line_num + 1
    except csv.Error:
        return Fault(
            table.file, begins, "", UNCLOSED,
            "cells quoted as in \"a \"\"quoted\"\" word\"", "mend the quotes from this line on",
        )  # fmt: skip
    header = tuple(cell.strip() for cell in records[0][1]) if records else ()
    return RawTable(header, tuple(records[1:]))


def _header_faults(table: Table, header: tuple[str, ...]) -> list[Fault]:
    whole = "write the header: " + ",".join(table.columns)
    if not header:
        return [Fault(table.file, None, "", "an empty file", "a header and rows", whole)]
    separator = next((mark for mark in SEPARATORS if mark in header[0]), "")
    if separator and len(header) == 1:
        found, cure = f"cells separated by {separator!r}", "save it as comma-separated CSV"
        return [_header_fault(table, found, "cells separated by commas", cure)]
    if not set(header) & set(table.columns):
        return [_header_fault(table, "none of the columns", "their names", whole)]
    return list(_column_faults(table, header))


def _column_faults(table: Table, header: tuple[str, ...]) -> Iterator[Fault]:
    missing = [column for column in table.columns if column not in header]
    told: set[str] = set()
    for column in dict.fromkeys(header):
        if column not in table.columns:
            cure = did_you_mean(column, missing) if missing else "delete the column"
            told.update(re.findall(r"\w+", cure))
            found = f"column '{column}'" if column else "a column without a name"
            yield _header_fault(table, found, "a known column", cure)
        elif header.count(column) > 1:
            yield _header_fault(table, f"column '{column}' twice", "each once", "delete one")
    untold = ", ".join(f"'{column}'" for column in missing if column not in told)
    if untold:
        yield _header_fault(table, f"no column {untold}", "all columns", "add what is missing")


def _header_fault(table: Table, found: str, expected: str, cure: str) -> Fault:
    return Fault(table.file, 1, "header", found, expected, cure)


def hides_rows(fault: Fault) -> bool:
    """Whether a fault kept the rows of its table from being read: one of the header or the file."""
    of_table = fault.file.endswith(".csv")
    return of_table and (fault.where == "header" or fault.found.startswith(UNREAD))


def parse_row(table: Table, number: int, cells: dict[str, Any]) -> tuple[list[Line], list[Fault]]:
    """Turn the cells of one row into a checked row, or into faults."""
    cleaned = {column: _clean(cell) for column, cell in cells.items()}
    try:
        return [Line(number, table.row.model_validate(cleaned))], []
    except ValidationError as error:
        return [], [
            Fault(table.file, number, f.where, f.found, f.expected, f.cure)
            for f in _row_findings(table, error)
        ]


def _clean(cell: object) -> object:
    """A cell without outer blanks and with one kind of line end, wherever the file was saved."""
    if not isinstance(cell, str):
        return cell
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def _row_findings(table: Table, error: ValidationError) -> Iterator[Finding]:
    first = error.errors()[0]
    if first["type"] == "findings":
        for own in first["ctx"]["findings"]:
            yield Finding(own.column, own.found, own.expected, own.cure)
        return
    for finding in findings_of(error, table.row, noun="column"):
        unknown_figure = finding.found.strip("'").lower() in ("nothing", "nan")
        if finding.where in ("low", "central", "high") and unknown_figure:
            yield Finding(finding.where, finding.found, finding.expected, MISSING_CURE)
        else:
            yield finding


def duplicate_keys(table: Table, lines: list[Line]) -> list[Fault]:
    """Rows whose key stands on an earlier line."""
    first: dict[tuple[object, ...], int] = {}
    faults = []
    for line in lines:
        key = key_of(table, line.row)
        if key in first:
            shown = ", ".join(str(part) for part in key)
            faults.append(
                Fault(
                    table.file, line.number, "key", f"({shown}) again",
                    f"each key once; it stands on line {first[key]}", "keep one of the rows",
                )
            )  # fmt: skip
        first.setdefault(key, line.number)
    return faults


def key_of(table: Table, row: BaseModel) -> tuple[object, ...]:
    """Key of a row in its table."""
    return tuple(getattr(row, column) for column in table.key)
