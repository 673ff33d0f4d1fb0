"""A course of policy whose arrivals are cached: only sectors that changed are run again.

The arrivals from a group of pools are a part (see `exposure.inputs.parts`). The name of a part
holds the tokens of all its inputs. Equal names therefore mean equal losses of a sector, without
packing or running anything.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.fast.arrays import Lanes, Start, Weeks
from exposure.impact.fast.arriving import ArrivedSince, arrive
from exposure.impact.fast.firm_packing import Holder, PackedFirms, pack_firms
from exposure.impact.fast.firms import fill_levels, make_desk, run_sectors
from exposure.impact.fast.packing import Group, groups_of, pack_pools, pool_key
from exposure.impact.fast.past import digest_of_stocks
from exposure.impact.fast.policy import pack_policy
from exposure.impact.fast.run import (
    FROM_THE_START,
    count_lanes,
    empty_results,
    outcomes,
    over_lanes,
)
from exposure.impact.outcomes import Players, Question, SectorRun
from exposure.impact.world import World
from exposure.inputs.keys import Hashed
from exposure.inputs.parts import Notes, Part, make_part
from exposure.licensing.grants import Licences

Name = tuple[Hashable, ...]
"""Tokens of all inputs of a result."""

Slot = tuple[ArrivedSince, int]
"""One slot of the arrivals from a group of pools."""

Feed = tuple[Lanes, int]
"""The same, without what the slots are for."""


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
    def names(self) -> dict[Group, Hashed[Name]]:
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

    @cached_property
    def since(self) -> int:
        """First week that is run for this course alone; the weeks before it may be shared."""
        return self.world.parts_from(self.first, self.ranked)

    def run(self, players: Mapping[str, Players], weight: FloatArray) -> dict[str, SectorRun]:
        """Run some of the sectors; weekly losses are those of the weeks from `since` on.

        Parameters
        ----------
        players
            Sectors, each with the causes to which its loss is attributed.
        weight
            Discount of each scored week, shape (scored weeks,).
        """
        if not players:
            return {}
        fed = self._fed(players)
        slots, slot_of = _together(fed)
        firms = pack_firms(self.world, players, Question(weight), slot_of)
        weeks = Weeks(self.since, self.world.period.weeks, 0)
        count = weeks.end - weeks.begin
        start, results = self._start(firms, slots), empty_results(self.world, firms, count)
        feeds = [(arrived.arrived.lanes, slot) for arrived, slot in slots]

        def some(lanes_of_thread: range) -> None:
            lanes = _room_for(feeds)
            desk = make_desk(firms.changes, firms.sectors, count)
            for lane in lanes_of_thread:
                _copy_lane(lanes, feeds, lane)
                run_sectors(
                    firms.changes, firms.sectors, firms.streams, weeks, start, lanes, results,
                    weight, desk, lane,
                )  # fmt: skip

        over_lanes(some, count_lanes(self.world), self.threads)
        fed_now = {holder: (arrived.arrived, slot) for holder, (arrived, slot) in fed.items()}
        return outcomes(self.world, players, firms, results, fed_now)

    def _fed(self, sectors: Iterable[str]) -> dict[Holder, Slot]:
        """Source of each holding of each stream of some sectors."""
        wanted = set(sectors)
        fed: dict[Holder, Slot] = {}
        for group in dict.fromkeys(group for name in wanted for group in self.groups[name]):
            arrived = self._arrived(group)
            slots = {
                holder: (arrived, slot)
                for holder, slot in arrived.arrived.slot_of.items()
                if holder[0] in wanted
            }
            fed.update(slots)
        return fed

    def _arrived(self, group: Group) -> ArrivedSince:
        def make() -> tuple[ArrivedSince, Notes]:
            pools = pack_pools(self.world, self.ranked, group)
            policy = pack_policy(pools, self.licences, first=self.first)
            return arrive(pools, policy, self.since, threads=self.threads), {}

        name = ("arrived", self.since, self.names[group])
        index = self.world.inputs.index
        return make_part(name, index, make, kept=True, weigh=lambda made: made.weight).value

    def _start(self, firms: PackedFirms, slots: Sequence[Slot]) -> Start:
        """Stocks of all sectors at the start of the weeks that are run."""
        if not self.since:
            return FROM_THE_START
        rows = [self._levels(firms, slots, i) for i in range(len(firms.names))]
        return Start(np.concatenate(rows))

    def _levels(self, firms: PackedFirms, slots: Sequence[Slot], i: int) -> FloatArray:
        """Stocks of one sector before the weeks that are run, (rows, F, D)."""
        sectors, streams = firms.sectors, firms.streams
        begin, end = streams.slots[streams.streams[i : i + 2]]
        feeds = [_past_of(*slots[position]) for position in streams.slot[begin:end]]

        def make() -> tuple[FloatArray, Notes]:
            return self._run_past(firms, [(part.value, slot) for part, slot in feeds], i), {}

        supply = tuple((part.token, slot) for part, slot in feeds)
        stocks = digest_of_stocks(sectors, firms.changes, i, self.since)
        index = self.world.inputs.index
        return make_part(("stocks before", supply, stocks), index, make, kept=True).value

    def _run_past(
        self, firms: PackedFirms, feeds: Sequence[tuple[Lanes, int]], i: int
    ) -> FloatArray:
        """Run the firms of one sector through the weeks before."""
        weeks = Weeks(0, self.since, 0)
        level = np.empty((len(feeds), firms.sectors.multiples.shape[1], self.world.inputs.draws))
        slot = np.arange(len(feeds))

        def some(lanes_of_thread: range) -> None:
            lanes, desk = _room_for(feeds), make_desk(firms.changes, firms.sectors, weeks.end)
            for lane in lanes_of_thread:
                _copy_lane(lanes, feeds, lane)
                fill_levels(
                    firms.changes, firms.sectors, firms.streams, weeks, lanes, slot, level, desk,
                    i, lane,
                )  # fmt: skip

        over_lanes(some, count_lanes(self.world), self.threads)
        return level


def _past_of(arrived: ArrivedSince, slot: int) -> tuple[Part[Lanes], int]:
    """Arrivals of a slot before the weeks that are run."""
    if arrived.past is None:
        raise ValueError("the weeks are all of the run")
    return arrived.past, int(arrived.past_slot[slot])


def _together(fed: Mapping[Holder, Slot]) -> tuple[list[Slot], dict[Holder, int]]:
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


def _room_for(feeds: Sequence[Feed]) -> Lanes:
    """Array for one lane of some slots; one for all lanes would be copied through memory."""
    one = feeds[0][0]
    late = max(lanes.late.shape[2] for lanes, _ in feeds)
    return one._replace(
        inflow=np.empty((len(feeds), 1, *one.inflow.shape[2:])),
        begins=np.empty((len(feeds), 1, *one.begins.shape[2:]), dtype=np.int64),
        late=np.empty((len(feeds), 1, late, *one.late.shape[3:])),
    )


def _copy_lane(lanes: Lanes, feeds: Sequence[Feed], lane: int) -> None:
    """Copy one lane of each slot."""
    for position, (arrived, slot) in enumerate(feeds):
        lanes.inflow[position, 0] = arrived.inflow[slot, lane]
        lanes.begins[position, 0] = arrived.begins[slot, lane]
        lanes.late[position, 0] = arrived.late[slot, lane]
