"""Result of an import: rows for an overlay, and everything that was left out, with the reason."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from exposure.arguments import PATH, check_arguments
from exposure.errors import ImportedFileError
from exposure.faults import Fault
from exposure.tables.dataset import Dataset, to_csv
from exposure.tables.reading.overlays import apply_overlay
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.policy import SourceRow
from exposure.terms import Grade

if TYPE_CHECKING:
    import pandas as pd

LINES_SHOWN = 5
"""Largest number of lines that the text lists for one reason."""


@dataclass(frozen=True)
class LeftOut:
    """A row of the file that is not part of the overlay."""

    line: int
    what: str
    """Short description of the row."""
    why: str


@dataclass(frozen=True)
class Imported:
    """Rows for an overlay, and what was left out.

    Attributes
    ----------
    dataset
        Tables under the overlay.
    rows
        Table name to its rows.
    replaced
        Rows of the tables below that the overlay replaces.
    omitted
        Rows of the file that were left out, in its order.
    notes
        Notes to read before using the overlay.
    """

    path: Path
    dataset: Dataset
    rows: Mapping[str, tuple[BaseModel, ...]]
    replaced: int
    omitted: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()

    @property
    def left_out(self) -> "pd.DataFrame":
        """Rows of the file that were left out: line, description, reason."""
        import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

        rows = [(omission.line, omission.what, omission.why) for omission in self.omitted]
        return pd.DataFrame(rows, columns=["line", "what", "why"])

    def text(self) -> str:
        """Summary of the rows made and of those left out, with the reasons, in plain words."""
        made = [f"{len(rows)} {name}" for name, rows in self.rows.items() if name != "sources"]
        lines = [f"{self.path.name}: {', '.join(made)} rows; {self.replaced} replace rows below"]
        lines += [f"  note: {note}" for note in self.notes]
        if not self.omitted:
            return "\n".join([*lines, "left out: nothing"])
        noun = "row" if len(self.omitted) == 1 else "rows"
        lines.append(f"left out: {len(self.omitted)} {noun} of the file")
        reasons: dict[tuple[str, str], list[int]] = {}
        for omission in self.omitted:
            reasons.setdefault((omission.what, omission.why), []).append(omission.line)
        lines += [f"  {_lines(at)}: {what}: {why}" for (what, why), at in reasons.items()]
        return "\n".join(lines)

    def write(self, folder: str | Path) -> Path:
        """Write the overlay into a folder, after checking it on the tables below.

        Parameters
        ----------
        folder
            Created if it does not exist; it must not contain a table of the overlay.

        Raises
        ------
        ImportedFileError
            If the folder cannot be written, or has one of the tables already.
        TableError
            If the rows contradict the tables below.
        """
        check_arguments("Imported.write", folder=(folder, PATH))
        target = Path(folder)
        _refuse_present(target, self.rows)
        try:
            target.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                dir=target, prefix=".exposure-import-"
            ) as scratch_name:
                scratch = Path(scratch_name)
                for name, rows in self.rows.items():
                    text = to_csv(name, sorted(rows, key=partial(_key, name)))
                    (scratch / TABLES[name].file).write_text(text, encoding="utf-8")
                apply_overlay(self.dataset, scratch)
                for name in self.rows:
                    shutil.move(scratch / TABLES[name].file, target / TABLES[name].file)
        except OSError as error:
            found = f"a folder that cannot be written ({error.strerror})"
            cure = "check its permissions and free space, or name another"
            raise ImportedFileError(
                [Fault("", found, "one that can", cure, str(target))]
            ) from error
        return target


def _lines(at: Sequence[int]) -> str:
    shown = ", ".join(map(str, at[:LINES_SHOWN]))
    more = f" and {len(at) - LINES_SHOWN} more" if len(at) > LINES_SHOWN else ""
    return f"line {shown}" if len(at) == 1 else f"lines {shown}{more}"


def _refuse_present(target: Path, tables: Iterable[str]) -> None:
    present = [
        target / TABLES[name].file for name in tables if (target / TABLES[name].file).exists()
    ]
    if present:
        cure = "name another folder, or move the file away"
        faults = [Fault("", "a file", "none of that name", cure, str(path)) for path in present]
        raise ImportedFileError(faults)


def replaced_rows(dataset: Dataset, rows: Mapping[str, Sequence[BaseModel]]) -> int:
    """Number of rows of the tables below that have the key of a new one."""
    return sum(
        len(_keys(name, new_rows) & _keys(name, dataset.rows.get(name, ())))
        for name, new_rows in rows.items()
    )


def _keys(table: str, rows: Iterable[BaseModel]) -> set[tuple[str, ...]]:
    return {_key(table, row) for row in rows}


def _key(table: str, row: BaseModel) -> tuple[str, ...]:
    return tuple(str(getattr(row, column)) for column in TABLES[table].key)


def source_of(path: Path, *, source_id: str, title: str, publisher: str, says: str) -> SourceRow:
    """The record of the imported file; it counts as read on the day on which it was saved."""
    return SourceRow(
        source_id=source_id,
        title=title,
        publisher=publisher,
        published="",
        accessed=_saved_on(path),
        address=path.name,
        licence="",
        grade=Grade.PRIMARY,
        says=says,
        does_not_say="",
    )


def _saved_on(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
