"""Changed copies of a dataset, with all checks repeated.

Some tables hold sets of shares that sum to 1: countries' shares of a stage, the countries from
which buyers buy, the buyers of a sector. If one share of such a set is changed, the others are
scaled in proportion, so that the set keeps its sum. Every changed and every scaled cell is
listed in `Dataset.changed`, which the record of each result shows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from exposure.arguments import TEXT, VALUES, Kind, check_arguments
from exposure.errors import TableError, UnknownNameError, unknown_name
from exposure.faults import Fault
from exposure.tables.dataset import DATASET, Change, Dataset, RowKey, Three, cell_text
from exposure.tables.reading.checks import GROUP_MODELS
from exposure.tables.reading.folders import checked_rows
from exposure.tables.reading.lines import AnyLine, Line
from exposure.tables.reading.parse import parse_row
from exposure.tables.schema.catalogue import TABLES, name_of
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.rows import QuantityRow

SUMS_OVER: Mapping[str, tuple[str, ...]] = {
    "stage_shares": ("country",),
    "sourcing": ("country",),
    "buyers": ("buyer_class", "tier"),
}
"""Key columns over which the central shares of a table must sum to 1."""

SMALLEST_REST = 1e-9
"""A remainder of a set below this is treated as 0: decimal shares do not sum to 1 exactly in
binary."""

Value = float | Sequence[float]
"""Number for a known value, or (low, central, high)."""

KEY = Kind(
    lambda value: isinstance(value, (list, tuple)),
    "a tuple with the values of the key columns",
    'write ("defence", "smco_magnet", "stock_weeks")',
)


def _is_changes(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(cell, tuple) and cell and TEXT.accepts(cell[0]) for cell in value)
        and all(map(VALUES.accepts, value.values()))
    )


CHANGES = Kind(
    _is_changes,
    "cells with their new values",
    'write {("cover", "defence", "smco_magnet", "stock_weeks"): (26, 39, 52)}',
)


def with_value(
    dataset: Dataset,
    table: str,
    key: Sequence[str],
    *,
    value: Value,
    note: str = "changed by hand",
) -> Dataset:
    """Copy a dataset with one figure changed.

    Parameters
    ----------
    dataset
        The original, which stays as it is.
    table
        Name of the table.
    key
        Values of its key columns, in their order.
    value
        New value in the unit of the row: one number for a known value, or (low, central, high).
    note
        Why; the new row counts as assumed.

    Returns
    -------
    Dataset
        With its own digest, and with the change in `Dataset.changed`. If the figure is one of a
        set of shares that sum to 1, the others are scaled in proportion and listed too.

    Raises
    ------
    UnknownNameError
        If there is no such table or row.
    TableError
        If the new figure breaks a rule of the tables.

    Examples
    --------
    >>> import exposure as ex
    >>> key = ("defence", "smco_magnet", "stock_weeks")
    >>> longer = ex.with_value(ex.read_dataset(), "cover", key, value=(26, 39, 52))
    >>> cover = longer.table("cover").set_index(["sector", "component", "quantity"])
    >>> float(cover.loc[key, "central"])
    39.0
    """
    check_arguments(
        "with_value",
        dataset=(dataset, DATASET),
        table=(table, TEXT),
        key=(key, KEY),
        value=(value, VALUES),
        note=(note, TEXT),
    )
    return _changed(dataset, {(table, *key): value}, note)


def with_values(
    dataset: Dataset,
    changes: Mapping[tuple[str, ...], Value],
    *,
    note: str = "changed by hand",
) -> Dataset:
    """Copy a dataset with several figures changed at once.

    Parameters
    ----------
    dataset
        The original, which stays as it is.
    changes
        Table and key of each figure, with its new value: one number, or (low, central, high).
    note
        Why; the new rows count as assumed.

    Returns
    -------
    Dataset
        As `with_value` gives it. If several shares of one set are changed, the rest of the set
        is scaled; if all are, they have to sum to 1.

    Raises
    ------
    UnknownNameError
        If there is no such table or row; all such cells are named.
    TableError
        If a new figure breaks a rule of the tables.

    Examples
    --------
    >>> import exposure as ex
    >>> less = ex.with_values(
    ...     ex.read_dataset(),
    ...     {
    ...         ("stage_shares", "Sm", "metal", "CHN", "2025", "outturn"): (0.85, 0.9, 0.95),
    ...         ("cover", "defence", "smco_magnet", "stock_weeks"): (26, 39, 52),
    ...     },
    ...     note="what if: a second metal works",
    ... )
    >>> [(change.table, change.key[-1]) for change in less.changed[:2]]
    [('stage_shares', 'outturn'), ('cover', 'stock_weeks')]
    """
    check_arguments(
        "with_values",
        dataset=(dataset, DATASET),
        changes=(changes, CHANGES),
        note=(note, TEXT),
    )
    return _changed(dataset, changes, note)


@dataclass(frozen=True)
class _Edit:
    """A row with its new values and its new note."""

    row: QuantityRow
    now: Three
    note: str


def _changed(dataset: Dataset, changes: Mapping[tuple[str, ...], Value], note: str) -> Dataset:
    edits: dict[RowKey, _Edit] = {}
    unknown: list[str] = []
    for (table, *key), value in changes.items():
        cell = (table, tuple(map(str, key)))
        try:
            edits[cell] = _Edit(_row(dataset, cell), _three(value), note)
        except UnknownNameError as error:
            unknown.append(str(error))
    if unknown:
        raise UnknownNameError("\n".join(unknown))
    edits |= _scaled_rests(dataset, edits, note)
    rows = checked_rows(*_edited(dataset, edits))
    listed = tuple(
        Change(table, key, _values(edit.row), edit.now, edit.note)
        for (table, key), edit in edits.items()
    )
    return Dataset.from_rows(
        rows,
        version=dataset.version,
        overlaid=dataset.overlaid,
        changed=(*dataset.changed, *listed),
        base_digest=dataset.base,
    )


def _edited(
    dataset: Dataset, edits: Mapping[RowKey, _Edit]
) -> tuple[dict[str, list[AnyLine]], list[Fault]]:
    """Rows of all tables. Changed rows are checked; all others are the same objects as before."""
    changed = {table for table, _ in edits}
    lines: dict[str, list[AnyLine]] = {}
    faults: list[Fault] = []
    for name, rows in dataset.rows.items():
        lines[name] = []
        for number, row in enumerate(rows, start=2):
            edit = edits.get((name, _key(name, row))) if name in changed else None
            if edit is None:
                lines[name].append(Line(number, row))
                continue
            parsed, found = parse_row(TABLES[name], number, _record(row, edit))
            lines[name] += parsed
            faults += found
    return lines, faults


def _three(value: Value) -> Three:
    low, central, high = value if isinstance(value, Sequence) else (value, value, value)
    return float(low), float(central), float(high)


def _values(row: QuantityRow) -> Three:
    return row.low, row.central, row.high


def _key(table: str, row: object) -> tuple[str, ...]:
    return tuple(cell_text(getattr(row, column)) for column in TABLES[table].key)


def _row(dataset: Dataset, cell: RowKey) -> QuantityRow:
    table, key = cell
    if table not in TABLES:
        raise unknown_name("table", table, TABLES)
    rows = {_key(table, row): row for row in dataset.rows.get(table, ())}
    of_group = _of_group(dataset, cell)
    if key not in rows and of_group in rows:
        raise UnknownNameError(
            f"no row of table '{table}' for '{', '.join(key)}'; it is stated for its group: "
            f"change '{', '.join(of_group)}', or add a row of its own in an overlay"
        )
    if key not in rows:
        similar = [other for other in rows if other[-2:] == key[-2:]] or list(rows)
        raise unknown_name(f"row of table '{table}'", ", ".join(key), list(map(", ".join, similar)))
    row = rows[key]
    if not isinstance(row, QuantityRow):
        raise UnknownNameError(f"table '{table}' holds no figures; choose another")
    return row


def _of_group(dataset: Dataset, cell: RowKey) -> tuple[str, ...]:
    """Key of the row of the sector's group that states the figure."""
    table, key = cell
    groups = {row.sector: row.uncertainty_group for row in dataset.rows_of(SectorRow)}
    by_group = table in map(name_of, GROUP_MODELS) and key
    return (groups.get(key[0], key[0]), *key[1:]) if by_group else key


