"""An overlay replaces and adds rows; errors name its file and line."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from exposure.assessment import assess
from exposure.cli import main
from exposure.errors import TableError
from exposure.policy.scenario_file import read_scenario
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.tables.reading.edits import with_value
from exposure.tables.reading.folders import read_dataset
from exposure.tables.reading.overlays import apply_overlay, overlay_text
from tests.changes import buyer, cover, message_of, save
from tests.tiny import Record, figure, tiny_dataset, tiny_records, write_folder

STOCK = ("missiles", "smco_magnet", "stock_weeks")
FAST = ("draws=256", "draws=64, prior=True")
"""What replaces the settings of the page here: fewer draws, and no comparison with the record."""
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "own_tables.md"
EXAMPLE = ROOT / "docs" / "own_tables"


def overlaid(folder: Path, **tables: list[Record]) -> Dataset:
    return apply_overlay(tiny_dataset(), write_folder(folder / "mine", tables))


def refused(folder: Path, **tables: list[Record]) -> str:
    shutil.rmtree(folder / "mine", ignore_errors=True)
    with pytest.raises(TableError) as error:
        overlaid(folder, **tables)
    return message_of(error.value).replace(str(folder), "")


def figure_of(dataset: Dataset, table: str, key: tuple[str, ...]) -> tuple[float, float, float]:
    frame = dataset.table(table)
    found = frame.set_index(list(frame.columns[: len(key)])).loc[key]
    return float(found["low"]), float(found["central"]), float(found["high"])


def test_a_row_with_the_same_key_is_replaced(tmp_path: Path):
    below = tiny_dataset()
    merged = overlaid(tmp_path, cover=[cover("stock_weeks", 40.0)])
    assert figure_of(merged, "cover", STOCK) == (40.0, 40.0, 40.0)
    assert len(merged.rows["cover"]) == len(below.rows["cover"])
    untouched = [name for name in below.rows if name != "cover"]
    assert all(merged.rows[name] == below.rows[name] for name in untouched)


def test_a_row_with_a_new_key_is_added(tmp_path: Path):
    merged = overlaid(tmp_path, cover=[cover("cap_weeks", 20.0)])
    assert len(merged.rows["cover"]) == len(tiny_dataset().rows["cover"]) + 1
    assert figure_of(merged, "cover", STOCK) == (2.0, 6.0, 12.0)


def test_a_table_that_the_tables_below_lack_is_added(tmp_path: Path):
    price = {"period": "2025-05", "item": "dy_oxide", "place": "europe"} | figure(850.0, "USD/kg")
    assert len(overlaid(tmp_path, prices=[price]).rows["prices"]) == 1


def test_the_tables_below_stay_as_they_are(tmp_path: Path):
    below = tiny_dataset()
    apply_overlay(below, write_folder(tmp_path / "mine", {"cover": [cover("stock_weeks", 40.0)]}))
    assert below.digest == tiny_dataset().digest
    assert below.overlaid == ()


def test_the_sources_of_both_are_known(tmp_path: Path):
    source = tiny_records()["sources"][0] | {"source_id": "own_2026", "title": "Own records"}
    row = cover("stock_weeks", 40.0) | {
        "basis": "reported", "source_id": "own_2026; made_up_2025", "locator": "p. 1; p. 2",
    }  # fmt: skip
    merged = overlaid(tmp_path, cover=[row], sources=[source])
    assert [row.source_id for row in merged.rows["sources"]] == ["made_up_2025", "own_2026"]


def test_the_dataset_lists_its_overlays(tmp_path: Path):
    same = next(row for row in tiny_records()["cover"] if row["quantity"] == "lag_weeks")
    merged = overlaid(tmp_path, cover=[cover("stock_weeks", 40.0), cover("cap_weeks", 50.0), same])
    (record,) = (overlay.record() for overlay in merged.overlaid)
    assert len(str(record.pop("digest"))) == 64
    assert record == {
        "folder": "mine",
        "replaced": {"cover": ["missiles, smco_magnet, stock_weeks"]},
        "added": {"cover": ["missiles, smco_magnet, cap_weeks"]},
    }
    assert overlay_text(merged) == (
        "overlay mine: 1 row replaced, 1 added\n"
        "  replaced cover: missiles, smco_magnet, stock_weeks\n"
        "  added cover: missiles, smco_magnet, cap_weeks"
    )


def test_the_record_does_not_depend_on_the_folder_or_the_order_of_rows(tmp_path: Path):
    rows = [cover("stock_weeks", 40.0), cover("cap_weeks", 50.0)]
    one, other = overlaid(tmp_path / "a", cover=rows), overlaid(tmp_path / "b", cover=rows[::-1])
    assert one.overlaid == other.overlaid
    assert one.digest == other.digest


def test_the_digest_of_the_record_follows_the_figures(tmp_path: Path):
    digests = {
        overlaid(tmp_path / str(weeks), cover=[cover("stock_weeks", weeks)]).overlaid[0].digest
        for weeks in (30.0, 40.0)
    }
    assert len(digests) == 2


def test_overlays_lie_on_one_another_and_outlive_a_changed_figure(tmp_path: Path):
    first = overlaid(tmp_path, cover=[cover("stock_weeks", 40.0)])
    folder = write_folder(tmp_path / "yours", {"cover": [cover("stock_weeks", 50.0)]})
    second = with_value(apply_overlay(first, folder), "cover", STOCK, value=60)
    assert [overlay.folder for overlay in second.overlaid] == ["mine", "yours"]
    assert overlay_text(tiny_dataset()) == ""


def test_equal_tables_are_equal_however_they_were_made(tmp_path: Path):
    merged = overlaid(tmp_path, cover=[cover("stock_weeks", 40.0)])
    records = tiny_records()
    records["cover"][0] |= cover("stock_weeks", 40.0)
    assert merged.digest == tiny_dataset(records).digest
    assert merged.version == "tiny"


def test_reading_takes_an_overlay(tmp_path: Path):
    base = write_folder(tmp_path / "base")
    folder = write_folder(tmp_path / "mine", {"cover": [cover("stock_weeks", 40.0)]})
    assert figure_of(read_dataset(base, overlay=folder), "cover", STOCK) == (40.0, 40.0, 40.0)
    assert read_dataset(base, overlay=str(folder)).overlaid[0].folder == "mine"


def test_a_fault_of_a_cell_names_the_file_of_the_overlay(tmp_path: Path):
    rows = [cover("lag_weeks", 2.0), cover("stock_weeks", 40.0) | {"high": "much"}]
    assert refused(tmp_path, cover=rows) == (
        "/mine/cover.csv: 1 fault\n"
        "  - line 3, high: found 'much'; expected a finite number; correct it"
    )


def test_a_misspelt_sector_is_refused_with_those_of_both(tmp_path: Path):
    assert refused(tmp_path, cover=[cover("stock_weeks", 40.0) | {"sector": "misiles"}]) == (
        "/mine/cover.csv: 1 fault\n"
        "  - line 2, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?"
    )


def test_shares_are_summed_over_both(tmp_path: Path):
    rows = [
        {
            "destination": "USA", "buyer_class": "military", "component": "smco_magnet",
            "stage": "magnet", "country": country, "from_date": "2025-01-01", **figure(share),
        }
        for country, share in (("DEU", 0.3), ("CHN", 0.1))
    ]  # fmt: skip
    assert refused(tmp_path, sourcing=rows) == (
        "/mine/sourcing.csv: 1 fault\n"
        "  - line 2, USA, military, smco_magnet, magnet, 2025-01-01: found central shares that "
        "sum to 1.300; expected 1 ± 0.02; lower the shares that are counted twice"
    )
    rest = rows[0] | {"country": "ROW"} | figure(0.6)
    assert len(overlaid(tmp_path / "corrected", sourcing=[*rows, rest]).rows["sourcing"]) == 5
    assert refused(tmp_path, buyers=[buyer("missiles", "civil", 0.2)]) == (
        "/mine/buyers.csv: 1 fault\n"
        "  - line 2, missiles: found central shares that sum to 1.200; expected 1 ± 0.02; lower "
        "the shares that are counted twice"
    )


def test_a_lower_row_that_no_longer_fits_is_reported_as_lower(tmp_path: Path):
    need = {
        "sector": "loudspeakers", "component": "smco_magnet", "quantity": "criticality_share",
        **figure(0.2),
    }  # fmt: skip
    assert refused(tmp_path, needs=[need]) == (
        "sectors.csv under the overlay: 2 faults\n"
        "  - line 3, loudspeakers: found no stock_weeks of smco_magnet; expected a row in "
        "cover.csv; add the row\n"
        "  - line 3, loudspeakers: found no lag_weeks of smco_magnet; expected a row in "
        "cover.csv; add the row"
    )


def test_a_fault_of_the_whole_file_names_the_overlay(tmp_path: Path):
    element = tiny_records()["elements"][0] | {"element": "Tb", "name": "terbium"}
    assert refused(tmp_path, elements=[element]) == (
        "/mine/parameters.csv: 1 fault\n"
        "  - application_weight: found no row for scope 'Tb'; expected one; add the "
        "row"
    )


def test_a_key_occurs_once_in_an_overlay(tmp_path: Path):
    rows = [cover("stock_weeks", 40.0), cover("stock_weeks", 50.0)]
    assert refused(tmp_path, cover=rows) == (
        "/mine/cover.csv: 1 fault\n"
        "  - line 3, key: found (missiles, smco_magnet, stock_weeks) again; expected each key "
        "once; it is on line 2 too; keep one of the rows"
    )


def test_a_folder_without_a_table_is_no_overlay(tmp_path: Path):
    with pytest.raises(
        TableError, match=r"found no tables; expected at least one of elements\.csv"
    ):
        apply_overlay(tiny_dataset(), tmp_path)
    with pytest.raises(TableError, match="found no such folder; expected a folder of tables"):
        apply_overlay(tiny_dataset(), tmp_path / "none")


def test_a_misspelt_file_does_not_pass_unread(tmp_path: Path):
    folder = write_folder(tmp_path / "mine", {"needs": tiny_records()["needs"][:1]})
    save("covers.csv", b"sector\n")(folder)
    with pytest.raises(TableError) as error:
        apply_overlay(tiny_dataset(), folder)
    assert str(error.value).replace(str(tmp_path), "") == (
        "/mine/covers.csv: found a file that is no table; expected the name of a table; did you "
        "mean 'cover.csv'?"
    )


@pytest.fixture(scope="module")
def example() -> Dataset:
    return read_dataset(overlay=EXAMPLE)


def test_the_worked_example_adds_a_sector_of_its_own(example: Dataset):
    (record,) = (overlay.record() for overlay in example.overlaid)
    assert record["replaced"] == {}
    assert set(record["added"]) == {path.stem for path in EXAMPLE.glob("*.csv")}
    assert "acme_missiles" in example.sector_ids("USA")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_the_python_of_the_page_runs_and_shows_what_it_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    shown = []
    for block in blocks("python"):
        exec(compile(block.replace(*FAST), PAGE.name, "exec"), names)  # noqa: S102 - our own page
        shown.append(capsys.readouterr().out)
    differences, moves, added = shown
    assert differences.startswith("Rows: 0 added, 0 removed, 1 changed.\n\ncover\n")
    assert re.search(r"Acme missiles: rank \d+ -> \d+, score [\d.]+ -> [\d.]+ \(\+", moves)
    assert added == blocks("text")[0]


def test_stock_bridges_the_months_until_priority_works_and_a_second_supplier_does_not_matter(
    example: Dataset,
):
    stocked, short, one = (
        assess(dataset, "full_withhold", Settings(draws=64, prior=True))
        .ranking.set_index("sector")
        .loc["acme_missiles", "score"]
        for dataset in (
            example,
            apply_overlay(example, EXAMPLE / "less_stock"),
            apply_overlay(example, EXAMPLE / "one_supplier"),
        )
    )
    assert short > stocked + 5.0
    assert one == pytest.approx(stocked, abs=0.5)


@pytest.mark.parametrize("added", ["holmium", pytest.param("gallium", marks=pytest.mark.long)])
def test_an_element_is_added_by_rows_alone(added: str):
    folder = ROOT / "docs" / f"own_tables_{added}"
    merged = read_dataset(overlay=folder)
    (sector,) = set(merged.sector_ids("USA")) - set(read_dataset().sector_ids("USA"))
    course = read_scenario(folder / f"{added}.toml")
    ranked = assess(merged, course, Settings(draws=16, prior=True)).ranking.set_index("sector")
    assert ranked.loc[sector, "score"] > 0.0


def test_the_smallest_overlay_of_the_page_is_one(tmp_path: Path):
    (text,) = blocks("csv")
    (tmp_path / "cover.csv").write_text(text, encoding="utf-8")
    (row,) = csv.DictReader(text.splitlines())
    merged = read_dataset(overlay=tmp_path)
    assert figure_of(merged, "cover", STOCK) == (30.0, float(row["central"]), 50.0)


def test_the_commands_of_the_page_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "my_company").mkdir()
    (tmp_path / "my_company" / "cover.csv").write_text(blocks("csv")[0], encoding="utf-8")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    # Those of `import` read files of others; they have tests of their own.
    commands = [line for line in lines if not line.startswith("exposure import ")]
    assert len(commands) >= 6
    for command in commands:
        program, *arguments = command.split()
        assert program == "exposure"
        if arguments[0] in ("rank", "explain"):
            # Later options count; few draws, and no comparison with the record.
            arguments += ["--draws", "4", "--prior", "--horizon-weeks", "26"]
        assert main(arguments) == 0, (command, capsys.readouterr().err)
