"""The whole chain once more, by another route: one draw, plain numbers, no array.

Nothing of `exposure.impact`, `exposure.policy` or `exposure.scoring` is used beyond the reading of
files: rules are looked up anew, the office keeps dated lists of applications and licences, the
loss of a week is shared slice by slice. Every figure stands at its central value and every plant
succeeds, so that one draw is all draws.
"""

import math
from collections import defaultdict
from dataclasses import make_dataclass
from datetime import date, timedelta
from functools import cache, partial
from itertools import pairwise, product

import pytest

import exposure as ex
from exposure.tables.dataset import Dataset
from exposure.tables.schema.rows import QuantityRow
from tests.tiny import tiny_dataset

START = date(2025, 4, 4)
STRICTNESS = ("free", "general", "fast_track", "ordinary", "withheld")
PLACE_IN_LINE = {"general": 0, "fast_track": 1, "ordinary": 2}
CLASSES, TIERS = ("civil", "dual", "military"), ("trusted", "standard", "listed")
SELECTORS = ("element", "component", "stage", "buyer_class", "destination", "tier")
FRACTIONAL = ("stock_weeks", "capacity_growth_weeks", "enforcement_weeks", "share_per_week")
HALF_LIFE, THRESHOLD, TAIL = 52.0, 0.05, 0.1
FIGURES = ["score", "expected_loss_share", "cvar_loss_share", "weeks_to_impact_p50",
           "value_at_risk_usd"]  # fmt: skip


class Tables:
    """Central values by the words of their key; goods are (elements, component, stage)."""

    def __init__(self, dataset):
        self.rows = dataset.rows
        self.controlled = {row.element: row.controlled_from for row in self.rows["elements"]}
        self.made = {row.component: row for row in self.rows["components"]}
        self.place = {row.sector: row.destination for row in self.rows["sectors"]}
        self.figures, self.china = {}, {}
        for table in ("needs", "cover", "substitution", "sector_values", "new_supply", "demand",
                      "licence_queue", "parameters"):  # fmt: skip
            for row in self.rows[table]:
                said = row.model_dump(exclude={*QuantityRow.model_fields, "country", "target_date"})
                self.figures[frozenset(map(str, said.values()))] = row.central
        for row in self.rows["stage_shares"]:
            if row.country == "CHN" and row.kind == "outturn" and row.year <= START.year:
                self.china[row.element, row.stage] = row.central  # Rows ascend by year.
        goods = [(made.elements, made.component, made.stages[-1]) for made in self.made.values()]
        for made in self.made.values():
            goods += [((e,), None, stage) for e in made.elements for stage in made.stages[:-1]]
        self.goods = list(dict.fromkeys(goods))

    def get(self, *key):
        """A figure; weeks that count as whole are rounded, halves up. None: no row."""
        value = self.figures.get(frozenset(map(str, key)))
        whole = "_week" in "".join(key) and not key[-1].endswith(FRACTIONAL)
        return math.floor(value + 0.5) if whole and value is not None else value

    def china_share(self, place, buyer, channel, day, stage):
        """Of what these buyers buy on a day, else of world output."""
        for kind in (buyer, "*"):
            known = {}
            for row in self.rows["sourcing"]:
                case = (row.destination, row.buyer_class, row.component, row.stage)
                if case == (place, kind, channel[0], stage) and row.from_date <= day:
                    known.setdefault(row.from_date, {})[row.country] = row.central
            if known:
                return known[max(known)].get("CHN", 0.0)
        return self.china[channel[1], stage]


def decisive_rule(tables, rules, case, place, day):
    """Most selectors, then strictest, then youngest; of several elements the strictest."""
    (elements, component, stage), buyer, tier = case
    best, strict = [], lambda rule: (STRICTNESS.index(rule.state), rule.starts)
    for element in elements:
        values, since = (element, component, stage, buyer, place, tier), tables.controlled[element]
        reached = [
            (sum(getattr(rule, s) != "*" for s in SELECTORS), strict(rule), -n)
            for n, rule in enumerate(rules)
            if rule.starts <= day < (rule.ends or date.max)
            and all(getattr(rule, s) in ("*", v) for s, v in zip(SELECTORS, values, strict=True))
            and ((since and since <= day) or rule.element != "*" or rule.component != "*")
        ]
        best += [rules[-max(reached)[2]]] if reached else []
    return max(best, key=strict, default=None)


