"""Figure of the losses that the model implies for the past and those observed; computes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from exposure.arguments import check_arguments
from exposure.errors import ArgumentError
from exposure.report.plots.figure_files import report_style, settled
from exposure.report.plots.labels import label, set_fonts
from exposure.report.plots.rankings import GRID, PALETTE
from exposure.report.text.marks import tables_line
from exposure.result import ASSESSMENT

if TYPE_CHECKING:
    from exposure.evidence.conditioning import Compared
    from exposure.result import Assessment

ACROSS = 4
"""Sectors abreast in the figure."""

SEEN, IMPLIED, PRIOR = "#BBBBBB", PALETTE[0], PALETTE[1]

MOST_TICKS = 4
"""Intervals between ticks of a panel."""

ROW_INCHES, WIDTH_INCHES = 1.45, 9.0


def plot_record(ranges: "Sequence[Compared]", axes: Axes) -> Axes:
    """Implied and observed losses of one sector, by quarter.

    Parameters
    ----------
    ranges
        Observed ranges of the sector, with what all draws and the kept ones say of them.
    axes
        Axes to draw on: grey bars are the range seen, dots and lines the mean and the 5-95 %
        interval of the draws that agree with the record, crosses the mean of all draws.
    """
    # All quarters in one call each: a call for every quarter would take as long for each of them.
    places, floor = range(len(ranges)), _percent(own.low for own in ranges)
    seen = _percent(own.high - own.low for own in ranges)
    axes.bar(places, seen, bottom=floor, width=0.7, color=SEEN, zorder=1)
    prior = _percent(own.prior_mean for own in ranges)
    axes.plot(places, prior, "x", color=PRIOR, markersize=5, zorder=3)
    met = [(place, own) for place, own in enumerate(ranges) if own.conditioned_mean is not None]
    if met:
        kept = [place for place, _ in met]
        low, high = (
            _percent(own.conditioned_p05 for _, own in met),
            _percent(own.conditioned_p95 for _, own in met),
        )
        axes.vlines(kept, low, high, color=IMPLIED, linewidth=1.4, zorder=2)
        mean = _percent(own.conditioned_mean for _, own in met)
        axes.plot(kept, mean, "o", color=IMPLIED, markersize=3.5)
    labels = [f"Q{(quarter.to_date.month + 2) // 3}" for quarter in ranges]
    axes.set_xticks(range(len(ranges)), labels, fontsize=7)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_ylim(bottom=0.0)
    # Ticks that do not depend on the panel's size: while a figure is laid out, sizes change, and
    # labels that grow in the last step would be cut at its edge.
    axes.yaxis.set_major_locator(MaxNLocator(nbins=MOST_TICKS, integer=True))
    return axes


def _percent(shares: "Iterable[float | None]") -> list[float]:
    return [100.0 * (share or 0.0) for share in shares]


def record_figure(assessment: "Assessment") -> Figure:
    """Implied and observed losses by quarter, one small panel for each sector.

    Parameters
    ----------
    assessment
        A result whose draws met the record.

    Returns
    -------
    Figure
        Sectors in the order of the ranking; those of which nothing was seen are left out.

    Raises
    ------
    ArgumentError
        If the result was made of the draws of the tables alone.

    Examples
    --------
    >>> import exposure as ex
    >>> few = ex.Settings(draws=16, destination="JPN")
    >>> result = ex.assess(ex.read_dataset(), "licences_continue", few)
    >>> len(ex.record_figure(result).axes)
    8
    """
    check_arguments("record_figure", assessment=(assessment, ASSESSMENT))
    if assessment.conditioned is None:
        raise ArgumentError(
            "record_figure: found a result of the draws of the tables alone; expected one that met "
            "the record; leave prior=True out of its settings"
        )
    ranking = assessment.ranking
    panels = _panels(assessment.conditioned.ranges, list(ranking["sector"]))
    names = dict(zip(ranking["sector"], ranking["name"], strict=True))
    rows = -(-len(panels) // ACROSS)
    with report_style():
        figure = Figure(figsize=(WIDTH_INCHES, 0.9 + ROW_INCHES * rows), layout="constrained")
        grid = figure.subplots(rows, ACROSS, squeeze=False).flat
        for axes in grid:
            axes.set_axis_off()
        for axes, (sector, ranges) in zip(figure.axes[: len(panels)], panels.items(), strict=True):
            axes.set_axis_on()
            plot_record(ranges, axes)
            title = axes.set_title(label(names[sector], key=sector), fontsize=8)
            set_fonts([title])
        figure.suptitle(
            "Output lost by quarter from April 2025, %: grey, range seen; blue, draws that agree "
            "with the record (mean, 5–95 %); ×, all draws of the tables",
            fontsize=8.5,
        )
        return settled(figure, tables_line(assessment.dataset))


def _panels(ranges: "Sequence[Compared]", sectors: Sequence[str]) -> Mapping[str, "list[Compared]"]:
    found: dict[str, list[Compared]] = {}
    for sector in sectors:
        quarters = [r for r in ranges if r.kind == "losses" and r.subject == sector]
        if quarters:
            found[sector] = sorted(quarters, key=lambda seen: seen.from_date)
    return found
