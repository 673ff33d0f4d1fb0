"""Every public name documents its parameters and returns, arrays with their shape."""

import ast
import inspect
import textwrap
from collections.abc import Iterator

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


def described(annotation: str, parameter: Parameter) -> bool:
    """Whether the text of an array names its shape."""
    return not any(word in annotation for word in ARRAYS) or "shape" in " ".join(parameter.desc)


def fields(owner: type) -> set[str]:
    """Public fields that a class states in its body."""
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0].body
    stated = [statement.target.id for statement in body if isinstance(statement, ast.AnnAssign)]
    return {name for name in stated if not name.startswith("_")}


def missing(name: str, item: object) -> Iterator[str]:
    """What the docstring of a public name does not say."""
    # Fields of a class are described where they are stated; the next test reads them there.
    needed = set(NEEDED) - ({"PR01", "PR02", "RT01"} if inspect.isclass(item) else set())
    yield from (text for code, text in validate(name)["errors"] if code in needed)
    if not inspect.isfunction(item):
        return
    doc = get_doc_object(item)
    annotations = {key: str(kind) for key, kind in item.__annotations__.items()}
    for documented in doc["Parameters"]:
        for parameter in documented.name.split(", "):
            if not described(annotations[parameter.lstrip("*")], documented):
                yield f"shape of {parameter}"
    for returned in doc["Returns"]:
        if not described(f"{returned.name} {returned.type}", returned):
            yield "shape of what is returned"


def test_a_public_name_says_what_it_takes_and_gives():
    found = {name: list(missing(name, item)) for name, item in public().items()}
    assert len(found) > 100
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_every_public_field_of_a_class_is_described():
    for owner in public().values():
        if inspect.isclass(owner) and not issubclass(owner, Exception):
            attributes = get_doc_object(owner)["Attributes"]
            in_class = {name for one in attributes for name in one.name.split(", ")}
            assert fields(owner) - set(field_meanings(owner)) - in_class == set(), owner
