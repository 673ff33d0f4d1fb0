"""A score in ten lines, which agree with the result and its tables."""

import pandas as pd
import pytest

import exposure as ex
from exposure.measures.service import service_of
from exposure.report.text.story import story
from tests.tiny import tiny_dataset
from tests.tiny_world import world_records

LABELS = (
    "How bad", "How sure", "What stops", "Where", "For whom", "From when", "Served before",
    "So far", "Rests on", "Would help",
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> ex.Assessment:
    records = world_records()
    for row in records["cover"]:
        if row["quantity"] == "stock_weeks":
            row.update(low=4.0, central=12.0, high=60.0)
    return ex.assess(tiny_dataset(records), "full_withhold", ex.Settings(draws=64, prior=True))


def lines(result: ex.Assessment, sector: str, helping=None) -> dict[str, str]:
    """Words behind each label, on one line."""
    found: dict[str, str] = {}
    for line in story(result, sector, helping).split("\n"):
        label = line[:15].strip()
        if label:
            found[label] = line[15:]
        else:
            found[list(found)[-1]] += " " + line.strip()
    return found


@pytest.mark.parametrize("sector", ["missiles", "electric_vehicles", "loudspeakers"])
def test_ten_lines_and_no_more(result, sector):
    assert tuple(lines(result, sector)) == LABELS


def test_the_order_of_service_worked_by_hand(result):
    (first,) = [service for service in service_of(result.run, "missiles") if service.pool == "dy"]
    assert (first.order_class, first.before, first.own_share) == (1, (), 0.1)
    (service,) = service_of(result.run, "electric_vehicles")
    assert service.before == (result.sectors["missiles"].label.name,)
    assert (service.order_class, service.own_share, service.share_before) == (
        4,
        0.55,
        pytest.approx(0.1),
    )
    assert service.share_with == pytest.approx(0.55)
    assert service_of(result.run, "loudspeakers") == ()


def test_the_lines_of_cars_say_what_the_tables_and_the_result_hold(result):
    found = lines(result, "electric_vehicles")
    row = result.ranking.set_index("sector").loc["electric_vehicles"]
    assert found["How bad"].startswith(f"score {row['score']:.1f} of 100")
    assert found["What stops"] == "ndfeb heavy magnet (100 %)"
    assert found["For whom"].startswith(
        "civil buyers, standard (70 %) and civil buyers, trusted (30 %) of the output; licences: "
    )
    assert found["Served before"] == (
        "Missiles, together 10 % of the demand; it is in order class 4 of the pool 'dy' outside "
        "China, with 55.0 % of the demand"
    )
    assert found["So far"] == "not compared with what was seen"
    assert "stock_weeks" in found["Rests on"]
    assert "stock_weeks" in found["Would help"]


def test_a_sector_without_losses_is_described_without_causes(result):
    found = lines(result, "loudspeakers")
    assert found["What stops"] == "nothing"
    assert found["Where"] == "nothing is stopped"
    assert found["From when"] == "no draw ever loses more than 5 % of a week's output"
    assert (
        found["Served before"]
        == "no pool lists it as a user, so it gets the average share of its need"
    )
    assert found["Would help"] == (
        "no single input within the buyers' reach moves it; see 'exposure levers'"
    )


def test_a_score_falls_with_the_stock_from_one_end_of_the_tornado_to_the_other(result):
    table = ex.tornado(result, "electric_vehicles")
    stock = table[table["input"].str.contains("stock_weeks")].iloc[0]
    assert stock["low"] < stock["high"]
    assert stock["score_at_low"] > stock["score_at_high"]
    assert table["first_order"].is_monotonic_decreasing
    with pytest.raises(ex.UnknownNameError) as raised:
        ex.tornado(result, "misiles")
    assert str(raised.value) == "unknown sector 'misiles'; did you mean 'missiles'?"


def test_the_levers_that_were_run_are_named_with_gain_cost_and_error(result):
    row = {
        "name": "A line", "points": 4.06, "points_p05": 0.0, "points_p95": 9.0, "points_se": 0.21,
        "cost_musd": 1200.0, "cost_low_musd": 800.0, "cost_high_musd": 2000.0,
    }  # fmt: skip
    helping = pd.DataFrame([{**row, "name": name} for name in ("A line", "B", "C", "D")])
    line = lines(result, "missiles", helping)["Would help"]
    assert line.startswith(
        "A line +4.1 points (+0.0 to +9.0) for 1,200 (800-2,000) million USD; B +4.1 points"
    )
    assert line.endswith(
        "On 64 draws at most, standard error up to 0.2 points; all levers: 'exposure levers'"
    )
    assert "D +" not in line
    nothing = lines(result, "missiles", helping.head(0))["Would help"]
    assert nothing == "no lever that is meant for it; all levers: 'exposure levers'"
