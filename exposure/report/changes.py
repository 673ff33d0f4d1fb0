"""Changes between two runs, and the briefing that opens a scheduled report.

These are finished, frozen objects for the page, the terminal and JSON: nothing here
computes. `exposure.report.comparing` makes `Changes`; `exposure.report.desk` makes a `Briefing`.
All texts are plain text in whole sentences; the page escapes them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import JsonValue

from exposure.report.files.output_model import OutputModel
from exposure.report.text.formats import counted

Cause = Literal["code", "draws", "settings", "data", "scenario"]
"""Possible causes of a move of a score between two runs, in the order of computation."""

CAUSES: Mapping[Cause, str] = {
    "code": "Code",
    "draws": "Sampling noise",
    "settings": "Settings",
    "data": "Data",
    "scenario": "Scenario",
}
"""Each cause with its heading."""

SHOWN = 0.05
"""Points of the score from which a move is listed: less rounds to nothing."""

AlertKind = Literal[
    "rank_moved",
    "band_moved",
    "score_above",
    "p_top3_above",
    "impact_before",
    "data_older_than",
    "expiry_within",
    "refuted",
]
"""Rules that raise an alert; each is a key of ``[alerts]`` in a configuration."""


class Made(OutputModel):
    """Short record of a run."""

    record_digest: str
    """Digest of the whole record of the run."""
    package_version: str
    dataset_version: str
    dataset_digest: str
    first_day: date
    """First day scored."""
    draws: int
    """Samples of the uncertain inputs."""
    seed: int
    overlays: tuple[str, ...] = ()
    """Names of the overlays, first the lowest."""


class ChangedCell(OutputModel):
    """A cell that differs; for a row that was added or removed, the row in short."""

    column: str
    """Name of the column; empty for a row that was added or removed."""
    was: str
    now: str


class ChangedRow(OutputModel):
    """A row of the tables that differs."""

    change: Literal["added", "removed", "changed"]
    table: str
    key: str
    """Key columns of the row, joined by commas."""
    cells: tuple[ChangedCell, ...]

    @property
    def words(self) -> str:
        """The row and its cells in one line.

        Examples
        --------
        >>> cell = ChangedCell(column="central", was="6", now="9")
        >>> row = ChangedRow(change="changed", table="cover", key="radar, magnet", cells=(cell,))
        >>> row.words
        'cover: radar, magnet: central 6 -> 9'
        """
        if self.change != "changed":
            return f"{self.table}: {self.key}: {self.change}"
        cells = "; ".join(
            f"{cell.column} {cell.was or 'nothing'} -> {cell.now or 'nothing'}"
            for cell in self.cells
        )
        return f"{self.table}: {self.key}: {cells}"


class EffectMove(OutputModel):
    """Move of one sector under one scenario if some rows change and nothing else."""

    scenario: str
    sector: str
    name: str
    rank_was: int | None
    rank_now: int | None
    score_moved: float | None
    """Points of the score; none where the sector is ranked only before or only after."""


class RowEffect(OutputModel):
    """Effect of rows that were run by themselves on the old tables."""

    rows: tuple[ChangedRow, ...]
    """Row, or several rows where one alone would break a rule of the tables."""
    moves: tuple[EffectMove, ...]
    """Sectors that move, largest move of the score first; empty if none does."""


class DataEffect(OutputModel):
    """Effect of the rows that differ, one by one and together."""

    draws: int
    """Draws on which the effects one by one were run: the first of the run."""
    one_by_one: tuple[RowEffect, ...]
    together: tuple[EffectMove, ...]
    """All rows at once, on the same draws."""
    largest_remainder: float
    """Largest difference, over sectors, between all at once and the sum of one by one, in points
    of the score; 0 unless everything was run by itself."""


class Move(OutputModel):
    """A sector under one scenario, before and now."""

    scenario: str
    sector: str
    name: str
    rank_was: int | None
    rank_now: int | None
    band_was: int | None
    band_now: int | None
    score_was: float | None
    score_now: float | None
    parts: Mapping[Cause, float] | None = None
    """Points of the score that each cause moved; they sum to `score_now` - `score_was`. None
    where they cannot be separated."""

    @property
    def rank_moved(self) -> int | None:
        """Places gained; positive is worse."""
        if self.rank_was is None or self.rank_now is None:
            return None
        return self.rank_was - self.rank_now

    @property
    def score_moved(self) -> float | None:
        """New score less old score."""
        if self.score_was is None or self.score_now is None:
            return None
        return self.score_now - self.score_was


class CauseLine(OutputModel):
    """A cause in words."""

    cause: Cause
    changed: bool
    text: str
    """A sentence on what differs, also where nothing does."""


class Changes(OutputModel):
    """Changes between an earlier run and this one, split by cause."""

    now: Made
    since: Made | None
    """The earlier run; None if there is none."""
    since_day: date | None = None
    """Day of the earlier report; None where it is not known."""
    summary: str
    """Summary in one or two sentences, for the head of a report."""
    causes: tuple[CauseLine, ...] = ()
    """The five causes in order; empty without an earlier run."""
    rows: tuple[ChangedRow, ...] = ()
    """Rows of the tables that differ, all of them."""
    data: DataEffect | None = None
    """Their effects; None if no row differs or the old tables could not be run."""
    moves: tuple[Move, ...] = ()
    """Every sector of every scenario of either run, in the order of the new ranking."""
    notes: tuple[str, ...] = ()
    """Notes on what was left out or could not be separated, with the reason."""


class Alert(OutputModel):
    """A rule of the configuration that was met."""

    kind: AlertKind
    scenario: str = ""
    """Empty where the rule is about the data."""
    sector: str = ""
    text: str
    """Sentence that states the value found and the limit."""


class TrendPoint(OutputModel):
    """A sector under one scenario in one stored run."""

    run: int
    """Number of the report in the history, from 1; the present one is the last."""
    record_digest: str
    day: date
    """Day of the report."""
    scenario: str
    sector: str
    name: str
    rank: int
    score: float
    score_p05: float
    score_p95: float


class Age(OutputModel):
    """Age of the data."""

    day: date
    """Day of the report: as-of day, or the day on which it was made."""
    known_until: date | None
    """Knowledge date: the last day that the tables know; None without dated sources."""
    days: int | None
    """Days between the two; None without dated sources."""
    most_days: int | None = None
    """Age that the configuration allows; None if it states none."""

    @property
    def is_stale(self) -> bool:
        """True if the data are older than the configuration allows."""
        return self.most_days is not None and (self.days is None or self.days > self.most_days)

    @property
    def words(self) -> str:
        """Sentence on the age.

        Examples
        --------
        >>> Age(day=date(2026, 11, 2), known_until=date(2026, 10, 5), days=28).words
        'The tables cover events up to 2026-10-05, 28 days before this report.'
        >>> Age(day=date(2026, 10, 5), known_until=date(2026, 10, 5), days=0).words
        'The tables cover events up to 2026-10-05, the day of this report.'
        """
        if self.known_until is None or self.days is None:
            return "The tables name no dated source, so their age is not known."
        limit = "" if self.most_days is None else f" The configuration allows {self.most_days}."
        if self.days < 0:
            after = f"{counted(-self.days, 'day')} after the day of this report"
            return f"The tables cover events up to {self.known_until}, {after}.{limit}"
        before = f"{counted(self.days, 'day')} before" if self.days else "the day of"
        return f"The tables cover events up to {self.known_until}, {before} this report.{limit}"


class Briefing(OutputModel):
    """Content of a scheduled report before its results."""

    title: str = ""
    """Title of the configuration; empty for the default."""
    age: Age
    changes: Changes
    """Since the last report."""
    overlay: Changes | None = None
    """Against the same tables without overlays and changes; None where there are none."""
    alerts: tuple[Alert, ...] = ()
    watched: tuple[AlertKind, ...] = ()
    """Rules that the configuration states, whether met or not."""
    trend: tuple[TrendPoint, ...] = ()
    """Stored runs in their order, then this one."""
    history: str = ""
    """Name of the history file; empty if none is kept."""


class BriefingFile(OutputModel):
    """briefing.json of a report: what changed, alerts, age of the data and trend."""

    schema_version: Literal[1]
    record_digest: str
    """Record of the report."""
    briefing: Briefing


class AlertsFile(OutputModel):
    """alerts.json of a report: short enough for a mail or a chat."""

    schema_version: Literal[1]
    record_digest: str
    """Record of the report."""
    day: date
    title: str
    summary: str
    """Summary of the changes in one or two sentences."""
    age: str
    """Age of the data in one sentence."""
    stale: bool
    alerts: tuple[Alert, ...]


class ChangesFile(OutputModel):
    """JSON of `exposure diff` of two reports, and of `exposure history compare`."""

    schema_version: Literal[1]
    changes: Changes


class StoredReport(OutputModel):
    """A report in the history."""

    number: int
    digest: str
    """Digest of the record of its run; equal runs have one."""
    day: date
    """Day of the report; of the first one where it was repeated."""
    last_day: date
    written_at: str
    """Time at which it was stored, UTC."""
    times: int
    """Number of times that it was made in a row."""
    package_version: str
    dataset_version: str
    dataset_digest: str
    first_day: date
    """First day scored."""
    draws: int


class HistoryListFile(OutputModel):
    """JSON of `exposure history list`."""

    schema_version: Literal[1]
    reports: tuple[StoredReport, ...]
    """Reports in the order in which they were made."""


class HistoryShowFile(OutputModel):
    """JSON of `exposure history show`."""

    schema_version: Literal[1]
    report: StoredReport
    record: dict[str, JsonValue]
    """Record as the version that made the report wrote it."""
    scenarios: tuple[dict[str, JsonValue], ...]
    """Rankings and attributions, as that version wrote them."""
