"""The whole chain, computed a second time by another method: one draw, plain numbers, no array.

Nothing of `exposure.impact`, `exposure.licensing`, `exposure.supply` or `exposure.scoring` is used:
rules are looked up afresh, the office keeps dated lists of applications and licences, pools are
shared out claim by claim, firms run one by one, the loss of a week is shared slice by slice. Every
figure stands at its central value, so that one draw is all draws.
"""

import math
from collections import defaultdict
from datetime import date
from functools import cached_property
from itertools import pairwise, product

import pytest

import exposure as ex
from exposure.policy.rules import Rule
from exposure.policy.scenario import Scenario, mix
from exposure.tables.dataset import Dataset
from tests.plain_office import START, Tables, border, progress
from tests.tiny import tiny_dataset
from tests.tiny_world import world_records

pytestmark = pytest.mark.long

HORIZON, HALF_LIFE, THRESHOLD, TAIL = 60, 52.0, 0.05, 0.1
FIRMS = ((0.02, -2.3263478740), (0.18, -1.2815515655), (0.30, -0.3853204664),
         (0.30, 0.3853204664), (0.20, 1.2815515655))  # fmt: skip
"""Share of output, and normal score of the point at which the firms' stocks lie."""
FIGURES = ["score", "expected_loss_share", "cvar_loss_share", "weeks_to_impact_p50",
           "value_at_risk_usd_per_year", "value_at_risk_gross_usd_per_year"]  # fmt: skip
LAST_CLASS = 7


class Course:
    """One course of policy: what arrives at each claim on each pool, week by week."""

    def __init__(self, tables, rules, weeks):
        self.tables, self.weeks = tables, weeks
        places = {"USA", "JPN", "*"}
        self.at = {place: border(tables, rules, place, weeks) for place in places}

    def supply(self, place, buyer, tier, channel, week):
        """Missing; p; the Chinese part of p; and what may be touched, of what leaves in a week."""
        made, kappa = self.tables.made[channel[0]], self.tables.constant("nested_share")
        shares = [self.tables.china_share(place, buyer, channel, s) for s in made.stages]
        (final, seen), (maker, _) = self.at[place], self.at[made.processed_in]
        missing = total = unseen = refused = 0.0
        for g, stage in enumerate(made.stages):
            nested = max(0.0, shares[g] - max(shares[g + 1 :], default=0.0))
            mixed = shares[g] * math.prod(1 - s for s in shares[g + 1 :])
            chi = kappa * nested + (1 - kappa) * mixed
            total += chi
            if stage == made.stages[-1]:
                missing += chi * final[(made.elements, channel[0], stage), buyer, tier][week]
                continue
            case = (((channel[1],), None, stage), buyer, tier)
            theta, other = seen[case][week], maker[case[0], "civil", "standard"][week]
            missing += chi * (theta * final[case][week] + (1 - theta) * other)
            unseen += (1 - theta) * chi * (1 - other)
            refused = max(refused, theta * max(0.0, final[case][week]))
        return missing, 1 - total + unseen, unseen, 1 - refused if buyer == "military" else 1.0

    def need(self, sector, component, week):
        of = lambda quantity: self.tables.get(sector, component, quantity, absent=0.0)  # noqa: E731
        if not of("largest_share"):
            return 1.0
        return 1.0 - of("largest_share") * progress(
            week - of("qualification_weeks"), of("ramp_weeks")
        )

    def at_the_factory(self, sector, place, buyer, tier, channel, week):
        """L + p, p, the Chinese part of p, and what may be touched."""
        of = lambda quantity: self.tables.get(sector, channel[0], quantity, absent=0.0)  # noqa: E731
        left = week - int(of("lag_weeks"))
        missing, contracted, china, _ = self.supply(place, buyer, tier, channel, max(left, 0))
        reach = self.supply(place, buyer, tier, channel, week)[3]
        arriving = 1.0 - missing if left >= 0 else 1.0
        if buyer == "civil" and of("assembly_share"):
            ramp = progress(week - of("assembly_weeks"), of("assembly_ramp_weeks"))
            arriving += of("assembly_share") * ramp * max(0.0, 1.0 - arriving)
        return arriving, contracted, china, reach

    @cached_property
    def inflow(self):
        """Arrivals with and without the pool, by (sector, channel, buyer, tier)."""
        result = defaultdict(list)
        for pool in sorted(set(self.tables.pool.values())):
            for claims, week in product([self.claims(pool)], range(self.weeks)):
                for key, arriving in share_out(self, claims, week).items():
                    result[key].append(arriving)
        return result

    def claims(self, pool):
        """(sector, channel, place, buyer, tier): share of the pool's demand, order of service."""
        tables, found, named = self.tables, {}, 0.0
        for sector, row in tables.sectors.items():
            share = tables.users.get((pool, sector, "share_of_demand_outside_china"), 0.0)
            order = tables.users.get((pool, sector, "order_class"), LAST_CLASS)
            channels = [item for item in tables.channels(sector) if tables.pool[item] == pool]
            named += share
            for channel, (kind, part) in product(channels, tables.buyers(sector).items()):
                key = (sector, channel, row.destination, *kind)
                found[key] = (share * part / len(channels), order)
        if named:
            like = next(iter(found))[1]
            found["other", like, "*", "civil", "standard"] = (1.0 - named, LAST_CLASS)
        return found


