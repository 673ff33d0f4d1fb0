"""A fit of the licensing office to customs data: its figures, errors and intervals."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from exposure.arguments import instance_of
from exposure.evidence.customs import Base
from exposure.values import same

if TYPE_CHECKING:
    import pandas as pd

NEVER_SEPARATED = (
    "Cannot be separated by any months: approval, catch-up and growth of usual exports, whose "
    "product is full_flow; goods that need a licence and goods held for a customs check, both in "
    "controlled_share; grades with and without Dy or Tb."
)
"""Limits of the monthly tonnage of a mixed customs heading, for any length of the series."""

SAME = 0.9
"""Correlation from which two figures count as indistinguishable."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """A fit, its errors and its intervals."""

    destination: str
    """Buyers' place."""
    base: Base
    """Months of the year before that serve as base."""
    _figures: "pd.DataFrame" = field(repr=False)
    _months: "pd.DataFrame" = field(repr=False)
    _correlation: "pd.DataFrame" = field(repr=False)
    rmse: float
    """Root mean square error of the magnets' ratio."""
    noise: float
    """Standard deviation of a month's ratio in quiet times."""

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    __hash__ = None  # type: ignore[assignment]

    @property
    def figures(self) -> "pd.DataFrame":
        """One row per figure: figure, unit, estimate, low, high, open, meaning.

        ``low`` and ``high`` bound 90 %; ``open`` is ``no``, ``low``, ``high`` or ``both``.
        """
        return self._figures.copy()

    @property
    def months(self) -> "pd.DataFrame":
        """One row per month: series, month, observed, fitted, error, base_t, base_known."""
        return self._months.copy()

    @property
    def correlation(self) -> "pd.DataFrame":
        """Correlation of the figures at the optimum."""
        return self._correlation.copy()

    def estimate(self, figure: str) -> float:
        """Fitted value of a figure.

        Parameters
        ----------
        figure
            Name in the column ``figure`` of `figures`, which also has the unit.

        Returns
        -------
        float
            The estimate.
        """
        return float(self.figures.set_index("figure")["estimate"][figure])

    def text(self) -> str:
        """Summary in plain words.

        Returns
        -------
        str
            The fit: figures with intervals and units, and those that the months cannot separate.
        """
        count = int((self.months["series"] == "magnets").sum())
        lines = [
            f"Magnets to {self.destination}, base {self.base}: {count} months, "
            f"RMSE {self.rmse:.3f} of the ratio to the year before; quiet months scatter by "
            f"{self.noise:.3f}."
        ]
        for row in self.figures.itertuples():
            bound = "" if row.open == "no" else f" (open: {row.open})"
            interval = f"[{row.low:.3g}, {row.high:.3g}]"
            lines.append(f"  {row.figure}: {row.estimate:.3g} {interval} {row.unit}{bound}")
        pairs = _inseparable(self.correlation)
        lines.append(
            "Cannot be separated by these months: " + ("; ".join(pairs) or "no pair of figures")
        )
        lines.append(NEVER_SEPARATED)
        return "\n".join(lines)


CALIBRATION = instance_of(Calibration, "a Calibration", "run ex.calibrate")
"""The argument ``calibration`` of a public function."""


def _inseparable(correlation: "pd.DataFrame") -> list[str]:
    """Pairs of figures that the data cannot distinguish."""
    names, values = [str(name) for name in correlation.columns], correlation.to_numpy()
    return [
        f"{names[i]} and {names[j]} ({values[i, j]:+.2f})"
        for i, j in combinations(range(len(names)), 2)
        if abs(values[i, j]) >= SAME
    ]
