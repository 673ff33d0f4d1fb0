"""What the words of a report mean: columns of the tables, settings, licence states, bases.

Settings and states are defined where they stand in code; their meanings are read from there.
"""

import ast
import inspect
import textwrap
from dataclasses import dataclass

from exposure.settings import Settings
from exposure.terms import Basis, LicenceState, Stage


@dataclass(frozen=True)
class Term:
    """A word with its meaning."""

    word: str
    meaning: str


RANKING_MEANINGS = {
    "rank": "Place by score, 1 being hit worst; equal scores share a place (1, 1, 3).",
    "sector": "Stable key of the sector.",
    "name": "Name of the sector.",
    "score": (
        "Discounted share of the horizon's output at risk, 0 (nothing) to 100 (everything): a "
        "weighted mean of the expected loss and of the tail loss, averaged over draws."
    ),
    "score_p05": "5th percentile of the score over draws: one draw in twenty is lower.",
    "score_p95": "95th percentile of the score over draws: one draw in twenty is higher.",
    "expected_loss_share": (
        "Discounted share of output lost, averaged over the scenarios of a mixture; 0 to 1."
    ),
    "cvar_loss_share": (
        "The same over the worst scenarios of a mixture only (conditional value at risk); 0 to 1. "
        "Equal to the expected loss for a single scenario."
    ),
    "weeks_to_impact_p50": (
        "Weeks before the first week in which more is lost than the threshold of the settings, "
        "median over draws; empty where half or more of the draws never reach it."
    ),
    "p_top3": "Probability, over draws, of a place among the first three.",
    "value_at_risk_usd": (
        "Value added times the mean undiscounted lost share over the horizon, gross, in constant "
        "2023 USD; empty where the value added is not in the tables."
    ),
    "main_driver": (
        "Element that bears most of the score, and the stage at which its supply last leaves "
        "China and is held up most; empty at score 0."
    ),
    "assumed_share": (
        "Share of the score's variance that would vanish if every assumed input were known "
        "(total-effect index); empty where the score does not vary."
    ),
}
"""Columns of the ranking, in order."""

OTHER_MEANINGS = {
    "run": "Scenario or mixture that was assessed.",
    "scenario": "Course of policy; in weekly.csv the member of a mixture.",
    "week": "Week counted from the first scored week, which is 0.",
    "date": "First day of the week.",
    "industry_code": "Industry of the national accounts to which the sector belongs.",
    "lost_share": "Share of the week's output lost, mean over draws; 0 to 1.",
    "low": "5th percentile of the lost share over draws.",
    "high": "95th percentile of the lost share over draws.",
    "element, points": "Points of the score that an element bears; over elements they sum to it.",
}
"""Columns of the weekly and attribution tables."""


def field_meanings(owner: type) -> dict[str, str]:
    """Meanings of the fields of a class, from the text that stands under each.

    Examples
    --------
    >>> field_meanings(Settings)["seed"]
    'Seed of all random streams; 0 is a seed like any other.'
    """
    definition = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    if not isinstance(definition, ast.ClassDef):
        return {}
    meanings = {}
    for statement, text in zip(definition.body, definition.body[1:], strict=False):
        if not (isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)):
            continue
        words = " ".join(str(text.value.value).replace("`", "").split())
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            meanings[statement.target.id] = words
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            meanings[statement.targets[0].id.lower()] = words
    return meanings


def column_terms() -> list[Term]:
    """Columns of all tables of a report."""
    return [Term(word, meaning) for word, meaning in {**RANKING_MEANINGS, **OTHER_MEANINGS}.items()]


def licence_terms() -> list[Term]:
    """Licence states, least restrictive first."""
    meanings = field_meanings(LicenceState)
    return [Term(str(state).replace("_", " "), meanings[state]) for state in LicenceState]


def basis_terms() -> list[Term]:
    """Ways in which a figure is known."""
    meanings = field_meanings(Basis)
    return [Term(str(basis), meanings[basis]) for basis in Basis]


def stage_terms() -> list[Term]:
    """Stages of the refining chain, upstream first."""
    meanings = {
        Stage.MINING: "Ore and concentrate.",
        Stage.SEPARATION: "Separated oxide of a single element.",
        Stage.METAL: "Metal and alloy.",
        Stage.MAGNET: "Component making: magnets, compounds, coatings, crystals.",
    }
    return [Term(str(stage), meaning) for stage, meaning in meanings.items()]


def setting_terms(settings: Settings) -> list[tuple[str, str, str]]:
    """Every setting: name, value, meaning."""
    meanings = field_meanings(Settings)
    return [
        (name, "-" if value is None else str(value), meanings[name])
        for name, value in settings.model_dump(mode="json").items()
    ]
