"""The template of a scenario file reads without fault, unchanged and with all its examples."""

import pytest

import exposure as ex
from exposure.cli import main
from exposure.policy.scenario_file import FILE_KEYS
from exposure.policy.scenario_template import SCENARIO_TEMPLATE


@pytest.mark.parametrize("text", [SCENARIO_TEMPLATE, SCENARIO_TEMPLATE.replace("#: ", "")])
def test_the_template_reads_back_without_fault(tmp_path, text):
    path = tmp_path / "my_course.toml"
    path.write_text(text, encoding="utf-8")
    scenario = ex.read_scenario(path)
    assert scenario.scenario == "my_course"
    assert {str(rule.buyer_class) for rule in scenario.rules if rule.element == "Sm"} == {
        "civil",
        "dual",
    }


def test_the_template_names_every_key_of_a_single_course():
    rare = {"mixture", "record_ends", "open_end"}
    for key in set(FILE_KEYS) - rare:
        assert f"\n{key} = " in SCENARIO_TEMPLATE.replace("#: ", "") or f"[{key}]" in (
            SCENARIO_TEMPLATE
        )


def test_the_command_prints_it_and_suggests_a_name(capsys):
    assert main(["template", "scenario"]) == 0
    assert capsys.readouterr().out == SCENARIO_TEMPLATE
    assert main(["template", "scenarios"]) == 2
    assert capsys.readouterr().err == (
        "exposure: unknown template 'scenarios'; did you mean 'scenario'?\n"
    )
