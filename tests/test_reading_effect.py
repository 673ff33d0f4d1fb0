"""No input is silently ignored: rows and files without effect are listed with the reason."""

from datetime import date
from pathlib import Path

import pytest

from exposure.tables.dataset import row_key
from exposure.tables.reading.effect import NOTED, SCOPES, rows_without_effect
from exposure.tables.reading.folders import read_dataset
from exposure.tables.reading.overlays import apply_overlay
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.policy import ParameterRow
from tests.changes import Change, add, stop
from tests.tiny import figure, tiny_dataset, tiny_records

START = date(2025, 4, 4)
KEEP = "keep it for the record, or delete it"
BUYERS = "expected buyers of sectors.csv and buyers.csv, and what they need; correct the key, or "


def cover(sector: str, component: str) -> dict[str, object]:
    key = {"sector": sector, "component": component, "quantity": "stock_weeks"}
    return key | figure(4.0, "week")


def shares(year: int, kind: str = "outturn") -> list[dict[str, object]]:
    return [
        {"element": "Sm", "stage": "metal", "country": country, "year": year, "kind": kind}
        | figure(0.5)
        for country in ("CHN", "ROW")
    ]


def sourcing(**key: str) -> dict[str, object]:
    usual = {
        "destination": "USA", "buyer_class": "military", "component": "smco_magnet",
        "stage": "mining", "country": "CHN", "from_date": "2025-01-01", "measure": "",
    }  # fmt: skip
    return usual | key | figure(1.0)


