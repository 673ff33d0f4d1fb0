"""Check that the rules of a scenario select what the tables contain."""

from collections.abc import Collection, Iterator, Mapping

from exposure.errors import ScenarioError
from exposure.faults import Fault
from exposure.inputs.index import Index
from exposure.policy.scenario import Scenario
from exposure.spelling import did_you_mean
from exposure.tables.schema.supply import ComponentRow, ElementRow
from exposure.terms import ANY

RARE_EARTHS = frozenset(
    {"Sc", "Y", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb",
     "Lu"}
)  # fmt: skip
"""Elements that a rule may name even if the tables lack them: tables may have fewer elements than
the record of events."""


def check_rules(index: Index, scenario: Scenario) -> None:
    """Refuse rules that select a component, stage or element that the tables do not have.

    Such a rule would never select anything, and a misspelt word would go unnoticed.

    Parameters
    ----------
    index
        Tables.
    scenario
        One course of policy; not a mixture.

    Raises
    ------
    ScenarioError
        For such words, all of them in one message.
    """
    components = index.table(ComponentRow)
    known = {
        "element": {row.element for row in index.table(ElementRow)} | RARE_EARTHS,
        "component": {row.component for row in components},
        "stage": {stage for row in components for stage in row.stages},
    }
    faults = dict.fromkeys(_faults(scenario, known))
    if faults:
        raise ScenarioError(fault.at(scenario.scenario) for fault in faults)


def _faults(scenario: Scenario, known: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    for rule in scenario.rules:
        for column, words in known.items():
            word = str(getattr(rule, column))
            if word != ANY and word not in words:
                yield Fault(
                    f"rule from {rule.starts}, {column}",
                    f"'{word}'",
                    f"a word of the tables, or '{ANY}'",
                    did_you_mean(word, words),
                )
