"""A configuration file and the command line as one plan; the command line has priority."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exposure.cli.clock import now
from exposure.cli.parsers import assignments
from exposure.cli.runs import OWN_OPTIONS
from exposure.errors import UnknownNameError

if TYPE_CHECKING:
    from exposure.cli.options import Options
    from exposure.report.desk.configuration import Configuration
    from exposure.report.files.choice import FileChoice

USUAL_FOLDER = Path("exposure-report")
"""Default folder of a report."""


@dataclass(frozen=True)
class Plan:
    """Everything that a report needs to know."""

    options: "Options"
    """Options of the command line; those not given come from the configuration."""
    scenarios: tuple[str, ...]
    """Scenarios of the configuration; empty if it names none."""
    folder: Path
    history: Path | None
    """File of the history; None to keep none."""
    now: datetime
    configuration: "Configuration"
    files: "FileChoice"
    """Dialect of the CSV files, and whether there is a workbook."""

    @property
    def levers(self) -> bool | tuple[str, ...]:
        """True to report the effects of levers, False to skip them, or the ids of some."""
        return False if self.options.no_levers else self.configuration.levers


def plan_of(options: "Options", out: Path | None) -> Plan:
    """Complete the command line with the configuration.

    Parameters
    ----------
    options
        Options given on the command line.
    out
        Folder given on the command line; None for that of the configuration.

    Raises
    ------
    ConfigurationError
        With all faults of the file.
    """
    from exposure.report.desk.configuration import Configuration, read_configuration
    from exposure.report.files.choice import FileChoice
    from exposure.report.history.opening import default_history

    time = now()
    configuration = read_configuration(options.config) if options.config else Configuration()
    folder = out or (Path(configuration.output.folder) if options.config else USUAL_FOLDER)
    named = configuration.history.file
    kept = configuration.history.keep and not options.no_history
    if options.no_history and options.history is not None:
        raise UnknownNameError(
            "found --history and --no-history; expected one of the two; leave one out"
        )
    history = options.history or (Path(named) if named and kept else None)
    if history is None and kept:
        history = default_history(folder)
    merged = _merged(options, configuration, time)
    output = configuration.output
    files = FileChoice(options.csv_dialect or output.csv_dialect, options.excel or output.excel)
    return Plan(merged, configuration.scenarios, folder, history, time, configuration, files)


def _merged(options: "Options", configuration: "Configuration", time: datetime) -> "Options":
    from exposure.report.desk.configuration import TODAY

    chosen = {
        name: getattr(configuration.settings, name)
        for name in configuration.settings.model_fields_set
    }
    if configuration.as_of is not None:
        chosen["as_of"] = time.date() if configuration.as_of == TODAY else configuration.as_of
    by_name = assignments(options.settings or ())
    given = {
        name: chosen[name]
        for name in OWN_OPTIONS
        if name in chosen and name not in by_name and getattr(options, name) is None
    }
    prior = options.prior or ("prior" not in by_name and bool(chosen.get("prior")))
    others = [
        f"{name}={value}"
        for name, value in chosen.items()
        if name not in (*OWN_OPTIONS, "prior", *by_name)
    ]
    return replace(
        options,
        **given,
        prior=prior,
        settings=[*(options.settings or ()), *others] or None,
        after=options.after or configuration.after,
        rule=options.rule or (list(configuration.rules) or None),
        data=options.data or (Path(configuration.data) if configuration.data else None),
        overlay=options.overlay or (list(map(Path, configuration.overlay)) or None),
    )
