"""Rows of the table: each measures one kind of run, in this process.

The file is also run as a script, with the package of any version first on the path, so it uses
nothing but what all versions have where a row says so.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

DRAWS = 1024
STOCK = ("guided_munitions", "smco_magnet", "criticality_share")


@dataclass(frozen=True)
class Row:
    """One row: what it is, and what measures it."""

    what: str
    unit: str
    """Empty for seconds, of the processor or on the clock."""
    measure: Callable[[str, int, float], list[float]]
    reference: bool = False
    """Whether the readable reference is measured too."""


CLOCK = "EXPOSURE_BENCHMARK_CLOCK"
"""Variable of the environment that says `wall` where seconds on the clock are wanted."""


def seconds() -> float:
    """Seconds of the processor, those of all processes that have ended too, or on the clock."""
    if os.environ.get(CLOCK) == "wall":
        return time.perf_counter()
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


def cpu(work: Callable[[], object], rounds: int) -> list[float]:
    """Seconds of some rounds, after one that warms up."""
    work()
    found = []
    for _ in range(rounds):
        began = seconds()
        work()
        found.append(seconds() - began)
    return found


def prepare(how: str):
    """The package, settings of unconditioned draws, and a way to forget what is kept."""
    import exposure as ex  # noqa: PLC0415 - of whatever version is first on the path

    if how == "old":
        return ex, ex.Settings(draws=DRAWS), lambda: None
    from exposure import fast  # noqa: PLC0415
    from exposure.inputs.parts import STORE  # noqa: PLC0415

    if how == "reference":
        fast.AVAILABLE = False
    return ex, ex.Settings(draws=DRAWS, prior=True), STORE.clear


def one_scenario(how: str, rounds: int, _: float) -> list[float]:
    ex, settings, forget = prepare(how)
    dataset, scenario = ex.read_dataset(), ex.read_scenario("london_truce")

    def work() -> None:
        forget()
        result = ex.assess(dataset, scenario, settings, workers=1)
        assert len(result.ranking)
        assert len(result.attribution(by="element"))

    return cpu(work, rounds)


def changed_row(how: str, rounds: int, _: float) -> list[float]:
    ex, settings, _forget = prepare(how)
    dataset, scenario = ex.read_dataset(), ex.read_scenario("london_truce")
    key = next(
        tuple(row[:3]) for row in dataset.table("cover").to_numpy().tolist()
        if row[2] == "stock_weeks" and (how == "old" or row[0] == "military_drones")
    )  # fmt: skip
    copies = iter([
        ex.with_value(dataset, "cover", key, value=(2 + n, 3 + n, 4 + n)) for n in range(rounds + 1)
    ])  # fmt: skip
    ex.assess(dataset, scenario, settings, workers=1)
    return cpu(lambda: ex.assess(next(copies), scenario, settings, workers=1), rounds)


def changed_inputs(how: str, _: int, share: float) -> list[float]:
    """200 changed inputs x 3 scenarios; a share of them, scaled up."""
    ex, settings, _forget = prepare(how)
    from exposure.tables.dataset import row_key  # noqa: PLC0415

    dataset = ex.read_dataset()
    scenarios = [
        ex.read_scenario(name) for name in ("london_truce", "samarium_only", "truce_lapse")
    ]
    wanted = {("cover", "needs"): 100, ("pool_users", "new_supply"): 50, ("licence_queue",): 50}
    rows = []
    for tables, count in wanted.items():
        quantities = [
            row for table in tables for row in dataset.rows[table]
            if row.low < row.high and not row.definition().whole
        ]  # fmt: skip
        many = max(1, round(count * share))
        rows += [quantities[i * len(quantities) // many] for i in range(many)]
    for scenario in scenarios:
        ex.assess(dataset, scenario, settings)
    began = seconds()
    for row in rows:
        table, key = row_key(row)
        value = 0.5 * (row.low + row.central)
        copy = dataset
        with contextlib.suppress(ex.TableError):  # a value that breaks a rule across rows
            copy = ex.with_value(dataset, table, key, value=(row.low, value, row.central))
        for scenario in scenarios:
            ex.assess(copy, scenario, settings)
    return [(seconds() - began) * 200 / len(rows)]


def record_draws(how: str, _: int, share: float) -> list[float]:
    """40,000 draws held against the record; a share of them, scaled up."""
    ex, settings, _forget = prepare(how)
    import numpy as np  # noqa: PLC0415

    from exposure.evidence.conditioning import examine  # noqa: PLC0415
    from exposure.inputs.streams import Sampler  # noqa: PLC0415

    dataset, draws = ex.read_dataset(), int(40_000 * share)
    examine(dataset, settings, Sampler(np.arange(64), 7))
    began = seconds()
    examine(dataset, settings, Sampler(np.arange(draws), 7))
    return [(seconds() - began) * 40_000 / draws]


def ensemble(draws: int) -> Callable[[str, int, float], list[float]]:
    """1,200 scenarios; a share of their tasks in two processes, scaled up."""

    def measure(how: str, _: int, share: float) -> list[float]:
        ex, settings, _forget = prepare(how)
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

        from exposure.ensembles import Ensemble, tables_of  # noqa: PLC0415
        from exposure.policy.grid import Grid, points_of  # noqa: PLC0415

        grid = Grid(
            base="london_truce",
            dates=[date(2025, 7, 1) + timedelta(days) for days in range(300)],
            elements=["Sm", "Y"], buyers=["civil", "military"], rules={"withheld": "withheld"},
        )  # fmt: skip
        scenarios = [point.scenario for point in points_of(grid)]
        settings = settings.model_copy(update={"draws": draws})
        whole = Ensemble.of(ex.read_dataset(), scenarios, settings)

        def run(tasks: int) -> float:
            began = seconds()
            with ProcessPoolExecutor(2) as pool:
                deque(tables_of(whole, pool, done=whole.tasks[tasks:]), maxlen=0)
            return seconds() - began

        # Both processes start with one task each, and load the kernels.
        some, start = max(2, round(share * len(whole.tasks))), run(2)
        return [start + (run(2 + some) - start) / some * (len(whole.tasks) - 2)]

    return measure


def memory(how: str, _: int, share: float) -> list[float]:
    """Kilobytes by which the peak of a process grows with each draw."""
    few, many = (500, 2_000) if how == "old" else (12_000, int(12_000 + 60_000 * share))
    peaks = []
    for draws in (few, many):
        code = f"""
