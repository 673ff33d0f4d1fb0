"""Draws run block by block: the basis of all results of a run.

Blocks are run by threads and put together in their order, so that a result depends neither on the
number of threads nor on the size of the blocks.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from typing import TypeVar, cast

import numpy as np

from exposure import fast
from exposure.arrays import FloatArray
from exposure.impact import kernels
from exposure.impact.course import run_course
from exposure.impact.outcomes import Players, Question, SectorRun, element_players
from exposure.impact.prepared import Prepared, Window, plans_of, prepare
from exposure.impact.stocks import discount
from exposure.impact.world import World
from exposure.inputs.cells import Inputs
from exposure.inputs.parts import STORE, Notes, Part, make_part
from exposure.inputs.streams import Sampler
from exposure.licensing.grants import GrantPlan
from exposure.policy.scenario import Scenario
from exposure.scoring.sector_risk import (
    CHUNK,
    RunningRisk,
    SectorBlock,
    SectorRisk,
    scores_of,
    summarise_block,
)
from exposure.settings import Settings
from exposure.supply.actions import NO_ACTIONS, Actions
from exposure.tables.dataset import Dataset
from exposure.tables.schema.supply import ElementRow
from exposure.threads import in_order, usual_workers

BLOCK = 8 * CHUNK
"""Draws that are run together: their arrays need about 200 MB."""

WIDE_BLOCK = 16 * CHUNK
"""The same where a run is short or its parts are kept: a world takes half of its time whatever
the number of draws."""

FLOAT_BYTES = 8
"""Bytes of a number."""

Progress = Callable[[int, int], None]
"""Called with the number of blocks done and of all blocks."""

Answer = TypeVar("Answer")

Losses = tuple[FloatArray, FloatArray]
"""Scores of a sector, 0 to 100, and lost shares of its output, each of shape (D,)."""


@dataclass(frozen=True, eq=False)
class Run:
    """Sectors, a course of policy and draws that belong together."""

    dataset: Dataset
    scenario: Scenario
    settings: Settings
    window: Window
    sectors: tuple[str, ...]
    sampler: Sampler
    actions: Actions = NO_ACTIONS
    """Actions of levers, each from a day on."""

    def __reduce__(self) -> tuple[object, ...]:
        # Without values that can be computed again.
        return Run, tuple(getattr(self, field.name) for field in fields(self))

    def of_sectors(self, names: Collection[str]) -> "Run":
        """The same run of some of its sectors; what they share with others is run all the same."""
        if set(names) == set(self.sectors):
            return self
        some = replace(self, sectors=tuple(name for name in self.sectors if name in names))
        some.__dict__["plans"] = self.plans
        return some

    def of_draws(self, first: int, last: int) -> "Run":
        """The same run of the draws at positions `first` to `last` - 1, whose parts are kept."""
        some = replace(self, sampler=self.sampler.block(first, last))
        some.__dict__["plans"] = self.plans
        some.__dict__["inputs"] = self.inputs.with_sampler(some.sampler, kept=True)
        return some

    @cached_property
    def inputs(self) -> Inputs:
        """The gate to the tables; it notes what all blocks read."""
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
        """Plans of the licensing offices in each course of policy."""
        return plans_of(self.inputs.index, self.scenario, self.window)

    @cached_property
    def course_key(self) -> Hashable:
        """Everything in the scenario on which losses depend: runs with equal keys lose the same.

        Rules that change no treatment, such as those that withhold what is withheld, are not in it.
        """
        members = zip(self.scenario.members, self.plans, strict=True)
        return (
            self.window,
            self.scenario.start,
            tuple(
                (
                    course.start,
                    frozenset(course.measures.items()),
                    probability,
                    frozenset(plan.treated_as.items()),
                    frozenset((office, planned.key) for office, planned in plan.offices.items()),
                )
                for (course, probability), plan in members
            ),
        )

    @property
    def kept(self) -> bool:
        """Whether results are kept and reused by other runs."""
        return self.inputs.kept and self.settings.coupling == "independent"

    @property
    def arrivals_fit(self) -> bool:
        """Whether there is room to keep what arrives at every holding; at most, that is."""
        index = self.inputs.index
        slots = sum(
            len(index.buyers(sector)) * len(index.component(component).elements)
            for sector in self.sectors
            for component in index.components_needed(sector)
        )
        numbers = slots * len(self.scenario.members) * self.window.run * self.sampler.size
        return numbers * FLOAT_BYTES <= STORE.limit

    @cached_property
    def question(self) -> tuple[Hashable, ...]:
        """Everything that decides how losses are summed up."""
        settings = self.settings
        return (
            tuple(self.probabilities), tuple(sorted(self.controlled)), settings.horizon_weeks,
            settings.half_life_weeks, settings.tail_level, settings.tail_weight,
            settings.impact_threshold,
        )  # fmt: skip

    def players(self, world: World) -> dict[str, Players]:
        """Elements to which the loss of each sector is attributed."""
        return {
            name: element_players(world.sectors[name], self.controlled) for name in self.sectors
        }

    def summarised(self, runs: Sequence[SectorRun]) -> SectorBlock:
        """One sector in one block of draws, from its runs through all scenarios."""
        return summarise_block(runs, self.probabilities, self.weight, self.settings)

    def prepared(self, first: int, last: int, *, threads: int = 1) -> Prepared:
        """The draws at positions `first` to `last` - 1, ready to run."""
        inputs = self.inputs.with_sampler(self.sampler.block(first, last))
        return prepare(
            inputs, self.scenario, self.plans, self.window, self.settings, ranked=self.sectors,
            actions=self.actions, threads=threads,
        )  # fmt: skip

    def threads_in_a_block(self, workers: int | None, block: int) -> int:
        """Threads that each block can use, so that no worker is idle."""
        blocks = max(1, -(-self.sampler.size // block))
        return max(1, (workers or usual_workers()) // blocks)

    def over_blocks(
        self,
        ask: Callable[[Prepared, int, int], Answer],
        *,
        workers: int | None = None,
        progress: Progress | None = None,
        block: int = BLOCK,
    ) -> Iterator[Answer]:
        """Results of the blocks, in order."""
        starts = range(0, self.sampler.size, block)
        threads = self.threads_in_a_block(workers, block)

        def one(first: int) -> Answer:
            last = min(first + block, self.sampler.size)
            return ask(self.prepared(first, last, threads=threads), first, last)

        for done, answer in enumerate(in_order(one, starts, workers=workers), start=1):
            if progress is not None:
                progress(done, len(starts))
            yield answer


def sector_risks(
    run: Run,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    block: int | None = None,
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
        Draws run together, a multiple of `exposure.scoring.sector_risk.CHUNK`; None for the
        usual number.
    """
    block = block or (WIDE_BLOCK if run.kept else BLOCK)
    if run.kept and fast.AVAILABLE and run.arrivals_fit:
        return _kept_risks(run, workers=workers, progress=progress, block=block)

    threads = run.threads_in_a_block(workers, block)

    def ask(prepared: Prepared, first: int, last: int) -> dict[str, SectorBlock]:  # noqa: ARG001
        return _run_block(run, prepared, threads)

    running = {name: RunningRisk(run.sampler.size) for name in run.sectors}
    for found in run.over_blocks(ask, workers=workers, progress=progress, block=block):
        for name in run.sectors:
            running[name].add(found[name])
    return {name: total.result(run.probabilities, run.settings) for name, total in running.items()}


