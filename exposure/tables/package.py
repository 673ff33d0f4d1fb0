"""The folder of tables as a Data Package: name, version, one resource a table."""

import json
from pathlib import Path

UNVERSIONED = "unversioned"
"""Version of a folder without a ``datapackage.json``."""


def read_version(folder: Path) -> str:
    """Read the version of a folder of tables.

    A user's own folder needs no ``datapackage.json``; its version is then `UNVERSIONED`, and
    the digest of the dataset still tells it from any other.
    """
    try:
        descriptor = json.loads((folder / "datapackage.json").read_bytes())
    except (OSError, ValueError):
        return UNVERSIONED
    version = descriptor.get("version") if isinstance(descriptor, dict) else None
    return str(version) if version else UNVERSIONED
