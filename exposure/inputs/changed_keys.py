"""Questions about two sets of tables that must have equal answers, found without asking them."""

from collections.abc import Sequence

from pydantic import BaseModel

from exposure.inputs.keys import RowKeys

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
