"""Text for the terminal: its content and its width."""

from datetime import date

import pytest

import exposure as ex
from exposure.errors import UnknownNameError
from exposure.policy.rules import Overrides, Rule
from exposure.policy.scenario import Scenario
from exposure.report.text.rule_lines import rule_lines, turning_points
from exposure.report.text.words import (
    comparison_text,
    explain_text,
    ranking_text,
    scenario_list_text,
    scenario_text,
)
from exposure.tables.dataset import Dataset
from tests.tiny import tiny_dataset

FIRST, TURN = date(2025, 4, 4), date(2025, 6, 11)


def course(name: str, *rules: Rule, text: str = "Made up.") -> Scenario:
    return Scenario(scenario=name, name=name.title(), start=FIRST, text=text, rules=rules)


WITHHELD = course(
    "withheld",
    Rule(starts=FIRST, ends=TURN, state="ordinary", note="A licence for all"),
    Rule(starts=TURN, state="withheld", note="Talks break off"),
)
FREE = course("free")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return tiny_dataset()


@pytest.fixture(scope="module")
def assessment(dataset):
    return ex.assess(dataset, WITHHELD, ex.Settings(draws=64))


@pytest.fixture(scope="module")
def texts(dataset, assessment):
    settings = ex.Settings(draws=16)
    return {
        "ranking": ranking_text(assessment),
        "explain": explain_text(assessment, "missiles"),
        "compare": comparison_text(ex.compare(dataset, [WITHHELD, FREE], settings)),
        "scenario": scenario_text(WITHHELD),
        "list": scenario_list_text([WITHHELD, FREE]),
    }


def test_every_text_fits_its_columns_without_colour_codes_or_trailing_blanks(texts):
    for name, text in texts.items():
        for line in text.split("\n"):
            assert len(line) <= (120 if name == "ranking" else 100)
            assert line == line.rstrip()
            assert line.replace("–", "-").isascii()
            assert "\x1b" not in line


def test_a_ranking_says_which_run_it_is_of_and_what_the_score_means(texts):
    lines = texts["ranking"].split("\n")
    assert lines[0] == "Withheld (withheld) | USA | tables tiny | 64 draws"
    assert lines[2].split()[:6] == ["#", "5–95", "%", "band", "sector", "score"]
    note = " ".join(texts["ranking"].split())
    assert "share of the output of 104 weeks from 2025-04-04 at risk" in note


def test_a_ranking_says_its_sampling_error_and_how_much_is_judgement(assessment, texts):
    note, ranking = " ".join(texts["ranking"].split()), assessment.ranking
    score, money = ranking["score_se"].max(), ranking["value_at_risk_se"].max() / 1e9
    assert f"at most {score:.1g} points of a score, {money:.1g} USD bn a year." in note
    shares = (100 * ranking["assumed_rows"] / ranking["rows"]).round()
    assert f"Judgement: {shares.min():.0f}" in note


def test_a_ranking_shows_the_numbers_of_the_frame(assessment, texts):
    row = assessment.ranking.iloc[0]
    line = next(x for x in texts["ranking"].split("\n") if x.startswith("1 ") and "Missiles" in x)
    assert line.split() == [
        "1", f"{row.rank_p05}–{row.rank_p95}", f"{row.band}", "Missiles", f"{row.score:.1f}",
        f"{row.score_p05:.1f}–{row.score_p95:.1f}", f"{row.first_hit_date_p50}",
        f"{row.value_at_risk_usd_per_year / 1e9:.2f}", *row.main_driver.split(), "-", "-",
    ]  # fmt: skip


def test_a_ranking_is_written_without_a_frame_so_that_a_process_need_not_load_pandas(
    assessment, texts, monkeypatch
):
    monkeypatch.delattr(ex.Assessment, "_ranking")
    assert ranking_text(assessment) == texts["ranking"]


def test_a_sector_that_loses_nothing_has_dashes_where_there_is_no_number(texts):
    (line,) = [x for x in texts["ranking"].split("\n") if "Loudspeakers" in x]
    rank, ranks, _, name, *numbers = line.split()
    assert (rank, ranks, name) == ("3", "3–3", "Loudspeakers")
    assert numbers == ["0.0", "0.0–0.0", "-", "0.00", "-", "-", "-"]


def test_a_limit_says_how_many_sectors_are_left_out(assessment):
    text = ranking_text(assessment, limit=1)
    assert "Missiles" in text
    assert "... and 2 more" in text
    assert "Loudspeakers" not in text


