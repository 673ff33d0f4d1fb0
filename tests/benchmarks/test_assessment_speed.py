"""Speed and memory of the main job. Run with ``pytest tests/benchmarks``; nothing is asserted."""

import resource
import subprocess
import sys
import time

import pytest

import exposure as ex


@pytest.fixture(scope="module")
def shipped():
    return ex.read_dataset()


def test_one_scenario_all_sectors(benchmark, shipped):
    """1,024 draws, 104 weeks, all sectors of the United States, after import."""
    ex.assess(shipped, "london_truce", ex.Settings(draws=8))
    benchmark.pedantic(
        lambda: ex.assess(shipped, "london_truce", ex.Settings()).ranking, rounds=5, warmup_rounds=1
    )


def test_reading_the_shipped_tables(benchmark):
    benchmark.pedantic(ex.read_dataset, rounds=5, warmup_rounds=1)


@pytest.mark.parametrize(
    "words", [["--help"], ["rank", "london_truce", "--quiet"], ["report", "--quiet"]]
)
def test_command_from_cold(benchmark, words, tmp_path):
    """Whole process: start of Python, imports, work, output."""
    where = ["--out", str(tmp_path / "report")] if words[0] == "report" else []
    command = [sys.executable, "-m", "exposure", *words, *where]
    run = lambda: subprocess.run(command, check=True, capture_output=True)  # noqa: E731
    benchmark.pedantic(run, rounds=3, warmup_rounds=1)


def test_peak_memory_of_a_ranking(capsys):
    """Peak resident memory of ``exposure rank london_truce`` in megabytes."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "exposure", "rank", "london_truce", "--quiet"]
    subprocess.run(command, check=True, capture_output=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with capsys.disabled():
        print(f"\npeak {peak:.0f} MB, {time.perf_counter() - began:.1f} s")
