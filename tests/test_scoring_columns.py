"""The registry of columns: every column of a result has an entry, and all outputs use it."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import exposure as ex
from exposure.evidence.stoppage_reports import stoppages
from exposure.faults import Fault
from exposure.measures.lever_files import lever_of
from exposure.policy.grid import Point
from exposure.report.contents import dates_of
from exposure.report.files.csv_output import attribution_of_all, explanation_of_all
from exposure.report.files.listings import findings_frame, rules_frame, scenario_list_frame
from exposure.report.files.sweep_files import with_axes
from exposure.report.text.columns_page import TITLES, columns_page
from exposure.scoring import ranking
from exposure.scoring.column import Form
from exposure.scoring.columns import RESULTS, columns_of, names_of, result_frame
from exposure.tables.describing.differences import compare_datasets
from tests.shared_tables import backtest_of_the_world
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset

PAGE = Path(__file__).parents[1] / "docs" / "results.md"
BOTH = ex.mix("both", {WITHHELD: 0.5, FREE: 0.5}, text="for a test")
ODD = Fault("stock_weeks", "'x'", "a number", "correct it", "cover.csv", 3)
KEY = ("defence", "smco_magnet", "stock_weeks")


@pytest.fixture(scope="module")
def run():
    return ex.assess(tiny_dataset(), WITHHELD, ex.Settings(draws=16, prior=True))


def effects_of(run) -> ex.LeverEffects:
    keys = {"name": "n", "text": "t", "starts": run.first_day, "lead_weeks": 4, "kind": "pooling",
            "cost": {"once_musd": 1, "basis": "assumed", "note": "made up"}}  # fmt: skip
    sectors = ("missiles", "electric_vehicles")
    levers = [
        lever_of({**keys, "lever": f"pool_{sector}", "sectors": [sector]})[0] for sector in sectors
    ]
    return ex.levers(run, [lever for lever in levers if lever is not None])


@pytest.fixture(scope="module")
def frames(run) -> dict[str, pd.DataFrame]:
    """Every result of the registry, as its own function gives it."""
    shipped, settings = ex.read_dataset(), ex.Settings(draws=16, prior=True)
    changed = ex.with_value(shipped, "cover", KEY, value=(26, 39, 52))
    moved = ex.with_value(tiny_dataset(), "cover", ("missiles", *KEY[1:]), value=(26, 39, 52))
    read = ex.read_scenario("free_flow")
    ensemble = ex.run_ensemble(tiny_dataset(), [read], settings)
    tested = backtest_of_the_world()
    return {
        "ranking": run.ranking,
        "weekly": run.weekly,
        "draws": run.draws,
        "attribution": attribution_of_all([run]),
        "ensemble": ensemble,
        "sweep": with_axes([Point(read)], ensemble),
        "acceptability": run.acceptability,
        "pairs": run.pairs,
        "draws_needed": ex.draws_needed(run),
        "sensitivity": ex.sensitivity(run, singles=1),
        "tornado": ex.tornado(run, "missiles"),
        "information": ex.value_of_information(run, places=1),
        "flips": ex.flips(run, places=1),
        "probability_region": ex.order_by_probability(
            ex.assess(tiny_dataset(), BOTH, run.settings),
            "withheld",
            "free",
            steps=1,
        ),
        "impact_dates": dates_of(run),
        "levers": effects_of(run).table,
        "lever_pairs": effects_of(run).pairs,
        "portfolios": ex.portfolios(effects_of(run), [1e9]),
        "stocks": ex.stock_targets(run),
        "flow": ex.licensed_flow(tiny_dataset(), "april_2025_queue", settings),
        "backtest_months": tested.months,
        "backtest_errors": tested.errors,
        "stoppages": stoppages(shipped, settings),
        "industry_losses": ex.industry_losses(run, "stated"),
        "industry_totals": ex.industry_totals(run, "stated"),
        "rank_changes": ex.rank_changes(tiny_dataset(), moved, WITHHELD, settings),
        "differences": compare_datasets(shipped, changed),
        "provenance": ex.provenance(tiny_dataset(), "missiles"),
        "explanation": explanation_of_all([run], "missiles"),
        "scenario_list": scenario_list_frame([read, BOTH]),
        "rules": rules_frame(BOTH),
        "findings": findings_frame({"stale": [ODD], "without effect": [ODD]}),
    }


@pytest.mark.parametrize("result", RESULTS)
def test_every_result_has_exactly_the_columns_of_the_registry(frames, result):
    assert tuple(frames[result].columns) == names_of(result), (
        f"{result}: the frame and exposure/scoring/columns.py differ; add an entry for a new column"
    )


@pytest.mark.parametrize("result", RESULTS)
def test_cells_have_the_type_of_their_column_and_are_missing_only_where_documented(frames, result):
    for column in columns_of(result):
        cells = frames[result][column.name]
        missing = cells.isna()
        assert column.nullable or not missing.any(), column.name
        allowed = (int, float) if column.nullable and column.type is int else column.type
        assert all(isinstance(cell, allowed) for cell in cells[~missing].tolist()), column.name


@pytest.mark.parametrize("result", RESULTS)
def test_every_column_has_a_meaning_and_every_measure_a_unit(result):
    names = names_of(result)
    assert len(names) == len(set(names))
    without_unit = {Form.TEXT, Form.WHOLE, Form.PLACES, Form.DAY, Form.YES_NO}
    for column in columns_of(result):
        assert column.meaning.endswith("."), column.name
        assert column.unit or column.form in without_unit, column.name
        assert column.type in (str, int, float, bool, date)
        assert not column.until or column.until in names
        assert not (column.note and not column.short), column.name


def test_a_value_without_an_entry_is_refused_by_name(run, monkeypatch):
    figures = ranking._figures
    monkeypatch.setattr(ranking, "_figures", lambda *given: {**figures(*given), "lost_weeks": 1.0})
    with pytest.raises(KeyError) as raised:
        ranking.ranking_rows(run.sectors, first_day=run.first_day)
    assert raised.value.args == ("ranking: not in exposure/scoring/columns.py: lost_weeks",)


def test_an_entry_without_a_value_is_refused_by_name():
    with pytest.raises(KeyError) as raised:
        result_frame("attribution", [{"scenario": "a", "sector": "b", "element": "Dy"}])
    assert raised.value.args == ("attribution: lacks points",)


ADD_A_COLUMN = """
import json, sys
from pathlib import Path
import exposure as ex
from exposure import fast
from exposure.report.files import report_folder
from exposure.report.files.figure_process import Figures
from exposure.scoring import columns, ranking
from tests.more_columns import HIDDEN, SHOWN

