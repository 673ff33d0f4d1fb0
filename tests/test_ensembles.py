"""Ensembles and sweeps: the same table with every executor and after every interruption."""

import multiprocessing
import os
import pickle
import select
import signal
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import exposure as ex
from exposure import ensembles
from exposure.assessment import run_of
from exposure.cli import app, main
from exposure.cli.process import begin_worker
from exposure.ensembles import TASK, Ensemble, run_task
from exposure.inputs.parts import MOST_DRAWS
from exposure.policy.grid import Point
from exposure.policy.scenario import mix
from exposure.report.files.sweep_files import Sweep, check_out, write_sweep
from exposure.scoring.blocks import sector_risks
from exposure.scoring.columns import RECORD_DIGEST, names_of
from exposure.scoring.sector_risk import CHUNK
from tests.commands import NEEDS_FORK, in_child
from tests.csv_files import read_exactly
from tests.tiny import tiny_dataset, write_folder
from tests.tiny_world import world_records

SETTINGS = ex.Settings(prior=True, draws=8, horizon_weeks=20, destination="all")
STATES = ("withheld", "ordinary", "fast_track")
ELEMENTS = ("Sm", "Dy")


@pytest.fixture(scope="module")
def dataset():
    return tiny_dataset(world_records())


@pytest.fixture(scope="module")
def scenarios():
    base = ex.read_scenario("free_flow")
    return [
        base.with_rules([f"{element}, {state}, from 2025-05-0{day}"]).model_copy(
            update={"scenario": f"{element.lower()}_{state}_{day}"}
        )
        for element in ELEMENTS
        for state in STATES
        for day in (1, 8)
    ]


@pytest.fixture(scope="module")
def whole(dataset, scenarios):
    return ex.run_ensemble(dataset, scenarios, SETTINGS)


class Backwards(Executor):
    """Does the newest task first, each from what another process would be sent."""

    def submit(self, work, /, *args, **words):
        sent = pickle.loads(pickle.dumps((work, args, words)))  # noqa: S301
        return self.pool.submit(sent[0], *sent[1], **sent[2])

    def __enter__(self):
        self.pool = ThreadPoolExecutor(2)
        return self

    def __exit__(self, *_):
        self.pool.shutdown()


def sweep_of(dataset, scenarios, out: Path) -> Sweep:
    points = [Point(scenario, "free_flow", "rule", None, "*", "*") for scenario in scenarios]
    return Sweep(Ensemble.of(dataset, scenarios, SETTINGS), points, out)


def test_scenarios_whose_offices_do_the_same_are_run_once(dataset, scenarios, monkeypatch):
    same_week = scenarios[0].with_rules(["Sm, civil, withheld, from 2025-05-06"])
    measured = scenarios[0].model_copy(update={"measures": {"us_magnet_rule_2027": None}})
    every = [
        scenario.model_copy(update={"scenario": name})
        for name, scenario in [
            ("one", scenarios[0]), ("same_week", same_week), ("other", scenarios[2]),
            ("measured", measured), ("again", scenarios[0]),
        ]
    ]  # fmt: skip
    runs = []

    def counted(run, *given, **words):
        runs.append(run.scenario.scenario)
        return sector_risks(run, *given, **words)

    monkeypatch.setattr(ensembles, "sector_risks", counted)
    found = ex.run_ensemble(dataset, every, SETTINGS)
    assert runs == ["one", "other", "measured"]
    for scenario in every:
        alone = ex.assess(dataset, scenario, SETTINGS).ranking
        rows = found[found["scenario"] == scenario.scenario].reset_index(drop=True)
        pd.testing.assert_frame_equal(rows.iloc[:, 1:], alone[rows.columns[1:]], check_exact=True)


def test_courses_that_start_on_other_days_are_others(dataset, scenarios):
    sectors = tuple(dataset.sector_ids("USA"))
    later = scenarios[0].model_copy(update={"start": scenarios[0].start + timedelta(days=7)})
    mixed = mix("two", [(scenarios[0], 0.5), (scenarios[2], 0.5)], text="both")
    begun = mixed.model_copy(update={"start": later.start})
    keys = [
        run_of(dataset, (scenario, sectors), SETTINGS, None).course_key
        for scenario in (scenarios[0], later, mixed, begun)
    ]
    assert len(set(keys)) == len(keys)


