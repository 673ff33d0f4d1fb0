"""Effects of levers as JSON and CSV text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exposure.report.files.csv_output import below_each_other, csv_text
from exposure.report.files.file_records import of_runs
from exposure.report.files.json_output import rows_of, text_of
from exposure.report.files.output_models import LeversFile

if TYPE_CHECKING:
    import pandas as pd

    from exposure.report.lever_findings import LeverFindings


def levers_json(found: "Sequence[LeverFindings]") -> str:
    """Effects of levers as JSON: a `LeversFile`.

    Parameters
    ----------
    found
        One a scenario, all on one dataset with the same settings.
    """
    scenarios = [
        {
            "scenario": findings.assessment.scenario.scenario,
            "counted": list(findings.counted or findings.assessment.sectors),
            "levers": rows_of("levers", findings.levers),
            "pairs": _rows("lever_pairs", findings.pairs),
            "portfolios": _rows("portfolios", findings.portfolios),
            "stocks": _rows("stocks", findings.stocks),
        }
        for findings in found
    ]
    record = of_runs([findings.assessment for findings in found])
    return text_of(LeversFile, {"record": record, "scenarios": scenarios})


def _rows(result: str, frame: "pd.DataFrame | None") -> object:
    return None if frame is None else rows_of(result, frame)


def levers_csv(found: "Sequence[LeverFindings]") -> str:
    """Most specific table that was requested, as CSV, with the scenario in the first column.

    Parameters
    ----------
    found
        One a scenario: stocks, else portfolios, else pairs, else all levers.
    """
    runs = [findings.assessment for findings in found]
    frames = [_most_special(findings) for findings in found]
    if "scenario" in frames[0].columns:
        import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

        return csv_text(pd.concat(frames, ignore_index=True), of_runs(runs))
    return csv_text(below_each_other(runs, frames, "scenario"), of_runs(runs))


def _most_special(findings: "LeverFindings") -> "pd.DataFrame":
    asked = (findings.stocks, findings.portfolios, findings.pairs, findings.levers)
    return next(frame for frame in asked if frame is not None)
