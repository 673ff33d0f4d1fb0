r"""Labels of figures from users' text: any name, of any length, in any script.

A long label is broken over two lines, then shortened; the tables of a report hold the whole
name. ``$`` and ``\\`` are text, not mathematics. A name that no font at hand can draw is
replaced by its key, which is always plain letters.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import matplotlib as mpl
from matplotlib import font_manager, ft2font
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from exposure.report.text.layout import shortened, wrapped
from exposure.report.text.safe import one_line

LABEL_WIDTH = 34
"""Characters of a line of a label."""

LABEL_LINES = 2
"""Lines of a label at most."""

POINTS_AN_INCH = 72.0

HANDLE_INCHES = 0.55
"""Inches of a legend's line or marker, and of the gap to the next column."""

NOT_A_FONT = "Last Resort"
"""Beginning of the names of fonts that have a box for every character."""

SHAPES = hasattr(ft2font, "__libraqm_version__")
"""True if matplotlib joins letters and writes from right to left where a script does."""


def label(text: str, *, key: str, width: int = LABEL_WIDTH) -> str:
    r"""A label for a figure.

    Parameters
    ----------
    text
        Name as a table or scenario holds it.
    key
        Text that is drawn if no font has the name's characters.
    width
        Characters of a line.

    Examples
    --------
    >>> label("costs $5 or $6", key="radar")
    'costs \\$5 or \\$6'
    >>> print(label("Missiles, interceptors, guided rockets and their parts", key="missiles"))
    Missiles, interceptors, guided
    rockets and their parts
    """
    drawn = one_line(text)
    if not is_drawable(drawn):
        drawn = key
    lines = wrapped(drawn, width=width, break_long_words=True).split("\n")
    if len(lines) > LABEL_LINES:
        rest = " ".join(lines[LABEL_LINES - 1 :])
        lines = [*lines[: LABEL_LINES - 1], shortened(rest, width)]
    # matplotlib leaves a label out of the legend if it begins with an underscore.
    first = f" {drawn}" if drawn.startswith("_") else ""
    return literal(first or "\n".join(lines))


def labels(keys: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Labels of several keys; equal labels are shown with their keys.

    Parameters
    ----------
    keys
        Keys of what is labelled.
    names
        Names of some or all of them; without one, the key is drawn.
    """
    drawn = [label(names.get(key, key), key=key) for key in keys]
    return [
        f"{text}\n({literal(key)})" if drawn.count(text) > 1 else text
        for key, text in zip(keys, drawn, strict=True)
    ]


def literal(text: str) -> str:
    """Text that matplotlib does not read as mathematics."""
    return text.replace("$", r"\$")


def most_lines(texts: Sequence[str]) -> int:
    """Lines of the tallest of some labels."""
    return max((text.count("\n") + 1 for text in texts), default=1)


def columns_that_fit(texts: Sequence[str], inches: float, *, most: int) -> int:
    """Columns of a legend that fit side by side, at least one.

    Parameters
    ----------
    texts
        Entries, in the order in which they fill the columns.
    inches
        Room for the legend.
    most
        Columns where all fit.
    """
    size = font_manager.FontProperties(size=mpl.rcParams["legend.fontsize"])
    widths = [_inches(text, size) + HANDLE_INCHES for text in texts]
    for columns in range(min(most, len(texts)), 1, -1):
        rows = -(-len(texts) // columns)
        if sum(max(widths[i : i + rows]) for i in range(0, len(widths), rows)) <= inches:
            return columns
    return 1


@lru_cache(maxsize=1024)
def _inches(text: str, size: font_manager.FontProperties) -> float:
    """Width of a text; the same names are in many figures."""
    # Measured without its outlines, which would take twenty times as long.
    measure = text_to_path.get_text_width_height_descent
    lines = text.replace(r"\$", "$").split("\n")
    return max(float(measure(line, size, ismath=False)[0]) for line in lines) / POINTS_AN_INCH


def widest(texts: Sequence[str]) -> float:
    """Inches of the widest of some labels at the sides of a figure."""
    size = font_manager.FontProperties(size=mpl.rcParams["ytick.labelsize"])
    return max((_inches(text, size) for text in texts), default=0.0)


def is_drawable(text: str) -> bool:
    """True if the usual font, or another that is installed, has all characters of a text."""
    if not SHAPES and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
        return False
    missing = _missing(text)
    return not missing or fallback_font(missing) is not None


def set_fonts(texts: Sequence[Text]) -> None:
    """Give texts that the usual font cannot draw a second font that can."""
    for text in texts:
        missing = _missing(text.get_text())
        fallback = fallback_font(missing) if missing else None
        if fallback is not None:
            text.set_fontfamily([*text.get_fontfamily(), fallback])


def _missing(text: str) -> frozenset[str]:
    usual = font_manager.findfont(font_manager.FontProperties())
    return frozenset(
        letter for letter in text if not letter.isspace() and ord(letter) not in _characters(usual)
    )


@lru_cache(maxsize=256)
def _characters(path: str) -> Collection[int]:
    return frozenset(font_manager.get_font(path).get_charmap())


@lru_cache(maxsize=64)
def fallback_font(characters: frozenset[str]) -> str | None:
    """Name of an installed font that has all of some characters, the first by name; or None."""
    wanted = frozenset(map(ord, characters))
    fonts = sorted(font_manager.fontManager.ttflist, key=lambda font: (font.name, font.fname))
    for font in fonts:
        if not font.name.startswith(NOT_A_FONT) and wanted <= frozenset(_characters(font.fname)):
            return font.name
    return None
