"""The trend: one line per leading sector, one point per report, in the order of the reports."""

from datetime import date

from matplotlib.figure import Figure

from exposure.report.changes import TrendPoint
from exposure.report.plots.trend import plot_trend, trend_figure


def point(run: int, sector: str, score: float, rank: int, scenario: str = "a") -> TrendPoint:
    return TrendPoint(
        run=run, record_digest="0" * 16, day=date(2026, 10, run), scenario=scenario, sector=sector,
        name=f"{sector} & $sons", rank=rank, score=score, score_p05=score - 1, score_p95=score + 1,
    )  # fmt: skip


TREND = (
    point(1, "radar", 10.0, 1), point(1, "missiles", 5.0, 2),
    point(3, "radar", 20.0, 2), point(3, "missiles", 30.0, 1), point(3, "ships", 1.0, 3),
    point(3, "radar", 99.0, 1, scenario="b"),
)  # fmt: skip


def test_leaders_of_the_last_report_are_drawn_over_all_reports():
    axes = plot_trend(TREND, Figure().subplots(), scenario="a", top=2)
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert lines == {
        "missiles & \\$sons": [[0.0, 5.0], [1.0, 30.0]],
        "radar & \\$sons": [[0.0, 10.0], [1.0, 20.0]],
    }


def test_a_scenario_without_reports_leaves_the_axes_empty():
    axes = plot_trend(TREND, Figure().subplots(), scenario="c")
    assert not axes.lines
    figure = trend_figure((), scenario="a")
    assert figure.axes[0].get_legend() is None
