"""The weeks of a run, and what holds on the buyers' side in them."""

from dataclasses import dataclass, field
from datetime import date

from exposure.inputs.cells import Measures
from exposure.settings import SupplyMethod
from exposure.supply.actions import NO_ACTIONS, Actions


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
    actions: Actions = NO_ACTIONS
    """What somebody does from a day on."""

    @property
    def key(self) -> tuple[object, ...]:
        """The weeks, as something that can be a key."""
        return self.start, self.weeks

    @property
    def sourcing_key(self) -> tuple[object, ...]:
        """What decides where goods come from, as something that can be a key."""
        return self.start, self.weeks, tuple(sorted(self.measures.items())), self.method
