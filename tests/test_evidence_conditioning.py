"""Draws that agree with the record in cases with a known answer: exact rejection, and conflict."""

import json
from datetime import date, timedelta

import numpy as np
import pytest

from exposure.cli import main
from exposure.errors import ConflictError
from exposure.evidence.conditioned_list import find_draws
from exposure.evidence.conditioning import (
    KEPT_STREAM,
    Examined,
    compare_with_record,
    conflict_of,
    examine,
    in_conflict,
)
from exposure.evidence.observed import Implied
from exposure.inputs.streams import Sampler
from exposure.report.files.output_models import MODELS
from exposure.settings import Settings
from tests.tiny import figure, tiny_dataset, tiny_records, write_folder

FIRST, LAST = date(2025, 4, 4), date(2025, 6, 30)


def implied(drawn, *, subject="cars", kind="losses", low=0.0, high=0.1, tolerance=0.05) -> Implied:
    drawn = np.asarray(drawn, dtype=float)
    return Implied(subject, kind, FIRST, LAST, low, low, high, tolerance, drawn)


def many(draws: int = 20_000, seed: int = 7, *, stopped: float = 1.0) -> Examined:
    """Cars lose a share that grows with the number of the draw; jets lose too much in some."""
    sampler = Sampler.first(draws, seed)
    jets = np.where(np.arange(draws) < stopped * draws, 1.0, 0.0)
    return Examined(
        sampler, (implied(np.linspace(0.0, 0.3, draws)), implied(jets, subject="jets", high=0.05))
    )


def test_the_deviation_is_0_in_the_range_and_the_distance_over_the_tolerance_outside():
    implied_range = implied([0.0, 0.1, 0.15, 0.2], low=0.05)
    np.testing.assert_allclose(implied_range.deviations, [1.0, 0.0, 1.0, 2.0], atol=1e-12)
    assert implied([0.05, 0.07, 0.1], low=0.05).deviations.tolist() == [0.0, 0.0, 0.0]


def test_a_subject_counts_with_its_worst_range_and_subjects_multiply():
    sampler = Sampler.first(2, 1)
    examined = Examined(
        sampler,
        (
            implied([0.15, 0.10]), implied([0.20, 0.10]),
            implied([0.15, 0.15], subject="jets"),
            implied([9.0, 9.0], kind="stocks", high=8.0, tolerance=2.0),
        ),
    )  # fmt: skip
    assert set(examined.deviations) == {"losses of cars", "losses of jets", "stocks of cars"}
    expected = np.exp(-0.5 * np.array([2.0**2 + 1.0 + 0.25, 0.0 + 1.0 + 0.25]))
    np.testing.assert_allclose(examined.agreement(), expected, rtol=1e-12)
    np.testing.assert_allclose(
        examined.agreement(without=("losses of jets",)), expected * np.exp(0.5), rtol=1e-12
    )


def test_a_draw_is_kept_if_and_only_if_its_own_uniform_number_is_below_its_agreement():
    examined = many(2_000, stopped=0.0)
    excess = np.maximum(0.0, np.linspace(0.0, 0.3, 2_000) - 0.1) / 0.05
    below = examined.sampler.uniform(KEPT_STREAM) < np.exp(-0.5 * excess**2)
    assert examined.kept().tolist() == below.tolist()
    assert examined.numbers.tolist() == np.flatnonzero(below).tolist()
    assert examined.kept()[excess == 0.0].all()


def test_the_share_kept_is_the_mean_agreement_within_its_error():
    examined = many(stopped=0.0)
    agreement = examined.agreement()
    error = np.sqrt((agreement * (1.0 - agreement)).sum()) / len(agreement)
    assert abs(examined.kept().mean() - agreement.mean()) < 4.0 * error


def test_what_was_left_out_is_compared_without_its_own_evidence():
    cars, jets = compare_with_record(many(2_000, stopped=1.0))
    assert (cars.subject, cars.conditioned_mean, cars.predicted) == ("cars", None, False)
    assert jets.left_out_mean == 1.0
    assert not jets.predicted
    assert jets.prior_inside == 0.0


def observed(high: float, *, until: date = LAST, extra: float | None = None):
    """Tables in which electric cars lost at most a share up to a day, and later another."""
    records = tiny_records()
    row = {"sector": "electric_vehicles", "observed_at": "line", "strength": "strong", "what": ""}
    days = {"from_date": str(FIRST), "to_date": str(until)}
    records["observed_losses"] = [{**row, **days, **figure((0.0, 0.0, high))}]
    if extra is not None:
        later = {"from_date": str(until + timedelta(days=1)), "to_date": "2025-12-31"}
        records["observed_losses"].append({**row, **later, **figure((0.0, 0.0, extra))})
    return tiny_dataset(records)


def test_the_judgement_of_a_draw_does_not_depend_on_other_draws():
    dataset, settings = observed(0.1), Settings(draws=64)
    whole = examine(dataset, settings, Sampler.first(64, 7))
    some = np.array([3, 8, 9, 40, 63])
    few = examine(dataset, settings, Sampler(some, 7))
    assert whole.agreement()[some].tolist() == few.agreement().tolist()
    assert set(few.numbers) == set(whole.numbers) & set(some)
    assert 0 < len(whole.numbers) < 64


