"""Fill the tables of docs/levers.md from the shipped tables: ``python docs/levers.py``.

It takes some twenty minutes of a processor. The page holds the tables between marks, and says on
how many draws they rest.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from readme import COURSES, written

import exposure as ex
from exposure.measures.lever import KINDS

HERE = Path(__file__).parent
PAGE = HERE / "levers.md"

SECTORS = {
    "fighter_jets": "Fighter jets",
    "missiles": "Missiles",
    "radar": "Radar",
    "electric_vehicles": "Electric cars",
}
"""Sectors whose best levers are listed."""

DEFENCE = ["fighter_jets", "missiles", "guided_munitions", "radar", "naval_vessels",
           "military_drones"]  # fmt: skip
"""Sectors that count in the portfolios of defence."""

BLOCKS = ("smco_stock_defence", "heavy_magnet_stock_defence", "yttria_stock_defence")
"""Stocks of one element each, for the makers of weapons."""

BEST = 5

HARM = 0.05
"""Smallest increase of a score, in points, that counts as harm."""

MOST_HARMED = 4
"""Sectors named that a lever harms."""

SMALLEST = 0.005
"""Points, or share of draws, below which a table shows nothing."""


def best_table(effects: Sequence[ex.LeverEffects]) -> str:
    """The five levers that gain most for each sector, under each course."""
    lines = ["| sector | course | score | best levers: points gained (cost, million USD) |",
             "|---|---|---|---|"]  # fmt: skip
    for sector, name in SECTORS.items():
        for effect in effects:
            table = effect.table[effect.table["sector"] == sector]
            best = (
                table[table["points"] > SMALLEST].sort_values("points", ascending=False).head(BEST)
            )
            listed = "; ".join(
                f"`{row.lever}` {row.points:.2f} ({row.cost_musd:,.0f})"
                for row in best.itertuples()
            )
            course = effect.bench.assessment.scenario.scenario
            score = table["score_without"].iloc[0]
            lines.append(f"| {name} | {course} | {score:.1f} | {listed or 'none'} |")
    return "\n".join(lines) + "\n"


def totals_table(effects: Sequence[ex.LeverEffects]) -> str:
    """Total gain of each lever under each course."""
    heads = [effect.bench.assessment.scenario.scenario for effect in effects]
    lines = ["| lever | cost, million USD | " + " | ".join(heads) + " |",
             "|---|---|" + "---|" * len(heads)]  # fmt: skip
    tables = [effect.total.set_index("lever") for effect in effects]
    for lever, row in tables[-1].iterrows():
        cells = [_gain(table.loc[lever]) for table in tables]
        cost = f"{row['cost_musd']:,.0f} ({row['cost_low_musd']:,.0f}–{row['cost_high_musd']:,.0f})"
        lines.append(f"| {row['name']} (`{lever}`) | {cost} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _gain(row: pd.Series) -> str:
    avoided = row["avoided_usd_per_year"]
    money = "" if pd.isna(avoided) else f", {avoided / 1e6:,.0f} million USD a year"
    worse = "" if row["worse_share"] < SMALLEST else f", worse in {100 * row['worse_share']:.0f} %"
    return f"{row['points']:+.1f}{money}{worse}"


def portfolios_table(tables: dict[str, pd.DataFrame]) -> str:
    """The best set found for each course, group of sectors and budget."""
    lines = ["| course and sectors | budget, million USD | levers | cost | risk: without, with, "
             "best single lever | error of the gain | combined, sets tried |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, table in tables.items():
        for row in table.itertuples():
            levers = ", ".join(f"`{lever}`" for lever in row.levers.split()) or "none"
            lines.append(
                f"| {name} | {row.budget_musd:,.0f} | {levers} | {row.cost_musd:,.0f} | "
                f"{row.risk_without:.2f}, {row.risk_with:.2f}, {row.best_single_risk:.2f} | "
                f"{row.gain_se:.2f} | {row.combined}, {row.sets_tried} |"
            )
    return "\n".join(lines) + "\n"


def stocks_table(tables: Sequence[pd.DataFrame]) -> str:
    """Additional stock that each sector needs under each course."""
    lines = [
        "| course | sector | now | weeks | then | if bought | Sm t | Dy t | Tb t | Y t | "
        "oxides, million USD |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for table in tables:
        for row in table[table["weeks"] != 0.0].itertuples():
            weeks = "more than 104" if pd.isna(row.weeks) else f"{row.weeks:.0f}"
            numbers = [_number(getattr(row, f"{element}_t")) for element in ("sm", "dy", "tb", "y")]
            cost = (
                "" if pd.isna(row.cost_musd)
                else f"{row.cost_musd:.2f} ({row.cost_low_musd:.2f}–{row.cost_high_musd:.2f})"
            )  # fmt: skip
            lines.append(
                f"| {row.scenario} | {row.sector} | {row.p_without:.2f} | {weeks} | "
                f"{row.p_with:.2f} | {_number(row.p_bought, 2)} | {' | '.join(numbers)} | {cost} |"
            )
    return "\n".join(lines) + "\n"


def _number(value: float, digits: int = 1) -> str:
    return "" if pd.isna(value) else f"{value:.{digits}f}"


def pairs_table(pairs: pd.DataFrame) -> str:
    """Stocks of one element each, alone and together, for the sectors that both reach."""
    blocked = pairs[pairs["first"].isin(BLOCKS) & pairs["second"].isin(BLOCKS)]
    blocked = blocked[blocked["sector"].isin([*SECTORS, "naval_vessels", "total"])]
    lines = ["| first | second | sector | first alone | second alone | both | interaction |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    lines += [
        f"| `{row.first}` | `{row.second}` | {row.sector} | {row.points_first:.2f} | "
        f"{row.points_second:.2f} | {row.points_together:.2f} | {row.interaction:+.2f} "
        f"(± {row.interaction_se:.2f}) |"
        for row in blocked.itertuples()
    ]
    return "\n".join(lines) + "\n"


def harm_table(effects: Sequence[ex.LeverEffects]) -> str:
    """Sectors that each lever makes worse, under each course; its own targets are marked."""
    heads = [effect.bench.assessment.scenario.scenario for effect in effects]
    lines = ["| lever | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for lever in effects[-1].bench.levers:
        cells = [_harmed(effect.table[effect.table["lever"] == lever.lever]) for effect in effects]
        if any(cells):
            lines.append(f"| `{lever.lever}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _harmed(table: pd.DataFrame) -> str:
    harmed = table[(table["sector"] != "total") & (table["points"] <= -HARM)].sort_values("points")
    named = [
        f"{row.sector} {row.points:+.1f}{' (its target)' if row.is_target else ''}"
        for row in harmed.head(MOST_HARMED).itertuples()
    ]
    more = len(harmed) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more > 0 else [])])


def broken_promises(effects: Sequence[ex.LeverEffects]) -> list[str]:
    """Levers that make a target worse in some draw although their kind cannot."""
    return [
        f"{effect.bench.assessment.scenario.scenario}: {row.lever} for {row.sector}"
        for effect in effects
        for row in effect.table.itertuples()
        if row.is_target is True and row.worse_share > 0.0 and not KINDS[row.kind].MAY_HARM
    ]


def write(tables: dict[str, str]) -> None:
    """Put tables into the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")


