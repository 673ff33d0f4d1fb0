"""A world as arrays of numbers: what the kernels read that no course of policy changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.impact.fast.arrays import Kinds, Pools, Sectors, Slots, Streams
from exposure.impact.firms import STRATUM_SHARES, late_shares, stock_multiples, stratum_shares
from exposure.impact.outcomes import NO_WEEKS, Players, Question, members_of
from exposure.impact.sectors import Sector
from exposure.impact.world import Kind, World
from exposure.supply.channels import Channel
from exposure.supply.gradual import Gradual
from exposure.terms import BuyerClass, Tier

Buyer = tuple[str, BuyerClass, Tier]
"""Destination, buyer class and tier."""

Route = tuple[Channel, Buyer]
"""A channel as certain buyers buy it."""

NOTHING = -1
"""Position that points to nothing."""


@dataclass(frozen=True, eq=False)
class Packed:
    """One world as arrays, for the sectors that are ranked."""

    world: World
    ranked: tuple[str, ...]
    routes: tuple[Route, ...]
    """In the order of the pools."""
    shown: Mapping[Route, int]
    """Row of the shares stopped, for the routes of ranked sectors."""
    kinds: Kinds
    pools: Pools
    slots: Slots
    kept: int
    """Number of kinds whose inflow reaches a slot."""
    sectors: Sectors
    streams: Streams
    leak_weeks: FloatArray
    late_weeks: int
    """Weeks of want in which priority reaches some firms late, at most."""


@dataclass
class _Changes:
    """Gradual changes, each packed once."""

    rows: list[Gradual | None] = field(default_factory=lambda: [None])
    remains: list[bool] = field(default_factory=lambda: [True])
    found: dict[tuple[int, ...], int] = field(default_factory=dict)

    def row(self, change: Gradual | None, *, remains: bool) -> int:
        """Row of a change; row 0 is a need without change."""
        if change is None:
            return 0 if remains else NOTHING
        # The arrays live as long as the packing, so an identity is as good as a value.
        key = (*(id(values) for values in vars(change).values()), int(remains))
        if key not in self.found:
            self.found[key] = len(self.rows)
            self.rows.append(change)
            self.remains.append(remains)
        return self.found[key]

    def packed(self, draws: int) -> FloatArray:
        """Share, first week and width, (J, 3, D)."""
        rows = np.zeros((len(self.rows), 3, draws))
        for j, change in enumerate(self.rows):
            if change is not None:
                rows[j] = list(vars(change).values())
        return rows


def pack_world(world: World, players: Mapping[str, Players], question: Question) -> Packed:
    """Put a world into arrays.

    Parameters
    ----------
    world
        What policy does not change.
    players
        Sectors wanted, each with the causes that bear its loss.
    question
        Weeks for which stocks are wanted.
    """
    ranked = tuple(players)
    changes = _Changes()
    pools = _PoolPacking.of(world, ranked)
    kinds = _pack_kinds(world, pools, changes)
    slots, slot_of = _pack_slots(world, ranked, pools, changes)
    leak_weeks = np.where(world.leak_share > 0.0, world.leak_weeks, 0.0)
    sectors = _pack_sectors(world, players, question, changes)
    shown = {route: row for row, route in enumerate(dict.fromkeys(_ranked_routes(world, ranked)))}
    return Packed(
        world,
        ranked,
        tuple(route for own in pools.routes for route in own),
        shown,
        kinds._replace(
            changes=changes.packed(world.inputs.draws), remains=np.array(changes.remains)
        ),
        _pack_pools(world, pools),
        slots,
        int(slots.emitted.max(initial=NOTHING)) + 1,
        sectors,
        _pack_streams(world, players, sectors, slot_of),
        leak_weeks,
        min(int(leak_weeks.max()), world.period.weeks),
    )


def _ranked_routes(world: World, ranked: Sequence[str]) -> list[Route]:
    return [
        (channel, (world.sectors[name].destination, stream.buyer_class, stream.tier))
        for name in ranked
        for stream in world.sectors[name].streams
        for holding in world.sectors[name].holdings
        for channel in holding.channels
    ]


@dataclass(frozen=True, eq=False)
class _PoolPacking:
    """Kinds and routes pool by pool; the last pool is that of contracts alone."""

    names: tuple[str, ...]
    """Pools that are shared out."""
    kinds: tuple[tuple[Kind, ...], ...]
    routes: tuple[tuple[Route, ...], ...]
    brings: Mapping[tuple[str, Channel, Buyer], int]
    """Kind that brings a channel to a stream, counted over all pools."""
    added: tuple[str, ...]
    """Pool whose additions go to each kind under contracts."""

    @classmethod
    def of(cls, world: World, ranked: Sequence[str]) -> "_PoolPacking":
        """Find what is shared out, and what is not."""
        names = tuple(name for name, pool in world.pools.items() if pool.kinds)
        kinds = [world.pools[name].kinds for name in names]
        brings: dict[tuple[str, Channel, Buyer], int] = {}
        begin = 0
        for name in names:
            pool = world.pools[name]
            for claim, kind in zip(pool.claims, pool.kind_of, strict=True):
                buyer = claim.destination, claim.buyer_class, claim.tier
                brings[(claim.user, claim.channel, buyer)] = begin + kind
            begin += len(pool.kinds)
        alone, added = _alone(world, ranked, brings, begin)
        kinds.append(alone)
        routes = tuple(tuple(dict.fromkeys(map(_route, own))) for own in kinds)
        return cls(names, tuple(kinds), routes, brings, added)


def _route(kind: Kind) -> Route:
    claim = kind.claim
    return claim.channel, (claim.destination, claim.buyer_class, claim.tier)


def _alone(
    world: World, ranked: Sequence[str], brings: dict[tuple[str, Channel, Buyer], int], begin: int
) -> tuple[tuple[Kind, ...], tuple[str, ...]]:
    """Channels of ranked sectors that no pool shares out; they are entered in `brings`."""
    from exposure.supply.claims import Claim  # noqa: PLC0415

    kinds: list[Kind] = []
    added: list[str] = []
    nothing = np.zeros(world.inputs.draws)
    for name in ranked:
        sector = world.sectors[name]
        for stream in sector.streams:
            for holding in sector.holdings:
                for channel in holding.channels:
                    buyer = (sector.destination, stream.buyer_class, stream.tier)
                    if (name, channel, buyer) in brings:
                        continue
                    brings[(name, channel, buyer)] = begin + len(kinds)
                    claim = Claim(name, channel, *buyer, nothing, 1, ranked=True)
                    kinds.append(Kind(claim, nothing, sector))
                    added.append(holding.channels[0].pool)
    return tuple(kinds), tuple(added)


def _pack_kinds(world: World, pools: _PoolPacking, changes: _Changes) -> Kinds:
    every = [kind for own in pools.kinds for kind in own]
    draws = world.inputs.draws
    weight, lags = np.zeros((len(every), draws)), np.zeros((len(every), draws), dtype=np.int64)
    need, assembled = [], []
    for n, kind in enumerate(every):
        weight[n] = kind.weight
        sector = kind.sector
        k = None if sector is None else kind.holding
        if sector is not None and k is not None:
            lags[n] = sector.lag[k]
        civil = kind.claim.buyer_class is BuyerClass.CIVIL
        saved = sector.saved[k] if sector is not None and k is not None else None
        need.append(changes.row(saved, remains=True))
        part = sector.assembled[k] if sector is not None and k is not None and civil else None
        assembled.append(changes.row(part, remains=False))
    routes = {}
    begin = 0
    for p, own in enumerate(pools.routes):
        routes.update({(p, route): begin + r for r, route in enumerate(own)})
        begin += len(own)
    return Kinds(
        route=_ints(routes[(p, _route(kind))] for p, own in enumerate(pools.kinds) for kind in own),
        order=_ints(kind.claim.order_class for kind in every),
        weight=weight,
        lag=_ints(NOTHING if kind.sector is None else n for n, kind in enumerate(every)),
        need=_ints(need),
        assembled=_ints(assembled),
        lags=lags,
        changes=np.zeros((0, 3, 0)),
        remains=np.zeros(0, dtype=np.bool_),
    )


def _pack_pools(world: World, pools: _PoolPacking) -> Pools:
    draws = world.inputs.draws
    count = len(pools.kinds)
    named = [n for n, pool in world.pools.items() if pool.added is not None]
    row = {name: i for i, name in enumerate(named)}
    added = np.empty((len(named), world.period.weeks, draws))
    for name, i in row.items():
        added[i] = world.pools[name].added
    switched = np.zeros((count, 3, draws))
    for p, name in enumerate(pools.names):
        switched[p] = list(vars(world.pools[name].switched).values())
    of_kinds = [
        row.get(name, NOTHING)
        for name, own in zip(pools.names, pools.kinds, strict=False)
        for _ in own
    ]
    return Pools(
        routes=_starts(len(own) for own in pools.routes),
        kinds=_starts(len(own) for own in pools.kinds),
        rationed=np.arange(count) < len(pools.names),
        added_row=_ints([*of_kinds, *(row.get(name, NOTHING) for name in pools.added)]),
        added=added,
        switched=switched,
    )


def _pack_slots(
    world: World, ranked: Sequence[str], pools: _PoolPacking, changes: _Changes
) -> tuple[Slots, dict[tuple[str, int, int], int]]:
    """Slots, and the slot of each holding of each stream."""
    found: dict[tuple[object, ...], int] = {}
    slot_of: dict[tuple[str, int, int], int] = {}
    kinds: list[int] = []
    weights: list[float] = []
    needs: list[int] = []
    counts: list[int] = []
    for name in ranked:
        sector = world.sectors[name]
        for position, stream in enumerate(sector.streams):
            buyer = (sector.destination, stream.buyer_class, stream.tier)
            for k, holding in enumerate(sector.holdings):
                own = tuple(pools.brings[(name, channel, buyer)] for channel in holding.channels)
                key = (own, holding.weights)
                if key not in found:
                    found[key] = len(found)
                    kinds += own
                    weights += holding.weights
                    counts.append(len(own))
                    needs.append(changes.row(sector.saved[k], remains=True))
                slot_of[(name, position, k)] = found[key]
    total = sum(len(own) for own in pools.kinds)
    emitted = np.full(total, NOTHING, dtype=np.int64)
    for place, kind in enumerate(dict.fromkeys(kinds)):
        emitted[kind] = place
    return (
        Slots(_starts(counts), _ints(kinds), np.array(weights), _ints(needs), emitted),
        slot_of,
    )


def _pack_sectors(
    world: World, players: Mapping[str, Players], question: Question, changes: _Changes
) -> Sectors:
    own = [world.sectors[name] for name in players]
    draws, most = world.inputs.draws, len(STRATUM_SHARES)
    multiples, late = np.ones((2, len(own), most, draws))
    shares, strata = np.zeros((len(own), most)), []
    for i, sector in enumerate(own):
        found = stock_multiples(sector.firm_spread)
        strata.append(len(found))
        multiples[i, : len(found)] = found
        late[i, : len(found)] = late_shares(world.leak_share, len(found))
        shares[i, : len(found)] = stratum_shares(len(found))
    asked = [question.stock_weeks.get(name, NO_WEEKS) for name in players]
    return Sectors(
        holdings=_starts(len(sector.holdings) for sector in own),
        stock=np.concatenate([sector.stock for sector in own]),
        cap=np.concatenate([sector.cap for sector in own]),
        criticality=np.concatenate([sector.criticality for sector in own]),
        thrift=np.concatenate([sector.thrift for sector in own]),
        need=_ints(changes.row(saved, remains=True) for sector in own for saved in sector.saved),
        strata=_ints(strata),
        multiples=multiples,
        shares=shares,
        late=late,
        players=_ints(len(causes) for causes in players.values()),
        members=_pack_members(own, players),
        asked=_starts(len(weeks) for weeks in asked),
        asked_weeks=np.concatenate([*asked, NO_WEEKS]),
    )


def _pack_members(own: Sequence[Sector], players: Mapping[str, Players]) -> np.ndarray:
    most = max(len(causes) for causes in players.values())
    widest = max(len(sector.holdings) for sector in own)
    members = np.zeros((len(own), most, widest), dtype=np.bool_)
    for i, (sector, causes) in enumerate(zip(own, players.values(), strict=True)):
        table = members_of(sector, causes)
        members[i, : table.shape[0], : table.shape[1]] = table
    return members


def _pack_streams(
    world: World,
    players: Mapping[str, Players],
    sectors: Sectors,
    slot_of: Mapping[tuple[str, int, int], int],
) -> Streams:
    names = tuple(players)
    owner = [i for i, name in enumerate(names) for _ in world.sectors[name].streams]
    holdings, asked = np.diff(sectors.holdings), np.diff(sectors.asked)
    shares = [stream.share for name in names for stream in world.sectors[name].streams]
    return Streams(
        streams=_starts(len(world.sectors[name].streams) for name in names),
        share=np.stack(shares),
        slots=_starts(holdings[i] for i in owner),
        slot=_ints(
            slot_of[(name, position, k)]
            for name in names
            for position in range(len(world.sectors[name].streams))
            for k in range(len(world.sectors[name].holdings))
        ),
        players=_starts(sectors.players[i] for i in owner),
        held=_starts(holdings[i] * asked[i] for i in owner),
    )


def _ints(values: Iterable[int]) -> IntArray:
    return np.array(list(values), dtype=np.int64)


def _starts(counts: Iterable[int]) -> IntArray:
    """First position of each of several lists that stand one after another, and the end."""
    return np.concatenate([[0], np.cumsum(_ints(counts))]).astype(np.int64)