# What holds for a class in one week: `granted` in the end, `load` in decisions a file.
TERMS = ("state", "priority", "granted", "load", "delay", "validity", "lead", "renewed")
Terms = make_dataclass("Terms", TERMS, frozen=True)


def terms_under(rule, case, office):
    state = "free" if rule is None else str(rule.state)
    if state in ("free", "withheld"):
        return Terms(state, *[0] * 2, 1, *[0] * 4)

    def of(name, usual=None):
        own = getattr(rule.overrides, name)
        return office[usual or name] if own is None else own

    listed, life = case[2] == "listed", of("validity_weeks", f"validity_weeks_{state}")
    delay = of("delay_weeks", "delay_weeks_listed" if listed else f"delay_weeks_{state}")
    upstream = "_upstream" if state == "ordinary" and case[0][1] is None else ""
    granted, back = of("approval", f"approval_{state}{upstream}"), of("resubmission")
    # granted = p + (1 - p) back granted, solved for p, the approval at one decision.
    once = granted * (1 - back) / (1 - back * granted)
    place = 3 if listed else PLACE_IN_LINE[state]
    place = place if rule.overrides.priority is None else rule.overrides.priority
    load, renewal = 1 / (1 - back * (1 - once)), (of("renewal_lead_weeks"), of("renewal_approval"))
    return Terms(state, place, granted, load, delay, life, *renewal)


class Applicants:
    """The files of one class; in its line stand load and relationships by week and old licence."""

    def __init__(self, size, terms):
        self.size, self.terms = max(1e-9, size), terms
        self.line, self.licences = {}, defaultdict(float)
        self.to_file = defaultdict(lambda: defaultdict(float))

    def file(self, week):
        now = self.terms[week]
        if now.state == "free":
            for papers in (self.line, self.licences, self.to_file):
                papers.clear()
        elif week == 0 or self.terms[week - 1].state == "free":
            self.line[week, -1] = [self.size * now.load, self.size]
        for end, holders in self.to_file.pop(week, {}).items():
            self.line[week, end] = [holders, holders]

    def decide(self, key, part, week):
        """Decide a part of what was filed; the load it took."""
        now, end = self.terms[week], key[1]
        load, holders = (part * own for own in self.line[key])
        self.line[key] = [(1 - part) * own for own in self.line[key]]
        granted = holders * (now.granted if end < 0 else now.renewed)
        expiry = max(week, end) + now.validity
        self.licences[max(week, end), expiry] += granted
        self.to_file[max(week + 1, expiry - now.lead)][expiry] += granted
        return load

    def licensed(self, week):
        if self.terms[week].state == "free":
            return 1.0
        live = (own for (start, end), own in self.licences.items() if start <= week < end)
        return min(1.0, sum(live) / self.size)


def decide_week(classes, capacity, week):
    """Spend a week's decisions by priority, then age; equals share by what is in line."""
    waiting = defaultdict(list)
    for own in classes:
        now = own.terms[week]
        own.line = {key: value for key, value in own.line.items() if value[0] > 0.0}
        for key in own.line if now.state != "withheld" else ():
            if key[0] + now.delay <= week:
                waiting[now.priority, key[0]].append((own, key))
    for _, equals in sorted(waiting.items()):
        part = min(1.0, capacity / sum(own.line[key][0] for own, key in equals))
        capacity = max(0.0, capacity - sum(own.decide(key, part, week) for own, key in equals))


