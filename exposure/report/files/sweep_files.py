"""The table of a sweep as a file, made of parts that outlive a run that is killed.

Parts are kept in a folder next to the file, one per task, each written in one step. The folder
records the sweep to which they belong. When all parts exist, the file is made from them in one step
and the folder is removed. A sweep that was killed therefore continues and gives the same bytes.
"""

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exposure.ensembles import Ensemble, tables_of
from exposure.errors import ReportError
from exposure.policy.grid import Point
from exposure.records import draws_record
from exposure.report.files.csv_output import csv_text
from exposure.report.files.file_records import FileRecord, of_run
from exposure.scoring.column import Form
from exposure.scoring.columns import RECORD_DIGEST, columns_of, names_of

if TYPE_CHECKING:
    import pandas as pd

FOLDER_ENDS = ".parts"
"""Ending that the folder of parts adds to the name of the file."""

ABOUT = "sweep.json"
"""File in the folder of parts that says which sweep they belong to."""

ENDINGS = (".csv", ".parquet")
"""Endings of files that a sweep is written to."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """Points of a grid to be run, and the file that their table is written to."""

    ensemble: Ensemble
    points: Sequence[Point]
    out: Path

    @property
    def folder(self) -> Path:
        """Folder of the parts."""
        return self.out.with_name(self.out.name + FOLDER_ENDS)

    @cached_property
    def record(self) -> FileRecord:
        """Record of the inputs of the table."""
        ensemble = self.ensemble
        draws = draws_record(ensemble.conditioned)
        return of_run(ensemble.dataset, ensemble.scenarios, ensemble.settings, draws=draws)

    def part(self, number: int) -> Path:
        """File of a task; parts of other sizes, from another version, are not taken for it."""
        return self.folder / f"{self.ensemble.size:02d}-{number:06d}.csv"

    def done(self) -> set[int]:
        """Tasks whose parts are there."""
        return {number for number in self.ensemble.tasks if self.part(number).exists()}


def check_out(out: Path) -> None:
    """Refuse, before anything runs, a file that could not be written.

    Raises
    ------
    ReportError
        If its ending names no form, Parquet is not installed, or it is a folder.
    """
    if out.suffix not in ENDINGS:
        raise ReportError(
            f"{out}: found a file ending in '{out.suffix}'; expected {' or '.join(ENDINGS)}; "
            "name another file"
        )
    if out.suffix == ".parquet" and find_spec("pyarrow") is None:
        raise ReportError(
            f"{out}: found no pyarrow to write Parquet with; expected it installed; run "
            "pip install 'rare-earth-exposure[parquet]', or write .csv"
        )
    if out.is_dir():
        raise ReportError(f"{out}: found a folder; expected a file; name another one")


def write_sweep(
    sweep: Sweep,
    executor: Executor | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Run the missing tasks of a sweep, and write its table.

    Parameters
    ----------
    sweep
        Points to run, and the file to write.
    executor
        Executor that runs them; None for this process.
    progress
        Called with the number of tasks done and of all tasks.

    Returns
    -------
    int
        Tasks that were there from an earlier run.

    Raises
    ------
    ReportError
        If the folder of parts holds those of another sweep.
    OSError
        If something cannot be written.
    """
    _open_folder(sweep)
    done = sweep.done()
    earlier = len(done)
    for number, table in tables_of(sweep.ensemble, executor, done=done):
        text = csv_text(with_axes(sweep.points, table), sweep.record)
        _put(sweep.part(number), text.partition("\n")[2].encode())
        done.add(number)
        if progress is not None:
            progress(len(done), len(sweep.ensemble.tasks))
    header = ",".join((*names_of("sweep"), RECORD_DIGEST.name)) + "\n"
    parts = [sweep.part(number).read_bytes() for number in sweep.ensemble.tasks]
    whole = b"".join([header.encode(), *parts])
    _put(sweep.out, whole if sweep.out.suffix == ".csv" else _parquet(whole))
    shutil.rmtree(sweep.folder)
    return earlier


def _open_folder(sweep: Sweep) -> None:
    """Make the folder of parts, or check that it belongs to this sweep."""
    record_bytes = json.dumps(sweep.record, sort_keys=True, indent=1).encode()
    about = sweep.folder / ABOUT
    sweep.folder.mkdir(parents=True, exist_ok=True)
    if about.exists() and about.read_bytes() != record_bytes:
        raise ReportError(
            f"{sweep.folder}: found parts of another sweep; expected those of this grid, these "
            "tables and settings; delete the folder, or name another --out"
        )
    if not about.exists():
        _put(about, record_bytes)


def _put(path: Path, content: bytes) -> None:
    """Write a file in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".exposure-sweep-")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        scratch.chmod(0o644)
        os.replace(scratch, path)  # noqa: PTH105 - one call, the same on all systems
    finally:
        scratch.unlink(missing_ok=True)


def with_axes(points: Sequence[Point], table: "pd.DataFrame") -> "pd.DataFrame":
    """Table of scenarios with the position of each in the grid."""
    known = {point.scenario.scenario: point for point in points}
    whole = table.copy()
    of_row = [known[key] for key in whole["scenario"]]
    whole["base"] = [point.base for point in of_row]
    whole["rule"] = [point.rule for point in of_row]
    whole["from_date"] = [point.day for point in of_row]
    whole["elements"] = [point.elements for point in of_row]
    whole["buyers"] = [point.buyers for point in of_row]
    return whole[list(names_of("sweep"))]


def _parquet(text: bytes) -> bytes:
    """The table of a CSV file as Parquet, with the types of the registry."""
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    forms = {column.name: column.form for column in columns_of("sweep")} | {
        RECORD_DIGEST.name: Form.TEXT
    }
    header, *rows = csv.reader(io.StringIO(text.decode()))
    values = dict(zip(header, zip(*rows, strict=True), strict=True))
    frame = pd.DataFrame({name: _typed(values[name], forms[name]) for name in header})
    into = io.BytesIO()
    frame.to_parquet(into, index=False, engine="pyarrow")
    return into.getvalue()


def _typed(cells: Sequence[str], form: Form) -> "pd.Series[Any]":
    """Cells of one column with the type of its form."""
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    if form is Form.TEXT:
        return pd.Series(cells, dtype="str")
    if form is Form.DAY:
        return pd.Series(pd.to_datetime(list(cells))).dt.as_unit("s")
    if form is Form.WHOLE:
        return pd.Series([int(cell) for cell in cells], dtype="int64")
    return pd.Series([float(cell or "nan") for cell in cells], dtype="float64")
