"""JSON of every command: it fits its schema, says what it was made from, and changes by version."""

import csv
import io
import json
import math
from datetime import date

import pytest
from pydantic import ValidationError

import exposure as ex
from exposure.cli import main
from exposure.evidence import backtesting
from exposure.report.files import output_models
from exposure.report.files.json_output import ranking_json, report_json, rows_of
from exposure.report.files.output_models import MODELS, output_schema, row_model, version_of
from exposure.scoring.columns import names_of
from exposure.version import library_versions
from tests.golden import record
from tests.shared_tables import backtest_of_the_world
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset, tiny_records, write_folder

QUICK = ["--draws", "8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    records = tiny_records()
    records["cover"][0].update(central=8.0)
    return write_folder(tmp_path_factory.mktemp("changed"), records)


@pytest.fixture(scope="module")
def overlay(tmp_path_factory):
    path = tmp_path_factory.mktemp("laid") / "acme"
    records = tiny_records()
    records["cover"][0].update(central=8.0)
    write_folder(path, {"cover": records["cover"][:1]})
    return path


@pytest.fixture(scope="module")
def runs():
    return [ex.assess(tiny_dataset(), name, ex.Settings(draws=8)) for name in (WITHHELD, FREE)]


def printed(capsys, *words) -> dict:
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    return json.loads(out, parse_constant=pytest.fail)


@pytest.mark.parametrize("name", MODELS)
def test_every_schema_is_the_one_on_record_for_its_version(name):
    assert record.fault(name) == ""


def test_a_schema_that_changes_is_noticed_and_needs_a_version_that_no_release_has(monkeypatch):
    class Flow(output_models.FlowFile):
        note: str

    monkeypatch.setitem(output_models.MODELS, "flow", Flow)
    assert record.fault("flow") == (
        "flow: its JSON Schema is not the one on record; run python -m tests.golden.record"
    )
    monkeypatch.setattr(record, "released", lambda _: 1)
    assert record.fault("flow") == (
        "flow: its JSON Schema changed, and version 1 is released; raise its schema_version in "
        "exposure/report/files/output_models.py, then run python -m tests.golden.record"
    )


def test_rows_have_the_columns_types_and_units_of_the_registry():
    schema = row_model("ranking").model_json_schema()
    assert tuple(schema["properties"]) == names_of("ranking")
    assert schema["required"] == list(names_of("ranking"))
    assert schema["properties"]["value_at_risk_usd_per_year"]["unit"] == "USD of 2023 a year"
    week = schema["properties"]["weeks_to_impact_p50"]
    assert week["anyOf"] == [{"type": "number"}, {"type": "null"}]


def test_a_ranking_without_a_number_is_never_written(runs, monkeypatch):
    monkeypatch.setattr(
        "exposure.report.files.json_output.rows_of",
        lambda result, frame: [{**row, "score": float("nan")} for row in rows_of(result, frame)],
    )
    with pytest.raises(ValidationError, match="finite number"):
        ranking_json(runs)


def test_rank_and_report_have_one_shape(runs):
    short, whole = json.loads(ranking_json(runs)), json.loads(report_json(runs))
    assert list(short) == list(whole) == ["schema_version", "record", "scenarios"]
    assert short["record"] == whole["record"]
    for brief, full in zip(short["scenarios"], whole["scenarios"], strict=True):
        assert list(brief) == ["scenario", "name", "ranking"]
        assert list(full) == ["scenario", "name", "ranking", "attribution", "weekly"]
        assert brief["ranking"] == full["ranking"]
    for content in (short, whole):
        MODELS["rank"].model_validate_json(json.dumps(content))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rank", ["rank", "free_flow", "full_withhold", *QUICK]),
        ("flow", ["flow", "april_2025_queue", *QUICK]),
        ("provenance", ["sources", "cover"]),
        ("provenance", ["sources", "needs"]),
        ("source_list", ["sources"]),
    ],
)
def test_what_a_command_prints_fits_its_schema(capsys, folder, name, words):
    content = printed(capsys, *words, "--data", folder, "--format", "json")
    MODELS[name].model_validate_json(json.dumps(content))
    assert content["schema_version"] == version_of(MODELS[name])
    assert content["record"]["library_versions"] == library_versions()


