"""A course of policy whose arrivals are cached: only sectors that changed are run again.

The arrivals from a group of pools are a part (see `exposure.inputs.parts`). The name of a part
holds the tokens of all its inputs. Equal names therefore mean equal losses of a sector, without
packing or running anything.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from exposure.impact.fast.arrays import Lanes
from exposure.impact.fast.firm_packing import Holder, pack_firms
from exposure.impact.fast.firms import make_desk, run_sectors
from exposure.impact.fast.lanes import fill_lane, make_rows
from exposure.impact.fast.packing import Group, PackedPools, groups_of, pack_pools, pool_key
from exposure.impact.fast.policy import pack_policy
from exposure.impact.fast.run import (
    Arrived,
    Fed,
    add_purchases,
    count_lanes,
    empty_lanes,
    empty_results,
    outcomes,
    over_lanes,
)
from exposure.impact.outcomes import Players, Question, SectorRun
from exposure.impact.world import World
from exposure.inputs.keys import Hashed
from exposure.inputs.parts import Notes, make_part
from exposure.licensing.grants import Licences

Name = tuple[Hashable, ...]
"""Tokens of all inputs of a result."""


@dataclass(frozen=True, eq=False)
class KeptCourse:
    """Sectors in one course of policy."""

    world: World
    licences: Licences
    ranked: tuple[str, ...]
    first: int
    """First week scored."""
    threads: int = 1
    """Threads that share the lanes of draws."""

    @cached_property
    def groups(self) -> dict[str, tuple[Group, ...]]:
        """Groups of pools that supply each sector."""
        every = groups_of(self.world, self.ranked)
        return {
            name: tuple(group for group in every if group & self._pools_of(name))
            for name in self.ranked
        }

    def _pools_of(self, sector: str) -> set[str]:
        return {
            pool_key(self.world, channel)
            for holding in self.world.sectors[sector].holdings
            for channel in holding.channels
        }

    @cached_property
    def names(self) -> dict[Group, Hashed]:
        """Tokens of all inputs of the arrivals from each group of pools."""
        every = dict.fromkeys(group for groups in self.groups.values() for group in groups)
        return {group: Hashed(self._name(group)) for group in every}

    def _name(self, group: Group) -> Name:
        tokens = self.world.tokens
        fed = [name for name in self.ranked if group in self.groups[name]]
        return (
            tuple(sorted(group)),
            self.first,
            self.world.period.key,
            tokens["firms"],
            tuple((name, tokens[("pool", name)]) for name in sorted(group & set(self.world.pools))),
            # Added supply comes from a pool even where the pool is not shared out.
            tuple(self._pool_tokens(name) for name in fed) if "" in group else (),
            tuple((name, tokens[("goods", name)]) for name in fed),
            tuple(token for name in sorted(group) for token in self._split_tokens.get(name, ())),
            tuple(self.licences.offices.items()),
        )

    @cached_property
    def _split_tokens(self) -> dict[str, list[int]]:
        """Tokens of the splits of all supply that each pool is shared out to."""
        tokens: dict[str, list[int]] = {}
        for supply in self.world.splits:
            name = pool_key(self.world, supply[0])
            tokens.setdefault(name, []).append(self.world.tokens[("split", supply)])
        return tokens

    def _pool_tokens(self, sector: str) -> Name:
        channels = (c for h in self.world.sectors[sector].holdings for c in h.channels)
        names = dict.fromkeys(c.pool for c in channels if c.pool in self.world.pools)
        return tuple(self.world.tokens[("pool", name)] for name in names)

    def name_of(self, sector: str) -> Name:
        """Tokens of all inputs of a sector's loss, except the question."""
        tokens = self.world.tokens
        return (
            sector,
            tokens[("stocks", sector)],
            self._pool_tokens(sector),
            tuple(self.names[group] for group in self.groups[sector]),
        )

    def run(self, players: Mapping[str, Players], question: Question) -> dict[str, SectorRun]:
        """Run some of the sectors."""
        if not players:
            return {}
        fed = self._fed(players)
        slots, slot_of = _together(fed)
        firms = pack_firms(self.world, players, question, slot_of)
        results = empty_results(self.world, firms)

        def some(lanes_of_thread: range) -> None:
            lanes = _room_for(slots)
            desk = make_desk(firms.changes, firms.sectors, self.world.period.weeks)
            for lane in lanes_of_thread:
                _fill(lanes, slots, lane)
                run_sectors(
                    firms.changes, firms.sectors, firms.streams, lanes, results, question.weight,
                    desk, lane,
                )  # fmt: skip

        over_lanes(some, count_lanes(self.world), self.threads)
        return outcomes(self.world, players, firms, results, fed)

    def _fed(self, sectors: Iterable[str]) -> dict[Holder, Fed]:
        """Source of each holding of each stream of some sectors."""
        wanted = set(sectors)
        fed: dict[Holder, Fed] = {}
        for group in dict.fromkeys(group for name in wanted for group in self.groups[name]):
            arrived = self._arrived(group)
            slots = {h: (arrived, slot) for h, slot in arrived.slot_of.items() if h[0] in wanted}
            fed.update(slots)
        return fed

    def _arrived(self, group: Group) -> Arrived:
        def make() -> tuple[Arrived, Notes]:
            return _arrive(pack_pools(self.world, self.ranked, group), self), {}

        index = self.world.inputs.index
        return make_part(("arrived", self.names[group]), index, make, kept=True).value


