"""The firms of a sector, run week by week: the readable reference.

Firms of five strata have the same inflow and differ in their stocks and in how soon priority
reaches them. A sector's loss is their weighted mean.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import BoolArray, FloatArray, total
from exposure.impact.arrivals import Arrival
from exposure.impact.firms import STOPPED, Asked, late_shares, stock_multiples, stratum_shares
from exposure.impact.sectors import Sector
from exposure.impact.stocks import StockRun, lost_output, run_stocks, saved_need
from exposure.methods.shapley import airport_shares
from exposure.settings import Coupling


@dataclass(frozen=True, eq=False)
class FirmRun:
    """Losses of one kind of buyer, over all its firms."""

    weekly: FloatArray
    """Lost share of output in every week run, shape (T, D)."""
    stopped: FloatArray
    """Share of output made by firms that are stopped, shape (T, D)."""
    by_player: FloatArray
    """Discounted loss of the scored weeks, attributed to each player, shape (P, D)."""
    unmet: FloatArray
    """Unmet need of the scored weeks, in weeks of need, shape (K, D)."""
    held: FloatArray
    """Stock at the end of the requested weeks, mean over firms, shape (O, K, D)."""


def run_firms(
    sector: Sector,
    arrival: Arrival,
    asked: Asked,
    *,
    leak_share: FloatArray,
    coupling: Coupling = "independent",
) -> FirmRun:
    """Run the firms of one kind of buyer.

    Parameters
    ----------
    sector
        Stocks, needs and criticality.
    arrival
        Arrivals.
    asked
        Players, scored weeks, and weeks for which the stock is reported.
    leak_share
        Share of firms that priority reaches late, shape (D,).
    coupling
        See `exposure.impact.stocks`.
    """
    multiples = stock_multiples(sector.firm_spread)
    late = late_shares(leak_share, len(multiples))
    weeks, holdings, draws = arrival.inflow.shape
    result = FirmRun(
        np.zeros((weeks, draws)),
        np.zeros((weeks, draws)),
        np.zeros((len(asked.members), draws)),
        np.zeros((holdings, draws)),
        np.zeros((len(asked.stock_weeks), holdings, draws)),
    )
    delayed = None if arrival.late is None else arrival.late.over_weeks(weeks)
    end = weeks if sector.shared_from is None else sector.shared_from
    nothing = np.zeros((holdings, draws))
    common = Firms(nothing, nothing, np.zeros(draws))
    for f, share in enumerate(stratum_shares(len(multiples))):
        firms = Firms(sector.stock * multiples[f], sector.cap * multiples[f], late[f])
        run = _run(sector, arrival, delayed, firms, coupling, span=(0, end))
        left = run.held[-1] if end else firms.stock
        common = Firms(
            common.stock + share * left,
            common.cap + share * firms.cap,
            common.late + share * firms.late,
        )
        _add(result, run, asked, share, span=(0, end))
    if end < weeks:
        run = _run(sector, arrival, delayed, common, coupling, span=(end, weeks))
        _add(result, run, asked, 1.0, span=(end, weeks))
    return result


@dataclass(frozen=True, eq=False)
class Firms:
    """Firms with equal stocks and caps."""

    stock: FloatArray
    """Stock at the start, (K, D)."""
    cap: FloatArray
    """Usual cap, (K, D)."""
    late: FloatArray
    """Share of the firms that priority reaches late, (D,)."""


def _run(
    sector: Sector,
    arrival: Arrival,
    delayed: FloatArray | None,
    firms: Firms,
    coupling: Coupling,
    *,
    span: tuple[int, int],
) -> StockRun:
    """Run equal firms through some weeks."""
    weeks = slice(*span)
    inflow, need = arrival.inflow[weeks], sector.need[weeks]
    if delayed is not None and firms.late.any():
        inflow = inflow - firms.late * delayed[weeks]
    return run_stocks(
        inflow,
        saved_need(inflow, need, sector.thrift),
        stock=firms.stock,
        cap=_raised(firms.cap, arrival, len(sector.need))[weeks],
        criticality=sector.criticality,
        coupling=coupling,
    )


def _raised(cap: FloatArray, arrival: Arrival, weeks: int) -> FloatArray:
    """Cap in every week, with the room for extra purchases, (T, K, D)."""
    every = np.broadcast_to(cap, (weeks, *cap.shape))
    if any(arrival.raised):
        every = every.copy()
        for k, raises in enumerate(arrival.raised):
            for raised in raises:
                every[raised.week :, k] += raised.room
    return every


def _add(
    result: FirmRun, run: StockRun, asked: Asked, share: float, *, span: tuple[int, int]
) -> None:
    """Add the losses of some firms in some weeks."""
    since, until = span
    lost = lost_output(run.losses)
    result.weekly[since:until] += share * lost
    result.stopped[since:until] += share * (lost > STOPPED)
    first = max(asked.first, since)
    weight = asked.weight[first - asked.first : max(0, until - asked.first)]
    scored = run.losses[first - since :]
    result.by_player[:] += share * attribute(scored, asked.members, weight)
    result.unmet[:] += share * total(run.unmet[first - since :])
    for o, week in enumerate(asked.stock_weeks):
        if since <= week < until:
            result.held[o] += share * run.held[week - since]


def attribute(losses: FloatArray, members: BoolArray, weight: FloatArray) -> FloatArray:
    """Discounted loss attributed to each player by the airport game of every week.

    Parameters
    ----------
    losses
        Loss by holding, shape (T, K, D).
    members
        Holdings of each player, shape (P, K).
    weight
        Discount of each week, shape (T,).

    Returns
    -------
    numpy.ndarray
        Shape (P, D); sums over players to the discounted loss.
    """
    alone = np.stack([losses[:, holdings].max(axis=1) for holdings in members])
    parts = airport_shares(alone)
    total = np.zeros((len(members), losses.shape[2]))
    for week, factor in enumerate(weight):
        total += factor * parts[:, week]
    return total
