"""Results as CSV text: the columns of the registry, numbers that read back to the same number.

A missing value is an empty cell. Text that a spreadsheet would run as a formula begins with a
quote.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exposure.report.files.choice import CsvDialect
from exposure.report.files.file_records import FileRecord, of_runs
from exposure.report.text.explanation import CAUSES
from exposure.report.text.safe import harmless
from exposure.scoring.columns import RECORD_DIGEST, result_frame

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment


BYTE_ORDER_MARK = "\ufeff"
"""Byte-order mark by which Excel recognizes UTF-8."""


def ranking_csv(assessments: "Sequence[Assessment]") -> str:
    """Rankings of all scenarios as CSV, the scenario in the first column."""
    return csv_text(rankings_of_all(assessments), of_runs(assessments))


def rankings_of_all(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Rankings of all scenarios below each other, the scenario in the first column."""
    return below_each_other(
        assessments, [assessment.ranking for assessment in assessments], "scenario"
    )


def weekly_of_all(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Weekly losses of all runs; ``run`` names the scenario or mixture, ``scenario`` the member."""
    return below_each_other(assessments, [assessment.weekly for assessment in assessments], "run")


def acceptability_of_all(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Probabilities of the ranks under all scenarios, the scenario in the first column."""
    return below_each_other(
        assessments, [assessment.acceptability for assessment in assessments], "scenario"
    )


def pairs_of_all(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Order of all pairs of sectors under all scenarios, the scenario in the first column."""
    return below_each_other(
        assessments, [assessment.pairs for assessment in assessments], "scenario"
    )


def below_each_other(
    assessments: "Sequence[Assessment]", frames: "Sequence[pd.DataFrame]", first: str
) -> "pd.DataFrame":
    """Frames of all runs as one, with the scenario of each in the first column.

    Parameters
    ----------
    assessments
        Runs.
    frames
        One a run.
    first
        Name of the first column.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    copies = [frame.copy() for frame in frames]
    for assessment, frame in zip(assessments, copies, strict=True):
        frame.insert(0, first, assessment.scenario.scenario)
    return pd.concat(copies, ignore_index=True)


def attribution_of_all(assessments: "Sequence[Assessment]") -> "pd.DataFrame":
    """Points of each score by element: scenario, sector, element, points."""
    return result_frame(
        "attribution",
        [
            {
                "scenario": assessment.scenario.scenario,
                "sector": str(sector),
                "element": str(element),
                "points": float(points),
            }
            for assessment in assessments
            for sector, parts in assessment.attribution(by="element").iterrows()
            for element, points in parts.items()
        ],
    )


def explanation_of_all(assessments: "Sequence[Assessment]", sector: str) -> "pd.DataFrame":
    """Points of a sector's scores by each cause: the result ``explanation``."""
    return result_frame(
        "explanation",
        [
            {
                "scenario": assessment.scenario.scenario,
                "sector": sector,
                "cause": cause,
                "part": str(part),
                "points": float(points),
            }
            for assessment in assessments
            for cause in CAUSES
            for part, points in assessment.attribution(by=cause, sector=sector)
            .loc[sector]
            .to_dict()
            .items()
        ],
    )


def csv_text(
    frame: "pd.DataFrame",
    record: FileRecord | None = None,
    dialect: CsvDialect = CsvDialect.PLAIN,
) -> str:
    """Table as CSV, the digest of the record in the last column.

    Parameters
    ----------
    frame
        Any result.
    record
        Record of the inputs, as `exposure.report.files.file_records` gives it; None for a result
        that does not depend on tables.
    dialect
        Form of cells and numbers.
    """
    whole = frame.copy()
    for column in whole.select_dtypes(include=["object", "string"]):
        whole[column] = [
            harmless(cell) if isinstance(cell, str) else cell for cell in whole[column]
        ]
    if record is not None:
        whole[RECORD_DIGEST.name] = str(record["record_digest"])
    # A number is written by `repr`, which reads back to the same number.
    if dialect is CsvDialect.GERMAN:
        text = whole.to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
        return f"{BYTE_ORDER_MARK}{text}"
    return whole.to_csv(index=False, lineterminator="\n")
