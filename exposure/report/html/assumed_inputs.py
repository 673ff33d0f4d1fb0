"""Assumed inputs behind the sectors ranked first: one row per input, whatever the course."""

from dataclasses import dataclass

from exposure.citations import KeyAssumption, key_assumptions
from exposure.report.contents import Contents

TOP_ASSUMED = 3
"""Sectors of each course whose assumed rows are shown, and rows shown of each."""


@dataclass(frozen=True)
class AssumedInput:
    """An assumed input, and its correlation with the score of a sector."""

    sector: str
    """Name of the sector."""
    row: KeyAssumption
    """The input; what it explains is that of the first course that shows it."""
    explained: tuple[float | None, ...]
    """Squared correlation with the score under each course; None where others explain more."""


def assumed_inputs(contents: Contents) -> list[AssumedInput]:
    """Assumed inputs of the leading sectors, in the order in which the courses rank them.

    Parameters
    ----------
    contents
        From `exposure.report.contents.gather`.
    """
    found: dict[tuple[str, str, tuple[str, ...]], list[KeyAssumption | None]] = {}
    names: dict[str, str] = {}
    # All courses have the same tables and draws, so that their inputs are drawn once.
    inputs = contents.runs[0].run.inputs
    for course, run in enumerate(contents.runs):
        ranked = run.ranking.head(TOP_ASSUMED)
        for sector, name in zip(ranked["sector"], ranked["name"], strict=True):
            names.setdefault(str(sector), str(name))
            rows = key_assumptions(run, str(sector), limit=TOP_ASSUMED, inputs=inputs)
            for row in rows:
                empty: list[KeyAssumption | None] = [None] * len(contents.runs)
                found.setdefault((str(sector), row.table, row.key), empty)[course] = row
    order = list(names)
    ordered = sorted(found.items(), key=lambda pair: order.index(pair[0][0]))
    return [_assumed_input(names[sector], rows) for (sector, *_), rows in ordered]


def _assumed_input(name: str, rows: list[KeyAssumption | None]) -> AssumedInput:
    first = next(row for row in rows if row is not None)
    return AssumedInput(name, first, tuple(None if row is None else row.explained for row in rows))
