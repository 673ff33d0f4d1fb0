"""A result is saved in a form without code, and is equal when opened in another process."""

import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import exposure as ex
from exposure import saved_results
from exposure.plain_values import decoded, encoded
from exposure.version import __version__
from tests.tiny import tiny_dataset

FEW = ex.Settings(draws=16, prior=True)
STOCK = ("missiles", "smco_magnet", "stock_weeks")


@cache
def made() -> ex.Assessment:
    return ex.assess(tiny_dataset(), "full_withhold", FEW)


def with_member(path: Path, name: str, content: bytes) -> None:
    """The same file with one member of another content."""
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for member, old in (members | {name: content}).items():
            archive.writestr(member, old)


def manifest(path: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as archive:
        return dict(json.loads(archive.read("manifest.json")))


def refusal(path: Path) -> str:
    with pytest.raises(ex.SavedResultError) as raised:
        ex.load_assessment(path)
    return str(raised.value)


def of_japan() -> ex.Assessment:
    few = ex.Settings(draws=16, destination="JPN")
    return ex.assess(ex.read_dataset(), "london_truce", few)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(made, id="plain"),
        pytest.param(lambda: ex.assess(tiny_dataset(), "outlook", FEW), id="mixture"),
        pytest.param(of_japan, id="shipped", marks=pytest.mark.long),
    ],
)
def test_a_saved_result_reads_back_equal(make: Callable[[], ex.Assessment], tmp_path: Path):
    result = make()
    again = ex.load_assessment(result.save(tmp_path / "result.zip"))
    assert again == result
    assert again.record == result.record
    assert again.dataset == result.dataset
    assert again.attribution("stage").equals(result.attribution("stage"))


def test_overlays_are_saved_with_the_tables(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "cover.csv").write_text(
        "sector,component,quantity,low,central,high,unit,basis,rests_on_assumption,source_id,"
        "locator,note\n"
        "missiles,smco_magnet,stock_weeks,30,40,50,week,assumed,,,,our own count\n",
        encoding="utf-8",
    )
    result = ex.assess(ex.apply_overlay(tiny_dataset(), tmp_path / "mine"), "free_flow", FEW)
    again = ex.load_assessment(str(result.save(str(tmp_path / "mine.zip"))))
    assert again.dataset.overlaid == result.dataset.overlaid
    assert again.record["overlaid"] == result.record["overlaid"]


def test_equal_results_give_equal_bytes_and_a_second_save_replaces_the_first(tmp_path: Path):
    one = made().save(tmp_path / "one.zip")
    two = ex.assess(tiny_dataset(), "full_withhold", FEW).save(tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    ex.assess(tiny_dataset(), "free_flow", FEW).save(one)
    assert ex.load_assessment(one).scenario.scenario == "free_flow"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.zip", "two.zip"]


def test_the_file_holds_text_and_arrays_and_no_pickle(tmp_path: Path):
    path = made().save(tmp_path / "result.zip")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert {Path(name).suffix for name in names} == {".json", ".csv", ".npy"}
        for name in names:
            if name.endswith(".npy"):
                header = archive.read(name)[:200]
                assert b"'|O'" not in header
    assert manifest(path)["record"]["settings"]["draws"] == 16  # type: ignore[index]


# What cannot be read


def test_a_file_that_is_not_there_or_not_ours_is_refused(tmp_path: Path):
    missing = tmp_path / "none.zip"
    assert refusal(missing) == (
        f"{missing}: found no such file or folder; expected a file that assessment.save wrote; "
        "check the path and the folder"
    )
    text = tmp_path / "ranking.csv"
    text.write_text("rank,sector\n", encoding="utf-8")
    assert refusal(text) == (
        f"{text}: found a file that is no whole archive (File is not a zip file); expected a "
        "file that assessment.save wrote; name another file, or assess again"
    )
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "a")
    assert refusal(other) == (
        f"{other}: found an archive of another kind; expected a file that assessment.save wrote; "
        "name another file, or assess again"
    )
    assert refusal(tmp_path).startswith(f"{tmp_path}: found a file that cannot be read (Is a dir")
    with pytest.raises(ex.SavedResultError) as raised:
        made().save(tmp_path / "nowhere" / "result.zip")
    assert str(raised.value) == (
        f"{tmp_path}/nowhere/result.zip: found no such file or folder; expected a file that "
        "assessment.save wrote; check the path and the folder"
    )


