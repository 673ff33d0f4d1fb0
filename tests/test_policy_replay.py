"""The record of past policy: built from events, as known on a day, with a chosen continuation."""

from datetime import date

import pytest

import exposure as ex
from exposure.errors import ScenarioError, UnknownNameError
from exposure.policy.replay import carried_on, seen_from
from exposure.policy.rules import Rule
from exposure.policy.scenario import OpenEnd, Scenario
from tests.tiny import tiny_dataset

LAST = date(2027, 6, 1)


@pytest.fixture(scope="module")
def record():
    return ex.read_scenario("as_it_happened")


def test_every_rule_is_an_event_on_its_day(record):
    events = ex.read_dataset().table("policy_events").set_index("event")["date"]
    rules = [*record.rules, *(r for c in record.open_end.continuations for r in c.rules)]
    assert rules
    for rule in rules:
        assert events[rule.event] == rule.starts, rule.note


def test_every_event_that_acts_on_flow_within_the_regime_is_a_rule_or_known_not_to_bind(record):
    events = ex.read_dataset().table("policy_events")
    acting = events[(events["affects_flow"] == "yes") & (events["date"] >= date(2025, 4, 4))]
    ruled = {rule.event for rule in record.rules}
    # What the record leaves out on purpose: it barred nobody who was not barred, or never bit.
    assert ruled <= set(events["event"])
    assert {"announcement_18_2025", "london_truce_2025", "general_licences_2025"} <= ruled
    assert set(acting["event"]) & ruled


def test_seen_from_a_day_nothing_later_is_known_and_what_holds_stays(record):
    seen = seen_from(record, date(2025, 6, 15), last_day=LAST)
    assert max(rule.starts for rule in seen.rules) <= date(2025, 6, 15)
    assert all(rule.ends is None for rule in seen.rules)


def test_before_the_suspension_was_announced_its_end_is_not_asked_about(record):
    assert seen_from(record, date(2025, 10, 1), last_day=LAST).rules


def test_once_the_end_is_scheduled_what_follows_must_be_chosen(record):
    with pytest.raises(ScenarioError) as error:
        seen_from(record, date(2025, 12, 15), last_day=LAST)
    message = str(error.value)
    assert message.startswith(
        "as_it_happened: found a run to 2027-06-01, beyond the record, which ends on 2026-10-08; "
        "expected a choice of what follows the record; the suspension of the October 2025 rules "
        "is to end, since the agreement of September 2026 on 10 January 2027, and what follows "
        "is not known. Choose what follows:\n  - prolonged: "
    )
    assert "\n  - lapsed: " in message


def test_a_run_that_ends_before_the_open_day_needs_no_choice(record):
    assert seen_from(record, date(2026, 6, 30), last_day=date(2027, 1, 9)).rules


def test_the_choice_adds_its_rules_and_replaces_those_it_changes(record):
    prolonged = seen_from(carried_on(record, "prolonged"), date(2026, 6, 30), last_day=LAST)
    lapsed = seen_from(carried_on(record, "lapsed"), date(2026, 6, 30), last_day=LAST)
    returned = date(2027, 1, 10)
    back = [rule for rule in lapsed.rules if rule.starts == returned]
    assert len(lapsed.rules) == len(prolonged.rules) + len(back)
    assert {rule.overrides.look_through for rule in back} == {1.0}
    military = [r for r in lapsed.rules if r.buyer_class == "military"]
    assert [(r.starts, r.ends) for r in military] == [
        (date(2025, 4, 4), returned), (returned, None),
    ]  # fmt: skip


def test_an_unknown_continuation_is_refused_with_the_known_ones(record):
    with pytest.raises(UnknownNameError) as error:
        carried_on(record, "laps")
    assert str(error.value) == (
        "unknown continuation of 'as_it_happened' 'laps'; write one of: lapsed, prolonged"
    )


def test_a_posited_course_has_nothing_to_carry_on():
    with pytest.raises(UnknownNameError, match="leave it out: none is known"):
        ex.read_scenario("london_truce", after="lapsed")


def test_a_posited_course_is_seen_whole():
    truce = ex.read_scenario("truce_lapse")
    assert seen_from(truce, date(2025, 5, 1), last_day=LAST) is truce


def test_two_days_see_the_same_past_and_score_forward_from_their_own_stocks():
    results = {
        day: ex.assess(
            tiny_dataset(),
            ex.read_scenario("as_it_happened", after="prolonged"),
            ex.Settings(draws=16, as_of=day, horizon_weeks=13, prior=True),
        )
        for day in (date(2025, 6, 13), date(2025, 12, 12))
    }
    for day, result in results.items():
        assert result.weekly["date"].min().date() == day


# Days on which something turns, on a record made by hand.

TURN, ENDS, OPEN_DAY, KNOWN = (
    date(2025, 6, 2),
    date(2026, 6, 1),
    date(2026, 11, 10),
    date(2025, 11, 7),
)


def made_up(**rule) -> ex.Scenario:
    """A record with one rule, whose open end is known from a day on."""
    start = date(2025, 4, 4)
    on = {"name": "on", "text": "It goes on.", "rules": ()}
    open_end = OpenEnd(day=OPEN_DAY, known_from=KNOWN, question="Who knows?", continuations=[on])
    rules = (Rule(**{"starts": start, "state": "withheld"} | rule),)
    return Scenario(
        scenario="own", name="Own", start=start, text="made up", rules=rules, record_ends=ENDS,
        open_end=open_end,
    )  # fmt: skip


def test_what_starts_or_ends_on_the_day_itself_is_known_on_it():
    before = date(2025, 6, 1)
    starting, ending = made_up(starts=TURN), made_up(ends=TURN)
    assert seen_from(starting, TURN, last_day=TURN).rules == starting.rules
    assert seen_from(starting, before, last_day=TURN).rules == ()
    assert seen_from(ending, TURN, last_day=TURN).rules == ending.rules
    assert seen_from(ending, before, last_day=TURN).rules[0].ends is None


def test_a_choice_is_asked_for_from_the_day_on_which_the_end_is_known():
    assert seen_from(made_up(), date(2025, 11, 6), last_day=LAST).rules
    with pytest.raises(ScenarioError, match="Choose what follows"):
        seen_from(made_up(), KNOWN, last_day=LAST)


def test_a_choice_is_asked_for_if_the_run_reaches_the_open_day():
    assert seen_from(made_up(), ENDS, last_day=date(2026, 11, 9)).rules
    with pytest.raises(ScenarioError, match="Choose what follows"):
        seen_from(made_up(), ENDS, last_day=OPEN_DAY)


def test_a_day_after_the_record_sees_what_its_last_day_sees():
    record = carried_on(made_up(), "on")
    late = seen_from(record, date(2026, 9, 1), last_day=LAST)
    assert late.rules == seen_from(record, None, last_day=LAST).rules
