"""A whole report as one page of HTML: nothing is loaded from elsewhere.

The page shows finished results. Each number of a ranking is in a ``data`` element whose
``value`` is the number itself; the text in it is rounded. All text is escaped by the
templates; only the style sheet and the script, which are ours, enter as they are. The script
sorts tables and does nothing else; a content policy in the page lets no other run and nothing be
fetched.
"""

import base64
import hashlib
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Template
from markupsafe import Markup, escape

from exposure.policy.scenario import Scenario
from exposure.report.changes import CAUSES
from exposure.report.contents import Contents, drawn_member, first_day, loses_nothing
from exposure.report.files.json_output import rows_of
from exposure.report.html import news, sections
from exposure.report.html.anatomy import anatomies
from exposure.report.html.assumed_inputs import TOP_ASSUMED, assumed_inputs
from exposure.report.html.environment import make_environment
from exposure.report.html.help_section import best_of_course, help_section
from exposure.report.html.overview import names_of_sectors, overview
from exposure.report.html.sampling import SamplingRow, sampling_rows
from exposure.report.text import formats, glossary
from exposure.report.text.caveats import caveats, knowledge_date
from exposure.report.text.cells import ShownCell, page_columns, shown_cell, with_error
from exposure.report.text.drivers import driver_words
from exposure.report.text.explanation import CHANCE
from exposure.report.text.marks import changes_line, rules_line
from exposure.report.text.rule_lines import RuleLine, rule_lines
from exposure.report.text.safe import printable
from exposure.scoring.column import NAME, Column
from exposure.scoring.columns import columns_of
from exposure.tables.dataset import Dataset
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow, split_list
from exposure.tables.schema.supply import ElementRow

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

WHOLE = re.compile(r"\d{4}-\d\d-\d\d|[\d.]+ ± [\d.]+|[\d.,]+–[\d.,]+(?: %)?")
"""Dates, means with their errors, and intervals."""


@dataclass(frozen=True)
class Part:
    """Content of the page about one scenario."""

    scenario: Scenario
    drawn: Scenario
    """Scenario whose weeks are shown: itself, or a member of a mixture."""
    answer: str
    helps: str
    """Sentence on the lever that would help most; empty if no lever was run."""
    ranking: list[dict[str, Any]]
    columns: Sequence[Column]
    """Columns of the ranking that the page shows."""
    cells: list[list[ShownCell]]
    """Ranking as the page shows it, one list per sector."""
    sampling: list[SamplingRow]
    """Errors of sampling and the draws that smaller ones need, one row per sector."""
    dates: list[list[ShownCell]]
    """First hits as the page shows them, one list per sector."""
    lossless: bool
    """True if no sector loses anything, so that there is nothing to draw."""
    courses: list[tuple[str, list[RuleLine]]]
    """Rules of the scenario, or of each member of a mixture."""


def report_page(contents: Contents) -> str:
    """Text of the page.

    Parameters
    ----------
    contents
        From `exposure.report.contents.gather`.
    """
    return _template().render(_context(contents))


@cache
def _template() -> Template:
    """Template of the page, compiled once for all pages of a process."""
    environment = make_environment()
    environment.filters.update(_FILTERS)
    return environment.get_template("page.html.jinja")


def _day_of(contents: Contents) -> date | None:
    """Day of the report: the one asked for, or the one on which it was made, if that is known."""
    asked = contents.runs[0].settings.as_of
    return asked or (contents.briefing.age.day if contents.briefing is not None else None)


def _context(contents: Contents) -> dict[str, object]:
    first = contents.runs[0]
    style, script = _ours("page.css"), _ours("page.js")
    parts = [
        _part(run, points, dates, best_of_course(contents.helping, number))
        for number, (run, points, dates) in enumerate(
            zip(contents.runs, contents.elements, contents.dates, strict=True)
        )
    ]
    return {
        "style": style,
        "script": script,
        "script_hash": _policy_hash(script),
        "record": contents.record,
        "changes": changes_line(first.dataset),
        "added": rules_line(first.scenario.added),
        "first": first,
        "first_day": first_day(contents),
        "day": _day_of(contents),
        "known": knowledge_date(first),
        "names": names_of_sectors(first),
        "caveats": caveats(contents.runs),
        "parts": parts,
        "lossless": all(part.lossless for part in parts),
        "overview": overview(contents),
        "score_chart": sections.score_chart(contents),
        "date_chart": sections.date_chart(contents),
        "date_columns": [column for column in columns_of("impact_dates") if column.heading],
        "anatomies": anatomies(contents),
        "heat_maps": sections.heat_maps(contents),
        "flow_chart": sections.flow_chart(contents),
        "flow_tables": sections.flow_tables(contents),
        "flow_draws": contents.flow_draws,
        "help": help_section(contents),
        "briefing": contents.briefing,
        "cause_names": CAUSES,
        "trends": news.trends(contents.briefing),
        "first_alerts": news.FIRST_ALERTS,
        "changed_causes": news.causes_of(contents.briefing),
        "first_moves": news.FIRST_MOVES,
        "course_names": {run.scenario.scenario: run.scenario.name for run in contents.runs},
        "moved": news.moved(contents.briefing),
        "chance": CHANCE / first.settings.draws,
        "assumed_inputs": assumed_inputs(contents),
        "most_assumed": TOP_ASSUMED,
        "settings": glossary.setting_terms(first.settings),
        "elements": first.dataset.rows_of(ElementRow),
        "columns": glossary.column_terms(),
        "licences": glossary.licence_terms(),
        "stages": glossary.stage_terms(first.dataset),
        "bases": glossary.basis_terms(),
        "sources": _sources(first.dataset, [run.scenario for run in contents.runs]),
    }


