"""Draw one example of every figure: ``python docs/gallery.py`` writes the page of the gallery.

The site draws them while it is built, so they show the code and the tables of that build. Few draws
are used: the figures show what can be drawn, and are not for quoting.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

import exposure as ex

PAGE = Path(__file__).parent / "generated" / "gallery.md"

DRAWS = 64

SECTOR = "aero_engines"
"""Sector of the figures that show one sector."""

LEVERS = ("smco_stock_defence", "pooled_stocks_defence", "samarium_line", "yttrium_separation")

BUDGETS = (1e7, 1e8, 1e9)
"""USD, for the figure of portfolios."""

HEAD = """# Gallery of figures

One example of every figure, drawn while this page was built. Each is a function of a result and of
axes: it draws on axes of your own, or makes a figure if you give it none.

*{stamp}*

```python
import exposure as ex

dataset = ex.read_dataset()
continued = ex.assess(dataset, "licences_continue")
withheld = ex.assess(dataset, "licences_withheld")
```
"""


@dataclass(frozen=True)
class Shown:
    """A figure of the gallery."""

    name: str
    title: str
    code: str
    """What a user writes to get it."""
    says: str
    draw: Callable[[], Axes | Figure]


class Results:
    """The results behind the figures, each made when it is first asked for."""

    settings = ex.Settings(draws=DRAWS)

    @cached_property
    def dataset(self) -> ex.Dataset:
        """The shipped tables."""
        return ex.read_dataset()

    @cached_property
    def courses(self) -> list[ex.Assessment]:
        """The two ends of the default courses."""
        names = ("licences_continue", "licences_withheld")
        return [ex.assess(self.dataset, name, self.settings) for name in names]

    @property
    def withheld(self) -> ex.Assessment:
        """The course in which licences are withheld."""
        return self.courses[1]

    @cached_property
    def outlook(self) -> ex.Assessment:
        """The shipped mixture."""
        return ex.assess(self.dataset, "outlook", self.settings)

    @cached_property
    def effects(self) -> ex.LeverEffects:
        """A few levers on the course in which licences are withheld."""
        chosen = [lever for lever in ex.read_levers() if lever.lever in LEVERS]
        return ex.levers(self.withheld, chosen)

    def licences(self) -> Figure:
        """A licence's life, and exports as counted and as fitted."""
        flow = ex.licensed_flow(self.dataset, "london_truce")
        first = next(name for name in flow["licence_class"] if name.startswith("civil standard"))
        buyers = flow[flow["licence_class"] == first]
        return ex.licences_figure(buyers, ex.calibrate(self.dataset, elements=True))


def _axes(height: float = 4.8) -> Axes:
    return Figure(figsize=(8.0, height), layout="constrained").subplots()


def of_results(results: Results) -> Iterator[Shown]:
    """Figures of a ranking."""
    yield Shown(
        "scores",
        "Scores of several courses",
        "ex.scores_figure([continued, withheld])",
        "The score of every sector under each course; lines span 5 to 95 % of the draws.",
        lambda: ex.scores_figure(results.courses),
    )
    yield Shown(
        "weekly",
        "Lost output by week",
        "withheld.plot.weekly(top=4)",
        "The share of a week's output that is lost, for the sectors ranked first.",
        lambda: results.withheld.plot.weekly(_axes(), top=4),
    )
    yield Shown(
        "heat_map",
        "Scores by element",
        'withheld.plot.heat_map(by="element")',
        "Points of each score that are due to each element; rows sum to the score.",
        lambda: results.withheld.plot.heat_map(_axes(6.0), by="element"),
    )
    yield Shown(
        "attribution",
        "Scores by stage",
        'withheld.plot.attribution(by="stage")',
        "The same by the stage at which the supply last leaves China.",
        lambda: results.withheld.plot.attribution(_axes(6.0), by="stage"),
    )
    yield Shown(
        "record",
        "Implied and seen",
        "ex.record_figure(continued)",
        "Losses by quarter: what was seen, what the tables alone imply, what the draws used imply.",
        lambda: ex.record_figure(results.courses[0]),
    )


