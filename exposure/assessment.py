"""From tables and a scenario to a ranking: `assess` and the `Assessment` that it returns."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np

from exposure.arguments import CALLBACK, COUNT, check_arguments, optional
from exposure.arrays import FloatArray
from exposure.errors import unknown_name
from exposure.evidence.history_matching import match_history
from exposure.impact.preparation import Prepared, prepare, run_window
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler, is_assumed
from exposure.policy.replay import seen_from
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.result import Assessment, usual_workers
from exposure.scoring.ranking import Label, ScoredSector
from exposure.scoring.sector_risk import assess_sector, element_players
from exposure.scoring.sensitivity import total_effect
from exposure.scoring.tail import tail_weights
from exposure.scoring.weighted import Weights
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset

Progress = Callable[[int, int], None]
"""Called with the number of sectors done and of all sectors."""

WORKERS = optional(COUNT)

PROGRESS = optional(CALLBACK)
"""The argument ``progress`` of a public function."""


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
    scenario, sector_ids = check_run(dataset, scenario, settings)
    inputs = Inputs(dataset, Sampler(settings.draws, settings.seed, is_assumed))
    run = prepare(inputs, scenario, settings, sector_ids)
    matching = match_history(dataset, settings) if settings.history_matching else None
    weights = None if matching is None else matching.weights
    scored: dict[str, ScoredSector] = {}
    with ThreadPoolExecutor(max_workers=workers or usual_workers()) as pool:
        results = pool.map(lambda sector: _score(sector, run, weights), sector_ids)
        for sector, own in zip(sector_ids, results, strict=True):
            scored[sector] = own
            if progress is not None:
                progress(len(scored), len(sector_ids))
    return Assessment(dataset, scenario, settings, scored, matching)


def check_run(
    dataset: Dataset, scenario: Scenario, settings: Settings
) -> tuple[Scenario, tuple[str, ...]]:
    """Find out, before anything runs, what can be run.

    Parameters
    ----------
    dataset, scenario, settings
        Those of `assess`.

    Returns
    -------
    tuple
        The scenario as the day of the analysis knows it, and the ids of the sectors to rank.

    Raises
    ------
    UnknownNameError
        If no sector is made at the destination.
    SettingsError
        If `as_of` lies before the scenario's start.
    ScenarioError
        If the run passes the end of a record, and nothing was chosen to follow it.
    """
    window = run_window(scenario, settings)
    last_day = scenario.start + timedelta(weeks=window.run)
    seen = seen_from(scenario, settings.as_of, last_day=last_day)
    return seen, _sector_ids(dataset, settings)


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
