"""Changes, alerts and age of the data in plain text, for the terminal, a mail or a chat."""

from collections.abc import Sequence

from exposure.report.changes import (
    CAUSES,
    SHOWN,
    Briefing,
    Changes,
    DataEffect,
    EffectMove,
    Move,
    RowEffect,
)
from exposure.report.text.formats import NONE, counted, places, signed_points
from exposure.report.text.layout import WIDTH, aligned, shortened, wrapped
from exposure.report.text.safe import one_line

MOST_ROWS = 20
"""Rows of the tables that are listed at most; the JSON has all."""

MOST_MOVES = 3
"""Moves that are listed of one effect."""

USUAL_TITLE = "Rare-earth exposure"
"""Title of a report without one."""


def alerts_text(briefing: Briefing) -> str:
    """Alerts, what changed and the age of the data, short enough for a mail.

    Parameters
    ----------
    briefing
        Of a report.
    """
    number = counted(len(briefing.alerts), "alert") if briefing.alerts else "no alert"
    title = one_line(briefing.title) or USUAL_TITLE
    stale = ["STALE DATA."] if briefing.age.is_stale else []
    lines = [f"{title}, {briefing.age.day}: {number}."]
    lines += [f"- {one_line(alert.text)}" for alert in briefing.alerts]
    lines += ["", one_line(briefing.changes.summary), " ".join([*stale, briefing.age.words])]
    return "\n".join(lines)


def changes_text(changes: Changes) -> str:
    """Everything that changed between two runs.

    Parameters
    ----------
    changes
        From `exposure.report.comparing.between.compare_runs`.
    """
    if changes.since is None:
        return changes.summary
    causes = [
        f"  {CAUSES[line.cause]}: {shortened(one_line(line.text), 4 * WIDTH)}"
        for line in changes.causes
    ]
    blocks = [wrapped(one_line(changes.summary), width=WIDTH), "\n".join(causes)]
    blocks += filter(None, (_rows(changes), _effects(changes.data), _moves(changes.moves)))
    if changes.notes:
        blocks.append("\n".join(wrapped(one_line(note), width=WIDTH) for note in changes.notes))
    return "\n\n".join(blocks)


def _rows(changes: Changes) -> str:
    if not changes.rows:
        return ""
    lines = [f"  {shortened(one_line(row.words), WIDTH)}" for row in changes.rows[:MOST_ROWS]]
    hidden = len(changes.rows) - len(lines)
    more = [f"  ... and {hidden} more"] if hidden else []
    return "\n".join(["Rows that differ:", *lines, *more])


def _effects(data: DataEffect | None) -> str:
    if data is None:
        return ""
    title = f"Their effect, each by itself ({counted(data.draws, 'draw')}):"
    lines = [line for effect in data.one_by_one for line in _effect(effect)]
    together = f"  all together: {_moved(data.together)}"
    rest = f"  largest difference between all together and the sum: {data.largest_remainder:.2g}"
    return "\n".join([title, *lines, together, f"{rest} points"])


def _effect(effect: RowEffect) -> list[str]:
    first = effect.rows[0]
    more = f" and {len(effect.rows) - 1} more" if len(effect.rows) > 1 else ""
    named = one_line(f"{first.table}: {first.key}{more}")
    return [f"  {shortened(named, WIDTH)}", f"    {_moved(effect.moves)}"]


def _moved(moves: Sequence[EffectMove]) -> str:
    """The largest moves in words.

    Examples
    --------
    >>> _moved([])
    'no sector moves'
    """
    if not moves:
        return "no sector moves"
    shown = "; ".join(map(_move_words, moves[:MOST_MOVES]))
    hidden = len(moves) - MOST_MOVES
    return f"{shown}; {hidden} more" if hidden > 0 else shown


def _move_words(move: EffectMove) -> str:
    ranks = (
        f"rank {move.rank_now}"
        if move.rank_was == move.rank_now
        else f"rank {move.rank_was or NONE} -> {move.rank_now or NONE}"
    )
    points = NONE if move.score_moved is None else signed_points(move.score_moved)
    return f"{one_line(move.name)} under {move.scenario} {points} ({ranks})"


def _moves(moves: Sequence[Move]) -> str:
    """Sectors that moved, with the points of each cause."""
    shown = [
        move
        for move in moves
        if move.rank_was != move.rank_now or abs(move.score_moved or 0.0) >= SHOWN
    ]
    still = len(moves) - len(shown)
    footer = f"Unmoved: {counted(still, 'rank')}."
    if not shown:
        return footer
    split = any(move.parts for move in shown)
    heads = ["scenario", "sector", "rank", "moved", "points"]
    heads += [name.lower().split()[-1] for name in CAUSES.values()] if split else []
    rows = [_row(move, split=split) for move in shown]
    return f"{aligned(heads, rows, align='ll' + 'r' * (len(heads) - 2))}\n\n{footer}"


def _row(move: Move, *, split: bool) -> list[str]:
    moved, points = move.rank_moved, move.score_moved
    cells = [
        move.scenario,
        shortened(one_line(move.name), 30),
        f"{move.rank_was or NONE} -> {move.rank_now or NONE}",
        NONE if moved is None else places(moved),
        NONE if points is None else signed_points(points),
    ]
    if split:
        parts = move.parts or {}
        cells += [signed_points(parts[cause]) if cause in parts else NONE for cause in CAUSES]
    return cells
