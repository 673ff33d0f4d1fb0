"""The smallest complete set of tables: three elements, three components, three sectors.

All figures are made up. Every test that needs tables of its own starts from a fresh copy of
these records and changes what it is about.
"""

from functools import cache
from pathlib import Path
from typing import Any

from exposure.tables.dataset import Dataset
from exposure.tables.reading.folders import dataset_from_records
from exposure.tables.schema.catalogue import TABLES

STAGES = ("mining", "separation", "metal", "magnet")

Record = dict[str, Any]
Records = dict[str, list[Record]]


def figure(value: float | tuple[float, float, float], unit: str = "share") -> Record:
    low, central, high = value if isinstance(value, tuple) else (value, value, value)
    return {
        "low": low, "central": central, "high": high, "unit": unit, "basis": "assumed",
        "rests_on_assumption": "", "source_id": "", "locator": "", "note": "made up for tests",
    }  # fmt: skip


def tiny_records() -> Records:
    """A fresh copy of the records."""
    described = {"source_id": "", "locator": "", "note": ""}
    elements = [
        ("Sm", "samarium", "light", "2025-04-04"),
        ("Dy", "dysprosium", "heavy", "2025-04-04"),
        ("Nd", "neodymium", "light", ""),
    ]
    components = [
        ("smco_magnet", "Sm", "mining separation metal magnet"),
        ("ndfeb_heavy_magnet", "Dy Nd", "mining separation metal magnet"),
        ("ndfeb_light_magnet", "Nd", "mining separation metal magnet"),
    ]
    sectors = [
        ("missiles", "military", ["smco_magnet", "ndfeb_heavy_magnet"]),
        ("electric_vehicles", "civil", ["ndfeb_heavy_magnet"]),
        ("loudspeakers", "civil", ["ndfeb_light_magnet"]),
    ]
    records: Records = {
        "elements": [
            {
                "element": e, "name": n, "group": g, "controlled_from": day,
                "control_item": "", **described,
            }
            for e, n, g, day in elements
        ],
        "components": [
            {
                "component": c, "name": c.replace("_", " "), "item_group": c, "elements": e,
                "stages": s, "processed_in": "JPN", **described,
            }
            for c, e, s in components
        ],
        "stages": [
            {"stage": stage, "position": position, "name": stage, "note": ""}
            for position, stage in enumerate(STAGES, start=1)
        ],
        "component_elements": [
            {
                "component": c, "element": element, "pool": element.lower(), "alternative": "",
                **figure(0.3),
            }
            for c, made_of, _ in components
            for element in made_of.split()
        ],
        "pool_users": [],
        "stage_shares": [],
        "sourcing": [
            {
                "destination": "USA", "buyer_class": "military", "component": "smco_magnet",
                "stage": stage, "country": country, "from_date": "2025-01-01", "measure": "",
                **figure(share),
            }
            for stage in ("metal", "magnet")
            for country, share in (("CHN", (0.0, 0.1, 0.2)), ("ROW", 0.9))
        ],
        "sectors": [
            {
                "sector": s, "name": s.replace("_", " ").title(), "end_use": "civil",
                "destination": "USA", "industry_code": f"CODE{i}", "uncertainty_group": "made_up",
                "note": "",
            }
            for i, (s, _, _) in enumerate(sectors)
        ],
        "sector_values": [],
        "buyers": [],
        "needs": [],
        "cover": [],
        "substitution": [],
        "new_supply": [],
        "demand": [],
        "licence_queue": queue_records(),
        "parameters": [
            {"parameter": "nested_share", "scope": "*", **figure((0.5, 0.9, 1.0))},
            {"parameter": "restock_ratio", "scope": "*", **figure((1.0, 1.3, 2.0), "ratio")},
            {"parameter": "application_weight", "scope": "Sm", **figure(1.0, "weight")},
            {"parameter": "application_weight", "scope": "Dy", **figure((1.0, 3.0, 5.0), "weight")},
        ],
        "sources": [
            {
                "source_id": "made_up_2025", "title": "A made-up source", "publisher": "Nobody",
                "published": "2025", "accessed": "2026-11-21", "address": "https://example.org",
                "licence": "", "grade": "weak", "says": "nothing", "does_not_say": "",
            }
        ],
    }  # fmt: skip
    for element in ("Sm", "Dy", "Nd"):
        for stage in ("mining", "separation", "metal", "magnet"):
            share = 0.6 if stage == "mining" else 0.95
            of_china = (share - 0.05, share, share + 0.05)
            for country, value in (("CHN", of_china), ("ROW", 1 - share)):
                records["stage_shares"].append(
                    {
                        "element": element, "stage": stage, "country": country, "year": "2024",
                        "kind": "outturn", **figure(value),
                    }
                )  # fmt: skip
    for sector, buyer_class, needed in sectors:
        add_sector(records, sector, buyer_class, needed)
    return records


