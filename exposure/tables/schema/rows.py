"""The structure that rows of all tables share.

A row is a frozen pydantic model. A *descriptive* row names things; a *quantity* row states one
figure as ``low <= central <= high`` in a stated unit, with the basis of the figure and, unless it
is assumed, its sources. A known figure has three equal values. A missing figure has no row; it is
never a zero.
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
"""A day, or None."""

Number = Annotated[float, Field(allow_inf_nan=False)]
"""A finite number."""


@dataclass(frozen=True)
class Measure:
    """Unit and permitted range of one quantity."""

    unit: str
    minimum: float = 0.0
    maximum: float = math.inf
    below: float = math.inf
    """Upper end that is excluded from the range."""
    meaning: str = ""
    whole: bool = False
    """True if draws are rounded to whole numbers, halves up, as for durations in weeks."""

    def admits(self, value: float) -> bool:
        """True if a value lies in the range."""
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
    """A row that names something and has no figure."""

    model_config = FROZEN


class QuantityRow(BaseModel):
    """A row with one figure, its basis and its sources."""

    model_config = FROZEN

    MEASURES: ClassVar[dict[str, Measure]] = {}
    """Unit and range by quantity; a table with a single quantity has the key ''."""

    low: Number
    """Lowest defensible value."""
    central: Number
    """Most defensible value; with several sources, the value of the first."""
    high: Number
    """Highest defensible value."""
    unit: Text
    """Unit of the three values."""
    basis: Basis
    """Basis of the figure."""
    rests_on_assumption: Annotated[Literal["yes", "no", ""], Field(default="")]
    """Yes if a derived figure depends on an assumed one; may be empty for other rows."""
    source_id: OptionalText
    """Source; several are separated by ';', and the first gives the central value."""
    locator: OptionalText
    """Page, table or words in each source, separated by ';' in the same order."""
    note: OptionalText
    """Derivation of the figure; for an assumed one, the reasons for the range."""

    def definition(self) -> Measure:
        """Unit and range of this row's quantity."""
        # Not by attribute: pydantic takes long to say that a model has none of that name.
        cells = vars(self)
        return self.MEASURES[str(cells.get("quantity") or cells.get("parameter") or "")]

    @property
    def assumed(self) -> bool:
        """True if the figure is a judgement, or derived from one."""
        return self.basis is Basis.ASSUMED or self.rests_on_assumption == "yes"

    def sources(self) -> tuple[str, ...]:
        """Identifiers of the sources; the first one gives the central value."""
        return split_list(self.source_id)

    @model_validator(mode="after")
    def _refuse_faults(self) -> Self:
        faults = [*_range_faults(self), *_basis_faults(self)]
        if faults:
            context: dict[str, Any] = {"faults": faults, "text": list_faults(faults)}
            raise PydanticCustomError(FAULTS, "{text}", context)
        return self


def split_list(text: str, separator: str = ";") -> tuple[str, ...]:
    """Parts of a separated text, without surrounding blanks.

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
