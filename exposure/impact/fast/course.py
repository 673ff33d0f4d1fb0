"""One call for a block of draws: what arrives, and what sectors lose of it."""

from exposure.arrays import BoolArray, FloatArray
from exposure.impact.fast.arrays import (
    Kinds,
    Lanes,
    Licensed,
    Pools,
    Results,
    Routes,
    Sectors,
    Slots,
    Streams,
)
from exposure.impact.fast.compiling import kernel
from exposure.impact.fast.firms import Desk, fill_needs, run_sector
from exposure.impact.fast.lanes import LANE, Rows, fill_lane


@kernel
def run_block(
    licensed: Licensed,
    routes: Routes,
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
    lanes: Lanes,
    sectors: Sectors,
    streams: Streams,
    results: Results,
    weight: FloatArray,
    rows: Rows,
    desk: Desk,
    wanted: BoolArray,
) -> None:
    """Run a block of draws, lane by lane.

    Parameters
    ----------
    rows, desk
        Room to work in.
    wanted
        Sectors to run.
    """
    draws = kinds.weight.shape[1]
    for d in range(draws):
        for v in range(lanes.stopped.shape[0]):
            for g in range(lanes.stopped.shape[1]):
                lanes.stopped[v, g, d] = 0.0
    for lane in range((draws + LANE - 1) // LANE):
        fill_lane(licensed, routes, kinds, pools, slots, lanes, rows, lane)
        begin = lane * LANE
        fill_needs(kinds, sectors, wanted, begin, min(LANE, draws - begin), desk)
        for i in range(len(wanted)):
            if wanted[i]:
                run_sector(sectors, streams, lanes, results, weight, desk, i, lane)
