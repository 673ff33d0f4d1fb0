"""Effect of licence decisions, week by week: the classes of the licence queue as a table.

Loads are buyer-item relationships as shares of all relationships of the destination, so that the
classes of one destination add up to 1. Licences and flow are relative to the class itself.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from exposure.arguments import check_arguments
from exposure.arrays import FloatArray
from exposure.errors import unknown_name
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.licensing.flows import ClassRun, run_office
from exposure.licensing.goods import items_of
from exposure.licensing.naming import class_names
from exposure.policy.against_tables import refuse_unknown_names
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset
from exposure.tables.schema.demand import SectorRow

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = ("applications", "decided", "backlog", "live_licences", "flow")
"""Quantities of `licensed_flow`; each has columns ``_p05`` and ``_p95`` next to its mean."""

PERCENTILES = (5.0, 95.0)


def licensed_flow(
    dataset: Dataset, scenario: Scenario | str, settings: Settings | None = None
) -> "pd.DataFrame":
    """Licences and licensed flow under a scenario, by week and class.

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
        One row per scenario (member of a mixture), destination, class and week: scenario,
        destination, licence_class, week, date, state, size, then `QUANTITIES`, each as mean
        over draws with ``_p05`` and ``_p95``. Applications, decided and backlog are shares of
        the destination's relationships; live_licences and flow are relative to the class. Flow
        is the flow across the border; it is above 1 while unfilled orders are made up. Goods that
        are free in all weeks have no class.

    Examples
    --------
    >>> import exposure as ex
    >>> flow = licensed_flow(ex.read_dataset(), "april_2025_queue", ex.Settings(draws=16))
    >>> sorted(flow["state"].unique())
    ['ordinary', 'withheld']
    """
    check_arguments(
        "licensed_flow",
        dataset=(dataset, DATASET),
        scenario=(scenario, SCENARIO),
        settings=(settings, SETTINGS),
    )
    scenario = read_scenario(scenario) if isinstance(scenario, str) else scenario
    settings = settings or Settings()
    refuse_unknown_names(scenario, dataset)
    inputs = Inputs.of(dataset, Sampler.first(settings.draws, settings.seed))
    places = {row.destination for row in inputs.rows_of(SectorRow)}
    if settings.destination not in (*places, "all"):
        raise unknown_name("destination", settings.destination, [*places, "all"])
    return flow_of_draws(inputs, scenario, settings.destination, weeks=settings.horizon_weeks)


def flow_of_draws(
    inputs: Inputs, scenario: Scenario, destination: str, *, weeks: int
) -> "pd.DataFrame":
    """Rows of `licensed_flow` for given draws.

    Parameters
    ----------
    inputs
        Tables with the draws.
    scenario
        A scenario or mixture.
    destination
        Country or region of the sectors' makers, or ``all``.
    weeks
        Weeks from the scenario's start.
    """
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    places = {row.destination for row in inputs.rows_of(SectorRow)}
    frames = [
        frame
        for member, _ in scenario.members
        for place in sorted(places if destination == "all" else {destination})
        for frame in _frames(inputs, member, place, weeks=weeks)
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


COLUMNS = (
    "scenario", "destination", "licence_class", "week", "date", "state", "size",
    *(name + end for name in QUANTITIES for end in ("", "_p05", "_p95")),
)  # fmt: skip
"""Columns of `licensed_flow`."""


def _frames(
    inputs: Inputs, scenario: Scenario, destination: str, *, weeks: int
) -> Iterator["pd.DataFrame"]:
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    run = run_office(inputs, scenario, items_of(inputs.index), destination, weeks=weeks)
    names = class_names([class_run.members for class_run in run.classes])
    for name, class_run in zip(names, run.classes, strict=True):
        yield pd.DataFrame(
            {
                "scenario": scenario.scenario,
                "destination": destination,
                "licence_class": name,
                "week": range(weeks),
                "date": [scenario.start + timedelta(weeks=week) for week in range(weeks)],
                "state": [str(state) for state in class_run.states],
                "size": float(class_run.size.mean()),
                **_columns(class_run),
            },
            columns=list(COLUMNS),
        )


def _columns(class_run: ClassRun) -> dict[str, FloatArray]:
    arrays = (
        class_run.arrivals,
        class_run.served,
        class_run.backlog,
        class_run.licensed,
        1.0 - class_run.stopped,
    )
    columns: dict[str, FloatArray] = {}
    for name, values in zip(QUANTITIES, arrays, strict=True):
        low, high = np.percentile(values, PERCENTILES, axis=1)
        columns |= {name: values.mean(axis=1), f"{name}_p05": low, f"{name}_p95": high}
    return columns
