"""A course of policy as arrays of numbers: the share of each route that licensing stops."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.impact.borders import Restriction, kept_of
from exposure.impact.fast.arrays import Licensed, Routes, Weeks
from exposure.impact.fast.changes import NOTHING
from exposure.impact.fast.lanes import LANE
from exposure.impact.fast.packing import PackedPools
from exposure.impact.world import Supply, World
from exposure.licensing.flows import Flow
from exposure.licensing.grants import Licences
from exposure.licensing.plan import FREE_CLASS
from exposure.supply.exits import ExitSplit
from exposure.terms import BuyerClass


@dataclass(frozen=True, eq=False)
class PackedPolicy:
    """Licences of one course, for the routes of a group of pools."""

    licensed: Licensed
    """Without the flows stopped, which are laid out lane by lane."""
    stopped: tuple[FloatArray, ...]
    """Share of usual flow that does not leave, of each class, (T, D)."""
    routes: Routes
    classes: tuple[int, ...]
    """Licence classes of the flows, numbered as in `Licences`."""

    def room_for_lane(self) -> Licensed:
        """Room for the flows stopped in one lane: all lanes together would be copied once more."""
        weeks = int(self.licensed.spans[-1])
        return self.licensed._replace(stopped=np.zeros((len(self.stopped), weeks, LANE)))

    def within(self, weeks: Weeks) -> "PackedPolicy":
        """The same for some weeks, and for those before them whose goods arrive in them."""
        begin = weeks.begin - weeks.ahead
        spans = self.licensed.spans
        first = int(np.searchsorted(spans, begin, side="right")) - 1
        end = int(np.searchsorted(spans[:-1], weeks.end))
        starts = np.maximum(spans[first:end], begin)
        licensed = self.licensed._replace(
            look_through=np.ascontiguousarray(self.licensed.look_through[:, first:end]),
            spans=np.array([*starts, weeks.end], dtype=np.int64) - begin,
            first=min(max(0, self.licensed.first - begin), weeks.end - begin),
        )
        routes = self.routes._replace(
            chi_row=np.ascontiguousarray(self.routes.chi_row[:, first:end]),
            same=np.ascontiguousarray(self.routes.same[:, first:end]),
            final=np.ascontiguousarray(self.routes.final[:, first:end]),
            processor=np.ascontiguousarray(self.routes.processor[:, first:end]),
        )
        stopped = tuple(flow[begin : weeks.end] for flow in self.stopped)
        return PackedPolicy(licensed, stopped, routes, self.classes)

    def fill(self, licensed: Licensed, lane: int) -> None:
        """Lay out the flows stopped in one lane."""
        begin = lane * LANE
        for row, stopped in zip(licensed.stopped, self.stopped, strict=True):
            in_lane = stopped[:, begin : begin + LANE]
            row[:, : in_lane.shape[1]] = in_lane


@dataclass
class _Flows:
    """Flows of the routes, each packed once."""

    restrict: Restriction | None
    classes: dict[int, FloatArray] = field(default_factory=dict)
    alike: dict[int, int] = field(default_factory=dict)
    """Row that represents each class of the weeks before the first scored one."""
    looks: dict[int, FloatArray] = field(default_factory=dict)

    def class_rows(self, flow: Flow, stage: str) -> tuple[int, int]:
        """Rows of the share stopped of a flow, before the first scored week and from then on.

        -1 for a free flow.
        """
        kept = kept_of(flow, stage, self.restrict)
        if kept.stopped is None:
            return NOTHING, NOTHING
        self.classes.setdefault(kept.class_index, kept.stopped)
        row = list(self.classes).index(kept.class_index)
        if kept.class_before == FREE_CLASS:
            return NOTHING, row
        return self.alike.setdefault(kept.class_before, row), row

    def seen_row(self, flow: Flow) -> int:
        """Row of a look-through."""
        self.looks.setdefault(flow.seen_index, flow.look_through)
        return list(self.looks).index(flow.seen_index)


def pack_policy(
    packed: PackedPools, licences: Licences, *, first: int, restrict: Restriction | None = None
) -> PackedPolicy:
    """Put licences into arrays.

    Parameters
    ----------
    packed
        Pools, with their routes.
    licences
        Licensed flows of one course of policy.
    first
        First week scored.
    restrict
        Part of the stopped shares that a coalition keeps; None for all of it.
    """
    world, flows = packed.world, _Flows(restrict)
    final, processor, seen = _rows(packed, licences, flows)
    supplies = [(channel, destination, buyer) for channel, (destination, buyer, _) in packed.routes]
    splits = {supply: world.splits[supply] for supply in supplies}
    spans = _spans(world, splits, flows, licences.first)
    since = (spans[:-1] >= licences.first).astype(np.int64)
    final, processor = (np.ascontiguousarray(rows[:, since]) for rows in (final, processor))
    look = np.empty((len(flows.looks), len(spans) - 1, world.inputs.draws))
    for h, values in enumerate(flows.looks.values()):
        look[h] = values if values.ndim == 1 else values[spans[:-1]]
    chi, chi_row = _pack_splits(supplies, splits, spans, most=final.shape[2])
    licensed = Licensed(np.empty((0, world.period.weeks, LANE)), look, spans, first)
    routes = Routes(
        chi,
        chi_row,
        _same((chi_row, final, processor), seen, look),
        np.array([len(channel.stages) for channel, _ in packed.routes], dtype=np.int64),
        seen,
        final,
        processor,
        np.array([buyer is BuyerClass.MILITARY for _, (_, buyer, _) in packed.routes]),
        np.array([packed.shown.get(route, NOTHING) for route in packed.routes], dtype=np.int64),
    )
    return PackedPolicy(licensed, tuple(flows.classes.values()), routes, tuple(flows.classes))


def _rows(
    packed: PackedPools, licences: Licences, flows: _Flows
) -> tuple[IntArray, IntArray, IntArray]:
    """Rows of the classes of final users and processors, and of look-through, (R, G).

    The first two have one more axis: before the first scored week, and from then on.
    """
    most = max(len(channel.stages) for channel, _ in packed.routes)
    final, processor = np.full((2, len(packed.routes), 2, most), NOTHING, dtype=np.int64)
    seen = np.full((len(packed.routes), most), NOTHING, dtype=np.int64)
    for r, (channel, (destination, buyer, tier)) in enumerate(packed.routes):
        for g, stage in enumerate(channel.stages):
            flow = licences.of_final_user(
                channel, stage, destination=destination, buyer=buyer, tier=tier
            )
            final[r, :, g] = flows.class_rows(flow, stage)
            if g < len(channel.stages) - 1:
                seen[r, g] = flows.seen_row(flow)
                processor[r, :, g] = flows.class_rows(licences.of_processor(channel, stage), stage)
    return final, processor, seen


def _spans(world: World, splits: dict[Supply, ExitSplit], flows: _Flows, first: int) -> IntArray:
    """First week of each span in which no share, class or look-through changes, and the end."""
    weeks = world.period.weeks
    turns = {first, *(week for split in splits.values() for week, _ in split)}
    turns |= {
        int(week) + 1
        for values in flows.looks.values()
        if values.ndim == 2  # noqa: PLR2004
        for week in np.flatnonzero((values[1:] != values[:-1]).any(axis=1))
    }
    return np.array(sorted({0, weeks, *(w for w in turns if 0 < w < weeks)}), dtype=np.int64)


def _pack_splits(
    supplies: list[Supply], splits: dict[Supply, ExitSplit], spans: IntArray, *, most: int
) -> tuple[FloatArray, IntArray]:
    """Shares by exit stage, (X, D), and their rows for each route, span and stage."""
    shares: list[FloatArray] = []
    row: dict[tuple[Supply, int], int] = {}
    begin = 0
    for supply, split in splits.items():
        for n, (_, share) in enumerate(split):
            row[(supply, n)] = begin
            shares.append(share)
            begin += len(share)
    rows = np.zeros((len(supplies), len(spans) - 1, most), dtype=np.int64)
    for r, supply in enumerate(supplies):
        for s, since in enumerate(spans[:-1]):
            n = max(i for i, (week, _) in enumerate(splits[supply]) if week <= since)
            rows[r, s] = row[(supply, n)] + np.arange(most)
    return np.concatenate(shares), rows


def _same(rows: Sequence[IntArray], seen: IntArray, look: FloatArray) -> BoolArray:
    """Whether a span equals the one before, for each route, (R, S).

    `rows` holds the rows by route, span and stage.
    """
    same = np.zeros(rows[0].shape[:2], dtype=np.bool_)
    same[:, 1:] = np.all([(row[:, 1:] == row[:, :-1]).all(axis=2) for row in rows], axis=0)
    goes_on = (look[:, 1:] == look[:, :-1]).all(axis=2)
    for r, of_route in enumerate(seen):
        for h in of_route[of_route >= 0]:
            same[r, 1:] &= goes_on[h]
    return same
