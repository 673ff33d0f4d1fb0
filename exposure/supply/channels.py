"""Purchases of a sector by element: channels, and the holdings in which stocks are kept.

A channel is one element of one component. Elements of a component that can replace each other
form one holding, with one stock; every other channel is a holding of its own.
"""

from dataclasses import dataclass

from exposure.arrays import plain_sum
from exposure.inputs.cells import Inputs


@dataclass(frozen=True)
class Channel:
    """An element of a component."""

    component: str
    element: str
    stages: tuple[str, ...]
    """Stages of the component, upstream first."""
    elements: tuple[str, ...]
    """All elements of the component."""
    processed_in: str
    """Country outside China that turns Chinese upstream goods into the component."""
    pool: str = ""
    """Pool outside China that supplies the element; empty for none."""
    alternative: str = ""
    """Elements of the component with the same word here replace each other; empty for none."""
    mass_fraction: float = 0.0
    """Central mass of the element in the component."""


@dataclass(frozen=True)
class Holding:
    """A stock of a component, for one element or for elements that replace each other."""

    component: str
    channels: tuple[Channel, ...]
    weights: tuple[float, ...]
    """Part of the need that each channel meets, by mass; they sum to 1."""

    @property
    def label(self) -> str:
        """Names of its elements in outputs.

        Examples
        --------
        >>> made = ("separation", "metal")
        >>> two = [Channel("magnet", e, made, ("Dy", "Tb"), "JPN") for e in ("Dy", "Tb")]
        >>> Holding("magnet", tuple(two), (0.8, 0.2)).label
        'Dy/Tb'
        """
        return "/".join(channel.element for channel in self.channels)


def channels_of(inputs: Inputs, component: str) -> tuple[Channel, ...]:
    """Channels of a component, by element."""
    made = inputs.index.component(component)
    known = {row.element: row for row in inputs.index.component_elements(component)}
    return tuple(
        Channel(
            component,
            element,
            made.stages,
            made.elements,
            made.processed_in,
            pool=known[element].pool if element in known else "",
            alternative=known[element].alternative if element in known else "",
            mass_fraction=known[element].central if element in known else 0.0,
        )
        for element in sorted(made.elements)
    )


def components_needed(inputs: Inputs, sector: str) -> tuple[str, ...]:
    """Components without which part of a sector's output cannot ship, sorted by id."""
    return inputs.index.components_needed(sector)


def holdings_of(inputs: Inputs, component: str) -> tuple[Holding, ...]:
    """Holdings of a component, in the order of their first element."""
    groups: dict[str, list[Channel]] = {}
    for channel in channels_of(inputs, component):
        groups.setdefault(channel.alternative or f"={channel.element}", []).append(channel)
    return tuple(
        Holding(component, tuple(channels), _mass_weights(channels)) for channels in groups.values()
    )


def _mass_weights(channels: list[Channel]) -> tuple[float, ...]:
    total = plain_sum(channel.mass_fraction for channel in channels)
    if len(channels) == 1 or total == 0.0:
        return (1.0 / len(channels),) * len(channels)
    return tuple(channel.mass_fraction / total for channel in channels)