def test_an_ensemble_is_what_assess_says_of_each_scenario(dataset, scenarios, whole):
    assert list(whole.columns) == list(names_of("ensemble"))
    assert list(dict.fromkeys(whole["scenario"])) == [scenario.scenario for scenario in scenarios]
    assert whole["score"].nunique() > len(STATES)
    for scenario in scenarios[::5]:
        ranking = ex.assess(dataset, scenario, SETTINGS).ranking
        rows = whole[whole["scenario"] == scenario.scenario].reset_index(drop=True)
        shared = [name for name in ranking.columns if name in rows]
        pd.testing.assert_frame_equal(rows[shared], ranking[shared], check_exact=True)


def test_scenarios_of_many_draws_are_run_block_by_block(dataset, scenarios, monkeypatch):
    for module in ("ensembles", "inputs.cells"):
        monkeypatch.setattr(f"exposure.{module}.MOST_DRAWS", CHUNK)
    monkeypatch.setattr("exposure.scoring.blocks.WIDE_BLOCK", 2 * CHUNK)
    many = SETTINGS.model_copy(update={"draws": 4 * CHUNK + 7})
    table = ex.run_ensemble(dataset, scenarios[:2], many)
    apart = [ex.assess(dataset, scenario, many).ranking for scenario in scenarios[:2]]
    shared = [name for name in apart[0].columns if name in table]
    pd.testing.assert_frame_equal(
        table[shared], pd.concat(apart, ignore_index=True)[shared], check_exact=True
    )


@pytest.mark.parametrize(
    ("draws", "expected"),
    [(MOST_DRAWS, {6: 4, 12: 4, 40: 4, 400: 7}), (MOST_DRAWS + 1, {6: 4, 12: 4, 40: 5, 400: 32})],
)
def test_tasks_grow_with_the_grid_and_more_where_draws_are_many(
    dataset, scenarios, draws, expected
):
    settings = SETTINGS.model_copy(update={"draws": draws})
    sizes = {}
    for count in expected:
        keys = [
            scenarios[0].model_copy(update={"scenario": f"s_{number}"}) for number in range(count)
        ]
        ensemble = Ensemble(dataset, tuple(keys), settings, None)
        assert [key for number in ensemble.tasks for key in ensemble.of_task(number)] == keys
        sizes[count] = ensemble.size
    assert sizes == expected


def test_the_table_does_not_depend_on_the_executor(dataset, scenarios, whole):
    done = []
    with Backwards() as executor:
        table = ex.run_ensemble(
            dataset, scenarios, SETTINGS, executor, progress=lambda *counted: done.append(counted)
        )
    pd.testing.assert_frame_equal(table, whole, check_exact=True)
    assert done == [(n, 3) for n in range(1, 4)]
    assert ex.run_ensemble(dataset, [], SETTINGS).empty


def test_two_scenarios_of_one_key_are_refused(dataset, scenarios):
    with pytest.raises(ex.ArgumentError) as error:
        ex.run_ensemble(dataset, [scenarios[0], *scenarios], SETTINGS)
    assert str(error.value) == (
        "scenarios: found sm_withheld_1 more than once; expected keys of their own; leave them "
        "out, or rename them"
    )


def test_a_sweep_goes_on_where_it_ended_to_the_same_bytes(tmp_path, dataset, scenarios):
    fresh = tmp_path / "fresh.csv"
    write_sweep(sweep_of(dataset, scenarios, fresh))
    wanted = fresh.read_bytes()
    generator = np.random.default_rng(3)
    for attempt in range(3):
        out = tmp_path / f"{attempt}.csv"
        sweep = sweep_of(dataset, scenarios, out)
        stops = int(generator.integers(1, len(sweep.ensemble.tasks)))

        def stop(done: int, _: int, stops: int = stops) -> None:
            if done == stops:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_sweep(sweep, progress=stop)
        assert not out.exists()
        # What a write that was cut off leaves behind is no part.
        (sweep.folder / ".exposure-sweep-cut").write_bytes(b"sm_with")
        assert write_sweep(sweep_of(dataset, scenarios, out)) == stops
        assert out.read_bytes() == wanted
        assert not sweep.folder.exists()


def test_parts_of_another_sweep_are_refused(tmp_path, dataset, scenarios):
    out = tmp_path / "table.csv"
    sweep = sweep_of(dataset, scenarios, out)
    with pytest.raises(KeyboardInterrupt):
        write_sweep(sweep, progress=_interrupt)
    with pytest.raises(ex.ReportError) as error:
        write_sweep(sweep_of(dataset, scenarios[1:], out))
    assert str(error.value) == (
        f"{sweep.folder}: found parts of another sweep; expected those of this grid, these tables "
        "and settings; delete the folder, or name another --out"
    )


