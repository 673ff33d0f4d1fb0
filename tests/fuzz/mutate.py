"""Mutations of text files and of command lines, drawn from a seeded generator."""

import random
from collections.abc import Callable, Sequence

NUMBERS = (
    "0", "-0", "1", "-1", "1e-300", "1e308", "-1e308", "1e155", "1.7976931348623157e308", "5e-324",
    "nan", "inf", "-inf", "1_0", "1e400", "0x10", "0.5", "1.0000001", "1000", "92", "92 %", "1,5",
    "٣", "1e-9", "9" * 400,
)  # fmt: skip
DAYS = (
    "2025-02-31", "1025-01-01", "9999-12-31", "0000-01-01", "86400", "-86400", "20250404", "2025",
    "2025-13", "2025-Q5", "2025-H3", "2025-04-04T00:00:00", "04.04.2025", "2025-4-4", "2100-01-01",
)  # fmt: skip
WORDS = (
    "", " ", "*", "all", "CHN", "PRC", "XXX", "WLD", "ROW", "EUU", "USA", "usa", "Sm", "sm", "Xx",
    "samarium", "missiles", "misiles", "smco_magnet", "smco_magnets", "mining", "military",
    "trusted", "listed", "assumed", "measured", "outturn", "forecast", "yes", "share", "week",
    "stock_weeks", "\0", "\x1b[31m", "\u202e", "\ufeff", "=1+1", "$\\frac$", '"', "a,b", "a;b",
    "é" * 50, "x" * 5000, "None", "null", "true", "[]", "{}",
)  # fmt: skip
NASTY = (*NUMBERS, *DAYS, *WORDS)
"""Cells that have broken something somewhere."""

Mutation = Callable[[str, random.Random], str]


def cell(text: str, chance: random.Random) -> str:
    """Replace one cell of a CSV file; quoting is not respected."""
    lines = text.split("\n")
    row = chance.randrange(len(lines))
    cells = lines[row].split(",")
    cells[chance.randrange(len(cells))] = chance.choice(NASTY)
    lines[row] = ",".join(cells)
    return "\n".join(lines)


def cells_of_a_column(text: str, chance: random.Random) -> str:
    """Replace one column throughout."""
    lines = text.split("\n")
    position = chance.randrange(len(lines[0].split(",")))
    word = chance.choice(NASTY)
    changed = []
    for line in lines[1:]:
        cells = line.split(",")
        if position < len(cells):
            cells[position] = word
        changed.append(",".join(cells))
    return "\n".join([lines[0], *changed])


def scaled(text: str, chance: random.Random) -> str:
    """Multiply every number of one row."""
    lines = text.split("\n")
    row = chance.randrange(len(lines))
    factor = chance.choice((0.0, 1e-3, 0.5, 2.0, 10.0, 1e3, 1e6, -1.0))

    def times(word: str) -> str:
        try:
            return repr(float(word) * factor)
        except ValueError:
            return word

    lines[row] = ",".join(times(word) for word in lines[row].split(","))
    return "\n".join(lines)


def line_again(text: str, chance: random.Random) -> str:
    """Repeat a line somewhere."""
    lines = text.split("\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return "\n".join(lines)


def line_gone(text: str, chance: random.Random) -> str:
    """Leave a line out."""
    lines = text.split("\n")
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines)


def lines_exchanged(text: str, chance: random.Random) -> str:
    """Exchange two lines."""
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def signs(text: str, chance: random.Random) -> str:
    """Replace, add or leave out a few signs anywhere."""
    for _ in range(chance.randint(1, 4)):
        position = chance.randrange(len(text) + 1)
        new = chance.choice(("", ",", '"', "\n", "'", "[", "]", "=", "\0", "é", "0", "9", " ", "#"))
        text = text[:position] + new + text[position + chance.randint(0, 2) :]
    return text


def word(text: str, chance: random.Random) -> str:
    """Put a nasty word where a quoted word or a value is."""
    parts = text.split('"')
    if len(parts) > 2 and chance.random() < 0.6:
        parts[chance.randrange(1, len(parts), 2)] = chance.choice(NASTY).replace('"', "")
        return '"'.join(parts)
    lines = text.split("\n")
    row = chance.randrange(len(lines))
    key, equals, _ = lines[row].partition("=")
    value = chance.choice((*NUMBERS, *DAYS, '"x"', "[]", "{}", "true", "[1]", '["a", "a"]', '""'))
    lines[row] = f"{key}= {value}" if equals else lines[row]
    return "\n".join(lines)


CSV: Sequence[Mutation] = (
    cell, cell, cell, cells_of_a_column, scaled, scaled, line_again, line_gone, lines_exchanged,
    signs,
)  # fmt: skip
TOML: Sequence[Mutation] = (word, word, word, line_again, line_gone, lines_exchanged, signs)


def mutated(text: str, mutations: Sequence[Mutation], chance: random.Random) -> str:
    """A text after one to three mutations."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if text:
            text = chance.choice(mutations)(text, chance)
    return text
