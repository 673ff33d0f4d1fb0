"""The weeks of a run, and what holds on the buyers' side in them."""

from dataclasses import dataclass, field
from datetime import date

from exposure.inputs.cells import Measures
from exposure.settings import SupplyMethod


@dataclass(frozen=True)
class Period:
    """Weeks that are run from a first day on."""

    start: date
    """First day of week 0."""
    weeks: int
    """Number T of weeks."""
    measures: Measures = field(default_factory=dict)
    """Day from which each rule of the buyers' side is in force; None for one that is repealed."""
    method: SupplyMethod = "mixture"
    """How shares by stage become one dependence on China."""

    @property
    def key(self) -> tuple[object, ...]:
        """The same as something that can be a key."""
        return self.start, self.weeks, tuple(sorted(self.measures.items())), self.method
