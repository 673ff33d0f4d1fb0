"""Choice of the optional files of a report and their form: made once, frozen."""

from dataclasses import dataclass
from enum import StrEnum


class CsvDialect(StrEnum):
    """Dialect of CSV files."""

    PLAIN = "plain"
    """Commas between cells, points in numbers, UTF-8: what programs read."""
    GERMAN = "german"
    """Semicolons between cells, commas in numbers, UTF-8 with a mark at its beginning, lines as
    Windows ends them: what a German Excel opens by a double click."""


@dataclass(frozen=True)
class FileChoice:
    """Form of the files of a report.

    Examples
    --------
    >>> FileChoice().csv_dialect
    <CsvDialect.PLAIN: 'plain'>
    """

    csv_dialect: CsvDialect = CsvDialect.PLAIN
    workbook: bool = False
    """True to write all tables to ``report.xlsx``, one sheet each."""
