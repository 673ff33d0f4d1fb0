"""Customs tonnage: its bases, its months, and the fit of the licensing office."""

from datetime import date

import numpy as np
import pytest

import exposure as ex
from exposure.errors import UnknownNameError
from exposure.evidence.calibrated import NEVER_SEPARATED, Calibration
from exposure.evidence.calibration import (
    calibrate,
    customs_checks,
    equally_good,
    growth_before_control,
)
from exposure.evidence.customs import (
    CONTROL_BEGAN,
    by_month,
    element_series,
    magnet_series,
    months_between,
)
from exposure.evidence.customs_model import (
    FIGURES,
    Calendar,
    Reading,
    modelled_elements,
    modelled_ratio,
)
from exposure.licensing.queue import run_queue
from exposure.licensing.terms import LicenceClass, LicenceTerms
from exposure.tables.dataset import Dataset
from exposure.terms import LicenceState
from tests.shared_tables import calibration_of_the_world
from tests.tiny import figure, tiny_dataset, tiny_records

MONTHS_2025 = months_between("2025-04", "2025-12")
TRUE = np.array([0.8, 15.0, 45.0, 0.1, 1.1])
"""Figures behind the made-up tonnage."""


def made_up(figures: np.ndarray = TRUE, *, level: float = 0.5) -> Dataset:
    """Tonnage as the model makes it from known figures; 1,000 t in every month of 2024."""
    records = tiny_records()
    ratio = modelled_ratio(figures, Calendar.of(MONTHS_2025))
    elements = modelled_elements(figures, np.array(level), Calendar.of(MONTHS_2025))
    rows = [("rare_earth_magnets", f"2024-{m:02d}", 1000.0) for m in range(1, 13)]
    rows += [
        ("rare_earth_magnets", m, 1000.0 * float(r))
        for m, r in zip(MONTHS_2025, ratio, strict=True)
    ]
    for item in ("dysprosium", "terbium"):
        rows.append((item, "2024-06", 10.0))
        rows += [(item, m, 10.0 * float(r)) for m, r in zip(MONTHS_2025, elements, strict=True)]
    records["observed_exports"] = [
        {"period": period, "item": item, "destination": "WLD", **figure(tonnage, "t")}
        for item, period, tonnage in rows
    ]
    return tiny_dataset(records)


@pytest.fixture(scope="module")
def shipped() -> Dataset:
    return ex.read_dataset()


@pytest.fixture(scope="module")
def world() -> Calibration:
    return calibration_of_the_world()


# Months and bases.


def test_a_week_that_straddles_two_months_is_split_by_days() -> None:
    # 4 April 2025 is day 4 of the month: three usual days, four weeks of 0, and week 4 from
    # 2 May at 1 with 30 of 31 days.
    weekly = np.array([0.0] * 4 + [1.0] * 6)
    found = by_month(weekly, ["2025-04", "2025-05"], start=CONTROL_BEGAN)
    np.testing.assert_allclose(found, [3 / 30, 30 / 31])


def test_a_month_that_the_weeks_do_not_cover_is_not_a_number() -> None:
    found = by_month(np.ones((5, 2)), ["2025-04", "2025-05"], start=CONTROL_BEGAN)
    # Summed by a library whose order of additions differs from machine to machine.
    assert found[0] == pytest.approx(1.0, abs=1e-12)
    assert np.isnan(found[1]).all()


def test_the_closed_form_is_the_licence_queue_before_the_first_expiry() -> None:
    # Decisions from day 42 on, 0.1 a week: the queue of one class, weekly against daily.
    terms = LicenceTerms(LicenceState.ORDINARY, 0, 1.0, 0, 52, 0)
    per_week = np.where(np.arange(40) >= 6, 0.1, 0.0)[:, None]
    queue = run_queue([LicenceClass("all", 1.0, ((0, terms),))], per_week, weeks=40)
    # The queue counts at the end of a week, the closed form in its middle on average.
    licensed = queue.licensed[:, 0, 0]
    middle = (licensed + np.concatenate([[0.0], licensed[:-1]])) / 2
    months = months_between("2025-04", "2025-12")
    daily = modelled_ratio(np.array([1.0, 0.0, 42.0, 0.1, 1.0]), Calendar.of(months))
    np.testing.assert_allclose(by_month(middle, months, start=CONTROL_BEGAN), daily, atol=4e-3)


