"""Licensed flows of one scenario, for all destinations through which the sectors are supplied."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from exposure.inputs.cells import Inputs
from exposure.inputs.index import Index
from exposure.inputs.parts import Notes, Part, make_part, weightless
from exposure.licensing.flows import Flow, office_flows
from exposure.licensing.goods import Key, item_of, items_of
from exposure.licensing.plan import FREE_CLASS, OfficePlan, plan_office
from exposure.licensing.treatment import Seen
from exposure.policy.scenario import Scenario
from exposure.supply.channels import Channel
from exposure.terms import ANY, BuyerClass, LicenceState, Stage, Tier
from exposure.threads import in_order


@dataclass(frozen=True, eq=False)
class Licences:
    """Licensed flow of every case, by destination.

    `class_index`, `class_before` and `seen_index` of the flows are unique across destinations.
    """

    flows: Mapping[str, Mapping[Key, Flow]]
    readers: Mapping[str, str]
    """Reader for which the rows of each destination's office were recorded."""
    tokens: tuple[Hashable, ...] = ()
    """Token of the office's flows and position there, for each class."""
    offices: Mapping[str, Hashable] = field(default_factory=dict)
    """Token of the flows at each destination."""
    first: int = 0
    """First week scored, before which classes are those of `Flow.class_before`."""

    def of_final_user(
        self, channel: Channel, stage: Stage, *, destination: str, buyer: BuyerClass, tier: Tier
    ) -> Flow:
        """Flow that leaves China at a stage under the terms of the final user."""
        return self.flows[destination][(item_of(channel, stage), buyer, tier)]

    def states(self) -> frozenset[LicenceState]:
        """Licence states of all cases."""
        return frozenset(
            state
            for flows in self.flows.values()
            for flow in flows.values()
            for state in flow.states
        )

    def of_processor(self, channel: Channel, stage: Stage) -> Flow:
        """Flow that leaves China at a stage under the terms of the processor's civil buyers."""
        case = (item_of(channel, stage), BuyerClass.CIVIL, Tier.STANDARD)
        return self.flows[channel.processed_in][case]


@dataclass(frozen=True)
class GrantPlan:
    """Plan of the offices in one course of policy, independent of the draws."""

    offices: Mapping[str, OfficePlan]
    treated_as: Mapping[str, str]
    """Office of each destination: one of its own, or ``*``."""


def plan_grants(
    index: Index, scenario: Scenario, destinations: Iterable[str], *, weeks: int, first: int = 0
) -> GrantPlan:
    """Plan the office of each destination; the plan is the same for all draws.

    Parameters
    ----------
    index
        Tables.
    scenario
        One course of policy; not a mixture.
    destinations
        Countries of final buyers and of processors.
    weeks
        Number T of weeks.
    first
        First week scored.
    """
    items, digest = items_of(index), scenario.digest
    # Destinations named neither by a rule nor by the queue table share one run.
    named = index.queue_places() | {rule.destination for rule in scenario.rules}
    treated_as = {
        destination: destination if destination in named else ANY
        for destination in set(destinations)
    }

    def planned(office: str) -> OfficePlan:
        def make() -> tuple[OfficePlan, Notes]:
            return plan_office(index, scenario, items, office, weeks=weeks, first=first), {}

        name = ("office plan", digest, scenario.start, items, office, weeks, first)
        return make_part(name, index, make, kept=True, weigh=weightless).value

    offices = {office: planned(office) for office in sorted(set(treated_as.values()))}
    return GrantPlan(offices, treated_as)


def grant_planned(inputs: Inputs, plan: GrantPlan, *, threads: int = 1) -> Licences:
    """Run the offices of a plan with a set of draws, in several threads."""
    readers = {office: f"licences|{office}" for office in plan.offices}
    names = tuple(plan.offices)
    run_now: list[str] = []

    def run(position: int) -> Part[dict[Key, Flow]]:
        office = names[position]

        def make(traced: Inputs) -> dict[Key, Flow]:
            run_now.append(office)
            return office_flows(traced.under(readers[office]), plan.offices[office])

        key = plan.offices[office].key
        return inputs.part("flows", key, make=make, weigh=lambda flows: _weight_of([flows]))

    parts = dict(zip(names, in_order(run, range(len(names)), workers=threads), strict=True))
    if run_now:
        # A course that is run once would keep flows for which there is no room.
        return _together(plan, parts, readers)
    known = tuple((office, plan.offices[office].key, parts[office].token) for office in names)
    return inputs.part(
        "licences",
        known,
        tuple(plan.treated_as.items()),
        make=lambda _: _together(plan, parts, readers),
        weigh=lambda licences: _weight_of(licences.flows.values()),
    ).value


def _together(
    plan: GrantPlan, parts: Mapping[str, Part[dict[Key, Flow]]], readers: Mapping[str, str]
) -> Licences:
    """Flows of several offices, whose classes and look-throughs are counted over all of them."""
    flows: dict[str, dict[Key, Flow]] = {}
    tokens: list[tuple[int, int]] = []
    classes = 0
    looks: dict[Seen, int] = {}
    for office, office_plan in plan.offices.items():
        seen = [looks.setdefault(look, len(looks)) for look in office_plan.looks]
        flows[office] = {
            key: Flow(
                flow.stopped,
                flow.states,
                flow.look_through,
                class_index=_behind(flow.class_index, classes),
                seen_index=seen[flow.seen_index],
                class_before=_behind(flow.class_before, classes),
            )
            for key, flow in parts[office].value.items()
        }
        tokens += [(parts[office].token, q) for q in range(len(office_plan.classes))]
        classes += len(office_plan.classes)
    return Licences(
        {destination: flows[office] for destination, office in plan.treated_as.items()},
        {destination: readers[office] for destination, office in plan.treated_as.items()},
        tuple(tokens),
        {destination: parts[office].token for destination, office in plan.treated_as.items()},
        max((office.first for office in plan.offices.values()), default=0),
    )


def _weight_of(every: Iterable[Mapping[Key, Flow]]) -> int:
    """Bytes of the arrays of flows, each counted once: most cases and places share theirs."""
    arrays = {
        id(array): array.nbytes
        for flows in every
        for flow in flows.values()
        for array in (flow.stopped, flow.look_through)
        if array is not None
    }
    return sum(arrays.values())


def _behind(class_index: int, classes: int) -> int:
    """Index of a class after those of the previous offices."""
    return class_index if class_index == FREE_CLASS else class_index + classes


def grant(
    inputs: Inputs, scenario: Scenario, destinations: Iterable[str], *, weeks: int
) -> Licences:
    """Run the licence queue of each destination: `plan_grants`, then `grant_planned`."""
    plan = plan_grants(inputs.index, scenario, destinations, weeks=weeks)
    return grant_planned(inputs, plan)
