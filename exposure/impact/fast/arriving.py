"""Arrivals from a group of pools, of which the weeks before the scored ones are shared by runs."""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import IntArray
from exposure.impact.fast.arrays import Lanes, Weeks
from exposure.impact.fast.changes import NOTHING
from exposure.impact.fast.packing import PackedPools
from exposure.impact.fast.past import Before, before, in_transit, pools_since
from exposure.impact.fast.policy import PackedPolicy
from exposure.impact.fast.run import (
    Arrived,
    arrivals_of_thread,
    count_lanes,
    empty_lanes,
    over_lanes,
)
from exposure.inputs.parts import Notes, Part, make_part


@dataclass(frozen=True, eq=False)
class ArrivedSince:
    """Arrivals from some pools from a week on, and those before it."""

    arrived: Arrived
    past: Part[Lanes] | None
    """Arrivals before; None if the weeks are all of the run."""
    past_slot: IntArray
    """Position of each slot among those of the past; -1 if nothing arrived there."""

    @property
    def weight(self) -> int:
        """Bytes of the arrays, without those of the past."""
        return sum(array.nbytes for array in self.arrived.lanes)


def arrive(pools: PackedPools, policy: PackedPolicy, week: int, *, threads: int) -> ArrivedSince:
    """Arrivals from a group of pools from a week on.

    Parameters
    ----------
    pools
        The pools.
    policy
        Licences of one course.
    week
        First week; 0 for all weeks of the run.
    threads
        Threads that share the lanes of draws.
    """
    if not week:
        weeks = Weeks(0, pools.world.period.weeks, 0)
        lanes = _fill(pools, policy, weeks, _room(pools, policy, weeks), threads)
        return ArrivedSince(Arrived.of(lanes, pools), None, np.full(0, NOTHING))
    part, past = _past(pools, policy, week, threads=threads)
    weeks = Weeks(week, pools.world.period.weeks, in_transit(pools, week))
    within = policy.within(weeks)
    lanes = _room(pools, within, weeks)._replace(
        begins=past.begins(part.value.begins, week),
        lacked=past.lacked(part.value.lacked, pools.slots),
    )
    lanes = _fill(pools_since(pools, weeks), within, weeks, lanes, threads)
    return ArrivedSince(Arrived.of(lanes, pools), part, past.slot)


def _past(
    pools: PackedPools, policy: PackedPolicy, week: int, *, threads: int
) -> tuple[Part[Lanes], Before]:
    """Arrivals before a week, which all runs share that are equal until then."""
    past, weeks = before(pools, policy, week), Weeks(0, week, 0)

    def make() -> tuple[Lanes, Notes]:
        room = _room(past.pools, past.policy, weeks)
        return _fill(past.pools, past.policy, weeks, room, threads), {}

    part = make_part(("arrived before", past.digest), pools.world.inputs.index, make, kept=True)
    return part, past


def _room(pools: PackedPools, policy: PackedPolicy, weeks: Weeks) -> Lanes:
    return empty_lanes(pools, policy, weeks, kept=count_lanes(pools.world))


def _fill(
    pools: PackedPools, policy: PackedPolicy, weeks: Weeks, lanes: Lanes, threads: int
) -> Lanes:
    """Run the pools through some weeks, all lanes of draws."""

    def some(lanes_of_thread: range) -> None:
        fill = arrivals_of_thread(pools, policy, weeks)
        for lane in lanes_of_thread:
            fill(lanes, lane)

    over_lanes(some, count_lanes(pools.world), threads)
    return lanes
