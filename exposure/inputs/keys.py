"""Keys of rows as text, each made only once, because making one is slow compared with its uses."""

from pydantic import BaseModel

from exposure.tables.dataset import RowKey, row_key


class RowKeys:
    """Table and key of rows, by the identity of the row."""

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
