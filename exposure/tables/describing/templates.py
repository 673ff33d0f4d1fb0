"""A table to fill in: its header, and one row for each quantity with the allowed values.

CSV has no comments, so the cells themselves contain the permitted words, units and ranges, in a
form that is rejected until it is replaced. An empty cell must be filled in; only cells in the
columns for evidence may remain empty.
"""

import csv
import io

from exposure.tables.describing.dictionary import (
    Column,
    Kind,
    columns_of,
    measures_of,
    quantity_column,
)
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import Measure, QuantityRow

CHOICE = " | "
"""Separator between words of which one must be kept."""

EXAMPLES = {
    r"^[A-Z][a-z]?$": "chemical symbol",
    r"^[A-Z]{3}$": "ISO alpha-3 code",
    r"^\d{4}(-\d{2}(-\d{2})?|-Q[1-4]|-H[12])?$": "YYYY or YYYY-MM or YYYY-MM-DD",
    Kind.DAY: "YYYY-MM-DD",
    Kind.WHOLE: "a whole number",
}
"""Content of a cell with this pattern or of this kind; a key that the user chooses is left
empty."""


def template(table: str) -> str:
    """Write a table to fill in, as CSV text.

    Parameters
    ----------
    table
        Name of the table, such as ``"cover"``.

    Returns
    -------
    str
        The header and one row for each quantity. Words with ``|`` between them are a choice, a
        range shows the permitted values, and a form such as YYYY-MM-DD shows how to write a value;
        an empty cell must be filled in. Delete the rows that are not needed.

    Raises
    ------
    UnknownNameError
        If there is no such table.

    Examples
    --------
    >>> print(template("buyers"))
    sector,buyer_class,tier,low,central,high,unit,basis,rests_on_assumption,source_id,locator,note
    ,civil | dual | military,trusted | standard | listed,between 0 and 1,between 0 and 1,between
    0 and 1,share,measured | reported | derived | assumed,,,,
    """
    columns = columns_of(table)
    measures: dict[str, Measure | None] = {**measures_of(table)} or {"": None}
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(TABLES[table].columns)
    for quantity, measure in measures.items():
        writer.writerow([_cell(column, quantity, measure) for column in columns])
    return buffer.getvalue()


def _cell(column: Column, quantity: str, measure: Measure | None) -> str:
    if measure is not None and column.name == quantity_column(column.table):
        return quantity
    if measure is not None and column.name == "unit":
        return measure.unit
    if measure is not None and column.kind is Kind.NUMBER:
        return measure.wording()
    if not column.required and column.name in QuantityRow.model_fields:
        return ""
    own_key = "a key" if column.pattern and column.words else ""
    form = EXAMPLES.get(column.pattern or column.kind, own_key)
    return CHOICE.join(filter(None, (form, *column.words)))
