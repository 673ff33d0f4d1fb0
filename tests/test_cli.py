"""The command line: what it prints, where, and with which exit code."""

import json
import subprocess
import sys

import pytest

import exposure
from exposure.cli import main
from tests.tiny import tiny_records, write_folder

QUICK = ["--draws", "16", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("tables"))


def run(capsys, *words):
    code = main([str(word) for word in words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_help_says_what_there_is(capsys):
    code, out, err = run(capsys, "--help")
    assert (code, err) == (0, "")
    for command in ("rank", "explain", "scenarios", "check", "report"):
        assert f"\n  {command} " in out


@pytest.mark.parametrize("command", ["rank", "explain", "scenarios", "check", "report"])
def test_every_command_explains_itself(capsys, command):
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: exposure {command}")


def test_version(capsys):
    assert run(capsys, "--version") == (0, f"exposure {exposure.__version__}\n", "")


def test_rank_prints_three_scenarios_by_default(capsys, folder):
    code, out, err = run(capsys, "rank", "--data", folder, *QUICK)
    assert (code, err) == (0, "")
    for words in ("The London truce", "Everything withheld", "Free flow", "Missiles"):
        assert words in out


def test_rank_as_json_is_what_assess_gives(capsys, folder):
    code, out, err = run(
        capsys, "rank", "full_withhold", "--data", folder, "--format", "json", *QUICK
    )
    content = json.loads(out)
    assert (code, err) == (0, "")
    assert content["schema_version"] == 1
    (only,) = content["scenarios"]
    settings = exposure.Settings(draws=16)
    ranking = exposure.assess(exposure.read_dataset(folder), "full_withhold", settings).ranking
    assert [row["score"] for row in only["ranking"]] == ranking["score"].tolist()
    assert only["ranking"][-1]["weeks_to_impact_p50"] is None


def test_rank_as_csv_has_one_row_a_sector_and_scenario(capsys, folder):
    code, out, _ = run(capsys, "rank", "--data", folder, "--format", "csv", *QUICK)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("scenario,rank,sector,name,score")
    assert len(lines) == 1 + 3 * 3


def test_explain_says_what_a_score_is_made_of(capsys, folder):
    code, out, err = run(capsys, "explain", "missiles", "--data", folder, *QUICK)
    assert (code, err) == (0, "")
    for word in ("Sm", "separation", "withheld", "smco_magnet"):
        assert word in out


def test_scenarios_lists_all_and_tells_of_one(capsys):
    code, out, _ = run(capsys, "scenarios")
    assert code == 0
    for name in exposure.shipped_scenarios():
        assert name in out
    code, out, _ = run(capsys, "scenarios", "outlook")
    assert code == 0
    assert "Judgement: the probabilities" in out


def test_check_says_that_the_shipped_tables_are_sound(capsys):
    code, out, err = run(capsys, "check")
    assert (code, err) == (0, "")
    assert "no faults" in out


def test_report_writes_files_and_prints_the_rankings(capsys, folder, tmp_path):
    target = tmp_path / "report"
    code, out, err = run(
        capsys, "report", "samarium_only", "--data", folder, "--out", target, "--draws", "16"
    )
    assert code == 0
    assert "Samarium alone withheld" in out
    assert str(target / "report.html") in err
    assert (target / "report.json").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rank", "london_truse"], "unknown scenario 'london_truse'; did you mean 'london_truce'?"),
        (["scenarios", "outlok"], "unknown scenario 'outlok'; did you mean 'outlook'?"),
        (["explain", "missile"], "unknown sector 'missile'; did you mean 'missiles'?"),
        (
            ["rank", "--draws", "0"],
            "draws: found 0; expected at least 1; correct it",
        ),
        (
            ["rank", "free_flow", "--destination", "EUR"],
            "unknown destination 'EUR'; did you mean 'EUU'?",
        ),
        (
            ["rank", "free_flow", "--as-of", "2025-01-01"],
            "as_of: found 2025-01-01; expected a day from 2025-04-04 on, when scenario "
            "'free_flow' starts; choose a later day",
        ),
    ],
)
def test_a_wrong_word_is_exit_code_2(capsys, words, message):
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert err == f"exposure: {message}\n"


@pytest.mark.parametrize(
    "words", [["rank", "--draws", "many"], ["rank", "--format", "xml"], ["ranks"], ["explain"]]
)
def test_a_word_that_cannot_be_parsed_is_exit_code_2(capsys, words):
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert "Error: " in err


def test_a_folder_without_tables_is_exit_code_3(capsys, tmp_path):
    code, out, err = run(capsys, "check", tmp_path)
    assert (code, out) == (3, "")
    assert err.startswith(f"exposure: {tmp_path}: found no tables; expected the files ")


def test_faults_in_tables_are_exit_code_3_and_listed(capsys, tmp_path):
    records = tiny_records()
    records["needs"][0]["high"] = 1.3
    records["cover"][0]["sector"] = "misiles"
    folder = write_folder(tmp_path, records)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, out, err = run(capsys, "check", folder)
    assert (code, out) == (3, "")
    assert "needs.csv: 1 fault" in err
    assert "found 1.3" in err
    assert "Traceback" not in err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_missing_scenario_file_is_exit_code_3(capsys, tmp_path):
    code, _, err = run(capsys, "rank", tmp_path / "mine.toml")
    assert code == 3
    assert "mine.toml" in err


def test_what_nobody_foresaw_is_exit_code_5_without_a_traceback(capsys, monkeypatch):
    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("exposure.tables.read.read_dataset", fail)
    code, out, err = run(capsys, "check")
    assert (code, out) == (5, "")
    assert err == (
        "exposure: internal error: ZeroDivisionError: boom; please report it with the command\n"
    )


def test_a_closed_pipe_is_not_an_error():
    done = subprocess.run(
        f"{sys.executable} -m exposure scenarios | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
