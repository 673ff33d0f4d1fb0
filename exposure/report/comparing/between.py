"""Changes between two runs: `compare_runs`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from exposure.report.changes import (
    CAUSES,
    SHOWN,
    Cause,
    CauseLine,
    ChangedRow,
    Changes,
    DataEffect,
    Move,
)
from exposure.report.comparing.records import cause_lines, changed_rows
from exposure.report.history.stored_run import RankedSector, StoredRun
from exposure.report.text.formats import counted, signed_points

if TYPE_CHECKING:
    from exposure.report.comparing.splitting import Again, Parts

FIRST = "No earlier report is stored; this is the first."
"""Summary of a run that has nothing to be compared with."""


def first_run(run: StoredRun) -> Changes:
    """Text for a run without an earlier one."""
    return Changes(now=run.made, since=None, summary=FIRST)


def compare_runs(
    old: StoredRun,
    new: StoredRun,
    *,
    again: "Again | None" = None,
    effects: bool = True,
    since_day: date | None = None,
    than: str = "",
) -> Changes:
    """Say what changed between two runs, and which cause moved which score.

    Parameters
    ----------
    old, new
        Runs to compare.
    again
        The new run, if it need not be read from what is stored.
    effects
        Whether to run the model to split moves by cause and rows by effect; without, only what
        is stored is compared.
    since_day
        Day of the earlier report.
    than
        Name of the old run if it is no earlier report, such as ``against the tables
        without overlays``.

    Returns
    -------
    Changes
        Nothing is left out in silence: `notes` says what could not be separated.
    """
    rows = _rows(old, new)
    plain = _moves(old, new, {})
    moved = any(move.score_moved for move in plain)
    lines = cause_lines(old, new, rows, moved=moved)
    notes = _limits(old, new)
    parts: Parts = {}
    data = None
    if effects and any(line.changed for line in lines):
        parts, data, of_runs = _run_again(old, new, again, rows)
        notes = (*notes, *of_runs)
    moves = _moves(old, new, parts)
    return Changes(
        now=new.made,
        since=old.made,
        since_day=since_day,
        summary=summary(lines, rows, moves, than or _since(since_day)),
        causes=lines,
        rows=rows,
        data=data,
        moves=moves,
        notes=notes,
    )


def _run_again(
    old: StoredRun, new: StoredRun, again: "Again | None", rows: Sequence[ChangedRow]
) -> "tuple[Parts, DataEffect | None, tuple[str, ...]]":
    """Moves split by cause, effects of rows, and what could not be separated."""
    # The model is slow to import, and what is stored can be compared without it.
    from exposure.report.comparing.effects import data_effect  # noqa: PLC0415
    from exposure.report.comparing.splitting import (  # noqa: PLC0415
        again_from,
        common_scenarios,
        split,
    )

    one, other = again_from(old), again or again_from(new)
    if isinstance(one, str) or isinstance(other, str):
        why = one if isinstance(one, str) else other
        return {}, None, (f"Moves are not split by cause: {why}.",)
    parts, notes = split((old, new), (one, other))
    if not rows:
        return parts, None, notes
    data, more = data_effect(one, other, common_scenarios(old, new), rows)
    return parts, data, (*notes, *more)


def _rows(old: StoredRun, new: StoredRun) -> tuple[ChangedRow, ...]:
    if old.inputs is None or new.inputs is None:
        return ()
    return changed_rows(old.inputs.tables, new.inputs.tables)


def _limits(old: StoredRun, new: StoredRun) -> tuple[str, ...]:
    differ = old.record.dataset_digest != new.record.dataset_digest
    if differ and (old.inputs is None or new.inputs is None):
        return ("The tables differ; which rows is not known, since they are not stored.",)
    return ()


def _moves(old: StoredRun, new: StoredRun, parts: "Parts") -> tuple[Move, ...]:
    was = {stored.scenario: {row.sector: row for row in stored.ranking} for stored in old.scenarios}
    now = {stored.scenario: {row.sector: row for row in stored.ranking} for stored in new.scenarios}
    found = []
    for scenario in dict.fromkeys((*now, *was)):
        before, after = was.get(scenario, {}), now.get(scenario, {})
        found += [
            _move(scenario, before.get(sector), after.get(sector), parts.get((scenario, sector)))
            for sector in dict.fromkeys((*after, *before))
        ]
    return tuple(move for move in found if move is not None)


def _move(
    scenario: str,
    was: RankedSector | None,
    now: RankedSector | None,
    parts: Mapping[Cause, float] | None,
) -> Move | None:
    named = now or was
    if named is None:
        return None
    return Move(
        scenario=scenario,
        sector=named.sector,
        name=named.name,
        rank_was=was.rank if was else None,
        rank_now=now.rank if now else None,
        band_was=was.band if was else None,
        band_now=now.band if now else None,
        score_was=was.score if was else None,
        score_now=now.score if now else None,
        parts=parts,
    )


def _since(day: date | None) -> str:
    return f"since the report of {day}" if day else "since the earlier report"


def summary(
    lines: Sequence[CauseLine],
    rows: Sequence[ChangedRow],
    moves: Sequence[Move],
    since: str,
) -> str:
    """Summarize the changes in one or two sentences."""
    causes = [CAUSES[line.cause].lower() for line in lines if line.changed]
    if not causes:
        return f"Nothing changed {since}."
    named = ", ".join(
        f"data ({counted(len(rows), 'row')})" if cause == "data" and rows else cause
        for cause in causes
    )
    return f"Changed {since}: {named}. {_moved(moves)}"


def _moved(moves: Sequence[Move]) -> str:
    places = [move for move in moves if move.rank_was != move.rank_now]
    points = [move for move in moves if abs(move.score_moved or 0.0) >= SHOWN]
    if not places and not points:
        return "No sector moved."
    if not points:
        return f"{_ranks_changed(places, moves)}."
    largest = max(points, key=lambda move: abs(move.score_moved or 0.0))
    ranks = (
        f"rank {largest.rank_was} -> {largest.rank_now}"
        if largest.rank_was != largest.rank_now
        else f"still rank {largest.rank_now}"
    )
    return (
        f"{_ranks_changed(places, moves)}; the largest move is {largest.name} under "
        f"{largest.scenario}, {signed_points(largest.score_moved or 0.0)} points ({ranks})."
    )


def _ranks_changed(places: Sequence[Move], moves: Sequence[Move]) -> str:
    return (
        f"{len(places)} of {counted(len(moves), 'rank')} changed" if places else "No rank changed"
    )