def held_back(licensed, terms, office):
    """1 - flow: what customs stops of the unlicensed, less the orders that holders make up."""
    result, age, waiting, in_hand, before = [], -1, 0.0, 0.0, licensed[0]
    width = office["enforcement_weeks"]
    for week, share in enumerate(licensed):
        age = 0 if week == 0 or terms[week - 1].state == "free" else age + 1
        ramp_end = min(age + 1.0, max(width, age))
        ramp = (ramp_end**2 - age**2) / (2 * width) if width else 0.0
        stopped = (ramp + age + 1 - ramp_end) * (1 - share)
        moved = waiting * (share - before) / (1 - before) if share > before else 0.0
        moved -= in_hand * (before - share) / before if share < before else 0.0
        extra = min((office["catch_up_ceiling"] - 1) * share, in_hand + moved)
        in_hand += moved - extra
        waiting += office["recoverable_share"] * stopped - moved
        result.append(stopped - extra)
        before = share
    return result


@cache
def border(tables, rules, place, weeks):
    """For every case: what is held back week by week, and how far the final user is seen."""
    names = {row.quantity for row in tables.rows["licence_queue"]}
    own = {name: tables.get(place, name) for name in names}
    office = {n: tables.get("*", n) if v is None else v for n, v in own.items()}
    tier = {name: office.get(f"applications_{name}", 0.0) for name in TIERS}
    tier["standard"] = max(0.0, 1 - tier["trusted"] - tier["listed"])
    turns = {*tables.controlled.values(), *(day for r in rules for day in (r.starts, r.ends))}
    days = [START + timedelta(days=7 * week + 6) for week in range(weeks)]
    spans = [sum(turn <= day for turn in turns if turn) for day in days]
    day_in = dict(zip(spans, days, strict=True))
    sizes, seen, alike = {}, {}, defaultdict(list)
    for case in product(tables.goods, CLASSES, TIERS):
        ruled = {n: decisive_rule(tables, rules, case, place, day) for n, day in day_in.items()}
        terms = {n: terms_under(rule, case, office) for n, rule in ruled.items()}
        alike[tuple(terms[n] for n in spans)].append(case)
        said = {n: rule and rule.overrides.look_through for n, rule in ruled.items()}
        seen[case] = [office["look_through"] if said[n] is None else said[n] for n in spans]
        holders = {e: sum(e in goods[0] for goods in tables.goods) for e in case[0][0]}
        weight = sum((tables.get("application_weight", e) or 0.0) / holders[e] for e in holders)
        sizes[case] = weight * office[f"applications_{case[1]}"] * tier[case[2]]
    part = {terms: sum(map(sizes.get, cases)) for terms, cases in alike.items()}
    classes = {terms: Applicants(own / sum(part.values()), terms) for terms, own in part.items()}
    licensed = defaultdict(list)
    for week in range(weeks):
        for one in classes.values():
            one.file(week)
        grown = progress(week, office["capacity_growth_weeks"])
        staff = office["capacity_start_share"] * (1 - grown) + grown
        staff *= week >= office["first_decision_week"]
        decide_week(classes.values(), office["capacity_share_per_week"] * staff, week)
        for terms, one in classes.items():
            licensed[terms].append(one.licensed(week))
    flows = {terms: held_back(licensed[terms], terms, office) for terms in classes}
    return {case: flows[terms] for terms, cases in alike.items() for case in cases}, seen


def progress(since, width):
    """Linear from 0 to 1 over a width; a step where there is none."""
    return min(1.0, max(0.0, since / width)) if width else float(since >= 0)


@cache
def missing(tables, rules, place, weeks, buyer, tier, channel):
    """Share of a channel's usual supply that is held at the border, week by week."""
    component, element = channel
    made, kappa = tables.made[component], tables.get("nested_share", "*")
    final, seen = border(tables, rules, place, weeks)
    maker, _ = border(tables, rules, made.processed_in, weeks)
    changes = {row.from_date for row in tables.rows["sourcing"]}
    result, exits = [], {}
    for week in range(weeks):
        day = START + timedelta(days=7 * week + 6)
        known = sum(change <= day for change in changes)
        if known not in exits:
            own = partial(tables.china_share, place, buyer, channel, day)
            exits[known] = list(map(own, made.stages))
        shares, total = exits[known], 0.0
        for g, stage in enumerate(made.stages):
            nested = max(0.0, shares[g] - max(shares[g + 1 :], default=0.0))
            mixed = shares[g] * math.prod(1 - s for s in shares[g + 1 :])
            if stage == made.stages[-1]:
                held = final[(made.elements, component, stage), buyer, tier][week]
            else:
                case = (((element,), None, stage), buyer, tier)
                theta, other = seen[case][week], maker[case[0], "civil", "standard"][week]
                held = theta * final[case][week] + (1 - theta) * other
            total += (kappa * nested + (1 - kappa) * mixed) * held
        result.append(total)
    return result


