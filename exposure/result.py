"""The result of one run: an `Assessment`, frozen, with a record of its inputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import exposure
from exposure.arguments import PATH, TEXT, check_arguments, each, instance_of, optional
from exposure.errors import unknown_name
from exposure.evidence.conditioned_list import RecordMet
from exposure.policy.scenario import Scenario
from exposure.records import draws_record, scenario_record, tables_record
from exposure.saved_results import Parts, read_parts, write_parts
from exposure.scoring.attribution import points_by_cause
from exposure.scoring.blocks import Run
from exposure.scoring.certainty import acceptability_frame, pairs_frame
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.ranking import ScoredSector, draws_frame, ranking_rows, weekly_frame
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.values import close, same

if TYPE_CHECKING:
    import pandas as pd

Cause = Literal["element", "component", "stage", "licence_class"]
"""The ways to split a score."""


@dataclass(frozen=True, eq=False, repr=False)
class Assessment:
    """Result of one scenario, or of a mixture, on one dataset; equal records give equal bytes.

    It is frozen: every table that it returns is a copy, so that changing one does not change the
    result. Two results are equal if all their contents are equal. It can be pickled and copied.
    """

    dataset: Dataset
    """Tables."""
    scenario: Scenario
    """Course of policy, or a mixture."""
    settings: Settings
    """Draws, horizon and the rest."""
    sectors: Mapping[str, ScoredSector]
    """Losses of each sector, by its id."""
    run: Run
    """Run behind the result: draws, weeks and sectors."""
    conditioned: RecordMet | None = None
    """Agreement of the draws with the record; None for the draws of the tables alone."""

    def __post_init__(self) -> None:
        close(self.sectors)

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    def __hash__(self) -> int:
        return hash((self.dataset, self.scenario.digest, self.settings))

    def __reduce__(self) -> tuple[object, ...]:
        # Only the parts, without values that can be computed again.
        sectors = dict(self.sectors)
        parts = self.dataset, self.scenario, self.settings, sectors, self.run, self.conditioned
        return Assessment, parts

    def __deepcopy__(self, memo: dict[int, object]) -> "Assessment":
        return self  # nothing in it can change

    @property
    def record(self) -> dict[str, object]:
        """All inputs of the result: versions, tables, overlays, scenario and settings."""
        return {
            **tables_record(self.dataset),
            **scenario_record(self.scenario),
            "settings": self.settings.model_dump(mode="json"),
            "draws": draws_record(self.conditioned),
        }

    @property
    def ranking(self) -> "pd.DataFrame":
        """One row per sector, worst first.

        ``score`` is 0 to 100: the discounted share of the horizon's output at risk, mean and
        tail over scenarios, mean over draws; ``score_p05`` and ``score_p95`` are over draws.
        Columns are those of `exposure.scoring.columns.RANKING`.
        """
        return self._ranking.copy()

    @property
    def ranking_rows(self) -> tuple[Mapping[str, Cell], ...]:
        """The rows of the ranking, each a mapping from column to cell, without a frame."""
        return tuple(MappingProxyType(row) for row in self._ranking_rows)

    @cached_property
    def _ranking_rows(self) -> list[dict[str, Cell]]:
        return ranking_rows(self.sectors, first_day=self.first_day)

    @cached_property
    def _ranking(self) -> "pd.DataFrame":
        return result_frame("ranking", self._ranking_rows)

    @property
    def weekly(self) -> "pd.DataFrame":
        """Weekly lost share of output: mean over draws, with the 5th and 95th percentile.

        Columns are those of `exposure.scoring.columns.WEEKLY`; ``date`` is the first day of the
        week, as datetime64.
        """
        return self._weekly.copy()

    @property
    def draws(self) -> "pd.DataFrame":
        """Lost share and score of every draw, one row per draw, sector and scenario.

        Columns are those of `exposure.scoring.columns.DRAWS`.
        """
        names = [scenario.scenario for scenario, _ in self.scenario.members]
        return draws_frame(self.sectors, names, numbers=self.run.sampler.numbers)

    @property
    def acceptability(self) -> "pd.DataFrame":
        """Probability of every rank of every sector, with its Monte Carlo error.

        Columns are those of ``acceptability`` in `exposure.scoring.columns`.
        """
        return acceptability_frame(self.sectors)

    @property
    def pairs(self) -> "pd.DataFrame":
        """Probability that one sector is hit worse than another, for every pair.

        Columns are those of ``pairs`` in `exposure.scoring.columns`.
        """
        return pairs_frame(self.sectors)

    @cached_property
    def _weekly(self) -> "pd.DataFrame":
        names = [scenario.scenario for scenario, _ in self.scenario.members]
        return weekly_frame(self.sectors, names, first_day=self.first_day)

    @property
    def first_day(self) -> date:
        """First day scored."""
        return self.scenario.start + timedelta(weeks=self.run.window.first)

    def attribution(self, by: Cause = "element", *, sector: str | None = None) -> "pd.DataFrame":
        """Score of each sector split by cause; rows sum to the score.

        Parameters
        ----------
        by
            ``element`` or ``component`` (the airport game of every week), ``stage`` (exit
            stage) or ``licence_class`` (licence state), both over all coalitions.
        sector
            Id of the only sector to split, which takes a fraction of the time; None for all.

        Returns
        -------
        pandas.DataFrame
            One row per sector in the order of the ranking, one column per cause, in points of the
            score. With `sector`, its row alone and its causes alone.

        Raises
        ------
        UnknownNameError
            If `by` is none of these, or the sector is not ranked.

        Examples
        --------
        >>> import exposure as ex
        >>> result = ex.assess(ex.read_dataset(), "free_flow", ex.Settings(draws=16))
        >>> float(result.attribution("stage", sector="radar").sum(axis=1)["radar"])
        0.0
        """
        causes = ("element", "component", "stage", "licence_class")
        check_arguments("Assessment.attribution", by=(by, TEXT), sector=(sector, optional(TEXT)))
        if by not in causes:
            raise unknown_name("cause", by, causes)
        if sector is not None and sector not in self.sectors:
            raise unknown_name("sector", sector, self.sectors)
        if (by, sector) not in self._attributions:
            self._attributions[(by, sector)] = self._split(by, sector)
        return self._attributions[(by, sector)].copy()

    @cached_property
    def _attributions(self) -> "dict[tuple[str, str | None], pd.DataFrame]":
        """Attributions made so far, by cause and sector."""
        return {}

    def _split(self, by: Cause, sector: str | None) -> "pd.DataFrame":
        import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

        order = list(self.ranking["sector"]) if sector is None else [sector]
        risks = {name: self.sectors[name].risk for name in order}
        if by == "element":
            parts = {name: risk.points for name, risk in risks.items()}
        else:
            parts = points_by_cause(self.run.of_sectors(risks), risks, by=by)
        columns = sorted({cause for part in parts.values() for cause in part})
        # A cause that does not concern a sector contributes nothing: here absent means zero.
        filled = {c: [parts[s].get(c, 0.0) for s in order] for c in columns}
        return pd.DataFrame(filled, index=pd.Index(order, name="sector"), columns=columns)

    @property
    def plot(self) -> "exposure.ResultPlots":
        """Figures of the result.

        ``scores``, ``weekly``, ``heat_map``, ``attribution``, ``rank_acceptability``,
        ``waterfall``, ``tornado`` and, of a mixture, ``flip_map``. Each draws on the axes it is
        given and returns them.
        """
        return exposure.ResultPlots(self)

    def save(self, path: str | Path) -> Path:
        """Write the result to one file, which `load_assessment` can read.

        The file is a ZIP archive of CSV, JSON and arrays; it holds no code, and equal results
        give equal bytes. A file of that name is replaced.

        Parameters
        ----------
        path
            Path of the file, such as ``"truce.exposure.zip"``.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        SavedResultError
            If it cannot be written there.
        """
        check_arguments("Assessment.save", path=(path, PATH))
        parts = Parts(
            self.dataset,
            self.scenario,
            self.settings,
            self.sectors,
            self.run.window,
            self.run.sampler,
            self.conditioned,
        )
        write_parts(Path(path), parts, record=self.record)
        return Path(path)

    def __repr__(self) -> str:
        return (
            f"<Assessment of {self.scenario.scenario}: {len(self.sectors)} sectors, "
            f"{self.settings.destination}, {self.settings.draws} draws, tables "
            f"{self.dataset.version}>"
        )

    def _repr_html_(self) -> str:
        return exposure.assessment_html(self)


ASSESSMENT = instance_of(Assessment, "an Assessment", "write ex.assess(dataset, scenario)")
"""The argument ``assessment`` of a public function."""

ASSESSMENTS = each(
    instance_of(Assessment, "an Assessment", "run ex.assess"),
    "a list of at least one Assessment",
    "write [assessment]",
    least=1,
)
"""The argument ``assessments`` of a public function."""


def load_assessment(path: str | Path) -> Assessment:
    """Read a result that `Assessment.save` wrote, in this process or another.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Assessment
        Equal to the one that was saved.

    Raises
    ------
    SavedResultError
        If the file does not exist, is of another kind, is damaged, or was written by a newer
        version of the package. No code in a file is ever run.
    """
    check_arguments("load_assessment", path=(path, PATH))
    parts = read_parts(Path(path))
    made_of = parts.dataset, parts.scenario, parts.settings
    run = Run(*made_of, parts.window, tuple(parts.sectors), parts.sampler)
    return Assessment(*made_of, parts.sectors, run, parts.conditioned)
