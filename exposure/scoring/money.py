"""Value added of sectors, draw by draw: what turns a lost share of output into money.

The value added of an industry is one figure for all its sectors, so that they share its random
stream (`exposure.inputs.cells`). Each sector has its own share of the industry. No score reads
these rows, so that a change of one of them runs no sector again.

Every array has shape (D,). A figure that is not in the tables is NaN in every draw.
"""

import math
from dataclasses import dataclass

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.cells import Inputs
from exposure.tables.dataset import RowKey
from exposure.tables.schema.demand import SectorValueRow

USD_PER_MUSD = 1e6

INDUSTRY_VALUE = "industry_value_added_musd"
INDUSTRY_SHARE = "industry_share"

DECIMALS = 9
"""Decimals to which shares of an industry that sum to 1 are known."""


@dataclass(frozen=True, eq=False)
class Money:
    """Value added of a sector a year, and the part of a loss that is made up later."""

    value_added: FloatArray
    """USD a year."""
    recaptured: FloatArray
    """Share of lost output that is made up later."""


def money_of(inputs: Inputs, sector: str) -> Money:
    """Value added of a sector and the share of its losses that is made up later.

    Parameters
    ----------
    inputs
        Figures of the draws.
    sector
        Id of a sector.

    Examples
    --------
    >>> import exposure as ex
    >>> from exposure.inputs.streams import Sampler
    >>> inputs = Inputs.of(ex.read_dataset(), Sampler.first(2, seed=1))
    >>> bool(np.isnan(money_of(inputs, "missiles_jp").value_added).all())
    True
    """
    group = inputs.described(sector).uncertainty_group
    return Money(
        industry_value(inputs, sector) * industry_share(inputs, sector),
        inputs.constant("recapture_share", group, absent=0.0),
    )


def money_rows(inputs: Inputs, sector: str) -> frozenset[RowKey]:
    """Rows on which the money of a sector depends, apart from its lost share.

    Parameters
    ----------
    inputs
        Figures of any draws.
    sector
        Id of a sector.
    """
    reader = f"money of {sector}"
    money_of(inputs.under(reader), sector)
    return inputs.read_by(reader)


def industry_value(inputs: Inputs, sector: str) -> FloatArray:
    """Value added of a sector's industry, in USD a year."""
    return USD_PER_MUSD * _drawn(inputs, sector, INDUSTRY_VALUE)


def industry_share(inputs: Inputs, sector: str) -> FloatArray:
    """Share of the value added of its industry that a sector makes.

    In draws in which the sectors of an industry together would have more than all of it, their
    shares are scaled to sum to 1.

    Examples
    --------
    >>> import exposure as ex
    >>> from exposure.inputs.streams import Sampler
    >>> inputs = Inputs.of(ex.read_dataset(), Sampler.first(64, seed=1))
    >>> cars = "conventional_cars_jp", "hybrid_vehicles_jp"
    >>> bool((sum(industry_share(inputs, car) for car in cars) < 1.0 + 1e-9).all())
    True
    """
    share = _drawn(inputs, sector, INDUSTRY_SHARE)
    together = _shares_of_industry(inputs, sector)
    if round(math.fsum(row.high for row in together), DECIMALS) <= 1.0:
        return share
    total = np.sum([inputs.draw(row) for row in together], axis=0)
    return np.asarray(share / np.maximum(1.0, total))


def _drawn(inputs: Inputs, sector: str, quantity: str) -> FloatArray:
    drawn = inputs.value("sector_values", sector, quantity)
    return np.full(inputs.draws, np.nan) if drawn is None else drawn


def _shares_of_industry(inputs: Inputs, sector: str) -> list[SectorValueRow]:
    """Shares of all sectors of a sector's industry that are known, whether ranked or not."""
    described = inputs.described(sector)
    members = {
        name
        for name, row in inputs.index.sectors.items()
        if (row.destination, row.industry_code) == (described.destination, described.industry_code)
    }
    return [
        row
        for row in inputs.rows_of(SectorValueRow)
        if row.quantity == INDUSTRY_SHARE and row.sector in members
    ]
