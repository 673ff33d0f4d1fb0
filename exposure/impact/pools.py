"""Pools outside China in a world: the claims on each, and the supply added to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.sectors import Goods
from exposure.inputs.cells import Inputs
from exposure.inputs.parts import weightless
from exposure.supply.acted_claims import acted_claims
from exposure.supply.additions import pool_additions
from exposure.supply.channels import Channel, channels_of, components_needed
from exposure.supply.claims import Claim, claims_on
from exposure.supply.gradual import Gradual, same_course
from exposure.supply.period import Period
from exposure.tables.schema.supply import ElementRow
from exposure.terms import ANY, BuyerClass, Tier, week_of


@dataclass(frozen=True, eq=False)
class Kind:
    """Claims on one pool with the same route and order class, and with equal lag and need.

    They are served equally, so counting them together does not change their inflow.
    """

    claim: Claim
    """One of the claims."""
    weight: FloatArray
    """Their total share of the demand of the pool, shape (D,)."""
    sector: Goods | None
    """Sector of that claim; None for a user that is not a sector."""

    @property
    def holding(self) -> int:
        """Position of the sector's holding of the goods."""
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
    """A pool outside China, with all claims on it."""

    claims: tuple[Claim, ...]
    """Claims, those of ranked sectors first; empty if the tables name no user."""
    kinds: tuple[Kind, ...]
    """Groups of claims that are served equally, in the order of their classes; those whose class
    is drawn come last."""
    kind_of: tuple[int, ...]
    """Position in `kinds` of each claim."""
    added: FloatArray | None
    """New supply, recycling and released reserves as a share of the pool's demand, (T, D)."""
    switched: Gradual
    """Share of contracts that no longer hold."""
    demand: FloatArray | None
    """Demand outside China, tonnes a year, shape (D,)."""

    def weight_of(
        self, user: str, channel: Channel, buyer: BuyerClass, tier: Tier
    ) -> FloatArray | None:
        """Share of one kind of buyer of a user in the pool's demand; None without a claim."""
        return self._weights.get((user, channel, buyer, tier))

    @cached_property
    def purchases(self) -> tuple[tuple[int, Claim], ...]:
        """Claims for what is bought on top of need, with their positions."""
        return tuple((i, claim) for i, claim in enumerate(self.claims) if claim.bought is not None)

    @property
    def size(self) -> int:
        """Bytes of its arrays, without those of the goods that sectors need."""
        arrays = [array for c in self.claims for array in (c.weight, c.order_class)]
        arrays += [kind.weight for kind in self.kinds]
        arrays += [array for array in (self.added, self.demand) if array is not None]
        return sum({id(array): array.nbytes for array in arrays}.values())

    @cached_property
    def _weights(self) -> dict[tuple[str, Channel, BuyerClass, Tier], FloatArray]:
        return {
            (claim.user, claim.channel, claim.buyer_class, claim.tier): claim.weight
            for claim in reversed(self.claims)
        }


def channels_into(inputs: Inputs, sector: str) -> tuple[Channel, ...]:
    """Channels of all components that a sector needs."""
    return tuple(
        channel
        for component in components_needed(inputs, sector)
        for channel in channels_of(inputs, component)
    )


def build_pool(inputs: Inputs, name: str, period: Period, sectors: Mapping[str, Goods]) -> Pool:
    """Build one pool; parts that do not depend on dated changes are reused by other runs."""
    pool_inputs = inputs.under(f"pool {name}")
    drawing = [
        channel
        for sector in sectors
        for channel in channels_into(inputs, sector)
        if channel.pool == name
    ]
    elements = {element for channel in drawing for element in channel.elements}
    supplied = {row.element for row in inputs.index.elements_of_pool(name)}
    acted = period.actions.on_additions(supplied)
    demand = pool_inputs.pool_user(name, "all", "demand_t_per_year")
    users = tuple(sectors)
    before = pool_inputs.part(
        "claims", name, users, make=lambda traced: claims_on(traced, name, users), weigh=weightless
    ).value
    claims = acted_claims(before, period, demand)
    # If no user has a share, nothing is shared out: contracts hold.
    shared = any(claim.weight.any() for claim in claims)
    claims = claims if shared else ()
    kinds, kind_of = _kinds(claims, sectors)
    return Pool(
        claims=claims,
        kinds=kinds,
        kind_of=kind_of,
        added=pool_inputs.part(
            "additions",
            name,
            period.key,
            acted,
            make=lambda traced: pool_additions(traced, name, period),
            weigh=weightless,
        ).value,
        switched=_switched(
            pool_inputs, period, frozenset(elements), {channel.element for channel in drawing}
        ),
        demand=demand,
    )


def _switched(
    inputs: Inputs, period: Period, elements: frozenset[str], pooled: Collection[str]
) -> Gradual:
    """Share of contracts that no longer hold: a ramp from the start of control."""
    # A pool of one element may have its own dates; a pool of several elements has the common ones.
    scope = next(iter(pooled)) if len(pooled) == 1 else ANY
    weight = inputs.constant("rationing_weight", absent=0.0)
    begin = inputs.constant("switch_weeks", scope, absent=0.0)
    begin = begin + control_week(inputs, period, elements)
    width = inputs.constant("switch_ramp_weeks", scope, absent=0.0)
    return Gradual(weight, begin, width)


def _kinds(
    claims: Sequence[Claim], sectors: Mapping[str, Goods]
) -> tuple[tuple[Kind, ...], tuple[int, ...]]:
    """Groups of claims that are served equally, by order class, and the group of each claim.

    Claims whose class is drawn are grouped only within one user: the classes of two users may be
    equal in all draws of this run and differ in others.
    """
    kinds: list[Kind] = []
    by_route: dict[tuple[object, ...], list[int]] = {}
    kind_of = []
    for claim in claims:
        kind = Kind(claim, claim.weight, sectors[claim.user] if claim.ranked else None)
        # Purchases, and claims split by a rating, stay separate.
        whole = claim.bought is None and (claim.since, claim.until) == (0, None)
        order = claim.user if claim.class_is_drawn else int(claim.place[0])
        key = (*claim.route, order, *(() if whole else (len(kinds),)))
        known = by_route.setdefault(key, [])
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
    """Sort by class, drawn classes last, so that the order of sums does not depend on the draws."""
    return claim.class_is_drawn, 0 if claim.class_is_drawn else int(claim.place[0])


def control_week(inputs: Inputs, period: Period, elements: frozenset[str]) -> int:
    """Week in which control of the first of some elements began; of any element if none is."""
    days = {
        row.element: row.controlled_from
        for row in inputs.rows_of(ElementRow)
        if row.controlled_from is not None
    }
    controlled = [day for element, day in days.items() if element in elements] or list(
        days.values()
    )
    return week_of(min(controlled, default=period.start), start=period.start)
