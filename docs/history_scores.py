"""Tables of docs/history.md that score draws: two seeds, evidence left out, wider inputs."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from robustness import Change, Order, scores

import exposure as ex
from exposure.arrays import BoolArray, IntArray
from exposure.evidence.conditioning import Examined, examine, subjects_of
from exposure.inputs.streams import Sampler
from exposure.tables.dataset import Dataset
from exposure.tables.reading.folders import dataset_from_records
from exposure.tables.schema.policy import SourceRow
from exposure.tables.schema.rows import QuantityRow

COURSES = ("licences_continue", "licences_withheld")
MOST_SCORED = 1_024
"""Draws of each seed that are scored."""
MOST_LEFT_OUT = 4_096
"""Draws examined from which evidence is left out."""
FIRST = 5
"""Number of leading sectors whose changes are shown."""
LEAST_SPREAD = 0.25
"""Share of a central value by which a widened range reaches beyond it at least."""
AS_SEEN = frozenset({
    "observed_losses", "observed_stocks", "observed_exports", "observed_output", "disruptions",
    "licence_outcomes", "prices", "stage_shares", "sourcing", "buyers", "elements",
})  # fmt: skip
"""Tables that are not widened: what was seen, and shares that sum to 1 whose ends are set apart."""


def scored(dataset: Dataset, numbers: IntArray, *, seed: int, course: str) -> Order:
    """Scores of some draws of a seed under a course."""
    change = Change("", dataset, ex.Settings(seed=seed))
    return scores(change, numbers, course)


def error(values: np.ndarray) -> float:
    """Standard error of a mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def seed_scores(dataset: Dataset, home: Mapping[int, Examined], names: Mapping[str, str]) -> str:
    """Scores on the kept draws of two seeds."""
    lines = ["| sector | course | seed {} | seed {} | difference, standard errors |".format(*home)]
    lines.append("|---|---|---|---|---|")
    for course in COURSES:
        both = [
            scored(dataset, seen.numbers[:MOST_SCORED], seed=seed, course=course)
            for seed, seen in home.items()
        ]
        for sector in sorted(names, key=lambda key: -both[0][key].mean()):
            (a, b), (s, t) = ([scores[sector].mean() for scores in both],
                              [error(scores[sector]) for scores in both])  # fmt: skip
            far = abs(a - b) / max(np.hypot(s, t), 1e-12)
            lines.append(
                f"| {names[sector]} | {course.replace('_', ' ')} | {a:.1f} ± {s:.1f} "
                f"| {b:.1f} ± {t:.1f} | {far:.1f} |"
            )
    counts = ", ".join(f"{min(MOST_SCORED, len(home[s].numbers)):,} (seed {s})" for s in home)
    return f"Draws scored: {counts}.\n\n" + "\n".join(lines) + "\n"


def left_out_scores(
    dataset: Dataset, examined: Examined, terms: Sequence[str], names: Mapping[str, str]
) -> str:
    """Changes of scores without one piece of evidence."""
    first = slice(0, MOST_LEFT_OUT)
    kept = {"": examined.kept()[first]}
    kept |= {term: examined.kept(without=(term,))[first] for term in terms}
    every = np.any(list(kept.values()), axis=0)
    numbers = examined.sampler.numbers[first][every]
    heads = ["without", "draws kept"]
    tables = {}
    for course in COURSES:
        tables[course] = scored(dataset, numbers, seed=7, course=course)
        heads += [f"first three, {course.replace('_', ' ')}", "largest move, points"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for term, agreeing in kept.items():
        cells = [term.replace("_", " ") or "nothing", f"{int(agreeing.sum()):,}"]
        for order in tables.values():
            cells += _moves(order, agreeing[every], kept[""][every], names)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _moves(
    order: Order, agreeing: BoolArray, base: BoolArray, names: Mapping[str, str]
) -> tuple[str, str]:
    """The first three sectors on some draws, and the largest move of one of the first."""
    ranked = sorted(names, key=lambda sector: -order[sector][agreeing].mean())
    first = ", ".join(f"{names[s]} {order[s][agreeing].mean():.1f}" for s in ranked[:3])
    if agreeing.sum() == base.sum():
        return first, ""
    leading = sorted(names, key=lambda sector: -order[sector][base].mean())[:FIRST]
    moves = {s: order[s][agreeing].mean() - order[s][base].mean() for s in leading}
    most = max(moves, key=lambda sector: abs(moves[sector]))
    # Draws that are kept in both cases move nothing: the error is that of those that are not.
    gap = np.hypot(error(order[most][base]), error(order[most][agreeing]))
    return first, f"{names[most]} {moves[most]:+.1f} (± {gap:.1f} at most)"


def later_sources(dataset: Dataset, day: date) -> frozenset[str]:
    """Sources published after a day; a date known to the month counts as its first day."""
    return frozenset(
        row.source_id
        for row in dataset.rows_of(SourceRow)
        if row.published > day.isoformat()[: len(row.published)]
    )


def widened(dataset: Dataset, day: date) -> tuple[Dataset, int]:
    """Tables with ranges from later sources twice as wide, and their number.

    Each end is twice as far from the central value, and a quarter of it away at least, as far as
    the quantity allows.
    """
    later = later_sources(dataset, day)
    count, records = 0, {}
    for name, rows in dataset.rows.items():
        records[name] = [row.model_dump(mode="json") for row in rows]
        if name in AS_SEEN:
            continue
        for row, record in zip(rows, records[name], strict=True):
            if isinstance(row, QuantityRow) and set(row.sources()[:1]) & later:
                record.update(_wider(row))
                count += 1
    return dataset_from_records(records, version=dataset.version), count


def _wider(row: QuantityRow) -> dict[str, float]:
    measure, least = row.definition(), LEAST_SPREAD * abs(row.central)
    low = row.central - max(2.0 * (row.central - row.low), least)
    high = row.central + max(2.0 * (row.high - row.central), least)
    top = min(measure.maximum, measure.below - 1e-6)
    ends = (max(low, measure.minimum), min(high, top))
    if row.unit == "class":
        ends = (round(ends[0]), round(ends[1]))
    return {"low": float(ends[0]), "high": float(ends[1])}


def examined_wider(dataset: Dataset, day: date, draws: int, place: str) -> tuple[Examined, int]:
    """Draws of the widened tables compared with the record of a destination."""
    wide, count = widened(dataset, day)
    seen = examine(wide, ex.Settings(), Sampler.first(draws, 7))
    return seen.of(subjects_of(wide, place)), count
