"""Licensed flows of one scenario for all destinations that the sectors' supply passes through."""

from collections.abc import Iterable
from dataclasses import dataclass

from exposure.inputs.cells import Inputs
from exposure.licensing.flows import Flow, Item, Key, Office, licensed_flows
from exposure.policy.scenario import Scenario
from exposure.supply.channels import Channel
from exposure.terms import ANY, BuyerClass, Element, Stage, Tier


@dataclass(frozen=True)
class Licences:
    """Licensed flow of every case, by destination."""

    flows: dict[str, dict[Key, Flow]]

    def of_final_user(
        self, channel: Channel, stage: Stage, *, destination: str, buyer: BuyerClass, tier: Tier
    ) -> Flow:
        """Flow of what leaves China at a stage, as the final user is treated."""
        return self.flows[destination][(item_of(channel, stage), buyer, tier)]

    def of_processor(self, channel: Channel, stage: Stage) -> Flow:
        """Flow of what leaves China at a stage, as civil buyers of the processing country are."""
        case = (item_of(channel, stage), BuyerClass.CIVIL, Tier.STANDARD)
        return self.flows[channel.processed_in][case]


def item_of(channel: Channel, stage: Stage) -> Item:
    """Goods that cross the border when supply of a channel leaves China at a stage."""
    if stage is channel.stages[-1]:
        return Item(channel.elements, channel.component, stage)
    return Item((channel.element,), None, stage)


def items_of(inputs: Inputs) -> tuple[Item, ...]:
    """All goods of the tables: finished components and elements at upstream stages."""
    items: dict[Item, None] = {}
    for row in inputs.rows("components"):
        items[Item(row.elements, row.component, row.stages[-1])] = None
        for element in row.elements:
            for stage in row.stages[:-1]:
                items[Item((element,), None, stage)] = None
    return tuple(items)


def office_of(inputs: Inputs, destination: str) -> Office:
    """Licensing office of a destination, with its drawn figures; ``*`` for the default one."""
    controlled = {row.element: row.controlled_from for row in inputs.rows("elements")}
    weights = {
        Element(row.scope): inputs.require("parameters", "application_weight", row.scope)
        for row in inputs.rows("parameters")
        if row.parameter == "application_weight"
    }
    return Office(destination, inputs.queue(destination), weights, controlled)


def grant(
    inputs: Inputs, scenario: Scenario, destinations: Iterable[str], *, weeks: int
) -> Licences:
    """Run the licence queue of each destination.

    Parameters
    ----------
    inputs
        Drawn figures.
    scenario
        One course of policy; not a mixture.
    destinations
        Final buyers' and processing countries.
    weeks
        Number T of weeks.
    """
    items = items_of(inputs)
    # Places that neither a rule nor the queue table singles out share one run.
    treated_as = {place: _singled_out(inputs, scenario, place) for place in set(destinations)}
    runs = {
        name: licensed_flows(scenario, items, office_of(inputs, name), weeks=weeks)
        for name in sorted(set(treated_as.values()))
    }
    return Licences({place: runs[name] for place, name in treated_as.items()})


def _singled_out(inputs: Inputs, scenario: Scenario, place: str) -> str:
    """The place itself if a rule or the queue table names it, else ``*``."""
    named = {row.destination for row in inputs.rows("licence_queue")}
    named |= {rule.destination for rule in scenario.rules}
    return place if place in named else ANY
