"""Composition of one sector's score and the rows behind it, in plain text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exposure.citations import KeyAssumption, key_assumptions
from exposure.errors import unknown_name
from exposure.report.text import formats
from exposure.report.text.drivers import joined, leading_elements
from exposure.report.text.layout import (
    PARAGRAPH_WIDTH,
    WIDTH,
    aligned,
    shortened,
    underlined,
    wrapped,
)
from exposure.report.text.marks import changes_line, rules_line
from exposure.report.text.rows_behind import china_shares, own_rows, own_sourcing
from exposure.report.text.story import story
from exposure.tables.schema.demand import CoverRow, NeedRow

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment, Cause

CAUSES: "dict[Cause, str]" = {
    "element": "by element",
    "component": "by component",
    "stage": "by exit stage",
    "licence_class": "by licence state",
}
"""Splits of a score, in the order in which they are shown."""

SMALLEST_SHOWN = 0.05
"""Points below which a cause is left out: it would read 0.0."""

CHANCE = 10.0
"""A squared correlation below this over the number of draws may be chance: among some hundred
unrelated rows the largest is about there."""

KEY_WIDTH = 56
"""Columns for the key of a row; longer ones are cut."""


def explain_text(assessment: "Assessment", sector: str) -> str:
    """Explain a sector's score: its composition, its certainty and the rows behind it.

    Parameters
    ----------
    assessment
        A finished run.
    sector
        Id of a sector it ranks.

    Raises
    ------
    UnknownNameError
        If the run ranks no such sector.
    """
    return explain_texts([assessment], sector)


def explain_texts(
    assessments: "Sequence[Assessment]",
    sector: str,
    helping: "Sequence[pd.DataFrame | None] | None" = None,
) -> str:
    """Explain several courses; their common part is printed once, with the first.

    Parameters
    ----------
    assessments
        Finished runs.
    sector
        Id of a sector that they rank.
    helping
        Levers that help it, one table per run; None where none was run.

    Raises
    ------
    UnknownNameError
        If a run ranks no such sector.
    """
    parts = {
        part: None
        for assessment, levers in zip(
            assessments, helping or [None] * len(assessments), strict=True
        )
        for part in _parts(assessment, sector, levers)
        if part
    }
    return "\n\n".join(parts)


def _parts(assessment: "Assessment", sector: str, helping: "pd.DataFrame | None") -> list[str]:
    if sector not in assessment.sectors:
        raise unknown_name("sector", sector, assessment.sectors)
    return [
        _headline(assessment, sector, helping),
        _attribution(assessment, sector),
        _shares(assessment, sector),
        _sourcing(assessment, sector),
        _table(assessment, sector, CoverRow, "Cover of each component"),
        _table(assessment, sector, NeedRow, "Dependence of the output on each component"),
        _assumed(assessment, sector),
    ]


def _headline(assessment: "Assessment", sector: str, helping: "pd.DataFrame | None") -> str:
    ranking = assessment.ranking
    row = ranking[ranking["sector"] == sector].iloc[0]
    settings, scenario = assessment.settings, assessment.scenario
    changed = changes_line(assessment.dataset), rules_line(scenario.added)
    return "\n".join(
        [
            underlined(f"{row['name']} ({sector})"),
            f"{scenario.name} ({scenario.scenario}), "
            f"{formats.counted(settings.horizon_weeks, 'week')} from "
            f"{assessment.first_day}, {formats.counted(settings.draws, 'draw')}",
            *(wrapped(line, width=WIDTH) for line in changed if line),
            "",
            story(assessment, sector, helping),
        ]
    )


def _attribution(assessment: "Assessment", sector: str) -> str:
    if assessment.sectors[sector].scores.mean() == 0.0:
        return "Nothing is lost, so there is nothing to attribute."
    blocks = []
    for cause, words in CAUSES.items():
        points = assessment.attribution(by=cause, sector=sector).loc[sector].to_dict()
        rows = [
            [str(name), formats.points(float(value))]
            for name, value in sorted(points.items(), key=lambda pair: -pair[1])
            if abs(value) >= SMALLEST_SHOWN
        ]
        blocks.append(aligned([words, "points"], rows, align="lr"))
    leading = leading_elements(assessment.sectors[sector].risk.causes)
    tied = f": {joined(leading)} about equally" if len(leading) > 1 else ""
    return f"Points of the score{tied}\n\n" + "\n\n".join(blocks)


def _shares(assessment: "Assessment", sector: str) -> str:
    points = assessment.sectors[sector].risk.points
    elements = [element for element, value in points.items() if value >= SMALLEST_SHOWN]
    found = china_shares(assessment, sector, elements)
    rows = [
        [
            str(row.element), str(row.stage), f"{formats.plain(row.low)}–{formats.plain(row.high)}",
            formats.plain(row.central), str(row.year), str(row.basis),
            next(iter(row.sources()), formats.NONE),
        ]
        for row in found
    ]  # fmt: skip
    if not rows:
        return ""
    headings = ["element", "stage", "low–high", "central", "year", "basis", "source"]
    table = aligned(headings, rows, align="llrrrll")
    return "China's share of world output, for the elements behind the score\n\n" + table


def _sourcing(assessment: "Assessment", sector: str) -> str:
    rows = [
        [
            row.component, str(row.stage), row.destination, str(row.buyer_class),
            str(row.from_date), f"{formats.plain(row.low)}–{formats.plain(row.high)}",
            formats.plain(row.central), str(row.basis),
        ]
        for row in own_sourcing(assessment, sector)
    ]  # fmt: skip
    if not rows:
        return ""
    headings = ["component", "stage", "at", "buyers", "from", "low–high", "central", "basis"]
    title = wrapped(
        "China's share of these buyers' own purchases, which replaces its share of world output "
        "for them; of several rows, the most specific one applies (* means any)",
        width=PARAGRAPH_WIDTH,
    )
    return f"{title}\n\n" + aligned(headings, rows, align="lllllrrl")


def _table(
    assessment: "Assessment", sector: str, model: type[CoverRow | NeedRow], title: str
) -> str:
    found = own_rows(assessment, sector, model)
    rows = [
        [
            row.component, row.quantity, f"{formats.plain(row.low)}–{formats.plain(row.high)}",
            formats.plain(row.central), row.unit, str(row.basis),
        ]
        for row in found
    ]  # fmt: skip
    if not rows:
        return ""
    headings = ["component", "quantity", "low–high", "central", "unit", "basis"]
    return f"{title}\n\n" + aligned(headings, rows, align="llrrll")


def _assumed(assessment: "Assessment", sector: str) -> str:
    assumptions = key_assumptions(assessment, sector)
    if not assumptions:
        return wrapped("The score does not vary with the draws: no assumed row moves it.")
    rows = [
        [
            assumption.table, _key(assumption),
            f"{formats.plain(assumption.low)}–{formats.plain(assumption.high)}", assumption.unit,
            f"{formats.percent(assumption.explained)} %",
        ]
        for assumption in assumptions
    ]  # fmt: skip
    chance = formats.percent(CHANCE / assessment.settings.draws)
    title = wrapped(
        "Assumed rows with the largest effect (explains: share of the score's variance that goes "
        f"with the row, by squared correlation; below {chance} % may be chance)",
        width=PARAGRAPH_WIDTH,
    )
    headings = ["table", "key", "range", "unit", "explains"]
    return f"{title}\n\n" + aligned(headings, rows, align="llrlr")


def _key(assumption: KeyAssumption) -> str:
    return shortened(" ".join(part for part in assumption.key if part), KEY_WIDTH)
