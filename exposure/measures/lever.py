"""The kinds of levers, one class each: what each states, and why it may do harm.

A lever acts from its day on: it changes nothing that happened before. The dated changes that a
kind makes of a world are worked out in `exposure.measures.changes_of`.
"""

from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from exposure.errors import LeverError
from exposure.faults import Fault
from exposure.measures.statement import Amount, Measure, Weeks
from exposure.tables.schema.supply import LAST_ORDER_CLASS
from exposure.terms import BuyerClass, BuyerPlace, Element, Identifier, Share, Stage

Sectors = Annotated[tuple[Identifier, ...], Field(min_length=1)]
"""Ids of sectors, or of uncertainty groups, which mean all their sectors."""

Tonnes = dict[Element, Amount]
"""Tonnes, or tonnes a year, by element."""


class Stock(Measure):
    """Sectors buy a stock; it leaves the pool in the weeks in which it is bought.

    Purchases are served after the current needs of the buyer's own class, before all lower
    classes, and only as far as the pool has something free. Firms may hold what they buy on top of
    their usual cap.
    """

    KIND: ClassVar[str] = "stock"

    sectors: Sectors
    """Sectors that buy."""
    components: tuple[Identifier, ...] = ()
    """Components that are bought; empty for all that a sector needs."""
    elements: tuple[Element, ...] = ()
    """Elements that are bought; empty for all."""
    weeks: Annotated[float, Field(gt=0.0, le=520.0)] | None = None
    """Weeks of its need that each sector buys."""
    tonnes: Amount | None = None
    """Tonnes that the sectors buy together, split by need; one element alone may be named then."""
    over_weeks: Annotated[int, Field(ge=1, le=520)]
    """Weeks over which it is bought, evenly."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.weeks is None) == (self.tonnes is None):
            found = "neither" if self.weeks is None else "both"
            cure = "state one of them"
            raise LeverError([Fault("weeks, tonnes", found, "one of the two", cure)])
        if self.tonnes is not None and len(self.elements) != 1:
            found = f"tonnes of {len(self.elements)} elements" if self.elements else "no element"
            raise LeverError([Fault("elements", found, "one, since tonnes are stated", "name one")])
        return self


class Release(Measure):
    """A reserve is released into the pool outside China, at an even rate."""

    KIND: ClassVar[str] = "release"

    tonnes: Tonnes
    """Tonnes by element."""
    over_weeks: Annotated[int, Field(ge=1, le=520)]
    """Weeks over which it is released."""


class NewSupply(Measure):
    """A plant outside China; the narrowest stage outside China limits its effect."""

    KIND: ClassVar[str] = "new_supply"

    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    """Stages that the plant performs."""
    tonnes_per_year: Tonnes
    """Contained oxide a year at full rate, by element."""
    ramp_weeks: Weeks
    """Weeks until it runs at full rate."""


class Recycling(Measure):
    """Recycling of scrap outside China, which goes directly into the pool."""

    KIND: ClassVar[str] = "recycling"

    tonnes_per_year: Tonnes
    """Tonnes a year at full rate, by element."""
    ramp_weeks: Weeks
    """Weeks until it runs at full rate."""


class Substitute(Measure):
    """Earlier qualification of substitutes; the share that can be replaced is unchanged."""

    KIND: ClassVar[str] = "substitute"

    sectors: Sectors
    """Sectors that qualify the substitute."""
    components: tuple[Identifier, ...] = ()
    """Components that are replaced; empty for all that have a substitute."""
    weeks_sooner: Annotated[int, Field(ge=1, le=1040)]
    """Weeks by which qualification ends sooner, at the earliest on the lever's day."""


class MoveSourcing(Measure):
    """Purchases of a late stage that buyers move out of China; the material stays Chinese."""

    KIND: ClassVar[str] = "move_sourcing"
    MAY_HARM: ClassVar[str] = (
        "what left China finished now leaves as oxide or metal, is licensed as such, and is bought "
        "in the pool, where others may be served first"
    )

    destination: BuyerPlace
    """Destination of the buyers."""
    buyer_classes: Annotated[tuple[BuyerClass, ...], Field(min_length=1)]
    """Buyer classes that move their purchases."""
    components: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Components that are bought elsewhere."""
    stage: Stage
    """Stage that moves; not the first stage of the component, which needs new supply."""
    share: Share
    """Part of China's share that moves."""


class TrustedTier(Measure):
    """The civil buyers of the standard tier at a destination are treated as trusted."""

    KIND: ClassVar[str] = "trusted_tier"
    MAY_HARM: ClassVar[str] = (
        "a scenario or table may treat the trusted tier worse, and its requests restart the queue"
    )

    destination: BuyerPlace
    """Destination of the buyers."""


class Priority(Measure):
    """Sectors are served in a better class when the pool is short."""

    KIND: ClassVar[str] = "priority"

    sectors: Sectors
    """Sectors that are rated."""
    order_class: Annotated[int, Field(ge=1, le=LAST_ORDER_CLASS)]
    """Class of service from then on; a sector that has a better one keeps it."""


class Pooling(Measure):
    """Firms of a sector share their stocks from the day on."""

    KIND: ClassVar[str] = "pooling"
    MAY_HARM: ClassVar[str] = (
        "a firm that is short of two parts at once loses its output only once; pooling can make "
        "the two shortages fall in different weeks, and once the common stock is used up, all "
        "firms stop together"
    )

    sectors: Sectors
    """Sectors whose firms share their stocks."""


class RuleChange(Measure):
    """A rule of the buyers' side comes later, or not at all."""

    KIND: ClassVar[str] = "rule"
    MAY_HARM: ClassVar[str] = (
        "a rule that moves purchases away from China hurts at first and protects later"
    )

    measure: Identifier
    """Rule, by the name it has in `sourcing` and in scenarios."""
    in_force_from: date | None = None
    """New day; none if the rule is waived."""


Lever = (
    Stock
    | Release
    | NewSupply
    | Recycling
    | Substitute
    | MoveSourcing
    | TrustedTier
    | Priority
    | Pooling
    | RuleChange
)
"""Any lever."""

KINDS: dict[str, type[Lever]] = {
    kind.KIND: kind
    for kind in (
        Stock, Release, NewSupply, Recycling, Substitute, MoveSourcing, TrustedTier, Priority,
        Pooling, RuleChange,
    )
}  # fmt: skip
"""Kinds by the word that files use."""
