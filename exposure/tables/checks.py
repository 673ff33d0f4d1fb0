"""Rules that hold across rows and across tables.

Each rule is one small function from the parsed tables to faults; `check_tables` runs them all.
A rule about single cells belongs to the row models instead.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exposure.errors import Fault, did_you_mean
from exposure.terms import ANY, CHINA, STAGES, Element, ShareKind

SUM_TOLERANCE = 0.02
"""Largest accepted |sum - 1| of shares: four shares rounded to whole percents miss by 4 x 0.005."""


@dataclass(frozen=True)
class Line:
    """A checked row and the line of the file on which it ends."""

    number: int
    row: Any


Tables = Mapping[str, list[Line]]
Rule = Callable[[Tables], Iterable[Fault]]


def check_tables(tables: Tables) -> list[Fault]:
    """Faults of all rules, in the order of the rules."""
    return [fault for rule in RULES for fault in rule(tables)]


def _known(tables: Tables, table: str, column: str) -> set[str]:
    return {str(getattr(line.row, column)) for line in tables.get(table, [])}


def references_resolve(tables: Tables) -> Iterable[Fault]:
    """A sector, component or source that is named must exist."""
    kinds = {"sector": "sectors", "component": "components"}
    for column, home in kinds.items():
        known = _known(tables, home, column)
        for name, lines in tables.items():
            if name == home or name in BACK_TEST_TABLES:
                continue
            for line in lines:
                found = getattr(line.row, column, None)
                if found is not None and found not in known:
                    cure = did_you_mean(found, known)
                    yield Fault(
                        f"{name}.csv", line.number, column, f"'{found}'", f"a known {column}", cure
                    )


def sources_resolve(tables: Tables) -> Iterable[Fault]:
    """A source that is cited must have a record."""
    known = _known(tables, "sources", "source_id")
    for name, lines in tables.items():
        for line in lines:
            cited = getattr(line.row, "source_id", "") if name != "sources" else ""
            for source in (part.strip() for part in cited.split(";") if part.strip()):
                if source not in known:
                    cure = did_you_mean(source, known) if known else "add it to sources.csv"
                    yield Fault(
                        f"{name}.csv", line.number, "source_id", f"'{source}'",
                        "a source of sources.csv", cure,
                    )  # fmt: skip


def shares_sum_to_one(tables: Tables) -> Iterable[Fault]:
    """Shares of one whole must sum to 1, a remainder being stated as ROW."""
    wholes = {
        "stage_shares": ("element", "stage", "year", "kind"),
        "sourcing": ("destination", "buyer_class", "component", "stage", "from_date"),
        "buyers": ("sector",),
    }
    for name, key in wholes.items():
        groups: dict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in tables.get(name, []):
            groups[tuple(str(getattr(line.row, column)) for column in key)].append(line)
        for group, lines in groups.items():
            total = math.fsum(line.row.central for line in lines)
            if round(abs(total - 1.0), 9) > SUM_TOLERANCE:
                cure = (
                    "state every class of buyer"
                    if name == "buyers"
                    else "add the missing countries, or one ROW (rest of the world) row"
                )
                yield Fault(
                    f"{name}.csv", lines[0].number, ", ".join(group),
                    f"shares that sum to {total:.3f}", f"1 ± {SUM_TOLERANCE}", cure,
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
        if total > 1.0 + 1e-9:
            names = ", ".join(line.row.sector for line in lines)
            yield Fault(
                "sector_values.csv", lines[0].number, f"industry {industry}",
                f"industry shares of {names} that sum to {total:.3f}", "at most 1", "lower them",
            )  # fmt: skip


def sectors_are_complete(tables: Tables) -> Iterable[Fault]:
    """A sector has buyers, at least one criticality, and cover for each of its components."""
    needs: dict[str, set[str]] = defaultdict(set)
    for line in tables.get("needs", []):
        if line.row.quantity == "criticality_share":
            needs[line.row.sector].add(line.row.component)
    with_buyers = _known(tables, "buyers", "sector")
    for line in tables.get("sectors", []):
        sector = line.row.sector
        if not needs[sector]:
            yield _incomplete(line, "no needs", "needs.csv", "its criticality_share")
        if sector not in with_buyers:
            yield _incomplete(line, "no buyers", "buyers.csv", "its share by buyer class")
        yield from _cover_is_complete(tables, line, sorted(needs[sector]))


def _cover_is_complete(tables: Tables, line: Line, components: list[str]) -> Iterable[Fault]:
    cover = {(own.row.sector, own.row.component, own.row.quantity) for own in tables.get("cover", [])}
    for component in components:
        for quantity in ("stock_weeks", "lag_weeks"):
            if (line.row.sector, component, quantity) not in cover:
                found = f"no {quantity} of {component}"
                yield _incomplete(line, found, "cover.csv", "the row")


def _incomplete(line: Line, found: str, file: str, what: str) -> Fault:
    return Fault(
        "sectors.csv", line.number, line.row.sector, found, f"a row in {file}", f"add {what}"
    )


def quantities_are_complete(tables: Tables) -> Iterable[Fault]:
    """A substitute, a plant and the default queue state all of their quantities."""
    wanted = {
        "substitution": (("sector", "component"), None),
        "new_supply": (("project", "element", "stage"), None),
        "licence_queue": (("destination",), ANY),
    }
    for name, (key, only) in wanted.items():
        groups: dict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in tables.get(name, []):
            groups[tuple(str(getattr(line.row, column)) for column in key)].append(line)
        for group, lines in groups.items():
            missing = set(lines[0].row.MEASURES) - {line.row.quantity for line in lines}
            if missing and only in (None, group[0]):
                yield Fault(
                    f"{name}.csv", lines[0].number, ", ".join(group),
                    "no " + ", ".join(sorted(missing)), "all quantities", "add the rows",
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


def stages_have_shares(tables: Tables) -> Iterable[Fault]:
    """World shares that include China exist for each stage of each element of a component."""
    known = {
        (line.row.element, line.row.stage)
        for line in tables.get("stage_shares", [])
        if line.row.kind is ShareKind.OUTTURN and line.row.country == CHINA
    }
    for line in tables.get("components", []):
        for element in line.row.elements:
            for stage in line.row.stages:
                if (element, stage) not in known:
                    yield Fault(
                        "components.csv", line.number, line.row.component,
                        f"no share of China for {element} at stage {stage}",
                        "an outturn row in stage_shares.csv",
                        "add the row, as assumed with an argued range if it is not known",
                    )  # fmt: skip


def queue_is_coherent(tables: Tables) -> Iterable[Fault]:
    """A renewal is filed during the life of the licence, and the default queue exists."""
    rows: dict[str, dict[str, Line]] = defaultdict(dict)
    for line in tables.get("licence_queue", []):
        rows[line.row.destination][line.row.quantity] = line
    if not rows.get(ANY):
        yield Fault(
            "licence_queue.csv", None, "destination", "no rows for '*'",
            "the default queue", "add a row for each quantity",
        )  # fmt: skip
    for destination, own in rows.items():
        merged = rows.get(ANY, {}) | own
        lead = merged.get("renewal_lead_weeks")
        for quantity, line in own.items():
            if lead and quantity.startswith("validity_weeks") and lead.row.high > line.row.low:
                yield Fault(
                    "licence_queue.csv", line.number, f"{destination}, {quantity}",
                    f"{line.row.low:g} at the lowest",
                    f"at least the longest renewal lead, {lead.row.high:g}",
                    "shorten renewal_lead_weeks or lengthen the validity",
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


def parameters_are_complete(tables: Tables) -> Iterable[Fault]:
    """The constants without which nothing runs are there."""
    known = {(line.row.parameter, line.row.scope) for line in tables.get("parameters", [])}
    wanted = [("nested_share", ANY), ("restock_ratio", ANY)]
    wanted += [
        ("application_weight", str(line.row.element))
        for line in tables.get("elements", [])
        if line.row.controlled_from is not None
    ]
    for parameter, scope in wanted:
        if (parameter, scope) not in known:
            yield Fault(
                "parameters.csv", None, parameter, f"no row for '{scope}'", "one", "add the row"
            )
    elements = {str(element) for element in Element} | {ANY}
    for line in tables.get("parameters", []):
        if line.row.scope not in elements:
            cure = did_you_mean(line.row.scope, elements)
            yield Fault(
                "parameters.csv", line.number, "scope", f"'{line.row.scope}'",
                "an element or '*'", cure,
            )  # fmt: skip


def plants_have_demand(tables: Tables) -> Iterable[Fault]:
    """Tonnes from a new plant count only against a known demand outside China."""
    known = {
        (line.row.element, line.row.quantity)
        for line in tables.get("demand", [])
        if line.row.destination == "WLD"
    }
    seen = set()
    for line in tables.get("new_supply", []):
        for quantity in ("world_use_t_per_year", "share_outside_china"):
            case = (line.row.element, quantity)
            if case not in known and case not in seen:
                seen.add(case)
                yield Fault(
                    "new_supply.csv", line.number, str(line.row.element),
                    f"no {quantity} of the world (WLD)", "a row in demand.csv", "add the row",
                )  # fmt: skip


BACK_TEST_TABLES = ("observed_output", "disruptions")
"""Tables that may speak of sectors nobody ranks."""

RULES: tuple[Rule, ...] = (
    references_resolve,
    sources_resolve,
    shares_sum_to_one,
    industry_shares_fit,
    sectors_are_complete,
    quantities_are_complete,
    components_are_made_in_order,
    stages_have_shares,
    queue_is_coherent,
    caps_hold_the_stock,
    parameters_are_complete,
    plants_have_demand,
)
"""All rules, in the order in which their faults are listed."""
