"""A short run of the fuzzer; the long one is a command (see the package)."""

from pathlib import Path

from exposure.assessment import assess
from tests.fuzz.judge import FEW, WITHHELD
from tests.fuzz.runs import fuzz_commands, fuzz_scenarios, fuzz_tables
from tests.tiny import tiny_dataset, tiny_records


def test_mutated_tables_are_refused_or_run_to_finite_numbers(tmp_path: Path):
    tally = fuzz_tables(60, 11, tmp_path)
    assert tally.failures == []
    assert tally.counts["refused"] > 20


def test_mutated_scenarios_are_refused_or_run_to_finite_numbers(tmp_path: Path):
    tally = fuzz_scenarios(80, 11, tmp_path)
    assert tally.failures == []
    assert tally.counts["refused"] > 20


def test_random_command_lines_end_in_a_documented_exit_code(tmp_path: Path):
    tally = fuzz_commands(20, 11, tmp_path)
    assert tally.failures == []


def test_components_of_a_single_step_run():
    records = tiny_records()
    for row in records["components"]:
        row["stages"] = "mining"
    result = assess(tiny_dataset(records), WITHHELD, FEW)
    assert result.ranking["score"].between(0.0, 100.0).all()
