"""The folder of tables as a Data Package (version 2): name, version, one resource a table.

``datapackage.json`` is written from the row models, never by hand, and so is the data dictionary
in ``README.md``. What a Table Schema cannot say stays with our own checks: rules across rows
(sums, complete sets), ``low <= central <= high``, units and ranges by quantity, lists in a cell.
A user's folder needs neither file.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from exposure.errors import TableError
from exposure.faults import Fault
from exposure.tables.describing.dictionary import (
    Column,
    Kind,
    columns_of,
    dictionary_text,
    shared_text,
)
from exposure.tables.reading.checks import BACK_TEST_TABLES, GROUP_MODELS
from exposure.tables.reading.location import DESCRIPTOR, PACKAGE_NAME
from exposure.tables.reading.text_file import Unreadable, read_text
from exposure.tables.schema.catalogue import TABLES, Table, name_of
from exposure.terms import ANY

UNVERSIONED = "unversioned"
"""Version of a folder without a ``datapackage.json``."""

DICTIONARY = "README.md"
"""File that contains the data dictionary, below an introduction written by hand."""

MARK = "<!-- Below this line the text is generated from the row models: change it there. -->"
"""Line between the introduction and the dictionary."""

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
"""Version of the standard."""

HOMES = {
    "sector": "sectors",
    "component": "components",
    "element": "elements",
    "stage": "stages",
}
"""Columns that refer to another table, with the name of that table."""

OPEN_SECTORS = (*BACK_TEST_TABLES, *map(name_of, GROUP_MODELS))
"""Tables whose column ``sector`` may contain something other than a sector."""

DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\n"}
"""CSV dialect of the files; programs that guess it are misled by the quotation marks in the
text."""

TYPES = {Kind.NUMBER: "number", Kind.WHOLE: "integer", Kind.DAY: "date"}
"""Types of the Table Schema; all else is a string."""


def read_version(folder: Path) -> str:
    """Read the version of a folder of tables.

    A user's folder needs no ``datapackage.json``; its version is then `UNVERSIONED`, and the digest
    of the dataset still identifies it.

    Raises
    ------
    TableError
        If there is such a file, and it is not a JSON object.
    """
    descriptor = _read_descriptor(folder)
    if isinstance(descriptor, Fault):
        raise TableError([descriptor])
    version = descriptor.get("version")
    return str(version) if version else UNVERSIONED


def descriptor_faults(folder: Path) -> list[Fault]:
    """Faults that prevent reading the ``datapackage.json`` of a folder; none if it is missing."""
    descriptor = _read_descriptor(folder)
    return [descriptor] if isinstance(descriptor, Fault) else []


def next_version(version: str, today: date) -> str:
    """The calendar version that follows another one: year, month, number within the month.

    Examples
    --------
    >>> next_version("2026.11.0", date(2026, 11, 30)), next_version("2026.11.3", date(2027, 1, 2))
    ('2026.11.1', '2027.1.0')
    """
    month = f"{today.year}.{today.month}"
    number = version.removeprefix(f"{month}.")
    return f"{month}.{int(number) + 1}" if number != version else f"{month}.0"


def describe_package(folder: Path, *, version: str) -> dict[str, Any]:
    """Describe a folder of tables as a Data Package.

    Parameters
    ----------
    folder
        Folder with one CSV file for each table; missing tables are left out.
    version
        Calendar version of the tables.

    Returns
    -------
    dict
        The descriptor, with the size and SHA-256 of each file.
    """
    present = [table for table in TABLES.values() if (folder / table.file).is_file()]
    return {
        "$schema": PROFILE,
        "name": PACKAGE_NAME,
        "title": "Exposure of industries to China's rare-earth export licences",
        "description": (
            "Shares of China at every stage of refining, what sectors need, hold and can replace, "
            "how licences are granted, and what was seen. Every figure is a range with its basis, "
            "its source and the place in it; the sources are in sources.csv."
        ),
        "version": version,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0 International",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "contributors": [{"title": "The exposure developers", "roles": ["author"]}],
        "sources": [{"title": "One record for each document that is cited", "path": "sources.csv"}],
        "keywords": ["rare earths", "export controls", "supply chain", "critical raw materials"],
        "resources": [_resource(folder, table, present) for table in present],
    }


def _resource(folder: Path, table: Table, present: list[Table]) -> dict[str, Any]:
    content = (folder / table.file).read_bytes()
    return {
        "name": table.name,
        "type": "table",
        "path": table.file,
        "description": " ".join(str(table.row.__doc__).split()),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": dict(DIALECT),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": table_schema(table.name, present=[other.name for other in present]),
    }


def table_schema(table: str, *, present: list[str] | None = None) -> dict[str, Any]:
    """Table Schema of one table, from its row model.

    Parameters
    ----------
    table
        Name of the table.
    present
        Tables it may refer to; None for all.
    """
    known = list(TABLES) if present is None else present
    columns = columns_of(table)
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in columns],
        "missingValues": [""],
        "primaryKey": list(TABLES[table].key),
    }
    foreign = [
        {"fields": [name], "reference": {"resource": home, "fields": [name]}}
        for name, home in HOMES.items()
        if any(column.name == name and ANY not in column.words for column in columns)
        and home != table
        and home in known
        and not (name == "sector" and table in OPEN_SECTORS)
    ]
    return schema | ({"foreignKeys": foreign} if foreign else {})


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    pattern = _pattern(column)
    if pattern:
        constraints["pattern"] = pattern
    elif column.words:
        constraints["enum"] = list(column.words)
    bounds = {"minimum": column.minimum, "maximum": column.maximum}
    constraints |= {bound: value for bound, value in bounds.items() if value is not None}
    described = {
        "name": column.name,
        "type": TYPES.get(column.kind, "string"),
        "description": column.meaning,
    }
    return described | ({"constraints": constraints} if constraints else {})


def _pattern(column: Column) -> str:
    """Pattern for a text: its own pattern, with further words, or a list of words."""
    pattern = column.pattern.removeprefix("^").removesuffix("$")
    if column.kind is Kind.WORDS:
        return f"^({pattern})( ({pattern}))*$"
    if column.pattern and column.words:
        return f"^({pattern}|{'|'.join(word.replace('*', '[*]') for word in column.words)})$"
    return column.pattern


def package_text(folder: Path, *, version: str) -> str:
    """Write the descriptor of a folder as the text of its ``datapackage.json``."""
    described = describe_package(folder, version=version)
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def readme_text(folder: Path) -> str:
    """Write the ``README.md`` of a folder: the head as it is, the dictionary from the models."""
    file = folder / DICTIONARY
    head = file.read_text(encoding="utf-8").split(MARK)[0] if file.is_file() else ""
    shared = f"## Columns of every table of figures\n\n{shared_text()}"
    return f"{head}{MARK}\n\n{shared}\n\n## Tables\n\n{dictionary_text()}"


def write_package(folder: str | Path, *, version: str | None = None) -> None:
    """Rewrite ``datapackage.json`` and the dictionary in ``README.md`` of a folder of tables.

    Parameters
    ----------
    folder
        Folder with one CSV file a table.
    version
        New version (see `next_version`); None keeps the present one.
    """
    target = Path(folder)
    kept = version or read_version(target)
    text = {DICTIONARY: readme_text(target), DESCRIPTOR: package_text(target, version=kept)}
    for name, content in text.items():
        (target / name).write_text(content, encoding="utf-8", newline="\n")


def stale_notes(folder: Path) -> list[str]:
    """Outdated statements in the ``datapackage.json`` of a folder, in words.

    A note is not a fault: users who edit a table need not update the descriptor. A folder without a
    descriptor, or with one without hashes, gives no notes.
    """
    notes = []
    descriptor = _read_descriptor(folder)
    resources = None if isinstance(descriptor, Fault) else descriptor.get("resources")
    listed = resources if isinstance(resources, list) else []
    for resource in (entry for entry in listed if isinstance(entry, dict)):
        path, stated = (str(resource.get(key, "")) for key in ("path", "hash"))
        file = folder / path
        if not stated.startswith("sha256:") or not path:
            continue
        if not file.is_file():
            notes.append(f"{DESCRIPTOR} lists {path}, which is not there")
        elif stated != f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}":
            notes.append(f"{path} has changed since {DESCRIPTOR} was written")
    return notes


def _read_descriptor(folder: Path) -> dict[str, Any] | Fault:
    path, line = folder / DESCRIPTOR, None
    if not path.exists():
        return {}
    text = read_text(path)
    if isinstance(text, Unreadable):
        return _not_read(text.found, text.line)
    try:
        descriptor = json.loads(text)
    except json.JSONDecodeError as error:
        line, found = error.lineno, f"text that is not JSON ({error.msg})"
    except RecursionError:
        found = "lists or objects in one another, too deep to be read"
    except ValueError:
        # The only value of JSON that Python does not read.
        found = "a number of thousands of digits"
    else:
        if isinstance(descriptor, dict):
            return descriptor
        found = "JSON that is no object"
    return _not_read(found, line)


def _not_read(found: str, line: int | None) -> Fault:
    cure = "correct the file, or delete it: the tables are then unversioned"
    return Fault("", found, "a Data Package in JSON", cure, DESCRIPTOR, line)
