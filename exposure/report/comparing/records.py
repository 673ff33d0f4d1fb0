"""Differences between the records of two runs, cause by cause, in words and row by row."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from exposure.report.changes import CauseLine, ChangedCell, ChangedRow
from exposure.report.history.stored_run import StoredRun
from exposure.report.text.formats import counted
from exposure.tables.schema.catalogue import TABLES

OF_DRAWS = ("draws", "seed")
"""Settings that decide which draws are made."""

MOST_NAMED = 3
"""Rows that a sentence names at most."""

VERBS = ("added", "removed", "changed")
"""Possible changes of a row."""


def cause_lines(
    old: StoredRun, new: StoredRun, rows: Sequence[ChangedRow], *, moved: bool
) -> tuple[CauseLine, ...]:
    """The five causes in order, each with a sentence on what differs.

    Parameters
    ----------
    old, new
        Runs to compare.
    rows
        Rows of the tables that differ.
    moved
        Whether any score moved.
    """
    others = (_draws(old, new), _settings(old, new), _data(old, new, rows), _scenarios(old, new))
    unexplained = moved and not any(line.changed for line in others)
    return (_code(old, new, unexplained=unexplained), *others)


def _code(old: StoredRun, new: StoredRun, *, unexplained: bool) -> CauseLine:
    was, now = old.record, new.record
    parts = []
    if was.package_version != now.package_version:
        parts.append(f"version {was.package_version} of the package became {now.package_version}")
    libraries = sorted(was.library_versions.keys() | now.library_versions.keys())
    for name in libraries:
        versions = was.library_versions.get(name, "none"), now.library_versions.get(name, "none")
        if versions[0] != versions[1]:
            parts.append(f"{name} {versions[0]} became {versions[1]}")
    if not parts and unexplained:
        parts.append(
            f"version {now.package_version} gives other scores than before for the same record, "
            "so the code was changed without a new version"
        )
    text = _sentence(parts) or f"The same version of the package, {now.package_version}."
    return CauseLine(cause="code", changed=bool(parts), text=text)


def same_code(old: StoredRun, new: StoredRun) -> bool:
    """True if two runs were made by the same versions of package and libraries."""
    one, other = old.record, new.record
    return (one.package_version, one.library_versions) == (
        other.package_version,
        other.library_versions,
    )


def _draws(old: StoredRun, new: StoredRun) -> CauseLine:
    was, now = old.record, new.record
    parts = [
        f"{name} {was.settings.get(name)} became {now.settings.get(name)}"
        for name in OF_DRAWS
        if was.settings.get(name) != now.settings.get(name)
    ]
    if was.draws.conditioned != now.draws.conditioned:
        which = "those that agree with the record" if now.draws.conditioned else "all"
        parts.append(f"the draws are now {which}")
    elif not parts and was.draws.numbers_digest != now.draws.numbers_digest:
        parts.append("other draws agree with the record")
    same = f"The same {now.settings.get('draws')} draws of seed {now.settings.get('seed')}."
    return CauseLine(cause="draws", changed=bool(parts), text=_sentence(parts) or same)


def _settings(old: StoredRun, new: StoredRun) -> CauseLine:
    was, now = old.record.settings, new.record.settings
    names = sorted((was.keys() | now.keys()) - {*OF_DRAWS, "prior"})
    parts = [
        f"setting {name} {_word(was.get(name))} became {_word(now.get(name))}"
        for name in names
        if was.get(name) != now.get(name)
    ]
    text = _sentence(parts) or "The same settings."
    return CauseLine(cause="settings", changed=bool(parts), text=text)


def _word(value: object) -> str:
    return "none" if value is None else str(value)


def _data(old: StoredRun, new: StoredRun, rows: Sequence[ChangedRow]) -> CauseLine:
    was, now = old.record, new.record
    if was.dataset_digest == now.dataset_digest:
        text = f"The same rows of the tables, version {now.dataset_version}."
        return CauseLine(cause="data", changed=False, text=text)
    kinds = [row.change for row in rows]
    counts = [f"{counted(kinds.count(verb), 'row')} {verb}" for verb in VERBS if verb in kinds]
    parts = [_joined(counts)] if counts else ["the tables differ"]
    if was.dataset_version != now.dataset_version:
        parts.append(f"version {was.dataset_version} became {now.dataset_version}")
    folders = (
        [overlay.folder for overlay in was.overlaid],
        [overlay.folder for overlay in now.overlaid],
    )
    if folders[0] != folders[1]:
        parts.append(
            f"overlays {', '.join(folders[0]) or 'none'} became {', '.join(folders[1]) or 'none'}"
        )
    named = "; ".join(row.words for row in rows) if len(rows) <= MOST_NAMED else ""
    text = _sentence(parts) + (f" {named}." if named else "")
    return CauseLine(cause="data", changed=True, text=text)


def _scenarios(old: StoredRun, new: StoredRun) -> CauseLine:
    was = {stored.scenario: stored.scenario_digest for stored in old.record.scenarios}
    now = {stored.scenario: stored.scenario_digest for stored in new.record.scenarios}
    parts = [f"{name} is new" for name in now if name not in was]
    parts += [f"{name} is gone" for name in was if name not in now]
    parts += [f"{name} has other rules" for name in now if was.get(name, now[name]) != now[name]]
    text = _sentence(parts) or "The same scenarios."
    return CauseLine(cause="scenario", changed=bool(parts), text=text)


def _sentence(parts: Sequence[str]) -> str:
    """Parts as one sentence; empty without any.

    Examples
    --------
    >>> _sentence(["seed 7 became 8", "draws 16 became 32"])
    'Seed 7 became 8; draws 16 became 32.'
    """
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _joined(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def changed_rows(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[ChangedRow, ...]:
    r"""Rows that differ between two sets of tables, by table and key.

    Parameters
    ----------
    old, new
        Table name to CSV text.

    Examples
    --------
    >>> header = "sector,buyer_class,tier,central\n"
    >>> one, other = header + "radar,civil,trusted,0.5\n", header + "radar,civil,trusted,0.6\n"
    >>> [row.words for row in changed_rows({"buyers": one}, {"buyers": other})]
    ['buyers: radar, civil, trusted: central 0.5 -> 0.6']
    """
    names = [*TABLES, *sorted((old.keys() | new.keys()) - TABLES.keys())]
    return tuple(
        row
        for name in names
        if old.get(name) != new.get(name)
        for row in _rows_of_table(name, old.get(name, ""), new.get(name, ""))
    )


def _rows_of_table(name: str, old: str, new: str) -> Iterator[ChangedRow]:
    before, after = _by_key(name, old), _by_key(name, new)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        change, cells = _cells(was, now)
        yield ChangedRow(change=change, table=name, key=", ".join(key), cells=cells)


def _cells(
    was: Mapping[str, str] | None, now: Mapping[str, str] | None
) -> tuple[str, tuple[ChangedCell, ...]]:
    if was is None or now is None:
        cell = ChangedCell(column="", was=_in_short(was), now=_in_short(now))
        return ("added" if was is None else "removed"), (cell,)
    columns = list(dict.fromkeys((*was, *now)))
    return "changed", tuple(
        ChangedCell(column=column, was=was.get(column, ""), now=now.get(column, ""))
        for column in columns
        if was.get(column, "") != now.get(column, "")
    )


def _in_short(row: Mapping[str, str] | None) -> str:
    """A row in a few words: its figure, or nothing more than that it is there."""
    if row is None or "central" not in row:
        return ""
    spread = "" if row["low"] == row["high"] else f" ({row['low']} to {row['high']})"
    return f"{row['central']}{spread} {row['unit']}, {row['basis']}"


def _by_key(name: str, text: str) -> dict[tuple[str, ...], dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if not rows:
        return {}
    columns = list(rows[0])
    key = TABLES[name].key if name in TABLES else tuple(columns[:1])
    return {tuple(row.get(column, "") for column in key): row for row in rows}
