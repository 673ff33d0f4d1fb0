"""Write the tables of docs/certainty.md: ``python docs/certainty.py [DRAWS [PRIOR_DRAWS]]``.

DRAWS that agree with the record (1,024 unless given) are used for each of the three courses;
PRIOR_DRAWS draws of the tables alone (256 unless given) for the total indices of one of them.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from readme import COURSES, written

import exposure as ex
from exposure.measures.helping import helping_levers
from exposure.measures.information import information_and_flips
from exposure.report.text import formats
from exposure.report.text.story import story

PAGE = Path(__file__).parent / "certainty.md"
ANATOMY = ("fighter_jets", "missiles", "radar", "electric_vehicles")
"""Sectors whose scores are taken apart."""

PRIOR_COURSE = "licences_withheld"
EXPLAINED_COURSE = "licences_withheld"
PLACES, NUMBERS = 3, 3
Results = Mapping[str, ex.Assessment]


def grid(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def interval(row: "pd.Series[float]") -> str:
    """A score with its interval."""
    low, high = formats.points(row["score_p05"]), formats.points(row["score_p95"])
    return f"{formats.points(row['score'])} ({low}–{high})"


def largest(split: pd.DataFrame, sector: str) -> str:
    """The two largest causes of a score, with their shares."""
    most = split.loc[sector].sort_values(ascending=False).head(2)
    total = float(split.loc[sector].sum())
    if total <= 0.0:
        return "nothing"
    parts = [f"{str(c).replace('_', ' ')} {100.0 * p / total:.0f} %" for c, p in most.items()]
    return ", ".join(part for part in parts if not part.endswith(" 0 %"))


def anatomy_table(results: Results) -> str:
    """One row per sector and course: score, what stops, where, and the largest input."""
    rows = []
    for sector in ANATOMY:
        for result in results.values():
            row = result.ranking.set_index("sector").loc[sector]
            inputs = ex.tornado(result, sector, inputs=2)
            named = [
                f"{row['input']} {100.0 * row['first_order']:.0f} %"
                for row in inputs.to_dict("records")
            ]
            rows.append(
                [
                    str(row["name"]), result.scenario.name, interval(row),
                    f"{row['rank']} ({row['rank_p05']}–{row['rank_p95']})",
                    largest(result.attribution("component"), sector),
                    largest(result.attribution("stage"), sector),
                    "; ".join(named) or "no single one",
                ]
            )  # fmt: skip
    heads = ["sector", "course", "score", "rank", "component", "last leaves China at", "inputs"]
    return grid(heads, rows)


def information_table(results: Results) -> str:
    """The numbers that are worth most for the choice of the first three, by course."""
    rows, turned = [], []
    for result in results.values():
        worth, flips = information_and_flips(result, PLACES)
        names = result.ranking.set_index("sector")["name"]
        for row in worth.head(NUMBERS).to_dict("records"):
            low, high = (formats.plain(float(f"{row[end]:.3g}")) for end in ("low", "high"))
            rows.append(
                [
                    result.scenario.name, str(row["input"]), f"{low}–{high}",
                    f"{row['value_of_knowing']:.2f}",
                    f"{100.0 * row['share_of_everything']:.1f} %",
                ]
            )  # fmt: skip
        for row in flips.to_dict("records"):
            above = f"{row['side']} {row['flips_at']:.3g}"
            turned.append(
                [
                    result.scenario.name, str(row["input"]), above,
                    f"{names[row['other']]} before {names[row['sector']]}",
                    "yes" if row["changes_first_places"] else "no",
                    f"{100.0 * row['probability']:.0f} %",
                ]
            )  # fmt: skip
    first = grid(["course", "number", "5–95 % of draws", "points gained", "of all"], rows)
    heads = ["course", "number", "where", "order", "changes the first three", "draws there"]
    return first + "\n" + (grid(heads, turned) if turned else "No number turns an order.\n")


def order_table(results: Results) -> str:
    """How sure neighbours are, and the draws that would settle them to a percent."""
    rows = []
    for result in results.values():
        needed = ex.draws_needed(result, score_error=0.1, probability_error=0.01).head(5)
        pairs = result.pairs.set_index(["sector", "other"])
        names = result.ranking.set_index("sector")["name"]
        for row in needed.to_dict("records"):
            pair = pairs.loc[(row["sector"], row["next_sector"])]
            rows.append(
                [
                    result.scenario.name, str(names[row["sector"]]),
                    str(names[row["next_sector"]]),
                    f"{pair['probability_above']:.2f} ± {pair['standard_error']:.2f}",
                    f"{pair['gap']:.1f} ± {pair['gap_se']:.1f}",
                    f"{row['draws_for_score']:,.0f}", f"{row['draws_for_order']:,.0f}",
                ]
            )  # fmt: skip
    heads = ["course", "sector", "next", "P(above)", "gap", "draws: score ± 0.1",
             "draws: order ± 0.01"]  # fmt: skip
    return grid(heads, rows)


def groups_table(result: ex.Assessment) -> str:
    """First-order and, of draws of the tables, total indices of the four sectors by group."""
    table = ex.sensitivity(result, sectors=ANATOMY, singles=1)
    groups = table[(table["kind"] == "group") & table["ahead_of"].isna()]
    rows = []
    for group in dict.fromkeys(groups["group"]):
        listed = groups[groups["group"] == group].set_index("sector")
        cells = []
        for sector in ANATOMY:
            first, total = listed.loc[sector, "first_order"], listed.loc[sector, "total"]
            error = listed.loc[sector, "first_order_se"]
            words = f"{100.0 * first:z.0f} ± {100.0 * error:.0f}"
            cells.append(words if pd.isna(total) else f"{words}; {100.0 * total:.0f}")
        rows.append([str(group), *cells])
    names = [result.sectors[sector].label.name for sector in ANATOMY]
    return grid(["group", *names], rows)


def region_table(result: ex.Assessment) -> str:
    """Shares of the region of probabilities in which each sector holds a place."""
    members = [member.scenario for member, _ in result.scenario.members]
    names = result.ranking.set_index("sector")["name"]
    rows = []
    for i, first in enumerate(members):
        for second in members[i + 1 :]:
            region = ex.order_by_probability(result, first, second, steps=10, places=PLACES)
            cells = []
            for rank in range(1, PLACES + 1):
                held = region[region["rank"] == rank]["sector"].value_counts(normalize=True)
                cells.append(", ".join(f"{names[s]} {100.0 * p:.0f} %" for s, p in held.items()))
            rows.append([f"{first}, {second}", *cells])
    return grid(["two members", "first", "second", "third"], rows)


def reported(result: ex.Assessment) -> str:
    """Four scores in ten lines each."""
    blocks = [
        f"**{result.sectors[sector].label.name}**\n\n```\n"
        f"{story(result, sector, helping_levers(result, sector))}\n```\n"
        for sector in ANATOMY
    ]
    return "\n".join(blocks)


def main() -> None:
    """Write all tables."""
    given = [int(word) for word in sys.argv[1:]]
    draws, few = [*given, *(1024, 256)[len(given) :]]
    dataset = ex.read_dataset()
    results = {c: ex.assess(dataset, c, ex.Settings(draws=draws)) for c in COURSES}
    prior = ex.assess(dataset, PRIOR_COURSE, ex.Settings(draws=few, prior=True))
    outlook = ex.assess(dataset, "outlook", ex.Settings(draws=draws))
    tables = {
        "anatomy": anatomy_table(results),
        "explained": reported(results[EXPLAINED_COURSE]),
        "order": order_table(results),
        "numbers": information_table(results),
        "groups": groups_table(results[PRIOR_COURSE]),
        "prior groups": groups_table(prior),
        "region": region_table(outlook),
    }
    stamp = f"*Tables {dataset.version}, {draws:,} draws.*\n\n"
    stamped = {name: stamp + table for name, table in tables.items()}
    stamped["prior groups"] = stamp.replace(f"{draws:,}", f"{few:,}") + tables["prior groups"]
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), stamped), encoding="utf-8")


if __name__ == "__main__":
    main()
