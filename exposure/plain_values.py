"""Values of results as plain JSON and arrays, and back, for files that hold no code.

`encoded` turns dataclasses, pydantic models, mappings, lists, tuples, dates and words of closed
vocabularies into what JSON can hold; arrays are stored separately under numbers. `decoded` restores
the values, but only objects of the listed classes: a file can name no other class.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

AnyArray = npt.NDArray[Any]

Known = Mapping[str, type]
"""Classes that a file may contain, by name."""


def encoded(value: object, known: Known, arrays: list[AnyArray]) -> object:
    """Convert a value to JSON.

    Parameters
    ----------
    value
        To be encoded.
    known
        Classes that may occur in it.
    arrays
        Arrays met so far; those of the value are added.

    Raises
    ------
    TypeError
        If the value holds something of another class.

    Examples
    --------
    >>> arrays = []
    >>> encoded({"a": (1, np.ones(2))}, {}, arrays), len(arrays)
    ({'map': [['a', {'tuple': [1, {'array': 0}]}]]}, 1)
    """
    if isinstance(value, (np.ndarray, np.generic)):
        arrays.append(np.asarray(value))
        return {"scalar" if isinstance(value, np.generic) else "array": len(arrays) - 1}
    if isinstance(value, Mapping):
        pairs = [[encoded(part, known, arrays) for part in pair] for pair in value.items()]
        return {"map": pairs}
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [encoded(part, known, arrays) for part in value]}
    if is_dataclass(value) or isinstance(value, (Enum, BaseModel)):
        return _encoded_class(value, known, arrays)
    return _encoded_plain(value)


def _encoded_class(value: object, known: Known, arrays: list[AnyArray]) -> object:
    name = type(value).__name__
    if known.get(name) is not type(value):
        raise TypeError(f"class {name} cannot be saved: it is not among {sorted(known)}")
    if isinstance(value, Enum):
        return {"class": name, "word": value.value}
    if isinstance(value, BaseModel):
        return {"class": name, "model": value.model_dump(mode="json")}
    held = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
    return {
        "class": name,
        "fields": {key: encoded(part, known, arrays) for key, part in held.items()},
    }


def _encoded_plain(value: object) -> object:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a value of class {type(value).__name__} cannot be saved")


def decoded(tree: object, known: Known, arrays: Sequence[AnyArray]) -> object:
    """The value that was encoded.

    Parameters
    ----------
    tree
        As `encoded` gave it.
    known
        Classes that may occur.
    arrays
        In the order in which they were stored.

    Raises
    ------
    ValueError
        If the tree holds anything else.

    Examples
    --------
    >>> decoded({"tuple": [1, {"float": "nan"}, {"date": "2025-04-04"}]}, {}, [])
    (1, nan, datetime.date(2025, 4, 4))
    """
    if not isinstance(tree, dict):
        return tree
    if "class" in tree:
        return _decoded_class(tree, known, arrays)
    [(kind, content)] = tree.items()
    if kind in ("array", "scalar"):
        return arrays[content] if kind == "array" else arrays[content][()]
    if kind in SIMPLE:
        return SIMPLE[kind](content)
    if kind not in COLLECTIONS:
        raise ValueError(f"a value of the unknown kind '{kind}'")
    if kind == "map":
        content = [{"tuple": pair} for pair in content]
    return COLLECTIONS[kind](decoded(part, known, arrays) for part in content)


SIMPLE: Mapping[str, Callable[[str], object]] = {"date": date.fromisoformat, "float": float}
"""Types written as text, with the function that reads each."""

COLLECTIONS: Mapping[str, Callable[[Iterable[Any]], object]] = {
    "list": list, "map": dict, "tuple": tuple,
}  # fmt: skip
"""Types written as lists, with the function that makes each from its members."""


def _decoded_class(tree: Mapping[str, Any], known: Known, arrays: Sequence[AnyArray]) -> object:
    name = tree["class"]
    if name not in known:
        raise ValueError(f"the unknown class '{name}'")
    kind = known[name]
    if "word" in tree:
        return kind(tree["word"])
    if issubclass(kind, BaseModel):
        return kind.model_validate(tree["model"])
    held = {key: decoded(part, known, arrays) for key, part in tree["fields"].items()}
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if held.keys() != names:
        differing = ", ".join(sorted(held.keys() ^ names))
        raise ValueError(f"a {name} with other fields ({differing})")
    return kind(**held)
