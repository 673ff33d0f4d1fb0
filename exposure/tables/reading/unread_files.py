"""Files of a folder that look like data and are not read, each with the reason.

A spreadsheet, a copy of a table or a table in a subfolder contains figures that its owner believes
to be in use. Notes, pictures and hidden files contain no data and are skipped.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from exposure.faults import Fault
from exposure.tables.dataset import Origin, row_key
from exposure.tables.reading.lines import AnyLine
from exposure.tables.schema.catalogue import TABLES

DATA = {".csv", ".tsv", ".txt", ".json", ".toml", ".parquet", ".zip", ".gz"}
"""Endings of files that may hold figures."""

SPREADSHEETS = {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"}
"""Endings of spreadsheets."""

READ = {"datapackage.json", "corrections.toml", *(table.file for table in TABLES.values())}
"""Files of a whole folder that are read."""

BESIDE = ("scenarios", "concordances")
"""Subfolders of a whole folder that hold scenarios, and codes of industries."""

MOST_LISTED = 1000
"""Maximum number of files examined: a home folder named by mistake may contain millions."""


def origin_of(
    folder: Path,
    lines: Mapping[str, Sequence[AnyLine]],
    *,
    whole: bool,
    held: Mapping[str, str] | None = None,
) -> Origin:
    """Origin of the rows, and the files of the folder that were not read.

    Parameters
    ----------
    folder
        Folder that was read.
    lines
        Its checked rows, by table.
    whole
        Whether it is a whole folder of tables, not an overlay.
    held
        Workbook and sheet of the tables that are not in files of their own.
    """
    files = {**{name: table.file for name, table in TABLES.items()}, **(held or {})}
    paths = {name: str(folder / files[name]) for name in lines}
    places = {
        row_key(line.row): (paths[name], line.number)
        for name, table_lines in lines.items()
        for line in table_lines
    }
    return Origin(places, tuple(unread_files(folder, whole=whole)))


def unread_files(folder: Path, *, whole: bool) -> Iterator[Fault]:
    """Files of a folder of tables, or of an overlay, that nothing reads."""
    for number, path in enumerate(sorted(folder.iterdir())):
        if number >= MOST_LISTED:
            return
        if path.name.startswith(".") or (whole and path.name in BESIDE):
            continue
        if path.is_dir():
            inner = _data_in(path)
            if inner:
                yield _unread(path, f"a folder with {inner[0].name}", _MOVE)
        elif not (path.name in READ and (whole or path.suffix == ".csv")):
            yield from _reason(path, whole=whole)


_MOVE = "move the tables in it up, or move it elsewhere"


def _data_in(folder: Path) -> list[Path]:
    """The first files of a subfolder that look like tables."""
    try:
        inner = sorted(folder.iterdir())[:MOST_LISTED]
    except OSError:
        return []
    return [path for path in inner if path.suffix.lower() in {".csv", *SPREADSHEETS}]


def _reason(path: Path, *, whole: bool) -> Iterator[Fault]:
    kind = path.suffix.lower()
    if kind == ".xlsx" and not whole:
        return
    if kind in SPREADSHEETS:
        yield _unread(path, "a spreadsheet", "save each sheet as CSV, under the name of its table")
    elif path.name == "corrections.toml" and not whole:
        cure = "state the row as it should be in the overlay"
        yield _unread(path, "corrections, which are read only with whole tables", cure)
    elif path.name == "datapackage.json":
        return
    elif kind == ".csv" or any(_resembles(path, name) for name in TABLES if kind in DATA):
        yield _unread(path, "a file that is no table", "give it the name of a table, or move it")


def _resembles(path: Path, table: str) -> bool:
    """True if a name holds that of a table: ``cover (2).txt``, ``cover.csv.txt``."""
    stem = path.name.lower().split(".")[0]
    return stem.startswith(table) or stem.endswith(table)


def _unread(path: Path, found: str, cure: str) -> Fault:
    return Fault("", found, "a CSV file with the name of a table", cure, str(path))
