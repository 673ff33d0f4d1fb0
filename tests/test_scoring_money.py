"""Money: the value added of sectors is drawn, and moves nothing but money."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import exposure as ex
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.measures.bench import Bench
from exposure.scoring.blocks import Run
from exposure.scoring.columns import names_of
from exposure.scoring.money import industry_share, industry_value, money_of, money_rows
from exposure.tables.dataset import Dataset
from tests.tiny import Records, add_parameter, figure, tiny_dataset, tiny_records

DRAWS = 2**14
FEW = ex.Settings(draws=24, prior=True, horizon_weeks=30)
MONEY = [name for name in names_of("ranking") if name.startswith("value_at_risk")]
VALUE, SHARE = "industry_value_added_musd", "industry_share"
# Of missiles, electric_vehicles, loudspeakers: the last two belong to one industry.
WORTH = {
    "missiles": ((800.0, 1000.0, 1500.0), (0.2, 0.5, 0.6)),
    "electric_vehicles": ((3000.0, 3000.0, 3600.0), (0.1, 0.2, 0.5)),
    "loudspeakers": ((3000.0, 3000.0, 3600.0), (0.1, 0.1, 0.4)),
}


def records_of(worth: dict[str, tuple]) -> Records:
    records = tiny_records()
    add_parameter(records, "recapture_share", 0.25, "share")
    for row in records["sectors"][1:]:
        row["industry_code"] = "CARS"
    for row in (*records["needs"], *records["cover"]):
        if row["sector"] == "loudspeakers":
            row["component"] = "ndfeb_heavy_magnet"  # of the light one nothing is stopped
    records["sector_values"] = [
        {"sector": sector, "quantity": quantity, **figure(three, unit)}
        for sector, (value, share) in worth.items()
        for quantity, three, unit in ((VALUE, value, "USD million/yr"), (SHARE, share, "share"))
        if three is not None
    ]
    return records


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset(records_of(WORTH))


@pytest.fixture(scope="module")
def result(dataset) -> ex.Assessment:
    return ex.assess(dataset, "outlook", FEW)


def drawn_from(dataset: Dataset, draws: int = DRAWS, seed: int = 3) -> Inputs:
    return Inputs.of(dataset, Sampler.first(draws, seed))


def law(three: tuple[float, float, float]):
    """The triangular distribution as scipy knows it."""
    from scipy.stats import triang  # noqa: PLC0415 - slow to import

    low, central, high = three
    return triang((central - low) / (high - low), loc=low, scale=high - low)


def without_money(ranking: pd.DataFrame) -> pd.DataFrame:
    return ranking.drop(columns=MONEY)


# --- closed forms -----------------------------------------------------------------------------


def test_money_is_the_product_of_two_triangular_figures(dataset):
    value, share = map(law, WORTH["missiles"])
    drawn = money_of(drawn_from(dataset), "missiles").value_added
    mean = 1e6 * value.mean() * share.mean()
    square = (value.var() + value.mean() ** 2) * (share.var() + share.mean() ** 2) * 1e12
    spread = np.sqrt(square - mean**2)
    assert abs(drawn.mean() - mean) < 4.0 * spread / np.sqrt(DRAWS)
    assert drawn.std() == pytest.approx(spread, rel=0.02)
    # The mean is not the product of the central figures, which is 500 million.
    assert mean == pytest.approx(1e6 * 1100.0 * 1.3 / 3.0)


def test_of_a_fixed_share_the_interval_is_that_of_the_value():
    worth = {**WORTH, "missiles": (WORTH["missiles"][0], 0.5)}
    drawn = money_of(drawn_from(tiny_dataset(records_of(worth))), "missiles").value_added
    levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    expected = 0.5e6 * law(WORTH["missiles"][0]).ppf(levels)
    assert np.quantile(drawn, levels) == pytest.approx(expected, rel=0.01)


def test_every_draw_is_the_quantile_of_its_own_streams(dataset):
    inputs = drawn_from(dataset, 64)
    value = inputs.sampler.uniform(f"sector_values|USA|CODE0|{VALUE}")
    share = inputs.sampler.uniform(f"sector_values|missiles|{SHARE}")
    expected = [
        law(three).ppf(u) for three, u in zip(WORTH["missiles"], (value, share), strict=True)
    ]
    drawn = money_of(inputs, "missiles").value_added
    assert drawn == pytest.approx(1e6 * expected[0] * expected[1], rel=1e-12)


# --- one figure of an industry ----------------------------------------------------------------


def test_sectors_of_one_industry_share_the_draws_of_its_value_and_no_others_do(dataset):
    inputs = drawn_from(dataset)
    cars, sound, missiles = (industry_value(inputs, sector) for sector in (
        "electric_vehicles", "loudspeakers", "missiles"))  # fmt: skip
    assert np.array_equal(cars, sound)
    assert abs(np.corrcoef(cars, missiles)[0, 1]) < 4.0 / np.sqrt(DRAWS)
    shares = [industry_share(inputs, sector) for sector in ("electric_vehicles", "loudspeakers")]
    assert abs(np.corrcoef(*shares)[0, 1]) < 4.0 / np.sqrt(DRAWS)


def test_a_value_changed_by_hand_stays_on_the_stream_of_its_industry(dataset):
    cars = ("electric_vehicles", "loudspeakers")
    now = {("sector_values", sector, VALUE): (6000.0, 6000.0, 7200.0) for sector in cars}
    changed = ex.with_values(dataset, now)
    before, after = (industry_value(drawn_from(d, 64), cars[0]) for d in (dataset, changed))
    assert after == pytest.approx(2.0 * before)


def test_the_same_code_at_two_destinations_is_two_industries():
    records = records_of(WORTH)
    records["sectors"][2]["destination"] = "JPN"
    inputs = drawn_from(tiny_dataset(records), 64)
    here, there = (industry_value(inputs, s) for s in ("electric_vehicles", "loudspeakers"))
    assert not np.isclose(here, there).any()


def test_shares_of_an_industry_never_sum_to_more_than_all_of_it():
    worth = {**WORTH, "electric_vehicles": (WORTH["electric_vehicles"][0], (0.5, 0.6, 0.9))}
    inputs = drawn_from(tiny_dataset(records_of(worth)))
    plain = [inputs.sector_value(s, SHARE) for s in ("electric_vehicles", "loudspeakers")]
    total = plain[0] + plain[1]
    scaled = [industry_share(inputs, s) for s in ("electric_vehicles", "loudspeakers")]
    assert 0.1 < (total > 1.0).mean() < 0.9
    for share, alone in zip(scaled, plain, strict=True):
        assert share == pytest.approx(np.where(total > 1.0, alone / total, alone), abs=1e-15)
    # They are scaled whether or not the other sector is ranked, and it is then listed.
    other = ("sector_values", ("loudspeakers", SHARE))
    assert other in money_rows(inputs, "electric_vehicles")


def test_the_rows_of_money_are_those_that_were_read(dataset):
    key = "electric_vehicles"
    assert money_rows(drawn_from(dataset, 1), key) == {
        ("sector_values", (key, VALUE)),
        ("sector_values", (key, SHARE)),
        ("parameters", ("recapture_share", "*")),
    }
    listed = ex.provenance(dataset, key).set_index("key")
    assert {f"{key}, {VALUE}", f"{key}, {SHARE}", "recapture_share, *"} <= set(listed.index)
    assert f"loudspeakers, {SHARE}" not in listed.index


# --- what a result shows ----------------------------------------------------------------------


def test_every_figure_of_money_is_the_statistic_of_the_product(result):
    for sector, row in result.ranking.set_index("sector").iterrows():
        known = money_of(Inputs.of(result.dataset, result.run.sampler), sector)
        gross = known.value_added * result.sectors[sector].risk.undiscounted
        net = gross * 0.75
        expected = (
            net.mean(), *np.quantile(net, (0.05, 0.95)), net.std(ddof=1) / np.sqrt(len(net)),
            gross.mean(),
        )  # fmt: skip
        assert row[MONEY].astype(float).tolist() == pytest.approx(expected, rel=1e-12)
        assert row["value_at_risk_p05"] < row["value_at_risk_p95"]


def test_the_interval_is_wider_than_with_a_known_value_and_scores_are_equal(dataset):
    known = {s: (law(value).mean(), law(share).mean()) for s, (value, share) in WORTH.items()}
    many = FEW.model_copy(update={"draws": 256})
    unsure, certain = (
        ex.assess(tables, "full_withhold", many).ranking
        for tables in (dataset, tiny_dataset(records_of(known)))
    )
    pd.testing.assert_frame_equal(without_money(unsure), without_money(certain), check_exact=True)
    wide, narrow = (ranking.set_index("sector") for ranking in (unsure, certain))
    spread = wide["value_at_risk_se"] / wide["value_at_risk_usd_per_year"]
    assert (spread > narrow["value_at_risk_se"] / narrow["value_at_risk_usd_per_year"]).all()


def test_money_depends_neither_on_threads_nor_on_blocks_nor_on_the_number_of_draws(dataset, result):
    again = ex.assess(dataset, "outlook", FEW, workers=4)
    pd.testing.assert_frame_equal(again.ranking, result.ranking, check_exact=True)
    fewer = ex.assess(dataset, "outlook", ex.Settings(**{**FEW.model_dump(), "draws": 7}))
    inputs, sampler = Inputs.of(dataset, result.run.sampler), result.run.sampler
    some = Inputs.of(dataset, Sampler(np.array([2, 5, 23]), sampler.seed))
    for sector, scored in result.sectors.items():
        money = scored.value_at_risk
        assert fewer.sectors[sector].value_at_risk.tolist() == money[:7].tolist()
        blocks = [inputs.with_sampler(sampler.block(i, i + 8)) for i in (0, 8, 16)]
        parts = [money_of(block, sector).value_added for block in blocks]
        assert np.concatenate(parts).tolist() == scored.label.value_added.tolist()
        # As for draws that met the record: any list of numbers gives the draws of these numbers.
        kept = money_of(some, sector).value_added
        assert kept.tolist() == scored.label.value_added[[2, 5, 23]].tolist()


@pytest.mark.parametrize("missing", [VALUE, SHARE])
def test_a_figure_that_is_missing_leaves_money_missing(missing):
    pair = WORTH["missiles"]
    worth = {**WORTH, "missiles": (None, pair[1]) if missing == VALUE else (pair[0], None)}
    result = ex.assess(tiny_dataset(records_of(worth)), "full_withhold", FEW)
    ranking = result.ranking.set_index("sector")
    assert ranking.loc["missiles", MONEY].isna().all()
    assert (ranking.loc["electric_vehicles", MONEY] > 0.0).all()
    assert set(Bench.of(result, [], None).outcome().money) == {"electric_vehicles", "loudspeakers"}


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sectors and blocks that are run from here on."""
    runs: list[str] = []
    plain: Callable = Run.summarised

    def summarised(self, parts):
        runs.append("block")
        return plain(self, parts)

    monkeypatch.setattr(Run, "summarised", summarised)
    return runs


