"""Effects on the scores of rows that differ between two sets of tables, one by one and together.

Each row is put into the old tables by itself, and the sectors are scored again on the same draws.
Every cell has its own random stream, so all changes come from the row. Rows that cannot differ
alone, because a rule of the tables ties them to others (shares that sum to 1), are run together.
The number of runs is bounded: where more rows differ than `MOST_UNITS`, all that differ in one
table are run together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel

from exposure.arrays import FloatArray
from exposure.assessment import check_run
from exposure.impact.prepared import run_window
from exposure.inputs.streams import Sampler
from exposure.policy.scenario import Scenario
from exposure.scoring.blocks import Run, sector_risks
from exposure.settings import Settings
from exposure.tables.dataset import Change, Dataset, Overlaid, RowKey, row_key
from exposure.tables.reading.checks import check_tables
from exposure.tables.reading.effect import NOTED
from exposure.tables.reading.lines import Line, TableLines
from exposure.tables.schema.catalogue import TABLES

MOST_UNITS = 16
"""Largest number of rows, or groups of rows, that are run one by one."""

EFFECT_DRAWS = 128
"""Number of draws for the effects of single rows: the first draws of the run."""

EVIDENCE = frozenset({"basis", "rests_on_assumption", "source_id", "locator", "note"})
"""Columns with the evidence for a figure: no score depends on them."""


@dataclass(frozen=True, eq=False)
class Course:
    """Everything on which scores depend, except the code."""

    dataset: Dataset
    scenario: Scenario
    settings: Settings
    sampler: Sampler

    def first(self, draws: int) -> "Course":
        """Return the inputs with only the first draws."""
        return replace(self, sampler=self.sampler.block(0, draws))

    @property
    def run(self) -> Run:
        """Run of the course.

        Raises
        ------
        UnknownNameError, SettingsError, ScenarioError
            As `exposure.assess`.
        """
        seen, sectors = check_run(self.dataset, self.scenario, self.settings)
        window = run_window(seen, self.settings)
        return Run(self.dataset, seen, self.settings, window, sectors, self.sampler)


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of a course, and the rows behind them."""

    scores: Mapping[str, FloatArray]
    """Sector to the score of each draw, shape (D,)."""
    read: frozenset[RowKey]


def scored(course: Course) -> Scored:
    """Score every sector of a course on its own draws."""
    run = course.run
    risks = sector_risks(run)
    scores = {sector: risk.scores(run.settings) for sector, risk in risks.items()}
    return Scored(scores, frozenset(key for sector in scores for key in run.inputs.read_by(sector)))


