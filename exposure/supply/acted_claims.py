"""Claims on a pool after dated changes: ratings and extra purchases."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.supply.actions import Bought, Rated, week_since
from exposure.supply.additions import WEEKS_A_YEAR
from exposure.supply.claims import Claim
from exposure.supply.period import Period


def acted_claims(
    claims: Sequence[Claim], period: Period, demand: FloatArray | None
) -> tuple[Claim, ...]:
    """Claims after ratings and purchases.

    A rating splits a claim in two: one until its week, and one in the better class from then on. A
    purchase is a separate claim while it lasts. Claims without a change stay as they are, in their
    order; new claims come last.

    Parameters
    ----------
    claims
        Claims before any change.
    period
        Weeks of the run, with the changes.
    demand
        Demand of the pool, tonnes a year, (D,); None if it is not known.
    """
    result, parted = list(claims), []
    for rating in sorted(period.actions.of(Rated), key=lambda rated: rated.since):
        week = week_since(rating, period.start)
        for i, rated_claim in enumerate(result):
            if (
                rated_claim.user == rating.sector
                and (rating.order_class < rated_claim.order_class).any()
            ):
                result[i], later = _rated(rated_claim, _better(rated_claim, rating), week)
                parted += later
        for i, rated_claim in enumerate(parted):
            if (
                rated_claim.user == rating.sector
                and (rating.order_class < rated_claim.order_class).any()
            ):
                parted[i], later = _rated(rated_claim, _better(rated_claim, rating), week)
                parted += later
    bought = [
        claim
        for purchase in period.actions.of(Bought)
        for claim in _purchases(purchase, claims, [*result, *parted], period, demand)
    ]
    return (*result, *parted, *bought)


def _better(claim: Claim, rating: Rated) -> IntArray:
    """Order class of a claim under a rating, which never makes it worse, (D,)."""
    return np.minimum(claim.order_class, rating.order_class)


def _rated(claim: Claim, order_class: IntArray, week: int) -> tuple[Claim, list[Claim]]:
    """The claim until the rating, and the claims in another class after it."""
    if week <= claim.since:
        return replace(claim, order_class=order_class), []
    if claim.until is not None and week >= claim.until:
        return claim, []
    return replace(claim, until=week), [replace(claim, since=week, order_class=order_class)]


def _purchases(
    purchase: Bought,
    claims: Sequence[Claim],
    rated: Sequence[Claim],
    period: Period,
    demand: FloatArray | None,
) -> list[Claim]:
    since = week_since(purchase, period.start)
    if since >= period.weeks:
        return []
    bought = [
        claim
        for claim in claims
        if _buys(claim, purchase.sector, purchase.component, purchase.element)
    ]
    weeks = _weeks_bought(purchase, claims, demand)
    if not bought or weeks is None:
        return []
    rate = weeks / purchase.over_weeks
    order = reduce(
        np.minimum,
        (c.order_class for c in rated if c.user == purchase.sector and c.since <= since),
    )
    until = since + purchase.over_weeks
    return [
        replace(
            claim,
            weight=claim.weight * rate,
            since=since,
            until=until,
            bought=rate,
            given=purchase.given,
            order_class=order,
        )
        for claim in bought
    ]


def _buys(claim: Claim, sector: str, component: str, element: str) -> bool:
    channel = claim.channel
    return (
        (claim.user, channel.component, channel.element) == (sector, component, element)
        and claim.ranked
        and bool(claim.weight.any())
    )


def _weeks_bought(
    purchase: Bought, claims: Sequence[Claim], demand: FloatArray | None
) -> FloatArray | None:
    """Weeks of need that each partner buys, (D,); None if its need in tonnes is not known."""
    draws = len(claims[0].weight) if claims else 0
    if purchase.weeks is not None:
        return np.full(draws, purchase.weeks)
    if demand is None or purchase.tonnes is None:
        return None
    weights = [
        claim.weight
        for claim in claims
        for sector, component in purchase.partners
        if _buys(claim, sector, component, purchase.element)
    ]
    if not weights:
        return None
    weekly = np.sum(weights, axis=0) * demand / WEEKS_A_YEAR
    return np.where(weekly > 0.0, purchase.tonnes / np.where(weekly > 0.0, weekly, 1.0), 0.0)
