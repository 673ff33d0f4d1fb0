"""The shipped tables are found from a wheel, an sdist and a source tree, from any folder."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
ASK = (
    "import exposure, pathlib; d = exposure.read_dataset(); "
    "print(pathlib.Path(exposure.__file__).parent); print(d.digest); "
    "print(' '.join(exposure.shipped_scenarios()))"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Wheel and sdist, built from a copy of the sources."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in (
        "exposure",
        "datasets",
        "pyproject.toml",
        "hatch_build.py",
        "README.md",
        "LICENSE",
    ):
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", out]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return out


def ask(path: Path, cwd: Path) -> list[str]:
    """Location, tables and scenarios of the package if it is imported from a path."""
    environment = {key: value for key, value in os.environ.items() if key != "EXPOSURE_DATASETS"}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_wheel_carries_the_tables_and_scenarios(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    assert wheel.name.startswith("rare_earth_exposure-")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert "exposure/py.typed" in names
    assert "exposure/_datasets/stage_shares.csv" in names
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    found = ask(tmp_path / "site", elsewhere)
    assert found[0] == str(tmp_path / "site" / "exposure")
    assert found[1:] == ask(ROOT, elsewhere)[1:]


def test_sdist_carries_the_tables_and_scenarios(built, tmp_path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("rare_earth_exposure-*")
    found = ask(unpacked, tmp_path)
    assert found[0] == str(unpacked / "exposure")
    assert found[1:] == ask(ROOT, tmp_path)[1:]


def test_another_package_s_datasets_folder_is_not_taken_for_ours(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "datasets").mkdir()
    (site / "datasets" / "datapackage.json").write_text('{"name": "something-else"}')
    (site / "exposure" / "_datasets").rename(site / "moved_away")
    with pytest.raises(subprocess.CalledProcessError) as raised:
        ask(site, tmp_path)
    assert "the shipped tables: found none in" in raised.value.stderr
