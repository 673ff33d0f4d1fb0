"""One call for a block of draws: what arrives, and what sectors lose of it."""

from numba import njit

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
from exposure.impact.fast.firms import fill_needs, make_desk, run_sector
from exposure.impact.fast.lanes import LANE, fill_lane, make_rows


@njit(cache=True, nogil=True)
def run_block(  # noqa: PLR0913, PLR0917
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
    kept: int,
    wanted: BoolArray,
) -> None:
    """Run a block of draws, lane by lane.

    Parameters
    ----------
    kept
        Number of kinds whose inflow reaches a slot.
    wanted
        Sectors to run.
    """
    draws = kinds.weight.shape[1]
    weeks = licensed.stopped.shape[1]
    rows = make_rows(licensed, routes, kinds, pools, kept)
    desk = make_desk(kinds, sectors, weeks)
    lanes.stopped[:] = 0.0
    for lane in range((draws + LANE - 1) // LANE):
        fill_lane(licensed, routes, kinds, pools, slots, lanes, rows, lane)
        begin = lane * LANE
        fill_needs(kinds, sectors, wanted, begin, min(LANE, draws - begin), desk)
        for i in range(len(wanted)):
            if wanted[i]:
                run_sector(sectors, streams, lanes, results, weight, desk, i, lane)