# Kernels and figures know nothing of columns, and take most of the time.
fast.AVAILABLE = False
report_folder.figures_of = lambda _: Figures({"scores": "<svg/>"}, {"scores": b""})

# What a change of the code would do: an entry, and a value where rows of the ranking are made.
columns.RESULTS["ranking"] = (*columns.RANKING, SHOWN, HIDDEN)
figures = ranking._figures
ranking._figures = lambda *given: {**figures(*given), "lost_weeks": 12.34, "lost_days": 86.38}

from exposure.report.contents import dates_of
from exposure.report.files.csv_output import ranking_csv
from exposure.report.files.json_output import ranking_json
from exposure.report.files.output_models import row_model
from exposure.report.text.columns_page import columns_page
from exposure.report.text.glossary import column_terms
from exposure.report.text.words import ranking_text
from tests.test_report_text import WITHHELD
from tests.tiny import tiny_dataset

run = ex.assess(tiny_dataset(), WITHHELD, ex.Settings(draws=8))
ex.write_report([run], sys.argv[1])
json.dump({
    "frame": json.loads(run.ranking.iloc[0].to_json(date_format="iso")),
    "json": json.loads(ranking_json([run])),
    "csv": ranking_csv([run]),
    "schema": row_model("ranking").model_json_schema(),
    "terminal": ranking_text(run),
    "page": (Path(sys.argv[1]) / "report.html").read_text(encoding="utf-8"),
    "glossary": {term.word: term.meaning for term in column_terms()},
    "docs": columns_page(),
}, sys.stdout, default=str)
"""


@pytest.fixture(scope="module")
def with_two_more(tmp_path_factory) -> dict:
    """Every output of a run whose ranking has two more columns, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", ADD_A_COLUMN, str(tmp_path_factory.mktemp("report"))],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    return json.loads(done.stdout)


def test_one_entry_and_its_value_reach_every_output(with_two_more):
    found = with_two_more
    assert found["frame"]["lost_weeks"] == 12.34
    assert found["json"]["scenarios"][0]["ranking"][0]["lost_weeks"] == 12.34
    assert found["csv"].splitlines()[0].endswith(",lost_weeks,lost_days,record_digest")
    assert found["schema"]["properties"]["lost_weeks"] == {
        "description": "Weeks of output lost.",
        "title": "Lost Weeks",
        "type": "number",
        "unit": "week",
    }
    assert "lost_weeks" in found["schema"]["required"]
    assert found["terminal"].splitlines()[2].split()[-1] == "lost"
    assert "lost: weeks of output lost." in " ".join(found["terminal"].split())
    assert '<th scope="col" class="n">Weeks lost</th>' in found["page"]
    assert '<data value="12.34">12.3</data>' in found["page"]
    assert found["glossary"]["lost_weeks"] == "Weeks of output lost. Unit: week."
    assert "| `lost_weeks` | Weeks of output lost. | week |  |" in found["docs"]


def test_a_column_without_a_heading_stays_in_the_files(with_two_more):
    assert "86.38" not in with_two_more["terminal"] + with_two_more["page"]
    assert ",86.38," in with_two_more["csv"]


def test_the_page_of_the_documentation_is_the_one_of_the_registry():
    assert set(TITLES) == set(RESULTS)
    assert PAGE.read_text(encoding="utf-8") == columns_page(), (
        "docs/results.md is stale; run python docs/results.py"
    )
