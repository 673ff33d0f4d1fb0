"""Pools and rationing: who gets what is free outside China when Chinese supply stops.

Goods licensed for an end user belong to it. Everything else outside China is a pool. At first it
moves under the contracts that exist; as buyers switch, what is free goes to those who need it
most, in the order of their class, and within a class in proportion to unmet need.

A military buyer may take all that never was Chinese, and of the free Chinese part at most what
passes unseen, or is seen and licensed. Everybody takes Chinese material first where it may, so
that nothing that only some may touch is used up by others.

Flows are shares of the claimant's own need; the pool is counted in shares of its demand. Arrays
have axes (claim N, week T, draw D).
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray, IntArray

ROUNDING = 1e-12
"""Share by which supply may miss demand through rounding and still meet it in full."""


@dataclass(frozen=True, eq=False)
class Claims:
    """Everything that is claimed from one pool."""

    arriving: FloatArray
    """L + p: what comes under licences and contracts, as a share of usual need, (N, T, D)."""
    contracted: FloatArray
    """p: the part that comes from the pool under contracts, (N, T, D)."""
    contracted_china: FloatArray
    """The part of `contracted` that was Chinese upstream, (N, T, D)."""
    need: FloatArray
    """Need after substitution, as a share of usual need, (N, T, D) or (N, T, 1)."""
    weight: FloatArray
    """mu: the claim's share of the demand of the pool, (N, D); 0 for a claim without a share,
    which is served in proportion."""
    order_class: IntArray
    """Class of service, 1 first, (N,)."""
    reach: FloatArray
    """Share of the free Chinese part that the claimant may touch, (N, T, D) or (N, 1, D): 1, or
    for military buyers 1 - look-through x what is refused to them."""


def ration(
    claims: Claims, *, switched: FloatArray, added: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Share out a pool.

    Parameters
    ----------
    claims
        What is claimed.
    switched
        s: share of contracts that no longer hold, (T, D).
    added
        New supply, recycling and released reserves, as a share of the pool's demand, (T, D).

    Returns
    -------
    inflow : numpy.ndarray
        r: what arrives at each claimant, as a share of its usual need, (N, T, D). It exceeds the
        need only where licences and contracts bring more than is needed.
    left : numpy.ndarray
        What nobody takes, as a share of the pool's demand, (T, D).

    Notes
    -----
    r1_i = L_i + (1 - s) p_i; free: F = s SUM mu_i p_i + added; take_i = min(mu_i (need_i -
    r1_i)^+, what is left of F, what i may touch); r_i = r1_i + take_i / mu_i.

    Examples
    --------
    Three users in three classes, no licences, half of usual supply, all contracts free.

    >>> mu = np.array([[0.03], [0.40], [0.57]])
    >>> half, none = np.full((3, 1, 1), 0.5), np.zeros((3, 1, 1))
    >>> claims = Claims(half, half, none, np.ones((3, 1, 1)), mu, np.array([1, 2, 3]),
    ...                 np.ones((3, 1, 1)))
    >>> inflow, left = ration(claims, switched=np.ones((1, 1)), added=np.zeros((1, 1)))
    >>> inflow.ravel().round(6).tolist()
    [1.0, 1.0, 0.122807]
    """
    first = claims.arriving - switched * claims.contracted
    weight = claims.weight[:, np.newaxis, :]
    short = np.maximum(0.0, claims.need - first)
    unmet = weight * short
    china = switched * (weight * claims.contracted_china).sum(axis=0)
    other = switched * (weight * (claims.contracted - claims.contracted_china)).sum(axis=0) + added
    served = np.zeros_like(unmet)
    china_left, other_left = china, other
    seen_left = None
    for order in np.unique(claims.order_class):
        rows = np.flatnonzero(claims.order_class == order)
        share, seen_used = _chinese_share(
            unmet[rows], claims.reach[rows], china=china, left=china_left, used=seen_left
        )
        seen_left = seen_used
        china_left = np.maximum(0.0, china_left - (share * unmet[rows]).sum(axis=0))
        still = (1.0 - share) * unmet[rows]
        part = _part(other_left, still.sum(axis=0))
        other_left = np.maximum(0.0, other_left - part * still.sum(axis=0))
        served[rows] = share + part * (1.0 - share)
    left = china_left + other_left
    total = unmet.sum(axis=0)
    average = np.where(total > 0.0, (unmet * served).sum(axis=0) / np.where(total > 0, total, 1), 0)
    # A claim without a share in the pool is too small to be counted: it fares as the average.
    served = np.where(weight > 0.0, served, np.where(total > 0.0, average, left > 0.0))
    # Written so that a need that is met in full is met exactly.
    return np.where(served == 1.0, np.maximum(first, claims.need), first + served * short), left


def _chinese_share(
    unmet: FloatArray,
    reach: FloatArray,
    *,
    china: FloatArray,
    left: FloatArray,
    used: FloatArray | None,
) -> tuple[FloatArray, FloatArray]:
    """Share of each claim of one class that is met from free Chinese material.

    Returns also what restricted claimants have used so far of what they may touch.
    """
    restricted = reach < 1.0
    wanted = np.where(restricted, unmet, 0.0)
    bound = wanted.sum(axis=0)
    free = unmet.sum(axis=0) - bound
    already = np.zeros_like(left) if used is None else used
    reached = np.where(bound > 0.0, (wanted * reach).sum(axis=0) / np.where(bound > 0, bound, 1), 0)
    allowed = np.minimum(bound, np.maximum(0.0, reached * china - already))
    part = _part(left, free + allowed)
    of_bound = part * np.where(bound > 0.0, allowed / np.where(bound > 0.0, bound, 1.0), 1.0)
    return np.where(restricted, of_bound, part), already + part * allowed


def _part(available: FloatArray, wanted: FloatArray) -> FloatArray:
    """Share of what is wanted that is available, at most 1; 1 where nothing is wanted."""
    enough = wanted <= available + ROUNDING * wanted
    return np.where(enough, 1.0, available / np.where(enough, 1.0, wanted))
