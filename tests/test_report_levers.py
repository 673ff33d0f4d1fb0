"""Effects of levers as text, JSON, CSV and figures, and on the command line."""

import json
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

import exposure as ex
from exposure.cli import main
from exposure.report.files.lever_files import levers_csv, levers_json
from exposure.report.lever_findings import LeverFindings
from exposure.report.text.levers import levers_text
from tests.test_measures_effects import LEVERS, effects, result

__all__ = ["effects", "result"]


@pytest.fixture(scope="module")
def found(effects: ex.LeverEffects) -> LeverFindings:
    return LeverFindings(
        effects.bench.assessment,
        ("missiles",),
        effects.table,
        effects.pairs,
        ex.portfolios(effects, [1e8]),
        ex.stock_targets(effects.bench.assessment),
    )


def test_the_text_names_levers_pairs_budgets_and_stocks(found: LeverFindings) -> None:
    text = levers_text(found)
    for line in ("What would help", "Pairs", "Budgets", "Stocks", "missiles: "):
        assert line in text
    assert max(map(len, text.splitlines())) <= 100


def test_json_holds_what_was_asked_for(found: LeverFindings) -> None:
    whole = json.loads(levers_json([found]))
    assert whole["schema_version"] == 1
    (course,) = whole["scenarios"]
    assert course["counted"] == ["missiles"]
    assert len(course["levers"]) == len(LEVERS) * 4
    plain = LeverFindings(found.assessment, (), found.levers)
    (course,) = json.loads(levers_json([plain]))["scenarios"]
    assert course["pairs"] is course["portfolios"] is course["stocks"] is None


def test_csv_holds_the_most_special_table(found: LeverFindings) -> None:
    assert levers_csv([found]).startswith("scenario,sector,p_without,weeks,")
    plain = LeverFindings(found.assessment, (), found.levers)
    assert levers_csv([plain]).startswith("scenario,lever,name,kind,acts_on,sector,")


def test_the_command_reads_levers_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[levers]]\nlever = "robots"\nname = "A rating"\nkind = "priority"\ntext = "t"\n'
        'sectors = ["industrial_robots"]\norder_class = 1\nstarts = 2027-01-01\nlead_weeks = 4\n'
        '[levers.cost]\nonce_musd = 1\nbasis = "assumed"\nnote = "n"\n'
    )
    words = ["levers", "licences_withheld", "--draws", "16", "--levers", str(path)]
    assert main([*words, "--format", "json", "--horizon-weeks", "26", "--quiet"]) == 0
    (course,) = json.loads(capsys.readouterr().out)["scenarios"]
    assert {row["lever"] for row in course["levers"]} == {"robots"}
    assert main([*words, "--sector", "industrial_robot"]) == 2
    assert "did you mean 'industrial_robots'?" in capsys.readouterr().err
    assert main(["levers", "--levers", str(tmp_path / "none.toml")]) == 3
    assert "found no such file" in capsys.readouterr().err


def test_figures_show_each_lever_once_and_harm_in_another_way(effects: ex.LeverEffects) -> None:
    axes = ex.plot_levers(effects.table, Figure().subplots())
    assert len(axes.patches) == len(LEVERS)
    harmed = [bar for bar in axes.patches if bar.get_width() < 0.0]
    assert all(bar.get_hatch() for bar in harmed)
    with pytest.raises(ex.UnknownNameError, match="unknown sector 'missile'"):
        ex.plot_levers(effects.table, Figure().subplots(), "missile")


def test_a_frontier_names_its_marks_outside_the_panel_and_writes_budgets_in_full() -> None:
    table = pd.DataFrame({"budget_musd": [100.0, 10_000.0], "risk_without": [5.0, 5.0],
                          "risk_with": [4.0, 2.0], "best_single_risk": [4.0, 3.0]})  # fmt: skip
    figure = Figure(layout="constrained")
    axes = ex.plot_frontier(table, figure.subplots())
    figure.draw_without_rendering()
    legend = axes.get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["best set found", "best single lever", "no lever"]
    assert legend.get_window_extent().y0 >= axes.get_window_extent().y1
    assert {"100", "1,000", "10,000"} <= {tick.get_text() for tick in axes.get_xticklabels()}


def test_a_frontier_needs_budgets_above_nothing() -> None:
    table = pd.DataFrame({"budget_musd": [0.0], "risk_without": [1.0], "risk_with": [1.0],
                          "best_single_risk": [1.0]})  # fmt: skip
    with pytest.raises(ex.ArgumentError) as raised:
        ex.plot_frontier(table, Figure().subplots())
    assert str(raised.value) == (
        "ex.plot_frontier: 1 fault\n  - table: found a budget of 0; expected budgets above 0; "
        "leave it out"
    )
