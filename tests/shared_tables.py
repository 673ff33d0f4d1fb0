"""Shipped tables that are read once in a process, and what is made of them once.

A dataset and a result cannot be changed.
"""

import os
from contextlib import nullcontext
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from exposure.evidence.backtesting import Backtest
    from exposure.evidence.calibrated import Calibration
    from exposure.tables.dataset import Dataset


def share_tables() -> None:
    """Keep the shipped tables from the first reading on, for overlays too."""
    from exposure.tables.reading import folders, location  # noqa: PLC0415 - not for all processes

    read_again = folders.read_dataset
    if hasattr(read_again, "__wrapped__"):
        return
    kept: list[Dataset] = []

    @wraps(read_again)
    def read_dataset(folder: object = None, *, overlay: object = None) -> "Dataset":
        usual = overlay is None or isinstance(overlay, str | Path)
        if folder is not None or not usual or location.VARIABLE in os.environ:
            return read_again(folder, overlay=overlay)
        if not kept:
            kept.append(read_again())
        return kept[0] if overlay is None else folders.apply_overlay(kept[0], overlay)

    folders.read_dataset = read_dataset


KEPT = "of_commands"
"""Where the function that commands use is kept, for its own test."""


def share_parts() -> None:
    """Keep parts of runs from one command to the next, as from one call of a function to the next.

    A command of its own drops them to save memory; no result depends on what is kept.
    """
    from exposure.inputs import parts  # noqa: PLC0415 - not for all processes

    within = parts.parts_within
    if not hasattr(within, KEPT):
        parts.parts_within = wraps(within)(lambda _: nullcontext())
        setattr(parts.parts_within, KEPT, within)


@cache
def backtest_of_the_world() -> "Backtest":
    """Forecasts of the exports to all countries together, for tests of their forms.

    They rest on few samples of the office, which take most of the time.
    """
    import exposure as ex  # noqa: PLC0415 - not for all processes

    with patch("exposure.evidence.forecasts.SAMPLES", 2_048):
        return ex.backtest(ex.read_dataset(), destinations=["WLD"])


@cache
def calibration_of_the_world() -> "Calibration":
    """The fit of the licensing office to magnets, as the shipped tables have it."""
    import exposure as ex  # noqa: PLC0415 - not for all processes

    return ex.calibrate(ex.read_dataset())