def share_out(course, claims, week):
    """Inflow of every claim in a week, and what of it comes under contracts that still hold."""
    tables = course.tables
    supply = {key: course.at_the_factory(key[0], *key[2:], key[1], week) for key in claims}
    if not any(weight for weight, _ in claims.values()):
        return {key: (flow[0], flow[0]) for key, flow in supply.items()}
    since = week - tables.constant("switch_weeks")
    switched = tables.constant("rationing_weight")
    switched *= progress(since, tables.constant("switch_ramp_weeks"))
    before = {key: flow[0] - switched * flow[1] for key, flow in supply.items()}
    unmet = {k: max(0.0, course.need(k[0], k[1][0], week) - before[k]) for k in claims}
    offered = switched * sum(claims[k][0] * supply[k][2] for k in claims)
    china = offered
    other = switched * sum(claims[k][0] * (supply[k][1] - supply[k][2]) for k in claims)
    got, touched = {}, 0.0
    for order in sorted({order for _, order in claims.values()}):
        rows = {k: weight * unmet[k] for k, (weight, at) in claims.items() if at == order}
        bound = {k: wanted for k, wanted in rows.items() if supply[k][3] < 1.0}
        asked, open_to_all = sum(bound.values()), sum(rows.values()) - sum(bound.values())
        reach = sum(supply[k][3] * mass for k, mass in bound.items()) / asked if asked else 0.0
        allowed = min(asked, max(0.0, reach * offered - touched))
        part = min(1.0, china / (open_to_all + allowed)) if open_to_all + allowed else 1.0
        touched += part * allowed
        china = max(0.0, china - part * (open_to_all + allowed))
        first = {k: part * (allowed / asked if k in bound else 1.0) for k in rows if rows[k]}
        still = sum((1.0 - share) * rows[k] for k, share in first.items())
        then = min(1.0, other / still) if still else 1.0
        other = max(0.0, other - then * still)
        got |= {k: share + then * (1.0 - share) for k, share in first.items()}
    return {key: (before[key] + got.get(key, 1.0) * unmet[key], before[key]) for key in claims}


def firm_losses(course, sector, kind, multiple, late):
    """Weekly loss that each channel alone costs the firms of one stratum."""
    tables, weeks = course.tables, course.weeks
    place, losses = tables.sectors[sector].destination, {}
    for channel in tables.channels(sector):
        of = lambda q, c=channel[0]: tables.get(sector, c, q, absent=0.0)  # noqa: E731
        flows = course.inflow[sector, channel, place, *kind]
        stock = of("stock_weeks")
        cap = multiple * max(1.0, stock * tables.constant("restock_ratio"))
        stock *= multiple
        needs = [course.need(sector, channel[0], week) for week in range(weeks)]
        want = [week for week in range(weeks) if needs[week] > flows[week][1]]
        losses[channel] = []
        for week, (arriving, before) in enumerate(flows):
            begun = want and want[0] <= week < want[0] + tables.constant("leak_weeks")
            mine = arriving - late * max(0.0, arriving - before) if begun else arriving
            need = needs[week] * min(1.0, max(1.0 - of("thrift_share"), mine))
            need = needs[week] if not of("thrift_share") else need
            used = min(need, stock + mine)
            stock = min(cap, stock + mine - used)
            losses[channel].append(of("criticality_share") * (need - used))
    return losses


def in_slices(alone):
    """Each slice of the largest loss is shared equally by all causes that reach it."""
    levels, losses = sorted({0.0, *alone.values()}), alone.values()
    parts = {top: (top - low) / sum(x >= top for x in losses) for low, top in pairwise(levels)}
    return {bearer: sum(p for top, p in parts.items() if top <= x) for bearer, x in alone.items()}


