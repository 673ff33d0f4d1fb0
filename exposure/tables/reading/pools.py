"""Checks of pools: their users, alternative elements, and observed stocks."""

import math
from collections.abc import Iterable

from exposure.faults import Fault
from exposure.spelling import did_you_mean
from exposure.tables.reading.lines import Line, TableLines, grouped
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.observed import ObservedStockRow
from exposure.tables.schema.supply import (
    ComponentElementRow,
    ComponentRow,
    ElementRow,
    PoolUserRow,
)

SHARE_TOLERANCE = 0.02
"""Tolerance by which central shares of a pool may exceed 1: many shares are rounded."""

WHOLE_POOL, REST_OF_POOL = "all", "other"
"""Entries that are not users: the pool itself, and the demand that no named user accounts for."""

SIZES = ("share_of_demand_outside_china", "demand_t_per_year")
"""Quantities that say how much a user takes; one of them is stated."""

STATED = {WHOLE_POOL: "demand_t_per_year", REST_OF_POOL: "order_class"}
"""The only quantity that may be stated for such an entry."""

DESCRIPTION = (
    "name", "sector", "component", "destination", "buyer_class", "part_of", "served_like",
)  # fmt: skip
"""Columns of ``pool_users`` that describe the user, and not the figure."""


def elements_have_pools(tables: TableLines) -> Iterable[Fault]:
    """Every element of a component says from which pool it is drawn, and no other element does."""
    stated = {(line.row.component, line.row.element) for line in tables.of(ComponentElementRow)}
    for line in tables.of(ComponentRow):
        for element in line.row.elements:
            if (line.row.component, element) not in stated:
                yield Fault(
                    line.row.component, f"no row for {element}", "a row in component_elements.csv",
                    "add its mass fraction and its pool", "components.csv", line.number,
                )  # fmt: skip
    made = {line.row.component: line.row.elements for line in tables.of(ComponentRow)}
    for member in tables.of(ComponentElementRow):
        element, component = member.row.element, member.row.component
        if element not in made.get(component, (element,)):
            yield Fault(
                "element", f"'{element}'", f"an element of {component}",
                "add it to the elements of components.csv, or delete the row",
                "component_elements.csv", member.number,
            )  # fmt: skip


def alternatives_have_company(tables: TableLines) -> Iterable[Fault]:
    """Elements replace each other only in groups of two or more."""
    named = [line for line in tables.of(ComponentElementRow) if line.row.alternative]
    for (component, word), lines in grouped(
        named, lambda row: (row.component, row.alternative)
    ).items():
        if len(lines) == 1:
            yield Fault(
                "alternative", f"'{word}' for {lines[0].row.element} alone in {component}",
                "at least two elements with the same word", "name its replacement, or leave it out",
                "component_elements.csv", lines[0].number,
            )  # fmt: skip


def shares_fit_their_pool(tables: TableLines) -> Iterable[Fault]:
    """Central shares of the named users of a pool sum to at most 1."""
    shares = [
        line
        for line in tables.of(PoolUserRow)
        if line.row.quantity == "share_of_demand_outside_china" and not line.row.part_of
    ]
    for pool, lines in grouped(shares, lambda row: row.pool).items():
        total = math.fsum(line.row.central for line in lines)
        if total > 1.0 + SHARE_TOLERANCE:
            yield Fault(
                f"pool {pool}", f"central shares that sum to {total:.3f}",
                f"at most 1 + {SHARE_TOLERANCE}", "lower the shares that are counted twice",
                "pool_users.csv", lines[0].number,
            )  # fmt: skip


def users_are_described(tables: TableLines) -> Iterable[Fault]:
    """A user is a ranked sector, or has a component, a place and a buyer class."""
    pools = {(line.row.component, line.row.pool) for line in tables.of(ComponentElementRow)}
    for line in _named_users(tables):
        row, where = line.row, ("pool_users.csv", line.number)
        if row.sector:
            continue
        if (row.component, row.pool) not in pools:
            found = f"'{row.component}'" if row.component else "nothing"
            expected = f"a component that draws on pool '{row.pool}'"
            yield Fault("component", found, expected, "name one, or name the sector", *where)
        elif not row.buyer_class:
            expected = "civil, dual or military for a user that is no sector"
            yield Fault("buyer_class", "nothing", expected, "fill it in", *where)


