"""Location of the shipped tables and scenarios, for any working folder and installation.

A wheel carries them inside the package; an editable installation and a source tree read the
folder next to it. A folder counts only if its ``datapackage.json`` has our name, because
other packages install a top-level ``datasets`` too.
"""

import json
import os
from functools import lru_cache
from pathlib import Path

from exposure.errors import TableError
from exposure.faults import Fault

PACKAGE_NAME = "rare-earth-exposure"
"""Name in the ``datapackage.json`` of the shipped tables."""

DESCRIPTOR = "datapackage.json"
"""File that describes a folder of tables."""

PACKAGE = Path(__file__).resolve().parents[2]
"""Folder of the package."""

VARIABLE = "EXPOSURE_DATASETS"
"""Environment variable that names another folder of tables."""


def is_our_project(folder: Path) -> bool:
    """True if a folder holds the tables of this package."""
    descriptor = folder / DESCRIPTOR
    try:
        return _is_ours(descriptor, descriptor.stat().st_mtime_ns)
    except OSError:
        return False


@lru_cache(maxsize=8)
def _is_ours(descriptor: Path, written: int) -> bool:  # noqa: ARG001 - a changed file is read again
    try:
        return bool(json.loads(descriptor.read_bytes()).get("name") == PACKAGE_NAME)
    except (OSError, ValueError, AttributeError):
        return False


def shipped_folder() -> Path:
    """Find the folder of the shipped tables.

    Returns
    -------
    pathlib.Path
        The first of: the folder named by ``EXPOSURE_DATASETS``, the copy inside the package,
        the folder next to the package.

    Raises
    ------
    TableError
        If none of them holds the tables.
    """
    named = os.environ.get(VARIABLE)
    candidates = [Path(named)] if named else [PACKAGE / "_datasets", PACKAGE.parent / "datasets"]
    for folder in candidates:
        if is_our_project(folder):
            return folder
    cure = f"correct {VARIABLE}" if named else "install the package again"
    wanted = f"a {DESCRIPTOR} named '{PACKAGE_NAME}'"
    found = "none in " + ", ".join(str(folder) for folder in candidates)
    raise TableError([Fault("", found, wanted, cure, "the shipped tables")])
