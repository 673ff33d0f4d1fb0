"""Losses of firms and their attribution to players; importing this module loads numba.

The twin of `exposure.impact.firm_runs.attribute`. Losses are split among players only in weeks
with a loss, and only among players with a loss.
"""

from exposure.arrays import BoolArray, FloatArray, IntArray
from exposure.fast import called
from exposure.impact.fast.arrays import Desk
from exposure.impact.firms import STOPPED


@called
def any_above(values: FloatArray) -> bool:
    """Whether a value is above 0."""
    for value in values:
        if value > 0.0:
            return True
    return False


@called
def any_of(values: BoolArray) -> bool:
    """Whether a value is true."""
    for value in values:
        if value:
            return True
    return False


@called
def add_up(
    desk: Desk,
    loses: BoolArray,
    share: float,
    members: BoolArray,
    weight: FloatArray,
    first: int,
    size: int,
) -> None:
    """Add the losses of one stratum in one lane; `players[3]` holds the part of each player."""
    playing = desk.playing
    active = _playing(members, loses, playing)
    only = _largest(desk.loss, loses, size, desk.lost)
    lost = desk.lost if only < 0 else desk.loss[only]
    weekly, stopped, borne = desk.weekly, desk.stopped, desk.players[3]
    for t in range(len(lost)):
        for d in range(size):
            lost_now = lost[t, d]
            weekly[t, d] += share * lost_now
            stopped[t, d] += share if lost_now > STOPPED else 0.0
    for p in range(len(members)):
        for d in range(size):
            borne[p, d] = 0.0
    if active == 1:
        only = borne[playing[0]]
        for t in range(first, len(lost)):
            for d in range(size):
                only[d] += weight[t - first] * lost[t, d]
    elif active > 1:
        _share_among(desk, loses, lost, members, playing[:active], weight, first, size)


@called
def _playing(members: BoolArray, loses: BoolArray, playing: IntArray) -> int:
    """List the players with a holding that loses something; return their number."""
    active = 0
    for p in range(len(members)):
        for k in range(len(loses)):
            if members[p, k] and loses[k]:
                playing[active] = p
                active += 1
                break
    return active


@called
def _largest(loss: FloatArray, loses: BoolArray, size: int, lost: FloatArray) -> int:
    """Largest loss over the holdings; return the only holding with a loss, or -1 if several."""
    first, count = 0, 0
    for k in range(len(loses) - 1, -1, -1):
        if loses[k]:
            first = k
            count += 1
    if count == 1:
        return first
    copy_lane(loss[first], lost, size)
    for k in range(first + 1, len(loses)):
        if loses[k]:
            losses = loss[k]
            for t in range(len(lost)):
                for d in range(size):
                    lost[t, d] = losses[t, d] if losses[t, d] > lost[t, d] else lost[t, d]
    return -1


@called
def copy_lane(values: FloatArray, to: FloatArray, size: int) -> None:
    """Copy the weeks of a lane."""
    for t in range(len(values)):
        for d in range(size):
            to[t, d] = values[t, d]


@called
def _share_among(
    desk: Desk,
    loses: BoolArray,
    lost: FloatArray,
    members: BoolArray,
    playing: IntArray,
    weight: FloatArray,
    first: int,
    size: int,
) -> None:
    """Add the part of each player, week by week; players without a loss have no part."""
    loss, active = desk.loss, len(playing)
    alone, ordered, part = desk.players[0], desk.players[1], desk.players[2]
    borne, reached = desk.players[3], desk.state[4]
    for t in range(first, len(lost)):
        if not any_above(lost[t, :size]):
            continue
        for a in range(active):
            alone_lost = alone[a]
            for d in range(size):
                alone_lost[d] = 0.0
            for k in range(len(loses)):
                if members[playing[a], k] and loses[k]:
                    for d in range(size):
                        alone_lost[d] = (
                            loss[k, t, d] if loss[k, t, d] > alone_lost[d] else alone_lost[d]
                        )
        _sort(alone, ordered, active, size)
        _airport(alone, ordered, reached, part, active, size)
        for a in range(active):
            for d in range(size):
                borne[playing[a], d] += weight[t - first] * part[a, d]


@called
def _sort(alone: FloatArray, ordered: FloatArray, active: int, size: int) -> None:
    """Sort the losses of the players in ascending order, draw by draw."""
    for a in range(active):
        for d in range(size):
            ordered[a, d] = alone[a, d]
    for last in range(active - 1, 0, -1):
        for k in range(last):
            for d in range(size):
                small, large = ordered[k, d], ordered[k + 1, d]
                ordered[k, d] = small if small < large else large
                ordered[k + 1, d] = large if small < large else small


@called
def _airport(
    alone: FloatArray,
    ordered: FloatArray,
    reached: FloatArray,
    part: FloatArray,
    active: int,
    size: int,
) -> None:
    """Shares of the airport game: players who reach a step of the sorted losses share its cost."""
    for k in range(active):
        step, now = 1.0 / (active - k), ordered[k]
        if k == 0:
            for d in range(size):
                reached[d] = step * now[d]
        else:
            below = ordered[k - 1]
            for d in range(size):
                reached[d] += step * (now[d] - below[d])
        for a in range(active):
            of_player, to = alone[a], part[a]
            for d in range(size):
                to[d] = reached[d] if of_player[d] >= now[d] else to[d]
