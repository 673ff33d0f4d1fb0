"""The channels of one sector: which component, which element, at which stages, how much stock.

A channel is (sector, component, element) with a stock of its own. What does not change with
policy is gathered here once per run: criticality, stock, cap, lag, need after substitution,
new supply, and for each kind of buyer the split of supply by exit stage.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.inputs.cells import Inputs
from exposure.settings import Settings
from exposure.supply.channels import Channel
from exposure.supply.exit_stage import exit_shares
from exposure.supply.new_capacity import Plant, added_supply, ramp
from exposure.terms import ANY, BuyerClass, Stage, Tier, week_of

SMALLEST_CAP = 1.0
"""Weeks of stock that any buyer may hold at most, however little it held at the start."""


@dataclass(frozen=True)
class Stream:
    """One kind of buyer in a sector; its output counts with its share."""

    buyer_class: BuyerClass
    tier: Tier
    share: FloatArray
    """Share of the sector's output, shape (D,)."""


ExitSplit = tuple[tuple[int, FloatArray], ...]
"""(first week, chi of shape (G, D)), weeks ascending, the first at week 0."""


@dataclass(frozen=True)
class Sector:
    """Everything about a sector that policy does not change; K is the channel."""

    sector: str
    destination: str
    channels: tuple[Channel, ...]
    streams: tuple[Stream, ...]
    criticality: FloatArray
    """Shape (K, D)."""
    stock: FloatArray
    """Weeks of cover at the start, shape (K, D)."""
    cap: FloatArray
    """Most weeks of cover ever held, shape (K, D)."""
    left_in: tuple[IntArray, ...]
    """For each channel, where in an array of shape (T + 1, D), flattened, stands the week in
    which what arrives now left China; row 0 is the time before week 0. Shape (T, D)."""
    need: FloatArray
    """Need after substitution, shape (T, K, D), or (T, K, 1) where nothing can be substituted."""
    added: tuple[FloatArray | None, ...]
    """New supply for each channel, shape (T, D); None where no plant delivers its element."""
    exits: dict[BuyerClass, tuple[ExitSplit, ...]]
    """Split by exit stage for each buyer class and channel."""


def channels_of(inputs: Inputs, sector: str) -> tuple[Channel, ...]:
    """Channels of a sector, by component, then element, in the order of the tables."""
    needed = [
        row.component
        for row in inputs.rows("needs")
        if row.sector == sector and row.quantity == "criticality_share"
    ]
    made = {row.component: row for row in inputs.rows("components")}
    return tuple(
        Channel(name, element, made[name].stages, made[name].elements, made[name].processed_in)
        for name in needed
        for element in sorted(made[name].elements)
    )


def build_sector(
    inputs: Inputs, sector: str, *, start: date, weeks: int, settings: Settings
) -> Sector:
    """Gather what policy does not change about a sector.

    Parameters
    ----------
    inputs
        Drawn figures.
    sector
        Id of the sector.
    start
        Day on which week 0 begins.
    weeks
        Number T of weeks run.
    settings
        Gives the supply method.
    """
    channels = channels_of(inputs, sector)
    stock = _stack(inputs, "cover", sector, channels, "stock_weeks")
    buyers = inputs.buyers(sector)
    destination = next(row.destination for row in inputs.rows("sectors") if row.sector == sector)
    return Sector(
        sector=sector,
        destination=destination,
        channels=channels,
        streams=tuple(Stream(kind, tier, share) for (kind, tier), share in buyers.items()),
        criticality=_stack(inputs, "needs", sector, channels, "criticality_share"),
        stock=stock,
        cap=_caps(inputs, sector, channels, stock),
        left_in=_left_in(inputs, sector, channels, weeks),
        need=_need(inputs, sector, channels, weeks),
        added=tuple(_added(inputs, channel, start=start, weeks=weeks) for channel in channels),
        exits={
            kind: tuple(
                _exit_split(inputs, channel, destination, kind, start=start, settings=settings)
                for channel in channels
            )
            for kind in dict.fromkeys(kind for kind, _ in buyers)
        },
    )  # fmt: skip


def _stack(
    inputs: Inputs, table: str, sector: str, channels: tuple[Channel, ...], quantity: str
) -> FloatArray:
    return np.stack([inputs.require(table, sector, c.component, quantity) for c in channels])


def _caps(
    inputs: Inputs, sector: str, channels: tuple[Channel, ...], stock: FloatArray
) -> FloatArray:
    ratio = inputs.require("parameters", "restock_ratio", ANY)
    usual = np.maximum(ratio * stock, SMALLEST_CAP)
    stated = [inputs.value("cover", sector, c.component, "cap_weeks") for c in channels]
    return np.stack([usual[k] if own is None else own for k, own in enumerate(stated)])


