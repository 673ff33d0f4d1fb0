"""What a course of policy does to a sector: put together from what its streams lose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray, WeekArray
from exposure.impact.sectors import Sector, Stream
from exposure.impact.world import World
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
    """Discounted loss of the scored weeks that is due to each cause, shape (D,)."""
    by_element: dict[str, FloatArray]
    """The same for each element, alternatives split by the mass that each lacks."""
    unmet: dict[str, FloatArray]
    """Need of the scored weeks that is not met, tonnes of each element, shape (D,)."""
    held: FloatArray
    """Stock at the end of the weeks asked for, mean over buyers, shape (O, K, D)."""
    held_up: dict[tuple[str, str], FloatArray]
    """Share of need stopped at the border by holding and exit stage, mean of weeks, (D,)."""


@dataclass(frozen=True, eq=False)
class StreamRun:
    """What one kind of buyer of a sector loses, and what it lacks."""

    stream: Stream
    by_player: FloatArray
    """Discounted loss of the scored weeks that is due to each player, shape (P, D)."""
    unmet: FloatArray
    """Need of the scored weeks that is not met, in weeks of need, shape (K, D)."""
    held: FloatArray
    """Stock, mean over firms, at the end of the weeks asked for, shape (O, K, D)."""
    missing_mass: Sequence[FloatArray]
    """For each holding, what each of its channels lacked, weighted by mass, (channels, D)."""
    stopped: Mapping[Channel, FloatArray]
    """Share of need stopped at each exit stage of a channel, mean of scored weeks, (G, D)."""


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
        labels = listed.get(holding.component, [])
        for label in [holding.label] if holding.label in labels or not labels else labels:
            players.setdefault(label, []).append(k)
    return players


def component_players(sector: Sector) -> Players:
    """Components of a sector, with their holdings."""
    players: Players = {}
    for k, holding in enumerate(sector.holdings):
        players.setdefault(holding.component, []).append(k)
    return players


def members_of(sector: Sector, players: Players) -> BoolArray:
    """Which holdings each player answers for, shape (P, K)."""
    return np.array(
        [[k in player for k in range(len(sector.holdings))] for player in players.values()]
    )


def put_together(
    world: World,
    sector: Sector,
    players: Players,
    weekly: FloatArray,
    stopped: FloatArray,
    streams: Sequence[StreamRun],
) -> SectorRun:
    """Add up what the streams of a sector lose.

    Parameters
    ----------
    world
        What policy does not change.
    sector
        The sector.
    players
        Causes that bear its loss.
    weekly, stopped
        Lost share of output, and share made by firms that are stopped, (T, D).
    streams
        What each kind of buyer loses.
    """
    draws = world.inputs.draws
    held = np.zeros_like(streams[0].held)
    by_player = {player: np.zeros(draws) for player in players}
    by_element: dict[str, FloatArray] = {}
    unmet: dict[str, FloatArray] = {}
    held_up: dict[tuple[str, str], FloatArray] = {}
    for run in streams:
        share = run.stream.share
        held += share * run.held
        for part, (player, holdings) in zip(run.by_player, players.items(), strict=True):
            by_player[player] += share * part
            for element, of_it in _by_mass(sector, run, player, holdings).items():
                _add(by_element, element, share * part * of_it)
        for element, tonnes in _tonnes(world, sector, run).items():
            _add(unmet, element, tonnes)
        for key, stopped_there in _held_up(sector, run).items():
            _add(held_up, key, stopped_there)
    return SectorRun(weekly, stopped, by_player, by_element, unmet, held, held_up)


def _add(sums: dict, key: object, value: FloatArray) -> None:  # type: ignore[type-arg]
    sums[key] = sums[key] + value if key in sums else value


def _by_mass(
    sector: Sector, run: StreamRun, player: str, holdings: Sequence[int]
) -> dict[str, FloatArray | float]:
    """Part of a cause's loss that is due to each of its elements: the mass that each lacks."""
    named = next((k for k in holdings if sector.holdings[k].label == player), None)
    if named is None or len(sector.holdings[named].channels) == 1:
        return {player: 1.0}
    channels = sector.holdings[named].channels
    shares = lacking_shares(run.missing_mass[named], sector.holdings[named].weights)
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


def _tonnes(world: World, sector: Sector, run: StreamRun) -> dict[str, FloatArray]:
    """Unmet need in tonnes by element: weeks of need x share of the pool x its weekly demand."""
    tonnes: dict[str, FloatArray] = {}
    for k, holding in enumerate(sector.holdings):
        shares = lacking_shares(run.missing_mass[k], holding.weights)
        for c, channel in enumerate(holding.channels):
            pool = world.pools.get(channel.pool)
            if pool is None or pool.demand is None:
                continue
            weight = pool.weight_of(sector.sector, channel, run.stream.buyer_class, run.stream.tier)
            if weight is not None:
                weeks = run.unmet[k] * shares[c] / holding.weights[c] if holding.weights[c] else 0.0
                _add(tonnes, channel.element, weeks * weight * pool.demand / WEEKS_A_YEAR)
    return tonnes


def _held_up(sector: Sector, run: StreamRun) -> dict[tuple[str, str], FloatArray]:
    found: dict[tuple[str, str], FloatArray] = {}
    for holding in sector.holdings:
        for weight, channel in zip(holding.weights, holding.channels, strict=True):
            for g, stage in enumerate(channel.stages):
                share = weight * run.stream.share * run.stopped[channel][g]
                _add(found, (holding.label, stage), share)
    return found


def first_week_hit(lost: FloatArray, *, threshold: float) -> WeekArray:
    """First week with a loss strictly above a threshold, shape (D,); NaN where there is none.

    Parameters
    ----------
    lost
        Lost share of output, shape (T, D).

    Examples
    --------
    >>> first_week_hit(np.array([[0.0, 0.0], [0.05, 0.0], [0.2, 0.0]]), threshold=0.05)
    array([ 2., nan], dtype=float32)
    """
    hit = lost > threshold
    return np.where(hit.any(axis=0), hit.argmax(axis=0).astype(np.float32), np.float32(np.nan))
