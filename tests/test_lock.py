"""requirements.lock holds one version of every library, with hashes and without addresses."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.M):
        found.setdefault(name, []).append(version)
    return found


def test_the_lock_holds_hashes_and_no_address_of_an_index():
    assert "://" not in LOCK
    assert "index-url" not in LOCK
    assert "find-links" not in LOCK
    blocks = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_direct_dependency_is_locked_at_a_version_that_is_allowed():
    extras = PROJECT["optional-dependencies"]
    versions = locked()
    for line in (
        *PROJECT["dependencies"],
        *(entry for lines in extras.values() for entry in lines),
    ):
        wanted = Requirement(line)
        if wanted.name != PROJECT["name"]:
            assert wanted.name in versions, f"{wanted.name}: run .ci/lock"
            assert any(wanted.specifier.contains(Version(v)) for v in versions[wanted.name]), line


def test_the_newest_python_named_is_one_that_the_commands_try():
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert f"pythons=({' '.join(named)})" in (ROOT / ".ci" / "versions").read_text("utf-8")
