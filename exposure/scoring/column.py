"""A column of a result: name, meaning, unit, form and where it is shown.

`exposure.scoring.columns` lists the columns of every result. Files hold each value in full;
`Form` says only how a reader sees it, on the page and in the terminal.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Cell = str | int | float | bool | date | None
"""Permitted values of a cell; None for a missing value."""


class Form(StrEnum):
    """Form in which a value is shown to a reader."""

    TEXT = "text"
    WHOLE = "whole"
    """Whole number."""
    POINTS = "points"
    """Points of a score, one decimal."""
    SIGNED_POINTS = "signed_points"
    """Difference of two scores, with its sign."""
    PLACES = "places"
    """Difference of two ranks, with its sign."""
    PERCENT = "percent"
    """Fraction, shown in percent with one decimal."""
    WHOLE_PERCENT = "whole_percent"
    """Fraction, shown in whole percent."""
    PROBABILITY = "probability"
    """Probability, two decimals."""
    WEEKS = "weeks"
    """Whole weeks."""
    BILLIONS = "billions"
    """Money in USD, shown in billions."""
    NUMBER = "number"
    """Any other number, four significant digits."""
    DAY = "day"
    YES_NO = "yes_no"


TYPES: dict[Form, type[str] | type[int] | type[bool] | type[date]] = {
    Form.TEXT: str,
    Form.WHOLE: int,
    Form.PLACES: int,
    Form.DAY: date,
    Form.YES_NO: bool,
}
"""Type of the cells of each form; of all others, float."""


@dataclass(frozen=True)
class Column:
    """A column of one or several results.

    Examples
    --------
    >>> Column("week", "Week counted from the first scored week.", "week", Form.WHOLE).type
    <class 'int'>
    """

    name: str
    """Name in frames and files."""
    meaning: str
    """A whole sentence."""
    unit: str = ""
    """Empty for words and for numbers that count nothing."""
    form: Form = Form.TEXT
    nullable: bool = False
    """True if a value can be missing: NaN in frames, null in JSON, an empty cell in CSV."""
    heading: str = ""
    """Heading in rankings on the page; empty for a column that only the files hold."""
    short: str = ""
    """Heading in rankings in the terminal; empty for a column that only the files hold."""
    note: str = ""
    """Note below the table in the terminal; ``{weeks}``, ``{first_day}`` and ``{threshold}`` are
    those of the run."""
    until: str = ""
    """Column that ends the interval that this one begins: readers see both in one cell."""
    error: str = ""
    """Column that holds the error of sampling of this one: the page shows both in one cell."""
    mixtures_only: bool = False
    """True if the page shows the column only for mixtures of scenarios."""

    @property
    def type(self) -> type[str] | type[int] | type[float] | type[bool] | type[date]:
        """Type of a cell that is not missing."""
        return TYPES.get(self.form, float)

    @property
    def is_number(self) -> bool:
        """True if cells are numbers, which readers see right-aligned."""
        return self.type in (int, float)


SECTOR = Column("sector", "Stable key of the sector.")
NAME = Column("name", "Name of the sector.", heading="Sector", short="sector")
SCENARIO = Column("scenario", "Course of policy; of a mixture, one of its members.")
DESTINATION = Column(
    "destination", "Country or region of the buyers: ISO alpha-3, EUU for the EU, or WLD."
)
