"""Sensitivity and value of information: functions with known indices, tiny worlds, closed forms."""

from dataclasses import replace

import numpy as np
import pytest

import exposure as ex
from exposure.inputs.cells import Inputs
from exposure.inputs.groups import GROUPS, group_of
from exposure.inputs.parts import STORE, keep_parts
from exposure.inputs.streams import PartlyResampled, Sampler
from exposure.measures.inputs import uncertain_inputs
from exposure.measures.sensitivity import resampled_scores
from exposure.scoring.information import turn_of, value_of_everything, value_of_knowing
from exposure.scoring.regression import fit_outputs
from exposure.scoring.sobol import sobol_from_runs
from tests.tiny import tiny_dataset, tiny_records
from tests.tiny_world import world_records

DRAWS = 2**13


def ishigami(x: np.ndarray) -> np.ndarray:
    """Ishigami & Homma (1990), a = 7, b = 0.1; the second output is additive."""
    a, b, c = np.pi * (2.0 * x - 1.0)
    return np.stack([np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a), a + 2.0 * b])


ISHIGAMI_FIRST = np.array([[0.3139, 0.4424, 0.0], [0.2, 0.8, 0.0]])
ISHIGAMI_TOTAL = np.array([[0.5576, 0.4424, 0.2437], [0.2, 0.8, 0.0]])

G_WEIGHTS = np.array([0.0, 1.0, 4.5])


def g_function(x: np.ndarray) -> np.ndarray:
    """Sobol's G-function: first-order indices V_i / V with V_i = 1 / (3 (1 + a_i)^2)."""
    a = G_WEIGHTS[:, np.newaxis]
    return np.prod((np.abs(4.0 * x - 2.0) + a) / (1.0 + a), axis=0, keepdims=True)


def g_indices() -> tuple[np.ndarray, np.ndarray]:
    main_effects = 1.0 / (3.0 * (1.0 + G_WEIGHTS) ** 2)
    whole = np.prod(1.0 + main_effects) - 1.0
    return main_effects[np.newaxis] / whole, (
        main_effects * np.prod(1.0 + main_effects) / (1.0 + main_effects)
    )[np.newaxis] / whole


def runs_of(function, draws: int = DRAWS):
    a, b = np.random.default_rng(3).random((2, 3, draws))
    mixed = [np.where(np.arange(3)[:, np.newaxis] == k, b, a) for k in range(3)]
    return a, function(a), function(b), np.stack([function(columns) for columns in mixed])


@pytest.mark.parametrize(
    ("function", "first", "total"),
    [(ishigami, ISHIGAMI_FIRST, ISHIGAMI_TOTAL), (g_function, *g_indices())],
    ids=["ishigami", "g_function"],
)
def test_indices_of_functions_with_known_ones(function, first, total):
    x, base, other, mixed = runs_of(function)
    found = sobol_from_runs(base, other, mixed)
    assert (abs(found.first - first) <= 4.0 * found.first_se + 1e-3).all()
    assert (abs(found.total - total) <= 4.0 * found.total_se + 1e-3).all()
    assert (found.first_se < 0.05).all()
    # The same first-order indices by regression on one set of draws.
    for k in range(3):
        fit = fit_outputs([x[k]], base)
        assert fit.explained == pytest.approx(first[:, k], abs=0.03)
    # O45: they sum to at most 1, and to 1 for an additive function.
    assert found.first.sum(axis=1).max() <= 1.0 + 4.0 * found.first_se.max()
    if function is ishigami:
        assert fit_outputs([x[0], x[1]], base).explained[1] == pytest.approx(1.0, abs=1e-3)


def test_standard_errors_of_indices_are_their_spread_over_repeated_samples():
    rng = np.random.default_rng(8)
    a, b = rng.random((2, 3, 120 * 64))
    mixed = np.stack([np.where(np.arange(3)[:, np.newaxis] == k, b, a) for k in range(3)])
    base, other = (g_function(x)[0].reshape(120, 64) for x in (a, b))
    found = sobol_from_runs(
        base, other, np.stack([g_function(x)[0].reshape(120, 64) for x in mixed])
    )
    # One output a sample. The error of the variance itself is left out, so not to the last part.
    for index, error in ((found.first, found.first_se), (found.total, found.total_se)):
        assert index.std(axis=0) == pytest.approx(error.mean(axis=0), rel=0.25)


def test_an_output_that_does_not_vary_has_no_index():
    flat = np.ones((1, 8))
    found = sobol_from_runs(flat, flat, np.ones((2, 1, 8)))
    assert np.isnan(found.first).all()
    assert np.isnan(found.total).all()
    assert np.isnan(fit_outputs([np.arange(8.0)], flat).explained).all()


def test_chance_is_hardly_learnt_even_with_more_inputs_than_draws():
    draws = np.random.default_rng(5).random((100, 128))
    noise = np.random.default_rng(6).random((20, 128))
    assert fit_outputs(list(draws), noise).explained.mean() < 0.1


