"""What draws imply for each observed range, on runs made by hand."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from exposure.evidence.conditioning import (
    Compared,
    Examined,
    in_conflict,
    tolerances_of,
)
from exposure.evidence.observed import (
    Implied,
    central_tolerances,
    implied_losses,
    implied_stocks,
    implied_stoppages,
    stock_weeks_wanted,
)
from exposure.evidence.stoppage_reports import _at_work, _stopped
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.supply.channels import holdings_of
from exposure.terms import Strength
from tests.tiny import Records, add_parameter, figure, tiny_dataset, tiny_records

START = date(2025, 4, 4)
CARS, MISSILES = "electric_vehicles", "missiles"
TOLERANCES = central_tolerances(
    {
        "structural_discrepancy": 0.01, "strong_tolerance": 0.05, "weak_tolerance": 0.1,
        "stock_tolerance_weeks": 8.0, "stoppage_tolerance_weeks": 4.0,
    }
)  # fmt: skip


def day(week: int) -> date:
    return START + timedelta(weeks=week)


def loss(sector: str, first: date, last: date, **cells: str) -> dict:
    described = {"observed_at": "line", "strength": "strong", "what": ""} | cells
    span = {"sector": sector, "from_date": str(first), "to_date": str(last)}
    return {**span, **described, **figure((0.1, 0.2, 0.3))}


def stock(subject: str, component: str, on: date) -> dict:
    described = {"strength": "strong", "what": ""}
    key = {"subject": subject, "component": component, "date": str(on)}
    return {**key, **described, **figure((4.0, 6.0, 9.0), "week")}


def stoppage(sector: str, destination: str, **cells: str) -> dict:
    key = {"sector": sector, "period": "2025-06", "case": "acme", "quantity": "weeks_to_impact"}
    described = {"destination": destination, "what": ""} | cells
    return {**key, **described, **figure((5.0, 6.0, 7.0), "week")}


def world_of(records: Records, *sectors: str):
    """Tables, and what a world knows of some sectors."""
    dataset = tiny_dataset(records)
    inputs = Inputs.of(dataset, Sampler.first(2, 7))
    made = {
        sector: SimpleNamespace(
            holdings=[
                holding
                for component in inputs.index.components_needed(sector)
                for holding in holdings_of(inputs, component)
            ]
        )
        for sector in sectors
    }
    period = SimpleNamespace(start=START)
    return dataset, SimpleNamespace(inputs=inputs, period=period, sectors=made, pools={})


def test_a_period_that_ends_on_the_last_known_day_counts_with_its_mean_loss():
    records = tiny_records()
    records["observed_losses"] = [
        loss(CARS, day(2), day(4)),
        loss(CARS, day(2), day(3), strength="weak"),
        loss(CARS, day(2), day(5)),
        loss("loudspeakers", day(2), day(3)),
    ]
    dataset, world = world_of(records, CARS)
    weekly = np.array([[0.0, 0.0], [0.1, 0.2], [0.2, 0.4], [0.3, 0.6], [0.7, 1.0], [1.0, 1.0]])
    runs = {CARS: SimpleNamespace(weekly=weekly)}
    found = implied_losses(dataset, runs, world, TOLERANCES, until=day(4))
    found.sort(key=lambda implied: implied.to_date, reverse=True)
    assert [(implied.from_date, implied.to_date) for implied in found] == [
        (day(2), day(4)),
        (day(2), day(3)),
    ]
    assert found[0].drawn == pytest.approx([0.4, 2.0 / 3.0])
    assert found[1].drawn == pytest.approx([0.25, 0.5])
    # The tolerance of strong and of weak evidence, and the discrepancy of the model.
    assert [implied.tolerance for implied in found] == pytest.approx([0.06, 0.11])
    assert found[0].deviations == pytest.approx([0.1 / 0.06, (2.0 / 3.0 - 0.3) / 0.06])


def test_a_stock_of_the_last_known_day_counts_at_the_end_of_its_week():
    records = tiny_records()
    records["observed_stocks"] = [
        stock(MISSILES, "smco_magnet", day(3)),
        stock(MISSILES, "smco_magnet", day(6)),
        stock(MISSILES, "smco_magnet", day(7)),
    ]
    dataset, world = world_of(records, MISSILES)
    wanted = stock_weeks_wanted(dataset, start=START, until=day(6))
    assert {sector: weeks.tolist() for sector, weeks in wanted.items()} == {MISSILES: [3, 6]}
    labels = [holding.component for holding in world.sectors[MISSILES].holdings]
    held = np.arange(2.0 * len(labels) * 2).reshape(2, len(labels), 2)
    found = implied_stocks(
        dataset, {MISSILES: SimpleNamespace(held=held)}, world, TOLERANCES, until=day(6)
    )
    position = labels.index("smco_magnet")
    assert [each.from_date for each in found] == [day(3), day(6)]
    assert [each.drawn.tolist() for each in found] == [
        held[0, position].tolist(),
        held[1, position].tolist(),
    ]
    assert {each.tolerance for each in found} == {8.0}


def test_a_stoppage_is_foreseen_up_to_two_weeks_after_its_report():
    records = tiny_records()
    records["disruptions"] = [
        stoppage(CARS, "USA"),
        stoppage(CARS, "IND", case="elsewhere"),
        stoppage(CARS, "USA", quantity="weeks_stopped", case="other"),
        stoppage("loudspeakers", "USA"),
    ]
    dataset, world = world_of(records, CARS)
    stopped = np.zeros((12, 3))
    stopped[9:, 0] = stopped[10:, 1] = 0.01
    (found,) = implied_stoppages(
        dataset, {CARS: SimpleNamespace(stopped=stopped)}, world, TOLERANCES
    )
    assert (found.low, found.central, found.high) == (0.0, 6.0, 9.0)
    # In week 9, in week 10, and never: a year after the last of twelve weeks.
    assert found.drawn.tolist() == [9.0, 10.0, 64.0]
    assert found.deviations.tolist() == [0.0, 0.25, 55.0 / 4.0]


def of_draws(kind: str, drawn: list[float], high: float) -> Implied:
    return Implied(CARS, kind, START, day(9), 0.0, 0.0, high, 1.0, np.array(drawn))


@pytest.mark.parametrize(
    ("drawn", "probability", "verdict"),
    [([7.0, 9.0, 10.0, 11.0], 0.5, "hit"), ([7.0, 10.0, 10.0, 11.0], 0.25, "miss")],
)
def test_a_report_is_hit_where_half_of_the_draws_stop_by_its_week(drawn, probability, verdict):
    found = _stopped(of_draws("stoppages", drawn, 9.0), {CARS: np.array(drawn)})
    assert (found["probability"], found["verdict"]) == (probability, verdict)
    assert found["first_firms_week"] == sorted(drawn)[1]


@pytest.mark.parametrize(
    ("drawn", "probability", "verdict"),
    [
        ([0.1, 0.2, 0.3, 0.4], 0.5, "false alarm"),
        ([0.1, 0.2, 0.2, 0.4], 0.25, "true negative"),
    ],
)
def test_a_sector_at_work_loses_no_more_than_its_range_in_most_draws(drawn, probability, verdict):
    found = _at_work(of_draws("losses", drawn, 0.2), {}, 9)
    assert (found["probability"], found["verdict"]) == (probability, verdict)
    assert np.isnan(found["first_firms_week"])


@pytest.mark.parametrize(
    ("interval", "predicted"),
    [
        ((0.3, 0.5), True), ((0.0, 0.1), True), ((0.0, 0.9), True),
        ((0.31, 0.5), False), ((0.0, 0.09), False), ((None, None), False),
    ],
)  # fmt: skip
def test_a_range_is_predicted_where_the_interval_without_its_evidence_touches_it(
    interval, predicted
):
    low, high = interval
    quarter = Compared.model_construct(low=0.1, high=0.3, left_out_p05=low, left_out_p95=high)
    assert quarter.predicted is predicted


@pytest.mark.parametrize(
    ("draws", "agreeing", "conflict"),
    [(20_000, 20, False), (20_000, 19, True), (19_999, 0, False), (20_000, 0, True)],
)
def test_a_conflict_is_less_than_one_draw_in_a_thousand_of_twenty_thousand(
    draws, agreeing, conflict
):
    far = np.where(np.arange(draws) < agreeing, 0.0, 1e6)
    examined = Examined(Sampler.first(draws, 1), (of_draws("losses", list(far), 0.2),))
    assert in_conflict(examined) is conflict


def test_tolerances_are_those_of_the_tables_and_else_the_stated_ones():
    usual = tolerances_of(tiny_dataset())
    assert usual.loss == {Strength.STRONG: 0.05, Strength.WEAK: 0.10}
    assert (usual.stock_weeks, usual.stoppage_weeks) == (8.0, 8.0)
    records = tiny_records()
    add_parameter(records, "strong_tolerance", 0.02, "share")
    add_parameter(records, "structural_discrepancy", 0.01, "share")
    found = tolerances_of(tiny_dataset(records))
    assert found.loss == pytest.approx({Strength.STRONG: 0.03, Strength.WEAK: 0.11})
