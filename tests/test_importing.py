"""Common files converted to overlays, end to end; omitted rows are listed with the reason.

The files in tests/foreign have the form of the originals; their figures are made up.
"""

import math
from pathlib import Path

import pytest

import exposure as ex
from exposure.places import COUNTRIES
from exposure.tables.importing.comtrade import HEADINGS
from exposure.tables.importing.names import OTHER_SPELLINGS, country_code
from tests.commands import run
from tests.tiny import tiny_dataset

FOREIGN = Path(__file__).parent / "foreign"
USGS = {
    "mcs2024-raree_world": {2022: 300_000, 2023: 350_000},
    "MCS2025_World_Data": {2023: 340_000, 2024: 360_000},
    "MCS2026_Commodities_Data": {2024: 370_000, 2025: 390_000},
}
"""World totals of each file, tonnes; those of the countries are never above."""


@pytest.fixture(scope="module")
def shipped() -> ex.Dataset:
    return ex.read_dataset()


def changed(path: Path, tmp_path: Path, old: str, new: str) -> Path:
    """A copy of a file with one text replaced; the original must have it."""
    text = path.read_text(encoding="cp1252")
    assert old in text
    copy = tmp_path / path.name
    copy.write_text(text.replace(old, new), encoding="cp1252", newline="")
    return copy


def refusal(function, *arguments, **named) -> str:
    with pytest.raises(ex.ImportedFileError) as raised:
        function(*arguments, **named)
    return str(raised.value)


# USGS


@pytest.mark.parametrize("name", USGS)
def test_a_usgs_table_becomes_mining_shares_of_every_year_in_it(shipped, tmp_path, name):
    made = ex.import_usgs(FOREIGN / f"{name}.csv", shipped)
    folder = made.write(tmp_path / "mine")
    merged = ex.apply_overlay(shipped, folder)
    shares = merged.table("stage_shares").query("stage == 'mining' and kind == 'outturn'")
    for year, total in USGS[name].items():
        chosen = shares[(shares["element"] == "Nd") & (shares["year"] == year)]
        mined = chosen.set_index("country")["central"]
        assert math.fsum(mined) == pytest.approx(1.0)
        named = [code for code in mined.index if code != "ROW"]
        assert mined["CHN"] == pytest.approx(max(mined[named]))
        assert mined["CHN"] * total <= 300_000
    assert {str(row.element) for row in made.rows["stage_shares"]} == {"Nd", "Pr", "Sm"}
    assert all(row.basis == "assumed" and row.note for row in made.rows["stage_shares"])


def test_shares_of_a_usgs_table_worked_by_hand(shipped):
    made = ex.import_usgs(FOREIGN / "MCS2025_World_Data.csv", shipped, elements=["Dy"])
    found = {
        (row.country, row.year): row.central for row in made.rows["stage_shares"]
    }  # 2024: countries and others sum to 360,000 t, as the world total does
    assert found["CHN", 2024] == pytest.approx(270_000 / 360_000)
    assert found["MMR", 2024] == pytest.approx(30_000 / 360_000)
    assert found["ROW", 2024] == pytest.approx(2_000 / 360_000)
    # 2023: they sum to 338,000 t of 340,000 t; the rest of the world has 1,690 t and the gap.
    assert found["CHN", 2023] == pytest.approx(240_000 / 340_000)
    assert found["ROW", 2023] == pytest.approx((1_690 + 2_000) / 340_000)


def test_countries_of_the_tables_that_usgs_lacks_get_a_share_of_0(shipped):
    made = ex.import_usgs(FOREIGN / "mcs2024-raree_world.csv", shipped, elements=["Nd"])
    assert {row.country for row in made.rows["stage_shares"]} == {"USA", "CHN", "VNM", "ROW"}
    wide = ex.import_usgs(FOREIGN / "MCS2025_World_Data.csv", shipped, elements=["Nd"])
    below = {
        row.country
        for row in shipped.rows["stage_shares"]
        if (str(row.element), row.stage, row.year, row.kind) == ("Nd", "mining", 2024, "outturn")
    }
    now = {row.country: row.central for row in wide.rows["stage_shares"] if row.year == 2024}
    assert below <= set(now)
    for country in below - {"USA", "AUS", "MMR", "CHN", "ROW"}:
        assert now[country] == 0.0


