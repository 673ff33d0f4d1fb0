"""Write the table of docs/robustness.md: ``python docs/robustness.py [DRAWS]``.

One thing is changed at a time, and the US ranking under the three courses is compared with the
one of the shipped tables. Where the change could alter what agrees with the record, the record is
met again; up to DRAWS draws that agree are used (256 unless given).
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from readme import COURSES, written

import exposure as ex
from exposure.arrays import IntArray
from exposure.assessment import check_run
from exposure.evidence.conditioned_list import meet_record
from exposure.evidence.conditioning import examine, subjects_of
from exposure.impact.prepared import run_window
from exposure.inputs.streams import Sampler
from exposure.policy.scenario_file import read_scenario
from exposure.scoring.blocks import Run, sector_risks
from exposure.tables.dataset import row_key
from exposure.tables.reading.edits import with_values
from exposure.tables.reading.folders import dataset_from_records
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.supply import PoolUserRow

PAGE = Path(__file__).parent / "robustness.md"
DRAWS = 256
STEP, MOST = 1_024, 8_192
"""Draws compared with the record at a time, and at most."""
LEAST = 16
"""Draws below which no ranking is printed."""
FIRST = 3
"""Sectors named in the table."""

Order = Mapping[str, np.ndarray]
"""Score of every sector in each draw."""


@dataclass(frozen=True)
class Change:
    """One thing that is altered."""

    name: str
    dataset: ex.Dataset
    settings: ex.Settings
    again: bool = True
    """Whether draws must be compared with the record again."""


def cells_of(dataset: ex.Dataset, table: str, wanted: Callable[[tuple[str, ...]], bool]) -> list:
    """Keys of rows of a table, each with its low, central and high."""
    rows = [(row_key(row)[1], row) for row in dataset.rows[table]]
    return [((table, *key), row) for key, row in rows if wanted(key)]


def set_to(dataset: ex.Dataset, table: str, word: str, value: float) -> ex.Dataset:
    """All rows of one quantity at one value."""
    found = cells_of(dataset, table, lambda key: word in key)
    return with_values(dataset, {key: value for key, _ in found})


def scaled(dataset: ex.Dataset, factor: float) -> ex.Dataset:
    """Stocks of NdFeB magnets of defence times a factor."""
    found = cells_of(
        dataset,
        "cover",
        lambda key: key[0] == "defence" and "ndfeb" in key[1] and key[2] == "stock_weeks",
    )
    values = {key: (factor * r.low, factor * r.central, factor * r.high) for key, r in found}
    return with_values(dataset, values)


def served(dataset: ex.Dataset, order_of: Callable[[PoolUserRow], float | None]) -> ex.Dataset:
    """Rows of the order of service with one class instead of a range; None leaves a row."""
    found = {
        ("pool_users", *row_key(row)[1]): order_of(row)
        for row in dataset.rows_of(PoolUserRow)
        if row.quantity == "order_class" and row.low < row.high
    }
    return with_values(dataset, {key: value for key, value in found.items() if value is not None})


def of_robots(order: float) -> Callable[[PoolUserRow], float | None]:
    """Robots in one class of the samarium pool."""
    return lambda row: (
        order if row.pool == "sm" and row.user.startswith("industrial_robots") else None
    )


def seen_only(dataset: ex.Dataset, *points: str) -> ex.Dataset:
    """Tables whose observed losses were seen at some points alone."""
    records = {name: [row.model_dump(mode="json") for row in rows]
               for name, rows in dataset.rows.items()}  # fmt: skip
    kept = [row for row in records["observed_losses"] if row["observed_at"] in points]
    return dataset_from_records({**records, "observed_losses": kept}, version=dataset.version)


def changes(shipped: ex.Dataset, draws: int) -> Iterator[Change]:
    """The alterations; the first one is the shipped tables."""
    usual = ex.Settings(draws=draws)
    yield Change("shipped tables", shipped, usual, again=False)
    for weeks in (26, 52, 156):
        settings = usual.model_copy(update={"horizon_weeks": weeks})
        yield Change(f"horizon of {weeks} weeks", shipped, settings, again=False)
    for value in (0.0, 1.0):
        changed = set_to(shipped, "licence_queue", "look_through", value)
        yield Change(f"look-through {value:g}", changed, usual)
    for value in (0.0, 0.5, 1.0):
        changed = set_to(shipped, "parameters", "rationing_weight", value)
        yield Change(f"rationing weight {value:g}", changed, usual)
    for weeks in (4, 52):
        changed = set_to(shipped, "parameters", "switch_weeks", weeks)
        yield Change(f"switching after {weeks} weeks", changed, usual)
    for factor in (0.5, 2.0):
        name = f"military NdFeB stocks x {factor:g}"
        yield Change(name, scaled(shipped, factor), usual)
    for order in (3.0, 4.0, 5.0):
        changed = served(shipped, of_robots(order))
        yield Change(f"robots in class {order:g} of the samarium pool", changed, usual)
    changed = served(shipped, lambda row: row.central)
    yield Change("order of service at its central classes", changed, usual)
    yield Change("losses seen at the line alone", seen_only(shipped, "line"), usual)
    yield Change("losses seen in deliveries alone", seen_only(shipped, "delivery"), usual)


def draws_of(change: Change) -> tuple[IntArray, str]:
    """Numbers of draws that agree with the record, and the share that agrees."""
    if not change.again:
        met = meet_record(change.dataset, change.settings)
        if met is None:
            raise SystemExit("the shipped tables hold no record")
        return met.numbers, f"{met.acceptance:.1%}"
    subjects, numbers = subjects_of(change.dataset, change.settings.destination), []
    for first in range(0, MOST, STEP):
        sampler = Sampler(np.arange(first, first + STEP), change.settings.seed)
        numbers += list(examine(change.dataset, change.settings, sampler).of(subjects).numbers)
        if len(numbers) >= change.settings.draws:
            break
    kept = np.array(numbers[: change.settings.draws], dtype=np.int64)
    return kept, f"{len(numbers) / (first + STEP):.1%}"


def scores(change: Change, numbers: IntArray, course: str) -> Order:
    """Score of each sector in each draw under a course."""
    scenario = read_scenario(course)
    seen, sectors = check_run(change.dataset, scenario, change.settings)
    window = run_window(seen, change.settings)
    sampler = Sampler(numbers, change.settings.seed)
    run = Run(change.dataset, seen, change.settings, window, sectors, sampler)
    return {name: risk.scores(change.settings) for name, risk in sector_risks(run).items()}


def kendall(one: Order, other: Order) -> float:
    """Share of pairs of sectors in the same order, less those in the other order."""
    names = sorted(one)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    signs = [
        np.sign(one[a].mean() - one[b].mean()) * np.sign(other[a].mean() - other[b].mean())
        for a, b in pairs
    ]
    return float(np.mean(signs))


def cell(scores: Order, base: Order, names: Mapping[str, str]) -> str:
    """The first sectors with their scores, and agreement of the order with the shipped one."""
    order = sorted(scores, key=lambda sector: -scores[sector].mean())
    first = ", ".join(f"{names[s]} {scores[s].mean():.1f}" for s in order[:FIRST])
    return f"{first} ({kendall(scores, base):.2f})"


def robustness_table(shipped: ex.Dataset, draws: int) -> str:
    """One row per change: draws that agree, and the first sectors under each course."""
    names = {row.sector: row.name for row in shipped.rows_of(SectorRow)}
    lines = ["| change | agree | draws | " + " | ".join(COURSES) + " |", "|" + "---|" * 6]
    base: dict[str, Order] = {}
    for change in changes(shipped, draws):
        numbers, share = draws_of(change)
        cells = ["too few draws agree"] * len(COURSES)
        if len(numbers) >= LEAST:
            found = {course: scores(change, numbers, course) for course in COURSES}
            base = base or found
            cells = [cell(found[course], base[course], names) for course in COURSES]
        lines.append("| " + " | ".join([change.name, share, str(len(numbers)), *cells]) + " |")
        sys.stderr.write(f"{change.name}: {len(numbers)} draws\n")
    stamp = f"*Tables {shipped.version}, up to {draws} draws that agree, seed 7.*\n\n"
    return stamp + "\n".join(lines) + "\n"


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    made = {"robustness": robustness_table(ex.read_dataset(), number)}
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
