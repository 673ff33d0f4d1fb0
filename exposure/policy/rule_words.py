"""Rules in one line of words: ``Sm, military, withheld, from 2026-12-01``.

The words are those of scenario files, separated by commas, in any order. A word that belongs to
only one key needs no key: an element, component, stage, buyer class, place, tier or licence state.
Everything else is KEY=VALUE, with the keys of a rule and of its overrides. Several words of one
selector make one rule for each word, as a list does in a file.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

from exposure.errors import RuleError, ScenarioError
from exposure.faults import Fault
from exposure.policy.rules import SELECTORS, Overrides, Rule
from exposure.spelling import near, suggestion
from exposure.tables.reading.shipped_rows import shipped_rows
from exposure.tables.schema.supply import ComponentRow, ElementRow, StageRow
from exposure.terms import ANY, PLACE_PATTERN, BuyerClass, LicenceState, Tier

DAYS = {"from": "starts", "until": "ends"}
"""Words that come before a day, each with its key of a rule."""

KEYS = (*SELECTORS, "state", "starts", "ends", "note", *Overrides.model_fields)
"""Keys that may be written as KEY=VALUE."""

SYMBOL = re.compile(r"^[A-Z][a-z]?$")
CODE = re.compile(PLACE_PATTERN)

EXAMPLE = "write 'from 2026-12-01'"

OF_YOUR_OWN = (
    "write an element, component, stage, buyer class, country, tier or licence state, or "
    "KEY=VALUE, such as component=NAME"
)
"""Cure for a word that does not resemble any known word."""


def rules_in_words(texts: Sequence[str | Rule]) -> tuple[Rule, ...]:
    """Read rules, each from one line of words; `Rule` objects are returned unchanged.

    Parameters
    ----------
    texts
        Such as ``"Sm, military, withheld, from 2026-12-01"``.

    Raises
    ------
    RuleError
        With all faults of all of them.

    Examples
    --------
    >>> (rule,) = rules_in_words(["Sm, military, withheld, from 2026-12-01"])
    >>> rule.element, rule.buyer_class.value, rule.state.value, rule.starts.isoformat()
    ('Sm', 'military', 'withheld', '2026-12-01')
    >>> rules_in_words(["Smm, withheld"])
    Traceback (most recent call last):
    exposure.errors.RuleError: rule 'Smm, withheld': 2 faults
      - word 1: found 'Smm'; expected a word of a rule; did you mean 'Sm'?
      - starts: found nothing; expected the first day; write 'from 2026-12-01'
    """
    rules: list[Rule] = []
    faults: list[Fault] = []
    for text in texts:
        if isinstance(text, Rule):
            rules.append(text)
            continue
        line = _Line(text)
        rules += _rules_of(line)
        faults += [fault.at(f"rule '{text}'") for fault in line.faults]
    if faults:
        raise RuleError(dict.fromkeys(faults))
    return tuple(rules)


def in_words(rule: Rule) -> str:
    """Write a rule as one line of words, which reads back to the same rule.

    Examples
    --------
    >>> text = "Dy, magnet, civil, USA, withheld, from 2026-12-01, approval=0.5"
    >>> in_words(*rules_in_words([text])) == text
    True
    """
    words = set(_words())
    parts = [
        word if word in words or SYMBOL.match(word) or CODE.match(word) else f"{name}={word}"
        for name, word in zip(SELECTORS, rule.selectors, strict=True)
        if word != ANY
    ]
    parts += [str(rule.state), f"from {rule.starts}"]
    parts += [f"until {rule.ends}"] if rule.ends else []
    for name, value in rule.overrides.model_dump(exclude_defaults=True).items():
        parts.append(name if value is True else f"{name}={value:g}")
    return ", ".join(parts)


@dataclass
class _Line:
    """A line while it is read: the values of its keys, and the faults found so far."""

    text: str
    by_key: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, key: str, found: str, expected: str, cure: str) -> None:
        self.faults.append(Fault(key, found, expected, cure))


def _rules_of(line: _Line) -> Iterator[Rule]:
    for number, word in enumerate(line.text.split(","), start=1):
        _read_word(line, f"word {number}", word.strip())
    _check_counts(line)
    known = {key for key in line.by_key if key in SELECTORS}
    lists = [[(key, word) for word in line.by_key[key]] for key in sorted(known)]
    single = {key: words[0] for key, words in line.by_key.items() if key not in known}
    overrides = {key: _value(single.pop(key)) for key in Overrides.model_fields if key in single}
    stated: Mapping[str, Any] = {**single, "overrides": overrides}
    made: list[Rule] = []
    for chosen in product(*lists):
        try:
            made.append(Rule.model_validate({**stated, **dict(chosen)}))
        except ScenarioError as error:
            noted = {fault.key for fault in line.faults}
            line.faults += [fault for fault in error.faults if fault.key not in noted]
    if not line.faults:
        yield from made


def _read_word(line: _Line, where: str, word: str) -> None:
    key, equals, value = (part.strip() for part in word.partition("="))
    before, _, day = word.partition(" ")
    if not word:
        line.add(where, "nothing", "a word of a rule", "leave out the comma")
    elif equals:
        _read_pair(line, where, key, value)
    elif before in DAYS and day:
        line.by_key.setdefault(DAYS[before], []).append(day.strip())
    elif (named := _key_of(word)) is not None:
        line.by_key.setdefault(named, []).append("true" if named == "revoke" else word)
    else:
        meant = near(word, _words())
        for guess in meant[:1]:  # so that a misspelt state is not also reported as missing
            line.by_key.setdefault(_words()[guess], []).append(guess)
        line.add(where, f"'{word}'", "a word of a rule", suggestion(meant) or OF_YOUR_OWN)


def _read_pair(line: _Line, where: str, key: str, value: str) -> None:
    if key not in KEYS:
        cure = suggestion(near(key, KEYS)) or "write one of: " + ", ".join(sorted(KEYS))
        line.add(where, f"the key '{key}'", "a key of a rule", cure)
    elif not value:
        line.add(where, f"'{key}' without a value", "KEY=VALUE", "write the value")
    else:
        line.by_key.setdefault(key, []).append(value)


def _key_of(word: str) -> str | None:
    """The key to which a word belongs; None for an unknown word."""
    if word in _words():
        return _words()[word]
    if SYMBOL.match(word):
        return "element"
    return "destination" if CODE.match(word) else None


@lru_cache(maxsize=1)
def _words() -> Mapping[str, str]:
    """Words that need no key, each with its key, including those of the shipped tables."""
    return {
        **{row.component: "component" for row in shipped_rows(ComponentRow)},
        **{row.element: "element" for row in shipped_rows(ElementRow)},
        **{row.stage: "stage" for row in shipped_rows(StageRow)},
        **{str(word): "buyer_class" for word in BuyerClass},
        **{str(word): "tier" for word in Tier},
        **{str(word): "state" for word in LicenceState},
        "revoke": "revoke",
    }


def _check_counts(line: _Line) -> None:
    """Report what is missing, and what is given more than once."""
    if "state" not in line.by_key:
        states = ", ".join(str(state) for state in LicenceState)
        line.add("state", "nothing", "a licence state", f"write one of: {states}")
    if "starts" not in line.by_key:
        line.add("starts", "nothing", "the first day", EXAMPLE)
    for key, words in line.by_key.items():
        if key not in SELECTORS and len(words) > 1:
            found = " and ".join(f"'{word}'" for word in words)
            line.add(key, found, "one of them", "keep one, or write two rules")
        for word, count in Counter(words).items():
            if key in SELECTORS and count > 1:
                line.add(key, f"'{word}' {count} times", "each word once", "keep one")


def _value(text: str) -> object:
    """A number or truth value as in TOML; other text unchanged, for the model to reject."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return {"true": True, "false": False}.get(text, text)


