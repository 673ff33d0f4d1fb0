"""The folder of tables as a Data Package: written from the row models, checked by frictionless."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from exposure.errors import TableError
from exposure.tables.describing.package import (
    DESCRIPTOR,
    describe_package,
    next_version,
    package_text,
    read_version,
    stale_notes,
    table_schema,
    write_package,
)
from exposure.tables.reading.folders import read_dataset
from exposure.tables.schema.catalogue import TABLES
from tests.tiny import write_folder

DATASETS = Path(__file__).parents[1] / "datasets"
REWRITE = (
    'python -c "from exposure.tables.describing.package import write_package; '
    "write_package('datasets')\""
)


def test_the_descriptor_in_the_folder_is_the_one_of_the_tables():
    written = (DATASETS / DESCRIPTOR).read_text(encoding="utf-8")
    assert written == package_text(DATASETS, version=read_version(DATASETS)), (
        f"datasets/{DESCRIPTOR} is stale; run {REWRITE}"
    )


@pytest.mark.long
def test_frictionless_finds_nothing_wrong_with_the_shipped_tables():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(DATASETS / DESCRIPTOR)).validate()
    errors = report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert not errors, f"run {REWRITE} first; then mend: {errors}"
    assert len(report.tasks) == len(TABLES)


def test_the_package_says_who_what_and_on_what_terms(tmp_path: Path):
    described = describe_package(write_folder(tmp_path), version="2026.11.0")
    assert described["name"] == "rare-earth-exposure"
    assert described["version"] == "2026.11.0"
    assert described["contributors"] == [{"title": "The exposure developers", "roles": ["author"]}]
    assert [licence["name"] for licence in described["licenses"]] == ["CC-BY-4.0"]
    assert described["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"


def test_a_table_that_is_not_there_is_not_listed(tmp_path: Path):
    folder = write_folder(tmp_path)
    listed = [resource["name"] for resource in describe_package(folder, version="0")["resources"]]
    assert "prices" not in listed
    assert listed == [name for name in TABLES if (folder / f"{name}.csv").exists()]


def test_a_resource_carries_the_size_and_hash_of_its_file(tmp_path: Path):
    folder = write_folder(tmp_path)
    content = (folder / "cover.csv").read_bytes()
    resource = next(
        resource
        for resource in describe_package(folder, version="0")["resources"]
        if resource["name"] == "cover"
    )
    assert resource["bytes"] == len(content)
    assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert resource["path"] == "cover.csv"


def test_the_schema_of_a_table_says_what_its_row_model_says():
    schema = table_schema("cover")
    assert schema["primaryKey"] == ["sector", "component", "quantity"]
    # The column ``sector`` may name a group of sectors too.
    assert schema["foreignKeys"] == [
        {"fields": ["component"], "reference": {"resource": "components", "fields": ["component"]}},
    ]
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["quantity"]["constraints"] == {
        "required": True,
        "enum": ["stock_weeks", "cap_weeks", "lag_weeks"],
    }
    assert fields["low"] == {
        "name": "low",
        "type": "number",
        "description": "Lowest defensible value.",
        "constraints": {"required": True, "minimum": 0.0},
    }
    assert fields["note"] == {
        "name": "note",
        "type": "string",
        "description": "Derivation of the figure; for an assumed one, the reasons for the range.",
    }


def test_lists_and_selectors_are_patterns():
    fields = {field["name"]: field for field in table_schema("components")["fields"]}
    one = "[a-z][a-z0-9_]*"
    assert fields["stages"]["constraints"]["pattern"] == f"^({one})( ({one}))*$"
    assert fields["elements"]["constraints"]["pattern"] == "^([A-Z][a-z]?)( ([A-Z][a-z]?))*$"
    fields = {field["name"]: field for field in table_schema("licence_queue")["fields"]}
    assert fields["destination"]["constraints"]["pattern"] == "^([A-Z]{3}|[*])$"


def test_elements_and_stages_refer_to_the_tables_that_list_them():
    foreign = table_schema("stage_shares")["foreignKeys"]
    assert [reference["reference"]["resource"] for reference in foreign] == ["elements", "stages"]
    # A column in which '*' may stand refers to nothing.
    assert "foreignKeys" not in table_schema("licence_queue")
    assert [reference["fields"] for reference in table_schema("buyers")["foreignKeys"]] == [
        ["sector"]
    ]


def test_the_back_test_may_speak_of_sectors_that_nobody_ranks():
    assert "foreignKeys" not in table_schema("observed_output")
    assert "foreignKeys" not in table_schema("needs", present=["needs"])


@pytest.mark.parametrize(
    ("version", "today", "following"),
    [
        ("2026.11.0", date(2026, 11, 30), "2026.11.1"),
        ("2026.11.9", date(2026, 11, 30), "2026.11.10"),
        ("2026.11.9", date(2026, 12, 1), "2026.12.0"),
        ("2026.1.4", date(2026, 11, 1), "2026.11.0"),
        ("unversioned", date(2026, 11, 1), "2026.11.0"),
    ],
)
def test_a_version_counts_within_its_month(version: str, today: date, following: str):
    assert next_version(version, today) == following


def test_what_is_written_keeps_the_version_and_is_not_stale(tmp_path: Path):
    folder = write_folder(tmp_path)
    write_package(folder, version="2026.11.3")
    assert read_version(folder) == "2026.11.3"
    write_package(folder)
    assert read_version(folder) == "2026.11.3"
    assert stale_notes(folder) == []
    assert json.loads((folder / DESCRIPTOR).read_bytes())["name"] == "rare-earth-exposure"


def test_a_stale_hash_is_a_note_and_no_fault(tmp_path: Path):
    folder = write_folder(tmp_path)
    write_package(folder, version="2026.11.3")
    path = folder / "needs.csv"
    path.write_bytes(path.read_bytes().replace(b"made up", b"invented"))
    (folder / "demand.csv").rename(folder / "use.csv")
    assert stale_notes(folder) == [
        "needs.csv has changed since datapackage.json was written",
        "datapackage.json lists demand.csv, which is not there",
    ]
    (folder / "use.csv").rename(folder / "demand.csv")
    assert read_dataset(folder).version == "2026.11.3"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"resources": 3}', '{"resources": [{}, 3]}'])
def test_a_folder_without_a_sound_descriptor_gives_no_notes(tmp_path: Path, text: str):
    (tmp_path / DESCRIPTOR).write_text(text, encoding="utf-8")
    assert stale_notes(tmp_path) == []


def test_a_folder_without_a_descriptor_is_unversioned(tmp_path: Path):
    assert read_version(tmp_path) == "unversioned"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"{", "line 1: found text that is not JSON (Expecting property name enclosed in double "
               "quotes)"),
        (b"", "line 1: found text that is not JSON (Expecting value)"),
        (b"[1, 2]", "found JSON that is no object"),
        (b"\xff", "line 1: found byte 0xff, which is not UTF-8"),
        (b"[" * 100_000, "found lists or objects in one another, too deep to be read"),
        (b"9" * 9000, "found a number of thousands of digits"),
    ],
)  # fmt: skip
def test_a_broken_descriptor_is_refused_with_the_faults_of_the_tables(
    tmp_path: Path, content: bytes, found: str
):
    folder = write_folder(tmp_path)
    (folder / DESCRIPTOR).write_bytes(content)
    head = "datapackage.json: 1 fault\n  - " if found.startswith("line") else "datapackage.json: "
    fault = (
        f"{head}{found}; expected a Data Package in JSON; correct the file, or delete it: the "
        "tables are then unversioned"
    )
    with pytest.raises(TableError) as error:
        read_dataset(folder)
    assert str(error.value) == fault
    with pytest.raises(TableError) as error:
        read_version(folder)
    assert str(error.value) == fault
    path = folder / "needs.csv"
    path.write_bytes(path.read_bytes().replace(b"assumed", b"asumed", 1))
    with pytest.raises(TableError) as error:
        read_dataset(folder)
    assert str(error.value).startswith(f"{fault}\nneeds.csv: 1 fault\n")
