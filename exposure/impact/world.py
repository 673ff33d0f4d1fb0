"""Worlds: all drawn figures that policy does not change, for all sectors together.

Sectors compete in the pools outside China, so all sectors of the tables are part of a world,
whichever of them are ranked. A world belongs to a period: it holds for certain weeks.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from exposure.arrays import FloatArray
from exposure.impact.pools import Pool, build_pool, channels_into, control_week
from exposure.impact.sectors import Goods, Sector, Stocks, build_goods, build_stocks
from exposure.inputs.cells import Inputs
from exposure.inputs.parts import Part, weightless
from exposure.supply.channels import Channel
from exposure.supply.exits import ExitSplit, exit_split
from exposure.supply.period import Period
from exposure.tables.dataset import RowKey
from exposure.terms import BuyerClass

Supply = tuple[Channel, str, BuyerClass]
"""Channel, destination and buyer class, which determine the split of supply by exit stage."""


@dataclass(frozen=True, eq=False)
class World:
    """Sectors and pools of one set of draws."""

    inputs: Inputs
    period: Period
    sectors: dict[str, Sector]
    """All sectors of the tables that share a pool with a ranked one."""
    pools: dict[str, Pool]
    splits: dict[Supply, ExitSplit]
    leak_share: FloatArray
    """Share of a sector's firms that priority reaches late, shape (D,)."""
    leak_weeks: FloatArray
    """Weeks by which priority reaches them later, shape (D,)."""
    tokens: Mapping[Hashable, int]
    """Token of each part of the world, by name."""

    def parts_from(self, week: int, ranked: Iterable[str]) -> int:
        """First week in which runs part that are equal before a week; 0 if they share no weeks.

        The state at the start of that week has the stock of every firm, which firms no longer have
        once they share their stocks.
        """
        shared = [self.sectors[name].shared_from for name in ranked]
        return week if all(begins is None or begins >= week for begins in shared) else 0


def build_world(inputs: Inputs, period: Period, ranked: Sequence[str]) -> World:
    """Draw everything that policy does not change.

    Parameters
    ----------
    inputs
        Draws of the tables.
    period
        Weeks of the run.
    ranked
        Sectors that are ranked; those that share a pool with them are part of the world.
    """
    if inputs.index.root is not inputs.index:
        # A copy of tables is often run once: to keep its world would take longer than to make it.
        return World(inputs, period, *_drawn(inputs, period, ranked))
    key = (period.sourcing_key, period.actions, tuple(ranked))
    make = partial(_drawn, period=period, ranked=ranked)
    return World(inputs, period, *inputs.part("world", *key, make=make, weigh=weightless).value)


Contents = tuple[
    dict[str, Sector],
    dict[str, Pool],
    dict[Supply, ExitSplit],
    FloatArray,
    FloatArray,
    dict[Hashable, int],
]
"""Everything in a world except the gate to the tables, which belongs to one run."""


def _drawn(inputs: Inputs, period: Period, ranked: Sequence[str]) -> Contents:
    channels = {name: channels_into(inputs, name) for name in inputs.index.sectors}
    wanted = {c.pool for name in ranked for c in channels[name] if c.pool}
    together = [
        name
        for name, drawn_on in channels.items()
        if name in ranked or any(channel.pool in wanted for channel in drawn_on)
    ]
    goods, stocks = _goods(inputs, period, together), _stocks(inputs, period, together)
    sectors = {name: Sector.of(goods[name][0], stocks[name][0]) for name in together}
    pools = _pools(inputs, period, sorted(wanted), goods)
    splits = _splits(inputs, period, _supplies(goods, pools))
    firms = inputs.part("firms", make=_leak)
    tokens: dict[Hashable, int] = {"firms": firms.token}
    tokens |= {("goods", name): token for name, (_, token) in goods.items()}
    tokens |= {("stocks", name): token for name, (_, token) in stocks.items()}
    tokens |= {("pool", name): token for name, (_, token) in pools.items()}
    tokens |= {("split", supply): token for supply, (_, token) in splits.items()}
    _note_what_sectors_share(inputs, sectors, _values(pools))
    return sectors, _values(pools), _values(splits), *firms.value, tokens


Made = TypeVar("Made")
"""What is made of the tables."""

Name = TypeVar("Name", bound=Hashable)
"""What it is made for."""

Parts = dict[Name, tuple[Made, int]]
"""Parts of one kind, each with its token."""


def _values(parts: Parts[Name, Made]) -> dict[Name, Made]:
    return {name: value for name, (value, _) in parts.items()}


def _goods(inputs: Inputs, period: Period, sectors: Sequence[str]) -> Parts[str, Goods]:
    def one(traced: Inputs, name: str) -> Goods:
        began = partial(control_week, traced, period)
        return build_goods(traced, name, period, control_week=began)

    acted = {name: period.actions.on_goods(name) for name in sectors}

    def make(traced: Inputs) -> Parts[str, Goods]:
        return {
            name: _with_token(
                traced.part("goods", name, period.key, acted[name], make=partial(one, name=name))
            )
            for name in sectors
        }

    key = (period.key, *acted.items())
    return inputs.part("all goods", *key, make=make, weigh=weightless).value


