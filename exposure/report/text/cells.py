"""Cells of a ranking as readers see them, from the registry of columns.

The page and the terminal show the columns that have a heading there, in the order of the
registry. A column that begins an interval shares its cell with the column that ends it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from exposure.report.text import formats
from exposure.report.text.safe import one_line
from exposure.scoring.column import Cell, Column, Form
from exposure.scoring.columns import columns_of

FORMATS: Mapping[Form, Callable[[float], str]] = {
    Form.WHOLE: formats.weeks,
    Form.POINTS: formats.points,
    Form.SIGNED_POINTS: formats.signed_points,
    Form.PLACES: lambda value: formats.places(int(value)),
    Form.PERCENT: lambda value: formats.percent(value, 1),
    Form.WHOLE_PERCENT: formats.percent,
    Form.PROBABILITY: formats.probability,
    Form.WEEKS: formats.weeks,
    Form.BILLIONS: formats.billions,
    Form.NUMBER: formats.plain,
}
"""Format of a number of each form."""


SCALES: Mapping[Form, tuple[float, float | None]] = {
    Form.POINTS: (1.0, 0.1),
    Form.PERCENT: (100.0, 0.1),
    Form.BILLIONS: (1.0 / formats.BILLION, 0.01),
}
"""Factor by which a number of a form is multiplied to be shown, and the smallest error shown."""


@dataclass(frozen=True)
class ShownCell:
    """A cell of a ranking on the page: a value, or the two ends of an interval."""

    column: Column
    parts: tuple[tuple[Cell, str], ...]
    """Each value with its text."""
    error: tuple[Cell, str] | None = None
    """Error of sampling with its text; None where it is not shown."""


def shown(column: Column, value: Cell) -> str:
    """Write a value as a reader sees it.

    Examples
    --------
    >>> from exposure.scoring.columns import columns_of
    >>> column = {own.name: own for own in columns_of("ranking")}
    >>> shown(column["score"], 63.87), shown(column["weeks_to_impact_p50"], None)
    ('63.9', '-')
    """
    if value is None or value != value or value == "":  # noqa: PLR0124 - NaN alone differs
        return formats.NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return FORMATS[column.form](value)
    return one_line(str(value))


def page_columns(*, mixture: bool) -> tuple[Column, ...]:
    """Columns of a ranking on the page."""
    return tuple(
        column
        for column in columns_of("ranking")
        if column.heading and (mixture or not column.mixtures_only)
    )


def terminal_columns() -> tuple[Column, ...]:
    """Columns of a ranking in the terminal."""
    return tuple(column for column in columns_of("ranking") if column.short)


def shown_cell(column: Column, row: Mapping[str, Cell]) -> ShownCell:
    """Take a column's value from a row, and that of the column which ends its interval."""
    ends = [column, *(other for other in columns_of("ranking") if other.name == column.until)]
    return ShownCell(column, tuple((row[end.name], shown(end, row[end.name])) for end in ends))


def with_error(cell: ShownCell, row: Mapping[str, Cell]) -> ShownCell:
    """Return the cell with its error of sampling, in no more digits than that supports.

    An error too small for the digits of the column is shown as less than the last of them.

    Examples
    --------
    >>> from exposure.scoring.columns import columns_of
    >>> money = next(c for c in columns_of("ranking") if c.error == "value_at_risk_se")
    >>> row = {"value_at_risk_usd_per_year": 6.8437e9, "value_at_risk_se": 2.1e7}
    >>> cell = with_error(shown_cell(money, row), row)
    >>> cell.parts[0][1], cell.error[1]
    ('6.84', '0.03')
    >>> with_error(shown_cell(money, row), row | {"value_at_risk_se": 2e6}).error[1]
    '<0.01'
    """
    error = row.get(cell.column.error)
    value = row[cell.column.name]
    if not isinstance(value, (int, float)) or not isinstance(error, float) or not error > 0.0:
        return cell
    scale, finest = SCALES.get(cell.column.form, (1.0, None))
    if finest is not None and scale * error < finest:
        return ShownCell(cell.column, cell.parts, (error, f"<{finest}"))
    mean, _, text = formats.with_error(scale * value, scale * error).partition(" ± ")
    return ShownCell(cell.column, ((value, mean),), (error, text))


def shown_text(column: Column, row: Mapping[str, Cell], *, error: bool = False) -> str:
    """Text of a cell, with both ends of an interval, or with its error of sampling.

    Examples
    --------
    >>> low = next(c for c in columns_of("ranking") if c.name == "score_p05")
    >>> shown_text(low, {"score_p05": 10.44, "score_p95": 41.38})
    '10.4–41.4'
    """
    cell = shown_cell(column, row)
    cell = with_error(cell, row) if error else cell
    whole = "–".join(text for _, text in cell.parts)
    return whole if cell.error is None else f"{whole} ± {cell.error[1]}"
