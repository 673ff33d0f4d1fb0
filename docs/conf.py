"""Settings of the documentation site: ``python -m sphinx -W docs docs/_build`` builds it.

Nothing is fetched while it is built, and no page asks a network for anything: formulas become
MathML, and figures, commands and the reference are made from the installed package.
"""

import inspect
import re
import sys
from pathlib import Path
from typing import get_type_hints

from docutils import nodes
from latex2mathml.converter import convert
from pydantic import BaseModel
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import generated_pages  # noqa: E402 - a script of this folder

import exposure  # noqa: E402
from exposure.version import __version__  # noqa: E402

project = "exposure"
author = "The exposure developers"
project_copyright = "The exposure developers, Apache-2.0"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "glossary_words.md"]
templates_path = ["templates"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4

autosummary_generate = True
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
default_role = "py:obj"
smartquotes_action = "qe"  # no dashes: an option such as --prior keeps its two hyphens
maximum_signature_line_length = 88
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = f"exposure {release}"
html_copy_source = False
html_static_path = ["static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True}
copybutton_exclude = ".linenos, .gp, .go"

linkcheck_timeout = 20
linkcheck_workers = 4
linkcheck_retries = 2

OUTSIDE = {
    "../datasets/README.md": "dictionary.md",
    "../CHANGELOG.md": "changelog.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../README.md": "index.md",
    "datasets/README.md": "dictionary.md",
    "CHANGELOG.md": "changelog.md",
    "own_tables": "generated/example_tables.md#own-tables",
    "own_tables/less_stock": "generated/example_tables.md#own-tables-less-stock",
    "own_tables/one_supplier": "generated/example_tables.md#own-tables-one-supplier",
    "own_tables_holmium": "generated/example_tables.md#own-tables-holmium",
    "own_tables_gallium": "generated/example_tables.md#own-tables-gallium",
}
"""Links that are right in the repository, with the page of the site that shows the same."""


def point_inside(_app: Sphinx, _name: str, text: list[str]) -> None:
    """Turn links to files and folders of the repository into links to pages of the site."""
    text[0] = re.sub(
        r"\]\(([^)#\s]+)\)", lambda found: f"]({OUTSIDE.get(found[1], found[1])})", text[0]
    )


def point_inside_included(app: Sphinx, _relative: Path, name: str, text: list[str]) -> None:
    """Do the same for a file that a page includes."""
    point_inside(app, name, text)


def keep_together(_app: Sphinx, page: nodes.document) -> None:
    """Let no line end within an interval, a percentage or a mean with its error."""
    for text in list(page.findall(nodes.Text)):
        if not isinstance(text.parent, nodes.literal | nodes.FixedTextElement | nodes.math):
            kept = re.sub(r"(?<=\d)–(?=\d)", "\u2060–\u2060", text)
            kept = re.sub(r"(?<=\d) ± (?=\d)", "\u00a0±\u00a0", kept)
            kept = re.sub(r"(?<=\d) (?=%)", "\u00a0", kept)
            text.parent.replace(text, nodes.Text(kept))


def show_plain_types() -> None:
    """Give the public models signatures with the type of each field, without its checks."""
    for name in exposure.__all__:
        model = getattr(exposure, name)
        if isinstance(model, type) and issubclass(model, BaseModel):
            hints = get_type_hints(model)
            signature = inspect.signature(model)
            plain = [
                field.replace(annotation=hints[field.name], default=_default(model, field))
                for field in signature.parameters.values()
            ]
            model.__signature__ = signature.replace(parameters=plain)
            model.__annotations__ = {field: hints[field] for field in model.__annotations__}


def _default(model: type[BaseModel], field: inspect.Parameter) -> object:
    if field.default is inspect.Parameter.empty:
        return field.default
    default: object = model.model_fields[field.name].get_default(call_default_factory=True)
    # A whole model as the default of a field would fill half a page.
    return _Verbatim(f"{type(default).__name__}()") if isinstance(default, BaseModel) else default


class _Verbatim(str):
    """A default that a signature shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def shorten_arrays(
    _app: Sphinx, _what: str, _name: str, _of: object, _options: object,
    signature: str | None, returns: str | None,
) -> tuple[str | None, str | None]:  # fmt: skip
    """Call an array an array; the docstring has its shape."""
    pattern = r"ndarray\[tuple\[Any, \.\.\.\], dtype\[(\w+)\]\]"
    short = [text and re.sub(pattern, "ndarray", text) for text in (signature, returns)]
    return short[0], short[1]


def outdated(*_args: object) -> list[str]:
    """Read the list of public names again in every build: its summaries come from docstrings."""
    return ["generated/reference"]


def inline_formula(self: nodes.NodeVisitor, node: nodes.math) -> None:
    """Write a formula within a line as MathML."""
    self.body.append(convert(node.astext()))  # type: ignore[attr-defined]
    raise nodes.SkipNode


def formula(self: nodes.NodeVisitor, node: nodes.math_block) -> None:
    """Write a formula of its own as MathML."""
    self.body.append(  # type: ignore[attr-defined]
        f'<div class="math">{convert(node.astext(), display="block")}</div>'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Make the generated pages before Sphinx looks for pages, and connect what is above."""
    generated_pages.write()
    show_plain_types()
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", point_inside)
    app.connect("include-read", point_inside_included)
    app.connect("doctree-read", keep_together)
    app.connect("env-get-outdated", outdated)
    app.connect("autodoc-process-signature", shorten_arrays)
    app.add_node(nodes.math, override=True, html=(inline_formula, None))
    app.add_node(nodes.math_block, override=True, html=(formula, None))
