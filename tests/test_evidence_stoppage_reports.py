"""Stoppages reported and sectors at work, held against made-up tables where the answer is known."""

import pytest

from exposure.evidence.stoppage_reports import stoppages
from exposure.settings import Settings
from tests.tiny import figure, tiny_dataset, tiny_records

FEW = Settings(draws=32)


def with_reports(stock: tuple[float, float, float], *, week: float, at_most: float):
    """Tables in which one car maker stopped in a week and cars lost at most a share."""
    records = tiny_records()
    for row in records["cover"]:
        if row["sector"] == "electric_vehicles" and row["quantity"] == "stock_weeks":
            row.update(figure(stock, "week"))
    records["disruptions"] = [
        {
            "sector": "electric_vehicles", "period": "2025-05", "case": "a_maker",
            "quantity": "weeks_to_impact", "destination": destination, "what": "",
            **figure(week, "week"),
        }
        for destination in ("USA", "IND")
    ]  # fmt: skip
    records["disruptions"][1]["case"] = "elsewhere"
    records["observed_losses"] = [
        {
            "sector": "electric_vehicles", "from_date": "2025-04-04", "to_date": "2025-12-31",
            "what": "", **figure((0.0, 0.0, at_most)),
        }
    ]  # fmt: skip
    return stoppages(tiny_dataset(records), FEW).set_index("reported")


def test_firms_with_little_stock_stop_first_and_are_hit():
    report = with_reports((0.0, 10.0, 30.0), week=12.0, at_most=1.0).loc["stopped"]
    assert report["verdict"] == "hit"
    assert report["first_firms_week"] < report["middle_firm_week"]


def test_a_stoppage_before_any_firm_can_run_out_is_missed():
    report = with_reports((40.0, 50.0, 60.0), week=5.0, at_most=1.0).loc["stopped"]
    assert (report["verdict"], report["probability"]) == ("miss", 0.0)


@pytest.mark.parametrize(("at_most", "verdict"), [(0.0, "false alarm"), (1.0, "quiet, rightly")])
def test_a_sector_at_work_is_a_false_alarm_if_more_is_lost_than_was_seen(at_most, verdict):
    report = with_reports((0.0, 2.0, 4.0), week=12.0, at_most=at_most).loc["at work"]
    assert report["verdict"] == verdict


def test_a_report_from_a_country_that_is_not_ranked_is_left_out():
    assert list(with_reports((0.0, 2.0, 4.0), week=9.0, at_most=1.0)["case"]) == [
        "a_maker",
        "loss of at most 100 %",
    ]
