"""Keys of the rows with a figure, for counting those on which a score depends."""

from collections.abc import Iterable
from typing import NamedTuple

from exposure.inputs.keys import RowKeys
from exposure.tables.dataset import RowKey
from exposure.tables.schema.rows import QuantityRow


class FigureRows(NamedTuple):
    """Table and key of rows with a figure."""

    every: frozenset[RowKey]
    """All of them."""
    assumed: frozenset[RowKey]
    """Those whose figure is a judgement, or derived from one."""


def figure_rows(keys: RowKeys, rows: Iterable[QuantityRow]) -> FigureRows:
    """Keys of rows with a figure.

    Parameters
    ----------
    keys
        Gives the key of a row.
    rows
        The rows.

    Examples
    --------
    >>> import exposure as ex
    >>> from exposure.tables.schema.supply import StageShareRow
    >>> found = figure_rows(RowKeys(), ex.read_dataset().rows_of(StageShareRow))
    >>> found.assumed < found.every
    True
    """
    known = tuple(rows)
    return FigureRows(
        frozenset(map(keys.of, known)), frozenset(keys.of(row) for row in known if row.assumed)
    )


def together(every: Iterable[FigureRows]) -> FigureRows:
    """Keys of the rows of several tables."""
    known = tuple(every)
    return FigureRows(
        frozenset().union(*(rows.every for rows in known)),
        frozenset().union(*(rows.assumed for rows in known)),
    )
