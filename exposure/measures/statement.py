"""Fields that every lever states: its id, the day of decision, its lead time and its cost."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from exposure.errors import LeverError
from exposure.faults import Fault
from exposure.statements import Statement
from exposure.terms import Identifier

Amount = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
"""A finite amount of at least 0."""

Weeks = Annotated[int, Field(ge=0, le=1040)]
"""Whole weeks, at most twenty years."""

CostBasis = Literal["reported", "derived", "assumed"]
"""Basis of a cost, in the words of the tables."""


def _as_range(value: object) -> object:
    """Turn one number into a range of one value."""
    alone = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (value, value, value) if alone else value


Range = Annotated[tuple[Amount, Amount, Amount], BeforeValidator(_as_range)]
"""Low, central and high; one number is known."""

NOTHING: tuple[float, float, float] = (0.0, 0.0, 0.0)
"""Range of a cost of zero."""


class LeverStatement(Statement):
    """A part of a lever."""

    REFUSAL = LeverError


class Cost(LeverStatement):
    """Cost of a lever, in millions of US dollars of the year of its sources.

    Examples
    --------
    >>> cost = Cost(once_musd=(100, 150, 300), basis="reported", sources=("mp_heavy_2026",))
    >>> cost.once_musd
    (100.0, 150.0, 300.0)
    """

    once_musd: Range = NOTHING
    """Paid once, when the lever is decided; low, central, high."""
    per_year_musd: Range = NOTHING
    """Paid in every year from then on."""
    per_kg_usd: Range = NOTHING
    """Paid for each kilogram of an element that is bought, on top of its price as oxide."""
    basis: CostBasis
    """`assumed` needs a note that argues the range, the others need sources."""
    sources: tuple[Identifier, ...] = ()
    """Ids of the table ``sources``; the first gives the central value."""
    locator: str = ""
    """Place in each source, in the same order, separated by semicolons."""
    note: str = ""
    """Reasons for the range."""

    @model_validator(mode="after")
    def _rests_on_something(self) -> Self:
        faults = [
            Fault(name, f"{low:g}, {central:g}, {high:g}", "them in order", "put low first")
            for name in ("once_musd", "per_year_musd", "per_kg_usd")
            for low, central, high in (getattr(self, name),)
            if not low <= central <= high
        ]
        if self.basis == "assumed" and not self.note:
            faults.append(Fault("note", "nothing", "a reason for the range", "argue it"))
        if self.basis != "assumed" and not self.sources:
            cure = "name a source, or write basis = 'assumed' and a note"
            faults.append(Fault("sources", "nothing", "at least one source", cure))
        if faults:
            raise LeverError(faults)
        return self


class Measure(LeverStatement):
    """Fields that all levers have in common."""

    KIND: ClassVar[str]
    """The word by which files name the kind."""

    MAY_HARM: ClassVar[str] = ""
    """Reason why it may make its target worse; empty if that is impossible by construction."""

    lever: Identifier
    """Id of the lever."""
    name: Annotated[str, Field(min_length=1)]
    """Short name of the lever."""
    text: Annotated[str, Field(min_length=1)]
    """Description of the measure and the basis of its numbers."""
    starts: date
    """Day on which it is decided."""
    lead_weeks: Weeks
    """Weeks until it acts."""
    cost: Cost
    """Cost of the lever."""

    @property
    def acts_on(self) -> date:
        """First day on which anything changes."""
        return self.starts + timedelta(weeks=self.lead_weeks)
