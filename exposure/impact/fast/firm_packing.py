"""Sectors as arrays of numbers, the input of the kernel of the firms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.fast.arrays import Sectors, Streams
from exposure.impact.fast.changes import Changes, ints, starts
from exposure.impact.firms import STRATUM_SHARES, late_shares, stock_multiples, stratum_shares
from exposure.impact.outcomes import NO_WEEKS, Players, Question, members_of
from exposure.impact.purchases import raises_of
from exposure.impact.sectors import Sector
from exposure.impact.world import World

Holder = tuple[str, int, int]
"""Sector, position of the stream, position of the holding."""


@dataclass(frozen=True, eq=False)
class PackedFirms:
    """Sectors that are run, as arrays."""

    names: tuple[str, ...]
    changes: FloatArray
    """Share, first week and width of gradual changes, (J, 3, D)."""
    sectors: Sectors
    streams: Streams


def pack_firms(
    world: World,
    players: Mapping[str, Players],
    question: Question,
    slot_of: Mapping[Holder, int],
) -> PackedFirms:
    """Put sectors into arrays.

    Parameters
    ----------
    world
        What policy does not change.
    players
        Sectors to run, each with the causes to which its loss is attributed.
    question
        Weeks for which stocks are reported.
    slot_of
        Slot that supplies each holding of each stream.
    """
    changes = Changes()
    sectors = _pack_sectors(world, players, question, changes)
    streams = _pack_streams(world, players, sectors, slot_of)
    return PackedFirms(tuple(players), changes.packed(world.inputs.draws), sectors, streams)


def _pack_sectors(
    world: World, players: Mapping[str, Players], question: Question, changes: Changes
) -> Sectors:
    sectors = [world.sectors[name] for name in players]
    # One more than the number of strata, for firms that share their stocks.
    draws, most = world.inputs.draws, len(STRATUM_SHARES) + 1
    multiples, late = np.ones((2, len(sectors), most, draws))
    shares, strata = np.zeros((len(sectors), most)), []
    for i, sector in enumerate(sectors):
        found = stock_multiples(sector.firm_spread)
        strata.append(len(found))
        multiples[i, : len(found)] = found
        late[i, : len(found)] = late_shares(world.leak_share, len(found))
        shares[i, : len(found)] = stratum_shares(len(found))
        late[i, len(found)] = 0.0
        for f in range(len(found)):
            late[i, len(found)] += shares[i, f] * late[i, f]
    raises = [
        raises_of(world, sector.sector, k)
        for sector in sectors
        for k in range(len(sector.holdings))
    ]
    every = [each for of_holding in raises for each in of_holding]
    weeks = world.period.weeks
    asked = [question.stock_weeks.get(name, NO_WEEKS) for name in players]
    return Sectors(
        holdings=starts(len(sector.holdings) for sector in sectors),
        stock=np.concatenate([sector.stock for sector in sectors]),
        cap=np.concatenate([sector.cap for sector in sectors]),
        criticality=np.concatenate([sector.criticality for sector in sectors]),
        thrift=np.concatenate([sector.thrift for sector in sectors]),
        raises=starts(len(of_holding) for of_holding in raises),
        raised_week=ints(each.week for each in every),
        room=np.stack([each.room for each in every]) if every else np.zeros((0, draws)),
        shared_from=ints(weeks if s.shared_from is None else s.shared_from for s in sectors),
        need=ints(changes.row(saved, remains=True) for sector in sectors for saved in sector.saved),
        strata=ints(strata),
        multiples=multiples,
        shares=shares,
        late=late,
        players=ints(len(causes) for causes in players.values()),
        members=_pack_members(sectors, players),
        asked=starts(len(weeks) for weeks in asked),
        asked_weeks=np.concatenate([*asked, NO_WEEKS]),
    )


def _pack_members(sectors: Sequence[Sector], players: Mapping[str, Players]) -> np.ndarray:
    most = max(len(causes) for causes in players.values())
    widest = max(len(sector.holdings) for sector in sectors)
    members = np.zeros((len(sectors), most, widest), dtype=np.bool_)
    for i, (sector, causes) in enumerate(zip(sectors, players.values(), strict=True)):
        table = members_of(sector, causes)
        members[i, : table.shape[0], : table.shape[1]] = table
    return members


def _pack_streams(
    world: World,
    players: Mapping[str, Players],
    sectors: Sectors,
    slot_of: Mapping[tuple[str, int, int], int],
) -> Streams:
    names = tuple(players)
    owner = [i for i, name in enumerate(names) for _ in world.sectors[name].streams]
    holdings, asked = np.diff(sectors.holdings), np.diff(sectors.asked)
    shares = [stream.share for name in names for stream in world.sectors[name].streams]
    return Streams(
        streams=starts(len(world.sectors[name].streams) for name in names),
        share=np.stack(shares),
        slots=starts(holdings[i] for i in owner),
        slot=ints(
            slot_of[(name, position, k)]
            for name in names
            for position in range(len(world.sectors[name].streams))
            for k in range(len(world.sectors[name].holdings))
        ),
        players=starts(sectors.players[i] for i in owner),
        held=starts(holdings[i] * asked[i] for i in owner),
    )
