"""The files of a folder of tables, as text.

One reader for whole folders and for overlays, which contain only some tables. Nothing is written
here.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from exposure.errors import TableError
from exposure.faults import Fault
from exposure.tables.reading.text_file import Unreadable, read_text
from exposure.tables.schema.catalogue import TABLES

MISNAMED = 0.8
"""Similarity from which a file name counts as a misspelt table, such as `recycle.csv`."""


def read_files(folder: Path, *, whole: bool = True) -> tuple[dict[str, str], list[Fault]]:
    """Read the tables of a folder as text, table by table.

    Parameters
    ----------
    folder
        Folder of CSV files.
    whole
        Whether every table that the model needs must exist; an overlay has only some.

    Raises
    ------
    TableError
        If there is no such folder, or no table in it.
    """
    present = _names_in(folder)
    books = not whole and any(name.lower().endswith(".xlsx") for name in present)
    if not books and not any(table.file in present for table in TABLES.values()):
        files = ", ".join(t.file for t in TABLES.values() if t.required or not whole)
        wanted = f"the files {files}" if whole else f"at least one of {files}"
        none = Fault("", "no tables", wanted, "name the folder that holds them", str(folder))
        raise TableError([none, *_misnamed_files(present)])
    texts: dict[str, str] = {}
    faults = list(_misnamed_files(present))
    for table in TABLES.values():
        if table.file in present:
            text = read_text(folder / table.file)
            if isinstance(text, Unreadable):
                expected = "a UTF-8 CSV file"
                faults.append(
                    Fault("", text.found, expected, text.cure, table.file, text.line, hides=True)
                )
            else:
                texts[table.name] = text
        elif table.required and whole:
            cure = _cure_of_missing(table.file, present)
            faults.append(Fault("", "no such file", "the table", cure, table.file))
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
    cure = "name the folder that holds them"
    raise TableError([Fault("", found, "a folder of tables", cure, str(folder))])


def _cure_of_missing(file: str, present: set[str]) -> str:
    """The cure for a missing table: a file that only differs in case, copy mark or ending."""
    stem = file.removesuffix(".csv")
    like = sorted(
        file
        for file in present
        if file.lower().removesuffix(".txt").split(".")[0].split(" ")[0] == stem
    )
    return f"rename '{like[0]}', or add the file" if like else "add the file"


def _misnamed_files(present: set[str]) -> Iterator[Fault]:
    """Files that are very probably misspelt tables and would otherwise be silently lost."""
    known = {table.file for table in TABLES.values()}
    for file in sorted(present - known):
        # A missing table is more probable than one that exists too.
        near = [
            name
            for names in (known - present, known & present)
            for name in get_close_matches(file.lower(), sorted(names), n=1, cutoff=MISNAMED)
        ]
        if file.lower().endswith(".csv") and near:
            cure = f"did you mean '{near[0]}'?"
            if near[0] in present:
                cure += " that file is there too: join the two, or move one out of the folder"
            yield Fault("", "a file that is no table", "the name of a table", cure, file)