def add_sector(records: Records, sector: str, buyer_class: str, components: list[str]) -> None:
    """Add everything but the row of the table ``sectors`` itself."""
    records["sector_values"] += [
        {
            "sector": sector, "quantity": "industry_value_added_musd",
            **figure(1000.0, "USD million/yr"),
        },
        {"sector": sector, "quantity": "industry_share", **figure(0.5)},
    ]  # fmt: skip
    records["buyers"].append(
        {"sector": sector, "buyer_class": buyer_class, "tier": "standard", **figure(1.0)}
    )
    for component in components:
        key = {"sector": sector, "component": component}
        records["needs"].append({**key, "quantity": "criticality_share", **figure((0.5, 0.8, 1.0))})
        records["cover"] += [
            {**key, "quantity": "stock_weeks", **figure((2.0, 6.0, 12.0), "week")},
            {**key, "quantity": "lag_weeks", **figure((1.0, 3.0, 5.0), "week")},
        ]


def add_pool(
    records: Records, pool: str, users: dict[str, tuple[float, int]], *, demand: float = 100.0
) -> None:
    """Add a pool with ranked sectors as users: share of its demand, and order of service."""

    def row(user: str, quantity: str, value: float, unit: str, sector: str = "") -> Record:
        described = dict.fromkeys(
            ("name", "component", "destination", "buyer_class", "part_of"), ""
        )
        return {
            "pool": pool, "user": user, "quantity": quantity, "sector": sector, **described,
            **figure(value, unit),
        }  # fmt: skip

    records["pool_users"].append(row("all", "demand_t_per_year", demand, "t/yr"))
    for user, (share, order) in users.items():
        records["pool_users"] += [
            row(user, "share_of_demand_outside_china", share, "share", user),
            row(user, "order_class", order, "class", user),
        ]


def add_parameter(records: Records, name: str, value: float, unit: str, scope: str = "*") -> None:
    """Add a constant."""
    records["parameters"].append({"parameter": name, "scope": scope, **figure(value, unit)})


def queue_records() -> list[Record]:
    """One queue for every destination."""
    shares_and_weeks: dict[str, tuple[float | tuple[float, float, float], str]] = {
        "capacity_share_per_week": ((0.05, 0.1, 0.2), "share/week"),
        "first_decision_week": ((4.0, 6.0, 9.0), "week"),
        "approval_ordinary": ((0.5, 0.7, 0.9), "share"),
        "approval_fast_track": ((0.8, 0.9, 1.0), "share"),
        "approval_general": (1.0, "share"),
        "delay_weeks_ordinary": ((5.0, 7.0, 9.0), "week"),
        "delay_weeks_fast_track": ((1.0, 2.0, 3.0), "week"),
        "delay_weeks_general": (4.0, "week"),
        "validity_weeks_ordinary": (26.0, "week"),
        "validity_weeks_fast_track": (26.0, "week"),
        "validity_weeks_general": (52.0, "week"),
        "renewal_lead_weeks": ((4.0, 6.0, 9.0), "week"),
        "renewal_approval": (1.0, "share"),
        "look_through": ((0.0, 0.5, 1.0), "share"),
        "applications_civil": (0.8, "share"),
        "applications_dual": (0.15, "share"),
        "applications_military": (0.05, "share"),
        "applications_trusted": (0.3, "share"),
        "applications_listed": (0.05, "share"),
        # What follows is neutral here; a test that is about it sets its own figures.
        "capacity_start_share": (1.0, "share"),
        "capacity_growth_weeks": (8.0, "week"),
        "refusal_share": (0.0, "share"),
        "reapplication_share": (0.0, "share"),
        "reapplication_weeks": (8.0, "week"),
        "delay_weeks_ordinary_upstream": ((5.0, 7.0, 9.0), "week"),
        "delay_weeks_listed": (26.0, "week"),
        "enforcement_weeks": (0.0, "week"),
        "catch_up_ceiling": (1.0, "ratio"),
        "recoverable_share": (0.5, "share"),
        "checked_share": (0.0, "share"),
        "check_weeks": (6.0, "week"),
        "approval_ordinary_upstream": ((0.3, 0.5, 0.7), "share"),
    }
    return [
        {
            "destination": "*", "buyer_class": "*", "element": "*", "quantity": quantity,
            "from_date": "", **figure(value, unit),
        }
        for quantity, (value, unit) in shares_and_weeks.items()
    ]  # fmt: skip


def tiny_dataset(records: Records | None = None) -> Dataset:
    """Checked dataset of the records; that of the usual ones, which cannot change, is made once."""
    return dataset_from_records(records, version="tiny") if records else _usual()


@cache
def _usual() -> Dataset:
    return dataset_from_records(tiny_records(), version="tiny")


def write_folder(folder: Path, records: Records | None = None) -> Path:
    """Write the records as CSV files, with unchanged cells, whether valid or not."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (records or tiny_records()).items():
        columns = TABLES[name].columns
        lines = [",".join(columns)]
        lines += [",".join(_cell(row.get(column, "")) for column in columns) for row in rows]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _cell(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)


__all__ = ["add_sector", "figure", "tiny_dataset", "tiny_records", "write_folder"]