def _left_in(
    inputs: Inputs, sector: str, channels: tuple[Channel, ...], weeks: int
) -> tuple[IntArray, ...]:
    """Week of departure by week of arrival, as positions: max(t - lag, -1) + 1 in draw d.

    Positions in a flat array, because numpy reads those eight times faster than pairs.
    """
    week, draw = np.arange(weeks)[:, np.newaxis], np.arange(inputs.sampler.size)
    positions = {}
    for component in dict.fromkeys(channel.component for channel in channels):
        lag = inputs.require("cover", sector, component, "lag_weeks").astype(np.int64)
        positions[component] = np.maximum(week - lag + 1, 0) * len(draw) + draw
    return tuple(positions[channel.component] for channel in channels)


def _need(inputs: Inputs, sector: str, channels: tuple[Channel, ...], weeks: int) -> FloatArray:
    """Need after substitution: 1 - largest x ramp from the end of qualification on."""
    if not any(_substitute(inputs, sector, c.component) for c in channels):
        return np.ones((weeks, len(channels), 1))
    need = np.ones((weeks, len(channels), inputs.sampler.size))
    week = np.arange(weeks, dtype=np.float64)[:, np.newaxis]
    for component in dict.fromkeys(channel.component for channel in channels):
        substitute = _substitute(inputs, sector, component)
        if substitute:
            largest, qualified, width = substitute
            saved = largest * ramp(week, start=qualified, width=width)
            for k, channel in enumerate(channels):
                if channel.component == component:
                    need[:, k] -= saved
    return need


def _substitute(
    inputs: Inputs, sector: str, component: str
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    largest = inputs.value("substitution", sector, component, "largest_share")
    if largest is None:
        return None
    qualified = inputs.require("substitution", sector, component, "qualification_weeks")
    return largest, qualified, inputs.require("substitution", sector, component, "ramp_weeks")


def _added(inputs: Inputs, channel: Channel, *, start: date, weeks: int) -> FloatArray | None:
    """New supply of a channel's element, as a share of the need outside China."""
    element = channel.element
    rows = [
        row
        for row in inputs.rows("new_supply")
        if row.element == element
        and row.quantity == "capacity_t_per_year"
        and row.stage in channel.stages
    ]
    if not rows:
        return None

    def make() -> FloatArray:
        use = inputs.require("demand", element, "WLD", "world_use_t_per_year")
        outside = inputs.require("demand", element, "WLD", "share_outside_china")
        today = np.stack(
            [(1.0 - inputs.china_share(element, s, year=start.year)) * use for s in channel.stages]
        )
        plants = [_plant(inputs, row, channel, start=start) for row in rows]
        return added_supply(today, plants, demand=use * outside, weeks=weeks)

    return inputs.shared("|".join(("added", element, *channel.stages)), make)


def _plant(inputs: Inputs, row: object, channel: Channel, *, start: date) -> Plant:
    project, element, stage = row.project, row.element, row.stage  # type: ignore[attr-defined]
    target = week_of(row.target_date, start=start)  # type: ignore[attr-defined]

    def figure(quantity: str) -> FloatArray:
        return inputs.require("new_supply", project, element, stage, quantity)

    happens = inputs.luck(project) < figure("success_probability")
    return Plant(
        stage=channel.stages.index(stage),
        tonnes_per_year=np.where(happens, figure("capacity_t_per_year"), 0.0),
        start_week=target + figure("slip_weeks"),
        ramp_weeks=figure("ramp_weeks"),
    )


def _exit_split(
    inputs: Inputs,
    channel: Channel,
    destination: str,
    buyer: BuyerClass,
    *,
    start: date,
    settings: Settings,
) -> ExitSplit:
    """Split of a channel's supply by exit stage, anew from each day on which sourcing changes."""

    def share(stage: Stage, day: date) -> FloatArray:
        sourced = inputs.sourced_share(destination, buyer, channel.component, stage=stage, day=day)
        world = inputs.china_share(channel.element, stage, year=start.year)
        return world if sourced is None else sourced

    days = inputs.sourcing_days(destination, buyer, channel.component)
    turns = sorted({start, *(day for day in days if day > start)})
    return tuple(
        (
            week_of(day, start=start),
            exit_shares(
                np.stack([share(stage, day) for stage in channel.stages]),
                nested_share=inputs.require("parameters", "nested_share", ANY),
                method=settings.supply_method,
            ),
        )
        for day in turns
    )
