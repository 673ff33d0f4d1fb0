"""Drawn values of the tables' cells, by table and key.

The one place that knows how rows become arrays over draws: an absent row stays absent, a
duration is a whole number of weeks, shares of one whole are scaled to sum to 1 in each draw.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.streams import Sampler, whole_weeks
from exposure.tables.dataset import Dataset
from exposure.tables.schema.catalogue import TABLES
from exposure.tables.schema.rows import QuantityRow
from exposure.terms import ANY, CHINA, BuyerClass, Element, ShareKind, Stage, Tier


@dataclass(frozen=True)
class Inputs:
    """A dataset and a sampler: every figure as an array over draws, shape (D,)."""

    dataset: Dataset
    sampler: Sampler
    _drawn: dict[str, FloatArray] = field(default_factory=dict, repr=False)

    @cached_property
    def cells(self) -> dict[tuple[str, ...], QuantityRow]:
        """Quantity rows by table and key."""
        return {
            (name, *(str(getattr(row, column)) for column in TABLES[name].key)): row
            for name, rows in self.dataset.rows.items()
            for row in rows
            if isinstance(row, QuantityRow)
        }

    def value(self, table: str, *key: str) -> FloatArray | None:
        """Draws of one cell; None where the table has no such row."""
        cell = "|".join((table, *key))
        if cell not in self._drawn:
            row = self.cells.get((table, *key))
            if row is None:
                return None
            drawn = self.sampler.sample(cell, row)
            self._drawn[cell] = whole_weeks(drawn) if row.measure().whole else drawn
        return self._drawn[cell]

    def require(self, table: str, *key: str) -> FloatArray:
        """Draws of a cell that the checks of the tables guarantee."""
        drawn = self.value(table, *key)
        if drawn is None:
            raise KeyError("|".join((table, *key)))
        return drawn

    def shared(self, name: str, make: Callable[[], FloatArray]) -> FloatArray:
        """Something made of drawn cells that several sectors share; made once."""
        if name not in self._drawn:
            self._drawn[name] = make()
        return self._drawn[name]

    def rows(self, table: str) -> tuple[Any, ...]:
        """Rows of a table."""
        return tuple(self.dataset.rows.get(table, ()))

    def china_share(self, element: Element, stage: Stage, *, year: int) -> FloatArray:
        """China's share of world output at a stage, from the newest outturn up to a year."""
        years = self._share_years[(element, stage)]
        newest = max((y for y in years if y <= year), default=min(years))
        return self.require("stage_shares", element, stage, CHINA, str(newest), ShareKind.OUTTURN)

    @cached_property
    def _share_years(self) -> dict[tuple[Element, Stage], list[int]]:
        years: dict[tuple[Element, Stage], list[int]] = {}
        for row in self.rows("stage_shares"):
            if row.kind is ShareKind.OUTTURN and row.country == CHINA:
                years.setdefault((row.element, row.stage), []).append(row.year)
        return years

    @cached_property
    def _sourcing(self) -> dict[tuple[str, ...], set[date]]:
        known: dict[tuple[str, ...], set[date]] = {}
        for row in self.rows("sourcing"):
            key = (row.destination, str(row.buyer_class), row.component, str(row.stage))
            known.setdefault(key, set()).add(row.from_date)
        return known

    def sourcing_days(self, destination: str, buyer: BuyerClass, component: str) -> list[date]:
        """Days on which the sourcing of these buyers changes, for any stage."""
        return sorted(
            {
                day
                for (place, kind, item, _), days in self._sourcing.items()
                for day in days
                if (place, item) == (destination, component) and kind in (ANY, buyer)
            }
        )

    def sourced_share(
        self, destination: str, buyer: BuyerClass, component: str, *, stage: Stage, day: date
    ) -> FloatArray | None:
        """China's share of what certain buyers buy on a day; None if the world share holds.

        A set of rows without China means that they buy nothing from it at that stage.
        """
        for kind in (str(buyer), ANY):
            days = self._sourcing.get((destination, kind, component, str(stage)), set())
            begun = [d for d in days if d <= day]
            if begun:
                newest = max(begun).isoformat()
                share = self.value(
                    "sourcing", destination, kind, component, str(stage), CHINA, newest
                )
                return np.zeros(self.sampler.size) if share is None else share
        return None

    def buyers(self, sector: str) -> dict[tuple[BuyerClass, Tier], FloatArray]:
        """Shares of a sector's output by buyer class and tier; each draw sums to 1."""
        shares = {
            (row.buyer_class, row.tier): self.require("buyers", sector, row.buyer_class, row.tier)
            for row in self.rows("buyers")
            if row.sector == sector
        }
        total = sum(shares.values(), np.zeros(self.sampler.size))
        return {buyer: share / total for buyer, share in shares.items()}

    def queue(self, destination: str) -> dict[str, FloatArray]:
        """Queue figures of a destination, from its own rows or the default ones."""
        own = {row.quantity for row in self.rows("licence_queue") if row.destination == destination}
        return {
            row.quantity: self.require(
                "licence_queue", destination if row.quantity in own else ANY, row.quantity
            )
            for row in self.rows("licence_queue")
            if row.destination == ANY
        }

    def luck(self, project: str) -> FloatArray:
        """Draw the uniform chance of a project: it works for all its elements, or for none.

        Elements of one project differ only in how probable success is held to be.
        """
        cell = f"chance|new_supply|{project}"
        row = next(
            row
            for row in self.rows("new_supply")
            if row.project == project and row.quantity == "success_probability"
        )
        return self.shared(cell, lambda: self.sampler.chance(cell, row))
