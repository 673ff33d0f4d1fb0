"""The data dictionary gives the meaning and the allowed values of every column and quantity."""

from pathlib import Path

import pytest

from exposure.errors import UnknownNameError
from exposure.tables.describing.dictionary import (
    Column,
    Kind,
    columns_of,
    dictionary_text,
    measures_of,
    quantity_column,
    shared_text,
)
from exposure.tables.describing.package import MARK, readme_text
from exposure.tables.schema.catalogue import TABLES

DATASETS = Path(__file__).parents[1] / "datasets"
REWRITE = (
    'python -c "from exposure.tables.describing.package import write_package; '
    "write_package('datasets')\""
)


def column(table: str, name: str) -> Column:
    return next(column for column in columns_of(table) if column.name == name)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_meaning_that_is_a_sentence(table: str):
    for column in columns_of(table):
        assert column.meaning.endswith("."), column.name
        assert column.meaning[0].isupper() or column.meaning[0] == "'"


@pytest.mark.parametrize("table", TABLES)
def test_every_quantity_has_a_meaning_and_a_place_in_the_vocabulary(table: str):
    measures = measures_of(table)
    for quantity, measure in measures.items():
        # A table of a single quantity says what it is in its own description.
        assert measure.meaning or not quantity, quantity
    name = quantity_column(table)
    assert not name or set(measures) == set(column(table, name).words)


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_are_those_of_the_files_in_their_order(table: str):
    assert tuple(column.name for column in columns_of(table)) == TABLES[table].columns
    assert tuple(column.name for column in columns_of(table) if column.in_key) == TABLES[table].key


def test_a_column_states_its_kind_and_limits():
    assert column("stage_shares", "year") == Column(
        table="stage_shares",
        name="year",
        kind=Kind.WHOLE,
        meaning="Year of the output.",
        required=True,
        in_key=True,
        minimum=1990,
        maximum=2100,
    )
    assert column("components", "stages").kind is Kind.WORDS
    assert column("sourcing", "buyer_class").words == ("civil", "dual", "military", "*")
    assert column("elements", "controlled_from").kind is Kind.DAY
    assert not column("elements", "controlled_from").required
    assert column("cover", "note").kind is Kind.TEXT


def test_a_figure_has_the_widest_range_of_its_tables_quantities():
    assert (column("buyers", "low").minimum, column("buyers", "low").maximum) == (0.0, 1.0)
    assert column("cover", "high").maximum is None
    assert column("substitution", "unit").words == ("share", "week")


@pytest.mark.parametrize(
    ("table", "name", "allowed"),
    [
        ("stage_shares", "year", "a whole number between 1990 and 2100"),
        ("stage_shares", "kind", "one of `outturn`, `forecast`"),
        ("cover", "low", "a number, at least 0"),
        ("cover", "unit", "only `week`"),
        ("sourcing", "from_date", "a day, YYYY-MM-DD"),
        ("sectors", "name", "text"),
        (
            "licence_queue",
            "destination",
            "three capital letters (ISO 3166-1 alpha-3, or EUU, ROW, WLD), or `*`",
        ),
        (
            "components",
            "stages",
            "a key of lower-case letters, digits and underscores; several separated by blanks",
        ),
        ("elements", "element", "a chemical symbol, such as Dy"),
        ("licence_queue", "element", "a chemical symbol, such as Dy, or `*`"),
        ("pool_users", "buyer_class", "one of `civil`, `dual`, `military`"),
    ],
)
def test_the_values_allowed_in_a_column_are_described_in_words(table: str, name: str, allowed: str):
    assert column(table, name).allowed == allowed


def test_an_unknown_table_gets_a_suggestion():
    with pytest.raises(UnknownNameError) as error:
        columns_of("covers")
    assert str(error.value) == "unknown table 'covers'; did you mean 'cover'?"


def test_the_text_has_each_table_column_and_quantity_once():
    text = dictionary_text()
    for table in TABLES:
        assert text.count(f"### {table}\n") == 1
    for quantity, measure in measures_of("licence_queue").items():
        line = f"| `{quantity}` | {measure.meaning} | {measure.unit} | {measure.wording()} |"
        assert text.count(line) == 1


def test_a_bar_in_a_text_does_not_break_the_grid():
    for line in (dictionary_text() + shared_text()).splitlines():
        if line.startswith("|"):
            assert line.endswith("|")
            assert line.replace("\\|", "").count("|") in (5, 6)


def test_the_dictionary_in_the_folder_is_the_one_of_the_row_models():
    assert (DATASETS / "README.md").read_text(encoding="utf-8") == readme_text(DATASETS), (
        f"datasets/README.md is stale; run {REWRITE}"
    )


def test_the_head_is_written_by_hand_and_kept(tmp_path: Path):
    (tmp_path / "README.md").write_text(f"My tables\n{MARK}\nold text", encoding="utf-8")
    text = readme_text(tmp_path)
    assert text.startswith(f"My tables\n{MARK}\n\n## Columns of every table of figures\n")
    assert "old text" not in text
