"""One page of HTML that holds a whole report: no script, nothing loaded from elsewhere.

The page shows finished results. Each number of a ranking stands in a ``data`` element whose
``value`` is the number itself; the text beside it is rounded. All text is escaped by the
template; only figures, which are ours, enter as markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from exposure.citations import KeyAssumption, key_assumptions
from exposure.policy.scenario import Scenario
from exposure.report.files.file_records import of_runs
from exposure.report.files.json_output import rows_of
from exposure.report.html.environment import make_environment
from exposure.report.plots.figure_files import inline_svg
from exposure.report.plots.rankings import INTERVAL_EVERY, drawn_member, loses_nothing
from exposure.report.text import formats, glossary
from exposure.report.text.caveats import caveats
from exposure.report.text.cells import ShownCell, page_columns, shown_cell
from exposure.report.text.drivers import driver_words
from exposure.report.text.explanation import CHANCE
from exposure.report.text.marks import changes_line, rules_line
from exposure.report.text.rule_lines import RuleLine, rule_lines
from exposure.scoring.column import Column
from exposure.tables.dataset import Dataset
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow, split_list

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment

TOP_WEEKLY = 5
"""Sectors whose weeks are shown."""

TOP_GROUNDS = 3
"""Sectors whose assumed rows are shown."""

Week = tuple[str, int, list[dict[str, Any]]]
"""Day, week, and lost share of each leader in that week."""


@dataclass(frozen=True)
class Part:
    """What the page says of one scenario."""

    scenario: Scenario
    drawn: Scenario
    """Itself, or the member of a mixture whose weeks are shown."""
    answer: str
    ranking: list[dict[str, Any]]
    columns: Sequence[Column]
    """Columns of the ranking that the page shows."""
    cells: list[list[ShownCell]]
    """The same ranking as the page shows it, one list a sector."""
    lossless: bool
    """Whether no sector loses anything, so that there is nothing to draw."""
    figures: Mapping[str, Markup]
    points: Mapping[str, list[dict[str, Any]]]
    """Points of the score by element and by stage, one record a sector."""
    leaders: Sequence[str]
    """Names of the sectors whose weeks are shown."""
    weeks: list[Week]
    weeks_outside: bool
    """Whether the mean of any of those weeks lies outside its interval."""
    courses: list[tuple[str, list[RuleLine]]]
    """Rules of the scenario, or of each member of a mixture."""
    grounds: list[tuple[str, list[KeyAssumption]]]
    """Names of the sectors ranked first, with the assumed rows that move their scores."""


def report_page(
    assessments: "Sequence[Assessment]",
    splits: "Sequence[Mapping[str, pd.DataFrame]]",
    figures: Mapping[str, str],
) -> str:
    """Text of the page.

    Parameters
    ----------
    assessments
        Runs on one dataset with the same settings, in the order in which they are shown.
    splits
        For each run, its points by ``element`` and by ``stage``.
    figures
        SVG text by name: ``scores``, and ``heat_map_``, ``weekly_`` and ``stages_`` with the
        name of each scenario under which anything is lost.
    """
    first = assessments[0]
    context = {
        "record": of_runs(assessments),
        "changes": changes_line(first.dataset),
        "added": rules_line(first.scenario.added),
        "first": first,
        "names": _names(first),
        "caveats": caveats(assessments),
        "parts": [
            _part(own, split, figures) for own, split in zip(assessments, splits, strict=True)
        ],
        "scores": _markup(figures, "scores", label="Scores of all sectors with their intervals"),
        "chance": CHANCE / first.settings.draws,
        "settings": glossary.setting_terms(first.settings),
        "columns": glossary.column_terms(),
        "licences": glossary.licence_terms(),
        "stages": glossary.stage_terms(first.dataset),
        "bases": glossary.basis_terms(),
        "sources": _sources(first.dataset, [own.scenario for own in assessments]),
    }
    environment = make_environment()
    environment.filters.update(_FILTERS)
    return environment.get_template("template.html.jinja").render(context)


def _part(
    assessment: "Assessment", split: "Mapping[str, pd.DataFrame]", figures: Mapping[str, str]
) -> Part:
    scenario, names = assessment.scenario, _names(assessment)
    ranking = assessment.ranking
    rows = _ranking(ranking, split["element"])
    columns = page_columns(mixture=bool(scenario.mixture))
    leaders = list(ranking["sector"].head(TOP_WEEKLY))
    weeks = _weeks(assessment, leaders)
    return Part(
        scenario=scenario,
        drawn=drawn_member(assessment),
        answer=_answer(assessment, split["element"]),
        ranking=rows,
        columns=columns,
        cells=[[shown_cell(column, row) for column in columns] for row in rows],
        lossless=loses_nothing(assessment),
        figures={
            kind: _figure(figures, kind, scenario)
            for kind in ("heat_map", "weekly", "stages")
            if not loses_nothing(assessment)
        },
        points={cause: _points(frame) for cause, frame in split.items()},
        leaders=[names[sector] for sector in leaders],
        weeks=weeks,
        weeks_outside=any(
            formats.is_outside(cell["lost_share"], cell["low"], cell["high"])
            for _, _, cells in weeks
            for cell in cells
        ),
        courses=[(own.name, rule_lines(own.rules)) for own, _ in scenario.members],
        grounds=[
            (names[sector], key_assumptions(assessment, sector, limit=3))
            for sector in leaders[:TOP_GROUNDS]
        ],
    )


def _figure(figures: Mapping[str, str], kind: str, scenario: Scenario) -> Markup:
    labels = {
        "heat_map": "Points of each score by element",
        "weekly": "Weekly lost share of output of the sectors ranked first",
        "stages": "Points of each score by exit stage",
    }
    name = f"{kind}_{scenario.scenario}"
    return _markup(figures, name, label=f"{labels[kind]}, {scenario.name}")


def _markup(figures: Mapping[str, str], name: str, *, label: str) -> Markup:
    spoken = f"{label}; the table below holds the numbers"
    return Markup(inline_svg(figures[name], prefix=name, label=spoken))  # noqa: S704 - ours


def _ranking(ranking: "pd.DataFrame", points: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows of a ranking, with the main driver in words."""
    rows = rows_of("ranking", ranking)
    return [{**row, "main_driver": _driver(row, points)} for row in rows]


