"""Costs of levers: their stated costs, and for stocks the oxide at the shipped prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from exposure.arrays import plain_sum
from exposure.errors import LeverError
from exposure.faults import Fault
from exposure.measures.lever import Lever, Stock
from exposure.tables.dataset import Dataset
from exposure.tables.schema.observed import PriceRow
from exposure.tables.schema.policy import ParameterRow

DAYS_A_YEAR = 365.25

USD_PER_MUSD = 1e6

KG_PER_TONNE = 1000.0

YEARS_OF_PRICES = 2
"""Years whose prices give the range: the newest, and the one before."""

Range = tuple[float, float, float]
"""Low, central, high."""


@dataclass(frozen=True)
class Price:
    """Price of an element as oxide, USD for a kilogram of the element in it."""

    low: float
    central: float
    high: float
    period: str
    """Date of the central price."""
    place: str
    """Market of the price."""


def price_of(dataset: Dataset, element: str) -> Price:
    """Price of an element as oxide.

    The central price is the newest one at which buyers outside China could buy, and the newest of
    all where there is none. The range is that of all prices of the last two years, those in China
    among them: prices outside are quoted for small lots.

    Parameters
    ----------
    dataset
        Tables; `prices` and, for the element in its oxide, `parameters`.
    element
        Its symbol.

    Raises
    ------
    LeverError
        If the table has no price of the oxide.
    """
    item = f"{element.lower()}_oxide"
    rows = [row for row in dataset.rows_of(PriceRow) if row.item == item and row.unit == "USD/kg"]
    if not rows:
        expected = f"a price of {item} in USD/kg"
        raise LeverError([Fault("item", f"no {item}", expected, "add a row", "prices.csv")])
    newest = max(int(row.period[:4]) for row in rows)
    late = [row for row in rows if int(row.period[:4]) > newest - YEARS_OF_PRICES]
    outside = [row for row in late if "china" not in row.place and row.place != "shanghai"]
    traded = [row for row in outside if not row.place.startswith(("us_floor", "world"))]
    central = max(traded or outside or late, key=lambda row: row.period)
    contained = _contained(dataset, element)
    return Price(
        min(row.low for row in late) / contained,
        central.central / contained,
        max(row.high for row in late) / contained,
        central.period,
        central.place,
    )


def _contained(dataset: Dataset, element: str) -> float:
    """Element in a kilogram of its oxide; 1 where the tables do not say."""
    return next(
        (
            row.central
            for row in dataset.rows_of(ParameterRow)
            if row.parameter == "element_per_oxide" and row.scope == element
        ),
        1.0,
    )


def material_cost(tonnes: Mapping[str, float], dataset: Dataset) -> Range:
    """Cost of tonnes of elements as oxide, in millions of US dollars: low, central, high."""
    total = np.zeros(3)
    for element, amount in tonnes.items():
        price = price_of(dataset, element)
        per_kg = np.array([price.low, price.central, price.high])
        total += amount * KG_PER_TONNE * per_kg / USD_PER_MUSD
    return float(total[0]), float(total[1]), float(total[2])


def cost_of(lever: Lever, tonnes: Mapping[str, float], dataset: Dataset, *, last: date) -> Range:
    """Cost of a lever from its day to the last scored one, in millions of dollars.

    Parameters
    ----------
    lever
        The lever.
    tonnes
        For a stock, what is ordered of each element; empty for all others.
    dataset
        Tables with prices.
    last
        Last day that is scored. What is paid a year is paid from the day of the decision until
        then; nothing is discounted.

    Returns
    -------
    tuple
        Low, central, high.
    """
    years = max(0.0, (last - lever.starts) / timedelta(days=DAYS_A_YEAR))
    cost = lever.cost
    total = np.array(cost.once_musd) + years * np.array(cost.per_year_musd)
    if isinstance(lever, Stock):
        total += np.array(material_cost(tonnes, dataset))
        total += (
            plain_sum(tonnes.values()) * KG_PER_TONNE * np.array(cost.per_kg_usd) / USD_PER_MUSD
        )
    return float(total[0]), float(total[1]), float(total[2])