# Inputs that are drawn once more


def world():
    records = world_records()
    for row in records["cover"]:
        if row["quantity"] == "stock_weeks":
            row.update(low=4.0, central=12.0, high=40.0)
    for row in records["needs"]:
        if row["quantity"] == "criticality_share":
            row.update(low=0.2, central=0.6, high=0.9)
    return tiny_dataset(records)


@pytest.fixture(scope="module")
def result() -> ex.Assessment:
    return ex.assess(world(), "full_withhold", ex.Settings(draws=64, prior=True))


def test_a_group_that_is_drawn_once_more_moves_its_own_cells_alone():
    dataset = world()
    inputs = Inputs.of(dataset, Sampler.first(16, 7))
    again = Inputs.of(dataset, PartlyResampled(np.arange(16), 7, frozenset({"stock"})))
    moved = {
        group_of("|".join((table, *key)))
        for (table, key), row in inputs.index.cells.items()
        if row.low < row.high and (inputs.draw(row) != again.draw(row)).any()
    }
    assert moved == {"stock"}
    nothing = PartlyResampled(np.arange(16), 7, frozenset())
    stream = "cover|missiles|stock_weeks"
    assert (nothing.uniform(stream) == Sampler.first(16, 7).uniform(stream)).all()
    few = again.sampler.block(4, 9)
    assert (few.uniform(stream) == again.sampler.uniform(stream)[4:9]).all()


def test_every_cell_of_the_shipped_tables_has_a_group():
    dataset = ex.read_dataset()
    index = Inputs.of(dataset, Sampler.first(1, 7)).index
    found = {table: group_of("|".join((table, *key))) for table, key in index.cells}
    assert set(found.values()) <= set(GROUPS)
    assert {table for table, group in found.items() if group == "other"} <= {
        "buyers", "component_elements", "demand", "parameters", "prices", "sector_values",
        "observed_exports", "observed_losses", "observed_output", "observed_stocks",
        "licence_outcomes", "disruptions",
    }  # fmt: skip


def test_nothing_drawn_once_more_gives_the_result_again(result):
    scores = resampled_scores(result, frozenset(), draws=64)
    for sector, scored in result.sectors.items():
        assert (scores[sector] == scored.scores).all()


def test_prior_draws_give_total_indices_and_a_group_without_influence_has_none(result):
    table = ex.sensitivity(result, sectors=["missiles"], singles=2)
    groups = table[(table["kind"] == "group") & table["ahead_of"].isna()].set_index("group")
    assert set(table["method"]) == {"runs with inputs drawn once more"}
    assert list(groups.index) == list(GROUPS)
    cells = result.run.inputs.index.cells.items()
    drawn = {group_of("|".join((t, *key))) for (t, key), row in cells if row.low < row.high}
    assert len(set(GROUPS) - drawn) >= 4
    for group in set(GROUPS) - drawn:
        assert groups.loc[group, "total"] == 0.0
        assert abs(groups.loc[group, "first_order"]) < 1e-9
    strong = groups.loc[["stock", "criticality"]]
    assert (strong["total"] > 0.05).all()
    summed, error = groups["first_order"].sum(), groups["first_order_se"].sum()
    assert summed <= 1.0 + 3.0 * error


def test_single_inputs_name_the_rows_that_share_a_stream(result):
    known = uncertain_inputs(result.run, ["missiles"])
    names = {single.name: single for single in known}
    assert "needs: missiles smco_magnet criticality_share" in names or any(
        single.rows > 1 for single in known
    )
    for single in known:
        assert single.drawn.shape == (64,)
        assert (
            single.row.low <= single.drawn.min() <= single.drawn.max() <= single.row.high
            or single.luck
        )


def test_conditioned_draws_give_first_order_indices_and_say_so():
    dataset = ex.read_dataset()
    run = ex.assess(dataset, "samarium_only", ex.Settings(draws=32))
    table = ex.sensitivity(run, sectors=["radar"], singles=1)
    assert set(table["method"]) == {"regression on conditioned draws"}
    assert table["total"].isna().all()
    assert len(table) == 2 * (len(GROUPS) + 1)


def test_an_unknown_sector_is_refused(result):
    with pytest.raises(ex.UnknownNameError) as raised:
        ex.sensitivity(result, sectors=["misiles"])
    assert str(raised.value).startswith("unknown sector 'misiles'")


# Value of information


def test_the_value_of_knowing_worked_by_hand():
    # One sector scores 0, the other x + noise with x uniform on -1 to 1: to know x is worth
    # E max(0, x) = 1/4; to know nothing, 0.
    x, noise = np.random.default_rng(2).uniform(-1.0, 1.0, (2, 4096))
    scores = np.stack([np.zeros(4096), x - x.mean() + 0.5 * (noise - noise.mean())])
    fit = fit_outputs([x], scores)
    assert value_of_knowing(fit.fitted, scores, 1) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_knowing_one_thing_is_worth_something_between_nothing_and_everything(seed: int):
    rng = np.random.default_rng(seed)
    x = rng.random((5, 100))
    scores = rng.random((6, 5)) @ x + rng.random((6, 100))
    everything = value_of_everything(scores, 3)
    for column in x:
        worth = value_of_knowing(fit_outputs([column], scores).fitted, scores, 3)
        assert 0.0 <= worth <= everything


