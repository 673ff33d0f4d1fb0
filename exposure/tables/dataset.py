"""The checked tables as one frozen object.

Every table is a DataFrame. A `Dataset` is made by `read_dataset` or by one of the functions that
change a copy. Its digest is a hash of all its rows, so that equal digests mean equal tables,
regardless of their files.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import is_
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import BaseModel

import exposure
from exposure.arguments import TEXT, check_arguments, instance_of, optional
from exposure.errors import unknown_name
from exposure.faults import Fault
from exposure.tables.schema.catalogue import TABLES, name_of
from exposure.tables.schema.demand import SectorRow

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row", bound=BaseModel)
"""A row model."""

RowKey = tuple[str, tuple[str, ...]]
"""Table and key of a row."""


@dataclass(frozen=True)
class Overlaid:
    """Changes of the tables by one overlay folder."""

    folder: str
    """Name of the folder, without its path."""
    digest: str
    """SHA-256 of its rows."""
    replaced: tuple[RowKey, ...]
    """Rows that replace rows of the tables below."""
    added: tuple[RowKey, ...]
    """Rows that are not in the tables below."""

    def record(self) -> dict[str, object]:
        """Return the changes for the record of a run: table to the keys of its rows."""
        return {
            "folder": self.folder,
            "digest": self.digest,
            "replaced": _by_table(self.replaced),
            "added": _by_table(self.added),
        }


def _by_table(rows: Sequence[RowKey]) -> dict[str, list[str]]:
    return {
        name: [", ".join(key) for table, key in rows if table == name]
        for name in dict.fromkeys(name for name, _ in rows)
    }


def row_key(row: BaseModel) -> RowKey:
    """Table and key of a row, as text."""
    table = TABLES[name_of(type(row))]
    return table.name, tuple(cell_text(getattr(row, column)) for column in table.key)


@dataclass(frozen=True)
class Origin:
    """Origin of the rows, and the files of the folder that were not read."""

    places: Mapping[RowKey, tuple[str, int]] = field(default_factory=dict)
    """File and line of each row that comes from a file."""
    unread: tuple[Fault, ...] = ()
    """Files that look like data but are not read, each with the reason."""

    def place(self, key: RowKey) -> tuple[str, int | None]:
        """File and line of a row; if it comes from no file, the file of its table and no line."""
        return self.places.get(key, (TABLES[key[0]].file, None))

    def under(self, other: "Origin") -> "Origin":
        """The origin of tables with an overlay."""
        return Origin({**self.places, **other.places}, (*self.unread, *other.unread))


NOWHERE = Origin()
"""Origin of rows that were not read from files."""

Three = tuple[float, float, float]
"""Low, central and high value of a row."""


@dataclass(frozen=True)
class Change:
    """A figure that was changed by hand, or scaled because of a change in its set."""

    table: str
    key: tuple[str, ...]
    """Values of the key columns of the row."""
    was: Three
    """Low, central and high before the change."""
    now: Three
    """Low, central and high after the change."""
    note: str
    """Reason for the change."""

    def record(self) -> dict[str, object]:
        """Return the change in plain values, for the record of a run."""
        return {
            "table": self.table,
            "key": ", ".join(self.key),
            "was": list(self.was),
            "now": list(self.now),
            "note": self.note,
        }


@dataclass(frozen=True)
class Dataset:
    """All tables of one version.

    Attributes
    ----------
    rows
        Table name to its checked rows, sorted by key.
    version
        Calendar version of the tables, or ``unversioned``.
    digest
        SHA-256 of all rows, those of overlays included.
    overlaid
        Overlays on the tables, the lowest first; empty for tables as they were read.
    changed
        Figures changed by `with_value` and `with_values`, in the order of the changes.
    """

    rows: Mapping[str, tuple[BaseModel, ...]] = field(repr=False)
    version: str
    digest: str
    overlaid: tuple[Overlaid, ...] = ()
    changed: tuple[Change, ...] = ()
    base_digest: str = ""
    """Digest of the tables before overlays and changes; empty if there are none."""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    """Origin of the rows; it does not count when tables are compared."""

    @property
    def base(self) -> str:
        """Digest of the tables as they were read, without overlays and changes."""
        return self.base_digest or self.digest

    @classmethod
    def from_rows(
        cls,
        rows: Mapping[str, Sequence[BaseModel]],
        *,
        version: str,
        overlaid: tuple[Overlaid, ...] = (),
        changed: tuple[Change, ...] = (),
        base_digest: str = "",
        origin: Origin = NOWHERE,
    ) -> "Dataset":
        """Make a dataset of checked rows.

        Parameters
        ----------
        rows
            Table name to its rows, in any order.
        version
            Version to record.
        overlaid
            Overlays on the tables.
        changed
            Figures that were changed by hand.
        base_digest
            Digest of the tables below; empty if these are the lowest.
        origin
            Origin of the rows.
        """
        ordered = {
            name: tuple(sorted(rows[name], key=lambda row, n=name: _sort_key(n, row)))  # type: ignore[misc]
            for name in TABLES
            if name in rows
        }
        return cls(
            MappingProxyType(ordered), version, digest_of(ordered), overlaid, changed, base_digest,
            origin,
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.digest, self.version, self.overlaid, self.changed))

    def __reduce__(self) -> tuple[object, ...]:
        # A view of a mapping cannot be pickled; the mapping can.
        edits = (self.overlaid, self.changed)
        parts = (dict(self.rows), self.version, self.digest, edits, self.base_digest, self.origin)
        return _restored, parts

    def __deepcopy__(self, memo: dict[int, object]) -> "Dataset":
        return self  # nothing in it can change

    def _repr_html_(self) -> str:
        return exposure.dataset_html(self)

    def table(self, name: str) -> "pd.DataFrame":
        """Return a table as a DataFrame, one row per fact.

        Parameters
        ----------
        name
            Name of the table, such as ``"needs"``.

        Returns
        -------
        pandas.DataFrame
            A fresh copy; changing it changes nothing else.

        Raises
        ------
        UnknownNameError
            If there is no such table.
        """
        import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

        check_arguments("Dataset.table", name=(name, TEXT))
        if name not in TABLES:
            raise unknown_name("table", name, TABLES)
        columns = list(TABLES[name].columns)
        records = [row.model_dump() for row in self.rows.get(name, ())]
        return pd.DataFrame.from_records(records, columns=columns)

    def rows_of(self, model: type[Row]) -> tuple[Row, ...]:
        """Rows of the table of a row model, sorted by key; none if the table is absent.

        The type checker knows their columns: a misspelt attribute is an error of mypy.

        Parameters
        ----------
        model
            Row model, such as `exposure.tables.schema.demand.NeedRow`.

        Returns
        -------
        tuple
            The rows.

        Raises
        ------
        UnknownNameError
            If no table has rows of this model.

        Examples
        --------
        >>> import exposure as ex
        >>> ex.read_dataset().rows_of(SectorRow)[0].destination
        'USA'
        """
        # Every row was already checked against the model of its table.
        return cast("tuple[Row, ...]", self.rows.get(name_of(model), ()))

    def sector_ids(self, destination: str | None = None) -> tuple[str, ...]:
        """Ids of the sectors whose makers are in a destination.

        Parameters
        ----------
        destination
            Code of a country, or ``EUU``; None for all.

        Returns
        -------
        tuple of str
            Sorted.
        """
        check_arguments("Dataset.sector_ids", destination=(destination, optional(TEXT)))
        return tuple(
            row.sector for row in self.rows_of(SectorRow) if destination in (None, row.destination)
        )


DATASET = instance_of(Dataset, "a Dataset", "read one with ex.read_dataset()")
"""The argument ``dataset`` of a public function."""


def _restored(
    rows: Mapping[str, tuple[BaseModel, ...]],
    version: str,
    digest: str,
    edits: tuple[tuple[Overlaid, ...], tuple[Change, ...]],
    base_digest: str,
    origin: Origin,
) -> Dataset:
    """Restore a pickled dataset."""
    return Dataset(MappingProxyType(dict(rows)), version, digest, *edits, base_digest, origin)


def digest_of(rows: Mapping[str, Sequence[BaseModel]]) -> str:
    """SHA-256 of tables, written as CSV one after the other."""
    text = b"\n".join(_written(name, SameRows(tuple(table))) for name, table in rows.items())
    return hashlib.sha256(text).hexdigest()


class SameRows:
    """Rows of a table, equal to others that are the very same objects: no row can change.

    Examples
    --------
    >>> one, other = SameRows(()), SameRows(())
    >>> one == other, len({one, other})
    (True, 1)
    """

    __slots__ = ("rows",)

    def __init__(self, rows: tuple[BaseModel, ...]) -> None:
        self.rows = rows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SameRows) or len(self.rows) != len(other.rows):
            return False
        return all(map(is_, self.rows, other.rows))

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.rows)))


@lru_cache(maxsize=4 * len(TABLES))
def _written(table: str, same: SameRows) -> bytes:
    # An edit or an overlay replaces the rows of few tables; the text of the others is kept.
    return f"{table}\n{to_csv(table, same.rows)}".encode()


def _sort_key(table: str, row: BaseModel) -> tuple[str, ...]:
    return tuple(str(getattr(row, column)) for column in TABLES[table].key)


def to_csv(table: str, rows: Sequence[BaseModel]) -> str:
    """Write rows as the CSV text of their table.

    A number is written by `repr`, which reads back to the same number.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    columns = TABLES[table].columns
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_text(getattr(row, column)) for column in columns])
    return buffer.getvalue()


def cell_text(value: object) -> str:
    """Write one value as a file has it.

    Examples
    --------
    >>> cell_text(None), cell_text(0.1), cell_text(52.0), cell_text(("Dy", "Nd"))
    ('', '0.1', '52', 'Dy Nd')
    """
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
