"""Rows of one shipped table, read by itself: names that shipped scenarios may use."""

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from exposure.tables.reading.lines import TableLines
from exposure.tables.reading.location import shipped_folder
from exposure.tables.reading.parse import parse_table
from exposure.tables.reading.text_file import Unreadable, read_text
from exposure.tables.schema.catalogue import TABLES, name_of

Row = TypeVar("Row", bound=BaseModel)


def shipped_rows(model: type[Row]) -> tuple[Row, ...]:
    """Rows of the shipped table of a row model; none if the shipped folder lacks it.

    Examples
    --------
    >>> from exposure.tables.schema.supply import ElementRow
    >>> shipped_rows(ElementRow)[0].element
    'Dy'
    """
    lines = _read(shipped_folder(), name_of(model))
    return tuple(line.row for line in lines.of(model))


@lru_cache(maxsize=32)
def _read(folder: Path, name: str) -> TableLines:
    text = read_text(folder / TABLES[name].file)
    rows = [] if isinstance(text, Unreadable) else parse_table(TABLES[name], text)[0]
    return TableLines({name: rows})