def main(draws: int) -> None:
    """Run everything and write the page and its figures."""
    dataset, settings = ex.read_dataset(), ex.Settings(draws=draws)
    results = [ex.assess(dataset, name, settings) for name in COURSES]
    effects = [ex.levers(result) for result in results]
    tables = {
        "rests on": f"Tables {dataset.version}, {draws:,} draws.\n",
        "best": best_table(effects),
        "totals": totals_table(effects),
        "harm": harm_table(effects),
    }
    write(tables)
    sys.stdout.write("\n".join(["targets worse:", *broken_promises(effects)]) + "\n")
    blocks = [lever for lever in ex.read_levers() if lever.lever in BLOCKS]
    write({"pairs": pairs_table(ex.levers(results[-1], blocks, sectors=DEFENCE).pairs)})
    sets: dict[str, pd.DataFrame] = {}
    for effect in (effects[-1], *effects[:-1]):
        course = effect.bench.assessment.scenario.scenario
        sets[f"{course}, all sectors"] = ex.portfolios(effect)
        sets[f"{course}, defence"] = ex.portfolios(effect.counting(DEFENCE))
        write({"portfolios": portfolios_table(sets)})
    write({"stocks": stocks_table([ex.stock_targets(result) for result in results])})
    figure = Figure(figsize=(8.2, 6.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, height_ratios=(2.2, 1))
    ex.plot_levers(effects[-1].table, upper)
    ex.plot_frontier(sets["licences_withheld, all sectors"], lower)
    (HERE / "levers.svg").write_text(ex.svg(figure), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)
