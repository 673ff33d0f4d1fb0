"""The whole chain from tables to a ranking: laws that hold for any tables and any scenario."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import exposure as ex
from exposure.assessment import assess
from exposure.comparison import compare
from exposure.errors import SettingsError, UnknownNameError
from exposure.policy.rules import Rule
from exposure.policy.scenario import Scenario, mix
from exposure.scoring.blocks import sector_losses, sector_risks
from exposure.scoring.columns import names_of
from exposure.settings import Settings
from tests.tiny import add_parameter, add_sector, tiny_dataset, tiny_records

FEW = Settings(draws=16, seed=3, prior=True)
SHIPPED = Settings(draws=4, destination="all", prior=True)
START = date(2025, 4, 4)
SINGLE = ("april_2025_queue", "london_truce", "full_withhold", "samarium_only", "truce_lapse")
MONEY = (
    "value_at_risk_usd_per_year",
    "value_at_risk_p05",
    "value_at_risk_p95",
    "value_at_risk_gross_usd_per_year",
    "value_at_risk_se",
)
CAUSES = ("element", "component", "stage", "licence_class")


@pytest.fixture(scope="module")
def tiny():
    return tiny_dataset()


def scenario_of(*rules, name="test"):
    return Scenario(scenario=name, name=name, start=START, text="test", rules=rules)


def frames_equal_but_for_rank(first, second):
    """Whether two rankings agree in all columns that do not depend on other sectors."""
    # The rows behind a score count those of all who claim from the same pools.
    relative = ("rank", "rank_p05", "rank_p95", "band", "p_top3", "rows", "assumed_rows")
    columns = [column for column in names_of("ranking") if column not in relative]
    pd.testing.assert_frame_equal(first[columns], second[columns], check_exact=True)


# --- zero and one -----------------------------------------------------------------------------


def test_under_free_flow_every_score_is_exactly_nought(tiny):
    ranking = assess(tiny, "free_flow", FEW).ranking
    assert (ranking["score"] == 0.0).all()
    assert (ranking["rank"] == 1).all()
    # Three sectors share the three ranks in every draw and cannot be distinguished.
    assert (ranking["rank_p05"] == 1).all()
    assert (ranking["rank_p95"] == 3).all()
    assert (ranking["band"] == 1).all()
    assert (ranking["main_driver"] == "").all()
    assert (ranking["value_at_risk_gross_usd_per_year"] == 0.0).all()
    assert ranking["weeks_to_impact_p50"].isna().all()
    assert ranking["first_hit_date_p50"].isna().all()


def test_under_free_flow_every_shipped_score_is_exactly_nought():
    ranking = assess(ex.read_dataset(), "free_flow", SHIPPED).ranking
    assert (ranking["score"] == 0.0).all()


def test_sectors_without_samarium_lose_exactly_nothing_when_only_samarium_is_withheld():
    dataset = ex.read_dataset()
    made_with = {row.component for row in dataset.rows["components"] if "Sm" in row.elements}
    named = {row.sector for row in dataset.rows["needs"] if row.component in made_with}
    # A row of a group applies to each sector of the group.
    needing = {
        row.sector for row in dataset.rows["sectors"] if named & {row.sector, row.uncertainty_group}
    }
    ranking = assess(dataset, "samarium_only", SHIPPED).ranking
    scores = ranking.set_index("sector")["score"]
    assert (scores[[s for s in scores.index if s not in needing]] == 0.0).all()
    assert (scores[sorted(needing)] > 0.0).all()


def test_uncontrolled_magnets_are_never_stopped(tiny):
    for name in SINGLE:
        ranking = assess(tiny, name, FEW).ranking.set_index("sector")
        assert ranking.loc["loudspeakers", "score"] == 0.0


def test_all_is_lost_without_supply_stock_and_substitutes():
    records = tiny_records()
    for table, value in (("stage_shares", 1.0), ("cover", 0.0), ("needs", 1.0)):
        for row in records[table]:
            share = 0.0 if row.get("country") == "ROW" else value
            row |= {"low": share, "central": share, "high": share}
    records["sourcing"] = []
    everything = scenario_of(Rule(starts=START, state="withheld"))
    ranking = assess(tiny_dataset(records), everything, FEW).ranking.set_index("sector")
    assert ranking.loc["missiles", "score"] == pytest.approx(100.0)
    assert ranking.loc["electric_vehicles", "score"] == pytest.approx(100.0)


# --- properties of the tables of a result ------------------------------------------------------


@pytest.mark.parametrize("name", [*SINGLE, "outlook"])
def test_score_is_made_of_mean_and_tail_and_ranks_follow_it(tiny, name):
    result = assess(tiny, name, FEW)
    ranking = result.ranking
    assert tuple(ranking.columns) == names_of("ranking")
    composed = 50.0 * (ranking["expected_loss_share"] + ranking["cvar_loss_share"])
    assert ranking["score"].to_numpy() == pytest.approx(composed.to_numpy())
    assert (ranking["expected_loss_share"] <= ranking["cvar_loss_share"] + 1e-12).all()
    assert ranking["score"].is_monotonic_decreasing
    assert (ranking["score_p05"] <= ranking["score_p95"]).all()
    assert (ranking["rank_p05"] <= ranking["rank_p95"]).all()
    assert ranking["band"].is_monotonic_increasing
    # With no more sectors than places, a place among the first three says nothing.
    assert ranking["p_top3"].isna().all()
    assert (ranking["assumed_rows"] <= ranking["rows"]).all()
    weekly = result.weekly
    assert tuple(weekly.columns) == names_of("weekly")
    assert weekly["lost_share"].between(0, 1).all()
    assert weekly["firms_stopped_share"].between(0, 1).all()
    assert (weekly["low"] <= weekly["high"]).all()


@pytest.mark.parametrize("by", CAUSES)
@pytest.mark.parametrize("name", ["london_truce", "outlook"])
def test_attributions_sum_to_the_score(tiny, name, by):
    result = assess(tiny, name, FEW)
    scores = result.ranking.set_index("sector")["score"]
    parts = result.attribution(by)
    assert list(parts.index) == list(scores.index)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(scores.to_numpy(), abs=1e-9)
    assert (parts.to_numpy() >= -1e-9).all()


@pytest.mark.parametrize("by", CAUSES)
def test_without_weight_on_the_tail_a_mixture_is_split_as_its_courses_are(tiny, by):
    """The first licence class of each course is in another state."""
    mean = FEW.model_copy(update={"tail_weight": 0.0})
    courses = [
        scenario_of(Rule(starts=START, state=state), name=state)
        for state in ("withheld", "ordinary")
    ]
    mixture = mix("both", dict(zip(courses, (0.25, 0.75), strict=True)), text="test")
    one, other = (assess(tiny, course, mean).attribution(by) for course in courses)
    expected = (0.25 * one).add(0.75 * other, fill_value=0.0)
    found = assess(tiny, mixture, mean).attribution(by).reindex(expected.index)
    assert found.to_numpy().any()
    pd.testing.assert_frame_equal(found[list(expected)], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("by", ["element", "component", "stage", "licence_class"])
def test_one_sector_is_split_as_among_all(tiny, by):
    result = assess(tiny, "london_truce", FEW)
    every = result.attribution(by)
    for sector in every.index:
        alone = result.attribution(by, sector=sector).loc[sector]
        np.testing.assert_allclose(
            alone, every.loc[sector].reindex(alone.index), rtol=1e-12, atol=1e-12
        )
        assert alone.sum() == pytest.approx(every.loc[sector].sum(), rel=1e-12, abs=1e-12)


def test_losses_alone_are_those_of_the_risks(tiny):
    settings = FEW.model_copy(update={"tail_weight": 0.25})
    run = assess(tiny, "licences_queued", settings).run
    risks, losses = sector_risks(run), sector_losses(run)
    assert losses.keys() == risks.keys()
    for name, (scores, lost) in losses.items():
        np.testing.assert_array_equal(scores, risks[name].scores(settings))
        np.testing.assert_array_equal(lost, risks[name].undiscounted)


def test_a_sector_that_is_not_ranked_has_no_split(tiny):
    with pytest.raises(ex.errors.UnknownNameError, match="sector 'boats'"):
        assess(tiny, "london_truce", FEW).attribution("stage", sector="boats")


def test_attribution_goes_to_controlled_elements_only(tiny):
    parts = assess(tiny, "london_truce", FEW).attribution("element")
    assert parts.loc["electric_vehicles", "Dy"] > 0.0
    assert parts.loc["missiles", "Sm"] > 0.0
    assert "Nd" not in parts.columns or (parts["Nd"] == 0.0).all()


def test_value_at_risk_is_value_added_times_the_mean_loss_less_what_is_made_up():
    records = tiny_records()
    add_parameter(records, "recapture_share", 0.25, "share")
    result = assess(tiny_dataset(records), "full_withhold", FEW)
    row = result.ranking.set_index("sector").loc["electric_vehicles"]
    mean_loss = result.weekly.query("sector == 'electric_vehicles'")["lost_share"].mean()
    # 1,000 million a year, half of it the sector's.
    assert row["value_at_risk_gross_usd_per_year"] == pytest.approx(500e6 * mean_loss)
    assert row["value_at_risk_usd_per_year"] == pytest.approx(0.75 * 500e6 * mean_loss)
    low, high = row["value_at_risk_p05"], row["value_at_risk_p95"]
    assert low <= row["value_at_risk_usd_per_year"] <= high


def test_a_sector_without_known_value_has_no_value_at_risk():
    records = tiny_records()
    records["sector_values"] = []
    ranking = assess(tiny_dataset(records), "full_withhold", FEW).ranking
    for column in MONEY:
        assert ranking[column].isna().all()


# --- invariance -------------------------------------------------------------------------------


def test_same_record_same_numbers_on_any_number_of_threads(tiny):
    one, four = (assess(tiny, "outlook", FEW, workers=n) for n in (1, 4))
    assert one.record == four.record
    pd.testing.assert_frame_equal(one.ranking, four.ranking, check_exact=True)
    pd.testing.assert_frame_equal(one.weekly, four.weekly, check_exact=True)


def test_another_seed_gives_other_numbers_and_nought_is_a_seed(tiny):
    def total(seed):
        settings = Settings(draws=16, seed=seed, prior=True)
        return assess(tiny, "london_truce", settings).ranking["score"].sum()

    scores = [total(seed) for seed in (0, 1, 2)]
    assert len(set(scores)) == 3
    assert total(0) == scores[0]


def test_more_draws_begin_with_the_fewer(tiny):
    few = assess(tiny, "full_withhold", Settings(draws=16, prior=True)).sectors["missiles"].scores
    more = assess(tiny, "full_withhold", Settings(draws=80, prior=True)).sectors["missiles"].scores
    assert more[:16].tolist() == few.tolist()


def test_adding_a_sector_leaves_every_other_row_as_it_was(tiny):
    records = tiny_records()
    records["sectors"].append(
        {**records["sectors"][0], "sector": "torpedoes", "name": "Torpedoes", "industry_code": "X"}
    )
    add_sector(records, "torpedoes", "military", ["smco_magnet"])
    before = assess(tiny, "outlook", FEW)
    after = assess(tiny_dataset(records), "outlook", FEW)
    rows = after.ranking.query("sector != 'torpedoes'").reset_index(drop=True)
    frames_equal_but_for_rank(before.ranking, rows)
    # Four sectors hold three places.
    assert after.ranking["p_top3"].sum() == pytest.approx(3.0)
    weeks = after.weekly.query("sector != 'torpedoes'").reset_index(drop=True)
    pd.testing.assert_frame_equal(before.weekly, weeks, check_exact=True)


def test_the_order_of_rows_changes_nothing(tiny):
    records = {name: rows[::-1] for name, rows in tiny_records().items()}
    shuffled = tiny_dataset(records)
    assert shuffled.digest == tiny.digest
    pd.testing.assert_frame_equal(
        assess(shuffled, "london_truce", FEW).ranking, assess(tiny, "london_truce", FEW).ranking
    )


def certain(records, *tables):
    """Records whose figures in these tables are known."""
    for table in tables:
        for row in records[table]:
            row |= {"low": row["central"], "high": row["central"]}
    return records


def test_splitting_a_sector_in_two_equal_halves_keeps_losses_and_adds_up():
    # Streams are keyed by sector, so only figures that are known are the same in both halves.
    records = certain(tiny_records(), "needs", "cover")
    for table in ("sectors", "buyers", "needs", "cover", "sector_values"):
        rows = [row for row in records[table] if row["sector"] == "missiles"]
        records[table] += [{**row, "sector": "missiles_too"} for row in rows]
    records["sectors"][-1]["name"] = "Missiles too"
    for row in records["sector_values"]:
        if row["quantity"] == "industry_share" and row["sector"].startswith("missiles"):
            row |= {"low": 0.25, "central": 0.25, "high": 0.25}
    halves = assess(tiny_dataset(records), "london_truce", FEW).ranking.set_index("sector")
    first, second = halves.loc["missiles"], halves.loc["missiles_too"]
    assert first["score"] == second["score"]
    whole_records = certain(tiny_records(), "needs", "cover")
    whole = assess(tiny_dataset(whole_records), "london_truce", FEW).ranking.set_index("sector")
    assert first["score"] == whole.loc["missiles", "score"]
    for column in MONEY:
        assert first[column] + second[column] == pytest.approx(whole.loc["missiles", column])


def test_a_need_that_matters_to_nothing_changes_no_score_and_has_no_points():
    records = tiny_records()
    idle = {"sector": "electric_vehicles", "component": "smco_magnet"}
    add = tiny_records()
    records["needs"].append({**idle, **add["needs"][0], **idle})
    records["needs"][-1] |= {"low": 0.0, "central": 0.0, "high": 0.0}
    records["cover"] += [
        {**row, **idle} for row in add["cover"] if row["component"] == "smco_magnet"
    ]
    before = assess(tiny_dataset(), "full_withhold", FEW)
    after = assess(tiny_dataset(records), "full_withhold", FEW)
    frames_equal_but_for_rank(before.ranking, after.ranking)
    assert after.attribution("element").loc["electric_vehicles", "Sm"] == 0.0


def test_money_in_another_unit_changes_no_rank(tiny):
    records = tiny_records()
    for row in records["sector_values"]:
        if row["quantity"] == "industry_value_added_musd":
            row |= {"low": 1e6, "central": 1e6, "high": 1e6}
    richer = assess(tiny_dataset(records), "london_truce", FEW).ranking
    plain = assess(tiny, "london_truce", FEW).ranking
    for column in MONEY:
        assert richer[column].to_numpy() == pytest.approx(1e3 * plain[column].to_numpy())
    same = [column for column in names_of("ranking") if column not in MONEY]
    pd.testing.assert_frame_equal(richer[same], plain[same], check_exact=True)


# --- policy -----------------------------------------------------------------------------------


def test_a_mixture_expects_the_mean_of_its_members(tiny):
    members = [(ex.read_scenario(n), p) for n, p in zip(SINGLE[:3], (0.5, 0.3, 0.2), strict=True)]
    mixed = assess(tiny, mix("mixed", members, text="test"), FEW).ranking.set_index("sector")
    single = [assess(tiny, scenario, FEW).ranking.set_index("sector") for scenario, _ in members]
    expected = sum(
        p * ranking["expected_loss_share"] for (_, p), ranking in zip(members, single, strict=True)
    )
    assert mixed["expected_loss_share"].sort_index().to_numpy() == pytest.approx(
        expected.sort_index().to_numpy()
    )


def test_naming_a_member_twice_changes_nothing(tiny):
    truce, shut = ex.read_scenario("london_truce"), ex.read_scenario("full_withhold")
    once = mix("m", [(truce, 0.9), (shut, 0.1)], text="test")
    twice = mix("m", [(truce, 0.5), (truce, 0.4), (shut, 0.1)], text="test")
    a, b = assess(tiny, once, FEW).ranking, assess(tiny, twice, FEW).ranking
    assert a["score"].to_numpy() == pytest.approx(b["score"].to_numpy())


def test_withholding_more_never_lowers_a_score(tiny):
    some = scenario_of(Rule(element="Sm", starts=START, state="withheld"))
    more = scenario_of(Rule(starts=START, state="withheld"))
    less = assess(tiny, some, FEW).sectors
    for sector, scored in assess(tiny, more, FEW).sectors.items():
        assert (scored.scores >= less[sector].scores - 1e-12).all()


def test_a_line_that_stops_loses_no_more_than_one_that_builds_shy(tiny):
    shy = assess(tiny, "london_truce", FEW).sectors
    stopped = assess(tiny, "london_truce", FEW.model_copy(update={"coupling": "line_stop"})).sectors
    for sector, scored in stopped.items():
        assert (scored.scores <= shy[sector].scores + 1e-9).all()


def test_worse_in_every_input_is_worse_in_every_draw():
    records = certain(tiny_records(), "needs", "cover")
    worse = [dict(row) for row in records["cover"]]
    for row in worse:
        if row["quantity"] == "stock_weeks":
            row |= {"low": 1.0, "central": 1.0, "high": 1.0}
    base = assess(tiny_dataset(records), "london_truce", FEW).sectors
    records["cover"] = worse
    for sector, scored in assess(tiny_dataset(records), "london_truce", FEW).sectors.items():
        assert (scored.scores >= base[sector].scores - 1e-12).all()


def test_weeks_before_the_first_day_scored_are_run_but_not_scored(tiny):
    settings = FEW.model_copy(update={"horizon_weeks": 30})
    later = settings.model_copy(update={"as_of": date(2025, 6, 13)})  # ten weeks on
    whole = assess(tiny, "full_withhold", FEW).weekly
    window = assess(tiny, "full_withhold", later).weekly
    for sector in ("missiles", "electric_vehicles"):
        expected = whole[(whole["sector"] == sector) & whole["week"].between(10, 39)]["lost_share"]
        of_sector = window[window["sector"] == sector]
        assert of_sector["lost_share"].to_numpy() == pytest.approx(expected.to_numpy())
        assert of_sector["week"].tolist() == list(range(30))
        assert of_sector["date"].iloc[0] == pd.Timestamp(2025, 6, 13)


def test_a_first_day_before_the_scenario_is_refused(tiny):
    with pytest.raises(SettingsError) as raised:
        assess(tiny, "london_truce", Settings(as_of=date(2025, 1, 1)))
    assert str(raised.value) == (
        "as_of: found 2025-01-01; expected a day from 2025-04-04 on, when scenario "
        "'london_truce' starts; choose a later day"
    )


def test_a_destination_without_sectors_is_refused(tiny):
    with pytest.raises(UnknownNameError) as raised:
        assess(tiny, "london_truce", Settings(destination="AUS"))
    assert str(raised.value) == "unknown destination 'AUS'; write one of: USA, all"


def test_an_unknown_cause_is_refused(tiny):
    with pytest.raises(UnknownNameError) as raised:
        assess(tiny, "free_flow", FEW).attribution("elements")  # type: ignore[arg-type]
    assert str(raised.value) == "unknown cause 'elements'; did you mean 'element'?"


def test_a_comparison_has_a_column_per_scenario_and_says_what_moved(tiny):
    table = compare(tiny, ["london_truce", "full_withhold"], FEW).set_index("sector")
    single = {
        name: assess(tiny, name, FEW).ranking.set_index("sector")
        for name in ("london_truce", "full_withhold")
    }
    for name, ranking in single.items():
        assert (table[f"score_{name}"] == ranking["score"].reindex(table.index)).all()
    moved = single["full_withhold"]["score"] - single["london_truce"]["score"]
    assert table["score_moved"].to_numpy() == pytest.approx(moved.reindex(table.index).to_numpy())
    assert (table["rank_moved"] == table["rank_london_truce"] - table["rank_full_withhold"]).all()


def test_changing_an_assumption_moves_only_the_sector_it_belongs_to(tiny):
    key = ("missiles", "smco_magnet", "stock_weeks")
    longer = ex.with_value(tiny, "cover", key, value=(52.0, 78.0, 104.0))
    before = assess(tiny, "samarium_only", FEW).ranking.set_index("sector")["score"]
    after = assess(longer, "samarium_only", FEW).ranking.set_index("sector")["score"]
    assert after["missiles"] < before["missiles"]
    assert after["electric_vehicles"] == before["electric_vehicles"]
    assert np.isfinite(after.to_numpy()).all()
