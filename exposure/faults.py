"""Faults as data: one class, and one text for each fault.

A fault says where (file, line, column or key), what was found, what was expected and what to do.
Faults remain data until they are shown: code can add to them or count them, and only `list_faults`
makes sentences. The errors in `exposure.errors` carry them as ``.faults``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

MOST_SHOWN = 100
"""Faults that one message lists; a wrong separator can make one of every cell."""

SKIPPED = "Some checks were skipped because of these faults. Fix them and run again."
"""Last line of a message when faults kept other checks from being made."""


@dataclass(frozen=True)
class Fault:
    """A fault at one position.

    Attributes
    ----------
    key
        Column, key, setting or rule; empty if the fault is of the whole line or file.
    found
        Value that was found, in words.
    expected
        Value that was expected instead.
    cure
        Cure for the fault.
    file
        File, or the name of another faulty object, such as a scenario; empty for settings.
    line
        Line in the file, the header being line 1; None if there is no such line.
    hides
        Whether the rest of its file could not be read because of it.

    Examples
    --------
    >>> print(Fault("sector", "'jet'", "a sector", "write 'jets'", file="needs.csv", line=3))
    line 3, sector: found 'jet'; expected a sector; write 'jets'
    """

    key: str
    found: str
    expected: str
    cure: str
    file: str = ""
    line: int | None = None
    hides: bool = False

    def __str__(self) -> str:
        return f"{self.place or 'whole file'}: {self.text}"

    @property
    def place(self) -> str:
        """Position in its file; empty if the fault concerns the whole file."""
        line = f"line {self.line}" if self.line is not None else ""
        return ", ".join(part for part in (line, self.key) if part)

    @property
    def text(self) -> str:
        """The fault, and what to do."""
        return f"found {self.found}; expected {self.expected}; {self.cure}"

    def within(self, prefix: str) -> "Fault":
        """Return the fault, located in a part of something, such as a rule of a scenario.

        Examples
        --------
        >>> Fault("state", "'fre'", "a known state", "did you mean 'free'?").within("rule 2").key
        'rule 2, state'
        """
        return replace(self, key=f"{prefix}, {self.key}" if self.key else prefix)

    def at(self, file: str, line: int | None = None) -> "Fault":
        """Return the fault, located in a file, and on a line if there is one."""
        return replace(self, file=file, line=line)


def list_faults(faults: Iterable[Fault], *, skipped: bool = False) -> str:
    """All faults in one message, file by file, in the order of their lines.

    Parameters
    ----------
    faults
        Faults to list.
    skipped
        Whether some checks could not be made because of them, which the last line then says.

    Examples
    --------
    >>> print(list_faults([Fault("sector", "'jet'", "a sector", "write 'jets'", "needs.csv", 3)]))
    needs.csv: 1 fault
      - line 3, sector: found 'jet'; expected a sector; write 'jets'
    >>> print(list_faults([Fault("draws", "0", "at least 1", "correct it")]))
    draws: found 0; expected at least 1; correct it
    """
    ordered = sorted(faults, key=_position)
    shown = ordered[:MOST_SHOWN]
    blocks = []
    for file in dict.fromkeys(fault.file for fault in shown):
        listed = [fault for fault in shown if fault.file == file]
        blocks.append(_block(file, listed, count=sum(fault.file == file for fault in ordered)))
    if len(ordered) > len(shown):
        blocks.append(_rest(ordered[len(shown) :]))
    return "\n".join([*blocks, SKIPPED] if skipped else blocks)


def _position(fault: Fault) -> tuple[str, int, str]:
    # Without lines, faults keep the order in which they were found: rule 2 comes before rule 10.
    return (fault.file, 0, "") if fault.line is None else (fault.file, fault.line, fault.key)


def _block(file: str, listed: Sequence[Fault], *, count: int) -> str:
    if not file:
        return "\n".join(map(str, listed))
    if count == 1 and not listed[0].place:
        return f"{file}: {listed[0].text}"
    noun = "fault" if count == 1 else "faults"
    return "\n  - ".join([f"{file}: {count} {noun}", *map(str, listed)])


def _rest(hidden: Sequence[Fault]) -> str:
    files = len({fault.file for fault in hidden})
    noun = "fault" if len(hidden) == 1 else "faults"
    where = f" in {files} files" if files > 1 else ""
    return f"... and {len(hidden)} more {noun}{where}. The first {MOST_SHOWN} are shown."
