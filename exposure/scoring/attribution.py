"""A sector's score split by component, by exit stage or by licence state.

Components meet in the largest loss of a week, so the airport game splits them. Stages and
states feed the same stocks, so they are split over all coalitions: the stocks run again with
only some stages, or only some states, held up and the others free. The weights of scenarios in
the score stay those of the full run, so the parts sum to the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.inflow import Term, gap_terms
from exposure.impact.preparation import Window
from exposure.impact.sector_runs import stream_losses
from exposure.impact.sectors import Sector
from exposure.impact.stocks import discount
from exposure.licensing.grants import Licences
from exposure.scoring.sector_risk import attribute, component_players, lost_shares
from exposure.methods.shapley import shapley_values
from exposure.scoring.weighted import Weights, mean
from exposure.settings import Settings
from exposure.terms import LicenceState, Stage


@dataclass(frozen=True)
class Breakdown:
    """A sector's run, and the weight of each scenario in its score."""

    sector: Sector
    licences: Sequence[Licences]
    weights: FloatArray
    """Shape (S, D)."""
    window: Window
    settings: Settings
    draw_weights: Weights = None
    """Weight of each draw, shape (D,); None where all count alike."""


def attribute_score(
    run: Breakdown, *, by: Literal["component", "stage", "licence_class"]
) -> dict[str, float]:
    """Points of the score that each cause bears; they sum to the score."""
    if by == "component":
        return _by_component(run)
    if by == "stage":
        return _by_coalition(run, "stage", list(_stages(run)))
    return _by_coalition(run, "state", list(_states(run)))


def _by_component(run: Breakdown) -> dict[str, float]:
    weight = discount(run.settings.horizon_weeks, half_life_weeks=run.settings.half_life_weeks)
    players = component_players(run.sector)
    points = dict.fromkeys(players, 0.0)
    for s, granted in enumerate(run.licences):
        streams = stream_losses(
            run.sector, granted, weeks=run.window.run, coupling=run.settings.coupling
        )
        for share, _, losses in streams:
            parts = attribute(losses[run.window.first :], players, weight)
            for component, part in parts.items():
                points[component] += mean(100.0 * run.weights[s] * share * part, run.draw_weights)
    return points


def _by_coalition(
    run: Breakdown, kind: Literal["stage", "state"], players: list[str]
) -> dict[str, float]:
    def worth(coalition: frozenset[str]) -> FloatArray:
        def restrict(term: Term) -> Term | None:
            if kind == "stage":
                return term if term.stage in coalition else None
            # Free weeks stop nothing, but orders made up in them refill stocks whoever plays.
            kept = np.array([s in coalition or s is LicenceState.FREE for s in term.states])
            return replace(term, stopped=term.stopped * kept[:, np.newaxis]) if kept.any() else None

        lost = lost_shares(
            run.sector, run.licences, window=run.window, settings=run.settings, restrict=restrict
        )
        return np.asarray(100.0 * (run.weights * lost).sum(axis=0))

    values = shapley_values(players, worth)
    return {player: mean(value, run.draw_weights) for player, value in values.items()}


def _terms(run: Breakdown) -> list[Term]:
    return [
        term
        for granted in run.licences
        for stream in run.sector.streams
        for term in gap_terms(run.sector, stream, granted, weeks=run.window.run)
    ]


def _stages(run: Breakdown) -> tuple[str, ...]:
    found = {term.stage for term in _terms(run)}
    return tuple(str(stage) for stage in Stage if stage in found)


def _states(run: Breakdown) -> tuple[str, ...]:
    found = {state for term in _terms(run) for state in term.states}
    return tuple(
        str(state) for state in LicenceState if state in found and state is not LicenceState.FREE
    )
