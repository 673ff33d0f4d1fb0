"""Checks that hold across rows and across tables.

Each check is one small function from the parsed tables to faults. `check_tables` runs them all,
except those that would report a faulty row as missing. A check of single cells belongs to the row
models instead, one about missing rows to `completeness`.
"""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from exposure.faults import Fault
from exposure.spelling import did_you_mean, nearest
from exposure.tables.reading import codes, completeness, industries, magnitudes, periods, pools
from exposure.tables.reading.lines import AnyLine, Check, Line, TableLines, grouped
from exposure.tables.schema.catalogue import TABLES, name_of
from exposure.tables.schema.demand import (
    BuyerRow,
    CoverRow,
    NeedRow,
    SectorRow,
    SubstitutionRow,
)
from exposure.tables.schema.policy import (
    OFFICE_QUANTITIES,
    LicenceQueueRow,
    ParameterRow,
    SourceRow,
)
from exposure.tables.schema.rows import QuantityRow, split_list
from exposure.tables.schema.supply import (
    ComponentRow,
    ElementRow,
    SourcingRow,
    StageRow,
    StageShareRow,
)
from exposure.terms import ANY

SUM_TOLERANCE = 0.02
"""Largest accepted |sum - 1| of shares: four shares rounded to whole percents miss by 4 x 0.005."""

BACK_TEST_TABLES = ("observed_output", "disruptions")
"""Tables that may name sectors that are not ranked."""

GROUP_MODELS = (CoverRow, NeedRow, SubstitutionRow)
"""Tables whose rows may name a group of sectors instead of one."""

ADD_COUNTRIES = "add the missing countries, or one ROW (rest of the world) row"
"""The cure for shares of countries that sum to less than 1."""

RowT = TypeVar("RowT", bound=QuantityRow)


def check_tables(tables: TableLines, *, faulty: Collection[str] = ()) -> tuple[list[Fault], bool]:
    """Faults of all checks in order, and whether some checks were skipped.

    Parameters
    ----------
    tables
        Checked rows of all tables.
    faulty
        Files with faults of their own; checks for missing rows in them are skipped.
    """
    faults = [fault for fault in completeness.tables_are_filled(tables) if fault.file not in faulty]
    waiting = {*faulty, *(fault.file for fault in faults)}
    skipped = False
    for checks in (KEY_CHECKS, CHECKS):
        for check, missed in checks.items():
            if waiting.isdisjoint(f"{name}.csv" for name in missed):
                faults += check(tables)
            else:
                skipped = True
        waiting |= {fault.file for fault in faults}
    return faults, skipped


def sectors_resolve(tables: TableLines) -> Iterable[Fault]:
    """A sector that is named must exist."""
    sectors = {line.row.sector for line in tables.of(SectorRow)}
    groups = {line.row.uncertainty_group for line in tables.of(SectorRow)}
    tables_of_groups = {name_of(model) for model in GROUP_MODELS}
    for name, lines in tables.by_table.items():
        known = sectors | groups if name in tables_of_groups else sectors
        yield from _names_resolve(name, lines, "sector", "sectors", known)


def components_resolve(tables: TableLines) -> Iterable[Fault]:
    """A component that is named must exist."""
    known = {line.row.component for line in tables.of(ComponentRow)} | {ANY}
    for name, lines in tables.by_table.items():
        yield from _names_resolve(name, lines, "component", "components", known)


def stages_resolve(tables: TableLines) -> Iterable[Fault]:
    """A stage that is named must exist."""
    known = {line.row.stage for line in tables.of(StageRow)}
    for name, lines in tables.by_table.items():
        yield from _names_resolve(name, lines, "stage", "stages", known)


def elements_named_resolve(tables: TableLines) -> Iterable[Fault]:
    """An element that is named must exist."""
    known = {line.row.element for line in tables.of(ElementRow)} | {ANY}
    for name, lines in tables.by_table.items():
        yield from _names_resolve(name, lines, "element", "elements", known)


def _names_resolve(
    name: str, lines: Sequence[AnyLine], column: str, home: str, known: Collection[str]
) -> Iterable[Fault]:
    if name == home or name in BACK_TEST_TABLES or column not in TABLES[name].columns:
        return
    words = {word for word in known if word != ANY}
    article = "an" if column[0] in "aeiou" else "a"
    for line in lines:
        found = getattr(line.row, column)
        if found and found not in known:
            yield Fault(
                column, f"'{found}'", f"{article} {column} of {home}.csv",
                did_you_mean(found, words), f"{name}.csv", line.number,
            )  # fmt: skip


def elements_resolve(tables: TableLines) -> Iterable[Fault]:
    """Every element of a component has a row that says since when it is controlled, if at all."""
    known = {line.row.element for line in tables.of(ElementRow)}
    for line in tables.of(ComponentRow):
        for element in line.row.elements:
            if element not in known:
                yield Fault(
                    "elements", f"'{element}'", "an element of elements.csv",
                    "add it there, with its control date", "components.csv", line.number,
                )  # fmt: skip


