"""Checked rows with the lines they stand on, and how the rules across rows look at them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exposure.errors import Fault


@dataclass(frozen=True)
class Line:
    """A checked row and the line of the file on which it begins."""

    number: int
    row: Any


Tables = Mapping[str, list[Line]]
Rule = Callable[[Tables], Iterable[Fault]]


def grouped(tables: Tables, name: str, key: tuple[str, ...]) -> dict[tuple[str, ...], list[Line]]:
    """Lines of a table by the values of some columns."""
    groups: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in tables.get(name, []):
        groups[tuple(str(getattr(line.row, column)) for column in key)].append(line)
    return groups


def known_words(tables: Tables, table: str, column: str) -> set[str]:
    """Words that stand in a column of a table."""
    return {str(getattr(line.row, column)) for line in tables.get(table, [])}
