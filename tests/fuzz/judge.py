"""Outcome of one faulty input: refused, harmless, or an outcome that must never occur."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from exposure.assessment import assess
from exposure.cli import main
from exposure.errors import ExposureError
from exposure.policy.rules import Rule
from exposure.policy.scenario import Scenario
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.tables.reading.effect import rows_without_effect

START = date(2025, 4, 4)
FEW = Settings(draws=3, prior=True, horizon_weeks=20)
WITHHELD = Scenario(
    scenario="withheld",
    name="Withheld",
    start=START,
    text="made up",
    rules=(
        Rule(starts=START, state="ordinary"),
        Rule(element="Sm", starts=date(2025, 5, 1), state="withheld"),
    ),
)
NEVER = ("crash", "not finite", "refused late", "bad message", "wrong exit code", "traceback")
"""Outcomes that must never be."""


@dataclass
class Tally:
    """Outcomes counted, and the inputs behind those that must never be."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, outcome: str, text: str) -> None:
        self.counts[outcome] += 1
        if outcome in NEVER:
            self.failures.append(f"{outcome}: {text}")


def refusal(error: ExposureError) -> str:
    """Whether the text of a refusal is complete."""
    whole = all(fault.found and fault.expected and fault.cure for fault in error.faults)
    return "refused" if whole and str(error).strip() else "bad message"


def judged(make: Callable[[], object], use: Callable[[object], str]) -> tuple[str, str]:
    """The outcome of reading an input and using it, with the message."""
    try:
        made = make()
    except ExposureError as error:
        return refusal(error), str(error)
    except Exception as error:  # noqa: BLE001 - any other error is what is looked for
        return "crash", f"while reading: {error!r}"
    try:
        return use(made), ""
    except ExposureError as error:
        return "refused late", str(error)
    except Exception as error:  # noqa: BLE001
        return "crash", f"while running: {error!r}"


def run_tables(dataset: Dataset, *, base: Dataset) -> str:
    """Run tables that were accepted."""
    if dataset.digest == base.digest:
        return "harmless"
    result = assess(dataset, WITHHELD, FEW)
    known = {fault.text for fault in rows_without_effect(base, starts=[START])}
    now = rows_without_effect(dataset, starts=[START])
    idle = dataset.origin.unread or [fault for fault in now if fault.text not in known]
    if not _finite(result):
        return "not finite"
    return "listed as without effect" if idle else "runs"


def run_scenario(scenario: Scenario, dataset: Dataset) -> str:
    """Run a scenario that was accepted."""
    try:
        return "runs" if _finite(assess(dataset, scenario, FEW)) else "not finite"
    except ExposureError as error:
        # Names are checked against the tables before anything runs.
        return refusal(error)


def _finite(result: object) -> bool:
    ranking = result.ranking  # type: ignore[attr-defined]
    return all(math.isfinite(score) and 0.0 <= score <= 100.0 for score in ranking["score"])


def run_command(words: list[str], capture: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """Run a command line in-process."""
    try:
        code = main(words)
    except Exception as error:  # noqa: BLE001
        capture()
        return "crash", f"{words}: {error!r}"
    _, err = capture()
    if "Traceback" in err:
        return "traceback", f"{words}: {err}"
    if code not in (0, 2, 3) or (code and not err.strip()):
        return "wrong exit code", f"{words}: {code}, {err}"
    return f"exit {code}", ""


def written(folder: Path, texts: dict[str, str]) -> Path:
    """A folder with these files alone."""
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder
