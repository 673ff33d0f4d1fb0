"""Levers in a scheduled report: those that run, the best one, and those left out."""

from dataclasses import replace
from datetime import date
from functools import cache

import pandas as pd
import pytest

import exposure as ex
from exposure.citations import known_until
from exposure.errors import ConfigurationError, UnknownNameError
from exposure.measures.lever_files import read_levers
from exposure.policy.scenario_file import read_scenario
from exposure.report.contents import gather
from exposure.report.desk.configuration import Configuration
from exposure.report.desk.helping import chosen_levers, what_would_help
from exposure.report.desk.scope import check_scope
from exposure.report.html.help_section import best_of_course, help_section
from exposure.report.html.page import report_page
from exposure.report.lever_findings import Helping
from exposure.report.text.caveats import knowledge_date
from exposure.scoring.columns import result_frame
from tests.tiny import tiny_dataset

FEW = ex.Settings(draws=8, prior=True)


@cache
def run() -> ex.Assessment:
    return ex.assess(tiny_dataset(), "full_withhold", FEW)


def row(lever: str, sector: str, points: float, cost: float = 39.8) -> dict:
    return {
        "lever": lever, "name": f"Lever {lever}", "kind": "stock", "acts_on": date(2026, 12, 1),
        "sector": sector, "is_target": True, "score_without": 40.0,
        "score_with": 40.0 - points, "points": points,
        "points_p05": points - 1.0, "points_p95": points + 1.0, "points_se": 0.31,
        "avoided_usd_per_year": None, "avoided_p05": None, "avoided_p95": None,
        "worse_share": 0.25, "cost_musd": cost, "cost_low_musd": 13.9, "cost_high_musd": 1090.0,
        "cost_per_point_musd": None, "cost_per_avoided_usd": None,
    }  # fmt: skip


def found(*rows: dict, left_out: tuple[str, ...] = ()) -> Helping:
    return Helping((result_frame("levers", list(rows)),), 8, left_out)


def test_the_best_lever_is_that_of_most_points_and_one_that_harms_is_none():
    helping = found(
        row("a", "missiles", 1.0), row("a", "radar", -2.0), row("a", "total", -1.0),
        row("b", "missiles", 3.0), row("b", "radar", 0.04), row("b", "total", 3.04),
    )  # fmt: skip
    section = help_section(gather([run()], helping=helping))
    assert [lever.name for lever in section.levers] == ["Lever b"]
    (gain,) = section.levers[0].gains
    assert (gain.shown, gain.interval, gain.worse) == ("3.0 ± 0.4", "2.0 to 4.0", "25")
    best = {sector.name: sector.best[0].name for sector in section.sectors}
    assert best == {"Missiles": "Lever b"}
    assert best_of_course(helping, 0) == (
        "Most would help: Lever b. All sectors together score 3.0 ± 0.4 points less; it costs "
        "40 (14–1,100) million USD."
    )


def test_the_page_has_the_section_only_where_somebody_asked():
    assert '<section id="levers">' not in report_page(gather([run()]))
    none = report_page(gather([run()], helping=found(left_out=("Lever <a> is late.",))))
    assert "No lever that was run lowers the scores." in none
    assert "<li>Lever &lt;a&gt; is late.</li>" in none


def test_levers_that_do_not_fit_the_tables_or_come_too_soon_are_left_out_with_the_reason():
    chosen = chosen_levers(wanted=["rating_engines", "rating_cars"])
    late = replace(run(), settings=FEW)
    helping = what_would_help([late], chosen)
    assert helping.draws == 8
    assert helping.left_out[0] == (
        "A defence rating for aircraft engines does not fit the tables: sectors: "
        "found 'aero_engines'; expected a sector of sectors.csv, or a group."
    )
    later = ex.assess(
        tiny_dataset(), "full_withhold", FEW.model_copy(update={"as_of": date(2027, 3, 1)})
    )
    helping = what_would_help([later], chosen_levers(wanted=["rating_cars"]))
    assert helping.tables[0].empty
    assert helping.left_out == (
        "A rating for electric cars (Everything withheld): starts: found 2026-12-01, to act on "
        f"2026-12-29; expected to act from {later.first_day} on.",
    )


def test_levers_are_all_none_or_some_and_a_misspelt_one_is_named():
    assert chosen_levers(wanted=True) == read_levers()
    assert chosen_levers(wanted=False) == ()
    assert what_would_help([run()], ()) is None
    with pytest.raises(UnknownNameError) as raised:
        chosen_levers(wanted=["samarium_lin"])
    assert str(raised.value) == "unknown lever 'samarium_lin'; did you mean 'samarium_line'?"


def test_the_table_of_a_lever_is_that_of_the_measures():
    chosen = chosen_levers(wanted=["rating_cars"])
    helping = what_would_help([run()], chosen)
    expected = ex.levers(run(), chosen).table
    pd.testing.assert_frame_equal(helping.tables[0], expected)


def test_alerts_on_sectors_made_elsewhere_or_courses_that_do_not_run_are_refused():
    configuration = Configuration.model_validate(
        {
            "alert_sectors": ["missiles"],
            "alerts": [{"rule": "score_above", "limit": 1.0, "scenarios": ["free_flow"]}],
        }
    )
    dataset = tiny_dataset()
    check_scope(configuration, dataset, destination="USA", scenarios=["free_flow"])
    with pytest.raises(ConfigurationError) as raised:
        check_scope(
            configuration, dataset, destination="JPN", scenarios=["full_withhold"], path="d.toml"
        )
    ranked = ", ".join(dataset.sector_ids("JPN"))
    assert str(raised.value) == (
        "d.toml: 2 faults\n"
        "  - alert_sectors: found 'missiles', which is not made in JPN; expected a sector that the "
        f"report ranks: {ranked}; leave it out, or set destination under [settings]\n"
        "  - alert 1, scenarios: found 'free_flow', which does not run; expected a scenario of the "
        "report: full_withhold; leave it out, or add it to scenarios"
    )


def test_the_knowledge_date_is_the_day_from_which_the_default_courses_are_scored():
    known = known_until(ex.read_dataset())
    for name in ("licences_continue", "licences_queued", "licences_withheld", "outlook"):
        assert read_scenario(name).scored_from == known
    assert read_scenario("as_it_happened").record_ends == known


def test_a_run_knows_no_more_than_its_tables_and_nothing_after_its_day():
    sourced = replace(run(), dataset=ex.read_dataset())
    early = replace(sourced, settings=FEW.model_copy(update={"as_of": date(2026, 1, 5)}))
    assert knowledge_date(early) == date(2026, 1, 5)
    assert knowledge_date(sourced) == known_until(sourced.dataset)
    assert known_until(tiny_dataset()) != known_until(sourced.dataset)
