"""Firms of a sector: strata, late priority, thrift, and the fast twin against the reference."""

from datetime import date

import numpy as np
import pytest

from exposure.impact.arrivals import Arrival, Late
from exposure.impact.firm_runs import run_firms
from exposure.impact.firms import STRATUM_SHARES, Asked, late_shares, stock_multiples
from exposure.impact.sectors import Sector, Stream
from exposure.supply.channels import Channel, Holding
from exposure.terms import BuyerClass, Tier

DAY = date(2025, 6, 13)
MADE = ("separation", "metal")


def sector_of(stock, *, cap=None, criticality=None, spread=0.0, thrift=None, saved=None, weeks=8):
    stock = np.array(stock, dtype=float)
    holdings, draws = stock.shape
    channels = [Channel(f"part_{k}", "Dy", MADE, ("Dy",), "JPN") for k in range(holdings)]
    return Sector(
        sector="made_up",
        destination="USA",
        holdings=tuple(Holding(item.component, (item,), (1.0,)) for item in channels),
        streams=(Stream(BuyerClass.CIVIL, Tier.STANDARD, np.ones(draws)),),
        criticality=np.ones((holdings, draws)) if criticality is None else criticality,
        stock=stock,
        cap=2.0 * stock + 1.0 if cap is None else cap,
        lag=np.zeros((holdings, draws), dtype=np.int64),
        saved=(None,) * holdings if saved is None else saved,
        thrift=np.zeros((holdings, draws)) if thrift is None else thrift,
        assembled=(None,) * holdings,
        firm_spread=np.full(draws, spread),
        weeks=weeks,
    )


def asked_of(weeks, holdings, *, first=0):
    weight = np.full(weeks - first, 1.0 / (weeks - first))
    return Asked(np.eye(holdings, dtype=bool), weight, first, np.array([0, weeks - 1]))


def run(sector, inflow, *, late=None, leak=0.0, first=0):
    weeks, holdings, draws = inflow.shape
    arrival = Arrival(inflow, late, (np.zeros((1, draws)),) * holdings)
    return run_firms(
        sector, arrival, asked_of(weeks, holdings, first=first), leak_share=np.full(draws, leak)
    )


def test_first_stoppages_come_from_the_thin_stratum_while_the_sector_loses_little():
    sector = sector_of([[10.0]], spread=1.0)
    result = run(sector, np.zeros((8, 1, 1)))
    # The thinnest firms hold 10 x 0.098 weeks: they lose nearly all of week 1, all others nothing.
    assert result.stopped[:2, 0].tolist() == pytest.approx([0.0, 0.02])
    assert result.weekly[1, 0] == pytest.approx(0.02, abs=1e-3)


def test_no_spread_is_one_firm():
    assert stock_multiples(np.zeros(3)).shape == (1, 3)
    sector = sector_of([[1.5]], weeks=3)
    assert run(sector, np.zeros((3, 1, 1))).weekly.ravel().tolist() == [0.0, 0.5, 1.0]


def test_strata_weigh_one_and_late_firms_are_the_thinnest():
    assert STRATUM_SHARES.sum() == pytest.approx(1.0)
    late = late_shares(np.array([0.05]), 5)
    assert (late[:, 0] * STRATUM_SHARES).sum() == pytest.approx(0.05)
    assert late[2:].max() == 0.0


def test_late_firms_do_not_get_what_priority_brings():
    sector = sector_of([[0.0]], spread=1.0)
    inflow = np.ones((8, 1, 1))
    late = Late(np.array([[0]]), np.full((1, 2, 1), 0.6))
    result = run(sector, inflow, late=late, leak=0.02)
    assert result.weekly[:3, 0] == pytest.approx([0.02 * 0.6, 0.02 * 0.6, 0.0])


def test_thrift_saves_need_without_loss():
    sector = sector_of([[0.0]], thrift=np.array([[0.2]]))
    result = run(sector, np.full((8, 1, 1), 0.9))
    assert result.weekly.max() == 0.0
    result = run(sector, np.full((8, 1, 1), 0.5))
    assert result.weekly == pytest.approx(np.full((8, 1), 0.3))


def test_stock_asked_for_is_the_mean_over_firms():
    sector = sector_of([[4.0]], spread=0.5)
    result = run(sector, np.ones((8, 1, 1)))
    mean = float((STRATUM_SHARES * stock_multiples(np.array([0.5]))[:, 0]).sum() * 4.0)
    assert result.held[:, 0, 0] == pytest.approx([mean, mean])