def new_supply(tables, channel, weeks):
    """Growth of the weakest stage outside China over its level today, per need there."""
    (component, element), rows = channel, tables.rows["new_supply"]
    stages, growth = tables.made[component].stages, []
    wanted = (element, "capacity_t_per_year")
    plants = [r for r in rows if (r.element, r.quantity) == wanted and r.stage in stages]
    if not plants:
        return [0.0] * weeks
    use = tables.get("WLD", element, "world_use_t_per_year")
    today = {s: use * (1 - tables.china[element, s]) for s in stages}
    for week in range(weeks):
        level = dict(today)
        for row in plants:
            key = (row.project, element, row.stage)
            since = week - (row.target_date - START).days // 7 - tables.get(*key, "slip_weeks")
            level[row.stage] += row.central * progress(since, tables.get(*key, "ramp_weeks"))
        growth.append(min(level.values()) - min(today.values()))
    return [own / use / tables.get("WLD", element, "share_outside_china") for own in growth]


def channel_losses(tables, sector, channel, held):
    """Share of output that one channel costs, week by week."""
    of = partial(tables.get, sector, channel[0])
    stock, cap, largest = of("stock_weeks"), of("cap_weeks"), of("largest_share")
    cap = max(1.0, stock * tables.get("restock_ratio", "*")) if cap is None else cap
    new, losses = new_supply(tables, channel, len(held)), []
    for week, left_in in enumerate(range(-of("lag_weeks"), len(held) - of("lag_weeks"))):
        need = 1.0
        if largest:
            need -= largest * progress(week - of("qualification_weeks"), of("ramp_weeks"))
        arriving = 1.0 - (held[left_in] if left_in >= 0 else 0.0)
        arriving += min(new[week], max(0.0, need - arriving))
        used = min(need, stock + arriving)
        stock = min(cap, stock + arriving - used)
        losses.append(of("criticality_share") * (need - used))
    return losses


def in_slices(alone):
    """Each slice of the largest loss is borne in equal parts by all who reach it."""
    levels, losses = sorted({0.0, *alone.values()}), alone.values()
    parts = {top: (top - low) / sum(x >= top for x in losses) for low, top in pairwise(levels)}
    return {own: sum(p for top, p in parts.items() if top <= x) for own, x in alone.items()}


def run_course(tables, sector, rules, first, horizon):
    """Weekly loss of output, and its discounted parts by element, under one course of policy."""
    needed = {row.component for row in tables.rows["needs"] if row.sector == sector}
    channels = [(own, element) for own in needed for element in tables.made[own].elements]
    buyers = [row for row in tables.rows["buyers"] if row.sector == sector]
    weight = [0.5 ** (week / HALF_LIFE) for week in range(horizon)]
    output, parts = [0.0] * horizon, defaultdict(float)
    for row in buyers:
        share = row.central / sum(own.central for own in buyers)
        where = (tables.place[sector], first + horizon, row.buyer_class, row.tier)
        held = {channel: missing(tables, rules, *where, channel) for channel in channels}
        losses = {c: channel_losses(tables, sector, c, held[c])[first:] for c in channels}
        for week in range(horizon):
            alone = defaultdict(float)
            for (component, element), own in losses.items():
                listed = [e for e in tables.made[component].elements if tables.controlled[e]]
                for bearer in [element] if element in listed or not listed else listed:
                    alone[bearer] = max(alone[bearer], own[week])
            output[week] += share * max(alone.values())
            for bearer, part in in_slices(alone).items():
                parts[bearer] += share * part * weight[week] / sum(weight)
    return output, parts


