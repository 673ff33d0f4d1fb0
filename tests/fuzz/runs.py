"""Runs of the fuzzer: tables, overlays, scenario files, command lines."""

import contextlib
import io
import random
from collections.abc import Callable
from pathlib import Path

from exposure.policy.scenario_file import read_scenario
from exposure.tables.dataset import to_csv
from exposure.tables.reading.folders import read_dataset
from exposure.tables.reading.overlays import apply_overlay
from tests.changes import add, plant, price, stop, world_use
from tests.fuzz import mutate
from tests.fuzz.judge import Tally, judged, run_command, run_scenario, run_tables, written
from tests.scenario_files import HEAD, QUEUE, rule
from tests.tiny import add_pool, figure, tiny_dataset, tiny_records, write_folder

TIMES = ("slip_weeks", "ramp_weeks", "success_probability")

SCENARIO = (
    HEAD
    + "[dates]\ntruce = 2025-06-11\n"
    + QUEUE
    + rule(element="Dy", starts="truce", state="fast_track", buyer_class="civil", note="A truce")
    + "overrides = { approval = 0.9, delay_weeks = 2, validity_weeks = 26 }\n"
    + rule(component="smco_magnet", starts="truce", ends=None)
)
"""A scenario with everything in it that a course of policy may say."""


def full_records() -> dict[str, list[dict[str, object]]]:
    """The tiny tables with a row of nearly every table."""
    records = tiny_records()
    missing = {
        "qualification_weeks": figure((26.0, 52.0, 78.0), "week"),
        "ramp_weeks": figure(26.0, "week"),
        "largest_share": figure(0.3),
    }
    key = {"sector": "missiles", "component": "smco_magnet"}
    add(
        "substitution", *({**key, "quantity": quantity, **row} for quantity, row in missing.items())
    )(records)
    add("disruptions", stop("missiles"))(records)
    add("prices", price("dy_oxide"))(records)
    add_pool(records, "sm", {"missiles": (0.4, 1)})
    add_pool(records, "dy", {"electric_vehicles": (0.4, 2)})
    add("demand", *world_use("Dy"))(records)
    add("new_supply", *plant(*TIMES, "capacity_t_per_year"))(records)
    return records


def fuzz_tables(number: int, seed: int, folder: Path) -> Tally:
    """Mutate whole folders of tables; every third one is an overlay on good tables."""
    tally, chance = Tally(), random.Random(seed)  # noqa: S311 - reproducible, not secret
    base = tiny_dataset(full_records())
    good = {f"{name}.csv": to_csv(name, rows) for name, rows in base.rows.items()}
    below = write_folder(folder / "below", full_records())
    under = read_dataset(below)
    mutated = folder / "mutated"
    mutated.mkdir()
    for round_ in range(number):
        names = chance.sample(sorted(good), chance.choice((1, 1, 1, 2)))
        bad = {name: mutate.mutated(good[name], mutate.CSV, chance) for name in names}
        overlay = round_ % 3 == 0
        written(mutated, bad if overlay else good | bad)
        make: Callable[[], object] = (
            (lambda: apply_overlay(under, mutated)) if overlay else (lambda: read_dataset(mutated))
        )
        outcome, judgement = judged(make, lambda made: run_tables(made, base=base))  # type: ignore[arg-type]
        tally.add(outcome, f"seed {seed}, round {round_}, {names}: {judgement}")
    return tally


def fuzz_scenarios(number: int, seed: int, folder: Path) -> Tally:
    """Mutate scenario files."""
    tally, chance = Tally(), random.Random(seed)  # noqa: S311 - reproducible, not secret
    dataset = tiny_dataset(full_records())
    path = folder / "mutated.toml"
    for round_ in range(number):
        text = mutate.mutated(SCENARIO, mutate.TOML, chance)
        path.write_text(text, encoding="utf-8", newline="")
        outcome, judgement = judged(
            lambda: read_scenario(path), lambda scenario: run_scenario(scenario, dataset)
        )  # type: ignore[arg-type]
        tally.add(outcome, f"seed {seed}, round {round_}: {judgement}\n{text}")
    return tally


COMMANDS = (
    "rank", "explain", "flow", "check", "sources", "template", "schema", "scenarios", "diff",
    "history", "ranks", "",
)  # fmt: skip
ARGUMENTS = (
    "missiles", "misiles", "free_flow", "samarium_only", "nonsense", "cover", "needs", "report",
    "--quiet", "--strict", "--prior", "--draws", "2", "0", "-1", "1_0", "x", "--seed", "7",
    "--horizon-weeks", "4", "--as-of", "2025-05-01", "2025-02-31", "1025-01-01", "--destination",
    "USA", "PRC", "all", "--format", "csv", "json", "table", "--set", "tail_weight=0.3",
    "tail_weight=2", "nothing=1", "draws=nan", "--after", "prolonged", "--scenario", "",
    "/no/such/folder", "\u202e", "x" * 300,
)  # fmt: skip


def fuzz_commands(number: int, seed: int, folder: Path) -> Tally:
    """Run random command lines on small tables."""
    tally, chance = Tally(), random.Random(seed)  # noqa: S311 - reproducible, not secret
    small = str(write_folder(folder / "small", full_records()))
    for _ in range(number):
        command = chance.choice(COMMANDS)
        words = [command, *chance.choices(ARGUMENTS, k=chance.randint(0, 5))]
        if command in ("rank", "explain", "flow", "sources"):
            words += ["--data", small]
        if command in ("rank", "explain", "flow"):
            words += ["--draws", "2", "--horizon-weeks", "4"]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            outcome, judgement = run_command(
                words, lambda o=out, e=err: (o.getvalue(), e.getvalue())
            )  # type: ignore[misc]
        tally.add(outcome, judgement)
    return tally
