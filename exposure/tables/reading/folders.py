"""Reading of folders of CSV files into a checked dataset.

This module and `exposure.policy.scenario_file` are the only readers of input files; no file is
written. All faults of all tables are raised in one `TableError`: file, line, column, what was
found, what was expected, and the cure. Nothing is guessed and nothing is filled in.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from exposure.arguments import PATH, check_arguments, optional
from exposure.errors import TableError, unknown_name
from exposure.faults import Fault
from exposure.tables.dataset import NOWHERE, Dataset, Origin
from exposure.tables.describing.package import descriptor_faults, read_version
from exposure.tables.reading.checks import check_tables
from exposure.tables.reading.corrections import correct, read_corrections
from exposure.tables.reading.files import read_files
from exposure.tables.reading.lines import AnyLine, TableLines
from exposure.tables.reading.location import shipped_folder
from exposure.tables.reading.overlays import apply_overlay
from exposure.tables.reading.parse import duplicate_keys, parse_row, parse_table
from exposure.tables.reading.unread_files import origin_of
from exposure.tables.schema.catalogue import TABLES


def read_dataset(folder: str | Path | None = None, *, overlay: str | Path | None = None) -> Dataset:
    """Read and check a folder of tables.

    Parameters
    ----------
    folder
        Folder with one CSV file a table; None reads the shipped tables.
    overlay
        Folder of CSV files with the same columns, whose rows replace those with the same key
        and are added to the others.

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
    check_arguments(
        "read_dataset", folder=(folder, optional(PATH)), overlay=(overlay, optional(PATH))
    )
    path = Path(folder) if folder is not None else shipped_folder()
    texts, faults = read_files(path)
    lines: dict[str, list[AnyLine]] = {}
    for name, text in texts.items():
        lines[name], found = parse_table(TABLES[name], text)
        faults += found
    records, found = read_corrections(path)
    faults += found
    lines, found = correct(lines, records, faulty={fault.file for fault in faults})
    faults += found
    unread = descriptor_faults(path)
    version = "" if unread else read_version(path)
    origin = origin_of(path, lines, whole=True)
    dataset = _finish(lines, [*faults, *unread], version=version, origin=origin)
    return dataset if overlay is None else apply_overlay(dataset, overlay)


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
    lines: dict[str, list[AnyLine]] = {}
    faults: list[Fault] = []
    for name, rows in records.items():
        if name not in TABLES:
            raise unknown_name("table", name, TABLES)
        lines[name] = []
        for number, row in enumerate(rows, start=2):
            parsed, found = parse_row(TABLES[name], number, dict(row))
            lines[name] += parsed
            faults += found
        faults += duplicate_keys(TABLES[name], lines[name])
    return _finish(lines, faults, version=version)


def _finish(
    lines: Mapping[str, Sequence[AnyLine]],
    faults: list[Fault],
    *,
    version: str,
    origin: Origin = NOWHERE,
) -> Dataset:
    return Dataset.from_rows(checked_rows(lines, faults), version=version, origin=origin)


def checked_rows(
    lines: Mapping[str, Sequence[AnyLine]], faults: Sequence[Fault]
) -> dict[str, list[BaseModel]]:
    """Rows of all tables, after the checks across rows and tables.

    Parameters
    ----------
    lines
        Table name to its rows.
    faults
        Faults of single rows.

    Raises
    ------
    TableError
        With all faults of all tables in one message.
    """
    found, skipped = check_tables(TableLines(lines), faulty={fault.file for fault in faults})
    if faults or found:
        hidden = any(fault.hides for fault in faults)
        raise TableError([*faults, *found], skipped=skipped or hidden)
    return {name: [line.row for line in table] for name, table in lines.items()}
