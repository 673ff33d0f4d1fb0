"""Extra stocks that sectors buy: the claims that supply them, and the room for them."""

from collections.abc import Iterator
from dataclasses import dataclass

from exposure.arrays import FloatArray
from exposure.impact.sectors import Stream
from exposure.impact.world import World
from exposure.supply.claims import Claim


@dataclass(frozen=True, eq=False)
class Purchase:
    """Inflow from one claim on a pool to one holding of one kind of buyer."""

    pool: str
    kind: int
    """Position of the claim's kind in its pool."""
    claim: Claim
    factor: FloatArray
    """Weeks of the holding's need for each unit of inflow of the claim, (D,)."""


@dataclass(frozen=True, eq=False)
class Raise:
    """Room for an extra stock, above the usual cap."""

    week: int
    """Week from which there is room."""
    room: FloatArray
    """Weeks of the holding's need, for every firm, (D,)."""


def purchases_of(world: World, name: str, stream: Stream, k: int) -> Iterator[Purchase]:
    """Purchases of one kind of buyer for a holding, in addition to its need.

    Parameters
    ----------
    world
        Sectors and pools.
    name
        The sector.
    stream
        The kind of buyer.
    k
        Position of the holding.
    """
    holding = world.sectors[name].holdings[k]
    for channel, weight in zip(holding.channels, holding.weights, strict=True):
        pool = world.pools.get(channel.pool)
        for i, claim in pool.purchases if pool else ():
            if pool is None or claim.bought is None:
                continue
            if (claim.user, claim.channel) != (name, channel):
                continue
            if (claim.buyer_class, claim.tier) == (stream.buyer_class, stream.tier):
                yield Purchase(channel.pool, pool.kind_of[i], claim, claim.bought * weight)


def raises_of(world: World, name: str, k: int) -> tuple[Raise, ...]:
    """Room for a sector's extra purchases for a holding, in the order of the weeks."""
    found: dict[tuple[str, int, int], Raise] = {}
    for stream in world.sectors[name].streams:
        for purchase in purchases_of(world, name, stream, k):
            since = purchase.claim.since
            over = (purchase.claim.until or world.period.weeks) - since
            # All kinds of buyers in one purchase buy at the same rate.
            key = purchase.claim.channel.element, since, id(purchase.claim.bought)
            found[key] = Raise(since, purchase.factor * over)
    return tuple(sorted(found.values(), key=lambda raised: raised.week))
