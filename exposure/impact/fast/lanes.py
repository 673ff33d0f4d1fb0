"""Arrivals, one lane of draws at a time; importing this module loads numba."""

from typing import NamedTuple

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.fast import called, called_once
from exposure.impact.fast.arrays import Kinds, Lanes, Licensed, Pools, Routes, Slots, Weeks
from exposure.impact.fast.borders import border_of, licences_of
from exposure.impact.fast.compiling import entry
from exposure.impact.fast.pools import BATCH, fill_rows, share_out, under_contracts

LANE = 64
"""Draws of a lane."""


class Rows(NamedTuple):
    """Rows that are overwritten for every draw, or for every batch of draws."""

    stopped: FloatArray
    """(classes, BATCH, T of borders)."""
    sums: FloatArray
    """(classes, spans + 1, BATCH)."""
    borders: FloatArray
    """(routes of a pool, 4, T of borders)."""
    needs: FloatArray
    """(changes, BATCH, T)."""
    first: FloatArray
    """(kinds of a pool, T)."""
    short: FloatArray
    """(kinds of a pool, T)."""
    sharing: FloatArray
    """(13, T)."""
    inflow: FloatArray
    """(kinds kept, BATCH, T)."""
    before: FloatArray
    """(kinds kept, BATCH, T)."""
    came: FloatArray
    """Arrivals at a slot, (BATCH, T)."""
    lacked: FloatArray
    """Need that a channel lacked, (BATCH,)."""
    gain: FloatArray
    """(2, T)."""
    classes: IntArray
    """(2, parts of a route)."""
    shares: FloatArray
    """(2, parts of a route)."""


def make_rows(
    licensed: Licensed, routes: Routes, kinds: Kinds, pools: Pools, weeks: Weeks, kept: int
) -> Rows:
    """Working rows of one thread."""
    classes, at_border, _ = licensed.stopped.shape
    count = weeks.end - weeks.begin
    most_routes, most_kinds = np.diff(pools.routes).max(), np.diff(pools.kinds).max()
    parts = 2 * routes.final.shape[2]
    return Rows(
        np.empty((classes, BATCH, at_border)),
        np.empty((classes, len(licensed.spans), BATCH)),
        np.empty((most_routes, 4, at_border)),
        np.empty((len(kinds.changes), BATCH, count)),
        np.empty((most_kinds, count)),
        np.empty((most_kinds, count)),
        np.empty((13, count)),
        np.zeros((kept, BATCH, count)),
        np.zeros((kept, BATCH, count)),
        np.zeros((BATCH, count)),
        np.zeros(BATCH),
        np.empty((2, count)),
        np.empty((2, parts), dtype=np.int64),
        np.empty((2, parts)),
    )


@entry
def fill_lane(
    licensed: Licensed,
    routes: Routes,
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
    weeks: Weeks,
    lanes: Lanes,
    rows: Rows,
    lane: int,
) -> None:
    """Compute the arrivals at every slot in one lane of draws.

    What the slots lacked, and the first weeks of shortage, continue from those in `lanes`.
    """
    begin = lane * LANE
    end = min(begin + LANE, kinds.weight.shape[1])
    for v in range(lanes.stopped.shape[0]):
        for g in range(lanes.stopped.shape[1]):
            for d in range(begin, end):
                lanes.stopped[v, g, d] = 0.0
    for since in range(begin, end, BATCH):
        batch = min(BATCH, end - since)
        licences_of(licensed, since - begin, rows.stopped, rows.sums)
        for d in range(batch):
            _draw(licensed, routes, kinds, pools, slots, weeks, lanes, rows, since + d, d)
        for s in range(len(slots.need)):
            _put(slots, lanes, rows, s, lane, since - begin, since, batch)
            if lanes.late.shape[2] > 0:
                _put_late(slots, weeks, lanes, rows, s, lane, since - begin, since, batch)


