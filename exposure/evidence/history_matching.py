"""Weights of the draws from what happened: the record is run, and held against what was seen.

`exposure.evidence.agreement` says what the weights are; this module runs the sectors for which
there is an observation through the record of events, up to the day of the analysis.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from exposure.arguments import check_arguments
from exposure.arrays import FloatArray
from exposure.errors import TableError
from exposure.evidence.agreement import Agreement, Observation, agreement, draw_weights
from exposure.faults import Fault
from exposure.impact.preparation import prepare
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.policy.replay import seen_from
from exposure.policy.scenario_file import read_scenario
from exposure.scoring.sector_risk import weekly_lost
from exposure.scoring.weighted import effective_sample_size, quantile
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.terms import week_of
from exposure.values import same

if TYPE_CHECKING:
    import pandas as pd

RECORD = "as_it_happened"
"""Scenario through which draws are run to meet the observations."""


@dataclass(frozen=True, eq=False)
class HistoryMatching:
    """How the draws agree with the record, and the weights that follow."""

    agreements: tuple[Agreement, ...]
    weights: FloatArray
    """Weight of each draw, shape (D,), summing to 1."""

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def effective_sample_size(self) -> float:
        """How many draws are left in effect; a few out of a thousand say the tables are refuted."""
        return effective_sample_size(self.weights)

    @property
    def table(self) -> "pd.DataFrame":
        """One row an observation: what was seen, and what the draws imply before and after."""
        import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

        return pd.DataFrame.from_records(
            [
                {
                    "sector": own.observation.sector,
                    "from_date": own.observation.from_date,
                    "to_date": own.observation.to_date,
                    "seen_low": own.observation.low,
                    "seen_high": own.observation.high,
                    "prior_mean": float(own.implied.mean()),
                    "prior_p05": float(quantile(own.implied, 0.05, None)),
                    "prior_p95": float(quantile(own.implied, 0.95, None)),
                    "matched_mean": float(own.implied @ self.weights),
                    "share_inside": float((own.log_likelihood == 0.0).mean()),
                }
                for own in self.agreements
            ]
        )


def observations(dataset: Dataset, until: date | None) -> list[Observation]:
    """What was seen of sectors' losses in periods that end up to a day; None for all."""
    return [
        Observation(row.sector, row.from_date, row.to_date, row.low, row.high)  # type: ignore[attr-defined]
        for row in dataset.rows.get("observed_losses", ())
        if until is None or row.to_date <= until  # type: ignore[attr-defined]
    ]


def match_history(dataset: Dataset, settings: Settings | None = None) -> HistoryMatching:
    """Weigh the draws by what was and was not observed.

    Parameters
    ----------
    dataset
        Tables; ``observed_losses`` holds what was seen.
    settings
        Gives draws, seed, tolerance and the day of the analysis: nothing after `as_of` is used.
        None for the defaults.

    Raises
    ------
    TableError
        If the tables hold no observation up to that day.
    """
    check_arguments("match_history", dataset=(dataset, DATASET), settings=(settings, SETTINGS))
    settings = settings or Settings()
    record = read_scenario(RECORD)
    until = settings.as_of or record.record_ends
    seen = observations(dataset, until)
    if not seen:
        expected = "one, as history is matched on observations up to the day of the analysis"
        cure = "leave history matching out, choose a later day, or add rows"
        found = f"no observation up to {until}"
        raise TableError([Fault("", found, expected, cure, "observed_losses.csv")])
    last_day = max(own.to_date for own in seen)
    weeks = week_of(last_day, start=record.start) + 1
    usual = settings.model_copy(update={"as_of": None, "horizon_weeks": weeks})
    sectors = tuple(dict.fromkeys(own.sector for own in seen))
    inputs = Inputs(dataset, Sampler(settings.draws, settings.seed))
    run = prepare(inputs, seen_from(record, until, last_day=last_day), usual, sectors)
    weekly = {
        sector: weekly_lost(run.build(sector), run.granted[0], window=run.window, settings=usual)
        for sector in sectors
    }
    agreements = tuple(
        agreement(own, weekly[own.sector], start=record.start, tolerance=settings.history_tolerance)
        for own in seen
    )
    return HistoryMatching(agreements, draw_weights(agreements))
