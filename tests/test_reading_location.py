"""Location of the shipped tables, and the error if they are missing."""

from pathlib import Path

import pytest

from exposure.errors import TableError
from exposure.tables.reading import location
from exposure.tables.reading.folders import read_dataset
from exposure.tables.reading.location import VARIABLE, is_our_project, shipped_folder
from tests.tiny import tiny_dataset, write_folder

OURS = b'{"name": "rare-earth-exposure", "version": "2026.11"}'
"""Content of the descriptor of the shipped tables."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate package folder, from which the shipped tables are not visible."""
    monkeypatch.delenv(VARIABLE, raising=False)
    folder = tmp_path / "site" / "exposure"
    (folder / "tables" / "reading").mkdir(parents=True)
    monkeypatch.setattr(location, "PACKAGE", folder)
    return folder


def described(folder: Path, descriptor: bytes = OURS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "datapackage.json").write_bytes(descriptor)
    return folder


@pytest.mark.parametrize(
    "descriptor",
    [b"", b"{", b"\xff", b"[]", b"null", b'{"name": "someone-elses"}', b'{"version": "1"}'],
)
def test_a_folder_of_someone_else_is_not_ours(tmp_path: Path, descriptor: bytes):
    assert not is_our_project(described(tmp_path, descriptor))


def test_a_folder_without_descriptor_is_not_ours(tmp_path: Path):
    assert not is_our_project(tmp_path)
    assert not is_our_project(tmp_path / "none")


def test_the_copy_inside_the_package_comes_before_the_folder_next_to_it(package: Path):
    beside = described(package.parent / "datasets")
    assert shipped_folder() == beside
    inside = described(package / "_datasets")
    assert shipped_folder() == inside


def test_a_top_level_datasets_of_another_package_is_passed_over(package: Path):
    described(package.parent / "datasets", b'{"name": "someone-elses"}')
    with pytest.raises(TableError) as error:
        shipped_folder()
    assert str(error.value) == (
        f"the shipped tables: found none in {package / '_datasets'}, "
        f"{package.parent / 'datasets'}; expected a datapackage.json named "
        "'rare-earth-exposure'; install the package again"
    )


def test_the_environment_names_another_folder(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    described(package / "_datasets")
    mine = described(write_folder(tmp_path / "mine"))
    monkeypatch.setenv(VARIABLE, str(mine))
    assert shipped_folder() == mine
    dataset = read_dataset()
    assert (dataset.version, dataset.digest) == ("2026.11", tiny_dataset().digest)


def test_a_wrong_folder_in_the_environment_is_not_silently_replaced(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    described(package / "_datasets")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "typo"))
    with pytest.raises(TableError) as error:
        shipped_folder()
    assert str(error.value) == (
        f"the shipped tables: found none in {tmp_path / 'typo'}; expected a datapackage.json "
        "named 'rare-earth-exposure'; correct EXPOSURE_DATASETS"
    )


@pytest.mark.parametrize(
    ("descriptor", "version"),
    [
        (b'{"version": "2026.11"}', "2026.11"),
        (b'{"name": "mine"}', "unversioned"),
    ],
)
def test_the_version_is_that_of_the_datapackage(tmp_path: Path, descriptor: bytes, version: str):
    (write_folder(tmp_path) / "datapackage.json").write_bytes(descriptor)
    assert read_dataset(tmp_path).version == version
