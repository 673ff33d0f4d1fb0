"""Certainty of an order: matrices worked by hand, their errors, and the draws they need."""

import numpy as np
import pytest

import exposure as ex
from exposure.scoring.certainty import draws_for, pair_probabilities, share_error
from exposure.scoring.ranks import rank_probabilities, top_probabilities
from tests.tiny import tiny_dataset


@pytest.fixture(scope="module")
def result() -> ex.Assessment:
    return ex.assess(tiny_dataset(), "full_withhold", ex.Settings(draws=64, prior=True))


def test_pairs_and_ties_worked_by_hand():
    pairs = pair_probabilities(np.array([[9.0, 1.0, 0.0, 0.0], [5.0, 1.0, 2.0, 0.0]]))
    assert pairs.above.tolist() == [[0.0, 0.25], [0.25, 0.0]]
    assert pairs.equal.tolist() == [[1.0, 0.5], [0.5, 1.0]]


@pytest.mark.parametrize("seed", range(10))
def test_pairs_and_ranks_say_the_same_of_random_scores(seed: int):
    # The expected rank is 1 plus the number of sectors expected above; equal ones count half.
    scores = np.random.default_rng(seed).integers(0, 4, (6, 200)).astype(float)
    pairs, held = pair_probabilities(scores), rank_probabilities(scores)
    expected = held @ np.arange(1, 7)
    half = 0.5 * (pairs.equal - np.eye(6))
    assert expected == pytest.approx(1.0 + (pairs.above.T + half).sum(axis=1))
    assert held[:, :3].sum(axis=1) == pytest.approx(top_probabilities(scores, places=3))


def test_the_error_of_a_share_is_its_spread_over_repeated_samples():
    rng = np.random.default_rng(1)
    shares = (rng.random((4000, 250)) < 0.3).mean(axis=1)
    assert shares.std() == pytest.approx(float(share_error(0.3, 250)), rel=0.05)


def test_the_draws_that_are_named_bring_the_error_that_is_stated():
    assert share_error(0.3, draws_for(float(share_error(0.3, 1)), 0.02)) <= 0.02
    assert share_error(0.3, draws_for(float(share_error(0.3, 1)), 0.02) - 1) > 0.02


def test_draws_for_a_ratio_that_rounds_up_in_binary_are_not_one_too_many():
    # In binary (0.07 / 0.01)^2 is a little more than 49.
    assert draws_for(0.07, 0.01) == 49
    assert draws_for(0.0701, 0.01) == 50


def test_scores_that_differ_by_rounding_alone_are_equal_in_a_pair():
    pairs = pair_probabilities(np.array([[7.0, 7.0 + 1e-12], [7.0 + 1e-12, 7.0]]))
    assert pairs.above.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert pairs.equal.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_the_frames_of_a_result_agree_with_its_ranking(result):
    ranking, held = result.ranking, ex.rank_acceptability(result)
    wide = held.pivot_table(index="sector", columns="rank", values="probability", sort=False)
    assert wide.sum(axis=0).to_numpy() == pytest.approx(1.0)
    assert wide.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert list(wide.index) == list(ranking["sector"])
    pairs = ex.pairwise_order(result)
    assert len(pairs) == 3
    score = ranking.set_index("sector")["score"]
    gaps = score[pairs["sector"]].to_numpy() - score[pairs["other"]].to_numpy()
    assert pairs["gap"].to_numpy() == pytest.approx(gaps)


def test_draws_needed_grow_with_the_square_of_the_precision(result):
    coarse = ex.draws_needed(result, score_error=0.4)["draws_for_score"]
    fine = ex.draws_needed(result, score_error=0.1)["draws_for_score"]
    spread = result.ranking["score_se"] * 8.0
    assert list(fine) == [draws_for(deviation, 0.1) for deviation in spread]
    assert (fine <= 16 * coarse).all()
    last = ex.draws_needed(result).iloc[-1]
    assert last["next_sector"] is None or last.isna()["next_sector"]


def test_errors_of_zero_and_below_are_refused_together(result):
    with pytest.raises(ex.ArgumentError) as raised:
        ex.draws_needed(result, score_error=0, probability_error=-0.1)
    assert str(raised.value) == (
        "ex.draws_needed: 2 faults\n"
        "  - score_error: found 0; expected a number above 0; write 0.1\n"
        "  - probability_error: found -0.1; expected a number above 0; write 0.1"
    )
