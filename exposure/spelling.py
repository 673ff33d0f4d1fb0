"""Cures for misspelt words: the nearest known one, or all known ones."""

from collections.abc import Collection
from difflib import get_close_matches


def nearest(found: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant; None if no known word is near.

    Examples
    --------
    >>> nearest("samarum", ["samarium", "terbium"])
    'samarium'
    """
    lowered = {word.lower(): word for word in sorted(known)}
    near = get_close_matches(found.lower(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else None


def did_you_mean(found: str, known: Collection[str]) -> str:
    """A cure for a misspelt word: the nearest known one, or the whole list.

    Examples
    --------
    >>> did_you_mean("samarum", ["samarium", "terbium"])
    "did you mean 'samarium'?"
    >>> did_you_mean("xyz", ["a", "b"])
    'write one of: a, b'
    """
    near = nearest(found, known)
    return f"did you mean '{near}'?" if near else "write one of: " + ", ".join(sorted(known))
