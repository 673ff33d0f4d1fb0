"""The best sets of levers for a budget: greedy search over any measure of risk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from exposure.arrays import plain_sum

Chosen = frozenset[str]
"""Ids of levers."""

Risk = Callable[[Sequence[Chosen]], Sequence[float]]
"""Function that computes the risk with each of several sets in one call."""

NOTHING: Chosen = frozenset()

LEFT_OUT = 0.02
"""Largest share of the sum of single gains that levers left out of the search may have."""

FINALISTS = 5
"""Number of sets that are reported, the best of those tried."""


@dataclass(frozen=True)
class Found:
    """Result of a search."""

    best: tuple[Chosen, ...]
    """The best sets that were tried, the best first."""
    tried: int
    """Number of sets that were tried."""


@dataclass(frozen=True)
class _Search:
    """Sets that were tried, and their risk."""

    risk: Risk
    costs: Mapping[str, float]
    budget: float
    known: dict[Chosen, float] = field(default_factory=dict)

    def affordable(self, sets: Iterable[Chosen]) -> list[Chosen]:
        """Return the sets within the budget, each once."""
        return [
            candidate for candidate in dict.fromkeys(sets) if self.cost(candidate) <= self.budget
        ]

    def cost(self, chosen: Chosen) -> float:
        """Sum of costs."""
        return plain_sum(self.costs[name] for name in sorted(chosen))

    def try_all(self, sets: Iterable[Chosen]) -> None:
        """Compute the risk of sets for which it is not known."""
        missing = [candidate for candidate in dict.fromkeys(sets) if candidate not in self.known]
        if missing:
            self.known.update(zip(missing, self.risk(missing), strict=True))

    def gain(self, one: Chosen, other: Chosen) -> float:
        """Gain from one set to another."""
        return self.known[one] - self.known[other]

    def order(self, chosen: Chosen) -> tuple[float, float, list[str]]:
        """The least risk first, then the cheapest."""
        return self.known[chosen], self.cost(chosen), sorted(chosen)


def leading(gains: Mapping[str, float], *, left_out: float = LEFT_OUT) -> list[str]:
    """Find the smallest group of levers with nearly all of the sum of single gains.

    Parameters
    ----------
    gains
        Gain of each lever alone.
    left_out
        Part of the sum of all gains above 0 that the others may make up.

    Returns
    -------
    list
        Ids, what gains most first; levers that gain nothing are not among them.

    Examples
    --------
    >>> leading({"a": 50.0, "b": -3.0, "c": 48.5, "d": 1.5})
    ['a', 'c']
    """
    order = sorted((name for name in gains if gains[name] > 0.0), key=lambda n: (-gains[n], n))
    wanted = (1.0 - left_out) * plain_sum(gains[name] for name in order)
    kept: list[str] = []
    for name in order:
        if plain_sum(gains[name] for name in kept) >= wanted:
            break
        kept.append(name)
    return kept


def best_sets(
    risk: Risk,
    costs: Mapping[str, float],
    budget: float,
    *,
    starts: Iterable[Chosen] = (),
    combined: Iterable[str] | None = None,
) -> Found:
    """Search for the sets of least risk whose costs sum to no more than a budget.

    Parameters
    ----------
    risk
        Risk to be minimized.
    costs
        Cost of each lever.
    budget
        Most that may be spent.
    starts
        Sets that are tried as well, such as the best of a smaller budget.
    combined
        Levers of which all pairs are tried; None for all levers.

    Returns
    -------
    Found
        The first set is never worse than any single lever, nor than any pair of those that are
        combined, nor than doing nothing; and no lever that could be afforded on top of it, and
        none that could be taken out of it, would make it better.

    Notes
    -----
    From each of three beginnings (nothing, the best single lever, the best pair) combined levers
    are added one after another, or two at a time where a pair gains more than both alone: once by
    what they gain, once by what they gain for their cost. Then single levers, of all that there
    are, are added and taken out as long as that gains anything.

    Examples
    --------
    Two levers that need each other beat a third that costs as much as both.

    >>> gains = {frozenset("ab"): 5.0, frozenset("c"): 2.0}
    >>> def risk(sets):
    ...     return [10.0 - sum(g for own, g in gains.items() if own <= one) for one in sets]
    >>> found = best_sets(risk, {"a": 1.0, "b": 1.0, "c": 2.0}, 2.0)
    >>> sorted(found.best[0])
    ['a', 'b']
    """
    search = _Search(risk, costs, budget)
    every = search.affordable(frozenset([name]) for name in costs)
    chosen = set(costs if combined is None else combined)
    single = [candidate for candidate in every if candidate <= chosen]
    pairs = search.affordable(one | other for one, other in combinations(single, 2))
    begins = search.affordable([NOTHING, *starts])
    search.try_all([*begins, *every, *pairs])
    needing = [pair for pair in pairs if _need_each_other(search, pair)]
    begins += [min(sets, key=search.order, default=NOTHING) for sets in (every, pairs)]
    for begin in dict.fromkeys(begins):
        for for_cost in (False, True):
            _grow(search, begin, [*single, *needing], for_cost=for_cost)
    _polish(search, every)
    return Found(tuple(sorted(search.known, key=search.order)[:FINALISTS]), len(search.known))


def _need_each_other(search: _Search, pair: Chosen) -> bool:
    """True if a pair gains more than both of its levers alone."""
    alone = plain_sum(search.gain(NOTHING, frozenset([name])) for name in pair)
    return search.gain(NOTHING, pair) > alone


def _grow(search: _Search, chosen: Chosen, additions: Sequence[Chosen], *, for_cost: bool) -> None:
    """Add the best lever or pair to a set until there is no further gain."""

    def merit(larger: Chosen) -> float:
        gained = search.gain(chosen, larger)
        spent = max(search.cost(larger) - search.cost(chosen), 1e-9)
        return gained / spent if for_cost and gained > 0.0 else gained

    while True:
        larger = search.affordable(chosen | added for added in additions if not added <= chosen)
        search.try_all(larger)
        best = max(larger, key=merit, default=chosen)
        if search.gain(chosen, best) <= 0.0:
            return
        chosen = best


def _polish(search: _Search, additions: Sequence[Chosen]) -> None:
    """Add and remove single levers of the best set until there is no further gain."""
    while True:
        best = min(search.known, key=search.order)
        near = [best | added for added in additions if not added <= best]
        near += [best - {name} for name in sorted(best)]
        search.try_all(search.affordable(near))
        if min(search.known, key=search.order) == best:
            return
