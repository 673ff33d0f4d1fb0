"""Lanes of draws in several threads, and the results that are assembled from them."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.impact.fast.arrays import Lanes, Results, Start, Weeks
from exposure.impact.fast.firm_packing import Holder, PackedFirms
from exposure.impact.fast.lanes import LANE, fill_lane, make_rows
from exposure.impact.fast.packing import PackedPools, Route
from exposure.impact.fast.policy import PackedPolicy
from exposure.impact.outcomes import Players, SectorRun, StreamRun, put_together
from exposure.impact.world import World
from exposure.threads import in_order

FROM_THE_START = Start(np.empty((0, 0, 0)))
"""Stocks are those of the start of the run."""


def over_lanes(work: Callable[[range], None], lanes: int, threads: int) -> None:
    """Call a function on all lanes of draws, which are independent, in several threads."""

    def some(thread: int) -> None:
        work(range(thread, lanes, threads))

    deque(in_order(some, range(threads), workers=threads), maxlen=0)


def arrivals_of_thread(
    pools: PackedPools, policy: PackedPolicy, weeks: Weeks
) -> Callable[[Lanes, int], None]:
    """Function of one thread, with room of its own, that fills in the arrivals of a lane.

    Parameters
    ----------
    pools, policy
        Pools and licences in some weeks.
    weeks
        These weeks.
    """
    licensed = policy.room_for_lane()
    rows = make_rows(licensed, policy.routes, pools.kinds, pools.pools, weeks, pools.kept)

    def fill(lanes: Lanes, lane: int) -> None:
        policy.fill(licensed, lane)
        fill_lane(
            licensed, policy.routes, pools.kinds, pools.pools, pools.slots, weeks, lanes, rows, lane
        )
        add_purchases(pools, lanes, lane)

    return fill


def add_purchases(pools: PackedPools, lanes: Lanes, lane: int) -> None:
    """Add extra purchases to the arrivals, in one lane."""
    begin, to = lane * LANE, lane % lanes.inflow.shape[1]
    size = min(LANE, len(lanes.leak_weeks) - begin)
    for slot, purchase, factor in pools.joined:
        bought = factor[begin : begin + size] * lanes.inflow[purchase, to, :, :size]
        lanes.inflow[slot, to, :, :size] += bought


@dataclass(frozen=True, eq=False)
class Arrived:
    """Arrivals from some pools in some weeks."""

    lanes: Lanes
    channels: IntArray
    """First channel of each slot, and the number of channels."""
    weights: FloatArray
    """Part of the need that each of these channels meets."""
    shown: Mapping[Route, int]
    """Row of the shares stopped of each route."""
    slot_of: Mapping[Holder, int]
    """Slot that supplies each holding of each stream."""

    @classmethod
    def of(cls, lanes: Lanes, pools: PackedPools) -> "Arrived":
        """Keep only what is still needed of the pools."""
        slots = pools.slots
        return cls(lanes, slots.channels, slots.weight, pools.shown, pools.slot_of)

    def lacked(self, slot: int) -> FloatArray:
        """Mass that each channel of a slot lacked, (channels, D)."""
        first, end = self.channels[slot : slot + 2]
        return self.weights[first:end, np.newaxis] * self.lanes.lacked[first:end]


Fed = tuple[Arrived, int]
"""Supply of one holding of one stream: arrivals, and one of their slots."""


def count_lanes(world: World) -> int:
    """Number of lanes of draws."""
    return -(-world.inputs.draws // LANE)


def empty_lanes(pools: PackedPools, policy: PackedPolicy, weeks: Weeks, *, kept: int) -> Lanes:
    """Empty arrays for the arrivals of some lanes at a time."""
    draws, slots = pools.world.inputs.draws, len(pools.slots.need)
    return Lanes(
        inflow=np.empty((slots, kept, weeks.end - weeks.begin, LANE)),
        begins=np.empty((slots, kept, LANE), dtype=np.int64),
        late=np.empty((slots, kept, pools.late_weeks, LANE)),
        leak_weeks=pools.leak_weeks,
        lacked=np.zeros((len(pools.slots.kind), draws)),
        stopped=np.empty((len(pools.shown), policy.routes.final.shape[2], draws)),
    )


def empty_results(world: World, firms: PackedFirms, weeks: int) -> Results:
    """Empty arrays for the losses of sectors in the last weeks."""
    draws, streams = world.inputs.draws, firms.streams
    shape = (len(firms.names), weeks, draws)
    return Results(
        weekly=np.empty(shape),
        stopped=np.empty(shape),
        by_player=np.empty((streams.players[-1], draws)),
        unmet=np.empty((streams.slots[-1], draws)),
        held=np.empty((streams.held[-1], draws)),
    )


def outcomes(
    world: World,
    players: Mapping[str, Players],
    firms: PackedFirms,
    results: Results,
    fed: Mapping[Holder, Fed],
) -> dict[str, SectorRun]:
    """Assemble the losses of each sector."""
    streams = firms.streams
    outcomes = {}
    for i, name in enumerate(firms.names):
        sector = world.sectors[name]
        found = []
        for position, stream in enumerate(sector.streams):
            b = int(streams.streams[i]) + position
            buyer = (sector.destination, stream.buyer_class, stream.tier)
            feeds = [fed[(name, position, k)] for k in range(len(sector.holdings))]
            held = results.held[streams.held[b] : streams.held[b + 1]]
            found.append(
                StreamRun(
                    stream,
                    results.by_player[streams.players[b] : streams.players[b + 1]],
                    results.unmet[streams.slots[b] : streams.slots[b + 1]],
                    held.reshape(len(feeds), -1, held.shape[1]).swapaxes(0, 1),
                    [arrived.lacked(slot) for arrived, slot in feeds],
                    {
                        channel: arrived.lanes.stopped[arrived.shown[(channel, buyer)]]
                        for (arrived, _), holding in zip(feeds, sector.holdings, strict=True)
                        for channel in holding.channels
                    },
                )
            )
        outcomes[name] = put_together(
            world, sector, players[name], results.weekly[i], results.stopped[i], found
        )
    return outcomes
