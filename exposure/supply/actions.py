"""Dated changes of a world: what somebody does from a day on, as the model reads it.

Every change names its day, and nothing before that day is touched. Parts of a world that no change
concerns are made as without any. Weeks count from the start of the run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from exposure.terms import week_of


@dataclass(frozen=True)
class Added:
    """Tonnes a year that go into the pool of an element, past all stages."""

    since: date
    element: str
    tonnes_per_year: float
    ramp_weeks: int


@dataclass(frozen=True)
class Released:
    """A reserve of an element that is let out evenly."""

    since: date
    element: str
    tonnes: float
    over_weeks: int


@dataclass(frozen=True)
class Built:
    """A plant at one stage of an element; the narrowest stage outside China binds what it adds."""

    since: date
    element: str
    stage: str
    tonnes_per_year: float
    """Contained oxide at full rate."""
    ramp_weeks: int


@dataclass(frozen=True)
class Bought:
    """A stock that a sector buys evenly: weeks of its need of some channels."""

    since: date
    over_weeks: int
    sector: str
    component: str
    element: str
    weeks: float | None
    """Weeks of its need of the channel; None where tonnes are stated."""
    tonnes: float | None = None
    """Tonnes that all `partners` buy together, split by need."""
    partners: tuple[tuple[str, str], ...] = ()
    """Sectors and components that share the tonnes, this one among them."""
    given: bool = False
    """Whether it is there without being bought in the pool: to ask what must be held."""


@dataclass(frozen=True)
class Sooner:
    """The qualification of a substitute that ends some weeks sooner."""

    since: date
    sector: str
    component: str
    weeks: int


@dataclass(frozen=True)
class Rated:
    """A class of service that a sector has from a day on, where it is better than its own."""

    since: date
    sector: str
    order_class: int


@dataclass(frozen=True)
class Shared:
    """Stocks that the firms of a sector share from a day on."""

    since: date
    sector: str


@dataclass(frozen=True)
class Moved:
    """Part of China's share of one stage of a component that some buyers buy elsewhere."""

    since: date
    destination: str
    buyer_class: str
    component: str
    stage: str
    share: float


@dataclass(frozen=True)
class Trusted:
    """Civil buyers of the standard tier at a destination who are treated as trusted."""

    since: date
    destination: str


Action = Added | Released | Built | Bought | Sooner | Rated | Shared | Moved | Trusted

Kind = TypeVar("Kind", bound=Action)


@dataclass(frozen=True)
class Actions:
    """All dated changes of a run."""

    listed: tuple[Action, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.listed)

    def of(self, kind: type[Kind], **about: str) -> tuple[Kind, ...]:
        """Changes of one kind, of which some fields have these values.

        Examples
        --------
        >>> day = date(2027, 1, 1)
        >>> both = Actions((Shared(day, "radar"), Shared(day, "missiles")))
        >>> [own.sector for own in both.of(Shared, sector="radar")]
        ['radar']
        """
        return tuple(
            action
            for action in self.listed
            if isinstance(action, kind)
            and all(getattr(action, name) == value for name, value in about.items())
        )

    def on_goods(self, sector: str) -> tuple[Action, ...]:
        """Changes of what a sector needs."""
        return self.of(Sooner, sector=sector)

    def on_stocks(self, sector: str) -> tuple[Action, ...]:
        """Changes of how a sector keeps its stocks."""
        return self.of(Shared, sector=sector)

    def on_pool(self, elements: Iterable[str], sectors: Iterable[str]) -> tuple[Action, ...]:
        """Changes of who claims from a pool, and of what is added to it."""
        metals, users = set(elements), set(sectors)
        return tuple(
            action
            for action in self.listed
            if (isinstance(action, (Added, Released, Built, Bought)) and action.element in metals)
            or (isinstance(action, Rated) and action.sector in users)
        )

    def on_additions(self, elements: Iterable[str]) -> tuple[Action, ...]:
        """Changes of what is added to the pool of some elements."""
        metals = set(elements)
        return tuple(
            action
            for action in self.listed
            if isinstance(action, (Added, Released, Built)) and action.element in metals
        )

    def on_supply(self, component: str, destination: str, buyer: str) -> tuple[Moved, ...]:
        """Changes of where certain buyers buy a component."""
        return self.of(Moved, component=component, destination=destination, buyer_class=buyer)


NO_ACTIONS = Actions()
"""Nothing is changed."""


def week_since(action: Action, start: date) -> int:
    """First week of a run in which a change acts: 0 where it acts from before the start.

    Examples
    --------
    >>> week_since(Shared(date(2025, 4, 20), "radar"), date(2025, 4, 4))
    2
    """
    return max(0, week_of(action.since, start=start))
