"""From tables and a scenario to a ranking: `assess`, `compare` and the `Assessment` they give."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from exposure.errors import SettingsError, unknown_name
from exposure.impact.channels import Sector, build_sector, channels_of
from exposure.impact.draws import Sampler, is_assumed
from exposure.impact.inputs import Inputs
from exposure.impact.licences import Licences, grant
from exposure.policy.scenario import Scenario, read_scenario
from exposure.scoring.breakdown import Breakdown, attribute_score
from exposure.scoring.ranking import Label, ScoredSector, ranking_frame, weekly_frame
from exposure.scoring.risk import tail_weights
from exposure.scoring.sector_risk import Window, assess_sector, element_players, lost_shares
from exposure.scoring.sensitivity import total_effect
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.terms import week_of
from exposure.version import __version__

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
"""Called with the number of sectors done and of all sectors."""

Cause = Literal["element", "component", "stage", "licence_class"]
"""What a score can be split by."""

Prepared = tuple[Sector, list[Licences]]
"""A sector, and the licensed flows of every scenario."""


@dataclass(frozen=True)
class Assessment:
    """Result of one scenario, or of a mixture, on one dataset; equal records, equal bytes."""

    dataset: Dataset = field(repr=False)
    scenario: Scenario
    settings: Settings
    sectors: Mapping[str, ScoredSector] = field(repr=False)

    @cached_property
    def record(self) -> dict[str, object]:
        """What the result was made from: dataset, scenario, settings, package version."""
        return {
            "package_version": __version__,
            "dataset_version": self.dataset.version,
            "dataset_digest": self.dataset.digest,
            "scenario": self.scenario.scenario,
            "scenario_digest": self.scenario.digest,
            "settings": self.settings.model_dump(mode="json"),
        }

    @cached_property
    def ranking(self) -> "pd.DataFrame":
        """One row a sector, worst first.

        ``score`` is 0 to 100: the discounted share of the horizon's output at risk, mean and
        tail over scenarios, mean over draws; ``score_p05`` and ``score_p95`` are over draws.
        Columns are those of `exposure.scoring.ranking.RANKING_COLUMNS`.
        """
        return ranking_frame(self.sectors, horizon_weeks=self.settings.horizon_weeks)

    @cached_property
    def weekly(self) -> "pd.DataFrame":
        """Weekly lost share of output: mean over draws, with the 5th and 95th percentile.

        Columns: sector, industry_code, scenario, week, date, lost_share, low, high.
        """
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

    def _points(
        self, by: Literal["component", "stage", "licence_class"]
    ) -> dict[str, dict[str, float]]:
        inputs = Inputs(self.dataset, Sampler(self.settings.draws, self.settings.seed))
        window = run_window(self.scenario, self.settings)
        return {
            sector.sector: attribute_score(
                Breakdown(
                    sector, granted, self.sectors[sector.sector].weights, window, self.settings
                ),
                by=by,
            )
            for sector, granted in _prepare(
                inputs, self.scenario, self.settings, tuple(self.sectors)
            )
        }


def assess(
    dataset: Dataset,
    scenario: Scenario | str,
    settings: Settings | None = None,
    *,
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
    scenario = read_scenario(scenario) if isinstance(scenario, str) else scenario
    settings = settings or Settings()
    sector_ids = _sector_ids(dataset, settings)
    base = Inputs(dataset, Sampler(settings.draws, settings.seed))
    again = Inputs(dataset, Sampler(settings.draws, settings.seed, is_assumed))
    pairs = zip(
        _prepare(base, scenario, settings, sector_ids),
        _prepare(again, scenario, settings, sector_ids),
        strict=True,
    )
    scored: dict[str, ScoredSector] = {}
    for done, (prepared, redrawn) in enumerate(pairs, start=1):
        sector = prepared[0].sector
        scored[sector] = _score(base, prepared, redrawn, scenario=scenario, settings=settings)
        if progress is not None:
            progress(done, len(sector_ids))
    return Assessment(dataset, scenario, settings, scored)


def compare(
    dataset: Dataset,
    scenarios: Sequence[Scenario | str],
    settings: Settings | None = None,
    *,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Ranks under several scenarios side by side, and what moved.

    Parameters
    ----------
    dataset, settings, progress
        See `assess`.
    scenarios
        At least one; draws are common to all.

    Returns
    -------
    pandas.DataFrame
        One row a sector, in the order of the first scenario: for each scenario ``rank_*``,
        ``score_*`` and ``main_driver_*``; then ``rank_moved`` (places gained, from the first
        scenario to the last; positive is worse) and ``score_moved`` (points).

    Examples
    --------
    >>> import exposure as ex
    >>> table = ex.compare(ex.read_dataset(), ["free_flow", "samarium_only"], ex.Settings(draws=16))
    >>> [column for column in table.columns if column.startswith("rank")]
    ['rank_free_flow', 'rank_samarium_only', 'rank_moved']
    """
    if not scenarios:
        raise unknown_name("scenario", "", ["at least one scenario"])
    results = [assess(dataset, scenario, settings, progress=progress) for scenario in scenarios]
    first, last = results[0].scenario.scenario, results[-1].scenario.scenario
    table = results[0].ranking[["sector", "name"]].set_index("sector")
    for result in results:
        own = result.ranking.set_index("sector")[["rank", "score", "main_driver"]]
        table = table.join(own.add_suffix(f"_{result.scenario.scenario}"))
    table["rank_moved"] = table[f"rank_{first}"] - table[f"rank_{last}"]
    table["score_moved"] = table[f"score_{last}"] - table[f"score_{first}"]
    return table.reset_index()


