"""What the kernels read: one world and one course of policy as arrays of numbers.

Positions point into other arrays, -1 to nothing. D is the draw, T the week, S a span of weeks in
which look-through and sourcing do not change, G the stage of a component.
"""

from typing import NamedTuple

from exposure.arrays import BoolArray, FloatArray, IntArray


class Licensed(NamedTuple):
    """What licences stop."""

    stopped: FloatArray
    """Share of usual flow that does not leave, by class, (C, T, D)."""
    look_through: FloatArray
    """Share of upstream exits judged by the final user, (H, S, D)."""
    spans: IntArray
    """First week of each span, and the number of weeks, (S + 1,)."""
    first: int
    """First week scored."""


class Routes(NamedTuple):
    """Channels as certain buyers buy them, in the order of their pools."""

    chi: FloatArray
    """Shares by exit stage, (X, D)."""
    chi_row: IntArray
    """Row of `chi` for each route, span and stage, (R, S, G)."""
    same: BoolArray
    """Whether a span of weeks goes on as the one before, (R, S)."""
    stages: IntArray
    """Number of stages, (R,)."""
    seen_row: IntArray
    """Row of `look_through` for each route and stage, (R, G)."""
    final: IntArray
    """Class that stops what is judged by the final user, (R, G)."""
    processor: IntArray
    """Class that stops the rest, (R, G)."""
    military: BoolArray
    """Whether the buyer is military, (R,)."""
    shown: IntArray
    """Row of the result that holds the shares stopped, (R,)."""


class Kinds(NamedTuple):
    """Claims that are served alike, in the order of their pools."""

    route: IntArray
    """(N,)."""
    order: IntArray
    """Class of service, (N, D)."""
    weight: FloatArray
    """Share of the demand of the pool, (N, D)."""
    since: IntArray
    """First week in which it counts, (N,)."""
    until: IntArray
    """First week in which it no longer counts, (N,)."""
    bought: BoolArray
    """Whether it is a purchase on top of need, without licences and contracts, (N,)."""
    given: FloatArray
    """Part of a purchase that is there without being taken from the pool, 0 or 1, (N,)."""
    lag: IntArray
    """Row of `lags`, (N,)."""
    need: IntArray
    """Row of `changes` with what remains of the need, (N,); row 0 is a need without change."""
    assembled: IntArray
    """Row of `changes` with what comes inside assembled parts, (N,)."""
    lags: IntArray
    """Weeks from the border to the factory, (M, D)."""
    changes: FloatArray
    """Share, first week and width of gradual changes, (J, 3, D)."""
    remains: BoolArray
    """Whether what remains is wanted, 1 - share, instead of the share, (J,)."""


class Pools(NamedTuple):
    """Pools, the last of them without any sharing out: contracts hold there."""

    routes: IntArray
    """First route of each pool, and the number of routes, (P + 1,)."""
    kinds: IntArray
    """First kind of each pool, and the number of kinds, (P + 1,)."""
    rationed: BoolArray
    """Whether the pool is shared out, (P,)."""
    added_row: IntArray
    """Row of `added` of each kind, (N,)."""
    added: FloatArray
    """New supply, recycling and released reserves, (A, T, D)."""
    switched: FloatArray
    """Share of contracts that no longer hold, as a gradual change, (P, 3, D)."""


class Slots(NamedTuple):
    """What arrives at holdings; holdings to which the same arrives share a slot."""

    channels: IntArray
    """First channel of each slot, and the number of channels, (L + 1,)."""
    kind: IntArray
    """Kind that brings each channel, (E,)."""
    weight: FloatArray
    """Part of the need that the channel meets, (E,)."""
    need: IntArray
    """Row of `Kinds.changes` with the need, (L,)."""
    emitted: IntArray
    """For each kind the place of its inflow among those kept, (N,)."""


