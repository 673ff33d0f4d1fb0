"""The list of draws that agree with the record, kept with the tables.

A conditioned sample is a list of draw numbers (`exposure.evidence.conditioning`). The shipped one
is a file next to the tables, with the digests of its inputs, so that a run does not have to compare
draws with the record again. It also holds, for every observed range, the values that all draws and
the kept ones imply, and the losses of a few draws, by which a test finds an outdated list.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from exposure.arrays import FloatArray, IntArray
from exposure.errors import TableError
from exposure.evidence.conditioning import (
    RECORD,
    Compared,
    Examined,
    compare_with_record,
    conflict_of,
    examine,
    in_conflict,
    inside_shares,
    subjects_of,
)
from exposure.inputs.streams import Sampler
from exposure.policy.scenario_file import read_scenario
from exposure.scoring.blocks import BLOCK, Progress
from exposure.settings import Settings
from exposure.tables.dataset import Dataset
from exposure.tables.reading.location import shipped_folder
from exposure.tables.schema.demand import SectorRow
from exposure.tables.schema.observed import DisruptionRow, ObservedLossRow, ObservedStockRow

FILE = "conditioned_draws.json"
"""File of the list, in the folder of the tables."""

SCHEMA_VERSION = 1
"""Version of the file; a change of its fields is a new one."""

CHECK_DRAWS = 16
"""Draws whose losses are kept in the file."""

BATCH = 8_192
"""Number of draws examined between two checks whether enough are kept."""

SMALLEST_BATCH = 512
"""Smallest number of draws examined before the first check whether enough are kept."""

OTHERS_KEPT = 1_024
"""Draws that the list of every destination should hold; that of the one asked for may be longer."""

MOST_EXAMINED = 2_000_000
"""Number of draws after which the search ends."""


class DestinationList(BaseModel):
    """Draws that agree with the record of the makers at one destination."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    destination: str
    acceptance: float
    numbers: tuple[int, ...]
    ranges: tuple[Compared, ...]
    inside: Mapping[str, float]
    checks: tuple[float, ...]
    """Mean over observed ranges of what each of the first kept draws implies."""


class ConditionedDraws(BaseModel):
    """Draws that agree with the record, and what they were made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int
    seed: int
    tables_digest: str
    record_digest: str
    supply_method: str
    coupling: str
    examined: int
    destinations: tuple[DestinationList, ...]

    def of(self, destination: str) -> DestinationList | None:
        """The list of a destination; None where there is none."""
        found = (listed for listed in self.destinations if listed.destination == destination)
        return next(found, None)


@dataclass(frozen=True, eq=False)
class RecordMet:
    """Draws to be used, and how the tables compare with the record."""

    numbers: IntArray
    acceptance: float
    """Share of the tables' draws that agree with the record."""
    ranges: tuple[Compared, ...]
    inside: Mapping[str, float]
    """Share of the tables' draws inside every observed range of losses, by sector."""
    note: str = ""
    """Note on the list for the reader; empty if there is none."""

    def __repr__(self) -> str:
        return (
            f"<RecordMet: {len(self.numbers)} draws; {self.acceptance:.1%} of the tables' draws "
            f"agree with {len(self.ranges)} observed ranges>"
        )


def meet_record(
    dataset: Dataset, settings: Settings, *, progress: Progress | None = None
) -> RecordMet | None:
    """Draws that agree with the record, from the shipped list where it applies.

    Parameters
    ----------
    dataset
        Tables; without observations there is no record for a comparison.
    settings
        Draws wanted, seed and choices of the model.
    progress
        Called after each block of draws, if the record must be met now.

    Returns
    -------
    RecordMet or None
        None for the draws of the tables alone.

    Raises
    ------
    ConflictError
        If almost no draw agrees with the record.
    """
    if settings.prior or not _is_observed(dataset):
        return None
    shipped = read_list()
    listed = None if shipped is None else shipped.of(settings.destination)
    if shipped is not None and listed is not None and _applies(shipped, dataset, settings):
        return _from_list(shipped, listed, dataset, settings, progress)
    examined = find_draws(dataset, settings, wanted=settings.draws, progress=progress)
    kept = examined.numbers[: settings.draws]
    return RecordMet(
        kept, float(examined.kept().mean()), compare_with_record(examined), inside_shares(examined)
    )


