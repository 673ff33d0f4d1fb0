"""The fast twin of a course: packs, calls the kernels, puts the results together."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.impact.arrivals import Restriction, kept_of
from exposure.impact.fast.arrays import Lanes, Licensed, Results, Routes
from exposure.impact.fast.firms import make_desk, run_sectors
from exposure.impact.fast.lanes import LANE, fill_lane, make_rows
from exposure.impact.fast.packing import NOTHING, Packed, pack_world
from exposure.impact.outcomes import Players, Question, SectorRun, StreamRun, put_together
from exposure.impact.world import World
from exposure.licensing.flows import Flow
from exposure.licensing.grants import Licences
from exposure.terms import BuyerClass


def run_course(
    world: World,
    licences: Licences,
    players: Mapping[str, Players],
    question: Question,
    *,
    restrict: Restriction | None = None,
) -> dict[str, SectorRun]:
    """Fast twin of `exposure.impact.course.run_reference`, for independent holdings.

    Equal to the last bit, but for the shares stopped by exit stage, which agree to 1e-12.
    """
    packed = pack_world(world, players, question)
    licensed, routes = _pack_policy(packed, licences, question, restrict)
    lanes = _empty_lanes(packed)
    results = _empty_results(packed)
    rows = make_rows(licensed, routes, packed.kinds, packed.pools, packed.kept)
    desk = make_desk(packed.kinds, packed.sectors, world.period.weeks)
    wanted = np.ones(len(packed.ranked), dtype=np.bool_)
    for lane in range(-(-world.inputs.draws // LANE)):
        fill_lane(licensed, routes, packed.kinds, packed.pools, packed.slots, lanes, rows, lane)
        run_sectors(
            packed.kinds, packed.sectors, packed.streams, lanes, results, question.weight, wanted,
            desk, lane,
        )  # fmt: skip
    return {
        name: _outcome(packed, lanes, results, players[name], i)
        for i, name in enumerate(packed.ranked)
    }


@dataclass
class _Flows:
    """Flows met, each packed once."""

    spans: IntArray
    classes: dict[int, FloatArray]
    looks: dict[int, FloatArray]


def _pack_policy(
    packed: Packed, licences: Licences, question: Question, restrict: Restriction | None
) -> tuple[Licensed, Routes]:
    world = packed.world
    weeks, draws = world.period.weeks, world.inputs.draws
    most = max(len(channel.stages) for channel, _ in packed.routes)
    shape = (len(packed.routes), most)
    final, processor, seen = (np.full(shape, NOTHING, dtype=np.int64) for _ in range(3))
    classes: dict[int, int] = {}
    stopped: list[FloatArray] = []
    looks: dict[int, int] = {}
    seen_arrays: list[FloatArray] = []

    def class_row(flow: Flow, stage: str) -> int:
        kept = kept_of(flow, stage, restrict)
        if kept.stopped is None:
            return NOTHING
        if kept.class_index not in classes:
            classes[kept.class_index] = len(stopped)
            stopped.append(kept.stopped)
        return classes[kept.class_index]

    def seen_row(flow: Flow) -> int:
        if flow.seen_index not in looks:
            looks[flow.seen_index] = len(seen_arrays)
            seen_arrays.append(flow.look_through)
        return looks[flow.seen_index]

    for r, (channel, (place, buyer, tier)) in enumerate(packed.routes):
        for g, stage in enumerate(channel.stages):
            flow = licences.of_final_user(channel, stage, destination=place, buyer=buyer, tier=tier)
            final[r, g] = class_row(flow, stage)
            if g < len(channel.stages) - 1:
                seen[r, g] = seen_row(flow)
                processor[r, g] = class_row(licences.of_processor(channel, stage), stage)
    supplies = [(channel, place, buyer) for channel, (place, buyer, _) in packed.routes]
    splits = {supply: world.splits[supply] for supply in supplies}
    turns = {week for split in splits.values() for week, _ in split}
    turns |= {
        int(week) + 1
        for own in seen_arrays
        if own.ndim == 2  # noqa: PLR2004
        for week in np.flatnonzero((own[1:] != own[:-1]).any(axis=1))
    }
    spans = np.array(sorted({0, *(w for w in turns if 0 < w < weeks)} | {weeks}), dtype=np.int64)
    look = np.empty((len(seen_arrays), len(spans) - 1, draws))
    for h, own in enumerate(seen_arrays):
        look[h] = own if own.ndim == 1 else own[spans[:-1]]
    chi: list[FloatArray] = []
    row: dict[tuple[object, int], int] = {}
    begin = 0
    for supply, split in splits.items():
        for n, (_, own) in enumerate(split):
            row[(supply, n)] = begin
            chi.append(own)
            begin += len(own)
    chi_row = np.zeros((len(packed.routes), len(spans) - 1, most), dtype=np.int64)
    for r, supply in enumerate(supplies):
        for s, since in enumerate(spans[:-1]):
            n = max(i for i, (week, _) in enumerate(splits[supply]) if week <= since)
            chi_row[r, s] = row[(supply, n)] + np.arange(most)
    same = np.zeros((len(packed.routes), len(spans) - 1), dtype=np.bool_)
    looks_same = np.array(
        [[False, *(look[h, 1:] == look[h, :-1]).all(axis=1)] for h in range(len(look))]
    ).reshape(len(look), len(spans) - 1)  # without upstream stages nothing is seen through
    for r in range(len(packed.routes)):
        same[r, 1:] = (chi_row[r, 1:] == chi_row[r, :-1]).all(axis=1)
        for h in seen[r, seen[r] >= 0]:
            same[r] &= looks_same[h]
    licensed = Licensed(
        np.stack(stopped) if stopped else np.zeros((0, weeks, draws)),
        look,
        spans,
        weeks - len(question.weight),
    )
    routes = Routes(
        np.concatenate(chi),
        chi_row,
        same,
        np.array([len(channel.stages) for channel, _ in packed.routes], dtype=np.int64),
        seen,
        final,
        processor,
        np.array([buyer is BuyerClass.MILITARY for _, (_, buyer, _) in packed.routes]),
        np.array([packed.shown.get(route, NOTHING) for route in packed.routes], dtype=np.int64),
    )
    return licensed, routes


def _empty_lanes(packed: Packed) -> Lanes:
    draws, weeks = packed.world.inputs.draws, packed.world.period.weeks
    slots = len(packed.slots.need)
    most = max(len(channel.stages) for channel, _ in packed.routes)
    kept = 1
    return Lanes(
        inflow=np.empty((kept, slots, weeks, LANE)),
        begins=np.empty((kept, slots, LANE), dtype=np.int64),
        late=np.empty((kept, slots, packed.late_weeks, LANE)),
        leak_weeks=packed.leak_weeks,
        lacked=np.empty((len(packed.slots.kind), draws)),
        stopped=np.empty((len(packed.shown), most, draws)),
    )


def _empty_results(packed: Packed) -> Results:
    draws, weeks = packed.world.inputs.draws, packed.world.period.weeks
    streams = packed.streams
    return Results(
        weekly=np.empty((len(packed.ranked), weeks, draws)),
        stopped=np.empty((len(packed.ranked), weeks, draws)),
        by_player=np.empty((streams.players[-1], draws)),
        unmet=np.empty((streams.slots[-1], draws)),
        held=np.empty((streams.held[-1], draws)),
    )


def _outcome(packed: Packed, lanes: Lanes, results: Results, players: Players, i: int) -> SectorRun:
    sector = packed.world.sectors[packed.ranked[i]]
    streams = packed.streams
    own = []
    for b, stream in enumerate(sector.streams, start=int(streams.streams[i])):
        first, end = streams.slots[b], streams.slots[b + 1]
        buyer = (sector.destination, stream.buyer_class, stream.tier)
        held = results.held[streams.held[b] : streams.held[b + 1]]
        channels = packed.slots.channels
        own.append(
            StreamRun(
                stream,
                results.by_player[streams.players[b] : streams.players[b + 1]],
                results.unmet[first:end],
                held.reshape(len(sector.holdings), -1, held.shape[1]).swapaxes(0, 1),
                [
                    lanes.lacked[channels[slot] : channels[slot + 1]]
                    for slot in streams.slot[first:end]
                ],
                {
                    channel: lanes.stopped[packed.shown[(channel, buyer)]]
                    for holding in sector.holdings
                    for channel in holding.channels
                },
            )
        )
    return put_together(packed.world, sector, players, results.weekly[i], results.stopped[i], own)
