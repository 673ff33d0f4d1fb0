"""Results in files: all inputs and all contents of a result, in a form without code.

A file is a ZIP archive: ``manifest.json`` (kind and version of the format, record of the run),
``tables/*.csv`` (the tables, as read), ``result.json`` (scenario, settings, values) and
``arrays/*.npy``. No pickle is read or written, so an untrusted file cannot run code. Equal
results give equal bytes.
"""

import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from exposure.errors import ExposureError, SavedResultError, TableError
from exposure.evidence.conditioned_list import RecordMet
from exposure.evidence.conditioning import Compared
from exposure.faults import Fault
from exposure.impact.prepared import Window
from exposure.inputs.streams import Sampler
from exposure.plain_values import AnyArray, Known, decoded, encoded
from exposure.policy.scenario import Scenario
from exposure.scoring.ranking import Label, Record, ScoredSector
from exposure.scoring.sector_risk import SectorRisk
from exposure.settings import Settings
from exposure.tables.dataset import Change, Dataset, Overlaid, to_csv
from exposure.tables.reading.parse import parse_table
from exposure.tables.schema.catalogue import TABLES
from exposure.version import __version__

FORMAT = "exposure assessment"
FORMAT_VERSION = 3
"""Raised when a file of the old form can no longer be read."""

KNOWN: Known = {
    kind.__name__: kind
    for kind in (
        Change, Compared, Label, Overlaid, Record, RecordMet, Sampler, Scenario, ScoredSector,
        SectorRisk, Settings, Window,
    )
}  # fmt: skip
"""Classes of which a result is made."""

NOT_OURS = ("a file that assessment.save wrote", "name another file, or assess again")
"""Expectation and cure for a file that this package did not write."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Time stamp of every member of the archive, so that the time of writing does not change the
file."""


@dataclass(frozen=True)
class Parts:
    """Content of a saved result."""

    dataset: Dataset
    scenario: Scenario
    settings: Settings
    sectors: Mapping[str, ScoredSector]
    window: Window
    sampler: Sampler
    conditioned: RecordMet | None


def write_parts(path: Path, parts: Parts, *, record: Mapping[str, object]) -> None:
    """Write a result to a file, and replace an older file of that name in one step.

    Parameters
    ----------
    path
        Path of the file to write.
    parts
        Content of the result.
    record
        Of the run, for a reader without this package.

    Raises
    ------
    SavedResultError
        If the file cannot be written.
    """
    members = _members(parts, record)
    with _named(path, "a place that cannot be written"):
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=".exposure-", delete=False
        ) as file:
            scratch = Path(file.name)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in members.items():
                    archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
        os.replace(scratch, path)  # noqa: PTH105 - one call, the same on all systems


def _members(parts: Parts, record: Mapping[str, object]) -> dict[str, bytes]:
    arrays: list[AnyArray] = []
    held = {
        "scenario": parts.scenario,
        "settings": parts.settings,
        "sectors": dict(parts.sectors),
        "window": parts.window,
        "sampler": parts.sampler,
        "conditioned": parts.conditioned,
        "overlaid": parts.dataset.overlaid,
        "base_digest": parts.dataset.base_digest,
        "changed": parts.dataset.changed,
    }
    result = encoded(held, KNOWN, arrays)
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "package_version": __version__,
        "dataset_version": parts.dataset.version,
        "dataset_digest": parts.dataset.digest,
        "arrays": len(arrays),
        "record": record,
    }
    texts = {
        "manifest.json": json.dumps(manifest, indent=1),
        "result.json": json.dumps(result, allow_nan=False),
        **{f"tables/{name}.csv": to_csv(name, rows) for name, rows in parts.dataset.rows.items()},
    }
    stored = {f"arrays/{number}.npy": _stored(array) for number, array in enumerate(arrays)}
    return {**{name: text.encode("utf-8") for name, text in texts.items()}, **stored}


def _stored(array: AnyArray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def read_parts(path: Path) -> Parts:
    """Read a result from a file.

    Parameters
    ----------
    path
        A file that `write_parts` wrote.

    Raises
    ------
    SavedResultError
        If there is no such file, it is something else, a newer version of the package wrote it,
        or it is damaged.
    """
    with _named(path, "a file that cannot be read"), zipfile.ZipFile(path) as archive:
        manifest = _manifest(path, archive)
        try:
            return _read(archive, manifest)
        except (ExposureError, LookupError, TypeError, ValueError) as error:
            written = manifest.get("package_version", "unknown")
            raise _refused(
                path,
                f"content that does not fit ({type(error).__name__}: {error}), written by "
                f"version {written} of the package",
                f"a result that version {__version__} can read",
                f"open it with version {written}, or assess again",
            ) from error


def _manifest(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest = json.loads(archive.read("manifest.json")) if _is_ours(archive) else {}
    if manifest.get("format") != FORMAT:
        raise _refused(path, "an archive of another kind", *NOT_OURS)
    version = manifest.get("format_version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise _refused(
            path,
            f"version {version} of the format, from version {manifest.get('package_version')} "
            "of the package",
            f"at most version {FORMAT_VERSION}",
            "update the package",
        )
    return dict(manifest)


def _is_ours(archive: zipfile.ZipFile) -> bool:
    return "manifest.json" in archive.namelist()


def _read(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> Parts:
    arrays = [
        np.load(io.BytesIO(archive.read(f"arrays/{number}.npy")), allow_pickle=False)
        for number in range(manifest["arrays"])
    ]
    held = decoded(json.loads(archive.read("result.json")), KNOWN, arrays)
    if not isinstance(held, dict):
        raise TypeError("no parts")
    history = {name: held.pop(name) for name in ("overlaid", "changed", "base_digest")}
    dataset = _dataset(archive, manifest, **history)
    return Parts(dataset=dataset, **held)


def _dataset(
    archive: zipfile.ZipFile,
    manifest: Mapping[str, Any],
    *,
    overlaid: tuple[Overlaid, ...],
    changed: tuple[Change, ...],
    base_digest: str,
) -> Dataset:
    names = {Path(name).stem: name for name in archive.namelist() if name.startswith("tables/")}
    rows: dict[str, list[BaseModel]] = {}
    for name, member in names.items():
        lines, faults = parse_table(TABLES[name], archive.read(member).decode("utf-8"))
        if faults:
            raise TableError(faults)
        rows[name] = [line.row for line in lines]
    version = str(manifest["dataset_version"])
    dataset = Dataset.from_rows(
        rows, version=version, overlaid=overlaid, changed=changed, base_digest=base_digest
    )
    if dataset.digest != manifest["dataset_digest"]:
        raise ValueError("the digest of the tables is not that of the record")
    return dataset


def _refused(path: Path, found: str, expected: str, cure: str) -> SavedResultError:
    return SavedResultError([Fault("", found, expected, cure, file=str(path))])


@contextmanager
def _named(path: Path, found: str) -> Iterator[None]:
    """Describe a fault of a file in plain words."""
    try:
        yield
    except FileNotFoundError as error:
        cure = "check the path and the folder"
        raise _refused(path, "no such file or folder", NOT_OURS[0], cure) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _refused(path, f"a file that is no whole archive ({error})", *NOT_OURS) from error
    except OSError as error:
        cure = "check the path, its permissions and the free space"
        raise _refused(path, f"{found} ({error.strerror})", NOT_OURS[0], cure) from error
