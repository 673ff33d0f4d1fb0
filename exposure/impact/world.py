"""One set of worlds: everything drawn that policy does not change, for all sectors together.

Sectors meet in the pools outside China, so all sectors of the tables are part of a world, whoever
is ranked. A world belongs to a period: the same tables drawn for the same weeks.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.sectors import Goods, Sector, Stocks, build_goods, build_stocks
from exposure.inputs.cells import Inputs
from exposure.supply.acted_claims import acted_claims
from exposure.supply.additions import pool_additions
from exposure.supply.channels import Channel, channels_of, components_needed
from exposure.supply.claims import Claim, claims_on
from exposure.supply.exits import ExitSplit, exit_split
from exposure.supply.gradual import Gradual, same_course
from exposure.supply.period import Period
from exposure.tables.dataset import RowKey
from exposure.tables.schema.supply import ElementRow
from exposure.terms import ANY, BuyerClass, Tier, week_of

Supply = tuple[Channel, str, BuyerClass]
"""What decides how supply splits by exit stage: channel, destination, buyer class."""


@dataclass(frozen=True, eq=False)
class Kind:
    """Claims on one pool that are served alike: of one route and class, with equal lag and need.

    What a pool brings to each of them does not depend on whether they are counted together.
    """

    claim: Claim
    """One of them."""
    weight: FloatArray
    """Share of the demand of the pool of all together, shape (D,)."""
    sector: Goods | None
    """Sector of that claim; None for a user that is not a sector."""

    @property
    def holding(self) -> int:
        """Position of what its sector keeps the goods in."""
        if self.sector is None:
            raise ValueError(f"{self.claim.user} is not a sector")
        return self.sector.holding_of(self.claim.channel)

    def served_as(self, other: "Kind") -> bool:
        """Whether claims of one route and class have equal lag and need, in every draw."""
        if not np.array_equal(self.weight > 0.0, other.weight > 0.0):
            return False
        if self.sector is None or other.sector is None:
            return self.sector is other.sector
        k, other_k = self.holding, other.holding
        return (
            np.array_equal(self.sector.lag[k], other.sector.lag[other_k])
            and same_course(self.sector.saved[k], other.sector.saved[other_k])
            and same_course(self.sector.assembled[k], other.sector.assembled[other_k])
        )


@dataclass(frozen=True, eq=False)
class Pool:
    """A pool outside China, with everybody who claims from it."""

    claims: tuple[Claim, ...]
    """Claims, those of ranked sectors first; empty where the tables name no user."""
    kinds: tuple[Kind, ...]
    """Claims put together that are served alike: those of one class in its order, then those
    whose class is drawn."""
    kind_of: tuple[int, ...]
    """Position in `kinds` of each claim."""
    added: FloatArray | None
    """New supply, recycling and released reserves as a share of its demand, (T, D)."""
    switched: Gradual
    """Share of contracts that no longer hold."""
    demand: FloatArray | None
    """Demand outside China, tonnes a year, shape (D,)."""

    def weight_of(
        self, user: str, channel: Channel, buyer: BuyerClass, tier: Tier
    ) -> FloatArray | None:
        """Share of the demand of one kind of buyer of a user; None if it claims nothing."""
        return self._weights.get((user, channel, buyer, tier))

    @cached_property
    def _weights(self) -> dict[tuple[str, Channel, BuyerClass, Tier], FloatArray]:
        return {
            (claim.user, claim.channel, claim.buyer_class, claim.tier): claim.weight
            for claim in reversed(self.claims)
        }


@dataclass(frozen=True, eq=False)
class World:
    """Sectors and pools of one set of draws."""

    inputs: Inputs
    period: Period
    sectors: dict[str, Sector]
    """All sectors of the tables that share a pool with a ranked one."""
    pools: dict[str, Pool]
    splits: dict[Supply, ExitSplit]
    leak_share: FloatArray
    """Share of a sector's firms that priority reaches late, shape (D,)."""
    leak_weeks: FloatArray
    """How much later it reaches them, shape (D,)."""
    tokens: Mapping[Hashable, int]
    """Token of each part that it is made of, by what it is."""


