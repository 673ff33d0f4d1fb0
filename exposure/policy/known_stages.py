"""Whether the rules of a scenario name stages that the tables know.

A scenario is read without tables, and stages are rows of a table. A rule of a stage that is not
in it would reach nothing, in silence.
"""

from collections.abc import Collection

from exposure.errors import ScenarioError
from exposure.faults import Fault
from exposure.policy.scenario import Scenario
from exposure.spelling import did_you_mean
from exposure.terms import ANY


def check_stages(scenario: Scenario, known: Collection[str]) -> None:
    """Refuse rules of stages that the tables do not know.

    Parameters
    ----------
    scenario
        A scenario or mixture.
    known
        Stages of the table ``stages``.

    Raises
    ------
    ScenarioError
        With all such rules, a line each.
    """
    faults = [
        Fault(
            f"rule {number}, stage",
            f"'{rule.stage}'",
            "a stage of the table stages, or '*'",
            did_you_mean(rule.stage, known),
            member.scenario,
        )
        for member, _ in scenario.members
        for number, rule in enumerate(member.rules, start=1)
        if rule.stage != ANY and rule.stage not in known
    ]
    if faults:
        raise ScenarioError(faults)