def _with_token(part: Part[Made]) -> tuple[Made, int]:
    return part.value, part.token


def _stocks(inputs: Inputs, period: Period, sectors: Sequence[str]) -> Parts[str, Stocks]:
    acted = {name: period.actions.on_stocks(name) for name in sectors}

    def one(traced: Inputs, name: str) -> Stocks:
        return build_stocks(traced, name, period)

    def make(traced: Inputs) -> Parts[str, Stocks]:
        return {
            # The weeks matter only if a dated change occurs in them.
            name: _with_token(
                traced.part(
                    "stocks",
                    name,
                    *((period.key, acted[name]) if acted[name] else ()),
                    make=partial(one, name=name),
                )
            )
            for name in sectors
        }

    key = (period.key if any(acted.values()) else None, *acted.items())
    return inputs.part("all stocks", *key, make=make, weigh=weightless).value


def _pools(
    inputs: Inputs, period: Period, names: Sequence[str], goods: Parts[str, Goods]
) -> Parts[str, Pool]:
    pools = {}
    for name in names:
        users = {
            sector: (sector_goods, token)
            for sector, (sector_goods, token) in goods.items()
            if any(channel.pool == name for h in sector_goods.holdings for channel in h.channels)
        }
        known = tuple((sector, token) for sector, (_, token) in users.items())
        elements = {row.element for row in inputs.index.elements_of_pool(name)}
        acted = period.actions.on_pool(elements, users)
        make = partial(build_pool, name=name, period=period, sectors=_values(users))
        part = inputs.part(
            "pool", name, period.key, known, acted, make=make, weigh=lambda pool: pool.size
        )
        pools[name] = _with_token(part)
    return pools


def _supplies(goods: Parts[str, Goods], pools: Parts[str, Pool]) -> set[Supply]:
    return {
        (claim.channel, claim.destination, claim.buyer_class)
        for pool, _ in pools.values()
        for claim in pool.claims
    } | {
        (channel, sector_goods.destination, stream.buyer_class)
        for sector_goods, _ in goods.values()
        for stream in sector_goods.streams
        for holding in sector_goods.holdings
        for channel in holding.channels
    }


def _splits(inputs: Inputs, period: Period, supplies: Iterable[Supply]) -> Parts[Supply, ExitSplit]:
    in_order = sorted(supplies, key=_supply_name)
    acted = {
        supply: period.actions.on_supply(supply[0].component, supply[1], str(supply[2]))
        for supply in in_order
    }

    def one(traced: Inputs, supply: Supply) -> ExitSplit:
        return exit_split(traced.under(_supply_name(supply)), *supply, period)

    def make(traced: Inputs) -> Parts[Supply, ExitSplit]:
        return {
            supply: _with_token(
                traced.part(
                    "split", supply, period.sourcing_key, acted[supply],
                    make=partial(one, supply=supply),
                )
            )
            for supply in in_order
        }  # fmt: skip

    key = (period.sourcing_key, *acted.items())
    return inputs.part("all splits", *key, make=make, weigh=weightless).value


def _leak(inputs: Inputs) -> tuple[FloatArray, FloatArray]:
    whole = inputs.under("firms")
    share = whole.constant("leak_share", absent=0.0)
    return share, whole.constant("leak_weeks", absent=0.0)


def _supply_name(supply: Supply) -> str:
    channel, destination, buyer = supply
    return f"supply of {channel.component} {channel.element} to {buyer} {destination}"


def _note_what_sectors_share(
    inputs: Inputs, sectors: Mapping[str, Sector], pools: Mapping[str, Pool]
) -> None:
    """Record for each sector also the rows of its pools and of all claims on them."""
    arrival = {name: _arrival_rows(inputs, name) for name in sectors}
    for name, pool in pools.items():
        reader = inputs.under(f"pool {name}")
        supplies = {(claim.channel, claim.destination, claim.buyer_class) for claim in pool.claims}
        for supply in supplies:
            reader.borrow(_supply_name(supply))
        for user in {claim.user for claim in pool.claims if claim.ranked}:
            reader.note(arrival[user])
    for sector, built in sectors.items():
        reader = inputs.under(sector)
        reader.borrow("firms")
        channels = {channel for holding in built.holdings for channel in holding.channels}
        for pool_name in {channel.pool for channel in channels}:
            reader.borrow(f"pool {pool_name}")
        for buyer in {stream.buyer_class for stream in built.streams}:
            for channel in channels:
                reader.borrow(_supply_name((channel, built.destination, buyer)))


def _arrival_rows(inputs: Inputs, sector: str) -> set[RowKey]:
    """Rows of a sector that determine its need from a pool and the weeks of that need."""
    wanted = ("lag_weeks", "assembly", "largest_share", "qualification_weeks", "ramp_weeks")
    return {(table, key) for table, key in inputs.read_by(sector) if key[-1].startswith(wanted)}
