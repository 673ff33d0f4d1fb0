"""The weeks before the scored ones, which courses and levers that act later have in common.

Their arrays are reduced to what matters in these weeks. Runs with equal arrays have equal pasts, so
that a digest of the arrays is a name by which one run finds the past of another.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Protocol

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.fast.arrays import Kinds, Pools, Routes, Sectors, Slots, Weeks
from exposure.impact.fast.changes import NOTHING, ints, starts
from exposure.impact.fast.packing import PackedPools
from exposure.impact.fast.policy import PackedPolicy

XXHASH = find_spec("xxhash") is not None
"""Whether the library of quick hashes is installed."""


@dataclass(frozen=True, eq=False)
class Before:
    """Pools and licences as they are before a week, in an order that later changes do not affect.

    Claims that begin later are left out, as are gradual changes and the means that are shown.
    Routes, classes, changes and slots are numbered in the order in which they first occur.
    """

    pools: PackedPools
    policy: PackedPolicy
    slot: IntArray
    """Position of each slot of all weeks among those before; -1 if nothing arrives there."""

    def begins(self, begins: IntArray, week: int) -> IntArray:
        """First weeks of shortage of all slots, from those of the slots before."""
        found = np.full((len(self.slot), *begins.shape[1:]), week, dtype=np.int64)
        known = self.slot != NOTHING
        found[known] = begins[self.slot[known]]
        return found

    def lacked(self, lacked: FloatArray, slots: Slots) -> FloatArray:
        """Need that each channel of all slots lacked, from that of the slots before, (E, D)."""
        found = np.zeros((len(slots.kind), lacked.shape[1]))
        channels, channels_before = slots.channels, self.pools.slots.channels
        for slot, before_it in enumerate(self.slot):
            if before_it != NOTHING:
                so_far = lacked[slice(*channels_before[before_it : before_it + 2])]
                found[slice(*channels[slot : slot + 2])] = so_far
        return found

    @property
    def digest(self) -> str:
        """Digest of everything on which the arrivals before the week depend."""
        pools, policy = self.pools, self.policy
        return digest(
            [
                *pools.kinds,
                *pools.pools,
                *pools.slots,
                pools.leak_weeks,
                *(np.asarray(each) for joined in pools.joined for each in joined),
                policy.licensed.look_through,
                policy.licensed.spans,
                *policy.routes,
                *policy.stopped,
            ]
        )


def before(pools: PackedPools, policy: PackedPolicy, week: int) -> Before:
    """Reduce pools and licences to the weeks before one of them.

    Parameters
    ----------
    pools, policy
        A group of pools and the licences of one course, for all weeks.
    week
        First week that is left out.
    """
    kept = pools.kinds.since < week
    order, route = _routes_in_order(pools.pools, pools.kinds.route[kept], kept)
    changes, row = _changes_in_order(pools.kinds, kept, pools.slots.need, week)
    kinds = _kinds_before(pools.kinds, kept, week)._replace(
        route=route,
        need=row[pools.kinds.need[kept]],
        assembled=_renumbered(row, pools.kinds.assembled[kept]),
        changes=changes,
        remains=_firsts(row, pools.kinds.remains),
    )
    slots, slot = _slots_before(pools.slots, kept, row)
    joined = tuple(
        (int(slot[to]), int(slot[by]), factor) for to, by, factor in pools.joined if slot[by] >= 0
    )
    cut = replace(
        pools,
        kinds=kinds,
        pools=_pools_before(pools.pools, kept, week),
        slots=slots,
        shown={},
        joined=joined,
        # Not as many as the whole run may have: runs of different lengths share this past.
        late_weeks=min(pools.late_weeks, week),
        kept=int(slots.emitted.max(initial=NOTHING)) + 1,
    )
    return Before(cut, _policy_before(policy, order, week), slot)


def first_seen(values: IntArray) -> tuple[IntArray, IntArray]:
    """Distinct values in the order in which they first occur, and the position of each value.

    Examples
    --------
    >>> first_seen(np.array([5, 2, 5, 7]))
    (array([5, 2, 7]), array([0, 1, 0, 2]))
    """
    distinct, first, position = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return distinct[order], np.argsort(order)[position].reshape(values.shape)


def _renumbered(position: IntArray, values: IntArray) -> IntArray:
    """New numbers of some values; `NOTHING` stays as it is."""
    return np.where(values == NOTHING, NOTHING, position[values])


def _firsts(position: IntArray, values: np.ndarray) -> np.ndarray:
    """Value of the first of those that have the same new number, for each number."""
    numbers, first = np.unique(position, return_index=True)
    return values[first[numbers >= 0]]


def _routes_in_order(pools: Pools, route: IntArray, kept: BoolArray) -> tuple[IntArray, IntArray]:
    """Routes of the kept kinds in the order of the kinds, and the new route of each kind.

    A pool keeps its number of routes: those that only later claims use come last.
    """
    order = [
        first_seen(np.concatenate([route[begin:end], np.arange(first, last)]))[0]
        for begin, end, first, last in zip(
            *_starts_and_ends(_count(kept)[pools.kinds]), *_starts_and_ends(pools.routes),
            strict=True,
        )
    ]  # fmt: skip
    routes = np.concatenate(order)
    return routes, np.argsort(routes)[route]


def _starts_and_ends(starts: IntArray) -> tuple[IntArray, IntArray]:
    return starts[:-1], starts[1:]


def _count(kept: BoolArray) -> IntArray:
    """Number of kept items before each position."""
    return np.concatenate([[0], np.cumsum(kept)])


def _changes_in_order(
    kinds: Kinds, kept: BoolArray, needs: IntArray, week: int
) -> tuple[FloatArray, IntArray]:
    """Distinct gradual changes before a week that are used, and the new row of each row."""
    changes = changes_before(kinds.changes, week)
    used = first_seen(np.concatenate([[0], kinds.need[kept], kinds.assembled[kept], needs]))[0]
    found: dict[tuple[bytes, bool], int] = {}
    row = np.full(len(changes), NOTHING)
    for j in used[used != NOTHING]:
        row[j] = found.setdefault((changes[j].tobytes(), bool(kinds.remains[j])), len(found))
    return _firsts(row, changes), row


def changes_before(changes: FloatArray, week: int) -> FloatArray:
    """Gradual changes, (J, 3, D), of which those that begin from a week on are left out."""
    return np.where(changes[:, 1:2] < week, changes, 0.0)


def _kinds_before(kinds: Kinds, kept: BoolArray, week: int) -> Kinds:
    """Kinds that are kept; their routes and changes still have the old numbers."""
    has_lag = kinds.lag[kept] != NOTHING
    return kinds._replace(
        order=kinds.order[kept],
        weight=kinds.weight[kept],
        since=kinds.since[kept],
        until=np.minimum(kinds.until[kept], week),
        offers=kinds.offers[kept],
        bought=kinds.bought[kept],
        given=kinds.given[kept],
        lag=np.where(has_lag, np.arange(len(has_lag)), NOTHING),
        lags=kinds.lags[kept],
    )


def _pools_before(pools: Pools, kept: BoolArray, week: int) -> Pools:
    # Supply that is added later is none before; the last entry is for kinds without a row.
    supplied = np.append(pools.added[:, :week].any(axis=(1, 2)), False)
    row = pools.added_row[kept]
    used, added_row = _seen_rows(np.where(supplied[row], row, NOTHING))
    return pools._replace(
        kinds=_count(kept)[pools.kinds],
        added_row=added_row,
        added=np.ascontiguousarray(pools.added[used, :week]),
        switched=changes_before(pools.switched, week),
    )


def _slots_before(slots: Slots, kept: BoolArray, row: IntArray) -> tuple[Slots, IntArray]:
    """Distinct slots that are filled before, and the position of each slot among them."""
    kind = _count(kept)[slots.kind]
    found: dict[tuple[tuple[int, ...], tuple[float, ...], int], int] = {}
    slot = np.full(len(slots.need), NOTHING)
    for s, (first, end) in enumerate(zip(*_starts_and_ends(slots.channels), strict=True)):
        if kept[slots.kind[first:end]].all():
            kinds, weights = tuple(kind[first:end]), tuple(slots.weight[first:end])
            slot[s] = found.setdefault((kinds, weights, row[slots.need[s]]), len(found))
    kinds_in_order = ints(k for kinds, _, _ in found for k in kinds)
    emitted = slots.emitted[kept]
    position = np.full(int(slots.emitted.max()) + 1, NOTHING)
    used = first_seen(emitted[kinds_in_order])[0]
    position[used] = np.arange(len(used))
    filled = Slots(
        channels=starts(len(kinds) for kinds, _, _ in found),
        kind=kinds_in_order,
        weight=np.array([weight for _, weights, _ in found for weight in weights]),
        need=ints(need for _, _, need in found),
        emitted=_renumbered(position, emitted),
    )
    return filled, slot


def _policy_before(policy: PackedPolicy, order: IntArray, week: int) -> PackedPolicy:
    """Licences with the routes in some order, and classes and look-throughs as they then occur."""
    cut = policy.within(Weeks(0, week, 0))
    routes = cut.routes
    rows, stages = routes.chi_row[order], routes.stages[order]
    # Rows of stages that a component does not have are never read.
    has = np.arange(rows.shape[2]) < stages[:, np.newaxis, np.newaxis]
    chi, chi_row = first_seen(np.where(has, rows, rows[:, :, :1]))
    both = np.stack([routes.final[order], routes.processor[order]], axis=-1)
    classes, final_and_processor = _seen_rows(both)
    looks, seen_row = _seen_rows(routes.seen_row[order])
    ordered = Routes(
        chi=routes.chi[chi],
        chi_row=chi_row,
        same=routes.same[order],
        stages=stages,
        seen_row=seen_row,
        final=np.ascontiguousarray(final_and_processor[..., 0]),
        processor=np.ascontiguousarray(final_and_processor[..., 1]),
        military=routes.military[order],
        shown=np.full_like(routes.shown, NOTHING),
    )
    seen = cut.licensed.look_through[looks]
    return PackedPolicy(
        cut.licensed._replace(look_through=seen),
        tuple(cut.stopped[c] for c in classes),
        ordered,
        tuple(cut.classes[c] for c in classes),
    )


def _seen_rows(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Rows that are used, in the order in which they first occur, and the new number of each."""
    used = first_seen(rows[rows != NOTHING])[0]
    position = np.full(int(rows.max(initial=0)) + 1, NOTHING)
    position[used] = np.arange(len(used))
    return used, _renumbered(position, rows)


