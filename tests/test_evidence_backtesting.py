"""Forecasts of unknown months, the queue compared with customs, and the weekly table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import exposure as ex
from exposure.errors import UnknownNameError
from exposure.evidence.backtesting import (
    Backtest,
    _errors,
    _verdict,
    backtest,
    queue_against_customs,
)
from exposure.evidence.customs import Series, magnet_series, months_between
from exposure.evidence.customs_model import Calendar, modelled_ratio
from exposure.evidence.forecasts import (
    Sampled,
    last_month,
    linear_recovery,
    sample_office,
    weighted_quantile,
    year_before,
)
from exposure.licensing.flow_table import COLUMNS, QUANTITIES, class_names, licensed_flow
from exposure.licensing.flows import Item
from exposure.report.plots.licences import (
    licences_figure,
    plot_backtest,
    plot_exports,
    plot_licence_life,
)
from exposure.tables.dataset import Dataset
from exposure.terms import BuyerClass, Tier
from tests.shared_tables import calibration_of_the_world

FORECASTS = ["model", "last_month", "year_before", "linear_recovery"]


def series(ratio: list[float], base: list[float] | None = None) -> Series:
    months = tuple(months_between("2025-04", "2026-03")[: len(ratio)])
    tonnes = np.array(base or [100.0] * len(ratio))
    return Series("WLD", months, np.array(ratio) * tonnes, tonnes, ("month",) * len(ratio), 0.1)


@pytest.fixture(scope="module")
def shipped() -> Dataset:
    return ex.read_dataset()


@pytest.fixture(scope="module")
def outcome(shipped: Dataset) -> Backtest:
    return backtest(shipped)


@pytest.fixture(scope="module")
def world(shipped: Dataset) -> Sampled:
    """Offices sampled for the exports to the world."""
    return sample_office(magnet_series(shipped, "WLD", base="monthly"), seed=7)


@pytest.fixture(scope="module")
def truce(shipped: Dataset):
    return licensed_flow(shipped, "london_truce", ex.Settings(draws=64, horizon_weeks=60))


# Forecasts without a model, worked by hand.


def test_last_month_brings_the_same_tonnes_and_widens_with_distance() -> None:
    found = last_month(series([0.5, 0.8, 1.0], [100.0, 100.0, 50.0]), 2)
    assert found.central.tolist() == [80.0 / 50.0]
    wider = last_month(series([0.5, 0.8, 1.0, 1.0, 1.0]), 1)
    half = (wider.high - wider.low) / 2
    np.testing.assert_allclose(half, 1.645 * 0.1 * np.sqrt([1, 2, 3, 4]))


def test_the_year_before_is_a_ratio_of_one() -> None:
    assert year_before(series([0.5, 0.8, 1.2]), 1).central.tolist() == [1.0, 1.0]


def test_recovery_goes_on_in_a_straight_line_and_stops_at_the_usual_level() -> None:
    found = linear_recovery(series([0.6, 0.3, 0.5, 0, 0, 0, 0]), 3).central
    np.testing.assert_allclose(found, [0.7, 0.9, 1.0, 1.0])


def test_recovery_stays_where_it_is_before_any_rise_and_above_the_usual_level() -> None:
    assert linear_recovery(series([0.6, 0.3, 0.0]), 2).central.tolist() == [0.3]
    assert linear_recovery(series([0.6, 0.3, 1.2, 0.0]), 3).central.tolist() == [1.2]


def test_quantiles_under_weights() -> None:
    values = np.array([[3.0, 30.0], [1.0, 10.0], [2.0, 20.0]])
    weight = np.array([0.1, 0.6, 0.3])
    assert weighted_quantile(values, weight, 0.5).tolist() == [1.0, 10.0]
    assert weighted_quantile(values, weight, 0.95).tolist() == [3.0, 30.0]


# The model's forecasts.


def test_a_forecast_knows_nothing_of_the_months_it_forecasts(world: Sampled) -> None:
    other = world.series.exports.copy()
    other[5:] *= 3.0
    changed = Sampled(
        replace(world.series, exports=other), world.figures, world.ratio, world.scatter
    )
    np.testing.assert_array_equal(world.forecast(5).central, changed.forecast(5).central)
    np.testing.assert_array_equal(world.forecast(5).high, changed.forecast(5).high)
    assert (world.forecast(6).central != changed.forecast(6).central).any()


def test_months_made_by_the_model_are_forecast_within_their_noise() -> None:
    months = months_between("2025-04", "2026-03")
    true = modelled_ratio(np.array([0.8, 15.0, 45.0, 0.1, 1.1]), Calendar.of(months))
    noisy = replace(series([1.0] * 12), exports=100.0 * true, noise=0.03)
    found = sample_office(noisy, seed=7).forecast(6)
    np.testing.assert_allclose(found.central, true[6:], atol=0.03)
    assert ((found.low <= true[6:]) & (true[6:] <= found.high)).all()


def test_more_months_known_leave_fewer_samples_and_narrower_intervals(world: Sampled) -> None:
    assert world.effective(1) > world.effective(5) > world.effective(9) > 50
    early, late = world.forecast(2), world.forecast(8)
    assert early.high[-1] - early.low[-1] > late.high[-1] - late.low[-1]


# The back-test.


def test_no_month_is_dropped(outcome: Backtest) -> None:
    fixed = outcome.months[outcome.months["scheme"] == "fixed"]
    rolling = outcome.months[outcome.months["scheme"] == "rolling"]
    for place in ("WLD", "USA"):
        for name in FORECASTS:
            rows = (fixed["destination"] == place) & (fixed["forecast"] == name)
            assert list(fixed[rows]["month"]) == months_between("2025-09", "2026-03")
            rows = (rolling["destination"] == place) & (rolling["forecast"] == name)
            assert list(rolling[rows]["month"]) == months_between("2025-05", "2026-03")
            assert (rolling[rows]["known_until"] < rolling[rows]["month"]).all()
    assert (fixed["known_until"] == "2025-08").all()


def test_errors_follow_from_the_months(outcome: Backtest) -> None:
    months = outcome.months[
        (outcome.months["destination"] == "WLD")
        & (outcome.months["scheme"] == "fixed")
        & (outcome.months["forecast"] == "model")
    ]
    row = outcome.errors[
        (outcome.errors["destination"] == "WLD")
        & (outcome.errors["scheme"] == "fixed")
        & (outcome.errors["forecast"] == "model")
        & (outcome.errors["span"] == "September 2025 to March 2026")
    ].iloc[0]
    assert row["months"] == 7
    assert row["rmse"] == pytest.approx(float((months["error"] ** 2).mean() ** 0.5))
    assert row["covered"] == months["covered"].sum()


def test_the_fixed_forecast_of_the_world_beats_the_year_before_and_misses_the_winter(
    outcome: Backtest,
) -> None:
    errors = outcome.errors.set_index(["destination", "scheme", "span", "forecast"])[
        "rmse"
    ].sort_index()
    error = errors["WLD", "fixed", "September 2025 to March 2026"]
    assert error["model"] < error["year_before"]
    assert error["model"] == pytest.approx(0.13, abs=0.02)
    model = outcome.months[
        (outcome.months["forecast"] == "model") & (outcome.months["destination"] == "WLD")
    ]
    assert not model[model["month"] >= "2026-01"]["covered"].any()


def test_the_summary_says_which_forecasts_the_model_beats(outcome: Backtest) -> None:
    assert outcome.text().splitlines()[:6] == [
        "WLD, fixed, September 2025 to March 2026: error of the ratio to the year before",
        "  model            RMSE 0.132  bias +0.007  3 of 7 inside 90 %",
        "  last month       RMSE 0.173  bias +0.119  6 of 7 inside 90 %",
        "  year before      RMSE 0.188  bias -0.134  3 of 7 inside 90 %",
        "  linear recovery  RMSE 0.133  bias +0.021  3 of 7 inside 90 %",
        "  the model beats last month, year before; is level with linear recovery",
    ]


def test_who_beats_the_model_is_named() -> None:
    errors = pd.DataFrame(
        {
            "destination": "WLD", "scheme": "fixed", "span": "a span", "forecast": FORECASTS,
            "months": 4, "rmse": [0.2, 0.1, 0.3, 0.205], "bias": 0.0, "covered": 4,
        }
    )  # fmt: skip
    assert Backtest(pd.DataFrame(), errors).text().splitlines()[-1] == (
        "  the model beats year before; is level with linear recovery; loses to last month"
    )


@pytest.mark.long
def test_the_same_seed_gives_the_same_back_test(shipped: Dataset) -> None:
    one, two = (backtest(shipped, destinations=["WLD"]) for _ in range(2))
    assert one.months.equals(two.months)
    assert one.errors.equals(two.errors)


def test_the_queue_of_the_scores_is_compared_with_customs(shipped: Dataset) -> None:
    found = queue_against_customs(shipped, settings=ex.Settings(draws=128))
    world = found[found["destination"] == "WLD"].set_index("month")
    assert list(world.index) == months_between("2025-04", "2026-03")
    # The halt is met; the level afterwards is not, see docs/licences.md.
    assert world["inside"][["2025-04", "2025-05"]].all()
    assert abs(world["error"][["2025-04", "2025-05"]]).max() < 0.1
    assert (world["error"]["2025-07":] < 0.0).all()
    assert (world["error"]["2025-08":"2025-12"] < -0.2).all()


# Week by week.


def test_the_table_has_every_class_and_week_once(truce) -> None:
    assert tuple(truce.columns) == COLUMNS
    assert not truce.duplicated(["licence_class", "week"]).any()
    assert (truce.groupby("licence_class").size() == 60).all()
    assert truce.groupby("licence_class")["size"].first().sum() == pytest.approx(1.0)


def test_means_lie_in_their_ranges_and_no_load_is_lost(truce) -> None:
    for name in QUANTITIES:
        assert (truce[f"{name}_p05"] <= truce[f"{name}_p95"] + 1e-12).all()
    for _, months in truce.groupby("licence_class"):
        left = months["applications"].cumsum() - months["decided"].cumsum()
        np.testing.assert_allclose(left, months["backlog"], atol=1e-9)
        assert months["live_licences"].between(0.0, 1.0).all()


def test_the_fast_track_reaches_civil_magnets_and_never_the_forces(truce) -> None:
    states = truce.groupby("licence_class")["state"].unique()
    assert "fast_track" in states["civil trusted: goods with Dy Gd Lu Nd Pr Tb"]
    forces = [name for name in states.index if "military" in name]
    assert [list(states[name]) for name in forces] == [["withheld"]]
    withheld = truce[truce["licence_class"] == forces[0]]
    assert (withheld["flow"][withheld["week"] > 5] == 0.0).all()


def test_free_flow_has_no_class(shipped: Dataset) -> None:
    found = licensed_flow(shipped, "free_flow", ex.Settings(draws=8))
    assert found.empty
    assert tuple(found.columns) == COLUMNS


def test_an_unknown_destination_is_refused(shipped: Dataset) -> None:
    with pytest.raises(UnknownNameError) as raised:
        licensed_flow(shipped, "london_truce", ex.Settings(draws=8, destination="AUS"))
    assert str(raised.value) == (
        "unknown destination 'AUS'; write one of: EUU, GBR, JPN, KOR, USA, all"
    )


def test_classes_are_named_by_buyers_and_goods() -> None:
    oxide, metal = (Item(("Sm",), None, s) for s in ("separation", "metal"))
    other = Item(("Dy",), None, "metal")
    civil = tuple((oxide, BuyerClass.CIVIL, tier) for tier in (Tier.TRUSTED, Tier.STANDARD))
    again = tuple((metal, BuyerClass.CIVIL, tier) for tier in (Tier.TRUSTED, Tier.STANDARD))
    forces = tuple((i, BuyerClass.MILITARY, t) for i in (oxide, metal, other) for t in Tier)
    assert class_names([civil, again, forces]) == [
        "civil trusted standard: goods with Sm (1)",
        "civil trusted standard: goods with Sm (2)",
        "military: all controlled goods",
    ]


# Figures.


def test_figures_draw_on_the_axes_they_are_given(outcome: Backtest, truce) -> None:
    fit = calibration_of_the_world()
    one = truce[truce["licence_class"] == truce["licence_class"].iloc[0]]
    axes = Figure().subplots(3)
    assert plot_licence_life(one, axes[0]) is axes[0]
    assert plot_exports(fit, axes[1]) is axes[1]
    assert plot_backtest(outcome, axes[2], destination="USA", scheme="rolling") is axes[2]
    assert len(axes[1].lines) == 3
    figure = licences_figure(one, fit)
    assert len(figure.axes) == 2
    figure.draw_without_rendering()
    for panel in figure.axes:
        legend = panel.get_legend()
        assert legend is not None
        assert legend.get_window_extent().y1 <= panel.get_window_extent().y0


def test_a_quantile_that_is_reached_exactly_is_reached() -> None:
    quarters = np.full(4, 0.25)
    values = np.array([[3.0], [1.0], [4.0], [2.0]])
    found = [weighted_quantile(values, quarters, q)[0] for q in (0.25, 0.5, 0.75, 1.0)]
    assert found == [1.0, 2.0, 3.0, 4.0]


def month_of(month: str, error: float, scheme: str = "fixed") -> dict[str, object]:
    return {
        "destination": "WLD", "scheme": scheme, "forecast": "model", "month": month,
        "error": error, "covered": error < 0.3, "low": 0.5, "high": 0.9, "crps": error / 2.0,
    }  # fmt: skip


def test_spans_begin_after_the_last_month_fitted_and_rolling_ones_hold_all() -> None:
    rows = [
        month_of(month, error, scheme)
        for scheme in ("fixed", "rolling")
        for month, error in (("2025-08", 9.0), ("2025-09", 0.1), ("2025-12", 0.2), ("2026-01", 0.4))
    ]
    found = _errors(pd.DataFrame(rows)).set_index(["scheme", "span"])
    counted = {key: int(row["months"]) for key, row in found.iterrows()}
    later, autumn = "September 2025 to March 2026", "September to December 2025"
    assert counted == {
        ("fixed", later): 3, ("fixed", autumn): 2,
        ("rolling", later): 3, ("rolling", autumn): 2, ("rolling", "May 2025 to March 2026"): 4,
    }  # fmt: skip
    row = found.loc[("fixed", later)]
    assert row["rmse"] == pytest.approx(np.sqrt((0.01 + 0.04 + 0.16) / 3.0))
    assert (row["bias"], row["crps"]) == pytest.approx((0.7 / 3.0, 0.35 / 3.0))
    assert (row["covered"], row["width"]) == pytest.approx((2, 0.4))


def test_errors_within_a_hundredth_of_each_other_are_level() -> None:
    errors = pd.DataFrame(
        {
            "forecast": ["model", "last_month", "year_before", "linear_recovery", "other"],
            "rmse": [0.500, 0.495, 0.520, 0.480, 0.505],
        }
    )
    assert _verdict(errors) == (
        "the model beats year before; is level with last month, other; loses to linear recovery"
    )