def with_added(base: Sequence[Rule], added: Sequence[Rule]) -> tuple[Rule, ...]:
    """Rules of a course with added rules, in the order in which they are given.

    An added rule replaces an earlier one with the same selectors while it is in force; when it
    ends, the earlier one applies again. Otherwise it works as in a file: the rule with the most
    selectors decides.

    Parameters
    ----------
    base
        Rules of a course.
    added
        Rules on top of it.

    Examples
    --------
    >>> base = rules_in_words(["Sm, ordinary, from 2025-04-04"])
    >>> new = rules_in_words(["Sm, withheld, from 2026-12-01, until 2027-03-01"])
    >>> [in_words(rule) for rule in with_added(base, new)][:2]
    ['Sm, ordinary, from 2025-04-04, until 2026-12-01', 'Sm, ordinary, from 2027-03-01']
    """
    rules = list(base)
    for new in added:
        rules = [piece for old in rules for piece in _around(old, new)] + [new]
    return tuple(rules)


def _around(old: Rule, new: Rule) -> Iterator[Rule]:
    """The parts of a rule before and after one with the same selectors."""
    unchanged = (old.state, old.overrides) == (new.state, new.overrides)
    if old.selectors != new.selectors or unchanged:
        yield old
        return
    if old.starts < new.starts:
        yield old.model_copy(update={"ends": _first(old.ends, new.starts)})
    if new.ends is not None and (old.ends is None or new.ends < old.ends):
        # A rule revokes licences only once.
        again = old.overrides.model_copy(update={"revoke": False})
        begins = max(old.starts, new.ends)
        yield old.model_copy(update={"starts": begins, "overrides": again})


def _first(one: date | None, other: date) -> date:
    return other if one is None else min(one, other)


def faults_on_top(rules: Collection[Rule], *, start: date) -> list[Fault]:
    """Faults of rules that are added to a course with the given start."""
    faults = []
    for rule in rules:
        where = f"rule '{in_words(rule)}'"
        if rule.starts < start:
            found = f"a first day before the course, which starts on {start}"
            faults.append(Fault("", found, "a later day", "move it", where))
        if rule.ends is not None and rule.ends <= rule.starts:
            found = f"a start on {rule.starts} and an end on {rule.ends}"
            faults.append(Fault("", found, "an end after the start", "move one", where))
    counts = Counter((rule.selectors, rule.starts, rule.ends) for rule in rules)
    for rule in rules:
        if counts[rule.selectors, rule.starts, rule.ends] > 1:
            where = f"rule '{in_words(rule)}'"
            found = "another rule for the same cases and days"
            faults.append(Fault("", found, "one rule for them", "keep one", where))
    return faults