def _record(row: BaseModel, edit: _Edit) -> dict[str, object]:
    record = row.model_dump()
    low, central, high = edit.now
    values = {"low": low, "central": central, "high": high}
    doubt = {"basis": "assumed", "rests_on_assumption": "", "note": edit.note}
    return record | values | doubt


def _scaled_rests(
    dataset: Dataset, edits: Mapping[RowKey, _Edit], note: str
) -> dict[RowKey, _Edit]:
    """New values of the shares in the same set as a changed one."""
    scaled: dict[RowKey, _Edit] = {}
    faults: list[Fault] = []
    touched = dict.fromkeys(_set_of(*cell) for cell in edits if cell[0] in SUMS_OVER)
    for table, group in touched:
        rest = {
            (table, _key(table, row)): row
            for row in dataset.rows[table]
            if _set_of(table, _key(table, row)) == (table, group) and isinstance(row, QuantityRow)
        }
        total = math.fsum(row.central for row in rest.values())
        edited = {cell: edits[cell] for cell in rest if cell in edits}
        for cell in edited:
            del rest[cell]
        left = total - math.fsum(edit.now[1] for edit in edited.values())
        held = math.fsum(row.central for row in rest.values())
        fault = _misfit(left, held, many=len(rest))
        if fault is not None:
            faults.append(fault.within(", ".join(group)).at(f"{table}.csv"))
        elif rest and not math.isclose(left, held, abs_tol=SMALLEST_REST):
            scaled |= _scaled(rest, max(left, 0.0) / held, edited, note)
    if faults:
        raise TableError(faults)
    return scaled