def run_window(scenario: Scenario, settings: Settings) -> Window:
    """Weeks that are run and weeks that are scored.

    Raises
    ------
    SettingsError
        If `as_of` lies before the scenario's start.
    """
    if settings.as_of is None:
        return Window(settings.horizon_weeks, 0)
    first = week_of(settings.as_of, start=scenario.start)
    if first < 0:
        raise SettingsError(
            f"as_of: found {settings.as_of}; expected a day from {scenario.start} on, when "
            f"scenario '{scenario.scenario}' starts; choose a later day"
        )
    return Window(first + settings.horizon_weeks, first)


def _sector_ids(dataset: Dataset, settings: Settings) -> tuple[str, ...]:
    place = settings.destination
    found = dataset.sector_ids(None if place == "all" else place)
    if not found:
        known = {row.destination for row in dataset.rows["sectors"]}  # type: ignore[attr-defined]
        raise unknown_name("destination", place, [*known, "all"])
    return found


def _prepare(
    inputs: Inputs, scenario: Scenario, settings: Settings, sector_ids: Sequence[str]
) -> Iterator[Prepared]:
    """Each sector with the licences of every scenario; licences are granted once for all."""
    weeks = run_window(scenario, settings).run
    places = {row.destination for row in inputs.rows("sectors") if row.sector in sector_ids}
    places |= {c.processed_in for s in sector_ids for c in channels_of(inputs, s)}
    granted = [grant(inputs, own, places, weeks=weeks) for own, _ in scenario.members]
    for sector in sector_ids:
        built = build_sector(inputs, sector, start=scenario.start, weeks=weeks, settings=settings)
        yield built, granted


def _score(
    inputs: Inputs,
    prepared: Prepared,
    redrawn: Prepared,
    *,
    scenario: Scenario,
    settings: Settings,
) -> ScoredSector:
    window = run_window(scenario, settings)
    probabilities = np.array([probability for _, probability in scenario.members])
    sector, granted = prepared
    controlled = frozenset(r.element for r in inputs.rows("elements") if r.controlled_from)
    players = element_players(sector, controlled)
    risk = assess_sector(sector, granted, players=players, window=window, settings=settings)

    def weigh(lost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        tail = tail_weights(lost, probabilities, level=settings.tail_level)
        lam = settings.tail_weight
        return tail, (1.0 - lam) * probabilities[:, np.newaxis] + lam * tail

    tail, weights = weigh(risk.lost)
    again = lost_shares(*redrawn, window=window, settings=settings)
    scores, rescored = (weights * risk.lost).sum(axis=0), (weigh(again)[1] * again).sum(axis=0)
    return ScoredSector(
        label=_label(inputs, sector.sector),
        risk=risk,
        probabilities=probabilities,
        tail=tail,
        weights=weights,
        assumed_share=total_effect(scores, rescored),
    )


def _label(inputs: Inputs, sector: str) -> Label:
    row = next(row for row in inputs.rows("sectors") if row.sector == sector)
    value = inputs.cells.get(("sector_values", sector, "industry_value_added_musd"))
    share = inputs.cells.get(("sector_values", sector, "industry_share"))
    if value is None or share is None:
        return Label(row.name, row.industry_code, float("nan"))
    usd = 1e6 * value.central * share.central
    return Label(row.name, row.industry_code, usd)
