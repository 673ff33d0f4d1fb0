"""Changes of the tiny records and of their files, so that each faulty input is one line of a test.

A change is called with the records and alters them in place; an edit is called with a folder
of files.
"""

from collections.abc import Callable
from pathlib import Path

from exposure.faults import SKIPPED
from tests.tiny import Record, Records, figure

Change = Callable[[Records], None]
Edit = Callable[[Path], object]


def message_of(message: object) -> str:
    """Faults listed in a message, without the line about skipped checks."""
    return str(message).removesuffix(f"\n{SKIPPED}")


def put(table: str, number: int, **cells) -> Change:
    """Overwrite cells of one row; rows count from 0, so line = number + 2."""

    def change(records: Records) -> None:
        records[table][number] |= cells

    return change


def every(table: str, **cells) -> Change:
    """Overwrite cells of all rows."""

    def change(records: Records) -> None:
        records[table] = [row | cells for row in records[table]]

    return change


def add(table: str, *rows: Record) -> Change:
    """Append rows, to a new table if need be."""

    def change(records: Records) -> None:
        records.setdefault(table, []).extend(rows)

    return change


def without(table: str, *words: str) -> Change:
    """Drop the rows that hold all of these words; all rows if there are none."""

    def change(records: Records) -> None:
        kept = [row for row in records[table] if not set(words) <= {*map(str, row.values())}]
        assert len(kept) < len(records[table]), f"no row of {table} holds {words}"
        records[table] = kept

    return change


def both(*changes: Change) -> Change:
    """Several changes."""

    def change(records: Records) -> None:
        for one in changes:
            one(records)

    return change


def substitute(sector: str, component: str) -> Record:
    """Rows of ``substitution`` without durations."""
    key = {"sector": sector, "component": component, "quantity": "largest_share"}
    return key | figure(0.5)


def plant(*quantities: str) -> list[Record]:
    """A dysprosium plant with some of its quantities."""
    units = {"capacity_t_per_year": "t/yr", "success_probability": "share"}
    described = {
        "project": "plant", "element": "Dy", "stage": "separation", "country": "AUS",
        "target_date": "2026-07-01",
    }  # fmt: skip
    return [
        described | {"quantity": quantity} | figure(1.0, units.get(quantity, "week"))
        for quantity in quantities
    ]


def world_use(element: str) -> list[Record]:
    """What the world uses of an element."""
    key = {"element": element, "destination": "WLD", "quantity": "world_use_t_per_year"}
    return [key | figure(100.0, "t/yr")]


def pool_user(
    user: str, quantity: str, value: float | tuple[float, float, float], **cells: str
) -> Record:
    """A figure of a user of the dysprosium pool."""
    units = {"demand_t_per_year": "t/yr", "order_class": "class"}
    described = dict.fromkeys(
        ("name", "sector", "component", "destination", "buyer_class", "part_of"), ""
    )
    key = {"pool": "dy", "user": user, "quantity": quantity}
    return key | described | cells | figure(value, units.get(quantity, "share"))


def pool_size() -> Record:
    """Demand of the dysprosium pool."""
    return pool_user("all", "demand_t_per_year", 50.0)


def cover(quantity: str, weeks: float) -> Record:
    """Cover of the missiles' samarium magnets."""
    key = {"sector": "missiles", "component": "smco_magnet", "quantity": quantity}
    return key | figure(weeks, "week")


def stock(subject: str, day: str) -> Record:
    """A stock that was seen."""
    described = {"strength": "strong", "what": ""}
    return {"subject": subject, "component": "*", "date": day} | described | figure(4.0, "week")


def queue(destination: str, quantity: str, weeks: float | tuple[float, float, float]) -> Record:
    """A duration of the queue of one destination."""
    key = {"destination": destination, "buyer_class": "*", "element": "*", "quantity": quantity}
    return key | {"from_date": ""} | figure(weeks, "week")


def buyer(sector: str, buyer_class: str, share: float) -> Record:
    """Standard buyers of one class."""
    key = {"sector": sector, "buyer_class": buyer_class, "tier": "standard"}
    return key | figure(share)


def edit(table: str, old: str, new: str) -> Edit:
    """Replace the first occurrence of a text in a table's file."""

    def change(folder: Path) -> None:
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_bytes(text.replace(old, new, 1).encode())

    return change


def save(file: str, content: bytes) -> Edit:
    """Write a file."""
    return lambda folder: (folder / file).write_bytes(content)


def recode(table: str, encoding: str) -> Edit:
    """Save a table in another encoding."""

    def change(folder: Path) -> None:
        path = folder / f"{table}.csv"
        path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))

    return change


def rename(old: str, new: str) -> Edit:
    """Give a file another name."""
    return lambda folder: (folder / old).rename(folder / new)


def folder_for_file(file: str) -> Edit:
    """Put a folder in the place of a file."""

    def change(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).mkdir()

    return change


def semicolons(table: str) -> Edit:
    """Separate cells as spreadsheets do where the comma is the decimal mark."""

    def change(folder: Path) -> None:
        path = folder / f"{table}.csv"
        path.write_bytes(path.read_bytes().replace(b",", b";"))

    return change


def headless(table: str) -> Edit:
    """Leave nothing but the header."""

    def change(folder: Path) -> None:
        path = folder / f"{table}.csv"
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])

    return change


def price(item: str) -> Record:
    """A price of goods."""
    return {"period": "2025", "item": item, "place": "europe", **figure(1.0, "USD/kg")}


def stop(sector: str) -> Record:
    """A reported stoppage."""
    return {
        "sector": sector, "period": "2025-06", "case": "acme", "quantity": "weeks_stopped",
        "destination": "USA", "what": "", **figure(1.0, "week"),
    }  # fmt: skip