def risks_together(
    runs: Sequence[Run], *, workers: int | None = None
) -> list[dict[str, SectorRisk]]:
    """Risks of several runs with the same draws: one block of draws after another, in all runs.

    The runs share what they have in common, as those of few draws do, and only the parts of one
    block are kept. Weekly losses are left out: those of all runs would need too much memory.

    Parameters
    ----------
    runs
        Runs of the same tables, sectors and draws.
    workers
        Threads that share the draws of a block; None for the usual number.
    """
    threads = workers or usual_workers()
    running = [
        {name: RunningRisk(run.sampler.size, weekly=False) for name in run.sectors} for run in runs
    ]
    for first in range(0, runs[0].sampler.size, WIDE_BLOCK):
        for run, totals in zip(runs, running, strict=True):
            last = min(first + WIDE_BLOCK, run.sampler.size)
            for name, found in _sector_blocks(run.of_draws(first, last), threads).items():
                totals[name].add(found)
    return [
        {name: total.result(run.probabilities, run.settings) for name, total in totals.items()}
        for run, totals in zip(runs, running, strict=True)
    ]


def _sector_blocks(run: Run, threads: int) -> dict[str, SectorBlock]:
    """Each sector of a run of few draws, in one block."""
    prepared = run.prepared(0, run.sampler.size, threads=threads)
    if run.kept and fast.AVAILABLE and run.arrivals_fit:
        return {name: part.value for name, part in _kept_blocks(run, prepared, threads).items()}
    return _run_block(run, prepared, threads)


