"""Pools of a world as arrays of numbers, the input of the kernel of the arrivals.

Pools are packed in groups. A holding of elements that replace each other is supplied by several
pools of one group; no holding is supplied by pools of two groups.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.fast.arrays import Kinds, Pools, Slots
from exposure.impact.fast.changes import NOTHING, Changes, ints, starts
from exposure.impact.fast.firm_packing import Holder
from exposure.impact.pools import Kind
from exposure.impact.purchases import purchases_of
from exposure.impact.sectors import Stream
from exposure.impact.world import World
from exposure.supply.channels import Channel, Holding
from exposure.supply.claims import Claim
from exposure.terms import BuyerClass, Tier

Buyer = tuple[str, BuyerClass, Tier]
"""Destination, buyer class and tier."""

Route = tuple[Channel, Buyer]
"""A channel and the buyer."""

Group = frozenset[str]
"""Pools that supply the same holdings; an empty name means contracts only."""


@dataclass(frozen=True, eq=False)
class PackedPools:
    """One group of pools as arrays, for the sectors that are ranked."""

    world: World
    group: Group
    names: tuple[str, ...]
    """Pools of the group that are shared out."""
    routes: tuple[Route, ...]
    """In the order of the pools."""
    shown: Mapping[Route, int]
    """Row of the shares stopped, for the routes of ranked sectors."""
    kinds: Kinds
    pools: Pools
    slots: Slots
    slot_of: Mapping[Holder, int]
    """Slot that supplies each holding of each stream."""
    kept: int
    """Number of kinds whose inflow reaches a slot."""
    joined: tuple[tuple[int, int, FloatArray], ...]
    """Slots with extra purchases: slot, slot of the purchase, weeks per unit (D,)."""
    leak_weeks: FloatArray
    late_weeks: int
    """Largest number of weeks by which priority reaches some firms later."""


def groups_of(world: World, ranked: Sequence[str]) -> list[Group]:
    """Groups of pools that supply ranked sectors, in the order of the pools."""
    groups: dict[str, set[str]] = {}
    for name in ranked:
        for holding in world.sectors[name].holdings:
            together = {pool_key(world, channel) for channel in holding.channels}
            merged = set().union(together, *(groups.get(pool, set()) for pool in together))
            groups |= dict.fromkeys(merged, merged)
    keys = [pool for pool in (*world.pools, "") if pool in groups]
    return list(dict.fromkeys(frozenset(groups[pool]) for pool in keys))


def pool_key(world: World, channel: Channel) -> str:
    """Pool that is shared out to a channel; empty if contracts hold."""
    pool = world.pools.get(channel.pool)
    return channel.pool if pool is not None and pool.kinds else ""


def pack_pools(world: World, ranked: Sequence[str], group: Group) -> PackedPools:
    """Put a group of pools into arrays.

    Parameters
    ----------
    world
        Everything that policy does not change.
    ranked
        Sectors that are ranked.
    group
        The pools.
    """
    changes = Changes()
    holders = list(_holders(world, ranked, group))
    pools = _PoolPacking.of(world, holders, group)
    kinds = _pack_kinds(world, pools, changes)
    slots, slot_of, joined = _pack_slots(world, holders, pools, changes)
    leak_weeks = np.where(world.leak_share > 0.0, world.leak_weeks, 0.0)
    ranked_routes = dict.fromkeys(
        (channel, _buyer(world, key[0], stream))
        for key, stream, holding in holders
        for channel in holding.channels
    )
    return PackedPools(
        world,
        group,
        pools.names,
        tuple(route for pool_routes in pools.routes for route in pool_routes),
        {route: row for row, route in enumerate(ranked_routes)},
        kinds._replace(
            changes=changes.packed(world.inputs.draws), remains=np.array(changes.remains)
        ),
        _pack_pools(world, pools),
        slots,
        slot_of,
        int(slots.emitted.max(initial=NOTHING)) + 1,
        joined,
        leak_weeks,
        min(int(leak_weeks.max()), world.period.weeks),
    )


def _holders(
    world: World, ranked: Sequence[str], group: Group
) -> Iterator[tuple[Holder, Stream, Holding]]:
    """Holdings of the streams of ranked sectors that a group of pools supplies."""
    for name in ranked:
        sector = world.sectors[name]
        for position, stream in enumerate(sector.streams):
            for k, holding in enumerate(sector.holdings):
                if pool_key(world, holding.channels[0]) in group:
                    yield (name, position, k), stream, holding


def _buyer(world: World, name: str, stream: Stream) -> Buyer:
    return world.sectors[name].destination, stream.buyer_class, stream.tier


@dataclass(frozen=True, eq=False)
class _PoolPacking:
    """Kinds and routes, pool by pool; the last pool holds contracts only."""

    names: tuple[str, ...]
    """Pools that are shared out."""
    kinds: tuple[tuple[Kind, ...], ...]
    routes: tuple[tuple[Route, ...], ...]
    brings: Mapping[tuple[str, Channel, Buyer], int]
    """Kind that first supplies a channel of a stream, counted over all pools."""
    begins: Mapping[str, int]
    """First kind of each pool."""
    goes_on: Mapping[int, int]
    """First kind of the chain, for a kind that replaces another in some week."""
    added: tuple[str, ...]
    """Pool whose added supply goes to each kind under contracts."""

    @classmethod
    def of(
        cls, world: World, holders: Sequence[tuple[Holder, Stream, Holding]], group: Group
    ) -> "_PoolPacking":
        """Separate the kinds that are shared out from those under contracts."""
        names = tuple(name for name, pool in world.pools.items() if pool.kinds and name in group)
        kinds = [world.pools[name].kinds for name in names]
        brings: dict[tuple[str, Channel, Buyer], int] = {}
        goes_on: dict[int, int] = {}
        begins: dict[str, int] = {}
        begin = 0
        for name in names:
            pool, begins[name] = world.pools[name], begin
            for claim, kind in zip(pool.claims, pool.kind_of, strict=True):
                buyer = claim.destination, claim.buyer_class, claim.tier
                if claim.bought is None:
                    first = brings.setdefault((claim.user, claim.channel, buyer), begin + kind)
                    goes_on |= {begin + kind: first} if first != begin + kind else {}
            begin += len(pool.kinds)
        alone, added = _alone(world, holders, brings, begin)
        kinds.append(alone)
        routes = tuple(tuple(dict.fromkeys(map(_route, pool_kinds))) for pool_kinds in kinds)
        return cls(names, tuple(kinds), routes, brings, begins, goes_on, added)


def _route(kind: Kind) -> Route:
    claim = kind.claim
    return claim.channel, (claim.destination, claim.buyer_class, claim.tier)


def _alone(
    world: World,
    holders: Sequence[tuple[Holder, Stream, Holding]],
    brings: dict[tuple[str, Channel, Buyer], int],
    begin: int,
) -> tuple[tuple[Kind, ...], tuple[str, ...]]:
    """Channels of ranked sectors outside all shared pools; they are added to `brings`."""
    kinds: list[Kind] = []
    added: list[str] = []
    nothing = np.zeros(world.inputs.draws)
    for (name, _, _), stream, holding in holders:
        buyer = _buyer(world, name, stream)
        for channel in holding.channels:
            if (name, channel, buyer) not in brings:
                brings[(name, channel, buyer)] = begin + len(kinds)
                claim = Claim(name, channel, *buyer, nothing, nothing.astype(np.int64), ranked=True)
                kinds.append(Kind(claim, nothing, world.sectors[name]))
                added.append(holding.channels[0].pool)
    return tuple(kinds), tuple(added)


def _pack_kinds(world: World, pools: _PoolPacking, changes: Changes) -> Kinds:
    every = [kind for pool_kinds in pools.kinds for kind in pool_kinds]
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
        needed = sector is not None and k is not None and kind.claim.bought is None
        saved = sector.saved[k] if needed and sector is not None and k is not None else None
        need.append(changes.row(saved, remains=True))
        part = sector.assembled[k] if sector is not None and k is not None and civil else None
        assembled.append(changes.row(part, remains=False))
    routes = {}
    begin = 0
    for p, pool_routes in enumerate(pools.routes):
        routes.update({(p, route): begin + r for r, route in enumerate(pool_routes)})
        begin += len(pool_routes)
    return Kinds(
        route=ints(
            routes[(p, _route(kind))]
            for p, pool_kinds in enumerate(pools.kinds)
            for kind in pool_kinds
        ),
        order=np.array([kind.claim.place for kind in every], dtype=np.int64),
        weight=weight,
        since=ints(kind.claim.window(world.period.weeks)[0] for kind in every),
        until=ints(kind.claim.window(world.period.weeks)[1] for kind in every),
        offers=np.array([kind.claim.since == 0 for kind in every]),
        bought=np.array([kind.claim.bought is not None for kind in every]),
        given=np.array([float(kind.claim.given) for kind in every]),
        lag=ints(NOTHING if kind.sector is None else n for n, kind in enumerate(every)),
        need=ints(need),
        assembled=ints(assembled),
        lags=lags,
        changes=np.zeros((0, 3, 0)),
        remains=np.zeros(0, dtype=np.bool_),
    )


def _pack_pools(world: World, pools: _PoolPacking) -> Pools:
    draws = world.inputs.draws
    count = len(pools.kinds)
    names = dict.fromkeys(n for n in (*pools.names, *pools.added) if n in world.pools)
    supplied = [(n, more) for n in names if (more := world.pools[n].added) is not None]
    row = {name: i for i, (name, _) in enumerate(supplied)}
    added = np.empty((len(supplied), world.period.weeks, draws))
    for i, (_, more) in enumerate(supplied):
        added[i] = more
    switched = np.zeros((count, 3, draws))
    for p, name in enumerate(pools.names):
        switched[p] = list(vars(world.pools[name].switched).values())
    of_kinds = [
        row.get(name, NOTHING)
        for name, pool_kinds in zip(pools.names, pools.kinds, strict=False)
        for _ in pool_kinds
    ]
    return Pools(
        routes=starts(len(pool_routes) for pool_routes in pools.routes),
        kinds=starts(len(pool_kinds) for pool_kinds in pools.kinds),
        rationed=np.arange(count) < len(pools.names),
        added_row=ints([*of_kinds, *(row.get(name, NOTHING) for name in pools.added)]),
        added=added,
        switched=switched,
    )


def _pack_slots(
    world: World,
    holders: Sequence[tuple[Holder, Stream, Holding]],
    pools: _PoolPacking,
    changes: Changes,
) -> tuple[Slots, dict[Holder, int], tuple[tuple[int, int, FloatArray], ...]]:
    """Slots, the slot of each holding of each stream, and slots with extra purchases."""
    found: dict[tuple[object, ...], int] = {}
    slot_of: dict[Holder, int] = {}
    joined: list[tuple[int, int, FloatArray]] = []
    packed = _SlotPacking()
    for holder, stream, holding in holders:
        name, _, k = holder
        buyer = _buyer(world, name, stream)
        brought = tuple(pools.brings[(name, channel, buyer)] for channel in holding.channels)
        bought = [
            (pools.begins[each.pool] + each.kind, each.factor)
            for each in purchases_of(world, name, stream, k)
        ]
        key = (brought, holding.weights, tuple(kind for kind, _ in bought))
        if key not in found:
            need = changes.row(world.sectors[name].saved[k], remains=True)
            found[key] = packed.add(brought, holding.weights, need)
            joined += [(found[key], packed.add((kind,), (1.0,), 0), by) for kind, by in bought]
        slot_of[holder] = found[key]
    return packed.slots(pools), slot_of, tuple(joined)


@dataclass
class _SlotPacking:
    """Slots, one after another."""

    kinds: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    needs: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def add(self, kinds: Sequence[int], weights: Sequence[float], need: int) -> int:
        """Add a slot and return its position."""
        self.kinds += kinds
        self.weights += weights
        self.needs.append(need)
        self.counts.append(len(kinds))
        return len(self.counts) - 1

    def slots(self, pools: _PoolPacking) -> Slots:
        """All slots as arrays."""
        emitted = np.full(
            sum(len(pool_kinds) for pool_kinds in pools.kinds), NOTHING, dtype=np.int64
        )
        for position, kind in enumerate(dict.fromkeys(self.kinds)):
            emitted[kind] = position
        for kind, first in pools.goes_on.items():
            emitted[kind] = emitted[first]
        weights = np.array(self.weights)
        return Slots(starts(self.counts), ints(self.kinds), weights, ints(self.needs), emitted)
