"""The best set of levers for a budget: greedy search over any measure of risk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

Chosen = frozenset[str]
"""Ids of levers."""

Risk = Callable[[Sequence[Chosen]], Sequence[float]]
"""Risk with each of several sets; asked for together, so that it can be worked out together."""


def best_set(
    risk: Risk, costs: Mapping[str, float], budget: float, *, starts: Iterable[Chosen] = ()
) -> Chosen:
    """Search for the set of least risk whose costs sum to no more than a budget.

    Parameters
    ----------
    risk
        What is made small.
    costs
        Cost of each lever.
    budget
        Most that may be spent.
    starts
        Sets that are tried as well, such as the best of a smaller budget.

    Returns
    -------
    frozenset
        Never worse than the best single lever, nor than the best pair, nor than doing nothing.

    Notes
    -----
    From each of three beginnings (nothing, the best single lever, the best pair) levers are added
    one after another, or two at a time where a pair gains more than both alone: once by what they
    gain, once by what they gain for their cost. It stops when nothing affordable gains anything.

    Examples
    --------
    Two levers that need each other beat a third that costs as much as both.

    >>> gains = {frozenset("ab"): 5.0, frozenset("c"): 2.0}
    >>> def risk(sets):
    ...     return [10.0 - sum(g for own, g in gains.items() if own <= one) for one in sets]
    >>> sorted(best_set(risk, {"a": 1.0, "b": 1.0, "c": 2.0}, 2.0))
    ['a', 'b']
    """
    affordable = [name for name, cost in costs.items() if cost <= budget]
    single = [frozenset([name]) for name in affordable]
    pairs = [
        frozenset(pair)
        for pair in combinations(affordable, 2)
        if costs[pair[0]] + costs[pair[1]] <= budget
    ]
    nothing: Chosen = frozenset()
    first = [nothing, *single, *pairs]
    known = dict(zip(first, risk(first), strict=True))
    needing = [pair for pair in pairs if _needs_each_other(pair, known, nothing)]
    begins = {nothing, min(single, key=known.__getitem__, default=nothing)}
    begins |= {min(pairs, key=known.__getitem__, default=nothing), *starts}
    ends = {
        _grown(begin, [*single, *needing], risk, costs, budget, for_cost=with_pairs)
        for begin in begins
        for with_pairs in (False, True)
    }
    every = sorted({*ends, *begins}, key=sorted)
    found = dict(zip(every, risk(every), strict=True))
    return min(every, key=lambda chosen: (found[chosen], _sum(chosen, costs)))


def _sum(chosen: Iterable[str], costs: Mapping[str, float]) -> float:
    return sum(costs[name] for name in sorted(chosen))


def _needs_each_other(pair: Chosen, known: Mapping[Chosen, float], nothing: Chosen) -> bool:
    """Whether a pair gains more than both of its levers alone."""
    alone = sum(known[nothing] - known[frozenset([name])] for name in pair)
    return known[nothing] - known[pair] > alone


def _grown(
    begin: Chosen,
    additions: Sequence[Chosen],
    risk: Risk,
    costs: Mapping[str, float],
    budget: float,
    *,
    for_cost: bool,
) -> Chosen:
    """A set to which the best addition is made until none gains anything."""
    chosen = begin
    while True:
        larger = [chosen | added for added in additions if not added <= chosen]
        larger = [
            candidate for candidate in dict.fromkeys(larger) if _sum(candidate, costs) <= budget
        ]
        if not larger:
            return chosen
        now, *after = risk([chosen, *larger])
        best, gain = _best_addition(
            chosen, larger, [now - risk_after for risk_after in after], costs, for_cost
        )
        if gain <= 0.0:
            return chosen
        chosen = best


def _best_addition(
    chosen: Chosen,
    larger: Sequence[Chosen],
    gained: Sequence[float],
    costs: Mapping[str, float],
    for_cost: bool,  # noqa: FBT001 - of this module alone
) -> tuple[Chosen, float]:
    """The larger set that gains most, or most for its cost, and what it gains."""

    def merit(pair: tuple[Chosen, float]) -> float:
        spent = max(_sum(pair[0], costs) - _sum(chosen, costs), 1e-9)
        return pair[1] / spent if for_cost and pair[1] > 0.0 else pair[1]

    return max(zip(larger, gained, strict=True), key=merit)
