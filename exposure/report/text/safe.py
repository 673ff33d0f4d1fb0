"""Text of users made safe to show: in a terminal, on a page, in a figure, in a spreadsheet.

Names, notes and paths come from tables and files of users. A control character can clear a
screen, a direction mark can turn a line around, and a spreadsheet runs a cell that begins with an
equals sign. What is only shown loses such characters; what is data keeps them, escaped.
"""

import re

REPLACEMENT = "\ufffd"
"""Replacement for a character that is not shown: the usual question mark in a diamond."""

UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but for tab and line feed
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks
    "\u2028\u2029\ufeff\ufff9-\ufffb\ufffe\uffff"  # separators, byte order mark, not characters
    "\ud800-\udfff"  # halves of characters
    "]"
)
"""Characters that change how other text is shown, or that a file must not hold."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet may run."""


def printable(text: str) -> str:
    r"""Text without characters that change how other text is shown; lines and tabs stay.

    Examples
    --------
    >>> printable("Missiles\x1b[31m red")
    'Missiles�[31m red'
    """
    return UNSAFE.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    r"""Printable text on one line.

    Examples
    --------
    >>> one_line("Missiles\n and rockets")
    'Missiles and rockets'
    """
    return " ".join(printable(text).split())


def escaped(json_text: str) -> str:
    r"""JSON text that holds the same data, with unsafe characters written as escapes.

    Examples
    --------
    >>> print(escaped('{"name": "a\u202eb"}'))
    {"name": "a\u202eb"}
    """
    return UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", json_text)


def harmless(cell: str) -> str:
    """Cell of a CSV file that no spreadsheet takes for a formula: then it begins with a quote.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-0.5"), harmless("Missiles")
    ("'=1+1", '-0.5', 'Missiles')
    """
    text = printable(cell)
    return f"'{text}" if text.startswith(FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
