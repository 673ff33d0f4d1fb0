"""Many scenarios on one dataset, in one process or in many: losses and ranks as one tidy table.

Scenarios are run in tasks of a few. A task gives the same result wherever it is run, so the table
does not depend on the executor, the number of workers or the order in which tasks finish.
"""

import pickle
from collections import Counter, OrderedDict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from exposure.arguments import CALLBACK, check_arguments, each, instance_of, optional
from exposure.assessment import assessment_of, check_run, run_of
from exposure.errors import ArgumentError
from exposure.evidence.conditioned_list import RecordMet, meet_record
from exposure.inputs.parts import MOST_DRAWS
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.result import Assessment
from exposure.scoring.blocks import Progress, Run, risks_together, sector_risks
from exposure.scoring.columns import names_of
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset

if TYPE_CHECKING:
    import pandas as pd

TASK = 4
"""Number of scenarios in a task: few enough that a killed sweep loses little."""

USUAL_TASK = 16
"""The same at most in a large grid: neighbours often do the same, and are then run only once if one
process runs both."""

LARGE_TASK = 32
"""The same at most where draws are so many that only a block of them is kept: the scenarios of a
task share what they have in common in each block."""

USUAL_TASKS, LEAST_TASKS = 64, 8
"""Number of tasks into which scenarios are divided at least, before tasks grow to these sizes."""

MOST_WAITING = 16
"""Number of tasks that an executor gets at a time; more would only wait in its memory."""

MOST_KNOWN = 200
"""Number of courses whose rankings a process keeps; each takes some 50 kB with its plans."""

