"""The licence queue against a plain reference, worked numbers and the laws it must keep."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exposure.errors import ScenarioError
from exposure.licensing.queue import QueueResult, run_queue
from exposure.licensing.terms import LicenceClass, LicencesHeld, LicenceTerms
from exposure.terms import LicenceState

SEEDS = st.integers(0, 2**32 - 1)
QUICK = settings(max_examples=30, deadline=None)


def terms(state: str = "ordinary", **changes) -> LicenceTerms:
    """Terms for one draw: everything approved at once, for half a year, unless given."""
    usual = {
        "priority": 0,
        "approval": 1.0,
        "delay_weeks": 0,
        "validity_weeks": 26,
        "renewal_lead_weeks": 0,
    }
    return LicenceTerms(LicenceState(state), **(usual | changes))


FREE = terms("free")


def buyers(
    *timeline: LicenceTerms | tuple[int, LicenceTerms], size=1.0, name="civil", held=()
) -> LicenceClass:
    """A class; terms without a week begin at week 0."""
    dated = tuple(row if isinstance(row, tuple) else (0, row) for row in timeline)
    return LicenceClass(name, size, dated, held)


def run(*classes: LicenceClass, capacity=np.inf, weeks: int) -> QueueResult:
    """One draw; capacity is a number or one number per week."""
    per_week = np.broadcast_to(np.asarray(capacity, dtype=float), weeks)
    return run_queue(classes, per_week[:, None], weeks=weeks)


def licensed(*classes: LicenceClass, capacity=np.inf, weeks: int) -> np.ndarray:
    """Share licensed of the first class in the one draw, by week."""
    return run(*classes, capacity=capacity, weeks=weeks).licensed[:, 0, 0]


# A plain reference: groups of buyers, split when part of a group is decided. One draw.


class Group(NamedTuple):
    """Buyers who share one history."""

    size: float
    expiry: int | None = None  # first week in which their licence no longer counts
    renews: int | None = None  # week in which they file the renewal
    returns: int | None = None  # week in which they file a first application once more
    filed: int | None = None  # week in which the waiting application was filed
    first: bool = True  # whether it is a first application

    @property
    def waiting(self) -> float:
        return 0.0 if self.filed is None else self.size

    def asks(self) -> bool:
        """Whether a first application is in the queue or will be filed."""
        return self.returns is not None or (self.filed is not None and self.first)


def reference(classes: list[LicenceClass], capacity: list[float]) -> list[dict[str, list[float]]]:
    """Licences of each class in each week, computed literally from the rules."""
    groups: list[list[Group]] = [[] for _ in classes]
    weeks = []
    for week, left in enumerate(capacity):
        now = [max((w, i) for i, (w, _) in enumerate(one.timeline) if w <= week) for one in classes]
        rules = [one.timeline[i][1] for one, (_, i) in zip(classes, now, strict=True)]
        out = {"licensed": [], "arrivals": [], "served": [], "backlog": [], "withdrawn": []}
        for q, one in enumerate(classes):
            before = sum(group.waiting for group in groups[q])
            if now[q][0] == week:
                was = one.timeline[now[q][1] - 1][1] if week else None
                groups[q] = change_rules(groups[q], one, rules[q], was, week)
            kept = sum(group.waiting for group in groups[q] if group.filed != week)
            out["withdrawn"].append(before - kept)
            groups[q] = [
                group._replace(renews=None, returns=None, filed=week, first=group.renews is None)
                if week in (group.renews, group.returns)
                else group
                for group in groups[q]
            ]
            out["arrivals"].append(sum(g.waiting for g in groups[q] if g.filed == week))
        in_line = [sum(group.waiting for group in members) for members in groups]
        decide_week(groups, rules, left, week)
        for q, one in enumerate(classes):
            rest = sum(group.waiting for group in groups[q])
            out["backlog"].append(rest)
            out["served"].append(in_line[q] - rest)
            live = sum(g.size for g in groups[q] if g.expiry is not None and g.expiry > week)
            free = rules[q].state is LicenceState.FREE
            out["licensed"].append(1.0 if free else live / one.relationships)
        groups = [together(members) for members in groups]
        weeks.append(out)
    return weeks


def together(groups: list[Group]) -> list[Group]:
    """One group of all that differ in size alone: they share what is to come."""
    sizes: dict[tuple[int | None, ...], float] = {}
    for size, *history in groups:
        alike = tuple(history)
        sizes[alike] = sizes.get(alike, 0.0) + size
    return [Group(size, *alike) for alike, size in sizes.items()]


def change_rules(groups, one, rule, was, week) -> list[Group]:
    if rule.state is LicenceState.FREE:
        return []
    if was is None or was.state is LicenceState.FREE:
        held = [
            Group(
                one.relationships * cohort.share,
                expiry=cohort.expiry_week,
                renews=max(1, cohort.expiry_week - rule.renewal_lead_weeks),
            )
            for cohort in (one.held_at_start if was is None else ())
        ]
        others = one.relationships - sum(group.size for group in held)
        groups = [*held, Group(others, filed=week)]
    return [revoked(group, week) for group in groups] if rule.revoke else groups


def revoked(group, week) -> Group:
    if group.expiry is None or group.expiry < week:
        return group
    if group.asks():
        return group._replace(expiry=None)
    return Group(group.size, filed=week)


def decide_week(groups, rules, left, week) -> None:
    shut = (LicenceState.FREE, LicenceState.WITHHELD)
    for priority in sorted({rule.priority for rule in rules}):
        served = [q for q, r in enumerate(rules) if r.priority == priority and r.state not in shut]
        for age in range(week + 1):
            ready = [q for q in served if age + rules[q].delay_weeks <= week]
            waiting = sum(g.waiting for q in ready for g in groups[q] if g.filed == age)
            if waiting <= 0 or left <= 0:
                continue
            share = min(1.0, left / waiting)
            left -= share * waiting
            for q in ready:
                groups[q] = [
                    part
                    for group in groups[q]
                    for part in (
                        decided(group, rules[q], share, week) if group.filed == age else [group]
                    )
                ]


def decided(group, rule, share, week) -> Iterator[Group]:
    approved = rule.approval if group.first else rule.renewal_approval
    refused = (1 - approved) * (rule.refusal_share if group.first else 1)
    returning = refused * rule.reapplication_share
    live = group.expiry if group.expiry is not None and group.expiry > week else None
    expiry = (live or week) + rule.validity_weeks
    renews = max(week + 1, expiry - rule.renewal_lead_weeks)
    part = group.size * share
    if share < 1:
        yield group._replace(size=group.size * (1 - share))
    if approved > 0:
        yield Group(part * approved, expiry=expiry, renews=renews)
    if returning > 0:
        yield Group(part * returning, expiry=live, returns=week + rule.reapplication_weeks)
    if live is not None:
        yield Group(part * (1 - approved - returning), expiry=live)


def random_terms(rng: np.random.Generator, draws: int, *, calm: bool = False) -> LicenceTerms:
    """Terms of any kind; `calm` ones neither revoke nor free."""
    state = rng.choice(["general", "fast_track", "ordinary", "ordinary", "withheld", "free"])
    if calm and state == "free":
        state = "general"
    validity = rng.integers(1, 14, draws)
    lead = np.minimum(rng.integers(0, 9, draws), validity)
    if rng.random() < 0.2:
        lead = validity
    return LicenceTerms(
        LicenceState(state),
        priority=int(rng.integers(0, 3)),
        approval=rng.choice([0.0, 0.3, 0.7, 1.0], draws),
        delay_weeks=rng.integers(0, 5, draws),
        validity_weeks=validity,
        renewal_lead_weeks=lead,
        renewal_approval=rng.choice([0.0, 0.8, 1.0, 1.0], draws),
        refusal_share=rng.choice([0.0, 0.5, 1.0], draws),
        reapplication_share=rng.choice([0.0, 0.5, 0.9, 1.0], draws),
        reapplication_weeks=rng.integers(1, 7, draws),
        revoke=bool(rng.random() < 0.3) and not calm,
    )


def random_class(rng, draws: int, weeks: int, *, name="civil", calm=False) -> LicenceClass:
    begins = [0, *sorted(rng.choice(np.arange(1, weeks), rng.integers(0, 4), replace=False))]
    timeline = tuple((int(week), random_terms(rng, draws, calm=calm)) for week in begins)
    held = ()
    if timeline[0][1].state is not LicenceState.FREE and rng.random() < 0.6:
        shares = rng.dirichlet(np.ones(3), draws).T[: rng.integers(1, 4)]
        held = tuple(LicencesHeld(share, rng.integers(1, 20, draws)) for share in shares)
    return LicenceClass(name, rng.uniform(0.5, 2, draws), timeline, held)


def random_queue(rng, *, draws=2, weeks=30, calm=False, most=4):
    count = int(rng.integers(1, most + 1))
    classes = [random_class(rng, draws, weeks, name=f"class {q}", calm=calm) for q in range(count)]
    capacity = rng.uniform(0, rng.choice([0.2, 0.6, 2.0]), (weeks, draws))
    capacity[rng.random((weeks, draws)) < 0.2] = 0
    capacity[rng.random((weeks, draws)) < 0.03] = np.inf
    return classes, capacity


def one_draw(one: LicenceClass, draw: int) -> LicenceClass:
    """The class as it is in one draw, in plain numbers."""

    def pick(record):
        arrays = {k: v[draw].item() for k, v in vars(record).items() if isinstance(v, np.ndarray)}
        return replace(record, **arrays)

    return replace(
        pick(one),
        timeline=tuple((week, pick(rule)) for week, rule in one.timeline),
        held_at_start=tuple(pick(held) for held in one.held_at_start),
    )


@pytest.mark.parametrize("first", range(0, 150, 25))
def test_the_queue_equals_the_plain_reference(first: int) -> None:
    for seed in range(first, first + 25):
        classes, capacity = random_queue(np.random.default_rng(seed))
        result = run_queue(classes, capacity, weeks=len(capacity))
        for draw in range(capacity.shape[1]):
            plain = reference([one_draw(one, draw) for one in classes], capacity[:, draw].tolist())
            for name, found in vars(result).items():
                expected = [week[name] for week in plain]
                np.testing.assert_allclose(
                    found[..., draw], expected, rtol=0, atol=1e-9, err_msg=f"seed {seed}: {name}"
                )


def random_terms_without_change(rng: np.random.Generator, **given_terms) -> LicenceTerms:
    """Ordinary terms for one draw that keep all the room a law allows."""
    validity = int(rng.integers(1, 14))
    drawn = {
        "approval": rng.uniform(0.05, 1),
        "delay_weeks": int(rng.integers(0, 5)),
        "validity_weeks": validity,
        "renewal_lead_weeks": int(rng.integers(0, validity + 1)),
        "renewal_approval": rng.choice([0.8, 1.0]),
        "reapplication_share": rng.choice([0.0, 0.6]),
        "reapplication_weeks": int(rng.integers(1, 7)),
        "priority": int(rng.integers(0, 3)),
    }
    return terms(**(drawn | given_terms))


# Closed forms.


def test_withheld_without_live_licences_nothing_is_licensed() -> None:
    result = run(buyers(terms("withheld")), weeks=10)
    assert (result.licensed == 0).all()
    assert (result.backlog == 1).all()


def test_a_free_class_is_licensed_in_full_and_applies_for_nothing() -> None:
    result = run(buyers(FREE), capacity=0, weeks=10)
    assert (result.licensed == 1).all()
    assert (result.arrivals == 0).all()


@QUICK
@given(p=st.floats(0.01, 1), validity=st.integers(1, 20), lead=st.integers(0, 20))
def test_with_endless_capacity_and_no_delay_the_approved_are_always_licensed(
    p: float, validity: int, lead: int
) -> None:
    rule = terms(approval=p, validity_weeks=validity, renewal_lead_weeks=min(lead, validity))
    np.testing.assert_allclose(licensed(buyers(rule), weeks=60), p, rtol=1e-12)


@QUICK
@given(p=st.floats(0, 1), share=st.floats(0.001, 1), delay=st.integers(0, 9))
def test_before_the_first_expiry_licences_ramp_up_with_capacity(
    p: float, share: float, delay: int
) -> None:
    size, weeks = 12_000.0, 26
    rule = terms(approval=p, delay_weeks=delay)
    found = licensed(buyers(rule, size=size), capacity=share * size, weeks=weeks)
    decided = share * np.maximum(np.arange(weeks) - delay + 1, 0)
    np.testing.assert_allclose(found, p * np.minimum(1, decided), atol=1e-12)


@pytest.mark.parametrize(("validity", "plateau"), [(26, 0.26), (52, 0.52)])
def test_a_saturated_office_keeps_capacity_times_validity_licensed(
    validity: int, plateau: float
) -> None:
    # Little's law: 30,000 relationships, 300 decisions a week. Until all have been decided once,
    # in week 100, a share p of the decisions counts; afterwards renewals count in full.
    rule = terms(approval=0.8, validity_weeks=validity)
    found = licensed(buyers(rule, size=30_000.0), capacity=300, weeks=260)
    np.testing.assert_allclose(found[validity - 1 : 100], 0.8 * plateau, rtol=1e-9)
    np.testing.assert_allclose(found[100 + validity :], plateau, rtol=1e-9)


def test_full_licensing_needs_one_decision_per_relationship_and_validity() -> None:
    size, validity = 30_000.0, 26
    assert size / validity == pytest.approx(1153.85, abs=0.005)
    rule = terms(validity_weeks=validity)
    enough = licensed(buyers(rule, size=size), capacity=size / validity, weeks=104)
    short = licensed(buyers(rule, size=size), capacity=0.99 * size / validity, weeks=104)
    np.testing.assert_allclose(enough[validity:], 1, rtol=1e-9)
    np.testing.assert_allclose(short[2 * validity :], 0.99, rtol=1e-9)


@QUICK
@given(seed=SEEDS, capacity=st.floats(0.001, 0.3))
def test_licences_never_exceed_the_decisions_of_one_validity_and_lead(
    seed: int, capacity: float
) -> None:
    rule = random_terms_without_change(np.random.default_rng(seed))
    found = licensed(buyers(rule), capacity=capacity, weeks=60)
    assert (found <= capacity * (rule.validity_weeks + rule.renewal_lead_weeks) + 1e-12).all()


def test_a_delay_beyond_the_lead_leaves_every_cycle_bare_for_the_difference() -> None:
    rule = terms(approval=0.7, delay_weeks=3, renewal_lead_weeks=2)
    found = licensed(buyers(rule), weeks=3 + 4 * 27)
    cycles = found[3:].reshape(4, 27)
    np.testing.assert_allclose(cycles[:, :26], 0.7)
    np.testing.assert_allclose(cycles[:, 26], 0)
    assert cycles.mean() == pytest.approx(0.674074, abs=5e-7)


@pytest.mark.parametrize("lead", [0, 8, 16])
def test_all_licences_of_one_week_end_together_when_the_office_shuts(lead: int) -> None:
    shut = np.where(np.arange(40) < 10, np.inf, 0)
    found = licensed(buyers(terms(renewal_lead_weeks=lead)), capacity=shut, weeks=40)
    assert found[25] == 1
    assert found[26] == 0


@pytest.mark.parametrize("lead", [0, 8, 16])
def test_licences_of_a_ramp_end_one_by_one_when_the_office_shuts(lead: int) -> None:
    shut = np.where(np.arange(50) < 20, 0.05, 0)
    found = licensed(buyers(terms(renewal_lead_weeks=lead)), capacity=shut, weeks=50)
    np.testing.assert_allclose(found[[25, 26, 30, 45]], [1, 0.95, 0.75, 0], atol=1e-12)


def test_the_worked_queue_week_by_week() -> None:
    rule = terms(approval=0.8, delay_weeks=2, validity_weeks=6, renewal_lead_weeks=2)
    result = run(buyers(rule, size=12_000.0), capacity=1_000, weeks=16)
    backlog = [12000, 12000, 11000, 10000, 9000, 8000, 7800, 7600]
    backlog += [7400, 7200, 7000, 6800, 6600, 6400, 6200, 6000]
    shares = [0, 0, 0.066667, 0.133333, 0.2, 0.266667, 0.333333]
    shares += [0.4] * 7 + [0.416667, 0.433333]
    np.testing.assert_allclose(result.served[:, 0, 0], [0, 0] + [1000] * 14, rtol=1e-12)
    np.testing.assert_allclose(result.backlog[:, 0, 0], backlog, rtol=1e-12)
    np.testing.assert_allclose(result.licensed[:, 0, 0], shares, atol=5e-7)


# Laws.


@QUICK
@given(seed=SEEDS)
def test_what_arrived_was_served_withdrawn_or_is_in_line(seed: int) -> None:
    classes, capacity = random_queue(np.random.default_rng(seed))
    result = run_queue(classes, capacity, weeks=len(capacity))
    left = result.served.cumsum(axis=0) + result.withdrawn.cumsum(axis=0)
    np.testing.assert_allclose(result.arrivals.cumsum(axis=0), left + result.backlog, atol=1e-9)
    assert all((array >= 0).all() for array in vars(result).values())
    assert (result.served.sum(axis=1) <= capacity + 1e-9).all()
    assert (result.licensed <= 1).all()


@QUICK
@given(seed=SEEDS)
def test_nothing_is_withdrawn_unless_control_ends_or_licences_are_revoked(seed: int) -> None:
    classes, capacity = random_queue(np.random.default_rng(seed), calm=True)
    assert (run_queue(classes, capacity, weeks=len(capacity)).withdrawn == 0).all()


@QUICK
@given(seed=SEEDS, capacity=st.floats(0.02, 1), other=st.sampled_from([1, 2]))
def test_priority_for_one_class_never_helps_the_other_before_its_first_expiry(
    seed: int, capacity: float, other: int
) -> None:
    # And without applications that come back: the rival's, once earlier, can come later again.
    rng = np.random.default_rng(seed)
    rule, rival = (
        random_terms_without_change(rng, priority=1, reapplication_share=0.0) for _ in range(2)
    )
    even = replace(rival, priority=other)
    until = rule.delay_weeks + rule.validity_weeks
    without, with_priority = (
        licensed(buyers(rule), buyers(rank, name="rival"), capacity=capacity, weeks=until)
        for rank in (even, replace(rival, priority=0))
    )
    assert (with_priority <= without + 1e-9).all()


@QUICK
@given(seed=SEEDS)
def test_more_capacity_never_lowers_what_a_single_class_has_been_served(seed: int) -> None:
    # One class only: with two, earlier grants of one can crowd out the other's and lower the sum.
    # So can applications that come back earlier, since they are decided otherwise than renewals.
    rng = np.random.default_rng(seed)
    rule = random_terms_without_change(rng, reapplication_share=0.0)
    group = buyers(rule, size=rng.uniform(0.5, 2))
    capacity = rng.uniform(0, 0.5, 40)
    less = run(group, capacity=capacity, weeks=40).served[:, 0, 0]
    more = run(group, capacity=capacity * rng.uniform(1, 2, 40), weeks=40).served[:, 0, 0]
    assert (more.cumsum() >= less.cumsum() - 1e-9).all()


@QUICK
@given(seed=SEEDS)
def test_more_capacity_never_lowers_licences_before_the_first_renewal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = [
        buyers(random_terms_without_change(rng, reapplication_share=0.0), name=name)
        for name in ("a", "b")
    ]
    terms_of_groups = [one.timeline[0][1] for one in groups]
    # Renewals of one class, which come earlier with more capacity, may delay those of the other.
    until = max(1, min(each.validity_weeks - each.renewal_lead_weeks for each in terms_of_groups))
    capacity = rng.uniform(0, 0.5, until)
    less = run(*groups, capacity=capacity, weeks=until).licensed
    more = run(*groups, capacity=capacity * rng.uniform(1, 2, until), weeks=until).licensed
    assert (more >= less - 1e-12).all()


@QUICK
@given(seed=SEEDS, p=st.floats(0.01, 1), capacity=st.floats(0.005, 0.5), opens=st.integers(0, 9))
def test_more_approval_never_lowers_the_licences_of_a_single_class(
    seed: int, p: float, capacity: float, opens: int
) -> None:
    # An office that keeps its pace once open: when the pace changes, more renewals filed early
    # can fill the good weeks and leave first applications to the bad ones.
    rng = np.random.default_rng(seed)
    rule = random_terms_without_change(rng, approval=p, reapplication_share=0.0)
    kinder = replace(rule, approval=p + (1 - p) * rng.uniform())
    pace = np.where(np.arange(60) < opens, 0, capacity)
    less, more = (licensed(buyers(variant), capacity=pace, weeks=60) for variant in (rule, kinder))
    assert (more >= less - 1e-9).all()


@QUICK
@given(seed=SEEDS)
def test_two_identical_halves_are_licensed_like_the_whole(seed: int) -> None:
    classes, capacity = random_queue(np.random.default_rng(seed), most=3)
    halves = [replace(classes[0], name=n, relationships=classes[0].relationships / 2) for n in "ab"]
    whole = run_queue(classes, capacity, weeks=len(capacity)).licensed
    split = run_queue([*halves, *classes[1:]], capacity, weeks=len(capacity)).licensed
    np.testing.assert_allclose(split, whole[:, [0, 0, *range(1, len(classes))]], atol=1e-9)


@QUICK
@given(
    approvals=st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted),
    delay=st.integers(0, 6),
    more_lead=st.integers(0, 10),
)
def test_with_endless_capacity_and_lead_enough_the_states_are_ordered_every_week(
    approvals: list[float], delay: int, more_lead: int
) -> None:
    # The lead must cover the delay: else each state is bare at the end of its own cycle.
    ordinary, fast, general = approvals
    common = {"delay_weeks": delay, "renewal_lead_weeks": delay + more_lead}
    rows = [
        terms("withheld"),
        terms("ordinary", approval=ordinary, **common),
        terms("fast_track", approval=fast, **common),
        terms("general", approval=general, validity_weeks=52, **common),
        FREE,
    ]
    found = run(*(buyers(row, name=row.state) for row in rows), weeks=104).licensed[:, :, 0]
    assert (np.diff(found, axis=1) >= -1e-12).all()


@QUICK
@given(seed=SEEDS, factor=st.floats(0.001, 1000))
def test_the_unit_of_relationships_and_capacity_does_not_matter(seed: int, factor: float) -> None:
    classes, capacity = random_queue(np.random.default_rng(seed))
    scaled = [replace(one, relationships=one.relationships * factor) for one in classes]
    plain = run_queue(classes, capacity, weeks=len(capacity))
    other = run_queue(scaled, capacity * factor, weeks=len(capacity))
    np.testing.assert_allclose(other.licensed, plain.licensed, atol=1e-9)
    np.testing.assert_allclose(other.backlog, plain.backlog * factor, rtol=1e-6, atol=1e-9 * factor)


@QUICK
@given(seed=SEEDS)
def test_the_order_of_the_classes_does_not_matter(seed: int) -> None:
    classes, capacity = random_queue(np.random.default_rng(seed))
    plain = run_queue(classes, capacity, weeks=len(capacity))
    turned = run_queue(classes[::-1], capacity, weeks=len(capacity))
    np.testing.assert_allclose(turned.licensed[:, ::-1], plain.licensed, atol=1e-9)


# The rules, one by one.


def test_capacity_not_used_in_a_week_is_lost() -> None:
    rule = terms(delay_weeks=3)
    found = licensed(buyers(rule), capacity=0.25, weeks=8)
    np.testing.assert_allclose(found, [0, 0, 0, 0.25, 0.5, 0.75, 1, 1])


def test_the_higher_priority_is_served_before_the_older_application() -> None:
    late = buyers((0, FREE), (2, terms(priority=0)), name="late")
    result = run(buyers(terms(priority=1)), late, capacity=0.25, weeks=7)
    np.testing.assert_allclose(result.served[:, 0, 0], [0.25, 0.25, 0, 0, 0, 0, 0.25])
    np.testing.assert_allclose(result.served[:, 1, 0], [0, 0, 0.25, 0.25, 0.25, 0.25, 0])


def test_within_a_priority_the_older_application_is_served_first() -> None:
    late = buyers((0, FREE), (2, terms()), name="late")
    result = run(buyers(terms()), late, capacity=0.25, weeks=7)
    np.testing.assert_allclose(result.served[:, 0, 0], [0.25] * 4 + [0] * 3)
    np.testing.assert_allclose(result.served[:, 1, 0], [0] * 4 + [0.25] * 3)


def test_equal_priority_and_age_share_in_proportion_to_what_is_in_line() -> None:
    big, small = buyers(terms(), size=3.0), buyers(terms(), size=1.0, name="small")
    result = run(big, small, capacity=1, weeks=3)
    np.testing.assert_allclose(result.served[:, :, 0], [[0.75, 0.25]] * 3)


def test_a_renewal_granted_early_starts_where_the_old_licence_ends() -> None:
    # Granted in weeks 0, 4, 10, ...: the first renewal is filed in week 4 and runs 6 to 11.
    rule = terms(validity_weeks=6, renewal_lead_weeks=2)
    result = run(buyers(rule), weeks=24)
    assert np.flatnonzero(result.arrivals[:, 0, 0]).tolist() == [0, 4, 10, 16, 22]
    assert (result.licensed == 1).all()


def test_a_renewal_granted_late_leaves_the_weeks_between_unlicensed() -> None:
    rule = terms(validity_weeks=6, renewal_lead_weeks=2)
    shut = np.array([np.inf, *[0] * 8, *[np.inf] * 9])
    found = licensed(buyers(rule), capacity=shut, weeks=18)
    np.testing.assert_array_equal(found, [1] * 6 + [0] * 3 + [1] * 9)


def test_a_licence_whose_lead_is_its_validity_is_renewed_the_week_after_its_grant() -> None:
    result = run(buyers(terms(validity_weeks=6, renewal_lead_weeks=6)), weeks=20)
    assert np.flatnonzero(result.arrivals[:, 0, 0]).tolist() == [0, 1, 6, 12, 18]


def test_licences_that_outlive_the_horizon_are_kept_whatever_their_lead() -> None:
    rule = terms("general", validity_weeks=1_000_000, renewal_lead_weeks=999_990, delay_weeks=2)
    result = run(buyers(rule), weeks=20)
    assert np.flatnonzero(result.arrivals[:, 0, 0]).tolist() == [0, 12]
    assert (result.licensed[2:] == 1).all()


@QUICK
@given(
    p=st.floats(0, 1),
    delay=st.integers(0, 5),
    pause=st.integers(1, 9),
    good=st.integers(80, 99),
)
def test_who_always_comes_back_is_licensed_in_the_end(
    p: float, delay: int, pause: int, good: int
) -> None:
    # With endless capacity, decision k falls in week delay + (k - 1) (delay + pause).
    rule = terms(
        approval=p, delay_weeks=delay, validity_weeks=good,
        reapplication_share=1.0, reapplication_weeks=pause,
    )  # fmt: skip
    found = licensed(buyers(rule), weeks=80)
    decisions = (np.arange(80) + pause) // (delay + pause)
    np.testing.assert_allclose(found, 1 - (1 - p) ** decisions, atol=1e-12)


@QUICK
@given(p=st.floats(0, 1), refused=st.floats(0, 1), back=st.floats(0, 1))
def test_only_the_refused_who_come_back_are_decided_again(
    p: float, refused: float, back: float
) -> None:
    rule = terms(approval=p, refusal_share=refused, reapplication_share=back, reapplication_weeks=2)
    result = run(buyers(rule), weeks=20)
    again = (1 - p) * refused * back
    np.testing.assert_allclose(result.arrivals[::2, 0, 0], again ** np.arange(10), atol=1e-12)
    assert (result.arrivals[1::2] == 0).all()
    rounds = np.cumsum(again ** np.arange(10))
    np.testing.assert_allclose(result.licensed[::2, 0, 0], p * rounds, atol=1e-12)


def test_the_pending_hold_no_licence_take_no_capacity_and_are_never_granted() -> None:
    hesitant = terms(approval=0.4, refusal_share=0.0, reapplication_share=1.0, validity_weeks=99)
    kinder = replace(hesitant, approval=1.0)
    late = buyers((0, FREE), (4, terms(validity_weeks=99)), name="late")
    result = run(buyers((0, hesitant), (6, kinder)), late, capacity=0.5, weeks=20)
    np.testing.assert_allclose(result.served[:, 0, 0], [0.5, 0.5] + [0] * 18)
    np.testing.assert_allclose(result.served[:, 1, 0], [0] * 4 + [0.5, 0.5] + [0] * 14)
    np.testing.assert_allclose(result.licensed[1:, 0, 0], 0.4)


def test_a_refused_renewal_comes_back_as_a_first_application_and_starts_where_the_old_ends() -> (
    None
):
    # Granted in week 0 to week 5; the renewal is refused in week 2, the first application
    # granted in week 4 counts from week 6, and its renewal is filed in week 8.
    first = terms(validity_weeks=6, renewal_lead_weeks=4, renewal_approval=0.0,
                  reapplication_share=1.0, reapplication_weeks=2)  # fmt: skip
    result = run(buyers(first), weeks=10)
    assert np.flatnonzero(result.arrivals[:, 0, 0]).tolist() == [0, 2, 4, 8]
    assert (result.licensed == 1).all()


def test_who_comes_back_after_the_old_licence_has_ended_is_bare_in_between() -> None:
    rule = terms(validity_weeks=6, renewal_lead_weeks=4, renewal_approval=0.0,
                 reapplication_share=0.5, reapplication_weeks=7)  # fmt: skip
    result = run(buyers(rule), weeks=12)
    np.testing.assert_allclose(result.arrivals[:, 0, 0], [1, 0, 1] + [0] * 6 + [0.5, 0, 0.5])
    np.testing.assert_allclose(result.licensed[:, 0, 0], [1] * 6 + [0] * 3 + [0.5] * 3)


def test_who_comes_back_after_a_late_renewal_was_refused_waits_as_long() -> None:
    rule = terms(validity_weeks=4, delay_weeks=2, renewal_approval=0.0,
                 reapplication_share=1.0, reapplication_weeks=3)  # fmt: skip
    result = run(buyers(rule), weeks=16)
    # Granted in week 2, ends in 6, refused in 8, filed again in 11, granted in 13.
    assert np.flatnonzero(result.arrivals[:, 0, 0]).tolist() == [0, 6, 11]
    assert np.flatnonzero(result.licensed[:, 0, 0]).tolist() == [2, 3, 4, 5, 13, 14, 15]


def test_revocation_leaves_those_in_line_who_come_back_and_nobody_files_twice() -> None:
    # Half the renewals are refused in week 4 and come back in week 6, before the revocation in
    # week 7; the licences run to week 8.
    rule = terms(validity_weeks=8, renewal_lead_weeks=4, renewal_approval=0.5,
                 reapplication_share=1.0, reapplication_weeks=2)  # fmt: skip
    capacity = np.where(np.arange(12) < 5, np.inf, 0)
    one = buyers((0, rule), (7, replace(rule, revoke=True)))
    result = run(one, capacity=capacity, weeks=12)
    assert result.arrivals[:, 0, 0].tolist() == [1, 0, 0, 0, 1, 0, 0.5, 0.5, 0, 0, 0, 0]
    assert result.backlog[:, 0, 0].tolist() == [0] * 6 + [0.5] + [1] * 5
    assert (result.withdrawn == 0).all()


def test_who_is_to_come_back_keeps_the_date_through_a_revocation() -> None:
    rule = terms(validity_weeks=8, renewal_lead_weeks=4, renewal_approval=0.5,
                 reapplication_share=1.0, reapplication_weeks=5)  # fmt: skip
    one = buyers((0, rule), (6, replace(rule, revoke=True)))
    result = run(one, weeks=11)
    assert result.arrivals[:10, 0, 0].tolist() == [1, 0, 0, 0, 1, 0, 0.5, 0, 0, 0.5]
    assert result.licensed[:, 0, 0].tolist() == [1] * 6 + [0.5] * 3 + [1] * 2


def test_who_is_to_come_back_is_forgotten_when_control_ends() -> None:
    rule = terms(approval=0.5, reapplication_share=1.0, reapplication_weeks=4)
    result = run(buyers((0, rule), (2, FREE), (3, rule)), weeks=7)
    assert result.arrivals[:, 0, 0].tolist() == [1, 0, 0, 1, 0, 0, 0]


def test_withheld_applications_wait_and_use_no_capacity_but_refusals_do() -> None:
    rival = buyers(terms(priority=1), name="rival")
    withheld = run(buyers(terms("withheld")), rival, capacity=0.5, weeks=3)
    refused = run(buyers(terms(approval=0.0)), rival, capacity=0.5, weeks=3)
    np.testing.assert_allclose(withheld.served[:, :, 0], [[0, 0.5], [0, 0.5], [0, 0]])
    np.testing.assert_allclose(refused.served[:, :, 0], [[0.5, 0], [0.5, 0], [0, 0.5]])
    assert (withheld.backlog[:, 0] == 1).all()


def test_withholding_lets_live_licences_run_out_and_revoking_ends_them() -> None:
    for revoke, last in ((False, 25), (True, 9)):
        stop = terms("withheld", revoke=revoke)
        result = run(buyers((0, terms()), (10, stop)), weeks=40)
        assert np.flatnonzero(result.licensed[:, 0, 0]).max() == last
        assert result.backlog[-1, 0, 0] == 1


def test_what_waited_while_withheld_is_decided_under_the_terms_that_follow() -> None:
    result = run(buyers((0, terms("withheld")), (5, terms(approval=0.6))), weeks=6)
    np.testing.assert_allclose(result.arrivals[:, 0, 0], [1, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(result.licensed[:, 0, 0], [0, 0, 0, 0, 0, 0.6])


def test_revocation_withdraws_renewals_and_all_holders_apply_again() -> None:
    rule = terms(validity_weeks=10, renewal_lead_weeks=4)
    capacity = np.where(np.arange(12) < 1, np.inf, 0)
    one = buyers((0, rule), (8, replace(rule, approval=0.5, revoke=True)))
    result = run(one, capacity=capacity, weeks=12)
    assert result.arrivals[:, 0, 0].tolist() == [1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0]
    assert result.withdrawn[:, 0, 0].tolist() == [0] * 8 + [1] + [0] * 3
    assert result.licensed[:, 0, 0].tolist() == [1] * 8 + [0] * 4


def test_all_apply_in_the_week_in_which_control_begins_and_none_after_it_ends() -> None:
    timeline = ((0, FREE), (3, terms(delay_weeks=2)), (6, FREE), (8, terms()))
    result = run(buyers(*timeline), capacity=0.5, weeks=10)
    np.testing.assert_allclose(result.licensed[:, 0, 0], [1, 1, 1, 0, 0, 0.5, 1, 1, 0.5, 1])
    np.testing.assert_allclose(result.arrivals[:, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 1, 0])
    np.testing.assert_allclose(result.withdrawn[:, 0, 0], [0] * 6 + [0.5] + [0] * 3)


def test_holders_at_the_start_do_not_apply_then_but_renew_before_expiry() -> None:
    rule = terms(approval=0.5, renewal_lead_weeks=2)
    held = (LicencesHeld(0.6, 5), LicencesHeld(0.1, 1))
    result = run(buyers(rule, held=held), weeks=8)
    np.testing.assert_allclose(result.arrivals[:, 0, 0], [0.3, 0.1, 0, 0.6, 0, 0, 0, 0])
    np.testing.assert_allclose(result.licensed[:, 0, 0], 0.85)


def test_terms_of_the_decision_count_for_approval_and_of_the_grant_for_validity() -> None:
    filed = terms(approval=0.9, delay_weeks=1, validity_weeks=2)
    granted = terms(approval=0.4, delay_weeks=4, validity_weeks=3, renewal_approval=0.0)
    found = licensed(buyers((0, filed), (1, granted)), weeks=9)
    np.testing.assert_allclose(found, [0, 0, 0, 0, 0.4, 0.4, 0.4, 0, 0])


def test_a_refused_renewal_leaves_the_old_licence_until_it_expires() -> None:
    rule = terms(validity_weeks=6, renewal_lead_weeks=3, renewal_approval=0.5)
    found = licensed(buyers(rule), weeks=14)
    np.testing.assert_allclose(found, [1] * 6 + [0.5] * 6 + [0.25] * 2)


# Refusals.

BROKEN = {
    "approval above one": (
        buyers((0, terms()), (9, terms(approval=1.2))),
        "class 'civil', terms from week 9, approval: found 1.2 in draw 0; "
        "expected a share in [0, 1]; write 0.9 for 90 %",
    ),
    "a missing share": (
        buyers(terms(reapplication_share=np.array([0.5, np.nan]))),
        "class 'civil', terms from week 0, reapplication_share: found nan in draw 1; "
        "expected a share in [0, 1]; write 0.9 for 90 %",
    ),
    "a negative share": (
        buyers(terms(refusal_share=-0.25)),
        "class 'civil', terms from week 0, refusal_share: found -0.25 in draw 0; "
        "expected a share in [0, 1]; write 0.9 for 90 %",
    ),
    "an application in the week of its refusal": (
        buyers(terms(reapplication_weeks=np.array([3, 0]))),
        "class 'civil', terms from week 0, reapplication_weeks: found 0 in draw 1; "
        "expected whole weeks as integers, at least 1; round half weeks before the queue",
    ),
    "half weeks": (
        buyers(terms(delay_weeks=6.5)),
        "class 'civil', terms from week 0, delay_weeks: found 6.5 in draw 0; "
        "expected whole weeks as integers, at least 0; round half weeks before the queue",
    ),
    "no validity": (
        buyers(terms(validity_weeks=0)),
        "class 'civil', terms from week 0, validity_weeks: found 0 in draw 0; "
        "expected whole weeks as integers, at least 1; round half weeks before the queue",
    ),
    "a lead above the validity": (
        buyers(terms(validity_weeks=np.array([8, 6]), renewal_lead_weeks=8)),
        "class 'civil', terms from week 0: found renewal_lead_weeks 8 above validity_weeks 6 "
        "in draw 1; expected lead <= validity; file the renewal after the licence is granted",
    ),
    "nothing at week 0": (
        buyers((2, terms())),
        "class 'civil', timeline: found terms from weeks [2]; expected ascending weeks, "
        "the first 0; state the terms from week 0 and sort the rest",
    ),
    "weeks out of order": (
        buyers((0, terms()), (9, FREE), (4, terms())),
        "class 'civil', timeline: found terms from weeks [0, 9, 4]; expected ascending weeks, "
        "the first 0; state the terms from week 0 and sort the rest",
    ),
    "no buyers": (
        buyers(terms(), size=0.0),
        "class 'civil', relationships: found 0.0 in draw 0; "
        "expected a number above 0; leave out a class that has no buyers",
    ),
    "another number of draws": (
        buyers(terms(), size=np.ones(3)),
        "class 'civil', relationships: found shape (3,); expected (2,); "
        "give one value per draw, or one for all",
    ),
    "more holders than buyers": (
        buyers(terms(), held=(LicencesHeld(0.7, 5), LicencesHeld(0.5, 9))),
        "class 'civil', held_at_start: found shares that sum to 1.2; expected at most 1; "
        "count each relationship once",
    ),
    "licences that have run out": (
        buyers(terms(), held=(LicencesHeld(0.7, 0),)),
        "class 'civil', held_at_start, expiry_week: found 0 in draw 0; "
        "expected whole weeks as integers, at least 1; round half weeks before the queue",
    ),
    "licences held while free": (
        buyers(FREE, held=(LicencesHeld(0.7, 5),)),
        "class 'civil', held_at_start: found licences held while the class is free; "
        "expected none; leave held_at_start out, since all apply when control begins",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_terms_name_class_week_and_cure(name: str) -> None:
    one, message = BROKEN[name]
    with pytest.raises(ScenarioError) as raised:
        run_queue([one], np.ones((5, 2)), weeks=5)
    assert str(raised.value) == f"licence queue: 1 fault\n  - {message}"


def test_all_faults_are_named_at_once() -> None:
    twice = buyers(terms(approval=-1.0, delay_weeks=-2))
    with pytest.raises(ScenarioError) as raised:
        run(twice, twice, weeks=5)
    first, *faults = str(raised.value).splitlines()
    assert first == "licence queue: 5 faults"
    assert (
        faults[-1] == "  - class 'civil': found 2 times; expected once; name each class differently"
    )
    assert len(faults) == 5


def test_terms_of_a_free_class_are_not_read() -> None:
    blank = LicenceTerms(LicenceState.FREE, 0, np.nan, 0, np.inf, 0)
    result = run(buyers((0, blank), (2, terms("withheld"))), weeks=4)
    assert result.licensed[:, 0, 0].tolist() == [1, 1, 0, 0]


def test_capacity_of_another_length_or_below_zero_is_refused() -> None:
    with pytest.raises(ScenarioError) as raised:
        run_queue([buyers(terms())], np.ones((4, 2)), weeks=5)
    assert str(raised.value) == (
        "licence queue: 1 fault\n  - capacity: found shape (4, 2); expected (5, draws); "
        "give one value per week and draw"
    )
    with pytest.raises(ScenarioError) as raised:
        run(buyers(terms()), capacity=[1, 1, np.nan], weeks=3)
    assert str(raised.value) == (
        "licence queue: 1 fault\n  - capacity, week 2: found nan in draw 0; "
        "expected a load >= 0; write 0 for weeks without decisions"
    )
