"""Risk of one sector under every scenario of a mixture: what is lost, when, and to what.

Draws are run in blocks; a block keeps a few numbers a draw and sums the rest over chunks of
draws, so that memory hardly grows with the number of draws. Chunks are the same however the draws
are cut into blocks, and so are the sums. S is the scenario, D the draw, T the scored week, C the
chunk.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.outcomes import SectorRun, first_week_hit
from exposure.scoring.tail import tail_weights
from exposure.scoring.weekly_bands import weekly_bands
from exposure.settings import Settings

CHUNK = 64
"""Draws whose values are summed together; blocks of draws are multiples of it."""

Key = TypeVar("Key")


@dataclass(frozen=True, eq=False)
class SectorBlock:
    """What a block of draws says of a sector; sums are over the draws of each chunk."""

    lost: FloatArray
    """Discounted lost share of output, (S, D)."""
    expected: FloatArray
    """Mean of it over scenarios, (D,)."""
    tail: FloatArray
    """Mean of it over the tail of scenarios (CVaR), (D,)."""
    undiscounted: FloatArray
    """Lost share of output with every week alike, mean over scenarios, (D,)."""
    hit_week: FloatArray
    """First scored week above the impact threshold, (S, D); NaN for never."""
    weekly: FloatArray
    """Lost share of output, (S, T, D)."""
    stopped: FloatArray
    """Share of output made by stopped firms, sums, (S, T, C)."""
    points: dict[str, FloatArray]
    """Points of the score that each element bears, sums, (C,)."""
    causes: dict[str, FloatArray]
    """The same for elements and groups of alternatives."""
    held_up: dict[tuple[str, str], FloatArray]
    """Share of need stopped by holding and exit stage, mean over scenarios, sums, (C,)."""
    unmet: dict[str, FloatArray]
    """Tonnes of each element not met, mean over scenarios, sums, (C,)."""


@dataclass(frozen=True, eq=False)
class SectorRisk:
    """A sector's risk over all draws."""

    lost: FloatArray
    """Discounted lost share of output, (S, D)."""
    expected: FloatArray
    """Mean of it over scenarios, (D,)."""
    tail: FloatArray
    """Mean of it over the tail of scenarios (CVaR), (D,)."""
    undiscounted: FloatArray
    """Lost share of output with every week alike, mean over scenarios, (D,)."""
    hit_week: FloatArray
    """First scored week above the impact threshold, (S, D); NaN for never."""
    weekly: FloatArray
    """Mean, 5th and 95th percentile over draws of the weekly loss, (S, 3, T)."""
    stopped: FloatArray
    """Share of output made by stopped firms, mean over draws, (S, T)."""
    points: dict[str, float]
    """Points of the score that each element bears; they sum to the score."""
    causes: dict[str, float]
    """The same for elements and groups of alternatives."""
    held_up: dict[tuple[str, str], float]
    """Share of need stopped at the border by holding and exit stage, mean."""
    unmet: dict[str, float]
    """Tonnes of each element not met in the scored weeks, mean."""

    def scores(self, settings: Settings) -> FloatArray:
        """Score of each draw, 0 to 100, (D,)."""
        lam = settings.tail_weight
        return np.asarray(100.0 * ((1.0 - lam) * self.expected + lam * self.tail))


def summarise_block(
    runs: Sequence[SectorRun], probabilities: FloatArray, weight: FloatArray, settings: Settings
) -> SectorBlock:
    """Score one sector in one block of draws.

    Parameters
    ----------
    runs
        Its runs, one a scenario.
    probabilities
        Of the scenarios, (S,).
    weight
        Discount of each scored week, (T,).
    settings
        Tail, threshold.
    """
    first = len(runs[0].weekly) - len(weight)
    weekly = np.stack([run.weekly[first:] for run in runs])
    lost = np.stack([weighted_sum(weight, own) for own in weekly])
    tail = tail_weights(lost, probabilities, level=settings.tail_level)
    lam = settings.tail_weight
    counted = 100.0 * ((1.0 - lam) * probabilities[:, np.newaxis] + lam * tail)
    alike = np.full(len(weight), 1.0 / len(weight))
    plain = np.stack([weighted_sum(alike, own) for own in weekly])
    chance = np.broadcast_to(probabilities[:, np.newaxis], lost.shape)
    return SectorBlock(
        lost=lost,
        expected=weighted_sum(probabilities, lost),
        tail=(tail * lost).sum(axis=0),
        undiscounted=weighted_sum(probabilities, plain),
        hit_week=np.stack(
            [first_week_hit(own, threshold=settings.impact_threshold) for own in weekly]
        ),
        weekly=weekly,
        stopped=np.stack([chunk_sums(run.stopped[first:]) for run in runs]),
        points=_weighted_sums([run.by_element for run in runs], counted),
        causes=_weighted_sums([run.by_player for run in runs], counted),
        held_up=_weighted_sums([run.held_up for run in runs], chance),
        unmet=_weighted_sums([run.unmet for run in runs], chance),
    )


def weighted_sum(weights: FloatArray, values: FloatArray) -> FloatArray:
    """Sum over the first axis, one after another, so that no result depends on the others.

    Examples
    --------
    >>> weighted_sum(np.array([0.5, 2.0]), np.array([[1.0, 3.0], [2.0, 1.0]]))
    array([4.5, 3.5])
    """
    total = np.zeros(values.shape[1:])
    for weight, own in zip(weights, values, strict=True):
        total += weight * own
    return total


def chunk_sums(values: FloatArray) -> FloatArray:
    """Sums over the draws of each chunk, along the last axis.

    Examples
    --------
    >>> chunk_sums(np.ones(100))
    array([64., 36.])
    """
    return np.add.reduceat(values, np.arange(0, values.shape[-1], CHUNK), axis=-1)


def _weighted_sums(
    values: Sequence[Mapping[Key, FloatArray]], weights: FloatArray
) -> dict[Key, FloatArray]:
    """Sum over scenarios of weight x value, for each key and chunk."""
    keys = dict.fromkeys(key for own in values for key in own)
    return {
        key: chunk_sums(
            np.sum([weights[s] * own[key] for s, own in enumerate(values) if key in own], axis=0)
        )
        for key in keys
    }


def merge_blocks(blocks: Iterable[SectorBlock]) -> SectorRisk:
    """Put blocks of draws together, in their order."""
    own = list(blocks)
    draws = sum(block.lost.shape[1] for block in own)
    stopped = np.concatenate([block.stopped for block in own], axis=2)
    return SectorRisk(
        lost=np.concatenate([block.lost for block in own], axis=1),
        expected=np.concatenate([block.expected for block in own]),
        tail=np.concatenate([block.tail for block in own]),
        undiscounted=np.concatenate([block.undiscounted for block in own]),
        hit_week=np.concatenate([block.hit_week for block in own], axis=1),
        weekly=weekly_bands([block.weekly for block in own]),
        stopped=stopped.sum(axis=2) / draws,
        points=_means([block.points for block in own], draws),
        causes=_means([block.causes for block in own], draws),
        held_up=_means([block.held_up for block in own], draws),
        unmet=_means([block.unmet for block in own], draws),
    )


def _means(sums: Sequence[Mapping[Key, FloatArray]], draws: int) -> dict[Key, float]:
    keys = dict.fromkeys(key for own in sums for key in own)
    return {
        key: float(np.concatenate([own[key] for own in sums if key in own]).sum() / draws)
        for key in keys
    }
