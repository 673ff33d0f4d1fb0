"""Every shipped table has an effect: a changed row changes a result, or the table is evidence.

Tables of observations have an effect through the record: they decide which draws are used.
"""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import exposure as ex
from exposure.evidence.conditioning import examine
from exposure.inputs.streams import Sampler
from exposure.tables.reading.folders import dataset_from_records
from exposure.tables.schema.catalogue import TABLES

pytestmark = pytest.mark.long

DATASETS = Path(__file__).parents[1] / "datasets"
FEW = ex.Settings(draws=4, prior=True, destination="all")
COURSES = ("london_truce", "full_withhold")
MONEY = "value_at_risk_usd_per_year"
COLUMNS = ["score", MONEY, "unmet_tonnes_per_year"]

Row = dict[str, object]
Change = Callable[[list[Row]], None]

EVIDENCE_ONLY = {
    "prices": "other rows and their notes are argued from it",
    "licence_outcomes": "rows of the queue are argued from it",
    "observed_output": "rows of observed_losses are argued from it",
    "sources": "who said it",
}
"""Tables of which no result is made, and what they are for."""


def cells(*key: object, **now: object) -> Change:
    """Overwrite cells of the first row that holds these words."""

    def change(rows: list[Row]) -> None:
        found = [row for row in rows if set(map(str, key)) <= set(map(str, row.values()))]
        assert found, key
        found[0].update(now)

    return change


def value(*key: object, low: float, central: float | None = None, high: float | None = None):
    """Overwrite the figure of the first row that holds these words."""
    middle = low if central is None else central
    return cells(*key, low=low, central=middle, high=middle if high is None else high)


def two(first: Change, second: Change) -> Change:
    """Two changes."""

    def change(rows: list[Row]) -> None:
        first(rows)
        second(rows)

    return change


ACTING: dict[str, Change] = {
    "elements": cells("Y", controlled_from=""),
    "components": cells("yttria_thermal_barrier", processed_in="JPN"),
    "component_elements": value("ndfeb_heavy_magnet", "Tb", low=0.02),
    "stage_shares": value("Dy", "mining", "CHN", "2025", low=0.463),
    "sourcing": value("EUU", "ndfeb_heavy_magnet", "magnet", "CHN", low=0.98),
    "pool_users": value("sm", "radar", "order_class", low=7),
    "sectors": cells("missiles_jp", destination="USA"),
    "sector_values": value("radar", "industry_share", low=0.0001),
    "buyers": two(
        value("missiles", "military", "listed", low=0.0),
        value("missiles", "military", "standard", low=1.0),
    ),
    "needs": value("radar", "smco_magnet", low=0.99),
    "cover": value("wind", "ndfeb_heavy_magnet", "stock_weeks", low=4),
    "substitution": value("cars", "ndfeb_heavy_magnet", "thrift_share", low=0.2),
    "new_supply": value("lynas_malaysia_hre_circuit", "Dy", "success_probability", low=0.0),
    "demand": value("Dy", "world_use_t_per_year", low=300.0),
    "licence_queue": value("capacity_share_per_week", low=0.01),
    "parameters": value("nested_share", low=0.0),
    "recycling": value("Dy", "EUU", low=0.3),
    "reserves": value("Solvay La Rochelle (France)", "stock_t", low=200.0),
}
"""A change of one row, or of one set that sums to 1, that moves a ranking of the tables alone."""


@pytest.fixture(scope="module")
def shipped() -> ex.Dataset:
    return ex.read_dataset()


def changed(dataset: ex.Dataset, table: str, change: Change) -> ex.Dataset:
    records = {name: [row.model_dump() for row in rows] for name, rows in dataset.rows.items()}
    change(records[table])
    return dataset_from_records(records, version=dataset.version)


@pytest.fixture(scope="module")
def agreed(shipped) -> np.ndarray:
    return agreement(shipped)


def results(dataset: ex.Dataset) -> np.ndarray:
    """Losses, money and tonnes of every sector in two courses; money that is not known is 0."""
    rankings = [ex.assess(dataset, name, FEW).ranking for name in COURSES]
    tables = [ranking.set_index("sector")[COLUMNS].sort_index() for ranking in rankings]
    return np.stack([ranking.fillna(0.0).to_numpy() for ranking in tables])


@pytest.fixture(scope="module")
def before(shipped) -> np.ndarray:
    return results(shipped)


def test_tables_that_are_the_same_give_the_same_results(shipped, before):
    same = changed(shipped, "cover", list.copy)
    assert np.array_equal(results(same), before)


@pytest.mark.parametrize("table", ACTING)
def test_a_changed_row_moves_a_ranking(shipped, before, table: str):
    assert not np.array_equal(results(changed(shipped, table, ACTING[table])), before)


INERT = {
    "licence_queue": {"check_weeks", "checked_share", "delay_weeks_listed"},
    "needs": {"mass_kg_per_unit"},
    "reserves": {"purchase_ceiling_t", "target_days"},
    "sector_values": {"units_per_year"},
}
"""Quantities that move neither a ranking nor the agreement with the record, on purpose."""

BY_RECORD = {
    "sector_values": {"work_in_process_weeks"},
    "parameters": {
        "strong_tolerance", "weak_tolerance", "stock_tolerance_weeks",
        "stoppage_tolerance_weeks", "structural_discrepancy",
    },
}  # fmt: skip
"""Quantities that act through the record alone: they say how draws are held against it."""

MONEY_ONLY = {
    "sector_values": {"industry_value_added_musd", "industry_share"},
    "parameters": {"recapture_share"},
}
"""Quantities that move amounts of money and nothing else."""


