"""The data dictionary: what each table and each column means, from the row models themselves.

The meaning of a column is the text below its field; its type, words and limits are those with which
the rows are checked. Nothing is written twice, so nothing can become inconsistent.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from exposure.errors import unknown_name
from exposure.tables.schema.catalogue import TABLES, Table
from exposure.tables.schema.rows import Measure, QuantityRow
from exposure.wording import PATTERNS


class Kind(StrEnum):
    """Content of the cells of a column."""

    TEXT = "text"
    WORD = "word"
    """A word of a closed vocabulary."""
    WORDS = "words"
    """Several words, separated by blanks."""
    NUMBER = "number"
    WHOLE = "whole number"
    DAY = "day"


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    table: str
    name: str
    kind: Kind
    meaning: str
    required: bool
    """True if a cell must not be empty."""
    in_key: bool
    words: tuple[str, ...] = ()
    """Closed vocabulary, if there is one; '*' means all."""
    pattern: str = ""
    """Pattern of the text, or of each word in it; an open vocabulary with '*' has both a pattern
    and that word."""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def allowed(self) -> str:
        """Permitted content of a cell, in words.

        Examples
        --------
        >>> [column.allowed for column in columns_of("recycling")][:3]
        ['a chemical symbol, such as Dy',
         'three capital letters (ISO 3166-1 alpha-3, or EUU, ROW, WLD)',
         'only `end_of_life_input_rate`']
        """
        listed = ", ".join(f"`{word}`" for word in self.words)
        if self.pattern:
            wording = PATTERNS.get(self.pattern, "text")
            wording += "; several separated by blanks" if self.kind is Kind.WORDS else ""
            return f"{wording}, or {listed}" if listed else wording
        if self.kind is Kind.WORD:
            return f"one of {listed}" if len(self.words) > 1 else f"only {listed}"
        if self.kind is Kind.DAY:
            return "a day, YYYY-MM-DD"
        if self.kind is Kind.TEXT:
            return "text"
        return f"a {self.kind}{_limits(self.minimum, self.maximum)}"


@cache
def columns_of(table: str) -> tuple[Column, ...]:
    """Meaning, type and limits of every column of a table, in the order of the file.

    Parameters
    ----------
    table
        Name of the table, such as ``"needs"``.

    Raises
    ------
    UnknownNameError
        If there is no such table.

    Examples
    --------
    >>> columns_of("needs")[2].words
    ('criticality_share', 'mass_kg_per_unit')
    """
    if table not in TABLES:
        raise unknown_name("table", table, TABLES)
    described = TABLES[table]
    schema = described.row.model_json_schema()
    return tuple(_column(described, name, schema) for name in described.columns)


def measures_of(table: str) -> dict[str, Measure]:
    """Unit and range of every quantity of a table; empty for a table that only describes.

    A table with a single quantity has it under ''.
    """
    row = TABLES[table].row
    return dict(row.MEASURES) if issubclass(row, QuantityRow) else {}


def quantity_column(table: str) -> str:
    """Column that names the quantity of a row, or '' if all rows have the same quantity."""
    return next((name for name in ("quantity", "parameter") if name in TABLES[table].key), "")


def _column(table: Table, name: str, schema: Mapping[str, Any]) -> Column:
    stated = schema["properties"][name]
    kinds = [_resolve(form, schema) for form in stated.get("anyOf", [stated])]
    filled = [form for form in kinds if form.get("type") != "null"]
    words = tuple(word for form in filled for word in _words(form) if word)
    each = [form.get("items", form) for form in filled]
    pattern = next((item["pattern"] for item in each if "pattern" in item), "")
    minimum, maximum = filled[0].get("minimum"), filled[0].get("maximum")
    measures = measures_of(table.name).values()
    if name in ("low", "central", "high"):
        minimum = min(measure.minimum for measure in measures)
        highest = max(min(measure.maximum, measure.below) for measure in measures)
        maximum = None if highest == math.inf else highest
    if name == "unit":
        words = tuple(dict.fromkeys(measure.unit for measure in measures))
    return Column(
        table=table.name,
        name=name,
        kind=_kind(filled[0], words, pattern=pattern),
        meaning=str(stated.get("description", "")),
        required=name in schema["required"] and len(filled) == len(kinds),
        in_key=name in table.key,
        words=words,
        pattern=pattern,
        minimum=minimum,
        maximum=maximum,
    )


def _resolve(stated: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in stated:
        return stated
    found: Mapping[str, Any] = schema["$defs"][stated["$ref"].rsplit("/", 1)[-1]]
    return found


def _words(stated: Mapping[str, Any]) -> Iterator[str]:
    if "const" in stated:
        yield str(stated["const"])
    yield from map(str, stated.get("enum", ()))


def _kind(stated: Mapping[str, Any], words: tuple[str, ...], *, pattern: str) -> Kind:
    if stated.get("type") == "array":
        return Kind.WORDS
    if words and not pattern:
        return Kind.WORD
    if stated.get("format") == "date":
        return Kind.DAY
    return {"number": Kind.NUMBER, "integer": Kind.WHOLE}.get(str(stated["type"]), Kind.TEXT)


def _limits(minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f" between {minimum:g} and {maximum:g}"
    return "" if minimum is None else f", at least {minimum:g}"


def dictionary_text() -> str:
    """Write the dictionary of all tables in Markdown: keys, columns, quantities, words."""
    return "\n\n".join(_table_text(table) for table in TABLES.values()) + "\n"


def _table_text(table: Table) -> str:
    columns = columns_of(table.name)
    key = ", ".join(f"`{name}`" for name in table.key)
    needed = "The model needs it." if table.required else "The model runs without it."
    meaning = " ".join(str(table.row.__doc__).split())
    measures = measures_of(table.name)
    single = measures.get("")
    figure = f" Unit of the figure: {single.unit}, {single.wording()}." if single else ""
    blocks = [f"### {table.name}", f"{meaning} One row for each {key}.{figure} {needed}"]
    described = [column for column in columns if column.name not in QuantityRow.model_fields]
    shown = described if measures else columns
    blocks.append(_grid(("column", "meaning", "holds", "may be empty"), map(_column_cells, shown)))
    if measures and single is None:
        head = (quantity_column(table.name), "meaning", "unit", "range", "whole weeks")
        blocks.append(_grid(head, (_measure_cells(*entry) for entry in measures.items())))
    return "\n\n".join(blocks)


def _measure_cells(quantity: str, measure: Measure) -> tuple[str, ...]:
    whole = "yes" if measure.whole else ""
    return f"`{quantity}`", measure.meaning, measure.unit, measure.wording(), whole


def _column_cells(column: Column) -> tuple[str, ...]:
    name = f"**`{column.name}`**" if column.in_key else f"`{column.name}`"
    allowed = column.allowed
    if column.name == quantity_column(column.table):
        allowed = "one of those below"
    return name, column.meaning, allowed, "" if column.required else "yes"


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_escaped(cell) for cell in line) + " |" for line in lines)


def _escaped(cell: str) -> str:
    return " ".join(cell.replace("|", "\\|").split())


def shared_text() -> str:
    """Write the columns that all tables of figures have in common."""
    columns = columns_of("component_elements")
    shared = [column for column in columns if column.name in QuantityRow.model_fields]
    rows = [
        (
            f"`{column.name}`",
            column.meaning,
            "as the quantity says" if column.name == "unit" else _shared_allowed(column),
            "" if column.required else "yes",
        )
        for column in shared
    ]
    return _grid(("column", "meaning", "holds", "may be empty"), rows)


def _shared_allowed(column: Column) -> str:
    if column.kind is Kind.NUMBER:
        return "a number in the range of the quantity"
    return column.allowed
