"""Which files a report has besides the usual ones, and in which form: chosen once, frozen."""

from dataclasses import dataclass
from enum import StrEnum


class CsvDialect(StrEnum):
    """How CSV files are written."""

    PLAIN = "plain"
    """Commas between cells, points in numbers, UTF-8: what programs read."""
    GERMAN = "german"
    """Semicolons between cells, commas in numbers, UTF-8 with a mark at its beginning, lines as
    Windows ends them: what a German Excel opens by a double click."""


@dataclass(frozen=True)
class FileChoice:
    """What the files of a report look like.

    Examples
    --------
    >>> FileChoice().csv_dialect
    <CsvDialect.PLAIN: 'plain'>
    """

    csv_dialect: CsvDialect = CsvDialect.PLAIN
    workbook: bool = False
    """Whether ``report.xlsx`` holds all tables, one sheet each."""