def other_figures(quantities: dict[str, set[str]], dataset: ex.Dataset) -> ex.Dataset:
    """Tables in which some quantities have nearly half of their figures."""
    records = {name: [row.model_dump() for row in rows] for name, rows in dataset.rows.items()}
    for table, names in quantities.items():
        for row in records[table]:
            if str(row.get("quantity") or row.get("parameter")) in names:
                row |= {end: round(0.45 * row[end], 2) for end in ("low", "central", "high")}
                if row["unit"] in ("week", "day"):
                    row |= {end: float(round(row[end])) for end in ("low", "central", "high")}
    return dataset_from_records(records, version=dataset.version)


def test_quantities_declared_without_effect_have_none(shipped, before, agreed):
    moved = other_figures(INERT, shipped)
    assert moved.digest != shipped.digest
    assert np.array_equal(results(moved), before)
    assert np.array_equal(agreement(moved), agreed)


@pytest.mark.parametrize("table", BY_RECORD)
def test_quantities_that_act_through_the_record_move_no_other_ranking(
    shipped, before, agreed, table: str
):
    moved = other_figures({table: BY_RECORD[table]}, shipped)
    assert np.array_equal(results(moved), before)
    assert (agreement(moved) != agreed).any()


@pytest.mark.parametrize("table", MONEY_ONLY)
def test_quantities_of_money_move_nothing_but_money(shipped, before, agreed, table: str):
    moved = other_figures({table: MONEY_ONLY[table]}, shipped)
    now = results(moved)
    columns = [COLUMNS.index(name) for name in COLUMNS if name != MONEY]
    assert np.array_equal(now[..., columns], before[..., columns])
    money = COLUMNS.index(MONEY)
    known = before[..., money] > 0.0
    assert (now[..., money][known] != before[..., money][known]).all()
    assert np.array_equal(agreement(moved), agreed)


def test_the_page_names_quantities_without_effect():
    page = (DATASETS.parent / "docs" / "data.md").read_text(encoding="utf-8")
    named = page.split("## Which rows affect a result")[1].split("## Where sources disagree")[0]
    for quantities in (INERT, BY_RECORD, MONEY_ONLY):
        for table, names in quantities.items():
            for name in names - {"purchase_ceiling_t", "target_days"}:
                assert f"`{name}`" in named or f"`{table}.{name}`" in named, name


def agreement(dataset: ex.Dataset) -> np.ndarray:
    return examine(dataset, FEW, Sampler.first(8, 7)).agreement()


SEEN: dict[str, Change] = {
    "observed_losses": cells("aero_engines", low=0.9, central=0.95, high=1.0),
    "observed_stocks": cells("Y", low=90.0, central=95.0, high=100.0),
    "disruptions": cells("weeks_to_impact", low=1.0, central=1.0, high=1.0),
}
"""A change of one row that moves the agreement of draws with the record."""


@pytest.mark.parametrize("table", SEEN)
def test_what_was_seen_decides_which_draws_are_used(shipped, agreed, table: str):
    assert (agreement(changed(shipped, table, SEEN[table])) != agreed).any()


def test_what_customs_counted_decides_how_well_the_queue_fits(shipped, monkeypatch):
    monkeypatch.setattr("exposure.evidence.forecasts.SAMPLES", 2_048)
    month = cells("2025-05", "rare_earth_magnets", "WLD", low=9000.0, central=9000.0, high=9000.0)
    more = changed(shipped, "observed_exports", month)
    one, other = (ex.backtest(dataset, destinations=["WLD"]).text for dataset in (shipped, more))
    assert one != other


def test_the_day_of_an_event_is_the_day_of_the_rule_that_names_it(tmp_path, monkeypatch):
    before = ex.read_scenario("as_it_happened")
    folder = shutil.copytree(DATASETS, tmp_path / "datasets")
    path = folder / "policy_events.csv"
    text = path.read_text(encoding="utf-8")
    old, new = "announcement_18_2025,2025-04-04", "announcement_18_2025,2025-04-11"
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setenv("EXPOSURE_DATASETS", str(folder))
    after = ex.read_scenario("as_it_happened")
    moved = [
        (one.starts, other.starts)
        for one, other in zip(before.rules, after.rules, strict=True)
        if one.starts != other.starts
    ]
    assert set(moved) == {(date(2025, 4, 4), date(2025, 4, 11))}


def test_stages_say_in_which_order_components_are_made(shipped):
    swapped = two(cells("separation", position=3), cells("metal", position=2))
    with pytest.raises(ex.TableError, match="expected each stage once, upstream first"):
        changed(shipped, "stages", swapped)


@pytest.mark.parametrize("table", EVIDENCE_ONLY)
def test_evidence_moves_nothing(shipped, before, agreed, table: str):
    def other(rows: list[Row]) -> None:
        rows[0] |= {"title": "Another"} if table == "sources" else dict(zero)

    zero = dict.fromkeys(("low", "central", "high"), 1.0)
    moved = changed(shipped, table, other)
    assert moved.digest != shipped.digest
    assert np.array_equal(results(moved), before)
    assert np.array_equal(agreement(moved), agreed)


def test_every_table_is_accounted_for():
    others = {"observed_exports", "policy_events", "stages"}
    assert {*ACTING, *SEEN, *EVIDENCE_ONLY, *others} == set(TABLES)
    page = (DATASETS.parent / "docs" / "data.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if "`licence_outcomes`" in line and "|" in line)
    assert all(f"`{table}`" in row for table in EVIDENCE_ONLY if table != "sources")
    assert "| `sources` |" in page
