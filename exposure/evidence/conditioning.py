"""Draws that agree with what happened: exact rejection on keyed draws.

The agreement of a draw is L = exp(-1/2 SUM e^2), one e for each piece of evidence (see
`exposure.evidence.observed`), so L is at most 1. A draw is kept if a uniform number of its own is
below L. This is exact rejection: kept draws have equal weight and a conditioned sample is a list of
draw numbers. Nothing downstream needs to know that it was conditioned.

References
----------
von Neumann, J. (1951). Various techniques used in connection with random digits. NBS Applied
Mathematics Series 12, 36-38.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.errors import ConflictError
from exposure.evidence.observed import (
    Implied,
    Tolerances,
    central_tolerances,
    implied_losses,
    implied_stocks,
    implied_stoppages,
    in_order,
    stock_weeks_wanted,
    term_deviations,
)
from exposure.impact.course import run_course
from exposure.impact.outcomes import Question, component_players
from exposure.impact.prepared import Prepared, Window
from exposure.inputs.streams import Sampler
from exposure.policy.replay import seen_from
from exposure.policy.scenario import Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.scoring.blocks import WIDE_BLOCK, Progress, Run
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.observed import ObservedLossRow
from exposure.tables.schema.policy import ParameterRow
from exposure.tables.schema.supply import ElementRow
from exposure.terms import ANY, week_of

RECORD = "as_it_happened"
"""Scenario through which draws are run for the comparison with the record."""

KEPT_STREAM = "condition|keep"
"""Stream of the uniform numbers that decide whether a draw is kept."""

LEAST_ACCEPTANCE = 0.001
"""Share of draws below which the record and the tables are in conflict."""

DRAWS_BEFORE_JUDGEMENT = 20_000
"""Draws examined before a low acceptance is called a conflict."""

TOLERANCE_DEFAULTS = {
    "structural_discrepancy": 0.0,
    "strong_tolerance": 0.05,
    "weak_tolerance": 0.10,
    "stock_tolerance_weeks": 8.0,
    "stoppage_tolerance_weeks": 8.0,
}
"""Tolerances of tables that state none."""


@dataclass(frozen=True, eq=False)
class Examined:
    """Draws compared with the record of one destination, or of all."""

    sampler: Sampler
    """The draws examined."""
    implied: tuple[Implied, ...]
    """Values that the draws imply for every observed range."""

    def of(self, subjects: Collection[str]) -> "Examined":
        """Compare the same draws only with the ranges of some subjects."""
        return replace(self, implied=tuple(o for o in self.implied if o.subject in subjects))

    @cached_property
    def deviations(self) -> dict[str, FloatArray]:
        """Largest deviation of each term, shape (D,)."""
        return term_deviations(self.implied)

    def agreement(self, *, without: Collection[str] = ()) -> FloatArray:
        """L of each draw, in [0, 1], shape (D,).

        Parameters
        ----------
        without
            Terms that are left out.
        """
        total = np.zeros(self.sampler.size)
        for term, deviation in self.deviations.items():
            if term not in without:
                total += np.square(deviation)
        return np.asarray(np.exp(-0.5 * total))

    def kept(self, *, without: Collection[str] = ()) -> BoolArray:
        """True for each draw that is kept, shape (D,)."""
        return np.asarray(self.sampler.uniform(KEPT_STREAM) < self.agreement(without=without))

    @property
    def numbers(self) -> IntArray:
        """Numbers of the draws that agree with the record."""
        return np.asarray(self.sampler.numbers[self.kept()])


def subjects_of(dataset: Dataset, destination: str) -> frozenset[str]:
    """Sectors made at a destination, or anywhere for ``all``, and all elements.

    A ranking of one destination uses the record of its own makers, and the statements about
    elements.
    """
    sectors = {
        row.sector for row in dataset.rows_of(SectorRow) if destination in ("all", row.destination)
    }
    return frozenset(sectors | {row.element for row in dataset.rows_of(ElementRow)})


def tolerances_of(dataset: Dataset) -> Tolerances:
    """Tolerances of the tables: central values, as they define the comparison."""
    known = {
        row.parameter: row.central
        for row in dataset.rows_of(ParameterRow)
        if row.scope == ANY and row.parameter in TOLERANCE_DEFAULTS
    }
    return central_tolerances(TOLERANCE_DEFAULTS | known)


def record_run(
    dataset: Dataset, settings: Settings, sampler: Sampler, *, until: date | None = None
) -> tuple[Run, date]:
    """The run of the record with which observations are compared, and its last known day."""
    record: Scenario = read_scenario(RECORD)
    known = record.record_ends or record.start
    last = min(until, known) if until is not None else known
    ends = [row.to_date for row in dataset.rows_of(ObservedLossRow) if row.to_date <= last]
    last_day = max([*ends, last])
    weeks = week_of(last_day, start=record.start) + 1
    course = seen_from(record, last, last_day=last)
    sectors = tuple(row.sector for row in dataset.rows_of(SectorRow))
    usual = settings.model_copy(update={"as_of": None, "horizon_weeks": weeks})
    run = Run(dataset, course, usual, Window(weeks, weeks - 1), sectors, sampler)
    return run, last


def examine(
    dataset: Dataset,
    settings: Settings,
    sampler: Sampler,
    *,
    until: date | None = None,
    kinds: Collection[str] = ("losses", "stocks", "stoppages"),
    progress: Progress | None = None,
) -> Examined:
    """Compare draws with the record.

    Parameters
    ----------
    dataset
        Tables; the observed tables hold what was seen.
    settings
        Gives the choices of the model that the draws are run with.
    sampler
        Draws to examine.
    until
        Last day that may be known; None for the end of the record.
    kinds
        Kinds of evidence used.
    progress
        Called after each block of draws.
    """
    run, last = record_run(dataset, settings, sampler, until=until)
    tolerances = tolerances_of(dataset)
    stocks = stock_weeks_wanted(dataset, start=run.scenario.start, until=last)
    question = Question(np.ones(1), stocks)

    def ask(prepared: Prepared, first: int, last_draw: int) -> list[Implied]:  # noqa: ARG001
        world = prepared.worlds[0]
        players = {name: component_players(world.sectors[name]) for name in run.sectors}
        runs = run_course(world, prepared.granted[0], players, question, settings)
        found = []
        if "losses" in kinds:
            found += implied_losses(dataset, runs, world, tolerances, until=last)
        if "stocks" in kinds:
            found += implied_stocks(dataset, runs, world, tolerances, until=last)
        if "stoppages" in kinds:
            found += implied_stoppages(dataset, runs, world, tolerances)
        return in_order(found)

    blocks = list(run.over_blocks(ask, progress=progress, block=WIDE_BLOCK))
    return Examined(
        sampler, tuple(pieces[0].joined(pieces) for pieces in zip(*blocks, strict=True))
    )


def conflict_of(examined: Examined) -> ConflictError:
    """The error that names the observations that contradict the tables together.

    The terms are listed by how much more would be accepted without each.
    """
    accepted = float(examined.agreement().mean())
    gains = {
        term: float(examined.agreement(without=(term,)).mean()) for term in examined.deviations
    }
    worst = sorted(gains, key=lambda term: (-gains[term], term))[:3]
    named = "\n".join(
        f"  - {term}: {gains[term]:.2%} would be accepted without it; "
        f"{_nearest(examined.implied, term)}"
        for term in worst
    )
    return ConflictError(
        f"the record and the tables are in conflict: found {accepted:.3%} of "
        f"{examined.sampler.size:,} draws accepted; expected at least {LEAST_ACCEPTANCE:.1%}; "
        f"correct these observations, or the rows that they contradict:\n{named}"
    )


def _nearest(implied: Sequence[Implied], term: str) -> str:
    """The range that the draw nearest to a term misses by most, and what that draw implies."""
    ranges = [observation for observation in implied if observation.term == term]
    deviations = np.stack([observation.deviations for observation in ranges])
    draw = int(deviations.max(axis=0).argmin())
    worst = ranges[int(deviations[:, draw].argmax())]
    days = (
        f"{worst.from_date} to {worst.to_date}"
        if worst.to_date > worst.from_date
        else worst.from_date
    )
    seen = f"{worst.low:g} to {worst.high:g}"
    return f"{days}: seen {seen}, the nearest draw has {worst.drawn[draw]:.3g}"


def in_conflict(examined: Examined) -> bool:
    """True if too few draws agree with the record for any result."""
    enough = examined.sampler.size >= DRAWS_BEFORE_JUDGEMENT
    return enough and float(examined.agreement().mean()) < LEAST_ACCEPTANCE


class Compared(BaseModel):
    """An observed range and the values that draws imply; shares of output, or weeks for stocks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    kind: str
    from_date: date
    to_date: date
    low: float
    central: float
    high: float
    prior_mean: float
    prior_se: float | None
    """Monte Carlo standard error of the mean; None for a single draw, as for the others."""
    prior_p05: float
    prior_p95: float
    prior_inside: float
    conditioned_mean: float | None
    conditioned_se: float | None
    conditioned_p05: float | None
    conditioned_p95: float | None
    left_out_mean: float | None
    left_out_se: float | None
    left_out_p05: float | None
    left_out_p95: float | None

    @property
    def predicted(self) -> bool:
        """True if the 90 % interval without the subject's own evidence overlaps the range."""
        if self.left_out_p05 is None or self.left_out_p95 is None:
            return False
        return self.left_out_p05 <= self.high and self.left_out_p95 >= self.low


