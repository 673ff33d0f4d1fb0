"""Printing what changed between two runs, for `diff` and `history compare`."""

from typing import TYPE_CHECKING

from exposure.cli.messages import show
from exposure.cli.options import Format, Options

if TYPE_CHECKING:
    from exposure.report.changes import Changes


def show_changes(changes: "Changes", options: Options) -> None:
    """Print what changed, in the form that the options name; CSV holds the rows of the tables."""
    from exposure.report.files.json_output import changes_json
    from exposure.report.text.briefing_words import changes_text

    if options.form is Format.JSON:
        show(changes_json(changes))
    elif options.form is Format.CSV:
        _show_rows(changes)
    else:
        show(changes_text(changes))


def _show_rows(changes: "Changes") -> None:
    from exposure.report.files.csv_output import csv_text
    from exposure.scoring.columns import result_frame

    rows = [
        {
            "change": row.change, "table": row.table, "key": row.key, "column": cell.column,
            "was": cell.was, "now": cell.now,
        }
        for row in changes.rows
        for cell in row.cells
    ]  # fmt: skip
    frame = result_frame("differences", rows)
    show(csv_text(frame, {"record_digest": changes.now.record_digest}))
