"""The options that commands share: defined once, the same everywhere, and never without effect."""

import io
import json
import sys

import pytest
import typer

import exposure as ex
from exposure.cli import app, progress
from exposure.cli.options import RUN, TABLES, Options
from exposure.cli.progress import progress as show_progress
from tests.commands import run
from tests.tiny import tiny_records, write_folder

COMMANDS = typer.main.get_command(app).commands
SHARED = set(Options.__dataclass_fields__)
QUICK = ["--draws", "8"]

OTHER_VALUES = {
    "draws": 16, "seed": 0, "horizon_weeks": 52, "as_of": "2025-05-01", "tail_weight": 0.25,
    "tail_level": 0.5, "half_life_weeks": 26.0, "impact_threshold": 0.2, "destination": "all",
    "supply_method": "nested", "prior": True, "coupling": "line_stop",
}  # fmt: skip
"""A value of each setting that is not its default."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("tables"))


def overlaid_with(path, stock: float):
    records = tiny_records()
    records["cover"][0].update(low=stock, central=stock, high=stock)
    return write_folder(path, {"cover": records["cover"][:1]})


def options_of(command: str) -> dict:
    return {
        option.name: option
        for option in COMMANDS[command].params
        if option.name in SHARED and option.param_type_name == "option"
    }


@pytest.mark.parametrize("name", sorted(SHARED))
def test_a_shared_option_is_the_same_on_every_command_that_takes_it(name):
    found = [options_of(command)[name] for command in COMMANDS if name in options_of(command)]
    assert found
    for option in found:
        assert (option.opts, option.help, option.default) == (
            found[0].opts, found[0].help, found[0].default,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("rank", {"scenario", *RUN, "form"}),
        (
            "report",
            {
                "scenario",
                "config",
                "history",
                "no_history",
                "csv_dialect",
                "excel",
                "no_levers",
                *RUN,
            },
        ),
        ("explain", {"scenario", *RUN, "form"} - {"destination"}),
        ("scenarios", {"after", "form"}),
        ("flow", {"scenario", *RUN, "form"} - {"prior"}),
        ("diff", {"scenario", *RUN, "form"} - {"data"}),
        ("backtest", {*TABLES, "draws", "seed", "settings", "form"}),
        ("sources", {*TABLES, "form"}),
        ("check", {"overlay", "strict", "form", "quiet"}),
    ],
)
def test_a_command_takes_every_option_that_means_something_to_it(command, names):
    assert set(options_of(command)) == names


def test_help_names_the_defaults_of_the_settings():
    options, settings = options_of("rank"), ex.Settings()
    for name in ("draws", "seed", "horizon_weeks"):
        assert options[name].help.endswith(f"(default {getattr(settings, name)}).")
    assert f"{settings.destination} (default)" in options["destination"].help


def test_every_setting_has_another_value_in_this_test():
    assert set(OTHER_VALUES) == set(ex.Settings.model_fields)


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_every_setting_is_reached_by_set(capsys, folder, name):
    value = str(OTHER_VALUES[name])
    words = ["--draws", "8"] if name != "draws" else []
    words += ["--prior"] if name != "prior" else []
    words += ["--set", f"{name}={value}", "--format", "json"]
    code, out, err = run(capsys, "rank", "free_flow", "--data", folder, *words)
    assert code == 0, err
    assert json.loads(out)["record"]["settings"][name] == OTHER_VALUES[name]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "drawz=8"], "drawz: found an unknown setting; expected a known one; did you "
         "mean 'draws'?"),
        (["--set", "tail_weight=2"], "tail_weight: found 2; expected at most 1; correct it"),
        (["--set", "tail_weight=nan"], "tail_weight: found nan; expected a finite number; correct "
         "it"),
        (["--set", "draws"], "--set: found 'draws'; expected KEY=VALUE; write --set "
         "tail_weight=0.3"),
        (["--set", "seed=1", "--set", "seed=2"], "--set: found seed twice; expected each setting "
         "once; leave one out"),
        (["--draws", "8", "--set", "draws=9"], "draws: found --set and another option for it; "
         "expected each setting once; leave --set out"),
        (["--scenario", "outlook"], "found scenario 'outlook' with --scenario, and 'free_flow' as "
         "argument; expected one of the two; leave --scenario out"),
    ],
)  # fmt: skip
def test_a_wrong_assignment_is_exit_code_2(capsys, words, message):
    assert run(capsys, "rank", "free_flow", *words) == (2, "", f"exposure: {message}\n")


def test_several_wrong_settings_come_together(capsys):
    _, _, err = run(capsys, "rank", "free_flow", "--draws", "0", "--set", "tail_level=3")
    assert err == (
        "exposure: draws: found 0; expected at least 1; correct it\n"
        "tail_level: found 3; expected at most 1; correct it\n"
    )


@pytest.mark.parametrize(
    ("words", "warning"),
    [
        (["rank", "free_flow", "--draws", "1"],
         "warning: one draw has no interval; take more, such as --draws 1024\n"),
        (["flow", "free_flow", *QUICK, "--set", "tail_weight=0.3"],
         "warning: this command does not use the setting tail_weight\n"),
        (["backtest", *QUICK, "--set", "horizon_weeks=52"],
         "warning: this command does not use the setting horizon_weeks\n"),
    ],
)  # fmt: skip
def test_quiet_never_silences_a_warning_and_strict_refuses_to_run(capsys, words, warning):
    if words[0] != "backtest":  # which runs for seconds
        code, out, err = run(capsys, *words, "--quiet")
        assert (code, err) == (0, warning)
        assert out
    assert run(capsys, *words, "--strict", "--quiet") == (
        3,
        "",
        f"{warning}exposure: found 1 warning; expected none with --strict; see above, or leave "
        "--strict out\n",
    )


def test_a_bad_third_scenario_is_refused_before_the_first_runs(capsys, monkeypatch, folder):
    def fail(*_args, **_kwargs):
        raise AssertionError("a scenario ran")

    monkeypatch.setattr("exposure.assessment.assess", fail)
    words = ["rank", "free_flow", "full_withhold", "--data", folder]
    code, out, err = run(capsys, *words, "london_truse")
    assert (code, out) == (2, "")
    assert err == "exposure: unknown scenario 'london_truse'; did you mean 'london_truce'?\n"
    code, out, err = run(capsys, *words, "as_it_happened")
    assert (code, out) == (3, "")
    assert "as_it_happened: found a run to 2027-04-02, beyond the record" in err


def test_faults_of_all_scenarios_come_together(capsys):
    code, out, err = run(capsys, "rank", "london_truse", "free_flow", "full_witheld")
    assert (code, out) == (2, "")
    assert err == (
        "exposure: unknown scenario 'london_truse'; did you mean 'london_truce'?\n"
        "unknown scenario 'full_witheld'; did you mean 'full_withhold'?\n"
    )


def test_overlays_are_applied_in_the_order_given_and_the_record_names_all(capsys, folder, tmp_path):
    first, second = (
        overlaid_with(tmp_path / "company", 8.0),
        overlaid_with(tmp_path / "what_if", 104.0),
    )
    words = ["--overlay", first, "--overlay", second, "--data", folder, *QUICK]
    _, out, _ = run(capsys, "rank", "free_flow", *words, "--format", "json")
    names = [overlay["folder"] for overlay in json.loads(out)["record"]["overlaid"]]
    assert names == ["company", "what_if"]
    _, out, _ = run(capsys, "sources", "cover", *words[:-2], "--format", "csv")
    assert ",104.0,104.0,104.0," in out


@pytest.mark.parametrize("later", [0, 3])
def test_a_run_says_what_the_tables_learnt_after_its_day_if_they_did(
    capsys, monkeypatch, folder, later
):
    monkeypatch.setattr("exposure.citations.learnt_later", lambda _dataset, _day: (later, 5))
    words = ["--data", folder, "--draws", "8", "--prior", "--as-of", "2025-05-02"]
    code, _, err = run(capsys, "rank", "full_withhold", *words)
    assert code == 0
    note = "note: 3 of 5 sourced figures were published after 2025-05-02; --as-of hides"
    assert (note in err) is (later > 0)
    assert ("sourced figures" in err) is (later > 0)


def test_flow_looks_forward_from_the_day_of_the_analysis(capsys, folder):
    words = ["flow", "full_withhold", "--data", folder, *QUICK, "--horizon-weeks", "3"]
    _, out, _ = run(capsys, *words, "--as-of", "2025-05-02", "--format", "json")
    content = json.loads(out)
    assert sorted({row["week"] for row in content["weeks"]}) == [4, 5, 6]
    assert content["record"]["settings"]["as_of"] == "2025-05-02"
    code, _, err = run(capsys, *words, "--as-of", "2025-01-01")
    assert code == 2
    assert err == (
        "exposure: as_of: found 2025-01-01; expected a day from 2025-04-04 on, when scenario "
        "'full_withhold' starts; choose a later day\n"
    )


def test_flow_of_a_record_knows_no_later_event_and_asks_what_follows(capsys):
    words = ["flow", "as_it_happened", *QUICK, "--format", "csv"]
    code, out, _ = run(capsys, *words, "--as-of", "2025-05-01", "--horizon-weeks", "40")
    assert code == 0
    assert "ordinary" in out
    assert "fast_track" not in out
    assert run(capsys, *words)[0] == 3
    assert run(capsys, *words, "--after", "lapsed")[0] == 0


def test_flow_and_rank_take_the_scenario_as_word_or_option(capsys, folder):
    for words in (["rank"], ["flow"]):
        rest = ["--data", folder, *QUICK, "--format", "csv"]
        by_word = run(capsys, *words, "full_withhold", *rest)
        assert by_word[0] == 0
        assert run(capsys, *words, "--scenario", "full_withhold", *rest) == by_word


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_names_the_step_and_the_time_that_remains(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with show_progress(steps=2, quiet=False) as begin:
        advance = begin(1, "Free [flow]")
        advance(1, 4)
        advance(2, 4)
    shown = sys.stderr.getvalue()
    assert "Free [flow]" in shown
    assert " left" in shown
    assert "75%" in shown


@pytest.mark.parametrize("quiet", [True, False])
def test_nothing_is_shown_where_nobody_looks_or_the_user_is_quiet(monkeypatch, quiet):
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(sys, "stderr", Terminal() if quiet else io.StringIO())
    with show_progress(steps=1, quiet=quiet) as begin:
        begin(0, "Free flow")(1, 2)
    assert sys.stderr.getvalue() == ""