def compare_with_record(examined: Examined) -> tuple[Compared, ...]:
    """Every observed range with all draws, those kept, and those kept without its subject."""
    kept = examined.kept()
    without = {
        subject: examined.kept(
            without=[term for term in examined.deviations if term.endswith(f" of {subject}")]
        )
        for subject in {observation.subject for observation in examined.implied}
    }
    return tuple(
        Compared(
            subject=observation.subject,
            kind=observation.kind,
            from_date=observation.from_date,
            to_date=observation.to_date,
            low=observation.low,
            central=observation.central,
            high=observation.high,
            prior_inside=float((observation.deviations == 0.0).mean()),
            **_spread("prior", observation.drawn),
            **_spread("conditioned", observation.drawn[kept]),
            **_spread("left_out", observation.drawn[without[observation.subject]]),
        )
        for observation in examined.implied
    )


def _spread(name: str, drawn: FloatArray) -> dict[str, Any]:
    """Mean with its error, 5th and 95th percentile; None where there is no draw."""
    if not len(drawn):
        return dict.fromkeys(f"{name}_{what}" for what in ("mean", "se", "p05", "p95"))
    low, high = np.quantile(drawn, (0.05, 0.95))
    return {
        f"{name}_mean": float(drawn.mean()),
        f"{name}_se": float(drawn.std(ddof=1) / np.sqrt(len(drawn))) if len(drawn) > 1 else None,
        f"{name}_p05": float(low),
        f"{name}_p95": float(high),
    }


def inside_shares(examined: Examined) -> Mapping[str, float]:
    """Share of all draws inside every observed range of losses, by sector."""
    shares = {}
    for term, deviation in examined.deviations.items():
        if term.startswith("losses of "):
            shares[term.removeprefix("losses of ")] = float((deviation == 0.0).mean())
    return shares