def users_resolve(tables: TableLines) -> Iterable[Fault]:
    """A user is part of an existing user, and a sector is a single user of a pool."""
    users = {(line.row.pool, line.row.user) for line in tables.of(PoolUserRow)}
    taken: dict[tuple[str, str], str] = {}
    for line in _named_users(tables):
        row, where = line.row, ("pool_users.csv", line.number)
        if row.part_of and (row.pool, row.part_of) not in users:
            known = [user for pool, user in users if pool == row.pool]
            cure = did_you_mean(row.part_of, known)
            yield Fault("part_of", f"'{row.part_of}'", f"a user of pool {row.pool}", cure, *where)
        other = taken.setdefault((row.pool, row.sector), row.user) if row.sector else row.user
        if other != row.user:
            found = f"sector '{row.sector}' as user '{row.user}' and as user '{other}'"
            yield Fault("sector", found, f"one user of pool {row.pool}", "join them", *where)


def users_are_sized(tables: TableLines) -> Iterable[Fault]:
    """A user states its share once; the pool states its size, and the remainder only its class."""
    users = grouped(tables.of(PoolUserRow), lambda row: (row.pool, row.user))
    for (pool, user), lines in users.items():
        where = ("pool_users.csv", lines[0].number)
        if user in STATED:
            for line in lines:
                if line.row.quantity != STATED[user]:
                    found, expected = f"{line.row.quantity} of '{user}'", f"{STATED[user]} alone"
                    cure = "delete the row"
                    yield Fault("quantity", found, expected, cure, where[0], line.number)
            continue
        sizes = [line.row.quantity for line in lines if line.row.quantity in SIZES]
        if len(sizes) != 1:
            found = " and ".join(sorted(sizes)) if sizes else "no size"
            cure = "keep one of the rows" if sizes else "add the row"
            yield Fault(f"{pool}, {user}", found, " or ".join(SIZES), cure, *where)
        elif sizes == ["demand_t_per_year"] and (pool, WHOLE_POOL) not in users:
            found = f"no demand_t_per_year of '{WHOLE_POOL}', of which it would be a part"
            yield Fault(f"{pool}, {user}", found, "the demand of the pool", "add the row", *where)


def users_are_described_once(tables: TableLines) -> Iterable[Fault]:
    """All rows of a user describe it in the same way."""
    for (pool, user), lines in grouped(
        tables.of(PoolUserRow), lambda row: (row.pool, row.user)
    ).items():
        for line in lines[1:]:
            for column in DESCRIPTION:
                first, value = (getattr(one.row, column) for one in (lines[0], line))
                if first != value:
                    yield Fault(
                        column, f"'{value}' for {user} of pool {pool}",
                        f"'{first}', as on line {lines[0].number}", "describe the user once",
                        "pool_users.csv", line.number,
                    )  # fmt: skip


def order_classes_are_whole(tables: TableLines) -> Iterable[Fault]:
    """An order of service is a range of whole numbers, drawn together with that of its like."""
    classes = {
        (line.row.pool, line.row.user): line.row
        for line in tables.of(PoolUserRow)
        if line.row.quantity == "order_class"
    }
    for line in tables.of(PoolUserRow):
        row, where = line.row, ("pool_users.csv", line.number)
        if row.quantity != "order_class":
            continue
        if any(value != round(value) for value in (row.low, row.central, row.high)):
            found = f"{row.low:g}, {row.central:g}, {row.high:g}"
            yield Fault("order_class", found, "three whole numbers", "round them", *where)
        like = classes.get((row.pool, row.served_like))
        if row.served_like and (like is None or like.served_like):
            known = [user for pool, user in classes if pool == row.pool and user != row.user]
            cure = did_you_mean(row.served_like, known)
            expected = f"a user of pool {row.pool} with an order_class that is like no other"
            yield Fault("served_like", f"'{row.served_like}'", expected, cure, *where)


def _named_users(tables: TableLines) -> Iterable[Line[PoolUserRow]]:
    special = (WHOLE_POOL, REST_OF_POOL)
    return (line for line in tables.of(PoolUserRow) if line.row.user not in special)


def stocks_are_seen_under_control(tables: TableLines) -> Iterable[Fault]:
    """A stock is observed after control began, of a sector or element that is known."""
    began = min(
        (line.row.controlled_from for line in tables.of(ElementRow) if line.row.controlled_from),
        default=None,
    )
    subjects = {line.row.sector for line in tables.of(SectorRow)}
    subjects |= {line.row.element for line in tables.of(ElementRow)}
    for line in tables.of(ObservedStockRow):
        where = ("observed_stocks.csv", line.number)
        if line.row.subject not in subjects:
            cure = did_you_mean(line.row.subject, subjects)
            found, expected = f"'{line.row.subject}'", "a sector or an element"
            yield Fault("subject", found, expected, cure, *where)
        if began is not None and line.row.date < began:
            yield Fault(
                "date", f"'{line.row.date}'", f"a day from {began} on, when control began",
                "state it in cover.csv, which holds the stocks of that day", *where,
            )  # fmt: skip
