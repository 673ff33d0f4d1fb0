"""Arrivals at sectors, week by week, given the licensed flows.

Inflow is computed as 1 minus the missing share, never as a sum of shares, so that free flow gives
exactly 1. Attribution sets parts of the missing share to zero and
repeats the run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray, total
from exposure.impact.borders import Border, Buyer, Restriction, border_of
from exposure.impact.pools import Kind, Pool
from exposure.impact.purchases import Raise, purchases_of, raises_of
from exposure.impact.sectors import Goods, Sector, Stream
from exposure.impact.world import World
from exposure.licensing.grants import Licences
from exposure.supply.channels import Channel
from exposure.supply.claims import Claim
from exposure.supply.pools import Claims, ration
from exposure.terms import BuyerClass


@dataclass(frozen=True, eq=False)
class Late:
    """Gain from priority in the first weeks of shortage, by holding K and week of shortage N."""

    begins: IntArray
    """First week of shortage, T if there is none, (K, D)."""
    amount: FloatArray
    """Gain from then on, for the weeks in which priority reaches some firms late, (K, N, D)."""

    def over_weeks(self, weeks: int) -> FloatArray:
        """Gain in every week of the run, (T, K, D).

        Examples
        --------
        >>> Late(np.array([[1]]), np.array([[[0.5], [0.2]]])).over_weeks(4).ravel()
        array([0. , 0.5, 0.2, 0. ])
        """
        every = np.zeros((weeks, *self.begins.shape))
        for n in range(self.amount.shape[1]):
            k, d = np.nonzero(self.begins + n < weeks)
            every[self.begins[k, d] + n, k, d] = self.amount[k, n, d]
        return every


@dataclass(frozen=True, eq=False)
class Arrival:
    """Arrivals at one kind of buyer of a sector; K is the holding."""

    inflow: FloatArray
    """Inflow in weeks of need, (T, K, D)."""
    late: Late | None
    """The part of the inflow that firms do not get if priority reaches them late."""
    missing_mass: tuple[FloatArray, ...]
    """For each holding, the mass that each of its channels lacked, (channels, D)."""
    raised: tuple[tuple[Raise, ...], ...] = ()
    """For each holding, the room added for extra purchases."""


def arrivals(
    world: World,
    licences: Licences,
    ranked: Sequence[str],
    *,
    first: int = 0,
    restrict: Restriction | None = None,
) -> tuple[dict[tuple[str, int], Arrival], dict[tuple[Channel, Buyer], Border]]:
    """Arrivals at every kind of buyer of the ranked sectors.

    Pools are shared out once for each week and draw, before any stock is run.

    Parameters
    ----------
    world
        Everything that policy does not change.
    licences
        Licensed flows of one course of policy.
    ranked
        Sectors to rank.
    first
        First week scored.
    restrict
        Part of the stopped shares that a coalition keeps; None for all of it.

    Returns
    -------
    arrivals : dict
        By sector and position of the stream.
    borders : dict
        By channel and buyer.
    """
    borders: dict[tuple[Channel, Buyer], Border] = {}

    def border(channel: Channel, buyer: Buyer) -> Border:
        key = (channel, buyer)
        if key not in borders:
            borders[key] = border_of(
                world, licences, channel, buyer, first=first, restrict=restrict
            )
        return borders[key]

    brought: Brought = {}
    bought: dict[tuple[str, int], FloatArray] = {}
    for name, pool in world.pools.items():
        arrived, served = _share_out(world, pool, border, frozenset(ranked))
        brought |= arrived
        bought |= {(name, kind): inflow for kind, inflow in served.items()}
    result = {}
    for name in ranked:
        sector = world.sectors[name]
        for position, stream in enumerate(sector.streams):
            arrival = _arrival(world, sector, stream, border, brought)
            result[(name, position)] = _with_purchases(world, sector, stream, arrival, bought)
    return result, borders


Brought = dict[tuple[str, Channel, Buyer], tuple[FloatArray, FloatArray]]
"""Inflow of ranked claims, and inflow before rationing."""

BorderOf = Callable[[Channel, Buyer], Border]
"""Function that gives the border of a channel and buyer."""


def _share_out(
    world: World, pool: Pool, border: BorderOf, ranked: frozenset[str]
) -> tuple[Brought, dict[int, FloatArray]]:
    """Inflow from a pool of ranked claims, and of each kind that is a purchase."""
    if not pool.kinds:
        return {}, {}
    weeks, draws = world.period.weeks, world.inputs.draws
    arrived = [_arrive(kind, border, weeks) for kind in pool.kinds]
    needs = [
        1.0 if k.sector is None or k.claim.bought is not None else k.sector.need[:, k.holding]
        for k in pool.kinds
    ]
    reaches = [border(kind.claim.channel, _buyer(kind.claim)).reach for kind in pool.kinds]
    claims = Claims(
        arriving=np.stack([arriving for arriving, _, _ in arrived]),
        contracted=np.stack([contracted for _, contracted, _ in arrived]),
        contracted_china=np.stack([china for _, _, china in arrived]),
        need=np.stack([np.broadcast_to(need, (weeks, draws)) for need in needs]),
        weight=np.stack([kind.weight for kind in pool.kinds]),
        order_class=np.stack([kind.claim.place for kind in pool.kinds]),
        reach=np.stack([np.broadcast_to(reach, (weeks, draws)) for reach in reaches]),
        counts=np.stack([_counts(kind.claim, weeks) for kind in pool.kinds]),
        offers=np.array([kind.claim.since == 0 for kind in pool.kinds])[:, None, None],
    )
    added = np.zeros((weeks, draws)) if pool.added is None else pool.added
    switched = pool.switched.over_weeks(weeks)
    inflow, _ = ration(claims, switched=switched, added=added)
    before = claims.arriving - switched * claims.contracted
    brought: Brought = {}
    bought: dict[int, FloatArray] = {}
    for i, claim in zip(pool.kind_of, pool.claims, strict=True):
        key = claim.user, claim.channel, _buyer(claim)
        if claim.user not in ranked:
            continue
        if claim.bought is not None:
            bought[i] = np.where(_counts(claim, weeks), inflow[i], 0.0)
        elif key in brought:
            counts = _counts(claim, weeks)
            first, least = brought[key]
            brought[key] = np.where(counts, inflow[i], first), np.where(counts, before[i], least)
        else:
            brought[key] = inflow[i], before[i]
    return brought, bought


def _counts(claim: Claim, weeks: int) -> BoolArray:
    """Weeks in which a claim exists, (T, 1)."""
    since, until = claim.window(weeks)
    week = np.arange(weeks)[:, np.newaxis]
    return (week >= since) & (week < until)


def _with_purchases(
    world: World,
    sector: Sector,
    stream: Stream,
    arrival: Arrival,
    bought: Mapping[tuple[str, int], FloatArray],
) -> Arrival:
    """Arrivals together with extra purchases."""
    inflow = arrival.inflow
    for k in range(len(sector.holdings)):
        for purchase in purchases_of(world, sector.sector, stream, k):
            inflow[:, k] += purchase.factor * bought[(purchase.pool, purchase.kind)]
    return arrival


def _buyer(claim: Claim) -> Buyer:
    return claim.destination, claim.buyer_class, claim.tier


def _arrive(kind: Kind, border: BorderOf, weeks: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """L + p, p and the Chinese part of p in the week of arrival, each (T, D)."""
    if kind.claim.bought is not None:
        nothing = np.zeros((weeks, len(kind.weight)))
        return nothing + float(kind.claim.given), nothing, nothing
    crossed = border(kind.claim.channel, _buyer(kind.claim))
    if kind.sector is None:
        return 1.0 - crossed.missing, crossed.contracted, crossed.china
    return _at_the_factory(kind.sector, kind.holding, crossed, kind.claim.buyer_class)


def _at_the_factory(
    sector: Goods, k: int, border: Border, buyer: BuyerClass
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Goods that left China `lag` weeks ago; goods from before the control arrive in full."""
    weeks = len(border.missing)
    left = np.arange(weeks)[:, np.newaxis] - sector.lag[k]
    arriving = np.where(left >= 0, 1.0 - _taken(border.missing, left), 1.0)
    assembled = sector.assembled[k]
    if assembled is not None and buyer is BuyerClass.CIVIL:
        arriving = arriving + assembled.over_weeks(weeks) * np.maximum(0.0, 1.0 - arriving)
    return arriving, _taken(border.contracted, left), _taken(border.china, left)


