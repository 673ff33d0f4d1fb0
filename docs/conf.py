"""Settings of the documentation site: ``python -m sphinx -W docs docs/_build`` builds it.

Nothing is fetched while it is built, and no page asks a network for anything: formulas become
MathML, and figures, commands and the reference are made from the installed package.
"""

import re
import sys
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import generated_pages  # noqa: E402 - a script of this folder

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
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", point_inside)
    app.connect("include-read", point_inside_included)
    app.add_node(nodes.math, override=True, html=(inline_formula, None))
    app.add_node(nodes.math_block, override=True, html=(formula, None))