import resource, exposure as ex
settings = ex.Settings(draws={draws}{"" if how == "old" else ", prior=True"})
ex.assess(ex.read_dataset(), "london_truce", settings, workers=1).ranking
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout.splitlines()[-1]))
    return [(peaks[1] - peaks[0]) / (many - few)]


def cold(how: str, rounds: int, _: float) -> list[float]:
    """CPU seconds of a whole process: start of Python, imports, tables, runs, output."""
    del how
    words = [sys.executable, "-m", "exposure", "rank", "london_truce", "--quiet"]
    return whole_process(words, rounds)


def cold_default(how: str, rounds: int, _: float) -> list[float]:
    """The same for the three courses that are run when none is named."""
    del how
    return whole_process([sys.executable, "-m", "exposure", "rank", "--quiet"], rounds)


def whole_process(words: list[str], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds + 1):
        before = seconds()
        subprocess.run(words, check=True, capture_output=True)
        found.append(seconds() - before)
    return found[1:]


def first_run(how: str, _: int, share: float) -> list[float]:
    """CPU seconds of a run that finds no compiled kernels."""
    del how, share
    words = [sys.executable, "-m", "exposure", "rank", "london_truce", "--draws", "16", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        subprocess.run(words, check=True, capture_output=True, env=environment)
        return [resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before]


ROWS = {
    "scenario": Row(
        "one scenario, 1,024 draws, all US sectors, ranking, attribution", "", one_scenario,
        reference=True,
    ),
    "changed": Row("one stock row changed, same scenario", "", changed_row),
    "memory": Row("memory a draw beyond what a run needs anyhow", "kB", memory),
    "inputs": Row("200 changed inputs x 3 scenarios x 1,024 draws", "", changed_inputs),
    "record": Row("40,000 prior draws of the record, all sectors", "", record_draws),
    "ensemble": Row("ensemble 1,200 x 1,024, two processes", "", ensemble(1_024)),
    "large": Row("ensemble 1,200 x 10,000, two processes", "", ensemble(10_000)),
    "cold": Row("`exposure rank london_truce`, whole process", "", cold),
    "default": Row("`exposure rank`, three courses, whole process", "", cold_default),
    "first": Row("first run ever, kernels compiled", "", first_run),
}  # fmt: skip

if __name__ == "__main__":
    name, how, rounds, share = sys.argv[1:]
    print(json.dumps(ROWS[name].measure(how, int(rounds), float(share))))
