"""Rules of a scenario as lines for a reader: rules that differ only in the element are one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from exposure.policy.rules import Overrides, Rule
from exposure.policy.scenario import Scenario
from exposure.terms import ANY

STAYS = "-"
"""Text for the end of a rule that stays in force."""


@dataclass(frozen=True)
class RuleLine:
    """A rule, or several rules, in words."""

    starts: str
    ends: str
    """First day no longer in force, or `STAYS`."""
    goods: str
    buyers: str
    state: str
    terms: str
    """Queue terms that differ from the table, empty where none does."""
    note: str


def rule_lines(rules: Sequence[Rule]) -> list[RuleLine]:
    """Rules in the order of their days; rules that differ only in the element share a line.

    Parameters
    ----------
    rules
        Rules of one scenario.
    """
    by_rule: dict[Rule, list[str]] = {}
    for rule in rules:
        by_rule.setdefault(rule.model_copy(update={"element": ANY}), []).append(str(rule.element))
    lines = [_line(rule, elements) for rule, elements in by_rule.items()]
    return sorted(lines, key=lambda line: line.starts)


def turning_points(scenario: Scenario, *, destination: str) -> list[date]:
    """Days on which a rule for a destination begins or ends, after the scenario's start.

    Parameters
    ----------
    scenario
        Scenario or mixture; all members count.
    destination
        Place of the buyers, or ``all``.
    """
    horizon = scenario.start + timedelta(weeks=scenario.horizon_weeks)
    days = {
        day
        for member, _ in scenario.members
        for rule in member.rules
        if destination == "all" or rule.destination in (ANY, destination)
        for day in (rule.starts, rule.ends)
        if day is not None
    }
    return sorted(day for day in days if scenario.start < day <= horizon)


def _line(rule: Rule, elements: Sequence[str]) -> RuleLine:
    return RuleLine(
        starts=rule.starts.isoformat(),
        ends=rule.ends.isoformat() if rule.ends else STAYS,
        goods=_goods(rule, elements),
        buyers=_buyers(rule),
        state=str(rule.state).replace("_", " "),
        terms=_terms(rule.overrides),
        note=rule.note,
    )


def _goods(rule: Rule, elements: Sequence[str]) -> str:
    if list(elements) != [ANY]:
        what = " ".join(sorted(elements))
    else:
        what = "listed elements" if rule.component == ANY else "any element"
    component = "" if rule.component == ANY else f" in {rule.component}"
    stage = "" if rule.stage == ANY else f" at {rule.stage}"
    return what + component + stage


def _buyers(rule: Rule) -> str:
    chosen = [str(s) for s in (rule.buyer_class, rule.tier, rule.destination) if s != ANY]
    return " ".join(chosen) or "all"


def _terms(overrides: Overrides) -> str:
    stated = overrides.model_dump(exclude_defaults=True)
    return ", ".join(
        name.replace("_", " ") if value is True else f"{name.replace('_', ' ')} {value:g}"
        for name, value in stated.items()
    )
