"""The table of the first screen: every sector under every course, in as few words as possible."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exposure.report.contents import Contents
from exposure.report.files.json_output import rows_of
from exposure.report.text.cells import ShownCell, shown_cell
from exposure.scoring.columns import columns_of

if TYPE_CHECKING:
    from exposure.result import Assessment

OF_COURSE = ("band", "rank_p05", "first_hit_date_p50", "value_at_risk_usd_per_year")
"""Columns of each course; the rank is shown as its interval."""

SHORT = {
    "band": "Band",
    "rank_p05": "Rank",
    "first_hit_date_p50": "First hit",
    "value_at_risk_usd_per_year": "USD\u00a0bn",
    "implied_so_far": "Implied",
    "seen_so_far": "Seen",
}
"""Headings of the first screen."""

OF_RECORD = ("implied_so_far", "seen_so_far")
"""Columns that are the same under every course."""


@dataclass(frozen=True)
class OverviewRow:
    """A sector in the table of the first screen."""

    name: str
    refuted: bool
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True)
class Overview:
    """The table of the first screen."""

    courses: tuple[str, ...]
    headings: tuple[str, ...]
    """Headings of one course."""
    record: tuple[str, ...]
    """Headings of the observed losses; empty if nothing was observed."""
    rows: tuple[OverviewRow, ...]


def overview(contents: Contents) -> Overview:
    """Make the table, in the order of the first course."""
    columns = {column.name: column for column in columns_of("ranking")}
    tables = [
        {str(row["sector"]): row for row in rows_of("ranking", run.ranking)}
        for run in contents.runs
    ]
    first = tables[0]
    observed = any(row["seen_so_far"] is not None for row in first.values())
    record = OF_RECORD if observed else ()
    rows = tuple(
        OverviewRow(
            str(row["name"]),
            bool(row["refuted"]),
            (
                *(
                    shown_cell(columns[name], table[sector])
                    for table in tables
                    for name in OF_COURSE
                ),
                *(shown_cell(columns[name], row) for name in record),
            ),
        )
        for sector, row in first.items()
    )
    return Overview(
        tuple(run.scenario.name for run in contents.runs),
        tuple(SHORT[name] for name in OF_COURSE),
        tuple(SHORT[name] for name in record),
        rows,
    )


def names_of_sectors(run: "Assessment") -> dict[str, str]:
    """Names of the sectors by id."""
    return {sector: scored.label.name for sector, scored in run.sectors.items()}
