"""Figures: their content, no change of global state, equal bytes."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

import exposure as ex
from exposure.evidence.conditioning import Compared
from exposure.report.plots import figure_files
from exposure.report.plots import rankings as figures
from exposure.report.plots.record import plot_record
from tests.test_report_text import FREE, WITHHELD
from tests.tiny import tiny_dataset


@pytest.fixture(scope="module")
def runs():
    dataset, settings = tiny_dataset(), ex.Settings(draws=64)
    return [ex.assess(dataset, scenario, settings) for scenario in (WITHHELD, FREE)]


@pytest.fixture
def axes():
    return Figure().subplots()


def labels(ticks) -> list[str]:
    return [tick.get_text() for tick in ticks]


def test_every_plot_returns_the_axes_it_was_given(runs, axes):
    points = runs[0].attribution()
    assert figures.plot_scores(runs, axes) is axes
    assert figures.plot_heat_map(points, axes) is axes
    assert figures.plot_weekly(runs[0], axes) is axes
    assert figures.plot_attribution(points, axes) is axes


def test_scores_are_in_the_order_of_the_first_scenario_worst_on_top(runs, axes):
    figures.plot_scores(runs, axes)
    assert labels(axes.get_yticklabels()) == ["Missiles", "Electric Vehicles", "Loudspeakers"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_score_marks_are_the_scores_of_the_ranking(runs, axes):
    figures.plot_scores(runs, axes)
    marks = {line.get_label(): list(line.get_xdata()) for line in axes.get_lines()}
    assert marks["Withheld"] == list(runs[0].ranking["score"])
    assert marks["Free"] == [0.0, 0.0, 0.0]


def test_cells_of_the_heat_map_show_the_points_and_leave_zeros_blank(runs, axes):
    points = runs[0].attribution()
    figures.plot_heat_map(points, axes)
    expected = [f"{value:.1f}" for value in points.to_numpy().ravel() if value >= 0.05]
    assert [text.get_text() for text in axes.texts] == expected


def test_names_replace_ids_where_they_are_given(runs, axes):
    figures.plot_heat_map(runs[0].attribution(), axes, names={"missiles": "Rockets"})
    assert labels(axes.get_yticklabels()) == ["Rockets", "electric_vehicles", "loudspeakers"]


def test_weekly_lines_are_the_weekly_table_and_turning_points_are_marked(runs, axes):
    figures.plot_weekly(runs[0], axes, top=2)
    drawn = {line.get_label(): list(line.get_ydata()) for line in axes.get_lines()}
    weekly = runs[0].weekly
    of_missiles = weekly[weekly["sector"] == "missiles"]
    assert drawn["Missiles"] == list(of_missiles["lost_share"])
    assert [text.get_text() for text in axes.texts] == ["2025-04-04 control begins", "2025-06-11"]


def test_the_last_intervals_end_before_the_axis_does(runs, axes):
    figures.plot_weekly(runs[0], axes, top=3)
    last = max(path.vertices[:, 0].max() for c in axes.collections for path in c.get_paths())
    assert axes.get_xlim()[1] >= last + figures.MARGIN_DAYS - 7.0


def test_one_sector_alone_gets_a_band(runs, axes):
    figures.plot_weekly(runs[0], axes, top=1)
    assert "band" in axes.get_xlabel()


def test_of_a_mixture_the_most_probable_member_is_drawn(axes):
    mixture = ex.mix("both", [(WITHHELD, 0.3), (FREE, 0.7)], text="Judgement.")
    run = ex.assess(tiny_dataset(), mixture, ex.Settings(draws=8))
    figures.plot_weekly(run, axes, top=1)
    assert figures.drawn_member(run).scenario == "free"
    assert set(axes.get_lines()[0].get_ydata()) == {0.0}


def test_stacked_bars_end_at_the_score(runs, axes):
    points = runs[0].attribution(by="stage")
    figures.plot_attribution(points, axes)
    ends = [
        max(p.get_x() + p.get_width() for p in bars) for bars in zip(*axes.containers, strict=True)
    ]
    assert ends == pytest.approx(list(runs[0].ranking["score"]))


def test_nothing_held_up_draws_without_a_legend(runs, axes):
    figures.plot_attribution(runs[1].attribution(by="stage").iloc[:, :0], axes)
    assert axes.get_legend() is None


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_figure_gives_the_same_bytes(runs, form):
    def draw() -> str | bytes:
        with figure_files.report_style():
            figure = figures.weekly_figure(runs[0])
            return figure_files.svg(figure) if form == "svg" else figure_files.png(figure)

    assert draw() == draw()


def test_the_report_style_ignores_the_users_own(runs):
    with figure_files.report_style():
        plain = figure_files.svg(figures.scores_figure(runs))
    with mpl.rc_context({"font.size": 30.0, "axes.facecolor": "red"}), figure_files.report_style():
        assert figure_files.svg(figures.scores_figure(runs)) == plain


def test_inline_svg_has_ids_of_its_own_a_label_and_no_preamble(runs):
    text = figure_files.svg(figures.scores_figure(runs))
    inline = figure_files.inline_svg(text, prefix="a", label='5 < 6 & "so"')
    root = ET.fromstring(inline)  # noqa: S314 - our own figure
    assert inline.startswith("<svg")
    assert root.get("aria-label") == '5 < 6 & "so"'
    ids = {node.get("id") for node in root.iter() if node.get("id")}
    assert all(name.startswith("a-") for name in ids)
    links = [v for node in root.iter() for k, v in node.items() if k.endswith("href")]
    assert links
    assert {link.removeprefix("#") for link in links} <= ids


def test_importing_the_package_or_its_command_line_loads_no_plotting():
    code = (
        "import sys, exposure, exposure.cli, exposure.report.files.report_folder; "
        "import exposure.report.text.words; "
        "print([m for m in ('matplotlib', 'jinja2', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("high", [0.005, 0.08, 0.3])
def test_ticks_of_the_record_do_not_depend_on_the_size_of_the_panel(high: float):
    # Labels that grew while a figure was laid out were cut at its edge.
    shares = dict.fromkeys(Compared.model_fields) | dict.fromkeys(
        ("low", "central", "prior_mean", "prior_p05", "prior_p95", "prior_inside"), 0.0
    )
    words = {"subject": "missiles", "kind": "losses"}
    days = {"from_date": date(2025, 4, 1), "to_date": date(2025, 6, 30)}
    seen = Compared.model_validate(shares | words | days | {"high": high})
    drawn = []
    for height in (1.0, 2.0, 8.0):
        figure = Figure(figsize=(3.0, height))
        panel = plot_record([seen], figure.subplots())
        figure.draw_without_rendering()
        drawn.append(labels(panel.get_yticklabels()))
    assert drawn[0] == drawn[1] == drawn[2]
    assert len(drawn[0]) >= 2
