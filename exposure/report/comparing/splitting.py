"""Points of a score that each cause moved: the old run, repeated with one change after another.

The path from the old run to the new one has five steps, taken in one order: first the code, then
the draws, the settings, the tables, the scenario. The score moves at each step by the part of
that cause, so the parts sum to the whole move by construction. A step at which nothing differs is
not run. Where the versions of the package and of its libraries are the same, the old run is taken
to give its old scores.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exposure.errors import ExposureError
from exposure.inputs.streams import Sampler
from exposure.policy.scenario import Scenario
from exposure.report.changes import Cause
from exposure.report.comparing.records import OF_DRAWS, same_code
from exposure.report.history.stored_run import StoredRun, can_run_again
from exposure.row_effects import Course, scored
from exposure.settings import Settings
from exposure.tables.dataset import Dataset

if TYPE_CHECKING:
    from exposure.result import Assessment

Scores = Mapping[str, float]
"""Sector to its score."""

Parts = Mapping[tuple[str, str], Mapping[Cause, float]]
"""Scenario and sector to the points that each cause moved."""


@dataclass(frozen=True, eq=False)
class Again:
    """Inputs that are needed to repeat a run."""

    dataset: Dataset
    scenarios: Mapping[str, Scenario]
    settings: Settings
    sampler: Sampler

    def course(self, scenario: str) -> Course:
        """Return one of its scenarios."""
        return Course(self.dataset, self.scenarios[scenario], self.settings, self.sampler)


def again_of(assessments: "Sequence[Assessment]") -> Again:
    """Finished runs, to be run again."""
    first = assessments[0]
    scenarios = {assessment.scenario.scenario: assessment.scenario for assessment in assessments}
    return Again(first.dataset, scenarios, first.settings, first.run.sampler)


def again_from(run: StoredRun) -> Again | str:
    """Inputs to repeat a stored run, or the reason why it cannot be repeated."""
    found = can_run_again(run)
    if isinstance(found, str) or run.inputs is None:
        return found if isinstance(found, str) else ""
    dataset, scenarios, settings = found
    return Again(dataset, scenarios, settings, Sampler(run.inputs.draws, settings.seed))


def stored_scores(run: StoredRun, scenario: str) -> Scores:
    """Scores that a run holds."""
    return {
        row.sector: row.score
        for stored in run.scenarios
        if stored.scenario == scenario
        for row in stored.ranking
    }


def common_scenarios(old: StoredRun, new: StoredRun) -> tuple[str, ...]:
    """Scenarios of both runs, in the order of the new one."""
    names = {stored.scenario for stored in old.scenarios}
    return tuple(stored.scenario for stored in new.scenarios if stored.scenario in names)


def split(
    runs: tuple[StoredRun, StoredRun], again: tuple[Again, Again]
) -> tuple[Parts, tuple[str, ...]]:
    """Split the move of every score by cause.

    Parameters
    ----------
    runs
        The old and the new run.
    again
        The same, to be run again.

    Returns
    -------
    parts
        For each scenario and sector of both runs.
    notes
        Notes on what could not be run, and why.
    """
    parts: dict[tuple[str, str], dict[Cause, float]] = {}
    notes = []
    for name in common_scenarios(*runs):
        try:
            steps = _steps(name, runs, again)
        except ExposureError as error:
            first = str(error).splitlines()[0]
            notes.append(f"{name}: the old run cannot be run again ({first}).")
            continue
        sectors = set.intersection(*(set(scores) for _, scores in steps))
        for sector in sorted(sectors):
            values = [scores[sector] for _, scores in steps]
            moves = np.diff(values).tolist()
            parts[name, sector] = {
                cause: move for (cause, _), move in zip(steps[1:], moves, strict=True)
            }
    return parts, tuple(notes)


def _steps(
    name: str, runs: tuple[StoredRun, StoredRun], again: tuple[Again, Again]
) -> list[tuple[Cause, Scores]]:
    """Scores after each step; the first entry holds those of the old run."""
    was, now = stored_scores(runs[0], name), stored_scores(runs[1], name)
    courses = path(again[0].course(name), again[1].course(name))
    last = max(
        (i for i, (_, course) in enumerate(courses) if i and _differs(courses, i)), default=0
    )
    found: list[tuple[Cause, Scores]] = [("code", was)]
    scores = was
    for number, (cause, course) in enumerate(courses):
        if number == last:
            scores = now
        elif number < last and (_differs(courses, number) if number else not same_code(*runs)):
            scores = means(course)
        found.append((cause, scores))
    return found


def _differs(courses: Sequence[tuple[Cause, Course]], number: int) -> bool:
    one, other = courses[number - 1][1], courses[number][1]
    return not (
        one.dataset.digest == other.dataset.digest
        and one.scenario == other.scenario
        and one.settings == other.settings
        and np.array_equal(one.sampler.numbers, other.sampler.numbers)
    )


def path(old: Course, new: Course) -> list[tuple[Cause, Course]]:
    """Courses from the old to the new one; after each, one more cause is that of the new run."""
    drawn = {name: getattr(new.settings, name) for name in (*OF_DRAWS, "prior")}
    steps: list[tuple[Cause, Callable[[Course], Course]]] = [
        ("code", lambda course: course),
        (
            "draws",
            lambda course: replace(
                course, sampler=new.sampler, settings=course.settings.model_copy(update=drawn)
            ),
        ),
        ("settings", lambda course: replace(course, settings=new.settings)),
        ("data", lambda course: replace(course, dataset=new.dataset)),
        ("scenario", lambda course: replace(course, scenario=new.scenario)),
    ]
    courses, course = [], old
    for cause, step in steps:
        course = step(course)
        courses.append((cause, course))
    return courses


def means(course: Course) -> Scores:
    """Mean score of each sector."""
    return {sector: float(scores.mean()) for sector, scores in scored(course).scores.items()}
