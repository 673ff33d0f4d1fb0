"""One sector: its stocks, needs, substitutes and buyers, as far as policy does not change them.

These figures are collected once per run. Stocks and flows are in weeks of the sector's own need of
a holding. K is the holding, T the week, D the draw.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.inputs.cells import Inputs
from exposure.supply.actions import Shared, Sooner, week_since
from exposure.supply.channels import Channel, Holding, components_needed, holdings_of
from exposure.supply.gradual import Gradual
from exposure.supply.period import Period
from exposure.terms import ANY, BuyerClass, Tier

SMALLEST_CAP = 1.0
"""Smallest cap in weeks: every buyer may hold this much, however little it held at the start."""


@dataclass(frozen=True, eq=False)
class Stream:
    """One kind of buyer of a sector's output."""

    buyer_class: BuyerClass
    tier: Tier
    share: FloatArray
    """Share of the sector's output, shape (D,)."""


@dataclass(frozen=True, eq=False)
class Goods:
    """Goods that a sector buys, their transit times and the need for them; see `Sector`."""

    sector: str
    destination: str
    holdings: tuple[Holding, ...]
    streams: tuple[Stream, ...]
    lag: IntArray
    """Weeks from the border to the factory, shape (K, D)."""
    saved: tuple[Gradual | None, ...]
    """For each holding, the share of need that is substituted; None for none."""
    assembled: tuple[Gradual | None, ...]
    """For each holding, the share of the stopped flow that civil buyers get inside assembled
    parts; None for none."""
    weeks: int
    """Number T of weeks of the run."""

    def holding_of(self, channel: Channel) -> int:
        """Position of the holding to which a channel belongs."""
        return next(k for k, holding in enumerate(self.holdings) if channel in holding.channels)

    @cached_property
    def need(self) -> FloatArray:
        """Need after substitution, (T, K, D), or (T, K, 1) if nothing can be substituted."""
        if all(saved is None for saved in self.saved):
            return np.ones((self.weeks, len(self.holdings), 1))
        need = np.ones((self.weeks, len(self.holdings), self.lag.shape[1]))
        for k, saved in enumerate(self.saved):
            if saved is not None:
                need[:, k] -= saved.over_weeks(self.weeks)
        return need


@dataclass(frozen=True, eq=False)
class Stocks:
    """Stocks of a sector, and the effect of a shortage; see `Sector`."""

    criticality: FloatArray
    """Share of output that cannot ship without the holding, shape (K, D)."""
    stock: FloatArray
    """Weeks of cover at the start, of the median firm, shape (K, D)."""
    cap: FloatArray
    """Largest stock in weeks of cover, of the median firm, shape (K, D)."""
    thrift: FloatArray
    """Share of need that can be saved without loss once supply falls short, shape (K, D)."""
    firm_spread: FloatArray
    """Standard deviation of the logarithm of stocks among firms, shape (D,)."""
    shared_from: int | None = None
    """Week from which all firms share their stocks; None for never."""


@dataclass(frozen=True, eq=False)
class Sector(Stocks, Goods):
    """Everything about a sector that policy does not change."""

    @classmethod
    def of(cls, goods: Goods, stocks: Stocks) -> "Sector":
        """Combine the two parts; they are separate because stocks do not affect arrivals."""
        halves = {
            field.name: getattr(half, field.name)
            for half in (goods, stocks)
            for field in fields(half)
        }
        return cls(**halves)


def build_goods(
    inputs: Inputs,
    sector: str,
    period: Period,
    *,
    control_week: Callable[[frozenset[str]], int],
) -> Goods:
    """Collect the goods that a sector needs, with their transit times.

    Parameters
    ----------
    inputs
        Draws of the tables; rows that are read are recorded under the sector's id.
    sector
        Id of the sector.
    period
        Weeks of the run.
    control_week
        Gives the week in which export control of some elements began; assembled parts that
        contain them are imported from then on.
    """
    inputs = inputs.under(sector)
    holdings = _holdings(inputs, sector)
    return Goods(
        sector=sector,
        destination=inputs.destination(sector),
        holdings=holdings,
        streams=tuple(Stream(*kind, share) for kind, share in inputs.buyers(sector).items()),
        lag=np.stack(
            [_required(inputs.cover(sector, h.component, "lag_weeks")) for h in holdings]
        ).astype(np.int64),
        saved=tuple(_saved(inputs, sector, h.component, period) for h in holdings),
        assembled=tuple(
            _assembled(inputs, sector, h.component, control_week=control_week(_elements(h)))
            for h in holdings
        ),
        weeks=period.weeks,
    )


