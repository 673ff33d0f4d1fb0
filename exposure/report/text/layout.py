"""Laying text out for a terminal: aligned columns and wrapped paragraphs, no colour codes.

Everything is given as text already; nothing here knows what a score is. Lines stay within
`WIDTH` columns as long as their cells do. A character of Chinese or Japanese takes two columns.
"""

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

WIDTH = 100
"""Columns of the widest line."""

PARAGRAPH_WIDTH = 78
"""Columns of running text."""

GAP = "  "
"""Separator between two columns."""


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
    widths = [max(map(cell_len, column)) for column in zip(headings, *rows, strict=True)]
    lines = [list(headings), ["-" * width for width in widths], *rows]
    return "\n".join(_line(cells, widths, align) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int], align: str) -> str:
    padded = [
        " " * (width - cell_len(cell)) + cell if side == "r" else set_cell_size(cell, width)
        for cell, width, side in zip(cells, widths, align, strict=True)
    ]
    return GAP.join(padded).rstrip()


def wrapped(
    text: str, *, width: int = PARAGRAPH_WIDTH, indent: str = "", break_long_words: bool = False
) -> str:
    """Wrap a text, paragraph by paragraph.

    Parameters
    ----------
    text
        Paragraphs, with an empty line between two.
    width
        Columns of a line, the indent included.
    indent
        Beginning of every line.
    break_long_words
        Whether a word that is longer than a line is broken; text in two-column characters,
        which has no blanks, always is.

    Examples
    --------
    >>> print(wrapped("one two three", width=9, indent="  "))
      one two
      three
    """
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n") if part.strip()]
    filled = [
        textwrap.fill(
            part,
            width=width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=break_long_words,
            break_on_hyphens=False,
        )
        if cell_len(part) == len(part)
        else "\n".join(indent + line for line in _wide_lines(part, width - cell_len(indent)))
        for part in paragraphs
    ]
    return "\n\n".join(filled)


def _wide_lines(text: str, width: int) -> Iterator[str]:
    """Lines of a text that has characters of two columns."""
    line = ""
    for word in text.split():
        for piece in chop_cells(word, width):
            longer = f"{line} {piece}" if line else piece
            if cell_len(longer) <= width:
                line = longer
            else:
                yield line
                line = piece
    yield line


def shortened(text: str, width: int) -> str:
    """Cut a text that is wider than a column, marking the cut.

    Examples
    --------
    >>> shortened("Missiles and interceptors", 12)
    'Missiles ...'
    """
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 3) + "..."


def underlined(title: str) -> str:
    """Set a title over a rule of its own length.

    Examples
    --------
    >>> print(underlined("By element"))
    By element
    ==========
    """
    return f"{title}\n{'=' * cell_len(title)}"