def test_an_explanation_splits_the_score_four_ways_and_names_shares_cover_and_assumptions(texts):
    for words in (
        "by element", "by component", "by exit stage", "by licence state",
        "China's share of world output", "Cover of each component",
        "Assumed rows with the largest effect",
    ):  # fmt: skip
        assert words in texts["explain"]
    shares = [line.split() for line in texts["explain"].split("\n") if line.startswith("Sm ")]
    assert ["Sm", "separation", "0.9–1", "0.95", "2024", "assumed", "-"] in shares


def test_the_elements_of_an_explanation_sum_to_the_score(assessment, texts):
    block = texts["explain"].split("by element")[1].split("\n\n")[0].split("\n")[2:]
    shown = sum(float(line.split()[1]) for line in block)
    assert shown == pytest.approx(assessment.ranking["score"].iloc[0], abs=0.05 * len(block))


def test_five_assumed_rows_are_named_with_their_keys(texts):
    rows = texts["explain"].split("explains\n")[1].split("\n")[1:]
    assert len(rows) == 5
    assert all(row.endswith("%") for row in rows)


def test_a_sector_without_loss_is_explained_without_an_attribution(assessment):
    text = explain_text(assessment, "loudspeakers")
    assert "Nothing is lost, so there is nothing to attribute." in text
    assert "no assumed row moves it" in text


def test_an_unknown_sector_is_refused_with_a_suggestion(assessment):
    with pytest.raises(UnknownNameError) as raised:
        explain_text(assessment, "missile")
    assert str(raised.value) == "unknown sector 'missile'; did you mean 'missiles'?"


def test_a_comparison_names_each_scenario_once_and_says_what_moved(texts):
    assert texts["compare"].startswith("A: withheld\nB: free\n")
    missiles = next(x for x in texts["compare"].split("\n") if x.startswith("Missiles"))
    first, second = missiles.split()[2], missiles.split()[4]
    assert (second, missiles.split()[-1]) == ("0.0", f"-{first}")


def test_many_scenarios_are_compared_in_blocks_that_fit(dataset):
    courses = [course(f"free_{i}") for i in range(6)]
    text = comparison_text(ex.compare(dataset, courses, ex.Settings(draws=4)))
    assert max(map(len, text.split("\n"))) <= 100
    assert text.count("Loudspeakers") == 2


def test_a_scenario_is_described_with_its_rules_by_day(texts):
    assert "2025-04-04  2025-06-11  listed elements  all     ordinary" in texts["scenario"]
    assert "2025-06-11  -           listed elements  all     withheld" in texts["scenario"]
    assert "            Talks break off" in texts["scenario"]


def test_a_paragraph_is_wrapped_at_78_columns():
    text = scenario_text(course("long", text="word " * 60))
    assert max(map(len, text.split("\n"))) <= 78


def test_a_mixture_is_described_with_its_members_and_their_probabilities():
    text = scenario_text(ex.mix("both", [(WITHHELD, 0.25), (FREE, 0.75)], text="Judgement."))
    assert "25.0 %  withheld" in text.replace("     ", "")
    assert "75.0 %" in text


def test_rules_that_differ_only_in_the_element_are_one_line():
    rules = [Rule(element=e, starts=FIRST, state="fast_track") for e in ("Tb", "Dy")]
    (line,) = rule_lines(rules)
    assert (line.goods, line.buyers, line.state) == ("Dy Tb", "all", "fast track")


def test_terms_that_a_rule_changes_are_spelled_out():
    overrides = Overrides(priority=0, renewal_approval=0.0)
    (line,) = rule_lines([Rule(starts=FIRST, state="fast_track", overrides=overrides)])
    assert line.terms == "renewal approval 0, priority 0"


def test_turning_points_leave_out_rules_for_other_buyers_and_the_start_itself():
    other = Rule(destination="EUU", starts=date(2025, 7, 24), state="free")
    scenario = course("two", *WITHHELD.rules, other)
    assert turning_points(scenario, destination="USA") == [TURN]
    assert turning_points(scenario, destination="all") == [TURN, date(2025, 7, 24)]


def test_a_list_of_scenarios_has_one_line_each(texts):
    lines = texts["list"].split("\n")
    assert lines[0].split() == ["scenario", "name", "start", "holds"]
    assert [line.split()[0] for line in lines[2:]] == ["withheld", "free"]
