"""Dated changes of a world: measures that begin on a certain day.

Every change names its day and affects nothing before that day. Parts of a world that no change
concerns are the same as without changes. Weeks count from the start of the run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from exposure.terms import week_of


@dataclass(frozen=True)
class Added:
    """Tonnes a year that go directly into the pool of an element."""

    since: date
    element: str
    tonnes_per_year: float
    ramp_weeks: int


@dataclass(frozen=True)
class Released:
    """A reserve of an element that is released at an even rate."""

    since: date
    element: str
    tonnes: float
    over_weeks: int


@dataclass(frozen=True)
class Built:
    """A plant at one stage of an element; the narrowest stage outside China limits its effect."""

    since: date
    element: str
    stage: str
    tonnes_per_year: float
    """Contained oxide at full rate."""
    ramp_weeks: int


@dataclass(frozen=True)
class Bought:
    """A stock that a sector buys at an even rate: weeks of its need of some channels."""

    since: date
    over_weeks: int
    sector: str
    component: str
    element: str
    weeks: float | None
    """Weeks of its need of the channel; None if tonnes are stated."""
    tonnes: float | None = None
    """Total tonnes that all `partners` buy, split by need."""
    partners: tuple[tuple[str, str], ...] = ()
    """Sectors and components that share the tonnes, including this one."""
    given: bool = False
    """True if the stock appears without being bought in the pool, to find the stock required."""


@dataclass(frozen=True)
class Sooner:
    """A substitute whose qualification ends some weeks sooner."""

    since: date
    sector: str
    component: str
    weeks: int


@dataclass(frozen=True)
class Rated:
    """An order class that a sector has from a day on, if it is better than its present one."""

    since: date
    sector: str
    order_class: int


@dataclass(frozen=True)
class Shared:
    """Sharing of stocks among the firms of a sector from a day on."""

    since: date
    sector: str


@dataclass(frozen=True)
class Moved:
    """Part of China's share in one stage of a component that some buyers buy elsewhere."""

    since: date
    destination: str
    buyer_class: str
    component: str
    stage: str
    share: float


@dataclass(frozen=True)
class Trusted:
    """Treatment of the standard-tier civil buyers of a destination as trusted."""

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
        """Changes of one kind whose fields have these values.

        Examples
        --------
        >>> day = date(2027, 1, 1)
        >>> both = Actions((Shared(day, "radar"), Shared(day, "missiles")))
        >>> [shared.sector for shared in both.of(Shared, sector="radar")]
        ['radar']
        """
        return tuple(
            action
            for action in self.listed
            if isinstance(action, kind)
            and all(getattr(action, name) == value for name, value in about.items())
        )

    def on_goods(self, sector: str) -> tuple[Action, ...]:
        """Changes of a sector's needs."""
        return self.of(Sooner, sector=sector)

    def on_stocks(self, sector: str) -> tuple[Action, ...]:
        """Changes of a sector's stock-keeping."""
        return self.of(Shared, sector=sector)

    def on_pool(self, elements: Iterable[str], sectors: Iterable[str]) -> tuple[Action, ...]:
        """Changes of the claims on a pool and of the supply added to it."""
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
        """Changes of the sourcing of a component by certain buyers."""
        return self.of(Moved, component=component, destination=destination, buyer_class=buyer)


NO_ACTIONS = Actions()
"""No changes."""


def week_since(action: Action, start: date) -> int:
    """First week of a run in which a change has an effect; 0 if it began before the start.

    Examples
    --------
    >>> week_since(Shared(date(2025, 4, 20), "radar"), date(2025, 4, 4))
    2
    """
    return max(0, week_of(action.since, start=start))
