"""Imports go in one direction, files stay short, importing does no work."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import exposure

PACKAGE = Path(exposure.__file__).parent
LAYERS = (  # lowest first; a module may import its own layer and those before it
    {
        "terms",
        "errors",
        "faults",
        "places",
        "spelling",
        "wording",
        "settings",
        "statements",
        "arrays",
        "fast",
        "threads",
        "arguments",
        "values",
        "plain_values",
        "version",
    },
    {"tables"},
    {"inputs", "supply", "policy", "methods"},
    {"licensing"},
    {"impact"},
    {"scoring"},
    {"evidence"},
    {
        "assessment",
        "citations",
        "comparison",
        "ensembles",
        "result",
        "row_effects",
        "saved_results",
        "records",
    },
    {"measures"},
    {"report"},
    {"cli", "__main__"},
)
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
LONGEST = 400


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@cache
def imports(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """All imports of a file, those inside functions and type checks included."""
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom)]


def imported_parts(path: Path) -> set[str]:
    found = set()
    for node in imports(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("exposure"):
            dotted = (node.module or "").split(".")
            found |= {dotted[1]} if len(dotted) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("exposure.")}
    return found


def test_imports_only_point_down() -> None:
    upward = {
        str(path.relative_to(PACKAGE)): sorted(
            name for name in imported_parts(path) if HEIGHT[name] > HEIGHT[part(path)]
        )
        for path in MODULES
    }
    assert {path: names for path, names in upward.items() if names} == {}


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, known: set[str]) -> set[str]:
    """Modules that a file imports, those inside functions and type checks included."""
    found = set()
    for node in imports(path):
        if isinstance(node, ast.ImportFrom) and node.module in known:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & known
            found |= inner or {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & known
    return found - {module_name(path), "exposure"}


def test_no_two_modules_import_each_other_directly_or_in_a_circle() -> None:
    known = {module_name(path) for path in MODULES}
    graph = {module_name(path): imported_modules(path, known) for path in MODULES}
    remaining = dict(graph)
    while free := {name for name, needs in remaining.items() if not needs & remaining.keys()}:
        remaining = {name: needs for name, needs in remaining.items() if name not in free}
    circles = {name: sorted(needs & remaining.keys()) for name, needs in remaining.items()}
    assert not circles, f"modules that import each other: {circles}"


def test_no_module_is_longer_than_one_sitting() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in lines.items() if count > LONGEST} == {}


def test_no_module_has_the_name_of_a_public_function() -> None:
    modules = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py"}
    assert not modules & set(exposure.__all__)


def test_every_public_name_resolves_and_is_documented() -> None:
    for name in exposure.__all__:
        assert getattr(exposure, name) is not None
        assert name == "__version__" or getattr(exposure, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'asess'"):
        exposure.asess  # noqa: B018


@pytest.mark.parametrize("arguments", [["-c", "import exposure"], ["-m", "exposure", "--help"]])
def test_importing_and_help_load_nothing_slow(arguments: list[str]) -> None:
    listed = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    loaded = {line.rsplit("|", 1)[-1].strip() for line in listed.splitlines()}
    assert not loaded & {"pandas", "scipy", "scipy.stats", "matplotlib", "pydantic", "numpy"}
