"""Write the tables of docs/history.md: ``python docs/history.py [DRAWS]``.

The page holds them between marks. Draws of two seeds are compared with the record, DRAWS of each
(8,192 unless given); what the shipped list says of every range is printed as it is.
"""

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
from history_scores import examined_wider, left_out_scores, seed_scores
from readme import written

import exposure as ex
from exposure.assessment import REFUTED_BELOW
from exposure.citations import learnt_later
from exposure.evidence.conditioned_list import ConditionedDraws, read_list
from exposure.evidence.conditioning import (
    Compared,
    Examined,
    examine,
    subjects_of,
)
from exposure.evidence.observed import Implied
from exposure.inputs.streams import Sampler
from exposure.tables.schema.demand import SectorRow

PAGE = Path(__file__).parent / "history.md"
DRAWS = 8_192
SEEDS = (7, 8)
HOME = "USA"
CUT = date(2025, 12, 31)
"""Last day known to the forecast of 2026."""
SHOWN_TERMS = 10
REPORT_DRAWS = 1_024
LIKELY = 0.5
"""Share of draws from which the model is taken to say that something happens."""


def percent(share: float | None) -> str:
    """A share in percent with one decimal."""
    return "–" if share is None or np.isnan(share) else f"{100 * share:.1f}"


def spread(mean: float | None, low: float | None, high: float | None) -> str:
    """Mean and 90 % interval in percent."""
    return "–" if mean is None else f"{percent(mean)} ({percent(low)}–{percent(high)})"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def quarter(day: date) -> str:
    """Quarter of the year of a day."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def losses(ranges: Iterable[Compared], sectors: Collection[str]) -> dict[str, list[Compared]]:
    """Ranges of losses by sector, in the order of their days."""
    found: dict[str, list[Compared]] = {}
    for implied in sorted(ranges, key=lambda implied: implied.to_date):
        if implied.kind == "losses" and implied.subject in sectors:
            found.setdefault(implied.subject, []).append(implied)
    return found


def quarters_table(ranges: Iterable[Compared], names: Mapping[str, str]) -> str:
    """All draws, those kept, those kept without the sector's own record, and the observed range."""
    by_sector = losses(ranges, names)
    heads = sorted({quarter(implied.to_date) for rows in by_sector.values() for implied in rows})
    lines = []
    for sector, by_quarter in by_sector.items():
        cells = {quarter(one.to_date): one for one in by_quarter}
        cells_of = {
            "all draws": lambda c: percent(c.prior_mean),
            "left out": lambda c: spread(c.left_out_mean, c.left_out_p05, c.left_out_p95),
            "kept": lambda c: spread(c.conditioned_mean, c.conditioned_p05, c.conditioned_p95),
            "seen": lambda c: f"{percent(c.low)}–{percent(c.high)}",
        }
        for number, (what, cell) in enumerate(cells_of.items()):
            row = [cell(cells[q]) if q in cells else "" for q in heads]
            lines.append(["" if number else names[sector], what, *row])
    return table(["sector", "draws", *heads], lines)


def acceptance_table(listed: ConditionedDraws) -> str:
    """Draws examined and kept, by destination."""
    rows = [
        [d.destination, f"{listed.examined:,}", f"{len(d.numbers):,}", f"{d.acceptance:.1%}"]
        for d in listed.destinations
    ]
    return table(["makers in", "examined", "on the list", "share that agrees"], rows)


def refuted_text(listed: ConditionedDraws, dataset: ex.Dataset) -> str:
    """Sectors that a ranking marks as refuted, and those few draws of which are inside."""
    names = {row.sector: row.name for row in dataset.rows_of(SectorRow)}
    lines = []
    for destination in listed.destinations:
        for sector, share in destination.inside.items():
            if names.get(sector) is None or share >= REFUTED_BELOW:
                continue
            ranges = losses(destination.ranges, {sector}).get(sector)
            if ranges is None:
                continue
            missed = sum(not one.predicted for one in ranges)
            verdict = (
                f"refuted: {missed} of {len(ranges)} quarters missed" if missed else "predicted"
            )
            lines.append([destination.destination, names[sector], f"{share:.1%}", verdict])
    text = (
        f"Sectors with under {REFUTED_BELOW:.0%} of all draws inside; a ranking marks one as "
        "refuted if the record of the others does not predict every quarter of it:\n\n"
    )
    return text + table(["makers in", "sector", "all draws inside", "from the others"], lines)


def known_by(obs: Implied) -> date:
    """Day on which an observation was known: the end of its period, or the week of a report."""
    return obs.to_date if obs.kind != "stoppages" else obs.from_date + timedelta(weeks=obs.central)