def of_certainty(results: Results) -> Iterator[Shown]:
    """Figures of how sure a ranking is."""
    yield Shown(
        "rank_acceptability",
        "Probability of every rank",
        "withheld.plot.rank_acceptability()",
        "How often each sector holds each rank over the draws.",
        lambda: results.withheld.plot.rank_acceptability(_axes(6.0)),
    )
    yield Shown(
        "waterfall",
        "One score, put together",
        f'withheld.plot.waterfall("{SECTOR}")',
        "The score of one sector, component by component.",
        lambda: results.withheld.plot.waterfall(SECTOR, _axes(3.2)),
    )
    yield Shown(
        "tornado",
        "What a score depends on",
        f'withheld.plot.tornado("{SECTOR}")',
        "The expected score at the low and at the high end of each of its largest inputs.",
        lambda: results.withheld.plot.tornado(SECTOR, _axes()),
    )
    yield Shown(
        "flip_map",
        "Which probabilities reverse the order",
        'ex.assess(dataset, "outlook").plot.flip_map("licences_continue", "licences_withheld")',
        "The sector ranked first at all probabilities of two members of a mixture.",
        lambda: results.outlook.plot.flip_map(
            "licences_continue", "licences_withheld", _axes(), steps=10
        ),
    )


def of_measures(results: Results) -> Iterator[Shown]:
    """Figures of levers and licences."""
    yield Shown(
        "levers",
        "What levers gain",
        "effects = ex.levers(withheld, ex.read_levers())\nex.plot_levers(effects.table, axes)",
        "Points that each lever takes off the sum of all scores, with its interval and cost.",
        lambda: ex.plot_levers(results.effects.table, _axes(3.2)),
    )
    yield Shown(
        "frontier",
        "What a budget buys",
        "ex.plot_frontier(ex.portfolios(effects, [1e7, 1e8, 1e9]), axes)",
        "The least risk that a budget can reach, and the set of levers that reaches it.",
        lambda: ex.plot_frontier(ex.portfolios(results.effects, list(BUDGETS)), _axes(3.6)),
    )
    yield Shown(
        "licences",
        "A licence's life",
        'ex.licences_figure(ex.licensed_flow(dataset, "london_truce"), ex.calibrate(dataset))',
        "Above, the queue of one class of buyers; below, world exports as counted and as fitted.",
        results.licences,
    )


def figures(results: Results) -> list[Shown]:
    """All figures, in the order of the page."""
    return [*of_results(results), *of_certainty(results), *of_measures(results)]


def stamp(dataset: ex.Dataset) -> str:
    """What the figures were drawn from: code, tables, draws."""
    package = Path(ex.__file__).parent
    sources = sorted(package.rglob("*.py"))
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    tables = f"tables {dataset.version} ({dataset.digest[:12]})"
    return f"Code {ex.__version__} ({code}), {tables}, {DRAWS} draws."


def section(figure: Shown) -> str:
    """Text of one figure on the page."""
    return (
        f"\n## {figure.title}\n\n{figure.says}\n\n```python\n{figure.code}\n```\n\n"
        f"![{figure.title}](gallery/{figure.name}.svg)\n"
    )


def write(page: Path = PAGE) -> None:
    """Draw the figures and write the page, unless it shows this code and these tables."""
    results = Results()
    stamped = stamp(results.dataset)
    if page.exists() and stamped in page.read_text(encoding="utf-8"):
        return
    folder = page.parent / page.stem
    folder.mkdir(parents=True, exist_ok=True)
    text = HEAD.format(stamp=stamped)
    for shown in figures(results):
        drawn = shown.draw()
        figure = drawn if isinstance(drawn, Figure) else drawn.figure
        (folder / f"{shown.name}.svg").write_text(ex.svg(figure, description=stamped), "utf-8")
        text += section(shown)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
