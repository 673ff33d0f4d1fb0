"""From tables and a scenario to a ranking: `assess` and the `Assessment` that it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from exposure.arguments import CALLBACK, COUNT, TEXT, check_arguments, each, instance_of, optional
from exposure.errors import unknown_name
from exposure.evidence.conditioned_list import RecordMet, meet_record
from exposure.impact.prepared import rows_read, run_window
from exposure.inputs.streams import Sampler
from exposure.policy.replay import seen_from
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.records import draws_record, scenario_record, tables_record
from exposure.scoring.blocks import Progress, Run, points_by_cause, sector_risks
from exposure.scoring.ranking import (
    Label,
    Record,
    ScoredSector,
    draws_frame,
    ranking_frame,
    weekly_frame,
)
from exposure.scoring.sector_risk import SectorRisk
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.schema.demand import SectorRow
from exposure.values import close, same

if TYPE_CHECKING:
    import pandas as pd

Cause = Literal["element", "component", "stage", "licence_class"]
"""What a score can be split by."""


REFUTED_BELOW = 0.05
"""Share of the tables' draws inside the record below which a sector may be refuted."""

WORKERS = optional(COUNT)
PROGRESS = optional(CALLBACK)


@dataclass(frozen=True, eq=False)
class Assessment:
    """Result of one scenario, or of a mixture, on one dataset; equal records, equal bytes.

    It is frozen: every table it gives is a copy, so that nothing done to one changes the result.
    Two results are equal if all they hold is equal. It can be pickled and copied.
    """

    dataset: Dataset = field(repr=False)
    scenario: Scenario
    settings: Settings
    sectors: Mapping[str, ScoredSector] = field(repr=False)
    run: Run = field(repr=False)
    """What was run: draws, weeks and sectors."""
    conditioned: RecordMet | None = field(default=None, repr=False)
    """How the draws agree with the record; None for the draws of the tables alone."""

    def __post_init__(self) -> None:
        close(self.sectors)

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    def __hash__(self) -> int:
        return hash((self.dataset, self.scenario.digest, self.settings))

    def __reduce__(self) -> tuple[object, ...]:
        # By its parts, which leaves behind what can be worked out again.
        sectors = dict(self.sectors)
        parts = self.dataset, self.scenario, self.settings, sectors, self.run, self.conditioned
        return Assessment, parts

    def __deepcopy__(self, memo: dict[int, object]) -> "Assessment":
        return self  # nothing in it can change

    @property
    def record(self) -> dict[str, object]:
        """What the result was made from: versions, tables, overlays, scenario and settings."""
        return {
            **tables_record(self.dataset),
            **scenario_record(self.scenario),
            "settings": self.settings.model_dump(mode="json"),
            "draws": draws_record(self.conditioned),
        }

    @property
    def ranking(self) -> "pd.DataFrame":
        """One row a sector, worst first.

        ``score`` is 0 to 100: the discounted share of the horizon's output at risk, mean and
        tail over scenarios, mean over draws; ``score_p05`` and ``score_p95`` are over draws.
        Columns are those of `exposure.scoring.columns.RANKING`.
        """
        return self._ranking.copy()

    @cached_property
    def _ranking(self) -> "pd.DataFrame":
        return ranking_frame(self.sectors, first_day=self.first_day)

    @property
    def weekly(self) -> "pd.DataFrame":
        """Weekly lost share of output: mean over draws, with the 5th and 95th percentile.

        Columns are those of `exposure.scoring.columns.WEEKLY`; ``date`` is the first day of the
        week, as datetime64.
        """
        return self._weekly.copy()

    @property
    def draws(self) -> "pd.DataFrame":
        """Lost share and score of every draw, one row a draw, sector and scenario.

        Columns are those of `exposure.scoring.columns.DRAWS`.
        """
        names = [own.scenario for own, _ in self.scenario.members]
        return draws_frame(self.sectors, names, numbers=self.run.sampler.numbers)

    @cached_property
    def _weekly(self) -> "pd.DataFrame":
        names = [own.scenario for own, _ in self.scenario.members]
        return weekly_frame(self.sectors, names, first_day=self.first_day)

    @property
    def first_day(self) -> date:
        """First day scored."""
        return self.scenario.start + timedelta(weeks=self.run.window.first)

    def attribution(self, by: Cause = "element") -> "pd.DataFrame":
        """Score of each sector split by what causes it; rows sum to the score.

        Parameters
        ----------
        by
            ``element`` or ``component`` (the airport game of every week), ``stage`` (exit
            stage) or ``licence_class`` (licence state), both over all coalitions.

        Returns
        -------
        pandas.DataFrame
            One row a sector in the order of the ranking, one column a cause.

        Raises
        ------
        UnknownNameError
            If `by` is none of these.
        """
        import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

        causes = ("element", "component", "stage", "licence_class")
        check_arguments("Assessment.attribution", by=(by, TEXT))
        if by not in causes:
            raise unknown_name("cause", by, causes)
        order = list(self.ranking["sector"])
        if by == "element":
            parts = {sector: own.risk.points for sector, own in self.sectors.items()}
        else:
            risks = {sector: own.risk for sector, own in self.sectors.items()}
            parts = points_by_cause(self.run, risks, by=by)
        columns = sorted({cause for part in parts.values() for cause in part})
        # A sector that does not meet a cause owes it nothing: here the absent is zero.
        filled = {s: {c: parts[s].get(c, 0.0) for c in columns} for s in order}
        return pd.DataFrame.from_dict(filled, orient="index", columns=columns).rename_axis("sector")


