"""Alerts of a scheduled report: rules of the configuration, applied to its results."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from exposure.report.changes import Age, Alert, AlertKind, Changes
from exposure.report.desk.configuration import AlertRule
from exposure.report.text.formats import counted
from exposure.report.text.safe import one_line
from exposure.tables.schema.policy import PolicyEventRow

if TYPE_CHECKING:
    from exposure.result import Assessment


@dataclass(frozen=True)
class Watched:
    """Results to which the rules are applied."""

    assessments: "Sequence[Assessment]"
    changes: Changes
    age: Age
    sectors: tuple[str, ...] = ()
    """Sectors that alerts are about; empty for all."""


def alerts_of(rules: Sequence[AlertRule], watched: Watched) -> tuple[Alert, ...]:
    """Alerts of all rules, in their order, each once.

    Parameters
    ----------
    rules
        From the configuration.
    watched
        Results, changes and age of the data.
    """
    return tuple(
        dict.fromkeys(alert for rule in rules for alert in CHECKS[rule.rule](rule, watched))
    )


def _in_scope(rule: AlertRule, watched: Watched, scenario: str, sector: str) -> bool:
    sectors = rule.sectors or watched.sectors
    return (not rule.scenarios or scenario in rule.scenarios) and (not sectors or sector in sectors)


def _limit(rule: AlertRule) -> float:
    return rule.limit if rule.limit is not None else math.inf


def _moved(rule: AlertRule, watched: Watched) -> Iterator[Alert]:
    """Ranks or bands that moved by at least the limit."""
    what = "rank" if rule.rule == "rank_moved" else "band"
    for move in watched.changes.moves:
        was, now = (
            (move.rank_was, move.rank_now) if what == "rank" else (move.band_was, move.band_now)
        )
        if was is None or now is None or not _in_scope(rule, watched, move.scenario, move.sector):
            continue
        if was != now and abs(now - was) >= _limit(rule):
            text = (
                f"{one_line(move.name)} moved from {what} {was} to {now} under {move.scenario} "
                f"since the last report (limit {_limit(rule):g})."
            )
            yield Alert(kind=rule.rule, scenario=move.scenario, sector=move.sector, text=text)


Ranked = Mapping[str, object]
"""A row of a ranking."""


def _ranked(rule: AlertRule, watched: Watched) -> Iterator[tuple[str, str, Ranked]]:
    """Scenario, name of the sector and row of every sector that a rule is about."""
    for assessment in watched.assessments:
        scenario = assessment.scenario.scenario
        for row in assessment.ranking.to_dict("records"):
            if _in_scope(rule, watched, scenario, str(row["sector"])):
                yield scenario, one_line(str(row["name"])), {str(k): v for k, v in row.items()}


def _above(rule: AlertRule, watched: Watched) -> Iterator[Alert]:
    """Scores, or probabilities of a place among the first three, above the limit."""
    column, what, digits = (
        ("score", "a score of", 1)
        if rule.rule == "score_above"
        else ("p_top3", "a probability of a place among the first three of", 2)
    )
    for scenario, name, row in _ranked(rule, watched):
        value = float(str(row[column]))
        if value > _limit(rule):
            text = (
                f"{name} has {what} {value:.{digits}f} under {scenario} (limit {_limit(rule):g})."
            )
            yield Alert(kind=rule.rule, scenario=scenario, sector=str(row["sector"]), text=text)


def _impact(rule: AlertRule, watched: Watched) -> Iterator[Alert]:
    """Sectors whose median first hit lies before the day."""
    for scenario, name, row in _ranked(rule, watched):
        hit = row["first_hit_date_p50"]
        if isinstance(hit, date) and rule.before is not None and hit < rule.before:
            text = f"{name} is first hit on {hit} (median) under {scenario}, before {rule.before}."
            yield Alert(kind=rule.rule, scenario=scenario, sector=str(row["sector"]), text=text)


def _refuted(rule: AlertRule, watched: Watched) -> Iterator[Alert]:
    """Sectors for which the record refutes the model; it is the same in every scenario."""
    reported = set()
    for _, name, row in _ranked(rule, watched):
        if row["refuted"] is True and name not in reported:
            reported.add(name)
            text = f"The record refutes the model for {name}; do not rely on its score."
            yield Alert(kind=rule.rule, sector=str(row["sector"]), text=text)


def _age(rule: AlertRule, watched: Watched) -> Iterator[Alert]:
    """Data that are older than the limit, or of no known age."""
    age = watched.age
    if age.days is None or age.days > _limit(rule):
        yield Alert(kind=rule.rule, text=f"{age.words} The limit is {_limit(rule):g} days.")


def _expiry(rule: AlertRule, watched: Watched) -> Iterator[Alert]:
    """Rules of the scenarios, and dated measures of the tables, that end within the limit."""
    first = watched.age.day
    last = first + timedelta(days=min(_limit(rule), 36_500))
    for scenario, day, what in _endings(rule, watched):
        if first <= day <= last:
            text = f"{what} on {day}, in {counted((day - first).days, 'day')}."
            yield Alert(kind=rule.rule, scenario=scenario, text=text)


def _endings(rule: AlertRule, watched: Watched) -> Iterator[tuple[str, date, str]]:
    for assessment in watched.assessments:
        name = assessment.scenario.scenario
        if rule.scenarios and name not in rule.scenarios:
            continue
        days = sorted(
            {r.ends for member, _ in assessment.scenario.members for r in member.rules if r.ends}
        )
        yield from ((name, day, f"A licence rule of {name} ends") for day in days)
    events = watched.assessments[0].dataset.rows_of(PolicyEventRow)
    yield from (
        ("", event.date, f"{event.event} is due ({one_line(event.effect)})")
        for event in sorted(events, key=lambda row: row.date)
        if event.affects_flow == "yes" and event.status != "lapsed"
    )


CHECKS: Mapping[AlertKind, Callable[[AlertRule, Watched], Iterator[Alert]]] = {
    "rank_moved": _moved,
    "band_moved": _moved,
    "score_above": _above,
    "p_top3_above": _above,
    "impact_before": _impact,
    "data_older_than": _age,
    "expiry_within": _expiry,
    "refuted": _refuted,
}
"""Function that finds each kind of alert."""
