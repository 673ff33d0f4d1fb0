"""Inputs of a report, in one file next to it: ``inputs.zip``.

It holds the rows of the tables, the scenarios as they were run and the numbers of the draws, so
that a later version can run the old report again. It holds no code, and equal runs give equal
bytes.
"""

import io
import json
import zipfile
import zlib
from datetime import date
from pathlib import Path
from typing import Any

from exposure.errors import ReportError
from exposure.faults import Fault
from exposure.report.history.stored_run import StoredInputs, StoredRun, run_from

INPUTS = "inputs.zip"
"""File of a report folder."""

REPORT = "report.json"
"""File of a report folder that holds the record and the rankings."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Time stamp of every member: the time of writing is no part of a run."""

DRAWS = "draws.json"


def inputs_bytes(inputs: StoredInputs) -> bytes:
    """The file."""
    members = {
        **{f"tables/{name}.csv": text for name, text in inputs.tables.items()},
        **{f"scenarios/{name}.json": text for name, text in inputs.scenarios.items()},
        DRAWS: json.dumps(list(inputs.numbers)),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            stamped = zipfile.ZipInfo(name, LONG_AGO)
            archive.writestr(stamped, text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read_inputs(content: bytes) -> StoredInputs:
    """The inputs in a file.

    Raises
    ------
    ValueError
        If it is damaged or another file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        return StoredInputs(
            _under("tables/", texts), _under("scenarios/", texts), tuple(json.loads(texts[DRAWS]))
        )
    except (zipfile.BadZipFile, zlib.error, KeyError, UnicodeDecodeError, EOFError) as error:
        raise ValueError(f"a file that is no whole archive ({error})") from error


def _under(folder: str, texts: dict[str, str]) -> dict[str, str]:
    return {Path(name).stem: text for name, text in texts.items() if name.startswith(folder)}


def is_report(path: Path) -> bool:
    """True if a path names a report: its folder, or its JSON file."""
    return path.suffix == ".json" or (path / REPORT).is_file()


def read_report(path: Path) -> StoredRun:
    """Read a report that was written, from its folder or its ``report.json``.

    Parameters
    ----------
    path
        The folder or the file. With ``inputs.zip`` in the same folder, the report can be run
        again.

    Raises
    ------
    ReportError
        If there is no such file, or it is no report.
    """
    file = path if path.suffix == ".json" else path / REPORT
    try:
        content = json.loads(file.read_bytes())
        return run_from(_with_first_days(content), _inputs_next_to(file, content))
    except OSError as error:
        raise _refused(file, f"a file that cannot be read ({error.strerror})") from error
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(file, f"content that is no report ({error})") from error


def _refused(file: Path, found: str) -> ReportError:
    expected = "a report.json that exposure report wrote"
    return ReportError([Fault("", found, expected, "name another folder or file", str(file))])


def _with_first_days(content: dict[str, Any]) -> dict[str, Any]:
    """The report with the first scored day of each scenario, taken from its weeks."""
    listed = [
        {
            "first_day": scenario["weekly"][0]["date"] if scenario.get("weekly") else date.min,
            **scenario,
        }
        for scenario in content["scenarios"]
    ]
    kept = [
        {key: value for key, value in scenario.items() if key != "weekly"} for scenario in listed
    ]
    return {"record": content["record"], "scenarios": kept}


def _inputs_next_to(file: Path, content: dict[str, Any]) -> StoredInputs | None:
    """The inputs in the folder of a report; None if there are none, or those of another run."""
    try:
        inputs = read_inputs((file.parent / INPUTS).read_bytes())
    except OSError:
        return None
    names = {scenario["scenario"] for scenario in content["scenarios"]}
    digest = inputs.dataset(content["record"]["dataset_version"]).digest
    ours = names == set(inputs.scenarios) and digest == content["record"]["dataset_digest"]
    return inputs if ours else None
