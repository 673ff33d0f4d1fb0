"""Scores split by component, by exit stage or by licence state.

The loss of a week is the largest over components, so the airport game splits it. Stages and states
affect the same stocks and pools, so they are split over all coalitions: the model runs again with
only some stages, or only some states, restricted and the others free. The weights of scenarios in
the score stay those of the full run, so the parts sum to the score.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.borders import Restriction
from exposure.impact.course import packed_world, run_course
from exposure.impact.outcomes import Players, Question, component_players
from exposure.impact.prepared import Prepared
from exposure.impact.sectors import Sector
from exposure.licensing.flows import Flow
from exposure.methods.shapley import shapley_values
from exposure.scoring.blocks import Run
from exposure.scoring.sector_risk import SectorRisk, chunk_sums, weighted_sum
from exposure.scoring.tail import tail_weights
from exposure.settings import Settings
from exposure.terms import LicenceState

Points = dict[str, dict[str, FloatArray]]
"""By sector and cause, points of the score, sums over the draws of each chunk, shape (C,)."""


def points_by_cause(
    run: Run,
    risks: dict[str, SectorRisk],
    *,
    by: Literal["component", "stage", "licence_class"],
    workers: int | None = None,
) -> dict[str, dict[str, float]]:
    """Points of each sector's score by component, exit stage or licence state."""
    lam = run.settings.tail_weight

    def weights_of(name: str, first: int, last: int) -> FloatArray:
        lost = risks[name].lost[:, first:last]
        tail = tail_weights(lost, run.probabilities, level=run.settings.tail_level)
        return (1.0 - lam) * run.probabilities[:, np.newaxis] + lam * tail

    def ask(prepared: Prepared, first: int, last: int) -> Points:
        weights = {name: weights_of(name, first, last) for name in run.sectors}
        if by == "component":
            return points_by_component(prepared, weights, run.weight, run.settings)
        kind: Literal["stage", "state"] = "stage" if by == "stage" else "state"
        return points_by_coalition(prepared, weights, run.weight, run.settings, kind=kind)

    blocks = list(run.over_blocks(ask, workers=workers))
    return {name: _mean_points([b[name] for b in blocks], run.sampler.size) for name in run.sectors}


def _mean_points(sums: Sequence[dict[str, FloatArray]], draws: int) -> dict[str, float]:
    causes = dict.fromkeys(cause for points in sums for cause in points)
    return {
        cause: float(
            np.concatenate([points[cause] for points in sums if cause in points]).sum() / draws
        )
        for cause in causes
    }


def points_by_component(
    block: Prepared,
    weights: Mapping[str, FloatArray],
    weight: FloatArray,
    settings: Settings,
) -> Points:
    """Points of the score due to each component, in one block of draws.

    Parameters
    ----------
    block
        Worlds and licences.
    weights
        For each sector, the weight of each scenario in the score, (S, D).
    weight
        Discount of each scored week.
    settings
        Gives the coupling of holdings.
    """
    points: Points = {sector: {} for sector in weights}
    for s, (world, licences) in enumerate(zip(block.worlds, block.granted, strict=True)):
        players = {sector: component_players(world.sectors[sector]) for sector in weights}
        question = Question(weight, losses_from=world.period.weeks - len(weight))
        runs = run_course(world, licences, players, question, settings)
        for sector, run in runs.items():
            for cause, part in run.by_player.items():
                added = chunk_sums(100.0 * weights[sector][s] * part)
                points[sector][cause] = points[sector].get(cause, 0.0) + added
    return points


def points_by_coalition(
    block: Prepared,
    weights: Mapping[str, FloatArray],
    weight: FloatArray,
    settings: Settings,
    *,
    kind: Literal["stage", "state"],
) -> Points:
    """Points of the score due to each exit stage or licence state, in one block of draws."""
    sectors, question = tuple(weights), Question(weight)
    # One cause gets it all: the losses of weeks do not depend on their causes.
    players = [
        {sector: _one_player(world.sectors[sector]) for sector in sectors} for world in block.worlds
    ]
    packed = [
        packed_world(world, causes, question, settings)
        for world, causes in zip(block.worlds, players, strict=True)
    ]

    def worth(coalition: frozenset[str]) -> FloatArray:
        """Score of every sector if only a coalition is restricted, shape (N, D)."""
        total = np.zeros((len(sectors), block.worlds[0].inputs.draws))
        for s, (world, licences) in enumerate(zip(block.worlds, block.granted, strict=True)):
            # One for each course: another numbers its licence classes otherwise.
            restrict = _by_stage(coalition) if kind == "stage" else _by_state(coalition)
            runs = run_course(
                world, licences, players[s], question, settings, packed=packed[s], restrict=restrict
            )
            for i, sector in enumerate(sectors):
                lost = weighted_sum(weight, runs[sector].weekly[-len(weight) :])
                total[i] += 100.0 * weights[sector][s] * lost
        return total

    values = shapley_values(_causes(block, kind), worth)
    return {
        sector: {cause: chunk_sums(value[i]) for cause, value in values.items()}
        for i, sector in enumerate(sectors)
    }


def _causes(block: Prepared, kind: Literal["stage", "state"]) -> Sequence[str]:
    if kind == "stage":
        met = {
            stage
            for world in block.worlds
            for sector in world.sectors.values()
            for holding in sector.holdings
            for channel in holding.channels
            for stage in channel.stages
        }
        return [stage for stage in block.worlds[0].inputs.index.stages if stage in met]
    states = {state for licences in block.granted for state in licences.states()}
    return [str(s) for s in LicenceState if s in states and s is not LicenceState.FREE]


def _one_player(sector: Sector) -> Players:
    return {"all": list(range(len(sector.holdings)))}


def _by_stage(coalition: frozenset[str]) -> Restriction:
    return lambda stage, flow: flow.stopped if stage in coalition else None


def _by_state(coalition: frozenset[str]) -> Restriction:
    """Restriction of one course of policy: what a licence class stops is worked out once."""
    made: dict[int, FloatArray | None] = {}

    def stopped_of(stage: str, flow: Flow) -> FloatArray | None:  # noqa: ARG001
        if flow.class_index not in made:
            made[flow.class_index] = _stopped_in(flow, coalition)
        return made[flow.class_index]

    return stopped_of


def _stopped_in(flow: Flow, coalition: frozenset[str]) -> FloatArray | None:
    """Share that a flow stops in weeks with some licence states; None if there are none."""
    # Free weeks stop nothing, but catch-up orders in them refill stocks in every coalition.
    kept = np.array([state in coalition or state is LicenceState.FREE for state in flow.states])
    if flow.stopped is None or not kept.any():
        return None
    return np.asarray(flow.stopped * kept[:, np.newaxis].astype(np.float64))
