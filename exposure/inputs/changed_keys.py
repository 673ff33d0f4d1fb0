"""Questions about two sets of tables that must have equal answers, found without asking them."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from exposure.inputs.keys import RowKeys
from exposure.inputs.parts import Question, Trace

TABLES_ASKED = {
    "queue_row_of": "licence_queue",
    "sourcing": "sourcing",
    "sourcing_of": "sourcing",
    "china_years": "stage_shares",
    "pool_users": "pool_users",
    "sector": "sectors",
    "buyers": "buyers",
    "component": "components",
    "component_elements": "component_elements",
    "elements_of_pool": "component_elements",
    "new_supply": "new_supply",
    "reserves": "reserves",
    "recycling": "recycling",
    "queue_places": "licence_queue",
    "queue_days": "licence_queue",
}
"""Questions about one table."""

Group = tuple[str, str]
"""Name of a question and the table that it is about; empty if it is about several."""


def changed_keys(
    keys: RowKeys, rows: Sequence[BaseModel], others: Sequence[BaseModel]
) -> frozenset[tuple[str, ...]]:
    """Keys of a table under which two sets of rows do not hold the identical row.

    Parameters
    ----------
    keys
        Gives the key of a row.
    rows, others
        Rows of one table.

    Examples
    --------
    >>> from exposure.tables.reading.shipped_rows import shipped_rows
    >>> from exposure.tables.schema.supply import ElementRow
    >>> first, second, *_ = shipped_rows(ElementRow)
    >>> changed_keys(RowKeys(), [first, second], [first]) == {(second.element,)}
    True
    """
    common = set(map(id, rows)) & set(map(id, others))
    return frozenset(keys.of(row)[1] for row in (*rows, *others) if id(row) not in common)


def known_among(answers: Trace, questions: Iterable[Question]) -> list[Question]:
    """Those of some questions that have been asked."""
    return [asked for asked in questions if asked in answers]


class QuestionGroups:
    """Questions asked of one set of tables, by name and table."""

    def __init__(self) -> None:
        self._groups: dict[Group, list[Question]] = {}
        self._counted = 0

    def of(self, answers: Trace) -> Mapping[Group, Sequence[Question]]:
        """Group all questions asked so far; those asked before are grouped already.

        Threads that do this at the same time may list a question twice; none is left out.

        Parameters
        ----------
        answers
            Answers of the tables, in the order of the questions.
        """
        asked = list(answers)
        for each in asked[self._counted :]:
            name, about = each
            table = str(about[0]) if name == "cell" else TABLES_ASKED.get(name, "")
            self._groups.setdefault((name, table), []).append(each)
        self._counted = len(asked)
        return dict(self._groups)
