"""Faults that pydantic found in a row, rule or setting, in the package's own words.

Messages of pydantic name types and patterns; users of a table need to know what was found, what is
expected and what to do. This module translates; the location (file, line, rule) is added by the
calling reader.
"""

import math
import re
from collections.abc import Collection

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from exposure.faults import Fault
from exposure.places import BY_NAME, PLACES
from exposure.spelling import RARE_EARTHS, did_you_mean, near
from exposure.terms import ANY, NO_PLACE, PLACE_PATTERN

LONGEST_SHOWN = 60
"""Characters of a wrong value that a message shows; an unclosed quote can swallow a file."""

PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "a key of lower-case letters, digits and underscores",
    r"^[A-Z][a-z]?$": "a chemical symbol, such as Dy",
    r"^([a-z][a-z0-9_]*|[A-Z][a-z]?)$": "a key of lower-case letters, or a chemical symbol",
    PLACE_PATTERN: "three capital letters (ISO 3166-1 alpha-3, or EUU, ROW, WLD)",
    r"^([A-Z]{3}|all)$": "three capital letters (ISO 3166-1 alpha-3, or EUU), or 'all'",
    r"^\d{4}-\d{2}$": "a month, YYYY-MM",
    r"^\d{4}(-\d{2}(-\d{2})?|-Q[1-4]|-H[12])?$": (
        "a period such as 2025, 2025-H1, 2025-Q3, 2025-06 or 2025-06-11"
    ),
}
"""Requirement behind each pattern of a row, rule or setting."""

TYPES = {
    "bool": "true or false",
    "date": "a day, YYYY-MM-DD",
    "dict": "a table of keys and values",
    "finite": "a finite number",
    "float": "a finite number",
    "int": "a whole number",
    "missing": "a value",
    "model": "a table of keys and values",
    "string": "text",
    "too": "at least one entry",
    "tuple": "a list",
}
"""Requirement behind each kind of pydantic error, by the first word of its type."""

BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
"""Types of pydantic error about a bound: its place, and how it reads."""

EMPTY = ("nothing", "an empty table", "an empty list")
"""How a message shows a value without content."""

CORRECT_IT = "correct it"
"""Cure if nothing more specific is known."""

A_CODE = "write an ISO 3166-1 alpha-3 code, such as USA, JPN or DEU"
"""The cure for a place that cannot be guessed."""

CHOICES = ("enum", "literal_error")
"""Types of pydantic error about a closed vocabulary."""


