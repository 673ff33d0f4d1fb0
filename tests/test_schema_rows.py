"""Errors of bad cells, rows and keys of tables, with the whole text.

The rows are in memory; `tests.test_reading_folders` shows that rows of files give the same errors.
"""

import pytest

from exposure.errors import TableError
from exposure.policy.rules import Rule
from exposure.settings import Settings
from exposure.tables.schema.catalogue import TABLES
from exposure.wording import PATTERNS
from tests.changes import Change, add, buyer, message_of, put, substitute
from tests.tiny import figure, tiny_dataset, tiny_records

PRICE = {"period": "2025-Q3", "item": "dy_oxide", "place": "europe"} | figure(900.0, "USD/kg")

CASES: list[tuple[str, Change, str]] = [
    (
        "a misspelt element",
        put("stage_shares", 0, element="Smm"),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, element: found 'Smm'; expected a chemical symbol, such as Dy; correct it",
    ),
    (
        "an element nobody knows",
        put("stage_shares", 0, element="dysprosium"),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, element: found 'dysprosium'; expected a chemical symbol, such as Dy; write "
        "'Dy'",
    ),
    (
        "an element in the wrong case",
        put("stage_shares", 0, element="SM"),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, element: found 'SM'; expected a chemical symbol, such as Dy; write 'Sm'",
    ),
    (
        "a stage in a list that is not spelt like a key",
        put("components", 0, stages="mining Separation metal magnet"),
        "components.csv: 1 fault\n"
        "  - line 2, stages: found 'Separation'; expected a key of lower-case letters, digits and "
        "underscores; write 'separation'",
    ),
    (
        "no stage at all",
        put("components", 0, stages=""),
        "components.csv: 1 fault\n"
        "  - line 2, stages: found nothing; expected at least one entry; fill it in",
    ),
    (
        "a misspelt quantity",
        put("cover", 0, quantity="stock_week"),
        "cover.csv: 1 fault\n"
        "  - line 2, quantity: found 'stock_week'; expected a known quantity; did you mean "
        "'stock_weeks'?",
    ),
    (
        "a misspelt buyer class where all may stand",
        put("sourcing", 0, buyer_class="militery"),
        "sourcing.csv: 1 fault\n"
        "  - line 2, buyer_class: found 'militery'; expected a known buyer class, or '*'; did you "
        "mean 'military'?",
    ),
    (
        "a country in small letters",
        put("sectors", 0, destination="usa"),
        "sectors.csv: 1 fault\n"
        "  - line 2, destination: found 'usa'; expected the code of a country outside China (ISO "
        "3166-1 alpha-3), or EUU; write 'USA' (United States)",
    ),
    (
        "a queue of no country",
        put("licence_queue", 0, destination="world"),
        "licence_queue.csv: 1 fault\n"
        "  - line 2, destination: found 'world'; expected the code of a country outside China "
        "(ISO 3166-1 alpha-3), or EUU, or '*'; write an ISO 3166-1 alpha-3 code, such as USA, JPN "
        "or DEU",
    ),
    (
        "a label for a key",
        put("sectors", 0, sector="Guided Missiles"),
        "sectors.csv: 1 fault\n"
        "  - line 2, sector: found 'Guided Missiles'; expected a key of lower-case letters, "
        "digits and underscores; write 'guided_missiles'",
    ),
    (
        "a share above 1",
        put("needs", 0, low=1.3, central=1.3, high=1.3),
        "needs.csv: 3 faults\n"
        "  - line 2, central: found 1.3; expected between 0 and 1; shares are fractions, write "
        "0.92 for 92 %\n"
        "  - line 2, high: found 1.3; expected between 0 and 1; shares are fractions, write "
        "0.92 for 92 %\n"
        "  - line 2, low: found 1.3; expected between 0 and 1; shares are fractions, write 0.92 "
        "for 92 %",
    ),
    (
        "a share below 0",
        put("needs", 0, low=-0.1),
        "needs.csv: 1 fault\n"
        "  - line 2, low: found -0.1; expected between 0 and 1; correct the figure",
    ),
    (
        "a per cent sign",
        put("needs", 0, central="92 %"),
        "needs.csv: 1 fault\n"
        "  - line 2, central: found '92 %'; expected a finite number; shares are fractions, write "
        "0.92 for 92 %",
    ),
    (
        "a decimal comma",
        put("needs", 0, central="0,8"),
        "needs.csv: 1 fault\n"
        "  - line 2, central: found '0,8'; expected a finite number; write a decimal point, and "
        "nothing between thousands",
    ),
    (
        "not a number, as text",
        put("needs", 0, central="NaN"),
        "needs.csv: 1 fault\n"
        "  - line 2, central: found 'NaN'; expected a finite number; if the figure is not known, "
        "delete the row, or state an assumed range",
    ),
    (
        "not a number, in memory",
        put("needs", 0, central=float("nan")),
        "needs.csv: 1 fault\n"
        "  - line 2, central: found nan; expected a finite number; if the figure is not known, "
        "delete the row, or state an assumed range",
    ),
    (
        "infinity",
        put("cover", 0, high=float("inf")),
        "cover.csv: 1 fault\n  - line 2, high: found inf; expected a finite number; correct it",
    ),
    (
        "a word for a number",
        put("needs", 0, high="all of it"),
        "needs.csv: 1 fault\n"
        "  - line 2, high: found 'all of it'; expected a finite number; correct it",
    ),
    (
        "an empty figure",
        put("needs", 0, central=""),
        "needs.csv: 1 fault\n"
        "  - line 2, central: found nothing; expected a finite number; if the figure is not "
        "known, delete the row, or state an assumed range",
    ),
    (
        "a blank figure",
        put("needs", 0, central="  "),
        "needs.csv: 1 fault\n"
        "  - line 2, central: found nothing; expected a finite number; if the figure is not "
        "known, delete the row, or state an assumed range",
    ),
    (
        "no figure in memory",
        put("needs", 0, central=None),
        "needs.csv: 1 fault\n"
        "  - line 2, central: found nothing; expected a finite number; if the figure is not "
        "known, delete the row, or state an assumed range",
    ),
    (
        "an empty name",
        put("sectors", 0, name=""),
        "sectors.csv: 1 fault\n  - line 2, name: found nothing; expected text; fill it in",
    ),
    (
        "an empty key",
        put("needs", 0, sector=""),
        "needs.csv: 1 fault\n"
        "  - line 2, sector: found nothing; expected a key of lower-case letters, digits and "
        "underscores; fill it in",
    ),
    (
        "low above high",
        put("needs", 0, low=0.9, high=0.6),
        "needs.csv: 1 fault\n"
        "  - line 2, low: found low 0.9, central 0.8, high 0.6; expected low <= central <= high; "
        "put the three values in order",
    ),
    (
        "a wrong unit",
        put("cover", 0, unit="day"),
        "cover.csv: 1 fault\n"
        "  - line 2, unit: found 'day'; expected 'week'; convert the three values",
    ),
    (
        "an empty unit",
        put("cover", 0, unit=""),
        "cover.csv: 1 fault\n  - line 2, unit: found nothing; expected text; fill it in",
    ),
    (
        "a duration of zero where one is the least",
        put("licence_queue", 8, low=0),
        "licence_queue.csv: 1 fault\n"
        "  - line 10, low: found 0; expected at least 1; correct the figure",
    ),
    (
        "the whole of a need engineered away",
        add("substitution", substitute("missiles", "smco_magnet") | figure(1.0)),
        "substitution.csv: 3 faults\n"
        "  - line 2, central: found 1; expected at least 0 and below 1; correct the figure\n"
        "  - line 2, high: found 1; expected at least 0 and below 1; correct the figure\n"
        "  - line 2, low: found 1; expected at least 0 and below 1; correct the figure",
    ),
    (
        "a year of no use",
        put("stage_shares", 0, year="1890"),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, year: found '1890'; expected at least 1990; correct it",
    ),
    (
        "half a year",
        put("stage_shares", 0, year="2024.5"),
        "stage_shares.csv: 1 fault\n"
        "  - line 2, year: found '2024.5'; expected a whole number; correct it",
    ),
    (
        "a day in words",
        put("elements", 0, controlled_from="4 April 2025"),
        "elements.csv: 1 fault\n"
        "  - line 2, controlled_from: found '4 April 2025'; expected a day, YYYY-MM-DD; correct "
        "it",
    ),
    (
        "a day that is none",
        put("sourcing", 0, from_date="2025-02-30"),
        "sourcing.csv: 1 fault\n"
        "  - line 2, from_date: found '2025-02-30'; expected a day, YYYY-MM-DD; correct it",
    ),
    (
        "a misspelt basis",
        put("needs", 0, basis="assumption"),
        "needs.csv: 1 fault\n"
        "  - line 2, basis: found 'assumption'; expected a known basis; write one of: assumed, "
        "derived, measured, reported",
    ),
    (
        "a measured row without a source",
        put("needs", 0, basis="measured"),
        "needs.csv: 1 fault\n"
        "  - line 2, source_id: found nothing; expected a source for a measured figure; cite one, "
        "or set basis to assumed and argue the range in the note",
    ),
    (
        "a derived row without its arithmetic",
        put("needs", 0, basis="derived", rests_on_assumption="yes", note=""),
        "needs.csv: 1 fault\n"
        "  - line 2, note: found nothing; expected the arithmetic of a derived figure; name what "
        "it uses",
    ),
    (
        "a derived row that does not say on what it rests",
        put("needs", 0, basis="derived"),
        "needs.csv: 1 fault\n"
        "  - line 2, rests_on_assumption: found nothing; expected 'yes' or 'no' for a derived "
        "figure; write 'yes' if any input of the arithmetic is assumed",
    ),
    (
        "an assumed row that rests on no assumption",
        put("needs", 0, rests_on_assumption="no"),
        "needs.csv: 1 fault\n"
        "  - line 2, rests_on_assumption: found 'no' in a row that is assumed; expected nothing, "
        "or a word that agrees with the basis; leave the cell empty",
    ),
    (
        "a reported row that rests on an assumption",
        put("needs", 0, basis="reported", rests_on_assumption="yes"),
        "needs.csv: 1 fault\n"
        "  - line 2, rests_on_assumption: found 'yes' in a row that is reported; expected "
        "nothing, or a word that agrees with the basis; leave the cell empty",
    ),
    (
        "perhaps",
        put("needs", 0, rests_on_assumption="perhaps"),
        "needs.csv: 1 fault\n"
        "  - line 2, rests_on_assumption: found 'perhaps'; expected a known rests on assumption; "
        "write one of: no, yes",
    ),
    (
        "an assumed row without a note",
        put("needs", 0, note=""),
        "needs.csv: 1 fault\n"
        "  - line 2, note: found nothing; expected the argument for an assumed range; say why "
        "this range",
    ),
    (
        "two sources and one locator",
        put("needs", 0, source_id="made_up_2025; made_up_2025", locator="p. 3"),
        "needs.csv: 1 fault\n"
        "  - line 2, locator: found 1 locator; expected one for each of 2 sources; separate "
        "them by ';', in the same order",
    ),
    (
        "a column nobody knows, in memory",
        put("needs", 0, notes="why"),
        "needs.csv: 1 fault\n"
        "  - line 2, notes: found an unknown column; expected a known one; did you mean 'note'?",
    ),
    (
        "a duplicate key",
        add("buyers", buyer("missiles", "military", 1.0)),
        "buyers.csv: 1 fault\n"
        "  - line 5, key: found (missiles, military, standard) again; expected each key once; it "
        "is on line 2 too; keep one of the rows",
    ),
    (
        "a quarter that is none",
        add("prices", PRICE | {"period": "2025-Q5"}),
        "prices.csv: 1 fault\n"
        "  - line 2, period: found '2025-Q5'; expected a period such as 2025, 2025-H1, 2025-Q3, "
        "2025-06 or 2025-06-11; correct it",
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_bad_row_is_refused_with_the_fault_and_its_cure(change: Change, message: str):
    records = tiny_records()
    change(records)
    with pytest.raises(TableError) as error:
        tiny_dataset(records)
    assert message_of(error.value) == message


def test_every_pattern_is_put_into_words():
    models = [table.row for table in TABLES.values()] + [Rule, Settings]
    patterns = {
        schema["pattern"]
        for model in models
        for field in model.model_json_schema()["properties"].values()
        for schema in (field, *field.get("anyOf", ()))
        if "pattern" in schema
    }
    assert patterns <= set(PATTERNS)
    assert len(patterns) >= 3