def test_draws_after_the_first_ones_are_numbered_on():
    dataset, settings = observed(0.1), Settings(draws=16)
    one = find_draws(dataset, settings, wanted=16)
    rest = find_draws(dataset, settings, wanted=16, first=one.sampler.size)
    assert one.sampler.numbers[0] == 0
    assert rest.sampler.numbers[0] == one.sampler.size
    assert len(one.numbers) >= 16


def test_until_hides_what_was_observed_later():
    dataset = observed(1.0, until=date(2025, 5, 31), extra=0.0)
    settings, sampler = Settings(draws=32), Sampler.first(32, 7)
    early = examine(dataset, settings, sampler, until=date(2025, 12, 30))
    whole = examine(dataset, settings, sampler)
    assert [implied_range.to_date for implied_range in early.implied] == [date(2025, 5, 31)]
    assert [implied_range.to_date for implied_range in whole.implied] == [
        date(2025, 5, 31),
        date(2025, 12, 31),
    ]
    assert early.kept().all()
    assert not whole.kept().all()


def test_a_low_acceptance_is_no_conflict_before_enough_draws_are_examined():
    assert not in_conflict(many(19_999))
    assert in_conflict(many(20_000))
    assert not in_conflict(many(20_000, stopped=0.998).of({"jets"}))


def test_a_conflict_names_what_more_would_be_accepted_without():
    examined = many(20_000)
    without = examined.agreement(without=("losses of jets",)).mean()
    error = conflict_of(examined)
    assert isinstance(error, ConflictError)
    assert error.exit_code == 3
    assert str(error) == (
        "the record and the tables are in conflict: found 0.000% of 20,000 draws accepted; "
        "expected at least 0.1%; correct these observations, or the rows that they contradict:\n"
        f"  - losses of jets: {without:.2%} would be accepted without it; 2025-04-04 to "
        "2025-06-30: seen 0 to 0.05, the nearest draw has 1\n"
        "  - losses of cars: 0.00% would be accepted without it; 2025-04-04 to 2025-06-30: seen 0 "
        "to 0.1, the nearest draw has 0"
    )


def test_the_search_for_draws_ends_in_the_conflict(monkeypatch):
    module = "exposure.evidence.conditioned_list"
    monkeypatch.setattr(f"{module}.examine", lambda *_, **__: many(20_000).of({"jets"}))
    monkeypatch.setattr(f"{module}.subjects_of", lambda *_: {"jets"})
    with pytest.raises(ConflictError) as error:
        find_draws(tiny_dataset(), Settings(draws=8), wanted=8)
    assert str(error.value) == (
        "the record and the tables are in conflict: found 0.000% of 20,000 draws accepted; "
        "expected at least 0.1%; correct these observations, or the rows that they contradict:\n"
        "  - losses of jets: 100.00% would be accepted without it; 2025-04-04 to 2025-06-30: "
        "seen 0 to 0.05, the nearest draw has 1"
    )


def test_condition_names_an_observation_that_cannot_be_met(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("exposure.evidence.conditioning.DRAWS_BEFORE_JUDGEMENT", 512)
    records = tiny_records()
    row = {"sector": "electric_vehicles", "observed_at": "line", "strength": "strong", "what": ""}
    days = {"from_date": "2025-04-04", "to_date": "2025-04-30"}
    # Stocks last: no sector can have lost nine tenths in the first weeks of control.
    records["observed_losses"] = [{**row, **days, **figure((0.9, 0.95, 1.0))}]
    folder = write_folder(tmp_path / "tables", records)
    code = main(["condition", "--data", str(folder), "--draws", "16", "--quiet"])
    captured = capsys.readouterr()
    assert (code, captured.out) == (3, "")
    assert captured.err == (
        "exposure: the record and the tables are in conflict: found 0.000% of 512 draws accepted; "
        "expected at least 0.1%; correct these observations, or the rows that they contradict:\n"
        "  - losses of electric_vehicles: 100.00% would be accepted without it; 2025-04-04 to "
        "2025-04-30: seen 0.9 to 1, the nearest draw has 0\n"
    )


def test_condition_as_json_fits_its_schema_and_holds_the_draws(capsys, tmp_path):
    records = tiny_records()
    row = {"sector": "electric_vehicles", "observed_at": "line", "strength": "strong", "what": ""}
    days = {"from_date": str(FIRST), "to_date": str(LAST)}
    records["observed_losses"] = [{**row, **days, **figure((0.0, 0.0, 0.1))}]
    folder = write_folder(tmp_path / "tables", records)
    words = ["condition", "--data", str(folder), "--draws", "8", "--quiet"]
    assert main([*words, "--format", "json", "--out", str(tmp_path / "list.json")]) == 0
    content = json.loads(capsys.readouterr().out)
    MODELS["condition"].model_validate_json(json.dumps(content))
    listed = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))
    (destination,) = content["destinations"]
    assert destination["numbers"] == listed["destinations"][0]["numbers"]
    assert destination["ranges"][0]["high"] == 0.1
    assert content["record"]["scenarios"][0]["scenario"] == "as_it_happened"
