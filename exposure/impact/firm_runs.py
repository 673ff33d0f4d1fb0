"""The firms of a sector, run week after week: the reference that can be read.

Firms of five strata share one inflow and differ in the stock they hold and in how soon priority
reaches them. A sector's loss is their weighted mean.
"""

from dataclasses import dataclass

import numpy as np

from exposure.arrays import BoolArray, FloatArray, total
from exposure.impact.arrivals import Arrival
from exposure.impact.firms import STOPPED, Asked, late_shares, stock_multiples, stratum_shares
from exposure.impact.sectors import Sector
from exposure.impact.stocks import lost_output, run_stocks, saved_need
from exposure.methods.shapley import airport_shares
from exposure.settings import Coupling


@dataclass(frozen=True, eq=False)
class FirmRun:
    """What one kind of buyer loses, over all its firms."""

    weekly: FloatArray
    """Lost share of output in every week run, shape (T, D)."""
    stopped: FloatArray
    """Share of output made by firms that are stopped, shape (T, D)."""
    by_player: FloatArray
    """Discounted loss of the scored weeks that each player bears, shape (P, D)."""
    unmet: FloatArray
    """Need of the scored weeks that is not met, in weeks of need, shape (K, D)."""
    held: FloatArray
    """Stock, mean over firms, at the end of the weeks asked for, shape (O, K, D)."""


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
        What arrives.
    asked
        Players, scored weeks, and days for which the stock is wanted.
    leak_share
        Share of firms that priority reaches late, shape (D,).
    coupling
        See `exposure.impact.stocks`.
    """
    multiples = stock_multiples(sector.firm_spread)
    late = late_shares(leak_share, len(multiples))
    weeks, holdings, draws = arrival.inflow.shape
    weekly, stopped = np.zeros((weeks, draws)), np.zeros((weeks, draws))
    by_player, unmet = np.zeros((len(asked.members), draws)), np.zeros((holdings, draws))
    held = np.zeros((len(asked.stock_weeks), holdings, draws))
    delayed = None if arrival.late is None else arrival.late.over_weeks(weeks)
    for f, share in enumerate(stratum_shares(len(multiples))):
        inflow = arrival.inflow
        if delayed is not None and late[f].any():
            inflow = inflow - late[f] * delayed
        run = run_stocks(
            inflow,
            saved_need(inflow, sector.need, sector.thrift),
            stock=sector.stock * multiples[f],
            cap=sector.cap * multiples[f],
            criticality=sector.criticality,
            coupling=coupling,
        )
        lost = lost_output(run.losses)
        weekly += share * lost
        stopped += share * (lost > STOPPED)
        by_player += share * attribute(run.losses[asked.first :], asked.members, asked.weight)
        unmet += share * total(run.unmet[asked.first :])
        held += share * run.held[asked.stock_weeks]
    return FirmRun(weekly, stopped, by_player, unmet, held)


def attribute(losses: FloatArray, members: BoolArray, weight: FloatArray) -> FloatArray:
    """Discounted loss of each player by the airport game of every week.

    Parameters
    ----------
    losses
        Loss by holding, shape (T, K, D).
    members
        Which holdings each player answers for, shape (P, K).
    weight
        Discount of each week, shape (T,).

    Returns
    -------
    numpy.ndarray
        Shape (P, D); sums over players to the discounted loss.
    """
    alone = np.stack([losses[:, own].max(axis=1) for own in members])
    borne = airport_shares(alone)
    total = np.zeros((len(members), losses.shape[2]))
    for week, own in enumerate(weight):
        total += own * borne[:, week]
    return total
