"""The figures of one result, as `assessment.plot` gives them.

Each method draws on the axes it is given and returns them; without axes it makes a figure of its
own, which ``axes.figure`` then gives. Nothing is computed here, and no window opens.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from exposure.arguments import COUNT, TEXT, check_arguments, instance_of, optional
from exposure.errors import unknown_name
from exposure.measures.probabilities import order_by_probability
from exposure.measures.tornado import tornado
from exposure.report.plots import certainty, rankings

if TYPE_CHECKING:
    from exposure.result import Assessment, Cause

AXES = optional(instance_of(Axes, "Axes", "make them with matplotlib.figure.Figure().subplots()"))

WIDTH, HEIGHT = 7.5, 4.8
"""Inches of a figure that is made here."""


@dataclass(frozen=True)
class ResultPlots:
    """Figures of one result.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "samarium_only", ex.Settings(draws=16))
    >>> result.plot.scores().get_xlabel()
    'Score, 0 to 100 (line: 5–95 % of draws)'
    """

    assessment: "Assessment"
    """The result that is drawn."""

    def scores(self, axes: Axes | None = None) -> Axes:
        """Scores of all sectors with their 5-95 % intervals.

        Parameters
        ----------
        axes
            Axes to draw on; None makes a figure.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        return rankings.plot_scores([self.assessment], _axes("scores", axes))

    def weekly(self, axes: Axes | None = None, *, top: int = 5) -> Axes:
        """Weekly lost share of output of the sectors ranked first.

        Parameters
        ----------
        axes
            Axes to draw on; None makes a figure.
        top
            Number of sectors.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        check_arguments("Assessment.plot.weekly", top=(top, COUNT))
        return rankings.plot_weekly(self.assessment, _axes("weekly", axes), top=top)

    def heat_map(self, axes: Axes | None = None, *, by: "Cause" = "element") -> Axes:
        """Points of the score that each cause accounts for: sectors down, causes across.

        Parameters
        ----------
        axes
            Axes to draw on; None makes a figure.
        by
            ``element``, ``component``, ``stage`` or ``licence_class``.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        points, drawn = self.assessment.attribution(by=by), _axes("heat_map", axes)
        return rankings.plot_heat_map(points, drawn, names=self._names())

    def attribution(self, axes: Axes | None = None, *, by: "Cause" = "stage") -> Axes:
        """Scores as stacked bars, split by what causes them.

        Parameters
        ----------
        axes
            Axes to draw on; None makes a figure.
        by
            ``element``, ``component``, ``stage`` or ``licence_class``.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        points, drawn = self.assessment.attribution(by=by), _axes("attribution", axes)
        return rankings.plot_attribution(points, drawn, names=self._names())

    def rank_acceptability(self, axes: Axes | None = None) -> Axes:
        """Probability of every rank of every sector.

        Parameters
        ----------
        axes
            Axes to draw on; None makes a figure.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        drawn = _axes("rank_acceptability", axes)
        held = self.assessment.acceptability
        return certainty.plot_rank_acceptability(held, drawn, names=self._names())

    def waterfall(
        self, sector: str, axes: Axes | None = None, *, by: "Cause" = "component"
    ) -> Axes:
        """Score of one sector as the sum of its causes.

        Parameters
        ----------
        sector
            Id of a sector.
        axes
            Axes to draw on; None makes a figure.
        by
            ``element``, ``component``, ``stage`` or ``licence_class``.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        self._check("waterfall", sector)
        split = self.assessment.attribution(by=by, sector=sector)
        drawn = _axes("waterfall", axes)
        points = {str(cause): float(split[cause][sector]) for cause in split.columns}
        return certainty.plot_waterfall(points, drawn)

    def tornado(self, sector: str, axes: Axes | None = None, *, inputs: int = 10) -> Axes:
        """Expected score of one sector at both ends of its largest inputs.

        Parameters
        ----------
        sector
            Id of a sector.
        axes
            Axes to draw on; None makes a figure.
        inputs
            Number of inputs.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        self._check("tornado", sector)
        table, drawn = tornado(self.assessment, sector, inputs=inputs), _axes("tornado", axes)
        score = self.assessment.sectors[sector].score
        return certainty.plot_tornado(table, drawn, score=score)

    def flip_map(
        self, first: str, second: str, axes: Axes | None = None, *, rank: int = 1, steps: int = 20
    ) -> Axes:
        """Sector that holds a rank at all probabilities of two members of a mixture.

        Parameters
        ----------
        first, second
            Members of the mixture.
        axes
            Axes to draw on; None makes a figure.
        rank
            Rank that is drawn.
        steps
            Steps from probability 0 to 1.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn on.
        """
        check_arguments("Assessment.plot.flip_map", rank=(rank, COUNT))
        drawn = _axes("flip_map", axes)
        region = order_by_probability(self.assessment, first, second, steps=steps, places=rank)
        return certainty.plot_flip_map(region, drawn, rank=rank, names=self._names())

    def _check(self, method: str, sector: str) -> None:
        check_arguments(f"Assessment.plot.{method}", sector=(sector, TEXT))
        if sector not in self.assessment.sectors:
            raise unknown_name("sector", sector, self.assessment.sectors)

    def _names(self) -> dict[str, str]:
        ranking = self.assessment.ranking
        return dict(zip(ranking["sector"], ranking["name"], strict=True))


def _axes(method: str, axes: Axes | None) -> Axes:
    check_arguments(f"Assessment.plot.{method}", axes=(axes, AXES))
    if axes is not None:
        return axes
    return Figure(figsize=(WIDTH, HEIGHT), layout="constrained").subplots()
