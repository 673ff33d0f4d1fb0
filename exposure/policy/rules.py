"""Licence rules as rows, and which of them decides a case.

A rule selects cases by element or component, stage, buyer class, destination and tier; ``*``
selects all. If several rules match, the one with the most selectors that are not ``*`` decides; if
there is a tie, the most restrictive; then the one that began last.

A rule for all elements applies only to elements under export control: neodymium and praseodymium
were not on the list of April 2025. A rule that names an element or a component applies to it
whether it is controlled or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from exposure import statements
from exposure.errors import ScenarioError
from exposure.terms import (
    ANY,
    RESTRICTIVENESS,
    BuyerClass,
    BuyerPlace,
    Element,
    Identifier,
    LicenceState,
    Selector,
    Share,
    Stage,
    Tier,
)

SELECTORS = ("element", "component", "stage", "buyer_class", "destination", "tier")
"""Columns by which a rule selects cases."""

Weeks = Annotated[int, Field(ge=0)]


class Statement(statements.Statement):
    """A part of a scenario."""

    REFUSAL = ScenarioError


class Overrides(BaseModel):
    """Queue terms that a rule sets in place of those of the table ``licence_queue``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    REMOVED: ClassVar[dict[str, str]] = {
        "resubmission": "refusal_share, reapplication_share and reapplication_weeks",
    }
    """Removed keys, each with its replacement."""

    approval: Share | None = None
    """Share of first applications approved at a decision."""
    delay_weeks: Weeks | None = None
    """Weeks from submission until it can be decided."""
    validity_weeks: Annotated[int, Field(ge=1)] | None = None
    """Weeks for which a licence is valid."""
    renewal_lead_weeks: Weeks | None = None
    """Weeks before expiry at which the renewal is filed."""
    renewal_approval: Share | None = None
    """Share of renewals approved."""
    refusal_share: Share | None = None
    """Share refused of the first applications that are decided and not approved; the rest stays
    pending."""
    reapplication_share: Share | None = None
    """Share of refused applications and renewals that is filed again."""
    reapplication_weeks: Annotated[int, Field(ge=1)] | None = None
    """Weeks from a refusal to the next application."""
    priority: Weeks | None = None
    """Place in the queue; 0 is served first."""
    look_through: Share | None = None
    """Share of upstream exits judged by the final user."""
    revoke: bool = False
    """True if live licences end when the rule begins. They do not end again when the rule comes
    back into force after a more specific one, and never for cases that such a rule covers when this
    one begins."""


class Rule(Statement):
    """Treatment by Beijing of the cases that the rule selects, between two days."""

    element: Element | Selector = "*"
    """Element selected."""
    component: Identifier | Selector = "*"
    """Component selected, when it crosses the border as a finished item."""
    stage: Stage | Selector = "*"
    """Exit stage selected."""
    buyer_class: BuyerClass | Selector = "*"
    """Buyer class selected."""
    destination: BuyerPlace | Selector = "*"
    """Destination selected."""
    tier: Tier | Selector = "*"
    """Tier selected."""
    starts: date
    """First day in force."""
    ends: date | None = None
    """First day on which it is no longer in force; None if it has no end."""
    state: LicenceState
    """Licence state that the rule sets."""
    overrides: Overrides = Overrides()
    """Terms that differ from the table ``licence_queue``."""
    note: str = ""
    """Law, announcement or reason behind the rule."""
    event: str = ""
    """Event of the table ``policy_events`` that the rule represents; empty for an assumed rule."""

    @cached_property
    def selectors(self) -> tuple[str, ...]:
        """The selected words, in the order of `SELECTORS`."""
        return tuple(str(getattr(self, name)) for name in SELECTORS)

    @cached_property
    def wanted(self) -> tuple[tuple[int, str], ...]:
        """Selectors that are not ``*``, each with its place in `SELECTORS`."""
        return tuple((i, selector) for i, selector in enumerate(self.selectors) if selector != ANY)

    @cached_property
    def specificity(self) -> int:
        """Number of selectors that are not ``*``."""
        return sum(selector != ANY for selector in self.selectors)

    def in_force(self, day: date) -> bool:
        """Return True if the rule applies on a day.

        Parameters
        ----------
        day
            Calendar day.

        Returns
        -------
        bool
            True from `starts` until the day before `ends`.
        """
        return self.starts <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True)