def test_every_month_of_2025_has_the_base_the_table_gives(shipped: Dataset) -> None:
    pooled, monthly = (magnet_series(shipped, "WLD", base=b) for b in ("pooled", "monthly"))
    assert pooled.months[:9] == tuple(MONTHS_2025)
    assert pooled.months[9:] == ("2026-01", "2026-02", "2026-03")
    assert set(monthly.base_known) == {"month"}
    np.testing.assert_allclose(
        monthly.ratio[:9],
        [0.55, 0.26, 0.62, 1.06, 1.154, 1.175, 1.158, 1.283, 1.067], atol=0.005,
    )  # fmt: skip
    np.testing.assert_allclose(pooled.base[7:9], monthly.base[7:9].mean())
    np.testing.assert_allclose(pooled.base[9:], [6357, 3587, 5324])


def test_months_known_jointly_share_what_is_left(shipped: Dataset) -> None:
    usa = magnet_series(shipped, "USA", base="monthly")
    known = dict(zip(usa.months, zip(usa.base, usa.base_known, strict=True), strict=True))
    assert known["2025-12"] == (7444 - 3617 - 591 - 669 - 596 - 628 - 638, "joint")
    assert known["2025-04"] == ((3617 - 689 - 735) / 4, "joint")
    assert known["2025-05"] == (689, "month")


def test_eu_and_japan_rest_on_means_and_say_so(shipped: Dataset) -> None:
    for place in ("EUU", "JPN"):
        series = magnet_series(shipped, place)
        assert "mean" in series.base_known
        assert series.months[0] == "2025-05"
        assert series.noise == magnet_series(shipped, "USA").noise


def test_a_destination_without_exports_is_refused(shipped: Dataset) -> None:
    with pytest.raises(UnknownNameError) as raised:
        magnet_series(shipped, "USB")
    assert str(raised.value) == "unknown destination 'USB'; did you mean 'USA'?"


def test_dy_and_tb_are_the_mean_of_two_ratios_to_june_2024(shipped: Dataset) -> None:
    series = element_series(shipped)
    assert series.months == tuple(months_between("2025-05", "2025-12"))
    assert series.ratio[0] == 0.0
    assert series.ratio[3] == pytest.approx((16.7 / 26.037 + 5.5 / 8.59) / 2)


# The model of customs.


def test_checks_delay_free_goods_and_growth_scales_all() -> None:
    figures = np.array([0.5, 0.0, 90.0, 0.1, 1.0])
    months = Calendar.of(["2025-05"])
    held = modelled_ratio(figures, months, Reading(checked_share=0.4, checked_days=365.0))
    grown = modelled_ratio(figures, months, Reading(growth=1.2))
    assert held == pytest.approx(0.5 * 0.6)
    assert grown == pytest.approx(0.6)


def test_element_goods_need_a_licence_in_full() -> None:
    shut = np.array([0.5, 0.0, 90.0, 0.1, 1.0])
    assert modelled_elements(shut, np.array(0.7), Calendar.of(["2025-05"])) == pytest.approx(0.0)
    late = Calendar.of(["2025-12"])
    assert modelled_elements(shut, np.array(0.7), late) == pytest.approx(0.7)


# The fit.


def test_figures_behind_made_up_tonnage_are_found_again() -> None:
    fit = calibrate(made_up(TRUE), elements=True)
    assert fit.rmse < 1e-4
    found = [fit.estimate(parameter.name) for parameter in FIGURES]
    np.testing.assert_allclose(found, TRUE, rtol=0.02)
    assert fit.estimate("element_flow") == pytest.approx(0.5, rel=0.02)


def test_world_magnets_of_2025_are_fitted_within_three_points(world: Calibration) -> None:
    assert world.rmse <= 0.03
    assert len(world.months) == 9
    assert world.rmse == pytest.approx(float(np.sqrt((world.months["error"] ** 2).mean())))


