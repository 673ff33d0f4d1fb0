"""Runs with levers on the draws of a run without them; each set of levers is run once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from exposure.arrays import FloatArray
from exposure.errors import LeverError
from exposure.faults import Fault
from exposure.impact.world import World
from exposure.inputs.parts import kept_at_most
from exposure.measures.against_tables import refuse_unknown
from exposure.measures.changes_of import actions_of, measures_of
from exposure.measures.costs import Range, cost_of
from exposure.measures.lever import Lever, RuleChange, Stock
from exposure.measures.targets import targets_of
from exposure.policy.scenario import Scenario
from exposure.result import Assessment
from exposure.scoring.blocks import Losses, Progress, Run, sector_losses
from exposure.supply.actions import Actions
from exposure.supply.additions import WEEKS_A_YEAR
from exposure.threads import in_order

TOGETHER = 512
"""Number of draws on which all sets of levers are run before the next draws are used."""

KEPT = 320
"""Megabytes that kept parts may take meanwhile; less in proportion for fewer draws."""

LEAST_KEPT = 120
"""Megabytes that they may take with any number of draws: what they rest on does not shrink."""

MOST_WEIGHED = 64
"""Draws over which the tonnes of a stock are averaged."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Losses of sectors with some levers, draw by draw."""

    scores: Mapping[str, FloatArray]
    """Score, (D,)."""
    money: Mapping[str, FloatArray]
    """Value added lost a year, net, USD, (D,); of the sectors whose value is known."""
    lost: Mapping[str, FloatArray]
    """Lost share of the output of the scored weeks, (D,)."""


@dataclass(frozen=True, eq=False)
class Bench:
    """Levers, and what sectors lose with any set of them."""

    assessment: Assessment
    """The run without levers."""
    levers: tuple[Lever, ...]
    counted: tuple[str, ...]
    """Sectors that count in totals."""
    known: dict[frozenset[str], Outcome] = field(default_factory=dict)
    smaller: dict[int, "Bench"] = field(default_factory=dict)
    """Benches on fewer draws, by the number of draws."""

    @classmethod
    def of(
        cls, assessment: Assessment, levers: Sequence[Lever], counted: Sequence[str] | None
    ) -> "Bench":
        """Check levers against tables and weeks, and set them up.

        Raises
        ------
        LeverError
            If a lever does not fit the tables, or acts before the first scored day.
        """
        refuse_unknown(levers, assessment.dataset)
        refuse_past(levers, assessment)
        return cls(assessment, tuple(levers), tuple(counted or assessment.sectors))

    @property
    def last_day(self) -> date:
        """Last day that is scored."""
        weeks = self.assessment.settings.horizon_weeks
        return self.assessment.first_day + timedelta(weeks=weeks)

    @cached_property
    def years(self) -> float:
        """Years that are scored."""
        return self.assessment.settings.horizon_weeks / WEEKS_A_YEAR

    def outcome(self, chosen: Sequence[Lever] = ()) -> Outcome:
        """Losses of sectors with some levers together."""
        return self.outcomes([chosen])[0]

    def outcomes(
        self, sets: Sequence[Sequence[Lever]], progress: Progress | None = None
    ) -> list[Outcome]:
        """Losses of sectors with each of several sets of levers.

        Sets that were run before are not run again.
        """
        keys = [frozenset(lever.lever for lever in chosen) for chosen in sets]
        missing = list(dict.fromkeys(key for key in keys if key not in self.known))
        # In the order of the bench, so that a set gives the same however it was put together.
        ordered = [[lever for lever in self.levers if lever.lever in key] for key in missing]
        found = run_sets(self.assessment, ordered, progress)
        self.known.update(zip(missing, found, strict=True))
        return [self.known[key] for key in keys]

    def narrowed(self, draws: int) -> "Bench":
        """Return the bench restricted to the first draws."""
        if draws >= self.assessment.run.sampler.size:
            return self
        if draws not in self.smaller:
            few = first_draws(self.assessment, draws)
            self.smaller[draws] = Bench(few, self.levers, self.counted)
        return self.smaller[draws]

    def counting(self, sectors: Sequence[str]) -> "Bench":
        """Return the same runs with other sectors in the totals."""
        return replace(
            self,
            counted=tuple(sectors),
            smaller={draws: bench.counting(sectors) for draws, bench in self.smaller.items()},
        )

    @cached_property
    def costs(self) -> dict[str, Range]:
        """Cost of each lever, in millions of dollars: low, central, high."""
        return {
            lever.lever: cost_of(
                lever, self.tonnes(lever), self.assessment.dataset, last=self.last_day
            )
            for lever in self.levers
        }

    @cached_property
    def targets(self) -> dict[str, tuple[str, ...]]:
        """Ranked sectors for which each lever is meant."""
        dataset, ranked = self.assessment.dataset, tuple(self.assessment.sectors)
        return {lever.lever: targets_of(lever, dataset, ranked) for lever in self.levers}

    def tonnes(self, lever: Lever) -> dict[str, float]:
        """Tonnes of each element that a stock orders, mean over draws; empty for other levers."""
        if not isinstance(lever, Stock):
            return {}
        return ordered_tonnes(changed_run(self.assessment, [lever]))


