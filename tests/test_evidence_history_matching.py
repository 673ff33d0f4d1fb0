"""History matching: the likelihood, the weights, and what they do to a ranking."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from exposure.assessment import assess
from exposure.errors import TableError
from exposure.evidence.agreement import Observation, agreement, draw_weights
from exposure.evidence.history_matching import match_history
from exposure.scoring.weighted import effective_sample_size, mean, quantile
from exposure.settings import Settings
from tests.tiny import figure, tiny_dataset, tiny_records

START = date(2025, 4, 4)
MATCHED = Settings(draws=128, history_matching=True)


def dataset_with(high: float, to_date: str = "2025-12-31"):
    records = tiny_records()
    records["observed_losses"] = [
        {
            "sector": "missiles", "from_date": "2025-04-04", "to_date": to_date, "what": "",
            **figure((0.0, 0.0, high)),
        }
    ]  # fmt: skip
    return tiny_dataset(records)


def test_a_draw_inside_the_range_is_not_doubted_and_outside_falls_like_a_half_normal():
    seen = Observation("missiles", START, date(2025, 4, 17), 0.1, 0.2)
    weekly = np.array([[0.1, 0.2, 0.3, 0.0], [0.1, 0.2, 0.3, 0.0]])
    own = agreement(seen, weekly, start=START, tolerance=0.1)
    assert own.implied == pytest.approx([0.1, 0.2, 0.3, 0.0])
    assert own.log_likelihood == pytest.approx([0.0, 0.0, -0.5, -0.5])


def test_only_the_weeks_of_the_period_count():
    seen = Observation("missiles", date(2025, 4, 11), date(2025, 4, 24), 0.0, 0.0)
    weekly = np.array([[1.0], [0.2], [0.4], [1.0]])
    assert agreement(seen, weekly, start=START, tolerance=0.1).implied == pytest.approx([0.3])


@given(arrays(np.float64, (3, 6), elements=st.floats(-1e6, 0.0)))
def test_weights_sum_to_one_and_add_up_logarithms_however_refuted(logs):
    seen = Observation("missiles", START, START, 0.0, 0.0)
    own = [type(agreement(seen, np.zeros((1, 6)), start=START, tolerance=1.0))(seen, row, row)
           for row in logs]  # fmt: skip
    weights = draw_weights(own)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[np.argmax(logs.sum(axis=0))] == weights.max()


@given(arrays(np.float64, (8,), elements=st.floats(0.0, 1.0)), st.floats(0.01, 0.99))
def test_equal_weights_are_no_weights(values, level):
    equal = np.full(8, 1 / 8)
    assert mean(values, equal) == pytest.approx(mean(values, None))
    below = (values <= float(quantile(values, level, equal)) + 1e-12).mean()
    assert below >= level - 1e-9
    assert effective_sample_size(equal) == pytest.approx(8.0)


def test_lines_that_ran_lower_the_score_of_those_who_would_have_stopped():
    dataset = dataset_with(0.02)
    plain = assess(dataset, "london_truce", Settings(draws=128)).ranking.set_index("sector")
    matched = assess(dataset, "london_truce", MATCHED)
    ranking = matched.ranking.set_index("sector")
    assert ranking.loc["missiles", "score"] < plain.loc["missiles", "score"]
    assert 1.0 <= matched.matching.effective_sample_size < 128.0
    table = matched.matching.table
    assert table.loc[0, "matched_mean"] < table.loc[0, "prior_mean"]


def test_an_observation_that_every_draw_meets_changes_nothing_but_rounding():
    dataset = dataset_with(1.0)
    plain = assess(dataset, "london_truce", Settings(draws=64))
    matched = assess(dataset, "london_truce", Settings(draws=64, history_matching=True))
    assert matched.matching.effective_sample_size == pytest.approx(64.0)
    assert matched.ranking["score"].to_numpy() == pytest.approx(plain.ranking["score"].to_numpy())


@pytest.mark.parametrize("by", ["element", "component", "stage", "licence_class"])
def test_attribution_sums_to_the_matched_score(by):
    result = assess(dataset_with(0.05), "london_truce", MATCHED)
    scores = result.ranking.set_index("sector")["score"]
    parts = result.attribution(by).sum(axis=1)
    pd.testing.assert_series_equal(parts, scores, check_names=False, check_exact=False, rtol=1e-9)


def test_nothing_seen_after_the_day_of_the_analysis_is_used():
    settings = Settings(draws=16, as_of=date(2025, 6, 1), history_matching=True)
    with pytest.raises(TableError) as error:
        match_history(dataset_with(0.05), settings)
    assert str(error.value) == (
        "observed_losses.csv: found no observation up to 2025-06-01; expected one, as history is "
        "matched on observations up to the day of the analysis; leave history matching out, "
        "choose a later day, or add rows"
    )


def test_weights_do_not_depend_on_the_scenario_that_is_assessed():
    dataset = dataset_with(0.05)
    weights = [
        assess(dataset, scenario, MATCHED).matching.weights
        for scenario in ("london_truce", "full_withhold")
    ]
    assert (weights[0] == weights[1]).all()
