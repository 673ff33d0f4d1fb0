"""The licence model compared with customs counts of months that were not used in its fit.

Two ways: *fixed*, all months after August 2025 from those up to it; *rolling*, each month from
all before it. The model is compared with three naive forecasts. Errors are of the ratio
of a month's exports to those of the same month a year before. The base of January to March 2026
is 2025, which for the first quarter was itself far above 2024: see
`exposure.evidence.customs`. No month is dropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import TEXT, WHOLE, check_arguments, each
from exposure.arrays import FloatArray, plain_sum
from exposure.evidence.calibration import calibrate, customs_checks
from exposure.evidence.customs import MAGNETS, Series, by_month, magnet_series, tonnes
from exposure.evidence.customs_model import Reading
from exposure.evidence.forecasts import Forecast, Sampled, forecasts, known_until, sample_office
from exposure.evidence.ranked_score import crps_of_draws
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.licensing.flows import office_flows
from exposure.licensing.goods import Item, items_of
from exposure.licensing.office import buyer_weights
from exposure.licensing.plan import plan_office
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.terms import ANY
from exposure.values import same

if TYPE_CHECKING:
    import pandas as pd

LAST_FITTED = "2025-08"
"""Last known month of the fixed forecast: exports were back at the usual level."""

LEVEL = 0.01
"""Difference of two errors below which neither forecast is called better."""

HEAVY, MAGNET = {"Dy", "Tb"}, "magnet"
"""Elements and stage of the magnets that need a licence, as the customs heading holds them."""

DESTINATIONS = ("WLD", "USA")
"""Destinations with a month-by-month base and counts into 2026."""


PLACES = each(
    TEXT, "a list of destinations", "write [" + ", ".join(f'"{p}"' for p in DESTINATIONS) + "]"
)


@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts, observed values and errors."""

    _months: "pd.DataFrame" = field(repr=False)
    _errors: "pd.DataFrame" = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    __hash__ = None  # type: ignore[assignment]

    @property
    def months(self) -> "pd.DataFrame":
        """One row per destination, scheme (``fixed``, ``rolling``), forecast and month.

        Columns: known_until, observed, predicted, low, high (90 %), error, covered, crps,
        observed_t, base_t, base_known.
        """
        return self._months.copy()

    @property
    def errors(self) -> "pd.DataFrame":
        """One row per destination, scheme, span and forecast: rmse, bias, coverage, width, crps."""
        return self._errors.copy()

    def text(self) -> str:
        """Errors in plain words, and the cases in which the model is worse.

        Returns
        -------
        str
            A few lines for each destination.
        """
        lines = []
        for (destination, scheme, span), errors in self.errors.groupby(
            ["destination", "scheme", "span"], sort=False
        ):
            lines.append(f"{destination}, {scheme}, {span}: error of the ratio to the year before")
            lines += [
                f"  {str(row.forecast).replace('_', ' '):16} "
                f"RMSE {row.rmse:.3f}  bias {row.bias:+.3f}  "
                f"{row.covered} of {row.months} inside 90 %"
                for row in errors.itertuples()
            ]
            lines.append("  " + _verdict(errors))
        return "\n".join(lines)