def changed_run(assessment: Assessment, levers: Sequence[Lever]) -> Run:
    """The run of an assessment with levers."""
    run, settings = assessment.run, assessment.settings
    acted = actions_of(levers, assessment.dataset, destination=settings.destination)
    changed = replace(
        run,
        actions=Actions((*run.actions.listed, *acted.listed)),
        scenario=_ruled(run.scenario, measures_of(levers)),
    )
    # Rules of the buyers' side do not change what an office does.
    changed.__dict__["plans"] = run.plans
    return changed


def _ruled(scenario: Scenario, measures: Mapping[str, date | None]) -> Scenario:
    """A course or mixture under other rules of the buyers' side."""
    if not measures:
        return scenario
    mixture = tuple(
        member.model_copy(update={"scenario": _ruled(member.scenario, measures)})
        for member in scenario.mixture
    )
    update = {"measures": {**scenario.measures, **measures}, "mixture": mixture}
    return scenario.model_copy(update=update)


def run_sets(
    assessment: Assessment, sets: Sequence[Sequence[Lever]], progress: Progress | None = None
) -> list[Outcome]:
    """Compute the losses of sectors with each set of levers, on the draws of an assessment.

    All sets are run on some draws before the next draws come: what the sets have in common is then
    still kept.
    """
    return run_many(assessment, [changed_run(assessment, levers) for levers in sets], progress)


def run_many(
    assessment: Assessment, acted: Sequence[Run], progress: Progress | None = None
) -> list[Outcome]:
    """Compute the losses of sectors in several runs on the draws of an assessment."""
    size = assessment.run.sampler.size
    tasks = [(first, run) for first in range(0, size, TOGETHER) for run in acted]

    def one(task: int) -> dict[str, Losses]:
        first, run = tasks[task]
        block_run = replace(run, sampler=run.sampler.block(first, min(first + TOGETHER, size)))
        block_run.__dict__["plans"] = run.plans
        return sector_losses(block_run, workers=1)

    found = []
    with kept_at_most(max(LEAST_KEPT, KEPT * min(size, TOGETHER) / TOGETHER)):
        for part in in_order(one, range(len(tasks))):
            found.append(part)
            if progress is not None:
                progress(len(found), len(tasks))
    return [_joined(assessment, found[i :: len(acted)]) for i in range(len(acted))]


def _joined(assessment: Assessment, parts: Sequence[Mapping[str, Losses]]) -> Outcome:
    names = tuple(assessment.sectors)
    scores = {name: np.concatenate([part[name][0] for part in parts]) for name in names}
    lost = {name: np.concatenate([part[name][1] for part in parts]) for name in names}
    labels = {name: scored.label for name, scored in assessment.sectors.items()}
    money = {
        name: labels[name].value_added * shares * (1.0 - labels[name].recaptured)
        for name, shares in lost.items()
        if not np.isnan(labels[name].value_added).any()
    }
    return Outcome(scores, money, lost)


def first_draws(assessment: Assessment, draws: int) -> Assessment:
    """An assessment of the first of its draws, for runs on few; its risks stay those of all."""
    sectors = {
        name: replace(scored, label=scored.label.first(draws))
        for name, scored in assessment.sectors.items()
    }
    run = replace(assessment.run, sampler=assessment.run.sampler.block(0, draws))
    run.__dict__["plans"] = assessment.run.plans
    return replace(assessment, sectors=sectors, run=run)


def ordered_tonnes(run: Run) -> dict[str, float]:
    """Tonnes of each element that the purchases of a run order, mean over draws."""
    world = run.prepared(0, min(MOST_WEIGHED, run.sampler.size)).worlds[0]
    tonnes: dict[str, float] = {}
    for claim, claimed in claimed_tonnes(world):
        element = claim[1]
        tonnes[element] = tonnes.get(element, 0.0) + float(claimed.mean())
    return tonnes


def claimed_tonnes(world: World) -> list[tuple[tuple[str, str], FloatArray]]:
    """Sector and element of each purchase, with the tonnes that it orders, (D,)."""
    found = []
    for pool in world.pools.values():
        for claim in pool.claims:
            if claim.bought is not None and pool.demand is not None:
                over = (claim.until or world.period.weeks) - claim.since
                claimed = claim.weight * pool.demand * over / WEEKS_A_YEAR
                found.append(((claim.user, claim.channel.element), claimed))
    return found


def refuse_past(levers: Sequence[Lever], assessment: Assessment) -> None:
    """Raise an error for levers that would take effect before the first scored day.

    Raises
    ------
    LeverError
        With all such levers.
    """
    first = assessment.first_day
    faults = [
        Fault(
            "starts", f"{lever.starts}, to act on {lever.acts_on}", f"to act from {first} on",
            "choose a later day: what happened before is not changed", lever.lever,
        )
        for lever in levers
        if lever.acts_on < first
    ]  # fmt: skip
    for lever in levers:
        if not isinstance(lever, RuleChange):
            continue
        for course, _ in assessment.scenario.members:
            day = course.measures.get(lever.measure)
            if day is not None and day <= lever.acts_on:
                faults.append(
                    Fault(
                        "measure", f"'{lever.measure}', in force from {day} in {course.scenario}",
                        f"a rule that comes after {lever.acts_on}", "leave the lever out",
                        lever.lever,
                    )
                )  # fmt: skip
    if faults:
        raise LeverError(faults)
