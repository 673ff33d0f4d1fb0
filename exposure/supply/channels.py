"""A channel of supply: one element in one component that a sector buys."""

from dataclasses import dataclass

from exposure.terms import Element, Stage


@dataclass(frozen=True)
class Channel:
    """One component of a sector, one element in it."""

    component: str
    element: Element
    stages: tuple[Stage, ...]
    """Stages of the component, upstream first."""
    elements: tuple[Element, ...]
    """All elements of the component."""
    processed_in: str
    """Country outside China that turns Chinese upstream goods into the component."""