class Sectors(NamedTuple):
    """What sectors hold, and who bears their losses; K is the holding, F the stratum."""

    holdings: IntArray
    """First holding of each sector, and the number of holdings, (I + 1,)."""
    stock: FloatArray
    """(holdings, D)."""
    cap: FloatArray
    """(holdings, D)."""
    criticality: FloatArray
    """(holdings, D)."""
    thrift: FloatArray
    """(holdings, D)."""
    raises: IntArray
    """First of `raised_week` of each holding, and the number of them, (holdings + 1,)."""
    raised_week: IntArray
    """Week from which there is more room, in the order of the weeks of each holding, (Q,)."""
    room: FloatArray
    """Room made for what is bought on top of the usual cap, (Q, D)."""
    shared_from: IntArray
    """Week from which firms share their stocks; the number of weeks for never, (I,)."""
    need: IntArray
    """Row of `Kinds.changes` with the need, (holdings,)."""
    strata: IntArray
    """Number of strata of each sector, (I,)."""
    multiples: FloatArray
    """Stock of each stratum as a multiple of the median firm's, (I, F, D)."""
    shares: FloatArray
    """Share of output of each stratum, (I, F)."""
    late: FloatArray
    """Share of each stratum that priority reaches late, (I, F, D)."""
    players: IntArray
    """Number of players of each sector, (I,)."""
    members: BoolArray
    """Which holdings each player answers for, (I, P, K)."""
    asked: IntArray
    """First of `asked_weeks` of each sector, and the number of them, (I + 1,)."""
    asked_weeks: IntArray
    """Weeks at whose end the stock is wanted."""


class Streams(NamedTuple):
    """Kinds of buyers of the sectors, in the order of the sectors."""

    streams: IntArray
    """First stream of each sector, and the number of streams, (I + 1,)."""
    share: FloatArray
    """Share of the sector's output, (B, D)."""
    slots: IntArray
    """First of `slot` of each stream, (B + 1,)."""
    slot: IntArray
    """Slot of each holding of each stream."""
    players: IntArray
    """First row of `Results.by_player` of each stream, (B + 1,)."""
    held: IntArray
    """First row of `Results.held` of each stream, (B + 1,)."""


class Lanes(NamedTuple):
    """What arrives, lane by lane."""

    inflow: FloatArray
    """(slots, lanes kept, T, draws of a lane)."""
    begins: IntArray
    """First week of want, (slots, lanes kept, draws of a lane)."""
    late: FloatArray
    """What priority brings from then on, (slots, lanes kept, N, draws of a lane)."""
    leak_weeks: FloatArray
    """How much later priority reaches some firms, (D,)."""
    lacked: FloatArray
    """What each channel of each slot lacked, by mass, (E, D)."""
    stopped: FloatArray
    """Share of need stopped by route shown and stage, mean of the scored weeks, (V, G, D)."""


class Results(NamedTuple):
    """What sectors lose."""

    weekly: FloatArray
    """Lost share of output, (I, T, D)."""
    stopped: FloatArray
    """Share of output made by firms that are stopped, (I, T, D)."""
    by_player: FloatArray
    """Discounted loss of each player of each stream, (rows, D)."""
    unmet: FloatArray
    """Need not met by holding of each stream, (rows, D)."""
    held: FloatArray
    """Stock at the end of the weeks asked for, by stream, week and holding, (rows, D)."""


class Desk(NamedTuple):
    """Room for one stream in one lane."""

    need: FloatArray
    """Need of each change, (J, T, LANE)."""
    loss: FloatArray
    """(holdings of a sector, T, LANE)."""
    arriving: FloatArray
    """(T, LANE)."""
    saved: FloatArray
    """(T, LANE)."""
    lost: FloatArray
    """(T, LANE)."""
    weekly: FloatArray
    """(T, LANE)."""
    stopped: FloatArray
    """(T, LANE)."""
    common: FloatArray
    """Stock and cap of firms that share, (2, holdings of a sector, LANE)."""
    state: FloatArray
    """Stock, cap, criticality, what is missed, what was missed before, (5, LANE)."""
    players: FloatArray
    """Losses alone, in order, parts and sums of each player, (4, players, LANE)."""
    loses: BoolArray
    """Holdings that lose something, and those that may, (2, holdings of a sector)."""
    playing: IntArray
    """Players who lose something, (players,)."""
