"""Checks of the arguments of public functions, with one error for all of them.

A notebook user who passes a dict for the settings should read what was found and what to write, not
an `AttributeError` from an inner function. Each public function lists its arguments once, with the
`Kind` of each; all wrong arguments are reported together. A kind is defined next to its class:
`DATASET` in `exposure.tables.dataset`, `SCENARIO` in `exposure.policy.scenario`.

Values of the right kind (numbers out of range, unknown names) are checked by the functions that use
them.
"""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from numbers import Integral, Real

from exposure.errors import ArgumentError
from exposure.faults import Fault

LONGEST_SHOWN = 60
"""Characters of a wrong text that a message shows."""


@dataclass(frozen=True)
class Kind:
    """A kind of argument: the accepted values, their description, and how to make one."""

    accepts: Callable[[object], bool]
    wording: str
    """Description of the accepted values, such as ``a Dataset``."""
    cure: str
    """Cure that an error suggests."""


def instance_of(types: type | tuple[type, ...], wording: str, cure: str) -> Kind:
    """Kind of all instances of a class."""
    return Kind(lambda value: isinstance(value, types), wording, cure)


def optional(kind: Kind) -> Kind:
    """Kind that also accepts None.

    Examples
    --------
    >>> optional(TEXT).accepts(None), optional(TEXT).wording
    (True, 'text, or None')
    """
    return replace(
        kind,
        accepts=lambda value: value is None or kind.accepts(value),
        wording=f"{kind.wording}, or None",
    )


def each(kind: Kind, wording: str, cure: str, *, least: int = 0) -> Kind:
    """Kind of a list or tuple whose members are all of one kind.

    Parameters
    ----------
    kind
        Of every member.
    wording, cure
        See `Kind`.
    least
        Smallest number of members.
    """

    def accepts(value: object) -> bool:
        if not isinstance(value, (list, tuple)) or len(value) < least:
            return False
        return all(map(kind.accepts, value))

    return Kind(accepts, wording, cure)


def one_of(words: Collection[str], wording: str) -> Kind:
    """Kind of a closed choice of words."""
    return Kind(
        lambda value: isinstance(value, str) and value in words,
        wording,
        "write one of: " + ", ".join(words),
    )


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_values(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) == len(("low", "central", "high")) and all(map(_is_number, value))
    return _is_number(value)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _of_class(*names: str) -> Callable[[object], bool]:
    """True if the class of a value has this name; the check does not import the library."""

    def accepts(value: object) -> bool:
        return any(f"{base.__module__}.{base.__name__}" in names for base in type(value).__mro__)

    return accepts


TEXT = instance_of(str, "text", "write it in quotes")
FLAG = instance_of(bool, "True or False", "write one of them")
WHOLE = Kind(_is_whole, "a whole number", "write it without quotes or a decimal point")
NUMBER = Kind(_is_number, "a number", "write it without quotes")
DAY = Kind(_is_day, "a day", "write datetime.date(2025, 4, 4)")
PATH = instance_of((str, os.PathLike), "a path", 'write it in quotes, such as "my_company"')
ARRAY = Kind(_of_class("numpy.ndarray"), "an array", "write np.array([...])")
FRAME = Kind(
    # Name of the class in version 3 and in version 2 of pandas.
    _of_class("pandas.DataFrame", "pandas.core.frame.DataFrame"),
    "a DataFrame",
    "pass the table as the function that makes it returns it",
)
CALLBACK = Kind(callable, "a function", "pass its name, without brackets")
VALUES = Kind(
    _is_values,
    "a number, or three of them (low, central, high)",
    "write value=39 or value=(26, 39, 52)",
)
"""Values of a row: one known number, or three."""

COUNT = Kind(
    lambda value: _is_whole(value) and float(str(value)) >= 1,
    "a whole number of at least 1",
    "write 1 or more",
)


def check_arguments(function: str, **given: tuple[object, Kind]) -> None:
    """Raise one error for all arguments of a wrong kind.

    Parameters
    ----------
    function
        Public name of the function called.
    given
        Name of each argument, with its value and the kind it must be of.

    Raises
    ------
    ArgumentError
        With a line for each argument of a wrong kind.

    Examples
    --------
    >>> check_arguments("rank", start=("2025", DAY), name=("radar", TEXT))
    Traceback (most recent call last):
    exposure.errors.ArgumentError: ex.rank: 1 fault
      - start: found the text '2025'; expected a day; write datetime.date(2025, 4, 4)
    """
    wrong = [
        Fault(name, found(value), kind.wording, kind.cure, file=f"ex.{function}")
        for name, (value, kind) in given.items()
        if not kind.accepts(value)
    ]
    if wrong:
        raise ArgumentError(wrong)


def found(value: object) -> str:
    """A wrong argument in words.

    Examples
    --------
    >>> found({"draws": 16}), found(None), found("16"), found((26, 52))
    ('a dict', 'nothing (None)', "the text '16'", 'a tuple of 2')
    >>> found(-1), found(True), found(Kind)
    ('-1', 'True', 'the class Kind')
    """
    if value is None:
        return "nothing (None)"
    if isinstance(value, str):
        text = value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "..."
        return f"the text {text!r}"
    if isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    article = "an" if name[0].lower() in "aeio" or name == "ndarray" else "a"
    size = f" of {len(value)}" if isinstance(value, (list, tuple)) else ""
    return f"{article} {name}{size}"