def build_stocks(inputs: Inputs, sector: str, period: Period) -> Stocks:
    """Collect a sector's stocks; rows that are read are recorded under the sector's id."""
    inputs = inputs.under(sector)
    holdings = _holdings(inputs, sector)
    stock = np.stack(
        [_required(inputs.cover(sector, h.component, "stock_weeks")) for h in holdings]
    )
    group = inputs.described(sector).uncertainty_group
    return Stocks(
        criticality=np.stack(
            [_required(inputs.need(sector, h.component, "criticality_share")) for h in holdings]
        ),
        stock=stock,
        cap=_caps(inputs, sector, holdings, stock),
        thrift=np.stack([_thrift(inputs, sector, h.component) for h in holdings]),
        firm_spread=inputs.constant("firm_spread", group, absent=0.0),
        shared_from=_shared_from(sector, period),
    )


def _holdings(inputs: Inputs, sector: str) -> tuple[Holding, ...]:
    return tuple(
        holding
        for component in components_needed(inputs, sector)
        for holding in holdings_of(inputs, component)
    )


def _required(drawn: FloatArray | None) -> FloatArray:
    """A figure that the checks of the tables guarantee to be present."""
    if drawn is None:
        raise KeyError("a figure that the checks of the tables guarantee")
    return drawn


def _caps(
    inputs: Inputs, sector: str, holdings: tuple[Holding, ...], stock: FloatArray
) -> FloatArray:
    ratio = inputs.require("parameters", "restock_ratio", ANY)
    usual = np.maximum(ratio * stock, SMALLEST_CAP)
    stated = [inputs.cover(sector, h.component, "cap_weeks") for h in holdings]
    return np.stack([usual[k] if cap is None else cap for k, cap in enumerate(stated)])


def _shared_from(sector: str, period: Period) -> int | None:
    """First week in which the firms of a sector share their stocks; None if after the run."""
    weeks = [
        week_since(action, period.start) for action in period.actions.of(Shared, sector=sector)
    ]
    first = min(weeks, default=period.weeks)
    return first if first < period.weeks else None


def _saved(inputs: Inputs, sector: str, component: str, period: Period) -> Gradual | None:
    """Need that is substituted: the largest share, from the end of qualification onwards."""
    largest = inputs.substitution(sector, component, "largest_share")
    if largest is None:
        return None
    qualified = _required(inputs.substitution(sector, component, "qualification_weeks"))
    width = _required(inputs.substitution(sector, component, "ramp_weeks"))
    for action in period.actions.of(Sooner, sector=sector, component=component):
        # A change that has begun by then stays as it is; a later one begins then at the earliest.
        week = float(week_since(action, period.start))
        sooner = np.maximum(week, qualified - action.weeks)
        qualified = np.where(qualified > week, sooner, qualified)
    return Gradual(largest, qualified, width)


def _elements(holding: Holding) -> frozenset[str]:
    return frozenset(element for channel in holding.channels for element in channel.elements)


def _assembled(inputs: Inputs, sector: str, component: str, *, control_week: int) -> Gradual | None:
    share = inputs.substitution(sector, component, "assembly_share")
    if share is None:
        return None
    begin = _required(inputs.substitution(sector, component, "assembly_weeks"))
    width = _required(inputs.substitution(sector, component, "assembly_ramp_weeks"))
    return Gradual(share, control_week + begin, width)


def _thrift(inputs: Inputs, sector: str, component: str) -> FloatArray:
    share = inputs.substitution(sector, component, "thrift_share")
    return np.zeros(inputs.draws) if share is None else share
