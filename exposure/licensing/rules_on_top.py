"""Rules added to a course that change nothing, or not all cases that they select.

The rule with the most selectors decides, whether it came first or last. An added rule with few
selectors therefore does not change cases decided by a rule of the course with more selectors; the
user is warned of this.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from exposure.faults import Fault
from exposure.inputs.index import Index
from exposure.licensing.goods import control_dates
from exposure.licensing.idle_rules import all_cases
from exposure.policy.rule_words import in_words
from exposure.policy.rules import SELECTORS, Case, ControlDates, Rule, reaching, rule_in_force
from exposure.policy.scenario import Scenario
from exposure.terms import ANY, LicenceState

MOST_NAMED = 3
"""Largest number of rules named in one warning."""


@dataclass
class _Effect:
    """Effect of one rule on the cases that it selects."""

    changes: bool = False
    decides: bool = False
    unchanged: set[LicenceState] = field(default_factory=set)
    """States of cases that are decided equally with and without the rule."""
    hidden: dict[Rule, None] = field(default_factory=dict)
    """Rules that decide cases selected by this rule differently."""


def without_effect(index: Index, scenario: Scenario, *, weeks: int) -> list[Fault]:
    """Rules added to a course that change nothing, or that others override in some cases.

    Parameters
    ----------
    index
        Tables.
    scenario
        One course of policy or a mixture, with added rules.
    weeks
        Number of weeks of the run.

    Returns
    -------
    list of Fault
        One for each such rule of each course; rules that decide nothing at all are found by
        `exposure.licensing.idle_rules`.
    """
    cases, controlled = all_cases(index), control_dates(index)
    found: dict[Fault, None] = {}
    for course, _ in scenario.members:
        last = course.start + timedelta(days=7 * weeks - 1)
        for rule in course.added:
            effect = _effect(rule, course, cases, controlled, last=last)
            found |= {fault.at(course.scenario): None for fault in _faults(rule, effect)}
    return list(found)


def _effect(
    rule: Rule,
    course: Scenario,
    cases: Sequence[Case],
    controlled: ControlDates,
    *,
    last: date,
) -> _Effect:
    effect = _Effect()
    for case in cases:
        for element in case.elements if reaching((rule,), case) else ():
            single = replace(case, elements=(element,))
            reached = reaching(course.rules, single)
            others = [known for known in reached if known != rule]
            days = {day for known in reached for day in (known.starts, known.ends) if day}
            for day in sorted(day for day in days if rule.in_force(day) and day <= last):
                deciding = rule_in_force(reached, single, day, controlled=controlled)
                without = rule_in_force(others, single, day, controlled=controlled)
                # Two added rules may agree on a case and each be needed for other cases.
                _note(effect, rule, deciding, None if without in course.added else without)
    return effect


def _note(effect: _Effect, rule: Rule, deciding: Rule | None, without: Rule | None) -> None:
    if deciding == rule:
        effect.decides = True
        if without is None or _terms(without) != _terms(rule):
            effect.changes = True
        else:
            effect.unchanged.add(without.state)
    elif deciding is not None and deciding.state != rule.state:
        effect.hidden[deciding] = None


def _terms(rule: Rule) -> tuple[object, ...]:
    return rule.state, rule.overrides


def _faults(rule: Rule, effect: _Effect) -> list[Fault]:
    where = f"rule '{in_words(rule)}'"
    faults = []
    if effect.decides and not effect.changes:
        states = " or ".join(sorted(str(state) for state in effect.unchanged))
        found = f"cases that are {states} without it too"
        faults.append(Fault(where, found, "a rule that changes something", "leave it out"))
    if effect.hidden:
        faults.append(_hidden(where, rule, list(effect.hidden)))
    return faults


def _hidden(where: str, rule: Rule, hiding: Sequence[Rule]) -> Fault:
    named = "; ".join(in_words(rule) for rule in hiding[:MOST_NAMED])
    more = len(hiding) - MOST_NAMED
    rest = f"; and {more} more" if more > 0 else ""
    longer = in_words(_together(rule, hiding[0]))
    return Fault(
        where,
        f"cases that stricter rules, or rules with more selectors, go on deciding: {named}{rest}",
        "a rule that decides all that it selects",
        f"if those should change too, add longer rules, such as '{longer}'",
    )


def _together(rule: Rule, hiding: Rule) -> Rule:
    """The rule with its missing selectors taken from the other one."""
    taken = {name: getattr(hiding, name) for name in SELECTORS if getattr(rule, name) == ANY}
    return Rule.model_validate({**rule.model_dump(), **taken})