def _arrive(pools: PackedPools, course: KeptCourse) -> Arrived:
    policy = pack_policy(pools, course.licences, first=course.first)
    count = count_lanes(pools.world)
    lanes = empty_lanes(pools, policy, kept=count)

    def some(lanes_of_thread: range) -> None:
        licensed = policy.room_for_lane()
        rows = make_rows(licensed, policy.routes, pools.kinds, pools.pools, pools.kept)
        for lane in lanes_of_thread:
            policy.fill(licensed, lane)
            fill_lane(
                licensed, policy.routes, pools.kinds, pools.pools, pools.slots, lanes,
                rows, lane,
            )  # fmt: skip
            add_purchases(pools, lanes, lane)

    over_lanes(some, count, course.threads)
    return Arrived.of(lanes, pools)


Slot = tuple[Arrived, int]
"""One slot of the arrivals from a group of pools."""


def _together(fed: Mapping[Holder, Fed]) -> tuple[list[Slot], dict[Holder, int]]:
    """Slots of several groups of pools, each once, and the slot of each holding among them."""
    slots: list[Slot] = []
    feeds: dict[tuple[int, int], int] = {}
    slot_of = {}
    for holder, (arrived, slot) in fed.items():
        # Arrivals live as long as the slots, so identity can replace comparison of values.
        key = (id(arrived), slot)
        if key not in feeds:
            feeds[key] = len(slots)
            slots.append((arrived, slot))
        slot_of[holder] = feeds[key]
    return slots, slot_of


def _room_for(slots: Sequence[Slot]) -> Lanes:
    """Array for one lane of some slots; one for all lanes would be copied through memory."""
    one = slots[0][0].lanes
    late = max(arrived.lanes.late.shape[2] for arrived, _ in slots)
    return one._replace(
        inflow=np.empty((len(slots), 1, *one.inflow.shape[2:])),
        begins=np.empty((len(slots), 1, *one.begins.shape[2:]), dtype=np.int64),
        late=np.empty((len(slots), 1, late, *one.late.shape[3:])),
    )


def _fill(lanes: Lanes, slots: Sequence[Slot], lane: int) -> None:
    """Copy one lane of each slot."""
    for position, (arrived, slot) in enumerate(slots):
        lanes.inflow[position, 0] = arrived.lanes.inflow[slot, lane]
        lanes.begins[position, 0] = arrived.lanes.begins[slot, lane]
        lanes.late[position, 0] = arrived.lanes.late[slot, lane]
