"""Every quantity of every table at its ends: refused in words, or a ranking of finite numbers."""

import math
from collections.abc import Iterator

import pytest

import exposure as ex
from exposure.errors import ExposureError
from tests.tiny import Records, tiny_dataset, tiny_records

FEW = ex.Settings(draws=2, prior=True, horizon_weeks=30)
VALUES = (0.0, 1e-300, 1e-9, 1.0, 1e6, 1e300, -1.0)
SHARES = ("score", "score_p05", "score_p95", "expected_loss_share", "cvar_loss_share")


def quantities(records: Records) -> Iterator[tuple[str, int]]:
    """Table and position of the first row of each quantity."""
    seen = set()
    for table, rows in records.items():
        for position, row in enumerate(rows):
            quantity = row.get("quantity") or row.get("parameter") or row.get("stage", "")
            if "central" in row and (table, quantity) not in seen:
                seen.add((table, quantity))
                yield table, position


def outcome(table: str, position: int, value: float) -> str:
    records = tiny_records()
    records[table][position] |= {"low": value, "central": value, "high": value}
    try:
        ranking = ex.assess(tiny_dataset(records), "april_2025_queue", FEW).ranking
    except ExposureError as error:
        return "refused" if str(error) else "refused without a word"
    numbers = [float(number) for name in SHARES for number in ranking[name]]
    return "ranked" if all(map(math.isfinite, numbers)) and min(numbers) >= 0.0 else "no number"


def test_each_quantity_at_one_of_its_ends():
    cases = list(quantities(tiny_records()))
    found = {
        (table, position, value): outcome(table, position, value)
        for number, (table, position) in enumerate(cases)
        for value in (VALUES[number % len(VALUES)],)
    }
    assert set(found.values()) == {"refused", "ranked"}, found


@pytest.mark.long
@pytest.mark.parametrize("value", VALUES)
def test_each_quantity_at_all_of_its_ends(value: float):
    found = {
        (table, position): outcome(table, position, value)
        for table, position in quantities(tiny_records())
    }
    assert set(found.values()) <= {"refused", "ranked"}, found
