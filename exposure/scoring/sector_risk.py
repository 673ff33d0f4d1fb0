"""Risk of one sector under every scenario of a mixture: what is lost, when, and to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.inflow import Term
from exposure.impact.preparation import Window
from exposure.impact.sector_runs import Restrict, first_week_hit, stream_losses
from exposure.impact.sectors import Sector
from exposure.impact.stocks import discount, lost_output
from exposure.licensing.grants import Licences
from exposure.methods.shapley import airport_shares
from exposure.scoring.weighted import Weights, mean, quantile
from exposure.settings import Settings
from exposure.terms import Element, Stage

Player = TypeVar("Player")


@dataclass(frozen=True)
class SectorRisk:
    """What a course of policy costs a sector; S is the scenario, T the scored week."""

    lost: FloatArray
    """Discounted lost share of output, shape (S, D)."""
    twin_lost: FloatArray
    """The same in the twins of the first draws, shape (S, twins)."""
    undiscounted: FloatArray
    """Lost share of output with every week alike, shape (S, D)."""
    hit_week: FloatArray
    """First scored week above the impact threshold, shape (S, D); NaN for never."""
    weekly: FloatArray
    """Mean, 5th and 95th percentile over draws of the weekly loss, shape (S, 3, T)."""
    by_element: dict[Element, FloatArray]
    """Discounted loss attributed to each element, shape (S, D)."""
    stopped: dict[tuple[Element, Stage], FloatArray]
    """Mean share of need stopped at each exit stage, shape (S,)."""


def assess_sector(
    sector: Sector,
    licences: Sequence[Licences],
    *,
    players: dict[Element, list[int]],
    window: Window,
    settings: Settings,
    draw_weights: Weights = None,
) -> SectorRisk:
    """Run a sector through each scenario and attribute what it loses.

    Parameters
    ----------
    sector
        What policy does not change.
    licences
        Licensed flows, one a scenario.
    players
        Elements that bear the loss, with the channels each answers for.
    window
        Weeks run and scored.
    settings
        Discounting, threshold and coupling.
    draw_weights
        Weight of each draw; None where all count alike.
    """
    runs = [_run(sector, own, players, window, settings, draw_weights) for own in licences]
    return SectorRisk(
        lost=np.stack([run.lost[: settings.draws] for run in runs]),
        twin_lost=np.stack([run.lost[settings.draws :] for run in runs]),
        undiscounted=np.stack([run.undiscounted for run in runs]),
        hit_week=np.stack([run.hit_week for run in runs]),
        weekly=np.stack([run.weekly for run in runs]),
        by_element={e: np.stack([run.by_element[e] for run in runs]) for e in players},
        stopped={
            key: np.stack([run.stopped.get(key, np.float64(0.0)) for run in runs])
            for key in dict.fromkeys(key for run in runs for key in run.stopped)
        },
    )


def element_players(sector: Sector, controlled: frozenset[Element]) -> dict[Element, list[int]]:
    """Elements that bear a sector's loss, with the channels each answers for.

    An element that is not controlled can be held up only inside a component that is licensed
    as one item; its channels then count for the controlled elements of that component.
    """
    players: dict[Element, list[int]] = {}
    for k, channel in enumerate(sector.channels):
        listed = [e for e in sorted(channel.elements) if e in controlled]
        own = [channel.element] if channel.element in controlled or not listed else listed
        for element in own:
            players.setdefault(element, []).append(k)
    return players


def component_players(sector: Sector) -> dict[str, list[int]]:
    """Components of a sector, with their channels."""
    players: dict[str, list[int]] = {}
    for k, channel in enumerate(sector.channels):
        players.setdefault(channel.component, []).append(k)
    return players


def lost_shares(
    sector: Sector,
    licences: Sequence[Licences],
    *,
    window: Window,
    settings: Settings,
    restrict: Restrict | None = None,
) -> FloatArray:
    """Discounted lost share of output under each scenario, shape (S, D), and nothing else."""
    weight = discount(settings.horizon_weeks, half_life_weeks=settings.half_life_weeks)
    lost = []
    for granted in licences:
        runs = stream_losses(
            sector, granted, weeks=window.run, coupling=settings.coupling, restrict=restrict
        )
        outputs = [share * (weight @ lost_output(x[window.first :])) for share, _, x in runs]
        lost.append(sum(outputs[1:], outputs[0]))
    return np.stack(lost)


def weekly_lost(
    sector: Sector, licences: Licences, *, window: Window, settings: Settings
) -> FloatArray:
    """Lost share of output in every week run, shape (T, D), under one scenario."""
    runs = stream_losses(sector, licences, weeks=window.run, coupling=settings.coupling)
    outputs = [share * lost_output(losses) for share, _, losses in runs]
    return np.asarray(sum(outputs[1:], outputs[0]))


@dataclass(frozen=True)
class _Run:
    lost: FloatArray
    undiscounted: FloatArray
    hit_week: FloatArray
    weekly: FloatArray
    by_element: dict[Element, FloatArray]
    stopped: dict[tuple[Element, Stage], np.float64]


def _run(
    sector: Sector,
    licences: Licences,
    players: dict[Element, list[int]],
    window: Window,
    settings: Settings,
    draw_weights: Weights,
) -> _Run:
    weight = discount(settings.horizon_weeks, half_life_weeks=settings.half_life_weeks)
    draws = settings.draws
    output = np.zeros((settings.horizon_weeks, sector.stock.shape[1]))
    by_element = {element: np.zeros(draws) for element in players}
    stopped: dict[tuple[Element, Stage], np.float64] = {}
    runs = stream_losses(sector, licences, weeks=window.run, coupling=settings.coupling)
    for share, terms, losses in runs:
        scored = losses[window.first :]
        output += share * lost_output(scored)
        # Twins serve one index only; everything else is told of the draws themselves.
        for element, part in attribute(scored[..., :draws], players, weight).items():
            by_element[element] += share[:draws] * part
        _add_stopped(stopped, sector, terms, share[:draws], window, draw_weights)
    own = output[:, :draws]
    return _Run(
        lost=weight @ output,
        undiscounted=own.mean(axis=0),
        hit_week=first_week_hit(own, threshold=settings.impact_threshold),
        weekly=np.stack(
            [
                own.mean(axis=1) if draw_weights is None else own @ draw_weights,
                quantile(own, 0.05, draw_weights),
                quantile(own, 0.95, draw_weights),
            ]
        ),
        by_element=by_element,
        stopped=stopped,
    )


def attribute(
    losses: FloatArray, players: Mapping[Player, list[int]], weight: FloatArray
) -> dict[Player, FloatArray]:
    """Discounted loss of each player by the airport game of every week.

    Parameters
    ----------
    losses
        Loss by channel, shape (T, K, D).
    players
        Players with their channels.
    weight
        Discount of each week, shape (T,).

    Returns
    -------
    dict
        Shape (D,) for each player; they sum to the discounted loss.
    """
    alone = np.stack([losses[:, channels].max(axis=1) for channels in players.values()])
    shares = airport_shares(alone)
    return {player: weight @ shares[p] for p, player in enumerate(players)}


def _add_stopped(
    stopped: dict[tuple[Element, Stage], np.float64],
    sector: Sector,
    terms: Sequence[Term],
    share: FloatArray,
    window: Window,
    draw_weights: Weights,
) -> None:
    draws = len(share)
    means: dict[int, FloatArray] = {}
    for term in terms:
        key = (sector.channels[term.channel].element, term.stage)
        first = window.first if len(term.stopped) > 1 else 0
        scored = term.stopped[first:, :draws]
        if term.share.ndim == 1:
            # Many terms are stopped by the same licences.
            if id(term.stopped) not in means:
                means[id(term.stopped)] = scored.mean(axis=0)
            part = term.share[:draws] * means[id(term.stopped)]
        else:
            part = np.mean(term.share[window.first :, :draws] * scored, axis=0)
        stopped[key] = stopped.get(key, np.float64(0.0)) + mean(share * part, draw_weights)
