"""From CSV files to checked rows; with `exposure.policy.scenario` the only reader of input files.

Every fault of every table is collected and raised in one `TableError`: file, line, column,
what was found, what was expected, what cures it. Nothing is guessed and nothing is filled in.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from exposure.errors import Fault, TableError, did_you_mean, list_faults
from exposure.tables.checks import Line, check_tables
from exposure.tables.dataset import Dataset
from exposure.tables.location import shipped_folder
from exposure.tables.package import read_version
from exposure.tables.schema import TABLES, Table

MISSING_CURE = "a missing figure is no row: delete the row, or state it as assumed with a range"


@dataclass(frozen=True)
class RawTable:
    """Cells of one file as text, with the line each row ends on."""

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
    """
    lines: dict[str, list[Line]] = {}
    faults: list[Fault] = []
    for name, rows in records.items():
        lines[name] = []
        for number, row in enumerate(rows, start=2):
            parsed, found = _parse_row(TABLES[name], number, dict(row))
            lines[name] += parsed
            faults += found
        faults += _duplicate_keys(TABLES[name], lines[name])
    return _finish(lines, faults, version=version)


def _finish(lines: Mapping[str, list[Line]], faults: list[Fault], *, version: str) -> Dataset:
    # Rules across tables would only echo faults of single rows, so they wait for clean rows.
    faults = faults or check_tables(lines)
    if faults:
        raise TableError(list_faults(faults))
    rows = {name: [line.row for line in table] for name, table in lines.items()}
    return Dataset.from_rows(rows, version=version)


def _read_files(folder: Path) -> tuple[dict[str, str], list[Fault]]:
    present = [t for t in TABLES.values() if (folder / t.file).is_file()]
    if not present:
        wanted = ", ".join(t.file for t in TABLES.values() if t.required)
        raise TableError(
            f"{folder}: found no tables; expected the files {wanted}; "
            "name the folder that holds them"
        )
    texts, faults = {}, []
    for table in TABLES.values():
        path = folder / table.file
        if not path.is_file():
            if table.required:
                faults.append(
                    Fault(table.file, None, "", "no such file", "the table", "add the file")
                )
            continue
        try:
            texts[table.name] = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            found = f"an unreadable file ({error.strerror})"
            faults.append(
                Fault(table.file, None, "", found, "a readable file", "check its permissions")
            )
        except UnicodeDecodeError as error:
            found = f"a byte that is not UTF-8 at position {error.start}"
            faults.append(
                Fault(table.file, None, "", found, "UTF-8 text", "save the file as UTF-8 CSV")
            )
    return texts, faults


def parse_table(table: Table, text: str) -> tuple[list[Line], list[Fault]]:
    """Turn the text of one CSV file into checked rows, or into faults."""
    raw = _split(text)
    columns = list(table.row.model_fields)
    faults = _header_faults(table, raw.header, columns)
    if faults:
        return [], faults
    lines: list[Line] = []
    for number, cells in raw.rows:
        if len(cells) != len(raw.header):
            faults.append(
                Fault(
                    table.file, number, "", f"{len(cells)} cells",
                    f"{len(raw.header)}, as in the header", "quote cells that hold a comma",
                )
            )  # fmt: skip
            continue
        parsed, found = _parse_row(table, number, dict(zip(raw.header, cells, strict=True)))
        lines += parsed
        faults += found
    return lines, faults + _duplicate_keys(table, lines)


def _split(text: str) -> RawTable:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = tuple(next(reader, []))
    rows = tuple((reader.line_num, tuple(cells)) for cells in reader if any(cells))
    return RawTable(header, rows)


def _header_faults(table: Table, header: tuple[str, ...], columns: list[str]) -> list[Fault]:
    missing = [c for c in columns if c not in header]
    faults = []
    for column in header:
        if column not in columns:
            cure = did_you_mean(column, missing or columns)
            faults.append(
                Fault(table.file, 1, "header", f"column '{column}'", "a known column", cure)
            )
        elif header.count(column) > 1:
            faults.append(
                Fault(table.file, 1, "header", f"column '{column}' twice", "once", "drop one")
            )
    if not faults and missing:
        found = "no column " + ", ".join(f"'{c}'" for c in missing)
        faults.append(Fault(table.file, 1, "header", found, "all columns", "add it"))
    return faults


def _parse_row(table: Table, number: int, cells: dict[str, Any]) -> tuple[list[Line], list[Fault]]:
    try:
        return [Line(number, table.row.model_validate(cells))], []
    except ValidationError as error:
        faults = [f for e in error.errors() for f in _row_faults(table, number, e)]
        return [], faults


def _row_faults(table: Table, number: int, error: ErrorDetails) -> list[Fault]:
    if error["type"] == "findings":
        return [
            Fault(table.file, number, f.column, f.found, f.expected, f.cure)
            for f in error.get("ctx", {}).get("findings", [])
        ]
    column = str(error["loc"][0]) if error["loc"] else ""
    value = error["input"]
    if value in ("", None) or error["type"] == "finite_number":
        found = "an empty cell" if value in ("", None) else str(value)
        return [Fault(table.file, number, column, found, _expected(error), MISSING_CURE)]
    return [Fault(table.file, number, column, f"'{value}'", _expected(error), _cure(error))]


def _expected(error: ErrorDetails) -> str:
    wordings = {
        "float_parsing": "a finite number",
        "finite_number": "a finite number",
        "int_parsing": "a whole number",
        "string_too_short": "text",
        "enum": "a known word",
        "literal_error": "a known word",
        "missing": "a value",
    }
    if error["type"].startswith("date"):
        return "a day, YYYY-MM-DD"
    if error["type"] == "string_pattern_mismatch":
        return f"text like {error.get('ctx', {}).get('pattern')}"
    return wordings.get(error["type"], error["msg"].removeprefix("Input should be "))


def _cure(error: ErrorDetails) -> str:
    if error["type"] in ("enum", "literal_error"):
        return did_you_mean(str(error["input"]), _listed_words(error))
    return "correct the cell"


def _listed_words(error: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))


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
                    f"each key once; it stands on line {first[key]}", "merge the two rows",
                )
            )  # fmt: skip
        first.setdefault(key, line.number)
    return faults


def key_of(table: Table, row: BaseModel) -> tuple[object, ...]:
    """Key of a row in its table."""
    return tuple(getattr(row, column) for column in table.key)