def forecast_of(
    examined: Examined, *, until: date
) -> tuple[int, list[tuple[Implied, list[float]]]]:
    """Draws that agree with the evidence up to a day, and their later losses."""
    early = [implied for implied in examined.implied if known_by(implied) <= until]
    kept = Examined(examined.sampler, tuple(early)).kept()
    later = [o for o in examined.implied if o.kind == "losses" and known_by(o) > until]
    found = []
    for implied in later:
        drawn = implied.drawn[kept]
        found.append(
            (implied, [float(drawn.mean()), *map(float, np.quantile(drawn, (0.05, 0.95)))])
        )
    return int(kept.sum()), found


def meets(low: float, high: float, implied: Implied | Compared) -> bool:
    """Whether an interval overlaps the range that the record allows."""
    return low <= implied.high and high >= implied.low


def shares_text(pairs: Sequence[tuple[Implied | Compared, float, float, float]]) -> str:
    """Numbers of quarters: range overlapped, central value contained, mean above the range."""
    count = len(pairs)
    met = sum(meets(low, high, implied) for implied, _, low, high in pairs)
    held = sum(low <= implied.central <= high for implied, _, low, high in pairs)
    over = sum(mean > implied.high for implied, mean, _, _ in pairs)
    return (
        f"Of {count} quarters, the 90 % interval meets the range that the record allows in {met} "
        f"({met / count:.0%}) and holds its central value in {held} ({held / count:.0%}); the mean "
        f"lies above the range in {over} ({over / count:.0%}).\n"
    )


def forecast_table(examined: Examined, names: Mapping[str, str], dataset: ex.Dataset) -> str:
    """Each quarter of 2026, predicted from what was known at the end of 2025."""
    kept, found = forecast_of(examined, until=CUT)
    heads = sorted({quarter(implied.to_date) for implied, _ in found})
    cells = {
        (implied.subject, quarter(implied.to_date)): (implied, predicted)
        for implied, predicted in found
    }
    rows = []
    for sector, name in names.items():
        row = [name]
        for head in heads:
            implied, predicted = cells.get((sector, head), (None, []))
            seen = "" if implied is None else f"{percent(implied.low)}–{percent(implied.high)}"
            row += ["" if implied is None else spread(*predicted), seen]
        rows.append(row)
    parts = [part for head in heads for part in (f"{head} predicted", "seen")]
    pairs = [(implied, *predicted) for implied, predicted in found]
    wider, count = examined_wider(dataset, CUT, examined.sampler.size, HOME)
    again, wide = forecast_of(wider, until=CUT)
    widened = (
        f"\nWith the {count:,} ranges of inputs that rest on later sources made twice as wide, "
        f"{again:,} draws agree. "
    ) + shares_text([(implied, *predicted) for implied, predicted in wide])
    later, sourced = learnt_later(dataset, CUT)
    text = (
        f"{kept:,} of {examined.sampler.size:,} draws agree with what was known on {CUT}. The "
        f"input tables know more than that day did: {later:,} of {sourced:,} sourced figures were "
        "published later. "
    )
    return text + shares_text(pairs) + widened + "\n" + table(["sector", *parts], rows)


def left_out_text(ranges: Iterable[Compared], names: Mapping[str, str]) -> str:
    """Agreement of a sector with predictions from the other sectors, by sector and in total."""
    rows, pairs = [], []
    for sector, of_sector in losses(ranges, names).items():
        means = [(o, o.left_out_mean, o.left_out_p05, o.left_out_p95) for o in of_sector]
        found = [(o, m, lo, hi) for o, m, lo, hi in means if None not in (m, lo, hi)]
        pairs += found
        met = sum(meets(low, high, one) for one, _, low, high in found)
        worst = max(found, key=lambda one: one[1] - one[0].high)
        gap = max(0.0, worst[1] - worst[0].high)
        rows.append([names[sector], f"{met} of {len(of_sector)}", percent(gap)])
    heads = ["sector", "quarters met", "largest mean above the range, points"]
    return shares_text(pairs) + "\n" + table(heads, rows)


def leading_terms(examined: Examined) -> list[str]:
    """Pieces of evidence that refute most draws, the first of them first."""
    share = {
        term: float(examined.agreement(without=(term,)).mean()) for term in examined.deviations
    }
    return sorted(share, key=lambda term: -share[term])[:SHOWN_TERMS]


