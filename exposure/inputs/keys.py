"""Keys that are made only once: of rows, and of everything that a part of a run depends on."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from pydantic import BaseModel

from exposure.tables.dataset import RowKey, row_key

Key = TypeVar("Key", bound=Hashable)
"""Type of a key."""


class Hashed(Generic[Key]):
    """A long key whose hash is computed once: that of a tuple is computed whenever it is used.

    Examples
    --------
    >>> Hashed((1, (2, 3))) == Hashed((1, (2, 3)))
    True
    >>> len({Hashed("a"), Hashed("a"), Hashed("b")})
    2
    """

    __slots__ = ("_hash", "key")

    def __init__(self, key: Key) -> None:
        self.key = key
        self._hash = hash(key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Hashed) and self._hash == other._hash and self.key == other.key

    def __repr__(self) -> str:
        return f"Hashed({self.key!r})"


class RowKeys:
    """Table and key of rows, by the identity of the row.

    Each is written out once: the text of a key takes longer than most of what needs it.
    """

    def __init__(self) -> None:
        # Each row is kept with its key, so that no other row can have its identity.
        self._known: dict[int, tuple[BaseModel, RowKey]] = {}

    def of(self, row: BaseModel) -> RowKey:
        """Table and key of a row, as text.

        Examples
        --------
        >>> from exposure.tables.schema.supply import ElementRow
        >>> from exposure.tables.reading.shipped_rows import shipped_rows
        >>> RowKeys().of(shipped_rows(ElementRow)[0])
        ('elements', ('Dy',))
        """
        found = self._known.get(id(row))
        if found is None:
            found = self._known[id(row)] = (row, row_key(row))
        return found[1]
