"""From CSV files to checked rows.

With `exposure.policy.scenario_file` the only reader of input files; no file is ever written.
Every fault of every table is collected and raised in one `TableError`: file, line, column, what
was found, what was expected, what cures it. Nothing is guessed and nothing is filled in.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from exposure.errors import Fault, TableError, did_you_mean, list_faults, unknown_name
from exposure.tables.checks import check_tables
from exposure.tables.dataset import Dataset
from exposure.tables.lines import Line
from exposure.tables.location import shipped_folder
from exposure.tables.package import read_version
from exposure.tables.schema import TABLES, Table
from exposure.wording import Finding, findings_of

MISSING_CURE = "a missing figure is no row: delete the row, or state it as assumed with a range"
"""What to do where nobody knows the figure."""

MISNAMED = 0.8
"""Likeness from which a file counts as a misspelt table; `recycle.csv` must not pass unread."""

SEPARATORS = ";\t|"
"""What spreadsheets write between cells instead of commas."""


@dataclass(frozen=True)
class RawTable:
    """Cells of one file as text, with the line on which each row begins."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_dataset(folder: str | Path | None = None) -> Dataset:
    """Read and check a folder of tables.

    Parameters
    ----------
    folder
        Folder with one CSV file a table; None reads the shipped tables.

    Returns
    -------
    Dataset
        The checked tables, with version and digest.

    Raises
    ------
    TableError
        With all faults of all tables in one message.

    Examples
    --------
    >>> dataset = read_dataset()
    >>> "missiles" in set(dataset.table("sectors")["sector"])
    True
    """
    place = Path(folder) if folder is not None else shipped_folder()
    texts, faults = _read_files(place)
    lines: dict[str, list[Line]] = {}
    for name, text in texts.items():
        lines[name], found = parse_table(TABLES[name], text)
        faults += found
    return _finish(lines, faults, version=read_version(place))


def dataset_from_records(
    records: Mapping[str, Sequence[Mapping[str, object]]], *, version: str
) -> Dataset:
    """Check rows held in memory and make a dataset of them.

    Parameters
    ----------
    records
        Table name to its rows, each a mapping from column to value.
    version
        Version to record.

    Raises
    ------
    TableError
        With all faults of all tables in one message; a row is counted as if the table were
        written to a file.
    UnknownNameError
        If there is no such table.
    """
    lines: dict[str, list[Line]] = {}
    faults: list[Fault] = []
    for name, rows in records.items():
        if name not in TABLES:
            raise unknown_name("table", name, TABLES)
        lines[name] = []
        for number, row in enumerate(rows, start=2):
            parsed, found = _parse_row(TABLES[name], number, dict(row))
            lines[name] += parsed
            faults += found
        faults += _duplicate_keys(TABLES[name], lines[name])
    return _finish(lines, faults, version=version)


def _finish(lines: Mapping[str, list[Line]], faults: list[Fault], *, version: str) -> Dataset:
    faults = faults + check_tables(lines, faulty={fault.file for fault in faults})
    if faults:
        raise TableError(list_faults(faults))
    rows = {name: [line.row for line in table] for name, table in lines.items()}
    return Dataset.from_rows(rows, version=version)


def _read_files(folder: Path) -> tuple[dict[str, str], list[Fault]]:
    present = _names_in(folder)
    if not any(table.file in present for table in TABLES.values()):
        wanted = ", ".join(t.file for t in TABLES.values() if t.required)
        raise TableError(
            f"{folder}: found no tables; expected the files {wanted}; "
            "name the folder that holds them"
        )
    texts: dict[str, str] = {}
    faults = list(_misnamed_files(present))
    for table in TABLES.values():
        if table.file in present:
            text = _read_text(folder / table.file)
            if isinstance(text, Fault):
                faults.append(text)
            else:
                texts[table.name] = text
        elif table.required:
            faults.append(Fault(table.file, None, "", "no such file", "the table", "add the file"))
    return texts, faults


def _names_in(folder: Path) -> set[str]:
    try:
        return {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        found = "no such folder"
    except NotADirectoryError:
        found = "a file"
    except OSError as error:
        found = f"an unreadable folder ({error.strerror})"
    raise TableError(
        f"{folder}: found {found}; expected a folder of tables; name the folder that holds them"
    )


def _misnamed_files(present: set[str]) -> Iterator[Fault]:
    """Files that are hardly anything but a misspelt table: unread, they would be lost silently."""
    absent = [table.file for table in TABLES.values() if table.file not in present]
    known = {table.file for table in TABLES.values()}
    for file in sorted(present - known):
        near = get_close_matches(file.lower(), absent, n=1, cutoff=MISNAMED)
        if file.lower().endswith(".csv") and near:
            cure = f"did you mean '{near[0]}'?"
            yield Fault(file, None, "", "a file that is no table", "the name of a table", cure)


def _read_text(path: Path) -> str | Fault:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except IsADirectoryError:
        return Fault(path.name, None, "", "a folder", "a file", "put the table in its place")
    except OSError as error:
        found = f"an unreadable file ({error.strerror})"
        return Fault(path.name, None, "", found, "a readable file", "check its permissions")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02x}, which is not UTF-8"
        return Fault(path.name, line, "", found, "UTF-8 text", "save the file as UTF-8 CSV")


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
        parsed, found = _parse_row(table, number, dict(zip(raw.header, cells, strict=True)))
        lines += parsed
        faults += found
    return lines, faults + _duplicate_keys(table, lines)


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
            table.file, begins, "", "a quote that is not closed, or not doubled inside its cell",
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


def _parse_row(table: Table, number: int, cells: dict[str, Any]) -> tuple[list[Line], list[Fault]]:
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


def _duplicate_keys(table: Table, lines: list[Line]) -> list[Fault]:
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