@dataclass(frozen=True)
class RowPair:
    """A row before and after the change; None if it does not exist."""

    key: RowKey
    was: BaseModel | None
    now: BaseModel | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that differ; all of them for a row that was added or removed."""
        if self.was is None or self.now is None:
            return TABLES[self.key[0]].columns
        return tuple(
            column
            for column in TABLES[self.key[0]].columns
            if getattr(self.was, column) != getattr(self.now, column)
        )


def row_pairs(old: Dataset, new: Dataset) -> tuple[RowPair, ...]:
    """Rows that differ, in the order of the tables and keys.

    Examples
    --------
    >>> import exposure as ex
    >>> old = ex.read_dataset()
    >>> key = ("defence", "smco_magnet", "stock_weeks")
    >>> [own.key for own in row_pairs(old, ex.with_value(old, "cover", key, value=104))]
    [('cover', ('defence', 'smco_magnet', 'stock_weeks'))]
    """
    found = []
    for name in TABLES:
        before = {row_key(row): row for row in old.rows.get(name, ())}
        after = {row_key(row): row for row in new.rows.get(name, ())}
        found += [
            RowPair(key, before.get(key), after.get(key))
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
    return tuple(found)


def can_matter(pair: RowPair, read: frozenset[RowKey]) -> bool:
    """True if a row can move a score of runs that read these rows."""
    table = TABLES[pair.key[0]]
    if table.name == "sources" or not (table.required or table.name in NOTED):
        return False
    if table.name in NOTED and pair.key not in read:
        return False
    return bool(set(pair.columns) - EVIDENCE)


@dataclass(frozen=True)
class Units:
    """Rows that are run together, unit by unit."""

    units: tuple[tuple[RowPair, ...], ...]
    by_table: bool = False
    """True if there were too many rows to run one by one."""
    inseparable: tuple[RowPair, ...] = ()
    """Rows that pass the checks of the tables only with all others."""


def units_of(old: Dataset, pairs: Sequence[RowPair], *, most: int = MOST_UNITS) -> Units:
    """Split rows that differ into units that can be put into the old tables by themselves.

    Parameters
    ----------
    old
        Tables before.
    pairs
        Rows that differ and can matter.
    most
        Units at most; with more rows than that, each table is one unit.
    """
    by_table = len(pairs) > most
    first = _by_table if by_table else _alone
    fit, rest = _fitting(old, _grouped(pairs, first))
    for group in (_by_start, _by_table, _all):
        more, rest = _fitting(old, _grouped(rest, group)) if rest else ((), ())
        fit = (*fit, *more)
    order = {pair.key: number for number, pair in enumerate(pairs)}
    ordered = sorted(fit, key=lambda unit: order[unit[0].key])
    return Units(tuple(ordered), by_table, tuple(rest))


def _alone(pair: RowPair) -> object:
    return pair.key


def _by_start(pair: RowPair) -> object:
    return pair.key[0], pair.key[1][:-1]


def _by_table(pair: RowPair) -> object:
    return pair.key[0]


def _all(pair: RowPair) -> object:  # noqa: ARG001 - one group for all
    return "all"


def _grouped(
    pairs: Iterable[RowPair], key: Callable[[RowPair], object]
) -> list[tuple[RowPair, ...]]:
    groups: dict[object, list[RowPair]] = {}
    for pair in pairs:
        groups.setdefault(key(pair), []).append(pair)
    return [tuple(group) for group in groups.values()]


def _fitting(
    old: Dataset, groups: Iterable[tuple[RowPair, ...]]
) -> tuple[tuple[tuple[RowPair, ...], ...], tuple[RowPair, ...]]:
    """Groups with which the old tables pass all checks, and the rows of the other groups."""
    fit: list[tuple[RowPair, ...]] = []
    rest: list[RowPair] = []
    for group in groups:
        if _is_sound(with_rows(old, group)):
            fit.append(group)
        else:
            rest += group
    return tuple(fit), tuple(rest)


def _is_sound(dataset: Dataset) -> bool:
    lines = {name: [Line(0, row) for row in rows] for name, rows in dataset.rows.items()}
    faults, _ = check_tables(TableLines(lines), faulty=set())
    return not faults


def with_rows(old: Dataset, pairs: Iterable[RowPair], new: Dataset | None = None) -> Dataset:
    """The old tables with some rows as they are now.

    Parameters
    ----------
    old
        Tables.
    pairs
        Rows that are put into them.
    new
        Tables from which the rows come; None for rows that no overlay and no hand changed. A row
        of an overlay is drawn from its own stream, in these tables as in those.

    Examples
    --------
    >>> import exposure as ex
    >>> old = ex.read_dataset()
    >>> new = ex.with_value(old, "cover", ("defence", "smco_magnet", "stock_weeks"), value=104)
    >>> with_rows(old, row_pairs(old, new)).digest == new.digest
    True
    """
    rows = {name: {row_key(row): row for row in table} for name, table in old.rows.items()}
    pairs = tuple(pairs)
    for pair in pairs:
        table = rows.setdefault(pair.key[0], {})
        if pair.now is None:
            table.pop(pair.key, None)
        else:
            table[pair.key] = pair.now
    plain = {name: list(table.values()) for name, table in rows.items()}
    put = frozenset(pair.key for pair in pairs)
    overlaid, changed = _touched(old, lambda key: key not in put)
    if new is not None:
        overlays, changes = _touched(new, lambda key: key in put)
        overlaid, changed = (*overlaid, *overlays), (*changed, *changes)
    return Dataset.from_rows(
        plain, version=old.version, overlaid=overlaid, changed=changed, base_digest=old.base
    )


def _touched(
    tables: Dataset, wanted: Callable[[RowKey], bool]
) -> tuple[tuple[Overlaid, ...], tuple[Change, ...]]:
    """Overlays and changes by hand of tables, as far as they are about some rows."""
    overlaid = (
        replace(
            laid,
            replaced=tuple(filter(wanted, laid.replaced)),
            added=tuple(filter(wanted, laid.added)),
        )
        for laid in tables.overlaid
    )
    changed = (change for change in tables.changed if wanted((change.table, change.key)))
    return tuple(laid for laid in overlaid if laid.replaced or laid.added), tuple(changed)
