"""Checks of the text of a cell before it is read as a number, a day or text.

Python reads ``1_0`` as ten and pydantic reads ``86400`` as a day of 1970; in a table both are
mistakes. Control characters, which a terminal or a browser obeys instead of showing, are rejected
in all cells.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel

from exposure.faults import Fault
from exposure.wording import LONGEST_SHOWN, TYPES

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""Pattern of a number."""

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
"""Pattern of a day."""

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""Permitted years of a day in a table, so that a mistyped century is found."""

ALLOWED = "\t\n"
"""Control characters that text may hold."""

STEERING = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Categories of invisible characters: controls, direction marks, separators."""

HARMLESS = "\u00ad\u200c\u200d"
"""Soft hyphen and joiners, which are parts of words in some scripts."""


def cell_faults(model: type[BaseModel], cells: Mapping[str, object]) -> Iterator[Fault]:
    """Faults in the text of cells, before they are read.

    Parameters
    ----------
    model
        Row model of the table.
    cells
        Column to its cell; only text is looked at.

    Examples
    --------
    >>> from exposure.tables.schema.supply import NewSupplyRow
    >>> for fault in cell_faults(NewSupplyRow, {"low": "1_0", "target_date": "86400"}):
    ...     print(fault)
    low: found '1_0'; expected a finite number; write digits and a decimal point alone
    target_date: found '86400'; expected a day, YYYY-MM-DD; write it so
    """
    kinds = _kinds(model)
    for column, cell in cells.items():
        if not isinstance(cell, str) or not cell:
            continue
        # All control characters are unprintable, and few cells hold an unprintable character.
        steering = "" if cell.isprintable() else next(filter(_steers, cell), "")
        kind = kinds.get(column, str)
        if steering:
            found = f"the invisible control character U+{ord(steering):04X}"
            yield Fault(column, found, "printable characters", "delete it")
        elif kind is date:
            yield from _day_faults(column, cell)
        elif kind is float and _is_odd_number(cell):
            cure = "write digits and a decimal point alone"
            yield Fault(column, repr(cell[:LONGEST_SHOWN]), TYPES["finite"], cure)


def _steers(sign: str) -> bool:
    return unicodedata.category(sign) in STEERING and sign not in ALLOWED + HARMLESS


def _day_faults(column: str, cell: str) -> Iterator[Fault]:
    if not DAY.fullmatch(cell):
        # For text that does not resemble a day, the message of the row model is kept.
        if cell.lstrip("+-").isdigit():
            yield Fault(column, repr(cell[:LONGEST_SHOWN]), TYPES["date"], "write it so")
    elif not FIRST_YEAR <= int(cell[:4]) <= LAST_YEAR:
        expected = f"a day between {FIRST_YEAR} and {LAST_YEAR}"
        yield Fault(column, repr(cell), expected, "correct the year")


def _is_odd_number(cell: str) -> bool:
    """True if Python accepts a text as a number that a reader of tables would not."""
    if NUMBER.fullmatch(cell):
        return False
    try:
        float(cell)
    except ValueError:
        return False
    return cell.lower().lstrip("+-") not in ("nan", "inf", "infinity")


@lru_cache(maxsize=64)
def _kinds(model: type[BaseModel]) -> dict[str, type]:
    """Columns that hold days or numbers."""
    found: dict[str, type] = {}
    for name, field in model.model_fields.items():
        inside = set(_inside(field.annotation))
        if date in inside:
            found[name] = date
        elif inside & {float, int}:
            found[name] = float
    return found


def _inside(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - an annotation may be anything
    yield annotation
    for part in get_args(annotation):
        yield from _inside(part)
