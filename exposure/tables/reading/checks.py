"""Rules that hold across rows and across tables.

Each rule is one small function from the parsed tables to faults; `check_tables` runs them all,
but for those that would report as missing a row which is there and faulty. A rule about single
cells belongs to the row models instead, one about missing rows to `completeness`.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from exposure.errors import Fault, did_you_mean
from exposure.tables.reading import completeness
from exposure.tables.reading.lines import Line, Rule, Tables, grouped, known_words
from exposure.tables.schema.rows import split_list
from exposure.terms import ANY, STAGES, Element

SUM_TOLERANCE = 0.02
"""Largest accepted |sum - 1| of shares: four shares rounded to whole percents miss by 4 x 0.005."""

BACK_TEST_TABLES = ("observed_output", "disruptions")
"""Tables that may speak of sectors nobody ranks."""


def check_tables(tables: Tables, *, faulty: Collection[str] = ()) -> tuple[list[Fault], bool]:
    """Faults of all rules, in the order of the rules, and whether some rules had to wait.

    Parameters
    ----------
    tables
        Table name to its checked rows.
    faulty
        Files with faults of their own; rules about missing rows wait until they are mended.
    """
    faults = [fault for fault in completeness.tables_are_filled(tables) if fault.file not in faulty]
    waiting = {*faulty, *(fault.file for fault in faults)}
    skipped = False
    for rules in (KEY_RULES, RULES):
        for rule, missed in rules.items():
            if waiting.isdisjoint(f"{name}.csv" for name in missed):
                faults += rule(tables)
            else:
                skipped = True
        waiting |= {fault.file for fault in faults}
    return faults, skipped


def sectors_resolve(tables: Tables) -> Iterable[Fault]:
    """A sector that is named must exist."""
    return _names_resolve(tables, "sector", "sectors")


def components_resolve(tables: Tables) -> Iterable[Fault]:
    """A component that is named must exist."""
    return _names_resolve(tables, "component", "components")


def _names_resolve(tables: Tables, column: str, home: str) -> Iterable[Fault]:
    known = known_words(tables, home, column)
    for name, lines in tables.items():
        if name == home or name in BACK_TEST_TABLES:
            continue
        for line in lines:
            found = getattr(line.row, column, None)
            if found is not None and found not in known:
                yield Fault(
                    f"{name}.csv", line.number, column, f"'{found}'", f"a {column} of {home}.csv",
                    did_you_mean(found, known),
                )  # fmt: skip


def elements_resolve(tables: Tables) -> Iterable[Fault]:
    """An element of a component must say since when it is under control, if at all."""
    known = known_words(tables, "elements", "element")
    for line in tables.get("components", []):
        for element in line.row.elements:
            if element not in known:
                yield Fault(
                    "components.csv", line.number, "elements", f"'{element}'",
                    "an element of elements.csv", "add it there, with its control date",
                )  # fmt: skip


def scopes_resolve(tables: Tables) -> Iterable[Fault]:
    """A parameter is for one element, or for all."""
    known = {ANY, *map(str, Element)}
    for line in tables.get("parameters", []):
        if line.row.scope not in known:
            yield Fault(
                "parameters.csv", line.number, "scope", f"'{line.row.scope}'",
                "an element or '*'", did_you_mean(line.row.scope, known),
            )  # fmt: skip


def sources_resolve(tables: Tables) -> Iterable[Fault]:
    """A source that is cited must have a record."""
    known = known_words(tables, "sources", "source_id")
    for name, lines in tables.items():
        for line in lines:
            cited = getattr(line.row, "source_id", "") if name != "sources" else ""
            for source in split_list(cited):
                if source not in known:
                    near = get_close_matches(source, sorted(known), n=1)
                    cure = f"did you mean '{near[0]}'?" if near else "add it to sources.csv"
                    yield Fault(
                        f"{name}.csv", line.number, "source_id", f"'{source}'",
                        "a source of sources.csv", cure,
                    )  # fmt: skip


def stage_shares_sum_to_one(tables: Tables) -> Iterable[Fault]:
    """Shares of world output sum to 1 over countries, a remainder being stated as ROW."""
    return _sums(tables, "stage_shares", ("element", "stage", "year", "kind"))


def sourcing_sums_to_one(tables: Tables) -> Iterable[Fault]:
    """Shares of what buyers buy sum to 1 over countries, a remainder being stated as ROW."""
    key = ("destination", "buyer_class", "component", "stage", "from_date")
    return _sums(tables, "sourcing", key)


def buyers_sum_to_one(tables: Tables) -> Iterable[Fault]:
    """Shares of a sector's output sum to 1 over its buyers."""
    return _sums(tables, "buyers", ("sector",))


