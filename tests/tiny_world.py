"""The tiny tables with pools, firms, third countries, refusals and catch-up."""

from tests.tiny import Records, add_parameter, add_pool, figure, tiny_records


def world_records() -> Records:
    """A fresh copy of the records."""
    records = tiny_records()
    add_pool(records, "sm", {"missiles": (0.3, 1)})
    add_pool(records, "dy", {"missiles": (0.1, 1), "electric_vehicles": (0.55, 4)})
    for name, value, unit in (
        ("rationing_weight", 0.8, "share"), ("switch_weeks", 4.0, "week"),
        ("switch_ramp_weeks", 10.0, "week"), ("firm_spread", 0.7, "sigma"),
        ("leak_share", 0.05, "share"), ("leak_weeks", 4.0, "week"),
        ("recapture_share", 0.25, "share"),
    ):  # fmt: skip
        add_parameter(records, name, value, unit)
    cars = {"sector": "electric_vehicles", "component": "ndfeb_heavy_magnet"}
    for quantity, value, unit in (
        ("largest_share", 0.2, "share"), ("qualification_weeks", 20.0, "week"),
        ("ramp_weeks", 15.0, "week"), ("thrift_share", 0.06, "share"),
        ("assembly_share", 0.1, "share"), ("assembly_weeks", 8.0, "week"),
        ("assembly_ramp_weeks", 6.0, "week"),
    ):  # fmt: skip
        records["substitution"].append({**cars, "quantity": quantity, **figure(value, unit)})
    records["buyers"] = [
        {"sector": sector, "buyer_class": kind, "tier": tier, **figure(share)}
        for sector, kind, tier, share in (
            ("missiles", "military", "standard", 0.8),
            ("missiles", "dual", "listed", 0.2),
            ("electric_vehicles", "civil", "trusted", 0.3),
            ("electric_vehicles", "civil", "standard", 0.7),
            ("loudspeakers", "civil", "standard", 1.0),
        )
    ]
    figures = {
        "refusal_share": 0.5, "reapplication_share": 0.6, "renewal_approval": 0.9,
        "enforcement_weeks": 4.0, "catch_up_ceiling": 1.3, "capacity_start_share": 0.4,
    }  # fmt: skip
    for row in records["licence_queue"]:
        if row["quantity"] in figures:
            row.update(dict.fromkeys(("low", "central", "high"), figures[row["quantity"]]))
    return records
