"""Effects of the rows that differ, one by one and together, on the ranking of each scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from exposure.errors import ExposureError
from exposure.report.changes import SHOWN, ChangedRow, DataEffect, EffectMove, RowEffect
from exposure.report.comparing.splitting import Again
from exposure.report.text.formats import counted
from exposure.row_effects import (
    EFFECT_DRAWS,
    MOST_UNITS,
    Course,
    RowPair,
    Scored,
    Units,
    can_matter,
    row_pairs,
    scored,
    units_of,
    with_rows,
)
from exposure.scoring.ranks import competition_ranks

Means = Mapping[str, Mapping[str, float]]
"""Scenario to sector to mean score."""


def data_effect(
    old: Again, new: Again, scenarios: Sequence[str], rows: Sequence[ChangedRow]
) -> tuple[DataEffect | None, tuple[str, ...]]:
    """Run the rows that differ one by one, and together.

    Everything but the rows is that of the new run, apart from the scenario, which is the old one.

    Parameters
    ----------
    old, new
        Runs, to be run again.
    scenarios
        Names of those that both have.
    rows
        Rows that differ, as they are listed.

    Returns
    -------
    effect
        None if no row that differs can move a score, or the old tables cannot be run.
    notes
        Notes on what was left out, and why.
    """
    base = {
        name: Course(old.dataset, old.scenarios[name], new.settings, new.sampler).first(
            EFFECT_DRAWS
        )
        for name in scenarios
    }
    try:
        return _measured(base, new, rows)
    except ExposureError as error:
        first = str(error).splitlines()[0]
        return None, (f"The effects of single rows are not known: {first}.",)


def _measured(
    base: Mapping[str, Course], new: Again, rows: Sequence[ChangedRow]
) -> tuple[DataEffect | None, tuple[str, ...]]:
    courses = list(base.values())
    if not courses:
        return None, ()
    tables = courses[0].dataset
    before = {name: scored(course) for name, course in base.items()}
    after = {name: scored(replace(course, dataset=new.dataset)) for name, course in base.items()}
    read = frozenset(key for result in (*before.values(), *after.values()) for key in result.read)
    pairs = row_pairs(tables, new.dataset)
    able = [pair for pair in pairs if can_matter(pair, read)]
    notes = _unread(len(pairs) - len(able))
    if not able:
        return None, notes
    units = units_of(tables, able)
    shown = {(row.table, row.key): row for row in rows}
    was, sums, effects = _means(before), _zeros(before), []
    for unit in units.units:
        now = _means(
            {
                name: scored(replace(course, dataset=with_rows(tables, unit, new.dataset)))
                for name, course in base.items()
            }
        )
        effects.append(RowEffect(rows=_shown(unit, shown), moves=moves(was, now, new)))
        for name, sector, moved in _differences(was, now):
            sums[name, sector] += moved
    together = _means(after)
    gaps = [abs(moved - sums[name, sector]) for name, sector, moved in _differences(was, together)]
    effect = DataEffect(
        draws=courses[0].sampler.size,
        one_by_one=tuple(effects),
        together=moves(was, together, new),
        largest_remainder=max(gaps, default=0.0),
    )
    return effect, (*notes, *_limits(units, len(able)))


def _unread(number: int) -> tuple[str, ...]:
    if not number:
        return ()
    verb = "moves" if number == 1 else "move"
    return (
        f"{counted(number, 'row')} of those that differ {verb} no score: no run reads them, or "
        "only their evidence differs.",
    )


def _limits(units: Units, number: int) -> tuple[str, ...]:
    notes = []
    if units.by_table:
        notes.append(
            f"{number} rows differ, more than the {MOST_UNITS} that are run one by one; those of "
            "each table were run together."
        )
    if units.inseparable:
        notes.append(
            f"{counted(len(units.inseparable), 'row')} could not be run separately from the "
            "others, since the tables would not be consistent."
        )
    return tuple(notes)


def _shown(
    unit: Sequence[RowPair], shown: Mapping[tuple[str, str], ChangedRow]
) -> tuple[ChangedRow, ...]:
    return tuple(shown[pair.key[0], ", ".join(pair.key[1])] for pair in unit)


def _means(found: Mapping[str, Scored]) -> dict[str, dict[str, float]]:
    return {
        name: {sector: float(values.mean()) for sector, values in one.scores.items()}
        for name, one in found.items()
    }


def _zeros(found: Mapping[str, Scored]) -> dict[tuple[str, str], float]:
    return {(name, sector): 0.0 for name, result in found.items() for sector in result.scores}


def _differences(was: Means, now: Means) -> list[tuple[str, str, float]]:
    """Scenario, sector and move of the score, for sectors of both."""
    return [
        (name, sector, now[name][sector] - score)
        for name, scores in was.items()
        for sector, score in scores.items()
        if sector in now[name]
    ]


def moves(was: Means, now: Means, again: Again) -> tuple[EffectMove, ...]:
    """Sectors that move, largest move of the score first.

    Parameters
    ----------
    was, now
        Mean scores before and after.
    again
        The new run, whose tables name the sectors.
    """
    names = _names(again)
    found = []
    for name, before in was.items():
        after = now[name]
        ranks = _ranks(before), _ranks(after)
        for sector in sorted(before.keys() | after.keys()):
            one, other = ranks[0].get(sector), ranks[1].get(sector)
            both = sector in before and sector in after
            moved = after[sector] - before[sector] if both else None
            if one != other or (moved is not None and abs(moved) >= SHOWN):
                found.append(
                    EffectMove(
                        scenario=name,
                        sector=sector,
                        name=names.get(sector, sector),
                        rank_was=one,
                        rank_now=other,
                        score_moved=moved,
                    )
                )
    return tuple(sorted(found, key=lambda move: -abs(move.score_moved or 0.0)))


def _names(again: Again) -> dict[str, str]:
    table = again.dataset.table("sectors")
    return dict(zip(table["sector"].tolist(), table["name"].tolist(), strict=True))


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    ranks = competition_ranks(np.array(list(scores.values())))
    return dict(zip(scores, ranks.tolist(), strict=True))
