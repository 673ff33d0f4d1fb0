"""Laying text out for a terminal: aligned columns and wrapped paragraphs, no colour codes.

Everything is given as text already; nothing here knows what a score is. Lines stay within
`WIDTH` columns as long as their cells do.
"""

import textwrap
from collections.abc import Sequence

WIDTH = 100
"""Columns of the widest line."""

PARAGRAPH_WIDTH = 78
"""Columns of running text."""

GAP = "  "
"""What stands between two columns."""


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], *, align: str) -> str:
    """Lay out a table with a line under its headings.

    Parameters
    ----------
    headings
        One for each column.
    rows
        Cells as text, as many in a row as there are headings.
    align
        One letter for each column: ``l`` for left, ``r`` for right.

    Examples
    --------
    >>> print(aligned(["sector", "score"], [["Radar", "6.1"], ["Missiles", "63.9"]], align="lr"))
    sector    score
    --------  -----
    Radar       6.1
    Missiles   63.9
    """
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    lines = [list(headings), ["-" * width for width in widths], *rows]
    return "\n".join(_line(cells, widths, align) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int], align: str) -> str:
    padded = [
        cell.rjust(width) if side == "r" else cell.ljust(width)
        for cell, width, side in zip(cells, widths, align, strict=True)
    ]
    return GAP.join(padded).rstrip()


def wrapped(text: str, *, width: int = PARAGRAPH_WIDTH, indent: str = "") -> str:
    """Wrap a text, paragraph by paragraph; no word is broken.

    Examples
    --------
    >>> print(wrapped("one two three", width=9, indent="  "))
      one two
      three
    """
    paragraphs = [part for part in text.strip().split("\n\n") if part.strip()]
    filled = [
        textwrap.fill(
            " ".join(part.split()),
            width=width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in paragraphs
    ]
    return "\n\n".join(filled)


def shortened(text: str, width: int) -> str:
    """Cut a text that is wider than a column, marking the cut.

    Examples
    --------
    >>> shortened("Missiles and interceptors", 12)
    'Missiles ...'
    """
    return text if len(text) <= width else text[: width - 3] + "..."


def underlined(title: str) -> str:
    """Set a title over a rule of its own length.

    Examples
    --------
    >>> print(underlined("By element"))
    By element
    ==========
    """
    return f"{title}\n{'=' * len(title)}"
