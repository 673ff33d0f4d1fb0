"""Figures of a ranking worked by hand, from the runs of made-up sectors to their rows."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

import exposure as ex
from exposure.impact.outcomes import NO_WEEKS, SectorRun
from exposure.scoring.certainty import draws_needed_frame
from exposure.scoring.columns import result_frame
from exposure.scoring.impact_dates import hit_quantile, impact_dates
from exposure.scoring.ranking import (
    Label,
    ScoredSector,
    main_driver,
    median_hit,
    ranked_ids,
    ranking_rows,
)
from exposure.scoring.sector_risk import RunningRisk, SectorRisk, summarise_block

DAY = date(2025, 4, 4)
HALF_A_YEAR = ex.Settings(
    draws=2, horizon_weeks=26, tail_weight=0.25, tail_level=0.5, prior=True
)  # fmt: skip
EVEN = np.array([0.5, 0.5])


def risk_of(**changed) -> SectorRisk:
    """A sector of two scenarios and two draws."""
    parts = {
        "lost": np.array([[0.1, 0.3], [0.5, 0.7]]),
        "undiscounted": np.array([0.2, 0.4]),
        "hit_week": np.array([[4.0, np.nan], [2.0, 6.0]], dtype=np.float32),
        "weekly": np.zeros((2, 4, 3)),
        "stopped": np.zeros((2, 3)),
        "points": {"Dy": 1.0},
        "causes": {"Dy": 1.0},
        "held_up": {("Dy", "metal"): 0.5},
        "unmet": {"Dy": 3.0, "Sm": 4.0},
        "short": np.array([6.0, 8.0]),
        "probabilities": EVEN,
        "tail_level": 0.5,
    }
    return SectorRisk(**{**parts, **changed})


def sector_of(name: str = "Made up", **changed) -> ScoredSector:
    return ScoredSector(
        label=Label(name, "X", np.array([500.0, 1500.0]), recaptured=np.array([0.5, 0.0])),
        risk=risk_of(**changed),
        probabilities=EVEN,
        settings=HALF_A_YEAR,
        rows=7,
        assumed_rows=5,
    )


def frame_of(sectors: dict[str, ScoredSector]):
    return result_frame("ranking", ranking_rows(sectors, first_day=DAY))


def by_draw(**scores: list[float]) -> dict[str, ScoredSector]:
    """Sectors with these scores by draw, the same in both scenarios."""
    return {
        name: sector_of(name, lost=np.array([score, score]) / 100.0)
        for name, score in scores.items()
    }


def test_every_figure_of_a_row_is_the_one_worked_by_hand():
    row = frame_of({"own": sector_of()}).iloc[0]
    # Means over scenarios 0.3 and 0.5, worst halves 0.5 and 0.7, a quarter of the weight on those.
    assert row["expected_loss_share"] == pytest.approx(0.4)
    assert row["cvar_loss_share"] == pytest.approx(0.6)
    assert row["score"] == pytest.approx(45.0)
    assert row["score_se"] == pytest.approx(10.0)
    assert (row["score_p05"], row["score_p95"]) == pytest.approx((36.0, 54.0))
    # Half of what the first draw loses is made up later: 50 and 600.
    assert row["value_at_risk_usd_per_year"] == pytest.approx(325.0)
    assert row["value_at_risk_se"] == pytest.approx(275.0)
    assert (row["value_at_risk_p05"], row["value_at_risk_p95"]) == pytest.approx((77.5, 572.5))
    assert row["value_at_risk_gross_usd_per_year"] == pytest.approx(350.0)
    # Seven tonnes in half a year.
    assert row["unmet_tonnes_per_year"] == pytest.approx(14.0)
    assert row["unmet_tonnes_se"] == pytest.approx(2.0)
    # Weeks 2, 4, 6 and never: half are hit by week 4.
    assert (row["weeks_to_impact_p50"], row["first_hit_date_p50"]) == (4.0, date(2025, 5, 2))
    assert (row["rank"], row["rank_p05"], row["rank_p95"], row["band"]) == (1, 1, 1, 1)
    assert np.isnan(row["p_top3"])
    assert (row["main_driver"], row["rows"], row["assumed_rows"]) == ("Dy metal", 7, 5)


def test_equal_scores_are_listed_by_id_whatever_their_order_and_their_rounding():
    tied = {"b": 5.0, "c": 9.0, "a": 5.0 - 1e-12, "d": 5.0 + 1e-12}
    sectors = {name: SimpleNamespace(score=score) for name, score in tied.items()}
    assert ranked_ids(sectors) == ["c", "a", "b", "d"]
    assert ranked_ids(dict(reversed(sectors.items()))) == ["c", "a", "b", "d"]
    frame = frame_of(by_draw(b=[5.0, 5.0], c=[9.0, 9.0], a=[5.0, 5.0]))
    assert frame["sector"].tolist() == ["c", "a", "b"]
    assert frame["rank"].tolist() == [1, 2, 2]
    # All of three sectors are always among the first three.
    assert frame["p_top3"].isna().all()


def test_the_first_three_places_are_three_and_tied_sectors_share_the_last_of_them():
    sectors = by_draw(a=[9.0, 9.0], b=[8.0, 1.0], c=[7.0, 7.0], d=[7.0, 5.0], e=[0.0, 6.0])
    frame = frame_of(sectors).set_index("sector")
    held = {"a": 1.0, "b": 0.5, "c": 0.75, "d": 0.25, "e": 0.5}
    assert frame["p_top3"].to_dict() == pytest.approx(held)
    needed = draws_needed_frame(sectors, score_error=0.1, probability_error=0.05)
    # The variance p (1 - p) of one draw over the square of 0.05; nothing to learn where it is 0.
    wanted = {"a": 1, "b": 100, "c": 75, "d": 75, "e": 100}
    assert needed.set_index("sector")["draws_for_top3"].to_dict() == wanted


def test_a_cause_whose_own_goods_are_never_stopped_takes_the_stage_of_the_sum():
    # No single holding lacks more at metal than at separation; together they do.
    held_up = {
        ("Dy", "metal"): 0.4,
        ("Sm", "separation"): 0.5,
        ("Sm", "metal"): 0.3,
        ("Nd", "magnet"): 0.0,
    }
    risk = SimpleNamespace(causes={"Nd": 2.0, "Dy": 1.0}, held_up=held_up)
    assert main_driver(SimpleNamespace(score=1.0, risk=risk)) == "Nd metal"


@pytest.mark.parametrize("draws", [2, 12, 28, 48, 66, 76])
def test_half_of_the_draws_never_hit_leaves_no_median_whatever_their_weights_sum_to(draws):
    # In binary the weights of half of the draws sum to a little less or more than a half.
    weeks = np.full((1, draws), np.nan, dtype=np.float32)
    weeks[0, : draws // 2] = 3.0
    assert np.isnan(median_hit(weeks, np.ones(1)))
    weeks[0, draws // 2] = 9.0
    assert median_hit(weeks, np.ones(1)) == 3.0


@pytest.mark.parametrize(("draws", "level"), [(20, 0.05), (20, 0.95), (80, 0.95), (100, 0.95)])
def test_a_share_of_draws_that_is_reached_exactly_is_reached(draws, level):
    first = round(level * draws)
    weeks = np.where(np.arange(draws) < first, 3.0, 50.0)[np.newaxis].astype(np.float32)
    assert hit_quantile(weeks, np.ones(1), level=level) == 3.0
    weeks[0, first - 1] = 50.0
    assert hit_quantile(weeks, np.ones(1), level=level) == 50.0


def test_dates_of_the_first_hit_are_those_of_the_weeks_counted_by_hand():
    row = impact_dates({"own": sector_of()}, first_day=DAY).iloc[0]
    assert row["hit_share"] == 0.75
    assert row["first_hit_date_p05"] == date(2025, 4, 18)
    assert row["first_hit_date_p50"] == date(2025, 5, 2)
    assert row["first_hit_date_p95"] is None


def runs_of(rng: np.random.Generator, draws: int) -> list[SectorRun]:
    """A run a scenario; only the first holds up samarium, only the second dysprosium."""
    weeks, causes = 4, [("Sm", "metal"), ("Dy", "magnet")]
    return [
        SectorRun(
            weekly=rng.random((weeks, draws)),
            stopped=rng.random((weeks, draws)),
            by_player={"Sm": rng.random(draws)},
            by_element={"Sm": rng.random(draws)},
            unmet={"Sm": rng.random(draws), "Dy": rng.random(draws)},
            held=np.empty((len(NO_WEEKS), 1, draws)),
            held_up={("Nd", "metal"): rng.random(draws), causes[s]: rng.random(draws)},
        )
        for s in range(2)
    ]


def test_what_is_summed_over_blocks_is_the_mean_over_draws_and_scenarios():
    rng, chance, settings = np.random.default_rng(1), np.array([0.7, 0.3]), HALF_A_YEAR
    blocks, running = [runs_of(rng, draws) for draws in (128, 22)], RunningRisk(150)
    with pytest.raises(ValueError, match="0 of 150 draws are known"):
        running.result(chance, settings)
    for runs in blocks:
        running.add(summarise_block(runs, chance, np.array([0.5, 0.3, 0.2]), settings))
    risk = running.result(chance, settings)

    def mean(name: str, key) -> float:
        parts = [
            chance[s] * getattr(run, name).get(key, np.zeros(1)).sum()
            for runs in blocks
            for s, run in enumerate(runs)
        ]
        return sum(parts) / 150

    assert set(risk.held_up) == {("Sm", "metal"), ("Nd", "metal"), ("Dy", "magnet")}
    for key, share in risk.held_up.items():
        assert share == pytest.approx(mean("held_up", key)), key
    for key, tonnes in risk.unmet.items():
        assert tonnes == pytest.approx(mean("unmet", key)), key
    assert risk.short.mean() == pytest.approx(sum(risk.unmet.values()))
    for s in range(2):
        weekly = np.concatenate([runs[s].weekly[1:] for runs in blocks], axis=1)
        stopped = np.concatenate([runs[s].stopped[1:] for runs in blocks], axis=1)
        assert risk.weekly[s, 0] == pytest.approx(weekly.mean(axis=1))
        assert risk.stopped[s] == pytest.approx(stopped.mean(axis=1))
        assert risk.lost[s] == pytest.approx(np.array([0.5, 0.3, 0.2]) @ weekly)


def test_points_of_causes_are_losses_weighed_as_the_score_weighs_scenarios():
    """By the probability of the scenario, and by its part in the tail of the draw."""
    rng, chance, settings = np.random.default_rng(2), np.array([0.7, 0.3]), HALF_A_YEAR
    runs = runs_of(rng, 90)
    weight = np.array([0.4, 0.3, 0.2, 0.1])
    found = summarise_block(runs, chance, weight, settings)
    lost = np.stack([weight @ run.weekly for run in runs])
    worst = lost.argmax(axis=0)
    # The worst half: all of the second scenario (0.3) and 0.2 of the first, or 0.5 of the first.
    second = np.where(worst == 1, 0.6, 0.0)
    tail = np.stack([1.0 - second, second])
    counted = 100.0 * (0.75 * chance[:, np.newaxis] + 0.25 * tail)
    for name, parts in (("by_player", found.causes), ("by_element", found.points)):
        points = sum(counted[s] * getattr(run, name)["Sm"] for s, run in enumerate(runs))
        assert parts["Sm"] == pytest.approx([points[:64].sum(), points[64:].sum()])
