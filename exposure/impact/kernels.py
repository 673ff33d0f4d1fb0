"""Fast twins of the weekly loops, compiled by numba where it is installed.

Each kernel computes what its readable reference computes, in the same order, so that the results
agree to rounding; the tests compare them. Without numba the reference runs, and is slower.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from exposure.arrays import FloatArray

if TYPE_CHECKING:
    from exposure.impact.arrivals import Arrival
    from exposure.impact.firms import Asked
    from exposure.impact.sectors import Sector

AVAILABLE = find_spec("numba") is not None
"""Whether the fast twins can be used."""

NOBODY_BEGINS = np.zeros((1, 1), dtype=np.int64)
NOBODY_LATE = np.zeros((1, 0, 1))
"""Where priority reaches everybody at once."""

FirmArrays = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]
"""Weekly loss, share stopped, loss by player, unmet need, stock on the days asked for."""


def firms(
    sector: "Sector",
    arrival: "Arrival",
    asked: "Asked",
    multiples: FloatArray,
    shares: FloatArray,
    late: FloatArray,
) -> FirmArrays:
    """Fast twin of the reference in `exposure.impact.firm_runs`."""
    from exposure.impact.compiled import run_firms  # noqa: PLC0415 - it loads numba

    late_begins, late_amount = NOBODY_BEGINS, NOBODY_LATE
    if arrival.late is not None:
        late_begins, late_amount = arrival.late.begins, arrival.late.amount
    return run_firms(
        np.ascontiguousarray(arrival.inflow),
        late_begins,
        late_amount,
        np.ascontiguousarray(sector.need),
        sector.thrift,
        sector.stock,
        sector.cap,
        sector.criticality,
        multiples,
        shares,
        late,
        asked.members,
        asked.weight,
        asked.first,
        asked.stock_weeks,
    )
