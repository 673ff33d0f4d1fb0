"""Pools and rationing: allocation of free material outside China when Chinese supply stops.

Goods licensed for an end user belong to it. Everything else outside China is a pool. At first it
moves under existing contracts; as buyers switch, free material is allocated in the sequence of
order classes, and within a class in proportion to unmet need.

A military buyer may use all material without Chinese origin, and of the free Chinese material only
the part that is not looked through, or is looked through and licensed. All buyers use Chinese
material first as far as they may, so that they do not use up material on which restricted buyers
depend.

Flows are shares of the claimant's own need; the pool is counted in shares of its demand. Arrays
have axes (claim N, week T, draw D).
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray, total

ROUNDING = 1e-12
"""Rounding tolerance: supply that misses demand by no more than this share meets it in full."""


@dataclass(frozen=True, eq=False)
class Claims:
    """All claims on one pool."""

    arriving: FloatArray
    """L + p: flow under licences and contracts, as a share of usual need, (N, T, D)."""
    contracted: FloatArray
    """p: the part that comes from the pool under contracts, (N, T, D)."""
    contracted_china: FloatArray
    """The part of `contracted` that was Chinese upstream, (N, T, D)."""
    need: FloatArray
    """Need after substitution, as a share of usual need, (N, T, D) or (N, T, 1)."""
    weight: FloatArray
    """mu: the claim's share of the demand of the pool, (N, D); 0 for a claim without a share,
    which is served like the average."""
    order_class: IntArray
    """Order class, 1 is served first, (N,), or (N, D) if it differs between draws."""
    reach: FloatArray
    """Share of the free Chinese material that the claimant may use, (N, T, D) or (N, 1, D): 1, or
    for military buyers 1 - look-through x refused share."""
    counts: BoolArray | None = None
    """Weeks in which a claim exists, (N, T, 1); None for all."""
    offers: BoolArray | None = None
    """True if the contracts of a claim are offered, (N, 1, 1); None for all."""


def ration(
    claims: Claims, *, switched: FloatArray, added: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Share out a pool.

    Parameters
    ----------
    claims
        Claims on the pool.
    switched
        s: share of contracts that no longer hold, (T, D).
    added
        New supply, recycling and released reserves, as a share of the pool's demand, (T, D).

    Returns
    -------
    inflow : numpy.ndarray
        r: inflow of each claimant, as a share of its usual need, (N, T, D). It exceeds the need
        only if licences and contracts supply more than the need.
    left : numpy.ndarray
        Unused free material, as a share of the pool's demand, (T, D).

    Notes
    -----
    r1_i = L_i + (1 - s) p_i; free material F = s SUM mu_i p_i + added; take_i = min(mu_i (need_i -
    r1_i)^+, remainder of F, part that i may use); r_i = r1_i + take_i / mu_i.

    Examples
    --------
    Three users in three order classes, no licences, half of usual supply, all contracts free.

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
    if claims.counts is not None:
        short = np.where(claims.counts, short, 0.0)
    offered = weight if claims.offers is None else np.where(claims.offers, weight, 0.0)
    restricted = claims.reach < 1.0
    unmet = weight * short
    china = switched * total(offered * claims.contracted_china)
    other = switched * total(offered * (claims.contracted - claims.contracted_china)) + added
    served = np.zeros_like(unmet)
    free = Free(china, china, other, np.zeros_like(china))
    wanted, taken = np.zeros_like(china), np.zeros_like(china)
    classes = claims.order_class.reshape(len(claims.order_class), -1)
    for order in np.unique(classes):
        inside = classes == order
        rows = np.flatnonzero(inside.any(axis=1))
        members = inside[rows, np.newaxis, :]
        needs = np.where(members, unmet[rows], 0.0)
        bound = np.where(restricted[rows], needs, 0.0)
        asked = Wanted(
            bound=total(bound),
            reached=total(bound * claims.reach[rows]),
            unbound=total(np.where(restricted[rows], 0.0, needs)),
        )
        free, of_unbound, of_bound = _serve(free, asked)
        met = np.where(restricted[rows], of_bound, of_unbound)
        served[rows] = np.where(members, met, served[rows])
        wanted += asked.unbound + asked.bound
        taken += of_unbound * asked.unbound + of_bound * asked.bound
    left = free.china_left + free.other
    average = np.where(wanted > 0.0, taken / np.where(wanted > 0.0, wanted, 1.0), left > 0.0)
    # A claim without a share in the pool is too small to be counted: it is served like the average.
    served = np.where(weight > 0.0, served, average)
    # In this form a need that is met in full is met exactly.
    return np.where(served == 1.0, np.maximum(first, claims.need), first + served * short), left


@dataclass(frozen=True, eq=False)
class Free:
    """Free material in the pool, as a share of its demand, (T, D)."""

    china: FloatArray
    """Chinese material at the start."""
    china_left: FloatArray
    """Remaining Chinese material."""
    other: FloatArray
    """Remaining other material."""
    used: FloatArray
    """Chinese material that restricted claimants have taken."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """Unmet need of one order class, as a share of the demand of the pool, (T, D)."""

    bound: FloatArray
    """Unmet need of claimants who may not use all Chinese material."""
    reached: FloatArray
    """The part of it for which they may use it."""
    unbound: FloatArray
    """Unmet need of all others."""


def _serve(free: Free, asked: Wanted) -> tuple[Free, FloatArray, FloatArray]:
    """Serve one order class; return the rest and the shares met of unbound and bound claims."""
    bound = np.where(asked.bound > 0.0, asked.bound, 1.0)
    reach = np.where(asked.bound > 0.0, asked.reached / bound, 0.0)
    allowed = np.minimum(asked.bound, np.maximum(0.0, reach * free.china - free.used))
    chinese = _part(free.china_left, asked.unbound + allowed)
    of_bound = chinese * np.where(asked.bound > 0.0, allowed / bound, 1.0)
    still = (1.0 - chinese) * asked.unbound + (1.0 - of_bound) * asked.bound
    other = _part(free.other, still)
    after = Free(
        free.china,
        np.maximum(0.0, free.china_left - (chinese * asked.unbound + of_bound * asked.bound)),
        np.maximum(0.0, free.other - other * still),
        free.used + chinese * allowed,
    )
    return after, chinese + other * (1.0 - chinese), of_bound + other * (1.0 - of_bound)


def _part(available: FloatArray, wanted: FloatArray) -> FloatArray:
    """Available share of the demand, at most 1; 1 if there is no demand."""
    # Material that is offered can fall below 0 by rounding, and 0 must not be divided by.
    enough = wanted <= np.maximum(0.0, available) + ROUNDING * wanted
    return np.where(enough, 1.0, available / np.where(enough, 1.0, wanted))