def test_values_of_information_of_a_result_keep_their_bounds(result):
    table = ex.value_of_information(result, places=1)
    assert (table["value_of_knowing"] > 0.0).all()
    assert (table["share_of_everything"] <= 1.0).all()
    assert table["value_of_knowing"].is_monotonic_decreasing


def test_a_turn_is_found_where_it_is_and_chance_gives_none():
    rng = np.random.default_rng(4)
    x = rng.random(2048)
    gap = 0.3 - x + 0.1 * rng.standard_normal(2048)  # the mean gap is negative
    found = turn_of(x, fit_outputs([x], gap[np.newaxis]).fitted[0], gap)
    assert found is not None
    assert found.value == pytest.approx(0.3, abs=0.02)
    assert (found.above, found.gap > 0.0) == (False, True)
    noise = rng.standard_normal(2048)
    fit = fit_outputs([x], noise[np.newaxis]).fitted[0]
    assert turn_of(x, fit, noise) is None


def test_flips_of_a_world_where_stock_decides(result):
    table = ex.flips(result, places=1)
    assert (table["gap_beyond"] * 1.0 < 0.0).all()
    assert table["changes_first_places"].all()
    assert ((table["flips_at"] >= 0.0) & (table["probability"] < 0.97)).all()


def test_counting_all_sectors_leaves_nothing_to_choose(result):
    with pytest.raises(ex.ArgumentError) as raised:
        ex.flips(result, places=3)
    assert str(raised.value) == (
        "ex.flips: 1 fault\n"
        "  - places: found 3 with 3 sectors ranked; expected fewer places than sectors, since "
        "with all of them there is nothing to choose; write places=2, or rank more sectors"
    )


# Probabilities of a mixture


def mixture(**chances: float) -> ex.Assessment:
    members = {ex.read_scenario(name): chance for name, chance in chances.items()}
    mixed = ex.mix("mixed", members, text="for a test")
    return ex.assess(tiny_dataset(tiny_records()), mixed, ex.Settings(draws=8, prior=True))


def test_at_its_own_probabilities_a_mixture_has_its_own_ranking():
    result = mixture(full_withhold=0.5, samarium_only=0.25, free_flow=0.25)
    table = ex.order_by_probability(result, "full_withhold", "samarium_only", steps=4, places=3)
    there = table[(table["first_probability"] == 0.5) & (table["second_probability"] == 0.25)]
    assert list(there["sector"]) == list(result.ranking["sector"])
    assert there["score"].to_numpy() == pytest.approx(result.ranking["score"].to_numpy())
    assert len(table) == 15 * 3


def test_at_probability_1_a_mixture_is_its_member():
    result = mixture(full_withhold=0.5, free_flow=0.5)
    table = ex.order_by_probability(result, "full_withhold", "free_flow", steps=2, places=1)
    alone = ex.assess(tiny_dataset(), "full_withhold", ex.Settings(draws=8, prior=True))
    sure = table[table["first_probability"] == 1.0]
    assert sure["score"].tolist() == pytest.approx([alone.ranking["score"].max()])
    assert table[table["first_probability"] == 0.0]["score"].tolist() == [0.0]
    assert len(table) == 3


def test_one_scenario_or_one_member_twice_is_refused(result):
    with pytest.raises(ex.ArgumentError) as raised:
        ex.order_by_probability(result, "full_withhold", "free_flow")
    assert str(raised.value) == (
        "ex.order_by_probability: assessment: found one scenario, full_withhold; expected a "
        'mixture; assess "outlook", or make one with ex.mix'
    )
    both = replace(mixture(full_withhold=0.5, free_flow=0.5))
    with pytest.raises(ex.ArgumentError) as raised:
        ex.order_by_probability(both, "free_flow", "free_flow")
    assert str(raised.value) == (
        "ex.order_by_probability: 1 fault\n"
        "  - second: found 'free_flow', as first; expected another member; "
        "name two different members"
    )


def test_parts_that_are_found_again_change_no_resampled_score():
    run = ex.assess(world(), "april_2025_queue", ex.Settings(draws=8, prior=True))
    chosen = [frozenset({"stock"}), frozenset({"criticality"}), frozenset(GROUPS)]
    megabytes = STORE.limit / 2**20
    shared = [resampled_scores(run, again, draws=8) for again in chosen]
    keep_parts(0)
    try:
        alone = [resampled_scores(run, again, draws=8) for again in chosen]
    finally:
        keep_parts(megabytes)
    for one, other in zip(shared, alone, strict=True):
        assert all((one[sector] == other[sector]).all() for sector in one)
    assert any((shared[0][s] != scored.scores).any() for s, scored in run.sectors.items())