def scopes_resolve(tables: TableLines) -> Iterable[Fault]:
    """A parameter is for one element, one group of sectors, or for all."""
    known = {ANY, *(line.row.element for line in tables.of(ElementRow))}
    known |= {line.row.uncertainty_group for line in tables.of(SectorRow)}
    for line in tables.of(ParameterRow):
        if line.row.scope not in known:
            yield Fault(
                "scope", f"'{line.row.scope}'", "an element, a group of sectors, or '*'",
                did_you_mean(line.row.scope, known), "parameters.csv", line.number,
            )  # fmt: skip


def sources_resolve(tables: TableLines) -> Iterable[Fault]:
    """A source that is cited must have a record."""
    known = {line.row.source_id for line in tables.of(SourceRow)}
    for name, lines in tables.by_table.items():
        if name == "sources" or "source_id" not in TABLES[name].columns:
            continue
        for line in lines:
            for source in split_list(getattr(line.row, "source_id", "")):
                if source not in known:
                    near = nearest(source, known)
                    cure = f"did you mean '{near}'?" if near else "add it to sources.csv"
                    yield Fault(
                        "source_id", f"'{source}'", "a source of sources.csv", cure,
                        f"{name}.csv", line.number,
                    )  # fmt: skip


def stage_shares_sum_to_one(tables: TableLines) -> Iterable[Fault]:
    """Shares of world output sum to 1 over countries, a remainder being stated as ROW."""
    return _sums(
        tables.of(StageShareRow),
        "stage_shares.csv",
        key=lambda row: (row.element, row.stage, str(row.year), row.kind),
        too_little=ADD_COUNTRIES,
    )


def sourcing_sums_to_one(tables: TableLines) -> Iterable[Fault]:
    """Shares of what buyers buy sum to 1 over countries, a remainder being stated as ROW."""
    return _sums(
        tables.of(SourcingRow),
        "sourcing.csv",
        key=lambda row: (
            row.destination, row.buyer_class, row.component, row.stage, str(row.from_date)
        ),
        too_little=ADD_COUNTRIES,
    )  # fmt: skip


def buyers_sum_to_one(tables: TableLines) -> Iterable[Fault]:
    """Shares of a sector's output sum to 1 over its buyers."""
    return _sums(
        tables.of(BuyerRow),
        "buyers.csv",
        key=lambda row: (row.sector,),
        too_little="add the missing buyers",
    )


def _sums(
    lines: Sequence[Line[RowT]],
    file: str,
    *,
    key: Callable[[RowT], tuple[str, ...]],
    too_little: str,
) -> Iterable[Fault]:
    for group, members in grouped(lines, key).items():
        total = math.fsum(line.row.central for line in members)
        if round(abs(total - 1.0), 9) > SUM_TOLERANCE:
            cure = too_little if total < 1.0 else "lower the shares that are counted twice"
            yield Fault(
                ", ".join(group), f"central shares that sum to {total:.3f}",
                f"1 ± {SUM_TOLERANCE}", cure, file, members[0].number,
            )  # fmt: skip


def stages_of_components_resolve(tables: TableLines) -> Iterable[Fault]:
    """A stage that a component goes through must exist."""
    known = [line.row.stage for line in tables.of(StageRow)]
    for line in tables.of(ComponentRow):
        for stage in line.row.stages:
            if stage not in known:
                yield Fault(
                    "stages", f"'{stage}'", "a stage of stages.csv", did_you_mean(stage, known),
                    "components.csv", line.number,
                )  # fmt: skip


def components_are_made_in_order(tables: TableLines) -> Iterable[Fault]:
    """The stages of a component are listed once each, upstream first."""
    order = [row.stage for row in sorted((s.row for s in tables.of(StageRow)), key=_position)]
    for line in tables.of(ComponentRow):
        stages = line.row.stages
        usual = [stage for stage in order if stage in stages]
        if list(stages) != usual:
            yield Fault(
                "stages", " ".join(stages), "each stage once, upstream first",
                "write " + " ".join(usual), "components.csv", line.number,
            )  # fmt: skip


def _position(row: StageRow) -> int:
    return row.position


def office_figures_hold_for_all(tables: TableLines) -> Iterable[Fault]:
    """A figure of a whole office applies to all buyers and elements at all times."""
    for line in tables.of(LicenceQueueRow):
        row = line.row
        selectors = {
            "buyer_class": "" if row.buyer_class == ANY else str(row.buyer_class),
            "element": "" if row.element == ANY else row.element,
            "from_date": str(row.from_date or ""),
        }
        if row.quantity in OFFICE_QUANTITIES and any(selectors.values()):
            yield Fault(
                row.quantity,
                ", ".join(f"{column} '{word}'" for column, word in selectors.items() if word),
                "one figure for the office as a whole",
                f"write '{ANY}' for buyer_class and element and no from_date",
                "licence_queue.csv", line.number,
            )  # fmt: skip


