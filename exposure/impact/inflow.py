"""What arrives at a sector week by week, given what is licensed.

Inflow is written as 1 - what is missing + what is new, never as a sum of shares, so that free
flow gives exactly 1. What is missing is a list of terms, one for each channel, exit stage and
judgement (by the final user, or by the processing country's civil buyers): attribution sets
some of them to zero and runs the stocks again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.sectors import ExitSplit, Sector, Stream
from exposure.licensing.flows import Flow
from exposure.licensing.grants import Licences
from exposure.terms import LicenceState, Stage


@dataclass(frozen=True)
class Term:
    """Share of a channel's need that is missing at the border for one reason."""

    channel: int
    """Position among the sector's channels."""
    stage: Stage
    """Exit stage at which it is stopped."""
    states: tuple[LicenceState, ...]
    """Licence state in each week."""
    share: FloatArray
    """Share of the channel's supply that passes here, shape (D,), or (T, D) if it changes."""
    stopped: FloatArray
    """Part of it that is not licensed, 1 - phi, shape (T, D), or (1, D) if it never changes."""


def gap_terms(sector: Sector, stream: Stream, licences: Licences, *, weeks: int) -> list[Term]:
    """Everything that licences keep from one kind of buyer in a sector.

    Parameters
    ----------
    sector
        The sector's channels.
    stream
        Kind of buyer.
    licences
        Licensed flows of one scenario.
    weeks
        Number T of weeks.

    Notes
    -----
    What exits at the component's last stage is judged by the final user. What exits above it is
    judged by the final user with share Theta (look-through) and for the rest as the civil
    buyers of the country that processes it.
    """
    return [
        term
        for k, split in enumerate(sector.exits[stream.buyer_class])
        for term in _channel_terms(sector, stream, licences, position=k, split=split, weeks=weeks)
    ]


def _channel_terms(
    sector: Sector,
    stream: Stream,
    licences: Licences,
    *,
    position: int,
    split: ExitSplit,
    weeks: int,
) -> Iterator[Term]:
    channel = sector.channels[position]
    for g, stage in enumerate(channel.stages):
        chi = _over_weeks(split, g, weeks)
        final = licences.of_final_user(
            channel,
            stage,
            destination=sector.destination,
            buyer=stream.buyer_class,
            tier=stream.tier,
        )
        if stage is channel.stages[-1]:
            yield from _missing(position, stage, final, chi)
            continue
        seen_through = final.look_through
        yield from _missing(position, stage, final, seen_through * chi)
        processor = licences.of_processor(channel, stage)
        yield from _missing(position, stage, processor, (1.0 - seen_through) * chi)


def _missing(position: int, stage: Stage, flow: Flow, share: FloatArray) -> Iterator[Term]:
    if flow.stopped is not None:
        yield Term(position, stage, flow.states, share, flow.stopped)


def _over_weeks(split: ExitSplit, g: int, weeks: int) -> FloatArray:
    """Share that exits at stage g: shape (D,) if it is always the same, else (T, D)."""
    if len(split) == 1:
        return np.asarray(split[0][1][g])
    chi = np.empty((weeks, split[0][1].shape[1]))
    for (week, own), (following, _) in pairwise([*split, (weeks, split[0][1])]):
        chi[week:following] = own[g]
    return chi


def inflow(sector: Sector, terms: Sequence[Term], *, weeks: int) -> FloatArray:
    """What arrives at each channel, in weeks of its need, shape (T, K, D).

    Notes
    -----
    r = 1 - SUM gap(t - lag) + A. What was at sea when control began still arrives. New supply
    A fills a gap and never more than the gap: shares of contracts are fixed, and what one
    sector does not need is not passed on.
    """
    count, draws = sector.stock.shape
    arriving = np.empty((weeks, count, draws))
    # Row 0 stands for the weeks in which goods from before the control still arrive.
    missing = np.zeros((weeks + 1, draws))
    for k in range(count):
        own = [term for term in terms if term.channel == k]
        if not own:
            arriving[:, k] = 1.0
            continue
        _add_up(own, out=missing[1:])
        np.subtract(1.0, missing.reshape(-1)[sector.left_in[k]], out=arriving[:, k])
        new = sector.added[k]
        if new is not None:
            room = np.maximum(0.0, sector.need[:, k] - arriving[:, k])
            arriving[:, k] += np.minimum(new, room, out=room)
    return arriving


def _add_up(terms: Sequence[Term], *, out: FloatArray) -> None:
    """Write the sum of share x stopped; terms under the same licences are one product."""
    shares: dict[int, FloatArray] = {}
    stopped = {id(term.stopped): term.stopped for term in terms}
    for term in terms:
        key = id(term.stopped)
        shares[key] = shares[key] + term.share if key in shares else term.share
    out[...] = 0.0
    product = np.empty_like(out)
    for key, share in shares.items():
        out += np.multiply(share, stopped[key], out=product)