def build_world(inputs: Inputs, period: Period, ranked: Sequence[str]) -> World:
    """Draw everything that policy does not change.

    Parameters
    ----------
    inputs
        Drawn figures.
    period
        Weeks of the run.
    ranked
        Sectors that are ranked; those that share a pool with them are part of the world.
    """
    wanted = {c.pool for sector in ranked for c in _channels(inputs, sector) if c.pool}
    together = [
        sector
        for sector in inputs.index.sectors
        if sector in ranked or any(c.pool in wanted for c in _channels(inputs, sector))
    ]
    tokens: dict[Hashable, int] = {}
    goods = _goods(inputs, period, together, tokens)
    sectors = {
        name: Sector.of(goods[name], _stocks(inputs, name, period, tokens)) for name in together
    }
    pools = _pools(inputs, period, sorted(wanted), goods, tokens)
    splits = _splits(inputs, period, _supplies(goods, pools), tokens)
    firms = inputs.part("firms", make=_leak)
    tokens["firms"] = firms.token
    world = World(inputs, period, sectors, pools, splits, *firms.value, tokens)
    _note_what_sectors_share(world)
    return world


def _goods(
    inputs: Inputs, period: Period, sectors: Sequence[str], tokens: dict[Hashable, int]
) -> dict[str, Goods]:
    goods = {}
    for name in sectors:

        def make(traced: Inputs, name: str = name) -> Goods:
            return build_goods(
                traced, name, period, control_week=partial(_control_week, traced, period)
            )

        acted = period.actions.on_goods(name)
        part = inputs.part("goods", name, period.key, acted, make=make)
        goods[name], tokens[("goods", name)] = part.value, part.token
    return goods


def _stocks(inputs: Inputs, sector: str, period: Period, tokens: dict[Hashable, int]) -> Stocks:
    acted = (*period.actions.on_stocks(sector),)
    # The weeks count only where somebody acts in them.
    name = ("stocks", sector, *((period.key, acted) if acted else ()))
    part = inputs.part(*name, make=lambda traced: build_stocks(traced, sector, period))
    tokens[("stocks", sector)] = part.token
    return part.value


def _pools(
    inputs: Inputs,
    period: Period,
    names: Sequence[str],
    goods: Mapping[str, Goods],
    tokens: dict[Hashable, int],
) -> dict[str, Pool]:
    pools = {}
    for name in names:
        users = {
            sector: sector_goods
            for sector, sector_goods in goods.items()
            if any(channel.pool == name for h in sector_goods.holdings for channel in h.channels)
        }
        known = tuple((sector, tokens[("goods", sector)]) for sector in users)

        def make(traced: Inputs, name: str = name, users: Mapping[str, Goods] = users) -> Pool:
            return _build_pool(traced, name, period, users)

        elements = {row.element for row in inputs.index.elements_of_pool(name)}
        acted = period.actions.on_pool(elements, users)
        part = inputs.part("pool", name, period.key, known, acted, make=make)
        pools[name], tokens[("pool", name)] = part.value, part.token
    return pools


def _supplies(goods: Mapping[str, Goods], pools: Mapping[str, Pool]) -> set[Supply]:
    return {
        (claim.channel, claim.destination, claim.buyer_class)
        for pool in pools.values()
        for claim in pool.claims
    } | {
        (channel, sector_goods.destination, stream.buyer_class)
        for sector_goods in goods.values()
        for stream in sector_goods.streams
        for holding in sector_goods.holdings
        for channel in holding.channels
    }


def _splits(
    inputs: Inputs, period: Period, supplies: Iterable[Supply], tokens: dict[Hashable, int]
) -> dict[Supply, ExitSplit]:
    splits = {}
    for supply in sorted(supplies, key=_supply_name):

        def make(traced: Inputs, supply: Supply = supply) -> ExitSplit:
            return exit_split(traced.under(_supply_name(supply)), *supply, period)

        channel, destination, buyer = supply
        acted = period.actions.on_supply(channel.component, destination, str(buyer))
        part = inputs.part("split", supply, period.sourcing_key, acted, make=make)
        splits[supply], tokens[("split", supply)] = part.value, part.token
    return splits


def _leak(inputs: Inputs) -> tuple[FloatArray, FloatArray]:
    whole = inputs.under("firms")
    share = whole.constant("leak_share", absent=0.0)
    return share, whole.constant("leak_weeks", absent=0.0)


def _channels(inputs: Inputs, sector: str) -> tuple[Channel, ...]:
    return tuple(
        channel
        for component in components_needed(inputs, sector)
        for channel in channels_of(inputs, component)
    )


def _build_pool(inputs: Inputs, name: str, period: Period, sectors: Mapping[str, Goods]) -> Pool:
    pool_inputs = inputs.under(f"pool {name}")
    drawing = [
        channel
        for sector in sectors
        for channel in _channels(inputs, sector)
        if channel.pool == name
    ]
    elements = {element for channel in drawing for element in channel.elements}
    demand = pool_inputs.pool_user(name, "all", "demand_t_per_year")
    claims = acted_claims(claims_on(pool_inputs, name, tuple(sectors)), period, demand)
    # Where no user has a share there is nothing to share out: contracts hold.
    shared = any(claim.weight.any() for claim in claims)
    claims = claims if shared else ()
    kinds, kind_of = _kinds(claims, sectors)
    return Pool(
        claims=claims,
        kinds=kinds,
        kind_of=kind_of,
        added=pool_additions(pool_inputs, name, period),
        switched=_switched(
            pool_inputs, period, frozenset(elements), {channel.element for channel in drawing}
        ),
        demand=demand,
    )


