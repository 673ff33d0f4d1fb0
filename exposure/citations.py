"""Sources of every figure behind a sector, or in a table.

This module does not decide which rows enter a sector's score: the model runs once, and the gate
notes what was read (`exposure.inputs.cells`). The rows of the value at risk, which is not part of
the score, are noted in the same way and added. Descriptive rows that carry a source (control dates,
make-up of components) are listed without a value.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel

from exposure.arguments import TEXT, check_arguments
from exposure.arrays import FloatArray
from exposure.errors import unknown_name
from exposure.evidence.conditioning import RECORD
from exposure.impact.prepared import run_window
from exposure.inputs.cells import Inputs
from exposure.inputs.streams import Sampler
from exposure.policy.scenario import SCENARIO, Scenario
from exposure.policy.scenario_file import read_scenario
from exposure.result import Assessment
from exposure.scoring.blocks import Run
from exposure.scoring.column import Cell
from exposure.scoring.columns import result_frame
from exposure.scoring.money import money_rows
from exposure.scoring.rows import rows_of_run
from exposure.settings import Settings
from exposure.supply.channels import components_needed
from exposure.tables.dataset import DATASET, Dataset, RowKey, cell_text, row_key
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.policy import SourceRow
from exposure.tables.schema.rows import QuantityRow, split_list
from exposure.tables.schema.supply import ComponentRow
from exposure.terms import Grade

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_SCENARIO = "licences_continue"
"""Default course of policy whose rows are listed."""

WEAKEST_LAST = tuple(Grade)
"""Grades, strongest first."""

SAME_DIGITS = 9
"""Decimals in which shares of explained variance must agree to count as equal."""

NUMBERS_AT_ONCE = 2**20
"""Draws of rows that are put into one table: 8 MB."""

Found = tuple[str, BaseModel]
"""Table name and row."""


def provenance(
    dataset: Dataset, what: str, *, scenario: Scenario | str = DEFAULT_SCENARIO
) -> "pd.DataFrame":
    """List every row behind a sector's score, or every row of a table, with its sources.

    Parameters
    ----------
    dataset
        Tables, from `read_dataset`.
    what
        Id of a sector, such as ``"missiles"``, or name of a table, such as ``"stage_shares"``.
    scenario
        Course of policy: it decides which dated rows are read.

    Returns
    -------
    pandas.DataFrame
        One row per fact, in the order of the tables. ``key`` joins the key columns by ``", "``;
        ``value`` is the central figure; ``grade`` is that of the weakest source. A descriptive
        row has no value, a row without source no grade.

    Raises
    ------
    UnknownNameError
        If there is no such sector or table.

    Examples
    --------
    >>> import exposure as ex
    >>> rows = provenance(ex.read_dataset(), "missiles")
    >>> "missiles, smco_magnet, criticality_share" in set(rows["key"])
    True
    """
    check_arguments(
        "provenance", dataset=(dataset, DATASET), what=(what, TEXT), scenario=(scenario, SCENARIO)
    )
    sources = {row.source_id: row for row in dataset.rows_of(SourceRow)}
    sectors = dataset.sector_ids()
    if what in sectors:
        found = rows_behind(dataset, what, scenario=scenario)
    elif what in TABLES:
        found = [(what, row) for row in dataset.rows.get(what, ())]
    else:
        raise unknown_name("sector or table", what, {*sectors, *TABLES})
    return result_frame("provenance", [_record(name, row, sources) for name, row in found])


def rows_behind(
    dataset: Dataset, sector: str, *, scenario: Scenario | str = DEFAULT_SCENARIO
) -> list[Found]:
    """Rows that enter the score of a sector, or its value at risk, in the order of the tables.

    Parameters
    ----------
    dataset
        Tables, from `read_dataset`.
    sector
        Id of a sector.
    scenario
        Course of policy.
    """
    run = _one_draw(dataset, sector, scenario)
    wanted = {*rows_of_run(run, sector), *money_rows(run.inputs, sector)}
    components = components_needed(run.inputs, sector)
    wanted |= {("components", (name,)) for name in components}
    wanted |= {
        ("elements", (element,))
        for row in dataset.rows_of(ComponentRow)
        if row.component in components
        for element in row.elements
    }
    return [
        (name, row)
        for name in TABLES
        for row in dataset.rows.get(name, ())
        if (name, _key(name, row)) in wanted
    ]


def _one_draw(dataset: Dataset, sector: str, scenario: Scenario | str) -> Run:
    course = read_scenario(scenario) if isinstance(scenario, str) else scenario
    settings = Settings(draws=1)
    window = run_window(course, settings)
    return Run(dataset, course, settings, window, (sector,), Sampler.first(1, settings.seed))


def _key(table: str, row: BaseModel) -> tuple[str, ...]:
    return tuple(cell_text(getattr(row, column)) for column in TABLES[table].key)


def _record(table: str, row: BaseModel, sources: dict[str, SourceRow]) -> dict[str, Cell]:
    cited = [sources[name] for name in split_list(getattr(row, "source_id", "")) if name in sources]
    figure = row if isinstance(row, QuantityRow) else None
    return {
        "table": table,
        "key": ", ".join(_key(table, row)),
        "value": figure.central if figure else None,
        "low": figure.low if figure else None,
        "high": figure.high if figure else None,
        "unit": figure.unit if figure else "",
        "basis": str(figure.basis) if figure else "",
        "source_id": getattr(row, "source_id", ""),
        "locator": getattr(row, "locator", ""),
        "grade": str(max((s.grade for s in cited), key=WEAKEST_LAST.index, default="")),
        "publisher": "; ".join(s.publisher for s in cited),
        "address": "; ".join(s.address for s in cited),
        "note": getattr(row, "note", ""),
    }


class KeyAssumption(BaseModel):
    """A row that is judgement, and its correlation with a score."""

    table: str
    key: tuple[str, ...]
    low: float
    central: float
    high: float
    unit: str
    note: str
    explained: float
    """Squared correlation of the draws of the row with those of the score, 0 to 1."""


def key_assumptions(
    assessment: Assessment, sector: str, *, limit: int = 5, inputs: Inputs | None = None
) -> list[KeyAssumption]:
    """Assumed rows with the strongest correlation with a sector's score, strongest first.

    Parameters
    ----------
    assessment
        A finished run; its inputs are drawn again.
    sector
        Id of a sector that it ranks.
    limit
        Most rows given.
    inputs
        Those of another run on the same tables and draws, whose figures are drawn already; None
        for those of the run.

    Returns
    -------
    list of KeyAssumption
        Empty where the score does not vary.
    """
    scores = assessment.sectors[sector].scores
    if scores.min() == scores.max():
        return []
    inputs = inputs or assessment.run.inputs
    rows = [row for row in uncertain_rows(assessment.run, sector) if row.assumed]
    explained = squared_correlations([inputs.draw(row) for row in rows], scores)
    # Rows that share a stream explain the same, but for rounding errors: those go by their keys.
    order = np.argsort(-explained.round(SAME_DIGITS), kind="stable")
    return [_assumption(rows[position], float(explained[position])) for position in order[:limit]]


def _assumption(row: QuantityRow, explained: float) -> KeyAssumption:
    table, key = row_key(row)
    return KeyAssumption(
        table=table, key=key, low=row.low, central=row.central, high=row.high,
        unit=row.unit, note=row.note, explained=explained,
    )  # fmt: skip


def uncertain_rows(run: Run, sector: str) -> list[QuantityRow]:
    """Rows behind a sector's score that are drawn from a range, by table and key."""
    cells = run.inputs.index.cells
    read: list[RowKey] = sorted(row for row in rows_of_run(run, sector) if row in cells)
    return [cells[row] for row in read if cells[row].low < cells[row].high]


