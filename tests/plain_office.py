"""Tables and licences in plain numbers, with which `tests.test_independent` recomputes the model.

Nothing of `exposure.licensing` or `exposure.policy` is used: rules are looked up afresh, and the
office keeps dated lists of applications and licences.
"""

from collections import defaultdict
from dataclasses import make_dataclass
from datetime import date, timedelta
from itertools import product

from exposure.tables.schema.rows import QuantityRow

START = date(2025, 4, 4)
STRICTNESS = ("free", "general", "fast_track", "ordinary", "withheld")
PLACE_IN_LINE = {"general": 0, "fast_track": 1, "ordinary": 2}
CLASSES, TIERS = ("civil", "dual", "military"), ("trusted", "standard", "listed")
SELECTORS = ("element", "component", "stage", "buyer_class", "destination", "tier")


class Tables:
    """Central values by the words of their key; goods are (elements, component, stage)."""

    def __init__(self, dataset):
        self.rows = dataset.rows
        self.controlled = {row.element: row.controlled_from for row in self.rows["elements"]}
        self.made = {row.component: row for row in self.rows["components"]}
        self.sectors = {row.sector: row for row in self.rows["sectors"]}
        self.pool = {
            (row.component, row.element): row.pool for row in self.rows["component_elements"]
        }
        self.figures, self.china = {}, {}
        for table in ("needs", "cover", "substitution", "sector_values", "parameters"):
            for row in self.rows[table]:
                key = row.model_dump(exclude=set(QuantityRow.model_fields)).values()
                self.figures[tuple(map(str, key))] = row.central
        self.office = {row.quantity: row.central for row in self.rows["licence_queue"]}
        self.users = {(r.pool, r.user, r.quantity): r.central for r in self.rows["pool_users"]}
        for row in self.rows["stage_shares"]:
            if row.country == "CHN":
                self.china[row.element, row.stage] = row.central
        goods = [(made.elements, made.component, made.stages[-1]) for made in self.made.values()]
        for made in self.made.values():
            goods += [((e,), None, stage) for e in made.elements for stage in made.stages[:-1]]
        self.goods = list(dict.fromkeys(goods))

    def get(self, *key, absent=None):
        return self.figures.get(key, absent)

    def constant(self, name, absent=0.0):
        return self.get(name, "*", absent=absent)

    def channels(self, sector):
        needed = [row.component for row in self.rows["needs"] if row.sector == sector]
        return [(item, element) for item in needed for element in self.made[item].elements]

    def buyers(self, sector):
        rows = [row for row in self.rows["buyers"] if row.sector == sector]
        return {(row.buyer_class, row.tier): row.central for row in rows}

    def china_share(self, place, buyer, channel, stage):
        """Of what these buyers buy, else of world output."""
        known = {
            row.country: row.central
            for row in self.rows["sourcing"]
            if (row.destination, row.buyer_class) == (place, buyer)
            and (row.component, row.stage) == (channel[0], stage)
        }
        return known.get("CHN", 0.0) if known else self.china[channel[1], stage]


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


# What holds for a case in one week.
TERMS = ("state", "priority", "approval", "delay", "validity", "lead", "renewed", "again", "pause")
Terms = make_dataclass("Terms", TERMS, frozen=True)


def terms_under(rule, case, office):
    state = "free" if rule is None else str(rule.state)
    if state in ("free", "withheld"):
        return Terms(state, *[0] * 8)

    def of(name, usual=None):
        figure = getattr(rule.overrides, name)
        return office[usual or name] if figure is None else figure

    assert not rule.overrides.revoke
    listed = case[2] == "listed"
    upstream = "_upstream" if state == "ordinary" and case[0][1] is None else ""
    lane = 3 if listed else PLACE_IN_LINE[state]
    return Terms(
        state,
        lane if rule.overrides.priority is None else rule.overrides.priority,
        of("approval", f"approval_{state}{upstream}"),
        of("delay_weeks", "delay_weeks_listed" if listed else f"delay_weeks_{state}{upstream}"),
        of("validity_weeks", f"validity_weeks_{state}"),
        of("renewal_lead_weeks"),
        of("renewal_approval"),
        (of("refusal_share"), of("reapplication_share")),
        of("reapplication_weeks"),
    )


class Applicants:
    """The files of one class: by week of filing, kind, and end of the licence still held."""

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
            self.line[week, "first", -1] = self.size
        for (kind, end), files in self.to_file.pop(week, {}).items():
            self.line[week, kind, end] = self.line.get((week, kind, end), 0.0) + files

    def decide(self, key, part, week):
        """Decide a part of the files; return their number."""
        now, (_, kind, end) = self.terms[week], key
        files = part * self.line[key]
        self.line[key] -= files
        granted = files * (now.approval if kind == "first" else now.renewed)
        begins, (refused, again) = max(week, end), now.again
        expiry = begins + now.validity
        self.licences[begins, expiry] += granted
        self.to_file[max(week + 1, expiry - now.lead)]["renewal", expiry] += granted
        turned_down = (files - granted) * (refused if kind == "first" else 1.0)
        filing = week + now.pause
        self.to_file[filing]["first", end if filing < end else -1] += again * turned_down
        return files

    def licensed(self, week):
        if self.terms[week].state == "free":
            return 1.0
        live = (licence for (start, end), licence in self.licences.items() if start <= week < end)
        return min(1.0, sum(live) / self.size)


def decide_week(classes, capacity, week):
    """Use a week's capacity by priority, then age; equal classes share it by their waiting load."""
    waiting = defaultdict(list)
    for group in classes:
        now = group.terms[week]
        group.line = {key: files for key, files in group.line.items() if files > 0.0}
        for key in group.line if now.state != "withheld" else ():
            if key[0] + now.delay <= week:
                waiting[now.priority, key[0]].append((group, key))
    for _, equals in sorted(waiting.items(), key=lambda item: item[0]):
        part = min(1.0, capacity / sum(group.line[key] for group, key in equals))
        capacity = max(0.0, capacity - sum(group.decide(key, part, week) for group, key in equals))


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


def border(tables, rules, place, weeks):
    """Stopped share of every case week by week, and its look-through."""
    office = tables.office
    tier = {name: office.get(f"applications_{name}", 0.0) for name in TIERS}
    tier["standard"] = max(0.0, 1 - tier["trusted"] - tier["listed"])
    days = [START + timedelta(days=7 * week + 6) for week in range(weeks)]
    sizes, seen, by_terms = {}, {}, defaultdict(list)
    for case in product(tables.goods, CLASSES, TIERS):
        ruled = [decisive_rule(tables, rules, case, place, day) for day in days]
        by_terms[tuple(terms_under(rule, case, office) for rule in ruled)].append(case)
        stated = [rule and rule.overrides.look_through for rule in ruled]
        seen[case] = [office["look_through"] if look is None else look for look in stated]
        holders = {e: sum(e in goods[0] for goods in tables.goods) for e in case[0][0]}
        weight = sum(tables.get("application_weight", e, absent=0.0) / holders[e] for e in holders)
        sizes[case] = weight * office[f"applications_{case[1]}"] * tier[case[2]]
    whole = sum(sizes.values())
    classes = {
        terms: Applicants(sum(map(sizes.get, cases)) / whole, terms)
        for terms, cases in by_terms.items()
    }
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
    return {case: flows[terms] for terms, cases in by_terms.items() for case in cases}, seen


def progress(since, width):
    """Linear from 0 to 1 over a width; a step where there is none."""
    return min(1.0, max(0.0, since / width)) if width else float(since >= 0)
