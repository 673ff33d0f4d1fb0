"""Checks for missing rows, without which a sector, plant, queue or stage cannot be run.

A faulty row is not a missing row, so each check is registered in `exposure.tables.reading.checks`
with the tables that must have no faults.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from exposure.faults import Fault
from exposure.tables.reading.lines import Line, TableLines, grouped
from exposure.tables.schema.demand import (
    BuyerRow,
    CoverRow,
    DemandRow,
    NeedRow,
    SectorRow,
    SubstitutionRow,
)
from exposure.tables.schema.policy import LicenceQueueRow, ParameterRow
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import (
    ComponentElementRow,
    ComponentRow,
    ElementRow,
    NewSupplyRow,
    PoolUserRow,
    StageShareRow,
)
from exposure.terms import ANY, CHINA, ShareKind

FILLED_TABLES = (
    "elements", "stages", "components", "component_elements", "stage_shares", "sectors", "buyers",
    "needs", "cover", "licence_queue", "parameters",
)  # fmt: skip
"""Tables that must have rows; other required tables may consist of a header only."""

SETS_OF_SUBSTITUTION = (
    {"largest_share", "qualification_weeks", "ramp_weeks"},
    {"assembly_share", "assembly_weeks", "assembly_ramp_weeks"},
)
"""Quantities of ``substitution`` that have a meaning only together."""

RowT = TypeVar("RowT", bound=QuantityRow)


def tables_are_filled(tables: TableLines) -> Iterable[Fault]:
    """Tables that are needed for every ranking have at least one row."""
    for name in FILLED_TABLES:
        if not tables.by_table.get(name):
            yield Fault("", "no rows", "at least one row", "add the rows", f"{name}.csv")


def sectors_have_needs(tables: TableLines) -> Iterable[Fault]:
    """A sector needs at least one component."""
    needs = components_needed(tables)
    for line in tables.of(SectorRow):
        if not needs[line.row.sector] | needs[line.row.uncertainty_group]:
            yield _incomplete(line, "no needs", "needs.csv", "its criticality_share")


def sectors_have_buyers(tables: TableLines) -> Iterable[Fault]:
    """A sector has buyers."""
    with_buyers = {line.row.sector for line in tables.of(BuyerRow)}
    for line in tables.of(SectorRow):
        if line.row.sector not in with_buyers:
            yield _incomplete(line, "no buyers", "buyers.csv", "its share by buyer class")


def sectors_have_cover(tables: TableLines) -> Iterable[Fault]:
    """A sector has stock and lag of each component it needs."""
    needs = components_needed(tables)
    known = {line.row.component for line in tables.of(ComponentRow)}
    cover = {(row.sector, row.component, row.quantity) for row in _rows(tables.of(CoverRow))}
    for line in tables.of(SectorRow):
        names = (line.row.sector, line.row.uncertainty_group)
        for component in sorted((needs[names[0]] | needs[names[1]]) & known):
            for quantity in ("stock_weeks", "lag_weeks"):
                if not any((name, component, quantity) in cover for name in names):
                    found = f"no {quantity} of {component}"
                    yield _incomplete(line, found, "cover.csv", "the row")


def components_needed(tables: TableLines) -> dict[str, set[str]]:
    """Components on which the output of each sector, or group of sectors, depends."""
    needs: dict[str, set[str]] = defaultdict(set)
    for line in tables.of(NeedRow):
        if line.row.quantity == "criticality_share":
            needs[line.row.sector].add(line.row.component)
    return needs


def _rows(lines: Sequence[Line[RowT]]) -> Iterable[RowT]:
    return (line.row for line in lines)


def _incomplete(line: Line[SectorRow], found: str, file: str, what: str) -> Fault:
    return Fault(
        line.row.sector, found, f"a row in {file}", f"add {what}", "sectors.csv", line.number
    )


def substitutes_are_complete(tables: TableLines) -> Iterable[Fault]:
    """A substitute, and supply in assembled parts, states all of its quantities.

    If a sector has no row, the row of its group counts.
    """
    group = {line.row.sector: line.row.uncertainty_group for line in tables.of(SectorRow)}
    lines = grouped(tables.of(SubstitutionRow), lambda row: (row.sector, row.component))
    stated = {
        key: {str(line.row.quantity) for line in group_lines} for key, group_lines in lines.items()
    }
    for (sector, component), group_lines in lines.items():
        known = stated[sector, component]
        known = known | stated.get((group.get(sector, sector), component), set())
        for wanted in SETS_OF_SUBSTITUTION:
            missing = wanted - known
            if missing and missing != wanted:
                yield Fault(
                    f"{sector}, {component}", "no " + ", ".join(sorted(missing)),
                    "all quantities", "add the rows", "substitution.csv", group_lines[0].number,
                )  # fmt: skip


def plants_are_complete(tables: TableLines) -> Iterable[Fault]:
    """A plant states all of its quantities."""
    return _quantities(
        tables.of(NewSupplyRow),
        "new_supply.csv",
        group=lambda row: (row.project, row.element, row.stage),
        quantity=lambda row: row.quantity,
    )


def default_queue_is_complete(tables: TableLines) -> Iterable[Fault]:
    """The default queue, for destinations without rows, states all of its quantities."""
    default = [
        line
        for line in tables.of(LicenceQueueRow)
        if (line.row.destination, line.row.buyer_class, line.row.element) == (ANY, ANY, ANY)
        and line.row.from_date is None
    ]
    if not default:
        yield Fault(
            "destination", "no rows for '*'", "the default queue", "add a row for each quantity",
            "licence_queue.csv",
        )  # fmt: skip
    yield from _quantities(
        default,
        "licence_queue.csv",
        group=lambda row: (row.destination,),
        quantity=lambda row: row.quantity,
    )


def _quantities(
    lines: Sequence[Line[RowT]],
    file: str,
    *,
    group: Callable[[RowT], tuple[str, ...]],
    quantity: Callable[[RowT], str],
) -> Iterable[Fault]:
    for key, group_lines in grouped(lines, group).items():
        missing = set(group_lines[0].row.MEASURES) - {quantity(line.row) for line in group_lines}
        if missing:
            yield Fault(
                ", ".join(key), "no " + ", ".join(sorted(missing)), "all quantities",
                "add the rows", file, group_lines[0].number,
            )  # fmt: skip


def stages_have_shares(tables: TableLines) -> Iterable[Fault]:
    """World shares that include China exist for each stage of each element of a component."""
    known = {
        (line.row.element, line.row.stage)
        for line in tables.of(StageShareRow)
        if line.row.kind is ShareKind.OUTTURN and line.row.country == CHINA
    }
    for line in tables.of(ComponentRow):
        for element in line.row.elements:
            for stage in line.row.stages:
                if (element, stage) not in known:
                    yield Fault(
                        line.row.component, f"no share of China for {element} at stage {stage}",
                        "an outturn row in stage_shares.csv",
                        "add the row, as assumed with an argued range if it is not known",
                        "components.csv", line.number,
                    )  # fmt: skip


def parameters_are_complete(tables: TableLines) -> Iterable[Fault]:
    """The constants that every run needs exist."""
    known = {(line.row.parameter, line.row.scope) for line in tables.of(ParameterRow)}
    wanted: list[tuple[str, str]] = [("nested_share", ANY), ("restock_ratio", ANY)]
    wanted += [
        ("application_weight", line.row.element)
        for line in tables.of(ElementRow)
        if line.row.controlled_from is not None
    ]
    for parameter, scope in wanted:
        if (parameter, scope) not in known:
            found = f"no row for scope '{scope}'"
            yield Fault(parameter, found, "one", "add the row", "parameters.csv")


def plants_have_demand(tables: TableLines) -> Iterable[Fault]:
    """A new plant needs a known use of its element and a known pool outside China."""
    known = {line.row.element for line in tables.of(DemandRow) if line.row.destination == "WLD"}
    pools: dict[str, set[str]] = defaultdict(set)
    for made in tables.of(ComponentElementRow):
        pools[made.row.element].add(made.row.pool)
    sized = {
        user.row.pool
        for user in tables.of(PoolUserRow)
        if user.row.user == "all" and user.row.quantity == "demand_t_per_year"
    }
    seen = set()
    for line in tables.of(NewSupplyRow):
        element = line.row.element
        if element in seen:
            continue
        seen.add(element)
        if element not in known:
            yield Fault(
                f"element {element}", "no world_use_t_per_year of the world (WLD)",
                "a row in demand.csv", "add the row", "new_supply.csv", line.number,
            )  # fmt: skip
        for pool in sorted(pools[element] - sized):
            yield Fault(
                f"element {element}", f"no demand_t_per_year of all users of pool '{pool}'",
                "a row in pool_users.csv", "add the row", "new_supply.csv", line.number,
            )  # fmt: skip
