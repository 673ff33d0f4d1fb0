"""Claims on the pools: one for each kind of buyer of every user and each channel.

A user is a ranked sector or another consumer outside China. Its share of the pool's demand is
divided equally among its components in the pool, and among its kinds of buyer. The rest of the
demand belongs to the user ``other``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.inputs.cells import Inputs
from exposure.supply.additions import ALL_USERS
from exposure.supply.channels import Channel, channels_of, components_needed
from exposure.tables.schema.supply import LAST_ORDER_CLASS, PoolUserRow
from exposure.terms import ANY, BuyerClass, Tier

OTHER_USERS = "other"
"""User with the part of the demand that no named user has."""


@dataclass(frozen=True, eq=False)
class Claim:
    """Claim of one kind of buyer of one user, for one channel."""

    user: str
    """Sector, or user of the table ``pool_users``."""
    channel: Channel
    destination: str
    buyer_class: BuyerClass
    tier: Tier
    weight: FloatArray
    """Share of the demand of the pool, shape (D,); 0 for a sector without a row in the pool."""
    order_class: IntArray
    """Order class, 1 is served first, shape (D,)."""
    class_is_drawn: bool = False
    """True if the tables give a range of classes, so that the class differs between draws."""
    ranked: bool = False
    """True if the user is a ranked sector."""
    since: int = 0
    """First week in which the claim exists; its contracts are offered in all weeks."""
    until: int | None = None
    """First week in which it no longer exists; None for none."""
    bought: FloatArray | None = None
    """For an extra purchase, weeks of need bought per week, (D,); None for a need."""
    given: bool = False
    """True if the purchase comes from outside the pool."""

    @property
    def place(self) -> IntArray:
        """Order of service: by class, purchases after the needs of the same class, (D,)."""
        return 2 * self.order_class + int(self.bought is not None)

    def window(self, weeks: int) -> tuple[int, int]:
        """First week in which the claim exists, and the first in which it no longer does."""
        until = weeks if self.until is None else min(self.until, weeks)
        return min(self.since, until), until

    @property
    def route(self) -> tuple[str, str, str, str, str]:
        """Key of its licences and supply; claims of one route differ only in lag and need."""
        return (
            self.channel.component,
            self.channel.element,
            self.destination,
            str(self.buyer_class),
            str(self.tier),
        )


def claims_on(inputs: Inputs, pool: str, sectors: Sequence[str]) -> list[Claim]:
    """All claims on one pool.

    Parameters
    ----------
    inputs
        Drawn figures.
    pool
        Id of the pool.
    sectors
        Sectors of the tables; those that need a component of the pool have claims on it.
    """
    users = _users(inputs, pool)
    shares = _shares(inputs, pool, users)
    user_of = {row.sector: user for user, row in users.items() if row.sector}
    claims = [
        claim
        for sector in sectors
        for claim in _sector_claims(inputs, pool, sector, user_of.get(sector, ""), shares)
    ]
    for user, row in users.items():
        if not row.sector and user not in (ALL_USERS, OTHER_USERS):
            claims += _outside_claims(inputs, pool, row, shares[user])
    return claims + list(_other_claim(inputs, pool, claims, shares))


def _users(inputs: Inputs, pool: str) -> dict[str, PoolUserRow]:
    """First row of each user, which describes it."""
    users: dict[str, PoolUserRow] = {}
    for row in inputs.index.pool_users(pool):
        users.setdefault(row.user, row)
    return users


def _shares(inputs: Inputs, pool: str, users: dict[str, PoolUserRow]) -> dict[str, FloatArray]:
    """Share of each named user, scaled down in draws in which their sum exceeds 1."""
    demand = inputs.pool_user(pool, ALL_USERS, "demand_t_per_year")
    shares: dict[str, FloatArray] = {}
    for user in users:
        share = inputs.pool_user(pool, user, "share_of_demand_outside_china")
        tonnes = inputs.pool_user(pool, user, "demand_t_per_year")
        if share is not None:
            shares[user] = share
        elif tonnes is not None and demand is not None and user != ALL_USERS:
            shares[user] = tonnes / demand
    for user, row in users.items():
        if row.part_of and user in shares and row.part_of in shares:
            shares[row.part_of] = np.maximum(0.0, shares[row.part_of] - shares[user])
    total = sum(shares.values(), np.zeros(inputs.draws))
    return {user: share / np.maximum(1.0, total) for user, share in shares.items()}


def _order_class(inputs: Inputs, pool: str, user: str) -> tuple[IntArray, bool]:
    """Order class of a user in each draw, and whether the tables give a range."""
    drawn = inputs.pool_user(pool, user, "order_class")
    if drawn is None:
        return np.full(inputs.draws, LAST_ORDER_CLASS, dtype=np.int64), False
    ranges = inputs.index.pool_users(pool)
    row_of_class = next(row for row in ranges if (row.user, row.quantity) == (user, "order_class"))
    return drawn.astype(np.int64), row_of_class.low < row_of_class.high


def _sector_claims(
    inputs: Inputs, pool: str, sector: str, user: str, shares: dict[str, FloatArray]
) -> Iterator[Claim]:
    channels = [
        channel
        for component in components_needed(inputs, sector)
        for channel in channels_of(inputs, component)
        if channel.pool == pool
    ]
    share = shares.get(user, np.zeros(inputs.draws))
    order, is_drawn = _order_class(inputs, pool, user)
    for channel in channels:
        for (buyer, tier), part in inputs.buyers(sector).items():
            yield Claim(
                user=sector,
                ranked=True,
                channel=channel,
                destination=inputs.destination(sector),
                buyer_class=buyer,
                tier=tier,
                weight=share * part / len(channels),
                order_class=order,
                class_is_drawn=is_drawn,
            )


def _outside_claims(
    inputs: Inputs, pool: str, row: PoolUserRow, share: FloatArray
) -> Iterator[Claim]:
    """Claims of an unranked user: its civil buyers are trusted in the same share as applicants."""
    channel = next(
        candidate for candidate in channels_of(inputs, row.component) if candidate.pool == pool
    )
    buyer = BuyerClass(row.buyer_class)
    place = row.destination or ANY
    trusted = inputs.value("licence_queue", ANY, ANY, ANY, "applications_trusted", "")
    civil = buyer is BuyerClass.CIVIL and trusted is not None
    parts = {Tier.STANDARD: np.ones(inputs.draws)}
    if civil and trusted is not None:
        parts = {Tier.TRUSTED: trusted, Tier.STANDARD: 1.0 - trusted}
    order, is_drawn = _order_class(inputs, pool, row.user)
    for tier, part in parts.items():
        yield Claim(row.user, channel, place, buyer, tier, share * part, order, is_drawn)


def _other_claim(
    inputs: Inputs, pool: str, claims: Sequence[Claim], shares: dict[str, FloatArray]
) -> Iterator[Claim]:
    """Claims for the rest of the demand, with the sourcing of civil users outside China."""
    if not shares:
        return
    rest = np.maximum(0.0, 1.0 - reduce(np.add, shares.values()))
    like = next((c.channel for c in claims if not c.ranked), claims[0].channel if claims else None)
    if like is None:
        return
    # Read in any case: on which rows a score rests must not depend on the draws.
    order, is_drawn = _order_class(inputs, pool, OTHER_USERS)
    if not rest.any():
        return
    civil, standard = BuyerClass.CIVIL, Tier.STANDARD
    yield Claim(OTHER_USERS, like, ANY, civil, standard, rest, order, is_drawn)
