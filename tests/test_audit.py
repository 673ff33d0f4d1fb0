"""Every number has an origin: laws of the shipped tables and of the page about them."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

import exposure as ex
from exposure.citations import provenance
from exposure.methods.concentration import stage_concentration
from exposure.tables.dataset import Dataset
from exposure.tables.reading.location import shipped_folder
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.observed import ObservedLossRow
from exposure.tables.schema.rows import QuantityRow, split_list
from exposure.terms import Basis, Grade

PAGE = Path(__file__).parents[1] / "docs" / "data.md"

FORBIDDEN = re.compile(
    r"/work/|/home/|/tmp/|/root/|evidence/|errata|dossier|MODEL\.md|DESIGN\.md|"
    r"\bhelper\b|\bsessions?\b|\bissue #?\d",
    re.IGNORECASE,
)
"""Words of the authors' workplace, which must not occur in the tables."""

SHARED_ARGUMENTS = ("mirrors", "not drawn", "never used as a share")
"""Arguments that refer to another row, so that one note may occur with different figures."""

PLACEHOLDERS = ("tbd", "todo", "placeholder", "to be done", "fixme", "xxx")

FEWEST_WORDS = 6


@pytest.fixture(scope="module")
def shipped() -> Dataset:
    return ex.read_dataset()


def quantities(dataset: Dataset) -> list[tuple[str, Any]]:
    return [
        (name, row)
        for name, rows in dataset.rows.items()
        for row in rows
        if isinstance(row, QuantityRow)
    ]


def key_of(table: str, row: Any) -> tuple[str, ...]:
    return (table, *(str(getattr(row, column)) for column in TABLES[table].key))


def cited(dataset: Dataset) -> set[str]:
    by_rows = {
        source
        for name, rows in dataset.rows.items()
        if name != "sources"
        for row in rows
        for source in split_list(getattr(row, "source_id", ""))
    }
    scenarios = [ex.read_scenario(name) for name in ex.shipped_scenarios()]
    return by_rows | {source for scenario in scenarios for source in scenario.sources}


# --- sources ----------------------------------------------------------------------------------


def test_every_source_is_used_and_every_cited_source_has_a_record(shipped: Dataset) -> None:
    recorded = {row.source_id for row in shipped.rows["sources"]}  # type: ignore[attr-defined]
    assert cited(shipped) == recorded


def test_every_source_says_who_when_where_how_far_and_what(shipped: Dataset) -> None:
    for row in shipped.rows["sources"]:
        for column in ("title", "publisher", "accessed", "address", "grade", "says"):
            assert getattr(row, column), (row.source_id, column)  # type: ignore[attr-defined]


def test_every_row_that_is_not_assumed_names_a_place_in_each_source(shipped: Dataset) -> None:
    for name, row in quantities(shipped):
        if row.basis is not Basis.ASSUMED:
            assert row.sources(), key_of(name, row)
            assert len(split_list(row.locator)) == len(row.sources()), key_of(name, row)


def test_a_measured_row_rests_on_a_primary_source_for_its_value(shipped: Dataset) -> None:
    grades = {row.source_id: row.grade for row in shipped.rows["sources"]}  # type: ignore[attr-defined]
    for name, row in quantities(shipped):
        if row.basis is Basis.MEASURED:
            assert grades[row.sources()[0]] is Grade.PRIMARY, key_of(name, row)


def test_a_firm_observation_does_not_hang_on_weak_sources_alone(shipped: Dataset) -> None:
    grades = {row.source_id: row.grade for row in shipped.rows["sources"]}  # type: ignore[attr-defined]
    for row in shipped.rows_of(ObservedLossRow):
        if row.strength == "strong":
            firm = {grades[source] for source in row.sources()} - {Grade.WEAK}
            assert firm, (row.sector, row.from_date)


# --- notes ------------------------------------------------------------------------------------


def test_every_assumed_row_argues_its_range(shipped: Dataset) -> None:
    for name, row in quantities(shipped):
        if row.basis is Basis.ASSUMED:
            assert len(row.note.split()) >= FEWEST_WORDS, key_of(name, row)
            assert not any(word in row.note.lower() for word in PLACEHOLDERS), key_of(name, row)


