"""One block of draws made ready: worlds, licensed flows, and the weeks that count."""

from collections.abc import Sequence
from dataclasses import dataclass

from exposure.errors import SettingsError
from exposure.faults import Fault
from exposure.impact.world import World, build_world
from exposure.inputs.cells import Inputs
from exposure.licensing.grants import Licences, grant
from exposure.policy.scenario import Scenario
from exposure.settings import Settings
from exposure.supply.period import Period
from exposure.tables.dataset import RowKey
from exposure.tables.schema.supply import ComponentRow
from exposure.terms import ANY, week_of


@dataclass(frozen=True)
class Window:
    """Weeks that are run and weeks that are scored."""

    run: int
    """Weeks run, from the scenario's start."""
    first: int
    """First week scored."""


def run_window(scenario: Scenario, settings: Settings) -> Window:
    """Weeks that are run and weeks that are scored.

    Weeks are scored from `Settings.as_of` on, else from the day that the scenario names, else
    from its start.

    Raises
    ------
    SettingsError
        If `as_of` lies before the scenario's start.
    """
    day = settings.as_of or scenario.scored_from or scenario.start
    first = week_of(day, start=scenario.start)
    if first < 0:
        expected = f"a day from {scenario.start} on, when scenario '{scenario.scenario}' starts"
        raise SettingsError([Fault("as_of", str(settings.as_of), expected, "choose a later day")])
    return Window(first + settings.horizon_weeks, first)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Worlds and licensed flows of one block of draws, one of each for every scenario."""

    worlds: tuple[World, ...]
    granted: tuple[Licences, ...]


def prepare(
    inputs: Inputs, scenario: Scenario, window: Window, settings: Settings, ranked: Sequence[str]
) -> Prepared:
    """Draw worlds and grant licences for all scenarios of a mixture.

    Parameters
    ----------
    inputs
        Drawn figures of one block.
    scenario
        One course of policy or a mixture.
    window
        Weeks to run.
    settings
        Gives the method by which shares by stage become one dependence.
    ranked
        Sectors that are ranked.
    """
    courses = [course for course, _ in scenario.members]
    worlds: dict[tuple[tuple[str, object], ...], World] = {}
    granted = []
    for course in courses:
        held = tuple(sorted(course.measures.items()))
        if held not in worlds:
            period = Period(course.start, window.run, course.measures, settings.supply_method)
            worlds[held] = build_world(inputs, period, ranked)
        granted.append(grant(inputs, course, _places(worlds[held]), weeks=window.run))
    own = tuple(worlds[tuple(sorted(course.measures.items()))] for course in courses)
    return Prepared(own, tuple(granted))


def _places(world: World) -> set[str]:
    """Destinations whose licences matter: of buyers, and of the countries that process for them."""
    places = {destination for _, destination, _ in world.splits}
    return places | {row.processed_in for row in world.inputs.rows_of(ComponentRow)}


def rows_read(inputs: Inputs, sector: str) -> frozenset[RowKey]:
    """Rows on which a sector's score rests, as the gate noted them.

    Parameters
    ----------
    inputs
        Inputs of a run that included the sector.
    sector
        Its id.
    """
    own = set(inputs.notes.get(sector, set()))
    places = {inputs.index.sectors[sector].destination, ANY}
    places |= {row.processed_in for row in inputs.rows_of(ComponentRow)}
    for place in places:
        own |= inputs.notes.get(f"office {place}", set())
    return frozenset(own)
