"""Warnings about input without effect: rows, files and rules that nothing reads."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from exposure.faults import MOST_SHOWN, Fault

if TYPE_CHECKING:
    from exposure.cli.options import Options
    from exposure.policy.scenario import Scenario
    from exposure.result import Assessment
    from exposure.tables.dataset import Dataset, RowKey


def idle_tables(dataset: "Dataset", options: "Options") -> list[Fault]:
    """Files that are not read, and rows of overlays that no run can read."""
    from exposure.tables.reading.effect import rows_without_effect

    rows = rows_without_effect(dataset, starts=(), given=_overlay_rows(dataset))
    return [*dataset.origin.unread, *rows, *_count_of_others(dataset, options)]


def _count_of_others(dataset: "Dataset", options: "Options") -> list[Fault]:
    """Number of rows of a folder given by ``--data`` that no run can read; `check` lists them."""
    from exposure.report.text.formats import counted
    from exposure.tables.reading.effect import rows_without_effect

    if options.data is None:
        return []
    overlay_rows = _overlay_rows(dataset)
    others = [row for row in all_rows(dataset) if row not in overlay_rows and row[0] != "sources"]
    number = len(rows_without_effect(dataset, starts=(), given=others))
    if not number:
        return []
    found, cure = counted(number, "set"), f"see exposure check {options.data}"
    return [
        Fault("", f"{found} of rows that no run reads", "rows that are read", cure,
              str(options.data))
    ]  # fmt: skip


def all_rows(dataset: "Dataset") -> "list[RowKey]":
    """Table and key of every row."""
    from exposure.tables.dataset import row_key

    return [row_key(row) for rows in dataset.rows.values() for row in rows]


def _overlay_rows(dataset: "Dataset") -> "frozenset[RowKey]":
    return frozenset(
        row for overlay in dataset.overlaid for row in (*overlay.replaced, *overlay.added)
    )


def idle_in_runs(dataset: "Dataset", results: "Sequence[Assessment]") -> list[Fault]:
    """Rows of overlays that other runs can read, but these runs did not."""
    from exposure.tables.reading.effect import rows_without_effect

    overlay_rows = _overlay_rows(dataset)
    if not overlay_rows:
        return []
    read = {row for result in results for rows in result.run.inputs.notes.values() for row in rows}
    starts = {result.scenario.start for result in results}
    known = set(rows_without_effect(dataset, starts=(), given=overlay_rows))
    found = rows_without_effect(dataset, starts=starts, read=read, given=overlay_rows)
    return [fault for fault in found if fault not in known]


def idle_rules_of(
    dataset: "Dataset", scenarios: "Iterable[Scenario]", *, weeks: int | None = None
) -> list[Fault]:
    """Rules that decide or change nothing, except those of shipped scenario files."""
    from exposure.inputs.index import Index
    from exposure.licensing.idle_rules import idle_rules
    from exposure.licensing.rules_on_top import without_effect
    from exposure.policy.scenario import WITH_RULES
    from exposure.policy.scenario_file import shipped_scenarios

    shipped, index = set(shipped_scenarios()), Index(dataset)
    found: list[Fault] = []
    for scenario in scenarios:
        run, is_shipped = (
            weeks or scenario.horizon_weeks,
            scenario.scenario.removesuffix(WITH_RULES) in shipped,
        )
        if scenario.added or not is_shipped:
            found += idle_rules(index, scenario, weeks=run, added_only=is_shipped)
            found += without_effect(index, scenario, weeks=run)
    return found


def doubtful(dataset: "Dataset") -> list[str]:
    """Rows that do not fit other rows, each as one line."""
    from exposure.tables.reading.magnitudes import doubtful_rows

    return as_warnings(doubtful_rows(dataset), kind="doubtful")


def as_warnings(faults: Collection[Fault], *, kind: str = "without effect") -> list[str]:
    """Write each finding as one line after its kind, at most a hundred of them.

    Examples
    --------
    >>> fault = Fault("", "a spreadsheet", "a CSV file", "save it as CSV", "needs.xlsx")
    >>> as_warnings([fault])
    ['without effect: needs.xlsx: found a spreadsheet; expected a CSV file; save it as CSV']
    """
    listed = list(dict.fromkeys(faults))
    lines = [f"{kind}: {line_of(fault)}" for fault in listed[:MOST_SHOWN]]
    more = len(listed) - MOST_SHOWN
    return [*lines, f"{kind}: {more} more"] if more > 0 else lines


def line_of(fault: Fault) -> str:
    """File, place and text of a fault in one line."""
    return ": ".join(part for part in (fault.file, fault.place, fault.text) if part)
