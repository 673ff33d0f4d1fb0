"""Figures as files: one style, one layout, equal bytes for equal figures.

Figures are `matplotlib.figure.Figure` objects: nothing global is touched, and no window opens.
"""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from markupsafe import escape
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from exposure.arguments import TEXT, check_arguments, instance_of, optional
from exposure.report.plots.labels import literal, set_fonts
from exposure.report.text.layout import wrapped
from exposure.report.text.safe import one_line

INK = "#222222"

STYLE: Mapping[Any, Any] = {
    "font.size": 9.0,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "exposure",
}
"""Style of the report's figures; the hash salt keeps ids in SVG the same from run to run."""

DOTS_PER_INCH = 150

SOFT_INK = "#555555"

MARK_WIDTH = 110
"""Characters of a line below a figure that says what was changed in the tables."""

MARK_HEIGHT = 0.14
"""Inches of such a line."""

FIGURE = instance_of(Figure, "a Figure", "write axes.figure")


@contextmanager
def report_style() -> Iterator[None]:
    """Style of the report, whatever the user's own matplotlib configuration says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def settled(figure: Figure, mark: str = "") -> Figure:
    """Lay a figure out once: a second layout could move its parts slightly.

    Parameters
    ----------
    figure
        With a constrained layout.
    mark
        Changes of the tables behind it, written below; empty for shipped tables.
    """
    engine = figure.get_layout_engine()
    if mark and isinstance(engine, ConstrainedLayoutEngine):
        lines = wrapped(mark, width=MARK_WIDTH, break_long_words=True).split("\n")
        room = MARK_HEIGHT * len(lines)
        height = figure.get_figheight() + room
        figure.set_figheight(height)
        engine.set(rect=(0.0, room / height, 1.0, 1.0 - room / height))
        text = figure.text(0.01, 0.03 / height, literal("\n".join(lines)), fontsize="x-small")
        text.set_color(SOFT_INK)
        set_fonts([text])
    if engine is not None:
        engine.execute(figure)
    # Without any engine: every file would draw a figure twice that had so much as a placeholder.
    with mpl.rc_context({"figure.autolayout": False, "figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    return figure


def svg(figure: Figure, *, description: str | None = None) -> str:
    """Text of a figure as SVG, the same bytes for the same figure.

    Parameters
    ----------
    figure
        Figure to write.
    description
        Description in the metadata, such as the digest of the run.

    Returns
    -------
    str
        The whole file.
    """
    check_arguments("svg", figure=(figure, FIGURE), description=(description, optional(TEXT)))
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": STYLE["svg.hashsalt"], "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={**nothing, "Description": description})
    return buffer.getvalue().decode("utf-8")


def inline_svg(text: str, *, prefix: str, label: str) -> str:
    """Turn a figure into an element of a page, with ids of its own and a label to be read aloud.

    Parameters
    ----------
    text
        As `svg` gives it.
    prefix
        Put before every id, so that several figures share a page.
    label
        Content of the figure in plain words, without markup.
    """
    element = text[text.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", element)
    quoted = escape(one_line(label))
    return element.replace("<svg", f'<svg role="img" aria-label="{quoted}"', 1)


def png(figure: Figure, *, description: str | None = None) -> bytes:
    """Bytes of a figure as PNG, the same for the same figure; see `svg`."""
    buffer = io.BytesIO()
    metadata = {"Software": None, "Description": description}
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata=metadata)
    return buffer.getvalue()
