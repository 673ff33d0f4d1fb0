"""Civil buyers who are treated as trusted from a week onwards."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import numpy as np

from exposure.arrays import FloatArray
from exposure.licensing.flows import Flow
from exposure.licensing.goods import Key
from exposure.licensing.grants import Licences
from exposure.licensing.plan import FREE_CLASS
from exposure.terms import BuyerClass, Tier


def with_trusted(licences: Licences, destination: str, week: int, *, weeks: int) -> Licences:
    """Licences with civil buyers of the standard tier treated as trusted from a week onwards.

    Parameters
    ----------
    licences
        Licensed flows of one course of policy.
    destination
        Country or region of the buyers.
    week
        First week of that treatment.
    weeks
        Number T of weeks.
    """
    if destination not in licences.flows or week >= weeks:
        return licences
    before = licences.flows[destination]
    parting = _Parting(licences, week, weeks)
    flows = dict(before)
    for (item, buyer, tier), flow in before.items():
        trusted: Key = (item, buyer, Tier.TRUSTED)
        if (buyer, tier) == (BuyerClass.CIVIL, Tier.STANDARD) and trusted in before:
            flows[(item, buyer, tier)] = parting.flow(flow, before[trusted])
    office = ("trusted", licences.offices.get(destination), week)
    return replace(
        licences,
        flows={**licences.flows, destination: flows},
        tokens=(*licences.tokens, *parting.tokens),
        offices={**licences.offices, destination: office},
    )


@dataclass
class _Parting:
    """Flows that switch to others in one week, each pair once."""

    licences: Licences
    week: int
    weeks: int
    tokens: list[Hashable] = field(default_factory=list)
    classes: dict[tuple[int, int], int] = field(default_factory=dict)
    looks: dict[tuple[int, int], int] = field(default_factory=dict)

    def flow(self, flow: Flow, other: Flow) -> Flow:
        """Join two flows: one until the week, and the other from then on."""
        states = (*flow.states[: self.week], *other.states[self.week :])
        found = replace(flow, states=states)
        if flow.class_index != other.class_index:
            index = self._class((flow.class_index, other.class_index))
            before = flow.class_before if self.licences.first <= self.week else index
            found = replace(
                found,
                stopped=self._stopped(flow, other),
                class_index=index,
                class_before=before,
            )
        if flow.seen_index != other.seen_index:
            seen = self._look((flow.seen_index, other.seen_index))
            found = replace(found, look_through=self._looked(flow, other), seen_index=seen)
        return found

    def _class(self, pair: tuple[int, int]) -> int:
        if pair not in self.classes:
            self.classes[pair] = len(self.licences.tokens) + len(self.tokens)
            both = [None if i == FREE_CLASS else self.licences.tokens[i] for i in pair]
            self.tokens.append(("trusted", *both, self.week))
        return self.classes[pair]

    def _look(self, pair: tuple[int, int]) -> int:
        every = (flow for flows in self.licences.flows.values() for flow in flows.values())
        known = 1 + max(flow.seen_index for flow in every)
        return self.looks.setdefault(pair, known + len(self.looks))

    def _stopped(self, flow: Flow, other: Flow) -> FloatArray:
        stopped = np.zeros((self.weeks, flow.look_through.shape[-1]))
        if flow.stopped is not None:
            stopped[: self.week] = flow.stopped[: self.week]
        if other.stopped is not None:
            stopped[self.week :] = other.stopped[self.week :]
        return stopped

    def _looked(self, flow: Flow, other: Flow) -> FloatArray:
        shape = (self.weeks, flow.look_through.shape[-1])
        look = np.array(np.broadcast_to(flow.look_through, shape))
        look[self.week :] = np.broadcast_to(other.look_through, shape)[self.week :]
        return look
