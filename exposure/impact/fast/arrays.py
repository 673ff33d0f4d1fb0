"""Input of the kernels: one world and one course of policy as arrays of numbers.

Positions are indices into other arrays; -1 means none. D is the draw, T the week, S a span of
weeks in which look-through, sourcing and the numbering of classes do not change, G the stage of a
component. Kernels compute some weeks of a run, `Weeks`; T counts from the first of them.
"""

from typing import NamedTuple

from exposure.arrays import BoolArray, FloatArray, IntArray


class Weeks(NamedTuple):
    """Weeks of a run that a kernel computes, counted from the start of the run."""

    begin: int
    """First week."""
    end: int
    """Week after the last one."""
    ahead: int
    """Weeks before the first one whose flow across borders is computed too: goods that left China
    then arrive later."""


class Licensed(NamedTuple):
    """Flows stopped by licensing, from the first week whose flow across borders is computed."""

    stopped: FloatArray
    """Share of usual flow that does not leave, by class, (C, T, draws of a lane)."""
    look_through: FloatArray
    """Share of upstream exits judged by the final user, (H, S, D)."""
    spans: IntArray
    """First week of each span, and the number of weeks, (S + 1,)."""
    first: int
    """First week scored; the number of weeks if none is."""


class Routes(NamedTuple):
    """Channels by kind of buyer, in the order of their pools."""

    chi: FloatArray
    """Shares by exit stage, (X, D)."""
    chi_row: IntArray
    """Row of `chi` for each route, span and stage, (R, S, G)."""
    same: BoolArray
    """Whether a span of weeks equals the one before, (R, S)."""
    stages: IntArray
    """Number of stages, (R,)."""
    seen_row: IntArray
    """Row of `look_through` for each route and stage, (R, G)."""
    final: IntArray
    """Licence class of the part that is judged by the final user, by span and stage, (R, S, G)."""
    processor: IntArray
    """Licence class of the rest, which is judged by the processor, (R, S, G)."""
    military: BoolArray
    """Whether the buyer is military, (R,)."""
    shown: IntArray
    """Row of the results for the shares stopped, (R,)."""


class Kinds(NamedTuple):
    """Groups of claims that are served equally, in the order of their pools."""

    route: IntArray
    """Position in `Routes`, (N,)."""
    order: IntArray
    """Order class: in which turn a claim is served, (N, D)."""
    weight: FloatArray
    """Share of the demand of the pool, (N, D)."""
    since: IntArray
    """First week in which the claim exists, (N,)."""
    until: IntArray
    """First week in which it no longer exists, (N,)."""
    offers: BoolArray
    """Whether its contracts are offered, (N,): a claim that replaces another offers none."""
    bought: BoolArray
    """Whether it is an extra purchase, without licences or contracts, (N,)."""
    given: FloatArray
    """Part of a purchase that comes from outside the pool, 0 or 1, (N,)."""
    lag: IntArray
    """Row of `lags`, (N,)."""
    need: IntArray
    """Row of `changes` for the remaining need, (N,); row 0 is an unchanged need."""
    assembled: IntArray
    """Row of `changes` for the share that arrives inside assembled parts, (N,)."""
    lags: IntArray
    """Weeks from the border to the factory, (M, D)."""
    changes: FloatArray
    """Share, first week and width of gradual changes, (J, 3, D)."""
    remains: BoolArray
    """Whether the remainder, 1 - share, is used instead of the share, (J,)."""


class Pools(NamedTuple):
    """Pools; the last one is not shared out, since all contracts hold there."""

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
    """Arrivals at holdings; holdings with the same arrivals share a slot."""

    channels: IntArray
    """First channel of each slot, and the number of channels, (L + 1,)."""
    kind: IntArray
    """Kind that brings each channel, (E,)."""
    weight: FloatArray
    """Part of the need that the channel meets, (E,)."""
    need: IntArray
    """Row of `Kinds.changes` with the need, (L,)."""
    emitted: IntArray
    """Position of each kind's inflow among those kept, (N,)."""


class Sectors(NamedTuple):
    """Stocks of sectors and the players of the attribution; K is the holding, F the stratum."""

    holdings: IntArray
    """First holding of each sector, and the number of holdings, (I + 1,)."""
    stock: FloatArray
    """Stock at the start, (holdings, D)."""
    cap: FloatArray
    """Largest stock, (holdings, D)."""
    criticality: FloatArray
    """Loss of output for each unit of unmet need, (holdings, D)."""
    thrift: FloatArray
    """Share of need that can be saved without loss, (holdings, D)."""
    raises: IntArray
    """First entry of each holding in `raised_week`, and their number, (holdings + 1,)."""
    raised_week: IntArray
    """Weeks from which the cap is higher, ascending for each holding, (Q,)."""
    room: FloatArray
    """Room above the usual cap for extra purchases, (Q, D)."""
    shared_from: IntArray
    """Week from which firms share their stocks; if never, the number of weeks, (I,)."""
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
    """Holdings of each player, (I, P, K)."""
    asked: IntArray
    """First entry of each sector in `asked_weeks`, and their number, (I + 1,)."""
    asked_weeks: IntArray
    """Weeks at whose end the stock is reported."""


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
    """Arrivals, lane by lane."""

    inflow: FloatArray
    """(slots, lanes kept, T, draws of a lane)."""
    begins: IntArray
    """First week of shortage, counted from the start of the run; the end of the weeks if there is
    none, (slots, lanes kept, draws of a lane)."""
    late: FloatArray
    """Gain from priority from that week on, (slots, lanes kept, N, draws of a lane)."""
    leak_weeks: FloatArray
    """Weeks by which priority reaches some firms later, (D,)."""
    lacked: FloatArray
    """Need that each channel of each slot lacked so far, in weeks of the channel's need, (E, D)."""
    stopped: FloatArray
    """Share of need stopped, by route and stage, mean of the scored weeks, (V, G, D)."""


class Start(NamedTuple):
    """Stocks with which the weeks begin; empty if they are those of the start of the run."""

    level: FloatArray
    """Stock of each holding of each stream, by stratum, (rows, F, D)."""


class Results(NamedTuple):
    """Losses of sectors."""

    weekly: FloatArray
    """Lost share of output in the last weeks, those whose losses are reported, (I, T, D)."""
    stopped: FloatArray
    """Share of output made by firms that are stopped in the same weeks, (I, T, D)."""
    by_player: FloatArray
    """Discounted loss of each player of each stream, (rows, D)."""
    unmet: FloatArray
    """Need not met by holding of each stream, (rows, D)."""
    held: FloatArray
    """Stock at the end of the requested weeks, by stream, week and holding, (rows, D)."""


class Desk(NamedTuple):
    """Working arrays for one stream in one lane."""

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
    """Stock, cap, criticality, shortfall now, shortfall before, (5, LANE)."""
    players: FloatArray
    """For each player: loss alone, sorted losses, part, sum, (4, players, LANE)."""
    loses: BoolArray
    """Holdings with a loss, and those that may have one, (2, holdings of a sector)."""
    playing: IntArray
    """Players with a loss, (players,)."""
