"""The command line: what it prints, where, and with which exit code."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import exposure
from exposure.cli import main
from exposure.cli.parsers import draws_warnings
from exposure.errors import SettingsError
from exposure.evidence import backtesting
from tests.commands import LIGHT, NEEDS_FORK, ended, run
from tests.scenario_files import HEAD, QUEUE
from tests.shared_tables import backtest_of_the_world
from tests.tiny import tiny_records, write_folder

QUICK = ["--draws", "8", "--prior", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("tables"))


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
    for words in ("Licences continue", "Licences queued", "Licences withheld", "Missiles"):
        assert words in out


def test_rank_as_json_is_what_assess_gives(capsys, folder):
    code, out, err = run(
        capsys, "rank", "full_withhold", "--data", folder, "--format", "json", *QUICK
    )
    content = json.loads(out)
    assert (code, err) == (0, "")
    assert content["schema_version"] == 2
    (only,) = content["scenarios"]
    settings = exposure.Settings(draws=8, prior=True)
    ranking = exposure.assess(exposure.read_dataset(folder), "full_withhold", settings).ranking
    assert [row["score"] for row in only["ranking"]] == ranking["score"].tolist()
    assert only["ranking"][-1]["weeks_to_impact_p50"] is None


def test_rank_as_csv_has_one_row_a_sector_and_scenario(capsys, folder):
    code, out, _ = run(capsys, "rank", "--data", folder, "--format", "csv", *QUICK)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("scenario,rank,rank_p05,rank_p95,band,sector,name,score,score_p05,")
    assert [line.split(",")[0] for line in lines[1:]] == [
        name
        for name in ("licences_continue", "licences_queued", "licences_withheld")
        for _ in range(3)
    ]


def test_explain_says_what_a_score_is_made_of(capsys, folder):
    code, out, err = run(capsys, "explain", "missiles", "--data", folder, *QUICK)
    assert (code, err) == (0, "")
    for word in ("Sm", "separation", "withheld", "smco_magnet"):
        assert word in out


def test_explain_takes_a_scenario_as_rank_does(capsys, folder):
    words = ("--data", folder, *QUICK)
    _, named, _ = run(capsys, "explain", "missiles", "licences_withheld", *words)
    _, by_option, _ = run(capsys, "explain", "missiles", *words, "--scenario", "licences_withheld")
    assert "Licences withheld (licences_withheld)" in named
    assert named == by_option


def test_explain_takes_the_three_courses_and_says_once_what_they_share(capsys, folder):
    code, out, _ = run(capsys, "explain", "missiles", "--data", folder, *QUICK)
    assert code == 0
    for name in ("licences_continue", "licences_queued", "licences_withheld"):
        assert out.count(f"({name}), 104 weeks from 2026-10-02") == 1
    assert out.count("Cover of each component") == 1


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
    assert code == 0
    assert "no faults" in out
    for line in err.splitlines():
        assert line.startswith(("warning: without effect: ", "note: kept for the record: "))


@pytest.mark.usefixtures("undrawn")
def test_report_writes_files_and_prints_the_rankings(capsys, folder, tmp_path):
    target = tmp_path / "report"
    words = ["--data", folder, "--out", target, "--draws", "8", "--prior"]
    code, out, err = run(capsys, "report", "samarium_only", *words)
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
            ["explain", "aircraft engines and part"],
            "unknown sector 'aircraft engines and part'; did you mean 'aero_engines'?",
        ),
        (
            ["rank", "--draws", "0"],
            "draws: found 0; expected at least 1; correct it",
        ),
        (
            ["rank", "free_flow", "--destination", "EUR"],
            "unknown destination 'EUR'; did you mean 'EUU'?",
        ),
        (
            ["rank", "free_flow", "--destination", "MARS"],
            "unknown destination 'MARS'; write one of: EUU, GBR, JPN, KOR, USA, all",
        ),
        (
            ["flow", "london_truce", "--after", "prolonged"],
            "scenario 'london_truce' has no open end for anything to follow; leave --after out",
        ),
        (
            ["rank", "london_truce", "free_flow", "--after", "prolonged"],
            "scenarios 'london_truce', 'free_flow' have no open end for anything to follow; leave "
            "--after out",
        ),
        (
            ["rank", ""],
            "no scenario name was given; write one of: " + ", ".join(exposure.shipped_scenarios()),
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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--draws", "1e9"], "found '1e9'; expected a whole number; write it in digits"),
        (["--as-of", "yesterday"], "found 'yesterday'; expected a day that exists; write YYYY-MM"),
        (["--as-of", "2026-02-30"], "found '2026-02-30'; expected a day that exists; write YYYY"),
    ],
)
def test_a_wrong_number_or_day_is_refused_with_what_was_found(capsys, words, message):
    code, out, err = run(capsys, "rank", *words)
    assert (code, out) == (2, "")
    assert message in err


def test_help_says_how_days_are_written(capsys):
    assert "--as-of YYYY-MM-DD" in run(capsys, "rank", "--help")[1]


def test_one_draw_is_warned_to_have_no_interval(capsys, folder):
    words = ["rank", "free_flow", "--data", folder, "--draws", "1"]
    warning = "warning: one draw has no interval; take more, such as --draws 1024\n"
    assert run(capsys, *words)[2] == warning
    assert run(capsys, *words, "--quiet")[2] == warning


def test_very_many_draws_are_warned_of_their_memory():
    assert draws_warnings(100_000) == []
    assert draws_warnings(200_000) == [
        "200000 draws need about 0.9 GB of memory, and 2 times as long as 100000; take fewer if "
        "the machine has less"
    ]


def test_prior_takes_all_draws_and_the_record_says_so(capsys, folder):
    words = ["rank", "full_withhold", "--data", folder, "--format", "json", *QUICK]
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    content = json.loads(out)
    assert content["record"]["settings"]["prior"] is True
    (only,) = content["scenarios"]
    settings = exposure.Settings(draws=8, prior=True)
    result = exposure.assess(exposure.read_dataset(folder), "full_withhold", settings)
    for column in ("score", "score_p05", "score_p95"):
        assert [row[column] for row in only["ranking"]] == result.ranking[column].tolist()


def test_history_matching_is_refused_and_its_replacement_is_named(capsys):
    message = (
        "history_matching: found a setting that no longer exists; expected a known one; replace it "
        "by prior: draws agree with the record unless it is True, or leave it out"
    )
    with pytest.raises(SettingsError, match="history_matching") as caught:
        exposure.Settings(history_matching=True)
    assert str(caught.value) == message
    words = ["rank", "free_flow", "--set", "history_matching=true"]
    assert run(capsys, *words) == (2, "", f"exposure: {message}\n")
    assert run(capsys, "rank", "--history-matching", "--draws", "8") == (
        2,
        "",
        "exposure: --history-matching: found an option that no longer exists; expected a known "
        "one; leave it out: draws agree with the record unless --prior is given\n",
    )


def test_flow_of_a_mixture_has_a_heading_for_each_scenario_and_whole_class_names(capsys, folder):
    code, out, _ = run(
        capsys, "flow", "outlook", "--data", folder, *["--draws", "8", "--horizon-weeks", "10"]
    )
    lines = out.splitlines()
    assert code == 0
    for member, _ in exposure.read_scenario("outlook").members:
        if member.rules:
            assert lines[lines.index(member.scenario) + 1] == "=" * len(member.scenario)
    assert "..." not in out
    assert "e-0" not in out
    assert " ".join(lines).endswith(
        "live_licences and flow: shares of the class, 1 being all of it; flow exceeds 1 while "
        "unfilled orders are made up"
    )


def test_backtest_has_readable_labels_and_three_digits(capsys, monkeypatch):
    found = backtest_of_the_world()

    def of_the_world(dataset: exposure.Dataset, *, seed: int) -> backtesting.Backtest:
        assert (dataset, seed) == (exposure.read_dataset(), exposure.Settings().seed)
        return found

    monkeypatch.setattr(backtesting, "backtest", of_the_world)
    code, out, _ = run(capsys, "backtest", "--draws", "16")
    assert code == 0
    assert "first firms stop" in out
    assert "first_firms_week" not in out
    assert "last_month" not in out
    assert "46.86" not in out


@pytest.mark.parametrize(("encoding", "dash"), [("latin-1", b"5-95 %"), ("cp1252", b"5\x9695 %")])
def test_an_encoding_that_lacks_a_sign_prints_another(monkeypatch, folder, encoding, dash):
    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding=encoding)
    monkeypatch.setattr("sys.stdout", stream)
    assert main(["rank", "free_flow", "--data", str(folder), *QUICK]) == 0
    stream.flush()
    assert dash in printed.getvalue()


@pytest.mark.long  # a process of its own; by default a stream with that encoding shows it
def test_the_encoding_of_the_environment_counts(folder):
    encoding, dash = "cp1252", b"5\x9695 %"
    done = process(
        "rank", "free_flow", "--data", folder, *QUICK, start=["-c", LIGHT],
        PYTHONIOENCODING=encoding,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert dash in done.stdout


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
FULL_SAYS = (
    "exposure: output: found that it cannot be read or written (No space left on device); "
    "expected free space and permission; free some space, or name another place\n"
)


@FULL
@NEEDS_FORK
@pytest.mark.parametrize("word", ["--version", "--help", "scenarios"])
def test_output_that_cannot_be_written_is_exit_code_3(word):
    assert ended([word], stdout="/dev/full") == (3, "", FULL_SAYS)


@FULL
def test_a_process_whose_output_cannot_be_written_ends_with_3():
    with Path("/dev/full").open("wb") as full:
        done = process("--version", stdout=full)
    assert (done.returncode, done.stderr.decode()) == (3, FULL_SAYS)


def process(*words, start=("-m", "exposure"), stdout=subprocess.PIPE, **environment):
    return subprocess.run(
        [sys.executable, *start, *words],
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        env=os.environ | environment,
    )


def test_faults_of_tables_and_of_scenarios_come_together(capsys, tmp_path):
    records = tiny_records()
    records["needs"][0]["sector"] = "misiles"
    folder = write_folder(tmp_path, records)
    (folder / "scenarios").mkdir()
    for name in ("mine", "other"):
        text = (HEAD + QUEUE).replace("withheld", "witheld")
        (folder / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
    code, out, err = run(capsys, "check", folder, "--overlay", tmp_path)
    assert (code, out) == (3, "")
    state = (
        "1 fault\n  - rule 2, state: found 'witheld'; expected a known state; did you mean "
        "'withheld'?\n"
    )
    assert err == (
        f"exposure: {tmp_path}: found tables with faults under it; expected tables without; "
        "correct those first: until then the overlay is not checked\n"
        f"mine.toml: {state}"
        "needs.csv: 1 fault\n"
        "  - line 2, sector: found 'misiles'; expected a sector of sectors.csv; did you mean "
        "'missiles'?\n"
        f"other.toml: {state}"
        "Some checks were skipped because of these faults. Fix them and run again.\n"
    )


def test_a_fault_of_a_member_is_reported_once(capsys, tmp_path):
    folder = write_folder(tmp_path)
    (folder / "scenarios").mkdir()
    mixture = '\n[[mixture]]\nscenario = "mine"\nprobability = 1.0\n'
    for name, rest in {"mine": QUEUE.replace("withheld", "witheld"), "mixed": mixture}.items():
        (folder / "scenarios" / f"{name}.toml").write_text(HEAD + rest, encoding="utf-8")
    code, _, err = run(capsys, "check", folder)
    assert code == 3
    assert err.count("mine.toml: 1 fault") == 1


def test_faults_of_scenarios_alone_are_all_listed(capsys, tmp_path):
    folder = write_folder(tmp_path)
    (folder / "scenarios").mkdir()
    for name in ("mine", "other"):
        (folder / "scenarios" / f"{name}.toml").write_text("name = 3\n", encoding="utf-8")
    code, out, err = run(capsys, "check", folder)
    assert (code, out) == (3, "")
    assert "mine.toml" in err
    assert "other.toml" in err


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

    monkeypatch.setattr("exposure.tables.reading.folders.read_dataset", fail)
    code, out, err = run(capsys, "check")
    assert (code, out) == (5, "")
    assert err == (
        "exposure: internal error: ZeroDivisionError: boom; please report it with the command\n"
    )


def test_rules_on_top_are_in_the_header_the_record_and_the_warnings(capsys, folder):
    words = ["--data", folder, "--rule", "Sm, civil, withheld, from 2026-12-01", *QUICK]
    code, out, err = run(capsys, "rank", "licences_continue", *words)
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "with the rule on top: Sm, civil, withheld, from 2026-12-01"
    _, out, _ = run(capsys, "explain", "missiles", *words)
    assert "with the rule on top: Sm, civil, withheld, from 2026-12-01" in out
    _, out, _ = run(capsys, "flow", "--data", folder, "--rule", words[3], "--draws", "8")
    assert out.startswith("with the rule on top: Sm, civil, withheld, from 2026-12-01")
    _, out, _ = run(capsys, "rank", "--format", "json", *words)
    assert [scenario["rules_on_top"] for scenario in json.loads(out)["record"]["scenarios"]] == [
        ["Sm, civil, withheld, from 2026-12-01"]
    ] * 3


def test_a_rule_that_changes_nothing_is_a_warning_and_a_faulty_one_is_refused(capsys, folder):
    idle = ["--rule", "Sm, military, withheld, from 2026-12-01"]
    code, _, err = run(capsys, "rank", "licences_continue", "--data", folder, *idle, *QUICK)
    assert (code, err) == (
        0,
        "warning: without effect: licences_continue_with_rules: rule 'Sm, military, withheld, "
        "from 2026-12-01': found cases that are withheld without it too; expected a rule that "
        "changes something; leave it out\n",
    )
    faulty = ["--rule", "Sm, witheld, from 2026-12-01", "--rule", "free"]
    code, out, err = run(capsys, "rank", "--data", folder, *faulty, *QUICK)
    assert (code, out, err) == (
        2,
        "",
        "exposure: rule 'Sm, witheld, from 2026-12-01': 1 fault\n"
        "  - word 2: found 'witheld'; expected a word of a rule; did you mean 'withheld'?\n"
        "rule 'free': 1 fault\n"
        "  - starts: found nothing; expected the first day; write 'from 2026-12-01'\n",
    )
