"""Reported stoppages and working sectors, on made-up tables with a known answer."""

import pytest

from exposure.cli.weekly import STOPPAGES, stoppages_text
from exposure.evidence.stoppage_reports import stoppages
from exposure.settings import Settings
from tests.tiny import add_parameter, figure, tiny_dataset, tiny_records

FEW = Settings(draws=32)


def with_reports(stock: tuple[float, float, float], *, week: float, at_most: float, spread=0.0):
    """Tables in which one car maker stopped in a week and cars lost at most a share."""
    records = tiny_records()
    for row in records["cover"]:
        if row["sector"] == "electric_vehicles" and row["quantity"] == "stock_weeks":
            row.update(figure(stock, "week"))
    add_parameter(records, "firm_spread", spread, "sigma")
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
            "observed_at": "line", "strength": "strong", "what": "", **figure((0.0, 0.0, at_most)),
        }
    ]  # fmt: skip
    return stoppages(tiny_dataset(records), FEW).set_index("reported")


def test_a_stoppage_by_whose_week_most_draws_have_run_out_is_hit():
    report = with_reports((0.0, 2.0, 4.0), week=12.0, at_most=1.0).loc["stopped"]
    assert (report["verdict"], report["probability"], report["week"]) == ("hit", 1.0, 12.0)
    assert report["first_firms_week"] <= 12.0


def test_firms_that_differ_have_some_that_stop_before_the_middle_one():
    equal_firms, unequal_firms = (
        with_reports((8.0, 10.0, 12.0), week=12.0, at_most=1.0, spread=spread).loc["stopped"]
        for spread in (0.0, 0.8)
    )
    assert unequal_firms["first_firms_week"] < equal_firms["first_firms_week"]
    assert unequal_firms["probability"] >= equal_firms["probability"]


def test_a_stoppage_before_any_firm_can_run_out_is_missed():
    report = with_reports((40.0, 50.0, 60.0), week=5.0, at_most=1.0).loc["stopped"]
    assert (report["verdict"], report["probability"]) == ("miss", 0.0)


@pytest.mark.parametrize(("at_most", "verdict"), [(0.0, "false alarm"), (1.0, "true negative")])
def test_a_sector_at_work_is_a_false_alarm_if_more_is_lost_than_was_seen(at_most, verdict):
    report = with_reports((0.0, 2.0, 4.0), week=12.0, at_most=at_most).loc["at work"]
    assert report["verdict"] == verdict


def test_a_report_from_a_country_that_is_not_ranked_is_left_out():
    found = with_reports((0.0, 2.0, 4.0), week=9.0, at_most=1.0)
    assert list(zip(found.index, found["sector"], found["week"], strict=True)) == [
        ("at work", "electric_vehicles", 38.0),
        ("stopped", "electric_vehicles", 9.0),
    ]


def test_reports_are_laid_out_as_they_are_printed():
    found = with_reports((0.0, 10.0, 30.0), week=12.0, at_most=1.0).reset_index()
    lines = stoppages_text(found).splitlines()
    assert lines[0].split("  ")[0] == "sector"
    assert [name for name in STOPPAGES.values() if name not in lines[0]] == []
    assert set(STOPPAGES) == set(found.columns)
    assert sum(line.startswith("electric vehicles") for line in lines) == len(found)