def _sums(tables: Tables, name: str, key: tuple[str, ...]) -> Iterable[Fault]:
    too_little = {
        "buyers": "add the missing buyers",
        "stage_shares": "add the missing countries, or one ROW (rest of the world) row",
        "sourcing": "add the missing countries, or one ROW (rest of the world) row",
    }
    for group, lines in grouped(tables, name, key).items():
        total = math.fsum(line.row.central for line in lines)
        if round(abs(total - 1.0), 9) > SUM_TOLERANCE:
            cure = too_little[name] if total < 1.0 else "lower what is counted twice"
            yield Fault(
                f"{name}.csv", lines[0].number, ", ".join(group),
                f"central shares that sum to {total:.3f}", f"1 ± {SUM_TOLERANCE}", cure,
            )  # fmt: skip


def industry_shares_fit(tables: Tables) -> Iterable[Fault]:
    """Sectors that share an industry code hold at most all of it."""
    code = {line.row.sector: line.row.industry_code for line in tables.get("sectors", [])}
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    destination = {line.row.sector: line.row.destination for line in tables.get("sectors", [])}
    for line in tables.get("sector_values", []):
        if line.row.quantity == "industry_share" and line.row.sector in code:
            groups[(destination[line.row.sector], code[line.row.sector])].append(line)
    for (_, industry), lines in groups.items():
        total = math.fsum(line.row.central for line in lines)
        if round(total - 1.0, 9) > 0.0:
            names = ", ".join(line.row.sector for line in lines)
            yield Fault(
                "sector_values.csv", lines[0].number, f"industry {industry}",
                f"central shares of {names} that sum to {total:.3f}", "at most 1", "lower them",
            )  # fmt: skip


def components_are_made_in_order(tables: Tables) -> Iterable[Fault]:
    """The stages of a component stand upstream first, each once."""
    for line in tables.get("components", []):
        stages = line.row.stages
        if list(stages) != [stage for stage in STAGES if stage in stages]:
            yield Fault(
                "components.csv", line.number, "stages", " ".join(stages),
                "each stage once, upstream first",
                "write " + " ".join(stage for stage in STAGES if stage in stages),
            )  # fmt: skip


def licences_outlive_their_renewal(tables: Tables) -> Iterable[Fault]:
    """A renewal is filed during the life of the licence."""
    rows: dict[str, dict[str, Line]] = defaultdict(dict)
    for line in tables.get("licence_queue", []):
        rows[line.row.destination][line.row.quantity] = line
    for destination, own in rows.items():
        merged = rows.get(ANY, {}) | own
        lead = merged.get("renewal_lead_weeks")
        for quantity, line in merged.items():
            if not lead or not quantity.startswith("validity_weeks"):
                continue
            # What a destination merely takes over from the default is the default's fault.
            stated = own.get(quantity) or own.get("renewal_lead_weeks")
            if stated and lead.row.high > line.row.low:
                yield Fault(
                    "licence_queue.csv", stated.number, f"{destination}, {quantity}",
                    f"{line.row.low:g} weeks at the lowest",
                    f"at least the longest renewal_lead_weeks, {lead.row.high:g}",
                    "shorten the lead or lengthen the validity",
                )  # fmt: skip


def caps_hold_the_stock(tables: Tables) -> Iterable[Fault]:
    """The largest stock ever held is not below the stock at the start."""
    stock = {
        (line.row.sector, line.row.component): line.row.high
        for line in tables.get("cover", [])
        if line.row.quantity == "stock_weeks"
    }
    for line in tables.get("cover", []):
        most = stock.get((line.row.sector, line.row.component), 0.0)
        if line.row.quantity == "cap_weeks" and line.row.low < most:
            yield Fault(
                "cover.csv", line.number, "low", f"a cap of {line.row.low:g} weeks",
                f"at least the highest stock at the start, {most:g}", "raise the cap",
            )  # fmt: skip


KEY_RULES: dict[Rule, tuple[str, ...]] = {
    sectors_resolve: ("sectors",),
    components_resolve: ("components",),
    scopes_resolve: (),
}
"""Rules about keys, which come first: a row under a misspelt key is not missing either."""

RULES: dict[Rule, tuple[str, ...]] = {
    elements_resolve: ("elements",),
    sources_resolve: ("sources",),
    stage_shares_sum_to_one: ("stage_shares",),
    sourcing_sums_to_one: ("sourcing",),
    buyers_sum_to_one: ("buyers",),
    industry_shares_fit: (),
    completeness.sectors_have_needs: ("sectors", "needs"),
    completeness.sectors_have_buyers: ("sectors", "buyers"),
    completeness.sectors_have_cover: ("sectors", "components", "cover"),
    completeness.substitutes_are_complete: ("sectors", "components", "substitution"),
    completeness.plants_are_complete: ("new_supply",),
    completeness.default_queue_is_complete: ("licence_queue",),
    components_are_made_in_order: (),
    completeness.stages_have_shares: ("stage_shares",),
    licences_outlive_their_renewal: (),
    caps_hold_the_stock: (),
    completeness.parameters_are_complete: ("parameters",),
    completeness.plants_have_demand: ("demand",),
}
"""The other rules; like those, with the tables that must be clean for each to tell a missing row
or key from a faulty one."""
