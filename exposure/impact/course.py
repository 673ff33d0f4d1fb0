"""Sectors run through one course of policy: losses week by week, by cause."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from exposure import fast
from exposure.impact import kernels
from exposure.impact.arrivals import Arrival, arrivals
from exposure.impact.borders import Border, Buyer, Restriction
from exposure.impact.firm_runs import run_firms
from exposure.impact.firms import Asked
from exposure.impact.outcomes import (
    NO_WEEKS,
    Players,
    Question,
    SectorRun,
    StreamRun,
    members_of,
    put_together,
)
from exposure.impact.world import World
from exposure.licensing.grants import Licences
from exposure.settings import Settings
from exposure.supply.channels import Channel

if TYPE_CHECKING:
    from exposure.impact.fast.course import PackedWorld


def run_course(  # noqa: PLR0913 - each is a different kind of thing
    world: World,
    licences: Licences,
    players: Mapping[str, Players],
    question: Question,
    settings: Settings,
    *,
    packed: "PackedWorld | None" = None,
    restrict: Restriction | None = None,
    since: int = 0,
    threads: int = 1,
) -> dict[str, SectorRun]:
    """Run sectors through one course of policy.

    Parameters
    ----------
    world
        Everything that policy does not change.
    licences
        Licensed flows.
    players
        Sectors to run, each with the causes to which its loss is attributed.
    question
        Scored weeks, and weeks for which stocks are reported.
    settings
        Settings, which state the coupling of holdings.
    packed
        What `packed_world` gives for the same arguments, if several runs share it.
    restrict
        Part of the stopped shares that a coalition keeps; None for all of it.
    since
        First week whose losses are needed: compiled kernels share the weeks before with other
        courses, and leave their losses out.
    threads
        Threads that share the draws if kernels are compiled.
    """
    if _compiled(settings):
        return kernels.run_course(
            world, licences, players, question, packed=packed, restrict=restrict, since=since,
            threads=threads,
        )  # fmt: skip
    return run_reference(world, licences, players, question, settings, restrict=restrict)


def packed_world(
    world: World, players: Mapping[str, Players], question: Question, settings: Settings
) -> "PackedWorld | None":
    """Arrays of a world that several runs share; None if no compiled kernel runs."""
    return kernels.packed_world(world, players, question) if _compiled(settings) else None


def _compiled(settings: Settings) -> bool:
    return settings.coupling == "independent" and fast.AVAILABLE


def run_reference(
    world: World,
    licences: Licences,
    players: Mapping[str, Players],
    question: Question,
    settings: Settings,
    *,
    restrict: Restriction | None = None,
) -> dict[str, SectorRun]:
    """Reference for `run_course`, with one array operation after another."""
    first = world.period.weeks - len(question.weight)
    ranked = tuple(players)
    arrived, borders = arrivals(world, licences, ranked, first=first, restrict=restrict)
    return {
        name: _run_sector(world, name, arrived, borders, players[name], question, settings)
        for name in ranked
    }


def _run_sector(  # noqa: PLR0913, PLR0917 - each is a different kind of thing
    world: World,
    name: str,
    arrived: Mapping[tuple[str, int], Arrival],
    borders: Mapping[tuple[Channel, Buyer], Border],
    players: Players,
    question: Question,
    settings: Settings,
) -> SectorRun:
    sector, weeks = world.sectors[name], world.period.weeks
    asked = Asked(
        members_of(sector, players),
        question.weight,
        weeks - len(question.weight),
        question.stock_weeks.get(name, NO_WEEKS),
    )
    weekly, stopped = np.zeros((2, weeks, world.inputs.draws))
    streams = []
    for position, stream in enumerate(sector.streams):
        arrival = arrived[(name, position)]
        run = run_firms(
            sector, arrival, asked, leak_share=world.leak_share, coupling=settings.coupling
        )
        weekly += stream.share * run.weekly
        stopped += stream.share * run.stopped
        buyer = (sector.destination, stream.buyer_class, stream.tier)
        at_border = {
            channel: borders[(channel, buyer)].stopped
            for holding in sector.holdings
            for channel in holding.channels
        }
        streams.append(
            StreamRun(stream, run.by_player, run.unmet, run.held, arrival.missing_mass, at_border)
        )
    reported = slice(question.losses_from, None)
    return put_together(world, sector, players, weekly[reported], stopped[reported], streams)
