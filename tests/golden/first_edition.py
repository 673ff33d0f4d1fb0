"""Losses of version 0.1.0 on the tiny tables, with which later versions are compared.

Pools without users, one firm a sector and no alternatives are the model of version 0.1.0, so its
losses must come out again to the last bit. Every figure stands at its central value, because the
random streams differ. From a checkout of version 0.1.0, run

    PYTHONPATH=. python first_edition.py > first_edition.json

with this file and the result in place of those names.
"""

import json
import sys
from datetime import date

import exposure as ex
from exposure.policy.rules import Rule
from exposure.policy.scenario import Scenario
from tests.tiny import tiny_dataset, tiny_records

START, TRUCE = date(2025, 4, 4), date(2025, 6, 11)
QUEUE = [
    Rule(starts=START, state="ordinary"),
    Rule(buyer_class="military", starts=START, state="withheld"),
]
COURSES = {
    "queue": QUEUE,
    "samarium": [Rule(element="Sm", starts=START, state="withheld")],
    "truce": [*QUEUE, Rule(buyer_class="civil", starts=TRUCE, state="fast_track")],
    "shut": [*QUEUE, Rule(starts=TRUCE, state="withheld")],
}
STOCKS = {"no stock": 0.0, "some stock": 6.0, "much stock": 20.0}
"""Weeks of stock. Without stock, and with full criticality, the loss is what does not arrive."""


def dataset_of(stock):
    """Tiny tables at their central values, with one stock for all."""
    records = tiny_records()
    for rows in records.values():
        for row in rows:
            if "central" in row:
                row |= {"low": row["central"], "high": row["central"]}
    for row in records["cover"]:
        if row["quantity"] == "stock_weeks":
            row |= {"low": stock, "central": stock, "high": stock}
    for row in records["needs"]:
        if not stock:
            row |= {"low": 1.0, "central": 1.0, "high": 1.0}
    return tiny_dataset(records)


def losses():
    """Lost share of output by course, stock and sector, week by week."""
    settings = {"draws": 1, "horizon_weeks": 60}
    if "prior" in ex.Settings.model_fields:
        settings["prior"] = True
    found = {}
    for course, rules in COURSES.items():
        scenario = Scenario(scenario=course, name=course, start=START, text=course, rules=rules)
        for stock, weeks in STOCKS.items():
            weekly = ex.assess(dataset_of(weeks), scenario, ex.Settings(**settings)).weekly
            for sector in ("missiles", "electric_vehicles"):
                lost = weekly[weekly["sector"] == sector]["lost_share"]
                found[f"{course}, {stock}, {sector}"] = lost.tolist()
    return found


if __name__ == "__main__":
    json.dump(losses(), sys.stdout, indent=0)
