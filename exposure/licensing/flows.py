"""Licensed flow under the rules of a scenario: the licensed share of each case's usual flow.

The treatment of each case is in `exposure.licensing.plan`, the capacity and terms of the office in
`exposure.licensing.office`, the flow under licences in `exposure.licensing.border`. The size of a
class comes from the tables and never from the ranked sectors: ranking one more sector changes no
licence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from exposure import fast
from exposure.arrays import FloatArray
from exposure.inputs.cells import Inputs
from exposure.inputs.parts import is_small
from exposure.licensing.border import share_stopped
from exposure.licensing.deck import Begun
from exposure.licensing.goods import Item, Key
from exposure.licensing.naming import class_names
from exposure.licensing.office import (
    capacity,
    enforcement,
    look_through,
    office_figure,
    sizes,
    terms_of,
)
from exposure.licensing.plan import FREE_CLASS, OfficePlan, plan_office
from exposure.licensing.queue import QueueResult, begin_queue, licensed_shares, run_queue
from exposure.licensing.terms import Joined, LicenceClass
from exposure.policy.scenario import Scenario
from exposure.terms import LicenceState

SMALLEST_CLASS = 1e-9
"""Size of a class without applications in the tables: it is served and displaces no one."""


BOOKS = 60_000
"""Bytes of the books of all offices in the first scored week, for each draw of the shipped tables.
They are kept only where they leave room: to make them takes a tenth of a run."""


@dataclass(frozen=True, eq=False)
class Flow:
    """Flow of one case under licensing, relative to its usual flow."""

    stopped: FloatArray | None
    """Share of the usual flow that is stopped, 1 - phi, shape (T, D); below 0 only while unfilled
    orders are made up; None for a case that is free in all weeks."""
    states: tuple[LicenceState, ...]
    """State in force in each week."""
    look_through: FloatArray
    """Share of upstream exits that is judged by this final user, shape (T, D) or (D,)."""
    class_index: int
    """Equal exactly for cases whose `stopped` and `states` are equal by construction;
    `FREE_CLASS` for a case that is free in all weeks."""
    seen_index: int
    """Equal exactly for cases whose `look_through` is equal by construction."""
    class_before: int
    """Equal exactly for cases whose `stopped` is equal by construction before the first scored
    week: the class of one of them, or `FREE_CLASS`."""


@dataclass(frozen=True, eq=False)
class ClassRun:
    """Result of the queue for one class; arrays have shape (T, D).

    Loads are relationships, as shares of all relationships of the destination.
    """

    members: tuple[Key, ...]
    """Cases under the same terms."""
    states: tuple[LicenceState, ...]
    """State in force in each week."""
    size: FloatArray
    """Relationships of the class, shape (D,)."""
    arrivals: FloatArray
    """Load submitted in the week."""
    served: FloatArray
    """Load decided in the week."""
    withdrawn: FloatArray
    """Load withdrawn from the queue undecided."""
    backlog: FloatArray
    """Load in the queue at the end of the week."""
    licensed: FloatArray
    """Live licences per relationship, in [0, 1]; 1 while free."""
    stopped: FloatArray
    """Share of the class's usual flow that is stopped."""


@dataclass(frozen=True, eq=False)
class OfficeRun:
    """Licensed flow of every case at one destination, and the licence classes."""

    flows: dict[Key, Flow]
    classes: tuple[ClassRun, ...]
    """Classes under control at some time, in the order of the first item of each."""


def run_office(
    inputs: Inputs,
    scenario: Scenario,
    items: Sequence[Item],
    destination: str,
    *,
    weeks: int,
    first: int = 0,
) -> OfficeRun:
    """Run the licensing office of one destination through a scenario.

    Parameters
    ----------
    inputs
        Draws of the tables; rows that are read are recorded for their reader.
    scenario
        One course of policy; not a mixture.
    items
        All goods of the tables, in a fixed order.
    destination
        The buyers' country or region; ``*`` for one without rules and rows of its own.
    weeks
        Number T of weeks.
    first
        First week scored.

    Returns
    -------
    OfficeRun
        Flows of all cases, and the results of each class.

    Raises
    ------
    ScenarioError
        If drawn terms contradict each other.
    """
    plan = plan_office(inputs.index, scenario, items, destination, weeks=weeks, first=first)
    of_case = sizes(inputs, plan)
    size = class_sizes(plan, of_case)
    results = _results(inputs, plan, size, of_case)
    stopped = _stopped(inputs, plan, [result.licensed for result in results])
    classes = tuple(
        ClassRun(
            queue_class.members, queue_class.states, relationships, done.arrivals, done.served,
            done.withdrawn, done.backlog, done.licensed, gone,
        )
        for queue_class, relationships, done, gone in zip(
            plan.classes, size, results, stopped, strict=True
        )
    )  # fmt: skip
    return OfficeRun(_flows(inputs, plan, stopped), classes)


def office_flows(inputs: Inputs, plan: OfficePlan) -> dict[Key, Flow]:
    """Flows of all cases, equal to those of `run_office`, without the loads of the classes."""
    of_case = sizes(inputs, plan)
    queued = _queued(inputs, plan, class_sizes(plan, of_case))
    nothing = np.zeros((plan.weeks, inputs.draws))
    licensed = [nothing] * len(plan.classes)
    if queued:
        joined = _joined(plan, queued, of_case)
        shares = licensed_shares(
            list(queued.values()),
            capacity(inputs, plan),
            weeks=plan.weeks,
            joined=joined,
            begun=None if joined is None else _begun(inputs, plan),
        )
        for q, share in zip(queued, shares, strict=True):
            licensed[q] = share
    return _flows(inputs, plan, _stopped(inputs, plan, licensed))