def _interrupt(*_: int) -> None:
    raise KeyboardInterrupt


def test_parquet_holds_what_csv_holds(tmp_path, dataset, scenarios):
    pytest.importorskip("pyarrow")
    tables = []
    for ending in ("csv", "parquet"):
        out = tmp_path / f"table.{ending}"
        write_sweep(sweep_of(dataset, scenarios[: TASK + 1], out))
        read = partial(read_exactly, keep_default_na=False) if ending == "csv" else pd.read_parquet
        tables.append(read(out))
    csv, parquet = tables
    assert list(csv.columns) == list(parquet.columns) == [*names_of("sweep"), RECORD_DIGEST.name]
    assert parquet["score"].tolist() == csv["score"].tolist()
    assert parquet["main_driver"].tolist() == csv["main_driver"].tolist()
    assert str(parquet["first_hit_date_p50"].dtype).startswith("datetime64")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("table.xlsx", "found a file ending in '.xlsx'; expected .csv or .parquet; name another "
         "file"),
        ("folder.csv", "found a folder; expected a file; name another one"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_written_is_refused(tmp_path, name, message):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ex.ReportError) as error:
        check_out(tmp_path / name)
    assert str(error.value) == f"{tmp_path / name}: {message}"


GRID = """
base = "free_flow"
dates = [2025-05-01, 2025-06-01, 2025-07-01, 2025-08-01, 2025-09-01]
elements = "Sm"
[rules]
withheld = "withheld"
"""
SHORT = ("--draws", "8", "--prior", "--horizon-weeks", "20", "--quiet")


@NEEDS_FORK
def test_the_command_survives_being_killed(tmp_path):
    (tmp_path / "grid.toml").write_text(GRID, encoding="utf-8")
    out = tmp_path / "table.csv"
    small = str(write_folder(tmp_path / "tables"))
    words = ["sweep", str(tmp_path / "grid.toml"), "--out", str(out), *SHORT, "--data", small]
    running = in_child(lambda: main(words))
    parts = tmp_path / "table.csv.parts"
    deadline = time.monotonic() + 300
    while not list(parts.glob("0*.csv")) and time.monotonic() < deadline:
        time.sleep(0.001)
    os.kill(running, signal.SIGKILL)
    os.waitpid(running, 0)
    assert time.monotonic() < deadline
    assert CliRunner().invoke(app, words).exit_code == 0
    found = out.read_bytes()
    other = tmp_path / "other.csv"
    words[3] = str(other)
    assert CliRunner().invoke(app, words).exit_code == 0
    assert found == other.read_bytes()
    assert len(pd.read_csv(out)) == 5 * len(tiny_dataset().sector_ids("USA"))


@NEEDS_FORK
def test_a_worker_ends_if_its_parent_is_killed():
    here, there = os.pipe()

    def wait_as_worker() -> None:
        begin_worker()
        os.write(there, b"!")
        time.sleep(300)

    def begin_and_wait() -> None:
        multiprocessing.get_context("fork").Process(target=wait_as_worker).start()
        time.sleep(300)

    parent = in_child(begin_and_wait)
    os.close(there)
    assert os.read(here, 1) == b"!"
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    # The worker holds the other end, so that nothing comes before it has ended.
    assert select.select([here], [], [], 60)[0] == [here]
    assert os.read(here, 1) == b""
    os.close(here)


def test_a_task_is_read_once_by_a_process(dataset, scenarios):
    ensemble = Ensemble.of(dataset, scenarios[:2], SETTINGS)
    one = run_task(ensemble.packed, ensemble.scenarios)
    pd.testing.assert_frame_equal(one, run_task(ensemble.packed, ensemble.scenarios))


def test_a_scheduler_together_with_processes_is_refused(tmp_path):
    pytest.importorskip("distributed")
    (tmp_path / "grid.toml").write_text(GRID, encoding="utf-8")
    words = ["sweep", str(tmp_path / "grid.toml"), "--processes", "2", "--scheduler", "tcp://x:1"]
    result = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "a.csv")])
    assert str(result.exception) == (
        "--processes: found 2 with --scheduler; expected one of them; leave one out"
    )
