"""Rules about rows that are missing: what a sector, plant, queue or stage cannot do without.

A row that is there and faulty is not missing, so each rule is registered in
`exposure.tables.reading.checks` with the tables that it needs to be clean.
"""

from collections import defaultdict
from collections.abc import Iterable

from exposure.errors import Fault
from exposure.tables.reading.lines import Line, Tables, grouped, known_words
from exposure.terms import ANY, CHINA, ShareKind

FILLED_TABLES = (
    "elements", "components", "stage_shares", "sectors", "buyers", "needs", "cover",
    "licence_queue", "parameters",
)  # fmt: skip
"""Tables that must have rows; the other required ones may hold a header alone."""


def tables_are_filled(tables: Tables) -> Iterable[Fault]:
    """The tables without which nothing can be ranked have at least one row."""
    for name in FILLED_TABLES:
        if not tables.get(name):
            yield Fault(f"{name}.csv", None, "", "no rows", "at least one row", "add the rows")


def sectors_have_needs(tables: Tables) -> Iterable[Fault]:
    """A sector needs at least one component."""
    needs = _components_needed(tables)
    for line in tables.get("sectors", []):
        if not needs[line.row.sector]:
            yield _incomplete(line, "no needs", "needs.csv", "its criticality_share")


def sectors_have_buyers(tables: Tables) -> Iterable[Fault]:
    """A sector has buyers."""
    with_buyers = known_words(tables, "buyers", "sector")
    for line in tables.get("sectors", []):
        if line.row.sector not in with_buyers:
            yield _incomplete(line, "no buyers", "buyers.csv", "its share by buyer class")


def sectors_have_cover(tables: Tables) -> Iterable[Fault]:
    """A sector has stock and lag of each component it needs."""
    needs, known = _components_needed(tables), known_words(tables, "components", "component")
    cover = set(grouped(tables, "cover", ("sector", "component", "quantity")))
    for line in tables.get("sectors", []):
        for component in sorted(needs[line.row.sector] & known):
            for quantity in ("stock_weeks", "lag_weeks"):
                if (line.row.sector, component, quantity) not in cover:
                    found = f"no {quantity} of {component}"
                    yield _incomplete(line, found, "cover.csv", "the row")


def _components_needed(tables: Tables) -> dict[str, set[str]]:
    needs: dict[str, set[str]] = defaultdict(set)
    for line in tables.get("needs", []):
        if line.row.quantity == "criticality_share":
            needs[line.row.sector].add(line.row.component)
    return needs


def _incomplete(line: Line, found: str, file: str, what: str) -> Fault:
    return Fault(
        "sectors.csv", line.number, line.row.sector, found, f"a row in {file}", f"add {what}"
    )


def substitutes_are_complete(tables: Tables) -> Iterable[Fault]:
    """A substitute states all of its quantities."""
    return _quantities(tables, "substitution", ("sector", "component"))


def plants_are_complete(tables: Tables) -> Iterable[Fault]:
    """A plant states all of its quantities."""
    return _quantities(tables, "new_supply", ("project", "element", "stage"))


def default_queue_is_complete(tables: Tables) -> Iterable[Fault]:
    """The queue of destinations without rows of their own states all of its quantities."""
    default = [line for line in tables.get("licence_queue", []) if line.row.destination == ANY]
    if not default:
        yield Fault(
            "licence_queue.csv", None, "destination", "no rows for '*'",
            "the default queue", "add a row for each quantity",
        )  # fmt: skip
    yield from _quantities({"licence_queue": default}, "licence_queue", ("destination",))


def _quantities(tables: Tables, name: str, key: tuple[str, ...]) -> Iterable[Fault]:
    for group, lines in grouped(tables, name, key).items():
        missing = set(lines[0].row.MEASURES) - {line.row.quantity for line in lines}
        if missing:
            yield Fault(
                f"{name}.csv", lines[0].number, ", ".join(group),
                "no " + ", ".join(sorted(missing)), "all quantities", "add the rows",
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
            found = f"no row for scope '{scope}'"
            yield Fault("parameters.csv", None, parameter, found, "one", "add the row")


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
                    "new_supply.csv", line.number, f"element {line.row.element}",
                    f"no {quantity} of the world (WLD)", "a row in demand.csv", "add the row",
                )  # fmt: skip