@pytest.mark.parametrize(
    ("quantity", "now"), [(VALUE, (900.0, 2000.0, 4000.0)), (SHARE, (0.3, 0.6, 0.9))]
)
def test_a_changed_row_moves_the_money_of_its_sector_and_runs_nothing(
    dataset, result, monkeypatch, quantity, now
):
    runs = counted(monkeypatch)
    changed = ex.with_value(dataset, "sector_values", ("missiles", quantity), value=now)
    moved = ex.assess(changed, "outlook", FEW)
    if ex.fast.AVAILABLE:
        assert not runs
    pd.testing.assert_frame_equal(
        without_money(moved.ranking), without_money(result.ranking), check_exact=True
    )
    before, after = (r.ranking.set_index("sector")[MONEY] for r in (result, moved))
    assert (after.loc["missiles"] != before.loc["missiles"]).all()
    others = ["electric_vehicles", "loudspeakers"]
    pd.testing.assert_frame_equal(after.loc[others], before.loc[others], check_exact=True)


def test_a_lever_is_worth_the_difference_of_products_and_totals_are_sums_by_draw(result):
    bench = Bench.of(result, [], None)
    money = bench.outcome().money
    for sector, scored in result.sectors.items():
        assert money[sector] == pytest.approx(scored.value_at_risk, rel=1e-12)
    few = bench.narrowed(5)
    for sector, drawn in few.outcome().money.items():
        assert drawn.tolist() == money[sector][:5].tolist()