def terms_table(examined: Examined) -> str:
    """Observations that refute most draws, and how kept draws move without each."""
    kept = examined.kept()
    whole = float(examined.agreement().mean())
    rows = []
    for term in examined.deviations:
        without = float(examined.agreement(without=(term,)).mean())
        others = examined.kept(without=(term,))
        moved = max(
            (abs(float(implied.drawn[others].mean() - implied.drawn[kept].mean())), implied.subject)
            for implied in examined.implied
            if implied.kind == "losses"
        )
        rows.append((without, [term.replace("_", " "), f"{without:.1%}", percent(moved[0]),
                               moved[1].replace("_", " ")]))  # fmt: skip
    rows.sort(key=lambda row: -row[0])
    heads = ["without", "agree", "largest move of a mean loss, points", "of"]
    shown = [row for _, row in rows[:SHOWN_TERMS]]
    return f"With all {len(rows)} terms {whole:.1%} agree.\n\n" + table(heads, shown)


def growth_table(both: Mapping[int, Examined]) -> str:
    """Share of draws that agree with all that was known on a day."""
    ends = sorted({end.to_date for end in both[SEEDS[0]].implied if end.kind == "losses"})
    rows = []
    for end in ends:
        row = [str(end)]
        for seed in SEEDS:
            known = [implied for implied in both[seed].implied if known_by(implied) <= end]
            share = float(Examined(both[seed].sampler, tuple(known)).agreement().mean())
            row += [str(len(known))] * (seed == SEEDS[0]) + [f"{share:.1%}"]
        rows.append(row)
    return table(["known until", "ranges", *(f"agree, seed {seed}" for seed in SEEDS)], rows)


def seeds_table(both: Mapping[int, Examined], names: Mapping[str, str]) -> str:
    """Mean loss of the kept draws over all quarters, for two seeds."""
    columns = {}
    for seed, examined in both.items():
        kept = examined.kept()
        drawn = {
            name: np.mean([o.drawn[kept] for o in examined.implied
                           if o.kind == "losses" and o.subject == sector], axis=0)
            for sector, name in names.items()
        }  # fmt: skip
        columns[seed] = {
            name: (float(scores.mean()), float(scores.std(ddof=1) / np.sqrt(len(scores))))
            for name, scores in drawn.items()
        }
    rows = []
    for name in names.values():
        (one, error), (other, second) = (columns[seed][name] for seed in SEEDS)
        far = abs(one - other) / max(sqrt(error**2 + second**2), 1e-12)
        rows.append([name, f"{percent(one)} ± {100 * error:.2f}",
                     f"{percent(other)} ± {100 * second:.2f}", f"{far:.1f}"])  # fmt: skip
    kept = ", ".join(f"{int(both[s].kept().sum()):,} (seed {s})" for s in SEEDS)
    heads = ["sector", *(f"seed {seed}" for seed in SEEDS), "difference, standard errors"]
    return f"Draws kept: {kept}.\n\n" + table(heads, rows)


def counts(examined: Examined, kept: Mapping[str, np.ndarray]) -> list[str]:
    """Hits, misses, false alarms and true negatives, each sector under its own draws."""
    hit = miss = alarm = quiet = 0
    for implied in examined.implied:
        if implied.kind == "stocks" or not kept[implied.subject].any():
            continue
        drawn = implied.drawn[kept[implied.subject]]
        if implied.kind == "stoppages":
            found = (drawn <= implied.high).mean() >= LIKELY
            hit, miss = hit + found, miss + (not found)
        else:
            found = (drawn > implied.high).mean() >= LIKELY
            alarm, quiet = alarm + found, quiet + (not found)
    return [str(int(number)) for number in (hit, miss, alarm, quiet)]


def alarms_text(
    examined: Examined, kept: Mapping[str, np.ndarray], names: Mapping[str, str]
) -> str:
    """Sectors that the model says lost more than the record allows, with the number of quarters."""
    found = Counter(
        names[implied.subject]
        for implied in examined.implied
        if implied.kind == "losses" and kept[implied.subject].any()
        and (implied.drawn[kept[implied.subject]] > implied.high).mean() >= LIKELY
    )  # fmt: skip
    listed = ", ".join(f"{name} {count}" for name, count in found.most_common())
    return f"\nFalse alarms of the third row, in quarters: {listed or 'none'}.\n"


