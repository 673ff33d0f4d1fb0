"""One set of worlds: everything drawn that policy does not change, for all sectors together.

Sectors meet in the pools outside China, so all sectors of the tables are part of a world, whoever
is ranked. A world belongs to a period: the same tables drawn for the same weeks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.sectors import Sector, build_sector
from exposure.inputs.cells import Inputs
from exposure.supply.additions import pool_additions
from exposure.supply.channels import Channel, channels_of, components_needed
from exposure.supply.claims import Claim, claims_on
from exposure.supply.exits import ExitSplit, exit_split
from exposure.supply.gradual import Gradual, same_course
from exposure.supply.period import Period
from exposure.tables.schema.supply import ElementRow
from exposure.terms import BuyerClass, Tier, week_of

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
    sector: Sector | None
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
    """Claims put together that are served alike, in the order of their classes."""
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
    control = _control_week(inputs, period, frozenset())
    sectors = {
        sector: build_sector(inputs, sector, period, control_week=control) for sector in together
    }
    pools = {name: _build_pool(inputs, name, period, sectors) for name in sorted(wanted)}
    supplies = {
        (claim.channel, claim.destination, claim.buyer_class)
        for pool in pools.values()
        for claim in pool.claims
    } | {
        (channel, own.destination, stream.buyer_class)
        for own in sectors.values()
        for stream in own.streams
        for holding in own.holdings
        for channel in holding.channels
    }
    splits = {
        supply: exit_split(inputs.under(_supply_name(supply)), *supply, period)
        for supply in sorted(supplies, key=_supply_name)
    }
    whole = inputs.under("firms")
    world = World(
        inputs=inputs,
        period=period,
        sectors=sectors,
        pools=pools,
        splits=splits,
        leak_share=whole.constant("leak_share", absent=0.0),
        leak_weeks=whole.constant("leak_weeks", absent=0.0),
    )
    _note_what_sectors_share(world)
    return world


def _channels(inputs: Inputs, sector: str) -> tuple[Channel, ...]:
    return tuple(
        channel
        for component in components_needed(inputs, sector)
        for channel in channels_of(inputs, component)
    )


def _build_pool(inputs: Inputs, name: str, period: Period, sectors: Mapping[str, Sector]) -> Pool:
    own = inputs.under(f"pool {name}")
    elements = {
        element
        for sector in sectors
        for channel in _channels(inputs, sector)
        if channel.pool == name
        for element in channel.elements
    }
    demand = own.pool_user(name, "all", "demand_t_per_year")
    claims = tuple(claims_on(own, name, tuple(sectors)))
    # Where no user has a share there is nothing to share out: contracts hold.
    shared = any(claim.weight.any() for claim in claims)
    claims = claims if shared else ()
    kinds, kind_of = _kinds(claims, sectors)
    return Pool(
        claims=claims,
        kinds=kinds,
        kind_of=kind_of,
        added=pool_additions(own, name, period),
        switched=_switched(own, period, frozenset(elements)),
        demand=demand,
    )


def _switched(inputs: Inputs, period: Period, elements: frozenset[str]) -> Gradual:
    """Share of contracts that no longer hold: a ramp from the start of control."""
    weight = inputs.constant("rationing_weight", absent=0.0)
    begin = inputs.constant("switch_weeks", absent=0.0)
    begin = begin + _control_week(inputs, period, elements)
    width = inputs.constant("switch_ramp_weeks", absent=0.0)
    return Gradual(weight, begin, width)


def _kinds(
    claims: Sequence[Claim], sectors: Mapping[str, Sector]
) -> tuple[tuple[Kind, ...], tuple[int, ...]]:
    """Claims put together that are served alike, by class, and the kind of each claim."""
    kinds: list[Kind] = []
    alike: dict[tuple[object, ...], list[int]] = {}
    kind_of = []
    for claim in claims:
        own = Kind(claim, claim.weight, sectors[claim.user] if claim.ranked else None)
        known = alike.setdefault((*claim.route, claim.order_class), [])
        same = next((i for i in known if kinds[i].served_as(own)), len(kinds))
        if same == len(kinds):
            known.append(same)
            kinds.append(own)
        else:
            kinds[same] = replace(kinds[same], weight=kinds[same].weight + own.weight)
        kind_of.append(same)
    in_order = sorted(range(len(kinds)), key=lambda i: kinds[i].claim.order_class)
    place = {i: position for position, i in enumerate(in_order)}
    return tuple(kinds[i] for i in in_order), tuple(place[i] for i in kind_of)


def _control_week(inputs: Inputs, period: Period, elements: frozenset[str]) -> int:
    """Week in which control of the first of some elements, or of any, began."""
    days: list[date] = [
        row.controlled_from
        for row in inputs.rows_of(ElementRow)
        if row.controlled_from is not None and (not elements or row.element in elements)
    ]
    return week_of(min(days, default=period.start), start=period.start)


def _supply_name(supply: Supply) -> str:
    channel, destination, buyer = supply
    return f"supply of {channel.component} {channel.element} to {buyer} {destination}"


def _note_what_sectors_share(world: World) -> None:
    """A sector rests on what it shares: its pools, and the supply of all who claim from them."""
    for name, pool in world.pools.items():
        reader = world.inputs.under(f"pool {name}")
        for claim in pool.claims:
            reader.borrow(_supply_name((claim.channel, claim.destination, claim.buyer_class)))
            if claim.ranked:
                reader.note(_arrival_rows(world.inputs, claim))
    for sector, own in world.sectors.items():
        reader = world.inputs.under(sector)
        reader.borrow("firms")
        for holding in own.holdings:
            for channel in holding.channels:
                reader.borrow(f"pool {channel.pool}")
                for stream in own.streams:
                    reader.borrow(_supply_name((channel, own.destination, stream.buyer_class)))


def _arrival_rows(inputs: Inputs, claim: Claim) -> set[tuple[str, tuple[str, ...]]]:
    """Rows of a sector that decide what it needs from a pool, and when."""
    wanted = ("lag_weeks", "assembly", "largest_share", "qualification_weeks", "ramp_weeks")
    return {(table, key) for table, key in inputs.read_by(claim.user) if key[-1].startswith(wanted)}