def licences_outlive_their_renewal(tables: TableLines) -> Iterable[Fault]:
    """A renewal is filed while the licence is valid."""
    lines = tables.of(LicenceQueueRow)
    leads = [line for line in lines if line.row.quantity == "renewal_lead_weeks"]
    for line in lines:
        if not line.row.quantity.startswith("validity_weeks"):
            continue
        longest = max(
            (lead for lead in leads if _may_meet(line.row, lead.row)),
            key=lambda lead: lead.row.high,
            default=None,
        )
        if longest is not None and longest.row.high > line.row.low:
            # A fault that a destination inherits from the default is reported once, for the
            # default.
            stated = longest if longest.row.destination != ANY else line
            yield Fault(
                f"{stated.row.destination}, {line.row.quantity}",
                f"{line.row.low:g} weeks at the lowest",
                f"at least the longest renewal_lead_weeks, {longest.row.high:g}",
                "shorten the lead or lengthen the validity",
                "licence_queue.csv", stated.number,
            )  # fmt: skip


def _may_meet(one: LicenceQueueRow, other: LicenceQueueRow) -> bool:
    """True if two rows of the queue can apply to the same case."""
    pairs = (
        (one.destination, other.destination),
        (one.buyer_class, other.buyer_class),
        (one.element, other.element),
    )
    return all(ANY in pair or pair[0] == pair[1] for pair in pairs)


def caps_hold_the_stock(tables: TableLines) -> Iterable[Fault]:
    """The largest stock ever held is not below the stock at the start.

    If a sector has no row, the row of its group counts.
    """
    highest: dict[tuple[str, str, str], float] = {
        (line.row.sector, line.row.component, line.row.quantity): line.row.high
        for line in tables.of(CoverRow)
    }
    groups = {line.row.sector: line.row.uncertainty_group for line in tables.of(SectorRow)}
    for line in tables.of(CoverRow):
        name, component = line.row.sector, line.row.component
        if line.row.quantity != "cap_weeks":
            continue
        holders = [
            sector
            for sector, group in groups.items()
            if name == sector or (name == group and (sector, component, "cap_weeks") not in highest)
        ]
        stocks = [
            highest.get((holder, component, "stock_weeks"))
            or highest.get((groups[holder], component, "stock_weeks"), 0.0)
            for holder in holders
        ]
        if line.row.low < max(stocks, default=0.0):
            yield Fault(
                "low", f"a cap of {line.row.low:g} weeks",
                f"at least the highest stock at the start, {max(stocks):g}", "raise the cap",
                "cover.csv", line.number,
            )  # fmt: skip


KEY_CHECKS: dict[Check, tuple[str, ...]] = {
    sectors_resolve: ("sectors",),
    components_resolve: ("components",),
    stages_resolve: ("stages",),
    stages_of_components_resolve: ("stages",),
    elements_named_resolve: ("elements",),
    elements_resolve: ("elements",),
    scopes_resolve: ("elements", "sectors"),
    codes.priced_goods_are_known: ("elements",),
    codes.seen_sectors_are_not_misspelt: ("sectors",),
}
"""Checks of keys, which come first: a row with a misspelt key must not be reported as missing."""

CHECKS: dict[Check, tuple[str, ...]] = {
    sources_resolve: ("sources",),
    stage_shares_sum_to_one: ("stage_shares",),
    sourcing_sums_to_one: ("sourcing",),
    buyers_sum_to_one: ("buyers",),
    completeness.sectors_have_needs: ("sectors", "needs"),
    completeness.sectors_have_buyers: ("sectors", "buyers"),
    completeness.sectors_have_cover: ("sectors", "components", "cover"),
    completeness.substitutes_are_complete: ("sectors", "components", "substitution"),
    completeness.plants_are_complete: ("new_supply",),
    completeness.default_queue_is_complete: ("licence_queue",),
    components_are_made_in_order: ("components", "stages"),
    completeness.stages_have_shares: ("stage_shares", "components"),
    office_figures_hold_for_all: (),
    licences_outlive_their_renewal: (),
    caps_hold_the_stock: (),
    completeness.parameters_are_complete: ("parameters",),
    completeness.plants_have_demand: ("demand", "pool_users"),
    pools.elements_have_pools: ("component_elements", "components"),
    pools.alternatives_have_company: ("component_elements",),
    pools.shares_fit_their_pool: ("pool_users",),
    pools.users_are_described: ("pool_users", "components"),
    pools.users_resolve: ("pool_users",),
    pools.users_are_sized: ("pool_users",),
    pools.users_are_described_once: ("pool_users",),
    pools.order_classes_are_whole: ("pool_users",),
    pools.stocks_are_seen_under_control: ("elements",),
    **industries.CHECKS,
    **magnitudes.CHECKS,
    **periods.CHECKS,
}
"""The other checks. Each has a list of tables that must have no faults, because otherwise it would
report faulty rows or keys as missing."""
