"""Observations of sectors, and the distance of each draw from them.

A *term* is one piece of evidence: the losses of one sector, its stocks, a reported stoppage, or
the flow to one destination. Quarters of one sector are not independent of each other, so a term
counts with its worst quarter: e is the largest distance outside an observed range, over the
tolerance of that range. A draw that lies inside every range has e = 0 everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from exposure.arrays import FloatArray, IntArray
from exposure.impact.outcomes import SectorRun
from exposure.impact.world import World
from exposure.tables.dataset import Dataset
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.observed import DisruptionRow, ObservedLossRow, ObservedStockRow
from exposure.terms import ObservedAt, Strength, week_of

SLACK_WEEKS = 2.0
"""A stoppage counts as foreseen up to this many weeks after it was reported: a week on the grid
and a week until a report."""

NEVER_WEEKS = 52.0
"""Weeks by which a stoppage that never comes counts as late."""


@dataclass(frozen=True)
class Tolerances:
    """Tolerances: distance outside an observed range that counts as one deviation."""

    loss: Mapping[Strength, float]
    """Share of output, by how firmly the range is known."""
    stock_weeks: float
    stoppage_weeks: float


@dataclass(frozen=True, eq=False)
class Implied:
    """Values that the draws imply for one observed range."""

    subject: str
    kind: str
    """``losses``, ``stocks`` or ``stoppages``."""
    from_date: date
    to_date: date
    low: float
    central: float
    high: float
    tolerance: float
    drawn: FloatArray
    """Implied value of each draw, in the unit of the range, shape (D,)."""

    @property
    def deviations(self) -> FloatArray:
        """Distance outside the range over the tolerance, shape (D,)."""
        above = np.maximum(0.0, self.drawn - self.high)
        below = np.maximum(0.0, self.low - self.drawn)
        return np.asarray((above + below) / self.tolerance)

    def joined(self, parts: Sequence["Implied"]) -> "Implied":
        """Join the values of several sets of draws for the same range, one after the other."""
        return replace(self, drawn=np.concatenate([part.drawn for part in parts]))

    @property
    def term(self) -> str:
        """Name of the piece of evidence to which the range belongs."""
        return f"{self.kind} of {self.subject}"


def term_deviations(implied: Iterable[Implied]) -> dict[str, FloatArray]:
    """Largest deviation of each term, shape (D,)."""
    terms: dict[str, FloatArray] = {}
    for observation in implied:
        known = terms.get(observation.term)
        found = observation.deviations
        terms[observation.term] = found if known is None else np.maximum(known, found)
    return terms


def implied_losses(
    dataset: Dataset,
    runs: Mapping[str, SectorRun],
    world: World,
    tolerances: Tolerances,
    *,
    until: date,
) -> list[Implied]:
    """Loss that the draws imply for each sector and period observed.

    Parameters
    ----------
    dataset
        Tables.
    runs
        Sectors run through the record.
    world
        World that policy does not change; gives start and work in process.
    tolerances
        Width of the tails outside the ranges.
    until
        Last day that may be known.
    """
    sums: dict[str, FloatArray] = {}
    return [
        Implied(
            row.sector,
            "losses",
            row.from_date,
            row.to_date,
            row.low,
            row.central,
            row.high,
            tolerances.loss[row.strength],
            loss_of_period(
                runs[row.sector].weekly,
                (row.from_date, row.to_date),
                start=world.period.start,
                observed_at=row.observed_at,
                in_process=_work_in_process(world, row.sector),
                sums=_sums_of(row.sector, runs, sums),
            ),
        )
        for row in dataset.rows_of(ObservedLossRow)
        if row.sector in runs and row.to_date <= until
    ]


def _sums_of(
    sector: str, runs: Mapping[str, SectorRun], known: dict[str, FloatArray]
) -> FloatArray:
    if sector not in known:
        known[sector] = running_sums(runs[sector].weekly)
    return known[sector]


def _work_in_process(world: World, sector: str) -> FloatArray:
    weeks = world.inputs.under(sector).sector_value(sector, "work_in_process_weeks")
    return np.zeros(world.inputs.draws) if weeks is None else weeks


def loss_of_period(
    weekly: FloatArray,
    period: tuple[date, date],
    *,
    start: date,
    observed_at: ObservedAt,
    in_process: FloatArray,
    sums: FloatArray | None = None,
) -> FloatArray:
    """Mean loss of a period as seen at the line, in work done, or in deliveries, shape (D,).

    Parameters
    ----------
    weekly
        Lost share of output at the line, shape (T, D).
    period
        First and last day.
    start
        First day of week 0.
    observed_at
        Point of production. Deliveries follow the line by `in_process` weeks. Work on a product
        is spread over these weeks, so work done follows the mean of the last `in_process` weeks.
    in_process
        Weeks from the part reaching the line to the product, whole, shape (D,).
    sums
        `running_sums` of the losses; None to sum them here.

    Examples
    --------
    Half of the output of week 2 is lost; deliveries lose it two weeks later.

    >>> from datetime import timedelta
    >>> weekly = np.array([[0.0], [0.0], [0.5], [0.0], [0.0]])
    >>> day = date(2025, 1, 1)
    >>> [
    ...     loss_of_period(weekly, (day + timedelta(weeks=w), day + timedelta(weeks=w)),
    ...                    start=day, observed_at=point, in_process=np.array([2.0])).item()
    ...     for point, w in ((ObservedAt.LINE, 2), (ObservedAt.DELIVERY, 4),
    ...                      (ObservedAt.WORK_DONE, 3))
    ... ]
    [0.5, 0.5, 0.25]
    """
    first = max(0, week_of(period[0], start=start))
    last = min(max(first, week_of(period[1], start=start)), len(weekly) - 1)
    if observed_at is ObservedAt.LINE:
        return np.asarray(weekly[first : last + 1].mean(axis=0))
    lag = in_process.astype(np.int64)
    sums = running_sums(weekly) if sums is None else sums
    if observed_at is ObservedAt.DELIVERY:
        return (_at(sums, last + 1 - lag) - _at(sums, first - lag)) / (last + 1 - first)
    total = np.zeros(weekly.shape[1])
    spread = np.maximum(lag, 1)
    for week in range(first, last + 1):
        total += (_at(sums, week + 1) - _at(sums, week + 1 - spread)) / spread
    return total / (last + 1 - first)


def running_sums(weekly: FloatArray) -> FloatArray:
    """Cumulative loss up to the start of each week, shape (T + 1, D)."""
    return np.concatenate([np.zeros((1, weekly.shape[1])), np.cumsum(weekly, axis=0)])


def _at(sums: FloatArray, week: IntArray | int) -> FloatArray:
    """Values of a week that may differ from draw to draw; nothing is lost before week 0."""
    if isinstance(week, int):
        return np.asarray(sums[min(max(week, 0), len(sums) - 1)])
    rows = np.minimum(np.maximum(week, 0), len(sums) - 1)
    return np.asarray(sums[rows, np.arange(sums.shape[1])])


def stock_weeks_wanted(dataset: Dataset, *, start: date, until: date) -> dict[str, IntArray]:
    """Weeks at whose end the stocks of sectors are observed, by sector."""
    wanted: dict[str, set[int]] = {}
    sectors = {row.sector for row in dataset.rows_of(SectorRow)}
    for row in dataset.rows_of(ObservedStockRow):
        if row.date <= until:
            week = max(0, week_of(row.date, start=start))
            for sector in sectors if row.component == "*" else {row.subject}:
                wanted.setdefault(sector, set()).add(week)
    return {sector: np.array(sorted(weeks), dtype=np.int64) for sector, weeks in wanted.items()}


def implied_stocks(
    dataset: Dataset,
    runs: Mapping[str, SectorRun],
    world: World,
    tolerances: Tolerances,
    *,
    until: date,
) -> list[Implied]:
    """Stock that the draws imply on each day for which one was stated."""
    start = world.period.start
    weeks = stock_weeks_wanted(dataset, start=start, until=until)
    found = []
    for row in dataset.rows_of(ObservedStockRow):
        if row.date > until:
            continue
        week = max(0, week_of(row.date, start=start))
        values = _stock_of(row, week, weeks, runs, world)
        if values is not None:
            found.append(
                Implied(
                    row.subject,
                    "stocks",
                    row.date,
                    row.date,
                    row.low,
                    row.central,
                    row.high,
                    tolerances.stock_weeks,
                    values,
                )
            )
    return found


def _stock_of(
    row: ObservedStockRow,
    week: int,
    weeks: Mapping[str, IntArray],
    runs: Mapping[str, SectorRun],
    world: World,
) -> FloatArray | None:
    """Stock of a sector's component, or the mean over the ranked users of an element."""
    total, weight = np.zeros(world.inputs.draws), np.zeros(world.inputs.draws)
    for name, run in runs.items():
        if row.component != "*" and name != row.subject:
            continue
        at = int(np.searchsorted(weeks[name], week))
        for k, holding in enumerate(world.sectors[name].holdings):
            elements = {channel.element for channel in holding.channels}
            if holding.component == row.component:
                part = np.ones(world.inputs.draws)
            elif row.component == "*" and row.subject in elements:
                part = _pool_share(world, name, row.subject)
            else:
                continue
            total, weight = total + part * run.held[at, k], weight + part
    return total / np.where(weight > 0.0, weight, 1.0) if weight.any() else None