class Case:
    """A possible subject of a licence: goods, buyer, destination.

    A finished component is one item whatever elements it holds, so `component` is set and the
    most restrictive rule among its elements decides. Upstream goods are one element.
    """

    elements: tuple[Element, ...]
    component: str | None
    stage: Stage
    buyer_class: BuyerClass
    tier: Tier
    destination: str

    def selector_values(self, element: Element) -> tuple[str | None, ...]:
        """Values with which selectors are compared, in the order of `SELECTORS`."""
        return (
            str(element),
            self.component,
            str(self.stage),
            str(self.buyer_class),
            self.destination,
            str(self.tier),
        )


ControlDates = Mapping[Element, date | None]
"""Day from which each element is under export control; None if it is not."""


def reaching(rules: Sequence[Rule], case: Case) -> tuple[Rule, ...]:
    """Rules that select a case on some day; no other rule can decide it."""
    selected = [elements_selected(rule, case) for rule in rules]
    return tuple(rule for rule, is_selected in zip(rules, selected, strict=True) if is_selected)


def elements_selected(rule: Rule, case: Case) -> tuple[Element, ...]:
    """Elements of a case that a rule selects."""
    return tuple(e for e in case.elements if _selects(rule, case.selector_values(e)))


def _selects(rule: Rule, values: Sequence[str | None]) -> bool:
    # There are very many of these comparisons, and most selectors are ``*``.
    return all(values[position] == word for position, word in rule.wanted)


def elements_licensed(
    case: Case, rule: Rule | None, day: date, *, controlled: ControlDates
) -> tuple[Element, ...]:
    """Elements because of which a case needs a licence on a day.

    These are the elements under control, and an element that the rule in force names. If there are
    none, because the rule names a component or because there is no rule, all elements count.
    """
    licensed = tuple(
        element
        for element in case.elements
        if _is_controlled(element, day, controlled)
        or (rule is not None and rule.element == element)
    )
    return licensed or case.elements


def _is_controlled(element: Element, day: date, controlled: ControlDates) -> bool:
    since = controlled.get(element)
    return since is not None and since <= day


def rule_in_force(
    rules: Sequence[Rule], case: Case, day: date, *, controlled: ControlDates
) -> Rule | None:
    """Find the rule that decides a case on a day.

    Parameters
    ----------
    rules
        Rules of a scenario.
    case
        Goods, buyer and destination.
    day
        Day of export.
    controlled
        Since when each element is under control.

    Returns
    -------
    Rule or None
        None if no rule matches: the goods are free.
    """
    deciding = [
        _deciding_rule(rules, case, e, day=day, controlled=controlled) for e in case.elements
    ]
    found = [rule for rule in deciding if rule is not None]
    return max(found, key=_restrictiveness, default=None)


def _deciding_rule(
    rules: Sequence[Rule], case: Case, element: Element, *, day: date, controlled: ControlDates
) -> Rule | None:
    values = case.selector_values(element)
    listed = _is_controlled(element, day, controlled)
    matching = [
        rule
        for rule in rules
        if rule.in_force(day)
        and _selects(rule, values)
        and (listed or rule.element != ANY or rule.component != ANY)
    ]
    return max(matching, key=lambda r: (r.specificity, *_restrictiveness(r)), default=None)


def _restrictiveness(rule: Rule) -> tuple[int, date]:
    return RESTRICTIVENESS[rule.state], rule.starts


def contradictions(rules: Sequence[Rule]) -> list[tuple[int, int]]:
    """Positions of rules that select the same cases between the same days."""
    first: dict[tuple[object, ...], int] = {}
    pairs = []
    for position, rule in enumerate(rules):
        key = (*rule.selectors, rule.starts, rule.ends)
        if key in first:
            pairs.append((first[key], position))
        first.setdefault(key, position)
    return pairs


def replaced(rule: Rule, by: Sequence[Rule], *, until: date | None = None) -> Rule:
    """End a rule where a later one with the same selectors starts, or on a given day.

    Parameters
    ----------
    rule
        The earlier rule.
    by
        Rules that may replace it.
    until
        Day on which it ends in any case; None for no such day.
    """
    starts = [new.starts for new in by if new.selectors == rule.selectors]
    days = [day for day in (*starts, until) if day is not None and day > rule.starts]
    ends = min([*days, *([rule.ends] if rule.ends else [])], default=None)
    return rule if ends == rule.ends else rule.model_copy(update={"ends": ends})