def _points(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Points of each sector by cause, one record a sector."""
    rows = zip(frame.index.tolist(), frame.to_numpy(dtype=float).tolist(), strict=True)
    return [{"sector": own, **dict(zip(frame.columns, row, strict=True))} for own, row in rows]


def _driver(row: Mapping[Any, Any], points: "pd.DataFrame") -> str:
    own = points.loc[row["sector"]]
    return driver_words(str(row["main_driver"]), {str(e): float(v) for e, v in own.items()})


def _answer(assessment: "Assessment", points: "pd.DataFrame") -> str:
    """One sentence on who is hit worst."""
    first, *others = assessment.ranking.head(3).to_dict("records")
    if first["score"] == 0.0:
        return "No sector loses output."
    hit = formats.weeks(first["weeks_to_impact_p50"])
    when = (
        "not within the horizon in most draws" if hit == formats.NONE else f"in week {hit} (median)"
    )
    behind = [f"{row['name']} ({formats.points(row['score'])})" for row in others]
    then = f"; then {' and '.join(behind)}" if behind else ""
    low, high = formats.points(first["score_p05"]), formats.points(first["score_p95"])
    return (
        f"{first['name']}: {formats.points(first['score'])} of 100 (5–95 %: {low}–{high}), "
        f"first hit {when}, mainly through {_driver(first, points)}{then}."
    )


def _weeks(assessment: "Assessment", leaders: Sequence[str]) -> list[Week]:
    weekly = assessment.weekly
    drawn = weekly[weekly["scenario"] == drawn_member(assessment).scenario]
    shown = []
    for week in range(INTERVAL_EVERY - 1, int(drawn["week"].max()) + 1, INTERVAL_EVERY):
        own = drawn[drawn["week"] == week].set_index("sector", drop=False)
        cells = rows_of("weekly", own.loc[list(leaders)])
        shown.append((str(cells[0]["date"]), week, cells))
    return shown


def _sources(dataset: Dataset, scenarios: Sequence[Scenario]) -> list[Any]:
    """Sources cited by the tables that the model runs on and by the scenarios."""
    cited = {source for own in scenarios for source in own.sources}
    cited |= {source for own in scenarios for m, _ in own.members for source in m.sources}
    for name, rows in dataset.rows.items():
        if not TABLES[name].required or name == "sources":
            continue
        for row in rows:
            named = row.sources() if isinstance(row, QuantityRow) else _cited(row)
            cited.update(named)
    return [row for row in dataset.rows.get("sources", ()) if row.source_id in cited]  # type: ignore[attr-defined]


def _cited(row: object) -> tuple[str, ...]:
    return split_list(str(getattr(row, "source_id", "")))


def _names(assessment: "Assessment") -> dict[str, str]:
    return {sector: own.label.name for sector, own in assessment.sectors.items()}


def _exact(value: object) -> str:
    """Write a number so that it reads back to the same number; nothing where there is none."""
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _is_link(address: str) -> bool:
    return address.startswith(("https://", "http://"))


_FILTERS = {
    "exact": _exact,
    "points": lambda value: formats.points(_or_nan(value)),
    "signed": formats.signed_points,
    "mean_percent": lambda cell: formats.mean_percent(
        cell["lost_share"], cell["low"], cell["high"]
    ),
    "percent": lambda value, digits=0: formats.percent(_or_nan(value), digits),
    "weeks": lambda value: formats.weeks(_or_nan(value)),
    "billions": lambda value: formats.billions(_or_nan(value)),
    "places": formats.places,
    "plain": formats.plain,
    "counted": formats.counted,
    "is_link": _is_link,
}
