"""What a sector's score stands on: the rows of the tables behind it.

The rows are found, not judged; only `assumed_grounds` orders them, by how far each goes with
the score over the draws of the run.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.sectors import channels_of
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler, is_assumed
from exposure.tables.dataset import Dataset
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow
from exposure.terms import ANY, CHINA, STAGES, Element, ShareKind

if TYPE_CHECKING:
    from exposure.result import Assessment

OWN_TABLES = ("needs", "cover", "substitution", "buyers")
"""Tables keyed by sector that a score rests on."""

CHANCE = 10.0
"""A squared correlation below this over the number of draws may be chance: among some hundred
unrelated rows the largest is about there."""


@dataclass(frozen=True)
class Ground:
    """An uncertain row, and how far the score goes with it."""

    table: str
    key: tuple[str, ...]
    row: QuantityRow
    explained: float
    """Squared correlation of the row's draws with the score's, 0 to 1."""


def china_shares(dataset: Dataset, elements: Collection[Element | str], *, year: int) -> list[Any]:
    """China's share of world output by element and stage, newest outturn up to a year.

    Parameters
    ----------
    dataset
        Tables.
    elements
        Elements asked for.
    year
        Year of the scenario's start.

    Returns
    -------
    list of StageShareRow
        By element, then stage, upstream first.
    """
    found: dict[tuple[Element, int], Any] = {}
    for row in _rows(dataset, "stage_shares"):
        if row.country != CHINA or row.kind is not ShareKind.OUTTURN or row.element not in elements:
            continue
        place = (row.element, STAGES.index(row.stage))
        kept = found.get(place)
        # The oldest year stands in only where all are later than the start.
        if kept is None or kept.year < row.year <= year or kept.year > max(year, row.year):
            found[place] = row
    return [found[place] for place in sorted(found)]


def sector_rows(dataset: Dataset, sector: str, table: str) -> list[Any]:
    """Rows of one sector in a table that is keyed by sector."""
    return [row for row in _rows(dataset, table) if row.sector == sector]


def own_sourcing(dataset: Dataset, sector: str) -> list[Any]:
    """China's share of what a sector's own buyers buy, where it replaces the world share."""
    home = next(row.destination for row in _rows(dataset, "sectors") if row.sector == sector)
    components = {row.component for row in _rows(dataset, "needs") if row.sector == sector}
    kinds = {row.buyer_class for row in _rows(dataset, "buyers") if row.sector == sector}
    found = [
        row
        for row in _rows(dataset, "sourcing")
        if row.destination == home
        and row.component in components
        and row.country == CHINA
        and row.buyer_class in {ANY, *kinds}
    ]
    own = {(row.component, row.stage, row.buyer_class) for row in found}
    # Rows for all buyers count only for those kinds that have none of their own.
    return [
        row
        for row in found
        if row.buyer_class != ANY
        or any((row.component, row.stage, kind) not in own for kind in kinds)
    ]


def assumed_grounds(assessment: "Assessment", sector: str, *, limit: int = 5) -> list[Ground]:
    """Assumed rows that go furthest with a sector's score, furthest first.

    Parameters
    ----------
    assessment
        A finished run; its draws are made again from its seed.
    sector
        Id of a sector it ranks.
    limit
        Most rows given.

    Returns
    -------
    list of Ground
        Empty where the score does not vary.
    """
    scores = assessment.sectors[sector].scores
    if scores.min() == scores.max():
        return []
    settings = assessment.settings
    inputs = Inputs(assessment.dataset, Sampler(settings.draws, settings.seed))
    grounds = []
    for table, row in _uncertain_rows(inputs, sector, year=assessment.scenario.start.year):
        key = tuple(str(getattr(row, column)) for column in TABLES[table].key)
        if is_assumed(row) and row.low < row.high:
            drawn = inputs.require(table, *key)
            grounds.append(Ground(table, key, row, _squared_correlation(drawn, scores)))
    return sorted(grounds, key=lambda g: (-g.explained, g.table, g.key))[:limit]


def _uncertain_rows(inputs: Inputs, sector: str, *, year: int) -> Iterator[tuple[str, QuantityRow]]:
    """Rows that a sector's score may depend on, with their tables."""
    dataset, channels = inputs.dataset, channels_of(inputs, sector)
    home = next(row.destination for row in _rows(dataset, "sectors") if row.sector == sector)
    elements = {channel.element for channel in channels}
    places = {home, ANY, *(channel.processed_in for channel in channels)}
    for table in OWN_TABLES:
        yield from ((table, row) for row in sector_rows(dataset, sector, table))
    yield from (("stage_shares", row) for row in china_shares(dataset, elements, year=year))
    yield from (("sourcing", row) for row in own_sourcing(dataset, sector))
    for row in _rows(dataset, "licence_queue"):
        if row.destination in places:
            yield "licence_queue", row
    for row in _rows(dataset, "parameters"):
        if row.scope in {ANY, *elements}:
            yield "parameters", row
    for table in ("new_supply", "demand"):
        yield from ((table, row) for row in _rows(dataset, table) if row.element in elements)


def _rows(dataset: Dataset, table: str) -> tuple[Any, ...]:
    return tuple(dataset.rows.get(table, ()))


def _squared_correlation(one: FloatArray, other: FloatArray) -> float:
    if one.min() == one.max():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1] ** 2)