@called_once
def _draw(
    licensed: Licensed,
    routes: Routes,
    kinds: Kinds,
    pools: Pools,
    slots: Slots,
    weeks: Weeks,
    lanes: Lanes,
    rows: Rows,
    draw: int,
    d: int,
) -> None:
    """Run all pools in one draw."""
    for j in range(len(kinds.changes)):
        row = rows.needs[j, d]
        fill_rows(kinds.changes[j], draw, weeks.begin, row)
        if kinds.remains[j]:
            for t in range(len(row)):
                row[t] = 1.0 - row[t]
    for p in range(len(pools.rationed)):
        for r in range(pools.routes[p], pools.routes[p + 1]):
            border_of(
                licensed, routes, r, draw, d, rows.stopped, rows.sums,
                rows.borders[r - pools.routes[p]], lanes.stopped, rows.classes, rows.shares,
            )  # fmt: skip
        if pools.rationed[p]:
            share_out(
                kinds, pools, slots, weeks, p, draw, d, routes.military, rows.borders, rows.needs,
                rows.first, rows.short, rows.sharing, rows.inflow, rows.before,
            )  # fmt: skip
        else:
            under_contracts(
                kinds,
                pools,
                slots,
                weeks,
                p,
                draw,
                d,
                rows.borders,
                rows.needs,
                rows.sharing,
                rows.inflow,
                rows.before,
            )


@called_once
def _put(
    slots: Slots, lanes: Lanes, rows: Rows, s: int, lane: int, at: int, draw: int, batch: int
) -> None:
    """Write the inflow of one slot in a batch of draws, and add what its channels lack."""
    first, end = slots.channels[s], slots.channels[s + 1]
    inflow, need = lanes.inflow[s, lane % lanes.inflow.shape[1]], rows.needs[slots.need[s]]
    came = rows.came
    for c in range(first, end):
        arriving, weight = rows.inflow[slots.emitted[slots.kind[c]]], slots.weight[c]
        for d in range(batch):
            of_channel, of_slot = arriving[d], came[d]
            if c == first:
                for t in range(len(of_slot)):
                    of_slot[t] = weight * of_channel[t]
            else:
                for t in range(len(of_slot)):
                    of_slot[t] += weight * of_channel[t]
        so_far, lacked = rows.lacked, lanes.lacked[c, draw : draw + batch]
        for d in range(batch):
            so_far[d] = lacked[d]
        _add_lacking(arriving, need, so_far)
        for d in range(batch):
            lacked[d] = so_far[d]
    # A lane always has room for a whole batch, so that the number of draws is a constant.
    for t in range(len(inflow)):
        week = inflow[t, at : at + BATCH]
        for d in range(BATCH):
            week[d] = came[d, t]


@called
def _add_lacking(arriving: FloatArray, need: FloatArray, lacked: FloatArray) -> None:
    """Add the need that a channel lacks in each draw of a batch, week by week."""
    for t in range(arriving.shape[1]):
        for d in range(BATCH):
            lacking = need[d, t] - arriving[d, t]
            lacked[d] += lacking if lacking > 0.0 else 0.0


@called_once
def _put_late(
    slots: Slots,
    weeks: Weeks,
    lanes: Lanes,
    rows: Rows,
    s: int,
    lane: int,
    at: int,
    draw: int,
    batch: int,
) -> None:
    """Write the first weeks of shortage of one slot in a batch, and the gain from priority."""
    to = lane % lanes.inflow.shape[1]
    late = lanes.late[s, to]
    for d in range(batch):
        _gain(slots, rows, s, d)
        # A shortage that began before these weeks goes on.
        begun = weeks.begin > 0 and lanes.begins[s, to, at + d] < weeks.begin
        if not begun:
            lanes.begins[s, to, at + d] = weeks.begin + _first_above(rows.gain[1])
        since = lanes.begins[s, to, at + d] - weeks.begin
        gain = rows.gain[0]
        for n in range(len(late)):
            comes = 0 <= since + n < len(gain) and n + 1 <= lanes.leak_weeks[draw + d]
            amount = gain[since + n] if comes else 0.0
            late[n, at + d] = amount if amount > 0.0 else 0.0


@called
def _gain(slots: Slots, rows: Rows, s: int, d: int) -> None:
    """Gain of a slot from rationing and its shortage without rationing, as rows."""
    gain, inflow, need = rows.gain[0], rows.gain[1], rows.needs[slots.need[s], d]
    first = slots.channels[s]
    for c in range(first, slots.channels[s + 1]):
        kept, weight = slots.emitted[slots.kind[c]], slots.weight[c]
        came, before = rows.inflow[kept, d], rows.before[kept, d]
        for t in range(len(gain)):
            gain[t] = (gain[t] if c > first else 0.0) + weight * (came[t] - before[t])
            inflow[t] = (inflow[t] if c > first else 0.0) + weight * came[t]
    for t in range(len(gain)):
        inflow[t] = need[t] - (inflow[t] - gain[t])


@called
def _first_above(row: FloatArray) -> int:
    """First week in which a row is above 0; the number of weeks if there is none."""
    for t in range(len(row)):
        if row[t] > 0.0:
            return t
    return len(row)
