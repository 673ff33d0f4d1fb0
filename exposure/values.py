"""Values of results: compared by content, and protected against change.

Results hold arrays and tables, for which ``==`` gives an array of answers. `same` gives one.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def same(one: object, other: object) -> bool:
    """True if two values are equal to the last bit; a missing number equals a missing one.

    Dataclasses are compared by the fields that take part in comparisons, mappings by key, lists
    and tuples in order, arrays and tables by their cells, everything else by ``==``.

    Examples
    --------
    >>> same({"a": np.array([1.0, np.nan])}, {"a": np.array([1.0, np.nan])})
    True
    >>> same([1.0, 2.0], [1.0, 3.0])
    False
    """
    if isinstance(one, Mapping):
        return (
            isinstance(other, Mapping)
            and one.keys() == other.keys()
            and all(same(value, other[key]) for key, value in one.items())
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return _same_array(one, other)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one) and not isinstance(one, type):
        return all(
            same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one) if f.compare
        )
    return _same_other(one, other)


def _same_array(one: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", other: object) -> bool:
    if not isinstance(other, np.ndarray) or one.dtype != other.dtype:
        return False
    return np.array_equal(one, other, equal_nan=np.issubdtype(one.dtype, np.inexact))


def _same_other(one: object, other: object) -> bool:
    equals = getattr(one, "equals", None)  # tables of pandas
    if equals is not None:
        return bool(equals(other))
    if isinstance(one, float) and isinstance(other, float) and one != one:  # noqa: PLR0124 - NaN
        return other != other  # noqa: PLR0124
    return bool(one == other)


def close(value: object) -> None:
    """Make every array inside a value read-only, so that a result cannot be changed by hand.

    Parameters
    ----------
    value
        Dataclass, mapping, list, tuple or array; anything else is left alone.

    Examples
    --------
    >>> held = {"a": [np.zeros(2)]}
    >>> close(held)
    >>> held["a"][0][0] = 1.0
    Traceback (most recent call last):
    ValueError: assignment destination is read-only
    """
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, np.ndarray):
            item.flags.writeable = False
        else:
            inside = contents_of(cast("Hashable", type(item)))
            waiting += inside(item) if inside else ()


@cache
def contents_of(kind: Hashable) -> Callable[[Any], Iterable[object]] | None:
    """Function that gives the contents of values of a type; None if they can hold no array.

    Examples
    --------
    >>> list(contents_of(dict)({"a": 1.0}))
    [1.0]
    >>> contents_of(str) is None
    True
    """
    if not isinstance(kind, type):
        return None
    if issubclass(kind, (np.ndarray, list, tuple)):
        return iter
    if issubclass(kind, Mapping):
        return lambda item: item.values()
    if is_dataclass(kind):
        names = [each.name for each in fields(kind)]
        return lambda item: [getattr(item, name) for name in names]
    return None


def copied(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Copy of a table for the caller: changing it changes no result."""
    return frame.copy(deep=True)
