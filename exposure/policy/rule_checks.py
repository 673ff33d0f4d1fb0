"""Checks across the rules of a scenario file: one rule a case, days inside the scenario."""

from collections.abc import Sequence
from datetime import date, timedelta

from exposure.errors import ScenarioError
from exposure.policy.rule_entries import Draft, Placed
from exposure.policy.rules import contradictions
from exposure.policy.scenario import Scenario
from exposure.terms import week_of

Span = tuple[date, date]
"""First and last day of a scenario."""


def span_of(draft: Draft) -> Span | None:
    """First and last day of the scenario, even if the file has other faults."""
    stated = {k: draft.content[k] for k in ("start", "horizon_weeks") if k in draft.content}
    try:
        probe = Scenario(scenario="probe", name="probe", text="probe", **stated)
    except ScenarioError:
        return None
    return probe.start, probe.start + timedelta(weeks=probe.horizon_weeks)


def check_rules(draft: Draft, placed: Sequence[Placed]) -> None:
    """Report rules for the same cases and days, and days outside the scenario."""
    for first, second in contradictions([item.rule for item in placed]):
        earlier, later = placed[first], placed[second]
        # Rules that became equal only because the inherited past was cut off are not a fault.
        if not later.inherited:
            found = f"the cases and days of {earlier.entry}, which says '{earlier.rule.state}'"
            cure = "keep one, or give them different days"
            draft.add(later.entry, found, expected="one rule for them", cure=cure)
    span = span_of(draft)
    for item in placed:
        _check_days(draft, item, span)


def _check_days(draft: Draft, item: Placed, span: Span | None) -> None:
    starts, ends = item.rule.starts, item.rule.ends
    ordered = ends is None or ends > starts
    if not ordered:
        found = f"a start on {starts} and an end on {ends}"
        draft.add(item.entry, found, expected="an end after the start", cure="move one")
    if span is None:
        return
    check_day(draft, f"{item.entry}, starts", starts, span)
    if ends is not None and ordered and not item.inherited:
        check_day(draft, f"{item.entry}, ends", ends, span)


def check_day(draft: Draft, where: str, day: date, span: Span) -> None:
    """Report a day outside the scenario."""
    first, last = span
    if not first <= day <= last:
        found = f"{day}, week {week_of(day, start=first)}"
        cure = "start the scenario earlier" if day < first else "lengthen horizon_weeks"
        expected = f"a day from {first} to {last}"
        draft.add(where, found, expected=expected, cure=f"move it, or {cure}")


def check_dates_used(draft: Draft) -> None:
    """Report turning points that nothing in the file uses."""
    named = draft.content.get("dates", {})
    idle = sorted(set(named) - draft.used) if isinstance(named, dict) else []
    for name in idle:
        cure = "name it where a rule starts or ends, or delete it"
        draft.add(
            f"dates, {name}", "a day that no rule uses", expected="one that is used", cure=cure
        )
