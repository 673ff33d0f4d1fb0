"""The record of what happened, replayed up to a day and continued from it.

A record is a scenario whose rules are dated events. On a day inside it, later events are unknown:
rules that start later are dropped, and rules in force stay in force. If something in force is
scheduled to end and it is unknown what followed, the analyst must choose; there is no default.
"""

from datetime import date

from exposure.errors import ScenarioError, unknown_name
from exposure.faults import Fault
from exposure.policy.rules import replaced
from exposure.policy.scenario import Scenario


def carried_on(scenario: Scenario, name: str) -> Scenario:
    """Choose what follows the record.

    Parameters
    ----------
    scenario
        A record with an open end.
    name
        One of its continuations.

    Raises
    ------
    UnknownNameError
        If the record has no such continuation.
    """
    known = {c.name: c for c in scenario.open_end.continuations} if scenario.open_end else {}
    if name not in known:
        raise unknown_name(f"continuation of '{scenario.scenario}'", name, known)
    return scenario.model_copy(update={"continuation": known[name]})


def seen_from(scenario: Scenario, day: date | None, *, last_day: date) -> Scenario:
    """A record as it was known on a day, continued as chosen.

    Parameters
    ----------
    scenario
        Any scenario. One that is not a record is returned unchanged; a mixture is handled member by
        member.
    day
        Day of the analysis; None for the end of the record.
    last_day
        Last day of the run.

    Returns
    -------
    Scenario
        Rules up to `day`, of which those in force on that day continue, then the chosen
        continuation.

    Raises
    ------
    ScenarioError
        If the run continues past the open end, which was known on `day`, and no continuation was
        chosen.
    """
    if scenario.mixture:
        members = tuple(
            member.model_copy(
                update={"scenario": seen_from(member.scenario, day, last_day=last_day)}
            )
            for member in scenario.mixture
        )
        return (
            scenario
            if members == scenario.mixture
            else scenario.model_copy(update={"mixture": members})
        )
    if scenario.record_ends is None:
        return scenario
    seen = min(day or scenario.record_ends, scenario.record_ends)
    rules = tuple(
        rule.model_copy(update={"ends": None}) if rule.ends and rule.ends > seen else rule
        for rule in scenario.rules
        if rule.starts <= seen
    )
    end = scenario.open_end
    if end is None or end.known_from > seen or last_day < end.day:
        return scenario.model_copy(update={"rules": rules})
    if scenario.continuation is None:
        choices = "".join(f"\n  - {c.name}: {c.text}" for c in end.continuations)
        found = f"a run to {last_day}, beyond the record, which ends on {scenario.record_ends}"
        cure = f"{end.question} Choose what follows:{choices}"
        raise ScenarioError(
            [Fault("", found, "a choice of what follows the record", cure, scenario.scenario)]
        )
    later = scenario.continuation.rules
    kept = tuple(replaced(rule, later) for rule in rules)
    return scenario.model_copy(update={"rules": (*kept, *later)})