def test_no_argument_serves_two_different_ranges(shipped: Dataset) -> None:
    figures: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for name, row in quantities(shipped):
        if row.basis is Basis.ASSUMED and not any(w in row.note.lower() for w in SHARED_ARGUMENTS):
            quantity = getattr(row, "quantity", "")
            # One argument sizes a user of several pools in proportion; in a pool it is one range.
            argument = f"{getattr(row, 'pool', '')}: {row.note}"
            figures[argument].add((name, quantity, row.low, row.central, row.high))
    assert {note: found for note, found in figures.items() if len(found) > 1} == {}


def test_no_cell_speaks_of_how_the_tables_were_made() -> None:
    folder = shipped_folder()
    files = [*folder.glob("*.csv"), *folder.glob("scenarios/*.toml"), PAGE]
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            found = FORBIDDEN.search(line)
            assert found is None, f"{file.name}:{number}: {found and found.group()}"


# --- traps of this subject --------------------------------------------------------------------


def test_an_element_under_control_and_no_other_has_a_control_date(shipped: Dataset) -> None:
    dates = {str(row.element): row.controlled_from for row in shipped.rows["elements"]}  # type: ignore[attr-defined]
    assert {e for e, day in dates.items() if day} == {"Sm", "Gd", "Tb", "Dy", "Lu", "Sc", "Y"}


def test_china_separates_no_less_than_it_mines_of_any_element(shipped: Dataset) -> None:
    # The ore of others is separated in China, hardly any Chinese ore elsewhere.
    found = stage_concentration(shipped.table("stage_shares"), year=2025)
    china: dict[tuple[str, str], float] = {
        (row.element, row.stage): row.central  # type: ignore[attr-defined]
        for row in shipped.rows["stage_shares"]
        if row.country == "CHN"  # type: ignore[attr-defined]
        and row.kind == "outturn"  # type: ignore[attr-defined]
        and row.year == found.loc[(row.element, row.stage), "year"]  # type: ignore[attr-defined]
    }
    for (element, stage), share in china.items():
        if stage == "mining":
            assert share <= china[element, "separation"], element


def test_the_months_of_2025_sum_to_the_reported_year(shipped: Dataset) -> None:
    rows = {
        (row.period, row.destination): row.central  # type: ignore[attr-defined]
        for row in shipped.rows["observed_exports"]
        if row.item == "rare_earth_magnets"  # type: ignore[attr-defined]
    }
    months = sum(rows[f"2025-{month:02d}", "WLD"] for month in range(1, 13))
    assert months == pytest.approx(rows["2025", "WLD"], abs=1.0)
    assert sum(rows[f"2025-{month:02d}", "WLD"] for month in (1, 2, 3)) == pytest.approx(
        rows["2025-Q1", "WLD"], abs=1.0
    )
    for (period, place), tonnes in rows.items():
        if place != "WLD" and (period, "WLD") in rows:
            assert tonnes <= rows[period, "WLD"], (period, place)


def test_a_plant_states_the_same_date_and_country_for_all_its_rows(shipped: Dataset) -> None:
    places: dict[tuple[str, str, str], set[object]] = defaultdict(set)
    for row in shipped.rows["new_supply"]:
        key = (row.project, str(row.element), str(row.stage))  # type: ignore[attr-defined]
        places[key].add((row.country, row.target_date))  # type: ignore[attr-defined]
    assert all(len(found) == 1 for found in places.values())


# --- the page ---------------------------------------------------------------------------------


