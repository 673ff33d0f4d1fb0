"""What a dataset, a result and a command are in a process that knows nothing of this one."""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path

import pandas as pd
import pytest

import exposure as ex
from exposure.cli import main
from tests.commands import run
from tests.tiny import tiny_dataset

FEW = ex.Settings(draws=16, prior=True)


@pytest.fixture(scope="module")
def other() -> Iterator[Pool]:
    """One process for all, since loading the package takes most of the time."""
    with get_context("spawn").Pool(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def made() -> ex.Assessment:
    return ex.assess(tiny_dataset(), "full_withhold", FEW)


def rank(dataset: ex.Dataset, scenario: str) -> tuple[ex.Assessment, dict[str, object]]:
    result = ex.assess(dataset, scenario, FEW)
    return result, result.record


def test_a_dataset_and_a_result_cross_and_come_back(other, made):
    result, record = other.apply(rank, (tiny_dataset(), "full_withhold"))
    assert result == made
    assert record == made.record
    pd.testing.assert_frame_equal(result.ranking, made.ranking, check_exact=True)


def opened(path: Path) -> str:
    return ex.load_assessment(path).ranking.to_csv(index=False)


def test_it_opens_a_saved_result(other, made, tmp_path):
    path = made.save(tmp_path / "result.zip")
    assert other.apply(opened, (path,)) == made.ranking.to_csv(index=False)


def printed(words: list[str]) -> tuple[int, str]:
    with redirect_stdout(io.StringIO()) as out:
        return main(words), out.getvalue()


def test_a_command_prints_the_same_bytes(other, capsys):
    words = ["rank", "samarium_only", "--draws", "4", "--prior", "--format", "json"]
    code, out, _ = run(capsys, *words)
    assert other.apply(printed, (words,)) == (code, out) == (0, out)
    assert json.loads(out)["scenarios"][0]["scenario"] == "samarium_only"
