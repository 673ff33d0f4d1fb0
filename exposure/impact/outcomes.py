"""Losses of a sector in one course of policy, added up over its streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray, WeekArray
from exposure.impact.sectors import Sector, Stream
from exposure.impact.world import World
from exposure.supply.additions import WEEKS_A_YEAR
from exposure.supply.channels import Channel

Players = dict[str, list[int]]
"""Causes to which a sector's loss is attributed, with their holdings."""

NO_WEEKS = np.empty(0, dtype=np.int64)
"""Empty list of weeks for which stocks are reported."""


@dataclass(frozen=True, eq=False)
class Question:
    """Results requested of a run; the scored weeks are the last ones."""

    weight: FloatArray
    """Discount of each scored week, shape (scored weeks,)."""
    stock_weeks: Mapping[str, IntArray] = field(default_factory=dict)
    """For each sector, the weeks at whose end its stocks are reported."""
    losses_from: int = 0
    """First week of the run whose losses are reported; the scored weeks do not begin before."""


@dataclass(frozen=True, eq=False)
class SectorRun:
    """Losses of one sector in a course of policy; T is the week of the run, D the draw."""

    weekly: FloatArray
    """Lost share of output in the weeks whose losses are reported, shape (T, D)."""
    stopped: FloatArray
    """Share of output made by firms that are stopped, in the same weeks, shape (T, D)."""
    by_player: dict[str, FloatArray]
    """Discounted loss of the scored weeks due to each cause, shape (D,)."""
    by_element: dict[str, FloatArray]
    """The same for each element; alternatives are split by the mass that each lacks."""
    unmet: dict[str, FloatArray]
    """Unmet need of the scored weeks, tonnes of each element, shape (D,)."""
    held: FloatArray
    """Stock at the end of the requested weeks, mean over buyers, shape (O, K, D)."""
    held_up: dict[tuple[str, str], FloatArray]
    """Share of need stopped at the border by holding and exit stage, mean of weeks, (D,)."""


@dataclass(frozen=True, eq=False)
class StreamRun:
    """Losses and unmet need of one kind of buyer of a sector."""

    stream: Stream
    by_player: FloatArray
    """Discounted loss of the scored weeks due to each player, shape (P, D)."""
    unmet: FloatArray
    """Unmet need of the scored weeks, in weeks of need, shape (K, D)."""
    held: FloatArray
    """Stock at the end of the requested weeks, mean over firms, shape (O, K, D)."""
    missing_mass: Sequence[FloatArray]
    """For each holding, the mass that each of its channels lacked, (channels, D)."""
    stopped: Mapping[Channel, FloatArray]
    """Share of need stopped at each exit stage of a channel, mean of scored weeks, (G, D)."""


def element_players(sector: Sector, controlled: frozenset[str]) -> Players:
    """Elements, or groups of alternatives, to which a sector's loss is attributed.

    An uncontrolled element can be stopped only inside a component that is licensed as one item;
    its holdings then belong to the controlled elements of that component.
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
    """Holdings of each player, shape (P, K)."""
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
    """Add up the losses of the streams of a sector.

    Parameters
    ----------
    world
        Everything that policy does not change.
    sector
        The sector.
    players
        Causes to which its loss is attributed.
    weekly, stopped
        Lost share of output, and share made by firms that are stopped, (T, D).
    streams
        Losses of each kind of buyer.
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
    """Part of a cause's loss due to each of its elements, by the mass that each lacks."""
    named = next((k for k in holdings if sector.holdings[k].label == player), None)
    if named is None or len(sector.holdings[named].channels) == 1:
        return {player: 1.0}
    channels = sector.holdings[named].channels
    shares = lacking_shares(run.missing_mass[named], sector.holdings[named].weights)
    return {channel.element: shares[c] for c, channel in enumerate(channels)}


def lacking_shares(lacked: FloatArray, weights: Sequence[float]) -> FloatArray:
    """Share of each channel in the mass that a holding lacks, (channels, D).

    If nothing is lacking, the shares are those of the channels' masses.

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
    """First week with a loss strictly above a threshold, shape (D,); NaN if there is none.

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