def in_transit(pools: PackedPools, week: int) -> int:
    """Weeks before a week in which goods left that arrive from then on."""
    lags = pools.kinds.lags[pools.kinds.lag != NOTHING]
    return min(week, int(lags.max(initial=0)))


def pools_since(pools: PackedPools, weeks: Weeks) -> PackedPools:
    """Pools whose claims count their weeks from the first of some weeks."""
    since, until = pools.kinds.since - weeks.begin, pools.kinds.until - weeks.begin
    kinds = pools.kinds._replace(since=np.maximum(since, 0), until=np.maximum(until, 0))
    return replace(pools, kinds=kinds)


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
    """Digest of arrays, with their shapes; a name for use within one process.

    Examples
    --------
    >>> one, other = np.zeros((2, 3)), np.zeros((3, 2))
    >>> digest([one]) == digest([one.copy()]), digest([one]) == digest([other])
    (True, False)
    """
    found = _begin_hash()
    for array in arrays:
        found.update(f"{array.dtype.str}{array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


class _Hash(Protocol):
    """A hash in progress."""

    def update(self, data: bytes | memoryview, /) -> None: ...

    def hexdigest(self) -> str: ...


def _begin_hash() -> _Hash:
    """A quick hash of 128 bits if its library is there; or one that takes twenty times as long."""
    if not XXHASH:
        return hashlib.sha256()
    import xxhash  # noqa: PLC0415 - it need not be installed

    return xxhash.xxh3_128()
