"""Meanings of the words of a report: columns of the tables, settings, licence states, bases.

Settings and states are defined in code; their meanings are read from there.
"""

import ast
import inspect
import textwrap
from dataclasses import dataclass

from exposure.scoring.column import Column
from exposure.scoring.columns import RECORD_DIGEST, RUN, columns_of
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.tables.schema.supply import StageRow
from exposure.terms import Basis, LicenceState


@dataclass(frozen=True)
class Term:
    """A word with its meaning."""

    word: str
    meaning: str


REPORT_RESULTS = ("ranking", "weekly", "attribution")
"""Results that a report holds."""


def field_meanings(owner: type) -> dict[str, str]:
    """Meanings of the fields of a class, from the text under each.

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
    """Columns of all tables of a report, each once."""
    columns = {column: None for result in REPORT_RESULTS for column in columns_of(result)}
    return [
        Term(column.name, f"{column.meaning}{_unit(column)}")
        for column in (RUN, *columns, RECORD_DIGEST)
    ]


def _unit(column: Column) -> str:
    return f" Unit: {column.unit}." if column.unit else ""


def licence_terms() -> list[Term]:
    """Licence states, least restrictive first."""
    meanings = field_meanings(LicenceState)
    return [Term(str(state).replace("_", " "), meanings[state]) for state in LicenceState]


def basis_terms() -> list[Term]:
    """Ways in which a figure is known."""
    meanings = field_meanings(Basis)
    return [Term(str(basis), meanings[basis]) for basis in Basis]


def stage_terms(dataset: Dataset) -> list[Term]:
    """Stages of the refining chain, upstream first."""
    rows = sorted(dataset.rows_of(StageRow), key=lambda row: row.position)
    return [Term(row.stage, row.note or row.name) for row in rows]


def setting_terms(settings: Settings) -> list[tuple[str, str, str]]:
    """Every setting: name, value, meaning."""
    meanings = field_meanings(Settings)
    return [
        (name, "-" if value is None else str(value), meanings[name])
        for name, value in settings.model_dump(mode="json").items()
    ]
