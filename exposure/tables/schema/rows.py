"""What every row must be: the shape shared by all tables.

A row is a frozen pydantic model. A *descriptive* row names things; a *quantity* row states one
figure as ``low <= central <= high`` in a stated unit, with the basis on which it is known and,
unless it is assumed, the sources it was read in. A known figure has its three values equal. A
missing figure is no row, never a zero.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from exposure.faults import Fault, list_faults
from exposure.terms import Basis

FROZEN = ConfigDict(
    frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True
)
"""Configuration of every row model."""

FAULTS = "faults"
"""Type of a pydantic error that carries the faults of a row, under this key of its context."""

Text = Annotated[str, Field(min_length=1)]
"""Text that must not be empty."""

OptionalText = Annotated[str, Field(default="")]
"""Text that may be empty."""


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


OptionalDate = Annotated[date | None, BeforeValidator(_empty_is_none)]
"""A day, or nothing where there is none."""

Number = Annotated[float, Field(allow_inf_nan=False)]
"""A finite number."""


@dataclass(frozen=True)
class Measure:
    """Unit and permitted range of one quantity."""

    unit: str
    minimum: float = 0.0
    maximum: float = math.inf
    below: float = math.inf
    """Upper end that is itself excluded."""
    meaning: str = ""
    whole: bool = False
    """Whether a draw is rounded to a whole number, halves up: durations on the weekly grid."""

    def admits(self, value: float) -> bool:
        """Whether a value lies in the range."""
        return self.minimum <= value <= self.maximum and value < self.below

    def wording(self) -> str:
        """Describe the range in words, for messages and the data dictionary."""
        if self.below < math.inf:
            return f"at least {self.minimum:g} and below {self.below:g}"
        if self.maximum < math.inf:
            return f"between {self.minimum:g} and {self.maximum:g}"
        return f"at least {self.minimum:g}"


SHARE = Measure("share", maximum=1.0)
WEEKS = Measure("week", whole=True)


class DescriptiveRow(BaseModel):
    """A row that names something and carries no figure."""

    model_config = FROZEN


class QuantityRow(BaseModel):
    """A row that states one figure, how it is known and where it was read."""

    model_config = FROZEN

    MEASURES: ClassVar[dict[str, Measure]] = {}
    """Quantity to its unit and range; the one key of a table that holds one quantity is ''."""

    low: Number
    """Lowest defensible value."""
    central: Number
    """Most defensible value; with several sources, that of the first."""
    high: Number
    """Highest defensible value."""
    unit: Text
    """Unit of the three values."""
    basis: Basis
    """How the figure is known."""
    rests_on_assumption: Annotated[Literal["yes", "no", ""], Field(default="")]
    """Whether a derived figure rests on an assumed one; may be empty for other rows."""
    source_id: OptionalText
    """Where it was read; several by ';', the first gives the central value."""
    locator: OptionalText
    """Page, table or words in each source, by ';' in the same order."""
    note: OptionalText
    """How it was made; for an assumed figure, why this range."""

    def definition(self) -> Measure:
        """Unit and range of this row's quantity."""
        quantity = getattr(self, "quantity", None) or getattr(self, "parameter", None) or ""
        return self.MEASURES[str(quantity)]

    @property
    def assumed(self) -> bool:
        """Whether the figure is a judgement, or derived from one."""
        return self.basis is Basis.ASSUMED or self.rests_on_assumption == "yes"

    def sources(self) -> tuple[str, ...]:
        """Identifiers of the sources, first the one that gives the central value."""
        return split_list(self.source_id)

    @model_validator(mode="after")
    def _refuse_faults(self) -> Self:
        faults = [*_range_faults(self), *_basis_faults(self)]
        if faults:
            context: dict[str, Any] = {"faults": faults, "text": list_faults(faults)}
            raise PydanticCustomError(FAULTS, "{text}", context)
        return self


def split_list(text: str, separator: str = ";") -> tuple[str, ...]:
    """Parts of a separated text, blanks dropped.

    Examples
    --------
    >>> split_list("usgs_mcs_2026; iea_2025")
    ('usgs_mcs_2026', 'iea_2025')
    """
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def _range_faults(row: QuantityRow) -> list[Fault]:
    measure, faults = row.definition(), []
    for column in ("low", "central", "high"):
        value = getattr(row, column)
        if not measure.admits(value):
            percentage = measure.unit == "share" and value > 1.0
            cure = "shares are fractions, write 0.92 for 92 %" if percentage else ""
            faults.append(
                Fault(column, f"{value:g}", measure.wording(), cure or "correct the figure")
            )
    if not row.low <= row.central <= row.high:
        found = f"low {row.low:g}, central {row.central:g}, high {row.high:g}"
        faults.append(
            Fault("low", found, "low <= central <= high", "put the three values in order")
        )
    if row.unit != measure.unit:
        faults.append(
            Fault("unit", f"'{row.unit}'", f"'{measure.unit}'", "convert the three values")
        )
    return faults


def _basis_faults(row: QuantityRow) -> list[Fault]:
    assumption = _assumption_faults(row)
    if assumption:
        return assumption
    if row.basis is Basis.ASSUMED and not row.note:
        return [Fault("note", "nothing", "the argument for an assumed range", "say why this range")]
    if row.basis is Basis.DERIVED and not row.note:
        return [Fault("note", "nothing", "the arithmetic of a derived figure", "name what it uses")]
    if row.basis is not Basis.ASSUMED and not row.source_id:
        return [
            Fault(
                "source_id", "nothing", f"a source for a {row.basis} figure",
                "cite one, or set basis to assumed and argue the range in the note",
            )
        ]  # fmt: skip
    sources, locators = len(split_list(row.source_id)), len(split_list(row.locator))
    if sources != locators:
        found = f"{locators} locator{'s' * (locators != 1)}"
        expected = f"one for each of {sources} sources" if sources != 1 else "one, as one source"
        expected = expected if sources else "none, as there is no source"
        return [Fault("locator", found, expected, "separate them by ';', in the same order")]
    return []


def _assumption_faults(row: QuantityRow) -> list[Fault]:
    contradiction = {Basis.ASSUMED: "no", Basis.MEASURED: "yes", Basis.REPORTED: "yes"}
    if row.rests_on_assumption == contradiction.get(row.basis, "unstated"):
        return [
            Fault(
                "rests_on_assumption", f"'{row.rests_on_assumption}' in a row that is {row.basis}",
                "nothing, or a word that agrees with the basis", "leave the cell empty",
            )
        ]  # fmt: skip
    if row.basis is Basis.DERIVED and not row.rests_on_assumption:
        return [
            Fault(
                "rests_on_assumption", "nothing", "'yes' or 'no' for a derived figure",
                "write 'yes' if any input of the arithmetic is assumed",
            )
        ]  # fmt: skip
    return []
