"""Check that the report contains what the alerts of its configuration name."""

from collections.abc import Collection, Iterator
from pathlib import Path

from exposure.errors import ConfigurationError, unknown_name
from exposure.faults import Fault
from exposure.report.desk.configuration import Configuration
from exposure.tables.dataset import Dataset


def check_scope(
    configuration: Configuration,
    dataset: Dataset,
    *,
    destination: str,
    scenarios: Collection[str],
    path: Path | None = None,
) -> None:
    """Refuse alerts about sectors or scenarios that the report does not have.

    Parameters
    ----------
    configuration
        The configuration.
    dataset
        Tables of the report.
    destination
        Place of the ranked sectors' makers; ``all`` for everywhere.
    scenarios
        Ids of the scenarios of the report.
    path
        File of the configuration, for messages.

    Raises
    ------
    UnknownNameError
        If the tables have no such sector.
    ConfigurationError
        If a sector is made elsewhere, or a rule names a scenario that does not run.
    """
    known = dataset.sector_ids()
    ranked = known if destination == "all" else dataset.sector_ids(destination)
    named = {"alert_sectors": configuration.alert_sectors} | {
        f"alert {number}, sectors": rule.sectors
        for number, rule in enumerate(configuration.alerts, start=1)
    }
    for sector in (name for sectors in named.values() for name in sectors):
        if sector not in known:
            raise unknown_name("sector", sector, known)
    faults = [
        Fault(
            key, f"'{sector}', which is not made in {destination}",
            f"a sector that the report ranks: {', '.join(ranked)}",
            "leave it out, or set destination under [settings]",
        )
        for key, sectors in named.items()
        for sector in sectors
        if sector not in ranked
    ]  # fmt: skip
    faults += _idle(configuration, scenarios)
    if faults:
        where = "" if path is None else str(path)
        raise ConfigurationError(fault.at(where) for fault in faults)


def _idle(configuration: Configuration, scenarios: Collection[str]) -> Iterator[Fault]:
    for number, rule in enumerate(configuration.alerts, start=1):
        for scenario in rule.scenarios:
            if scenario not in scenarios:
                expected = f"a scenario of the report: {', '.join(scenarios)}"
                cure = "leave it out, or add it to scenarios"
                found = f"'{scenario}', which does not run"
                yield Fault(f"alert {number}, scenarios", found, expected, cure)
