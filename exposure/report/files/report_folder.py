"""Writing a report into a folder: page, JSON, CSV, figures and, where asked, a workbook.

Everything is made in memory, then the folder is put into place at once
(`exposure.report.files.folder_swap`). Unchanged files of an earlier report are removed;
files of other names are left alone. Equal runs give equal bytes.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from exposure.arguments import PATH, check_arguments, instance_of, optional
from exposure.errors import ReportError
from exposure.report.changes import Briefing
from exposure.report.contents import Contents, gather
from exposure.report.files.choice import FileChoice
from exposure.report.files.csv_output import csv_text
from exposure.report.files.figure_process import FigureProcess
from exposure.report.files.figures import figures_of
from exposure.report.files.file_records import of_runs
from exposure.report.files.folder_swap import SUMS, home_of_scratch, replace_folder
from exposure.report.files.json_output import alerts_json, briefing_json, report_json
from exposure.report.files.tables import tables_of
from exposure.report.files.workbook import FILE as WORKBOOK
from exposure.report.files.workbook import workbook_bytes
from exposure.report.history.inputs_file import INPUTS, inputs_bytes
from exposure.report.history.stored_run import inputs_of
from exposure.report.lever_findings import Helping
from exposure.report.text.briefing_words import alerts_text
from exposure.result import ASSESSMENTS

if TYPE_CHECKING:
    from exposure.result import Assessment

FIGURE_KINDS = ("heat_map", "weekly")
"""Figures of one scenario."""

TEXTS = (
    "report.html", "report.json", "ranking.csv", "weekly.csv", "attribution.csv",
    "acceptability.csv", "pairs.csv", "dates.csv", "levers.csv",
    WORKBOOK, INPUTS, "briefing.json", "alerts.json", "alerts.txt",
)  # fmt: skip
"""Files that a report can have besides its figures."""

FILES = optional(instance_of(FileChoice, "a FileChoice", "leave it out"))
"""The argument ``files`` of `write_report`."""

HELPING = optional(
    instance_of(Helping, "what would help", "leave it out; exposure report finds it")
)
"""The argument ``helping`` of `write_report`."""

DRAWING = optional(
    instance_of(FigureProcess, "a FigureProcess", "leave it out; exposure report starts one")
)
"""The argument ``drawing`` of `write_report`."""

BRIEFING = optional(instance_of(Briefing, "a Briefing", "leave it out; exposure report makes one"))
"""The argument ``briefing`` of `write_report`."""

FIGURE_NAME = re.compile(r"(heat_map|weekly|stages)_.+\.(png|svg)")
"""Names of the figures of one scenario; earlier versions drew stages too."""


def write_report(
    assessments: "Sequence[Assessment]",
    folder: str | Path,
    *,
    briefing: Briefing | None = None,
    files: FileChoice | None = None,
    helping: Helping | None = None,
    drawing: FigureProcess | None = None,
) -> tuple[Path, ...]:
    """Write a report on one or more scenarios.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings, one for each scenario.
    folder
        Folder to write into; made if it does not exist.
    briefing
        Changes, alerts and age of the data for a scheduled report; None for a report without
        them.
    files
        Dialect of the CSV files, and whether there is a workbook; None for the usual files.
    helping
        Effects of levers, from `exposure.report.desk.helping`; None to leave them out.
    drawing
        A process that draws the figures of these runs; None to draw them here.

    Returns
    -------
    tuple of Path
        Files written: ``report.html``, ``report.json``, ``ranking.csv``, ``dates.csv``,
        ``attribution.csv``, ``acceptability.csv``, ``pairs.csv``, ``weekly.csv``, ``inputs.zip``,
        the figures as PNG and SVG, and ``SHA256SUMS``, which lists them; with a briefing
        ``briefing.json``, ``alerts.json`` and ``alerts.txt`` too, and with what would help
        ``levers.csv``. A scenario under which nothing
        is lost has no figures of its own.

    Raises
    ------
    ReportError
        If the folder is a file or cannot be written, a folder has the name of a file, or
        the runs do not belong together.

    Examples
    --------
    >>> import exposure as ex
    >>> few = ex.Settings(draws=16, destination="JPN")
    >>> runs = [ex.assess(ex.read_dataset(), "free_flow", few)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = write_report(runs, folder)
    >>> [file.name for file in files][-3:]
    ['report.json', 'report.html', 'SHA256SUMS']
    """
    check_arguments(
        "write_report",
        assessments=(assessments, ASSESSMENTS),
        folder=(folder, PATH),
        briefing=(briefing, BRIEFING),
        files=(files, FILES),
        helping=(helping, HELPING),
        drawing=(drawing, DRAWING),
    )
    _check(assessments)
    target = Path(folder)
    scenarios = [assessment.scenario.scenario for assessment in assessments]
    check_target(target, scenarios)
    shown = gather(assessments, briefing=briefing, helping=helping)
    contents = _contents(shown, files or FileChoice(), drawing)
    with _explained(target):
        return replace_folder(target, contents)


def check_target(folder: Path, scenarios: Sequence[str]) -> None:
    """Check, before anything runs, that a report can be written.

    Parameters
    ----------
    folder
        Folder to write into; nothing in it is changed.
    scenarios
        Names of the scenarios of the report.

    Raises
    ------
    ReportError
        If the folder is a file or cannot be written, or a folder has the name of a file.
    """
    with _explained(folder):
        target = folder.resolve()
        home = home_of_scratch(target)
        existing = next(parent for parent in (home, *home.parents) if parent.exists())
        with tempfile.TemporaryFile(dir=existing):  # it has no name, so nothing can be left
            pass
        if target.exists() and not target.is_dir():
            raise FileExistsError
    taken = [folder / name for name in _names(scenarios) if (folder / name).is_dir()]
    if taken:
        raise ReportError(
            f"{taken[0]}: found a folder; expected a file of the report or nothing; "
            "move it away, or name another place"
        )


def _names(scenarios: Sequence[str]) -> list[str]:
    """Files that a report can have."""
    figures = ["scores", *(f"{kind}_{scenario}" for scenario in scenarios for kind in FIGURE_KINDS)]
    return [*TEXTS, SUMS, *(f"{name}.{form}" for name in figures for form in ("svg", "png"))]


def older_files(written: Sequence[Path]) -> tuple[Path, ...]:
    """Figures in a folder that have names of report figures but do not belong to this report.

    An older report without a list of its files leaves them, and so does a user who changed one.
    They are named, never removed.

    Parameters
    ----------
    written
        Files of the report, as `write_report` gives them.
    """
    return tuple(
        path
        for folder in sorted({path.parent for path in written})
        for path in sorted(folder.iterdir())
        if FIGURE_NAME.fullmatch(path.name) and path.is_file() and path not in written
    )


def _check(assessments: "Sequence[Assessment]") -> None:
    of_runs(assessments)
    names = [assessment.scenario.scenario for assessment in assessments]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ReportError(
            f"report: found scenario '{twice[0]}' more than once; expected each once, since files "
            "are named after it; leave one out, or rename it"
        )


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say in plain words why a folder cannot be written."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise ReportError(
            f"{folder}: found a file; expected a folder to write the report into; "
            "name another place"
        ) from error
    except OSError as error:
        raise ReportError(
            f"{folder}: found a folder that cannot be written ({error.strerror}); expected one "
            "that can; check its permissions and free space, or name another place"
        ) from error


def _contents(
    shown: Contents, files: FileChoice, drawing: FigureProcess | None
) -> dict[str, bytes]:
    """Every file of the report by name, in the order in which they are put into place."""
    from exposure.report.html.page import report_page  # noqa: PLC0415 - it loads jinja2

    tables = tables_of(shown)
    texts = {
        **{
            f"{name}.csv": csv_text(frame, shown.record, files.csv_dialect)
            for name, frame in tables.items()
        },
        **_briefing_texts(shown.briefing),
        "report.json": report_json(shown.runs),
        "report.html": report_page(shown),
    }
    kept = {WORKBOOK: workbook_bytes(tables, shown.record)} if files.workbook else {}
    kept[INPUTS] = inputs_bytes(inputs_of(shown.runs))
    # Last, since another process may still be drawing.
    figures = (drawing and drawing.take()) or figures_of(shown.runs)
    images = {f"{name}.png": content for name, content in figures.raster.items()}
    texts = {**{f"{name}.svg": text for name, text in figures.vector.items()}, **texts}
    return {**images, **kept, **{name: text.encode("utf-8") for name, text in texts.items()}}


def _briefing_texts(briefing: Briefing | None) -> dict[str, str]:
    if briefing is None:
        return {}
    return {
        "alerts.txt": alerts_text(briefing) + "\n",
        "alerts.json": alerts_json(briefing),
        "briefing.json": briefing_json(briefing),
    }