def _run_block(run: Run, prepared: Prepared, threads: int) -> dict[str, SectorBlock]:
    """Each sector in one block of draws, without what arrives at every holding being kept."""
    scored_from = run.window.run - run.settings.horizon_weeks
    courses = [
        run_course(
            world,
            licences,
            run.players(world),
            Question(run.weight, losses_from=scored_from),
            run.settings,
            since=world.parts_from(scored_from, run.sectors) if run.kept else 0,
            threads=threads,
        )
        for world, licences in zip(prepared.worlds, prepared.granted, strict=True)
    ]
    return {name: run.summarised([course[name] for course in courses]) for name in run.sectors}


def _kept_risks(
    run: Run, *, workers: int | None, progress: Progress | None, block: int
) -> dict[str, SectorRisk]:
    """The same, but sectors whose losses have not changed are reused."""
    threads = run.threads_in_a_block(workers, block)

    def ask(prepared: Prepared, first: int, last: int) -> dict[str, Part[SectorBlock]]:  # noqa: ARG001
        return _kept_blocks(run, prepared, threads)

    blocks = list(run.over_blocks(ask, workers=workers, progress=progress, block=block))
    return {name: _kept_risk(run, [parts[name] for parts in blocks]) for name in run.sectors}


def _kept_risk(run: Run, blocks: Sequence[Part[SectorBlock]]) -> SectorRisk:
    def make() -> tuple[SectorRisk, Notes]:
        running = RunningRisk(run.sampler.size)
        for part in blocks:
            running.add(part.value)
        return running.result(run.probabilities, run.settings), {}

    name = ("risk", tuple(part.token for part in blocks))
    return make_part(name, run.inputs.index, make, kept=True).value


def sector_losses(run: Run, *, workers: int | None = None) -> dict[str, Losses]:
    """Scores of every sector and lost shares of its output, draw by draw, and nothing else.

    Parameters
    ----------
    run
        What to run.
    workers
        Threads; None for the usual number.
    """
    settings = run.settings
    if not (run.kept and fast.AVAILABLE and run.arrivals_fit):
        risks = sector_risks(run, workers=workers)
        return {name: (risk.scores(settings), risk.undiscounted) for name, risk in risks.items()}
    threads = run.threads_in_a_block(workers, WIDE_BLOCK)

    def ask(prepared: Prepared, first: int, last: int) -> dict[str, Losses]:  # noqa: ARG001
        blocks = {name: part.value for name, part in _kept_blocks(run, prepared, threads).items()}
        return {
            name: (scores_of(block.lost, run.probabilities, settings), block.undiscounted)
            for name, block in blocks.items()
        }

    found = list(run.over_blocks(ask, workers=workers, block=WIDE_BLOCK))
    return {
        name: (
            np.concatenate([losses[name][0] for losses in found]),
            np.concatenate([losses[name][1] for losses in found]),
        )
        for name in run.sectors
    }


def _kept_blocks(run: Run, prepared: Prepared, threads: int) -> dict[str, Part[SectorBlock]]:
    """Each sector in one block: reused, or run."""
    first = run.window.run - run.settings.horizon_weeks
    courses = [
        kernels.kept_course(world, licences, run.sectors, first=first, threads=threads)
        for world, licences in zip(prepared.worlds, prepared.granted, strict=True)
    ]
    index = run.inputs.index
    names = {
        name: ("block", run.question, tuple(course.name_of(name) for course in courses))
        for name in run.sectors
    }
    # Held here, because the store may drop them while the others are made.
    found = {name: STORE.find(names[name], index) for name in run.sectors}
    missing = [name for name, part in found.items() if part is None]
    runs = []
    for course in courses:
        every = run.players(course.world)
        players = {name: every[name] for name in missing}
        runs.append(course.run(players, run.weight))

    def make(name: str) -> tuple[SectorBlock, Notes]:
        return run.summarised([course_run[name] for course_run in runs]), {}

    made = {name: make_part(names[name], index, partial(make, name), kept=True) for name in missing}
    return {
        name: made[name] if part is None else cast("Part[SectorBlock]", part)
        for name, part in found.items()
    }
