"""Marks that say in every header what was changed in the tables and rules of a result."""

from collections.abc import Sequence

from exposure.policy.rule_words import in_words
from exposure.policy.rules import Rule
from exposure.report.text.formats import counted
from exposure.report.text.safe import one_line
from exposure.tables.dataset import Dataset


def changes_line(dataset: Dataset) -> str:
    """Overlays and figures changed by hand in one line; empty for tables as they were read.

    Examples
    --------
    >>> from exposure.tables.dataset import Overlaid
    >>> overlay = Overlaid("acme", "", (("cover", ("missiles", "smco_magnet", "stock_weeks")),), ())
    >>> changes_line(Dataset({}, "2026.11.0", "", (overlay,)))
    'with overlay acme (1 row replaced, 0 added)'
    """
    parts = [
        f"overlay {one_line(overlay.folder)} "
        f"({counted(len(overlay.replaced), 'row')} replaced, {len(overlay.added)} added)"
        for overlay in dataset.overlaid
    ]
    if dataset.changed:
        parts.append(f"{counted(len(dataset.changed), 'figure')} changed by hand")
    return f"with {', '.join(parts)}" if parts else ""


def rules_line(added: Sequence[Rule]) -> str:
    """Rules added to a course in one line; empty if there are none.

    Examples
    --------
    >>> from exposure.policy.rule_words import rules_in_words
    >>> rules_line(rules_in_words(["Sm, military, withheld, from 2026-12-01"]))
    'with the rule on top: Sm, military, withheld, from 2026-12-01'
    """
    noun = "rule" if len(added) == 1 else "rules"
    return f"with the {noun} on top: {'; '.join(map(in_words, added))}" if added else ""


def tables_line(dataset: Dataset) -> str:
    """Mark with the version of the tables, for a header that does not name it."""
    line = changes_line(dataset)
    return f"tables {one_line(dataset.version)} {line}" if line else ""
