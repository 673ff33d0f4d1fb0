"""Lost output by industry: conservation, weights, and its use in an input-output model."""

import numpy as np
import pandas as pd
import pytest

import exposure as ex
from exposure.measures.concordance import SYSTEMS, industries
from tests.tiny import tiny_dataset, tiny_records


def cell(sector: str, quantity: str, value: float, unit: str) -> dict:
    figures = dict.fromkeys(("low", "central", "high"), value)
    evidence = dict.fromkeys(("rests_on_assumption", "source_id", "locator"), "")
    fixed = {"sector": sector, "quantity": quantity, "unit": unit, "basis": "assumed"}
    return {**fixed, **figures, **evidence, "note": "made up for tests"}


INDUSTRY = {  # code, value added of the industry in millions, share
    "missiles": ("336414", 10.0, 0.5),
    "electric_vehicles": ("336411", 40.0, 0.2),
    "loudspeakers": ("336411", 40.0, 0.3),
}


@pytest.fixture(scope="module")
def result() -> ex.Assessment:
    records = tiny_records()
    records["sector_values"] = []
    for row in records["sectors"]:
        code, value, share = INDUSTRY[row["sector"]]
        row["industry_code"] = code
        records["sector_values"] += [
            cell(row["sector"], "industry_value_added_musd", value, "USD million/yr"),
            cell(row["sector"], "industry_share", share, "share"),
        ]
    return ex.assess(tiny_dataset(records), "full_withhold", ex.Settings(draws=8, prior=True))


def test_sectors_of_one_code_are_weighted_and_never_averaged(result):
    losses = ex.industry_losses(result, "stated").set_index(["industry_code", "week"])
    weekly = result.weekly.set_index(["sector", "week"])["lost_share"]
    cars, speakers = weekly["electric_vehicles"], weekly["loudspeakers"]
    expected = 0.2 * cars + 0.3 * speakers
    assert losses.loc["336411", "lost_share"].to_numpy() == pytest.approx(expected.to_numpy())
    value = losses.loc["336414", "lost_value_usd"].to_numpy()
    assert value == pytest.approx(weekly["missiles"].to_numpy() * 0.5 * 10e6 / 52.0)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_classification_changes_what_is_lost(result, system):
    lost = {
        sector: INDUSTRY[sector][1] * INDUSTRY[sector][2] * scored.risk.undiscounted.mean()
        for sector, scored in result.sectors.items()
    }
    totals = ex.industry_totals(result, system)
    assert totals["lost_value_usd_per_year"].sum() == pytest.approx(1e6 * sum(lost.values()))
    joined = {"stated": 2, "naics": 2}.get(system, 1)
    assert len(totals) == joined
    assert totals["value_added_usd_per_year"].sum() == pytest.approx(50e6)


def test_weeks_add_up_to_the_horizon(result):
    weeks = ex.industry_losses(result).groupby("industry_code")["lost_share"].mean()
    totals = ex.industry_totals(result).set_index("industry_code")["lost_share"]
    assert weeks["C30"] == pytest.approx(totals["C30"])


def test_an_industry_within_another_is_not_counted_twice():
    shipped = ex.assess(ex.read_dataset(), "free_flow", ex.Settings(draws=4, prior=True))
    stated = ex.industry_totals(shipped, "stated").set_index("industry_code")
    isic = ex.industry_totals(shipped).set_index("industry_code")
    whole = stated.loc["333", "value_added_usd_per_year"]
    assert isic.loc["C28", "value_added_usd_per_year"] == whole
    assert isic["sectors_share"].between(0.0, 1.0).all()


def test_every_code_of_the_shipped_sectors_is_in_the_concordance():
    stated = set(ex.read_dataset().table("sectors")["industry_code"])
    assert stated == set(industries())
    for row in industries().values():
        assert row.note
        assert row.source or row.basis == "assumed"
        assert row.isic == row.nace  # divisions of NACE are those of ISIC
        assert bool(row.naics) == bool(row.bea)
        assert not row.within or row.within in industries()


def test_a_classification_without_a_counterpart_is_refused():
    shipped = ex.assess(
        ex.read_dataset(), "free_flow", ex.Settings(draws=1, prior=True, destination="GBR")
    )
    with pytest.raises(ex.ArgumentError) as raised:
        ex.industry_totals(shipped, "bea")
    assert str(raised.value) == (
        "ex.industry_losses: 2 faults\n"
        "  - industry UK SIC 30.1: found no code of it in bea; expected a counterpart of every "
        "industry; take system='stated' or 'isic', or rank sectors of one destination\n"
        "  - industry UK SIC 30.3: found no code of it in bea; expected a counterpart of every "
        "industry; take system='stated' or 'isic', or rank sectors of one destination"
    )


def test_industries_are_joined_by_value_added_and_unknown_ones_are_refused(result):
    totals = ex.industry_totals(result, "stated")
    shock = ex.industry_shock(totals, {"336411": "transport", "336414": "transport"})
    isic = ex.industry_totals(result).set_index("industry_code")
    assert shock["transport"] == pytest.approx(isic.loc["C30", "lost_share"])
    with pytest.raises(ex.ArgumentError) as raised:
        ex.industry_shock(totals, {"C30": "transport"})
    assert str(raised.value) == (
        "ex.industry_shock: 1 fault\n"
        "  - industries['C30']: found no such industry in the totals; expected one of "
        "336411, 336414; correct the code"
    )


@pytest.mark.filterwarnings("error")
def test_an_industry_of_no_value_has_no_lost_share_and_gives_no_shock(result):
    values = {("sector_values", sector, "industry_value_added_musd"): 0.0 for sector in INDUSTRY}
    worthless = ex.assess(ex.with_values(result.dataset, values), result.scenario, result.settings)
    totals = ex.industry_totals(worthless)
    assert totals["lost_share"].isna().all()
    with pytest.raises(ex.ArgumentError) as raised:
        ex.industry_shock(totals, {"C30": "transport"})
    assert str(raised.value) == (
        "ex.industry_shock: 1 fault\n"
        "  - industries that give 'transport': found value added of 0 in all of them; expected one "
        "above 0, since they are weighed with it; leave them out"
    )


@pytest.mark.filterwarnings("ignore")  # of another library, about its own future
def test_a_shock_through_an_input_output_model_is_the_leontief_inverse_times_it(result):
    pymrio = pytest.importorskip("pymrio", reason="the extra [io] is not installed")
    model = pymrio.load_test().calc_all()
    shock = ex.industry_shock(ex.industry_totals(result), {"C30": "manufactoring"})
    demand = model.Y.sum(axis=1)
    hit = demand.index.get_level_values("sector").map(shock).fillna(0.0).to_numpy()
    home = demand.index.get_level_values("region") == "reg1"
    cut = pd.Series(np.where(home, hit * demand, 0.0), index=demand.index)
    lost = model.L @ cut
    # An independent computation: x = A x + y solved without the inverse.
    identity = np.eye(len(model.A))
    expected = np.linalg.solve(identity - model.A.to_numpy(), cut.to_numpy())
    assert lost.to_numpy() == pytest.approx(expected)
    assert lost.sum() > cut.sum() > 0.0
    assert (lost <= model.x.iloc[:, 0] + 1e-9).all()