def backtest(
    dataset: Dataset, *, destinations: Sequence[str] = DESTINATIONS, seed: int = 7
) -> Backtest:
    """Compare the licence model with magnet exports that were not used in its fit.

    Parameters
    ----------
    dataset
        Tables; only ``observed_exports`` is read.
    destinations
        Destinations to test.
    seed
        Seed of the samples of the office.

    Returns
    -------
    Backtest
        Forecasts by month, with their errors as ratios to the month a year before.

    Examples
    --------
    >>> import exposure as ex
    >>> test = backtest(ex.read_dataset(), destinations=["WLD"])
    >>> sorted(test.months["forecast"].unique())
    ['last_month', 'linear_recovery', 'model', 'year_before']
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments(
        "backtest",
        dataset=(dataset, DATASET),
        destinations=(destinations, PLACES),
        seed=(seed, WHOLE),
    )
    rows: list[dict[str, object]] = []
    for destination in destinations:
        sampled = sample_office(magnet_series(dataset, destination, base="monthly"), seed=seed)
        rows += _rows(sampled, destination)
    months = pd.DataFrame.from_records(rows)
    return Backtest(months, _errors(months))


def _rows(sampled: Sampled, destination: str) -> Iterator[dict[str, object]]:
    series = sampled.series
    fixed = known_until(series.months, LAST_FITTED)
    for name, forecast in forecasts(sampled, fixed).items():
        for ahead in range(len(series.months) - fixed):
            yield _row(series, forecast, fixed, ahead, (destination, "fixed", name))
    for known in range(1, len(series.months)):
        for name, forecast in forecasts(sampled, known).items():
            yield _row(series, forecast, known, 0, (destination, "rolling", name))


def _row(
    series: Series, forecast: Forecast, known: int, ahead: int, key: tuple[str, str, str]
) -> dict[str, object]:
    month = known + ahead
    observed = float(series.ratio[month])
    low, high = float(forecast.low[ahead]), float(forecast.high[ahead])
    return {
        "destination": key[0],
        "scheme": key[1],
        "forecast": key[2],
        "month": series.months[month],
        "known_until": series.months[known - 1],
        "observed": observed,
        "predicted": float(forecast.central[ahead]),
        "low": low,
        "high": high,
        "error": float(forecast.central[ahead]) - observed,
        "covered": low <= observed <= high,
        "crps": float(forecast.crps[ahead]),
        "observed_t": float(series.exports[month]),
        "base_t": float(series.base[month]),
        "base_known": series.base_known[month],
    }


def _errors(months: "pd.DataFrame") -> "pd.DataFrame":
    """Errors over the months after the fixed origin, and over all for the rolling forecasts."""
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    later = months[months["month"] > LAST_FITTED]
    spans = {
        "September 2025 to March 2026": later,
        "September to December 2025": later[later["month"] <= "2025-12"],
        "May 2025 to March 2026": months[months["scheme"] == "rolling"],
    }
    rows = []
    for span, chosen in spans.items():
        for key, errors in chosen.groupby(["destination", "scheme", "forecast"], sort=False):
            rows.append(
                {
                    "destination": key[0],
                    "scheme": key[1],
                    "span": span,
                    "forecast": key[2],
                    "months": len(errors),
                    "rmse": float((errors["error"] ** 2).mean() ** 0.5),
                    "bias": float(errors["error"].mean()),
                    "covered": int(errors["covered"].sum()),
                    "coverage": float(errors["covered"].mean()),
                    "width": float((errors["high"] - errors["low"]).mean()),
                    "crps": float(errors["crps"].mean()),
                }
            )
    return (
        pd.DataFrame.from_records(rows)
        .sort_values(
            ["destination", "scheme", "span"], ascending=[False, True, True], kind="stable"
        )
        .reset_index(drop=True)
    )


def _verdict(errors: "pd.DataFrame") -> str:
    """The forecasts that are worse than the model, equal to it, or better."""
    gain = errors.set_index("forecast")["rmse"].drop("model") - float(
        errors.loc[errors["forecast"] == "model", "rmse"].iloc[0]
    )
    parts = {
        "beats": gain[gain > LEVEL],
        "is level with": gain[gain.abs() <= LEVEL],
        "loses to": gain[gain < -LEVEL],
    }
    sentences = [
        f"{verb} {', '.join(str(name).replace('_', ' ') for name in named.index)}"
        for verb, named in parts.items()
        if not named.empty
    ]
    return "the model " + "; ".join(sentences)


def queue_against_customs(
    dataset: Dataset, scenario: Scenario | str = "london_truce", settings: Settings | None = None
) -> "pd.DataFrame":
    """Compare the licence queue of the scores, which is not fitted, with monthly magnet exports.

    Flow of magnets with Dy or Tb, over all buyers, counts with the controlled share fitted to
    world exports; the rest of the heading leaves freely but for customs checks. The world is
    the United States, the EU and all others, weighted by their shares of exports in 2024.

    Parameters
    ----------
    dataset
        Tables.
    scenario
        One course of policy, or the name of a shipped one.
    settings
        Draws and seed; None for the defaults.

    Returns
    -------
    pandas.DataFrame
        One row per destination (``WLD``, ``USA``) and month: observed, modelled, low, high (p05
        and p95 over draws), error, inside, crps.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments(
        "queue_against_customs",
        dataset=(dataset, DATASET),
        scenario=(scenario, SCENARIO),
        settings=(settings, SETTINGS),
    )
    scenario = read_scenario(scenario) if isinstance(scenario, str) else scenario
    settings = settings or Settings()
    inputs = Inputs.of(dataset, Sampler.first(settings.draws, settings.seed))
    flow = {
        destination: _magnet_flow(inputs, scenario, destination, weeks=settings.horizon_weeks)
        for destination in ("USA", "EUU", ANY)
    }
    part = _parts_of_the_world(dataset)
    flow["WLD"] = sum((part[destination] * flow[destination] for destination in part), np.zeros(1))
    checks = customs_checks(dataset)
    share = calibrate(dataset, reading=checks).estimate("controlled_share")
    rows, equal_weights = [], np.full(settings.draws, 1.0 / settings.draws)
    for destination in DESTINATIONS:
        series = magnet_series(dataset, destination, base="monthly")
        exports = _exports(flow[destination], controlled_share=share, checks=checks)
        modelled = by_month(exports, series.months, start=scenario.start)
        scores = crps_of_draws(np.transpose(modelled), series.ratio, equal_weights)
        for month, observed, drawn, crps in zip(
            series.months, series.ratio, modelled, scores, strict=True
        ):
            low, high = np.percentile(drawn, (5.0, 95.0))
            rows.append(
                {
                    "destination": destination,
                    "month": month,
                    "observed": float(observed),
                    "modelled": float(drawn.mean()),
                    "low": float(low),
                    "high": float(high),
                    "error": float(drawn.mean() - observed),
                    "inside": bool(low <= observed <= high),
                    "crps": float(crps),
                }
            )
    return pd.DataFrame.from_records(rows)


