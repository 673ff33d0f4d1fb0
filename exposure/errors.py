"""Errors of the package, one class for each kind of fault.

Every message says where the fault is, what was found, what was expected and how to fix it. Faults
of one kind are collected and shown together; an error carries them as ``.faults``, one
`exposure.faults.Fault` each, and its message is made from them. The package deliberately raises
only subclasses of `ExposureError`; the command line maps each to an exit code.
"""

from collections.abc import Collection, Iterable

from exposure.faults import Fault, list_faults
from exposure.spelling import did_you_mean


class ExposureError(Exception):
    """Base class of all errors that the package raises deliberately.

    Parameters
    ----------
    problem
        Faults, or a sentence if there is only one thing to say.
    skipped
        Whether some checks could not be made because of the faults.

    Attributes
    ----------
    faults : tuple of Fault
        The faults as data; empty if the error is a sentence.
    skipped : bool
        Whether there may be more faults, which will be found when these are fixed.

    Examples
    --------
    >>> error = TableError([Fault("unit", "'kg'", "'t'", "convert it", "new_supply.csv", 7)])
    >>> error.faults[0].line, error.faults[0].found
    (7, "'kg'")
    """

    exit_code = 3

    def __init__(self, problem: str | Iterable[Fault], *, skipped: bool = False) -> None:
        self.faults = () if isinstance(problem, str) else tuple(problem)
        self.skipped = skipped
        super().__init__(
            problem if isinstance(problem, str) else list_faults(self.faults, skipped=skipped)
        )


class UnknownNameError(ExposureError):
    """An unknown name of a scenario, sector, table, column or setting."""

    exit_code = 2


class SettingsError(ExposureError):
    """A setting outside its range."""

    exit_code = 2


class ArgumentError(ExposureError, TypeError):
    """An argument of the wrong kind in a call from Python, such as a dict for the settings."""

    exit_code = 2


class StrictError(ExposureError):
    """A warning, if the user asked for a run without warnings."""


class TableError(ExposureError):
    """One or more faults in the input tables, all of them in one message."""


class ScenarioError(ExposureError):
    """A scenario file that cannot be understood, or that contradicts itself."""


class LeverError(ExposureError):
    """A lever that cannot be understood, or that contradicts itself or the tables."""


class RuleError(ScenarioError):
    """A rule in words that cannot be understood, or that cannot be added to the course."""

    exit_code = 2


class ConflictError(ExposureError):
    """Observations that contradict the tables together, named by their subjects."""


class ReportError(ExposureError):
    """A report that cannot be written: its folder is at fault, or its results do not match."""


class ImportedFileError(ExposureError):
    """A file that cannot be imported, or an import that cannot be written."""


class SavedResultError(ExposureError):
    """A saved result that cannot be written or read."""


class HistoryError(ExposureError):
    """A history of reports that cannot be written or read."""


class ConfigurationError(ExposureError):
    """A configuration file that cannot be understood."""


def unknown_name(kind: str, found: str, known: Collection[str]) -> UnknownNameError:
    """Make the error for an unknown name.

    Examples
    --------
    >>> print(unknown_name("sector", "missile", ["missiles", "radar"]))
    unknown sector 'missile'; did you mean 'missiles'?
    """
    return UnknownNameError(f"unknown {kind} '{found}'; {did_you_mean(found, known)}")