def test_the_usgs_command_lists_what_it_left_out_and_why(capsys, tmp_path):
    out = tmp_path / "mine"
    code, shown, err = run(
        capsys, "import", "usgs", FOREIGN / "MCS2025_World_Data.csv", "--out", out
    )
    assert (code, err) == (0, "")
    assert "left out: 3 rows of the file\n" in shown
    assert "  lines 2, 3: other commodities: only rare earths are imported\n" in shown
    assert "  line 9: Malaysia, 2024: no number is published (NA)\n" in shown
    assert "RESERVES_2024, RESERVE_NOTES are not read: no table of the package holds them" in shown
    assert "not for Dy, Gd, Lu, Sc, Tb, Y: heavy elements come from other ores" in shown
    assert shown.endswith(f"check it, then use it with --overlay {out}\n")
    assert sorted(path.name for path in out.iterdir()) == ["sources.csv", "stage_shares.csv"]
    code, shown, err = run(capsys, "check", "--overlay", out)
    assert (code, "fault" in err) == (0, False)  # shipped rows without effect are warned of
    assert "overlay mine: " in shown


def test_an_import_says_where_it_has_no_effect(shipped):
    made = ex.import_usgs(FOREIGN / "mcs2024-raree_world.csv", shipped, elements=["Dy"])
    assert (
        "Dy: no effect on a scenario that starts in 2025 or later, since the tables have 2025 and "
        "the newest year up to the start is read"
    ) in made.notes


def test_a_usgs_table_that_cannot_be_used_is_refused(shipped, tmp_path):
    path = changed(FOREIGN / "MCS2025_World_Data.csv", tmp_path, "Burma", "Atlantis")
    assert refusal(ex.import_usgs, path, shipped) == (
        f"{path}: 2 faults\n"
        "  - line 6, country: found 'Atlantis'; expected a country; correct the name, or write an "
        "ISO 3166-1 alpha-3 code, such as USA, JPN or DEU\n"
        "  - line 6, country: found 'Atlantis'; expected a country; correct the name, or write an "
        "ISO 3166-1 alpha-3 code, such as USA, JPN or DEU"
    )
    path = changed(FOREIGN / "MCS2025_World_Data.csv", tmp_path, "Rare earths", "Lithium")
    assert refusal(ex.import_usgs, path, shipped) == (
        f"{path}: found no mine production of rare earths; expected at least one year; name the "
        "file of the commodity rare earths, such as mcs2024-raree_world.csv"
    )
    path = changed(FOREIGN / "MCS2025_World_Data.csv", tmp_path, "PROD_", "OUT_")
    assert refusal(ex.import_usgs, path, shipped).endswith(
        "expected columns such as COMMODITY, COUNTRY, TYPE, PROD_2023; name the CSV file of world "
        "production from the data release, unchanged"
    )
    path = changed(FOREIGN / "MCS2025_World_Data.csv", tmp_path, "Australia", "China")
    assert "line 7, country: found China in 2023 twice; expected each country once a year" in (
        refusal(ex.import_usgs, path, shipped)
    )


# UN Comtrade


def test_a_comtrade_download_becomes_observed_exports_in_tonnes(shipped, tmp_path):
    made = ex.import_comtrade(FOREIGN / "TradeData_11_21_2026.csv", shipped)
    merged = ex.apply_overlay(shipped, made.write(tmp_path / "trade"))
    seen = merged.table("observed_exports").set_index(["period", "item", "destination"])
    magnets = seen.loc["2025-06", "rare_earth_magnets", "USA"]
    assert magnets[["low", "central", "high"]].tolist() == [304.0, 342.0, 380.0]
    assert magnets["basis"] == "assumed"
    compounds = seen.loc["2025-06", "rare_earth_compounds", "TWN"]
    assert (compounds["central"], compounds["basis"]) == (120.0, "measured")
    assert "'Other Asia, nes' stands for Taiwan." in compounds["note"]
    assert seen.loc["2025-07", "rare_earth_metals", "DEU"]["basis"] == "assumed"  # UN's estimate
    assert seen.loc["2025-07", "rare_earth_compounds", "DEU"]["central"] == 8.0  # from qty in kg