def _switched(
    inputs: Inputs, period: Period, elements: frozenset[str], pooled: Collection[str]
) -> Gradual:
    """Share of contracts that no longer hold: a ramp from the start of control."""
    # A pool of one element may have dates of its own; that of several has those of all.
    scope = next(iter(pooled)) if len(pooled) == 1 else ANY
    weight = inputs.constant("rationing_weight", absent=0.0)
    begin = inputs.constant("switch_weeks", scope, absent=0.0)
    begin = begin + _control_week(inputs, period, elements)
    width = inputs.constant("switch_ramp_weeks", scope, absent=0.0)
    return Gradual(weight, begin, width)


def _kinds(
    claims: Sequence[Claim], sectors: Mapping[str, Goods]
) -> tuple[tuple[Kind, ...], tuple[int, ...]]:
    """Claims put together that are served alike, by class, and the kind of each claim.

    Claims whose class is drawn are put together within one user alone: those of two users may
    agree in all the draws at hand and differ in others.
    """
    kinds: list[Kind] = []
    alike: dict[tuple[object, ...], list[int]] = {}
    kind_of = []
    for claim in claims:
        kind = Kind(claim, claim.weight, sectors[claim.user] if claim.ranked else None)
        # Purchases and parts of a claim are followed for themselves.
        whole = claim.bought is None and (claim.since, claim.until) == (0, None)
        order = claim.user if claim.class_is_drawn else int(claim.place[0])
        key = (*claim.route, order, *(() if whole else (len(kinds),)))
        known = alike.setdefault(key, [])
        same = next((i for i in known if kinds[i].served_as(kind)), len(kinds))
        if same == len(kinds):
            known.append(same)
            kinds.append(kind)
        else:
            kinds[same] = replace(kinds[same], weight=kinds[same].weight + kind.weight)
        kind_of.append(same)
    in_order = sorted(range(len(kinds)), key=lambda i: _position(kinds[i].claim))
    position = {i: n for n, i in enumerate(in_order)}
    return tuple(kinds[i] for i in in_order), tuple(position[i] for i in kind_of)


def _position(claim: Claim) -> tuple[bool, int]:
    """By class; those of a drawn class last, so that no order of sums depends on the draws."""
    return claim.class_is_drawn, 0 if claim.class_is_drawn else int(claim.place[0])


def _control_week(inputs: Inputs, period: Period, elements: frozenset[str]) -> int:
    """Week in which control of the first of some elements began; of any, if none of them is."""
    days = {
        row.element: row.controlled_from
        for row in inputs.rows_of(ElementRow)
        if row.controlled_from is not None
    }
    controlled = [day for element, day in days.items() if element in elements] or list(
        days.values()
    )
    return week_of(min(controlled, default=period.start), start=period.start)


def _supply_name(supply: Supply) -> str:
    channel, destination, buyer = supply
    return f"supply of {channel.component} {channel.element} to {buyer} {destination}"


def _note_what_sectors_share(world: World) -> None:
    """A sector rests on what it shares: its pools, and the supply of all who claim from them."""
    arrival = {name: _arrival_rows(world.inputs, name) for name in world.sectors}
    for name, pool in world.pools.items():
        reader = world.inputs.under(f"pool {name}")
        supplies = {(claim.channel, claim.destination, claim.buyer_class) for claim in pool.claims}
        for supply in supplies:
            reader.borrow(_supply_name(supply))
        for user in {claim.user for claim in pool.claims if claim.ranked}:
            reader.note(arrival[user])
    for sector, built in world.sectors.items():
        reader = world.inputs.under(sector)
        reader.borrow("firms")
        channels = {channel for holding in built.holdings for channel in holding.channels}
        for pool_name in {channel.pool for channel in channels}:
            reader.borrow(f"pool {pool_name}")
        for buyer in {stream.buyer_class for stream in built.streams}:
            for channel in channels:
                reader.borrow(_supply_name((channel, built.destination, buyer)))


def _arrival_rows(inputs: Inputs, sector: str) -> set[RowKey]:
    """Rows of a sector that decide what it needs from a pool, and when."""
    wanted = ("lag_weeks", "assembly", "largest_share", "qualification_weeks", "ramp_weeks")
    return {(table, key) for table, key in inputs.read_by(sector) if key[-1].startswith(wanted)}
