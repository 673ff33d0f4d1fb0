"""The uncertain inputs of a run: what can be known better on its own.

Rows that share a random stream are one input: if one of them were known, the others would be known
too (weeks of stock of one sector, for all its components). The success of a project is also an
input.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.cells import Inputs, shared_stream
from exposure.inputs.groups import NEW_SUPPLY, group_of
from exposure.scoring.blocks import Run
from exposure.scoring.rows import rows_of_run
from exposure.tables.dataset import RowKey, row_key
from exposure.tables.schema.rows import QuantityRow
from exposure.tables.schema.supply import NewSupplyRow

TABLE_WORDS = {
    "licence_queue": "licences",
    "pool_users": "pool",
    "stage_shares": "China's share",
    "sector_values": "sector",
    "new_supply": "plant",
}
"""Words for some tables in the name of an input; others keep their own name."""


@dataclass(frozen=True, eq=False)
class UncertainInput:
    """An input that is drawn from a range."""

    stream: str
    """Random stream that it is drawn from."""
    group: str
    """Group of the input, one of `exposure.inputs.groups.GROUPS`."""
    row: QuantityRow
    """Row by which it is named: the widest of those that share the stream."""
    rows: int
    """Rows of the tables that it moves."""
    drawn: FloatArray
    """Value of that row in each draw, shape (D,); for a project 1 if it works, 0 if it fails."""
    luck: bool = False
    """True if the stream decides whether a project works."""

    @property
    def name(self) -> str:
        """Name of the input for readers."""
        return input_name(self.row, luck=self.luck)

    @property
    def unit(self) -> str:
        """Unit of the values in `drawn`."""
        return "1 works, 0 fails" if self.luck else self.row.unit


def input_name(row: QuantityRow, *, luck: bool = False) -> str:
    """Name of an input: table and key in words.

    Parameters
    ----------
    row
        Row by which it is named.
    luck
        Whether it says if a project works.
    """
    if luck and isinstance(row, NewSupplyRow):
        return f"plant: {row.project} works"
    table, key = row_key(row)
    words = " ".join(part for part in key if part and part != "*")
    return f"{TABLE_WORDS.get(table, table)}: {words}"


def uncertain_inputs(run: Run, sectors: Iterable[str] | None = None) -> tuple[UncertainInput, ...]:
    """Inputs on which the scores of some sectors rest and which are drawn from a range.

    Parameters
    ----------
    run
        A finished run, or one that was read from a file.
    sectors
        Ids; None for all sectors of the run.
    """
    chosen = run.sectors if sectors is None else tuple(sectors)
    inputs = run.inputs
    read = {key for sector in chosen for key in rows_of_run(run, sector)}
    reader = inputs.under("uncertain inputs")
    streams: dict[str, list[QuantityRow]] = {}
    for key in sorted(read):
        row = inputs.index.cells.get(key)
        if row is not None and row.low < row.high:
            streams.setdefault(_stream_of(inputs, key, row), []).append(row)
    found = [_of_rows(reader, stream, rows) for stream, rows in sorted(streams.items())]
    return (*found, *_lucks(reader, read))


def _stream_of(inputs: Inputs, key: RowKey, row: QuantityRow) -> str:
    stream = "|".join((key[0], *key[1]))
    return stream if key in inputs.index.touched else shared_stream(row) or stream


def _of_rows(inputs: Inputs, stream: str, rows: list[QuantityRow]) -> UncertainInput:
    widest = max(rows, key=lambda row: (row.high - row.low, row_key(row)))
    return UncertainInput(stream, group_of(stream), widest, len(rows), inputs.draw(widest))


def _lucks(inputs: Inputs, read: Iterable[RowKey]) -> list[UncertainInput]:
    """Projects that may fail, each once."""
    rows: dict[str, list[NewSupplyRow]] = {}
    for key in sorted(read):
        row = inputs.index.cells.get(key)
        if isinstance(row, NewSupplyRow) and row.quantity == "success_probability":
            rows.setdefault(row.project, []).append(row)
    found = []
    for project, project_rows in rows.items():
        works = (inputs.luck(project) < inputs.draw(project_rows[0])).astype(np.float64)
        if 0.0 < works.mean() < 1.0:
            stream = f"chance|new_supply|{project}"
            found.append(
                UncertainInput(
                    stream, NEW_SUPPLY, project_rows[0], len(project_rows), works, luck=True
                )
            )
    return found
