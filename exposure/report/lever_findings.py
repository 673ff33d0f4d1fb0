"""Results of levers: tables of `exposure.measures`, for text, files and the page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment


@dataclass(frozen=True, eq=False)
class LeverFindings:
    """Tables of one run; those that were not requested are None."""

    assessment: "Assessment"
    counted: tuple[str, ...]
    """Sectors that count in totals; empty for all."""
    levers: "pd.DataFrame"
    pairs: "pd.DataFrame | None" = None
    portfolios: "pd.DataFrame | None" = None
    stocks: "pd.DataFrame | None" = None


@dataclass(frozen=True, eq=False)
class Helping:
    """Effects of levers in each run of a report."""

    tables: "tuple[pd.DataFrame, ...]"
    """Table of each run, in order, with the columns of ``levers``; empty if nothing is lost."""
    draws: int
    """Draws on which levers were run: the first of each run."""
    left_out: tuple[str, ...] = ()
    """Levers that were not run and why, one sentence each."""
