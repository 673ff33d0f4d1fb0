"""Writing a scheduled report: the run is stored, the folder put into place, the report listed.

In that order: a run that is killed before the folder is in place leaves the old report and a
history that is whole, and one that is killed after it is compared with the same earlier report
when it is made again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exposure.report.changes import Briefing
from exposure.report.desk.briefing import Desk, make_briefing
from exposure.report.files.choice import FileChoice
from exposure.report.files.report_folder import write_report
from exposure.report.history.database import History
from exposure.report.history.opening import open_history
from exposure.report.history.stored_run import run_of

if TYPE_CHECKING:
    from exposure.result import Assessment


@dataclass(frozen=True)
class Written:
    """A report that was written."""

    files: tuple[Path, ...]
    briefing: Briefing
    number: int | None
    """Number of the report in the history; None if none is kept."""


def write_desk_report(
    assessments: "Sequence[Assessment]",
    folder: Path,
    desk: Desk,
    *,
    history: Path | None,
    now: datetime,
    files: FileChoice | None = None,
) -> Written:
    """Write a report that says what changed, and store it.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings, one for each scenario.
    folder
        Folder to write into.
    desk
        Options of the report.
    history
        File of the history; None to keep none.
    now
        Time, UTC; it is stored, and decides nothing.
    files
        Dialect of the CSV files, and whether there is a workbook; None for the usual files.

    Raises
    ------
    HistoryError
        If the history cannot be read or written; the report and all that was stored stay.
    ReportError
        If the folder cannot be written; it stays as it was.
    """
    run = run_of(assessments)
    with _opened(history) as opened:
        briefing = make_briefing(assessments, run, desk, opened)
        number = opened.store(run) if opened else None
        written = write_report(
            assessments, folder, briefing=briefing, files=files, helping=desk.helping,
            drawing=desk.drawing,
        )  # fmt: skip
        if opened is None or number is None:
            return Written(written, briefing, None)
        listed = opened.list_report(number, day=desk.day, now=now)
        return Written(written, briefing, listed)


@contextmanager
def _opened(path: Path | None) -> Iterator[History | None]:
    if path is None:
        yield None
        return
    with open_history(path, write=True) as history:
        yield history
