"""The licence queue week by week, as text: a block for each scenario, destination and class."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("date", "state", "applications", "backlog", "live_licences", "flow")
"""Columns shown; the CSV has more."""

LEGEND = (
    "applications (per week) and backlog: shares of all pairs of buyer and goods at the "
    "destination; live_licences and flow: shares of the class, 1 being all of it; flow exceeds 1 "
    "while unfilled orders are made up"
)


def flow_text(frame: "pd.DataFrame") -> str:
    """Lay out the weeks of a scenario, or of each scenario of a mixture.

    Parameters
    ----------
    frame
        As `exposure.licensing.flow_table.licensed_flow` gives it, with the weeks to be shown.
    """
    from exposure.report.text.layout import WIDTH, aligned, underlined, wrapped

    if frame.empty:
        return "no goods need a licence"
    blocks = []
    places = len(set(frame["destination"])) > 1
    for (scenario, destination), flows in frame.groupby(["scenario", "destination"], sort=False):
        blocks.append(underlined(f"{scenario}, {destination}" if places else str(scenario)))
        for name, weeks in flows.groupby("licence_class", sort=False):
            rows = [[_cell(cell) for cell in row] for row in weeks[list(COLUMNS)].to_numpy()]
            table = aligned(COLUMNS, rows, align="llrrrr")
            blocks.append(f"{wrapped(str(name), width=WIDTH)}\n{table}")
    return "\n\n".join([*blocks, wrapped(LEGEND, width=WIDTH)])


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


STOPPAGES = {
    "sector": "sector",
    "reported": "reported",
    "week": "week of report",
    "first_firms_week": "first firms stop",
    "probability": "probability",
    "verdict": "verdict",
}
"""Columns of `exposure.evidence.stoppage_reports.stoppages`, with their headings on screen."""

STOPPAGES_LEGEND = (
    "weeks count from 4 April 2025; first firms stop: median week over draws, - if no firm stops "
    "in most draws; probability: share of draws in which a firm has stopped by the week of the "
    "report or, for a sector at work, in which more is lost than the record allows"
)


def stoppages_text(frame: "pd.DataFrame") -> str:
    """Lay out reported stoppages and sectors at work, and what the model says of each."""
    from exposure.report.text.layout import WIDTH, aligned, wrapped

    rows = [
        [_plain(value) for value in row] for row in frame[list(STOPPAGES)].itertuples(index=False)
    ]
    table = aligned(list(STOPPAGES.values()), rows, align="llrrrl")
    return f"{table}\n\n{wrapped(STOPPAGES_LEGEND, width=WIDTH)}"


def _plain(value: object) -> str:
    """A value in words, or a number of three significant digits."""
    if isinstance(value, float):
        return "-" if value != value else f"{value:.3g}"  # noqa: PLR0124 - NaN alone differs
    return str(value).replace("_", " ")
