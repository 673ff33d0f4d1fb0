"""Notebook views of a result, a dataset or a scenario: a title, a table, and the details.

Each function gives a piece of HTML for the ``_repr_html_`` of its class. All text is escaped by
the template; nothing is loaded from elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from jinja2 import Template

from exposure.policy.scenario import Scenario
from exposure.report.files.json_output import rows_of
from exposure.report.html.environment import make_environment
from exposure.report.text import formats
from exposure.report.text.cells import page_columns, shown_text
from exposure.report.text.marks import changes_line
from exposure.report.text.rule_lines import rule_lines
from exposure.tables.dataset import Dataset

if TYPE_CHECKING:
    from exposure.result import Assessment

DIGEST_SHOWN = 12
"""Characters of a digest in a title; the details have all of it."""


@dataclass(frozen=True)
class Heading:
    """Heading of one column, and the side on which its cells are aligned."""

    heading: str
    side: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class View:
    """View of one object."""

    title: str
    subtitle: str = ""
    text: str = ""
    columns: Sequence[Heading] = ()
    rows: Sequence[Sequence[str]] = ()
    facts_title: str = ""
    facts: Sequence[tuple[str, str]] = ()


def assessment_html(assessment: "Assessment") -> str:
    """The ranking as the report shows it, with the record of the run to be unfolded.

    Parameters
    ----------
    assessment
        A finished run.
    """
    scenario, dataset, settings = assessment.scenario, assessment.dataset, assessment.settings
    columns = page_columns(mixture=bool(scenario.mixture))
    return _html(
        View(
            title=f"{scenario.name} ({scenario.scenario})",
            subtitle=f"{settings.destination} | "
            f"{f'tables {dataset.version} {changes_line(dataset)}'.rstrip()} | "
            f"{formats.counted(settings.draws, 'draw')} | "
            f"{formats.counted(settings.horizon_weeks, 'week')} from "
            f"{settings.as_of or scenario.start}",
            columns=[
                Heading(column.heading, "right" if column.is_number else "left")
                for column in columns
            ],
            rows=[
                [shown_text(column, row, error=True) for column in columns]
                for row in rows_of("ranking", assessment.ranking)
            ],
            facts_title="Record",
            facts=_flat(assessment.record),
        )
    )


def dataset_html(dataset: Dataset) -> str:
    """Tables with their numbers of rows, and the overlays.

    Parameters
    ----------
    dataset
        Tables.
    """
    facts = [("digest", dataset.digest)]
    for overlay in dataset.overlaid:
        facts += _flat(overlay.record(), within="overlay")
    for change in dataset.changed:
        facts += _flat(change.record(), within="changed")
    return _html(
        View(
            title=f"Tables {dataset.version}",
            subtitle=f"digest {dataset.digest[:DIGEST_SHOWN]} | "
            f"{formats.counted(len(dataset.overlaid), 'overlay')} | "
            f"{formats.counted(len(dataset.changed), 'changed figure')}",
            columns=[Heading("table"), Heading("rows", "right")],
            rows=[[name, f"{len(rows):,}"] for name, rows in dataset.rows.items()],
            facts_title="Record",
            facts=facts,
        )
    )


def scenario_html(scenario: Scenario) -> str:
    """Assumptions of a scenario: its text, and its rules by day or its members.

    Parameters
    ----------
    scenario
        Single course or mixture.
    """
    columns, rows = _members(scenario) if scenario.mixture else _rules(scenario)
    return _html(
        View(
            title=f"{scenario.name} ({scenario.scenario})",
            subtitle=f"starts on {scenario.start} | written for "
            f"{formats.counted(scenario.horizon_weeks, 'week')}",
            text=scenario.text,
            columns=columns,
            rows=rows,
            facts_title="Sources and digest",
            facts=[("sources", ", ".join(scenario.sources)), ("digest", scenario.digest)],
        )
    )


def _rules(scenario: Scenario) -> tuple[list[Heading], list[list[str]]]:
    headings = [Heading(word) for word in ("from", "until", "goods", "buyers", "licence")]
    lines = rule_lines(scenario.rules)
    return headings, [
        [line.starts, line.ends, line.goods, line.buyers, line.state] for line in lines
    ]


def _members(scenario: Scenario) -> tuple[list[Heading], list[list[str]]]:
    headings = [Heading("probability", "right"), Heading("scenario"), Heading("name")]
    return headings, [
        [
            f"{formats.percent(member.probability, 1)} %",
            member.scenario.scenario,
            member.scenario.name,
        ]
        for member in scenario.mixture
    ]


def _flat(record: Mapping[str, object], *, within: str = "") -> list[tuple[str, str]]:
    """A nested record as pairs of a dotted name and a value."""
    pairs: list[tuple[str, str]] = []
    for key, value in record.items():
        name = f"{within}.{key}" if within else key
        if isinstance(value, Mapping):
            pairs += _flat(value, within=name)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, part in enumerate(value, start=1):
                pairs += _flat(part, within=f"{name}.{number}")
        elif isinstance(value, list):
            pairs.append((name, "; ".join(map(str, value)) or formats.NONE))
        else:
            pairs.append((name, formats.NONE if value is None else str(value)))
    return pairs


def _html(view: View) -> str:
    return _template().render(view=view).rstrip("\n")


@cache
def _template() -> Template:
    return make_environment().get_template("notebook.html.jinja")
