"""Parsing of the text of one CSV file into checked rows, or into faults.

Nothing is guessed and nothing is filled in; a fault names line and column, what was found, what
was expected, what cures it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError

from exposure.faults import Fault
from exposure.spelling import list_words, near, suggestion
from exposure.tables.reading.cells import cell_faults
from exposure.tables.reading.lines import AnyLine, Line
from exposure.tables.schema.catalogue import Table
from exposure.tables.schema.rows import FAULTS
from exposure.wording import faults_of

MISSING_CURE = "if the figure is not known, delete the row, or state an assumed range"
"""Cure if the figure is unknown."""

UNCLOSED = "a quote that is not closed, or not doubled inside its cell"
"""Finding if the rest of a file cannot be split into cells."""

SEPARATORS = ";\t|"
"""Separators that spreadsheets write between cells instead of commas."""


@dataclass(frozen=True)
class RawTable:
    """Cells of one file as text, with the line on which each row begins."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def parse_table(table: Table, text: str) -> tuple[list[AnyLine], list[Fault]]:
    """Turn the text of one CSV file into checked rows, or into faults."""
    raw = _split(table, text)
    return ([], [raw]) if isinstance(raw, Fault) else parse_cells(table, raw)


def parse_cells(table: Table, raw: RawTable) -> tuple[list[AnyLine], list[Fault]]:
    """Turn the cells of one table into checked rows, or into faults."""
    faults = [
        replace(fault, file=table.file, hides=True) for fault in _header_faults(table, raw.header)
    ]
    if faults:
        return [], faults
    lines: list[AnyLine] = []
    for number, cells in raw.rows:
        if len(cells) != len(raw.header):
            many = len(cells) > len(raw.header)
            cure = "quote a cell that holds a comma" if many else "write every cell, empty ones too"
            wanted = f"{len(raw.header)}, as in the header"
            faults.append(Fault("", f"{len(cells)} cells", wanted, cure, table.file, number))
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
    except csv.Error as error:
        if "field larger" in str(error):
            most = f"at most {csv.field_size_limit()} characters"
            cure = "shorten it, or close its quote"
            return Fault("", "a longer cell", most, cure, table.file, begins, hides=True)
        return Fault(
            "", UNCLOSED, "cells quoted as in \"a \"\"quoted\"\" word\"",
            "correct the quotes from this line on", table.file, begins, hides=True,
        )  # fmt: skip
    header = tuple(cell.strip() for cell in records[0][1]) if records else ()
    return RawTable(header, tuple(records[1:]))


def _header_faults(table: Table, header: tuple[str, ...]) -> list[Fault]:
    whole = "write the header: " + ",".join(table.columns)
    if not header:
        return [Fault("", "an empty file", "a header and rows", whole, hides=True)]
    separator = next((mark for mark in SEPARATORS if mark in header[0]), "")
    if separator and len(header) == 1:
        found, cure = f"cells separated by {separator!r}", "save it as comma-separated CSV"
        return [_header_fault(found, "cells separated by commas", cure)]
    foreign = _foreign_fault(table, header)
    if foreign is not None:
        return [foreign]
    if not set(header) & set(table.columns):
        return [_header_fault("none of the columns", "their names", whole)]
    return list(_column_faults(table, header))


FOREIGN_FILES = {
    ("reporterISO", "cmdCode"): ("a UN Comtrade download", "comtrade"),
    ("MCS chapter", "Statistics"): ("a USGS data release", "usgs"),
    ("COMMODITY", "COUNTRY", "TYPE"): ("a USGS world production table", "usgs"),
    ("Country", "Type", "Prod_notes"): ("a USGS world production table", "usgs"),
}
"""Columns of published files, with a description of the file and the import that reads it."""


def _foreign_fault(table: Table, header: tuple[str, ...]) -> Fault | None:
    """Another kind of file under the name of a table: one fault instead of one for each column."""
    for columns, (what, importer) in FOREIGN_FILES.items():
        if all(column in header for column in columns):
            cure = f"run exposure import {importer} {table.file} --out FOLDER, and use that folder"
            return _header_fault(what, f"the columns of {table.name}", cure)
    return None


def _column_faults(table: Table, header: tuple[str, ...]) -> Iterator[Fault]:
    missing = [column for column in table.columns if column not in header]
    suggested: set[str] = set()
    for column in dict.fromkeys(header):
        if column not in table.columns:
            meant = near(column, missing)
            suggested |= set(meant or missing)
            found = f"column '{column}'" if column else "a column without a name"
            yield _header_fault(found, "a known column", _cure_of_column(meant, missing))
        elif header.count(column) > 1:
            yield _header_fault(f"column '{column}' twice", "each once", "delete one")
    others = ", ".join(f"'{column}'" for column in missing if column not in suggested)
    if others:
        yield _header_fault(f"no column {others}", "all columns", "add what is missing")


def _cure_of_column(meant: list[str], missing: list[str]) -> str:
    if not missing:
        return "delete the column"
    return suggestion(meant) or list_words(missing)


def _header_fault(found: str, expected: str, cure: str) -> Fault:
    return Fault("header", found, expected, cure, line=1, hides=True)


def parse_row(
    table: Table, number: int, cells: Mapping[str, object]
) -> tuple[list[AnyLine], list[Fault]]:
    """Turn the cells of one row into a checked row, or into faults."""
    cleaned = {column: _clean(cell) for column, cell in cells.items()}
    odd = [fault.at(table.file, number) for fault in cell_faults(table.row, cleaned)]
    if odd:
        return [], odd
    try:
        return [Line(number, table.row.model_validate(cleaned))], []
    except ValidationError as error:
        return [], [fault.at(table.file, number) for fault in _row_faults(table, error)]


def _clean(cell: object) -> object:
    """A cell without outer blanks and with uniform line ends."""
    if not isinstance(cell, str):
        return cell
    if "\r" in cell:
        cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return cell.strip()


def _row_faults(table: Table, error: ValidationError) -> Iterator[Fault]:
    first = error.errors()[0]
    if first["type"] == FAULTS:
        yield from first["ctx"][FAULTS]
        return
    for fault in faults_of(error, table.row, noun="column"):
        unknown_figure = fault.found.strip("'").lower() in ("nothing", "nan")
        if fault.key in ("low", "central", "high") and unknown_figure:
            yield replace(fault, cure=MISSING_CURE)
        else:
            yield fault


def duplicate_keys(table: Table, lines: Iterable[AnyLine]) -> list[Fault]:
    """Rows whose key is on an earlier line."""
    first: dict[tuple[object, ...], int] = {}
    faults = []
    for line in lines:
        key = key_of(table, line.row)
        if key in first:
            shown = ", ".join(str(part) for part in key)
            faults.append(
                Fault(
                    "key", f"({shown}) again", f"each key once; it is on line {first[key]} too",
                    "keep one of the rows", table.file, line.number,
                )
            )  # fmt: skip
        first.setdefault(key, line.number)
    return faults


def key_of(table: Table, row: BaseModel) -> tuple[object, ...]:
    """Key of a row in its table."""
    return tuple(getattr(row, column) for column in table.key)
