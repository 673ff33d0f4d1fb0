"""Assess a scenario: from tables and a course of policy to a ranking (`assess`)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np

from exposure.arguments import CALLBACK, COUNT, check_arguments, optional
from exposure.errors import unknown_name
from exposure.evidence.conditioned_list import RecordMet, meet_record
from exposure.evidence.conditioning import Compared
from exposure.impact.prepared import rows_read, run_window
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.policy.against_tables import refuse_unknown_names
from exposure.policy.replay import seen_from
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.result import Assessment
from exposure.scoring.blocks import Progress, Run, sector_risks
from exposure.scoring.money import Money, money_of
from exposure.scoring.ranking import (
    Label,
    Record,
    ScoredSector,
)
from exposure.scoring.sector_risk import SectorRisk
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.schema.demand import SectorRow

REFUTED_BELOW = 0.05
"""Share of the draws of the tables inside the record below which a sector may be refuted."""

Checked = tuple[Scenario, tuple[str, ...]]
"""A scenario as known on the day of the analysis, and the ids of the sectors to rank."""

WORKERS = optional(COUNT)
PROGRESS = optional(CALLBACK)


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
        Number of threads; None takes one for each core, at most four. The result does not depend on
        it.
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
    checked = check_run(dataset, scenario, settings)
    conditioned = meet_record(dataset, settings, progress=progress)
    return _assess(dataset, checked, settings, conditioned, workers=workers, progress=progress)


def assess_with(
    dataset: Dataset,
    scenario: Scenario,
    settings: Settings,
    conditioned: RecordMet | None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Assessment:
    """Score and rank sectors on given draws.

    Parameters
    ----------
    conditioned
        Draws, such as those of another run; None for the first draws of the tables.
    dataset, scenario, settings, workers, progress
        Those of `assess`.
    """
    checked = check_run(dataset, scenario, settings)
    return _assess(dataset, checked, settings, conditioned, workers=workers, progress=progress)


def _assess(
    dataset: Dataset,
    checked: Checked,
    settings: Settings,
    conditioned: RecordMet | None,
    *,
    workers: int | None,
    progress: Progress | None,
) -> Assessment:
    run = run_of(dataset, checked, settings, conditioned)
    risks = sector_risks(run, workers=workers, progress=progress)
    return assessment_of(run, risks, conditioned)


def run_of(
    dataset: Dataset, checked: Checked, settings: Settings, conditioned: RecordMet | None
) -> Run:
    """What is run for an assessment.

    Parameters
    ----------
    checked
        What `check_run` returned.
    dataset, settings, conditioned
        Those of `assess_with`.
    """
    seen, sector_ids = checked
    window = run_window(seen, settings)
    return Run(dataset, seen, settings, window, sector_ids, _sampler(settings, conditioned))


def assessment_of(
    run: Run, risks: Mapping[str, SectorRisk], conditioned: RecordMet | None
) -> Assessment:
    """Results of a run.

    Parameters
    ----------
    run
        What was run.
    risks
        Risk of each of its sectors.
    conditioned
        That of `assess_with`.
    """
    index, figures = run.inputs.index, run.inputs.index.figures
    # Before money is drawn: no score depends on its rows.
    read = {sector: rows_read(run.inputs, sector) for sector in risks}
    money, records = _money(run), _records(conditioned)
    scored = {
        sector: ScoredSector(
            label=_label(index.sectors[sector], money[sector]),
            risk=risk,
            probabilities=run.probabilities,
            settings=run.settings,
            rows=len(read[sector] & figures.every),
            assumed_rows=len(read[sector] & figures.assumed),
            record=records.get(sector, Record()),
        )
        for sector, risk in risks.items()
    }
    return Assessment(run.dataset, run.scenario, run.settings, scored, run, conditioned)


def _money(run: Run) -> dict[str, Money]:
    """Value added of every sector, drawn apart from the run, so that the run does not keep it."""

    def make(inputs: Inputs) -> dict[str, Money]:
        drawn = inputs.with_sampler(run.sampler)
        return {sector: money_of(drawn, sector) for sector in run.sectors}

    return run.inputs.part("money", run.sectors, make=make).value


def _sampler(settings: Settings, conditioned: RecordMet | None) -> Sampler:
    if conditioned is None:
        return Sampler.first(settings.draws, settings.seed)
    return Sampler(conditioned.numbers, settings.seed)


def check_run(dataset: Dataset, scenario: Scenario, settings: Settings) -> Checked:
    """Check, before anything runs, what can be run.

    Parameters
    ----------
    dataset, scenario, settings
        Those of `assess`.

    Returns
    -------
    tuple
        The scenario as known on the day of the analysis, and the ids of the sectors to rank.

    Raises
    ------
    UnknownNameError
        If no sector is made at the destination.
    SettingsError
        If `as_of` lies before the scenario's start.
    ScenarioError
        If the run continues past the end of a record and no continuation was chosen, or if a rule
        has a name that is not in the tables.
    """
    refuse_unknown_names(scenario, dataset)
    window = run_window(scenario, settings)
    last_day = scenario.start + timedelta(weeks=window.run)
    seen = seen_from(scenario, settings.as_of, last_day=last_day)
    return seen, _sector_ids(dataset, settings)


def _sector_ids(dataset: Dataset, settings: Settings) -> tuple[str, ...]:
    destination = settings.destination
    found = dataset.sector_ids(None if destination == "all" else destination)
    if not found:
        known = {row.destination for row in dataset.rows_of(SectorRow)}
        raise unknown_name("destination", destination, [*known, "all"])
    return found


def _records(conditioned: RecordMet | None) -> dict[str, Record]:
    """Comparison of each observed sector with its losses."""
    if conditioned is None:
        return {}
    seen: dict[str, list[Compared]] = {}
    for compared in conditioned.ranges:
        if compared.kind == "losses":
            seen.setdefault(compared.subject, []).append(compared)
    return {sector: _record_of(every, conditioned.inside[sector]) for sector, every in seen.items()}


def _record_of(seen: Sequence[Compared], inside: float) -> Record:
    """Comparison of a sector with its observed losses."""
    return Record(
        implied_so_far=float(np.mean([compared.conditioned_mean or 0.0 for compared in seen])),
        implied_so_far_se=_mean_of([compared.conditioned_se for compared in seen]),
        seen_so_far=float(np.mean([compared.central for compared in seen])),
        prior_inside_share=inside,
        refuted=inside < REFUTED_BELOW and not all(compared.predicted for compared in seen),
    )


def _mean_of(values: Sequence[float | None]) -> float:
    """Mean of values, NaN if one is not known."""
    return float(np.mean([float("nan") if value is None else value for value in values]))


def _label(row: SectorRow, money: Money) -> Label:
    return Label(row.name, row.industry_code, money.value_added, money.recaptured)
