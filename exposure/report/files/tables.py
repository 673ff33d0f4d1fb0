"""The tables of a report by name: the same for CSV and for a workbook."""

from typing import TYPE_CHECKING

from exposure.report.contents import Contents
from exposure.report.files.csv_output import (
    acceptability_of_all,
    attribution_of_all,
    below_each_other,
    pairs_of_all,
    rankings_of_all,
    weekly_of_all,
)

if TYPE_CHECKING:
    import pandas as pd

RESULT_OF = {
    "ranking": "ranking",
    "dates": "impact_dates",
    "attribution": "attribution",
    "acceptability": "acceptability",
    "pairs": "pairs",
    "weekly": "weekly",
    "levers": "levers",
}
"""Tables of a report in their order, with the result whose columns each has."""


def tables_of(shown: Contents) -> "dict[str, pd.DataFrame]":
    """Tables of a report by name, all scenarios below each other.

    Parameters
    ----------
    shown
        Contents of the report.
    """
    runs = shown.runs
    frames = {
        "ranking": rankings_of_all(runs),
        "dates": below_each_other(runs, shown.dates, "scenario"),
        "attribution": attribution_of_all(runs),
        "acceptability": acceptability_of_all(runs),
        "pairs": pairs_of_all(runs),
        "weekly": weekly_of_all(runs),
    }
    if shown.helping is not None:
        frames["levers"] = below_each_other(runs, shown.helping.tables, "scenario")
    return {name: frames[name] for name in RESULT_OF if name in frames}
