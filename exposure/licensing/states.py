"""Treatment of applications in each licence state: one row per state.

A new state needs a word of `exposure.terms.LicenceState`, between the less and the more restrictive
ones, and a row here. A state that is decided on figures of its own also needs quantities in the
table ``licence_queue``.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from exposure.terms import RESTRICTIVENESS, LicenceState, Tier


@dataclass(frozen=True)
class StateRow:
    """Treatment of cases by the office in one licence state."""

    state: LicenceState
    decides: bool
    """True if applications are decided."""
    priority: int
    """Priority in the queue unless a rule says otherwise; 0 is served first."""
    word: str
    """Name of the state in quantities of ``licence_queue``; empty if nothing is decided."""
    upstream: bool = False
    """True if oxide and metal have separate figures."""

    @property
    def strictness(self) -> int:
        """Rank among the states, 0 for the least restrictive."""
        return RESTRICTIVENESS[self.state]


STATES: dict[LicenceState, StateRow] = {
    row.state: row
    for row in (
        StateRow(LicenceState.FREE, decides=False, priority=0, word=""),
        StateRow(LicenceState.GENERAL, decides=True, priority=0, word="general"),
        StateRow(LicenceState.FAST_TRACK, decides=True, priority=1, word="fast_track"),
        StateRow(LicenceState.ORDINARY, decides=True, priority=2, word="ordinary", upstream=True),
        StateRow(LicenceState.WITHHELD, decides=False, priority=3, word=""),
    )
}
"""Every licence state."""

LISTED_PRIORITY = 3
"""Priority of listed parties in the queue: they have no legal time limit and come last."""


class Figure(NamedTuple):
    """A figure of the terms on which a case is decided."""

    name: str
    """Field of `exposure.licensing.terms.LicenceTerms` and of the overrides of a rule."""
    quantity: str
    """Quantity of ``licence_queue``; ``{state}`` is replaced by the word of the state."""
    strict: Literal["low", "high"]
    """The more restrictive end, if the elements of an item have different rows."""
    upstream: bool = False
    """True if oxide and metal have a separate quantity."""


FIGURES = (
    Figure("approval", "approval_{state}", "low", upstream=True),
    Figure("delay_weeks", "delay_weeks_{state}", "high", upstream=True),
    Figure("validity_weeks", "validity_weeks_{state}", "low"),
    Figure("renewal_lead_weeks", "renewal_lead_weeks", "low"),
    Figure("renewal_approval", "renewal_approval", "low"),
    Figure("refusal_share", "refusal_share", "low"),
    Figure("reapplication_share", "reapplication_share", "low"),
    Figure("reapplication_weeks", "reapplication_weeks", "high"),
)
"""Figures on which cases are decided. Refused buyers may apply again and pending ones may not, so
the lower share of refusals is the more restrictive."""

LOOK_THROUGH = Figure("look_through", "look_through", "high")
"""Share of upstream exits judged by the final user; it applies in every state."""

LISTED_DELAY = "delay_weeks_listed"
"""Delay of listed parties in any state."""


def quantity_of(figure: Figure, state: LicenceState, *, tier: Tier, upstream: bool) -> str:
    """Quantity of ``licence_queue`` that states a figure for a case.

    Examples
    --------
    >>> approval, delay = FIGURES[:2]
    >>> quantity_of(approval, LicenceState.ORDINARY, tier=Tier.STANDARD, upstream=True)
    'approval_ordinary_upstream'
    >>> quantity_of(delay, LicenceState.GENERAL, tier=Tier.LISTED, upstream=True)
    'delay_weeks_listed'
    """
    if figure.name == "delay_weeks" and tier is Tier.LISTED:
        return LISTED_DELAY
    row = STATES[state]
    named = figure.quantity.format(state=row.word)
    return f"{named}_upstream" if upstream and figure.upstream and row.upstream else named


def priority_of(state: LicenceState, tier: Tier) -> int:
    """Priority in the queue unless a rule says otherwise; 0 is served first."""
    usual = STATES[state].priority
    return max(usual, LISTED_PRIORITY) if tier is Tier.LISTED else usual