def counts_block(dataset: Dataset) -> str:
    """Rows by basis and by grade of the weakest source, as the page prints them."""
    head = ["table", "rows", *Basis, "share assumed", *Grade, "no source"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    total: Counter[str] = Counter()
    for name in TABLES:
        rows = provenance(dataset, name)
        if not (rows["basis"] != "").any():
            continue
        found: Counter[str] = Counter(rows["basis"])
        found.update(grade or "no source" for grade in rows["grade"])
        found["rows"] = len(rows)
        total.update(found)
        lines.append(_line(name, found))
    return "\n".join([*lines, _line("all", total)])


def _line(name: str, found: Counter[str]) -> str:
    assumed = found["assumed"] / found["rows"]
    cells = [name, str(found["rows"]), *(str(found[basis]) for basis in Basis), f"{assumed:.0%}"]
    cells += [str(found[grade]) for grade in Grade] + [str(found["no source"])]
    return "| " + " | ".join(cells) + " |"


def concentration_block(dataset: Dataset) -> str:
    """China's share and the HHI of each element and stage, as the page prints them."""
    shares = dataset.table("stage_shares")
    lines = ["| element | stage | year | largest | its share | HHI |", "|---" * 6 + "|"]
    for (element, stage), row in stage_concentration(shares, year=2025).iterrows():
        low, high = f"{row['hhi_low']:.2f}", f"{row['hhi_high']:.2f}"
        span = low if low == high else f"{low} to {high}"
        lines.append(
            f"| {element} | {stage} | {row['year']} | {row['largest']} | "
            f"{row['largest_share']:.3g} | {span} |"
        )
    return "\n".join(lines)


@pytest.mark.parametrize("block", [counts_block, concentration_block], ids=lambda f: f.__name__)
def test_the_generated_blocks_of_the_page_are_true(shipped: Dataset, block: Any) -> None:
    expected = block(shipped)
    assert expected in PAGE.read_text(encoding="utf-8"), f"paste into {PAGE.name}:\n{expected}"


def test_every_figure_that_the_page_quotes_is_in_its_row(shipped: Dataset) -> None:
    # Lines of the form: | `table: key` | low | central | high | words |
    text = PAGE.read_text(encoding="utf-8")
    quoted = re.findall(r"^\| `(\w+): ([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", text, re.M)
    assert len(quoted) >= 12
    for table, key, *figures in quoted:
        rows = provenance(shipped, table).set_index("key")
        row = rows.loc[key]
        stated = [float(figure.replace(",", "")) for figure in figures]
        assert stated == [row["low"], row["value"], row["high"]], key


def test_the_comparisons_of_the_page_are_true(shipped: Dataset) -> None:
    shares = shipped.table("stage_shares")
    study, now = (stage_concentration(shares, year=year)["hhi_high"] for year in (2020, 2025))
    assert {round(study[e, "mining"], 2) for e in ("Nd", "Pr", "Sm", "Gd", "Y", "Lu")} == {0.49}
    assert {round(study[e, "mining"], 2) for e in ("Dy", "Tb")} == {0.72}
    assert [round(study[e, "separation"], 2) for e in ("Nd", "Sm")] == [0.73, 0.73]
    assert [round(now[e, "separation"], 2) for e in ("Nd", "Sm")] == [0.84, 1.0]
    assert all(now[e, "mining"] < 0.53 for e in ("Dy", "Tb", "Sm", "Gd", "Y", "Lu"))
    cells = shares.set_index(["element", "stage", "country", "year", "kind"])[
        "central"
    ].sort_index()
    malaysia = [cells["Nd", "separation", "MYS", year, "outturn"] for year in (2020, 2024)]
    assert malaysia == [0.105, 0.045]
    separated_in_usa = shares[(shares["country"] == "USA") & (shares["stage"] == "separation")]
    assert set(separated_in_usa["element"]) == {"Nd", "Pr"}
    outcomes = shipped.table("licence_outcomes").set_index(["population", "quantity"])["central"]
    outcomes = outcomes.sort_index()
    granted = outcomes["clepa_members", "approved_share"].max()
    assert 4 < granted / outcomes["eu_chamber_members", "approved_share"].min() < 5
    sectors = shipped.table("sectors")
    valued = shipped.table("sector_values").query("quantity == 'industry_value_added_musd'")
    without = {"air_conditioners_jp", "missiles_jp", "missiles_kr"}
    assert set(sectors["sector"]) - set(valued["sector"]) == without
    counted = Counter(sectors["destination"])
    assert counted == {"USA": 17, "EUU": 10, "JPN": 7, "KOR": 5, "GBR": 4}


def test_the_page_explains_every_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in TABLES if f"**{name}**" not in text] == []
