"""What a dataset, a result and a command are in a process that knows nothing of this one."""

import io
import json
from contextlib import redirect_stdout
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

import exposure as ex
from exposure.cli import main
from tests.commands import run
from tests.tiny import tiny_dataset, write_folder

FEW = ex.Settings(draws=16, prior=True)


def rank(dataset: ex.Dataset, scenario: str) -> tuple[ex.Assessment, dict[str, object]]:
    result = ex.assess(dataset, scenario, FEW)
    return result, result.record


def opened(path: Path) -> str:
    return ex.load_assessment(path).ranking.to_csv(index=False)


def printed(words: list[str]) -> tuple[int, str]:
    with redirect_stdout(io.StringIO()) as out:
        return main(words), out.getvalue()


def test_datasets_and_results_cross_are_opened_and_printed_the_same(capsys, tmp_path):
    """All in one test, since each process takes long to load the package."""
    made = ex.assess(tiny_dataset(), "full_withhold", FEW)
    saved = made.save(tmp_path / "result.zip")
    tables = str(write_folder(tmp_path / "tables"))
    words = ["rank", "samarium_only", "--data", tables, *["--draws", "4", "--format", "json"]]
    code, out, _ = run(capsys, *words)
    with get_context("spawn").Pool(1) as other:
        result, record = other.apply(rank, (tiny_dataset(), "full_withhold"))
        assert other.apply(opened, (saved,)) == made.ranking.to_csv(index=False)
        assert other.apply(printed, (words,)) == (code, out) == (0, out)
    assert result == made
    assert record == made.record
    pd.testing.assert_frame_equal(result.ranking, made.ranking, check_exact=True)
    assert json.loads(out)["scenarios"][0]["scenario"] == "samarium_only"