def test_the_comtrade_command_lists_what_it_left_out_and_why(capsys, tmp_path):
    file = FOREIGN / "TradeData_11_21_2026.csv"
    code, shown, err = run(capsys, "import", "comtrade", file, "--out", tmp_path / "trade")
    assert (code, err) == (0, "")
    assert shown.splitlines()[:-1] == [
        "TradeData_11_21_2026.csv: 5 observed_exports rows; 2 replace rows below",
        "  note: observed exports serve calibration and back-test; no score is computed from them",
        "left out: 7 rows of the file",
        "  line 4: a breakdown by motCode: its total is imported",
        "  line 6: 280530 to DEU: a value without a weight",
        "  line 9: partner Other Europe, nes: no single country",
        "  line 10: code 284610: compounds of cerium, which needs no licence",
        "  line 11: code 850519: magnets that are not of metal, such as ferrite",
        "  line 12: flow M: only exports (X) are imported",
        "  line 13: reports of USA: only China's exports are imported",
    ]


def test_what_is_left_out_is_a_table_too(shipped):
    left = ex.import_comtrade(FOREIGN / "TradeData_11_21_2026.csv", shipped).left_out
    assert list(left.columns) == ["line", "what", "why"]
    assert left["line"].tolist() == [4, 6, 9, 10, 11, 12, 13]


def test_a_comtrade_download_that_cannot_be_used_is_refused(shipped, tmp_path):
    file = FOREIGN / "TradeData_11_21_2026.csv"
    path = changed(file, tmp_path, "netWgt", "net")
    assert refusal(ex.import_comtrade, path, shipped).endswith(
        "expected also netWgt; download the data from UN Comtrade as CSV with all columns, and "
        "import the file unchanged"
    )
    path = changed(file, tmp_path, ",X,Export,", ",M,Import,")
    assert refusal(ex.import_comtrade, path, shipped) == (
        f"{path}: found no export of rare earths from China; expected at least one; download "
        f"China's exports (flow X) of {', '.join(HEADINGS)}"
    )
    path = changed(file, tmp_path, ",2100,", ",0,")
    assert refusal(ex.import_comtrade, path, shipped) == (
        f"{path}: 1 fault\n"
        "  - line 4, period, cmdCode, partnerISO: found 2025-06, rare_earth_magnets, USA a second "
        "time; expected each once; leave one out: a download for all modes of transport and "
        "procedures has it once"
    )


def test_a_usgs_file_under_the_name_of_a_table_is_refused_with_the_command_that_reads_it(tmp_path):
    (tmp_path / "stage_shares.csv").write_text("SOURCE,COMMODITY,COUNTRY,TYPE\nA,B,C,D\n", "utf-8")
    with pytest.raises(ex.TableError) as raised:
        ex.apply_overlay(tiny_dataset(), tmp_path)
    assert (
        "line 1, header: found a USGS world production table; expected the columns of "
        "stage_shares; run exposure import usgs stage_shares.csv --out FOLDER, and use that folder"
    ) in str(raised.value)


def test_a_download_under_the_name_of_a_table_is_refused_with_the_command_that_reads_it(tmp_path):
    (tmp_path / "observed_exports.csv").write_bytes(
        (FOREIGN / "TradeData_11_21_2026.csv").read_bytes()
    )
    with pytest.raises(ex.TableError) as raised:
        ex.apply_overlay(tiny_dataset(), tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}/observed_exports.csv: 1 fault\n"
        "  - line 1, header: found a UN Comtrade download; expected the columns of "
        "observed_exports; run exposure import comtrade observed_exports.csv --out FOLDER, and "
        "use that folder\n"
        "Some checks were skipped because of these faults. Fix them and run again."
    )


# Purchases


def test_a_purchase_list_becomes_sourcing(shipped, tmp_path):
    made = ex.import_purchases(FOREIGN / "purchases_2026.csv", shipped)
    merged = ex.apply_overlay(shipped, made.write(tmp_path / "mine"))
    rows = merged.table("sourcing").query("source_id == 'purchases_purchases_2026'")
    shares = rows.set_index(["component", "country"])["central"].to_dict()
    assert shares == {
        ("ndfeb_heavy_magnet", "CHN"): pytest.approx(3749.5 / 5000),
        ("ndfeb_heavy_magnet", "DEU"): pytest.approx(1250.5 / 5000),
        ("smco_magnet", "JPN"): 1.0,
    }
    assert set(rows["stage"]) == {"magnet"}
    assert {str(day) for day in rows["from_date"]} == {"2026-02-03"}
    assert made.left_out.values.tolist() == [[4, "an order from Müller & Söhne", "it weighs 0 kg"]]