def test_an_explanation_has_the_points_of_the_score_and_the_rows_behind_it(capsys, folder):
    words = ["explain", "missiles", "--scenario", "full_withhold", "--data", folder, *QUICK]
    content = printed(capsys, *words, "--format", "json")
    MODELS["explain"].model_validate_json(json.dumps(content))
    (only,) = content["scenarios"]
    (row,) = only["ranking"]
    assert (content["sector"], row["sector"]) == ("missiles", "missiles")
    for cause in ("element", "component", "stage", "licence_class"):
        parts = [point["points"] for point in only["points"] if point["cause"] == cause]
        assert math.isclose(sum(parts), row["score"], abs_tol=1e-9)
    behind = ex.provenance(ex.read_dataset(folder), "missiles")
    assert [row["key"] for row in content["rows"]] == behind["key"].tolist()
    assert main([str(word) for word in (*words, "--format", "csv")]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [float(row["points"]) for row in rows] == [point["points"] for point in only["points"]]
    assert {row["record_digest"] for row in rows} == {content["record"]["record_digest"]}


@pytest.mark.parametrize("name", ["outlook", "london_truce", "free_flow"])
def test_a_scenario_as_json_reads_back_and_its_csv_has_every_rule(capsys, name):
    (content,) = printed(capsys, "scenarios", name, "--format", "json")["scenarios"]
    read = ex.read_scenario(name)
    assert ex.Scenario.model_validate(content) == read
    assert main(["scenarios", name, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    rules = [(member, rule) for member, _ in read.members for rule in member.rules]
    assert [(row["scenario"], row["starts"], row["state"]) for row in rows] == [
        (member.scenario, rule.starts.isoformat(), rule.state) for member, rule in rules
    ]


def test_the_list_of_scenarios_is_whole_in_every_form(capsys):
    content = printed(capsys, "scenarios", "--format", "json")
    assert content["schema_version"] == version_of(MODELS["scenarios"])
    assert [scenario["scenario"] for scenario in content["scenarios"]] == list(
        ex.shipped_scenarios()
    )
    assert main(["scenarios", "--format", "csv"]) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert [row["scenario"] for row in rows] == list(ex.shipped_scenarios())


def test_a_check_lists_every_finding_in_every_form(capsys, tmp_path):
    write_folder(tmp_path, tiny_records())
    (tmp_path / "needs.xlsx").write_bytes(b"")
    shown, shown_errors = {}, set()
    for form in ("table", "json", "csv"):
        assert main(["check", str(tmp_path), "--format", form]) == 0
        shown[form], err = capsys.readouterr()
        shown_errors.add(err)
    content = json.loads(shown["json"])
    MODELS["check"].model_validate_json(shown["json"])
    assert content["rows"]["needs"] == len(tiny_records()["needs"])
    findings = content["findings"]
    (about,) = [finding for finding in findings if finding["file"].endswith("needs.xlsx")]
    assert (about["kind"], about["level"]) == ("without effect", "warning")
    rows = list(csv.DictReader(io.StringIO(shown["csv"])))
    assert [(row["file"], row["text"]) for row in rows] == [
        (finding["file"], finding["text"]) for finding in findings
    ]
    (lines,) = shown_errors
    assert len(lines.splitlines()) == len(findings)


def test_faults_of_tables_leave_nothing_on_stdout_in_any_form(capsys, tmp_path):
    records = tiny_records()
    records["cover"][0]["sector"] = "misiles"
    write_folder(tmp_path, records)
    for form in ("json", "csv"):
        assert main(["check", str(tmp_path), "--format", form]) == 3
        out, err = capsys.readouterr()
        assert out == ""
        assert "did you mean 'missiles'?" in err


def test_the_backtest_fits_its_schema(capsys, monkeypatch):
    found = backtest_of_the_world()
    monkeypatch.setattr(backtesting, "backtest", lambda _, **__: found)
    content = printed(capsys, "backtest", "--draws", "16", "--format", "json")
    MODELS["backtest"].model_validate_json(json.dumps(content))
    assert content["months"]
    assert content["stoppages"]


def test_a_difference_fits_its_schema_and_has_both_tables(capsys, folder, changed):
    content = printed(
        capsys, "diff", folder, changed, "--scenario", "full_withhold", *QUICK, "--format", "json"
    )
    MODELS["diff"].model_validate_json(json.dumps(content))
    assert content["old"]["dataset_digest"] != content["record"]["dataset_digest"]
    assert [row["column"] for row in content["differences"]] == ["central"]
    assert {type(row["rank_was"]) for row in content["rank_changes"]} == {int}


def test_the_record_names_overlays_with_their_rows(capsys, folder, overlay):
    words = ["rank", "free_flow", "--data", folder, "--overlay", overlay, *QUICK]
    (overlay,) = printed(capsys, *words, "--format", "json")["record"]["overlaid"]
    key = "missiles, smco_magnet, stock_weeks"
    assert (overlay["folder"], overlay["replaced"], overlay["added"]) == (
        "acme",
        {"cover": [key]},
        {},
    )


@pytest.mark.parametrize("name", [*MODELS, "scenario", "needs"])
def test_a_schema_is_printed_as_json(capsys, name):
    content = printed(capsys, "schema", name)
    if name in MODELS:
        assert content == output_schema(name)


def test_the_help_of_schema_names_every_output(capsys):
    assert main(["schema", "--help"]) == 0
    named = capsys.readouterr().out.partition("Outputs:")[2].partition(". config")[0]
    words = named.replace("(sources SECTOR)", "").replace(",", " ").split()
    assert sorted(words) == sorted(MODELS)


def test_an_unknown_schema_gets_a_suggestion(capsys):
    assert main(["schema", "reports"]) == 2
    assert capsys.readouterr().err == (
        "exposure: unknown schema 'reports'; did you mean 'report'?\n"
    )


def test_a_day_is_written_as_a_day(runs):
    rows = rows_of("weekly", runs[0].weekly)
    assert rows[0]["date"] == date(2025, 4, 4)
    assert json.loads(report_json(runs))["scenarios"][0]["weekly"][0]["date"] == "2025-04-04"
