"""Sectors run through one course of policy: what is lost week by week, and to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.impact.arrivals import Arrival, Border, Buyer, Restriction, arrivals
from exposure.impact.firm_runs import run_firms
from exposure.impact.firms import Asked
from exposure.impact.sectors import Sector, Stream
from exposure.impact.world import World
from exposure.licensing.grants import Licences
from exposure.settings import Settings
from exposure.supply.additions import WEEKS_A_YEAR
from exposure.supply.channels import Channel

Players = dict[str, list[int]]
"""Causes that bear a sector's loss, with the holdings each answers for."""

NO_WEEKS = np.empty(0, dtype=np.int64)
"""No weeks for which stocks are asked."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of a run; the scored weeks are the last ones."""

    weight: FloatArray
    """Discount of each scored week, shape (scored weeks,)."""
    stock_weeks: Mapping[str, IntArray] = field(default_factory=dict)
    """For each sector, the weeks at whose end its stocks are wanted."""


@dataclass(frozen=True, eq=False)
class SectorRun:
    """What a course of policy costs one sector; T is the week run, D the draw."""

    weekly: FloatArray
    """Lost share of output, shape (T, D)."""
    stopped: FloatArray
    """Share of output made by firms that are stopped, shape (T, D)."""
    by_player: dict[str, FloatArray]
    """Discounted loss of the scored weeks that each cause bears, shape (D,)."""
    by_element: dict[str, FloatArray]
    """The same for each element, alternatives split by the mass that each lacks."""
    unmet: dict[str, FloatArray]
    """Need of the scored weeks that is not met, tonnes of each element, shape (D,)."""
    held: FloatArray
    """Stock at the end of the weeks asked for, mean over buyers, shape (O, K, D)."""
    held_up: dict[tuple[str, str], FloatArray]
    """Share of need stopped at the border by holding and exit stage, mean of weeks, (D,)."""


def element_players(sector: Sector, controlled: frozenset[str]) -> Players:
    """Elements, or groups of alternatives, that bear a sector's loss.

    An element that is not controlled can be held up only inside a component that is licensed as
    one item; its holdings then count for the controlled ones of that component.
    """
    listed: dict[str, list[str]] = {}
    for holding in sector.holdings:
        if controlled & {channel.element for channel in holding.channels}:
            listed.setdefault(holding.component, []).append(holding.label)
    players: Players = {}
    for k, holding in enumerate(sector.holdings):
        own = listed.get(holding.component, [])
        for label in [holding.label] if holding.label in own or not own else own:
            players.setdefault(label, []).append(k)
    return players


def component_players(sector: Sector) -> Players:
    """Components of a sector, with their holdings."""
    players: Players = {}
    for k, holding in enumerate(sector.holdings):
        players.setdefault(holding.component, []).append(k)
    return players


def run_course(
    world: World,
    licences: Licences,
    players: Mapping[str, Players],
    question: Question,
    settings: Settings,
    *,
    restrict: Restriction | None = None,
) -> dict[str, SectorRun]:
    """Run sectors through one course of policy.

    Parameters
    ----------
    world
        What policy does not change.
    licences
        Licensed flows.
    players
        Sectors wanted, each with the causes that bear its loss.
    question
        Scored weeks, and weeks for which stocks are wanted.
    settings
        Gives the coupling of holdings.
    restrict
        What a coalition keeps of what is stopped; None for all.
    """
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
    members = np.array(
        [[k in own for k in range(len(sector.holdings))] for own in players.values()]
    )
    asked = Asked(
        members,
        question.weight,
        weeks - len(question.weight),
        question.stock_weeks.get(name, NO_WEEKS),
    )
    draws = world.inputs.draws
    weekly, stopped = np.zeros((weeks, draws)), np.zeros((weeks, draws))
    held = np.zeros((len(asked.stock_weeks), len(sector.holdings), draws))
    by_player = {player: np.zeros(draws) for player in players}
    by_element: dict[str, FloatArray] = {}
    unmet: dict[str, FloatArray] = {}
    held_up: dict[tuple[str, str], FloatArray] = {}
    for position, stream in enumerate(sector.streams):
        arrival = arrived[(name, position)]
        run = run_firms(
            sector, arrival, asked, leak_share=world.leak_share, coupling=settings.coupling
        )
        weekly += stream.share * run.weekly
        stopped += stream.share * run.stopped
        held += stream.share * run.held
        for part, (player, members_of) in zip(run.by_player, players.items(), strict=True):
            by_player[player] += stream.share * part
            for element, share in _by_mass(sector, arrival, player, members_of).items():
                _add(by_element, element, stream.share * part * share)
        for element, tonnes in _tonnes(world, sector, stream, arrival, run.unmet).items():
            _add(unmet, element, tonnes)
        for key, share in _held_up(sector, stream, borders).items():
            _add(held_up, key, share)
    return SectorRun(weekly, stopped, by_player, by_element, unmet, held, held_up)


