"""Writing a report into a folder: page, JSON, CSV and figures.

Everything is made in memory, then written under temporary names in the folder, then moved into
place, the page last; if anything fails on the way, the old report is put back. Files of other
names are left alone. Equal runs give equal bytes.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from exposure.arguments import PATH, check_arguments
from exposure.errors import ReportError
from exposure.report.files.csv_output import (
    attribution_of_all,
    csv_text,
    ranking_csv,
    weekly_of_all,
)
from exposure.report.files.file_records import FileRecord, of_runs
from exposure.report.files.json_output import report_json
from exposure.report.text.marks import tables_line
from exposure.result import ASSESSMENTS

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

FIGURE_NAME = re.compile(r"(heat_map|weekly|stages)_.+\.(png|svg)")
"""Names of the figures of one scenario."""

Splits = Sequence[Mapping[str, "pd.DataFrame"]]
"""For each run, its points by element and by stage."""


def write_report(assessments: "Sequence[Assessment]", folder: str | Path) -> tuple[Path, ...]:
    """Write a report on one or more scenarios.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings, one for each scenario.
    folder
        Where to write; made if it does not exist.

    Returns
    -------
    tuple of Path
        Files written: ``report.html``, ``report.json``, ``ranking.csv``, ``weekly.csv``,
        ``attribution.csv``, and the figures as PNG and SVG. A scenario under which nothing is
        lost has none of its own. What an older report left beside them, `older_files` tells.

    Raises
    ------
    ReportError
        If the folder is a file or cannot be written, a folder stands in the place of a file, or
        the runs do not belong together.

    Examples
    --------
    >>> import exposure as ex
    >>> runs = [ex.assess(ex.read_dataset(), "free_flow", ex.Settings(draws=16))]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = write_report(runs, folder)
    >>> [file.name for file in files][-2:]
    ['report.json', 'report.html']
    """
    check_arguments("write_report", assessments=(assessments, ASSESSMENTS), folder=(folder, PATH))
    _check(assessments)
    place = Path(folder)
    with _spoken(place):
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place, prefix=".exposure-report-") as scratch:
            return _move_in(_contents(assessments), place, Path(scratch))


def older_files(written: Sequence[Path]) -> tuple[Path, ...]:
    """Figures beside a report that bear the names of ours but are not of it, by name.

    An older report with other scenarios leaves them. They are only told, never removed: the
    report does not show them, and a user may have put them there.

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
    names = [own.scenario.scenario for own in assessments]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ReportError(
            f"report: found scenario '{twice[0]}' more than once; expected each once, since files "
            "bear its name; leave one out, or rename it"
        )


@contextmanager
def _spoken(folder: Path) -> Iterator[None]:
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


def _contents(assessments: "Sequence[Assessment]") -> dict[str, bytes]:
    """Every file of the report by name, in the order in which they are put into place."""
    from exposure.report.html.page import report_page  # noqa: PLC0415 - it loads jinja2 and matplotlib

    record = of_runs(assessments)
    splits = [_split(own) for own in assessments]
    vector, raster = _figures(assessments, splits, record)
    texts = {
        **{f"{name}.svg": text for name, text in vector.items()},
        "ranking.csv": ranking_csv(assessments),
        "weekly.csv": csv_text(weekly_of_all(assessments), record),
        "attribution.csv": csv_text(attribution_of_all(assessments), record),
        "report.json": report_json(assessments),
        "report.html": report_page(assessments, splits, vector),
    }
    images = {f"{name}.png": content for name, content in raster.items()}
    return {**images, **{name: text.encode("utf-8") for name, text in texts.items()}}


def _split(assessment: "Assessment") -> "dict[str, pd.DataFrame]":
    stages = assessment.attribution(by="stage")
    order = assessment.run.inputs.index.stages
    upstream_first = [stage for stage in order if stage in stages.columns]
    return {"element": assessment.attribution(by="element"), "stage": stages[upstream_first]}


def _figures(
    assessments: "Sequence[Assessment]", splits: Splits, record: FileRecord
) -> tuple[dict[str, str], dict[str, bytes]]:
    from exposure.report.plots import rankings as plots  # noqa: PLC0415 - it loads matplotlib
    from exposure.report.plots.figure_files import png, report_style, svg  # noqa: PLC0415

    mark = tables_line(assessments[0].dataset)
    tables = mark or f"tables {record['dataset_version']}"
    description = f"record {record['record_digest']}, {tables}"
    with report_style():
        drawn = {"scores": plots.scores_figure(assessments)}
        for own, split in zip(assessments, splits, strict=True):
            if plots.loses_nothing(own):
                continue
            scenario = own.scenario.scenario
            names = {sector: scored.label.name for sector, scored in own.sectors.items()}
            drawn[f"heat_map_{scenario}"] = plots.heat_map_figure(split["element"], names, mark)
            drawn[f"weekly_{scenario}"] = plots.weekly_figure(own)
            drawn[f"stages_{scenario}"] = plots.attribution_figure(split["stage"], names, mark)
        vector = {name: svg(own, description=description) for name, own in drawn.items()}
        raster = {name: png(own, description=description) for name, own in drawn.items()}
    return vector, raster


def _move_in(contents: Mapping[str, bytes], folder: Path, scratch: Path) -> tuple[Path, ...]:
    _refuse_folders(folder, contents)
    new, old = scratch / "new", scratch / "old"
    new.mkdir()
    old.mkdir()
    for name, content in contents.items():
        (new / name).write_bytes(content)
        if (folder / name).is_file():
            shutil.copy2(folder / name, old / name)
    moved = []
    try:
        for name in contents:
            moved.append(name)
            os.replace(new / name, folder / name)  # noqa: PTH105 - one call, the same on all systems
    except BaseException:
        # Also when interrupted from the keyboard: half a report is worse than the old one.
        _put_back(moved, folder, old)
        raise
    return tuple(folder / name for name in contents)


def _refuse_folders(folder: Path, names: Iterable[str]) -> None:
    """Say which file of the report cannot be written because a folder has its name."""
    taken = [folder / name for name in names if (folder / name).is_dir()]
    if taken:
        raise ReportError(
            f"{taken[0]}: found a folder; expected a file of the report or nothing; "
            "move it away, or name another place"
        )


def _put_back(moved: Sequence[str], folder: Path, old: Path) -> None:
    for name in moved:
        if (old / name).exists():
            shutil.copy2(old / name, folder / name)
        elif (folder / name).is_file():
            (folder / name).unlink()