def expected(tables, scenario, sector, first, horizon):
    """Figures of the ranking, and the points of each element."""
    points, left, hits, mean, cvar, plain = defaultdict(float), TAIL, [], 0.0, 0.0, 0.0
    runs = [
        (p, *run_course(tables, sector, own.rules, first, horizon)) for own, p in scenario.members
    ]
    for chance, output, parts in sorted(runs, key=lambda run: -sum(run[2].values())):
        worst = min(chance, left) / TAIL
        left -= min(chance, left)
        mean, cvar = mean + chance * sum(parts.values()), cvar + worst * sum(parts.values())
        plain += chance * sum(output) / horizon
        hits += [(next((t for t, y in enumerate(output) if y > THRESHOLD), math.inf), chance)]
        for element, part in parts.items():
            points[str(element)] += 100 * (chance + worst) / 2 * part
    # Half or more of the chances must be hit for a median; of an even number the earlier week.
    week_of_half = (t for t, _ in sorted(hits) if sum(p for u, p in hits if u <= t) > 0.5 - 1e-12)
    never = sum(chance for week, chance in hits if week == math.inf)
    value = tables.get(sector, "industry_value_added_musd") or math.nan
    usd = 1e6 * value * (tables.get(sector, "industry_share") or math.nan) * horizon / 52 * plain
    median = math.nan if never > 0.5 - 1e-12 else next(week_of_half)
    return (100 * (mean + cvar) / 2, mean, cvar, median, usd), points


def as_seen(scenario, day):
    """A record as it was known on a day: what was in force then stays in force."""
    known = [rule for rule in scenario.rules if rule.starts <= day]
    over = [rule.ends if (rule.ends or date.max) <= day else None for rule in known]
    rules = (r.model_copy(update={"ends": end}) for r, end in zip(known, over, strict=True))
    return scenario.model_copy(update={"rules": tuple(rules)})


def centred(dataset):
    """Every figure at its central value; every plant succeeds."""

    def certain(row):
        sure = getattr(row, "quantity", "") == "success_probability"
        value = 1.0 if sure else getattr(row, "central", None)
        said = {} if value is None else dict.fromkeys(("low", "central", "high"), value)
        return row.model_copy(update=said)

    rows = {name: list(map(certain, table)) for name, table in dataset.rows.items()}
    return Dataset.from_rows(rows, version="central")


def check(dataset, scenario, *, known=None, **settings):
    """Compare a ranking, and what each element bears, with the chain above."""
    run = ex.assess(dataset, scenario, ex.Settings(draws=1, destination="all", **settings))
    ranking, points = run.ranking.set_index("sector"), run.attribution(by="element")
    first, tables = (settings.get("as_of", START) - START).days // 7, Tables(dataset)
    for sector in sorted({*SECTORS} & {*ranking.index}):
        figures, own = expected(tables, known or scenario, sector, first, horizon=104)
        found = tuple(ranking.loc[sector, FIGURES])
        assert found == pytest.approx(figures, abs=1e-9, rel=1e-9, nan_ok=True), sector
        borne = dict.fromkeys(points.columns, 0.0) | own
        assert dict(points.loc[sector]) == pytest.approx(borne, abs=1e-9), sector


SECTORS = ("missiles", "fighter_jets", "electric_vehicles", "radar", "semiconductor_equipment",
           "loudspeakers", "electric_vehicles_eu", "hybrid_vehicles_jp")  # fmt: skip


@pytest.mark.parametrize("name", ["april_2025_queue", "samarium_only", "london_truce", "outlook"])
@pytest.mark.parametrize("tables", [tiny_dataset, ex.read_dataset])
def test_ranking_and_elements(tables, name):
    """The mixture holds the end of the truce, general licences, a full stop and a deal."""
    check(centred(tables()), ex.read_scenario(name))


@pytest.mark.parametrize("day", [date(2025, 9, 15), date(2026, 3, 2)])
def test_record_seen_from_a_day(day):
    record = ex.read_scenario("as_it_happened", after="prolonged")
    check(centred(ex.read_dataset()), record, known=as_seen(record, day), as_of=day)