def _ours(name: str) -> Markup:
    """A file of this folder, as it is."""
    text = resources.files("exposure.report.html").joinpath(name).read_text(encoding="utf-8")
    return Markup(text.replace("\r\n", "\n").strip())  # noqa: S704 - ours


def _policy_hash(script: str) -> str:
    """Hash by which the content policy knows the script."""
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _part(
    assessment: "Assessment", points: "pd.DataFrame", dates: "pd.DataFrame", helps: str
) -> Part:
    scenario = assessment.scenario
    rows = _ranking(assessment.ranking, points)
    found = page_columns(mixture=bool(scenario.mixture))
    columns = sorted(found, key=lambda column: column != NAME)  # the name stays in sight
    hits = [column for column in columns_of("impact_dates") if column.heading]
    return Part(
        scenario=scenario,
        drawn=drawn_member(assessment),
        answer=_answer(assessment, points),
        helps=helps,
        ranking=rows,
        columns=columns,
        cells=[[with_error(shown_cell(column, row), row) for column in columns] for row in rows],
        sampling=sampling_rows(assessment),
        dates=[
            [shown_cell(column, row) for column in hits] for row in rows_of("impact_dates", dates)
        ],
        lossless=loses_nothing(assessment),
        courses=[(course.name, rule_lines(course.rules)) for course, _ in scenario.members],
    )


def _ranking(ranking: "pd.DataFrame", points: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows of a ranking, with the main driver in words."""
    rows = rows_of("ranking", ranking)
    return [{**row, "main_driver": _driver(row, points)} for row in rows]


def _driver(row: Mapping[Any, Any], points: "pd.DataFrame") -> str:
    shares = points.loc[row["sector"]]
    return driver_words(str(row["main_driver"]), {str(e): float(v) for e, v in shares.items()})


def _answer(assessment: "Assessment", points: "pd.DataFrame") -> str:
    """Sentence on the sector that is hit worst."""
    first, *others = assessment.ranking.head(3).to_dict("records")
    if first["score"] == 0.0:
        return "No sector loses output."
    day = first["first_hit_date_p50"]
    when = "not within the horizon in most draws" if day is None else f"on {day} (median)"
    behind = [f"{row['name']} ({_score(row)})" for row in others]
    then = f"; then {' and '.join(behind)}" if behind else ""
    low, high = formats.points(first["score_p05"]), formats.points(first["score_p95"])
    return (
        f"{first['name']}: {_score(first)} of 100 (5–95 %: {low}–{high}), "
        f"first hit {when}, mainly through {_driver(first, points)}{then}."
    )


def _score(row: Mapping[Hashable, Any]) -> str:
    """Score of a row of a ranking with its error of sampling."""
    return formats.with_error(row["score"], row["score_se"])


def _sources(dataset: Dataset, scenarios: Sequence[Scenario]) -> list[Any]:
    """Sources cited by the tables that the model runs on and by the scenarios."""
    cited = {source for scenario in scenarios for source in scenario.sources}
    cited |= {source for scenario in scenarios for m, _ in scenario.members for source in m.sources}
    for name, rows in dataset.rows.items():
        if not TABLES[name].required or name == "sources":
            continue
        for row in rows:
            named = row.sources() if isinstance(row, QuantityRow) else _cited(row)
            cited.update(named)
    return [row for row in dataset.rows.get("sources", ()) if row.source_id in cited]  # type: ignore[attr-defined]


def _cited(row: object) -> tuple[str, ...]:
    return split_list(str(getattr(row, "source_id", "")))


def _exact(value: object) -> str:
    """Write a number so that it reads back to the same number; nothing where there is none."""
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _is_link(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def unbroken(text: str) -> Markup:
    """Text in which no line ends within a date, an interval or a mean with its error."""
    whole = WHOLE.sub(r'<span class="nowrap">\g<0></span>', str(escape(printable(text))))
    return Markup(whole)  # noqa: S704 - escaped above; the rest is ours


_FILTERS = {
    "unbroken": unbroken,
    "exact": _exact,
    "points": lambda value: formats.points(_or_nan(value)),
    "signed": lambda value: formats.NONE if value is None else formats.signed_points(value),
    "percent": lambda value, digits=0: formats.percent(_or_nan(value), digits),
    "places": lambda value: formats.NONE if value is None else formats.places(value),
    "plain": formats.plain,
    "counted": formats.counted,
    "is_link": _is_link,
}
