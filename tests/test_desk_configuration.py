"""The configuration: every key, all faults at once, paths, variables, a schema and a template."""

import configparser
import re
from datetime import date
from pathlib import Path

import pytest

from exposure.errors import ConfigurationError
from exposure.report.desk.configuration import (
    NEEDS,
    AlertRule,
    Configuration,
    configuration_schema,
    configuration_template,
    read_configuration,
)


def written(folder: Path, text: str) -> Path:
    path = folder / "desk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_template_reads_and_uses_every_rule(tmp_path):
    configuration = read_configuration(written(tmp_path, configuration_template()))
    assert configuration.title == "Rare-earth exposure"
    assert configuration.settings.draws == 1024
    assert {rule.rule for rule in configuration.alerts} == set(NEEDS)
    assert configuration.stale_after_days == 60


def test_every_key_of_the_template_is_in_the_schema():
    schema = configuration_schema()
    for name in Configuration.model_fields:
        assert name in schema["properties"]
        assert f"{name}" in configuration_template()
    for name in AlertRule.model_fields:
        assert name in schema["$defs"]["AlertRule"]["properties"]


def test_an_empty_file_is_the_usual_report(tmp_path):
    configuration = read_configuration(written(tmp_path, ""))
    assert configuration.model_fields_set <= {"output", "alerts"} or configuration.title == ""
    assert configuration.alerts == ()
    assert configuration.settings.model_fields_set == set()


def test_paths_count_from_the_folder_of_the_file(tmp_path):
    text = (
        'scenarios = ["own.toml", "free_flow"]\ndata = "tables"\noverlay = ["a", "/abs"]\n'
        '[output]\nfolder = "out"\n[history]\nfile = "h.sqlite"\n'
    )
    configuration = read_configuration(written(tmp_path, text))
    assert configuration.scenarios == (str(tmp_path / "own.toml"), "free_flow")
    assert configuration.data == str(tmp_path / "tables")
    assert configuration.overlay == (str(tmp_path / "a"), "/abs")
    assert configuration.output.folder == str(tmp_path / "out")
    assert configuration.history.file == str(tmp_path / "h.sqlite")


def test_the_form_of_the_files_is_kept(tmp_path):
    configuration = read_configuration(
        written(tmp_path, '[output]\nfolder = "out"\ncsv_dialect = "german"\nexcel = true\n')
    )
    assert (configuration.output.csv_dialect, configuration.output.excel) == ("german", True)


def test_levers_are_all_none_or_named(tmp_path):
    assert read_configuration(written(tmp_path, "")).levers is True
    assert read_configuration(written(tmp_path, "levers = false")).levers is False
    named = read_configuration(written(tmp_path, 'levers = ["samarium_line"]'))
    assert named.levers == ("samarium_line",)


def test_every_example_of_the_workflow_page_reads(tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "workflow.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(toml|ini)\n(.*?)```", page, flags=re.DOTALL)
    assert [kind for kind, _ in blocks] == ["toml", "ini", "ini"]
    configuration = read_configuration(written(tmp_path, blocks[0][1]))
    assert configuration.alert_sectors == ("electric_vehicles", "missiles")
    for _, text in blocks[1:]:
        unit = configparser.ConfigParser(interpolation=None, strict=True)
        unit.optionxform = str
        unit.read_string(text)
        assert unit.has_section("Unit")


def test_a_day_may_be_a_day_or_today(tmp_path):
    assert read_configuration(written(tmp_path, "as_of = 2026-10-12")).as_of == date(2026, 10, 12)
    assert read_configuration(written(tmp_path, 'as_of = "today"')).as_of == "today"


def test_variables_of_the_environment_are_filled_in(tmp_path):
    path = written(tmp_path, 'data = "/srv/${DESK}/tables"')
    assert read_configuration(path, {"DESK": "risk"}).data == "/srv/risk/tables"
    with pytest.raises(ConfigurationError) as raised:
        read_configuration(path, {})
    assert str(raised.value) == (
        f"{path}: 1 fault\n"
        "  - data: found the variable DESK, which the environment does not have; expected one that "
        "it has; set it: export DESK=..."
    )


FAULTY = """
titel = "Desk"
stale_after_days = -1
[settings]
draws = 0
sed = 7
[output]
folder = 3
[[alerts]]
rule = "rank_moved"
[[alerts]]
rule = "impact_before"
limit = 3
[[alerts]]
rule = "score_over"
limit = 40
[[alerts]]
rule = "p_top3_above"
limit = 50
"""


def test_all_faults_come_at_once_each_with_its_cure(tmp_path):
    path = written(tmp_path, FAULTY)
    with pytest.raises(ConfigurationError) as raised:
        read_configuration(path, {})
    assert str(raised.value) == (
        f"{path}: 10 faults\n"
        "  - settings, draws: found 0; expected at least 1; correct it\n"
        "  - settings, sed: found an unknown setting; expected a known one; did you mean 'seed'?\n"
        "  - output, folder: found 3; expected text; correct it\n"
        "  - alert 1, limit: found nothing; expected a value, which rank_moved needs; write "
        "limit = 2\n"
        "  - alert 2, limit: found 3.0; expected nothing with impact_before; leave it out\n"
        "  - alert 2, before: found nothing; expected a value, which impact_before needs; write "
        "before = 2027-01-01\n"
        "  - alert 3, rule: found 'score_over'; expected a known rule; write one of: band_moved, "
        "data_older_than, expiry_within, impact_before, p_top3_above, rank_moved, refuted, "
        "score_above\n"
        "  - alert 4, limit: found 50; expected at most 1; write 0.5 for 50 %\n"
        "  - stale_after_days: found -1; expected at least 0; correct it\n"
        "  - titel: found an unknown key; expected a known one; did you mean 'title'?"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("settings = 3", "settings: found 3; expected a table of keys and values; write its keys "
         "under [settings]"),
        ("alerts = [3]", "alert 1: found 3; expected a table of keys and values; write each rule "
         "under [[alerts]]"),
        ("alerts = 3", "alerts: found 3; expected a list; correct it"),
    ],
)  # fmt: skip
def test_a_part_of_the_wrong_kind_is_named(tmp_path, text, found):
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as raised:
        read_configuration(path, {})
    assert found in str(raised.value)


def test_a_file_that_is_no_toml_or_not_there_is_named(tmp_path):
    path = written(tmp_path, "a = ")
    with pytest.raises(ConfigurationError) as raised:
        read_configuration(path)
    assert str(raised.value) == (
        f"{path}: found text that is not TOML (Invalid value (at end of document)); expected a "
        "configuration in TOML; correct the file"
    )
    with pytest.raises(ConfigurationError) as raised:
        read_configuration(tmp_path / "none.toml")
    assert str(raised.value) == (
        f"{tmp_path / 'none.toml'}: found no such file; expected a configuration in TOML; add the "
        "file"
    )