def _taken(values: FloatArray, week: IntArray) -> FloatArray:
    """Values of a week of each draw; week 0 also stands for the time before it."""
    return np.take_along_axis(values, np.maximum(week, 0), axis=0)


def _arrival(
    world: World,
    sector: Sector,
    stream: Stream,
    border: BorderOf,
    brought: dict[tuple[str, Channel, Buyer], tuple[FloatArray, FloatArray]],
) -> Arrival:
    weeks, draws = world.period.weeks, world.inputs.draws
    shape = (weeks, len(sector.holdings), draws)
    inflow, gain = np.zeros(shape), np.zeros(shape)
    lacking = []
    buyer = (sector.destination, stream.buyer_class, stream.tier)
    for k, holding in enumerate(sector.holdings):
        lacked = np.zeros((len(holding.channels), draws))
        for c, channel in enumerate(holding.channels):
            key = (sector.sector, channel, buyer)
            if key in brought:
                arriving, before = brought[key]
            else:
                arriving = _under_contracts(world, sector, k, border(channel, buyer), stream)
                before = arriving
            weight = holding.weights[c]
            inflow[:, k] += weight * arriving if len(holding.channels) > 1 else arriving
            gain[:, k] += weight * (arriving - before)
            lacked[c] = weight * total(np.maximum(0.0, sector.need[:, k] - arriving))
        lacking.append(lacked)
    raised = tuple(raises_of(world, sector.sector, k) for k in range(len(sector.holdings)))
    return Arrival(inflow, _late(world, sector, inflow - gain, gain), tuple(lacking), raised)


