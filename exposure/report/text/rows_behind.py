"""Rows behind one sector's score for readers: filters of the rows that the run recorded."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from exposure.scoring.rows import rows_of_run
from exposure.supply.channels import components_needed
from exposure.tables.schema.demand import CoverRow, NeedRow, SubstitutionRow
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import SourcingRow, StageShareRow
from exposure.terms import ANY, CHINA

if TYPE_CHECKING:
    from exposure.result import Assessment


def rows_behind(assessment: "Assessment", sector: str) -> list[QuantityRow]:
    """Figures that the run read for a sector, by table and key."""
    cells = assessment.run.inputs.index.cells
    return [cells[row] for row in sorted(rows_of_run(assessment.run, sector)) if row in cells]


def china_shares(
    assessment: "Assessment", sector: str, elements: Iterable[str]
) -> list[StageShareRow]:
    """China's share of world output of some elements, by element, then stage, upstream first."""
    wanted = set(elements)
    order = assessment.run.inputs.index.stages
    found = [
        row
        for row in rows_behind(assessment, sector)
        if isinstance(row, StageShareRow) and row.element in wanted and row.country == CHINA
    ]
    return sorted(found, key=lambda row: (row.element, order.index(row.stage), row.year))


def own_sourcing(assessment: "Assessment", sector: str) -> list[SourcingRow]:
    """China's share of what a sector's own buyers buy, where it replaces the world share."""
    inputs = assessment.run.inputs
    home = inputs.index.sectors[sector].destination
    components = components_needed(inputs, sector)
    kinds = {ANY, *(str(kind) for kind, _ in inputs.buyers(sector))}
    return [
        row
        for row in rows_behind(assessment, sector)
        if isinstance(row, SourcingRow)
        and row.destination in (home, ANY)
        and row.component in components
        and row.country == CHINA
        and str(row.buyer_class) in kinds
    ]


def own_rows(
    assessment: "Assessment", sector: str, model: type[CoverRow | NeedRow | SubstitutionRow]
) -> list[CoverRow | NeedRow | SubstitutionRow]:
    """Rows of a sector, or of its group where it has none of its own."""
    names = (sector, assessment.run.inputs.index.sectors[sector].uncertainty_group)
    components = components_needed(assessment.run.inputs, sector)
    return [
        row
        for row in rows_behind(assessment, sector)
        if isinstance(row, model) and row.sector in names and row.component in components
    ]
