"""Print the cost of runs, of the readable reference and, if named, of an older version.

    python -m tests.benchmarks [--old FOLDER] [--rows ROW ...] [--rounds N] [--share 0.1] [--wall]

CPU seconds are those of all threads and processes; `--wall` measures seconds on the clock, which
mean something on an idle machine alone. Every figure is the median of the rounds. Long rows
measure a share of the work and say so. ``--old`` names a folder with the source of version 0.1.0,
which is run by the same interpreter.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import rows

HERE = Path(__file__).parents[2]
OLD_ROWS = ("scenario", "changed", "memory", "cold")
"""Rows that version 0.1.0 can run."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--old", type=Path, default=None)
    parser.add_argument("--rows", nargs="*", default=list(rows.ROWS), choices=list(rows.ROWS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--wall", action="store_true")
    arguments = parser.parse_args()
    unit = "wall s" if arguments.wall else "CPU s"
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
          f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
    print("| what | unit | now | reference | 0.1.0 | ratio to 0.1.0 |\n|---|---|---|---|---|---|")
    for name in arguments.rows:
        row = rows.ROWS[name]
        now = measured(HERE, name, "now", arguments)
        reference = measured(HERE, name, "reference", arguments) if row.reference else None
        old = (
            measured(arguments.old, name, "old", arguments)
            if arguments.old and name in OLD_ROWS
            else None
        )
        ratio = f"{old / now:.1f}" if old and now else ""
        print(f"| {row.what} | {row.unit or unit} | {shown(now)} | {shown(reference)} "
              f"| {shown(old)} | {ratio} |", flush=True)  # fmt: skip


def shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def measured(folder: Path, name: str, how: str, arguments: argparse.Namespace) -> float:
    """Median over rounds, in a process of its own with the package of a folder."""
    script = Path(__file__).with_name("rows.py")
    rounds = arguments.rounds if how == "now" else min(arguments.rounds, 2)
    words = [sys.executable, str(script), name, how, str(rounds), str(arguments.share)]
    environment = os.environ | {"PYTHONPATH": str(folder), rows.CLOCK: "wall" * arguments.wall}
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return statistics.median(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
