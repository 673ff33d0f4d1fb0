"""Differences between two sets of tables, row by row."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import BaseModel

from exposure.arguments import FRAME, check_arguments
from exposure.tables.dataset import DATASET, Dataset, cell_text
from exposure.tables.schema.catalogue import TABLES, Table
from exposure.tables.schema.rows import QuantityRow

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("change", "table", "key", "column", "was", "now")
"""Columns of a comparison."""

Difference = tuple[str, str, str, str, str, str]
"""A line of a comparison, in the order of `COLUMNS`."""

VERBS = ("added", "removed", "changed")
"""Possible changes of a row."""


def compare_datasets(old: Dataset, new: Dataset) -> "pd.DataFrame":
    """List the rows that were added, removed or changed between two sets of tables.

    Parameters
    ----------
    old, new
        Datasets, from `read_dataset`.

    Returns
    -------
    pandas.DataFrame
        Columns change, table, key, column, was, now, in the order of the tables and keys. A
        changed row has one line for each cell that differs, with the two cells as text. An
        added or removed row has one line without column, with the row in short.

    Examples
    --------
    >>> import exposure as ex
    >>> old = ex.read_dataset()
    >>> key = ("defence", "smco_magnet", "stock_weeks")
    >>> new = ex.with_value(old, "cover", key, value=(26, 39, 52), note="own count")
    >>> compare_datasets(old, new)[["change", "table", "column", "now"]].tail(1).values.tolist()
    [['changed', 'cover', 'note', 'own count']]
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments("compare_datasets", old=(old, DATASET), new=(new, DATASET))
    lines = [line for name in TABLES for line in _compare_table(TABLES[name], old, new)]
    return pd.DataFrame.from_records(lines, columns=list(COLUMNS))


def _compare_table(table: Table, old: Dataset, new: Dataset) -> Iterator[Difference]:
    before, after = _by_key(table, old), _by_key(table, new)
    for key in sorted({*before, *after}):
        was, now, shown = before.get(key), after.get(key), ", ".join(key)
        if was is None:
            yield "added", table.name, shown, "", "", in_short(table, after[key])
        elif now is None:
            yield "removed", table.name, shown, "", in_short(table, was), ""
        else:
            for column in table.columns:
                cells = cell_text(getattr(was, column)), cell_text(getattr(now, column))
                if cells[0] != cells[1]:
                    yield "changed", table.name, shown, column, *cells


def _by_key(table: Table, dataset: Dataset) -> dict[tuple[str, ...], BaseModel]:
    return {
        tuple(cell_text(getattr(row, column)) for column in table.key): row
        for row in dataset.rows.get(table.name, ())
    }


def in_short(table: Table, row: BaseModel) -> str:
    """A row in a few words: its value, or its first description.

    Examples
    --------
    >>> import exposure as ex
    >>> elements = ex.read_dataset().rows["elements"]
    >>> in_short(TABLES["elements"], elements[0])
    'dysprosium'
    """
    if isinstance(row, QuantityRow):
        spread = "" if row.low == row.high else f" ({cell_text(row.low)} to {cell_text(row.high)})"
        return f"{cell_text(row.central)}{spread} {row.unit}, {row.basis}"
    described = next(column for column in table.columns if column not in table.key)
    return cell_text(getattr(row, described))


def differences_text(differences: "pd.DataFrame") -> str:
    """List the differences table by table, with one line for each row.

    Parameters
    ----------
    differences
        From `compare_datasets`.

    Returns
    -------
    str
        Number of rows of each kind of change, then the rows.
    """
    check_arguments("differences_text", differences=(differences, FRAME))
    rows: dict[tuple[str, str, str], list[str]] = {}
    for change, table, key, column, was, now in zip(
        *(differences[column].tolist() for column in COLUMNS), strict=True
    ):
        change_text = f"{column} {was or 'nothing'} -> {now or 'nothing'}" if column else was + now
        rows.setdefault((table, change, key), []).append(change_text)
    if not rows:
        return "The tables are equal."
    kinds = [change for _, change, _ in rows]
    lines = ["Rows: " + ", ".join(f"{kinds.count(verb)} {verb}" for verb in VERBS) + "."]
    current = ""
    for (table, change, key), cells in rows.items():
        if table != current:
            lines += ["", table]
            current = table
        lines.append(f"  {change} {key}: {'; '.join(cells)}")
    return "\n".join(lines)
