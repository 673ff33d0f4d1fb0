"""Checked rows with the lines on which they begin, for checks across rows."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from pydantic import BaseModel

from exposure.faults import Fault
from exposure.tables.schema.catalogue import name_of

RowT = TypeVar("RowT", bound=BaseModel)
RowT_co = TypeVar("RowT_co", bound=BaseModel, covariant=True)
KeyT = TypeVar("KeyT", bound=Hashable)


@dataclass(frozen=True)
class Line(Generic[RowT_co]):
    """A checked row and the line of the file on which it begins."""

    number: int
    row: RowT_co


AnyLine = Line[BaseModel]
"""A line of any table."""


@dataclass(frozen=True)
class TableLines:
    """The checked rows of all tables, each with its line."""

    by_table: Mapping[str, Sequence[AnyLine]]
    """Table name to its lines."""

    def of(self, model: type[RowT]) -> Sequence[Line[RowT]]:
        """Lines of the table of a row model; none if the table is absent."""
        # Every row was checked against the model of its table.
        return cast("Sequence[Line[RowT]]", self.by_table.get(name_of(model), ()))


Check = Callable[[TableLines], Iterable[Fault]]
"""A check across rows: from checked rows to their faults."""


def grouped(
    lines: Iterable[Line[RowT]], key: Callable[[RowT], KeyT]
) -> dict[KeyT, list[Line[RowT]]]:
    """Lines by what their rows have in common.

    Examples
    --------
    >>> from exposure.tables.reading.folders import read_dataset
    >>> from exposure.tables.schema.demand import SectorRow
    >>> lines = [Line(2, row) for row in read_dataset().rows_of(SectorRow)]
    >>> sorted(grouped(lines, lambda row: row.end_use))
    ['civil', 'defence', 'dual']
    """
    groups: dict[KeyT, list[Line[RowT]]] = defaultdict(list)
    for line in lines:
        groups[key(line.row)].append(line)
    return groups