def _add(sums: dict, key: object, value: FloatArray) -> None:  # type: ignore[type-arg]
    sums[key] = sums[key] + value if key in sums else value


def _by_mass(
    sector: Sector, arrival: Arrival, player: str, holdings: Sequence[int]
) -> dict[str, FloatArray | float]:
    """Part of a cause's loss that each of its elements bears: the mass that each lacks."""
    own = next((k for k in holdings if sector.holdings[k].label == player), None)
    if own is None or len(sector.holdings[own].channels) == 1:
        return {player: 1.0}
    channels = sector.holdings[own].channels
    shares = lacking_shares(arrival.missing_mass[own], sector.holdings[own].weights)
    return {channel.element: shares[c] for c, channel in enumerate(channels)}


def lacking_shares(lacked: FloatArray, weights: Sequence[float]) -> FloatArray:
    """Share of what a holding lacks that each of its channels lacks, by mass, (channels, D).

    Where nothing is lacking the channels count by their mass.

    Examples
    --------
    >>> lacking_shares(np.array([[3.0, 0.0], [1.0, 0.0]]), (0.6, 0.4))
    array([[0.75, 0.6 ],
           [0.25, 0.4 ]])
    """
    total = lacked.sum(axis=0)
    usual = np.array(weights)[:, np.newaxis]
    return np.where(total > 0.0, lacked / np.where(total > 0.0, total, 1.0), usual)


def _tonnes(
    world: World, sector: Sector, stream: Stream, arrival: Arrival, unmet: FloatArray
) -> dict[str, FloatArray]:
    """Unmet need in tonnes by element: weeks of need x share of the pool x its weekly demand."""
    tonnes: dict[str, FloatArray] = {}
    for k, holding in enumerate(sector.holdings):
        shares = lacking_shares(arrival.missing_mass[k], holding.weights)
        for c, channel in enumerate(holding.channels):
            pool = world.pools.get(channel.pool)
            if pool is None or pool.demand is None:
                continue
            claim = next(
                (
                    claim
                    for claim in pool.claims
                    if (claim.user, claim.channel, claim.buyer_class, claim.tier)
                    == (sector.sector, channel, stream.buyer_class, stream.tier)
                ),
                None,
            )
            if claim is not None:
                weeks = unmet[k] * shares[c] / holding.weights[c] if holding.weights[c] else 0.0
                _add(tonnes, channel.element, weeks * claim.weight * pool.demand / WEEKS_A_YEAR)
    return tonnes


def _held_up(
    sector: Sector, stream: Stream, borders: Mapping[tuple[Channel, Buyer], Border]
) -> dict[tuple[str, str], FloatArray]:
    buyer = (sector.destination, stream.buyer_class, stream.tier)
    found: dict[tuple[str, str], FloatArray] = {}
    for holding in sector.holdings:
        for weight, channel in zip(holding.weights, holding.channels, strict=True):
            for g, stage in enumerate(channel.stages):
                share = weight * stream.share * borders[(channel, buyer)].stopped[g]
                _add(found, (holding.label, stage), share)
    return found


def first_week_hit(lost: FloatArray, *, threshold: float) -> FloatArray:
    """First week with a loss strictly above a threshold, shape (D,); NaN where there is none.

    Parameters
    ----------
    lost
        Lost share of output, shape (T, D).

    Examples
    --------
    >>> first_week_hit(np.array([[0.0, 0.0], [0.05, 0.0], [0.2, 0.0]]), threshold=0.05)
    array([ 2., nan])
    """
    hit = lost > threshold
    return np.where(hit.any(axis=0), hit.argmax(axis=0).astype(np.float64), np.nan)
