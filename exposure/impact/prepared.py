"""Preparation of one block of draws: worlds, licensed flows, and the weeks of the run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exposure.errors import SettingsError
from exposure.faults import Fault
from exposure.impact.world import World, build_world
from exposure.inputs.cells import Inputs
from exposure.inputs.index import Index
from exposure.licensing.grants import GrantPlan, Licences, grant_planned, plan_grants
from exposure.licensing.trusted import with_trusted
from exposure.policy.scenario import Scenario
from exposure.settings import Settings
from exposure.supply.actions import NO_ACTIONS, Actions, Trusted, week_since
from exposure.supply.period import Period
from exposure.tables.dataset import RowKey
from exposure.tables.schema.supply import ComponentRow, PoolUserRow
from exposure.terms import ANY, week_of


@dataclass(frozen=True)
class Window:
    """Weeks of the run and weeks that are scored."""

    run: int
    """Number of weeks of the run, from the scenario's start."""
    first: int
    """First week scored."""


def run_window(scenario: Scenario, settings: Settings) -> Window:
    """Weeks of the run and weeks that are scored.

    Weeks are scored from `Settings.as_of` onwards, or else from the day that the scenario names,
    or else from its start.

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


def prepare(  # noqa: PLR0913 - each is a different kind of thing
    inputs: Inputs,
    scenario: Scenario,
    plans: Sequence[GrantPlan],
    window: Window,
    settings: Settings,
    *,
    ranked: Sequence[str],
    actions: Actions = NO_ACTIONS,
    threads: int = 1,
) -> Prepared:
    """Draw worlds and grant licences for all scenarios of a mixture.

    Parameters
    ----------
    inputs
        Drawn figures of one block.
    scenario
        One course of policy or a mixture.
    plans
        Plans of the offices in each course.
    window
        Weeks to run.
    settings
        Settings, which state how shares by stage are combined into one dependence.
    ranked
        Sectors that are ranked.
    actions
        Dated changes on the buyers' side.
    threads
        Threads in which offices are run.
    """
    courses = [course for course, _ in scenario.members]
    worlds: dict[Held, World] = {}
    granted = []
    for course, plan in zip(courses, plans, strict=True):
        held = _held(course)
        if held not in worlds:
            period = Period(
                course.start, window.run, course.measures, settings.supply_method, actions
            )
            worlds[held] = build_world(inputs, period, ranked)
        licences = grant_planned(inputs, plan, threads=threads)
        licensed = frozenset().union(*map(inputs.read_by, set(licences.readers.values())))
        for sector in ranked:
            inputs.under(sector).note(licensed)
        for trusted in actions.of(Trusted):
            week = week_since(trusted, course.start)
            licences = with_trusted(licences, trusted.destination, week, weeks=window.run)
        granted.append(licences)
    return Prepared(tuple(worlds[_held(course)] for course in courses), tuple(granted))


Held = tuple[tuple[str, date | None], ...]
"""Rules of the buyers' side; courses with the same rules share a world."""


def _held(course: Scenario) -> Held:
    return tuple(sorted(course.measures.items()))


def plans_of(index: Index, scenario: Scenario, window: Window) -> tuple[GrantPlan, ...]:
    """Plans of the offices in each course of policy, independent of the draws.

    The offices of all buying and processing countries are run, whichever sectors are ranked.
    """
    places = {ANY, *(row.destination for row in index.sectors.values())}
    places |= {row.processed_in for row in index.table(ComponentRow)}
    places |= {row.destination or ANY for row in index.table(PoolUserRow)}
    return tuple(
        plan_grants(index, course, places, weeks=window.run, first=window.first)
        for course, _ in scenario.members
    )


def rows_read(inputs: Inputs, sector: str) -> frozenset[RowKey]:
    """Rows on which a sector's score depends, as recorded while they were read.

    Parameters
    ----------
    inputs
        Inputs of a run that included the sector.
    sector
        Its id.
    """
    return inputs.read_by(sector)
