"""From tables and a scenario to a ranking: `assess` and the `Assessment` that it returns."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from exposure.arguments import CALLBACK, COUNT, TEXT, check_arguments, each, instance_of, optional
from exposure.arrays import FloatArray
from exposure.errors import unknown_name
from exposure.evidence.history_matching import HistoryMatching, match_history
from exposure.impact.preparation import Prepared, prepare, run_window
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler, is_assumed
from exposure.policy.replay import seen_from
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.records import scenario_record, tables_record
from exposure.scoring.attribution import Breakdown, attribute_score
from exposure.scoring.ranking import (
    Label,
    ScoredSector,
    draws_frame,
    ranking_frame,
    weekly_frame,
)
from exposure.scoring.sector_risk import assess_sector, element_players
from exposure.scoring.sensitivity import total_effect
from exposure.scoring.tail import tail_weights
from exposure.scoring.weighted import Weights
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.values import close, same

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
"""Called with the number of sectors done and of all sectors."""

Cause = Literal["element", "component", "stage", "licence_class"]
"""What a score can be split by."""

MOST_WORKERS = 4
"""Threads used at most unless the caller says otherwise: each holds some 30 MB of arrays."""


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
    matching: HistoryMatching | None = field(default=None, repr=False)
    """Weights of the draws and what they rest on, where history was matched."""

    def __post_init__(self) -> None:
        close(self.sectors)
        close(self.matching)

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    def __hash__(self) -> int:
        return hash((self.dataset, self.scenario.digest, self.settings))

    def __reduce__(self) -> tuple[object, ...]:
        # By its parts, which leaves behind what can be worked out again.
        parts = self.dataset, self.scenario, self.settings, dict(self.sectors), self.matching
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
        return ranking_frame(self.sectors, horizon_weeks=self.settings.horizon_weeks)

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
        return draws_frame(self.sectors, names)

    @cached_property
    def _weekly(self) -> "pd.DataFrame":
        window = run_window(self.scenario, self.settings)
        first_day = self.scenario.start + timedelta(weeks=window.first)
        names = [own.scenario for own, _ in self.scenario.members]
        return weekly_frame(self.sectors, names, first_day=first_day)

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
        parts = self._points_by_element() if by == "element" else self._points(by)
        columns = sorted({cause for part in parts.values() for cause in part})
        # A sector that does not meet a cause owes it nothing: here the absent is zero.
        filled = {s: {c: parts[s].get(c, 0.0) for c in columns} for s in order}
        return pd.DataFrame.from_dict(filled, orient="index", columns=columns).rename_axis("sector")

    def _points_by_element(self) -> dict[str, dict[str, float]]:
        return {sector: own.points_by_element() for sector, own in self.sectors.items()}

    @cached_property
    def _run(self) -> Prepared:
        """The draws and licences again, without twins, for breakdowns asked for later."""
        inputs = Inputs(self.dataset, Sampler(self.settings.draws, self.settings.seed))
        return prepare(inputs, self.scenario, self.settings, tuple(self.sectors))

    def _points(
        self, by: Literal["component", "stage", "licence_class"]
    ) -> dict[str, dict[str, float]]:
        run = self._run

        def split(sector: str) -> dict[str, float]:
            own = self.sectors[sector]
            return attribute_score(
                Breakdown(
                    run.build(sector),
                    run.granted,
                    own.weights,
                    run.window,
                    self.settings,
                    own.draw_weights,
                ),
                by=by,
            )

        with ThreadPoolExecutor(max_workers=_usual_workers()) as pool:
            return dict(zip(self.sectors, pool.map(split, self.sectors), strict=True))


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
        Called after each sector.

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
    sector_ids = _sector_ids(dataset, settings)
    inputs = Inputs(dataset, Sampler(settings.draws, settings.seed, is_assumed))
    run = prepare(inputs, scenario, settings, sector_ids)
    matching = match_history(dataset, settings) if settings.history_matching else None
    weights = None if matching is None else matching.weights
    scored: dict[str, ScoredSector] = {}
    with ThreadPoolExecutor(max_workers=workers or _usual_workers()) as pool:
        results = pool.map(lambda sector: _score(sector, run, weights), sector_ids)
        for sector, own in zip(sector_ids, results, strict=True):
            scored[sector] = own
            if progress is not None:
                progress(len(scored), len(sector_ids))
    return Assessment(dataset, scenario, settings, scored, matching)


def _usual_workers() -> int:
    return min(MOST_WORKERS, os.cpu_count() or 1)


def _sector_ids(dataset: Dataset, settings: Settings) -> tuple[str, ...]:
    place = settings.destination
    found = dataset.sector_ids(None if place == "all" else place)
    if not found:
        known = {row.destination for row in dataset.rows["sectors"]}  # type: ignore[attr-defined]
        raise unknown_name("destination", place, [*known, "all"])
    return found


def _score(sector_id: str, run: Prepared, draw_weights: Weights) -> ScoredSector:
    settings, inputs = run.settings, run.inputs
    probabilities = np.array([probability for _, probability in run.scenario.members])
    controlled = frozenset(row.element for row in inputs.rows("elements") if row.controlled_from)
    sector = run.build(sector_id)
    risk = assess_sector(
        sector,
        run.granted,
        players=element_players(sector, controlled),
        window=run.window,
        settings=settings,
        draw_weights=draw_weights,
    )

    def weigh(lost: FloatArray) -> tuple[FloatArray, FloatArray]:
        tail = tail_weights(lost, probabilities, level=settings.tail_level)
        lam = settings.tail_weight
        return tail, (1.0 - lam) * probabilities[:, np.newaxis] + lam * tail

    tail, weights = weigh(risk.lost)
    _, twin_weights = weigh(risk.twin_lost)
    twin = (twin_weights * risk.twin_lost).sum(axis=0)
    return ScoredSector(
        label=_label(inputs, sector_id),
        risk=risk,
        probabilities=probabilities,
        tail=tail,
        weights=weights,
        assumed_share=total_effect((weights * risk.lost).sum(axis=0)[: twin.size], twin),
        draw_weights=draw_weights,
    )


def _label(inputs: Inputs, sector: str) -> Label:
    row = next(row for row in inputs.rows("sectors") if row.sector == sector)
    value = inputs.cells.get(("sector_values", sector, "industry_value_added_musd"))
    share = inputs.cells.get(("sector_values", sector, "industry_share"))
    if value is None or share is None:
        return Label(row.name, row.industry_code, float("nan"))
    usd = 1e6 * value.central * share.central
    return Label(row.name, row.industry_code, usd)
