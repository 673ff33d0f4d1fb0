"""Cures for misspelt words: the word that was probably meant, or all known words.

A suggestion is made only for a typing error: one or two characters that are wrong, missing, added
or swapped. A word that is correct in another place gets no suggestion, even if it resembles a known
word: ``ytterbium`` is not a misspelt ``terbium``.
"""

from collections.abc import Collection
from functools import lru_cache

from exposure.places import PLACES

LONG_WORD = 6
"""Number of letters from which two errors are allowed; a shorter word may have only one."""

LONGEST = 120
"""Letters of the longest text that can be a misspelt word."""

MOST_SUGGESTED = 3
"""Largest number of equally similar words; with more of them, a suggestion would be a guess."""

MOST_LISTED = 60
"""Known words that a cure lists."""

RARE_EARTHS = {
    "scandium": "Sc", "yttrium": "Y", "lanthanum": "La", "cerium": "Ce", "praseodymium": "Pr",
    "neodymium": "Nd", "promethium": "Pm", "samarium": "Sm", "europium": "Eu", "gadolinium": "Gd",
    "terbium": "Tb", "dysprosium": "Dy", "holmium": "Ho", "erbium": "Er", "thulium": "Tm",
    "ytterbium": "Yb", "lutetium": "Lu",
}  # fmt: skip
"""Names and symbols of the rare earths, which are easily confused."""

NAMES = {symbol: name for name, symbol in RARE_EARTHS.items()}
"""Symbol to name: the name of an element is taken for its symbol."""

_NAMES, _CODES = frozenset(RARE_EARTHS), frozenset({*RARE_EARTHS.values(), *PLACES})


@lru_cache(maxsize=10_000)
def distance(one: str, other: str) -> int:
    """Number of errors between two words: characters replaced, left out, added or swapped.

    The restricted Damerau-Levenshtein distance.

    Examples
    --------
    >>> distance("samarum", "samarium"), distance("UAS", "USA"), distance("jets", "jets")
    (1, 1, 0)
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            steps = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                steps = min(steps, before[j - 2] + 1)
            row.append(steps)
        before, last = last, row
    return last[-1]


def near(found: str, known: Collection[str]) -> list[str]:
    """Known words of which this one may be a misspelling: only the nearest, sorted.

    Upper and lower case, and blanks, hyphens or underscores between words, count as equal.

    Examples
    --------
    >>> near("Samarum", ["samarium", "terbium"]), near("fighter jets", ["fighter_jets"])
    (['samarium'], ['fighter_jets'])
    >>> near("ytterbium", ["terbium"]), near("submarine", ["radar"])
    ([], [])
    """
    text = _plain(found)
    same = sorted(word for word in known if text in (_plain(word), NAMES.get(word)))
    real = text in _NAMES or found.strip() in _CODES
    if same or not text or real or len(text) > LONGEST:
        return same[:1]
    reach = 2 if len(text) >= LONG_WORD else 1
    slips = {
        word: distance(text, _plain(word)) for word in known if abs(len(word) - len(text)) <= reach
    }
    least = min(slips.values(), default=reach + 1)
    nearest = sorted(word for word, slip in slips.items() if slip == least)
    # A word of one or two letters is unrecognizable after one error.
    fits = least <= reach and len(text) > reach + 1 and len(nearest) <= MOST_SUGGESTED
    return nearest if fits else []


def nearest(found: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant; None if no known word is near.

    Examples
    --------
    >>> nearest("samarum", ["samarium", "terbium"])
    'samarium'
    """
    return next(iter(near(found, known)), None)


def _plain(word: str) -> str:
    return word.strip().casefold().replace(" ", "_").replace("-", "_")


def did_you_mean(found: str, known: Collection[str]) -> str:
    """A cure for a misspelt word: the nearest known one, or the whole list.

    Examples
    --------
    >>> did_you_mean("samarum", ["samarium", "terbium"])
    "did you mean 'samarium'?"
    >>> did_you_mean("magmet", ["magnet", "magnes"])
    "did you mean 'magnet'?"
    >>> did_you_mean("xyz", ["a", "b"])
    'write one of: a, b'
    """
    return suggestion(near(found, known)) or list_words(known)


def suggestion(words: Collection[str]) -> str:
    """The question whether one of a few words was meant; empty without any.

    Examples
    --------
    >>> suggestion(["a", "b"]), suggestion([])
    ("did you mean 'a' or 'b'?", '')
    """
    return f"did you mean {' or '.join(map(repr, words))}?" if words else ""


def list_words(known: Collection[str]) -> str:
    """The cure that lists what is known, or the first of it where that is much.

    Examples
    --------
    >>> list_words(["b", "a"]), list_words(["a"]), list_words([])
    ('write one of: a, b', "write 'a'", 'leave it out: none is known')
    """
    words = sorted(known)
    if len(words) < len(("one", "other")):
        return f"write '{words[0]}'" if words else "leave it out: none is known"
    more = f", ... ({len(words)} in all)" if len(words) > MOST_LISTED else ""
    return "write one of: " + ", ".join(words[:MOST_LISTED]) + more
