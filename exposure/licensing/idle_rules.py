"""Rules of a scenario that decide no case of any buyer during a run, with the reason."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from exposure.faults import Fault
from exposure.inputs.index import Index
from exposure.licensing.goods import Item, control_dates, items_of
from exposure.policy.against_tables import named
from exposure.policy.rules import SELECTORS, Case, ControlDates, Rule, reaching, rule_in_force
from exposure.policy.scenario import Scenario
from exposure.tables.schema.demand import BuyerRow
from exposure.tables.schema.supply import ComponentRow, PoolUserRow
from exposure.terms import ANY, BuyerClass, Tier

Applicant = tuple[str, BuyerClass, Tier]
"""Destination, buyer class and tier of a buyer."""


def idle_rules(
    index: Index, scenario: Scenario, *, weeks: int, added_only: bool = False
) -> list[Fault]:
    """Rules that decide nothing.

    Parameters
    ----------
    index
        Tables.
    scenario
        One course of policy or a mixture, as the day of the analysis knows it.
    weeks
        Number of weeks of the run.
    added_only
        Whether only rules added to the course are examined.

    Returns
    -------
    list of Fault
        One for each such rule of each course.
    """
    items, applicants, cases = items_of(index), _applicants(index), all_cases(index)
    controlled = control_dates(index)
    found: dict[Fault, None] = {}
    for course, _ in scenario.members:
        last = course.start + timedelta(days=7 * weeks - 1)
        for rule in course.added if added_only else course.rules:
            if not _decides(rule, course.rules, cases, controlled, last=last):
                why = _why(rule, items, applicants, last)
                cure = "correct the rule, or delete it"
                fault = Fault(named(rule), why, "a rule that decides some case", cure)
                found[fault.at(course.scenario)] = None
    return list(found)


def all_cases(index: Index) -> tuple[Case, ...]:
    """All cases that may need a licence: all goods, for every kind of buyer."""
    return tuple(
        Case(item.elements, item.component, item.stage, buyer, tier, destination)
        for item in items_of(index)
        for destination, buyer, tier in sorted(_applicants(index))
    )


def _applicants(index: Index) -> frozenset[Applicant]:
    """Buyers of the sectors, other users of pools, and makers of components outside China."""
    home = {name: row.destination for name, row in index.sectors.items()}
    rows = index.table(BuyerRow)
    buyers = {(home[row.sector], row.buyer_class, row.tier) for row in rows}
    users = {
        (row.destination or ANY, row.buyer_class, Tier.STANDARD)
        for row in index.table(PoolUserRow)
        if isinstance(row.buyer_class, BuyerClass)
    }
    makers = {
        (row.processed_in, BuyerClass.CIVIL, Tier.STANDARD) for row in index.table(ComponentRow)
    }
    return frozenset(buyers | users | makers)


def _decides(
    rule: Rule,
    rules: Sequence[Rule],
    cases: Sequence[Case],
    controlled: ControlDates,
    *,
    last: date,
) -> bool:
    """True if a rule decides some case on some day; each of several tied rules counts."""
    others = (rule, *(other for other in rules if other != rule))  # the first of a tie decides
    for case in cases:
        for element in case.elements if reaching((rule,), case) else ():
            single = replace(case, elements=(element,))
            reached = reaching(others, single)
            days = {day for known in reached for day in (known.starts, known.ends) if day}
            days |= {day} if (day := controlled.get(element)) else set()
            if any(
                rule_in_force(reached, single, day, controlled=controlled) is rule
                for day in days
                if rule.in_force(day) and day <= last
            ):
                return True
    return False


def _why(rule: Rule, items: Sequence[Item], applicants: frozenset[Applicant], last: date) -> str:
    """Reason in words for which a rule decides nothing."""
    if rule.starts > last:
        return f"a start after the last day that is run, {last}"
    goods = {
        "element": {element for item in items for element in item.elements},
        "component": {str(item.component) for item in items},
        "stage": {item.stage for item in items},
        "buyer_class": {str(buyer) for _, buyer, _ in applicants},
        "destination": {destination for destination, _, _ in applicants},
        "tier": {str(tier) for _, _, tier in applicants},
    }
    for name, word in zip(SELECTORS, rule.selectors, strict=True):
        if word not in (ANY, *goods[name]):
            return f"no goods or buyers with {name.replace('_', ' ')} {word}"
    who = (rule.destination, str(rule.buyer_class), str(rule.tier))
    if not any(
        all(word in (ANY, str(value)) for word, value in zip(who, applicant, strict=True))
        for applicant in applicants
    ):
        shown = ", ".join(word for word in who if word != ANY)
        return f"no buyers of all these kinds: {shown}"
    made = [item for item in items if rule.component in (ANY, item.component)]
    if rule.component != ANY and rule.stage not in (ANY, made[0].stage):
        return (
            f"stage {rule.stage} of {rule.component}, which crosses the border finished, at stage "
            f"{made[0].stage}"
        )
    if not any(
        rule.element in (ANY, *item.elements) and rule.stage in (ANY, item.stage) for item in made
    ):
        return "goods that the tables do not have: no such element in it, or not at that stage"
    return "cases that more specific or stricter rules decide"
