"""Flow of components across borders to each kind of buyer, given the licensed flows.

Missing goods are stopped at one exit stage, under the terms of the final user or of the civil
buyers of the processing country.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from exposure.arrays import FloatArray
from exposure.impact.world import World
from exposure.licensing.flows import Flow
from exposure.licensing.grants import Licences
from exposure.licensing.plan import FREE_CLASS
from exposure.supply.channels import Channel
from exposure.supply.exits import over_weeks
from exposure.terms import BuyerClass, Tier

Restriction = Callable[[str, Flow], FloatArray | None]
"""Share that a flow still stops in a coalition, by exit stage, shape (T, D); None for nothing."""

Buyer = tuple[str, BuyerClass, Tier]
"""Destination, buyer class and tier."""


@dataclass(frozen=True, eq=False)
class Border:
    """Flow of a channel to one kind of buyer, by the week in which it leaves China."""

    missing: FloatArray
    """Share of usual need that is stopped, below 0 while orders are made up, (T, D)."""
    contracted: FloatArray
    """p: share that comes from the pool under contracts, (T, D)."""
    china: FloatArray
    """The part of it that was Chinese upstream, (T, D)."""
    stopped: FloatArray
    """Share of need stopped at each exit stage, mean over the scored weeks, (G, D)."""
    reach: FloatArray
    """Share of free Chinese material that the buyer may use, (T, D) or (1, D)."""


def border_of(
    world: World,
    licences: Licences,
    channel: Channel,
    buyer: Buyer,
    *,
    first: int = 0,
    restrict: Restriction | None = None,
) -> Border:
    """Supply of one channel for one kind of buyer under licensing.

    Notes
    -----
    Exits at the component's last stage are judged by the final user. Of the exits further upstream
    a share Theta (look-through) is judged by the final user; the rest is judged by the civil
    buyers of the processing country and moves in the pool.
    """
    destination, kind, tier = buyer
    split, weeks = world.splits[(channel, destination, kind)], world.period.weeks
    draws = world.inputs.draws
    parts: list[tuple[FloatArray, Flow]] = []
    processed: list[tuple[FloatArray, Flow]] = []
    passed = np.zeros((weeks, draws))
    stopped = np.zeros((len(channel.stages), draws))
    total, refused = np.zeros((weeks, draws)), np.zeros((1, draws))
    for g, stage in enumerate(channel.stages):
        chi = over_weeks(split, g, weeks)
        total += chi
        final = licences.of_final_user(
            channel, stage, destination=destination, buyer=kind, tier=tier
        )
        if g == len(channel.stages) - 1:
            weighted_flows = [(chi, kept_of(final, stage, restrict))]
        else:
            processor = kept_of(licences.of_processor(channel, stage), stage, restrict)
            unseen = (1.0 - final.look_through) * chi
            weighted_flows = [
                (final.look_through * chi, kept_of(final, stage, restrict)),
                (unseen, processor),
            ]
            passed += unseen
            if weighted_flows[0][1].stopped is not None:
                seen = np.maximum(0.0, weighted_flows[0][1].stopped)
                refused = np.maximum(refused, final.look_through * seen)
            processed.append((unseen, processor))
        parts += weighted_flows
        stopped[g] = sum(_mean_stopped(share, flow, first) for share, flow in weighted_flows)
    unseen_stopped = _sum_of_products(processed, (weeks, draws), licences.first)
    return Border(
        missing=_sum_of_products(parts, (weeks, draws), licences.first),
        contracted=1.0 - total + passed - unseen_stopped,
        china=passed - unseen_stopped,
        stopped=stopped,
        reach=1.0 - refused if kind is BuyerClass.MILITARY else np.ones((1, draws)),
    )


def kept_of(flow: Flow, stage: str, restrict: Restriction | None) -> Flow:
    """A flow that stops only the part that a coalition keeps."""
    if restrict is None or flow.stopped is None:
        return flow
    stopped = restrict(stage, flow)
    return flow if stopped is flow.stopped else replace(flow, stopped=stopped)


def _mean_stopped(share: FloatArray, flow: Flow, first: int) -> FloatArray | float:
    if flow.stopped is None:
        return 0.0
    weekly = share * flow.stopped
    return np.asarray(weekly[first:].mean(axis=0))


def _sum_of_products(
    parts: Sequence[tuple[FloatArray, Flow]], shape: tuple[int, int], apart: int
) -> FloatArray:
    """Sum of share times stopped share; parts of one licence class form one product.

    Classes that are equal until week `apart` are one class until then.
    """
    total = np.zeros(shape)
    for weeks, class_of in (
        (slice(0, apart), attrgetter("class_before")),
        (slice(apart, None), attrgetter("class_index")),
    ):
        shares: dict[int, FloatArray] = {}
        stopped: dict[int, FloatArray] = {}
        for share, flow in parts:
            key = class_of(flow)
            if flow.stopped is not None and key != FREE_CLASS:
                weekly = np.broadcast_to(share, shape)[weeks]
                shares[key] = shares[key] + weekly if key in shares else weekly
                stopped[key] = flow.stopped[weeks]
        for key, share in shares.items():
            total[weeks] += share * stopped[key]
    return total