def _magnet_flow(inputs: Inputs, scenario: Scenario, destination: str, *, weeks: int) -> FloatArray:
    """Weekly flow of finished magnets with Dy or Tb, over all buyers, shape (T, D)."""
    items = items_of(inputs.index)
    plan = plan_office(inputs.index, scenario, items, destination, weeks=weeks)
    flows = office_flows(inputs, plan)
    weights = buyer_weights(inputs, plan)
    magnets = [item for item in items if _is_licensed_magnet(item)]
    total = np.zeros((weeks, inputs.draws))
    for buyer, weight in weights.items():
        for item in magnets:
            stopped = flows[(item, *buyer)].stopped
            total += weight * (1.0 if stopped is None else 1.0 - stopped)
    return np.asarray(total / (len(magnets) * sum(weights.values(), np.zeros(1))))


def _is_licensed_magnet(item: Item) -> bool:
    return item.component is not None and item.stage == MAGNET and bool(HEAVY & set(item.elements))


def _exports(flow: FloatArray, *, controlled_share: float, checks: Reading) -> FloatArray:
    """Weekly exports of the customs heading over the usual ones, shape (T, D)."""
    held = 7 * np.arange(len(flow))[:, np.newaxis] < checks.checked_days
    uncontrolled = 1.0 - checks.checked_share * held
    return np.asarray((1.0 - controlled_share) * uncontrolled + controlled_share * flow)


def _parts_of_the_world(dataset: Dataset) -> dict[str, float]:
    """Parts of magnet exports of 2024; those to the EU are known for its first half."""
    world, usa, eu = (
        tonnes(dataset, MAGNETS, destination) for destination in ("WLD", "USA", "EUU")
    )
    part = {"USA": usa["2024"] / world["2024"], "EUU": eu["2024-H1"] / world["2024-H1"]}
    return {**part, ANY: 1.0 - plain_sum(part.values())}
