"""The fast twin of a course: packs, calls the kernels, puts the results together."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.arrivals import Restriction
from exposure.impact.fast.arrays import Lanes, Results
from exposure.impact.fast.firm_packing import Holder, PackedFirms, pack_firms
from exposure.impact.fast.firms import make_desk, run_sectors
from exposure.impact.fast.lanes import LANE, fill_lane, make_rows
from exposure.impact.fast.packing import PackedPools, groups_of, pack_pools
from exposure.impact.fast.policy import PackedPolicy, pack_policy
from exposure.impact.outcomes import Players, Question, SectorRun, StreamRun, put_together
from exposure.impact.world import World
from exposure.inputs.parts import Notes, make_part
from exposure.licensing.grants import Licences


def run_course(
    world: World,
    licences: Licences,
    players: Mapping[str, Players],
    question: Question,
    *,
    restrict: Restriction | None = None,
) -> dict[str, SectorRun]:
    """Fast twin of `exposure.impact.course.run_reference`, for independent holdings.

    Equal to the last bit, but for the shares stopped by exit stage, which agree to 1e-12. One
    lane of draws is run after the other, so that what arrives is never kept for all draws.
    """
    ranked, first = tuple(players), world.period.weeks - len(question.weight)
    every = frozenset().union(*groups_of(world, ranked))
    pools = pack_pools(world, ranked, every)
    policy = pack_policy(pools, licences, first=first, restrict=restrict)
    firms = pack_firms(world, players, question, pools.slot_of)
    lanes, results = _empty_lanes(pools, policy, kept=1), _empty_results(world, firms)
    rows = make_rows(policy.licensed, policy.routes, pools.kinds, pools.pools, pools.kept)
    desk = make_desk(firms.changes, firms.sectors, world.period.weeks)
    for lane in range(_lanes(world)):
        fill_lane(
            policy.licensed, policy.routes, pools.kinds, pools.pools, pools.slots, lanes, rows, lane
        )
        run_sectors(
            firms.changes, firms.sectors, firms.streams, lanes, results, question.weight, desk, lane
        )
    fed = {holder: Fed(lanes, pools, slot) for holder, slot in pools.slot_of.items()}
    return _outcomes(world, players, firms, results, fed)


@dataclass(frozen=True, eq=False)
class Fed:
    """What feeds one holding of one stream."""

    lanes: Lanes
    pools: PackedPools
    slot: int

    @property
    def lacked(self) -> FloatArray:
        """What each of its channels lacked, by mass, (channels, D)."""
        first, end = self.pools.slots.channels[self.slot : self.slot + 2]
        return self.lanes.lacked[first:end]


def _lanes(world: World) -> int:
    return -(-world.inputs.draws // LANE)


def _empty_lanes(pools: PackedPools, policy: PackedPolicy, *, kept: int) -> Lanes:
    """Room for what arrives in some lanes at a time."""
    draws, weeks, slots = pools.world.inputs.draws, pools.world.period.weeks, len(pools.slots.need)
    return Lanes(
        inflow=np.empty((slots, kept, weeks, LANE)),
        begins=np.empty((slots, kept, LANE), dtype=np.int64),
        late=np.empty((slots, kept, pools.late_weeks, LANE)),
        leak_weeks=pools.leak_weeks,
        lacked=np.empty((len(pools.slots.kind), draws)),
        stopped=np.empty((len(pools.shown), policy.routes.final.shape[1], draws)),
    )


def _empty_results(world: World, firms: PackedFirms) -> Results:
    draws, streams = world.inputs.draws, firms.streams
    shape = (len(firms.names), world.period.weeks, draws)
    return Results(
        weekly=np.empty(shape),
        stopped=np.empty(shape),
        by_player=np.empty((streams.players[-1], draws)),
        unmet=np.empty((streams.slots[-1], draws)),
        held=np.empty((streams.held[-1], draws)),
    )


def _outcomes(
    world: World,
    players: Mapping[str, Players],
    firms: PackedFirms,
    results: Results,
    fed: Mapping[Holder, Fed],
) -> dict[str, SectorRun]:
    streams = firms.streams
    outcomes = {}
    for i, name in enumerate(firms.names):
        sector = world.sectors[name]
        own = []
        for position, stream in enumerate(sector.streams):
            b = int(streams.streams[i]) + position
            buyer = (sector.destination, stream.buyer_class, stream.tier)
            feeds = [fed[(name, position, k)] for k in range(len(sector.holdings))]
            held = results.held[streams.held[b] : streams.held[b + 1]]
            own.append(
                StreamRun(
                    stream,
                    results.by_player[streams.players[b] : streams.players[b + 1]],
                    results.unmet[streams.slots[b] : streams.slots[b + 1]],
                    held.reshape(len(feeds), -1, held.shape[1]).swapaxes(0, 1),
                    [feed.lacked for feed in feeds],
                    {
                        channel: feed.lanes.stopped[feed.pools.shown[(channel, buyer)]]
                        for feed, holding in zip(feeds, sector.holdings, strict=True)
                        for channel in holding.channels
                    },
                )
            )
        outcomes[name] = put_together(
            world, sector, players[name], results.weekly[i], results.stopped[i], own
        )
    return outcomes


@dataclass(frozen=True, eq=False)
class Arrived:
    """What arrives from one group of pools, in all lanes."""

    lanes: Lanes
    pools: PackedPools


@dataclass(frozen=True, eq=False)
class KeptCourse:
    """A course of policy whose arrivals are kept: only what changed is worked out again."""

    world: World
    licences: Licences
    ranked: tuple[str, ...]
    first: int
    """First week scored."""

    @cached_property
    def arrived(self) -> dict[Holder, tuple[Fed, int]]:
        """What feeds each holding of each stream, with the token of what brought it."""
        fed = {}
        for group in groups_of(self.world, self.ranked):
            pools = pack_pools(self.world, self.ranked, group)
            policy = pack_policy(pools, self.licences, first=self.first)
            name = ("arrived", self._name(pools, policy))

            def make(
                pools: PackedPools = pools, policy: PackedPolicy = policy
            ) -> tuple[Arrived, Notes]:
                return _arrive(pools, policy), {}

            part = make_part(name, self.world.inputs.index, make, kept=True)
            for holder, slot in part.value.pools.slot_of.items():
                fed[holder] = Fed(part.value.lanes, part.value.pools, slot), part.token
        return fed

    def _name(self, pools: PackedPools, policy: PackedPolicy) -> tuple[Hashable, ...]:
        """Everything that decides what arrives from a group of pools."""
        tokens = self.world.tokens
        supplies = {(channel, place, buyer) for channel, (place, buyer, _) in pools.routes}
        looks = {self.licences.offices[place] for _, place, _ in supplies}
        return (
            pools.group,
            self.ranked,
            self.first,
            self.world.period.key,
            tokens["firms"],
            tuple(tokens[("pool", name)] for name in pools.names),
            tuple(sorted(tokens[("goods", name)] for name, _, _ in pools.slot_of)),
            tuple(sorted(tokens[("split", supply)] for supply in supplies)),
            tuple(self.licences.tokens[own] for own in policy.classes),
            tuple(sorted(looks)),
        )

    def name_of(self, sector: str) -> tuple[Hashable, ...]:
        """Everything that decides what a sector loses, besides the question."""
        tokens, own = self.world.tokens, self.world.sectors[sector]
        feeds = tuple(
            self.arrived[(sector, position, k)][1]
            for position in range(len(own.streams))
            for k in range(len(own.holdings))
        )
        pools = tuple(
            tokens[("pool", channel.pool)]
            for holding in own.holdings
            for channel in holding.channels
            if channel.pool in self.world.pools
        )
        return (
            sector, feeds, pools, tokens[("goods", sector)], tokens[("stocks", sector)],
            tokens["firms"], self.first,
        )  # fmt: skip

    def run(self, players: Mapping[str, Players], question: Question) -> dict[str, SectorRun]:
        """Run some of the sectors."""
        if not players:
            return {}
        fed = {own: feed for own, (feed, _) in self.arrived.items() if own[0] in players}
        lanes, slot_of = _together(fed)
        firms = pack_firms(self.world, players, question, slot_of)
        results = _empty_results(self.world, firms)
        desk = make_desk(firms.changes, firms.sectors, self.world.period.weeks)
        for lane in range(_lanes(self.world)):
            run_sectors(
                firms.changes, firms.sectors, firms.streams, lanes, results, question.weight,
                desk, lane,
            )  # fmt: skip
        return _outcomes(self.world, players, firms, results, fed)


def _arrive(pools: PackedPools, policy: PackedPolicy) -> Arrived:
    count = _lanes(pools.world)
    lanes = _empty_lanes(pools, policy, kept=count)
    rows = make_rows(policy.licensed, policy.routes, pools.kinds, pools.pools, pools.kept)
    for lane in range(count):
        fill_lane(
            policy.licensed, policy.routes, pools.kinds, pools.pools, pools.slots, lanes, rows, lane
        )
    return Arrived(lanes, pools)


def _together(fed: Mapping[Holder, Fed]) -> tuple[Lanes, dict[Holder, int]]:
    """Slots of several groups of pools as one set of lanes."""
    feeds: dict[tuple[int, int], Fed] = {}
    slot_of = {}
    for holder, feed in fed.items():
        # The lanes live as long as this function, so an identity is as good as a value.
        key = (id(feed.lanes), feed.slot)
        feeds.setdefault(key, feed)
        slot_of[holder] = list(feeds).index(key)
    one = next(iter(feeds.values())).lanes
    return (
        Lanes(
            np.stack([own.lanes.inflow[own.slot] for own in feeds.values()]),
            np.stack([own.lanes.begins[own.slot] for own in feeds.values()]),
            np.stack([own.lanes.late[own.slot] for own in feeds.values()]),
            one.leak_weeks,
            one.lacked,
            one.stopped,
        ),
        slot_of,
    )