def test_the_purchases_command_takes_the_component_and_the_day(capsys, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text('supplier,country,kg\nA,Germany,30\nB,CN,"1,000"\n', encoding="utf-8")
    code, shown, err = run(
        capsys, "import", "purchases", file, "--out", tmp_path / "mine", "--component",
        "smco_magnet", "--from-date", "2026-01-01", "--buyer-class", "civil",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert shown.startswith("orders.csv: 2 sourcing rows; ")
    assert "smco_magnet: holds for all buyers at USA of class civil, stage magnet" in shown
    assert "left out: nothing\n" in shown
    code, _, err = run(capsys, "check", "--overlay", tmp_path / "mine")
    assert (code, "fault" in err) == (0, False)  # shipped rows without effect are warned of


def test_a_purchase_list_with_faults_is_refused_with_all_of_them(shipped, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(
        "supplier,country,component,kg,date\n"
        "A,PRC,smco_magnet,many,2026-02-31\n"
        "B,Germany,smco_magnet,-1,\n",
        encoding="utf-8",
    )
    assert refusal(ex.import_purchases, file, shipped) == (
        f"{file}: 3 faults\n"
        "  - line 2, date: found '2026-02-31'; expected a day that exists; write YYYY-MM-DD\n"
        "  - line 2, kg: found 'many'; expected a weight in kg, 0 or more; write it as a plain "
        "number, such as 1250.5\n"
        "  - line 3, kg: found '-1'; expected a weight in kg, 0 or more; write it as a plain "
        "number, such as 1250.5"
    )
    file.write_text("supplier,country,quantity\nA,Germany,1\n", encoding="utf-8")
    assert refusal(ex.import_purchases, file, shipped).endswith(
        "found columns supplier, country, quantity; expected also kg, component; convert the "
        "column quantity to kg, and name it kg; give the columns these names, one order per row; "
        "weights in kg, countries by name or code"
    )
    file.write_text("supplier,country,component,kg\nA,Germany,smco_magnet,1\n", encoding="utf-8")
    assert refusal(ex.import_purchases, file, shipped) == (
        f"{file}: found no date; expected the first day on which the shares hold; add a column "
        "date (YYYY-MM-DD), or give the first day with --from-date"
    )
    file.write_text("supplier,country,component,kg,date\nA,DEU,smco,1,2026-01-01\n", "utf-8")
    with pytest.raises(ex.UnknownNameError) as raised:
        ex.import_purchases(file, shipped)
    assert str(raised.value).startswith("unknown component 'smco'; ")


# Files of any kind


@pytest.mark.parametrize("function", [ex.import_usgs, ex.import_comtrade, ex.import_purchases])
def test_a_workbook_a_missing_and_an_empty_file_are_refused(shipped, tmp_path, function):
    workbook = tmp_path / "data.xlsx"
    workbook.write_bytes(b"PK\x03\x04rest")
    assert refusal(function, workbook, shipped).endswith(
        " as CSV; open it and save the sheet as CSV (UTF-8), then import that file"
    )
    assert "found that it cannot be read (No such file or directory)" in (
        refusal(function, tmp_path / "none.csv", shipped)
    )
    empty = tmp_path / "empty.csv"
    empty.write_text("\n\n", encoding="utf-8")
    assert "found no rows; expected a" in refusal(function, empty, shipped)


def test_an_import_overwrites_nothing_and_leaves_nothing_behind(shipped, tmp_path):
    made = ex.import_purchases(FOREIGN / "purchases_2026.csv", shipped)
    made.write(tmp_path)
    with pytest.raises(ex.ImportedFileError) as raised:
        made.write(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}/sources.csv: found a file; expected none of that name; name another folder, "
        "or move the file away\n"
        f"{tmp_path}/sourcing.csv: found a file; expected none of that name; name another folder, "
        "or move the file away"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sources.csv", "sourcing.csv"]


def test_other_spellings_lead_to_codes_that_exist():
    assert set(OTHER_SPELLINGS.values()) <= {*COUNTRIES, "ROW", "WLD"}
    assert country_code("Burma") == "MMR"
    assert country_code("Viet Nam") == "VNM"
    assert country_code("Congo (Kinshasa)") == "COD"