def test_a_newer_format_is_refused_with_the_version_that_wrote_it(tmp_path: Path):
    path = made().save(tmp_path / "result.zip")
    newer = manifest(path) | {"format_version": 9, "package_version": "7.0.0"}
    with_member(path, "manifest.json", json.dumps(newer).encode())
    assert refusal(path) == (
        f"{path}: found version 9 of the format, from version 7.0.0 of the package; expected at "
        "most version 3; update the package"
    )


def test_a_half_written_file_is_refused(tmp_path: Path):
    path = made().save(tmp_path / "result.zip")
    path.write_bytes(path.read_bytes()[:-100])
    assert refusal(path).startswith(f"{path}: found a file that is no whole archive (")


@pytest.mark.parametrize(
    ("member", "content", "found"),
    [
        ("arrays/0.npy", b"no array", "ValueError"),
        ("tables/needs.csv", b"sector\n", "TableError"),
        ("tables/strange.csv", b"sector\n", "KeyError: 'strange'"),
        ("result.json", b'{"class": "Popen"}', "ValueError: the unknown class 'Popen'"),
        ("result.json", b'{"eval": "1"}', "ValueError: a value of the unknown kind 'eval'"),
        ("result.json", b"[]", "TypeError: no parts"),
        ("result.json", b"{", "JSONDecodeError"),
        (
            "result.json",
            b'{"class": "Label", "fields": {"name": "a"}}',
            "ValueError: a Label with other fields (industry_code, recaptured, value_added)",
        ),
    ],
)
def test_changed_content_is_refused_and_nothing_in_it_is_run(
    tmp_path: Path, member: str, content: bytes, found: str
):
    path = made().save(tmp_path / "result.zip")
    with_member(path, member, content)
    text = refusal(path)
    assert text.startswith(f"{path}: found content that does not fit ({found}")
    assert text.endswith(
        f"written by version {__version__} of the package; expected a result that version "
        f"{__version__} can read; open it with version {__version__}, or assess again"
    )


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path):
    path = made().save(tmp_path / "result.zip")
    target = tmp_path / "array.npy"
    np.save(target, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with_member(path, "arrays/0.npy", target.read_bytes())
    assert "Object arrays cannot be loaded when allow_pickle=False" in refusal(path)


def test_changed_tables_are_noticed_by_their_digest(tmp_path: Path):
    path = made().save(tmp_path / "result.zip")
    with zipfile.ZipFile(path) as archive:
        cover = archive.read("tables/cover.csv")
    with_member(path, "tables/cover.csv", cover.replace(b"made up for tests", b"made up", 1))
    assert "the digest of the tables is not that of the record" in refusal(path)


def test_a_class_that_is_not_listed_cannot_be_saved():
    class Strange(ex.Settings):
        pass

    with pytest.raises(TypeError, match="class Strange cannot be saved: it is not among"):
        encoded(Strange(), saved_results.KNOWN, [])
    with pytest.raises(TypeError, match="a value of class complex cannot be saved"):
        encoded(1j, {}, [])


def test_values_come_back_as_they_were():
    arrays: list[np.ndarray] = []
    value = {("a", 1): [True, None, np.float64(0.1), float("inf")], "b": (np.arange(3),)}
    again = decoded(json.loads(json.dumps(encoded(value, {}, arrays))), {}, arrays)
    assert isinstance(again, dict)
    assert again["a", 1] == value["a", 1]
    assert type(again["a", 1][2]) is np.float64
    assert (again["b"][0] == np.arange(3)).all()