ASSESSMENTS = each(
    instance_of(Assessment, "an Assessment", "run ex.assess"),
    "a list of at least one Assessment",
    "write [assessment]",
    least=1,
)
"""The argument ``assessments`` of a public function."""


def assess(
    dataset: Dataset,
    scenario: Scenario | str,
    settings: Settings | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Assessment:
    """Score and rank sectors under a scenario.

    Parameters
    ----------
    dataset
        Tables, from `read_dataset`.
    scenario
        Scenario or mixture, or the name of a shipped one.
    settings
        Draws, seed, horizon and the rest; None for the defaults.
    workers
        Threads; None takes one a core, at most four. The result does not depend on it.
    progress
        Called after each block of draws.

    Returns
    -------
    Assessment
        Ranking, weekly losses, attribution and the record of the run.

    Raises
    ------
    UnknownNameError
        If no sector is made at the destination, or the scenario is unknown.
    SettingsError
        If `as_of` lies before the scenario's start.

    Examples
    --------
    >>> import exposure as ex
    >>> result = ex.assess(ex.read_dataset(), "free_flow", ex.Settings(draws=16))
    >>> float(result.ranking["score"].max())
    0.0
    """
    check_arguments(
        "assess",
        dataset=(dataset, DATASET),
        scenario=(scenario, SCENARIO),
        settings=(settings, SETTINGS),
        workers=(workers, WORKERS),
        progress=(progress, PROGRESS),
    )
    scenario = read_scenario(scenario) if isinstance(scenario, str) else scenario
    settings = settings or Settings()
    window = run_window(scenario, settings)
    last_day = scenario.start + timedelta(weeks=window.run)
    scenario = seen_from(scenario, settings.as_of, last_day=last_day)
    conditioned = meet_record(dataset, settings, progress=progress)
    run = Run(
        dataset,
        scenario,
        settings,
        window,
        _sector_ids(dataset, settings),
        _sampler(settings, conditioned),
    )
    risks = sector_risks(run, workers=workers, progress=progress)
    scored = {sector: _scored(run, sector, risk, conditioned) for sector, risk in risks.items()}
    return Assessment(dataset, scenario, settings, scored, run, conditioned)


def _sampler(settings: Settings, conditioned: RecordMet | None) -> Sampler:
    if conditioned is None:
        return Sampler.first(settings.draws, settings.seed)
    return Sampler(conditioned.numbers, settings.seed)


def _sector_ids(dataset: Dataset, settings: Settings) -> tuple[str, ...]:
    place = settings.destination
    found = dataset.sector_ids(None if place == "all" else place)
    if not found:
        known = {row.destination for row in dataset.rows_of(SectorRow)}
        raise unknown_name("destination", place, [*known, "all"])
    return found


def _scored(run: Run, sector: str, risk: SectorRisk, conditioned: RecordMet | None) -> ScoredSector:
    cells = run.inputs.index.cells
    read = {row for row in rows_read(run.inputs, sector) if row in cells}
    return ScoredSector(
        label=_label(run, sector),
        risk=risk,
        probabilities=run.probabilities,
        settings=run.settings,
        rows=len(read),
        assumed_rows=sum(cells[row].assumed for row in read),
        record=Record() if conditioned is None else _record_of(sector, conditioned),
    )


def _record_of(sector: str, conditioned: RecordMet) -> Record:
    """How a sector compares with what was seen of its losses."""
    seen = [r for r in conditioned.ranges if r.kind == "losses" and r.subject == sector]
    if not seen:
        return Record()
    inside = conditioned.inside[sector]
    return Record(
        implied_so_far=float(np.mean([own.conditioned_mean or 0.0 for own in seen])),
        seen_so_far=float(np.mean([own.central for own in seen])),
        prior_inside_share=inside,
        refuted=inside < REFUTED_BELOW and not all(own.predicted for own in seen),
    )


def _label(run: Run, sector: str) -> Label:
    row = run.inputs.index.sectors[sector]
    cells = run.inputs.index.cells
    value = cells.get(("sector_values", (sector, "industry_value_added_musd")))
    share = cells.get(("sector_values", (sector, "industry_share")))
    usd = float("nan")
    if value is not None and share is not None:
        usd = 1e6 * value.central * share.central
    recaptured = run.inputs.constant("recapture_share", row.uncertainty_group, absent=0.0)
    return Label(row.name, row.industry_code, usd, recaptured)