def faults_of(error: ValidationError, model: type[BaseModel], *, noun: str = "key") -> list[Fault]:
    """Translate a pydantic error, one fault per field.

    Parameters
    ----------
    error
        Error that pydantic raised.
    model
        Model that raised it.
    noun
        Word for a field where the reader meets it: ``key``, ``column``, ``setting``.
    """
    inner = {
        name: field.annotation
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    # A field of two types fails once for each; a field of several words once for each word.
    groups: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for item in error.errors():
        location = item["loc"]
        deeper = len(location) > 1 and (isinstance(location[1], int) or location[0] in inner)
        groups.setdefault(location[:2] if deeper else location[:1], []).append(item)
    faults = []
    for location, items in groups.items():
        names = [str(part) for part in location if isinstance(part, str)]
        known = inner[names[0]] if len(names) > 1 else model
        faults.append(_fault(names or [noun], items, known, noun=noun))
    return faults


def _fault(
    names: list[str], items: list[ErrorDetails], model: type[BaseModel], *, noun: str
) -> Fault:
    first, where = items[0], ", ".join(names)
    if first["type"] == "extra_forbidden":
        instead: str | None = getattr(model, "REMOVED", {}).get(names[-1])
        if instead is not None:
            cure = f"replace it by {instead}, or leave it out"
            return Fault(where, f"a {noun} that no longer exists", "a known one", cure)
        cure = did_you_mean(names[-1], model.model_fields)
        return Fault(where, f"an unknown {noun}", "a known one", cure)
    found = "nothing" if first["type"] == "missing" else shown(first["input"])
    words = [word for item in items for word in _listed_words(item)]
    expected = _expected(names[-1], first)
    if len(items) > 1:
        other_words = [word for item in items[1:] for word in _listed_words(item)]
        expected += "".join(f", or '{word}'" for word in other_words)
    return Fault(where, found, expected, _cure(first, words, found=found))


def shown(value: object) -> str:
    """A wrong value as a message shows it.

    Examples
    --------
    >>> shown("92 %"), shown(""), shown(1.5)
    ("'92 %'", 'nothing', '1.5')
    """
    if value is None or value == "":
        return "nothing"
    if isinstance(value, dict):
        return "a table" if value else "an empty table"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    text = str(value)
    text = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."
    return repr(text) if isinstance(value, str) else text


def _expected(where: str, item: ErrorDetails) -> str:
    kind = item["type"]
    context = item.get("ctx", {})
    if kind == NO_PLACE:
        return str(context["expected"])
    if isinstance(item["input"], float) and math.isnan(item["input"]):
        return TYPES["finite"]
    if kind in CHOICES:
        word = where.removesuffix("s") if isinstance(item["loc"][-1], int) else where
        return f"a known {word.replace('_', ' ')}"
    if kind in BOUNDS:
        name, wording = BOUNDS[kind]
        bound = context[name]
        return f"{wording} {bound:g}" if isinstance(bound, float) else f"{wording} {bound}"
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return PATTERNS.get(pattern, f"text that matches {pattern}")
    return TYPES.get(kind.split("_")[0], item["msg"])


def _cure(item: ErrorDetails, words: list[str], *, found: str) -> str:
    if found in EMPTY:
        return "fill it in"
    text = item["input"].strip() if isinstance(item["input"], str) else ""
    if item["type"] == NO_PLACE:
        allowed = item.get("ctx", {})["allowed"]
        return _similar_word(text, words) or place_cure(text, allowed)
    if item["type"] in CHOICES:
        return did_you_mean(str(item["input"]), words)
    if item["type"] == "string_pattern_mismatch":
        return _respelt(text, str(item.get("ctx", {}).get("pattern")))
    return _cure_of_number(text)


def _cure_of_number(text: str) -> str:
    if text.endswith("%"):
        return "shares are fractions, write 0.92 for 92 %"
    if "," in text:
        return "write a decimal point, and nothing between thousands"
    return CORRECT_IT


def _similar_word(text: str, words: Collection[str]) -> str:
    """The cure for a word that may mean a place: ``*`` or ``all``."""
    meant = [word for word in words if word.casefold() == text.casefold()]
    if not meant and ANY in words and text.casefold() in ("all", "any"):
        meant = [ANY]
    return f"write '{meant[0]}'" if meant else ""


def place_cure(found: str, allowed: Collection[str]) -> str:
    """Cure for a text that is no code of a place, or of a place that is not allowed.

    A code that exists is never replaced by another: a table with ``AUS`` does not mean ``USA``.

    Examples
    --------
    >>> place_cure("PRC", PLACES), place_cure("germany", PLACES)
    ("write 'CHN' (China)", "write 'DEU' (Germany)")
    >>> place_cure("UAS", PLACES)
    "did you mean 'AUS' (Australia) or 'USA' (United States)?"
    >>> place_cure("XXX", PLACES)
    'write an ISO 3166-1 alpha-3 code, such as USA, JPN or DEU'
    """
    text = found.upper()
    code = text if text in allowed else BY_NAME.get(text)
    if code in allowed:
        return f"write {_named(str(code))}"
    close = near(text, allowed)
    return f"did you mean {' or '.join(map(_named, close))}?" if close else A_CODE


def _named(code: str) -> str:
    return f"'{code}' ({PLACES[code]})" if code in PLACES else f"'{code}'"


def _respelt(text: str, pattern: str) -> str:
    """Cure for a code or key that is only spelt differently."""
    if len(text) > LONGEST_SHOWN:
        return CORRECT_IT
    as_code = text.upper()
    as_symbol = RARE_EARTHS.get(text.lower(), text.capitalize())
    as_key = re.sub(r"\W+", "_", text.lower()).strip("_")
    fitting = (spelling for spelling in (as_key, as_code, as_symbol) if re.match(pattern, spelling))
    return next((f"write '{spelling}'" for spelling in fitting), CORRECT_IT)


def _listed_words(item: ErrorDetails) -> list[str]:
    if item["type"] not in CHOICES:
        return []
    listed = str(item.get("ctx", {}).get("expected", ""))
    return [word for word in listed.split("'")[1::2] if word]
