"""Templates of pages: everything that comes from users is escaped and printable."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from exposure.report.text.safe import printable


def make_environment() -> Environment:
    """Templates of this folder; a word that a template does not know is an error."""
    return Environment(
        loader=PackageLoader("exposure", "report/html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value)
    return value