def _under_contracts(
    world: World, sector: Sector, k: int, border: Border, stream: Stream
) -> FloatArray:
    """Inflow of a channel whose pool has no users: contracts hold, and new supply fills gaps."""
    arriving, _, _ = _at_the_factory(sector, k, border, stream.buyer_class)
    pool = world.pools.get(sector.holdings[k].channels[0].pool)
    if pool is not None and pool.added is not None:
        room = np.maximum(0.0, sector.need[:, k] - arriving)
        arriving = arriving + np.minimum(pool.added, room)
    return arriving


def _late(world: World, sector: Sector, before: FloatArray, gain: FloatArray) -> Late | None:
    """Gain from priority in the first weeks of shortage, which late firms do not get."""
    leak_weeks = np.where(world.leak_share > 0.0, world.leak_weeks, 0.0)
    longest = min(int(leak_weeks.max()), world.period.weeks)
    if not longest:
        return None
    weeks = world.period.weeks
    short = sector.need - before > 0.0
    begins = np.where(short.any(axis=0), short.argmax(axis=0), weeks)
    amount = np.zeros((begins.shape[0], longest, begins.shape[1]))
    for n in range(longest):
        week = begins + n
        gained = np.take_along_axis(gain, np.minimum(week, weeks - 1)[np.newaxis], axis=0)[0]
        counts = (week < weeks) & (n + 1 <= leak_weeks)
        amount[:, n] = np.where(counts, np.maximum(0.0, gained), 0.0)
    return Late(begins, amount)
