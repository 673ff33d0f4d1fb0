"""Risk of one sector under every scenario of a mixture: size, time and causes of the loss.

Draws are run in blocks; a block keeps a few numbers a draw and sums the rest over chunks of
draws, so that memory grows little with the number of draws. Chunks are the same however the draws
are cut into blocks, and so are the sums. S is the scenario, D the draw, T the scored week, C the
chunk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from exposure.arrays import FloatArray, WeekArray, plain_sum
from exposure.impact.outcomes import SectorRun, first_week_hit
from exposure.scoring.tail import tail_weights
from exposure.scoring.weekly_bands import RunningBands
from exposure.settings import Settings

CHUNK = 64
"""Draws whose values are summed together; blocks of draws are multiples of it."""

KEPT = ("lost", "undiscounted", "hit_week", "short")
"""Arrays of a block whose last axis is the draw, and which are kept for every draw."""

SUMMED = ("points", "causes", "held_up", "unmet")
"""Tables of a block whose values are sums over chunks."""

Key = TypeVar("Key")


@dataclass(frozen=True, eq=False)
class SectorBlock:
    """Results of a block of draws for one sector; sums are over the draws of each chunk."""

    lost: FloatArray
    """Discounted lost share of output, (S, D)."""
    undiscounted: FloatArray
    """Lost share of output with equal weights of all weeks, mean over scenarios, (D,)."""
    hit_week: WeekArray
    """First scored week above the impact threshold, (S, D); NaN for never."""
    weekly: FloatArray
    """Lost share of output, (S, T, D)."""
    stopped: FloatArray
    """Share of output made by stopped firms, sums, (S, T, C)."""
    points: dict[str, FloatArray]
    """Points of the score due to each element, sums, (C,)."""
    causes: dict[str, FloatArray]
    """Points of the score due to each element or group of alternatives, sums, (C,)."""
    held_up: dict[tuple[str, str], FloatArray]
    """Share of need stopped by holding and exit stage, mean over scenarios, sums, (C,)."""
    unmet: dict[str, FloatArray]
    """Tonnes of each element not met, mean over scenarios, sums, (C,)."""
    short: FloatArray
    """Tonnes of all elements not met, mean over scenarios, (D,)."""


@dataclass(frozen=True, eq=False)
class SectorRisk:
    """A sector's risk over all draws."""

    lost: FloatArray
    """Discounted lost share of output, (S, D)."""
    undiscounted: FloatArray
    """Lost share of output with equal weights of all weeks, mean over scenarios, (D,)."""
    hit_week: WeekArray
    """First scored week above the impact threshold, (S, D); NaN for never."""
    weekly: FloatArray
    """Mean, 5th and 95th percentile over draws of the weekly loss, and the standard error of the
    mean, (S, 4, T)."""
    stopped: FloatArray
    """Share of output made by stopped firms, mean over draws, (S, T)."""
    points: dict[str, float]
    """Points of the score due to each element; they sum to the score."""
    causes: dict[str, float]
    """Points of the score due to each element or group of alternatives."""
    held_up: dict[tuple[str, str], float]
    """Share of need stopped at the border by holding and exit stage, mean."""
    unmet: dict[str, float]
    """Tonnes of each element not met in the scored weeks, mean."""
    short: FloatArray
    """Tonnes of all elements not met in the scored weeks, mean over scenarios, (D,)."""
    probabilities: FloatArray
    """Probabilities of the scenarios, (S,)."""
    tail_level: float
    """Level of the tail over scenarios."""

    @property
    def expected(self) -> FloatArray:
        """Mean of `lost` over scenarios, (D,)."""
        return weighted_sum(self.probabilities, self.lost)

    @property
    def tail(self) -> FloatArray:
        """Mean of `lost` over the tail of scenarios (CVaR), (D,)."""
        return _tail_of(self.lost, self.probabilities, level=self.tail_level)

    def scores(self, settings: Settings) -> FloatArray:
        """Score of each draw, 0 to 100, (D,)."""
        return scores_of(self.lost, self.probabilities, settings)


def scores_of(lost: FloatArray, probabilities: FloatArray, settings: Settings) -> FloatArray:
    """Score of each draw, 0 to 100, (D,).

    Parameters
    ----------
    lost
        Discounted lost share of output, (S, D).
    probabilities
        Of the scenarios, (S,).
    settings
        Weight and level of the tail.
    """
    lam = settings.tail_weight
    tail = _tail_of(lost, probabilities, level=settings.tail_level)
    return np.asarray(100.0 * ((1.0 - lam) * weighted_sum(probabilities, lost) + lam * tail))


