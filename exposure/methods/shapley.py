"""Exact attribution of a loss to its causes: Shapley values.

If the joint loss of several causes is the *largest* of their losses, as among channels in one week,
this is the airport game and the Shapley value has a closed form. Stages and licence states act
through the same stock, so for them the value is taken over all coalitions: run the stocks with only
some of them in force. Either way the parts sum to the loss.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial
from typing import TypeVar

import numpy as np

from exposure.arrays import FloatArray

Player = TypeVar("Player")


def airport_shares(losses: FloatArray) -> FloatArray:
    """Shapley value of the game whose worth is the largest loss of a coalition.

    Parameters
    ----------
    losses
        Loss of each player by itself, >= 0, shape (P, ...).

    Returns
    -------
    numpy.ndarray
        Same shape; sums over players to the largest loss.

    Notes
    -----
    With losses sorted x_(1) <= ... <= x_(n), player (r) pays
    SUM_{k<=r} (x_(k) - x_(k-1)) / (n - k + 1): each slice of the loss is shared by all whose
    loss reaches it.

    References
    ----------
    Littlechild, S. C. & Owen, G. (1973). A simple expression for the Shapley value in a special
    case. Management Science 20(3), 370-372.

    Examples
    --------
    >>> airport_shares(np.array([1.0, 0.5]))
    array([0.75, 0.25])
    """
    players = len(losses)
    ascending = _sorted_by_player(losses)
    # The n - k + 1 players that reach the slice between x_(k-1) and x_(k) share its cost equally.
    part = 1.0 / np.arange(players, 0, -1)
    shares = np.zeros_like(losses)
    for k in range(players):
        lower = ascending[k - 1] if k else 0.0
        for player in range(players):
            loss = losses[player]
            shares[player] += part[k] * (np.minimum(loss, ascending[k]) - np.minimum(loss, lower))
    return shares


def _sorted_by_player(losses: FloatArray) -> list[FloatArray]:
    """Losses in ascending order of player in every cell.

    Players are few and cells many, so neighbours are exchanged as whole arrays, which is ten
    times faster than sorting each cell.
    """
    ordered = list(losses)
    for last in range(len(ordered) - 1, 0, -1):
        for k in range(last):
            first, second = ordered[k], ordered[k + 1]
            ordered[k], ordered[k + 1] = np.minimum(first, second), np.maximum(first, second)
    return ordered


def shapley_values(
    players: Sequence[Player], worth: Callable[[frozenset[Player]], FloatArray]
) -> dict[Player, FloatArray]:
    """Shapley value by all coalitions.

    Parameters
    ----------
    players
        At most a handful: the cost is 2 to the number of players.
    worth
        Worth of a coalition; that of the empty coalition is subtracted.

    Returns
    -------
    dict
        Value of each player; they sum to worth(all) - worth(empty).

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games II.

    Examples
    --------
    >>> values = shapley_values("ab", lambda some: np.array(float("a" in some)))
    >>> {player: float(value) for player, value in values.items()}
    {'a': 1.0, 'b': 0.0}
    """
    count = len(players)
    worths = {
        frozenset(some): worth(frozenset(some))
        for size in range(count + 1)
        for some in combinations(players, size)
    }
    values = {}
    for player in players:
        others = [other for other in players if other != player]
        parts = [
            factorial(size) * factorial(count - size - 1) / factorial(count)
            * (worths[frozenset(some) | {player}] - worths[frozenset(some)])
            for size in range(count)
            for some in combinations(others, size)
        ]  # fmt: skip
        values[player] = sum(parts[1:], parts[0])
    return values
