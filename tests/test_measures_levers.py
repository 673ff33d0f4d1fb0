"""Levers as data: all faults of a file are reported, and levers fit the tables."""

from pathlib import Path

import pytest

import exposure as ex
from exposure.measures.against_tables import refuse_unknown
from exposure.measures.lever import KINDS, Stock
from exposure.measures.lever_files import lever_of, read_levers
from exposure.measures.targets import targets_of
from tests.tiny import tiny_dataset
from tests.tiny_world import world_records

HEAD = """
lever = "{lever}"
name = "A lever"
text = "What it does."
starts = 2026-12-01
lead_weeks = 8
"""

COST = """
[levers.cost]
once_musd = [1, 2, 3]
basis = "assumed"
note = "argued"
"""


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def lever_text(kind: str, body: str, *, lever: str = "mine", cost: str = COST) -> str:
    return f'[[levers]]\nkind = "{kind}"\n{HEAD.format(lever=lever)}{body}{cost}'


STOCK = 'sectors = ["missiles"]\nweeks = 26\nover_weeks = 26\n'


def test_a_file_gives_its_levers_in_order(tmp_path: Path) -> None:
    one = lever_text("stock", STOCK, lever="first")
    two = lever_text("recycling", "tonnes_per_year = { Dy = 4 }\nramp_weeks = 0\n", lever="second")
    levers = read_levers(written(tmp_path, one + two))
    assert [lever.lever for lever in levers] == ["first", "second"]
    assert levers[0].acts_on.isoformat() == "2027-01-26"
    assert levers[0].cost.once_musd == (1.0, 2.0, 3.0)


def test_a_folder_stands_for_its_files_and_an_id_is_used_once(tmp_path: Path) -> None:
    written(tmp_path, lever_text("stock", STOCK), "a.toml")
    assert len(read_levers(tmp_path)) == 1
    written(tmp_path, lever_text("stock", STOCK), "b.toml")
    with pytest.raises(ex.LeverError) as raised:
        read_levers(tmp_path)
    assert str(raised.value) == (
        "b.toml: 1 fault\n"
        "  - lever 1, lever: found 'mine' twice; expected once; it is the id of a lever of a.toml; "
        "choose another id"
    )


def test_all_faults_of_a_file_come_in_one_message(tmp_path: Path) -> None:
    wrong_cost = '[levers.cost]\nonce_musd = [3, 2, 1]\nbasis = "reported"\n'
    text = (
        lever_text("stok", STOCK)
        + lever_text("stock", STOCK + 'weaks = 3\ntonnes = "many"\n', cost=wrong_cost)
        + lever_text("stock", 'sectors = ["missiles"]\nover_weeks = 26\n')
        + lever_text("stock", 'sectors = ["missiles"]\ntonnes = 4\nover_weeks = 26\n')
    )
    with pytest.raises(ex.LeverError) as raised:
        read_levers(written(tmp_path, text))
    assert str(raised.value) == (
        "mine.toml: 7 faults\n"
        "  - lever 1, kind: found 'stok'; expected a kind of lever; did you mean 'stock'?\n"
        "  - lever 2, tonnes: found 'many'; expected a finite number; correct it\n"
        "  - lever 2, weaks: found an unknown key; expected a known one; did you mean 'weeks'?\n"
        "  - lever 2, cost, once_musd: found 3, 2, 1; expected them in order; put low first\n"
        "  - lever 2, cost, sources: found nothing; expected at least one source; "
        "name a source, or write basis = 'assumed' and a note\n"
        "  - lever 3, weeks, tonnes: found neither; expected one of the two; state one of them\n"
        "  - lever 4, elements: found no element; expected one, since tonnes are stated; name one"
    )


def test_an_assumed_cost_is_argued() -> None:
    entry = {"kind": "recycling", "cost": {"once_musd": 3, "basis": "assumed"}}
    faults = lever_of(entry)[1]
    assert "cost, note: found nothing; expected a reason for the range; argue it" in map(
        str, faults
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.toml: 1 fault\n  - levers: found nothing; expected at least one lever; "
             "head it [[levers]]"),
        ("levers = 3", "mine.toml: 1 fault\n  - levers: found 3; expected a list of tables; "
                       "head each [[levers]]"),
        ("lever = []", "mine.toml: 1 fault\n  - lever: found an unknown key; "
                       "expected [[levers]] alone; did you mean 'levers'?"),
    ],
)  # fmt: skip
def test_a_file_that_lists_no_levers_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ex.LeverError) as raised:
        read_levers(written(tmp_path, text))
    assert str(raised.value) == message


def test_a_file_that_is_missing_and_a_folder_without_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ex.LeverError) as raised:
        read_levers(tmp_path / "none.toml")
    expected = "found no such file; expected levers in TOML; correct the file"
    assert str(raised.value) == f"{tmp_path / 'none.toml'}: {expected}"
    with pytest.raises(ex.LeverError) as raised:
        read_levers(tmp_path)
    expected = "found no TOML file; expected at least one; add a file of levers"
    assert str(raised.value) == f"{tmp_path}: {expected}"


