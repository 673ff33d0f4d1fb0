"""Split of a channel's supply by exit stage for certain buyers, over time."""

from datetime import date
from itertools import pairwise

import numpy as np

from exposure.arrays import FloatArray
from exposure.inputs.cells import Inputs
from exposure.supply.actions import week_since
from exposure.supply.channels import Channel
from exposure.supply.exit_stage import exit_shares
from exposure.supply.period import Period
from exposure.terms import ANY, BuyerClass, week_of

ExitSplit = tuple[tuple[int, FloatArray], ...]
"""(first week, chi of shape (G, D)), weeks ascending, the first at week 0."""


def exit_split(
    inputs: Inputs,
    channel: Channel,
    destination: str,
    buyer: BuyerClass,
    period: Period,
) -> ExitSplit:
    """Split of a channel's supply by exit stage, from each day on which sourcing changes.

    Parameters
    ----------
    inputs
        Drawn figures.
    channel
        Element of a component.
    destination, buyer
        Buyers; ``*`` for all buyers outside China.
    period
        Weeks of the run, with the rules of the buyers' side.
    """
    start, measures = period.start, period.measures
    moved = period.actions.on_supply(channel.component, destination, str(buyer))

    def share(stage: str, day: date) -> FloatArray:
        kept = 1.0
        for move in moved:
            if move.stage == stage and week_of(day, start=start) >= week_since(move, start):
                kept *= 1.0 - move.share
        return kept * usual(stage, day)

    def usual(stage: str, day: date) -> FloatArray:
        sourced = inputs.sourced_share(
            destination, buyer, channel.component, stage=stage, day=day, measures=measures
        )
        if sourced is None:
            return inputs.china_share(channel.element, stage, year=start.year)
        return sourced

    days = inputs.sourcing_days(destination, buyer, channel.component, measures=measures)
    days += [move.since for move in moved]
    turns = sorted({start, *(day for day in days if day > start)})
    return tuple(
        (
            week_of(day, start=start),
            exit_shares(
                np.stack([share(stage, day) for stage in channel.stages]),
                nested_share=inputs.require("parameters", "nested_share", ANY),
                method=period.method,
            ),
        )
        for day in turns
    )


def over_weeks(split: ExitSplit, stage: int, weeks: int) -> FloatArray:
    """Share that exits at a stage: shape (D,) if it is constant, else (T, D)."""
    if len(split) == 1:
        return np.asarray(split[0][1][stage])
    chi = np.empty((weeks, split[0][1].shape[1]))
    for (week, shares), (following, _) in pairwise([*split, (weeks, split[0][1])]):
        chi[week:following] = shares[stage]
    return chi