def _is_observed(dataset: Dataset) -> bool:
    return any(
        dataset.rows_of(model) for model in (ObservedLossRow, ObservedStockRow, DisruptionRow)
    )


def _applies(shipped: ConditionedDraws, dataset: Dataset, settings: Settings) -> bool:
    """True if a list was made for these tables, with or without overlays, and these settings."""
    return (
        shipped.seed == settings.seed
        and shipped.tables_digest == dataset.base
        and shipped.record_digest == _record_digest(_written(RECORD_FILES))
        and shipped.supply_method == settings.supply_method
        and shipped.coupling == settings.coupling
    )


RECORD_FILES = (f"scenarios/{RECORD}.toml", "policy_events.csv")
"""Other files from which the scenario of the record is read."""


def _written(names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Time of the last change and size of the shipped files."""
    found = [(shipped_folder() / name).stat() for name in names]
    return tuple((status.st_mtime_ns, status.st_size) for status in found)


@lru_cache(maxsize=1)
def _record_digest(written: tuple[tuple[int, int], ...]) -> str:  # noqa: ARG001 - key of the cache
    """Digest of the record, computed again only if its files have changed."""
    return read_scenario(RECORD).digest


def _from_list(
    shipped: ConditionedDraws,
    listed: DestinationList,
    dataset: Dataset,
    settings: Settings,
    progress: Progress | None,
) -> RecordMet:
    numbers = np.array(listed.numbers[: settings.draws], dtype=np.int64)
    missing = settings.draws - len(numbers)
    if missing > 0:
        more = find_draws(
            dataset, settings, wanted=missing, first=shipped.examined, progress=progress
        )
        numbers = np.concatenate([numbers, more.numbers[:missing]])
    note = ""
    if dataset.digest != shipped.tables_digest:
        note = (
            "The draws agree with the record under the tables as shipped; the record was not "
            "compared again after the overlays (exposure condition --overlay does)."
        )
    return RecordMet(
        numbers,
        listed.acceptance,
        listed.ranges,
        dict(listed.inside),
        note,
    )


def find_draws(
    dataset: Dataset,
    settings: Settings,
    *,
    wanted: int,
    first: int = 0,
    until: date | None = None,
    progress: Progress | None = None,
) -> Examined:
    """Examine draws until enough of them agree with the record.

    Parameters
    ----------
    dataset, settings
        See `meet_record`.
    wanted
        Draws to be kept.
    first
        Number of the first draw to examine.
    until
        Last day that may be known; None for the end of the record.
    progress
        Called with the draws kept and wanted.

    Raises
    ------
    ConflictError
        If almost no draw agrees with the record.
    """
    subjects = subjects_of(dataset, settings.destination)
    parts: list[Examined] = []
    kept = 0
    for part in _batches(dataset, settings, wanted=wanted, first=first, until=until):
        parts.append(part.of(subjects))
        kept += int(parts[-1].kept().sum())
        if progress is not None:
            progress(min(kept, wanted), wanted)
        whole = _together(parts)
        if in_conflict(whole):
            raise conflict_of(whole)
        if kept >= wanted:
            break
    return _together(parts)


def _batches(
    dataset: Dataset, settings: Settings, *, wanted: int, first: int, until: date | None
) -> Iterator[Examined]:
    """Draws in order, compared with the record of all destinations in batches."""
    size = min(BATCH, max(SMALLEST_BATCH, BLOCK * (2 * wanted // BLOCK)))
    for position in range(first, first + MOST_EXAMINED, size):
        numbers = np.arange(position, position + size, dtype=np.int64)
        yield examine(dataset, settings, Sampler(numbers, settings.seed), until=until)


def _together(parts: Sequence[Examined]) -> Examined:
    numbers = np.concatenate([part.sampler.numbers for part in parts])
    implied = tuple(
        pieces[0].joined(pieces) for pieces in zip(*(part.implied for part in parts), strict=True)
    )
    return Examined(Sampler(numbers, parts[0].sampler.seed), implied)


def make_list(
    dataset: Dataset, settings: Settings, *, progress: Progress | None = None
) -> ConditionedDraws:
    """Examine draws until enough of them agree with the record of one destination.

    Parameters
    ----------
    dataset
        Tables, with what was observed.
    settings
        Draws wanted, destination and choices of the model.
    progress
        Called with the draws kept and wanted.

    Returns
    -------
    ConditionedDraws
        Lists of all destinations, of the draws that were examined for the one.

    Raises
    ------
    ConflictError
        If almost no draw agrees with the record of the destination.
    """
    places = sorted({row.destination for row in dataset.rows_of(SectorRow)})
    most = {destination: min(settings.draws, OTHERS_KEPT) for destination in places}
    most[settings.destination] = settings.draws
    parts: list[Examined] = []
    for part in _batches(dataset, settings, wanted=settings.draws, first=0, until=None):
        parts.append(part)
        whole = _together(parts)
        relevant = {
            destination: whole.of(subjects_of(dataset, destination)) for destination in most
        }
        if in_conflict(relevant[settings.destination]):
            raise conflict_of(relevant[settings.destination])
        kept = {
            destination: min(int(seen.kept().sum()), most[destination])
            for destination, seen in relevant.items()
            if not in_conflict(seen)
        }
        if progress is not None:
            progress(sum(kept.values()), sum(most[destination] for destination in kept))
        if all(kept[destination] == most[destination] for destination in kept):
            break
    return conditioned_draws(dataset, settings, whole, places)


def conditioned_draws(
    dataset: Dataset, settings: Settings, examined: Examined, destinations: Sequence[str]
) -> ConditionedDraws:
    """Make the lists of several destinations of what was examined."""
    lists = []
    for destination in destinations:
        relevant = examined.of(subjects_of(dataset, destination))
        if in_conflict(relevant):
            continue
        lists.append(
            DestinationList(
                destination=destination,
                acceptance=float(relevant.kept().mean()),
                numbers=tuple(int(number) for number in relevant.numbers[: settings.draws]),
                ranges=compare_with_record(relevant),
                inside=inside_shares(relevant),
                checks=tuple(float(value) for value in check_losses(relevant)),
            )
        )
    return ConditionedDraws(
        schema_version=SCHEMA_VERSION,
        seed=settings.seed,
        tables_digest=dataset.digest,
        record_digest=read_scenario(RECORD).digest,
        supply_method=settings.supply_method,
        coupling=settings.coupling,
        examined=examined.sampler.size,
        destinations=tuple(lists),
    )


def check_losses(examined: Examined) -> FloatArray:
    """Mean over observed ranges of what the first kept draws imply, rounded to 1e-9."""
    kept = examined.kept()
    values = np.stack([observation.drawn[kept][:CHECK_DRAWS] for observation in examined.implied])
    return np.asarray(values.mean(axis=0).round(9))


def list_text(drawn: ConditionedDraws) -> str:
    """The list as the text of its file."""
    return json.dumps(drawn.model_dump(mode="json"), indent=None, separators=(",", ":")) + "\n"


def read_list(folder: Path | None = None) -> ConditionedDraws | None:
    """Read the list of a folder of tables; None where there is none.

    Raises
    ------
    TableError
        If there is a file that is no such list.
    """
    path = (folder or shipped_folder()) / FILE
    try:
        return ConditionedDraws.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise TableError(
            f"{path.name}: found a file that is no list of conditioned draws "
            f"({error.error_count()} faults); expected one made by 'exposure condition'; "
            "make it again, or delete it"
        ) from error
