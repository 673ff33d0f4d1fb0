"""Notebook views of a result, the tables and a scenario; figures of a result."""

import re
from functools import cache

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import exposure as ex
from exposure.report.plots import rankings
from exposure.report.plots.figure_files import report_style, settled, svg
from tests.tiny import tiny_dataset

FEW = ex.Settings(draws=16)


@cache
def made(scenario: str = "full_withhold") -> ex.Assessment:
    return ex.assess(tiny_dataset(), scenario, FEW)


def test_a_result_shows_its_ranking_and_its_record():
    html = made()._repr_html_()
    assert html.index("Missiles") < html.index("Loudspeakers")
    for row in made().ranking.itertuples():
        (cell,) = re.findall(rf">{row.name}</td><td [^>]*>([^<]+)<", html)
        score, _, error = cell.partition(" ± ")
        unit = 10.0 ** -len(score.partition(".")[2])
        assert float(score) == pytest.approx(row.score, abs=0.501 * unit)
        assert bool(error) == (row.score > 0.0)
        if error:
            assert 0.0 <= float(error) - row.score_se < 1.001 * unit  # rounded up
    for value in (made().dataset.digest, made().scenario.digest, "settings.draws", "16"):
        assert value in html
    assert "<script" not in html
    assert repr(made()) == ("<Assessment of full_withhold: 3 sectors, USA, 16 draws, tables tiny>")


def test_a_mixture_shows_its_members():
    html = ex.read_scenario("outlook")._repr_html_()
    assert html.count("<tr>") == 1 + len(ex.read_scenario("outlook").members) + 2
    assert "probability" in html
    assert "Expected loss" in made("outlook")._repr_html_()


def test_a_scenario_shows_its_text_and_rules_and_is_short_in_text():
    truce = ex.read_scenario("london_truce")
    html = truce._repr_html_()
    assert " ".join(truce.text.split())[:60].replace("'", "&#39;") in " ".join(html.split())
    assert "fast track" in html or "fast_track" in html
    assert repr(truce) == (
        f"<Scenario london_truce: starts on 2025-04-04, {len(truce.rules)} rules>"
    )


def test_a_dataset_shows_its_tables_and_their_rows():
    html = tiny_dataset()._repr_html_()
    for name, rows in tiny_dataset().rows.items():
        assert re.search(rf"<td[^>]*>{name}</td><td[^>]*>{len(rows)}</td>", html)
    assert tiny_dataset().digest in html


def test_text_of_tables_and_scenarios_is_escaped():
    scenario = ex.Scenario(
        scenario="own", name="<b>own</b>", start="2025-04-04", text="<script>alert(1)</script>"
    )
    html = scenario._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;own" in ex.assess(tiny_dataset(), scenario, FEW)._repr_html_()


# Figures


@pytest.mark.parametrize(
    "figure", ["scores", "weekly", "heat_map", "attribution", "rank_acceptability"]
)
def test_a_figure_is_drawn_on_the_axes_given_or_on_its_own(figure: str):
    axes = Figure().subplots()
    draw = getattr(made().plot, figure)
    assert draw(axes) is axes
    assert axes.has_data()
    fresh = draw()
    assert isinstance(fresh, Axes)
    assert fresh.figure is not axes.figure
    with pytest.raises(ex.ArgumentError) as raised:
        draw("axes")
    assert str(raised.value) == (
        f"ex.Assessment.plot.{figure}: 1 fault\n"
        "  - axes: found the text 'axes'; expected Axes, or None; make them with "
        "matplotlib.figure.Figure().subplots()"
    )


def test_figures_of_a_result_are_those_of_the_report():
    with report_style():
        figure = Figure(figsize=(7.5, 4.2), layout="constrained")
        made().plot.weekly(figure.subplots())
        assert svg(settled(figure)) == svg(rankings.weekly_figure(made()))


def test_a_figure_may_split_by_another_cause():
    axes = made().plot.heat_map(by="component")
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert shown == list(made().attribution("component").columns)
    with pytest.raises(ex.UnknownNameError):
        made().plot.attribution(by="colour")  # type: ignore[arg-type]
