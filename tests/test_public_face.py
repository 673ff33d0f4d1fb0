"""Names imported in README and docs are public; results pickle, copy, compare; slips are named."""

import ast
import copy
import inspect
import json
import pickle
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import exposure as ex
from exposure.measures.lever_files import lever_of
from tests.shared_tables import backtest_of_the_world, calibration_of_the_world
from tests.tiny import tiny_dataset, tiny_records

ROOT = Path(__file__).parents[1]
FEW = ex.Settings(draws=16, prior=True)
STOCK = ("missiles", "smco_magnet", "stock_weeks")


@cache
def made() -> ex.Assessment:
    return ex.assess(tiny_dataset(), "full_withhold", FEW)


# What a user imports


def shown_code() -> dict[str, str]:
    """Python that README, docs and notebooks show, by page."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    code = {
        page.name: "\n".join(
            re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
        )
        for page in pages
        if page.exists()
    }
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        lines = [line for c in cells if c["cell_type"] == "code" for line in c["source"]]
        code[path.name] = "".join(line if line.endswith("\n") else line + "\n" for line in lines)
        code[path.name] = re.sub(r"^%.*$", "", code[path.name], flags=re.M)
    code["figures.py"] = (ROOT / "docs" / "figures.py").read_text("utf-8")
    return code


@pytest.mark.parametrize("page", sorted(shown_code()))
def test_everything_that_the_pages_import_or_name_is_public(page: str):
    for node in ast.walk(ast.parse(shown_code()[page])):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("exposure"), ast.unparse(node)
        elif isinstance(node, ast.Import):
            deep = [alias.name for alias in node.names if alias.name.startswith("exposure.")]
            assert not deep
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "ex":
            assert node.attr in ex.__all__, f"ex.{node.attr}"


# Pickle, copy, equality


RESULTS: dict[str, Callable[[], object]] = {
    "dataset": tiny_dataset,
    "assessment": made,
    "mixture": lambda: ex.assess(tiny_dataset(), "outlook", FEW),
    "settings": lambda: FEW,
    "scenario": lambda: ex.read_scenario("london_truce"),
    "backtest": backtest_of_the_world,
    "calibration": calibration_of_the_world,
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_pickle_and_copy_and_compare_by_value(name: str):
    one = RESULTS[name]()
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), copy.copy(one)):  # noqa: S301 - our own bytes
        assert type(other) is type(one)
        assert other == one
        assert (other != one) is False
    assert one != object()


def test_results_that_differ_are_not_equal():
    tables = tiny_dataset()
    longer = ex.with_value(tables, "cover", STOCK, value=50)
    again = tiny_dataset(tiny_records())
    assert tables is not again
    assert tables == again
    assert tables != longer
    assert hash(tables) == hash(again)
    assert made() == ex.assess(again, "full_withhold", FEW)
    assert hash(made()) == hash(ex.assess(again, "full_withhold", FEW))
    assert made() != ex.assess(longer, "full_withhold", FEW)
    assert made() != ex.assess(tables, "full_withhold", ex.Settings(draws=16, seed=8, prior=True))
    assert made() != ex.assess(tables, "free_flow", FEW)


# Results hand out copies


@pytest.mark.parametrize("name", ["ranking", "weekly", "draws"])
def test_a_table_changed_by_its_reader_leaves_the_result_as_it_was(name: str):
    before = getattr(made(), name)
    mine = getattr(made(), name)
    mine.loc[:, mine.columns[-1]] = 0.0
    mine.attrs["looked at"] = True
    pd.testing.assert_frame_equal(getattr(made(), name), before, check_exact=True)


def test_a_changed_record_or_array_leaves_the_result_as_it_was():
    record = made().record
    record["settings"]["draws"] = 1  # type: ignore[index]
    record.clear()
    assert made().record["settings"]["draws"] == 16  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        made().sectors["missiles"].risk.lost[:] = 0.0
    again = pickle.loads(pickle.dumps(made()))  # noqa: S301 - our own bytes
    with pytest.raises(ValueError, match="read-only"):
        again.sectors["missiles"].risk.lost[:] = 0.0


@pytest.mark.usefixtures("undrawn")
def test_a_report_prints_the_result_and_not_what_a_reader_made_of_it(tmp_path: Path):
    result = ex.assess(tiny_dataset(), "full_withhold", FEW)
    ex.write_report([result], tmp_path / "before")
    mine = result.ranking
    mine.loc[:, "score"] = mine["score"].round(-1)
    ex.write_report([result], tmp_path / "after")
    names = ("ranking.csv", "report.json", "report.html")
    for name in names:
        assert (tmp_path / "before" / name).read_bytes() == (tmp_path / "after" / name).read_bytes()


# Tables of results


def test_days_of_the_weekly_table_are_datetime64():
    days = made().weekly["date"]
    assert days.dtype == np.dtype("datetime64[s]")
    assert days.iloc[0] == pd.Timestamp(made().scenario.start)
    assert (days.diff().iloc[1:104] == pd.Timedelta(weeks=1)).all()


def test_draws_average_to_the_score_and_to_the_expected_loss():
    result = ex.assess(tiny_dataset(), "outlook", FEW)
    draws, ranking = result.draws, result.ranking.set_index("sector")
    assert list(draws.columns) == ["draw", "sector", "scenario", "lost_share", "score"]
    assert len(draws) == 16 * 3 * len(result.scenario.members)
    for sector, rows in draws.groupby("sector"):
        assert rows["score"].mean() == pytest.approx(ranking.loc[sector, "score"])
        weight = {member.scenario: p for member, p in result.scenario.members}
        means = rows.groupby("scenario")["lost_share"].mean()
        expected = sum(weight[name] * loss for name, loss in means.items())
        assert expected == pytest.approx(ranking.loc[sector, "expected_loss_share"])


# Arguments of a wrong kind


def public_functions() -> dict[str, Callable[..., object]]:
    named = {name: getattr(ex, name) for name in ex.__all__}
    return {name: member for name, member in named.items() if inspect.isfunction(member)}


@cache
def lever():
    read, _ = lever_of({
        "kind": "pooling", "lever": "shared", "name": "n", "text": "t", "sectors": ["missiles"],
        "starts": made().first_day, "lead_weeks": 4,
        "cost": {"once_musd": 1, "basis": "assumed", "note": "made up"},
    })  # fmt: skip
    return read


@cache
def calls() -> dict[str, dict[str, object]]:
    """Right arguments for every public function."""
    shipped, tables, result = ex.read_dataset(), tiny_dataset(), made()
    flow = pd.DataFrame()
    return {
        "apply": {"lever": lever(), "assessment": result},
        "apply_overlay": {"dataset": tables, "folder": "mine"},
        "assess": {
            "dataset": tables, "scenario": "free_flow", "settings": FEW, "workers": 1,
            "progress": None,
        },
        "backtest": {"dataset": shipped, "destinations": ["WLD"], "seed": 7},
        "calibrate": {
            "dataset": shipped, "destination": "WLD", "base": "pooled", "last_month": "2025-12",
            "elements": False, "reading": None,
        },
        "compare": {
            "dataset": tables, "scenarios": ["free_flow"], "settings": FEW, "progress": None,
        },
        "compare_datasets": {"old": tables, "new": tables},
        "differences_text": {"differences": flow},
        "draws_needed": {"assessment": result, "score_error": 0.1, "probability_error": 0.01},
        "equally_good": {"dataset": shipped, "destination": "WLD"},
        "exit_shares": {
            "shares": np.ones((2, 1)), "nested_share": np.ones(1), "method": "mixture",
        },
        "exit_shares_of_flow": {"feeds": [np.eye(2)], "purchases": np.ones(2), "china": 0},
        "flips": {"assessment": result, "places": 2},
        "import_comtrade": {"path": "trade.csv", "dataset": tables},
        "import_purchases": {
            "path": "orders.csv", "dataset": tables, "component": None, "destination": "USA",
            "buyer_class": "*", "from_date": None,
        },
        "import_usgs": {"path": "world.csv", "dataset": tables, "elements": None},
        "industry_codes": {},
        "industry_losses": {"assessment": result, "system": "stated"},
        "industry_shock": {"totals": flow, "industries": {}},
        "industry_totals": {"assessment": result, "system": "stated"},
        "licences_figure": {"flow": flow, "calibration": None},
        "levers": {
            "assessment": result, "levers": [lever()], "sectors": ["missiles"], "progress": None,
        },
        "licensed_flow": {"dataset": tables, "scenario": "free_flow", "settings": FEW},
        "load_assessment": {"path": "result.zip"},
        "mix": {
            "name": "both", "members": {ex.read_scenario("free_flow"): 1.0}, "text": "all of it",
        },
        "order_by_probability": {
            "assessment": result, "first": "free_flow", "second": "full_withhold", "steps": 2,
            "places": 1,
        },
        "pairwise_order": {"assessment": result},
        "plot_frontier": {"table": flow, "axes": Figure().subplots()},
        "plot_levers": {"table": flow, "axes": Figure().subplots(), "sector": "total"},
        "portfolios": {"effects": ex.levers(result, [lever()]), "budgets": [1e9], "by": "points"},
        "provenance": {"dataset": tables, "what": "missiles", "scenario": "free_flow"},
        "queue_against_customs": {"dataset": shipped, "scenario": "free_flow", "settings": FEW},
        "rank_acceptability": {"assessment": result},
        "rank_changes": {
            "old": tables, "new": tables, "scenario": "free_flow", "settings": FEW,
            "progress": None,
        },
        "rank_changes_text": {"changes": flow},
        "read_dataset": {"folder": None, "overlay": None},
        "read_levers": {"path": None},
        "run_ensemble": {
            "dataset": tables, "scenarios": ["free_flow"], "settings": FEW, "executor": None,
            "progress": None,
        },
        "read_scenario": {"name": "free_flow", "dates": None, "after": None, "rules": []},
        "record_figure": {"assessment": result},
        "scores_figure": {"assessments": [result]},
        "sensitivity": {
            "assessment": result, "sectors": ["missiles"], "singles": 2, "progress": None,
        },
        "shipped_scenarios": {},
        "stock_targets": {
            "assessment": result, "sectors": ["missiles"], "large": 0.05, "likely": 0.1,
            "progress": None,
        },
        "stoppages": {"dataset": shipped, "settings": FEW},
        "svg": {"figure": Figure(), "description": "text"},
        "tornado": {"assessment": result, "sector": "missiles", "inputs": 3},
        "value_of_information": {"assessment": result, "places": 2},
        "with_value": {
            "dataset": tables, "table": "cover", "key": STOCK, "value": 1.0, "note": "why",
        },
        "with_values": {"dataset": tables, "changes": {("cover", *STOCK): 1.0}, "note": "why"},
        "write_report": {"assessments": [result], "folder": "out", "briefing": None, "files": None,
                         "helping": None, "drawing": None},
    }  # fmt: skip


def test_every_public_function_and_argument_is_in_the_list_above():
    assert {name: list(arguments) for name, arguments in calls().items()} == {
        name: list(inspect.signature(function).parameters)
        for name, function in public_functions().items()
    }


class Stranger:
    """Of no kind that any function takes."""


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (name, p)
        for name, function in public_functions().items()
        for p in inspect.signature(function).parameters
    ],
)
def test_an_argument_of_a_wrong_kind_is_named(function: str, argument: str):
    with pytest.raises(ex.ArgumentError) as raised:
        public_functions()[function](**(calls()[function] | {argument: Stranger()}))
    text = str(raised.value)
    assert text.startswith(f"ex.{function}: ")
    assert f"  - {argument}: found a Stranger; expected " in text
    assert isinstance(raised.value, TypeError)
    assert isinstance(raised.value, ex.ExposureError)


SLIPS = {
    "the same scenario twice": (
        lambda: ex.compare(tiny_dataset(), ["free_flow", "free_flow"], FEW),
        "ex.compare: 1 fault\n"
        "  - scenarios: found 'free_flow' more than once; expected each once, since columns are "
        "named after them; leave one out, or rename it",
    ),
    "no scenario": (
        lambda: ex.compare(tiny_dataset(), [], FEW),
        "ex.compare: 1 fault\n"
        "  - scenarios: found a list of 0; expected a list of at least one scenario; "
        'write ["london_truce", "full_withhold"]',
    ),
    "a Path for a scenario": (
        lambda: ex.assess(tiny_dataset(), Path("my.toml"), FEW),  # type: ignore[arg-type]
        "ex.assess: 1 fault\n"
        "  - scenario: found a PosixPath; expected a Scenario, or the name of a shipped one; "
        'write "london_truce", or read a file with ex.read_scenario("my.toml")',
    ),
    "a list of scenarios and a dict for settings": (
        lambda: ex.assess(tiny_dataset(), ["free_flow"], {"draws": 16}),  # type: ignore[arg-type]
        "ex.assess: 2 faults\n"
        "  - scenario: found a list of 1; expected a Scenario, or the name of a shipped one; "
        'write "london_truce", or read a file with ex.read_scenario("my.toml")\n'
        "  - settings: found a dict; expected Settings, or None; write ex.Settings(draws=256), "
        "or leave it out",
    ),
    "two values of three": (
        lambda: ex.with_value(tiny_dataset(), "cover", STOCK, value=(26, 52)),
        "ex.with_value: 1 fault\n"
        "  - value: found a tuple of 2; expected a number, or three of them (low, central, high); "
        "write value=39 or value=(26, 39, 52)",
    ),
    "an array of three": (
        lambda: ex.with_value(tiny_dataset(), "cover", STOCK, value=np.array([26, 39, 52])),  # type: ignore[arg-type]
        "ex.with_value: 1 fault\n"
        "  - value: found an ndarray; expected a number, or three of them (low, central, high); "
        "write value=39 or value=(26, 39, 52)",
    ),
    "one run, no list": (
        lambda: ex.write_report(made(), "out"),  # type: ignore[arg-type]
        "ex.write_report: 1 fault\n"
        "  - assessments: found an Assessment; expected a list of at least one Assessment; "
        "write [assessment]",
    ),
    "workers below zero": (
        lambda: ex.assess(tiny_dataset(), "free_flow", FEW, workers=-1),
        "ex.assess: 1 fault\n"
        "  - workers: found -1; expected a whole number of at least 1, or None; write 1 or more",
    ),
    "True for a number": (
        lambda: ex.with_value(tiny_dataset(), "cover", STOCK, value=True),
        "ex.with_value: 1 fault\n"
        "  - value: found True; expected a number, or three of them (low, central, high); "
        "write value=39 or value=(26, 39, 52)",
    ),
    "a misspelt base": (
        lambda: ex.calibrate(ex.read_dataset(), base="yearly"),  # type: ignore[arg-type]
        "ex.calibrate: 1 fault\n"
        "  - base: found the text 'yearly'; expected the name of a base; "
        "write one of: pooled, monthly",
    ),
    "a number for a table": (
        lambda: tiny_dataset().table(3),  # type: ignore[arg-type]
        "ex.Dataset.table: 1 fault\n  - name: found 3; expected text; write it in quotes",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_says_what_was_found_and_what_to_write(slip: str):
    call, text = SLIPS[slip]
    with pytest.raises(ex.ArgumentError) as raised:
        call()
    assert str(raised.value) == text


def test_three_values_may_be_a_list_and_numbers_of_numpy():
    listed = ex.with_value(tiny_dataset(), "cover", STOCK, value=[26, np.int64(39), np.float64(52)])
    assert listed == ex.with_value(tiny_dataset(), "cover", STOCK, value=(26, 39, 52))