def test_names_are_those_of_the_tables() -> None:
    dataset = tiny_dataset(world_records())
    levers = [
        lever_of({**entry, "lever": f"own_{i}", "name": "n", "text": "t", "starts": "2026-12-01",
                  "lead_weeks": 1, "cost": {"basis": "reported", "sources": ["nobody"]}})[0]
        for i, entry in enumerate((
            {"kind": "stock", "sectors": ["missile"], "components": ["smco_magnt"],
             "elements": ["Sn"], "weeks": 4, "over_weeks": 4},
            {"kind": "stock", "sectors": ["loudspeakers"], "components": ["smco_magnet"],
             "weeks": 4, "over_weeks": 4},
            {"kind": "move_sourcing", "destination": "USA", "buyer_classes": ["civil"],
             "components": ["smco_magnet"], "stage": "mining", "share": 0.5},
            {"kind": "rule", "measure": "some_rule"},
        ))
    ]  # fmt: skip
    assert None not in levers
    with pytest.raises(ex.LeverError) as raised:
        refuse_unknown([lever for lever in levers if lever is not None], dataset)
    assert [str(fault) for fault in raised.value.faults if fault.key != "cost, sources"] == [
        "sectors: found 'missile'; expected a sector of sectors.csv, or a group; "
        "did you mean 'missiles'?",
        "components: found 'smco_magnt'; expected a component of components.csv; "
        "did you mean 'smco_magnet'?",
        "elements: found 'Sn'; expected an element whose pool has a demand in pool_users.csv; "
        "write one of: Dy, Sm",
        "sectors: found 'loudspeakers', which needs none of smco_magnet; "
        "expected sectors each of which needs one; leave it out",
        "stage: found 'mining'; expected a stage after the first of smco_magnet; "
        "write one of: separation, metal, magnet",
        "measure: found 'some_rule'; expected a measure of sourcing.csv; "
        "leave it out: none is known",
    ]


def test_a_lever_that_does_not_fit_is_located_in_its_file() -> None:
    lever = read_levers()[0].model_copy(update={"sectors": ("missile",)})
    with pytest.raises(ex.LeverError) as raised:
        refuse_unknown([lever], tiny_dataset(), file="mine.toml")
    first = raised.value.faults[0]
    assert (first.file, first.place) == ("mine.toml", f"lever '{lever.lever}', sectors")


def test_shipped_levers_fit_the_shipped_tables_and_show_every_kind() -> None:
    levers = read_levers()
    refuse_unknown(levers, ex.read_dataset())
    assert {lever.KIND for lever in levers} == set(KINDS)
    assert all(lever.starts.isoformat() > "2026-10-08" for lever in levers)


def test_a_lever_that_may_harm_its_target_says_why() -> None:
    harmless = {"stock", "release", "new_supply", "recycling", "substitute", "priority"}
    assert {kind for kind, kind_class in KINDS.items() if not kind_class.MAY_HARM} == harmless
    assert Stock.MAY_HARM == ""


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ({"kind": "priority", "sectors": ["missiles"], "order_class": 1}, ["missiles"]),
        ({"kind": "recycling", "tonnes_per_year": {"Sm": 4}, "ramp_weeks": 0}, ["missiles"]),
        (
            {"kind": "release", "tonnes": {"Dy": 4}, "over_weeks": 4},
            ["electric_vehicles", "missiles"],
        ),
        (
            {"kind": "move_sourcing", "destination": "USA", "buyer_classes": ["civil"],
             "components": ["ndfeb_heavy_magnet"], "stage": "magnet", "share": 0.5},
            ["electric_vehicles"],
        ),
        (
            {"kind": "trusted_tier", "destination": "USA"}, ["electric_vehicles", "loudspeakers"]
        ),
        ({"kind": "trusted_tier", "destination": "JPN"}, []),
        ({"kind": "rule", "measure": "nobodys_rule"}, []),
    ],
)  # fmt: skip
def test_a_lever_is_meant_for_the_sectors_that_it_reaches(
    keys: dict[str, object], meant: list[str]
) -> None:
    dataset = tiny_dataset(world_records())
    entry = {**keys, "lever": "own", "name": "n", "text": "t", "starts": "2026-12-01",
             "lead_weeks": 1, "cost": {"basis": "assumed", "note": "n"}}  # fmt: skip
    lever, faults = lever_of(entry)
    assert lever is not None, faults
    assert sorted(targets_of(lever, dataset, dataset.sector_ids(None))) == meant


def test_every_shipped_lever_is_meant_for_some_sector_that_is_ranked() -> None:
    dataset = ex.read_dataset()
    ranked = dataset.sector_ids("USA")
    assert all(targets_of(lever, dataset, ranked) for lever in read_levers())
