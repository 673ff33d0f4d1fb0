"""The page of the documentation that lists every column of every result, in Markdown."""

from collections.abc import Sequence

from exposure.scoring.column import Column
from exposure.scoring.columns import RESULTS

HEAD = """# Columns of the results

Every column of every result: frames, CSV and JSON have the same columns in the same order. A
missing value is NaN in a frame, null in JSON and an empty cell in CSV. Shares are fractions.
A CSV file with several scenarios begins with `scenario` (or `run`, where `scenario` is a member of
a mixture); every CSV file ends with `record_digest`, which the record in the JSON file repeats.
A text that begins with `=`, `+`, `-` or `@` and is no number begins with a quote in CSV, so that no
spreadsheet runs it; JSON has it as it is. Numbers in CSV read back to the same bits; `read_csv` of
pandas before 3.1 does so with `float_precision="round_trip"`.
Written by `python docs/results.py` from `exposure/scoring/columns.py`; change it there.
"""

TITLES = {
    "ranking": "`assessment.ranking`, `exposure rank`, `ranking.csv`: one row per sector",
    "weekly": "`assessment.weekly`, `weekly.csv`: one row per sector, scenario and week",
    "draws": "`assessment.draws`: one row per draw, sector and scenario",
    "attribution": "`attribution.csv`: one row per scenario, sector and element",
    "ensemble": "`run_ensemble`: one row per scenario and sector",
    "sweep": "`exposure sweep`: one row per point of a grid and sector",
    "acceptability": "`assessment.acceptability`, `rank_acceptability`, `acceptability.csv`: one "
    "row per sector and rank",
    "pairs": "`assessment.pairs`, `pairwise_order`, `pairs.csv`: one row per pair of sectors",
    "draws_needed": "`draws_needed`: one row per sector",
    "sensitivity": "`sensitivity`, `exposure sensitivity`: one row per output and input",
    "tornado": "`tornado`: one row per input of one sector",
    "information": "`value_of_information`, `exposure sensitivity`: one row per input",
    "flips": "`flips`, `exposure sensitivity`: one row per input and pair of sectors",
    "probability_region": "`order_by_probability`: one row per point and rank",
    "impact_dates": "`dates.csv` of a report: one row per scenario and sector",
    "levers": "`levers(...).table`, `apply`, `exposure levers`: one row per lever and sector",
    "lever_pairs": "`levers(...).pairs`, `exposure levers --pairs`: one row per pair and sector",
    "portfolios": "`portfolios`, `exposure levers --budget`: one row per budget",
    "stocks": "`stock_targets`, `exposure levers --stocks`: one row per sector",
    "flow": "`licensed_flow`, `exposure flow`: one row per scenario, destination, class and week",
    "backtest_months": "`backtest(...).months`: one row per forecast of a month",
    "backtest_errors": "`backtest(...).errors`: one row per forecast and span of months",
    "stoppages": "`exposure backtest`, stoppages: one row per report",
    "industry_losses": "`industry_losses`: one row per scenario, industry and week",
    "industry_totals": "`industry_totals`: one row per industry",
    "rank_changes": "`rank_changes`, `exposure diff`: one row per sector",
    "differences": "`exposure diff`: one row per cell that differs between two sets of tables",
    "provenance": "`provenance`, `exposure sources`: one row per row of the tables",
    "explanation": "`exposure explain`: one row per scenario, cause and part of a score",
    "scenario_list": "`exposure scenarios`: one row per scenario",
    "rules": "`exposure scenarios NAME`: one row per rule",
    "findings": "`exposure check`: one row per finding",
}
"""Location of each result, and the meaning of a row."""


def columns_page() -> str:
    """Write the page.

    Examples
    --------
    >>> columns_page().splitlines()[0]
    '# Columns of the results'
    """
    blocks = [HEAD]
    for result, columns in RESULTS.items():
        blocks += [f"## {result}\n\n{TITLES[result]}.\n", _grid(columns)]
    return "\n".join(blocks)


def _grid(columns: Sequence[Column]) -> str:
    lines = ["| column | meaning | unit | may be missing |", "|---|---|---|---|"]
    lines += [
        f"| `{column.name}` | {column.meaning} | {column.unit} | "
        f"{'yes' if column.nullable else ''} |"
        for column in columns
    ]
    return "\n".join(lines) + "\n"
