"""Write the tables of docs/history.md on mechanisms: ``python docs/mechanisms.py [DRAWS]``.

Each mechanism of the second edition is switched off by rows: the model is the same, but the
tables have no rows for the mechanism. DRAWS of the tables alone (1,024 by default) are then
compared with the losses that the record allows.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from history import percent, table
from pydantic import BaseModel
from readme import written

import exposure as ex
from exposure.evidence.conditioning import examine, inside_shares
from exposure.inputs.streams import Sampler
from exposure.tables.dataset import Dataset
from exposure.tables.schema.demand import SectorRow

PAGE = Path(__file__).parent / "history.md"
DRAWS = 1_024
HOME = "USA"

Rows = dict[str, list[BaseModel]]


def changed(row: BaseModel, value: float) -> BaseModel:
    """The row with a known value."""
    return row.model_copy(update={"low": value, "central": value, "high": value})


def known(rows: Rows, table_name: str, column: str, names: set[str], value: float) -> None:
    """Give rows whose quantity is among some a known value."""
    rows[table_name] = [
        changed(row, value) if getattr(row, column) in names else row for row in rows[table_name]
    ]


def own_draws(rows: Rows) -> None:
    """Every sector has separate draws of stock, lag and substitution, without correlation."""
    known(rows, "parameters", "parameter", {"stock_correlation"}, 0.0)
    members: dict[str, list[str]] = {}
    for sector in rows["sectors"]:
        members.setdefault(sector.uncertainty_group, []).append(sector.sector)
    needed = {(row.sector, row.component) for row in rows["needs"]}
    for name in ("cover", "substitution"):
        changed = {(row.sector, row.component, row.quantity) for row in rows[name]}
        rows[name] = rows[name] + [
            row.model_copy(update={"sector": sector})
            for row in rows[name]
            for sector in members.get(row.sector, ())
            if sector != row.sector
            and (sector, row.component, row.quantity) not in changed
            and (sector, row.component) in needed
        ]


def no_pools(rows: Rows) -> None:
    """Each sector loses its own fixed share, and nothing feeds it."""
    rows["pool_users"] = []
    rows["component_elements"] = [
        row.model_copy(update={"pool": ""}) for row in rows["component_elements"]
    ]


def no_alternatives(rows: Rows) -> None:
    """No element replaces another."""
    rows["component_elements"] = [
        row.model_copy(update={"alternative": ""}) for row in rows["component_elements"]
    ]


def one_queue(rows: Rows) -> None:
    """Figures of the office hold for all, refused files never return, there is no other road."""

    def of_all(row: BaseModel) -> bool:
        key = (row.destination, row.buyer_class, row.element, row.from_date)
        return key == ("*", "*", "*", None)

    covered = {row.quantity for row in rows["licence_queue"] if of_all(row)}
    rows["licence_queue"] = [
        row for row in rows["licence_queue"] if of_all(row) or row.quantity not in covered
    ]
    known(rows, "licence_queue", "quantity", {"look_through"}, 1.0)
    known(rows, "licence_queue", "quantity", {"reapplication_share"}, 0.0)
    known(rows, "parameters", "parameter", {"leak_share"}, 0.0)
    known(rows, "substitution", "quantity", {"assembly_share", "thrift_share"}, 0.0)


def one_firm(rows: Rows) -> None:
    """A sector is one firm, and a line that stops is a delivery that is missed at once."""
    known(rows, "parameters", "parameter", {"firm_spread"}, 0.0)
    known(rows, "sector_values", "quantity", {"work_in_process_weeks"}, 0.0)


MECHANISMS: Mapping[str, Callable[[Rows], None]] = {
    "shared draws": own_draws,
    "pools": no_pools,
    "alternatives": no_alternatives,
    "licences": one_queue,
    "firms": one_firm,
}
"""Functions that switch each mechanism off, in the order in which they are switched on."""


@dataclass(frozen=True)
class Seen:
    """Implied losses of the draws with some of the mechanisms."""

    inside: Mapping[str, float]
    """Share of draws inside all ranges, by sector."""
    losses: Mapping[str, Mapping[str, tuple[float, float]]]
    """Mean loss and the highest that was seen, by sector and quarter."""


def seen(dataset: Dataset, off: set[str], draws: int) -> Seen:
    """Hold draws against the losses that the record allows, without some mechanisms."""
    rows: Rows = {name: list(stated) for name, stated in dataset.rows.items()}
    for name in off:
        MECHANISMS[name](rows)
    without = Dataset.from_rows(rows, version=dataset.version)
    found = examine(without, ex.Settings(), Sampler.first(draws, 7), kinds=("losses",))
    losses: dict[str, dict[str, tuple[float, float]]] = {}
    for implied in found.implied:
        losses.setdefault(implied.subject, {})[str(implied.from_date)] = (
            float(implied.drawn.mean()),
            implied.high,
        )
    return Seen(inside_shares(found), losses)


def choices() -> dict[str, set[str]]:
    """Mechanisms that are off, by the head of their column."""
    names = list(MECHANISMS)
    found = {"all off": set(names)}
    found |= {f"+ {name}": set(names[position + 1 :]) for position, name in enumerate(names)}
    return found | {f"without {name}": {name} for name in names}


def quarters(off: Seen, on: Seen, names: Mapping[str, str]) -> str:
    """Mean implied loss by quarter, without and with mechanisms, and the observed range."""
    days = sorted({day for by_start in on.losses.values() for day in by_start})
    heads = [
        "sector",
        "mechanisms",
        *(f"{d[:4]} Q{(int(d[5:7]) + 2) // 3}" for d in days),
        "inside",
    ]
    rows = []
    for sector, name in names.items():
        for label, effect in (("off", off), ("on", on)):
            cells = effect.losses[sector]
            losses = [percent(cells[day][0]) if day in cells else "–" for day in days]
            shown = name if label == "off" else ""
            rows.append([shown, label, *losses, f"{effect.inside[sector]:.0%}"])
        cells = on.losses[sector]
        most = [f"{100 * cells[day][1]:.3g}" if day in cells else "–" for day in days]
        rows.append(["", "seen, at most", *most, ""])
    return table(heads, rows)


def main() -> None:
    """Examine each choice of mechanisms and write the page."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    dataset = ex.read_dataset()
    found = {head: seen(dataset, off, draws) for head, off in choices().items()}
    names = {
        row.sector: row.name
        for row in dataset.rows_of(SectorRow)
        if row.destination == HOME and row.sector in found["+ firms"].losses
    }
    shares = table(
        ["sector", *found],
        [
            [name, *(f"{effect.inside[sector]:.0%}" for effect in found.values())]
            for sector, name in names.items()
        ],
    )
    made = f"*Tables {dataset.version}, {draws:,} draws of the tables alone.*\n\n"
    text = PAGE.read_text(encoding="utf-8")
    tables = {
        "mechanisms": made + quarters(found["all off"], found["+ firms"], names),
        "shares": made + shares,
    }
    PAGE.write_text(written(text, tables), encoding="utf-8")


if __name__ == "__main__":
    main()
