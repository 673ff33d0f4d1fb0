"""Supply added to a pool outside China: new plants, recycling, and released reserves.

All amounts are shares of the pool's demand, in each week.
"""

from datetime import date

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.cells import Inputs
from exposure.supply.actions import Added, Built, Released, week_since
from exposure.supply.new_capacity import Plant, added_supply, ramp
from exposure.supply.period import Period
from exposure.tables.schema.supply import (
    NewSupplyRow,
)
from exposure.terms import week_of

WEEKS_A_YEAR = 52.0
"""Weeks over which a year's demand is spread."""

WORLD = "WLD"
"""Code of the whole world in the tables."""

ALL_USERS = "all"
"""User name that stands for a whole pool."""


def pool_additions(inputs: Inputs, pool: str, period: Period) -> FloatArray | None:
    """Supply added to a pool, as a share of its demand, (T, D); None if there is none.

    Parameters
    ----------
    inputs
        Drawn figures.
    pool
        Id of the pool.
    period
        Weeks of the run.
    """
    start, weeks = period.start, period.weeks
    demand = inputs.pool_user(pool, ALL_USERS, "demand_t_per_year")
    if demand is None:
        return None
    parts = [
        *_new_supply(inputs, pool, demand, period),
        *_released(inputs, pool, demand, start=start, weeks=weeks),
        *_recycled(inputs, pool, weeks=weeks),
        *_acted(inputs, pool, demand, period),
    ]
    return sum(parts[1:], parts[0]) if parts else None


def _new_supply(inputs: Inputs, pool: str, demand: FloatArray, period: Period) -> list[FloatArray]:
    """Growth of the weakest stage outside China, for each element of the pool."""
    added = []
    start = period.start
    for element, stages in _chains(inputs, pool).items():
        rows = [
            row
            for row in inputs.index.new_supply(element)
            if row.quantity == "capacity_t_per_year" and row.stage in stages
        ]
        built = [
            plant for plant in period.actions.of(Built, element=element) if plant.stage in stages
        ]
        if not (rows or built):
            continue
        use = inputs.require("demand", element, WORLD, "world_use_t_per_year")
        today = np.stack(
            [(1.0 - inputs.china_share(element, s, year=start.year)) * use for s in stages]
        )
        plants = [_plant(inputs, row, stages, start=start) for row in rows]
        plants += [_built(plant, stages, inputs.draws, start=start) for plant in built]
        # Plants and use are in tonnes of oxide, pools in tonnes of the element.
        contained = inputs.constant("element_per_oxide", element, absent=1.0)
        added.append(added_supply(today, plants, demand=demand / contained, weeks=period.weeks))
    return added


def _chains(inputs: Inputs, pool: str) -> dict[str, tuple[str, ...]]:
    """Elements of a pool, each with its longest chain of stages."""
    chains: dict[str, tuple[str, ...]] = {}
    for row in inputs.index.elements_of_pool(pool):
        stages = inputs.index.component(row.component).stages
        if len(stages) > len(chains.get(row.element, ())):
            chains[row.element] = stages
    return chains


def _plant(inputs: Inputs, row: NewSupplyRow, stages: tuple[str, ...], *, start: date) -> Plant:
    key = row.project, row.element, row.stage
    happens = inputs.luck(row.project) < inputs.new_supply(*key, "success_probability")
    return Plant(
        stage=stages.index(row.stage),
        tonnes_per_year=np.where(happens, inputs.new_supply(*key, "capacity_t_per_year"), 0.0),
        start_week=week_of(row.target_date, start=start) + inputs.new_supply(*key, "slip_weeks"),
        ramp_weeks=inputs.new_supply(*key, "ramp_weeks"),
    )


def _built(action: Built, stages: tuple[str, ...], draws: int, *, start: date) -> Plant:
    return Plant(
        stage=stages.index(action.stage),
        tonnes_per_year=np.full(draws, action.tonnes_per_year),
        start_week=np.full(draws, float(week_since(action, start))),
        ramp_weeks=np.full(draws, float(action.ramp_weeks)),
    )


def _acted(inputs: Inputs, pool: str, demand: FloatArray, period: Period) -> list[FloatArray]:
    """Supply that dated changes add directly to the pool: recycled scrap and reserves."""
    elements = {row.element for row in inputs.index.elements_of_pool(pool)}
    week = np.arange(period.weeks + 1, dtype=np.float64)[:, np.newaxis]
    parts = []
    actions: list[Added | Released] = [*period.actions.of(Added), *period.actions.of(Released)]
    for action in actions:
        if action.element not in elements:
            continue
        begin = np.array(float(week_since(action, period.start)))
        if isinstance(action, Added):
            run = ramp(week[:-1], start=begin, width=np.array(float(action.ramp_weeks)))
            parts.append(action.tonnes_per_year * run / demand)
        else:
            gone = ramp(week, start=begin, width=np.array(float(action.over_weeks)))
            parts.append(action.tonnes * np.diff(gone, axis=0) * WEEKS_A_YEAR / demand)
    return parts


def _released(
    inputs: Inputs, pool: str, demand: FloatArray, *, start: date, weeks: int
) -> list[FloatArray]:
    """Reserves with a date of release, released at an even rate."""
    week = np.arange(weeks + 1, dtype=np.float64)[:, np.newaxis]
    released = []
    for row in inputs.index.reserves(pool):
        if row.release_from is None or row.quantity != "stock_t":
            continue
        width = inputs.reserve(row.element, row.holder, "release_weeks")
        begin = np.array(float(week_of(row.release_from, start=start)))
        gone = ramp(week, start=begin, width=np.ones(1) if width is None else width)
        released.append(inputs.draw(row) * np.diff(gone, axis=0) * WEEKS_A_YEAR / demand)
    return released


def _recycled(inputs: Inputs, pool: str, *, weeks: int) -> list[FloatArray]:
    """Recycling of old scrap, as a share of the use at its destination."""
    return [
        np.broadcast_to(
            inputs.draw(row) * _share_of(inputs, pool, row.destination), (weeks, inputs.draws)
        )
        for row in inputs.index.recycling(pool)
    ]


def _share_of(inputs: Inputs, pool: str, destination: str) -> FloatArray:
    """Share of a destination in the pool's demand."""
    if destination == WORLD:
        return np.ones(inputs.draws)
    share = np.zeros(inputs.draws)
    for row in inputs.index.pool_users(pool):
        if row.quantity == "share_of_demand_outside_china":
            sector = inputs.index.sector(row.sector)
            place = row.destination if sector is None else sector.destination
            if place == destination:
                share = share + inputs.draw(row)
    return np.minimum(share, 1.0)
