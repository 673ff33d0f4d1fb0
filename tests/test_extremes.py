"""Every quantity of every table at its ends: refused in words, or files of finite numbers.

The quick run takes each quantity of small tables at one of its ends, the long one all of them, and
each quantity of the shipped tables at one. All ends of the shipped tables, ten minutes:
``EXPOSURE_EXTREMES=all pytest -m long tests/test_extremes.py``.
"""

import csv
import io
import json
import math
import os
import re
from collections.abc import Iterator

import numpy as np
import pytest

import exposure as ex
from exposure.errors import ExposureError
from exposure.report.files.csv_output import attribution_of_all, csv_text, ranking_csv
from exposure.report.files.file_records import of_runs
from exposure.report.files.json_output import ranking_json
from exposure.tables.reading.folders import dataset_from_records
from tests.tiny import Records, tiny_records

FEW = ex.Settings(draws=2, prior=True, horizon_weeks=30)
VALUES = (0.0, 1e-300, 1e-9, 1.0, 1e6, 1e300, -1.0)
ALL = os.environ.get("EXPOSURE_EXTREMES") == "all"
ONE_BY_ONE = "each quantity at another value"


def quantities(records: Records) -> Iterator[tuple[str, int]]:
    """Table and position of the first row of each quantity."""
    seen = set()
    for table, rows in records.items():
        for position, row in enumerate(rows):
            quantity = row.get("quantity") or row.get("parameter") or row.get("stage", "")
            if "central" in row and (table, quantity) not in seen:
                seen.add((table, quantity))
                yield table, position


def changed(records: Records, table: str, position: int, value: float) -> Records:
    """The records with one figure changed."""
    rows = list(records[table])
    rows[position] = rows[position] | {"low": value, "central": value, "high": value}
    return records | {table: rows}


def outcome(records: Records, *, drawn: bool = False) -> str:
    """Outcome of `rank` with some tables: refused, ranked, or an outcome that must not occur."""
    try:
        dataset = dataset_from_records(records, version="extreme")
        result = ex.assess(dataset, "april_2025_queue", FEW)
    except ExposureError as error:
        return "refused" if str(error) else "refused without a word"
    return "no number" if faults_of(result, drawn=drawn) else "ranked"


def faults_of(result: ex.Assessment, *, drawn: bool) -> list[str]:
    """Numbers of a result, in its frame, JSON, CSV or a figure, that are none."""
    scores = result.ranking["score"]
    found = [] if scores.between(0.0, 100.0).all() else ["score"]
    json.loads(ranking_json([result]), parse_constant=found.append)
    weekly = result.weekly[["lost_share", "low", "high"]]
    found += [] if np.isfinite(weekly.to_numpy()).all() else ["weekly"]
    split = csv_text(attribution_of_all([result]), of_runs([result]))
    for text in (ranking_csv([result]), split):
        rows = csv.reader(io.StringIO(text))
        found += [cell for row in rows for cell in row if not is_sound(cell)]
    if drawn:
        # Paths of letters and lines are numbers; text is drawn as paths.
        found += re.findall(r"\b(?:nan|inf)\b", ex.svg(ex.scores_figure([result])), re.IGNORECASE)
    return found


def is_sound(cell: str) -> bool:
    """Whether a cell is text or a finite number."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return True


def test_each_quantity_at_one_of_its_ends():
    records = tiny_records()
    found = {
        (table, position): outcome(changed(records, table, position, VALUES[number % len(VALUES)]))
        for number, (table, position) in enumerate(quantities(records))
    }
    assert set(found.values()) == {"refused", "ranked"}, found


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-inf", "-Infinity"])
def test_a_cell_that_is_no_number_is_noticed(cell: str):
    assert not is_sound(cell)


@pytest.mark.long
@pytest.mark.parametrize("value", VALUES)
def test_each_quantity_at_all_of_its_ends(value: float):
    records = tiny_records()
    found = {
        (table, position): outcome(changed(records, table, position, value))
        for table, position in quantities(records)
    }
    assert set(found.values()) <= {"refused", "ranked"}, found


@pytest.mark.long
@pytest.mark.parametrize("value", VALUES if ALL else (ONE_BY_ONE,))
def test_each_quantity_of_the_shipped_tables(value: float | str):
    shipped = ex.read_dataset()
    records = {
        name: [row.model_dump(mode="json") for row in rows] for name, rows in shipped.rows.items()
    }
    found = {
        (table, position): outcome(
            changed(
                records,
                table,
                position,
                value if isinstance(value, float) else VALUES[number % len(VALUES)],
            ),
            drawn=number % 10 == 0 or ALL,
        )
        for number, (table, position) in enumerate(quantities(records))
    }
    assert set(found.values()) == {"refused", "ranked"}, found
