"""The fast twin of a course against the readable reference, on random small worlds.

More worlds than the suite runs: ``EXPOSURE_WORLDS=1000 pytest tests/test_impact_fast.py``.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import exposure as ex
from exposure import fast
from exposure.errors import ExposureError
from exposure.impact import kernels
from exposure.impact.course import run_reference
from exposure.impact.outcomes import Question, SectorRun, element_players
from exposure.impact.prepared import run_window
from exposure.inputs.parts import LIMIT, keep_parts
from exposure.inputs.streams import Sampler
from exposure.scoring.blocks import Run, sector_risks
from exposure.scoring.sector_risk import CHUNK
from exposure.values import same
from tests.tiny import Record, Records, tiny_dataset
from tests.tiny_world import world_records

WORLDS = int(os.environ.get("EXPOSURE_WORLDS", "12"))
SCENARIOS = ("london_truce", "april_2025_queue", "full_withhold", "chips_for_magnets")
SCORED_FROM = (None, date(2025, 5, 9), date(2025, 8, 22))
LATER = (
    (),
    ("withheld, element=Dy, civil, from 2025-10-03",),
    ("free, element=Sm, from 2025-06-13", "ordinary, military, priority=1, from 2025-09-05"),
)
"""Rules that are added; they divide the classes of the queue before or after the first day."""
WHOLE = ("week", "class")
MECHANISMS = ("leak_share", "firm_spread", "rationing_weight", "switch_ramp_weeks")

pytestmark = pytest.mark.skipif(not fast.AVAILABLE, reason="numba is not installed")


def random_world(seed: int) -> Records:
    """The small world with other figures, alternatives, pools left out and mechanisms off."""
    generator = np.random.default_rng(seed)
    records = world_records()
    for table in ("needs", "cover", "substitution", "licence_queue", "pool_users"):
        for row in records[table]:
            change_figure(row, generator, weeks=table != "licence_queue")
    for row in records["parameters"]:
        if row["parameter"] in MECHANISMS and generator.random() < 0.3:
            row |= {"low": 0.0, "central": 0.0, "high": 0.0}
    if generator.random() < 0.5:
        for row in records["component_elements"]:
            row["alternative"] = "heavy" if row["component"] == "ndfeb_heavy_magnet" else ""
    draw_classes(records["pool_users"], generator)
    if generator.random() < 0.3:
        records["pool_users"] = [row for row in records["pool_users"] if row["pool"] != "sm"]
    return records


def draw_classes(rows: list[Record], generator: np.random.Generator) -> None:
    """Give half of the users a range of classes."""
    for row in rows:
        if row["quantity"] == "order_class" and generator.random() < 0.5:
            row |= {"low": max(1.0, row["central"] - 1.0), "high": min(7.0, row["central"] + 2.0)}


def change_figure(row: Record, generator: np.random.Generator, *, weeks: bool) -> None:
    """Give a row another range."""
    if row["unit"] not in WHOLE and generator.random() < 0.7:
        value = float(generator.uniform(0.3, 1.0)) * np.mean(row["central"])
        row |= {"low": 0.5 * value, "central": value, "high": value}
    elif row["unit"] == "week" and weeks:
        value = float(generator.integers(0, 20))
        row |= {"low": value, "central": value + 2.0, "high": value + 9.0}


def run_of(
    seed: int,
    name: str,
    *,
    draws: int,
    first_day: date | None = None,
    rules: Sequence[str] = (),
) -> Run:
    """A run of a random world; the world of the next seed where the tables refuse it."""
    for number in range(seed, seed + 50):
        try:
            dataset = tiny_dataset(random_world(number))
        except ExposureError:
            continue
        settings = ex.Settings(prior=True, draws=draws, horizon_weeks=30, as_of=first_day)
        scenario = ex.read_scenario(name).with_rules(rules)
        window = run_window(scenario, settings)
        ranked = dataset.sector_ids(None)
        return Run(dataset, scenario, settings, window, ranked, Sampler.first(draws, seed))
    raise AssertionError("no world that the tables accept")


def check_twin(sector: str, twin: SectorRun, plain: SectorRun) -> None:
    """Equal to the last bit, but for the shares stopped, which are summed in another order."""
    for table in ("weekly", "stopped", "held"):
        assert np.array_equal(getattr(twin, table), getattr(plain, table)), (sector, table)
    for table in ("by_player", "by_element", "unmet"):
        found, wanted = getattr(twin, table), getattr(plain, table)
        assert list(found) == list(wanted), (sector, table)
        assert all(np.array_equal(found[key], wanted[key]) for key in wanted), (sector, table)
    assert list(twin.held_up) == list(plain.held_up), sector
    for key, share in plain.held_up.items():
        assert twin.held_up[key] == pytest.approx(share, rel=1e-12, abs=1e-12), (sector, key)


def scored(run: SectorRun, first: int) -> SectorRun:
    """A run without the weeks before one of them, and without stocks."""
    nothing = np.zeros((0, *run.held.shape[1:]))
    return replace(run, weekly=run.weekly[first:], stopped=run.stopped[first:], held=nothing)


def check_run(run: Run) -> bool:
    """Compare all twins of a run with the reference; whether anything is lost at all."""
    prepared = run.prepared(0, run.sampler.size)
    world, licences = prepared.worlds[0], prepared.granted[0]
    players = {
        sector: element_players(world.sectors[sector], run.controlled) for sector in run.sectors
    }
    question = Question(run.weight, {"missiles": np.array([0, 7])})
    first = run.window.run - run.settings.horizon_weeks
    slow = run_reference(world, licences, players, question, run.settings)
    whole = kernels.run_course(world, licences, players, question)
    since = world.parts_from(first, run.sectors)
    later = kernels.run_course(world, licences, players, Question(run.weight), since=since)
    kept = kernels.kept_course(world, licences, run.sectors, first=first)
    some = kept.run({sector: players[sector] for sector in run.sectors[1:]}, run.weight)
    reported = kernels.run_course(world, licences, players, Question(run.weight, losses_from=first))
    for sector, twin in whole.items():
        check_twin(sector, twin, slow[sector])
        check_twin(sector, reported[sector], scored(slow[sector], first))
    for twins in (some, later):
        for sector, twin in twins.items():
            check_twin(sector, twin, scored(slow[sector], since))
    return any(sector_run.weekly.any() for sector_run in slow.values())


def test_the_twin_equals_the_reference_on_random_worlds():
    lost = sum(
        check_run(
            run_of(
                100 * seed,
                SCENARIOS[seed % len(SCENARIOS)],
                draws=3 + seed % 5,
                first_day=SCORED_FROM[seed % len(SCORED_FROM)],
                rules=LATER[seed // 2 % len(LATER)],
            )
        )
        for seed in range(WORLDS)
    )
    assert lost > WORLDS // 2


def test_the_reference_reports_the_losses_of_the_requested_weeks():
    run = run_of(7, SCENARIOS[0], draws=3, first_day=date(2025, 6, 13), rules=())
    prepared = run.prepared(0, 3)
    players = {
        sector: element_players(prepared.worlds[0].sectors[sector], run.controlled)
        for sector in run.sectors
    }
    whole, reported = (
        run_reference(
            prepared.worlds[0], prepared.granted[0], players,
            Question(run.weight, losses_from=first), run.settings,
        )
        for first in (0, 5)
    )  # fmt: skip
    for sector in run.sectors:
        check_twin(sector, reported[sector], scored(whole[sector], 5))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_twin_equals_the_reference_over_lanes_and_unscored_weeks(name):
    run = run_of(7, name, draws=67, first_day=date(2025, 6, 13), rules=LATER[1])
    assert check_run(run)


@pytest.mark.parametrize("limit", [LIMIT, 0])
def test_no_result_depends_on_blocks_or_threads(limit):
    keep_parts(limit)
    run = run_of(3, "april_2025_queue", draws=5 * CHUNK + 9)
    whole = sector_risks(run, workers=1)
    for workers, block in ((2, CHUNK), (1, 2 * CHUNK), (2, 8 * CHUNK)):
        keep_parts(limit)
        assert same(sector_risks(run, workers=workers, block=block), whole)
    keep_parts(LIMIT)