def test_on_the_monthly_base_no_flat_plateau_does_better_than_five_points(
    shipped: Dataset,
) -> None:
    fit = calibrate(shipped, base="monthly")
    plateau = magnet_series(shipped, "WLD", base="monthly").between("2025-08", "2025-12").ratio
    floor = float(np.sqrt(((plateau - plateau.mean()) ** 2).sum() / 9))
    assert floor == pytest.approx(0.051, abs=0.001)
    assert floor - 1e-9 <= fit.rmse <= 0.055


def test_each_estimate_lies_in_its_interval_and_open_ends_are_named(world: Calibration) -> None:
    ranges = {parameter.name: parameter for parameter in FIGURES}
    for row in world.figures.itertuples():
        assert row.low <= row.estimate <= row.high
        assert (row.open in ("low", "both")) == (row.low <= ranges[row.figure].low)
        assert (row.open in ("high", "both")) == (row.high >= ranges[row.figure].high)


def test_capacity_and_first_decision_cannot_be_separated(world: Calibration) -> None:
    assert world.correlation.loc["first_decision_day", "capacity_per_week"] > 0.9
    assert "first_decision_day and capacity_per_week (+0.92)" in world.text()
    assert world.text().endswith(NEVER_SEPARATED)


def test_dy_and_tb_flow_far_less_freely_than_magnets(shipped: Dataset) -> None:
    fit = calibrate(shipped, elements=True)
    figures = fit.figures.set_index("figure")
    assert fit.rmse <= 0.03
    assert figures["high"]["element_flow"] < figures["low"]["full_flow"]
    assert list(fit.months["series"].value_counts()) == [9, 8]


def test_readings_that_differ_in_the_controlled_share_fit_equally_well(shipped: Dataset) -> None:
    readings = equally_good(shipped)
    assert readings["rmse"].max() - readings["rmse"].min() < 0.001
    assert np.ptp(readings["controlled_share"]) > 0.15
    grown = readings.set_index("reading").loc["usual exports grown by 19 %"]
    # With the growth seen before control there is nothing left for catch-up to explain.
    assert grown["full_flow"] < 1.0


def test_growth_before_control_compares_first_quarters(shipped: Dataset) -> None:
    assert growth_before_control(shipped) == pytest.approx(15268 / (27534 - 4776 - 4811 - 5150))


def test_customs_checks_come_from_the_queue_table(shipped: Dataset) -> None:
    assert customs_checks(shipped) == Reading(0.2, 7 * 6.5)
    assert customs_checks(shipped, highest=True).checked_share == 0.5


def test_the_shipped_queue_rests_on_the_fit(world: Calibration, shipped: Dataset) -> None:
    rows = {
        row.quantity: row
        for row in shipped.rows["licence_queue"]
        if (row.destination, row.buyer_class, row.element, row.from_date) == ("*", "*", "*", None)
    }
    figures = world.figures.set_index("figure")
    ramp = rows["enforcement_weeks"]
    days = figures.loc["enforcement_days"]
    assert (ramp.low, ramp.central, ramp.high) == tuple(
        round(days[column] / 7, 1) for column in ("low", "estimate", "high")
    )
    # One decision for each relationship: a file that is not approved stays pending.
    capacity, pace = rows["capacity_share_per_week"], figures.loc["capacity_per_week"]
    assert capacity.central == pytest.approx(pace["estimate"], abs=0.001)
    assert capacity.low == pytest.approx(pace["low"], abs=0.001)
    opening = world.estimate("first_decision_day") / 7
    assert rows["first_decision_week"].central == pytest.approx(opening, abs=0.05)
    assert rows["catch_up_ceiling"].high == pytest.approx(world.estimate("full_flow"), abs=0.005)


def test_two_fits_of_one_dataset_are_the_same(world: Calibration, shipped: Dataset) -> None:
    again = calibrate(shipped)
    assert again.text() == world.text()
    assert again.months.equals(world.months)
    assert date.fromisoformat(f"{again.months['month'].iloc[0]}-04") == CONTROL_BEGAN
