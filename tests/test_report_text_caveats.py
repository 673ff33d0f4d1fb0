"""What the top of the report says of judgement, history and the edge of the record."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from exposure.evidence.history_matching import HistoryMatching

import exposure as ex
from exposure.report.text.caveats import caveats, edge_of_record, history, judgement, last_event
from exposure.report.text.explanation import explain_text
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset


@pytest.fixture(scope="module")
def runs():
    dataset, settings = tiny_dataset(), ex.Settings(draws=64)
    return [ex.assess(dataset, scenario, settings) for scenario in (FREE, WITHHELD)]


def test_judgement_is_read_from_the_first_scenario_that_loses_anything(runs):
    shares = runs[1].ranking["assumed_share"].dropna()
    _, ground = judgement(runs)
    assert "Withheld" in ground
    assert f"{100 * shares.min():.0f}" in ground
    assert f"{100 * shares.max():.0f} %" in ground


def test_where_nothing_is_lost_nothing_is_said_of_judgement(runs):
    assert judgement(runs[:1]) is None
    assert len(caveats(runs[:1])) < len(caveats(runs))


def test_unmatched_draws_are_said_to_be_so_with_the_cure(runs):
    point, ground = history(runs[0])
    assert "not weighed" in point
    assert "--history-matching" in ground


@pytest.mark.parametrize(("kept", "warned"), [(10, True), (40, False)])
def test_matched_draws_are_counted_and_few_of_them_are_warned_of(runs, kept, warned):
    weights = np.where(np.arange(64) < kept, 1.0 / kept, 0.0)
    point, ground = history(replace(runs[1], matching=HistoryMatching((), weights)))
    assert f"{kept} of 64 draws" in ground
    assert point.startswith("Warning") == warned
    assert ("a direction" in ground) == warned


def test_scheduled_events_are_not_what_happened():
    dataset = ex.read_dataset()
    events = [row.date for row in dataset.rows["policy_events"]]
    assert last_event(dataset, until="2026-07-10") == date(2026, 6, 29) < max(events)
    assert last_event(dataset, until="2026") == max(events)
    assert last_event(dataset, until="2026-07-10", as_of=date(2025, 4, 4)) == date(2025, 4, 4)


def test_tables_without_events_say_nothing_of_the_edge(runs):
    assert edge_of_record(runs[0]) is None


def test_a_shared_lead_is_said_where_a_sector_is_explained():
    run = ex.assess(ex.read_dataset(), "full_withhold", ex.Settings(draws=64))
    assert "Points of the score: Tb and Dy about equally" in explain_text(run, "electric_vehicles")