def run_course(tables, course, sector, first):
    """Weekly loss of output, and its discounted parts by element, under one course of policy."""
    weight = [0.5 ** (week / HALF_LIFE) for week in range(HORIZON)]
    output, parts, before = [0.0] * HORIZON, defaultdict(float), 0.0
    strata = []
    for share, score in FIRMS:
        late = min(1.0, max(0.0, (tables.constant("leak_share") - before) / share))
        strata.append((share, math.exp(score * tables.constant("firm_spread")), late))
        before += share
    for (kind, part), (share, multiple, late) in product(tables.buyers(sector).items(), strata):
        losses = firm_losses(course, sector, kind, multiple, late)
        for week in range(HORIZON):
            alone = defaultdict(float)
            for (component, element), lost in losses.items():
                listed = [e for e in tables.made[component].elements if tables.controlled[e]]
                for bearer in [element] if element in listed or not listed else listed:
                    alone[bearer] = max(alone[bearer], lost[first + week])
            output[week] += part * share * max(alone.values())
            for bearer, borne in in_slices(alone).items():
                parts[bearer] += part * share * borne * weight[week] / sum(weight)
    return output, parts


def expected(tables, courses, sector, first):
    """Figures of the ranking, and the points of each element."""
    points, hits, mean, cvar, plain = defaultdict(float), [], 0.0, 0.0, 0.0
    runs = [(p, *run_course(tables, course, sector, first)) for course, p in courses]
    for chance, output, parts in runs:
        # Courses of equal loss share what the worse ones leave of the tail by their chances.
        ahead = [sum(run[2].values()) - sum(parts.values()) for run in runs]
        left = max(0.0, TAIL - sum(run[0] for run, a in zip(runs, ahead, strict=True) if a > 1e-12))
        equal = sum(run[0] for run, a in zip(runs, ahead, strict=True) if abs(a) <= 1e-12)
        worst = min(equal, left) * chance / equal / TAIL
        mean, cvar = mean + chance * sum(parts.values()), cvar + worst * sum(parts.values())
        plain += chance * sum(output) / HORIZON
        hits += [(next((t for t, y in enumerate(output) if y > THRESHOLD), math.inf), chance)]
        for element, part in parts.items():
            points[str(element)] += 100 * (chance + worst) / 2 * part
    # Half or more of the chances must be hit for a median; of an even number the earlier week.
    week_of_half = (t for t, _ in sorted(hits) if sum(p for u, p in hits if u <= t) > 0.5 - 1e-12)
    never = sum(chance for week, chance in hits if week == math.inf)
    value = tables.get(sector, "industry_value_added_musd") * tables.get(sector, "industry_share")
    gross = 1e6 * value * plain
    net = gross * (1.0 - tables.constant("recapture_share"))
    median = math.nan if never > 0.5 - 1e-12 else next(week_of_half)
    return (100 * (mean + cvar) / 2, mean, cvar, median, net, gross), points


def centred(dataset):
    """Every figure at its central value."""

    def certain(row):
        value = getattr(row, "central", None)
        figures = {} if value is None else dict.fromkeys(("low", "central", "high"), value)
        return row.model_copy(update=figures)

    rows = {name: list(map(certain, table)) for name, table in dataset.rows.items()}
    return Dataset.from_rows(rows, version="central")


def check(scenario, *, as_of=START):
    """Compare a ranking and its attribution by element with the chain above."""
    dataset = centred(tiny_dataset(world_records()))
    settings = ex.Settings(draws=1, prior=True, horizon_weeks=HORIZON, as_of=as_of)
    run = ex.assess(dataset, scenario, settings)
    ranking, points = run.ranking.set_index("sector"), run.attribution(by="element")
    tables, first = Tables(dataset), (as_of - START).days // 7
    courses = [(Course(tables, member.rules, first + HORIZON), p) for member, p in scenario.members]
    for sector in ranking.index:
        figures, points_of_causes = expected(tables, courses, sector, first)
        found = tuple(ranking.loc[sector, FIGURES])
        assert found == pytest.approx(figures, abs=1e-9, rel=1e-9, nan_ok=True), sector
        borne = dict.fromkeys(points.columns, 0.0) | points_of_causes
        assert dict(points.loc[sector]) == pytest.approx(borne, abs=1e-9), sector
    return ranking


@pytest.mark.parametrize("name", ["april_2025_queue", "samarium_only", "london_truce"])
def test_ranking_and_elements(name):
    ranking = check(ex.read_scenario(name))
    assert ranking.loc["missiles", "score"] > 0.0


def test_a_mixture_with_a_full_stop():
    members = [(ex.read_scenario("london_truce"), 0.8), (ex.read_scenario("full_withhold"), 0.2)]
    ranking = check(mix("two", members, text="made up"))
    assert (ranking.loc[["missiles", "electric_vehicles"], "score"] > 0.0).all()


def test_control_that_ends_and_returns_seen_from_a_later_day():
    rules = (
        Rule(starts=START, ends=date(2025, 9, 5), state="ordinary"),
        Rule(starts=date(2025, 10, 31), state="ordinary"),
        Rule(element="Sm", starts=START, ends=date(2025, 9, 5), state="withheld"),
    )
    course = Scenario(scenario="own", name="own", start=START, text="made up", rules=rules)
    check(course, as_of=date(2025, 6, 13))
