"""One class per way of being wrong.

Every message says where, what was found, what was expected and what cures it. Faults of one
kind are collected and shown together. The classes below `ExposureError` are the only ones the
package raises on purpose; the command line maps each to an exit code.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class ExposureError(Exception):
    """Anything the package refuses on purpose."""

    exit_code = 3


class UnknownNameError(ExposureError):
    """A word that names nothing: a scenario, sector, table, column or setting."""

    exit_code = 2


class SettingsError(ExposureError):
    """A setting outside its range."""

    exit_code = 2


class TableError(ExposureError):
    """One or more faults in the input tables, all of them in one message."""


class ScenarioError(ExposureError):
    """A scenario file that cannot be understood, or that contradicts itself."""


class ConflictError(ExposureError):
    """Observations that the tables cannot meet together, named by their subjects."""


class ReportError(ExposureError):
    """A report that cannot be written: where it should go, or results that do not fit together."""


WAITING = "some checks wait until these are mended: run again after mending"
"""Last line of a message when faults kept other checks from being made."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of one file."""

    file: str
    line: int | None
    """Line in the file, the header being line 1; None when the fault is of the whole file."""
    where: str
    """Column or key; empty when the fault is of the whole line."""
    found: str
    expected: str
    cure: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line is not None else "whole file"
        where = f", {self.where}" if self.where else ""
        return f"{place}{where}: found {self.found}; expected {self.expected}; {self.cure}"


def list_faults(faults: Sequence[Fault], *, waiting: bool = False) -> str:
    """All faults in one message, file by file, in the order of their lines.

    Parameters
    ----------
    faults
        What was found.
    waiting
        Whether some checks could not be made because of them, which the last line then says.

    Examples
    --------
    >>> print(list_faults([Fault("needs.csv", 3, "sector", "'jet'", "a sector", "write 'jets'")]))
    needs.csv: 1 fault
      - line 3, sector: found 'jet'; expected a sector; write 'jets'
    """
    blocks = []
    for file in sorted({fault.file for fault in faults}):
        own = sorted((f for f in faults if f.file == file), key=lambda f: (f.line or 0, f.where))
        noun = "fault" if len(own) == 1 else "faults"
        lines = [f"{file}: {len(own)} {noun}"]
        lines += [f"  - {fault}" for fault in own]
        blocks.append("\n".join(lines))
    return "\n".join([*blocks, WAITING] if waiting else blocks)


def did_you_mean(found: str, known: Collection[str]) -> str:
    """A cure for a misspelt word: the nearest known one, or the whole list.

    Examples
    --------
    >>> did_you_mean("samarum", ["samarium", "terbium"])
    "did you mean 'samarium'?"
    >>> did_you_mean("xyz", ["a", "b"])
    'write one of: a, b'
    """
    lowered = {word.lower(): word for word in sorted(known)}
    near = get_close_matches(found.lower(), lowered, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{lowered[near[0]]}'?"
    return "write one of: " + ", ".join(sorted(known))


def unknown_name(kind: str, found: str, known: Collection[str]) -> UnknownNameError:
    """Make the error for a word that names nothing.

    Examples
    --------
    >>> print(unknown_name("sector", "missile", ["missiles", "radar"]))
    unknown sector 'missile'; did you mean 'missiles'?
    """
    return UnknownNameError(f"unknown {kind} '{found}'; {did_you_mean(found, known)}")
