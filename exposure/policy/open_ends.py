"""The open end of a scenario file: a day after which the analyst must choose, and the choices."""

from collections import Counter

from exposure.errors import ScenarioError
from exposure.policy.rule_checks import check_day, check_rules, span_of
from exposure.policy.rule_entries import Draft, Points, dated_in, rules_of, tables_of
from exposure.policy.scenario import FIRST_START, OpenEnd
from exposure.wording import shown


def open_end_of(draft: Draft, points: Points) -> OpenEnd | None:
    """Read the table ``open_end`` of a file; None if it is missing or faulty."""
    given = draft.content.get("open_end")
    if given is None:
        return None
    if not isinstance(given, dict):
        draft.add("open_end", shown(given), expected="a table", cure="write it under [open_end]")
        return None
    days = {
        key: dated_in(draft, f"open_end, {key}", given[key], points)
        for key in ("day", "known_from")
        if key in given
    }
    listed = tables_of(draft, "open_end.continuations", given.get("continuations", []))
    continuations = []
    for number, one in enumerate(listed, start=1):
        where = f"continuation {number}, rule"
        placed = rules_of(draft, points, one.get("rules", []), where=where)
        check_rules(draft, placed)
        continuations.append(one | {"rules": [item.rule for item in placed]})
    # A faulty day gets a placeholder, so that the other faults are found too.
    stated = {key: day or FIRST_START for key, day in days.items()}
    try:
        made = OpenEnd.model_validate(given | stated | {"continuations": continuations})
    except ScenarioError as error:
        draft.take(error.faults, within="open_end")
        return None
    _check(draft, made, dated=None not in days.values())
    return made


def _check(draft: Draft, made: OpenEnd, *, dated: bool) -> None:
    """Note names that repeat, and days outside the scenario or out of order."""
    for name, count in Counter(continuation.name for continuation in made.continuations).items():
        if count > 1:
            found = f"the name '{name}' {count} times"
            cure = "name each continuation differently"
            draft.add("open_end, continuations", found, expected="each name once", cure=cure)
    span = span_of(draft)
    if not dated or span is None:
        return
    check_day(draft, "open_end, day", made.day, span)
    if made.known_from > made.day:
        found = f"{made.known_from}, after the day itself, {made.day}"
        cure = "state when it became known that something ends"
        draft.add("open_end, known_from", found, expected="that day, or an earlier one", cure=cure)
