"""Changes of a ranking if the scenario or the tables change.

Every cell has its own random stream, so equal rows get equal draws: all differences come from the
rows that differ, not from chance.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from exposure.arguments import FRAME, check_arguments, each
from exposure.assessment import PROGRESS, assess
from exposure.errors import ArgumentError, unknown_name
from exposure.faults import Fault
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.records import draws_record
from exposure.scoring.blocks import Progress
from exposure.scoring.columns import names_of
from exposure.settings import SETTINGS, Settings
from exposure.tables.dataset import DATASET, Dataset

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 0.05
"""Points of the score from which a change is reported; less is rounded to zero."""


SCENARIOS = each(
    SCENARIO,
    "a list of at least one scenario",
    'write ["london_truce", "full_withhold"]',
    least=1,
)


def compare(
    dataset: Dataset,
    scenarios: Sequence[Scenario | str],
    settings: Settings | None = None,
    *,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Ranks under several scenarios side by side, and their changes.

    Parameters
    ----------
    dataset, settings, progress
        See `assess`.
    scenarios
        At least one; draws are common to all.

    Returns
    -------
    pandas.DataFrame
        One row per sector, in the order of the first scenario: for each scenario ``rank_*``,
        ``score_*`` and ``main_driver_*``; then ``rank_moved`` (places gained, from the first
        scenario to the last; positive is worse) and ``score_moved`` (points). ``attrs["draws"]``
        says which draws were used.

    Examples
    --------
    >>> import exposure as ex
    >>> table = ex.compare(ex.read_dataset(), ["free_flow", "samarium_only"], ex.Settings(draws=16))
    >>> [column for column in table.columns if column.startswith("rank")]
    ['rank_free_flow', 'rank_samarium_only', 'rank_moved']
    """
    check_arguments(
        "compare",
        dataset=(dataset, DATASET),
        scenarios=(scenarios, SCENARIOS),
        settings=(settings, SETTINGS),
        progress=(progress, PROGRESS),
    )
    names = [given if isinstance(given, str) else given.scenario for given in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        found = f"'{twice[0]}' more than once"
        expected = "each once, since columns are named after them"
        cure = "leave one out, or rename it"
        raise ArgumentError([Fault("scenarios", found, expected, cure, file="ex.compare")])
    results = [assess(dataset, scenario, settings, progress=progress) for scenario in scenarios]
    first, last = results[0].scenario.scenario, results[-1].scenario.scenario
    table = results[0].ranking[["sector", "name"]].set_index("sector")
    for result in results:
        rows = result.ranking.set_index("sector")[["rank", "score", "main_driver"]]
        table = table.join(rows.add_suffix(f"_{result.scenario.scenario}"))
    table["rank_moved"] = table[f"rank_{first}"] - table[f"rank_{last}"]
    table["score_moved"] = table[f"score_{last}"] - table[f"score_{first}"]
    table = table.reset_index()
    table.attrs["draws"] = draws_record(results[0].conditioned)
    return table


def rank_changes(
    old: Dataset,
    new: Dataset,
    scenario: Scenario | str = "london_truce",
    settings: Settings | None = None,
    *,
    progress: Progress | None = None,
) -> "pd.DataFrame":
    """Rank sectors on two sets of tables, and show what changed.

    Parameters
    ----------
    old, new
        Datasets, from `read_dataset`.
    scenario, settings, progress
        See `assess`; the same for both.

    Returns
    -------
    pandas.DataFrame
        One row for each sector, worst of the new ranking first, then sectors that no longer exist.
        Columns are those of ``rank_changes`` in `exposure.scoring.columns`. ``rank_moved`` counts
        places gained (positive is worse), as in `compare`; a sector that is in only one of the two
        has empty cells for the other. ``attrs["draws"]`` says on which draws the ``old`` and the
        ``new`` ranking rest.

    Raises
    ------
    UnknownNameError
        If no sector of either set is made at the destination, or the scenario is unknown.

    Examples
    --------
    >>> import exposure as ex
    >>> old = ex.read_dataset()
    >>> key = ("defence", "smco_magnet", "stock_weeks")
    >>> new = ex.with_value(old, "cover", key, value=104)
    >>> moves = rank_changes(old, new, "samarium_only", ex.Settings(draws=16))
    >>> bool(moves.set_index("sector").loc["missiles", "score_moved"] < 0)
    True
    """
    check_arguments(
        "rank_changes",
        old=(old, DATASET),
        new=(new, DATASET),
        scenario=(scenario, SCENARIO),
        settings=(settings, SETTINGS),
        progress=(progress, PROGRESS),
    )
    settings = settings or Settings()
    was, drawn_was = _ranked(old, scenario, settings, _half(progress, 0))
    now, drawn_now = _ranked(new, scenario, settings, _half(progress, 1))
    if was.empty and now.empty:
        places = {*_places(old), *_places(new), "all"}
        raise unknown_name("destination", settings.destination, places)
    table = now.add_suffix("_now").join(was.add_suffix("_was"), how="outer")
    table["name"] = table["name_now"].where(table["name_now"].notna(), table["name_was"])
    table["rank_moved"] = table["rank_was"] - table["rank_now"]
    table["score_moved"] = table["score_now"] - table["score_was"]
    table = table.reset_index().sort_values(["rank_now", "rank_was", "sector"])
    table = table[list(names_of("rank_changes"))].reset_index(drop=True)
    table.attrs["draws"] = {"old": drawn_was, "new": drawn_now}
    return table


def _half(progress: Progress | None, number: int) -> Progress | None:
    """Progress of one of the two rankings as progress of both."""
    if progress is None:
        return None
    return lambda done, total: progress(number * total + done, 2 * total)


def _ranked(
    dataset: Dataset, scenario: Scenario | str, settings: Settings, progress: Progress | None
) -> "tuple[pd.DataFrame, dict[str, object]]":
    import pandas as pd  # noqa: PLC0415 - importing the package must not import pandas

    columns = ["sector", "name", "rank", "score", "main_driver"]
    if settings.destination != "all" and settings.destination not in _places(dataset):
        return pd.DataFrame(columns=columns).set_index("sector"), draws_record(None)
    result = assess(dataset, scenario, settings, progress=progress)
    return result.ranking[columns].set_index("sector"), draws_record(result.conditioned)


def _places(dataset: Dataset) -> set[str]:
    return {row.destination for row in dataset.rows["sectors"]}  # type: ignore[attr-defined]


def rank_changes_text(changes: "pd.DataFrame") -> str:
    """List in words the sectors that moved, one line each.

    Parameters
    ----------
    changes
        From `rank_changes`.

    Returns
    -------
    str
        Sectors that moved, with ranks and points before and after; how many did not.
    """
    check_arguments("rank_changes_text", changes=(changes, FRAME))
    lines, still = [], 0
    for name, was, now, score_was, score_now in zip(
        *(changes[c] for c in ("name", "rank_was", "rank_now", "score_was", "score_now")),
        strict=True,
    ):
        if math.isnan(was):
            lines.append(f"  {name}: new, rank {now:.0f}, score {score_now:.1f}")
        elif math.isnan(now):
            lines.append(f"  {name}: gone, was rank {was:.0f}, score {score_was:.1f}")
        elif was != now or abs(score_now - score_was) >= SHOWN:
            points = f"score {score_was:.1f} -> {score_now:.1f} ({score_now - score_was:+.1f})"
            lines.append(f"  {name}: rank {was:.0f} -> {now:.0f}, {points}")
        else:
            still += 1
    noun = "sector" if still == 1 else "sectors"
    return "\n".join(["Ranking:", *lines, f"  unmoved: {still} {noun}"])