CASES: list[tuple[str, Change, str]] = [
    (
        "cover that the sector does not need",
        add("cover", cover("missiles", "ndfeb_light_magnet")),
        "cover.csv: missiles, ndfeb_light_magnet, stock_weeks: found a component that missiles "
        "does not need; expected one with a criticality_share in needs.csv; add the need, or "
        "delete the row",
    ),
    (
        "a constant for a scope that is not read",
        add("parameters", {"parameter": "nested_share", "scope": "Dy", **figure(1.0)}),
        "parameters.csv: nested_share, Dy: found a constant for 'Dy'; expected nested_share for "
        "'*', the only scope that is read; delete it",
    ),
    (
        "sourcing of a place where nobody buys",
        add("sourcing", sourcing(destination="DEU")),
        "sourcing.csv: DEU, military, smco_magnet, mining: found a destination without buyers, "
        f"DEU; {BUYERS}delete the rows",
    ),
    (
        "sourcing of buyers that there are not",
        add("sourcing", sourcing(buyer_class="dual")),
        "sourcing.csv: USA, dual, smco_magnet, mining: found no dual buyers in USA; "
        f"{BUYERS}delete the rows",
    ),
    (
        "a queue of a place where nobody buys",
        add(
            "licence_queue",
            {
                "destination": "FRA", "buyer_class": "*", "element": "*", "from_date": "",
                "quantity": "approval_ordinary", **figure(0.5),
            },
        ),
        "licence_queue.csv: FRA, *, *, approval_ordinary: found a destination without buyers, "
        "FRA; expected buyers of sectors.csv and buyers.csv, or a country that makes components; "
        "correct the key, or delete the row",
    ),
    (
        "shares of a later year",
        add("stage_shares", *shares(2026)),
        "stage_shares.csv: Sm, metal, 2026: found shares of 2026, as in 1 more row; expected the "
        "newest year with a share of China up to 2025, when the run starts; start the scenario "
        "later, or keep the rows for the record",
    ),
    (
        "shares of an earlier year",
        add("stage_shares", *shares(2020)),
        "stage_shares.csv: Sm, metal, 2020: found shares of 2020, as in 1 more row; expected the "
        "newest year with a share of China up to 2025, when the run starts; start the scenario "
        "later, or keep the rows for the record",
    ),
    (
        "a forecast",
        add("stage_shares", *shares(2025, "forecast")),
        "stage_shares.csv: Sm, metal, 2025, forecast: found a forecast, as in 1 more row; expected "
        f"an outturn: a forecast never enters a share; {KEEP}",
    ),
    (
        "a stoppage of a sector that is not ranked",
        add("disruptions", stop("yachts")),
        "disruptions.csv: yachts: found a sector that is not ranked; expected a sector of "
        "sectors.csv; add the sector, or keep the rows for the record",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_row_without_effect_is_listed_with_the_reason(change: Change, message: str):
    records = tiny_records()
    change(records)
    before = set(rows_without_effect(tiny_dataset(), starts=[START]))
    found = rows_without_effect(tiny_dataset(records), starts=[START])
    assert [f"{finding.file}: {finding}" for finding in found if finding not in before] == [message]


def test_tables_of_which_every_row_is_read_have_nothing_to_list():
    (found,) = rows_without_effect(tiny_dataset(), starts=[START])
    assert str(found) == (
        "made_up_2025: found a source that no row cites; expected one that is cited; delete it"
    )


def test_rows_that_a_run_did_not_read_are_listed_with_their_line(tmp_path: Path):
    (tmp_path / "cover.csv").write_text(
        ",".join(TABLES["cover"].columns) + "\n"
        "missiles,smco_magnet,stock_weeks,4,4,4,week,assumed,,,,counted\n"
        "missiles,ndfeb_heavy_magnet,stock_weeks,5,5,5,week,assumed,,,,counted\n",
        encoding="utf-8",
    )
    dataset = apply_overlay(tiny_dataset(), tmp_path)
    (overlay,) = dataset.overlaid
    read = {("cover", ("missiles", "smco_magnet", "stock_weeks"))}
    (found,) = rows_without_effect(dataset, starts=[START], read=read, given=overlay.replaced)
    assert (found.file, found.line) == (str(tmp_path / "cover.csv"), 3)
    assert str(found) == (
        "line 3, missiles, ndfeb_heavy_magnet, stock_weeks: found a row that this run does not "
        "read; expected one that its sectors, buyers, days or rules need; rank other sectors or "
        "run another scenario, or delete it"
    )


def test_shares_of_one_whole_are_read_together():
    dataset = tiny_dataset()
    shares_read = {("stage_shares", ("Sm", "metal", "CHN", "2024", "outturn"))}
    rest = {("stage_shares", ("Sm", "metal", "ROW", "2024", "outturn"))}
    assert rows_without_effect(dataset, starts=[START], read=shares_read, given=rest) == []


def test_every_constant_has_the_scope_for_which_it_is_read():
    assert set(SCOPES) == set(ParameterRow.MEASURES)
    assert set(NOTED) <= set(TABLES)


def test_files_that_look_like_data_are_listed_and_others_are_not(tmp_path: Path):
    (tmp_path / "cover.csv").write_text(
        ",".join(TABLES["cover"].columns) + "\n"
        "missiles,smco_magnet,stock_weeks,4,4,4,week,assumed,,,,counted\n",
        encoding="utf-8",
    )
    ignored = ("README.md", ".hidden.csv", "map.png", "datapackage.json")
    for name in (
        "corrections.toml", "cover (2).txt", "needs.xls", "prices - Kopie.csv", "stockpile.csv",
        *ignored,
    ):  # fmt: skip
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "sectors.csv").write_text("x", encoding="utf-8")
    expected = "expected a CSV file with the name of a table"
    no_table = f"found a file that is no table; {expected}; give it the name of a table, or move it"
    found = apply_overlay(tiny_dataset(), tmp_path).origin.unread
    assert [f"{Path(finding.file).name}: {finding.text}" for finding in found] == [
        "corrections.toml: found corrections, which are read only with whole tables; "
        f"{expected}; state the row as it should be in the overlay",
        f"cover (2).txt: {no_table}",
        f"needs.xls: found a spreadsheet; {expected}; save each sheet as CSV, under the name of "
        "its table",
        f"prices - Kopie.csv: {no_table}",
        f"stockpile.csv: {no_table}",
        f"sub: found a folder with sectors.csv; {expected}; move the tables in it up, or move it "
        "elsewhere",
    ]


def test_the_shipped_folder_has_no_file_without_a_reader():
    assert read_dataset().origin.unread == ()


def test_where_rows_were_read_does_not_make_tables_unequal():
    dataset = tiny_dataset()
    (row,) = (source for source in dataset.rows["sources"])
    assert dataset.origin.place(row_key(row)) == ("sources.csv", None)
