"""Results as JSON and CSV text, for machines.

A missing number is null in JSON and an empty cell in CSV; numbers are written so that they
read back to the same number; keys and rows have one order. Nothing tells the time, so equal
records give equal text. A change of the shape raises `SCHEMA_VERSION`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from exposure.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd

    from exposure.assessment import Assessment

SCHEMA_VERSION = 1
"""Version of the shape of the JSON."""


def ranking_json(assessments: "Sequence[Assessment]") -> str:
    """Rankings as JSON.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings.

    Returns
    -------
    str
        ``{"schema_version", "record", "scenarios": [{"scenario", "ranking": [{column: value}]}]}``

    Raises
    ------
    ReportError
        If there is no run, or the runs differ in more than the scenario.
    """
    scenarios = [
        {"scenario": own.scenario.scenario, "ranking": records(own.ranking)} for own in assessments
    ]
    return _text(assessments, scenarios)


def report_json(assessments: "Sequence[Assessment]") -> str:
    """Everything a report shows as JSON: that of `ranking_json`, attribution and weekly losses.

    Raises
    ------
    ReportError
        As `ranking_json`.
    """
    scenarios = [
        {
            "scenario": own.scenario.scenario,
            "name": own.scenario.name,
            "ranking": records(own.ranking),
            "attribution": records(attribution_long([own]).drop(columns="scenario")),
            "weekly": records(own.weekly),
        }
        for own in assessments
    ]
    return _text(assessments, scenarios)


def ranking_csv(assessments: "Sequence[Assessment]") -> str:
    """Rankings of all scenarios as CSV, the scenario in the first column."""
    return csv_text(ranking_long(assessments))


def ranking_long(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Rankings of all scenarios under each other, the scenario in the first column."""
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    frames = []
    for own in assessments:
        frame = own.ranking.copy()
        frame.insert(0, "scenario", own.scenario.scenario)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def weekly_long(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Weekly losses of all runs; ``run`` names the scenario or mixture, ``scenario`` the member."""
    import pandas as pd  # noqa: PLC0415

    frames = []
    for own in assessments:
        frame = own.weekly.copy()
        frame.insert(0, "run", own.scenario.scenario)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def attribution_long(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Points of each score by element: scenario, sector, element, points."""
    import pandas as pd  # noqa: PLC0415

    rows = [
        (own.scenario.scenario, str(sector), str(element), float(points))
        for own in assessments
        for sector, parts in own.attribution(by="element").iterrows()
        for element, points in parts.items()
    ]
    return pd.DataFrame(rows, columns=["scenario", "sector", "element", "points"])


def common_record(assessments: "Sequence[Assessment]") -> dict[str, object]:
    """What runs were made from: package, dataset, settings, and each scenario with its digest.

    Raises
    ------
    ReportError
        If there is no run, or the runs differ in more than the scenario.
    """
    if not assessments:
        raise ReportError("report: found no assessment; expected at least one; assess a scenario")
    first = assessments[0].record
    shared = ("package_version", "dataset_version", "dataset_digest", "settings")
    for own in assessments[1:]:
        differing = [key for key in shared if own.record[key] != first[key]]
        if differing:
            raise ReportError(
                f"report: found assessments that differ in {', '.join(differing)}; expected one "
                "dataset and one choice of settings; assess every scenario with the same"
            )
    scenarios = [
        {key: own.record[key] for key in ("scenario", "scenario_digest")} for own in assessments
    ]
    return {**{key: first[key] for key in shared}, "scenarios": scenarios}


def records(frame: "pd.DataFrame") -> list[dict[str, object]]:
    """Rows of a table as plain values, None where a number is missing."""
    columns = [str(column) for column in frame.columns]
    values = [[_plain(value) for value in frame[column].tolist()] for column in frame.columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def csv_text(frame: "pd.DataFrame") -> str:
    """Table as CSV; a number is written by `repr`, which reads back to the same number."""
    return frame.to_csv(index=False, lineterminator="\n")


def _text(assessments: "Sequence[Assessment]", scenarios: Sequence[Mapping[str, object]]) -> str:
    whole = {
        "schema_version": SCHEMA_VERSION,
        "record": common_record(assessments),
        "scenarios": scenarios,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.isoformat() if isinstance(value, date) else value
