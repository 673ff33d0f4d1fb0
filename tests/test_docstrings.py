"""Every public name documents its parameters and returns, arrays with their shape."""

import ast
import inspect
import textwrap
from collections.abc import Iterator

import pytest
from numpydoc.docscrape import Parameter, get_doc_object
from numpydoc.validate import validate

import exposure as ex
from exposure.report.text.glossary import field_meanings

NEEDED = {
    "GL08": "no docstring",
    "SS01": "no summary",
    "PR01": "a parameter that is not described",
    "PR02": "a parameter that does not exist",
    "PR07": "a parameter without description",
    "RT01": "no section Returns",
    "RT03": "a value returned without description",
}
"""Findings of numpydoc that count."""

ARRAYS = ("FloatArray", "IntArray", "BoolArray", "ndarray")


def public() -> dict[str, object]:
    """Public functions, classes and members of classes, by full name."""
    found: dict[str, object] = {}
    for name in sorted(set(ex.__all__) - {"__version__"}):
        item = getattr(ex, name)
        home = f"{item.__module__}.{item.__qualname__}"
        found[home] = item
        if inspect.isclass(item):
            found |= {f"{home}.{member}": it for member, it in members(item)}
    return found


def members(owner: type) -> Iterator[tuple[str, object]]:
    """Public methods and properties that a class defines itself."""
    for name, item in vars(owner).items():
        plain = getattr(item, "__func__", item)
        kind = type(item).__name__
        if not name.startswith("_") and (
            inspect.isfunction(plain) or kind in ("property", "cached_property")
        ):
            yield name, item


NAMES = public()


def described(annotation: str, parameter: Parameter) -> bool:
    """Whether the text of an array names its shape."""
    return not any(word in annotation for word in ARRAYS) or "shape" in " ".join(parameter.desc)


def fields(owner: type) -> set[str]:
    """Public fields that a class states in its body."""
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0].body
    stated = [statement.target.id for statement in body if isinstance(statement, ast.AnnAssign)]
    return {name for name in stated if not name.startswith("_")}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_public_name_says_what_it_takes_and_gives(name: str):
    item = NAMES[name]
    # Fields of a class are described where they are stated; the next test reads them there.
    needed = set(NEEDED) - ({"PR01", "PR02", "RT01"} if inspect.isclass(item) else set())
    assert [text for code, text in validate(name)["errors"] if code in needed] == []
    if not inspect.isfunction(item):
        return
    doc = get_doc_object(item)
    annotations = {key: str(kind) for key, kind in item.__annotations__.items()}
    for documented in doc["Parameters"]:
        for parameter in documented.name.split(", "):
            assert described(annotations[parameter.lstrip("*")], documented), (
                f"shape of {parameter}"
            )
    for returned in doc["Returns"]:
        assert described(f"{returned.name} {returned.type}", returned), "shape of what is returned"


@pytest.mark.parametrize(
    "owner",
    [item for item in NAMES.values() if inspect.isclass(item) and not issubclass(item, Exception)],
    ids=lambda owner: owner.__name__,
)
def test_every_public_field_of_a_class_is_described(owner: type):
    in_class = {
        name
        for attribute in get_doc_object(owner)["Attributes"]
        for name in attribute.name.split(", ")
    }
    assert fields(owner) - set(field_meanings(owner)) - in_class == set()
