"""Draws run block by block: what every result of a run is made of.

Blocks are run by threads and put together in their order, so that a result depends neither on the
number of threads nor on the size of the blocks.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal, TypeVar

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.course import run_course
from exposure.impact.outcomes import Question, element_players
from exposure.impact.prepared import Prepared, Window, plans_of, prepare
from exposure.impact.stocks import discount
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.licensing.grants import GrantPlan
from exposure.policy.scenario import Scenario
from exposure.scoring.attribution import Points, points_by_coalition, points_by_component
from exposure.scoring.sector_risk import (
    CHUNK,
    RunningRisk,
    SectorBlock,
    SectorRisk,
    summarise_block,
)
from exposure.scoring.tail import tail_weights
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.tables.schema.supply import ElementRow

BLOCK = 8 * CHUNK
"""Draws that are run together: what they hold stays at some 200 MB."""

MOST_WORKERS = 4
"""Threads used at most unless the caller says otherwise."""

Progress = Callable[[int, int], None]
"""Called with the number of blocks done and of all blocks."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Run:
    """Sectors, a course of policy and draws that belong together."""

    dataset: Dataset
    scenario: Scenario
    settings: Settings
    window: Window
    sectors: tuple[str, ...]
    sampler: Sampler

    def __reduce__(self) -> tuple[object, ...]:
        # Without what can be worked out again.
        return Run, tuple(getattr(self, own.name) for own in fields(self))

    @cached_property
    def inputs(self) -> Inputs:
        """The gate to the tables; its notes hold what all blocks read."""
        return Inputs.of(self.dataset, self.sampler)

    @cached_property
    def controlled(self) -> frozenset[str]:
        """Elements under export control."""
        rows = self.dataset.rows_of(ElementRow)
        return frozenset(row.element for row in rows if row.controlled_from)

    @cached_property
    def probabilities(self) -> FloatArray:
        """Of the scenarios, shape (S,)."""
        return np.array([probability for _, probability in self.scenario.members])

    @cached_property
    def weight(self) -> FloatArray:
        """Discount of each scored week."""
        half_life = self.settings.half_life_weeks
        return discount(self.settings.horizon_weeks, half_life_weeks=half_life)

    @cached_property
    def plans(self) -> tuple[GrantPlan, ...]:
        """What the offices do in each course of policy."""
        return plans_of(self.inputs.index, self.scenario, self.window)

    def prepared(self, first: int, last: int) -> Prepared:
        """The draws at positions `first` to `last` - 1, ready to run."""
        inputs = self.inputs.with_sampler(self.sampler.block(first, last))
        return prepare(
            inputs, self.scenario, self.plans, self.window, self.settings, ranked=self.sectors
        )

    def over_blocks(
        self,
        ask: Callable[[Prepared, int, int], Answer],
        *,
        workers: int | None = None,
        progress: Progress | None = None,
        block: int = BLOCK,
    ) -> Iterator[Answer]:
        """What each block answers, in order."""
        starts = range(0, self.sampler.size, block)

        def one(first: int) -> Answer:
            last = min(first + block, self.sampler.size)
            return ask(self.prepared(first, last), first, last)

        for done, answer in enumerate(in_order(one, starts, workers=workers), start=1):
            if progress is not None:
                progress(done, len(starts))
            yield answer


def in_order(
    work: Callable[[int], Answer], tasks: Iterable[int], *, workers: int | None = None
) -> Iterator[Answer]:
    """Results of tasks in their order, with few tasks under way at a time.

    Parameters
    ----------
    work
        What is done; it releases the interpreter's lock while it computes.
    tasks
        What it is done to.
    workers
        Threads; None for the usual number. One thread works without a pool.
    """
    count = workers or usual_workers()
    if count == 1:
        yield from map(work, tasks)
        return
    waiting: deque[Future[Answer]] = deque()
    with ThreadPoolExecutor(max_workers=count) as pool:
        for task in tasks:
            waiting.append(pool.submit(work, task))
            # One more than are worked on, so that no thread waits and nothing piles up.
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def usual_workers() -> int:
    """Threads used unless the caller says otherwise."""
    return min(MOST_WORKERS, os.cpu_count() or 1)


def sector_risks(
    run: Run, *, workers: int | None = None, progress: Progress | None = None, block: int = BLOCK
) -> dict[str, SectorRisk]:
    """Risk of every sector.

    Parameters
    ----------
    run
        What to run.
    workers
        Threads; None for the usual number.
    progress
        Called after each block.
    block
        Draws run together; a multiple of `exposure.scoring.sector_risk.CHUNK`.
    """

    def ask(prepared: Prepared, first: int, last: int) -> dict[str, SectorBlock]:  # noqa: ARG001
        courses = []
        for world, licences in zip(prepared.worlds, prepared.granted, strict=True):
            players = {
                name: element_players(world.sectors[name], run.controlled) for name in run.sectors
            }
            courses.append(run_course(world, licences, players, Question(run.weight), run.settings))
        return {
            name: summarise_block(
                [course[name] for course in courses], run.probabilities, run.weight, run.settings
            )
            for name in run.sectors
        }

    running = {name: RunningRisk(run.sampler.size) for name in run.sectors}
    for found in run.over_blocks(ask, workers=workers, progress=progress, block=block):
        for name in run.sectors:
            running[name].add(found[name])
    return {name: own.result(run.probabilities, run.settings) for name, own in running.items()}


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
    causes = dict.fromkeys(cause for own in sums for cause in own)
    return {
        cause: float(np.concatenate([own[cause] for own in sums if cause in own]).sum() / draws)
        for cause in causes
    }