def squared_correlations(drawn: Sequence[FloatArray], scores: FloatArray) -> FloatArray:
    """Squared correlation of the draws of each row with those of a score, 0 to 1.

    Parameters
    ----------
    drawn
        Draws of each row, each of shape (D,).
    scores
        Of shape (D,); they vary.

    Returns
    -------
    numpy.ndarray
        One number per row; 0 for a row whose draws are all equal.

    Examples
    --------
    >>> score = np.array([1.0, 2.0, 3.0, 4.0])
    >>> rows = [2 * score - 1, np.full(4, 7.0), np.array([1.0, -1.0, -1.0, 1.0])]
    >>> squared_correlations(rows, score).round(12).tolist()
    [1.0, 0.0, 0.0]
    """
    centred = scores - scores.mean()
    size = max(1, NUMBERS_AT_ONCE // len(scores))
    blocks = [
        _of_block(np.stack(drawn[first : first + size]), centred)
        for first in range(0, len(drawn), size)
    ]
    return np.concatenate([np.empty(0), *blocks])


def _of_block(drawn: FloatArray, centred: FloatArray) -> FloatArray:
    """Squared correlations for rows of shape (R, D) and scores less their mean."""
    varies = drawn.min(axis=1) < drawn.max(axis=1)
    apart = drawn - drawn.mean(axis=1, keepdims=True)
    lengths = np.where(varies, np.square(apart).sum(axis=1), 1.0) * (centred @ centred)
    return np.where(varies, np.square(apart @ centred) / lengths, 0.0)


def learnt_later(dataset: Dataset, day: date) -> tuple[int, int]:
    """Number of figures from sources that were published after a day, and of all sourced figures.

    A replay from a past day hides later rules, events and observations. It cannot remove later
    knowledge from the tables; this function says how many figures are affected. A figure counts by
    its first source; a date known to the month or year counts as its first day.

    Returns
    -------
    later, sourced : int
        Figures whose first source appeared after `day`, and figures that name a source.

    Examples
    --------
    >>> from exposure.tables.reading.folders import read_dataset
    >>> later, sourced = learnt_later(read_dataset(), date(2030, 1, 1))
    >>> (later, sourced > 0)
    (0, True)
    """
    published = {row.source_id: row.published for row in dataset.rows_of(SourceRow)}
    first = [
        row.sources()[0]
        for rows in dataset.rows.values()
        for row in rows
        if isinstance(row, QuantityRow) and row.sources()
    ]
    later = sum(published[source] > day.isoformat()[: len(published[source])] for source in first)
    return later, len(first)


def known_until(dataset: Dataset) -> date | None:
    """Knowledge date of tables: the last day that they cover; None without a dated source.

    It is the day on which their newest source was published. Tables with all sources of the record
    of policy know what the record knows, and are known at least until the day on which it ends. A
    source that is dated to the month or year alone does not count.

    Parameters
    ----------
    dataset
        Tables, from `read_dataset`.

    Examples
    --------
    >>> from exposure.tables.reading.folders import read_dataset
    >>> known_until(read_dataset()) == read_scenario("licences_continue").scored_from
    True
    """
    sources = dataset.rows_of(SourceRow)
    newest = max(filter(None, (_whole_day(row.published) for row in sources)), default=None)
    record = read_scenario(RECORD)
    if newest is None or record.record_ends is None:
        return newest
    whole = set(record.sources) <= {row.source_id for row in sources}
    return max(newest, record.record_ends) if whole else newest


def _whole_day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
