"""Reading of levers from TOML files.

A file lists levers, each a table headed ``[[levers]]`` with its cost in ``[levers.cost]``. A folder
means all TOML files in it. All faults of all files are raised in one `LeverError`.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from exposure.arguments import PATH, check_arguments, optional
from exposure.errors import LeverError
from exposure.faults import Fault
from exposure.measures.lever import KINDS, Lever
from exposure.measures.statement import Cost
from exposure.spelling import did_you_mean
from exposure.tables.reading.location import shipped_folder
from exposure.tables.reading.text_file import Unreadable, parse_toml, read_text
from exposure.wording import shown

FOLDER = "levers"
"""Folder of the shipped levers, inside that of the tables."""

STAND_IN = Cost(basis="assumed", note="placeholder for a faulty cost")


def read_levers(path: "str | PathLike[str] | None" = None) -> tuple[Lever, ...]:
    """Read levers from a TOML file or a folder of them.

    Parameters
    ----------
    path
        A TOML file, or a folder of them; None for the shipped ones.

    Returns
    -------
    tuple
        Levers, by file name and then in the order of each file.

    Raises
    ------
    LeverError
        If a file cannot be read, is not TOML, or states what no lever can be; all faults of all
        files in one message.

    Examples
    --------
    >>> import exposure as ex
    >>> levers = ex.read_levers()
    >>> len({lever.lever for lever in levers}) == len(levers)
    True
    """
    check_arguments("read_levers", path=(path, optional(PATH)))
    levers: list[Lever] = []
    faults: list[Fault] = []
    first: dict[str, str] = {}
    for file in _files(shipped_folder() / FOLDER if path is None else Path(path)):
        numbered, found = _read(file)
        faults += found
        for number, lever in numbered:
            if lever.lever in first:
                where = f"once; it is the id of a lever of {first[lever.lever]}"
                fault = Fault("lever", f"'{lever.lever}' twice", where, "choose another id")
                faults.append(fault.within(f"lever {number}").at(file.name))
            first.setdefault(lever.lever, file.name)
            levers.append(lever)
    if faults:
        raise LeverError(faults)
    return tuple(levers)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.toml"))
    if not files:
        fault = Fault("", "no TOML file", "at least one", "add a file of levers", str(path))
        raise LeverError([fault])
    return files


def _read(path: Path) -> tuple[list[tuple[int, Lever]], list[Fault]]:
    text = read_text(path)
    content = text.found if isinstance(text, Unreadable) else parse_toml(text)
    if isinstance(content, str):
        return [], [Fault("", content, "levers in TOML", "correct the file", str(path))]
    faults = [
        Fault(key, "an unknown key", "[[levers]] alone", did_you_mean(key, ["levers"]))
        for key in content
        if key != "levers"
    ]
    entries = content.get("levers", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        faults.append(Fault("levers", shown(entries), "a list of tables", "head each [[levers]]"))
        entries = []
    elif not entries and not faults:
        faults.append(Fault("levers", "nothing", "at least one lever", "head it [[levers]]"))
    levers = []
    for number, entry in enumerate(entries, start=1):
        lever, found = lever_of(entry)
        faults += [fault.within(f"lever {number}") for fault in found]
        if lever is not None:
            levers.append((number, lever))
    return levers, [fault.at(path.name) for fault in faults]


def lever_of(entry: Mapping[str, Any]) -> tuple[Lever | None, Sequence[Fault]]:
    """Lever that a table states, or the faults of the table.

    Parameters
    ----------
    entry
        Keys and values, as TOML gives them.

    Examples
    --------
    >>> lever_of({"kind": "stok"})[1][0].cure
    "did you mean 'stock'?"
    """
    fields = dict(entry)
    kind = fields.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        found = "nothing" if kind is None else shown(kind)
        return None, [Fault("kind", found, "a kind of lever", did_you_mean(str(kind), KINDS))]
    faults: list[Fault] = []
    if isinstance(fields.get("cost"), Mapping):
        try:
            fields["cost"] = Cost.model_validate(fields["cost"])
        except LeverError as error:
            faults += [fault.within("cost") for fault in error.faults]
            # A faulty cost gets a placeholder, so that other faults of its lever are found.
            fields["cost"] = STAND_IN
    try:
        lever = KINDS[kind].model_validate(fields)
    except LeverError as error:
        return None, [*error.faults, *faults]
    return (None, faults) if faults else (lever, [])
