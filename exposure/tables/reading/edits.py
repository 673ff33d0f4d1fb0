"""A changed copy of a dataset: one assumption altered, everything checked again."""

from collections.abc import Sequence
from dataclasses import replace

from exposure.arguments import TEXT, VALUES, Kind, check_arguments
from exposure.errors import UnknownNameError, unknown_name
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.reading.folders import dataset_from_records
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow

KEY = Kind(
    lambda value: isinstance(value, (list, tuple)),
    "a tuple with the values of the key columns",
    'write ("missiles", "smco_magnet", "stock_weeks")',
)


def with_value(
    dataset: Dataset,
    table: str,
    key: Sequence[str],
    *,
    value: float | Sequence[float],
    note: str = "changed by hand",
) -> Dataset:
    """Copy a dataset with one figure changed.

    Parameters
    ----------
    dataset
        The original, which stays as it is.
    table
        Name of the table.
    key
        Values of its key columns, in their order.
    value
        New figure in the unit of the row: one number if it is taken as known, or
        (low, central, high).
    note
        Why; the new row counts as assumed.

    Returns
    -------
    Dataset
        With a digest of its own.

    Raises
    ------
    UnknownNameError
        If there is no such table or row.
    TableError
        If the new figure breaks a rule of the tables.

    Examples
    --------
    >>> import exposure as ex
    >>> key = ("missiles", "smco_magnet", "stock_weeks")
    >>> longer = ex.with_value(ex.read_dataset(), "cover", key, value=(26, 39, 52))
    >>> cover = longer.table("cover").set_index(["sector", "component", "quantity"])
    >>> float(cover.loc[key, "central"])
    39.0
    """
    check_arguments(
        "with_value",
        dataset=(dataset, DATASET),
        table=(table, TEXT),
        key=(key, KEY),
        value=(value, VALUES),
        note=(note, TEXT),
    )
    if table not in TABLES:
        raise unknown_name("table", table, TABLES)
    low, central, high = value if isinstance(value, Sequence) else (value, value, value)
    columns = TABLES[table].key
    wanted = tuple(str(part) for part in key)
    records = {name: [row.model_dump() for row in rows] for name, rows in dataset.rows.items()}
    own = records.get(table, [])
    for record, row in zip(own, dataset.rows.get(table, ()), strict=True):
        if tuple(str(record[column]) for column in columns) == wanted:
            if not isinstance(row, QuantityRow):
                raise UnknownNameError(f"table '{table}' holds no figures; choose another")
            record |= {
                "low": low,
                "central": central,
                "high": high,
                "basis": "assumed",
                "note": note,
            }
            changed = dataset_from_records(records, version=dataset.version)
            return replace(changed, overlaid=dataset.overlaid, base_digest=dataset.base)
    known = {", ".join(str(record[column]) for column in columns) for record in own}
    raise unknown_name(f"row of table '{table}'", ", ".join(wanted), known)
