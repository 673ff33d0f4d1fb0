"""Firms of a sector: strata, late priority, thrift, and the fast twin against the reference."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.impact import firm_runs, kernels
from exposure.impact.arrivals import Arrival, Late
from exposure.impact.firm_runs import run_firms
from exposure.impact.firms import STRATUM_SHARES, Asked, late_shares, stock_multiples
from exposure.impact.sectors import Sector, Stream
from exposure.supply.channels import Channel, Holding
from exposure.supply.gradual import Gradual
from exposure.terms import BuyerClass, Tier

MADE = ("separation", "metal")


def sector_of(stock, *, cap=None, criticality=None, spread=0.0, thrift=None, saved=None, weeks=8):
    stock = np.array(stock, dtype=float)
    holdings, draws = stock.shape
    channels = [Channel(f"part_{k}", "Dy", MADE, ("Dy",), "JPN") for k in range(holdings)]
    return Sector(
        sector="made_up",
        destination="USA",
        holdings=tuple(Holding(own.component, (own,), (1.0,)) for own in channels),
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


@pytest.mark.skipif(not kernels.AVAILABLE, reason="numba is not installed")
@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 5), st.integers(1, 70), st.booleans())
def test_the_fast_twin_equals_the_reference_to_the_last_bit(seed, holdings, draws, several):
    rng = np.random.default_rng(seed)
    weeks, shape = 12, (holdings, draws)
    spread = 0.8 if several else 0.0
    saved = tuple(
        Gradual(*(rng.random((3, draws)) * [[0.5], [9.0], [6.0]])) if rng.random() < 0.5 else None
        for _ in range(holdings)
    )
    sector = sector_of(
        rng.integers(0, 5, shape) + rng.random(shape),
        criticality=rng.choice([0.0, 0.5, 0.8, 1.0], shape),
        spread=spread,
        thrift=rng.choice([0.0, 0.1], shape) * rng.integers(0, 2, (holdings, 1)),
        saved=saved,
        weeks=weeks,
    )
    sector = replace(sector, firm_spread=sector.firm_spread * rng.integers(0, 2, draws))
    inflow = rng.choice([0.0, 0.25, 0.9, 1.2], (weeks, *shape))
    inflow[:, rng.random(holdings) < 0.3] = 1.0
    late = None
    if rng.random() < 0.7:
        late = Late(rng.integers(0, weeks + 1, shape), rng.random((holdings, 3, draws)))
    arrival = Arrival(inflow, late, (np.zeros((1, draws)),) * holdings)
    members = rng.random((int(rng.integers(1, 5)), holdings)) < 0.6
    members[0] |= ~members.any(axis=0)
    members = members[members.any(axis=1)]
    first = int(rng.integers(0, weeks))
    asked_weeks = rng.choice(weeks, int(rng.integers(0, 3)), replace=False)
    asked = Asked(members, rng.random(weeks - first), first, asked_weeks)
    leak = rng.random(draws) * 0.3
    fast = run_firms(sector, arrival, asked, leak_share=leak)
    multiples = stock_multiples(sector.firm_spread)
    slow = firm_runs._reference(
        sector, arrival, asked, multiples, late_shares(leak, len(multiples)), "independent"
    )
    for name in ("weekly", "stopped", "by_player", "unmet", "held"):
        assert np.array_equal(getattr(fast, name), getattr(slow, name)), name
