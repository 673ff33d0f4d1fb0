"""Marks that say in every header what was changed in the tables of a result."""

from exposure.report.text.formats import counted
from exposure.report.text.safe import one_line
from exposure.tables.dataset import Dataset


def changes_line(dataset: Dataset) -> str:
    """Overlays and figures changed by hand in one line; empty for tables as they were read.

    Examples
    --------
    >>> from exposure.tables.dataset import Overlaid
    >>> laid = Overlaid("acme", "", (("cover", ("missiles", "smco_magnet", "stock_weeks")),), ())
    >>> changes_line(Dataset({}, "2026.11.0", "", (laid,)))
    'with overlay acme (1 row replaced, 0 added)'
    """
    parts = [
        f"overlay {one_line(laid.folder)} "
        f"({counted(len(laid.replaced), 'row')} replaced, {len(laid.added)} added)"
        for laid in dataset.overlaid
    ]
    if dataset.changed:
        parts.append(f"{counted(len(dataset.changed), 'figure')} changed by hand")
    return f"with {', '.join(parts)}" if parts else ""


def tables_line(dataset: Dataset) -> str:
    """The same with the version of the tables, for a header that does not name it."""
    line = changes_line(dataset)
    return f"tables {one_line(dataset.version)} {line}" if line else ""
