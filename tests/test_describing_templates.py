"""A template is refused unchanged, and accepted after it is filled in."""

import csv
import io
from pathlib import Path

import pytest

from exposure.errors import UnknownNameError
from exposure.tables.describing.dictionary import (
    Column,
    Kind,
    columns_of,
    measures_of,
    quantity_column,
)
from exposure.tables.describing.templates import CHOICE, template
from exposure.tables.reading.overlays import apply_overlay
from exposure.tables.reading.parse import parse_table
from exposure.tables.schema.catalogue import TABLES
from tests.tiny import tiny_dataset

SENSIBLE = {
    "sector": "missiles",
    "component": "smco_magnet",
    "source_id": "made_up_2025",
    "locator": "p. 3",
    "scope": "*",
    "item": "dy_oxide",
    "case": "one_plant",
    "population": "members",
    "project": "plant",
    "event": "announcement",
    "stage": "metal",
    "stages": "metal magnet",
    "elements": "Sm",
    "pool": "sm",
    "user": "missiles",
    "subject": "missiles",
    "uncertainty_group": "defence",
}
"""What a person would write in the columns that have no closed vocabulary."""

FORMS = {
    "a key": "smco_magnet",
    "chemical symbol": "Sm",
    "ISO alpha-3 code": "USA",
    "YYYY-MM-DD": "2026-11-21",
    "YYYY or YYYY-MM or YYYY-MM-DD": "2025-06",
}
"""What a person would write in the columns that ask for a form."""


def filled_in(column: Column, cell: str) -> str:
    """A cell as a person would fill it in, by what the template says."""
    if cell == "a whole number":
        return f"{column.minimum:g}"
    if not cell and not column.required and column.name not in SENSIBLE:
        return "text" if column.kind is Kind.TEXT and not column.pattern else ""
    if column.name in SENSIBLE and not column.words:
        return SENSIBLE[column.name]
    if column.kind is Kind.NUMBER:
        return next(word for word in cell.split() if word[0].isdigit())
    word = cell.split(CHOICE, maxsplit=1)[0]
    return FORMS.get(word, word or "text")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def fill(table: str) -> str:
    columns = {column.name: column for column in columns_of(table)}
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(columns), lineterminator="\n")
    writer.writeheader()
    for row in rows_of(template(table)):
        writer.writerow({name: filled_in(columns[name], cell) for name, cell in row.items()})
    return buffer.getvalue()


@pytest.mark.parametrize("table", TABLES)
def test_the_header_is_that_of_the_table_and_each_quantity_has_a_row(table: str):
    text = template(table)
    assert text.splitlines()[0] == ",".join(TABLES[table].columns)
    rows = rows_of(text)
    name = quantity_column(table)
    assert len(rows) == max(1, len(measures_of(table)))
    assert [row[name] for row in rows if name] == [
        measure for measure in measures_of(table) if measure
    ]


@pytest.mark.parametrize("table", TABLES)
def test_it_is_refused_as_it_is_and_every_cell_to_fill_in_is_named(table: str):
    lines, faults = parse_table(TABLES[table], template(table))
    assert lines == []
    given = ("unit", quantity_column(table))
    wanted = {
        column.name for column in columns_of(table) if column.required and column.name not in given
    }
    assert {fault.key for fault in faults if fault.line == 2} >= wanted


@pytest.mark.parametrize("table", TABLES)
def test_it_is_accepted_once_it_is_filled_in(table: str):
    lines, faults = parse_table(TABLES[table], fill(table))
    assert [str(fault) for fault in faults] == []
    assert len(lines) == len(rows_of(template(table)))


@pytest.mark.parametrize("table", ["cover", "substitution", "prices", "recycling", "sources"])
def test_filled_in_it_makes_an_overlay_that_passes_the_check(table: str, tmp_path: Path):
    text = fill(table)
    (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    merged = apply_overlay(tiny_dataset(), tmp_path)
    (overlay,) = merged.overlaid
    assert len(overlay.replaced) + len(overlay.added) == len(rows_of(text))


def test_the_cells_say_which_values_are_allowed():
    assert rows_of(template("stage_shares")) == [
        {
            "element": "chemical symbol",
            "stage": "",
            "country": "ISO alpha-3 code",
            "year": "a whole number",
            "kind": "outturn | forecast",
            "low": "between 0 and 1",
            "central": "between 0 and 1",
            "high": "between 0 and 1",
            "unit": "share",
            "basis": "measured | reported | derived | assumed",
            "rests_on_assumption": "",
            "source_id": "",
            "locator": "",
            "note": "",
        }
    ]


def test_each_row_has_the_unit_and_range_of_its_quantity():
    rows = {row["quantity"]: row for row in rows_of(template("substitution"))}
    assert (rows["largest_share"]["unit"], rows["largest_share"]["low"]) == (
        "share",
        "at least 0 and below 1",
    )
    assert (rows["ramp_weeks"]["unit"], rows["ramp_weeks"]["low"]) == ("week", "at least 0")


def test_an_unknown_table_gets_a_suggestion():
    with pytest.raises(UnknownNameError) as error:
        template("substitutoin")
    assert str(error.value) == "unknown table 'substitutoin'; did you mean 'substitution'?"
