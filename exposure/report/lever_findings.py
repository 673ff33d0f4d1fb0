"""What is known of levers in one run: tables of `exposure.measures`, for text and files."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from exposure.result import Assessment


@dataclass(frozen=True, eq=False)
class LeverFindings:
    """Tables of one run; those that were not asked for are None."""

    assessment: "Assessment"
    counted: tuple[str, ...]
    """Sectors that count in totals; empty for all."""
    levers: "pd.DataFrame"
    pairs: "pd.DataFrame | None" = None
    portfolios: "pd.DataFrame | None" = None
    stocks: "pd.DataFrame | None" = None
