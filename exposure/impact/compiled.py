"""The kernels themselves; importing this module loads numba.

Draws are taken in lanes of 64, so that the state of a lane stays in the fastest cache while the
weeks go by.
"""

import numpy as np
from numba import njit

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.firms import STOPPED

LANES = 64
"""Draws that are run together."""


@njit(cache=True, nogil=True)
def run_firms(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one loop, kept in one place
    inflow: FloatArray,
    late: FloatArray,
    need: FloatArray,
    thrift: FloatArray,
    stock: FloatArray,
    cap: FloatArray,
    criticality: FloatArray,
    multiples: FloatArray,
    shares: FloatArray,
    late_shares: FloatArray,
    members: BoolArray,
    weight: FloatArray,
    first: int,
    stock_weeks: IntArray,
    leaks: bool,  # noqa: FBT001
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Run the firms of one kind of buyer; see `exposure.impact.firm_runs`."""
    weeks, holdings, draws = inflow.shape
    strata, players = len(shares), len(members)
    single = need.shape[2] == 1
    weekly = np.zeros((weeks, draws))
    stopped = np.zeros((weeks, draws))
    by_player = np.zeros((players, draws))
    unmet = np.zeros((holdings, draws))
    held = np.zeros((len(stock_weeks), holdings, draws))
    level = np.empty((strata, holdings, LANES))
    loss = np.empty((holdings, LANES))
    alone = np.empty(players)
    ordered = np.empty(players)
    for begin in range(0, draws, LANES):
        end = min(begin + LANES, draws)
        for f in range(strata):
            for k in range(holdings):
                for d in range(begin, end):
                    level[f, k, d - begin] = stock[k, d] * multiples[f, d]
        for t in range(weeks):
            for f in range(strata):
                for k in range(holdings):
                    for d in range(begin, end):
                        lane = d - begin
                        arriving = inflow[t, k, d]
                        if leaks:
                            arriving -= late_shares[f, d] * late[t, k, d]
                        wanted = need[t, k, 0 if single else d]
                        if thrift[k, d] > 0.0:
                            wanted *= min(max(arriving, 1.0 - thrift[k, d]), 1.0)
                        available = level[f, k, lane] + arriving
                        met = min(available, wanted)
                        missed = wanted - met
                        level[f, k, lane] = min(cap[k, d] * multiples[f, d], available - met)
                        loss[k, lane] = criticality[k, d] * missed
                        if t >= first:
                            unmet[k, d] += shares[f] * missed
                for d in range(begin, end):
                    lane = d - begin
                    lost = loss[0, lane]
                    for k in range(1, holdings):
                        lost = max(lost, loss[k, lane])
                    if lost == 0.0:
                        continue
                    weekly[t, d] += shares[f] * lost
                    if lost > STOPPED:
                        stopped[t, d] += shares[f]
                    if t < first:
                        continue
                    counted = shares[f] * weight[t - first]
                    for p in range(players):
                        alone[p] = 0.0
                        for k in range(holdings):
                            if members[p, k]:
                                alone[p] = max(alone[p], loss[k, lane])
                    # Insertion sort: players are few.
                    for p in range(players):
                        q = p
                        while q > 0 and ordered[q - 1] > alone[p]:
                            ordered[q] = ordered[q - 1]
                            q -= 1
                        ordered[q] = alone[p]
                    lower = 0.0
                    for q in range(players):
                        part = (ordered[q] - lower) / (players - q)
                        if part > 0.0:
                            for p in range(players):
                                if alone[p] >= ordered[q]:
                                    by_player[p, d] += counted * part
                        lower = ordered[q]
            for o in range(len(stock_weeks)):
                if stock_weeks[o] == t:
                    for f in range(strata):
                        for k in range(holdings):
                            for d in range(begin, end):
                                held[o, k, d] += shares[f] * level[f, k, d - begin]
    return weekly, stopped, by_player, unmet, held