# --- industries -------------------------------------------------------------------------------


def test_an_industry_loses_the_sum_of_its_sectors_draw_by_draw(result):
    totals = ex.industry_totals(result, "stated").set_index("industry_code")
    cars = [result.sectors[sector] for sector in ("electric_vehicles", "loudspeakers")]
    lost = sum(scored.gross_value_at_risk for scored in cars)
    expected = (lost.mean(), *np.quantile(lost, (0.05, 0.95)))
    names = ["lost_value_usd_per_year", "lost_value_p05", "lost_value_p95"]
    assert totals.loc["CARS", names].tolist() == pytest.approx(expected, rel=1e-12)
    value = industry_value(result.run.inputs, "loudspeakers")
    assert totals.loc["CARS", "value_added_usd_per_year"] == pytest.approx(value.mean())
    share = lost / value
    names = ["lost_share", "lost_share_p05", "lost_share_p95"]
    expected = (share.mean(), *np.quantile(share, (0.05, 0.95)))
    assert totals.loc["CARS", names].tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("silent", ["electric_vehicles", "loudspeakers"])
def test_the_value_of_an_industry_is_known_if_one_of_its_sectors_states_it(result, silent):
    worth = {**WORTH, silent: (None, WORTH[silent][1])}
    less = ex.assess(tiny_dataset(records_of(worth)), "outlook", FEW)
    assert less.ranking.set_index("sector").loc[silent, MONEY].isna().all()
    found, whole = (ex.industry_totals(run, "stated") for run in (less, result))
    pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_the_weeks_of_an_industry_add_up_to_its_total(result):
    weeks = ex.industry_losses(result, "stated")
    chances = {course.scenario: chance for course, chance in result.scenario.members}
    weeks["chance"] = weeks["scenario"].map(chances)
    totals = ex.industry_totals(result, "stated").set_index("industry_code")
    for code, rows in weeks.groupby("industry_code"):
        share = (rows["lost_share"] * rows["chance"]).sum() / FEW.horizon_weeks
        usd = (rows["lost_value_usd"] * rows["chance"]).sum() / FEW.horizon_weeks * 52.0
        assert share == pytest.approx(totals.loc[code, "lost_share"], rel=1e-9)
        assert usd == pytest.approx(totals.loc[code, "lost_value_usd_per_year"], rel=1e-9)
