"""Anatomy of sectors on the page: colours of its bars, and marks that are explained."""

from dataclasses import replace

import pytest

import exposure as ex
from exposure.report.contents import Contents, gather
from exposure.report.html.anatomy import anatomies
from exposure.report.html.page import report_page
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset


@pytest.fixture(scope="module")
def contents() -> Contents:
    dataset, settings = tiny_dataset(), ex.Settings(draws=8, prior=True)
    return gather([ex.assess(dataset, course, settings) for course in (WITHHELD, FREE)])


def test_an_element_has_one_colour_everywhere_and_none_of_a_course(contents):
    found = anatomies(contents)
    pairs = {(row.cause, row.colour) for anatomy in found for row in anatomy.causes}
    colours = [colour for _, colour in pairs]
    assert len(pairs) == len({cause for cause, _ in pairs}) == len(set(colours)) > 1
    assert not set(colours) & set(range(len(contents.runs)))
    for anatomy in found:
        drawn = {piece.kind for bar in anatomy.bars.bars for piece in bar.pieces}
        assert drawn == {row.colour for row in anatomy.causes}


@pytest.mark.parametrize(("implied", "explained"), [("<0.1* (0.0–0.0)", 1), ("0.2 (0.0–0.8)", 0)])
def test_a_star_is_explained_where_there_is_one(contents, monkeypatch, implied, explained):
    from exposure.report.html import anatomy, page  # noqa: PLC0415 - patched

    quarter = anatomy.QuarterRow("2025-07-01 to 2025-09-30", "0.0–3.0", implied)
    first = replace(anatomies(contents)[0], quarters=(quarter,))
    monkeypatch.setattr(page, "anatomies", lambda _: [first])
    text = report_page(contents)
    assert text.count("; * marks a mean outside its interval") == explained
