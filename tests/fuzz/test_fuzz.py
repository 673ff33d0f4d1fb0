"""A short run of the fuzzer; the long one is a command (see the package)."""

from pathlib import Path

import pytest

from tests.fuzz.runs import fuzz_commands, fuzz_scenarios, fuzz_tables


@pytest.mark.parametrize("seed", [11, 12])
def test_mutated_tables_are_refused_or_run_to_finite_numbers(seed: int, tmp_path: Path):
    tally = fuzz_tables(60, seed, tmp_path)
    assert tally.failures == []
    assert tally.counts["refused"] > 20


def test_mutated_scenarios_are_refused_or_run_to_finite_numbers(tmp_path: Path):
    tally = fuzz_scenarios(80, 11, tmp_path)
    assert tally.failures == []
    assert tally.counts["refused"] > 20


def test_random_command_lines_end_in_a_documented_exit_code(tmp_path: Path):
    tally = fuzz_commands(20, 11, tmp_path)
    assert tally.failures == []
