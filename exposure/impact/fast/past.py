"""The weeks before the scored ones, which courses and levers that act later have in common.

Their arrays are reduced to what matters in these weeks. Runs with equal arrays have equal pasts, so
that a digest of the arrays is a name by which one run finds the past of another.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.fast.arrays import Kinds, Pools, Sectors, Slots, Weeks
from exposure.impact.fast.changes import NOTHING, starts
from exposure.impact.fast.packing import PackedPools
from exposure.impact.fast.policy import PackedPolicy


def pools_before(pools: PackedPools, week: int) -> tuple[PackedPools, IntArray]:
    """Pools as they are before a week: claims that begin later are left out.

    Returns
    -------
    pools : PackedPools
        The pools, with the slots that receive something before that week.
    slot : numpy.ndarray
        Position of each slot among these; -1 for the others.
    """
    kept = pools.kinds.since < week
    filled = _all_within(pools.slots, kept)
    slot = np.where(filled, np.cumsum(filled) - 1, NOTHING)
    joined = tuple(
        (int(slot[to]), int(slot[by]), factor) for to, by, factor in pools.joined if filled[by]
    )
    slots = _slots_before(pools.slots, kept, filled)
    cut = replace(
        pools,
        kinds=_kinds_before(pools.kinds, kept, week),
        pools=_pools_before(pools.pools, kept, week),
        slots=slots,
        shown={},
        joined=joined,
        kept=int(slots.emitted.max(initial=NOTHING)) + 1,
    )
    return cut, slot


def _all_within(slots: Slots, kept: BoolArray) -> BoolArray:
    """Whether all kinds of a slot are kept."""
    return np.logical_and.reduceat(kept[slots.kind], slots.channels[:-1])


def _kinds_before(kinds: Kinds, kept: BoolArray, week: int) -> Kinds:
    has_lag = kinds.lag[kept] != NOTHING
    return Kinds(
        route=kinds.route[kept],
        order=kinds.order[kept],
        weight=kinds.weight[kept],
        since=kinds.since[kept],
        until=np.minimum(kinds.until[kept], week),
        offers=kinds.offers[kept],
        bought=kinds.bought[kept],
        given=kinds.given[kept],
        lag=np.where(has_lag, np.arange(len(has_lag)), NOTHING),
        need=kinds.need[kept],
        assembled=kinds.assembled[kept],
        lags=kinds.lags[kept],
        changes=changes_before(kinds.changes, week),
        remains=kinds.remains,
    )


def changes_before(changes: FloatArray, week: int) -> FloatArray:
    """Gradual changes, (J, 3, D), of which those that begin from a week on are left out."""
    begun = changes[:, 1:2] < week
    return np.where(begun, changes, 0.0)


def _pools_before(pools: Pools, kept: BoolArray, week: int) -> Pools:
    count = np.concatenate([[0], np.cumsum(kept)])
    return pools._replace(
        kinds=count[pools.kinds],
        added_row=pools.added_row[kept],
        switched=changes_before(pools.switched, week),
    )


def _slots_before(slots: Slots, kept: BoolArray, filled: BoolArray) -> Slots:
    sizes = np.diff(slots.channels)
    entries = np.repeat(filled, sizes)
    emitted = slots.emitted[kept]
    used = np.unique(emitted[emitted != NOTHING])
    position = np.searchsorted(used, emitted)
    return Slots(
        channels=starts(sizes[filled]),
        kind=(np.cumsum(kept) - 1)[slots.kind[entries]],
        weight=slots.weight[entries],
        need=slots.need[filled],
        emitted=np.where(emitted == NOTHING, NOTHING, position),
    )


def policy_before(policy: PackedPolicy, week: int) -> PackedPolicy:
    """Licences as they are before a week, without the means that are shown."""
    cut = policy.within(Weeks(0, week, 0))
    stage = np.arange(cut.routes.final.shape[1])
    # Rows of stages that a component does not have are never read.
    has = stage < cut.routes.stages[:, np.newaxis, np.newaxis]
    rows, row = np.unique(
        np.where(has, cut.routes.chi_row, cut.routes.chi_row[:, :, :1]), return_inverse=True
    )
    routes = cut.routes._replace(
        chi=cut.routes.chi[rows],
        chi_row=row.reshape(cut.routes.chi_row.shape),
        shown=np.full_like(cut.routes.shown, NOTHING),
    )
    return replace(cut, routes=routes)


def digest_of_arrivals(pools: PackedPools, policy: PackedPolicy, week: int) -> str:
    """Digest of everything on which the arrivals before a week depend."""
    return digest(
        [
            *pools.kinds,
            *pools.pools._replace(added=pools.pools.added[:, :week]),
            *pools.slots,
            pools.leak_weeks,
            *(number for each in pools.joined for number in map(np.asarray, each)),
            policy.licensed.look_through,
            policy.licensed.spans,
            *policy.routes,
            *policy.stopped,
        ]
    )


def digest_of_stocks(sectors: Sectors, changes: FloatArray, i: int, week: int) -> str:
    """Digest of the figures of a sector on which its stocks before a week depend."""
    holdings = slice(sectors.holdings[i], sectors.holdings[i + 1])
    raises = slice(sectors.raises[holdings.start], sectors.raises[holdings.stop])
    before = sectors.raised_week[raises] < week
    return digest(
        [
            sectors.stock[holdings],
            sectors.cap[holdings],
            sectors.thrift[holdings],
            sectors.multiples[i],
            sectors.late[i],
            sectors.strata[i : i + 1],
            changes_before(changes[sectors.need[holdings]], week),
            sectors.raised_week[raises][before],
            sectors.room[raises][before],
        ]
    )


def digest(arrays: Iterable[np.ndarray]) -> str:
    """Digest of arrays, with their shapes.

    Examples
    --------
    >>> one, other = np.zeros((2, 3)), np.zeros((3, 2))
    >>> digest([one]) == digest([one.copy()]), digest([one]) == digest([other])
    (True, False)
    """
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
