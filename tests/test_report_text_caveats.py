"""The caveats at the top of the report: judgement, history and the end of the record."""

from datetime import date

import pytest

import exposure as ex
from exposure.report.text.caveats import caveats, edge_of_record, history, judgement, last_event
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset


@pytest.fixture(scope="module")
def runs():
    dataset, settings = tiny_dataset(), ex.Settings(draws=16, prior=True)
    return [ex.assess(dataset, scenario, settings) for scenario in (FREE, WITHHELD)]


def test_judgement_counts_the_rows_behind_the_scores(runs):
    ranking = runs[1].ranking
    shares = ranking["assumed_rows"] / ranking["rows"]
    heading, ground = judgement([runs[1]])
    assert heading.endswith("of this depends on judgement.")
    assert f"{100 * shares.min():.0f}" in ground
    assert f"{100 * shares.max():.0f} %" in ground


def test_draws_of_the_tables_alone_are_labelled(runs):
    heading, ground = history(runs[0])
    assert heading == "The draws are those of the tables alone."
    assert "Draws that the record refutes count in full" in ground
    assert history(runs[0]) in caveats(runs)


def test_draws_that_agree_with_the_record_are_labelled():
    run = ex.assess(ex.read_dataset(), "free_flow", ex.Settings(draws=8))
    heading, ground = history(run)
    assert heading == "The draws agree with the record."
    share = f"{100 * run.conditioned.acceptance:.2g} %"
    assert ground.startswith(f"Of all draws of the tables, {share} agree with the losses")


def test_scheduled_events_are_not_what_happened():
    dataset = ex.read_dataset()
    events = [row.date for row in dataset.rows["policy_events"]]
    seen = last_event(dataset, until="2026-07-10")
    assert seen == max(day for day in events if day <= date(2026, 7, 10)) < max(events)
    assert last_event(dataset, until="2026-07-10", as_of=date(2025, 4, 4)) == date(2025, 4, 4)


def test_tables_without_events_say_nothing_of_the_edge(runs):
    assert edge_of_record(runs[0]) is None
