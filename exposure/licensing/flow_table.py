"""What a licence decision does, week by week: the classes of the licence queue as a table.

Loads count buyer-item relationships as shares of all those of the destination, so that the
classes of one destination add up to 1. Licences and flow are relative to the class itself.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import check_arguments
from exposure.arrays import FloatArray
from exposure.errors import unknown_name
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.licensing.flows import ClassRun, Item, Key, run_office
from exposure.licensing.grants import items_of, office_of
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.terms import BuyerClass, Tier

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = ("applications", "decided", "backlog", "live_licences", "flow")
"""Quantities of `licensed_flow`; each has columns ``_p05`` and ``_p95`` beside its mean."""

PERCENTILES = (5.0, 95.0)


def licensed_flow(
    dataset: Dataset, scenario: Scenario | str, settings: Settings | None = None
) -> "pd.DataFrame":
    """What a scenario does to licences, week by week and class by class.

    Parameters
    ----------
    dataset
        Tables.
    scenario
        A scenario or mixture, or the name of a shipped one.
    settings
        Draws, seed, horizon and destination; None for the defaults.

    Returns
    -------
    pandas.DataFrame
        One row a scenario (member of a mixture), destination, class and week: scenario,
        destination, licence_class, week, date, state, size, then `QUANTITIES`, each as mean
        over draws with ``_p05`` and ``_p95``. Applications, decided and backlog are shares of
        the destination's relationships; live_licences and flow are relative to the class. Flow
        is that of goods crossing the border; above 1 while unfilled orders are made up. Goods
        free throughout are in no class.

    Examples
    --------
    >>> import exposure as ex
    >>> flow = licensed_flow(ex.read_dataset(), "april_2025_queue", ex.Settings(draws=16))
    >>> sorted(flow["state"].unique())
    ['ordinary', 'withheld']
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    check_arguments(
        "licensed_flow",
        dataset=(dataset, DATASET),
        scenario=(scenario, SCENARIO),
        settings=(settings, SETTINGS),
    )
    scenario = read_scenario(scenario) if isinstance(scenario, str) else scenario
    settings = settings or Settings()
    inputs = Inputs(dataset, Sampler(settings.draws, settings.seed))
    places = {row.destination for row in inputs.rows("sectors")}
    if settings.destination != "all":
        if settings.destination not in places:
            raise unknown_name("destination", settings.destination, [*places, "all"])
        places = {settings.destination}
    frames = [
        frame
        for member, _ in scenario.members
        for place in sorted(places)
        for frame in _frames(inputs, member, place, weeks=settings.horizon_weeks)
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


COLUMNS = (
    "scenario", "destination", "licence_class", "week", "date", "state", "size",
    *(name + end for name in QUANTITIES for end in ("", "_p05", "_p95")),
)  # fmt: skip
"""Columns of `licensed_flow`."""


def _frames(
    inputs: Inputs, scenario: Scenario, place: str, *, weeks: int
) -> Iterator["pd.DataFrame"]:
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    run = run_office(scenario, items_of(inputs), office_of(inputs, place), weeks=weeks)
    names = class_names([own.members for own in run.classes])
    for name, own in zip(names, run.classes, strict=True):
        yield pd.DataFrame(
            {
                "scenario": scenario.scenario,
                "destination": place,
                "licence_class": name,
                "week": range(weeks),
                "date": [scenario.start + timedelta(weeks=week) for week in range(weeks)],
                "state": [str(state) for state in own.states],
                "size": float(own.size.mean()),
                **_columns(own),
            },
            columns=list(COLUMNS),
        )


def _columns(own: ClassRun) -> dict[str, FloatArray]:
    arrays = (own.arrivals, own.served, own.backlog, own.licensed, 1.0 - own.stopped)
    columns: dict[str, FloatArray] = {}
    for name, values in zip(QUANTITIES, arrays, strict=True):
        low, high = np.percentile(values, PERCENTILES, axis=1)
        columns |= {name: values.mean(axis=1), f"{name}_p05": low, f"{name}_p95": high}
    return columns


def class_names(classes: Sequence[tuple[Key, ...]]) -> list[str]:
    """Name each class by its buyers and goods, in few words and each differently.

    Examples
    --------
    >>> from exposure.terms import Element, Stage
    >>> item = Item((Element.SM,), None, Stage.METAL)
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
    alike: dict[frozenset[Item], set[tuple[BuyerClass, Tier]]] = {}
    for kind, items in goods.items():
        alike.setdefault(frozenset(items), set()).add(kind)
    return "; ".join(
        f"{_buyers(kinds)}: {_goods(items, everything)}" for items, kinds in alike.items()
    )


def _goods(items: frozenset[Item], everything: set[Item]) -> str:
    if items == everything:
        return "all controlled goods"
    return "goods with " + " ".join(sorted({e for item in items for e in item.elements}))


def _buyers(kinds: set[tuple[BuyerClass, Tier]]) -> str:
    """Buyer classes with their tiers; a class with all its tiers stands alone."""
    parts = []
    for buyer in BuyerClass:
        tiers = [str(tier) for tier in Tier if (buyer, tier) in kinds]
        if len(tiers) == len(Tier):
            parts.append(str(buyer))
        elif tiers:
            parts.append(" ".join([str(buyer), *tiers]))
    return ", ".join(parts)
