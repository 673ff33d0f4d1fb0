"""Names of the classes of a licence queue, in the words of their buyers and goods."""

from collections.abc import Sequence

from exposure.licensing.goods import Item, Key
from exposure.terms import BuyerClass, Tier


def class_names(classes: Sequence[tuple[Key, ...]]) -> list[str]:
    """Name each class briefly by its buyers and goods; all names differ.

    Examples
    --------
    >>> item = Item(("Sm",), None, "metal")
    >>> every = tuple((item, BuyerClass.MILITARY, tier) for tier in Tier)
    >>> class_names([every])
    ['military: all controlled goods']
    """
    everything = {item for members in classes for item, _, _ in members}
    names = [_class_name(members, everything) for members in classes]
    twice = [name for name in names if names.count(name) > 1]
    return [
        f"{name} ({names[: position + 1].count(name)})" if name in twice else name
        for position, name in enumerate(names)
    ]


def _class_name(members: tuple[Key, ...], everything: set[Item]) -> str:
    goods: dict[tuple[BuyerClass, Tier], set[Item]] = {}
    for item, buyer, tier in members:
        goods.setdefault((buyer, tier), set()).add(item)
    by_goods: dict[frozenset[Item], set[tuple[BuyerClass, Tier]]] = {}
    for kind, items in goods.items():
        by_goods.setdefault(frozenset(items), set()).add(kind)
    return "; ".join(
        f"{_buyers(kinds)}: {_goods(items, everything)}" for items, kinds in by_goods.items()
    )


def _goods(items: frozenset[Item], everything: set[Item]) -> str:
    if items == everything:
        return "all controlled goods"
    return "goods with " + " ".join(sorted({e for item in items for e in item.elements}))


def _buyers(kinds: set[tuple[BuyerClass, Tier]]) -> str:
    """Buyer classes with their tiers; a class with all its tiers is named without them."""
    parts = []
    for buyer in BuyerClass:
        tiers = [str(tier) for tier in Tier if (buyer, tier) in kinds]
        if len(tiers) == len(Tier):
            parts.append(str(buyer))
        elif tiers:
            parts.append(" ".join([str(buyer), *tiers]))
    return ", ".join(parts)
