"""Alerts: each rule at its limit, its scope, and what it says."""

from datetime import date
from functools import cache

import pytest

import exposure as ex
from exposure.report.changes import Age, Alert, Changes
from exposure.report.comparing.between import compare_runs, first_run
from exposure.report.desk.alerts import Watched, alerts_of
from exposure.report.desk.configuration import AlertRule
from exposure.report.history.stored_run import run_of
from exposure.report.text.briefing_words import changes_text
from tests.tiny import tiny_dataset, tiny_records

FEW = ex.Settings(draws=16, prior=True)
DAY = date(2026, 10, 8)
STOCK = ("missiles", "smco_magnet", "stock_weeks")


@cache
def runs() -> list[ex.Assessment]:
    return [ex.assess(tiny_dataset(), name, FEW) for name in ("full_withhold", "free_flow")]


def watched(
    *, sectors: tuple[str, ...] = (), days: int | None = 20, changes: Changes | None = None
) -> Watched:
    known = None if days is None else date.fromordinal(DAY.toordinal() - days)
    age = Age(day=DAY, known_until=known, days=days)
    return Watched(runs(), changes or first_run(run_of(runs())), age, sectors)


def texts(rule: AlertRule, seen: Watched | None = None) -> list[str]:
    return [alert.text for alert in alerts_of([rule], seen or watched())]


def test_a_score_raises_an_alert_above_its_limit_and_not_at_it():
    ranking = runs()[0].ranking.set_index("sector")
    score = float(ranking.loc["missiles", "score"])
    at = AlertRule(rule="score_above", limit=score, sectors=("missiles",))
    below = AlertRule(rule="score_above", limit=score - 0.5, sectors=("missiles",))
    assert texts(at) == []
    assert texts(below) == [
        f"Missiles has a score of {score:.1f} under full_withhold (limit {score - 0.5:g})."
    ]


def test_scope_is_scenarios_and_sectors_of_the_rule_then_those_watched():
    rule = AlertRule(rule="score_above", limit=0.0)
    both = [(alert.scenario, alert.sector) for alert in alerts_of([rule], watched())]
    assert ("full_withhold", "missiles") in both
    assert ("full_withhold", "electric_vehicles") in both
    narrowed = alerts_of([rule], watched(sectors=("missiles",)))
    assert [alert.sector for alert in narrowed] == ["missiles"]
    assert texts(AlertRule(rule="score_above", limit=0.0, scenarios=("free_flow",))) == []


def test_an_impact_raises_an_alert_before_its_day_only():
    hit = runs()[0].ranking.set_index("sector").loc["missiles", "first_hit_date_p50"]
    late = date.fromordinal(hit.toordinal() + 1)
    on_the_day = AlertRule(rule="impact_before", before=hit, sectors=("missiles",))
    after = AlertRule(rule="impact_before", before=late, sectors=("missiles",))
    assert texts(on_the_day) == []
    assert texts(after) == [
        f"Missiles is first hit on {hit} (median) under full_withhold, before {late}."
    ]


def test_no_probability_of_three_places_among_three_sectors():
    assert texts(AlertRule(rule="p_top3_above", limit=0.0)) == []


@pytest.mark.parametrize(("days", "number"), [(19, 0), (20, 0), (21, 1), (None, 1)])
def test_old_data_raise_an_alert_and_so_do_data_of_no_known_age(days, number):
    rule = AlertRule(rule="data_older_than", limit=20)
    assert len(texts(rule, watched(days=days))) == number


def moved_changes() -> Changes:
    old = run_of(runs())
    lower = tiny_dataset()
    lower = ex.with_value(lower, "cover", STOCK, value=104.0)
    lower = ex.with_value(
        lower, "cover", ("missiles", "ndfeb_heavy_magnet", "stock_weeks"), value=104.0
    )
    new = [ex.assess(lower, run.scenario, FEW) for run in runs()]
    return compare_runs(old, run_of(new))


def test_ranks_and_bands_that_moved_raise_alerts_and_the_text_names_the_rows():
    changes = moved_changes()
    seen = watched(changes=changes)
    places = {
        (move.scenario, move.sector): abs(move.rank_now - move.rank_was)
        for move in changes.moves
        if move.rank_now and move.rank_was
    }
    for limit in (1, 2, 3):
        found = alerts_of([AlertRule(rule="rank_moved", limit=limit)], seen)
        assert {(alert.scenario, alert.sector) for alert in found} == {
            key for key, moved in places.items() if moved >= limit
        }
    assert any(places.values())
    bands = alerts_of([AlertRule(rule="band_moved", limit=1)], seen)
    assert all(alert.kind == "band_moved" for alert in bands)
    text = changes_text(changes)
    assert "cover: missiles, smco_magnet, stock_weeks" in text
    assert "all together: Missiles under full_withhold" in text


def test_a_rule_that_ends_and_a_dated_measure_raise_alerts_within_their_days():
    records = tiny_records()
    event = {
        "event": "suspension_ends", "date": "2026-11-10", "announcement": "70", "scope": "all",
        "effect": "the rules return", "status": "unknown", "affects_flow": "yes",
        "source_id": "made_up_2025", "locator": "p. 1", "note": "",
    }  # fmt: skip
    other = {**event, "event": "tariffs_end", "affects_flow": "no"}
    records["policy_events"] = [event, other]
    run = ex.assess(tiny_dataset(records), "free_flow", FEW)
    age = Age(day=DAY, known_until=None, days=None)
    seen = Watched([run], first_run(run_of([run])), age)
    within = AlertRule(rule="expiry_within", limit=33)
    assert texts(within, seen) == [
        "suspension_ends is due (the rules return) on 2026-11-10, in 33 days."
    ]
    assert texts(AlertRule(rule="expiry_within", limit=32), seen) == []


def test_a_refuted_sector_raises_one_alert(monkeypatch):
    ranking = runs()[0].ranking
    ranking["refuted"] = [True, False, None]
    monkeypatch.setattr(ex.Assessment, "ranking", property(lambda _: ranking))
    name = ranking["name"].iloc[0]
    assert alerts_of([AlertRule(rule="refuted")], watched()) == (
        Alert(
            kind="refuted",
            sector=ranking["sector"].iloc[0],
            text=f"The record refutes the model for {name}; do not rely on its score.",
        ),
    )
