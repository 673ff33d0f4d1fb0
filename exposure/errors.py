"""One class per way of being wrong.

Every message says where, what was found, what was expected and what cures it. Faults of one
kind are collected and shown together; an error carries them as ``.faults``, one
`exposure.faults.Fault` each, and its message is made from them. The classes below
`ExposureError` are the only ones the package raises on purpose; the command line maps each to an
exit code.
"""

from collections.abc import Collection, Iterable

from exposure.faults import Fault, list_faults
from exposure.spelling import did_you_mean


class ExposureError(Exception):
    """Anything the package refuses on purpose.

    Parameters
    ----------
    said
        What is wrong: faults, or a sentence where there is but one thing to say.
    skipped
        Whether some checks could not be made because of the faults.

    Attributes
    ----------
    faults : tuple of Fault
        What is wrong, as data; empty if the error is a sentence.
    skipped : bool
        Whether there may be more faults, which show once these are gone.

    Examples
    --------
    >>> error = TableError([Fault("unit", "'kg'", "'t'", "convert it", "new_supply.csv", 7)])
    >>> error.faults[0].line, error.faults[0].found
    (7, "'kg'")
    """

    exit_code = 3

    def __init__(self, said: str | Iterable[Fault], *, skipped: bool = False) -> None:
        self.faults = () if isinstance(said, str) else tuple(said)
        self.skipped = skipped
        super().__init__(
            said if isinstance(said, str) else list_faults(self.faults, skipped=skipped)
        )


class UnknownNameError(ExposureError):
    """A word that names nothing: a scenario, sector, table, column or setting."""

    exit_code = 2


class SettingsError(ExposureError):
    """A setting outside its range."""

    exit_code = 2


class ArgumentError(ExposureError, TypeError):
    """An argument of the wrong kind in a call from Python, such as a dict for the settings."""

    exit_code = 2


class StrictError(ExposureError):
    """A warning, where the user asked that there be none."""


class TableError(ExposureError):
    """One or more faults in the input tables, all of them in one message."""


class ScenarioError(ExposureError):
    """A scenario file that cannot be understood, or that contradicts itself."""


class LeverError(ExposureError):
    """A lever that cannot be understood, or that contradicts itself or the tables."""


class RuleError(ScenarioError):
    """A rule in words that cannot be understood, or that the course cannot take."""

    exit_code = 2


class ConflictError(ExposureError):
    """Observations that the tables cannot meet together, named by their subjects."""


class ReportError(ExposureError):
    """A report that cannot be written: where it should go, or results that do not fit together."""


class ImportedFileError(ExposureError):
    """A file of a stranger that cannot be imported, or an import that cannot be written."""


class SavedResultError(ExposureError):
    """A saved result that cannot be written or read."""


class HistoryError(ExposureError):
    """A history of reports that cannot be written or read."""


class ConfigurationError(ExposureError):
    """A configuration file that cannot be understood."""


def unknown_name(kind: str, found: str, known: Collection[str]) -> UnknownNameError:
    """Make the error for a word that names nothing.

    Examples
    --------
    >>> print(unknown_name("sector", "missile", ["missiles", "radar"]))
    unknown sector 'missile'; did you mean 'missiles'?
    """
    return UnknownNameError(f"unknown {kind} '{found}'; {did_you_mean(found, known)}")
