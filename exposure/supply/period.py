"""Weeks of a run, and the measures on the buyers' side in these weeks."""

from dataclasses import dataclass, field
from datetime import date

from exposure.inputs.cells import Measures
from exposure.settings import SupplyMethod
from exposure.supply.actions import NO_ACTIONS, Actions


@dataclass(frozen=True)
class Period:
    """Weeks of a run, counted from its first day."""

    start: date
    """First day of week 0."""
    weeks: int
    """Number T of weeks."""
    measures: Measures = field(default_factory=dict)
    """Day from which each rule on the buyers' side is in force; None if it is repealed."""
    method: SupplyMethod = "mixture"
    """Method that combines shares by stage into one dependence on China."""
    actions: Actions = NO_ACTIONS
    """Dated changes on the buyers' side."""

    @property
    def key(self) -> tuple[object, ...]:
        """Hashable form of the weeks."""
        return self.start, self.weeks

    @property
    def sourcing_key(self) -> tuple[object, ...]:
        """Hashable form of everything that determines the origin of goods."""
        return self.start, self.weeks, tuple(sorted(self.measures.items())), self.method