def _begun(inputs: Inputs, plan: OfficePlan) -> Begun | None:
    """Books of the joined classes in the first scored week, which many courses have in common."""
    if not fast.AVAILABLE or not is_small(BOOKS * inputs.draws):
        return None

    def make(traced: Inputs) -> Begun | None:
        of_case = sizes(traced, plan)
        # No later turn is read: the rows of other courses would be noted for this one.
        queued = _queued(traced, plan, class_sizes(plan, of_case), until=plan.first)
        joined = _joined(plan, queued, of_case)
        return None if joined is None else begin_queue(joined, capacity(traced, plan))

    return inputs.part("queue before", plan.key_before, make=make).value


def _flows(inputs: Inputs, plan: OfficePlan, stopped: Sequence[FloatArray]) -> dict[Key, Flow]:
    seen = [look_through(inputs, plan, position) for position in range(len(plan.looks))]
    free = (LicenceState.FREE,) * plan.weeks
    return {
        key: Flow(
            None if class_index == FREE_CLASS else stopped[class_index],
            free if class_index == FREE_CLASS else plan.classes[class_index].states,
            seen[look],
            class_index,
            look,
            FREE_CLASS if class_index == FREE_CLASS else plan.before[class_index],
        )
        for key, (class_index, look) in plan.cases.items()
    }


def class_sizes(plan: OfficePlan, of_case: Mapping[Key, FloatArray]) -> list[FloatArray]:
    """Relationships of each class, the sum of those of its cases, shape (D,)."""
    return [_size(of_case, queue_class.members) for queue_class in plan.classes]


def _size(of_case: Mapping[Key, FloatArray], members: Iterable[Key]) -> FloatArray:
    total = sum((of_case[key] for key in members), np.zeros(1))
    return np.maximum(total, SMALLEST_CLASS)


def _queued(
    inputs: Inputs, plan: OfficePlan, size: Sequence[FloatArray], *, until: int | None = None
) -> dict[int, LicenceClass]:
    """Classes in the queue, by position: all that are not withheld in every week.

    They have the turns of all weeks, or of those before `until`.
    """
    names = class_names([queue_class.members for queue_class in plan.classes])
    return {
        q: LicenceClass(
            f"{plan.destination}, {names[q]}",
            size[q],
            tuple(
                (turn.week, terms_of(inputs, turn))
                for turn in queue_class.turns
                if until is None or turn.week < until
            ),
        )
        for q, queue_class in enumerate(plan.classes)
        if not queue_class.never_decided
    }


def _joined(
    plan: OfficePlan, queued: Mapping[int, LicenceClass], of_case: Mapping[Key, FloatArray]
) -> Joined | None:
    """Classes in the queue as they are before the first scored week; None if that is week 0.

    The relationships of a joined class are added up in the order of all cases, so that they are the
    same however the class is divided later.
    """
    if plan.first == 0:
        return None
    members = plan.queued_as
    one_of = {plan.alike[q]: one for q, one in queued.items()}
    classes = [
        LicenceClass(
            one_of[alike].name,
            _size(of_case, keys),
            tuple(entry for entry in one_of[alike].timeline if entry[0] < plan.first),
        )
        for alike, keys in members.items()
    ]
    position = {alike: n for n, alike in enumerate(members)}
    return Joined(plan.first, tuple(classes), tuple(position[plan.alike[q]] for q in queued))


def _results(
    inputs: Inputs,
    plan: OfficePlan,
    size: Sequence[FloatArray],
    of_case: Mapping[Key, FloatArray],
) -> list[QueueResult]:
    """Results of the queue for each class; arrays of shape (T, D)."""
    queued = _queued(inputs, plan, size)
    results = [_waiting(plan, relationships) for relationships in size]
    if queued:
        together = run_queue(
            list(queued.values()),
            capacity(inputs, plan),
            weeks=plan.weeks,
            joined=_joined(plan, queued, of_case),
        )
        for position, q in enumerate(queued):
            fields = {name: array[:, position] for name, array in vars(together).items()}
            results[q] = QueueResult(**fields)
    return results


def _waiting(plan: OfficePlan, size: FloatArray) -> QueueResult:
    """Result for a class in which all apply in week 0 and none is ever served."""
    shape = (plan.weeks, len(size))
    filed, nothing = np.zeros(shape), np.zeros(shape)
    filed[0] = size
    return QueueResult(nothing, filed, nothing, np.broadcast_to(size, shape), nothing)


def _stopped(inputs: Inputs, plan: OfficePlan, licensed: Sequence[FloatArray]) -> list[FloatArray]:
    """Share of the usual flow that is stopped, for each class, shape (T, D)."""
    width = office_figure(inputs, plan, "enforcement_weeks")
    ceiling = office_figure(inputs, plan, "catch_up_ceiling")
    recoverable = office_figure(inputs, plan, "recoverable_share")
    enforced: dict[tuple[tuple[bool, ...], int], FloatArray] = {}
    stopped = []
    for queue_class, share in zip(plan.classes, licensed, strict=True):
        begun = plan.begun(queue_class)
        pattern = tuple(state is LicenceState.FREE for state in queue_class.states), begun
        if pattern not in enforced:
            enforced[pattern] = enforcement(queue_class.states, width, begun=begun)
        stopped.append(
            share_stopped(share, enforced[pattern], ceiling=ceiling, recoverable=recoverable)
        )
    return stopped
