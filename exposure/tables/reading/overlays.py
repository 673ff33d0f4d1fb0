"""Overlays of tables: a company's stock, a new sector, another component.

An overlay is a folder with some of the tables, in the same columns, as CSV or as sheets of Excel
workbooks. A row replaces the row with the same key, or is added; no row is removed. Everything is
checked on the merged tables, and a fault names the file of the overlay and its line. The dataset
keeps a list of its overlays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from exposure.arguments import PATH, check_arguments
from exposure.errors import TableError
from exposure.faults import Fault
from exposure.tables.dataset import DATASET, Dataset, Overlaid, RowKey, cell_text, digest_of
from exposure.tables.reading.checks import check_tables
from exposure.tables.reading.files import read_files
from exposure.tables.reading.lines import AnyLine, Line, TableLines
from exposure.tables.reading.parse import key_of, parse_cells, parse_table
from exposure.tables.reading.unread_files import origin_of
from exposure.tables.reading.workbooks import read_workbooks
from exposure.tables.schema.catalogue import TABLES

BELOW = "under the overlay"
"""Name of the tables below in messages."""


def apply_overlay(dataset: Dataset, folder: str | Path) -> Dataset:
    """Apply an overlay folder to a dataset.

    Parameters
    ----------
    dataset
        Tables below, from `read_dataset`; stays as it is.
    folder
        Folder of CSV files with the columns of the tables; only changed and new rows are needed.

    Returns
    -------
    Dataset
        The merged tables, with the version of those below, a digest of their own and a record
        of the rows that were replaced or added.

    Raises
    ------
    TableError
        With all faults of the merged tables in one message.
    """
    check_arguments("apply_overlay", dataset=(dataset, DATASET), folder=(folder, PATH))
    path = Path(folder)
    texts, faults = read_files(path, whole=False)
    books = read_workbooks(path)
    faults += books.faults
    added: dict[str, list[AnyLine]] = {}
    for name, text in texts.items():
        added[name], found = parse_table(TABLES[name], text)
        faults += found
    for name, sheet in books.sheets.items():
        added[name], found = parse_cells(TABLES[name], sheet.raw)
        faults += found
    merged = _merge(dataset, added)
    across, skipped = check_tables(TableLines(merged), faulty={fault.file for fault in faults})
    if faults or across:
        hidden = any(fault.hides for fault in faults)
        located = [_located(books.located(fault), path) for fault in (*faults, *across)]
        raise TableError(located, skipped=skipped or hidden)
    return Dataset.from_rows(
        {name: [line.row for line in lines] for name, lines in merged.items()},
        version=dataset.version,
        base_digest=dataset.base,
        overlaid=(*dataset.overlaid, _record(dataset, added, path)),
        changed=dataset.changed,
        origin=dataset.origin.under(origin_of(path, added, whole=False, held=books.labels)),
    )


def _merge(dataset: Dataset, added: Mapping[str, list[AnyLine]]) -> dict[str, list[AnyLine]]:
    """All rows, those of the overlay first, so that a rule on several rows names one of them.

    Rows from below have their lines counted below zero.
    """
    merged: dict[str, list[AnyLine]] = {}
    for name, table in TABLES.items():
        mine = added.get(name, [])
        taken = {key_of(table, line.row) for line in mine}
        below = [
            Line(-number, row)
            for number, row in enumerate(dataset.rows.get(name, ()), start=2)
            if key_of(table, row) not in taken
        ]
        if name in dataset.rows or mine:
            merged[name] = [*mine, *below]
    return merged


def _located(fault: Fault, path: Path) -> Fault:
    """The fault with its file: of the overlay, or of the tables below."""
    if fault.line is not None and fault.line < 0:
        return replace(fault, file=f"{fault.file} {BELOW}", line=-fault.line)
    return replace(fault, file=str(path / fault.file))


def _record(dataset: Dataset, added_lines: Mapping[str, list[AnyLine]], path: Path) -> Overlaid:
    replaced: list[RowKey] = []
    added: list[RowKey] = []
    for name, lines in added_lines.items():
        table = TABLES[name]
        below = {key_of(table, row): row for row in dataset.rows.get(name, ())}
        for line in sorted(lines, key=lambda added_line: _texts(key_of(table, added_line.row))):
            key = key_of(table, line.row)
            if key not in below:
                added.append((name, _texts(key)))
            elif below[key] != line.row:
                replaced.append((name, _texts(key)))
    rows = {
        name: sorted((line.row for line in lines), key=repr) for name, lines in added_lines.items()
    }
    return Overlaid(path.resolve().name, digest_of(rows), tuple(replaced), tuple(added))


def _texts(key: Iterable[object]) -> tuple[str, ...]:
    return tuple(map(cell_text, key))


def overlay_text(dataset: Dataset) -> str:
    """List the overlays of a dataset in words; empty if there are none.

    Examples
    --------
    >>> from exposure.tables.dataset import Dataset
    >>> overlay = Overlaid("acme", "", (("cover", ("missiles", "smco_magnet", "stock_weeks")),), ())
    >>> print(overlay_text(Dataset({}, "2026.11.0", "", (overlay,))))
    overlay acme: 1 row replaced, 0 added
      replaced cover: missiles, smco_magnet, stock_weeks
    """
    lines = []
    for overlay in dataset.overlaid:
        replaced, added = len(overlay.replaced), len(overlay.added)
        noun = "row" if replaced == 1 else "rows"
        lines.append(f"overlay {overlay.folder}: {replaced} {noun} replaced, {added} added")
        for verb, rows in (("replaced", overlay.replaced), ("added", overlay.added)):
            lines += [f"  {verb} {name}: {', '.join(key)}" for name, key in rows]
    return "\n".join(lines)