def _tail_of(lost: FloatArray, probabilities: FloatArray, *, level: float) -> FloatArray:
    weights = tail_weights(lost, probabilities, level=level)
    return np.asarray((weights * lost).sum(axis=0))


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
        Discount of each scored week, (T,). settings Tail, threshold.
    """
    first = len(runs[0].weekly) - len(weight)
    weekly = np.stack([run.weekly[first:] for run in runs])
    lost = np.stack([weighted_sum(weight, course) for course in weekly])
    tail = tail_weights(lost, probabilities, level=settings.tail_level)
    lam = settings.tail_weight
    counted = 100.0 * ((1.0 - lam) * probabilities[:, np.newaxis] + lam * tail)
    equal_weights = np.full(len(weight), 1.0 / len(weight))
    plain = np.stack([weighted_sum(equal_weights, course) for course in weekly])
    chance = np.broadcast_to(probabilities[:, np.newaxis], lost.shape)
    return SectorBlock(
        lost=lost,
        undiscounted=weighted_sum(probabilities, plain),
        hit_week=np.stack(
            [first_week_hit(course, threshold=settings.impact_threshold) for course in weekly]
        ),
        weekly=weekly,
        stopped=np.stack([chunk_sums(run.stopped[first:]) for run in runs]),
        points=_weighted_sums([run.by_element for run in runs], counted),
        causes=_weighted_sums([run.by_player for run in runs], counted),
        held_up=_weighted_sums([run.held_up for run in runs], chance),
        unmet=_weighted_sums([run.unmet for run in runs], chance),
        short=weighted_sum(probabilities, np.stack([_all_unmet(run) for run in runs])),
    )


def _all_unmet(run: SectorRun) -> FloatArray:
    """Tonnes of all elements not met, (D,)."""
    return sum(run.unmet.values(), np.zeros(run.weekly.shape[-1]))


def weighted_sum(weights: FloatArray, values: FloatArray) -> FloatArray:
    """Sum over the first axis, one after another, so that no result depends on the others.

    Examples
    --------
    >>> weighted_sum(np.array([0.5, 2.0]), np.array([[1.0, 3.0], [2.0, 1.0]]))
    array([4.5, 3.5])
    """
    if values[:1].size < 2:  # noqa: PLR2004 - numpy would sum a single column in pairs
        return _one_after_another(weights, values)
    products = np.multiply(weights.reshape(-1, *(1,) * (values.ndim - 1)), values, order="C")
    # In pairs numpy sums only along the axis that is contiguous, which is the last one here.
    return np.asarray(np.add.reduce(products, axis=0) + 0.0)


def _one_after_another(weights: FloatArray, values: FloatArray) -> FloatArray:
    """The same sum in Python, row by row."""
    total = np.zeros(values.shape[1:])
    for weight, value in zip(weights, values, strict=True):
        total += weight * value
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
    keys = dict.fromkeys(key for of_scenario in values for key in of_scenario)
    return {
        key: chunk_sums(
            np.sum(
                [
                    weights[s] * of_scenario[key]
                    for s, of_scenario in enumerate(values)
                    if key in of_scenario
                ],
                axis=0,
            )
        )
        for key in keys
    }


@dataclass(eq=False)
class RunningRisk:
    """A sector's risk, put together block by block in the order of the draws.

    A few numbers a draw are kept; everything else is added up chunk by chunk, so that no sum
    depends on the blocks.
    """

    draws: int
    """Number of all draws."""
    weekly: bool = True
    """Whether weekly losses are put together; otherwise the risk has no weeks."""
    _kept: dict[str, np.ndarray] = field(default_factory=dict)
    """Numbers of each draw, in arrays for all draws."""
    _added: int = 0
    """Number of draws so far."""
    _bands: RunningBands | None = None
    _stopped: FloatArray | None = None
    _sums: dict[str, dict[Any, float]] = field(default_factory=dict)

    def add(self, block: SectorBlock) -> None:
        """Add the next block of draws."""
        for name in KEPT:
            values = getattr(block, name)
            if name not in self._kept:
                self._kept[name] = np.empty((*values.shape[:-1], self.draws), values.dtype)
            self._kept[name][..., self._added : self._added + values.shape[-1]] = values
        self._added += len(block.short)
        if self._bands is None or self._stopped is None:
            self._bands = RunningBands(self.draws)
            self._stopped = np.zeros(block.stopped.shape[:2])
        # A copy of no weeks does not keep the others.
        self._bands.add(block.weekly if self.weekly else block.weekly[:, :0].copy())
        for chunk in range(block.stopped.shape[2]):
            self._stopped += block.stopped[..., chunk]
        for name in SUMMED:
            totals = self._sums.setdefault(name, {})
            for key, sums in getattr(block, name).items():
                totals[key] = plain_sum(sums.tolist(), totals.get(key, 0.0))

    def result(self, probabilities: FloatArray, settings: Settings) -> SectorRisk:
        """Risk over all draws."""
        if self._bands is None or self._stopped is None or self._added != self.draws:
            raise ValueError(f"{self._added} of {self.draws} draws are known")
        return SectorRisk(
            lost=self._kept["lost"],
            undiscounted=self._kept["undiscounted"],
            hit_week=self._kept["hit_week"],
            short=self._kept["short"],
            weekly=self._bands.result(),
            stopped=self._stopped / self.draws,
            **{
                name: {key: total / self.draws for key, total in self._sums[name].items()}
                for name in SUMMED
            },
            probabilities=probabilities,
            tail_level=settings.tail_level,
        )