def stoppages_table(examined: Examined, dataset: ex.Dataset) -> str:
    """Verdicts with all draws, without reported stoppages, and without the sector's own record."""
    homes = {row.sector: row.destination for row in dataset.rows_of(SectorRow)}
    everything = np.ones(examined.sampler.size, dtype=bool)
    every, silent, alone = {}, {}, {}
    for sector, place in homes.items():
        near = examined.of(subjects_of(dataset, place))
        terms = [term for term in near.deviations if term.startswith("stoppages")]
        of_sector = [term for term in near.deviations if term.endswith(f" of {sector}")]
        every[sector] = everything
        silent[sector] = near.kept(without=terms)
        alone[sector] = near.kept(without=[*terms, *of_sector])
    rows = [
        ["all draws", *counts(examined, every)],
        ["agree with losses and stocks, not stoppages", *counts(examined, silent)],
        ["and without the sector's own record", *counts(examined, alone)],
    ]
    heads = ["draws", "hits", "misses", "false alarms", "true negatives"]
    names = {row.sector: row.name for row in dataset.rows_of(SectorRow)}
    return table(heads, rows) + alarms_text(examined, alone, names)


def reports_table(dataset: ex.Dataset, draws: int) -> str:
    """Every reported stoppage: its week, and when the first firms stop in the model."""
    names = {row.sector: row.name for row in dataset.rows_of(SectorRow)}
    found = ex.stoppages(dataset, ex.Settings(draws=draws))
    rows = [
        [names[row.sector], f"{row.week:.1f}", f"{row.first_firms_week:g}",
         f"{row.probability:.0%}", row.verdict]
        for row in found[found["reported"] == "stopped"].itertuples()
    ]  # fmt: skip
    heads = ["sector", "week of the report", "first firms stop", "draws in time", "verdict"]
    stamp = f"*Tables {dataset.version}, {draws:,} draws of the tables alone, seed 7.*\n\n"
    return stamp + table(heads, rows)


def customs_table(dataset: ex.Dataset) -> str:
    """Coverage and CRPS of the queue that scores use, and of forecasts that know earlier months."""
    months = ex.backtest(dataset).months
    queue = ex.queue_against_customs(dataset, "as_it_happened").assign(
        scheme="none", forecast="queue of the scores", covered=lambda f: f["inside"]
    )
    queue = queue.rename(columns={"modelled": "predicted"})
    both = pd.concat([months, queue], ignore_index=True)
    later = both[both["month"] > "2025-08"]
    rows = [
        [place, {"none": "no month known"}.get(scheme, scheme), str(name).replace("_", " "),
         f"{int(months['covered'].sum())} of {len(months)}", f"{months['crps'].mean():.3f}",
         f"{(months['predicted'] - months['observed']).pow(2).mean() ** 0.5:.3f}"]
        for (place, scheme, name), months in later.groupby(["destination", "scheme", "forecast"])
    ]  # fmt: skip
    return table(["magnets to", "known", "forecast", "inside 90 %", "CRPS", "RMSE"], rows)


def pages(draws: int) -> dict[str, str]:
    """All tables of the page, by the name of their marks."""
    dataset = ex.read_dataset()
    listed = read_list()
    if listed is None:
        raise SystemExit("conditioned_draws.json is missing; run: exposure condition --out")
    of_home = listed.of(HOME)
    names = {row.sector: row.name for row in dataset.rows_of(SectorRow) if row.destination == HOME}
    whole = {
        seed: examine(dataset, ex.Settings(seed=seed), Sampler.first(draws, seed)) for seed in SEEDS
    }
    home = {seed: seen.of(subjects_of(dataset, HOME)) for seed, seen in whole.items()}
    stamp = f"*Tables {dataset.version}, {draws:,} draws examined, seed {SEEDS[0]}.*\n\n"
    of_list = f"*Tables {dataset.version}, the shipped list of {len(of_home.numbers):,} draws.*\n\n"
    return {
        "refuted": refuted_text(listed, dataset),
        "acceptance": acceptance_table(listed),
        "quarters": of_list + quarters_table(of_home.ranges, names),
        "forecast": stamp + forecast_table(home[SEEDS[0]], names, dataset),
        "left out": of_list + left_out_text(of_home.ranges, names),
        "terms": stamp + terms_table(home[SEEDS[0]]),
        "terms on scores": stamp
        + left_out_scores(dataset, home[SEEDS[0]], leading_terms(home[SEEDS[0]]), names),
        "growth": growth_table(home),
        "seeds": seeds_table(home, names),
        "seed scores": seed_scores(dataset, home, names),
        "reports": reports_table(dataset, REPORT_DRAWS),
        "stoppages": stamp + stoppages_table(whole[SEEDS[0]], dataset),
        "customs": customs_table(dataset),
    }


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), pages(number)), encoding="utf-8")