def _set_of(table: str, key: tuple[str, ...]) -> RowKey:
    """The set of shares to which a row belongs: its key without the columns summed over."""
    columns = TABLES[table].key
    kept = (
        part for column, part in zip(columns, key, strict=False) if column not in SUMS_OVER[table]
    )
    return table, tuple(kept)


def _misfit(left: float, held: float, *, many: int) -> Fault | None:
    """Reason why the other shares of a set cannot be scaled to the remainder; None if they can."""
    if many == 0:
        return None  # the checks of the tables test the sum
    if left < -SMALLEST_REST:
        return Fault(
            "", f"changed shares that leave {left:.3f} for the others", "at least 0", "lower them"
        )
    if held <= SMALLEST_REST < left:
        return Fault(
            "", f"other shares of 0, which cannot be scaled to {left:.3f}", "another share above 0",
            "change one of them in the same call, with ex.with_values",
        )  # fmt: skip
    return None


def _fraction(share: float) -> float:
    """Limit a share that was scaled up to 1."""
    return min(1.0, share)


def _scaled(
    rest: Mapping[RowKey, QuantityRow], factor: float, edited: Iterable[RowKey], note: str
) -> dict[RowKey, _Edit]:
    changed = "; ".join(", ".join(key) for _, key in edited)
    why = f"Scaled by {factor:.4g}, so that the set keeps its sum: {changed} was changed ({note})."
    return {
        cell: _Edit(
            row,
            (
                _fraction(row.low * factor),
                _fraction(row.central * factor),
                _fraction(row.high * factor),
            ),
            f"{why} Before: {row.note}" if row.note else why,
        )
        for cell, row in rest.items()
    }
