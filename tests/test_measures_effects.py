"""Effects of levers on common draws, portfolios against all subsets, and required stocks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest

import exposure as ex
from exposure.measures.bench import Outcome, changed_run, run_many
from exposure.measures.costs import cost_of, price_of
from exposure.measures.effects import _ends
from exposure.measures.helping import helping_levers
from exposure.measures.lever import Lever
from exposure.measures.lever_files import lever_of
from exposure.measures.portfolios import risk_of, risk_values, tail_mean
from exposure.measures.search import NOTHING, Chosen, best_sets, leading
from exposure.report.text.levers import harm_text
from exposure.scoring.blocks import sector_risks
from exposure.scoring.columns import names_of
from exposure.supply.actions import Actions, Bought
from tests.tiny import figure, tiny_dataset
from tests.tiny_world import world_records

HEAVY = "ndfeb_heavy_magnet"
COST = {"once_musd": [5, 10, 30], "per_year_musd": 2, "basis": "assumed", "note": "argued"}


def made(lever: str, **keys: object) -> Lever:
    entry = {"lever": lever, "name": lever, "text": "t", "starts": "2025-07-01", "lead_weeks": 4,
             "cost": COST, **keys}  # fmt: skip
    read, faults = lever_of(entry)
    assert read is not None, faults
    return read


BUYS = made("buys", kind="stock", sectors=["missiles"], elements=["Dy"], weeks=6, over_weeks=8)
RATED = made("rated", kind="priority", sectors=["electric_vehicles"], order_class=1)
SAMARIUM = made("samarium", kind="recycling", tonnes_per_year={"Sm": 60}, ramp_weeks=0)
DYSPROSIUM = made("dysprosium", kind="recycling", tonnes_per_year={"Dy": 60}, ramp_weeks=0)
SOONER = made("sooner", kind="substitute", sectors=["electric_vehicles"], weeks_sooner=15)
LEVERS = [BUYS, RATED, SAMARIUM, DYSPROSIUM, SOONER]


@pytest.fixture(scope="module")
def result() -> ex.Assessment:
    records = world_records()
    # Without neodymium, of which nobody outside China has any.
    heavy = next(entry for entry in records["components"] if entry["component"] == HEAVY)
    heavy["elements"] = "Dy"
    records["component_elements"] = [
        entry
        for entry in records["component_elements"]
        if (entry["component"], entry["element"]) != (HEAVY, "Nd")
    ]
    for item, value in (("dy_oxide", 300.0), ("sm_oxide", 3.0)):
        key = {"period": "2026-05", "item": item, "place": "cif_europe"}
        records.setdefault("prices", []).append({**key, **figure(value, "USD/kg")})
    settings = ex.Settings(prior=True, draws=48, horizon_weeks=40)
    return ex.assess(tiny_dataset(records), "full_withhold", settings)


@pytest.fixture(scope="module")
def effects(result: ex.Assessment) -> ex.LeverEffects:
    return ex.levers(result, LEVERS)


def test_points_are_the_difference_of_two_runs(
    result: ex.Assessment, effects: ex.LeverEffects
) -> None:
    table = effects.table
    assert list(table.columns) == list(names_of("levers"))
    risks = sector_risks(changed_run(result, [SAMARIUM]))
    of_lever = table[table["lever"] == "samarium"].set_index("sector")
    for name, risk in risks.items():
        score = result.sectors[name].score
        assert of_lever.loc[name, "score_without"] == pytest.approx(score, rel=1e-12)
        assert of_lever.loc[name, "score_with"] == pytest.approx(
            risk.scores(result.settings).mean()
        )
    assert of_lever.loc["total", "points"] == pytest.approx(of_lever.drop("total")["points"].sum())
    assert of_lever.loc["missiles", "points"] > 0.0
    assert (of_lever["worse_share"] == 0.0).all()


def test_what_one_sector_gains_by_rank_others_lose(effects: ex.LeverEffects) -> None:
    of_lever = effects.table.query("lever == 'rated'").set_index("sector")
    assert of_lever.loc["electric_vehicles", "points"] >= 0.0
    assert of_lever.loc["missiles", "points"] <= 0.0


def test_one_lever_alone_gives_its_rows(result: ex.Assessment, effects: ex.LeverEffects) -> None:
    alone = ex.apply(SAMARIUM, result)
    among = effects.table.query("lever == 'samarium'").reset_index(drop=True)
    assert alone.equals(among)


def test_a_cure_of_one_element_does_not_cure_a_block_of_two(effects: ex.LeverEffects) -> None:
    """A line that stops for samarium and for dysprosium gains more from both than from each."""
    pairs = effects.pairs.set_index(["first", "second", "sector"])
    pair = pairs.loc[("samarium", "dysprosium", "missiles")]
    assert pair["interaction"] > 0.0
    assert pair["points_together"] == pytest.approx(
        pair["points_first"] + pair["points_second"] + pair["interaction"]
    )


def test_pairs_that_meet_nowhere_add_up(effects: ex.LeverEffects) -> None:
    total = effects.pairs.query("sector == 'total'").set_index(["first", "second"])
    assert abs(total.loc[("samarium", "sooner"), "interaction"]) < 1e-9


def test_a_given_stock_saves_a_week_for_each_week_of_loss(result: ex.Assessment) -> None:
    """The envelope: lost output falls by the additional stock, only in draws with a loss."""
    day, step = result.first_day, 0.01
    one = result.run.dataset
    flat = ex.with_value(one, "parameters", ("firm_spread", "*"), value=0.0)
    base = ex.assess(flat, "full_withhold", result.settings)
    held = (Bought(day, 1, "missiles", "smco_magnet", "Sm", step, given=True),)
    runs = [base.run, replace(base.run, actions=Actions(held))]
    before, after = (outcome.lost["missiles"] * 40 for outcome in run_many(base, runs))
    criticality = [
        row.high
        for row in flat.rows["needs"]
        if (row.sector, row.quantity) == ("missiles", "criticality_share")
    ]
    saved = before - after
    assert saved.min() >= -1e-12
    assert saved.max() <= step * max(criticality) + 1e-12
    assert (saved[before == 0.0] == 0.0).all()
    assert saved.max() > 0.5 * step * min(criticality)


def random_problem(seed: int) -> tuple[dict[str, float], dict[Chosen, float]]:
    """Costs of seven levers, and a risk of every set: gains that overlap, and two that need."""
    rng = np.random.default_rng(seed)
    names = list("abcdefg")
    costs = {name: float(rng.uniform(0.5, 3.0)) for name in names}
    reach = rng.random((len(names), 12)) < 0.3
    worth = rng.exponential(1.0, 12)
    both = tuple(rng.choice(names, 2, replace=False))
    risks = {}
    for size in range(len(names) + 1):
        for subset in combinations(names, size):
            reached = reach[[names.index(name) for name in subset]].any(axis=0) if subset else 0
            bonus = 1.5 if set(both) <= set(subset) else 0.0
            risks[frozenset(subset)] = float(30.0 - (worth * reached).sum() - bonus)
    return costs, risks


@pytest.mark.parametrize("screened", [False, True], ids=["all pairs", "pairs of the leading"])
def test_portfolios_against_all_subsets(
    screened: bool, record_property: Callable[[str, object], None]
) -> None:
    """The largest gap to the best of all sets, in parts of what can be gained, is reported."""
    gaps = []
    for seed in range(12):
        costs, risks = random_problem(seed)
        budget = 5.0
        affordable = [subset for subset in risks if sum(costs[name] for name in subset) <= budget]
        single = [subset for subset in affordable if len(subset) == 1]
        gains = {name: risks[NOTHING] - risks[subset] for subset in single for name in subset}
        found = best_sets(
            lambda sets, known=risks: [known[subset] for subset in sets],
            costs, budget, combined=leading(gains) if screened else None,
        ).best[0]  # fmt: skip
        best = min(affordable, key=risks.__getitem__)
        assert found in affordable
        assert risks[found] <= min(risks[subset] for subset in single)
        near = [subset for subset in affordable if len(subset ^ found) == 1]
        assert risks[found] <= min(risks[subset] for subset in near)
        gaps.append((risks[found] - risks[best]) / (risks[NOTHING] - risks[best]))
    record_property("largest gap", max(gaps))
    assert max(gaps) == 0.0


def test_the_levers_that_are_combined_gain_nearly_all() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        gains = {str(i): float(gain) for i, gain in enumerate(rng.normal(1.0, 2.0, 12))}
        kept = leading(gains)
        useful = sum(gain for gain in gains.values() if gain > 0.0)
        assert sum(gains[name] for name in kept) >= 0.98 * useful - 1e-12
        assert sum(gains[name] for name in kept[:-1]) < 0.98 * useful
    assert leading({"a": 0.0, "b": -1.0}) == []


def test_what_draws_add_to_the_risk_sums_to_it_and_its_spread_is_the_error(
    effects: ex.LeverEffects,
) -> None:
    bench = effects.bench
    values = bench.outcome().scores
    level, lam = bench.assessment.settings.tail_level, bench.assessment.settings.tail_weight
    values_of_draws = risk_values(bench, bench.outcome(), "points")
    assert values_of_draws.mean() == pytest.approx(risk_of(bench, bench.outcome(), "points").risk)
    assert len(values_of_draws) == len(next(iter(values.values())))
    # Of repeated samples, the risks spread as far as the draws of one of them say.
    rng = np.random.default_rng(2)

    def outcome(scores: np.ndarray) -> Outcome:
        return Outcome(dict.fromkeys(bench.counted, scores), {}, {})

    samples = [outcome(rng.exponential(1.0, 400)) for _ in range(400)]
    spread = np.std([risk_of(bench, one, "points").risk for one in samples])
    deviations = [risk_values(bench, one, "points").std(ddof=1) / 20.0 for one in samples]
    assert np.mean(deviations) == pytest.approx(spread, rel=0.1)
    assert 0.0 < lam < 1.0
    assert 0.0 < level < 1.0


def test_totals_of_other_sectors_come_from_the_same_runs(
    result: ex.Assessment, effects: ex.LeverEffects
) -> None:
    assert len(effects.total) == len(LEVERS)  # makes the runs
    few = effects.counting(["missiles"])
    runs = dict(effects.bench.known)
    assert few.total.equals(ex.levers(result, LEVERS, sectors=["missiles"]).total)
    assert effects.bench.known == runs
    with pytest.raises(ex.UnknownNameError, match="unknown sector 'missile'; did you mean"):
        effects.counting(["missile"])


def test_a_portfolio_is_never_worse_than_its_best_single_lever(effects: ex.LeverEffects) -> None:
    table = ex.portfolios(effects, [3e7, 1e6, 1e9])
    assert list(table.columns) == list(names_of("portfolios"))
    assert table["budget_musd"].tolist() == [1.0, 30.0, 1000.0]
    assert table["levers"].iloc[0] == ""
    assert (table["risk_with"] <= table["best_single_risk"] + 1e-12).all()
    assert (table["risk_with"].diff().dropna() <= 1e-12).all()
    assert (table["cost_musd"] <= table["budget_musd"]).all()
    assert (table["sets_tried"] >= 1).all()
    assert (table["combined"] <= len(LEVERS)).all()
    gained = table["risk_without"] - table["risk_with"]
    assert (table["gain_se"][gained == 0.0] == 0.0).all()
    assert (table["gain_se"][gained > 0.0] > 0.0).all()


def test_the_tail_is_the_mean_of_the_worst_draws() -> None:
    values = np.random.default_rng(1).random(1000)
    assert tail_mean(values, level=0.9) == pytest.approx(np.sort(values)[-100:].mean())
    assert tail_mean(values, level=0.0) == pytest.approx(values.mean())
    assert tail_mean(values, level=1.0) == values.max()


def test_prices_and_costs(result: ex.Assessment) -> None:
    shipped = ex.read_dataset()
    price = price_of(shipped, "Dy")
    # Dysprosium oxide in Europe, May 2026: 850 USD a kilogram, of which 0.8713 is dysprosium.
    assert (price.period, price.place) == ("2026-05", "cif_europe")
    assert price.central == pytest.approx(850.0 / 0.8713)
    assert price.low < price.central <= price.high
    years = (date(2027, 7, 1) - date(2025, 7, 1)).days / 365.25
    cost = cost_of(BUYS, {"Dy": 2.0}, result.dataset, last=date(2027, 7, 1))
    assert cost[1] == pytest.approx(10.0 + 2.0 * years + 0.6)


def test_a_stock_of_the_weeks_found_makes_a_large_loss_unlikely(result: ex.Assessment) -> None:
    table = ex.stock_targets(result).set_index("sector")
    assert list(table.columns) == [name for name in names_of("stocks") if name != "sector"]
    stock = table.loc["missiles"]
    assert stock["p_without"] >= 0.10
    assert stock["p_with"] < 0.10 or np.isnan(stock["weeks"])
    assert table.loc["loudspeakers", "weeks"] == 0.0
    assert table.loc["loudspeakers", "cost_musd"] == 0.0


def test_levers_that_would_change_the_past_are_refused(result: ex.Assessment) -> None:
    early = made("early", kind="pooling", sectors=["missiles"], starts="2025-03-01")
    with pytest.raises(ex.LeverError) as raised:
        ex.apply(early, result)
    assert str(raised.value) == (
        "early: 1 fault\n  - starts: found 2025-03-01, to act on 2025-03-29; expected to act from "
        "2025-04-04 on; choose a later day: what happened before is not changed"
    )


def test_wrong_sectors_and_budgets_are_named(
    result: ex.Assessment, effects: ex.LeverEffects
) -> None:
    with pytest.raises(ex.UnknownNameError, match="unknown sector 'missile'; did you mean"):
        ex.levers(result, LEVERS, sectors=["missile"])
    with pytest.raises(ex.ArgumentError) as raised:
        ex.portfolios(effects, [-1.0], by="money")
    assert "budgets: found -1; expected at least 0; correct it" in str(raised.value)
    with pytest.raises(ex.ArgumentError) as raised:
        ex.stock_targets(result, likely=1.5)
    assert str(raised.value) == (
        "ex.stock_targets: 1 fault\n  - likely: found 1.5; expected between 0 and 1; correct it"
    )


def test_what_helps_a_sector_is_meant_for_it_and_sure_to_help(
    result: ex.Assessment, effects: ex.LeverEffects
) -> None:
    found = helping_levers(result, "missiles", LEVERS)
    of_sector = effects.table.query("sector == 'missiles'").set_index("lever")
    meant = of_sector[of_sector["is_target"].astype(bool)]
    assert set(meant.index) == {"buys", "samarium", "dysprosium"}
    helps = meant[(meant["points"] >= 0.05) & (meant["points"] > 2.0 * meant["points_se"])]
    assert found["lever"].tolist() == list(helps.sort_values("points", ascending=False).index)
    assert not found.empty
    assert helping_levers(result, "loudspeakers", LEVERS).empty


def test_shipped_levers_that_do_not_fit_the_tables_are_left_out_of_an_explanation(
    result: ex.Assessment,
) -> None:
    assert helping_levers(result, "missiles").empty


def test_the_sectors_that_a_lever_harms_are_named(effects: ex.LeverEffects) -> None:
    table = effects.table
    text = harm_text(table)
    assert "Makes worse, in points:\nrated: missiles -" in text
    assert "(target)" not in text
    harmless = harm_text(table[table["lever"] == "samarium"])
    assert harmless == "No lever makes a sector worse by 0.05 points or more."
    harmed = table[(table["lever"] == "rated") & (table["sector"] == "missiles")]
    marked = harmed.assign(is_target=True, kind="pooling")
    assert "(target)\npooling may harm its target: a firm that is short" in harm_text(marked)


@pytest.mark.parametrize("draws", [1, 2, 16, 65])
def test_ends_of_intervals_at_once_are_those_one_by_one(draws):
    random = np.random.default_rng(draws)
    values = [random.random(draws), None, random.normal(size=draws), np.zeros(draws)]
    ends = _ends(values)
    assert ends[1] is None
    for value, found in zip(values, ends, strict=True):
        if value is not None:
            assert found == tuple(np.quantile(value, (0.05, 0.95)))
    assert _ends([None, None]) == [None, None]
