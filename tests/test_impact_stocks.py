"""Stocks and output: closed forms, conservation, monotonicity, the hand-worked example."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exposure.impact.outcomes import first_week_hit
from exposure.impact.stocks import discount, lost_output, run_stocks, saved_need

WEEKS = 12
RATE = st.floats(0.0, 1.5, allow_subnormal=False)
UNIT = st.floats(0.0, 1.0, allow_subnormal=False)
QUICK = settings(max_examples=40, deadline=None)


def run_one(inflow, *, need=None, stock=0.0, cap=1e9, criticality=1.0):
    """Stocks of one holding in one draw."""
    arriving = np.asarray(inflow, dtype=float)[:, np.newaxis, np.newaxis]
    wanted = np.ones(len(inflow)) if need is None else np.asarray(need, dtype=float)
    return run_stocks(
        arriving,
        wanted[:, np.newaxis, np.newaxis],
        stock=np.array([[stock]]),
        cap=np.array([[cap]]),
        criticality=np.array([[criticality]]),
    )


def one_channel(inflow, **held):
    """Losses of one holding in one draw, shape (T,)."""
    return run_one(inflow, **held).losses.ravel()


def weekly_losses(inflow, need, **held):
    """Losses by holding, shape (T, K, D)."""
    return run_stocks(inflow, need, **held).losses


paths = arrays(np.float64, (WEEKS,), elements=RATE)
needs = arrays(np.float64, (WEEKS,), elements=UNIT)


@given(paths, needs, st.floats(0.0, 6.0))
@QUICK
def test_total_unmet_need_is_the_running_maximum_of_the_shortfall_less_the_stock(
    inflow, need, stock
):
    shortfall = np.cumsum(need - inflow)
    unmet = one_channel(inflow, need=need, stock=stock).sum()
    assert unmet == pytest.approx(max(0.0, shortfall.max() - stock), abs=1e-9)


@pytest.mark.parametrize("stock", [0.5, 2.0, 5.0])
def test_a_little_more_stock_saves_as_much_as_a_loss_is_likely(stock):
    """The envelope: the mean loss falls with stock by the probability of any loss."""
    draws, more = 2000, 1e-7
    inflow = np.random.default_rng(7).random((WEEKS, 1, draws)) * 1.4
    cap, criticality = np.full((1, draws), 1e9), np.ones((1, draws))

    def unmet(held):
        held = {"stock": np.full((1, draws), held), "cap": cap, "criticality": criticality}
        return weekly_losses(inflow, np.ones((WEEKS, 1, draws)), **held).sum(axis=(0, 1))

    before, after = unmet(stock), unmet(stock + more)
    chance = (before > 0.0).mean()
    assert 0.0 < chance < 1.0
    assert (before - after).mean() / more == pytest.approx(chance, rel=1e-5)


@pytest.mark.parametrize("stock", [0.0, 0.25, 1.0, 3.0, 40.0])
@pytest.mark.parametrize("shortfall", [0.125, 0.5, 1.0])
def test_constant_shortfall_loses_what_exceeds_the_stock_from_its_exhaustion_on(shortfall, stock):
    weeks = 64
    losses = one_channel([1.0 - shortfall] * weeks, stock=stock)
    assert losses.sum() == max(0.0, shortfall * weeks - stock)
    if losses.any():
        assert np.flatnonzero(losses)[0] == int(stock // shortfall)


@given(paths, needs, st.floats(0.0, 4.0), st.floats(0.0, 6.0))
@QUICK
def test_mass_is_conserved(inflow, need, stock, spare):
    cap = stock + spare
    held, spilt, used = stock, 0.0, 0.0
    run = run_one(inflow, need=need, stock=stock, cap=cap, criticality=0.5)
    assert run.losses == pytest.approx(0.5 * run.unmet)
    for arriving, wanted, unmet, kept in zip(
        inflow, need, run.unmet.ravel(), run.held.ravel(), strict=True
    ):
        left = held + arriving - (wanted - unmet)
        assert left >= -1e-12
        assert kept == pytest.approx(min(cap, left), abs=1e-12)
        spilt += left - kept
        used += wanted - unmet
        held = kept
    assert stock + inflow.sum() == pytest.approx(held + used + spilt, abs=1e-9)


def test_free_flow_loses_nothing_exactly():
    for stock in (0.0, 0.1, 7.3):
        assert one_channel([1.0] * 300, stock=stock, cap=max(1.0, stock)).max() == 0.0


def test_no_flow_and_no_stock_costs_the_largest_criticality():
    losses = weekly_losses(
        np.zeros((5, 3, 1)),
        np.ones((5, 3, 1)),
        stock=np.zeros((3, 1)),
        cap=np.ones((3, 1)),
        criticality=np.array([[0.2], [0.7], [0.4]]),
    )
    assert lost_output(losses).ravel().tolist() == [0.7] * 5


@given(paths, paths, needs, st.floats(0.0, 4.0), st.floats(0.0, 3.0), UNIT, UNIT)
@QUICK
def test_more_inflow_stock_room_or_less_need_and_criticality_never_lose_more(
    inflow, extra, need, stock, more, criticality, part
):
    cap = stock + 1.0
    base = one_channel(inflow, need=need, stock=stock, cap=cap, criticality=criticality)
    better = {
        "inflow": one_channel(
            inflow + extra, need=need, stock=stock, cap=cap, criticality=criticality
        ),
        "stock": one_channel(
            inflow, need=need, stock=min(cap, stock + more), cap=cap, criticality=criticality
        ),
        "room": one_channel(
            inflow, need=need, stock=stock, cap=cap + more, criticality=criticality
        ),
        "criticality": one_channel(
            inflow, need=need, stock=stock, cap=cap, criticality=part * criticality
        ),
    }
    for what, losses in better.items():
        assert (losses <= base + 1e-12).all(), what


@given(paths, needs, UNIT, st.floats(0.0, 4.0))
@QUICK
def test_thrift_never_raises_the_total_lost(inflow, need, saved, stock):
    base = one_channel(inflow, need=need, stock=stock).sum()
    thrifty = one_channel(inflow, need=need * (1.0 - saved), stock=stock).sum()
    assert thrifty <= base + 1e-12


@given(paths, needs, UNIT, st.floats(0.0, 4.0))
@QUICK
def test_what_is_saved_without_loss_lies_between_nothing_and_what_can_be_saved(
    inflow, need, thrift, stock
):
    arriving, wanted = (path[:, np.newaxis, np.newaxis] for path in (inflow, need))
    left = saved_need(arriving, wanted, np.array([[thrift]])).ravel()
    assert (left <= need).all()
    assert (left >= (1.0 - thrift) * need - 1e-12).all()
    assert (left[inflow >= 1.0] == need[inflow >= 1.0]).all()
    base = one_channel(inflow, need=need, stock=stock).sum()
    assert one_channel(inflow, need=left, stock=stock).sum() <= base + 1e-12


@given(paths, paths, needs, st.floats(0.0, 4.0), st.floats(0.0, 4.0), UNIT)
@QUICK
def test_unmet_need_is_convex_in_stock_and_in_inflow(first, second, need, low, high, part):
    def unmet(inflow, stock):
        return one_channel(inflow, need=need, stock=stock).sum()

    mixed_stock = part * low + (1 - part) * high
    assert unmet(first, mixed_stock) <= (
        part * unmet(first, low) + (1 - part) * unmet(first, high) + 1e-9
    )
    mixed_flow = part * first + (1 - part) * second
    assert unmet(mixed_flow, low) <= (
        part * unmet(first, low) + (1 - part) * unmet(second, low) + 1e-9
    )


@st.composite
def systems(draw):
    """Two or three channels of one sector."""
    count = draw(st.integers(2, 3))
    inflow = draw(arrays(np.float64, (WEEKS, count, 1), elements=RATE))
    need = draw(arrays(np.float64, (WEEKS, count, 1), elements=UNIT))
    stock = draw(arrays(np.float64, (count, 1), elements=st.floats(0.0, 4.0)))
    criticality = draw(arrays(np.float64, (count, 1), elements=UNIT))
    room = draw(st.floats(0.0, 4.0))
    return inflow, need, {"stock": stock, "cap": stock + room, "criticality": criticality}


@given(systems())
@settings(max_examples=60, deadline=None)
def test_a_stopped_line_never_loses_more_than_one_that_builds_shy(system):
    inflow, need, held = system
    shy = lost_output(weekly_losses(inflow, need, **held))
    stopped = lost_output(weekly_losses(inflow, need, coupling="line_stop", **held))
    assert (stopped <= shy + 1e-9).all()


@given(systems())
@QUICK
def test_a_holding_twice_leaves_output_unchanged(system):
    inflow, need, held = system
    twice = {name: np.concatenate([value, value[:1]]) for name, value in held.items()}
    again = [np.concatenate([path, path[:, :1]], axis=1) for path in (inflow, need)]
    assert (
        lost_output(weekly_losses(*again, **twice))
        == lost_output(weekly_losses(inflow, need, **held))
    ).all()


def test_a_line_that_is_stopped_keeps_the_stock_of_its_other_parts():
    # Channel 1 has nothing in week 0, so the line makes nothing and channel 0 keeps its week.
    inflow = np.array([[[0.0], [0.0]], [[0.0], [1.0]]])
    held = {
        "stock": np.array([[1.0], [0.0]]),
        "cap": np.full((2, 1), 5.0),
        "criticality": np.ones((2, 1)),
    }
    need = np.ones((2, 2, 1))
    assert lost_output(weekly_losses(inflow, need, **held)).ravel().tolist() == [1.0, 1.0]
    stopped = weekly_losses(inflow, need, coupling="line_stop", **held)
    assert lost_output(stopped).ravel().tolist() == [1.0, 0.0]


def test_half_lives_and_weights():
    weight = discount(105, half_life_weeks=52.0)
    assert weight.sum() == pytest.approx(1.0)
    assert weight[52] / weight[0] == pytest.approx(0.5)
    assert weight[104] / weight[0] == pytest.approx(0.25)


def test_impact_is_the_first_week_strictly_above_the_threshold():
    lost = np.array([[0.0, 0.0], [0.05, 0.05], [0.0500001, 0.0], [0.5, 0.05]])
    weeks = first_week_hit(lost, threshold=0.05)
    assert weeks[0] == 2.0
    assert np.isnan(weeks[1])


# --- the example worked by hand: two elements, two sectors, two scenarios, four weeks ----------

TRUCE = [Fraction(2, 5), Fraction(3, 5), Fraction(4, 5), Fraction(1)]
NOTHING = [Fraction(0)] * 4


def hand_worked(*, licensed, stock, dependence, criticality, coupling="independent"):
    """Losses by channel, shape (4, K), with inflow 1 - chi (1 - phi) and cap twice the stock."""
    inflow = np.array([[[float(1 - chi * (1 - phi))] for chi in dependence] for phi in licensed])
    start = np.array([[float(s)] for s in stock])
    return weekly_losses(
        inflow,
        np.ones_like(inflow),
        stock=start,
        cap=2.0 * start,
        criticality=np.array([[float(c)] for c in criticality]),
        coupling=coupling,
    )[..., 0]


MISSILES = {
    "licensed": NOTHING,
    "stock": [Fraction(3, 2), Fraction(1)],
    "dependence": [Fraction(1), Fraction(9, 10)],
    "criticality": [Fraction(1), Fraction(1, 2)],
}
CARS = {
    "stock": [Fraction(1, 2)],
    "dependence": [Fraction(9, 10)],
    "criticality": [Fraction(1)],
}


def test_missiles_of_the_worked_example_week_by_week():
    losses = hand_worked(**MISSILES)
    assert losses[:, 0] == pytest.approx([0.0, 0.5, 1.0, 1.0])
    assert losses[:, 1] == pytest.approx([0.0, 0.4, 0.45, 0.45])
    assert losses.max(axis=1).mean() == pytest.approx(5 / 8)
    assert losses[:, 0].mean() == pytest.approx(5 / 8)
    assert losses[:, 1].mean() == pytest.approx(13 / 40)
    stopped = hand_worked(**MISSILES, coupling="line_stop")
    assert stopped.max(axis=1) == pytest.approx(losses.max(axis=1))


def test_electric_vehicles_of_the_worked_example_week_by_week():
    truce = hand_worked(licensed=TRUCE, **CARS)[:, 0]
    withheld = hand_worked(licensed=NOTHING, **CARS)[:, 0]
    assert truce == pytest.approx([1 / 25, 9 / 25, 9 / 50, 0.0])
    assert withheld == pytest.approx([2 / 5, 9 / 10, 9 / 10, 9 / 10])
    assert truce.mean() == pytest.approx(29 / 200)
    assert withheld.mean() == pytest.approx(31 / 40)


@given(systems(), systems())
@QUICK
def test_worse_in_every_channel_is_worse_in_output(system, other):
    inflow, need, held = system
    assume(inflow.shape == other[0].shape)
    worse = {
        "stock": np.minimum(held["stock"], other[2]["stock"]),
        "cap": held["cap"],
        "criticality": np.maximum(held["criticality"], other[2]["criticality"]),
    }
    less = np.minimum(inflow, other[0])
    before = lost_output(weekly_losses(inflow, need, **held))
    after = lost_output(weekly_losses(less, need, **worse))
    assert (after >= before - 1e-12).all()
