"""Corrections: figures of a source that are known to be wrong, and their replacements.

A table keeps the values of its source. ``corrections.toml`` in the same folder lists the cells that
are replaced, with a date and a reason for each. An open record is applied when the folder is read,
and only to a cell that still has the old value: if the source has corrected itself, or the row was
edited, the record raises an error instead of overwriting the new value. A closed record is history
and is not applied.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exposure.faults import Fault
from exposure.spelling import did_you_mean, near, suggestion
from exposure.tables.dataset import cell_text
from exposure.tables.reading.lines import AnyLine
from exposure.tables.reading.parse import parse_row
from exposure.tables.reading.text_file import Unreadable, parse_toml, read_text
from exposure.tables.schema.catalogue import TABLES, Table
from exposure.tables.schema.rows import Text
from exposure.wording import faults_of

FILE = "corrections.toml"
"""File of the corrections, in the folder of the tables."""

Day = date
"""A calendar day; the field below has the other name."""

Cell = str | int | float | Day
"""A value as TOML writes it."""


class Correction(BaseModel):
    """A cell that is replaced when the tables are read."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    date: Day
    """Day on which the record was made."""
    table: Text
    """Table that holds the cell."""
    key: Annotated[tuple[Cell, ...], Field(min_length=1)]
    """Key of the row, in the order of the key columns."""
    column: Text
    """Column of the cell; not one of the key."""
    was: Cell
    """Value in the source and in the file."""
    now: Cell
    """Value that replaces it."""
    reason: Text
    """Evidence that the source is wrong."""
    reported: Day | None = None
    """Day on which the error was reported to the source; left out if it was not."""
    status: Literal["open", "closed"]
    """Open: applied when the folder is read. Closed: history, no longer applied."""


@dataclass(frozen=True)
class Record:
    """A correction and the line of the file on which it begins."""

    line: int
    correction: Correction

    @property
    def row(self) -> tuple[str, ...]:
        """Table and key of the row that is corrected."""
        return self.correction.table, *map(cell_text, self.correction.key)

    def fault(self, found: str, expected: str, cure: str) -> Fault:
        """A fault of this record."""
        table, *key = self.row
        where = f"{table} ({', '.join(key)}), {self.correction.column}"
        return Fault(where, found, expected, cure, FILE, self.line)


def read_corrections(folder: Path) -> tuple[list[Record], list[Fault]]:
    """Read the corrections of a folder; a folder without the file has none."""
    path = folder / FILE
    if not path.exists():
        return [], []
    text = read_text(path)
    if isinstance(text, Unreadable):
        cure = "save the file as UTF-8"
        return [], [Fault("", text.found, "UTF-8 text", cure, FILE, text.line)]
    return parse_corrections(text)


def parse_corrections(text: str) -> tuple[list[Record], list[Fault]]:
    """Convert the text of ``corrections.toml`` into records, or into faults.

    Examples
    --------
    >>> parse_corrections("correction = []")
    ([], [])
    """
    content = parse_toml(text)
    if isinstance(content, str):
        return [], [Fault("", content, "TOML", "correct the file", FILE)]
    unknown = sorted(set(content) - {"correction"})
    listed = content.get("correction", [])
    if unknown or not isinstance(listed, list):
        found = f"the key '{unknown[0]}'" if unknown else "no list of records"
        cure = "begin each record with [[correction]]"
        return [], [Fault("", found, "[[correction]] records", cure, FILE)]
    begins = [n for n, line in enumerate(text.split("\n"), 1) if re.match(r"\s*\[\[", line)]
    begins += [1] * (len(listed) - len(begins))
    records: list[Record] = []
    faults: list[Fault] = []
    for line, stated in zip(begins, listed, strict=False):
        try:
            records.append(Record(line, Correction.model_validate(stated)))
        except ValidationError as error:
            faults += [fault.at(FILE, line) for fault in faults_of(error, Correction)]
    return records, faults


