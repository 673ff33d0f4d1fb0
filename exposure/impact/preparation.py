"""What all sectors of a run share: drawn figures, licensed flows, and the weeks that count."""

from collections.abc import Sequence
from dataclasses import dataclass

from exposure.errors import SettingsError
from exposure.faults import Fault
from exposure.impact.sectors import Sector, build_sector
from exposure.inputs.cells import Inputs
from exposure.licensing.grants import Licences, grant
from exposure.policy.scenario import Scenario
from exposure.settings import Settings
from exposure.terms import week_of


@dataclass(frozen=True)
class Window:
    """Weeks that are run and weeks that are scored."""

    run: int
    """Weeks run, from the scenario's start."""
    first: int
    """First week scored."""


def run_window(scenario: Scenario, settings: Settings) -> Window:
    """Weeks that are run and weeks that are scored.

    Raises
    ------
    SettingsError
        If `as_of` lies before the scenario's start.
    """
    if settings.as_of is None:
        return Window(settings.horizon_weeks, 0)
    first = week_of(settings.as_of, start=scenario.start)
    if first < 0:
        expected = f"a day from {scenario.start} on, when scenario '{scenario.scenario}' starts"
        raise SettingsError([Fault("as_of", str(settings.as_of), expected, "choose a later day")])
    return Window(first + settings.horizon_weeks, first)


@dataclass(frozen=True)
class Prepared:
    """Drawn figures, and the licensed flows they give under every scenario of a mixture."""

    inputs: Inputs
    scenario: Scenario
    settings: Settings
    window: Window
    granted: tuple[Licences, ...]

    def build(self, sector: str) -> Sector:
        """Gather what policy does not change about a sector."""
        return build_sector(
            self.inputs,
            sector,
            start=self.scenario.start,
            weeks=self.window.run,
            settings=self.settings,
        )


def prepare(
    inputs: Inputs, scenario: Scenario, settings: Settings, sector_ids: Sequence[str]
) -> Prepared:
    """Grant licences once for all sectors: the queue does not depend on who is ranked."""
    window = run_window(scenario, settings)
    places = {row.destination for row in inputs.rows("sectors") if row.sector in sector_ids}
    places |= {row.processed_in for row in inputs.rows("components")}
    granted = [grant(inputs, own, places, weeks=window.run) for own, _ in scenario.members]
    return Prepared(inputs, scenario, settings, window, tuple(granted))