SCENARIOS = each(SCENARIO, "a list of scenarios, or of names", 'write ["licences_continue"]')
EXECUTOR = optional(
    instance_of(
        Executor,
        "an executor of concurrent.futures",
        "write concurrent.futures.ProcessPoolExecutor(2), or leave it out",
    )
)
PROGRESS = optional(CALLBACK)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Scenarios to be run on one dataset."""

    dataset: Dataset
    scenarios: tuple[Scenario, ...]
    settings: Settings
    conditioned: RecordMet | None
    """Draws that agree with the record; None for those of the tables alone."""

    @classmethod
    def of(cls, dataset: Dataset, scenarios: Sequence[Scenario], settings: Settings) -> "Ensemble":
        """Check, before anything is run, whether everything can be run.

        Raises
        ------
        ExposureError
            For the first scenario that cannot be run, as `assess` raises it; an ArgumentError
            for two of one key.
        """
        for scenario in scenarios:
            check_run(dataset, scenario, settings)
        counted = Counter(scenario.scenario for scenario in scenarios)
        twice = sorted(key for key, count in counted.items() if count > 1)
        if twice:
            raise ArgumentError(
                f"scenarios: found {', '.join(twice)} more than once; expected keys of their own; "
                "leave them out, or rename them"
            )
        return cls(dataset, tuple(scenarios), settings, meet_record(dataset, settings))

    @property
    def size(self) -> int:
        """Number of scenarios in a task."""
        few = self.settings.draws <= MOST_DRAWS
        most, tasks = (USUAL_TASK, USUAL_TASKS) if few else (LARGE_TASK, LEAST_TASKS)
        return min(most, max(TASK, -(-len(self.scenarios) // tasks)))

    @property
    def tasks(self) -> range:
        """Numbers of the tasks."""
        return range(-(-len(self.scenarios) // self.size))

    def of_task(self, number: int) -> tuple[Scenario, ...]:
        """Scenarios of a task."""
        return self.scenarios[number * self.size : (number + 1) * self.size]

    @cached_property
    def packed(self) -> bytes:
        """The common part of all tasks, in a form that another process can read."""
        return pickle.dumps((self.dataset, self.settings, self.conditioned))


def run_ensemble(
    dataset: Dataset,
    scenarios: Sequence[Scenario | str],
    settings: Settings | None = None,
    executor: Executor | None = None,
    *,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Run many scenarios, and give losses and ranks of all as one table.

    Parameters
    ----------
    dataset
        Tables, from `read_dataset`.
    scenarios
        Scenarios, or names of shipped ones; each has a key of its own.
    settings
        Draws, seed, horizon and the rest; None for the defaults.
    executor
        Runs tasks of a few scenarios: any executor of `concurrent.futures`, such as a process
        pool, or that of a Dask client (``client.get_executor()``). None runs them here. The
        table does not depend on it.
    progress
        Called with the number of tasks done and of all tasks.

    Returns
    -------
    pandas.DataFrame
        One row per scenario and sector, scenarios in their order, sectors by rank.

    Raises
    ------
    ArgumentError
        If two scenarios have one key.
    ExposureError
        As `assess` raises it, before anything is run.

    Examples
    --------
    >>> import exposure as ex
    >>> names = ["free_flow", "samarium_only"]
    >>> table = ex.run_ensemble(ex.read_dataset(), names, ex.Settings(draws=16, prior=True))
    >>> table.groupby("scenario")["score"].max().round(1).to_dict()["free_flow"]
    0.0
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments(
        "run_ensemble",
        dataset=(dataset, DATASET),
        scenarios=(scenarios, SCENARIOS),
        settings=(settings, SETTINGS),
        executor=(executor, EXECUTOR),
        progress=(progress, PROGRESS),
    )
    read = [read_scenario(given) if isinstance(given, str) else given for given in scenarios]
    ensemble = Ensemble.of(dataset, read, settings or Settings())
    found: dict[int, pd.DataFrame] = {}
    for number, table in tables_of(ensemble, executor):
        found[number] = table
        if progress is not None:
            progress(len(found), len(ensemble.tasks))
    if not found:
        return pd.DataFrame(columns=list(names_of("ensemble")))
    return pd.concat([found[number] for number in ensemble.tasks], ignore_index=True)


def tables_of(
    ensemble: Ensemble, executor: Executor | None, *, done: Collection[int] = ()
) -> Iterator[tuple[int, "pd.DataFrame"]]:
    """Run tasks, and yield each with its table as soon as it is finished.

    Parameters
    ----------
    ensemble
        Scenarios to run.
    executor
        Executor that runs them; None for this process.
    done
        Tasks that need not be run.
    """
    tasks = [number for number in ensemble.tasks if number not in done]
    if executor is None:
        bench = _Bench(ensemble.dataset, ensemble.settings, ensemble.conditioned)
        for number in tasks:
            yield number, bench.table_of(ensemble.of_task(number))
        return
    waiting: dict[Future[pd.DataFrame], int] = {}
    try:
        while tasks or waiting:
            while tasks and len(waiting) < MOST_WAITING:
                number = tasks.pop(0)
                waiting[executor.submit(run_task, ensemble.packed, ensemble.of_task(number))] = (
                    number
                )
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    finally:
        for future in waiting:
            future.cancel()


def run_task(packed: bytes, scenarios: Sequence[Scenario]) -> "pd.DataFrame":
    """Run one task in any process, with one thread, because other threads work on other tasks."""
    return _unpacked(packed).table_of(scenarios, workers=1)


@dataclass(frozen=True, eq=False)
class _Bench:
    """The common part of all tasks, and the rankings of the last courses."""

    dataset: Dataset
    settings: Settings
    conditioned: RecordMet | None
    known: "OrderedDict[Hashable, pd.DataFrame]" = field(default_factory=OrderedDict)
    """Rankings, by everything in a course on which losses depend. Many points of a grid differ only
    in rules that change nothing, or in days of one week."""
    lock: Lock = field(default_factory=Lock)
    """Lock of the rankings, which tasks in several threads share."""

    def table_of(
        self, scenarios: Sequence[Scenario], *, workers: int | None = None
    ) -> "pd.DataFrame":
        """Losses and ranks in some scenarios."""
        import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

        runs = [
            run_of(
                self.dataset,
                check_run(self.dataset, scenario, self.settings),
                self.settings,
                self.conditioned,
            )
            for scenario in scenarios
        ]
        courses: dict[Hashable, Run] = {}
        for run in runs:
            courses.setdefault(run.course_key, run)
        rankings = self._rankings(courses, workers)
        tables = []
        for scenario, run in zip(scenarios, runs, strict=True):
            table = rankings[run.course_key].copy()
            table.insert(0, "scenario", scenario.scenario)
            tables.append(table[list(names_of("ensemble"))])
        return pd.concat(tables, ignore_index=True)

    def _rankings(
        self, runs: Mapping[Hashable, Run], workers: int | None
    ) -> "dict[Hashable, pd.DataFrame]":
        """Ranking of each course, run now only if it is not known."""
        with self.lock:
            found = {key: self.known[key] for key in runs if key in self.known}
        missing = {key: run for key, run in runs.items() if key not in found}
        results = _assessments(list(missing.values()), self.conditioned, workers)
        found |= {key: result.ranking for key, result in zip(missing, results, strict=True)}
        with self.lock:
            self.known.update(found)
            for key in found:
                self.known.move_to_end(key)
            while len(self.known) > MOST_KNOWN:
                self.known.popitem(last=False)
        return found


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> _Bench:
    """The common part of all tasks; a process that runs several of them reads it once."""
    unpacked: tuple[Dataset, Settings, RecordMet | None] = pickle.loads(packed)  # noqa: S301 - ours
    return _Bench(*unpacked)


def _assessments(
    runs: Sequence[Run], conditioned: RecordMet | None, workers: int | None
) -> Iterator[Assessment]:
    """Results of runs; of many draws without weekly losses."""
    if any(run.settings.draws > MOST_DRAWS for run in runs):
        for run, risks in zip(runs, risks_together(runs, workers=workers), strict=True):
            yield assessment_of(run, risks, conditioned)
        return
    for run in runs:
        yield assessment_of(run, sector_risks(run, workers=workers), conditioned)