def correct(
    lines: Mapping[str, list[AnyLine]], records: Iterable[Record], *, faulty: Collection[str] = ()
) -> tuple[dict[str, list[AnyLine]], list[Fault]]:
    """Apply the open corrections to checked rows.

    Parameters
    ----------
    lines
        Table name to its checked rows; not changed.
    records
        Corrections, in the order of their file.
    faulty
        Files with faults of their own; corrections of their rows are skipped.

    Returns
    -------
    tuple
        The tables with the corrected rows, checked again, and the faults of the records.
    """
    corrected = {name: list(table) for name, table in lines.items()}
    open_records = [record for record in records if record.correction.status == "open"]
    faults = list(_unknown_words(open_records))
    refused = {fault.line for fault in faults}
    rows: dict[tuple[str, ...], list[Record]] = {}
    for record in open_records:
        if record.line not in refused and f"{record.correction.table}.csv" not in faulty:
            rows.setdefault(record.row, []).append(record)
    for (name, *key), wanted in rows.items():
        faults += _correct_row(TABLES[name], corrected.get(name, []), tuple(key), wanted)
    return corrected, faults


def _unknown_words(records: Iterable[Record]) -> Iterator[Fault]:
    cells: dict[tuple[str, ...], int] = {}
    for record in records:
        correction = record.correction
        if correction.table not in TABLES:
            cure = did_you_mean(correction.table, TABLES)
            yield record.fault(f"table '{correction.table}'", "a known table", cure)
            continue
        table = TABLES[correction.table]
        described = [name for name in table.columns if name not in table.key]
        if correction.column not in described:
            cure = did_you_mean(correction.column, described)
            yield record.fault(f"column '{correction.column}'", "a column outside the key", cure)
        elif (cell := (*record.row, correction.column)) in cells:
            expected = f"one open record a cell; another begins on line {cells[cell]}"
            yield record.fault("the same cell again", expected, "close or delete one of them")
        else:
            cells[cell] = record.line


def _correct_row(
    table: Table, lines: list[AnyLine], key: tuple[str, ...], records: list[Record]
) -> Iterator[Fault]:
    """Change one row in place, or return the reason why it cannot be changed."""
    known = {tuple(cell_text(getattr(o.row, c)) for c in table.key): i for i, o in enumerate(lines)}
    position = known.get(key)
    if position is None:
        meant = near(", ".join(key), [", ".join(other) for other in known])
        cure = suggestion(meant) or "correct the key, or delete the record"
        yield records[0].fault("no such row", "the row that is corrected", cure)
        return
    line = lines[position]
    stale = [fault for record in records for fault in _stale(record, line)]
    yield from stale
    if stale:
        return
    cells = {name: cell_text(getattr(line.row, name)) for name in table.columns}
    cells |= {record.correction.column: cell_text(record.correction.now) for record in records}
    parsed, faults = parse_row(table, line.number, dict(cells))
    lines[position : position + 1] = parsed or [line]
    for fault in faults:
        cause = next((o for o in records if o.correction.column == fault.key), records[0])
        found = f"a new value that breaks the row ({fault.key}: {fault.found})"
        yield cause.fault(found, fault.expected, "correct 'now', or correct the other columns too")


def _stale(record: Record, line: AnyLine) -> Iterator[Fault]:
    correction = record.correction
    found, was, now = (
        cell_text(v) for v in (getattr(line.row, correction.column), correction.was, correction.now)
    )
    if found == was:
        return
    if found == now:
        cure = "the row has taken the new value: set the status to 'closed'"
    else:
        cure = "the row has changed: check it, then close or delete the record, or restate 'was'"
    shown = f"'{found}' on line {line.number} of {correction.table}.csv"
    yield record.fault(shown, f"'{was}', the old value", cure)


def describe_corrections(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Corrections as plain records, for a table or for JSON."""
    return [record.correction.model_dump(mode="json") for record in records]
