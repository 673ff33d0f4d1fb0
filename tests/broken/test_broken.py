"""Every rule of the tables, broken once: our check names it, frictionless finds it or does not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from exposure.errors import TableError
from exposure.tables.describing.package import describe_package
from exposure.tables.reading import checks
from exposure.tables.reading.folders import read_dataset
from exposure.tables.schema.catalogue import TABLES
from tests.broken.catalogue import CATALOGUE, RULES, Broken
from tests.changes import message_of
from tests.tiny import write_folder

LEAST = 25
"""Broken tables that both must refuse between them."""


def kinds_of_error(folder: Path, table: str) -> tuple[str, ...]:
    """Kinds of error that frictionless reports for one table, each once, sorted.

    The tables are described by the row models; one whose file is gone is listed all the same.
    """
    frictionless = pytest.importorskip("frictionless")
    file = folder / TABLES[table].file
    lost = not file.exists()
    if lost:
        file.touch()
    described = describe_package(folder, version="0")
    if lost:
        file.unlink()
    # Of the other tables, those count to whose keys this one refers.
    (own,) = (one for one in described["resources"] if one["name"] == table)
    homes = {key["reference"]["resource"] for key in own["schema"].get("foreignKeys", ())}
    described["resources"] = [
        one for one in described["resources"] if one["name"] in {table, *homes}
    ]
    package = frictionless.Package.from_descriptor(described, basepath=str(folder))
    report = package.get_resource(table).validate()
    return tuple(sorted({error.type for task in report.tasks for error in task.errors}))


@pytest.mark.parametrize("broken", CATALOGUE, ids=[broken.rule for broken in CATALOGUE])
def test_our_own_check_refuses_it_and_says_why(broken: Broken, tmp_path: Path):
    with pytest.raises(TableError) as error:
        read_dataset(broken.write(tmp_path))
    assert message_of(error.value) == broken.message


def at_length(cases: Sequence[Broken]) -> list:
    """Whatever frictionless sees runs always; of the cases it does not see, only the first."""
    unseen = [broken.rule for broken in cases if not broken.seen]
    return [
        pytest.param(
            broken, id=broken.rule, marks=pytest.mark.long if broken.rule in unseen[1:] else ()
        )
        for broken in cases
    ]


@pytest.mark.parametrize("broken", at_length(CATALOGUE))
def test_frictionless_sees_it_or_the_case_gives_the_reason(broken: Broken, tmp_path: Path):
    assert kinds_of_error(broken.write(tmp_path), broken.table) == broken.seen
    assert bool(broken.seen) != bool(broken.blind)


def test_frictionless_finds_nothing_in_the_unbroken_tables(tmp_path: Path):
    folder = write_folder(tmp_path)
    needed = [name for name in TABLES if (folder / TABLES[name].file).exists()]
    assert {name: kinds_of_error(folder, name) for name in needed} == dict.fromkeys(needed, ())


def test_each_rule_is_broken_once_and_enough_of_them():
    rules = [broken.rule for broken in CATALOGUE]
    assert len(rules) == len(set(rules))
    assert sum(bool(broken.seen) for broken in CATALOGUE) >= LEAST
    # One case for each registered rule, one for unique keys, and the completeness of rows.
    registered = len(checks.KEY_CHECKS) + len(checks.CHECKS)
    assert len(RULES) >= registered
