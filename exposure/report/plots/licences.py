"""Figures of the licence regime: a licence's life, and exports observed against modelled.

Every ``plot_`` function takes a finished result and an `Axes`, draws, and returns the `Axes`;
nothing is computed here. Shares are fractions of the usual flow, or of all relationships.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, MonthLocator, date2num
from matplotlib.figure import Figure

from exposure.arguments import FRAME, check_arguments
from exposure.arrays import FloatArray
from exposure.evidence.calibrated import CALIBRATION
from exposure.evidence.customs import ELEMENT_BASE
from exposure.report.plots.labels import literal
from exposure.report.text.layout import shortened
from exposure.report.text.safe import one_line

if TYPE_CHECKING:
    import pandas as pd

    from exposure.evidence.backtesting import Backtest
    from exposure.evidence.calibrated import Calibration

BLUE, RED, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#888888"
"""Colours of Okabe and Ito, which colour-blind readers can distinguish."""

BASES = {"magnets": "magnets over a year before", "elements": f"Dy and Tb over {ELEMENT_BASE}"}
"""Series of a fit, with what each is measured against."""

LONGEST_TITLE = 90
"""Characters of a title that fit the width of the figure."""

EDGE_DAYS = 10.0
"""Days left free on both sides of months, so that their markers are whole."""

FORECAST_NAMES = {
    "model": "licence model",
    "last_month": "last month",
    "year_before": "same month a year before",
    "linear_recovery": "linear recovery",
}


def plot_licence_life(flow: "pd.DataFrame", axes: Axes) -> Axes:
    """Backlog, live licences and flow of one class of buyers, week by week.

    Parameters
    ----------
    flow
        Rows of one class as `exposure.licensing.flow_table.licensed_flow` gives them.
    axes
        Axes to draw on.
    """
    days = _days(flow["date"])
    backlog = flow["backlog"] / flow["size"]
    axes.plot(
        days, backlog, color=GREY, linestyle="--", label="decisions waiting, per relationship"
    )
    axes.plot(days, flow["live_licences"], color=GREEN, linestyle="-.", label="live licences")
    axes.fill_between(days, flow["flow_p05"], flow["flow_p95"], color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(days, flow["flow"], color=BLUE, label="flow over usual flow (band: 5–95 % of draws)")
    axes.axhline(1.0, color=GREY, linewidth=0.6)
    for day, state in _turns(flow):
        axes.axvline(day, color=GREY, linestyle=":", linewidth=0.8)
        axes.annotate(
            state, (day, 1.0), xycoords=("data", "axes fraction"), xytext=(2, 2),
            textcoords="offset points", fontsize="x-small", color="#555555",
        )  # fmt: skip
    _by_date(axes, months=3)
    axes.set_xlim(days[0], days[-1])
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("Share of the class")
    return _plain(axes)


def _turns(flow: "pd.DataFrame") -> list[tuple[float, str]]:
    """Days on which the state changes, the first day among them."""
    changed = flow["state"] != flow["state"].shift()
    return [
        (day, str(state).replace("_", " "))
        for day, state in zip(_days(flow["date"][changed]), flow["state"][changed], strict=True)
    ]


def plot_exports(calibration: "Calibration", axes: Axes) -> Axes:
    """Monthly exports over those of the base: counted, and as fitted.

    The base of magnets is the same time a year before, that of dysprosium and terbium a month
    before control, `exposure.evidence.customs.ELEMENT_BASE`.

    Parameters
    ----------
    calibration
        A finished fit.
    axes
        Axes to draw on.
    """
    for series, colour, marker in (("magnets", BLUE, "o"), ("elements", RED, "s")):
        months = calibration.months[calibration.months["series"] == series]
        if months.empty:
            continue
        days = _mid_month(months)
        name = BASES[series]
        axes.plot(days, months["observed"], marker, color=colour, label=f"{name}, counted")
        axes.plot(days, months["fitted"], color=colour, label=f"{name}, fitted")
    axes.axhline(1.0, color=GREY, linewidth=0.6)
    _by_date(axes)
    days = _mid_month(calibration.months)
    axes.set_xlim(days.min() - EDGE_DAYS, days.max() + EDGE_DAYS)
    # Room below zero for the markers of months with almost no exports.
    axes.set_ylim(bottom=-0.05)
    axes.set_ylabel("Exports over base (see legend)")
    return _plain(axes)


def plot_backtest(
    backtest: "Backtest", axes: Axes, *, destination: str = "WLD", scheme: str = "fixed"
) -> Axes:
    """Forecasts of months not seen, with the model's 90 % interval, and what was counted.

    Parameters
    ----------
    backtest
        A finished back-test.
    axes
        Axes to draw on.
    destination, scheme
        Scheme of the forecasts: ``fixed`` or ``rolling``.
    """
    months = backtest.months
    scheme_months = months[(months["destination"] == destination) & (months["scheme"] == scheme)]
    styles = {"model": (BLUE, "-"), "last_month": (RED, "--"), "year_before": (GREEN, "-."),
              "linear_recovery": (GREY, ":")}  # fmt: skip
    for forecast, (colour, style) in styles.items():
        rows = scheme_months[scheme_months["forecast"] == forecast]
        days = _mid_month(rows)
        if forecast == "model":
            axes.fill_between(
                days, rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0
            )
            axes.plot(days, rows["observed"], "o", color="#000000", label="counted")
        axes.plot(
            days, rows["predicted"], color=colour, linestyle=style, label=FORECAST_NAMES[forecast]
        )
    _by_date(axes)
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("Exports over those a year before")
    return _plain(axes)


def licences_figure(flow: "pd.DataFrame", calibration: "Calibration") -> Figure:
    """Figure of the licence queue of one class of buyers, and of exports below it.

    Parameters
    ----------
    flow
        Rows of one class as `exposure.licensing.flow_table.licensed_flow` gives them.
    calibration
        A finished fit, best with elements.

    Returns
    -------
    matplotlib.figure.Figure
        Shares by week above, exports by month below, both as ratios.
    """
    check_arguments("licences_figure", flow=(flow, FRAME), calibration=(calibration, CALIBRATION))
    figure = Figure(figsize=(7.0, 7.0), layout="constrained")
    upper, lower = figure.subplots(2)
    plot_licence_life(flow, upper)
    title = one_line(str(flow["licence_class"].iloc[0]))
    upper.set_title(literal(shortened(title, LONGEST_TITLE)), fontsize="medium", pad=14)
    _legend_below(upper)
    plot_exports(calibration, lower)
    lower.set_title("World exports", fontsize="medium")
    _legend_below(lower)
    return figure


def _legend_below(axes: Axes) -> None:
    """A legend below a panel: inside it, entries would read as data or cross the lines."""
    axes.legend(
        frameon=False, fontsize="small", ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.12)
    )


def _mid_month(rows: "pd.DataFrame") -> FloatArray:
    """Middle of each month, as matplotlib counts days."""
    return _days([date.fromisoformat(f"{month}-15") for month in rows["month"]])


def _days(dates: Iterable[date]) -> FloatArray:
    """Days as matplotlib counts them; its dates have no types."""
    return np.asarray(date2num(list(dates)))  # type: ignore[no-untyped-call]


def _by_date(axes: Axes, *, months: int = 1) -> None:
    locator = MonthLocator(interval=months)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.grid(axis="y", color="#d9d9d9", linewidth=0.6)


def _plain(axes: Axes) -> Axes:
    axes.spines[["top", "right"]].set_visible(False)
    return axes
