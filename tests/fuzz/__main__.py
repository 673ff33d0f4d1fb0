"""The long run: ``python -m tests.fuzz --tables 10000 --scenarios 1000 --commands 200``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.runs import fuzz_commands, fuzz_scenarios, fuzz_tables

KINDS = {"tables": fuzz_tables, "scenarios": fuzz_scenarios, "commands": fuzz_commands}


def run(words: list[str] | None = None) -> int:
    """Run each kind, print the counts, and fail where something happened that never must."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(words)
    failed = 0
    for kind, fuzz in KINDS.items():
        number, begun = getattr(chosen, kind), time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            tally = fuzz(number, chosen.seed, Path(folder))
        counts = ", ".join(f"{count} {what}" for what, count in tally.counts.most_common())
        print(f"{kind}: {number} in {time.monotonic() - begun:.0f} s: {counts}")  # noqa: T201
        for failure in tally.failures:
            print(f"  {failure}")  # noqa: T201
        failed += len(tally.failures)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(run())
