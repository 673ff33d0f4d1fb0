"""The registry of result columns: every column of every result, defined once.

Frames take their columns from here; the glossary, the page, the terminal, the JSON Schema and
docs/results.md read the same entries. To add a column, add an entry to the result that holds it
and compute its value where the rows of that result are made: nothing else lists columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from exposure.errors import unknown_name
from exposure.scoring.certainty_columns import CERTAINTY_RESULTS
from exposure.scoring.column import SCENARIO, SECTOR, Cell, Column, Form
from exposure.scoring.lever_columns import LEVER_RESULTS
from exposure.scoring.other_columns import OTHER_RESULTS
from exposure.scoring.ranking_columns import RANKING

if TYPE_CHECKING:
    import pandas as pd

WEEKLY = (
    SECTOR,
    Column("industry_code", "Industry of the national accounts to which the sector belongs."),
    SCENARIO,
    Column(
        "week",
        "Week counted from the first scored week, which is 0.",
        unit="week",
        form=Form.WHOLE,
    ),
    Column("date", "First day of the week.", form=Form.DAY),
    Column(
        "lost_share",
        "Share of the week's output lost, mean over draws; 0 to 1.",
        unit="share",
        form=Form.PERCENT,
    ),
    Column(
        "low",
        "5th percentile of the lost share over draws.",
        unit="share",
        form=Form.PERCENT,
    ),
    Column(
        "high",
        "95th percentile of the lost share over draws.",
        unit="share",
        form=Form.PERCENT,
    ),
    Column(
        "lost_share_se",
        "Monte Carlo standard error of the lost share; empty for a single draw.",
        unit="share",
        form=Form.NUMBER,
        nullable=True,
    ),
    Column(
        "firms_stopped_share",
        "Share of output made by firms that lose more than half of theirs in the week.",
        unit="share",
        form=Form.PERCENT,
    ),
)
"""One row per sector, scenario and week."""

ATTRIBUTION = (
    SCENARIO,
    SECTOR,
    Column("element", "Symbol of an element to which a part of the score is due."),
    Column(
        "points",
        "Points of the score that are due to the element; over elements they sum to the score.",
        unit="points",
        form=Form.POINTS,
    ),
)
"""One row per scenario, sector and element."""

RUN = Column("run", "Scenario or mixture that was assessed.")
"""First column of a file that holds several runs, each with scenarios of its own."""

DRAWS = (
    Column("draw", "Draw of the uncertain inputs, counted from 0.", form=Form.WHOLE),
    SECTOR,
    SCENARIO,
    Column(
        "lost_share",
        "Discounted share of the horizon's output lost in this draw and scenario; 0 to 1.",
        unit="share",
        form=Form.PERCENT,
    ),
    Column(
        "score",
        "Score of the draw over all scenarios of a mixture, 0 to 100.",
        unit="points",
        form=Form.POINTS,
    ),
)
"""One row per draw, sector and scenario; of a mixture, each member."""

ENSEMBLE = (
    SCENARIO,
    SECTOR,
    *(
        column
        for column in RANKING
        if column.name in {
            "rank", "rank_p05", "rank_p95", "band", "score", "score_p05", "score_p95", "score_se",
            "expected_loss_share", "cvar_loss_share", "first_hit_date_p50", "weeks_to_impact_p50",
            "p_top3", "value_at_risk_usd_per_year", "value_at_risk_p05", "value_at_risk_p95",
            "unmet_tonnes_per_year", "unmet_tonnes_se", "main_driver",
        }
    ),
)  # fmt: skip
"""One row per scenario and sector."""

SWEEP = (
    SCENARIO,
    Column("base", "Course to which the rule is added; empty for a scenario from a file."),
    Column("rule", "Name of the rule in the grid; empty for a scenario from a file."),
    Column("from_date", "Day on which the rule begins.", form=Form.DAY, nullable=True),
    Column("elements", "Elements that the rule names, `*` for all."),
    Column("buyers", "Buyers that the rule names, `*` for all."),
    *ENSEMBLE[1:],
)
"""One row per point of a grid and sector."""

RECORD_DIGEST = Column(
    "record_digest",
    "Digest of what the run was made from; files of one run carry the same.",
)
"""Last column of every CSV file; in JSON it is a part of the record."""

RESULTS: Mapping[str, Sequence[Column]] = {
    "ranking": RANKING,
    "weekly": WEEKLY,
    "draws": DRAWS,
    "attribution": ATTRIBUTION,
    "ensemble": ENSEMBLE,
    "sweep": SWEEP,
    **CERTAINTY_RESULTS,
    **LEVER_RESULTS,
    **OTHER_RESULTS,
}
"""Columns of each result, in the order of its frames and files."""


def columns_of(result: str) -> tuple[Column, ...]:
    """Columns of a result, in order.

    Parameters
    ----------
    result
        Key of `RESULTS`, such as ``ranking``.

    Raises
    ------
    UnknownNameError
        If there is no such result.
    """
    if result not in RESULTS:
        raise unknown_name("result", result, RESULTS)
    return tuple(RESULTS[result])


def names_of(result: str) -> tuple[str, ...]:
    """Names of the columns of a result, in order.

    Examples
    --------
    >>> names_of("attribution")
    ('scenario', 'sector', 'element', 'points')
    """
    return tuple(column.name for column in columns_of(result))


def results_with(name: str) -> tuple[str, ...]:
    """Results that have a column of this name.

    Examples
    --------
    >>> results_with("lost_share")
    ('weekly', 'draws', 'industry_losses', 'industry_totals')
    """
    return tuple(
        result
        for result, columns in RESULTS.items()
        if any(column.name == name for column in columns)
    )


def result_frame(result: str, records: Sequence[Mapping[str, Cell]]) -> "pd.DataFrame":
    """Make the frame of a result from its rows.

    Parameters
    ----------
    result
        Key of `RESULTS`.
    records
        Rows, each with exactly the columns of the result, in any order.

    Raises
    ------
    KeyError
        If a row lacks a column of the registry, or holds one that the registry does not know.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    names = names_of(result)
    for record in records:
        check_names(result, record)
    return pd.DataFrame.from_records(list(records), columns=list(names))


def check_names(result: str, found: Iterable[str]) -> None:
    """Refuse columns that are not exactly those of a result, in any order.

    Raises
    ------
    KeyError
        Naming what is missing and what is unknown.

    Examples
    --------
    >>> check_names("attribution", ["scenario", "sector", "element", "score"])
    Traceback (most recent call last):
    KeyError: 'attribution: lacks points; not in exposure/scoring/columns.py: score'
    """
    expected, given = set(names_of(result)), set(found)
    if expected == given:
        return
    parts = []
    if expected - given:
        parts.append(f"lacks {', '.join(sorted(expected - given))}")
    if given - expected:
        unknown = ", ".join(sorted(given - expected))
        parts.append(f"not in exposure/scoring/columns.py: {unknown}")
    raise KeyError(f"{result}: {'; '.join(parts)}")