def _pool_share(world: World, sector: str, element: str) -> FloatArray:
    shares = [
        claim.weight
        for pool in world.pools.values()
        for claim in pool.claims
        if claim.user == sector and claim.channel.element == element
    ]
    return sum(shares, np.zeros(world.inputs.draws))


def implied_stoppages(
    dataset: Dataset, runs: Mapping[str, SectorRun], world: World, tolerances: Tolerances
) -> list[Implied]:
    """Week in which the first firms stop, against reports of firms that had stopped by then."""
    places = {row.sector: row.destination for row in dataset.rows_of(SectorRow)}
    found = []
    for row in dataset.rows_of(DisruptionRow):
        if row.quantity != "weeks_to_impact" or places.get(row.sector) != row.destination:
            continue
        if row.sector not in runs:
            continue
        found.append(
            Implied(
                row.sector,
                "stoppages",
                world.period.start,
                world.period.start,
                0.0,
                row.central,
                row.high + SLACK_WEEKS,
                tolerances.stoppage_weeks,
                first_stoppage(runs[row.sector].stopped),
            )
        )
    return found


def first_stoppage(stopped: FloatArray) -> FloatArray:
    """First week in which some firms are stopped; a year after the last week where none is.

    Examples
    --------
    >>> first_stoppage(np.array([[0.0, 0.0], [0.02, 0.0]]))
    array([ 1., 54.])
    """
    hit = stopped > 0.0
    never = len(stopped) + NEVER_WEEKS
    return np.where(hit.any(axis=0), hit.argmax(axis=0).astype(np.float64), never)


def central_tolerances(values: Mapping[str, float]) -> Tolerances:
    """Tolerances from the central values of the table ``parameters``."""
    gap = values["structural_discrepancy"]
    return Tolerances(
        {
            Strength.STRONG: values["strong_tolerance"] + gap,
            Strength.WEAK: values["weak_tolerance"] + gap,
        },
        values["stock_tolerance_weeks"],
        values["stoppage_tolerance_weeks"],
    )


def in_order(implied: Sequence[Implied]) -> list[Implied]:
    """Ranges by kind, subject and date."""
    return sorted(
        implied,
        key=lambda observation: (observation.kind, observation.subject, observation.from_date),
    )
