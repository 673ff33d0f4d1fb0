"""The fast twin of a course: packs the input, calls the kernels and assembles the results.

The lanes of draws are run one by one, so that arrivals are never stored for all draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.impact.borders import Restriction
from exposure.impact.fast.arrays import Lanes, Start, Weeks
from exposure.impact.fast.firm_packing import PackedFirms, pack_firms
from exposure.impact.fast.firms import fill_levels, make_desk, run_sectors
from exposure.impact.fast.packing import PackedPools, groups_of, pack_pools
from exposure.impact.fast.past import Before, before, digest_of_stocks, in_transit, pools_since
from exposure.impact.fast.policy import PackedPolicy, pack_policy
from exposure.impact.fast.run import (
    FROM_THE_START,
    Arrived,
    arrivals_of_thread,
    count_lanes,
    empty_lanes,
    empty_results,
    outcomes,
    over_lanes,
)
from exposure.impact.outcomes import Players, Question, SectorRun
from exposure.impact.world import World
from exposure.inputs.parts import Notes, make_part
from exposure.licensing.grants import Licences


@dataclass(frozen=True, eq=False)
class Begun:
    """State of a course in some week."""

    begins: IntArray
    """First week of shortage of each slot, (slots, lanes, draws of a lane)."""
    lacked: FloatArray
    """Need that each channel of each slot lacked so far, (E, D)."""
    level: FloatArray
    """Stock of each holding of each stream, by stratum, (rows, F, D)."""


@dataclass(frozen=True, eq=False)
class PackedWorld:
    """Pools and firms of a world as arrays, which runs of several courses or coalitions share."""

    pools: PackedPools
    firms: PackedFirms

    @classmethod
    def of(cls, world: World, players: Mapping[str, Players], question: Question) -> "PackedWorld":
        """Put the pools and firms of the sectors that are run into arrays."""
        ranked = tuple(players)
        pools = pack_pools(world, ranked, frozenset().union(*groups_of(world, ranked)))
        return cls(pools, pack_firms(world, players, question, pools.slot_of))


def run_course(
    world: World,
    licences: Licences,
    players: Mapping[str, Players],
    question: Question,
    *,
    packed: PackedWorld | None = None,
    restrict: Restriction | None = None,
    since: int = 0,
    threads: int = 1,
) -> dict[str, SectorRun]:
    """Fast twin of `exposure.impact.course.run_reference`, for independent holdings.

    Equal to the last bit, except for the shares stopped by exit stage, which agree to 1e-12. Weekly
    losses are those of the weeks from `since` on; the weeks before are shared with other courses.
    """
    packed = packed or PackedWorld.of(world, players, question)
    pools, firms = packed.pools, packed.firms
    first = world.period.weeks - len(question.weight)
    policy = pack_policy(pools, licences, first=first, restrict=restrict)
    weeks = Weeks(since, world.period.weeks, in_transit(pools, since))
    lanes, start = empty_lanes(pools, policy, weeks, kept=0), FROM_THE_START
    begins = np.zeros((len(pools.slots.need), count_lanes(world), 1), dtype=np.int64)
    if since:
        begun, past = _begun(pools, policy, firms, since, threads)
        begins, start = past.begins(begun.begins, since), Start(begun.level)
        lanes = lanes._replace(lacked=past.lacked(begun.lacked, pools.slots))
        pools, policy = pools_since(pools, weeks), policy.within(weeks)
    results = empty_results(world, firms, weeks.end - max(since, question.losses_from))

    def some(lanes_of_thread: range) -> None:
        mine, fill = _room_of_thread(lanes), arrivals_of_thread(pools, policy, weeks)
        desk = make_desk(firms.changes, firms.sectors, weeks.end - weeks.begin)
        for lane in lanes_of_thread:
            mine.begins[:, 0] = begins[:, lane]
            fill(mine, lane)
            run_sectors(
                firms.changes, firms.sectors, firms.streams, weeks, start, mine, results,
                question.weight, desk, lane,
            )  # fmt: skip

    over_lanes(some, count_lanes(world), threads)
    arrived = Arrived.of(lanes, pools)
    fed = {holder: (arrived, slot) for holder, slot in pools.slot_of.items()}
    return outcomes(world, players, firms, results, fed)


def _room_of_thread(lanes: Lanes) -> Lanes:
    """Room of one thread for one lane."""

    def room(kept: np.ndarray) -> np.ndarray:
        slots, _, *others = kept.shape
        return np.empty((slots, 1, *others), kept.dtype)

    return lanes._replace(
        inflow=room(lanes.inflow), begins=room(lanes.begins), late=room(lanes.late)
    )


def _begun(
    pools: PackedPools, policy: PackedPolicy, firms: PackedFirms, week: int, threads: int
) -> tuple[Begun, Before]:
    """State of a course in a week, found again by other courses that are equal until then."""
    past = before(pools, policy, week)
    slot = past.slot[firms.streams.slot]

    def make() -> tuple[Begun, Notes]:
        return _run_before(past, firms, slot, week, threads), {}

    every = range(len(firms.names))
    stocks = tuple(digest_of_stocks(firms.sectors, firms.changes, i, week) for i in every)
    # Equal slots may belong to other sectors where streams differ.
    name = ("course before", past.digest, tuple(slot), tuple(firms.streams.streams), stocks)
    return make_part(name, pools.world.inputs.index, make, kept=True).value, past


def _run_before(past: Before, firms: PackedFirms, slot: IntArray, week: int, threads: int) -> Begun:
    """Run a course from the start to a week."""
    pools, policy, weeks = past.pools, past.policy, Weeks(0, week, 0)
    lanes, count = empty_lanes(pools, policy, weeks, kept=0), count_lanes(pools.world)
    begins = np.empty((lanes.begins.shape[0], count, lanes.begins.shape[2]), dtype=np.int64)
    sectors, streams = firms.sectors, firms.streams
    level = np.empty((len(slot), sectors.multiples.shape[1], pools.world.inputs.draws))
    rows_of = [streams.slots[streams.streams[i : i + 2]] for i in range(len(firms.names))]

    def some(lanes_of_thread: range) -> None:
        mine, fill = _room_of_thread(lanes), arrivals_of_thread(pools, policy, weeks)
        desk = make_desk(firms.changes, sectors, week)
        for lane in lanes_of_thread:
            fill(mine, lane)
            begins[:, lane] = mine.begins[:, 0]
            for i, (first, end) in enumerate(rows_of):
                fill_levels(
                    firms.changes, sectors, streams, weeks, mine, slot[first:end],
                    level[first:end], desk, i, lane,
                )  # fmt: skip

    over_lanes(some, count, threads)
    return Begun(begins, lanes.lacked, level)
