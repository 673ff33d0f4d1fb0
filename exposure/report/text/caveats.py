"""Caveats that a reader needs before the numbers: judgement, history, and the end of the record."""

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from exposure.citations import known_until
from exposure.report.text import formats
from exposure.tables.dataset import Dataset

if TYPE_CHECKING:
    from exposure.result import Assessment

NEARLY_ALL, MOST = 0.9, 0.5
"""Shares of the rows from which on it is called nearly all, or most."""

DATED = re.compile(r"\d{4}(-\d{2}){0,2}")
"""A year, month or day."""


def caveats(assessments: "Sequence[Assessment]") -> list[tuple[str, str]]:
    """Caveats of a report, each with its reason.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings, at least one.
    """
    found = (judgement(assessments), history(assessments[0]), edge_of_record(assessments[0]))
    return [caveat for caveat in found if caveat]


def judgement(assessments: "Sequence[Assessment]") -> tuple[str, str] | None:
    """Share of the rows behind the scores that are judgement."""
    sectors = assessments[0].sectors.values()
    shares = [scored.assumed_rows / scored.rows for scored in sectors if scored.rows]
    if not shares:
        return None
    return (
        f"{_amount(min(shares))} of this depends on judgement.",
        f"Depending on the sector, {_span(shares)} % of the rows behind a score are assumed, or "
        "depend on an assumed row, instead of reported or measured.",
    )


def _amount(share: float) -> str:
    return "Nearly all" if share >= NEARLY_ALL else "Most" if share >= MOST else "Part"


def _span(shares: Sequence[float]) -> str:
    low, high = formats.percent(min(shares)), formats.percent(max(shares))
    return low if low == high else f"{low}–{high}"


def history(assessment: "Assessment") -> tuple[str, str]:
    """Agreement of the draws with the record."""
    if assessment.settings.prior or assessment.conditioned is None:
        return (
            "The draws are those of the tables alone.",
            "Draws that the record refutes count in full; docs/history.md shows how far the "
            "tables are from what was seen.",
        )
    met = assessment.conditioned
    return (
        "The draws agree with the record.",
        f"Of all draws of the tables, {100.0 * met.acceptance:.2g} % agree with the losses, stocks "
        "and stoppages observed since April 2025; this run uses "
        f"{formats.counted(assessment.settings.draws, 'draw')} of those (docs/history.md)."
        + (f" {met.note}" if met.note else ""),
    )


def edge_of_record(assessment: "Assessment") -> tuple[str, str] | None:
    """Last day on which the tables cover events."""
    dataset, as_of = assessment.dataset, assessment.settings.as_of
    known, newest = knowledge_date(assessment), newest_source(dataset)
    event = last_event(dataset, until=newest, as_of=as_of)
    if event is None or known is None:
        return None
    seen = [
        row.to_date
        for row in _rows(dataset, "observed_losses")
        if as_of is None or row.to_date <= as_of
    ]
    also = f", the last observed loss period ends on {max(seen)}" if seen else ""
    return (
        f"The tables cover events up to {known}.",
        f"Their last policy event is dated {event}{also}, and their newest source is dated "
        f"{newest}. Everything later is either scheduled or assumed by a scenario.",
    )


def knowledge_date(assessment: "Assessment") -> date | None:
    """Last day that a run knows: that of its tables, or the first day scored if earlier."""
    known, as_of = known_until(assessment.dataset), assessment.settings.as_of
    return known if known is None or as_of is None else min(known, as_of)


def newest_source(dataset: Dataset) -> str:
    """Date of the newest source, as precisely as it is known; empty where none is dated."""
    dates = (str(row.published or "") for row in _rows(dataset, "sources"))
    return max((day for day in dates if DATED.fullmatch(day)), default="")


def last_event(dataset: Dataset, *, until: str, as_of: date | None = None) -> date | None:
    """Day of the last policy event that a source can have seen; None where there is none.

    Parameters
    ----------
    dataset
        Tables; those that are scheduled for later are among the events too.
    until
        Date of the newest source, to the day, month or year.
    as_of
        Day of the analysis; later events are left out.
    """
    days = [
        row.date
        for row in _rows(dataset, "policy_events")
        if row.date.isoformat()[: len(until)] <= until and (as_of is None or row.date <= as_of)
    ]
    return max(days, default=None)


def _rows(dataset: Dataset, table: str) -> tuple[Any, ...]:
    return tuple(dataset.rows.get(table, ()))
